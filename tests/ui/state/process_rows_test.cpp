// The tree as rows, typed and read back, over the samples and over a made-up tree with many
// siblings.
#include "ui/state/process_rows.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "events/text.hpp"
#include "tests/support/story.hpp"

namespace stemma::ui {
namespace {

std::string text(const ProcessRows& rows) {
  const CaseSnapshot& snapshot = *rows.open_case()->snapshot;
  std::string out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const ProcessRow& row = rows[i];
    out += std::string(row.depth, ' ');
    if (row.kind == ProcessRow::Kind::host) {
      out += fmt::format("{} ({})", snapshot.hosts.name(row.host), row.count);
    } else {
      const ImageId image = snapshot.tree.last_image(row.entity);
      const std::string name(image ? snapshot.strings.view(snapshot.tree.image(image).name) : "?");
      out += row.kind == ProcessRow::Kind::more ? fmt::format("{} more {}", row.count, name) : name;
    }
    if (row.expandable) out += row.expanded ? " -" : " +";
    out += '\n';
  }
  return out;
}

std::shared_ptr<const OpenCase> case_of(support::Story& story, std::vector<EntityId> found = {}) {
  auto open = std::make_shared<OpenCase>();
  open->stage = Stage::detected;
  open->snapshot = story.freeze();
  for (const EntityId id : found) {
    Finding finding;
    finding.entity = id;
    finding.id = fmt::format("f{}", id.value);
    finding.event = open->snapshot->tree.images_of(id).front().event;
    open->findings.push_back(finding);
  }
  open->index = std::make_shared<const CaseIndex>(*open->snapshot, open->findings, nullptr);
  return open;
}

support::Happening start(std::int64_t at, std::int64_t pid, std::int64_t parent,
                         std::string executable) {
  support::Happening one;
  one.at_ms = at;
  one.pid = pid;
  one.parent_pid = parent;
  one.executable = std::move(executable);
  return one;
}

// init starts a shell, which starts ten times id, then sh with a child.
void tell_siblings(support::Story& story) {
  story.sysmon_start(start(1, 10, kNoPid, "init"));
  story.sysmon_start(start(2, 11, 10, "bash"));
  for (int i = 0; i < 10; ++i) story.sysmon_start(start(10 + i, 100 + i, 11, "id"));
  story.sysmon_start(start(30, 200, 11, "sh"));
  story.sysmon_start(start(31, 201, 200, "ls"));
}

EntityId named(const CaseSnapshot& snapshot, std::int64_t pid) {
  for (std::uint32_t i = 1; i <= snapshot.tree.entities().size(); ++i) {
    if (snapshot.tree.entity({i}).pid == pid) return {i};
  }
  return {};
}

TEST(ProcessRows, HostsAreOpenAndTheRestIsFolded) {
  support::Story story;
  tell_siblings(story);
  const ProcessRows rows(case_of(story));
  EXPECT_EQ(text(rows), "host01 (14) -\n init +\n");
}

TEST(ProcessRows, SiblingsOfOneNameAreFolded) {
  support::Story story;
  tell_siblings(story);
  ProcessRows rows(case_of(story));
  rows.expand_all(0);
  EXPECT_EQ(
      text(rows),
      "host01 (14) -\n init -\n  bash -\n   id\n   id\n   id\n   7 more id +\n   sh -\n    ls\n");
  EXPECT_TRUE(rows.expand(6));
  EXPECT_EQ(text(rows),
            "host01 (14) -\n init -\n  bash -\n   id\n   id\n   id\n   id\n   id\n   id\n   id\n   "
            "id\n   id\n   id\n"
            "   sh -\n    ls\n");
  // What was unfolded stays so when its parent is closed and opened.
  EXPECT_TRUE(rows.collapse(2));
  EXPECT_EQ(text(rows), "host01 (14) -\n init -\n  bash +\n");
  EXPECT_TRUE(rows.expand(2));
  EXPECT_EQ(rows.size(), 15u);
  rows.collapse_everything();
  EXPECT_EQ(text(rows), "host01 (14) -\n init +\n");
  EXPECT_FALSE(rows.collapse(1));
}

TEST(ProcessRows, WhatWasFoundIsInViewAndNeverFolded) {
  support::Story story;
  tell_siblings(story);
  auto open = case_of(story);
  const EntityId found = named(*open->snapshot, 105);
  support::Story again;
  tell_siblings(again);
  const ProcessRows rows(case_of(again, {found}));
  EXPECT_EQ(text(rows),
            "host01 (14) -\n init -\n  bash -\n   id\n   id\n   id\n   id\n   id\n   id\n   id\n   "
            "id\n   id\n   id\n   sh +\n");
  EXPECT_EQ(rows.open_case()->index->facts(found).findings, 1u);
  EXPECT_EQ(rows.open_case()->index->facts(named(*rows.open_case()->snapshot, 10)).findings_below,
            1u);
}

TEST(ProcessRows, RevealOpensWhatLeadsThere) {
  support::Story story;
  tell_siblings(story);
  const auto open = case_of(story);
  ProcessRows rows(open);
  const EntityId hidden = named(*open->snapshot, 108);
  EXPECT_EQ(rows.row_of(hidden), std::nullopt);
  const auto row = rows.reveal(hidden);
  ASSERT_TRUE(row);
  EXPECT_EQ(rows[*row].entity, hidden);
  EXPECT_EQ(rows.row_of(hidden), row);
  EXPECT_EQ(rows[*rows.parent_row(*row)].entity, named(*open->snapshot, 11));
  EXPECT_EQ(rows.reveal({}), std::nullopt);
  EXPECT_EQ(rows.reveal({99'999}), std::nullopt);
}

TEST(ProcessRows, AFoldedRowStandsForThoseItHides) {
  support::Story story;
  tell_siblings(story);
  const auto open = case_of(story);
  ProcessRows rows(open);
  rows.expand_everything();
  EXPECT_EQ(rows.row_of(named(*open->snapshot, 107)), 6u);
}

TEST(ProcessRows, ALimitLeavesTheRestOut) {
  support::Story story;
  tell_siblings(story);
  const auto open = case_of(story);
  ProcessRows rows(open);
  rows.limit_to(named(*open->snapshot, 200));
  EXPECT_EQ(text(rows), "sh -\n ls\n");
  EXPECT_EQ(rows.reveal(named(*open->snapshot, 11)), std::nullopt);
  rows.limit_to({});
  EXPECT_EQ(rows[0].kind, ProcessRow::Kind::host);
}

TEST(ProcessRows, AChainOfThousandsAndASiblingCrowdAreRowsToo) {
  support::Story story;
  for (int i = 0; i < 3000; ++i)
    story.sysmon_start(start(i, 1000 + i, i == 0 ? kNoPid : 999 + i, "sh"));
  for (int i = 0; i < 5000; ++i)
    story.sysmon_start(start(4000 + i, 10'000 + i, 1000, i % 2 == 0 ? "a" : "b"));
  const auto open = case_of(story);
  ProcessRows rows(open);
  rows.expand_everything();
  EXPECT_EQ(rows.size(), 8001u);
  EXPECT_EQ(rows[3000].depth, 3000);
  for (std::size_t row = rows.size(); row-- > 0;) rows.collapse(row);
  EXPECT_EQ(rows.size(), 1u);
}

TEST(ProcessRows, NothingOpenIsNoRows) {
  ProcessRows rows;
  EXPECT_EQ(rows.size(), 0u);
  EXPECT_EQ(rows.reveal({1}), std::nullopt);
  rows.expand_everything();
  rows.update(std::make_shared<OpenCase>());
  EXPECT_EQ(rows.size(), 0u);
}

}  // namespace
}  // namespace stemma::ui
