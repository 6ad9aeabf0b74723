// The small parts that runs are put together from: paths of collected files, what a command line
// plants, script blocks, names of cloud resources.
#include <gtest/gtest.h>

#include "detection/invocations/cloud_operations.hpp"
#include "detection/invocations/guest_path.hpp"
#include "detection/invocations/run_processes.hpp"
#include "detection/invocations/script_text.hpp"

namespace stemma {
namespace {

TEST(GuestPath, IsThePathOnTheMachine) {
  EXPECT_EQ(guest_path("/case/vm1/C/Packages/Plugins/x/1.settings"),
            "C:\\Packages\\Plugins\\x\\1.settings");
  EXPECT_EQ(guest_path("/case/uploads/auto/C%3A/Windows/System32/x"), "C:\\Windows\\System32\\x");
  EXPECT_EQ(guest_path("uploads/ntfs/%5C%5C.%5CC%3A/Users/a"), "C:\\Users\\a");
  EXPECT_EQ(guest_path("/case/vm1/WindowsAzure/Logs/x.log"), "C:\\WindowsAzure\\Logs\\x.log");
  EXPECT_EQ(guest_path("/case/web/var/lib/waagent/run-command/download/7/script.sh"),
            "/var/lib/waagent/run-command/download/7/script.sh");
  EXPECT_EQ(guest_path("/home/analyst/case/web/var/log/waagent.log"), "/var/log/waagent.log");
  EXPECT_EQ(guest_path("case/notes.txt"), "");
}

TEST(PlantedBy, NamesWhatWillStartLater) {
  using Paths = std::vector<std::string>;
  EXPECT_EQ(planted_by("schtasks  /create /tn A /tr C:\\x\\a.exe /sc hourly"),
            (Paths{"C:\\x\\a.exe"}));
  EXPECT_EQ(planted_by("schtasks /Create /TR \"C:\\x y\\a.exe -k\" /tn A"),
            (Paths{"C:\\x y\\a.exe"}));
  EXPECT_EQ(planted_by("sc create s binPath= C:\\x\\s.exe"), (Paths{"C:\\x\\s.exe"}));
  EXPECT_EQ(planted_by("systemd-run --unit=u /opt/x"), (Paths{"/opt/x"}));
  EXPECT_EQ(planted_by("schtasks /query /tr C:\\x"), (Paths{}));
  EXPECT_EQ(planted_by(""), (Paths{}));
}

ScriptBlock block(std::uint32_t event, std::int64_t number, std::int64_t total, std::string text) {
  ScriptBlock made;
  made.event = EventId{event};
  made.id = "6f1c";
  made.path = "C:\\d\\script3.ps1";
  made.number = number;
  made.total = total;
  made.text = std::move(text);
  return made;
}

std::vector<LoggedScript> join(const std::vector<ScriptBlock>& blocks) {
  return join_script_blocks(blocks, [](const ScriptBlock& part) { return part.entity; });
}

TEST(ScriptBlocks, PartsAreJoinedInTheOrderOfTheirNumbers) {
  const auto whole = join({block(3, 2, 3, "b"), block(1, 1, 3, "a"), block(7, 3, 3, "c")});
  ASSERT_EQ(whole.size(), 1u);
  EXPECT_EQ(whole[0].text, "abc");
  EXPECT_TRUE(whole[0].whole);
  ASSERT_EQ(whole[0].events.size(), 3u);
  EXPECT_EQ(whole[0].events.front().value, 1u);
}

TEST(ScriptBlocks, AMissingPartIsToldAndARepeatedOneCountsOnce) {
  EXPECT_FALSE(join({block(1, 1, 3, "a"), block(2, 3, 3, "c")})[0].whole);
  EXPECT_FALSE(join({block(1, 1, 2, "a")})[0].whole);
  EXPECT_FALSE(join({block(1, 2, 2, "b")})[0].whole);
  const auto twice = join({block(1, 1, 2, "a"), block(2, 1, 2, "a"), block(3, 2, 2, "b")});
  EXPECT_EQ(twice[0].text, "ab");
  EXPECT_TRUE(twice[0].whole);
}

TEST(ScriptText, SaysWhereItIsFromOrThatItIsGone) {
  const EvidenceAccess access{[](ArtifactId) { return std::string_view("echo file\n"); },
                              [](std::string_view text) { return "sha of " + std::string(text); }};
  const std::string path = "/d/7/script.sh";
  EXPECT_EQ(script_text_of(path, nullptr, {}, access).state, ScriptState::gone);
  EXPECT_EQ(script_text_of("", nullptr, {}, access).state, ScriptState::unknown);

  GuestRun guest;
  GuestFact settings;
  settings.protected_settings = true;
  guest.settings.push_back(&settings);
  EXPECT_EQ(script_text_of(path, &guest, {}, access).state, ScriptState::encrypted);
  settings.script = "echo settings\n";
  EXPECT_EQ(script_text_of(path, &guest, {}, access).source, "settings");
  guest.files.push_back({ArtifactId{1}, "/d/7/stdout"});
  EXPECT_EQ(script_text_of(path, &guest, {}, access).source, "settings");
  guest.files.push_back({ArtifactId{2}, "/d/7/script.sh"});
  const ScriptText file = script_text_of(path, &guest, {}, access);
  EXPECT_EQ(file.source, "file");
  EXPECT_EQ(file.sha256, "sha of echo file\n");

  LoggedScript logged;
  logged.path = "C:\\d\\script3.ps1";
  logged.text = "whoami";
  logged.whole = false;
  const ScriptText from_log = script_text_of("script3.ps1", nullptr, {&logged}, access);
  EXPECT_EQ(from_log.source, "script block log");
  EXPECT_EQ(from_log.state, ScriptState::partial);
}

TEST(ResourceName, OfAMachineItsScaleSetAndItsNamedCommand) {
  EXPECT_EQ(resource_name("/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/"
                          "virtualMachines/vm1/runCommands/harden")
                .run_name,
            "harden");
  EXPECT_EQ(
      resource_name("/SUBSCRIPTIONS/S/PROVIDERS/MICROSOFT.COMPUTE/VIRTUALMACHINES/VM1").machine,
      "VM1");
  EXPECT_EQ(resource_name("/x/virtualMachineScaleSets/set/virtualMachines/3").machine, "set_3");
  EXPECT_EQ(resource_name("").machine, "");
}

}  // namespace
}  // namespace stemma
