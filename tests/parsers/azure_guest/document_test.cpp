// Settings, status and goal state files: their fields, what a cut leaves of them, and what is no
// such file.
#include "parsers/azure_guest/document.hpp"

#include <gmock/gmock.h>

#include "parsers/azure_guest/script_text.hpp"
#include "tests/parsers/azure_guest/reading.hpp"

namespace stemma {
namespace {

using azure_guest_test::notes;
using azure_guest_test::Reading;
using azure_guest_test::shown;
using azure_guest_test::value;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kWindows = "C/Packages/Plugins/Microsoft.CPlat.Core.RunCommandWindows/1.1.22/";
const std::string kManaged = "/var/lib/waagent/Microsoft.CPlat.Core.RunCommandHandlerLinux-1.3.28/";
const std::vector<std::string> kRun = {"event.action",
                                       "event.outcome",
                                       "stemma.extension.name",
                                       "stemma.run.name",
                                       "stemma.run.sequence",
                                       "stemma.run.operation",
                                       "stemma.run.state",
                                       "stemma.run.exit_code",
                                       "stemma.run.start",
                                       "stemma.run.end",
                                       "stemma.run.script",
                                       "stemma.run.script_uri",
                                       "stemma.run.command",
                                       "stemma.run.command_id",
                                       "stemma.run.parameters",
                                       "stemma.run.user",
                                       "stemma.run.stdout",
                                       "stemma.run.stderr",
                                       "stemma.run.protected_settings",
                                       "error.message",
                                       "error.code"};

Reading read(const std::string& file, std::string_view path = {}) {
  return azure_guest_test::read(*make_azure_guest_document_parser(), file, path);
}

bool recognizes(const std::string& file) {
  return make_azure_guest_document_parser()->recognizes(
      {ArtifactId{1}, std::as_bytes(std::span(file)), {}});
}

std::string settings(const std::string& handler_settings) {
  return "{\"runtimeSettings\":[{\"handlerSettings\":" + handler_settings + "}]}";
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string status(const std::string& message, const std::string& result = "success") {
  return "[{\"version\":1,\"timestampUTC\":\"2023-10-23T16:30:31Z\",\"status\":{\"name\":"
         "\"hardening\",\"operation\":\"Enable\",\"status\":\"" +
         result + "\",\"formattedMessage\":{\"lang\":\"en\",\"message\":\"" + escaped(message) +
         "\"}}}]";
}

TEST(AzureSettings, FirstGenerationOnWindows) {
  const std::string file = settings(
      R"({"protectedSettingsCertThumbprint":"AB","protectedSettings":"MIIB","publicSettings":{)"
      R"("commandId":"RunPowerShellScript","script":["whoami","Get-Date | Out-File \"x\""],)"
      R"("parameters":[{"name":"arg1","value":"v 1"},{"name":"","value":"bare"}]}})");
  const Reading reading = read(file, kWindows + "RuntimeSettings/12.settings");
  ASSERT_EQ(reading.documents.size(), 1u);
  EXPECT_EQ(shown(reading.documents[0], kRun),
            "event.action=settings\n"
            "stemma.extension.name=Microsoft.CPlat.Core.RunCommandWindows\nstemma.run.sequence=12\n"
            "stemma.run.script=whoami\nGet-Date | Out-File \"x\"\n"
            "stemma.run.command_id=RunPowerShellScript\nstemma.run.parameters=arg1=v 1\n"
            "stemma.run.parameters=bare\nstemma.run.protected_settings=true\n");
  EXPECT_EQ(shown(reading.documents[0], {"event.dataset", "event.provider", "host.name",
                                         "host.os.type", "stemma.extension.version"}),
            "event.dataset=azure.settings\nevent.provider=RunCommandExtension\nhost.name=box\n"
            "host.os.type=windows\nstemma.extension.version=1.1.22\n");
  EXPECT_EQ(reading.times[0], Timestamp{});  // settings have no time, and none is made up
  EXPECT_EQ(reading.log.bytes.parsed, file.size());
  EXPECT_THAT(notes(reading.log), IsEmpty());
}

TEST(AzureSettings, SecondGeneration) {
  const Reading reading =
      read(settings(R"({"publicSettings":{"source":{"script":"echo 'hi'\nid"},"runAsUser":"eve",)"
                    R"("timeoutInSeconds":90},"protectedSettings":null})"),
           kManaged + "config/hard.ening.0.settings");
  EXPECT_EQ(shown(reading.documents.at(0), kRun),
            "event.action=settings\n"
            "stemma.extension.name=Microsoft.CPlat.Core.RunCommandHandlerLinux\n"
            "stemma.run.name=hard.ening\nstemma.run.sequence=0\n"
            "stemma.run.script=echo 'hi'\nid\nstemma.run.user=eve\n"
            "stemma.run.protected_settings=false\n");
  EXPECT_EQ(value(read(settings(R"({"publicSettings":{"source":{"scriptUri":"https://x/y.sh"}}})"))
                      .documents.at(0),
                  "stemma.run.script_uri"),
            "https://x/y.sh");
}

TEST(AzureSettings, CustomScript) {
  const Reading command = read(settings(
      R"({"publicSettings":{"commandToExecute":"sh a.sh","fileUris":["https://x/a.sh","https://x/b"]}})"));
  EXPECT_EQ(shown(command.documents.at(0), kRun),
            "event.action=settings\nstemma.run.script_uri=https://x/a.sh https://x/b\n"
            "stemma.run.command=sh a.sh\nstemma.run.protected_settings=false\n");
  // `echo packed; id` in base64, and in gzip in base64.
  for (const char* packed :
       {"ZWNobyBwYWNrZWQ7IGlk", "H4sIAAAAAAACA0tNzshXKEhMzk5NsVbITAEAU4v0YQ8AAAA="}) {
    EXPECT_EQ(
        value(read(settings(std::string(R"({"publicSettings":{"script":")") + packed + "\"}}"))
                  .documents.at(0),
              "stemma.run.script"),
        "echo packed; id");
  }
  // Protected settings that somebody left readable.
  EXPECT_EQ(shown(read(settings(R"({"protectedSettings":{"script":"ZWNobyBwYWNrZWQ7IGlk"}})"))
                      .documents.at(0),
                  {"stemma.run.script", "stemma.run.protected_settings"}),
            "stemma.run.script=echo packed; id\nstemma.run.protected_settings=true\n");
}

TEST(AzureSettings, CutFilesAreReadAsFarAsTheyGo) {
  const std::string whole =
      settings(R"({"publicSettings":{"source":{"script":"first line\nsecond line"}}})");
  const std::size_t cut = whole.find("second") + 3;
  const Reading reading = read(whole.substr(0, cut));
  ASSERT_EQ(reading.documents.size(), 1u);
  EXPECT_EQ(value(reading.documents[0], "stemma.run.script"), "first line\nsec");
  EXPECT_THAT(notes(reading.log), ElementsAre("truncated@93 the document ends early",
                                              "event_incomplete@39 the document ends inside it"));
  const Reading broken = read(whole.substr(0, cut) + "\"}}?" + whole.substr(cut));
  EXPECT_EQ(value(broken.documents.at(0), "stemma.run.script"), "first line\nsec");
  EXPECT_GT(broken.log.bytes.refused, 0u);
  EXPECT_EQ(broken.log.count(Defect::bad_value), 1u);
}

TEST(AzureSettings, NothingReadable) {
  const Reading reading = read("{\"runtimeSettings\":[{\"handlerSett");
  EXPECT_THAT(reading.documents, IsEmpty());
  EXPECT_EQ(reading.log.records, (RecordCount{0, 0, 1}));
  EXPECT_EQ(reading.log.bytes.refused, 33u);
  EXPECT_THAT(notes(reading.log),
              ElementsAre("undecodable_record@33 no settings and no status in it"));
}

TEST(AzureSettings, Caps) {
  using azure_guest::kMaxDocument;
  using azure_guest::kMaxParameters;
  std::string parameters;
  for (std::size_t i = 0; i < kMaxParameters + 5; ++i)
    parameters += std::string(i == 0 ? "" : ",") + R"({"name":"a","value":"b"})";
  const Reading many = read(settings("{\"publicSettings\":{\"parameters\":[" + parameters + "]}}"));
  EXPECT_EQ(many.documents.at(0).at("stemma.run.parameters").size(), kMaxParameters);
  EXPECT_EQ(many.log.count(Defect::limit_exceeded), 1u);
  const Reading large = read(settings("{}") + std::string(kMaxDocument, ' '));
  EXPECT_THAT(large.documents, IsEmpty());
  EXPECT_EQ(large.log.records, (RecordCount{0, 0, 1}));
  EXPECT_EQ(large.log.count(Defect::limit_exceeded), 1u);
}

TEST(AzureStatus, FirstGenerationOnWindows) {
  const std::string file =
      R"([{"version":"1.0","timestampUTC":"2026-05-12T09:14:03Z","status":{"name":"Run Command",)"
      R"("operation":"Command Execution Finished","status":"success","code":"0",)"
      R"("formattedMessage":{"lang":"en-US","message":"Finished executing command"},"substatus":[)"
      R"({"name":"StdOut","status":"success","code":"ComponentStatus/StdOut/succeeded",)"
      R"("formattedMessage":{"lang":"en-US","message":"nt authority\\system"}},)"
      R"({"name":"StdErr","status":"success","code":"ComponentStatus/StdErr/succeeded",)"
      R"("formattedMessage":{"lang":"en-US","message":"oops"}}]}}])";
  const Reading reading = read(file, kWindows + "Status/5.status");
  EXPECT_EQ(shown(reading.documents.at(0), kRun),
            "event.action=status\nevent.outcome=success\n"
            "stemma.extension.name=Microsoft.CPlat.Core.RunCommandWindows\nstemma.run.sequence=5\n"
            "stemma.run.operation=Command Execution Finished\nstemma.run.state=success\n"
            "stemma.run.stdout=nt authority\\system\nstemma.run.stderr=oops\n");
  EXPECT_EQ(value(reading.documents[0], "@timestamp"), "2026-05-12T09:14:03Z");
  EXPECT_EQ(value(reading.documents[0], "message"), "Finished executing command");
  EXPECT_THAT(notes(reading.log), IsEmpty());
}

TEST(AzureStatus, FirstGenerationOnLinux) {
  const std::string file =
      R"([{"version":1,"timestampUTC":"2023-10-23T16:30:31Z","status":{"operation":"Enable",)"
      R"("status":"error","formattedMessage":{"lang":"en","message":"Enable failed: failed to )"
      R"(execute command: command terminated with exit status=3\n[stdout]\nuid=0\n\n[stderr]\nno\n"}}}])";
  EXPECT_EQ(shown(read(file).documents.at(0), {"stemma.run.exit_code", "stemma.run.stdout",
                                               "stemma.run.stderr", "event.outcome"}),
            "stemma.run.exit_code=3\nstemma.run.stdout=uid=0\n\nstemma.run.stderr=no\n\n"
            "event.outcome=failure\n");
}

