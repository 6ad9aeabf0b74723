// A log decoded in blocks is the log decoded as one piece: events, their order, notes and books,
// for blocks of any size. And what is put together is what the plain rules say.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "parsers/auditd/auditd_parser.hpp"
#include "parsers/auditd/block_decoder.hpp"
#include "tests/parsers/auditd/audit_run.hpp"
#include "tests/parsers/auditd/log_maker.hpp"
#include "tests/parsers/auditd/plain_assembly.hpp"
#include "tests/support/audit_writer.hpp"

namespace stemma::auditd {
namespace {

using auditd_test::assemble_plainly;
using auditd_test::corpus_logs;
using auditd_test::damaged;
using auditd_test::Parsed;
using auditd_test::PlainAssembly;
using auditd_test::run;
using auditd_test::run_only;
using auditd_test::Seen;

constexpr std::uint64_t kWhole = std::uint64_t{1} << 40;

void expect_same(const Parsed& whole, const Parsed& blocks) {
  ASSERT_EQ(whole.serials(), blocks.serials());
  for (std::size_t i = 0; i < whole.events.size(); ++i)
    ASSERT_TRUE(whole.events[i] == blocks.events[i]) << "event " << i;
  ASSERT_EQ(whole.logs.size(), blocks.logs.size());
  for (std::size_t i = 0; i < whole.logs.size(); ++i) {
    EXPECT_TRUE(whole.logs[i] == blocks.logs[i]) << whole.defects(i) << "in blocks\n"
                                                 << blocks.defects(i);
  }
}

void expect_blocks_change_nothing(const std::vector<std::string>& texts,
                                  const std::vector<std::uint64_t>& sizes) {
  const Parsed whole = run(texts, {}, kWhole);
  for (const std::uint64_t size : sizes) {
    SCOPED_TRACE(fmt::format("blocks of {}", size));
    expect_same(whole, run(texts, {}, size));
    if (testing::Test::HasFailure()) return;
  }
}

/// What BlockDecoder makes of a log in blocks, without any field.
PlainAssembly assemble(const std::string& log, std::uint64_t block) {
  const ArtifactBytes artifact{ArtifactId{1}, std::as_bytes(std::span(log)), {}};
  PlainAssembly result;
  for (const Unit& unit : make_parser(block)->split({&artifact, 1})) {
    const StreamText stream({&artifact, 1}, unit);
    ImportLog books;
    BlockDecoder(stream, unit)
        .decode(
            [&](const AssembledEvent& event) {
              auditd_test::PlainEvent plain;
              for (const EventLine& line : event.lines) plain.lines.push_back(line.offset);
              if (event.incomplete != nullptr) plain.incomplete = event.incomplete;
              plain.clock_fell_by = event.clock_fell_by;
              result.events.push_back(plain);
            },
            &books);
    EXPECT_EQ(books.bytes.sum(), unit.length);
    const auto capped = books.defects().find(Defect::limit_exceeded);
    if (capped == books.defects().end()) continue;
    for (const DefectPlace& place : capped->second.first_places)
      result.refused.push_back(place.offset);
  }
  return result;
}

void expect_the_rules(const std::string& log, const std::vector<std::uint64_t>& sizes) {
  const PlainAssembly expected = assemble_plainly(log);
  for (const std::uint64_t size : sizes) {
    const PlainAssembly result = assemble(log, size);
    ASSERT_EQ(result.events.size(), expected.events.size()) << size;
    for (std::size_t i = 0; i < result.events.size(); ++i) {
      ASSERT_TRUE(result.events[i] == expected.events[i])
          << "blocks of " << size << ", event " << i << "\n"
          << auditd_test::text_of({{result.events[i]}, {}})
          << auditd_test::text_of({{expected.events[i]}, {}});
    }
  }
}

TEST(Blocks, LogsOfTheCorpus) {
  if (auditd_test::corpus().empty()) GTEST_SKIP() << "no corpus";
  std::size_t files = 0;
  for (const auto& [name, text] : corpus_logs()) {
    SCOPED_TRACE(name);
    expect_blocks_change_nothing({text}, {1, 100, 500, 3'000, 20'000});
    expect_the_rules(text, {kWhole});
    if (HasFailure()) return;
    ++files;
  }
  EXPECT_GE(files, 39u);
}

TEST(Blocks, DamagedLogs) {
  if (auditd_test::corpus().empty()) GTEST_SKIP() << "no corpus";
  std::vector<std::string> texts;
  for (auto& [name, text] : corpus_logs()) {
    if (text.size() <= 48u << 10) texts.push_back(std::move(text));
  }
  std::mt19937 random(20'261'124);
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE(round);
    std::vector<std::string> pieces;
    for (std::size_t i = 0; i < 1 + random() % 3; ++i)
      pieces.push_back(damaged(texts[random() % texts.size()], random));
    expect_blocks_change_nothing(pieces, {1 + random() % 300, 1'000 + random() % 10'000});
    expect_the_rules(pieces[0], {kWhole, 1 + random() % 2'000});
    if (HasFailure()) return;
  }
}

TEST(Blocks, LogsThatMixEverything) {
  std::mt19937 random(7);
  for (int round = 0; round < 40; ++round) {
    SCOPED_TRACE(round);
    auditd_test::LogMaker maker(random());
    const std::string log = maker.lines(400 + random() % 4'000);
    expect_the_rules(log, {kWhole, 1 + random() % 400, 5'000 + random() % 100'000});
    if (HasFailure()) return;
    if (round % 8 == 0) expect_blocks_change_nothing({log}, {10'000 + random() % 50'000});
  }
}

TEST(Blocks, ClocksThatAreSeldomSeen) {
  // Between the records that show a machine's clock lie many lines that do not, and events of two
  // records far apart, which the clock may part, in every other round.
  std::mt19937 random(13);
  std::size_t fell = 0;
  for (int round = 0; round < 8; ++round) {
    std::string log;
    std::int64_t now = 10'000'000;
    std::uint32_t serial = 1;
    std::size_t next_clock = 0;
    std::vector<std::pair<std::size_t, std::string>> later;
    for (std::size_t i = 0; i < 12'000; ++i) {
      if (i == next_clock) {
        now += random() % 2 == 0 ? 1'990 : random() % 2 == 0 ? 10 : -5'000;
        log += fmt::format("type=USER_ACCT msg=audit({}.{:03}:{}): pid=1\n", now / 1000, now % 1000,
                           serial++);
        constexpr std::size_t kSteps[] = {3, 40, 700, 990, 1'010, 1'500, 1'990, 2'010, 3'000};
        next_clock = i + kSteps[random() % std::size(kSteps)];
      } else if (!later.empty() && later.front().first <= i) {
        log += later.front().second;
        later.erase(later.begin());
      } else if (round % 2 == 0 && random() % 50 == 0) {
        const std::string record =
            fmt::format("type=CWD msg=audit(9000.000:{}): cwd=\"/\"\n", serial++);
        log += record;
        later.emplace_back(i + 2 + random() % 995, record);
        std::sort(later.begin(), later.end());
      } else {
        log += "type=DAEMON_CONFIG msg=audit(1.000:1): op=x\n";
      }
    }
    for (const auto& event : assemble_plainly(log).events) fell += event.clock_fell_by != 0;
    expect_the_rules(log, {kWhole, 20'000 + random() % 5'000, 60'000, 3'000 + random() % 3'000});
    if (HasFailure()) return;
  }
  EXPECT_GT(fell, 10u);
}

TEST(Blocks, AClockIsSeenOverTwiceTheWindow) {
  for (const std::uint64_t between : {kMaxClockLines - 1, kMaxClockLines}) {
    std::string log = "type=USER_ACCT msg=audit(10000.000:5): pid=1\n";
    for (std::uint64_t i = 0; i < between; ++i)
      log += "type=DAEMON_CONFIG msg=audit(1.000:1): op=x\n";
    log += "type=USER_ACCT msg=audit(9000.000:6): pid=1\n";
    expect_the_rules(log, {kWhole, 1});
    EXPECT_EQ(assemble(log, 1).events.back().clock_fell_by,
              between < kMaxClockLines ? 1'000'000 : 0);
  }
}

TEST(Blocks, TwoLinesAUnit) {
  auditd_test::LogMaker maker(3);
  const std::string log = maker.lines(1'500);
  expect_the_rules(log, {1, 100, 200});
}

TEST(Blocks, RotatedFiles) {
  support::AuditWriter writer;
  writer.interleaved(true);
  for (std::uint32_t i = 0; i < 200; ++i) writer.exec({.pid = 100 + i});
  const std::string text = writer.text();
  std::mt19937 random(5);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::string> files;
    std::size_t start = 0;
    for (int i = 0; i < 4; ++i) {
      const std::size_t end =
          text.find('\n', text.size() * (static_cast<std::size_t>(i) + 1) / 5 + random() % 2'000) +
          1;
      files.push_back(text.substr(start, end - start));
      start = end;
    }
    files.push_back(text.substr(start));
    std::shuffle(files.begin(), files.end(), random);
    expect_blocks_change_nothing(files, {1 + random() % 200, 2'000 + random() % 5'000});
    if (HasFailure()) return;
  }
}

TEST(Blocks, AStampWithoutEndIsCutByTheGrid) {
  // One stamp goes on over six cells of the grid, in lines as long as lines can be.
  std::string log;
  std::size_t n = 0;
  while (log.size() < 6 * kGridBytes) {
    if (++n % 7 == 0) {
      log += fmt::format("type=USER_ACCT msg=audit(1.000:{}): pid=1\n", n);
    } else {
      log += "type=PATH msg=audit(1.000:1): item=0 name=\"" + std::string(900'000, 'x') + "\"\n";
    }
  }
  const PlainAssembly whole = assemble_plainly(log);
  std::size_t pieces = 0;
  for (const auto& event : whole.events) {
    if (event.incomplete.empty()) continue;
    ++pieces;
    EXPECT_LT(event.lines.back() - event.lines.front(), kMaxEventSpan);
  }
  EXPECT_EQ(pieces, 5u);
  expect_the_rules(log, {kWhole, 3u << 20, 10u << 20});
}

TEST(Blocks, ASecondPassFindsEveryEventAlone) {
  std::mt19937 random(11);
  std::vector<std::string> logs;
  for (int i = 0; i < 6; ++i) logs.push_back(auditd_test::LogMaker(random()).lines(600));
  support::AuditWriter writer;
  writer.interleaved(true);
  for (std::uint32_t i = 0; i < 60; ++i) writer.exec({.pid = 100 + i});
  logs.push_back(writer.text());
  for (const std::string& log : logs) {
    const Parsed whole = run({log}, {}, kWhole);
    for (const std::uint64_t block : {std::uint64_t{30'000}, kWhole}) {
      for (int round = 0; round < 30; ++round) {
        const std::size_t share = std::size_t{1} << (round % 9);
        std::vector<std::uint64_t> offsets;
        std::vector<const Seen*> expected;
        for (const Seen& event : whole.events) {
          if (random() % share != 0) continue;
          offsets.push_back(event.source.offset);
          expected.push_back(&event);
        }
        const std::vector<Seen> found = run_only({log}, 0, offsets, block);
        ASSERT_EQ(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) ASSERT_TRUE(found[i] == *expected[i]) << i;
      }
    }
  }
}

}  // namespace
}  // namespace stemma::auditd
