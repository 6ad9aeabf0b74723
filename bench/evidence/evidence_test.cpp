// The generated evidence is valid and like real logs: every rule of the EVTX format holds, chunks
// are full, records have as many values and texts as measured ones, and a seed gives one log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "bench/evidence/linux_day.hpp"
#include "bench/evidence/windows_day.hpp"
#include "tests/support/evtx_check.hpp"
#include "tests/support/evtx_writer.hpp"

namespace stemma::bench {
namespace {

struct Log {
  std::string bytes;
  std::uint64_t chunks = 0;
};

Log windows_log(WindowsMix mix, std::uint64_t seed, std::size_t records) {
  std::ostringstream out;
  support::EvtxStream stream(out);
  WindowsDay day(mix, seed);
  for (std::size_t i = 0; i < records; ++i) stream.add(day.next());
  stream.finish();
  return {out.str(), stream.chunks()};
}

std::string audit_log(std::uint64_t seed, bool interleave) {
  support::AuditWriter writer;
  writer.interleaved(interleave);
  LinuxDay day(writer, seed);
  for (int i = 0; i < 2'000; ++i) day.step();
  return writer.take();
}

TEST(WindowsEvidence, KeepsEveryRuleOfTheFormat) {
  const WindowsMix everything{true, true, true, true};
  const support::CheckedFile checked = support::check_evtx(windows_log(everything, 1, 2'000).bytes);
  EXPECT_THAT(checked.violations, testing::IsEmpty());
  ASSERT_EQ(checked.records.size(), 2'000u);
  for (std::size_t i = 0; i < checked.records.size(); ++i) {
    EXPECT_EQ(checked.records[i].id, i + 1);
    EXPECT_GE(checked.records[i].filetime, checked.records[i == 0 ? 0 : i - 1].filetime);
  }
  EXPECT_TRUE(std::any_of(checked.records.begin(), checked.records.end(),
                          [](const auto& record) { return !record.template_instance; }));
}

TEST(WindowsEvidence, IsAsLargeAndAsVariedAsRealLogs) {
  const Log log = windows_log({}, 2, 20'000);
  const support::CheckedFile checked = support::check_evtx(log.bytes);
  const double record = static_cast<double>(log.bytes.size()) / 20'000;
  EXPECT_GT(record, 900);
  EXPECT_LT(record, 1'300);
  // What a chunk's header says is taken, without the last chunk.
  std::size_t used = 0;
  for (std::uint64_t i = 0; i + 1 < log.chunks; ++i) {
    const std::size_t at = 4'096 + static_cast<std::size_t>(i) * 65'536 + 48;
    for (std::size_t b = 0; b < 4; ++b)
      used += std::size_t{static_cast<unsigned char>(log.bytes[at + b])} << (8 * b);
  }
  EXPECT_GT(used, (log.chunks - 1) * 65'536 * 85 / 100);
  std::map<std::string, std::size_t> ids;
  std::size_t values = 0;
  for (const support::CheckedRecord& each : checked.records) {
    for (const std::string& line : each.lines) {
      if (line.rfind("Event/System/EventID=", 0) == 0) ++ids[line.substr(21)];
      // A value has a text or is an attribute that is not the name of one.
      if (line.back() != '=' && line.find("Data@Name=") == std::string::npos) ++values;
    }
  }
  for (const char* id : {"1", "3", "5", "7", "10", "11", "12", "13", "22", "4624", "4634", "4672",
                         "4688", "4689", "4663", "5156"})
    EXPECT_GT(ids[id], 20u) << id;
  EXPECT_EQ(ids["1"], ids["4688"]) << "both channels see a start";
  EXPECT_GT(values / 20'000, 22u);
  EXPECT_LT(values / 20'000, 32u);
}

TEST(WindowsEvidence, EveryStartHasAParentThatLives) {
  WindowsDay day({true, false, false, false}, 3);
  std::set<std::string> live;
  std::size_t starts = 0;
  for (int i = 0; i < 20'000; ++i) {
    const support::WinRecord record = day.next();
    if (record.event_id == 1) {
      const std::string parent = record.item("ParentProcessGuid").text();
      if (starts++ == 0) live.insert(parent);
      EXPECT_TRUE(live.count(parent)) << parent;
      EXPECT_TRUE(live.insert(record.item("ProcessGuid").text()).second);
    } else if (record.event_id == 5) {
      EXPECT_EQ(live.erase(record.item("ProcessGuid").text()), 1u);
    }
  }
  EXPECT_GT(starts, 800u);
}

TEST(WindowsEvidence, ASeedIsALog) {
  EXPECT_EQ(windows_log({}, 7, 500).bytes, windows_log({}, 7, 500).bytes);
  EXPECT_NE(windows_log({}, 7, 500).bytes, windows_log({}, 8, 500).bytes);
}

TEST(LinuxEvidence, ASeedIsALogAndInterleavingChangesTheOrderOnly) {
  const std::string log = audit_log(7, false);
  EXPECT_EQ(log, audit_log(7, false));
  EXPECT_NE(log, audit_log(8, false));
  const auto sorted = [](const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    std::sort(lines.begin(), lines.end());
    return lines;
  };
  const std::string interleaved = audit_log(7, true);
  EXPECT_NE(log, interleaved);
  EXPECT_EQ(sorted(log), sorted(interleaved));
}

}  // namespace
}  // namespace stemma::bench
