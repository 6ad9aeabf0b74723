// Copies of events count once, twins do not: against a search that compares every event with every
// other, and on floods of equals.
#include "events/copies.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include "events/run_sort.hpp"

namespace stemma {
namespace {

struct Row {
  std::int64_t time = 0;
  std::uint64_t sequence = 0;
  SourceSpan source;
  EventClass kind;
  std::uint64_t content = 0;  // what a hash of all fields would say
  bool readable = true;       // decodes the second time too
};

struct Outcome {
  std::set<std::uint32_t> dropped;
  std::size_t hashed = 0;  // candidates that were decoded again
  std::size_t calls = 0;
};

Outcome find(const std::vector<Row>& rows) {
  EventColumns columns;
  EventClassTable classes;
  std::vector<std::uint32_t> order(rows.size());
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    order[i] = i;
    columns.time.push_back(rows[i].time);
    columns.offset.push_back(rows[i].source.offset);
    columns.sequence.push_back(rows[i].sequence);
    columns.length.push_back(rows[i].source.length);
    EventClass kind = rows[i].kind;
    kind.artifact = rows[i].source.artifact;
    columns.event_class.push_back(classes.intern(kind));
  }
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(rows[a].time, rows[a].source.artifact, rows[a].source.offset) <
           std::tie(rows[b].time, rows[b].source.artifact, rows[b].source.offset);
  });
  Outcome outcome;
  find_copies(
      columns, classes, order, StringPool(),
      [&](const StringPool&, std::span<CopyCandidate> candidates) {
        ++outcome.calls;
        outcome.hashed += candidates.size();
        EXPECT_TRUE(std::is_sorted(candidates.begin(), candidates.end(),
                                   [](const CopyCandidate& a, const CopyCandidate& b) {
                                     return std::tie(a.source.artifact, a.source.offset, a.row) <
                                            std::tie(b.source.artifact, b.source.offset, b.row);
                                   }));
        for (CopyCandidate& candidate : candidates) {
          candidate.content_hash = rows[candidate.row].content;
          candidate.hashed = rows[candidate.row].readable;
        }
      },
      [&](std::uint32_t row, const SourceSpan& source) {
        EXPECT_EQ(source, rows[row].source);
        EXPECT_TRUE(outcome.dropped.insert(row).second);
      });
  return outcome;
}

// Every event with every other: of equals all but one go, the live and early one stays, and a place
// keeps all that it holds beyond the first as long as no other place shows it first.
std::set<std::uint32_t> oracle(const std::vector<Row>& rows) {
  std::set<std::uint32_t> dropped;
  std::vector<bool> done(rows.size(), false);
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    if (done[i] || !rows[i].readable) continue;
    std::vector<std::uint32_t> equal;
    for (std::uint32_t k = 0; k < rows.size(); ++k) {
      const Row& a = rows[i];
      const Row& b = rows[k];
      if (!b.readable || a.time != b.time || a.sequence != b.sequence || a.content != b.content ||
          a.kind.host != b.kind.host || a.kind.channel != b.kind.channel ||
          a.kind.code != b.kind.code)
        continue;
      equal.push_back(k);
      done[k] = true;
    }
    std::sort(equal.begin(), equal.end(), [&](std::uint32_t x, std::uint32_t y) {
      return std::tie(rows[x].kind.recovered, rows[x].source.artifact, rows[x].source.offset, x) <
             std::tie(rows[y].kind.recovered, rows[y].source.artifact, rows[y].source.offset, y);
    });
    std::uint32_t kept = equal.front();
    for (std::size_t k = 1; k < equal.size(); ++k) {
      if (rows[equal[k]].source == rows[kept].source) {
        kept = equal[k];
      } else {
        dropped.insert(equal[k]);
      }
    }
  }
  return dropped;
}

TEST(Copies, EqualASearchOfAllPairs) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    std::vector<Row> rows(random() % 60);
    for (Row& row : rows) {
      row.time = static_cast<std::int64_t>(random() % 3);
      row.sequence = random() % 3;
      row.source = {ArtifactId{1 + static_cast<std::uint32_t>(random() % 3)}, 10,
                    random() % 8 * 10};
      row.kind.host = HostId{1 + static_cast<std::uint32_t>(random() % 2)};
      row.kind.code = StringId{1 + static_cast<std::uint32_t>(random() % 2)};
      row.kind.recovered = random() % 4 == 0;
      row.content = random() % 2;
      row.readable = random() % 10 != 0;
    }
    ASSERT_EQ(find(rows).dropped, oracle(rows)) << round;
  }
}

TEST(Copies, EventsOfOneTimeThatDifferAreNotDecodedAgain) {
  std::vector<Row> rows(1000);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].sequence = i;
    rows[i].source = {ArtifactId{1}, 10, i * 10};
  }
  EXPECT_EQ(find(rows).calls, 0u);
}

TEST(Copies, RecordsOfOneSpanAreNotDecodedAgain) {
  std::vector<Row> rows(10);
  for (Row& row : rows) row.source = {ArtifactId{1}, 10, 0};
  const Outcome outcome = find(rows);
  EXPECT_EQ(outcome.calls, 0u);
  EXPECT_TRUE(outcome.dropped.empty());
}

TEST(Copies, AFloodOfEqualsIsDecodedOnceEach) {
  std::vector<Row> rows(kCandidatesAtOnce + 1000);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].source = {ArtifactId{1}, 10, i * 10};
    rows[i].content = i % 2 == 0 ? 0 : i;
  }
  const Outcome outcome = find(rows);
  EXPECT_EQ(outcome.hashed, rows.size());
  EXPECT_EQ(outcome.dropped.size(), (rows.size() + 1) / 2 - 1);
}

TEST(Copies, ManyPairsAreDecodedInPortions) {
  std::vector<Row> rows(kCandidatesAtOnce * 2 + 10);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].time = static_cast<std::int64_t>(i / 2);
    rows[i].source = {ArtifactId{1 + static_cast<std::uint32_t>(i % 2)}, 10, i / 2 * 10};
  }
  const Outcome outcome = find(rows);
  EXPECT_EQ(outcome.calls, 3u);
  EXPECT_EQ(outcome.hashed, rows.size());
  EXPECT_EQ(outcome.dropped.size(), rows.size() / 2);
}

}  // namespace
}  // namespace stemma