const std::string kView =
    R"({"executionState":"Failed","executionMessage":"Execution failed","output":"uid=0","error":)"
    R"("no","exitCode":23,"startTime":"2023-10-23T16:30:28Z","endTime":"2023-10-23T16:30:30Z"})";

TEST(AzureStatus, SecondGeneration) {
  const Reading reading = read(status(kView), kManaged + "status/hardening.4.status");
  EXPECT_EQ(shown(reading.documents.at(0), kRun),
            "event.action=status\nevent.outcome=success\n"
            "stemma.extension.name=Microsoft.CPlat.Core.RunCommandHandlerLinux\n"
            "stemma.run.name=hardening\nstemma.run.sequence=4\nstemma.run.operation=Enable\n"
            "stemma.run.state=Failed\nstemma.run.exit_code=23\n"
            "stemma.run.start=2023-10-23T16:30:28Z\nstemma.run.end=2023-10-23T16:30:30Z\n"
            "stemma.run.stdout=uid=0\nstemma.run.stderr=no\nerror.message=Execution failed\n");
  EXPECT_THAT(notes(reading.log), IsEmpty());
}

TEST(AzureStatus, MessageCutAtFourKilobytes) {
  const std::string begin = R"({"executionState":"Running","output":")";
  std::string output;
  while (output.size() < 3'000) output += "größe ";
  const std::string view = begin + output;
  // Cut in the middle of `ö`, of JSON's own text in any case.
  const std::string cut = view.substr(0, view.rfind("\xC3\xB6") + 1);
  const Reading reading = read(status(cut), kManaged + "status/hardening.4.status");
  ASSERT_EQ(reading.documents.size(), 1u);
  EXPECT_EQ(value(reading.documents[0], "stemma.run.state"), "Running");
  EXPECT_EQ(value(reading.documents[0], "stemma.run.stdout"),
            output.substr(0, output.rfind("\xC3\xB6")));
  EXPECT_THAT(
      notes(reading.log),
      ElementsAre("invalid_utf8@1", "event_incomplete@1 the text of the run's state ends early"));
}

