// Which documents start and end processes, which log they are of, and what parsers/winlog adds to
// those that bring a Windows event's data without ECS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/parsers/ecs/ecs_run.hpp"
#include "tests/support/ecs_documents.hpp"
#include "tests/support/evtx_events.hpp"

namespace stemma::ecs_test {
namespace {

using namespace support;
using testing::ElementsAre;

ProcessAct act(const std::string& event, const std::string& process = R"("pid":4)") {
  const Read out = read(R"({"@timestamp":"2026-05-12T09:14:02Z","event":{)" + event +
                        R"(},"process":{)" + process + "}}");
  return out.acts.size() == 1 ? out.acts[0] : ProcessAct::boot;
}

TEST(EcsMeaning, WhatStartsAndEndsAProcess) {
  EXPECT_EQ(act(R"("category":["process"],"type":["start"])"), ProcessAct::start);
  EXPECT_EQ(act(R"("category":"process","type":"start","action":"fork")"), ProcessAct::start);
  EXPECT_EQ(act(R"("category":["process"],"type":["process_started"])"), ProcessAct::start);
  EXPECT_EQ(act(R"("category":["process"],"type":["start"])", R"("entity_id":"x")"),
            ProcessAct::start);
  EXPECT_EQ(act(R"("category":["process"],"type":["end"])"), ProcessAct::end);
  EXPECT_EQ(act(R"("dataset":"process","action":"process_started")"), ProcessAct::start);
  EXPECT_EQ(act(R"("dataset":"process","action":"process_stopped")"), ProcessAct::end);
  EXPECT_EQ(act(R"("category":"audit-rule","action":"executed","module":"auditd")"),
            ProcessAct::start);
  EXPECT_EQ(act(R"("category":["process"],"type":["start","end"],"action":"process_stopped")"),
            ProcessAct::end);
}

TEST(EcsMeaning, WhatDoesNot) {
  EXPECT_EQ(act(R"("category":["process"],"type":["start"])", R"("name":"x")"), ProcessAct::none);
  EXPECT_EQ(act(R"("category":["session"],"type":["start"])"), ProcessAct::none);
  EXPECT_EQ(act(R"("category":["process"],"type":["start"],"outcome":"failure")"),
            ProcessAct::none);
  EXPECT_EQ(act(R"("category":["process"],"type":["change"],"action":"exec")"), ProcessAct::none);
  EXPECT_EQ(act(R"("category":["process"],"type":["info"],"action":"already_running")"),
            ProcessAct::none);
  for (const char* kind : {"alert", "signal", "metric", "state"}) {
    EXPECT_EQ(act(R"("category":["process"],"type":["start"],"kind":")" + std::string(kind) + '"'),
              ProcessAct::none);
  }
}

SourceKind kind(const std::string& members) {
  const Read out =
      read(R"({"@timestamp":"2026-05-12T09:14:02Z","ecs":{"version":"8"},)" + members + "}");
  return out.kinds.size() == 1 ? out.kinds[0] : SourceKind::none;
}

TEST(EcsMeaning, WhichLogADocumentIsOf) {
  EXPECT_EQ(kind(R"("winlog":{"provider_name":"Microsoft-Windows-Sysmon"})"),
            SourceKind::ecs_sysmon);
  EXPECT_EQ(kind(R"("event":{"provider":"Microsoft-Windows-Sysmon"})"), SourceKind::ecs_sysmon);
  EXPECT_EQ(kind(R"("winlog":{"channel":"Security"})"), SourceKind::ecs_security);
  EXPECT_EQ(kind(R"("winlog":{"channel":"System"})"), SourceKind::ecs_windows);
  EXPECT_EQ(kind(R"("host":{"os":{"type":"windows"}})"), SourceKind::ecs_windows);
  EXPECT_EQ(kind(R"("process":{"executable":"C:\\a.exe"})"), SourceKind::ecs_windows);
  EXPECT_EQ(kind(R"("event":{"module":"auditd"})"), SourceKind::ecs_auditd);
  EXPECT_EQ(kind(R"("event":{"dataset":"auditd.log"})"), SourceKind::ecs_auditd);
  EXPECT_EQ(kind(R"("data_stream":{"dataset":"sysmon_linux.log"})"), SourceKind::ecs_sysmon_linux);
  EXPECT_EQ(kind(R"("host":{"os":{"type":"linux"}})"), SourceKind::ecs_other);
  EXPECT_EQ(kind(R"("azure":{"activitylogs":{}})"), SourceKind::ecs_other);
}

const char* const kGuid = "{ABCDEF01-0000-0000-0000-000000000001}";

WinRecord cmd_start() {
  return sysmon_event(1, "vm-win01", {1'778'577'242'957'000'000},
                      {{"ProcessGuid", kGuid},
                       {"ProcessId", "4242"},
                       {"Image", "C:\\Windows\\System32\\cmd.exe"},
                       {"CommandLine", "cmd /c whoami"},
                       {"User", "NT AUTHORITY\\SYSTEM"},
                       {"ParentProcessId", "17"}});
}

// What no pipeline has mapped gets the fields that the log's own reader makes.
TEST(EcsMeaning, EventDataAloneIsMappedAsTheLogItself) {
  const Document document = collected_document(cmd_start(), 9);
  const Read out = read(document.dump());
  ASSERT_EQ(out.events.size(), 1u);
  const golden::Document& event = out.events[0];
  EXPECT_THAT(out.kinds, ElementsAre(SourceKind::ecs_sysmon));
  EXPECT_THAT(out.acts, ElementsAre(ProcessAct::start));
  EXPECT_THAT(event.at("process.entity_id"), ElementsAre(kGuid));
  EXPECT_THAT(event.at("process.args"), ElementsAre("cmd", "/c", "whoami"));
  EXPECT_THAT(event.at("event.category"), ElementsAre("process"));
  EXPECT_THAT(event.at("event.type"), ElementsAre("start"));
  EXPECT_THAT(event.at("user.name"), ElementsAre("SYSTEM"));
  // Its own values stay.
  for (const auto& [name, values] : golden::flatten(nlohmann::json(document)))
    EXPECT_EQ(event.at(name), values) << name;
}

TEST(EcsMeaning, WhatAPipelineHasMappedIsLeftAsItIs) {
  const Read out = read(sysmon_document(cmd_start(), 9).dump());
  ASSERT_EQ(out.events.size(), 1u);
  EXPECT_EQ(out.events[0], golden::flatten(nlohmann::json(sysmon_document(cmd_start(), 9))));
  EXPECT_THAT(out.events[0].at("process.entity_id"),
              ElementsAre("{abcdef01-0000-0000-0000-000000000001}"));
}

TEST(EcsMeaning, FlatWindowsEvents) {
  const std::string nxlog =
      R"({"SourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","EventID":4688,)"
      R"("Hostname":"ws5","TimeCreated":"2020-12-19T06:59:28.410Z","Level":"0","Task":"13312",)"
      R"("SourceModuleName":"in","NewProcessId":"0x18b8","NewProcessName":"C:\\a\\b.exe",)"
      R"("CommandLine":"b.exe -x","ProcessId":"0x1e40","SubjectUserName":"mara","x":7})";
  const Read out = read(nxlog);
  EXPECT_TRUE(out.recognized);
  ASSERT_EQ(out.events.size(), 1u);
  EXPECT_THAT(out.kinds, ElementsAre(SourceKind::ecs_security));
  EXPECT_THAT(out.acts, ElementsAre(ProcessAct::start));
  EXPECT_THAT(out.times, ElementsAre("2020-12-19T06:59:28.410Z"));
  const golden::Document& event = out.events[0];
  EXPECT_THAT(event.at("host.name"), ElementsAre("ws5"));
  EXPECT_THAT(event.at("process.pid"), ElementsAre("6328"));
  EXPECT_THAT(event.at("process.parent.pid"), ElementsAre("7744"));
  EXPECT_THAT(event.at("process.command_line"), ElementsAre("b.exe -x"));
  EXPECT_THAT(event.at("winlog.event_data.x"), ElementsAre("7"));
  EXPECT_EQ(event.count("SourceModuleName"), 0u);
  EXPECT_EQ(event.count("winlog.event_data.SourceModuleName"), 0u);
}

TEST(EcsMeaning, EventDataAsTextOfJson) {
  const std::string row =
      R"({"TimeGenerated":"2022-05-13T08:54:06.347Z","Provider":"Microsoft-Windows-Sysmon",)"
      R"("Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"ws5","EventID":5,)"
      R"("EventData":"{\"UtcTime\":\"2022-05-13 08:54:05.123\",\"ProcessGuid\":)"
      R"(\"{abcdef01-0000-0000-0000-000000000001}\",\"ProcessId\":\"77\",\"Image\":\"C:\\\\a.exe\"}"})";
  const Read out = read(row);
  ASSERT_EQ(out.events.size(), 1u);
  EXPECT_THAT(out.acts, ElementsAre(ProcessAct::end));
  EXPECT_THAT(out.times, ElementsAre("2022-05-13T08:54:05.123Z"));
  EXPECT_THAT(out.events[0].at("process.executable"), ElementsAre("C:\\a.exe"));
  EXPECT_THAT(out.events[0].at("process.entity_id"), ElementsAre(kGuid));
}

}  // namespace
}  // namespace stemma::ecs_test
