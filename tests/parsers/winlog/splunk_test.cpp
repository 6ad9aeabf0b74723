// Events as a forwarder wrote them: XML with single quotes, one after another, of Sysmon and of the
// Security channel of one machine. Both describe the same twenty processes, so each is held against
// the other.
#include <gtest/gtest.h>

#include "parsers/winlog/event_xml.hpp"
#include "parsers/winlog/mapping.hpp"
#include "tests/parsers/winlog/golden.hpp"

namespace stemma {
namespace {

using golden::Document;

std::vector<Document> events_in(const std::string& text) {
  const Projection all = Projection::all();
  const std::string_view kEnd = "</Event>";
  std::vector<Document> documents;
  EventXmlReader reader;
  WinlogMapper mapper;
  WinEvent from;
  Event event;
  for (std::size_t at = 0; (at = text.find("<Event ", at)) != std::string::npos;) {
    const std::size_t end = text.find(kEnd, at);
    if (end == std::string::npos) break;
    EXPECT_TRUE(reader.read(std::string_view(text).substr(at, end + kEnd.size() - at), from));
    event.reset(all);
    mapper.map(from, event);
    documents.push_back(golden::flatten(event));
    at = end;
  }
  return documents;
}

std::string of(const Document& document, const std::string& field) {
  const auto found = document.find(field);
  return found == document.end() ? std::string() : found->second.front();
}

TEST(SplunkXml, SysmonAndSecurityAgreeOnTheSameProcesses) {
  if (golden::corpus().empty()) GTEST_SKIP() << "the corpus is not there";
  const std::vector<Document> documents = events_in(golden::read_text(
      golden::corpus() + "/windows-json/splunk-xml/certutil_exe_certificate_extraction.raw"));
  std::size_t sysmon = 0;
  std::size_t agreeing = 0;
  for (const Document& start : documents) {
    if (of(start, "event.module") != "sysmon" || of(start, "event.code") != "1") continue;
    ++sysmon;
    for (const Document& other : documents) {
      if (of(other, "event.code") != "4688" || of(other, "process.pid") != of(start, "process.pid"))
        continue;
      EXPECT_EQ(of(other, "process.command_line"), of(start, "process.command_line"));
      EXPECT_EQ(other.at("process.args"), start.at("process.args"));
      EXPECT_EQ(of(other, "process.executable"), of(start, "process.executable"));
      EXPECT_EQ(of(other, "process.parent.pid"), of(start, "process.parent.pid"));
      EXPECT_EQ(of(other, "host.name"), of(start, "host.name"));
      ++agreeing;
      break;
    }
  }
  EXPECT_EQ(sysmon, 20u);
  EXPECT_EQ(agreeing, 20u);
}

}  // namespace
}  // namespace stemma