TEST(AzureStatus, PlaceholdersOfAnUpdateAreNoRun) {
  const Reading reading = read(
      status(
          R"({"executionState":"Unknown","executionMessage":"The script has been executed.",)"
          R"("output":"Unknown","error":"Unknown","exitCode":0,"startTime":"2023-10-23T16:30:31Z",)"
          R"("endTime":"2023-10-23T16:30:31Z"})"),
      kManaged + "status/hardening.4.status");
  EXPECT_EQ(shown(reading.documents.at(0), kRun),
            "event.action=status_placeholder\nevent.outcome=success\n"
            "stemma.extension.name=Microsoft.CPlat.Core.RunCommandHandlerLinux\n"
            "stemma.run.name=hardening\nstemma.run.sequence=4\nstemma.run.operation=Enable\n"
            "stemma.run.state=Unknown\n");
}

TEST(AzureStatus, SeveralInAFileAndDamage) {
  const std::string one = status(kView);
  const std::string two = "[" + one.substr(1, one.size() - 2) + "," + one.substr(1);
  const Reading reading = read(two);
  EXPECT_EQ(reading.documents.size(), 2u);
  const Reading no_time = read(R"([{"timestampUTC":"soon","status":{"status":"success"}}])");
  EXPECT_THAT(notes(no_time.log), ElementsAre("time_out_of_range@1 no time that can be read"));
  EXPECT_EQ(no_time.times.at(0), Timestamp{});
  // A shorter status written over a longer one.
  const Reading behind = read(one + "}}]");
  EXPECT_EQ(behind.documents.size(), 1u);
  EXPECT_THAT(notes(behind.log),
              ElementsAre("bad_value@" + std::to_string(one.size()) + " text behind the document"));
  EXPECT_EQ(behind.log.bytes.unused, 3u);
  EXPECT_THAT(notes(read(one + std::string(20, '\0')).log), IsEmpty());
}

