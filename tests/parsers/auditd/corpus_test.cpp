// Real logs: as many events as ausearch finds, books that balance on every file and on damaged
// copies of it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "tests/parsers/auditd/audit_run.hpp"
#include "tests/parsers/auditd/log_maker.hpp"

namespace stemma::auditd_test {
namespace {

std::vector<std::string> logs_of_the_corpus() {
  std::vector<std::string> names;
  for (const auto& [name, text] : corpus_logs()) names.push_back(name);
  return names;
}

/// Distinct events of an `ausearch -i` output. It prints some events in several blocks, so blocks
/// are not counted: stamps are.
std::size_t events_of(const std::string& output) {
  std::set<std::string> stamps;
  std::istringstream in(output);
  for (std::string line; std::getline(in, line);) {
    if (line.compare(0, 5, "type=") != 0 && line.compare(0, 5, "node=") != 0) continue;
    const std::size_t start = line.find("msg=audit(");
    if (start == std::string::npos) continue;
    stamps.insert(line.substr(start, line.find(')', start) - start));
  }
  return stamps.size();
}

TEST(Corpus, AsManyEventsAsAusearch) {
  if (corpus().empty()) GTEST_SKIP() << "no corpus";
  // Ours minus ausearch's, and why.
  const std::map<std::string, int> kDeliberate = {
      // A line without a type is refused (bad_line); ausearch takes it for an event. A stamp
      // without milliseconds is refused, too; ausearch
      // prints it with the stamp of its neighbour.
      {"plaso/selinux.log", -1},
      // ausearch 3.0.9 drops serial 18877199, a well-formed SYSCALL behind the higher serial
      // 18877201; it finds the same two lines in
      // filebeat-auditd/test.log.
      {"integrations-auditd/sample_logs-audit.log", 1},
      {"integrations-auditd/test-auditd-raw.log", 1},
  };
  std::size_t files = 0;
  std::size_t events = 0;
  for (const std::string& name : logs_of_the_corpus()) {
    const std::string oracle =
        read_file(corpus() + "/_oracles/audit-userspace-3.0.9/" + name + ".ausearch-i.txt");
    if (oracle.empty()) continue;
    const std::string text = read_file(corpus() + "/" + name);
    EXPECT_TRUE(recognized(text)) << name;
    const Parsed result = run(text);
    const auto difference =
        static_cast<int>(result.events.size()) - static_cast<int>(events_of(oracle));
    const auto deliberate = kDeliberate.find(name);
    EXPECT_EQ(difference, deliberate == kDeliberate.end() ? 0 : deliberate->second) << name;
    ++files;
    events += result.events.size();
  }
  EXPECT_EQ(files, 39u);
  EXPECT_EQ(events, 1'299u);
}

TEST(Corpus, RefusedLinesAreTheBrokenOnes) {
  if (corpus().empty()) GTEST_SKIP() << "no corpus";
  std::map<std::string, std::string> refused;
  for (const std::string& name : logs_of_the_corpus()) {
    const Parsed result = run(read_file(corpus() + "/" + name));
    if (result.logs[0].records.refused != 0) refused[name] = result.records();
  }
  // Elastic's rhel7 logs hold lines that are `type=UNKNOWN[1329] msg=…` cut off; plaso's is broken
  // on purpose.
  const std::map<std::string, std::string> expected = {
      {"filebeat-auditd/audit-rhel7.log", "2328/119"},
      {"go-libaudit/auparse/audit-rhel7.log", "49/1"},
      {"integrations-auditd/sample_logs-audit.log", "45/1"},
      {"integrations-auditd/test-auditd-raw.log", "46/1"},
      {"plaso/selinux.log", "7/4"},
  };
  EXPECT_EQ(refused, expected);
}

TEST(Corpus, OtherJsonIsNotClaimed) {
  if (corpus().empty()) GTEST_SKIP() << "no corpus";
  EXPECT_FALSE(recognized(read_file(corpus() + "/otrf/auoms_log4shell.part.json")));
  EXPECT_FALSE(recognized(read_file(corpus() + "/laurel/record-execve.json")));
  EXPECT_FALSE(recognized(read_file(corpus() + "/SOURCES.md")));
}

TEST(Corpus, DamagedCopiesBalance) {
  if (corpus().empty()) GTEST_SKIP() << "no corpus";
  std::vector<std::string> texts;
  for (const std::string& name : logs_of_the_corpus()) {
    std::string text = read_file(corpus() + "/" + name);
    if (text.size() <= 64u << 10) texts.push_back(std::move(text));
  }
  ASSERT_GT(texts.size(), 20u);
  std::mt19937 random(24'112'026);
  std::size_t events = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> pieces;
    for (std::size_t i = 0; i < 1 + random() % 3; ++i)
      pieces.push_back(damaged(texts[random() % texts.size()], random));
    events +=
        run(pieces).events.size();  // run() checks the books and every event's second decoding
    if (HasFailure()) FAIL() << "round " << round;
  }
  EXPECT_GT(events, 1'000u);
}

TEST(Corpus, OrderOfFilesChangesNothing) {
  if (corpus().empty()) GTEST_SKIP() << "no corpus";
  std::vector<std::string> texts;
  for (const std::string& name : logs_of_the_corpus()) {
    if (name != "SOURCES.md") texts.push_back(read_file(corpus() + "/" + name));
  }
  const auto fingerprint = [](const Parsed& result) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> all;
    for (const Seen& event : result.events) all.emplace_back(event.source.offset, event.hash);
    return all;
  };
  const auto expected = fingerprint(run(texts));
  std::mt19937 random(7);
  for (int round = 0; round < 3; ++round) {
    std::shuffle(texts.begin(), texts.end(), random);
    EXPECT_EQ(fingerprint(run(texts)), expected);
  }
}

}  // namespace
}  // namespace stemma::auditd_test
