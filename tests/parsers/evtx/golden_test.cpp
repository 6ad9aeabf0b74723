// The ECS documents that Winlogbeat and Elastic's integrations make of records, against ours of the
// same records: equal in every field that both know, or the difference is in the table of
// deliberate ones.
#include "tests/parsers/winlog/golden.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "parsers/common/parser.hpp"
#include "tests/parsers/winlog/golden_sources.hpp"

namespace stemma {
namespace {

namespace fs = std::filesystem;
using golden::Document;

class LiveDocuments : public EventSink {
 public:
  void on_event(Event& event) override {
    if (!event.recovered) documents.push_back(golden::flatten(event));
  }
  std::vector<Document> documents;
};

std::vector<Document> documents_of(const std::string& path) {
  const std::string bytes = golden::read_text(path);
  const ArtifactBytes artifact{ArtifactId{1}, std::as_bytes(std::span(bytes)), {}};
  const auto parser = make_evtx_parser();
  const Projection all = Projection::all();
  LiveDocuments sink;
  for (const Unit& unit : parser->split({&artifact, 1})) {
    ImportLog log;
    parser->decode({&artifact, 1}, unit, {&all, nullptr}, sink, log);
  }
  return std::move(sink.documents);
}

// Winlogbeat's goldens from their EVTX files.
std::size_t each_winlogbeat_record(const golden::OnPair& on_pair) {
  std::size_t pairs = 0;
  for (const std::string_view module : {"sysmon", "security", "powershell"}) {
    for (const auto& entry : fs::directory_iterator(
             fs::path(golden::corpus()) / "evtx/_oracles/winlogbeat-ecs" / module / "ingest")) {
      const std::string name = entry.path().filename().string();
      const std::string path = golden::evtx_of_golden(module, name.substr(0, name.find(".golden")));
      if (path.empty()) continue;
      const auto expected = nlohmann::json::parse(golden::read_text(entry.path().string()));
      const std::vector<Document> ours = documents_of(path);
      EXPECT_EQ(ours.size(), expected.size()) << path;
      for (std::size_t i = 0; i < std::min(ours.size(), expected.size()); ++i) {
        on_pair(module, golden::flatten(expected[i]), ours[i]);
        ++pairs;
      }
    }
  }
  return pairs;
}

class Golden : public testing::Test {
 protected:
  void SetUp() override {
    if (golden::corpus().empty()) GTEST_SKIP() << "the corpus is not there";
  }
  golden::OnPair compare_all() {
    return [this](std::string_view family, const Document& expected, const Document& ours) {
      verdict.add(golden::compare(family, expected, ours));
    };
  }
  golden::Verdict verdict;
};

TEST_F(Golden, WinlogbeatFromEvtx) {
  EXPECT_EQ(each_winlogbeat_record(compare_all()), 276u);
  EXPECT_EQ(verdict.unexpected(), "");
}

TEST_F(Golden, WinlogbeatFromItsOwnReading) {
  EXPECT_EQ(golden::each_collected_document(compare_all()), 15u);
  EXPECT_EQ(verdict.unexpected(), "");
}

TEST_F(Golden, ElasticIntegrations) {
  EXPECT_EQ(golden::each_integration_document(compare_all()), 281u);
  EXPECT_EQ(verdict.unexpected(), "");
}

TEST_F(Golden, EveryDeliberateDifferenceIsMet) {
  each_winlogbeat_record(compare_all());
  golden::each_collected_document(compare_all());
  golden::each_integration_document(compare_all());
  std::string unmet;
  const auto& table = golden::deliberate();
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (verdict.met().count(i) == 0)
      unmet += std::string(table[i].code) + " " + std::string(table[i].field) + " " +
               std::to_string(int(table[i].kind)) + "\n";
  }
  EXPECT_EQ(unmet, "");
}

}  // namespace
}  // namespace stemma