TEST(AzureGoalState, SettingsOfItsExtensions) {
  const Reading reading = read(
      R"({"vmSettingsSchemaVersion":"0.0","activityId":"act","correlationId":"corr",)"
      R"("extensionsLastModifiedTickCount":637726657706205299,"inVMMetadata":{"subscriptionId":"sub",)"
      R"("resourceGroupName":"rg","vmName":"vm1","vmId":"id1","osType":"Linux"},)"
      R"("extensionGoalStates":[{"name":"Microsoft.CPlat.Core.RunCommandHandlerLinux","version":)"
      R"("1.2.0","state":"enabled","settingsSeqNo":0,"settings":[{"publicSettings":)"
      R"("{\"source\":{\"script\":\"echo 'x'\"}}","seqNo":3,"extensionName":"MCExt1"}]},)"
      R"({"name":"A.B","version":"1.0","state":"enabled","settings":[]}]})");
  ASSERT_EQ(reading.documents.size(), 2u);
  EXPECT_EQ(shown(reading.documents[0],
                  {"@timestamp", "event.action", "event.provider", "azure.correlation_id",
                   "azure.subscription_id", "azure.resource.group", "azure.resource.name",
                   "cloud.instance.id", "host.name", "host.os.type", "stemma.extension.name",
                   "stemma.extension.version", "stemma.run.activity_id", "stemma.run.name",
                   "stemma.run.sequence", "stemma.run.script", "stemma.run.state"}),
            "@timestamp=2021-11-16T13:22:50.6205299Z\nevent.action=goal_state_settings\n"
            "event.provider=waagent\nazure.correlation_id=corr\nazure.subscription_id=sub\n"
            "azure.resource.group=rg\nazure.resource.name=vm1\ncloud.instance.id=id1\n"
            "host.name=box\nhost.os.type=linux\n"
            "stemma.extension.name=Microsoft.CPlat.Core.RunCommandHandlerLinux\n"
            "stemma.extension.version=1.2.0\nstemma.run.activity_id=act\nstemma.run.name=MCExt1\n"
            "stemma.run.sequence=3\nstemma.run.script=echo 'x'\nstemma.run.state=enabled\n");
  EXPECT_EQ(value(reading.documents[1], "stemma.extension.name"), "A.B");
}

