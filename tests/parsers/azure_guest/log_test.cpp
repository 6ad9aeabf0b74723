// The text logs of agents and handlers: their lines, the lines that go on with them, and damage.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "parsers/azure_guest/log_record.hpp"
#include "tests/parsers/azure_guest/reading.hpp"

namespace stemma {
namespace {

using azure_guest_test::notes;
using azure_guest_test::Reading;
using azure_guest_test::shown;
using azure_guest_test::value;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kRunCommand = "[Microsoft.CPlat.Core.RunCommandLinux-1.0.5] ";
const std::vector<std::string> kRun = {"stemma.extension.name", "stemma.extension.version",
                                       "stemma.run.name",       "stemma.run.sequence",
                                       "stemma.run.operation",  "stemma.run.command",
                                       "stemma.run.unit",       "stemma.run.script_path",
                                       "stemma.run.exit_code",  "stemma.run.user",
                                       "error.message",         "event.action",
                                       "event.outcome"};

Reading read(const std::string& file, std::string_view path = {}, std::string_view host = "box") {
  return azure_guest_test::read(*make_azure_guest_log_parser(), file, path, host);
}

bool recognizes(const std::string& file) {
  return make_azure_guest_log_parser()->recognizes(
      {ArtifactId{1}, std::as_bytes(std::span(file)), {}});
}

TEST(AzureGuestLog, AgentsLine) {
  const Reading reading = read("2021-10-25T19:16:28.553583Z INFO ExtHandler " + kRunCommand +
                               "Target handler state: enabled [incarnation_2]\n");
  ASSERT_EQ(reading.documents.size(), 1u);
  EXPECT_EQ(shown(reading.documents[0],
                  {"@timestamp", "event.kind", "event.dataset", "event.provider", "host.name",
                   "host.os.type", "log.level", "message", "stemma.extension.name",
                   "stemma.extension.version", "event.action"}),
            "@timestamp=2021-10-25T19:16:28.553583Z\nevent.kind=event\n"
            "event.dataset=azure.waagent\nevent.provider=waagent\nhost.name=box\n"
            "host.os.type=linux\nlog.level=INFO\n"
            "message=ExtHandler [Microsoft.CPlat.Core.RunCommandLinux-1.0.5] Target handler state: "
            "enabled [incarnation_2]\n"
            "stemma.extension.name=Microsoft.CPlat.Core.RunCommandLinux\n"
            "stemma.extension.version=1.0.5\n");
  EXPECT_THAT(notes(reading.log), IsEmpty());
  EXPECT_EQ(reading.log.records, (RecordCount{1, 0, 0}));
}

TEST(AzureGuestLog, ExecutedCommandWithItsEnvironment) {
  const Reading reading = read(
      "2021-10-25T19:16:28.553583Z INFO ExtHandler "
      "[Microsoft.CPlat.Core.RunCommandHandlerLinux-1.3.28] Executing command: "
      "/var/lib/waagent/x/bin/run-command-shim enable with environment variables: "
      "{\"ConfigSequenceNumber\": \"2\", \"ConfigExtensionName\": \"hardening\", "
      "\"AZURE_GUEST_AGENT_EXTENSION_VERSION\": \"1.3.28\"}\n"
      "2021-10-25T19:16:28.600000Z INFO ExtHandler "
      "[Microsoft.CPlat.Core.RunCommandHandlerLinux-1.3.28] Started extension in unit "
      "'enable_0b7c6f2e-51d4-4f0b-9a63-000000001a41.scope'\n");
  ASSERT_EQ(reading.documents.size(), 2u);
  EXPECT_EQ(shown(reading.documents[0], kRun),
            "stemma.extension.name=Microsoft.CPlat.Core.RunCommandHandlerLinux\n"
            "stemma.extension.version=1.3.28\nstemma.run.name=hardening\nstemma.run.sequence=2\n"
            "stemma.run.operation=enable\n"
            "stemma.run.command=/var/lib/waagent/x/bin/run-command-shim enable\n"
            "event.action=execute_command\n");
  EXPECT_EQ(shown(reading.documents[1], kRun),
            "stemma.extension.name=Microsoft.CPlat.Core.RunCommandHandlerLinux\n"
            "stemma.extension.version=1.3.28\n"
            "stemma.run.unit=enable_0b7c6f2e-51d4-4f0b-9a63-000000001a41.scope\n"
            "event.action=start_unit\n");
}

TEST(AzureGuestLog, EnvironmentCutShortStillGivesWhatStandsBefore) {
  const Reading reading =
      read("2021-10-25T19:16:28.553583Z INFO ExtHandler " + kRunCommand +
           "Executing command: /x/bin/run-command-shim enable with environment variables: "
           "{\"ConfigSequenceNumber\": \"7\", \"ConfigExten\n");
  EXPECT_EQ(value(reading.documents.at(0), "stemma.run.sequence"), "7");
}

TEST(AzureGuestLog, GoalStates) {
  const std::vector<std::string> fields = {"event.action", "azure.correlation_id",
                                           "stemma.run.activity_id",
                                           "stemma.run.goal_state_created"};
  const Reading reading = read(
      "2024-09-30T06:39:21.028328Z INFO ExtHandler ExtHandler ProcessExtensionsGoalState started "
      "[etag_15354895144685803481 channel: HostGAPlugin source: FastTrack activity: "
      "62d15107-52a7-40a4-949e-62496ef41ca7 correlation 092ebc85-7bf9-4fcf-abf4-464df4482628 "
      "created: 2024-09-30T06:39:17.609077Z]\n"
      "2024-09-30T06:39:22.028328Z INFO ExtHandler ExtHandler ProcessExtensionsGoalState completed "
      "[etag_15354895144685803481 1000 ms]\n"
      "2024-09-30T06:39:23.028328Z INFO ExtHandler ExtHandler ProcessExtensionsGoalState started "
      "[incarnation_1 channel: WireServer source: Fabric activity: None correlation None created: "
      "None]\n");
  ASSERT_EQ(reading.documents.size(), 3u);
  EXPECT_EQ(shown(reading.documents[0], fields),
            "event.action=goal_state_started\n"
            "azure.correlation_id=092ebc85-7bf9-4fcf-abf4-464df4482628\n"
            "stemma.run.activity_id=62d15107-52a7-40a4-949e-62496ef41ca7\n"
            "stemma.run.goal_state_created=2024-09-30T06:39:17.609077Z\n");
  EXPECT_EQ(shown(reading.documents[1], fields), "event.action=goal_state_completed\n");
  EXPECT_EQ(shown(reading.documents[2], fields), "event.action=goal_state_started\n");
}

TEST(AzureGuestLog, OldAgents) {
  const Reading reading = read(
      "2018/04/06 08:21:37.142697 INFO Azure Linux Agent Version:2.2.21\n"
      "2018/04/26 17:47:23.476151 INFO [Microsoft.Azure.Extensions.customScript-2.0.6] Enable "
      "extension [bin/custom-script-shim enable]\n");
  ASSERT_EQ(reading.documents.size(), 2u);
  EXPECT_EQ(value(reading.documents[0], "@timestamp"), "2018-04-06T08:21:37.142697Z");
  EXPECT_EQ(value(reading.documents[0], "message"), "Azure Linux Agent Version:2.2.21");
  EXPECT_EQ(shown(reading.documents[1], kRun),
            "stemma.extension.name=Microsoft.Azure.Extensions.customScript\n"
            "stemma.extension.version=2.0.6\nstemma.run.operation=enable\n"
            "stemma.run.command=bin/custom-script-shim enable\nevent.action=execute_command\n");
}

TEST(AzureGuestLog, OutputGoesOnWithItsRecord) {
  const std::string first = "2021-10-25T19:16:28.553583Z ERROR ExtHandler " + kRunCommand +
                            "Command: bin/run-command-shim enable\n";
  const std::string more = "[stdout]\r\n+ nohup bin/run-command-extension enable\n\n[stderr]\n\n";
  const std::string second = "2021-10-25T19:16:29.000000Z INFO ExtHandler ExtHandler next\n";
  const Reading reading = read(first + more + second);
  ASSERT_EQ(reading.documents.size(), 2u);
  EXPECT_EQ(value(reading.documents[0], "message"),
            "ExtHandler [Microsoft.CPlat.Core.RunCommandLinux-1.0.5] Command: bin/run-command-shim "
            "enable\n[stdout]\r\n+ nohup bin/run-command-extension enable\n\n[stderr]");
  EXPECT_EQ(reading.log.bytes.parsed, first.size() + more.size() + second.size());
  EXPECT_EQ(reading.spans[1].offset, first.size() + more.size());
}

TEST(AzureGuestLog, HandlersLines) {
  const std::string head =
      "time=2023-10-23T16:30:28Z version=v1.3.3/git@abc-clean operation=enable "
      "extensionName=hardening seq=4 ";
  const Reading reading = read(
      head + "event=start\n" + "+ nohup /var/lib/waagent/x/bin/run-command-handler enable\n" +
          head + "event=\"comparing seqnum\" path=mrseq\n" + head +
          "event=\"prepare command\" "
          "scriptFile=/var/lib/waagent/run-command-handler/download/hardening/4/script.sh\n" +
          head + "message=\"RunAs cmd is echo p\\\"w | sudo -S -u eve /home/eve/s.sh\"\n" + head +
          "event=\"failed to execute command\" error=\"command terminated with exit "
          "status=23\" output=/var/lib/x\n" +
          head + "message=\"RunAsUser is eve\"\n",
      "/var/log/azure/run-command-handler/handler.log");
  ASSERT_EQ(reading.documents.size(), 6u);
  const std::string common =
      "stemma.extension.name=Microsoft.CPlat.Core.RunCommandHandlerLinux\n"
      "stemma.extension.version=1.3.3\nstemma.run.name=hardening\nstemma.run.sequence=4\n"
      "stemma.run.operation=enable\n";
  EXPECT_EQ(shown(reading.documents[0], kRun), common + "event.action=start\n");
  EXPECT_EQ(value(reading.documents[0], "message"),
            head + "event=start\n+ nohup /var/lib/waagent/x/bin/run-command-handler enable");
  EXPECT_EQ(value(reading.documents[0], "event.provider"), "run-command-handler");
  EXPECT_EQ(value(reading.documents[0], "event.dataset"), "azure.handler");
  EXPECT_EQ(shown(reading.documents[1], kRun), common + "event.action=comparing seqnum\n");
  EXPECT_EQ(shown(reading.documents[2], kRun),
            common +
                "stemma.run.script_path=/var/lib/waagent/run-command-handler/download/"
                "hardening/4/script.sh\nevent.action=prepare command\n");
  EXPECT_EQ(shown(reading.documents[3], kRun),
            common +
                "stemma.run.command=echo p\"w | sudo -S -u eve /home/eve/s.sh\n"
                "stemma.run.user=eve\nevent.action=run_as\n");
  EXPECT_EQ(shown(reading.documents[4], kRun),
            common +
                "stemma.run.exit_code=23\n"
                "error.message=command terminated with exit status=23\n"
                "event.action=failed to execute command\nevent.outcome=failure\n");
  EXPECT_EQ(shown(reading.documents[5], kRun), common + "stemma.run.user=eve\n");
  EXPECT_THAT(notes(reading.log), IsEmpty());
}

TEST(AzureGuestLog, HandlersLineThatEndsInsideAValue) {
  const Reading reading =
      read("time=2023-10-23T16:30:28Z version=v1 operation=enable seq=4 event=\"failed to ex\n");
  ASSERT_EQ(reading.documents.size(), 1u);
  EXPECT_EQ(value(reading.documents[0], "event.action"), "failed to ex");
  EXPECT_THAT(notes(reading.log), ElementsAre("event_incomplete@0 the line ends inside a value"));
}

TEST(AzureGuestLog, EscapesThatAreGosAlone) {
  const Reading reading = read(
      "time=2023-10-23T16:30:28Z version=v1 operation=enable error=\"bad byte \\xff here\" "
      "seq=4\n");
  EXPECT_EQ(value(reading.documents.at(0), "error.message"), "bad byte \\xff here");
  EXPECT_EQ(value(reading.documents.at(0), "stemma.run.sequence"), "4");
  EXPECT_THAT(notes(reading.log), IsEmpty());
}

TEST(AzureGuestLog, HandlersOfWindows) {
  const Reading reading = read(
      "[1234+00000005] [05/12/2026 09:14:03.12] [INFO] Awaiting completion...\r\n"
      "[1234+00000005] [05/12/2026 09:14:05.00] [INFO] Command exited with code: -1\r\n"
      "[00000004] [2026-05-12T09:14:06Z] [WARN ] plain\r\n"
      "[05/12/2026 09:14:07.5] [ERROR] without a process\r\n",
      "C/WindowsAzure/Logs/Plugins/Microsoft.CPlat.Core.RunCommandWindows/1.1.22/"
      "RunCommandExtension.log");
  ASSERT_EQ(reading.documents.size(), 4u);
  EXPECT_EQ(
      shown(reading.documents[1], {"@timestamp", "event.provider", "event.dataset", "host.os.type",
                                   "log.level", "message", "event.action", "stemma.run.exit_code",
                                   "stemma.extension.name", "stemma.extension.version"}),
      "@timestamp=2026-05-12T09:14:05.00Z\nevent.provider=RunCommandExtension\n"
      "event.dataset=azure.handler\nhost.os.type=windows\nlog.level=INFO\n"
      "message=Command exited with code: -1\nevent.action=command_exited\n"
      "stemma.run.exit_code=-1\n"
      "stemma.extension.name=Microsoft.CPlat.Core.RunCommandWindows\n"
      "stemma.extension.version=1.1.22\n");
  EXPECT_EQ(value(reading.documents[2], "log.level"), "WARN");
  EXPECT_EQ(value(reading.documents[3], "@timestamp"), "2026-05-12T09:14:07.5Z");
  EXPECT_EQ(
      value(read("[1+2] [05/12/2026 09:14:03.12] [INFO] x\n", "C/WindowsAzure/Logs/WaAppAgent.log")
                .documents.at(0),
            "event.dataset"),
      "azure.waagent");
}

TEST(AzureGuestLog, LinesThatSyslogCarries) {
  const std::string others = "Apr 01 09:15:19 VM2 systemd[1]: Started x.\n";
  const std::string ours =
      "Apr 01 09:15:19 VM2 python3[1429]: 2025-04-01T09:15:19.668204Z INFO ExtHandler ExtHandler "
      "ProcessExtensionsGoalState started [incarnation_1 channel: WireServer source: Fabric "
      "activity: a correlation b created: 2025-04-01T09:15:00Z]\n";
  const Reading reading = read(others + ours + others + "no head at all\n");
  ASSERT_EQ(reading.documents.size(), 1u);
  EXPECT_EQ(value(reading.documents[0], "host.name"), "VM2");
  EXPECT_EQ(value(reading.documents[0], "azure.correlation_id"), "b");
  EXPECT_EQ(value(reading.documents[0], "@timestamp"), "2025-04-01T09:15:19.668204Z");
  EXPECT_EQ(reading.log.bytes.parsed, ours.size());
  EXPECT_EQ(reading.log.bytes.refused, 0u);
}

// A forged line of the agent must not swallow an audit log, nor may two parsers book one line.
TEST(AzureGuestLog, AuditRecordsInBetweenAreNotItsOwn) {
  const std::string ours = "2021-10-25T19:16:28.553583Z INFO ExtHandler ExtHandler x\n";
  const std::string audit =
      "type=SYSCALL msg=audit(1700000000.000:7): arch=c000003e syscall=59\n"
      "node=box type=EXECVE msg=audit(1700000000.000:7): argc=1 a0=\"id\"\n";
  const std::string carried =
      "2021-10-25T19:16:28.553583Z INFO type=SYSCALL msg=audit(1700000000.000:8): arch=c000003e\n";
  const Reading reading = read(ours + audit + carried);
  ASSERT_EQ(reading.documents.size(), 1u);
  EXPECT_EQ(value(reading.documents[0], "message"), "ExtHandler ExtHandler x");
  EXPECT_EQ(reading.log.bytes.parsed, ours.size());
  EXPECT_EQ(reading.log.bytes.unused, audit.size() + carried.size());
}

TEST(AzureGuestLog, DamageCostsTheLine) {
  const std::string good = "2021-10-25T19:16:28.553583Z INFO ExtHandler ExtHandler x\n";
  const std::string no_date = "2021-13-25T19:16:28.553583Z INFO ExtHandler ExtHandler x\n";
  const std::string no_clock = "2018/04/06 28:21:37.142697 INFO x\n";
  const std::string no_time = "time=yesterday version=v1 operation=enable seq=4 event=start\n";
  const std::string windows = "[1+2] [13/12/2026 09:14:03.12] [INFO] x\n";
  const Reading reading = read(good + no_date + good + no_clock + no_time + windows + good);
  EXPECT_EQ(reading.documents.size(), 3u);
  EXPECT_EQ(reading.log.records, (RecordCount{3, 0, 4}));
  EXPECT_EQ(reading.log.bytes.refused,
            no_date.size() + no_clock.size() + no_time.size() + windows.size());
  EXPECT_THAT(notes(reading.log),
              ElementsAre("bad_line@57 time cannot be read", "bad_line@171 time cannot be read",
                          "bad_line@205 time cannot be read", "bad_line@266 time cannot be read"));
}

TEST(AzureGuestLog, DamageElsewhere) {
  const std::string good = "2021-10-25T19:16:28.553583Z INFO ExtHandler ExtHandler x\n";
  const std::string nuls(100, '\0');
  const Reading reading = read("the end of a line that was rotated away\n" + good + nuls + good +
                               "2021-10-25T19:16:28.553583Z INFO ExtHandler \xFF\n");
  EXPECT_EQ(reading.documents.size(), 3u);
  EXPECT_EQ(reading.log.bytes.unused, 40 + nuls.size());
  EXPECT_THAT(notes(reading.log), ElementsAre("invalid_utf8@254"));
  EXPECT_THAT(notes(read(good, {}, {}).log), ElementsAre("unknown_host@0"));
}

TEST(AzureGuestLog, Caps) {
  using azure_guest::kMaxLine;
  using azure_guest::kMaxRecord;
  const std::string head = "2021-10-25T19:16:28.553583Z INFO ExtHandler ExtHandler ";
  const Reading long_line = read(head + std::string(kMaxLine, 'x') + "\n" + head + "y\n");
  EXPECT_EQ(long_line.documents.size(), 1u);
  EXPECT_EQ(long_line.log.records, (RecordCount{1, 0, 1}));
  EXPECT_EQ(long_line.log.count(Defect::limit_exceeded), 1u);
  std::string text = head + "x\n";
  while (text.size() < kMaxRecord + 10'000) text += std::string(999, 'o') + "\n";
  const Reading long_record = read(text + head + "y\n");
  EXPECT_EQ(long_record.documents.size(), 2u);
  EXPECT_LE(long_record.spans[0].length, kMaxRecord);
  EXPECT_GT(long_record.log.bytes.unused, 0u);
  EXPECT_EQ(long_record.log.count(Defect::limit_exceeded), 1u);
}

// Where a log is cut into units changes nothing.
TEST(AzureGuestLog, Units) {
  std::string text = "leading\n";
  std::size_t records = 0;
  while (text.size() < 20u << 20) {
    text += fmt::format("2021-10-25T19:16:28.{:06}Z INFO ExtHandler ExtHandler {}\n",
                        records % 1'000'000, records);
    ++records;
    for (std::size_t i = 0; i < records % 5; ++i) text += std::string(records % 1'000, 'o') + "\n";
  }
  const auto parser = make_azure_guest_log_parser();
  const ArtifactBytes artifact{ArtifactId{1}, std::as_bytes(std::span(text)), "box"};
  const std::vector<Unit> units = parser->split({&artifact, 1});
  EXPECT_EQ(units.size(), 3u);
  class Count : public EventSink {
   public:
    void on_event(Event& event) override {
      EXPECT_EQ(event.text(field::message)
                    .substr(22, event.text(field::message).find_first_of("\n") - 22),
                std::to_string(seen++));
    }
    std::size_t seen = 0;
  } count;
  const Projection all = Projection::all();
  for (const Unit& unit : units) {
    ImportLog log;
    parser->decode({&artifact, 1}, unit, {&all, nullptr}, count, log);
    EXPECT_EQ(log.bytes.sum(), unit.length);
  }
  EXPECT_EQ(count.seen, records);
}

TEST(AzureGuestLog, Recognition) {
  EXPECT_TRUE(recognizes("2018/04/06 08:21:37.142697 INFO Azure Linux Agent Version:2.2.21\n"));
  EXPECT_TRUE(recognizes("garbage\n2021-10-25T19:16:28.553583Z INFO ExtHandler x\n"));
  EXPECT_TRUE(recognizes("2021-10-25T19:16:28.553583Z INFO TelemetryEventsCollector x\r\n"));
  EXPECT_TRUE(recognizes(
      "time=2018-04-26T17:47:23Z version=v2.0.6/git@1 operation=enable seq=0 event=start"));
  EXPECT_TRUE(
      recognizes(std::string(50, '\0') + "2021-10-25T19:16:28.553583Z INFO ExtHandler x\n"));
  std::string system_log;
  while (system_log.size() < 3u << 20)
    system_log += "Apr 01 09:15:19 VM2 sshd[1]: Accepted publickey\n";
  EXPECT_FALSE(recognizes(system_log));
  EXPECT_TRUE(recognizes(
      system_log + "Apr 01 09:15:19 VM2 python3[9]: 2025-04-01T09:15:19.6Z INFO ExtHandler x\n"));
  // What other programs write.
  EXPECT_FALSE(recognizes(""));
  EXPECT_FALSE(recognizes("2021-10-25T19:16:28.553583Z INFO server started\n"));
  EXPECT_FALSE(recognizes("2021/10/25 19:16:28 INFO server started\n"));
  EXPECT_FALSE(recognizes("time=2018-04-26T17:47:23Z level=info msg=\"server started\"\n"));
  EXPECT_FALSE(recognizes("[12/05/2026] [INFO] x\n"));
  EXPECT_FALSE(recognizes("the docs say: 2021-10-25T19:16:28.553583Z INFO ExtHandler x\n"));
}

}  // namespace
}  // namespace stemma
