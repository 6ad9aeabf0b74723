// Sysmon for Linux in its three carriers: what becomes an event, what is other programs', what is
// refused, and the quirks of its fields.
#include "parsers/common/parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parsers/sysmon_linux/sysmon_line.hpp"
#include "parsers/winlog/event_xml.hpp"
#include "tests/parsers/winlog/golden.hpp"

namespace stemma {
namespace {

using golden::Document;
using testing::ElementsAre;

const std::string kSystem =
    "<Event><System><Provider Name=\"Linux-Sysmon\" "
    "Guid=\"{ff032593-a8d3-4f13-b0d6-01fc615a0f97}\"/><EventID>1</EventID>"
    "<Version>5</Version><Level>4</Level><Task>1</Task><Opcode>0</"
    "Opcode><Keywords>0x8000000000000000</Keywords>"
    "<TimeCreated "
    "SystemTime=\"2021-10-24T17:05:38.412320000Z\"/><EventRecordID>7</EventRecordID><Correlation/>"
    "<Execution ProcessID=\"3099\" "
    "ThreadID=\"3099\"/><Channel>Linux-Sysmon/Operational</Channel><Computer>web1</Computer>"
    "<Security UserId=\"0\"/></System>";
const std::string kEvent =
    kSystem +
    "<EventData><Data Name=\"UtcTime\">2021-10-24 17:05:38.410</Data>"
    "<Data Name=\"ProcessGuid\">{94325212-f5aa-627b-082b-60e4b9550000}</Data><Data "
    "Name=\"ProcessId\">1774</Data>"
    "<Data Name=\"Image\">/usr/bin/curl</Data><Data Name=\"CommandLine\">curl -s  "
    "http://x/?a&amp;b </Data>"
    "<Data Name=\"User\">root</Data><Data Name=\"Company\">-</Data>"
    "<Data Name=\"ParentImage\">(null)</Data></EventData></Event>";
const std::string kHead = "Oct 24 17:05:38 loghost sysmon: ";

struct Reading {
  std::vector<Document> documents;
  std::vector<SourceSpan> spans;
  ImportLog log;
  std::uint64_t length = 0;
};

Reading read(const std::string& file, std::string_view host = {}) {
  class Sink : public EventSink {
   public:
    explicit Sink(Reading& reading) : reading_(reading) {}
    void on_event(Event& event) override {
      EXPECT_EQ(event.source_kind, SourceKind::sysmon_linux);
      reading_.documents.push_back(golden::flatten(event));
      reading_.spans.push_back(event.source);
    }

   private:
    Reading& reading_;
  };
  static const Projection kAll = Projection::all();
  Reading reading;
  Sink sink(reading);
  const ArtifactBytes artifact{ArtifactId{3}, std::as_bytes(std::span(file)), host};
  const auto parser = make_sysmon_linux_parser();
  for (const Unit& unit : parser->split({&artifact, 1})) {
    ImportLog log;
    parser->decode({&artifact, 1}, unit, {&kAll, nullptr}, sink, log);
    reading.log.add(log);
    reading.length += unit.length;
  }
  EXPECT_EQ(reading.log.bytes.sum(), reading.length);
  EXPECT_EQ(reading.length, file.size());
  return reading;
}

std::vector<std::string> values(const Document& document, const std::string& field) {
  const auto found = document.find(field);
  return found == document.end() ? std::vector<std::string>{} : found->second;
}

bool recognizes(const std::string& file) {
  return make_sysmon_linux_parser()->recognizes(
      {ArtifactId{1}, std::as_bytes(std::span(file)), {}});
}

TEST(SysmonLinux, FieldsAndTheirQuirks) {
  const Reading reading = read(kHead + kEvent + "\n");
  ASSERT_EQ(reading.documents.size(), 1u);
  const Document& fields = reading.documents[0];
  EXPECT_THAT(values(fields, "process.entity_id"),
              ElementsAre("{94325212-f5aa-627b-082b-60e4b9550000}"));
  EXPECT_THAT(values(fields, "process.name"), ElementsAre("curl"));
  EXPECT_THAT(values(fields, "process.command_line"), ElementsAre("curl -s  http://x/?a&b "));
  EXPECT_THAT(values(fields, "process.args"), ElementsAre("curl", "-s", "http://x/?a&b"));
  EXPECT_THAT(values(fields, "process.parent.executable"), ElementsAre());
  EXPECT_THAT(values(fields, "process.pe.company"), ElementsAre());
  EXPECT_THAT(values(fields, "user.name"), ElementsAre("root"));
  EXPECT_THAT(values(fields, "user.id"), ElementsAre());
  EXPECT_THAT(values(fields, "winlog.user.identifier"), ElementsAre("0"));
  EXPECT_THAT(values(fields, "host.name"), ElementsAre("web1"));
  EXPECT_THAT(values(fields, "host.os.type"), ElementsAre("linux"));
  EXPECT_THAT(values(fields, "event.provider"), ElementsAre("Linux-Sysmon"));
  EXPECT_THAT(values(fields, "event.dataset"), ElementsAre("sysmon_linux.log"));
  EXPECT_THAT(values(fields, "event.category"), ElementsAre("process"));
  EXPECT_THAT(values(fields, "@timestamp"), ElementsAre("2021-10-24T17:05:38.410Z"));
  EXPECT_EQ(
      reading.spans[0],
      (SourceSpan{ArtifactId{3}, static_cast<std::uint32_t>(kHead.size() + kEvent.size()), 0}));
  EXPECT_EQ(reading.log.records, (RecordCount{1, 0, 0}));
}

TEST(SysmonLinux, ATimeOfBootIsNotTheEvents) {
  std::string event = kEvent;
  const std::string kUtc = "2021-10-24 17:05:38.410";
  event.replace(event.find(kUtc), kUtc.size(), "2021-10-24 16:42:56.564");
  EXPECT_THAT(values(read(kHead + event).documents.at(0), "@timestamp"),
              ElementsAre("2021-10-24T17:05:38.412320000Z"));
}

TEST(SysmonLinux, OtherProgramsAreUnused) {
  const std::string others =
      "Oct 24 17:05:31 loghost sysmon[3041]: Sysmon v1.0.0 - Monitors system events\n\n"
      "Oct 24 17:05:32 loghost sshd[1]: Accepted publickey\n"
      "Oct 24 17:05:33 loghost logger: <Event>Linux-Sysmon forged</Event>\n"
      "not a syslog line\r\n";
  const Reading reading = read(others + kHead + kEvent);
  EXPECT_EQ(reading.documents.size(), 1u);
  EXPECT_EQ(reading.log.bytes.unused, others.size());
  EXPECT_EQ(reading.log.bytes.refused, 0u);
  EXPECT_TRUE(reading.log.defects().empty());
}

TEST(SysmonLinux, WhatShouldBeAnEventAndIsNoneIsRefused) {
  const std::string no_system = kHead + "<Event><System><Provider Name=\"Linux-Sysmon\"\n";
  const std::string no_event = kHead + "Linux-Sysmon fell over\n";
  const std::string other =
      kHead + "<Event><System><Provider Name=\"X\"/></System><a>Linux-Sysmon</a></Event>\n";
  const Reading reading = read(no_system + no_event + other);
  EXPECT_EQ(reading.log.records, (RecordCount{0, 0, 3}));
  EXPECT_EQ(reading.log.bytes.refused, reading.length);
  const auto& places = reading.log.defects().at(Defect::bad_line).first_places;
  ASSERT_EQ(places.size(), 3u);
  EXPECT_EQ(places[0].detail, "event xml");
  EXPECT_EQ(places[1].detail, "no event in the line");
  EXPECT_EQ(places[1].offset, no_system.size());
  EXPECT_EQ(places[2].detail, "the event is of another provider");
}

TEST(SysmonLinux, CutLinesGiveWhatIsWhole) {
  const std::size_t cut = kEvent.find("curl -s") + 4;
  const Reading reading = read(kHead + kEvent.substr(0, cut) + "\n" + kHead + kEvent + "\n");
  ASSERT_EQ(reading.documents.size(), 2u);
  EXPECT_THAT(values(reading.documents[0], "process.executable"), ElementsAre("/usr/bin/curl"));
  EXPECT_THAT(values(reading.documents[0], "process.command_line"), ElementsAre());
  EXPECT_EQ(reading.log.count(Defect::event_incomplete), 1u);
  EXPECT_EQ(reading.log.records, (RecordCount{2, 0, 0}));
}

std::string json_escaped(std::string text) {
  for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos; at += 2)
    text.insert(at, 1, '\\');
  return text;
}

TEST(SysmonLinux, JournalJson) {
  const std::string line =
      "{\"PRIORITY\":\"6\",\"X\":[1,{\"a\":\"}\"}],\"_HOSTNAME\":\"jhost\",\"SYSLOG_IDENTIFIER\":"
      "\"sysmon\",\"MESSAGE\":\"" +
      json_escaped(kEvent) + "\"}\n";
  const std::string other =
      "{\"SYSLOG_IDENTIFIER\":\"sudo\",\"MESSAGE\":\"grep Linux-Sysmon <Event\"}\n";
  const std::string bytes =
      "{\"SYSLOG_IDENTIFIER\":\"sysmon\",\"NOTE\":\"Linux-Sysmon\",\"MESSAGE\":[60,69]}\n";
  const Reading reading = read(line + other + bytes);
  ASSERT_EQ(reading.documents.size(), 1u);
  EXPECT_THAT(values(reading.documents[0], "process.name"), ElementsAre("curl"));
  EXPECT_EQ(reading.log.bytes, (ByteCount{line.size(), 0, bytes.size(), other.size()}));
}

TEST(SysmonLinux, JournalExportAndBareXml) {
  const Reading reading =
      read("_HOSTNAME=web1\nSYSLOG_IDENTIFIER=sysmon\nMESSAGE=" + kEvent + "\n\n" + kEvent + "\n");
  EXPECT_EQ(reading.documents.size(), 2u);
}

TEST(SysmonLinux, HostFallsBackToTheLinesThenTheArtifacts) {
  std::string nameless = kEvent;
  const std::string kComputer = "<Computer>web1</Computer>";
  nameless.replace(nameless.find(kComputer), kComputer.size(), "<Computer></Computer>");
  EXPECT_THAT(values(read(kHead + nameless).documents.at(0), "host.name"), ElementsAre("loghost"));
  EXPECT_THAT(values(read(nameless, "folder").documents.at(0), "host.name"), ElementsAre("folder"));
  EXPECT_EQ(read(nameless).log.count(Defect::unknown_host), 1u);
}

TEST(SysmonLinux, LongLinesAreCapped) {
  const std::string line = kHead + kEvent + std::string(sysmon_linux::kMaxLine, ' ') + "\n";
  const Reading reading =
      read(line + std::string(sysmon_linux::kMaxLine + 9, 'x') + "\n" + kHead + kEvent + "\n");
  EXPECT_EQ(reading.documents.size(), 1u);
  EXPECT_EQ(reading.log.bytes.refused, line.size());
  EXPECT_EQ(reading.log.count(Defect::limit_exceeded), 1u);
}

TEST(SysmonLinux, RecognizesByContent) {
  EXPECT_TRUE(recognizes(kHead + kEvent));
  EXPECT_TRUE(recognizes("first line\nLinux-Sysmon in passing\n" + kHead + kEvent.substr(0, 500)));
  EXPECT_FALSE(recognizes(""));
  EXPECT_FALSE(recognizes("Oct 24 17:05:33 h cron: Linux-Sysmon <Event\n"));
  EXPECT_FALSE(recognizes("{\"SyslogMessage\":\"\\u003cEvent Linux-Sysmon\"}\n"));
}

// A large log of auditd's own is not looked through for what cannot be in it; one that somebody put
// together of several is.
TEST(SysmonLinux, LargeAuditLogsAreToldByLinesHereAndThere) {
  const auto recognizes = [](const std::string& text) {
    return make_sysmon_linux_parser()->recognizes(
        {ArtifactId{1}, std::as_bytes(std::span(text)), {}, "audit.log"});
  };
  const std::string audit = "type=PATH msg=audit(1634850338.101:7): name=\"/tmp/a\"\n";
  const std::string node = "node=web1 " + audit;
  std::string log;
  while (log.size() < 6u << 20) log += log.size() % 2 == 0 ? audit : node;
  EXPECT_FALSE(recognizes(log));
  std::string syslog;
  while (syslog.size() < 300'000) syslog += kHead + kEvent + "\n";
  EXPECT_TRUE(recognizes(log + syslog));
  EXPECT_TRUE(recognizes(syslog + log));
  EXPECT_TRUE(recognizes(log + syslog + log));
}

TEST(SysmonLinux, FindsEventsAgain) {
  const std::string file = "x\n" + kHead + kEvent + "\r\n" + kHead + kEvent + "\n";
  const Reading reading = read(file);
  ASSERT_EQ(reading.spans.size(), 2u);
  const auto parser = make_sysmon_linux_parser();
  const ArtifactBytes artifact{ArtifactId{3}, std::as_bytes(std::span(file)), {}};
  const Projection all = Projection::all();
  for (std::size_t i = 0; i < 2; ++i) {
    Event event;
    ASSERT_TRUE(parser->decode_event({&artifact, 1}, {&reading.spans[i], 1}, all, event));
    EXPECT_EQ(golden::flatten(event), reading.documents[i]);
  }
  class Count : public EventSink {
   public:
    void on_event(Event& event) override { offsets.push_back(event.source.offset); }
    std::vector<std::uint64_t> offsets;
  } sink;
  const std::vector<std::uint64_t> at{reading.spans[1].offset};
  ImportLog log;
  parser->decode({&artifact, 1}, parser->split({&artifact, 1}).at(0), {&all, &at}, sink, log);
  EXPECT_EQ(sink.offsets, at);
  EXPECT_EQ(log, ImportLog{});
}

TEST(JsonText, TakesTopLevelTextOnly) {
  std::string text;
  EXPECT_TRUE(
      sysmon_linux::json_text(R"({"a":{"k":"no"},"k":"y\"\\\n\u00e9\ud83d\ude00\/"})", "k", text));
  EXPECT_EQ(text, "y\"\\\n\xC3\xA9\xF0\x9F\x98\x80/");
  for (const char* bad : {"", "{", "[]", R"({"k")", R"({"k":)", R"({"k":1})", R"({"k":"open)",
                          R"({"a":[}],"k":"x"})", R"({"a":"k"})"}) {
    EXPECT_FALSE(sysmon_linux::json_text(bad, "k", text)) << bad;
  }
}

std::string logs_folder() {
  return golden::corpus().empty() ? std::string() : golden::corpus() + "/sysmon-linux";
}

TEST(SysmonLinuxCorpus, SyslogFile) {
  if (logs_folder().empty()) GTEST_SKIP() << "the corpus is not there";
  const std::string file = golden::read_text(logs_folder() + "/syslog/sysmon.part.log");
  EXPECT_TRUE(recognizes(file));
  const Reading reading = read(file);
  // 14 banner lines, then one event a line; the expected counts by plain text search.
  std::size_t events = 0;
  for (std::size_t at = 0; (at = file.find("sysmon: <Event>", at)) != std::string::npos; ++at)
    ++events;
  EXPECT_EQ(reading.log.records, (RecordCount{events, 0, 0}));
  EXPECT_EQ(events, 14u);
  for (const Document& document : reading.documents) {
    EXPECT_THAT(values(document, "host.name"), ElementsAre("james-ubuntu-demo"));
    EXPECT_EQ(values(document, "@timestamp").at(0).substr(0, 13), "2021-10-24T17");
  }
  EXPECT_TRUE(reading.log.defects().empty());
}

TEST(SysmonLinuxCorpus, BannerOfTheIntegrationsSampleIsNoEvent) {
  if (logs_folder().empty()) GTEST_SKIP() << "the corpus is not there";
  const auto sample = nlohmann::json::parse(
      golden::read_text(logs_folder() + "/integrations-sysmon_linux/sample_event.json"));
  const Reading reading =
      read("Oct 24 17:05:31 h sysmon[3041]: " + sample.at("message").get<std::string>() + "\n");
  EXPECT_TRUE(reading.documents.empty());
  EXPECT_EQ(reading.log.bytes.unused, reading.length);
}

// The XML of Azure's Syslog rows, as lines of a syslog file.
TEST(SysmonLinuxCorpus, RealEventsAsSyslog) {
  if (logs_folder().empty()) GTEST_SKIP() << "the corpus is not there";
  std::string file;
  std::size_t starts = 0;
  std::vector<std::string> images;
  const std::string rows =
      golden::read_text(logs_folder() + "/otrf/log4shell_syslog_sysmon.part.json");
  for (std::size_t at = 0; at < rows.size();) {
    const std::size_t end = std::min(rows.find('\n', at), rows.size());
    const auto row = nlohmann::json::parse(rows.substr(at, end - at), nullptr, false);
    at = end + 1;
    if (!row.is_object()) continue;
    const std::string xml = row.value("SyslogMessage", "");
    if (xml.find("Linux-Sysmon") == std::string::npos) continue;
    file += "May 11 18:10:20 UBUNTU5 sysmon: " + xml + "\n";
    EventXmlReader reader;
    WinEvent event;
    ASSERT_TRUE(reader.read_lenient(xml, event));
    if (event.event_id == 1u) {
      ++starts;
      images.emplace_back(event.data("Image"));
    }
  }
  const Reading reading = read(file);
  EXPECT_EQ(reading.log.records.refused, 0u);
  EXPECT_EQ(reading.log.records.parsed, 46u);
  EXPECT_EQ(reading.log.count(Defect::event_incomplete), 1u);  // the exporter cut one row
  std::size_t seen = 0;
  for (const Document& document : reading.documents) {
    if (values(document, "event.code") != std::vector<std::string>{"1"}) continue;
    EXPECT_EQ(values(document, "process.executable"), std::vector<std::string>{images.at(seen)});
    ++seen;
  }
  EXPECT_EQ(seen, starts);
  EXPECT_GT(starts, 0u);
}

}  // namespace
}  // namespace stemma
