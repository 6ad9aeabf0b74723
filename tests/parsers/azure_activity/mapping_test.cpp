// What a record becomes in ECS: who, what, to which resource, with which result.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parsers/azure_activity/parser.hpp"
#include "parsers/azure_activity/resource_id.hpp"
#include "tests/parsers/common/parser_run.hpp"
#include "tests/support/activity_log_forms.hpp"

namespace stemma::azure {
namespace {

using namespace support;
using test::one;

golden::Document read(const nlohmann::ordered_json& record) {
  const test::ParserRun run = test::run_parser(*make_parser(), record.dump());
  EXPECT_EQ(run.events.size(), 1u) << test::books(run.log);
  return run.events.empty() ? golden::Document{} : run.events[0];
}

golden::Document document(const char* json) {
  return golden::flatten(nlohmann::json::parse(json));
}

TEST(ActivityMapping, ARunCommandAsRest) {
  EXPECT_EQ(read(rest_row(ActivityRow{})), document(R"({
    "@timestamp": "2026-05-12T09:14:02.9570110Z",
    "azure": {
      "correlation_id": "8a4de8b5-095c-47d0-a96f-a75130c61d53",
      "subscription_id": "5c0f1f2e-7f3c-4a51-9d0e-6a6a1d3b9c11",
      "resource": {
        "id": "/subscriptions/5c0f1f2e-7f3c-4a51-9d0e-6a6a1d3b9c11/resourceGroups/rg-shop/providers/Microsoft.Compute/virtualMachines/vm-win01",
        "name": "vm-win01", "group": "rg-shop", "provider": "Microsoft.Compute/virtualMachines"
      },
      "activitylogs": {
        "caller": "ada@corp.example",
        "category": "Administrative",
        "event_category": "Administrative",
        "operation_name": "Microsoft.Compute/virtualMachines/runCommand/action",
        "operation_id": "11111111-095c-47d0-a96f-a75130c61d53",
        "result_type": "Start",
        "result_signature": "Accepted",
        "tenant_id": "0d9a7c34-1b52-4a8e-8f60-2f7be1f0a5d3",
        "identity": {
          "authorization": {
            "action": "Microsoft.Compute/virtualMachines/runCommand/action",
            "scope": "/subscriptions/5c0f1f2e-7f3c-4a51-9d0e-6a6a1d3b9c11/resourceGroups/rg-shop/providers/Microsoft.Compute/virtualMachines/vm-win01",
            "evidence": {"role": "Virtual Machine Contributor",
                         "principal_id": "94f4a1e8-9fc0-444e-83f4-18c29617292a", "principal_type": "User"}
          },
          "claims": {
            "aud": "https://management.core.windows.net/",
            "appid": "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
            "ipaddr": "192.0.2.7",
            "http://schemas_microsoft_com/identity/claims/tenantid": "0d9a7c34-1b52-4a8e-8f60-2f7be1f0a5d3",
            "http://schemas_xmlsoap_org/ws/2005/05/identity/claims/name": "ada@corp.example"
          },
          "claims_initiated_by_user": {
            "name": "ada@corp.example", "fullname": "Ada \"A.\" Lovelace,\nCountess",
            "schema": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
          }
        },
        "properties": {"entity": "vm-win01", "status_code": "Accepted"}
      }
    },
    "client": {"ip": "192.0.2.7"},
    "cloud": {"provider": "azure", "account": {"id": "5c0f1f2e-7f3c-4a51-9d0e-6a6a1d3b9c11"}},
    "event": {
      "action": "Microsoft.Compute/virtualMachines/runCommand/action",
      "dataset": "azure.activitylogs", "kind": "event", "module": "azure", "type": ["change"],
      "provider": "Microsoft.Compute", "id": "22222222-095c-47d0-a96f-a75130c61d53",
      "ingested": "2026-05-12T09:17:31.0000000Z"
    },
    "http": {"request": {"method": "POST"}},
    "log": {"level": "Informational"},
    "related": {"ip": ["192.0.2.7"], "user": ["ada"]},
    "source": {"ip": "192.0.2.7"},
    "user": {"name": "ada", "domain": "corp.example", "email": "ada@corp.example",
             "full_name": "Ada \"A.\" Lovelace,\nCountess"}
  })"));
}

TEST(ActivityMapping, AServicePrincipalIsItsId) {
  ActivityRow row;
  row.caller = "8b7a1f60-2d55-4a3e-9b1c-5e0f7a6c4d20";
  row.claims = {{"appid", "04b07795-8ddb-461a-bbee-02f9e1bf7b46"}};
  const golden::Document event = read(rest_row(row));
  EXPECT_EQ(one(event, "user.id"), row.caller);
  EXPECT_EQ(one(event, "user.name"), "-");
  EXPECT_EQ(one(event, "user.email"), "-");
  EXPECT_EQ(one(event, "azure.activitylogs.identity.claims.appid"),
            "04b07795-8ddb-461a-bbee-02f9e1bf7b46");
  row.claims["http://schemas.microsoft.com/identity/claims/objectidentifier"] = "object-id";
  EXPECT_EQ(one(read(rest_row(row)), "user.id"), "object-id");
}

TEST(ActivityMapping, ACallerWithoutClaims) {
  ActivityRow row;
  row.claims = nlohmann::ordered_json::object();
  EXPECT_EQ(one(read(rest_row(row)), "user.email"), "ada@corp.example");
  EXPECT_EQ(one(read(rest_row(row)), "user.name"), "ada");
  row.caller = "Microsoft.Insights/autoscaleSettings";
  EXPECT_EQ(one(read(rest_row(row)), "user.name"), "Microsoft.Insights/autoscaleSettings");
  EXPECT_EQ(one(read(rest_row(row)), "user.email"), "-");
}

TEST(ActivityMapping, OutcomeIsOnlyOfWhatHasEnded) {
  const auto outcome = [](const char* result) {
    ActivityRow row;
    row.result = result;
    const golden::Document event = read(resource_log_row(row));
    EXPECT_EQ(one(event, "azure.activitylogs.result_type"), result);
    return one(event, "event.outcome");
  };
  EXPECT_EQ(outcome("Success"), "success");
  EXPECT_EQ(outcome("Succeeded"), "success");
  EXPECT_EQ(outcome("FAILURE"), "failure");
  EXPECT_EQ(outcome("Failed"), "failure");
  EXPECT_EQ(outcome("Start"), "-");
  EXPECT_EQ(outcome("Accepted"), "-");
}

TEST(ActivityMapping, TypeByCategoryOrOperation) {
  const auto type = [](const char* category, const char* operation) {
    nlohmann::ordered_json record = resource_log_row(ActivityRow{});
    record["category"] = category;
    record["operationName"] = operation;
    return one(read(record), "event.type");
  };
  EXPECT_EQ(type("Write", "X"), "change");
  EXPECT_EQ(type("Action", "X"), "change");
  EXPECT_EQ(type("Delete", "X"), "deletion");
  EXPECT_EQ(type("Read", "X"), "access");
  EXPECT_EQ(type("Administrative", "MICROSOFT.COMPUTE/VIRTUALMACHINES/RUNCOMMANDS/DELETE"),
            "deletion");
  EXPECT_EQ(type("Administrative", "X"), "-");
  EXPECT_EQ(type("ResourceHealth", "Microsoft.Resourcehealth/healthevent/Updated/action"), "-");
}

TEST(ActivityMapping, AddressesThatAreNone) {
  ActivityRow row;
  row.ip = "10.0.0.0/8";
  const golden::Document event = read(resource_log_row(row));
  EXPECT_EQ(one(event, "source.address"), "10.0.0.0/8");
  EXPECT_EQ(one(event, "source.ip"), "-");
  row.ip = "2001:db8::7";
  EXPECT_EQ(one(read(resource_log_row(row)), "source.ip"), "2001:db8::7");
}

TEST(ActivityMapping, LevelsAndDurations) {
  nlohmann::ordered_json record = resource_log_row(ActivityRow{});
  record.erase("level");
  record["Level"] = 4;
  record["durationMs"] = 1234;
  record["location"] = "eastus";
  const golden::Document event = read(record);
  EXPECT_EQ(one(event, "azure.activitylogs.level"), "4");
  EXPECT_EQ(one(event, "event.duration"), "1234000000");
  EXPECT_EQ(one(event, "cloud.region"), "eastus");
  record["durationMs"] = "99999999999999999999";
  EXPECT_EQ(one(read(record), "event.duration"), "-");
}

TEST(ActivityMapping, ObjectsKeptAsTexts) {
  nlohmann::ordered_json record = resource_log_row(ActivityRow{});
  record["identity"] = record["identity"].dump();
  record["properties"] = record["properties"].dump();
  EXPECT_EQ(read(record), read(resource_log_row(ActivityRow{})));
  record["identity"] = "Ada Lovelace";
  EXPECT_EQ(one(read(record), "azure.activitylogs.identity_name"), "Ada Lovelace");
}

// Tenants: a workspace's id is none.
TEST(ActivityMapping, TheWorkspaceIsNoTenant) {
  ActivityRow row;
  row.claims = nlohmann::ordered_json::object();
  EXPECT_EQ(one(read(log_analytics_row(row)), "azure.activitylogs.tenant_id"), "-");
}

std::string parts(std::string_view text) {
  const ResourceId id = resource_id(text);
  return std::string(id.subscription) + " | " + std::string(id.group) + " | " + id.provider +
         " | " + id.name;
}

TEST(ActivityMapping, ResourceIds) {
  EXPECT_EQ(parts("/SUBSCRIPTIONS/S/RESOURCEGROUPS/G/PROVIDERS/MICROSOFT.COMPUTE/VIRTUALMACHINES/"
                  "VM/RUNCOMMANDS/FIX"),
            "S | G | MICROSOFT.COMPUTE/VIRTUALMACHINES | VM");
  EXPECT_EQ(parts("/subscriptions/S/resourceGroups/G/providers/Microsoft.Compute/"
                  "virtualMachineScaleSets/web/virtualMachines/3"),
            "S | G | Microsoft.Compute/virtualMachineScaleSets | web_3");
  EXPECT_EQ(parts("/subscriptions/S/resourceGroups/G/providers/Microsoft.HybridCompute/machines/"
                  "arc1/extensions/x"),
            "S | G | Microsoft.HybridCompute/machines | arc1");
  EXPECT_EQ(parts("/subscriptions/S/resourceGroups/G/providers/Microsoft.Storage/storageAccounts/"
                  "acc/blobServices/default"),
            "S | G | Microsoft.Storage/storageAccounts | acc/blobServices/default");
  EXPECT_EQ(parts("/subscriptions/S/resourceGroups/G/providers/Microsoft.EventHub/namespaces/hub"),
            "S | G | Microsoft.EventHub/namespaces | hub");
  EXPECT_EQ(parts("/subscriptions/S/providers/Microsoft.domainRegistration"),
            "S |  | Microsoft.domainRegistration | ");
  EXPECT_EQ(parts("/subscriptions/S/resourceGroups/G"), "S | G |  | ");
  EXPECT_EQ(parts("/subscriptions/S/resourceGroups/G/providers/P/T/"), "S | G | P/T/ | ");
  EXPECT_EQ(parts("/subscriptions"), " |  |  | ");
  EXPECT_EQ(parts("/"), " |  |  | ");
  EXPECT_EQ(parts("subscriptions/S"), " |  |  | ");
  EXPECT_EQ(parts(""), " |  |  | ");
}

}  // namespace
}  // namespace stemma::azure