TEST(AzureGoalState, OfTheAgentsOwnTests) {
  const std::string corpus = golden::corpus();
  if (corpus.empty()) GTEST_SKIP() << "no corpus beside the project";
  const std::string file = golden::read_text(corpus + "/azure-guest/vm_settings.json");
  ASSERT_FALSE(file.empty());
  EXPECT_TRUE(recognizes(file));
  const Reading reading = read(file);
  std::string runs;
  for (const auto& document : reading.documents) {
    runs += shown(document, {"stemma.extension.name", "stemma.run.name", "stemma.run.sequence",
                             "stemma.run.script", "stemma.run.command"});
  }
  EXPECT_EQ(runs,
            "stemma.extension.name=Microsoft.Azure.Monitor.AzureMonitorLinuxAgent\n"
            "stemma.run.sequence=0\n"
            "stemma.extension.name=Microsoft.Azure.Security.Monitoring.AzureSecurityLinuxAgent\n"
            "stemma.run.sequence=0\n"
            "stemma.extension.name=Microsoft.Azure.Extensions.CustomScript\nstemma.run.sequence=0\n"
            "stemma.run.command=echo 'cee174d4-4daa-4b07-9958-53b9649445c2'\n"
            "stemma.extension.name=Microsoft.CPlat.Core.RunCommandHandlerLinux\n"
            "stemma.run.name=MCExt1\nstemma.run.sequence=0\n"
            "stemma.run.script=echo '4abb1e88-f349-41f8-8442-247d9fdfcac5'\n"
            "stemma.extension.name=Microsoft.CPlat.Core.RunCommandHandlerLinux\n"
            "stemma.run.name=MCExt2\nstemma.run.sequence=0\n"
            "stemma.run.script=echo 'e865c9bc-a7b3-42c6-9a79-cfa98a1ee8b3'\n"
            "stemma.extension.name=Microsoft.CPlat.Core.RunCommandHandlerLinux\n"
            "stemma.run.name=MCExt3\nstemma.run.sequence=0\n"
            "stemma.run.script=echo 'f923e416-0340-485c-9243-8b84fb9930c6'\n"
            "stemma.extension.name=Microsoft.OSTCExtensions.VMAccessForLinux\n"
            "stemma.run.sequence=0\n");
  EXPECT_THAT(notes(reading.log), IsEmpty());
}

TEST(AzureGuestDocuments, Recognition) {
  EXPECT_TRUE(recognizes(settings("{}")));
  EXPECT_TRUE(recognizes("\xEF\xBB\xBF  " + settings("{}")));
  EXPECT_TRUE(recognizes(status(kView).substr(0, 150)));
  EXPECT_FALSE(recognizes(""));
  EXPECT_FALSE(recognizes("{}"));
  EXPECT_FALSE(recognizes(R"([{"status":"success"}])"));
  EXPECT_FALSE(recognizes(R"({"status":{"code":1}})"));
  EXPECT_FALSE(recognizes(
      R"({"operationName":"x","status":{"value":"Succeeded","localizedValue":"Succeeded"}})"));
  EXPECT_FALSE(recognizes("the setting \"runtimeSettings\" is an array\n"));
}

TEST(PackedScripts, Base64) {
  using azure_guest::decode_base64;
  EXPECT_EQ(decode_base64("aGk="), "hi");
  EXPECT_EQ(decode_base64("aGk"), "hi");
  EXPECT_EQ(decode_base64("aGkh"), "hi!");
  for (const char* bad : {"", "=", "a", "aGk==", "aG k", "aGk=x", "aGk\n"}) {
    EXPECT_FALSE(decode_base64(bad)) << bad;
  }
  // A command that happens to be base64 letters is a command.
  EXPECT_FALSE(azure_guest::unpack_script("whoami"));
  EXPECT_FALSE(azure_guest::unpack_script("/usr/local/bin/dothings"));
}

}  // namespace
}  // namespace stemma
