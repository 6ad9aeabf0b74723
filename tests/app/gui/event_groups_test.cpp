// Groups of the grid over real events, held against grouping by hand, and against what filtering by a group leaves.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>

#include "app/gui/event_export.hpp"
#include "app/gui/event_sort.hpp"
#include "app/gui/filter_pass.hpp"
#include "events/fields.hpp"
#include "events/text.hpp"
#include "ui/state/group_filter.hpp"

namespace stemma {
namespace {

using By = ui::EventSort::By;
using Kind = ui::EventGroup::Kind;
using testing::ElementsAre;

const Session& samples(unsigned threads = 2) {
  static std::map<unsigned, std::unique_ptr<Session>> open;
  auto& session = open[threads];
  if (!session) {
    SessionOptions options;
    options.threads = threads;
    session = Session::open({std::string(std::getenv("STEMMA_ROOT")) + "/samples/azure-run-command"}, options);
  }
  return *session;
}

ui::EventOrder grouped(const SortInput& input, unsigned threads = 2) {
  const std::atomic<bool> dropped{false};
  auto order = order_of(samples(threads), input, dropped, [](std::size_t) {});
  EXPECT_TRUE(order);
  return std::move(*order);
}

ui::EventSort field(const char* name) { return {By::field, false, name}; }

// `vm-win01 275`, the inner ones indented.
std::string text(const ui::EventGroups& groups) {
  std::string out;
  for (const ui::EventGroup& group : groups.list) out += fmt::format("{}{} {}\n", std::string(group.level, ' '), group_text(groups, group), group.rows);
  return out;
}

bool same(const ui::EventOrder& a, const ui::EventOrder& b) {
  return a.place_at == b.place_at && a.row_of == b.row_of && a.notes == b.notes && a.groups.list == b.groups.list && text(a.groups) == text(b.groups);
}

// What a level's column says of an event, as the line of its group does; empty for nothing.
std::string cell(const ui::EventSort& level, EventId id) {
  const CaseSnapshot& snapshot = samples().snapshot();
  const EventClass& one = snapshot.events.classes()[snapshot.events.event_class(id)];
  switch (level.by) {
    case By::host: return visible(snapshot.hosts.name(one.host));
    case By::log: return visible(ui::log_text(snapshot, one));
    case By::code: return visible(snapshot.strings.view(one.code));
    case By::category: return ui::category_text(one.categories);
    case By::process: return visible(ui::process_of(snapshot, id).name);
    default: break;
  }
  Event event;
  EXPECT_TRUE(samples().decode(id, Projection::all(), event));
  redact(event);
  return cells_of(event, {intern_field(level.field)}).front();
}

const std::vector<ui::EventGrouping>& groupings() {
  static const std::vector<ui::EventGrouping> all{{{{By::host, false, {}}}},
                                                  {{{By::host, true, {}}, {By::process, false, {}}}},
                                                  {{{By::category, false, {}}, {By::log, true, {}}, {By::code, false, {}}}},
                                                  {{field("user.name"), {By::host, false, {}}, field("process.command_line"), {By::process, true, {}}}},
                                                  {{field("process.args")}}};
  return all;
}

TEST(EventGroups, OfHostsAndLogsAsTheyAre) {
  SortInput input;
  input.groups.by = {{By::host, false, {}}};
  EXPECT_EQ(text(grouped(input).groups), "azure:5c0f1f2e-7f3c-4a51-9d0e-6a6a1d3b9c11 53\nvm-lnx01 228\nvm-lnx02 55\nvm-win01 275\nvm-win02 33\n");
}

TEST(EventGroups, HoldTheRowsThatHaveTheirValues) {
  for (const ui::EventGrouping& grouping : groupings()) {
    SortInput input;
    input.groups = grouping;
    const ui::EventOrder order = grouped(input);
    const auto& list = order.groups.list;
    ASSERT_FALSE(list.empty());
    EXPECT_TRUE(order.notes.empty());
    std::vector<std::size_t> behind(grouping.by.size(), 0);  // by level: where the last group ended
    std::set<std::pair<std::uint32_t, std::string>> seen;
    for (std::uint32_t at = 0; at < list.size(); ++at) {
      const ui::EventGroup& group = list[at];
      ASSERT_NE(group.rows, 0u);
      ASSERT_EQ(group.first, behind[group.level]);
      behind[group.level] += group.rows;
      ASSERT_EQ(group.level == 0, group.parent == ui::kNoGroup);
      if (group.level != 0) {
        const ui::EventGroup& parent = list[group.parent];
        ASSERT_EQ(parent.level + 1, group.level);
        ASSERT_TRUE(group.parent < at && at < parent.end);
        ASSERT_TRUE(parent.first <= group.first && group.first + group.rows <= parent.first + parent.rows);
      }
      const std::string shown = group_text(order.groups, group);
      EXPECT_TRUE(seen.emplace(group.parent, shown + (group.kind == Kind::none ? "?" : "")).second) << shown << " twice";
      for (std::uint32_t row = group.first; row < group.first + group.rows; ++row) {
        const std::string value = cell(grouping.by[group.level], EventId::from_index(order.place_at[row]));
        if (group.kind == Kind::none) {
          ASSERT_EQ(value, "");
        } else if (value.size() <= kMaxSortKey) {
          ASSERT_EQ(value, shown);
        } else {
          ASSERT_EQ(value.substr(0, 500), shown.substr(0, 500));
        }
        // In the order of time inside.
        if (group.level + 1u == grouping.by.size() && row != group.first) {
          ASSERT_LT(order.place_at[row - 1], order.place_at[row]);
        }
      }
    }
    for (const std::size_t rows : behind) EXPECT_EQ(rows, samples().snapshot().events.size());
  }
}

TEST(EventGroups, AreTheSameForAnyNumberOfThreads) {
  for (const ui::EventGrouping& grouping : groupings()) {
    SortInput input;
    input.groups = grouping;
    input.sort = field("process.pid");
    EXPECT_TRUE(same(grouped(input, 1), grouped(input, 4)));
    input.max_groups = 20;
    input.max_text = 3000;
    EXPECT_TRUE(same(grouped(input, 1), grouped(input, 4)));
  }
}

TEST(EventGroups, RowsInsideStandAsTheSortSays) {
  SortInput input;
  input.groups.by = {{By::host, false, {}}};
  input.sort.descending = true;
  const ui::EventOrder latest = grouped(input);
  for (const ui::EventGroup& group : latest.groups.list) {
    for (std::uint32_t row = group.first + 1; row < group.first + group.rows; ++row) ASSERT_GT(latest.place_at[row - 1], latest.place_at[row]);
  }
  input.sort = {By::code, false, {}};
  const ui::EventOrder by_code = grouped(input);
  for (const ui::EventGroup& group : by_code.groups.list) {
    for (std::uint32_t row = group.first + 1; row < group.first + group.rows; ++row) {
      const std::string a = cell(input.sort, EventId::from_index(by_code.place_at[row - 1])), b = cell(input.sort, EventId::from_index(by_code.place_at[row]));
      if (a.empty()) {
        ASSERT_EQ(b, "");
      } else if (!b.empty()) {
        ASSERT_LE(compare_sort_keys(a, b), 0) << a << " " << b;
      }
    }
  }
}

TEST(EventGroups, OfSomeEventsOnly) {
  std::vector<EventId> some;
  for (std::size_t i = 0; i < samples().snapshot().events.size(); i += 3) some.push_back(EventId::from_index(i));
  SortInput input;
  input.events = &some;
  input.groups.by = {{By::host, false, {}}};
  const ui::EventOrder order = grouped(input);
  std::map<std::string, std::uint32_t> counts;
  for (const EventId id : some) ++counts[cell(input.groups.by.front(), id)];
  for (const ui::EventGroup& group : order.groups.list) EXPECT_EQ(group.rows, counts[group_text(order.groups, group)]);
  some.clear();
  EXPECT_TRUE(grouped(input).groups.list.empty());
}

TEST(EventGroups, OfNotesHoldWhatWasSaid) {
  SortInput input;
  input.groups.by = {{By::note, false, {}}};
  input.notes = {{EventId::from_index(3), "malicious"}, {EventId::from_index(9), "benign"}, {EventId::from_index(11), "malicious"}};
  EXPECT_EQ(text(grouped(input).groups), "benign 1\nmalicious 2\n(none) 641\n");
}

TEST(EventGroups, BeyondTheCapRowsStandTogetherAndItIsSaid) {
  SortInput input;
  input.groups.by = {{By::host, false, {}}};
  input.max_groups = 2;
  ui::EventOrder order = grouped(input);
  EXPECT_EQ(text(order.groups), "azure:5c0f1f2e-7f3c-4a51-9d0e-6a6a1d3b9c11 53\nvm-lnx01 228\n3 more values 363\n");
  EXPECT_THAT(order.notes, ElementsAre("2 of 5 groups by host are shown, rows of the others stand together: the grid has at most 2 groups"));
  // Outer levels come first: all hosts are there, and of the inner groups those that there is room for.
  input.groups.by = {{By::host, false, {}}, {By::category, false, {}}, {By::code, false, {}}};
  input.max_groups = 8;
  order = grouped(input);
  EXPECT_EQ(order.groups.by, input.groups);
  std::size_t outer = 0, inner = 0, more = 0;
  for (const ui::EventGroup& group : order.groups.list) {
    outer += group.level == 0 ? 1 : 0;
    inner += group.level == 1 && group.kind != Kind::more ? 1 : 0;
    more += group.kind == Kind::more ? 1 : 0;
    EXPECT_LT(group.level, 2);
  }
  EXPECT_EQ(outer, 5u);
  EXPECT_EQ(inner, 3u);
  EXPECT_GE(more, 3u);
  ASSERT_EQ(order.notes.size(), 2u);
  EXPECT_THAT(order.notes[0], testing::MatchesRegex("3 of [0-9]+ groups by category are shown, rows of the others stand together: the grid has at most 8 groups"));
  EXPECT_THAT(order.notes[1], testing::MatchesRegex("0 of [0-9]+ groups by code are shown, rows of the others stand together: the grid has at most 8 groups"));
  // Nothing is lost.
  std::uint32_t rows = 0;
  for (const ui::EventGroup& group : order.groups.list) rows += group.level == 1 ? group.rows : 0;
  EXPECT_EQ(rows, samples().snapshot().events.size());
}

TEST(EventGroups, ValuesThatHadNoRoomAreOneGroup) {
  SortInput input;
  input.groups.by = {field("process.command_line")};
  input.max_text = 200;
  const ui::EventOrder order = grouped(input);
  std::string beyond, none;
  for (const ui::EventGroup& group : order.groups.list) {
    if (group.kind == Kind::beyond) beyond += fmt::format("{}: {}", group_text(order.groups, group), group.rows);
    if (group.kind == Kind::none) none = std::to_string(group.rows);
  }
  ASSERT_EQ(order.notes.size(), 1u);
  const std::string count = order.notes[0].substr(0, order.notes[0].find(' '));
  EXPECT_EQ(beyond, "(values that had no room): " + count);
  EXPECT_NE(none, "");
}

TEST(EventGroups, EndWhenNobodyWantsThemAnyMore) {
  SortInput input;
  input.groups.by = {{By::host, false, {}}, field("user.name")};
  const std::atomic<bool> dropped{true};
  EXPECT_FALSE(order_of(samples(), input, dropped, [](std::size_t) {}));
}

TEST(EventGroups, AreReadInOnePassThatIsToldOnce) {
  SortInput input;
  input.groups.by = {{By::host, false, {}}, field("user.name")};
  input.sort = field("process.pid");
  std::vector<std::size_t> told;
  const std::atomic<bool> dropped{false};
  ASSERT_TRUE(order_of(samples(), input, dropped, [&](std::size_t events) { told.push_back(events); }));
  EXPECT_THAT(told, ElementsAre(samples().snapshot().events.size() / 2));  // hosts are there, and what is decoded begins
}

// Filtering by a group leaves its events, and filtering it out all others. Chips of fields have no regard to case, and hold for an event that has
// other values there as well; what names events is exact.
TEST(EventGroups, AreWhatFilteringByThemLeaves) {
  std::size_t by_fields = 0, by_events = 0;
  for (const ui::EventGrouping& grouping : groupings()) {
    SortInput input;
    input.groups = grouping;
    const ui::EventOrder order = grouped(input);
    for (std::uint32_t at = 0; at < order.groups.list.size(); at += 1 + at / 12) {
      const ui::EventGroup& group = order.groups.list[at];
      std::set<EventId> own;
      for (std::uint32_t row = group.first; row < group.first + group.rows; ++row) own.insert(EventId::from_index(order.place_at[row]));
      for (const bool exclude : {false, true}) {
        const ui::GroupFilter by = group_filter(order.groups, at, exclude, {own.begin(), own.end()});
        ASSERT_EQ(by.error, "");
        FilterPass pass(samples(), {by.chips, false});
        std::set<EventId> left;
        ui::FilterPortion out;
        while (pass.next(out)) left.insert(out.events.begin(), out.events.end());
        std::size_t missing = 0;
        for (const EventId id : own) {
          if ((left.count(id) != 0) == exclude) ++missing;
        }
        EXPECT_EQ(missing, 0u) << chip_text(by.chips.back()) << ", group " << group_text(order.groups, group) << " of " << group.rows;
        const bool exact = by.chips.front().kind == ui::Chip::Kind::events || (group.level == 0 && grouping.by[0].by == By::host);
        ++(by.chips.front().kind == ui::Chip::Kind::events ? by_events : by_fields);
        if (exact) {
          EXPECT_EQ(left.size(), exclude ? samples().snapshot().events.size() - own.size() : own.size()) << chip_text(by.chips.back());
        }
      }
    }
  }
  EXPECT_GT(by_fields, 50u);
  EXPECT_GT(by_events, 50u);
}

}  // namespace
}  // namespace stemma
