// Rotated files as one log: which belong together, in which order, and events that lie across the
// cut.
#include "parsers/auditd/streams.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/parsers/auditd/audit_run.hpp"
#include "tests/support/audit_writer.hpp"

namespace stemma::auditd {
namespace {

using auditd_test::Parsed;
using auditd_test::run;
using support::AuditExec;
using support::AuditWriter;

/// A log of `count` execs, and its text cut at line ends into `pieces` parts, also in the middle of
/// events.
std::vector<std::string> rotated(AuditWriter& writer, std::uint32_t count, std::size_t pieces) {
  for (std::uint32_t i = 0; i < count; ++i) {
    AuditExec exec;
    exec.pid = 1'000 + i;
    exec.argv = {"x", std::to_string(i)};
    writer.exec(exec);
  }
  const std::string text = writer.take();
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (std::size_t i = 1; i <= pieces; ++i) {
    std::size_t end = i == pieces ? text.size() : text.find('\n', text.size() * i / pieces) + 1;
    parts.push_back(text.substr(start, end - start));
    start = end;
  }
  return parts;
}

/// The streams that the units lie in, in the order of their first units.
std::vector<std::vector<std::uint32_t>> streams_of(const Parsed& result) {
  std::vector<std::vector<std::uint32_t>> all;
  for (const Unit& unit : result.units) {
    if (std::find(all.begin(), all.end(), unit.stream) == all.end()) all.push_back(unit.stream);
  }
  return all;
}

/// `0,2,1 3`: the streams, by artifact.
std::string streams(const Parsed& result) {
  std::string all;
  for (const std::vector<std::uint32_t>& stream : streams_of(result)) {
    if (!all.empty()) all += ' ';
    for (std::size_t i = 0; i < stream.size(); ++i) {
      if (i > 0) all += ',';
      all += std::to_string(stream[i]);
    }
  }
  return all;
}

TEST(Streams, RotatedFilesAreOneLogInAnyOrder) {
  AuditWriter writer;
  const std::vector<std::string> parts = rotated(writer, 40, 5);
  std::string whole;
  for (const std::string& part : parts) whole += part;
  const Parsed expected = run(whole);
  ASSERT_EQ(expected.events.size(), 40u);

  std::vector<std::size_t> order(parts.size());
  std::iota(order.begin(), order.end(), 0u);
  std::size_t straddling = 0;
  do {
    std::vector<std::string> shuffled;
    for (const std::size_t i : order) shuffled.push_back(parts[i]);
    const Parsed result = run(shuffled);
    ASSERT_EQ(streams_of(result).size(), 1u);
    for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[streams_of(result)[0][i]], i);
    ASSERT_EQ(result.events.size(), expected.events.size());
    for (std::size_t i = 0; i < result.events.size(); ++i) {
      ASSERT_EQ(result.events[i].fields, expected.events[i].fields);
      straddling += result.events[i].more_pieces.size();
    }
    for (std::size_t i = 0; i < parts.size(); ++i) EXPECT_EQ(result.defects(i), "");
  } while (std::next_permutation(order.begin(), order.end()) && !HasFailure());
  EXPECT_GT(straddling, 0u);
}

TEST(Streams, AnEventAcrossTheCutHasAPieceInEachFile) {
  AuditWriter writer;
  writer.exec({});
  const std::string text = writer.text();
  const std::size_t cut = text.find("type=CWD");
  const Parsed result = run({text.substr(cut), text.substr(0, cut)});
  EXPECT_EQ(streams(result), "1,0");
  ASSERT_EQ(result.events.size(), 1u);
  EXPECT_EQ(result.events[0].source,
            (SourceSpan{ArtifactId{2}, static_cast<std::uint32_t>(cut - 1), 0}));
  ASSERT_EQ(result.events[0].more_pieces.size(), 1u);
  EXPECT_EQ(result.events[0].more_pieces[0],
            (SourceSpan{ArtifactId{1}, static_cast<std::uint32_t>(text.size() - cut - 1), 0}));
  EXPECT_EQ(result.events[0]["process.working_directory"], "/");
}

TEST(Streams, CopiesAndOverlapsStayApart) {
  AuditWriter writer;
  const std::vector<std::string> parts = rotated(writer, 30, 3);
  EXPECT_EQ(streams_of(run({parts[0], parts[0]})).size(), 2u);
  // audit.log.1, audit.log, and a copy of both in one file.
  const Parsed result = run({parts[0] + parts[1], parts[1], parts[0]});
  EXPECT_EQ(streams_of(result).size(), 2u);
  EXPECT_EQ(result.events.size(), run(parts[0] + parts[1]).events.size() * 2);
}

TEST(Streams, MachinesStayApart) {
  AuditWriter a("a");
  AuditWriter b("b");
  const std::vector<std::string> of_a = rotated(a, 10, 2);
  const std::vector<std::string> of_b = rotated(b, 10, 2);
  EXPECT_EQ(streams(run({of_a[0], of_b[0], of_a[1], of_b[1]})).size(),
            std::string("0,2 1,3").size());
  EXPECT_EQ(streams_of(run({of_a[0], of_b[0], of_a[1], of_b[1]})).size(), 2u);
  // Without node= the hosts that the collection knows tell them apart.
  AuditWriter c;
  AuditWriter d;
  const std::vector<std::string> of_c = rotated(c, 10, 2);
  const std::vector<std::string> of_d = rotated(d, 10, 2);
  EXPECT_EQ(streams_of(run({of_c[0], of_d[1]}, {"c", "d"})).size(), 2u);
  EXPECT_EQ(streams_of(run({of_c[0], of_c[1]}, {"c", "c"})).size(), 1u);
}

TEST(Streams, ARebootLowersSerials) {
  AuditWriter before;
  before.at(1'000'000).serial(90'000);
  AuditWriter after;
  after.at(9'000'000).serial(5);
  const std::string old_log = rotated(before, 10, 1)[0];
  const std::string new_log = rotated(after, 10, 1)[0];
  EXPECT_EQ(streams(run({new_log, old_log})), "1,0");
}

TEST(Streams, ALogThatBeginsWithALongWaitIsStillLater) {
  AuditWriter first;
  first.at(10'000'000, 5).serial(100);
  const std::string old_log = rotated(first, 20, 1)[0];
  AuditWriter second;
  second.at(10'000'200, 5).serial(121);
  // accept() entered long before, numbered 120.
  const std::string wait =
      "type=SYSCALL msg=audit(5000.000:120): arch=c000003e syscall=43 success=yes exit=4 a0=3 "
      "items=0 pid=9\n";
  const std::string new_log = wait + rotated(second, 20, 1)[0];
  EXPECT_EQ(streams(run({new_log, old_log})), "1,0");
}

TEST(Streams, AFileWithoutRecordsIsAStreamOfItsOwn) {
  AuditWriter writer;
  // The empty file holds nothing to book, so it has no unit.
  EXPECT_EQ(streams(run({std::string("type=CWD msg=\n"), rotated(writer, 3, 1)[0], std::string()})),
            "0 1");
}

}  // namespace
}  // namespace stemma::auditd
