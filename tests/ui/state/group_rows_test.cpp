// Rows of a grouped grid: small ones typed and read back, random ones held against a list that is
// written out anew after every step.
#include "ui/state/group_rows.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace stemma::ui {
namespace {

using testing::ElementsAre;

const EventSort kHost{EventSort::By::host, false, {}}, kCode{EventSort::By::code, false, {}},
    kLog{EventSort::By::log, false, {}};

// The groups of rows whose values, one a level, stand in order; an empty value is none.
std::shared_ptr<const EventOrder> order_of(const std::vector<std::vector<std::string>>& rows) {
  auto order = std::make_shared<EventOrder>();
  EventGroups& groups = order->groups;
  const std::size_t levels = rows.empty() ? 0 : rows.front().size();
  for (const EventSort& level : {kHost, kCode, kLog}) {
    if (groups.by.by.size() < levels) groups.by.by.push_back(level);
  }
  groups.values.resize(levels);
  std::function<void(std::size_t, std::size_t, std::size_t, std::uint32_t)> add =
      [&](std::size_t level, std::size_t first, std::size_t last, std::uint32_t parent) {
        if (level == levels) return;
        for (std::size_t end = first; first < last; first = end) {
          while (end < last && rows[end][level] == rows[first][level]) ++end;
          EventGroup group;
          group.first = static_cast<std::uint32_t>(first);
          group.rows = static_cast<std::uint32_t>(end - first);
          group.parent = parent;
          group.level = static_cast<std::uint8_t>(level);
          group.kind =
              rows[first][level].empty() ? EventGroup::Kind::none : EventGroup::Kind::value;
          group.value = static_cast<std::uint32_t>(groups.values[level].size());
          groups.values[level].push_back({rows[first][level], {}, false, true});
          const auto at = static_cast<std::uint32_t>(groups.list.size());
          groups.list.push_back(group);
          add(level + 1, first, end, at);
          groups.list[at].end = static_cast<std::uint32_t>(groups.list.size());
        }
      };
  add(0, 0, rows.size(), kNoGroup);
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    order->place_at.push_back(i);
    order->row_of.push_back(i);
  }
  return order;
}

std::string text(const GroupRows& rows) {
  std::string out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const GroupRows::Row row = rows[i];
    out += std::string(rows.depth(i), ' ');
    if (row.row) {
      out += fmt::format("row {}\n", *row.row);
    } else {
      const EventGroup& group = rows.groups().list[row.group];
      out += fmt::format("{} {}{}\n", rows.is_open(row.group) ? '-' : '+',
                         group_text(rows.groups(), group), fmt::format(" ({})", group.rows));
    }
  }
  return out;
}

TEST(GroupRows, AreClosedAtFirstAndOpenLevelByLevel) {
  GroupRows rows(order_of({{"a", "1"}, {"a", "1"}, {"a", "2"}, {"b", "1"}, {"", ""}}));
  EXPECT_EQ(rows.outermost(), 3u);
  EXPECT_EQ(text(rows), "+ a (3)\n+ b (1)\n+ (none) (1)\n");
  EXPECT_TRUE(rows.expand(0));
  EXPECT_FALSE(rows.expand(0));
  EXPECT_EQ(text(rows), "- a (3)\n + 1 (2)\n + 2 (1)\n+ b (1)\n+ (none) (1)\n");
  EXPECT_TRUE(rows.expand(1));
  EXPECT_EQ(text(rows), "- a (3)\n - 1 (2)\n  row 0\n  row 1\n + 2 (1)\n+ b (1)\n+ (none) (1)\n");
  EXPECT_FALSE(rows.expand(2));  // an event
  EXPECT_TRUE(rows.collapse(0));
  EXPECT_EQ(text(rows), "+ a (3)\n+ b (1)\n+ (none) (1)\n");
  rows.expand(0);  // as it was
  EXPECT_EQ(text(rows), "- a (3)\n - 1 (2)\n  row 0\n  row 1\n + 2 (1)\n+ b (1)\n+ (none) (1)\n");
  EXPECT_EQ(rows.reveal(4), 8u);
  EXPECT_EQ(text(rows),
            "- a (3)\n - 1 (2)\n  row 0\n  row 1\n + 2 (1)\n+ b (1)\n- (none) (1)\n - (none) (1)\n"
            "  row 4\n");
  rows.collapse_everything();
  EXPECT_TRUE(rows.expand_below(0));
  EXPECT_EQ(text(rows),
            "- a (3)\n - 1 (2)\n  row 0\n  row 1\n - 2 (1)\n  row 2\n+ b (1)\n+ (none) (1)\n");
}

