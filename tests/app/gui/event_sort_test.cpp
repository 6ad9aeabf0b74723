// Orders of the grid over real events, held against sorting what the grid shows by hand.
#include "app/gui/event_sort.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "app/gui/event_export.hpp"
#include "events/fields.hpp"
#include "reports/event_summary.hpp"

namespace stemma {
namespace {

using By = ui::EventSort::By;
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

std::vector<EventId> sorted(const SortInput& input, unsigned threads = 2, std::vector<std::string>* notes = nullptr) {
  const std::atomic<bool> dropped{false};
  const auto order = order_of(samples(threads), input, dropped, [](std::size_t) {});
  EXPECT_TRUE(order);
  std::vector<EventId> events;
  for (std::size_t row = 0; row < order->place_at.size(); ++row) {
    const std::uint32_t place = order->place_at[row];
    EXPECT_EQ(order->row_of[place], row);
    events.push_back(input.events != nullptr ? (*input.events)[place] : EventId::from_index(place));
  }
  if (notes != nullptr) *notes = order->notes;
  return events;
}

// What the column says of an event; empty for nothing.
std::string cell(const ui::EventSort& sort, EventId id) {
  const Session& session = samples();
  const CaseSnapshot& snapshot = session.snapshot();
  const EventClass& one = snapshot.events.classes()[snapshot.events.event_class(id)];
  switch (sort.by) {
    case By::host: return std::string(snapshot.hosts.name(one.host));
    case By::log: return std::string(ui::log_text(snapshot, one));
    case By::code: return std::string(snapshot.strings.view(one.code));
    case By::category: return ui::category_text(one.categories);
    default: break;
  }
  Event event;
  EXPECT_TRUE(session.decode(id, Projection::all(), event));
  redact(event);
  return sort.by == By::summary ? event_summary(event) : cells_of(event, {intern_field(sort.field)}).front();
}

// The slow way.
std::vector<EventId> by_hand(const ui::EventSort& sort, std::vector<EventId> events) {
  std::map<EventId, std::string> cells;
  for (const EventId id : events) cells[id] = cell(sort, id);
  std::stable_sort(events.begin(), events.end(), [&](EventId a, EventId b) {
    const std::string &x = cells[a], &y = cells[b];
    if (x.empty() || y.empty()) return !x.empty() && y.empty();
    return sort.descending ? compare_sort_keys(x, y) > 0 : compare_sort_keys(x, y) < 0;
  });
  return events;
}

std::vector<EventId> all_events() {
  std::vector<EventId> events;
  for (std::size_t i = 0; i < samples().snapshot().events.size(); ++i) events.push_back(EventId::from_index(i));
  return events;
}

TEST(SortKeys, NumbersByValueThenTextsByTheirLetters) {
  std::vector<std::string> values{"b", "10", "9", "-3", "", "B", "a", "007", "99999999999999999999", "abc", "ab", "A"};
  std::sort(values.begin(), values.end(), [](const std::string& a, const std::string& b) { return compare_sort_keys(a, b) < 0; });
  EXPECT_THAT(values, ElementsAre("-3", "9", "10", "", "007", "99999999999999999999", "A", "a", "ab", "abc", "B", "b"));
  for (const std::string& a : values) {
    for (const std::string& b : values) EXPECT_EQ(compare_sort_keys(a, b) == 0, a == b) << a << " " << b;
  }
}

class EverySort : public testing::TestWithParam<ui::EventSort> {};

TEST_P(EverySort, IsWhatSortingTheCellsByHandGives) {
  SortInput input;
  input.sort = GetParam();
  for (const bool descending : {false, true}) {
    input.sort.descending = descending;
    input.events = nullptr;
    EXPECT_EQ(sorted(input), by_hand(input.sort, all_events()));
    EXPECT_EQ(sorted(input, 1), sorted(input, 8));
    std::vector<EventId> some;  // what a filter might leave
    for (const EventId id : all_events()) {
      if (id.value % 3 == 0) some.push_back(id);
    }
    input.events = &some;
    EXPECT_EQ(sorted(input), by_hand(input.sort, some));
  }
}

INSTANTIATE_TEST_SUITE_P(Columns, EverySort,
                         testing::Values(ui::EventSort{By::host, false, ""}, ui::EventSort{By::log, false, ""}, ui::EventSort{By::code, false, ""},
                                         ui::EventSort{By::category, false, ""}, ui::EventSort{By::summary, false, ""},
                                         ui::EventSort{By::field, false, "process.command_line"}, ui::EventSort{By::field, false, "process.pid"},
                                         ui::EventSort{By::field, false, "user.name"}, ui::EventSort{By::field, false, "no.such.field"}));

TEST(EventSort, ProcessesByNameThenPidThenTime) {
  SortInput input;
  input.sort.by = By::process;
  const std::vector<EventId> events = sorted(input);
  const CaseSnapshot& snapshot = samples().snapshot();
  bool nothing = false;
  for (std::size_t i = 1; i < events.size(); ++i) {
    const ui::ProcessShown a = ui::process_of(snapshot, events[i - 1]), b = ui::process_of(snapshot, events[i]);
    if (b.name.empty() && b.pid == kNoPid) nothing = true;
    ASSERT_EQ(nothing, b.name.empty() && b.pid == kNoPid) << "an event without a process stands before one that has it";
    if (nothing) continue;
    const int names = compare_sort_keys(a.name, b.name);
    ASSERT_LE(names, 0) << a.name << " " << b.name;
    if (names != 0) continue;
    ASSERT_LE(a.pid, b.pid);
    if (a.pid == b.pid) {
      ASSERT_LT(events[i - 1], events[i]);
    }
  }
  EXPECT_TRUE(nothing);
}

TEST(EventSort, NotesStandFirst) {
  SortInput input;
  input.sort.by = By::note;
  const EventId a = EventId::from_index(40), b = EventId::from_index(7);
  input.notes = {{a, "benign"}, {b, "malicious"}, {EventId::from_index(1u << 30), "of another case"}};
  std::vector<EventId> events = sorted(input);
  events.resize(4);
  EXPECT_THAT(events, ElementsAre(a, b, EventId::from_index(0), EventId::from_index(1)));
  input.sort.descending = true;
  events = sorted(input);
  events.resize(4);
  EXPECT_THAT(events, ElementsAre(b, a, EventId::from_index(0), EventId::from_index(1)));
}

TEST(EventSort, ValuesBeyondTheCapStandUnsortedAndAreCounted) {
  SortInput input;
  input.sort = {By::field, false, "process.command_line"};
  input.max_text = 200;
  std::vector<std::string> one, eight;
  EXPECT_EQ(sorted(input, 1, &one), sorted(input, 8, &eight));
  EXPECT_EQ(one, eight);
  ASSERT_EQ(one.size(), 1u);
  EXPECT_THAT(one[0], testing::MatchesRegex("[1-9][0-9]* events stand unsorted behind the others: their values did not fit into the 0 MB that a sort keeps"));
  // Those that have nothing stand behind them all the same.
  const std::vector<EventId> events = sorted(input);
  EXPECT_EQ(cell(input.sort, events.back()), "");
}

TEST(EventSort, EndsWhenNobodyWantsItAnyMore) {
  for (const By by : {By::host, By::process, By::summary}) {
    SortInput input;
    input.sort.by = by;
    const std::atomic<bool> dropped{true};
    EXPECT_FALSE(order_of(samples(), input, dropped, [](std::size_t) {}));
  }
}

TEST(EventSort, NamesOfSortsAreReadBack) {
  for (const char* name : {"time", "note", "host", "log", "code", "category", "process", "summary", "user.name"}) {
    const auto sort = ui::sort_of(name, true);
    ASSERT_TRUE(sort) << name;
    EXPECT_EQ(ui::sort_name(*sort), name);
    EXPECT_TRUE(sort->descending);
  }
  EXPECT_FALSE(ui::sort_of("", false));
  EXPECT_FALSE(ui::sort_of(std::string(10'000, 'a'), false));
}

}  // namespace
}  // namespace stemma
