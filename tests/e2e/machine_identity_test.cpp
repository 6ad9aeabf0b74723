// A machine whose own name is not the cloud's: the papers in its agent's settings join its runs to
// their orders.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/run_cli.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using stemma::support::stemma;
using stemma::support::TempDir;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSubscription = "8e037ad4-618f-4466-8bc8-5099d41ac15b";
constexpr const char* kId = "86f4ae0a-61f8-48ae-9199-40f402d56864";

// The handler's log of one run on a host called node7.
void write_host(const TempDir& dir, const std::string& settings) {
  dir.write("node7/etc/hostname", "node7\n");
  dir.write("node7/var/log/azure/run-command/handler.log",
            "time=2026-11-20T09:14:20Z version=v1.3.3/git@abc-clean operation=enable seq=3 "
            "event=start\n"
            "time=2026-11-20T09:14:21Z version=v1.3.3/git@abc-clean operation=enable seq=3 "
            "event=\"executing command\"\n"
            "time=2026-11-20T09:14:25Z version=v1.3.3/git@abc-clean operation=enable seq=3 "
            "event=\"executed command\"\n");
  dir.write("node7/var/lib/waagent/VmSettings.12.json", settings);
}

std::string settings(const std::string& id, const std::string& name) {
  return std::string(R"({"hostGAPluginVersion":"1.0.8.141","vmSettingsSchemaVersion":"0.0",)") +
         R"("activityId":"a33f6f53-43d6-4625-b322-1a39651a00c9",)" +
         R"("correlationId":"9a47a2a2-e740-4bfc-b11b-4f2f7cfe7d2e",)" +
         R"("extensionsLastModifiedTickCount":637726699999999999,"extensionGoalStatesSource":"FastTrack",)" +
         R"("inVMMetadata":{"subscriptionId":")" + kSubscription +
         R"(","resourceGroupName":"rg-shop","vmName":")" + name + R"(","location":"x","vmId":")" +
         id +
         R"(","osType":"Linux"},"extensionGoalStates":[{"name":)"
         R"("Microsoft.Azure.Extensions.CustomScript","version":"2.1.6","state":"enabled",)"
         R"("settingsSeqNo":0,"settings":[]}]})";
}

void write_order(const TempDir& dir, const std::string& machine, const std::string& properties) {
  const std::string resource = std::string("/subscriptions/") + kSubscription +
                               "/resourceGroups/RG-SHOP/providers/Microsoft.Compute/"
                               "virtualMachines/" +
                               machine;
  dir.write("cloud/activity.json",
            "[{\"operationName\":{\"value\":\"Microsoft.Compute/virtualMachines/runCommand/"
            "action\"},\"status\":{\"value\":\"Succeeded\"},\"eventTimestamp\":"
            "\"2026-11-20T09:14:00.0000000Z\",\"caller\":\"ana@contoso.example\","
            "\"correlationId\":\"11111111-2222-3333-4444-555555555555\",\"resourceId\":\"" +
                resource + "\",\"properties\":" + properties + "}]");
}

TEST(MachineIdentity, TheResourceInTheSettingsJoins) {
  const TempDir dir;
  write_host(dir, settings(kId, "shop-web-01"));
  write_order(dir, "SHOP-WEB-01", "{}");
  const auto done = stemma("runs -q " + dir.path());
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out,
              HasSubstr("ordered by ana@contoso.example from ? (confirmed, the same machine by the "
                        "id or resource that its agent's settings name, and the run began 21 s "
                        "after the operation; no other run or operation fits)"));
  const auto report = stemma("report -q --format json " + dir.path());
  EXPECT_THAT(report.out, HasSubstr("\"joined_by\": \"vm_id\""));
}

TEST(MachineIdentity, AnIdInTheRowJoins) {
  const TempDir dir;
  write_host(dir, settings(kId, ""));
  write_order(dir, "shop-web-01", std::string("{\"vmId\":\"") + kId + "\"}");
  EXPECT_THAT(stemma("runs -q " + dir.path()).out, HasSubstr("ordered by ana@contoso.example"));
}

TEST(MachineIdentity, ANameWithAnotherIdDoesNot) {
  const TempDir dir;
  write_host(dir, settings("00000000-61f8-48ae-9199-40f402d56864", ""));
  write_order(dir, "node7", std::string("{\"vmId\":\"") + kId + "\"}");
  const auto done = stemma("runs -q " + dir.path());
  EXPECT_THAT(done.out, Not(HasSubstr("ordered by")));
  EXPECT_THAT(done.out, HasSubstr("a machine of this name was collected, but by its own papers it "
                                  "is another one"));
}

}  // namespace