TEST(GroupRows, WithoutGroupsThereIsNothing) {
  GroupRows rows(order_of({}));
  EXPECT_FALSE(rows.active());
  EXPECT_EQ(rows.size(), 0u);
  rows.expand_everything();
  rows.collapse_everything();
  rows.reopen({{0, EventGroup::Kind::value, "a"}});
  EXPECT_TRUE(rows.open_groups(4).empty());
  EXPECT_FALSE(GroupRows().active());
}

TEST(GroupRows, WhatWasOpenIsOpenInAnotherOrder) {
  GroupRows before(order_of({{"a", "1"}, {"a", "2"}, {"b", "1"}, {"c", "1"}, {"", "1"}}));
  before.expand(0);
  before.expand(2);  // a 2
  before.expand(4);  // b
  before.expand(before.size() - 1);
  EXPECT_EQ(text(before),
            "- a (2)\n + 1 (1)\n - 2 (1)\n  row 1\n- b (1)\n + 1 (1)\n+ c (1)\n"
            "- (none) (1)\n + 1 (1)\n");
  // Another filter and the other way round: b is gone, a 2 is larger, a group called (none) is new.
  GroupRows after(
      order_of({{"c", "1"}, {"a", "2"}, {"a", "2"}, {"a", "1"}, {"(none)", "1"}, {"", "1"}}));
  after.reopen(before.open_groups(2));
  EXPECT_EQ(text(after),
            "+ c (1)\n- a (3)\n - 2 (2)\n  row 1\n  row 2\n + 1 (1)\n+ (none) (1)\n"
            "- (none) (1)\n + 1 (1)\n");
  after.collapse_everything();
  after.reopen(before.open_groups(1));  // the inner level is another one
  EXPECT_EQ(text(after),
            "+ c (1)\n- a (3)\n + 2 (2)\n + 1 (1)\n+ (none) (1)\n- (none) (1)\n + 1 (1)\n");
}

TEST(GroupRows, WhatIsLookedForAgainIsCapped) {
  std::vector<std::vector<std::string>> many;
  for (std::size_t i = 0; i < kMaxReopenLooks + 10; ++i) many.push_back({fmt::format("{:06}", i)});
  const auto order = order_of(many);
  GroupRows rows(order);
  rows.expand_everything();
  EXPECT_EQ(rows.open_groups(1).size(), kMaxReopened);
  GroupRows again(order);
  again.reopen({{0, EventGroup::Kind::value, many.front().front()},
                {0, EventGroup::Kind::value, many.back().front()}});
  EXPECT_TRUE(again.is_open(0));
  EXPECT_FALSE(again.is_open(static_cast<std::uint32_t>(many.size() - 1)));
}

// The slow way: every row written out.
struct Slow {
  const EventGroups* groups;
  std::set<std::uint32_t> open;

  [[nodiscard]] std::vector<std::pair<std::uint32_t, std::optional<std::uint32_t>>> rows() const {
    std::vector<std::pair<std::uint32_t, std::optional<std::uint32_t>>> out;
    for (std::uint32_t at = 0; at < groups->list.size(); ++at) {
      const EventGroup& group = groups->list[at];
      bool seen = true;
      for (std::uint32_t up = group.parent; up != kNoGroup; up = groups->list[up].parent)
        seen = seen && open.count(up) != 0;
      if (!seen) continue;
      out.emplace_back(at, std::nullopt);
      if (open.count(at) == 0) continue;
      bool holds_groups = false;
      for (const EventGroup& other : groups->list)
        holds_groups = holds_groups || other.parent == at;
      for (std::uint32_t row = group.first; !holds_groups && row < group.first + group.rows; ++row)
        out.emplace_back(at, row);
    }
    return out;
  }
};

void expect_same(const GroupRows& rows, const Slow& slow, std::uint32_t events,
                 std::mt19937& random) {
  const auto all = slow.rows();
  ASSERT_EQ(rows.size(), all.size());
  std::map<std::uint32_t, std::size_t> seen, lines;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& [group, row] = all[i];
    ASSERT_EQ(rows[i].group, group);
    ASSERT_EQ(rows[i].row, row);
    ASSERT_EQ(rows.depth(i), slow.groups->list[group].level + (row ? 1u : 0u));
    (row ? seen[*row] : lines[group]) = i;
    const std::uint32_t above = row ? group : slow.groups->list[group].parent;
    ASSERT_EQ(rows.parent_row(i),
              above == kNoGroup ? std::nullopt : std::optional(lines.at(above)));
  }
  for (std::uint32_t at = 0; at < slow.groups->list.size(); ++at) {
    const auto line = lines.find(at);
    ASSERT_EQ(rows.line_of(at), line == lines.end() ? std::nullopt : std::optional(line->second));
  }
  for (std::uint32_t row = 0; row < events; ++row) {
    const auto at = seen.find(row);
    ASSERT_EQ(rows.row_of(row), at == seen.end() ? std::nullopt : std::optional(at->second));
    std::size_t over = 0;
    for (const auto& [group, line] : lines) {
      const EventGroup& one = slow.groups->list[group];
      if (one.first <= row && row < one.first + one.rows) over = line;
    }
    ASSERT_EQ(rows.line_over(row), over);
  }
  // Events that some rows stand for, in two ranges that are counted one after the other.
  std::vector<std::size_t> cuts;
  for (int i = 0; i < 4; ++i) cuts.push_back(random() % all.size());
  std::sort(cuts.begin(), cuts.end());
  if (cuts[1] == cuts[2]) return;
  std::set<std::uint32_t> covered_slow;
  std::size_t covered = 0, counted = 0;
  for (const auto& [from, to] : {std::pair(cuts[0], cuts[1]), std::pair(cuts[2], cuts[3])}) {
    counted += rows.count(from, to, covered);
    for (std::size_t i = from; i <= to; ++i) {
      const EventGroup& group = slow.groups->list[all[i].first];
      if (all[i].second) {
        covered_slow.insert(*all[i].second);
      } else {
        for (std::uint32_t row = group.first; row < group.first + group.rows; ++row)
          covered_slow.insert(row);
      }
    }
  }
  ASSERT_EQ(counted, covered_slow.size());
}

TEST(GroupRows, AreWhatWritingThemOutGives) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const std::size_t levels = 1 + random() % 3;
    const auto events = static_cast<std::uint32_t>(1 + random() % 60);
    std::vector<std::vector<std::string>> values(events, std::vector<std::string>(levels));
    for (auto& row : values) {
      for (auto& value : row) value = std::string(random() % 4, 'x');
    }
    std::sort(values.begin(), values.end());
    auto order = order_of(values);
    // A cap may leave groups out: some of the innermost groups' parents hold rows alone.
    if (levels > 1 && seed % 3 == 0) {
      auto cut = std::make_shared<EventOrder>(*order);
      std::vector<EventGroup> kept;
      for (const EventGroup& group : cut->groups.list) {
        if (group.level == 0) kept.push_back(group);
      }
      for (std::uint32_t i = 0; i < kept.size(); ++i) kept[i].end = i + 1;
      cut->groups.list = std::move(kept);
      order = std::move(cut);
    }
    GroupRows rows(order);
    Slow slow{&order->groups, {}};
    expect_same(rows, slow, events, random);
    for (int step = 0; step < 40; ++step) {
      auto list = slow.rows();  // kept up by what is told before each change
      std::size_t size = list.size();
      const GroupRows::Before before = [&](const GroupRows::Change& change) {
        ASSERT_LT(change.first, size);
        ASSERT_TRUE(change.inserted == 0 || change.removed == 0);
        ASSERT_LE(change.first + 1 + change.removed, size);
        size = size + change.inserted - change.removed;
      };
      const std::size_t at = random() % list.size();
      const auto [group, row] = list[at];
      switch (random() % 6) {
        case 0:
        case 1:
          EXPECT_EQ(rows.expand(at, before), !row && slow.open.count(group) == 0);
          if (!row) slow.open.insert(group);
          break;
        case 2:
          EXPECT_EQ(rows.collapse(at, before), !row && slow.open.count(group) != 0);
          if (!row) slow.open.erase(group);
          break;
        case 3:
          rows.expand_below(at, before);
          for (std::uint32_t i = group; !row && i < order->groups.list[group].end; ++i)
            slow.open.insert(i);
          break;
        case 4: {
          const auto wanted = static_cast<std::uint32_t>(random() % events);
          const std::size_t seen = rows.reveal(wanted, before);
          EXPECT_EQ(rows[seen].row, wanted);
          for (std::uint32_t i = 0; i < order->groups.list.size(); ++i) {
            const EventGroup& one = order->groups.list[i];
            if (one.first <= wanted && wanted < one.first + one.rows) slow.open.insert(i);
          }
          break;
        }
        default:
          if (random() % 4 != 0) break;
          slow.open.clear();
          if (random() % 2 == 0) {
            rows.collapse_everything();
          } else {
            rows.expand_everything();
            for (std::uint32_t i = 0; i < order->groups.list.size(); ++i) slow.open.insert(i);
          }
          size = slow.rows().size();
      }
      ASSERT_EQ(size, rows.size());
      expect_same(rows, slow, events, random);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(EventGrouping, WhatCannotBeALevelIsTakenAway) {
  const EventSort time{}, field{EventSort::By::field, false, "user.name"},
      other{EventSort::By::field, false, "user.id"};
  EventSort host_down = kHost;
  host_down.descending = true;
  const EventGrouping tidy = tidied({{time, kHost, field, host_down, other, field, kCode, kLog}});
  EXPECT_THAT(tidy.by, ElementsAre(kHost, field, other, kCode));
}

}  // namespace
}  // namespace stemma::ui
