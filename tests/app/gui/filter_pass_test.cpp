// Filters of the window over real events, held against testing every event by hand.
#include "app/gui/filter_pass.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "app/session/match_rules.hpp"
#include "detection/eql/query.hpp"

namespace stemma {
namespace {

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

struct Answer {
  std::vector<EventId> events;
  std::vector<std::string> notes;
  std::size_t portions = 0;
  std::size_t looked_at = 0;
};

Answer run(const ui::Filter& filter, std::size_t portion = 0, unsigned threads = 2) {
  FilterPass pass(samples(threads), filter);
  if (portion != 0) pass.set_portion(portion);
  Answer answer;
  ui::FilterPortion out;
  while (pass.next(out)) {
    ++answer.portions;
    for (const EventId id : out.events) {
      EXPECT_TRUE(answer.events.empty() || answer.events.back() < id) << "portions are not in order";
      answer.events.push_back(id);
    }
    answer.looked_at = out.looked_at;
    if (out.done) answer.notes = out.notes;
  }
  return answer;
}

ui::Filter filter_of(std::string_view text) {
  ui::Filter filter;
  filter.chips = ui::parse_search(text).chips;
  return filter;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

// The slow way: every event decoded alone, every value looked at.
std::vector<EventId> by_hand(const std::function<bool(EventId, const Event&)>& holds) {
  const Session& session = samples();
  std::vector<EventId> events;
  Event event;
  for (std::size_t i = 0; i < session.snapshot().events.size(); ++i) {
    const EventId id = EventId::from_index(i);
    EXPECT_TRUE(session.decode(id, Projection::all(), event));
    if (holds(id, event)) events.push_back(id);
  }
  return events;
}

bool any_value_holds(const Event& event, const std::string& word, std::optional<FieldId> field = {}) {
  bool found = false;
  event.for_each_value([&](FieldId of, const Value& value) {
    if (field && of != *field) return;
    std::string text;
    if (value.kind == Value::Kind::text) text = lower(value.text);
    if (value.kind == Value::Kind::integer) text = std::to_string(value.integer);
    if (value.kind == Value::Kind::date) text = lower(format_time(value.time(), value.digits));
    if (value.kind == Value::Kind::boolean) text = value.boolean ? "true" : "false";
    found = found || text.find(word) != std::string::npos;
  });
  return found;
}

TEST(FilterPass, WordsAreLookedForInEveryValue) {
  for (const char* word : {"whoami", "SYSTEM", "4688", "northgate", "no-such-word"}) {
    const Answer answer = run(filter_of(word));
    EXPECT_EQ(answer.events, by_hand([&](EventId, const Event& event) { return any_value_holds(event, lower(word)); })) << word;
    EXPECT_THAT(answer.notes, ElementsAre());
  }
}

TEST(FilterPass, AllChipsMustHold) {
  const Answer answer = run(filter_of("whoami -net1 user.name:system"));
  const FieldId user = *find_field("user.name");
  EXPECT_EQ(answer.events, by_hand([&](EventId, const Event& event) {
              return any_value_holds(event, "whoami") && !any_value_holds(event, "net1") && any_value_holds(event, "system", user);
            }));
  EXPECT_FALSE(answer.events.empty());
}

TEST(FilterPass, WhatTheCaseKnowsIsAskedWithoutDecoding) {
  const CaseSnapshot& snapshot = samples().snapshot();
  const Answer answer = run(filter_of("host:WIN01 code=1"));
  std::vector<EventId> expected;
  for (std::size_t i = 0; i < snapshot.events.size(); ++i) {
    const EventId id = EventId::from_index(i);
    if (lower(snapshot.hosts.name(snapshot.events.host(id))).find("win01") != std::string::npos && snapshot.strings.view(snapshot.events.code(id)) == "1")
      expected.push_back(id);
  }
  EXPECT_EQ(answer.events, expected);
  EXPECT_FALSE(expected.empty());
}

TEST(FilterPass, AQueryTakesWhatMatchingTakes) {
  const std::string text = "process where event.type == \"start\" and process.name : (\"net*\", \"curl\")";
  const Answer answer = run(filter_of(text));
  RuleSet set;
  Rule rule;
  rule.query = text;
  rule.statement = eql::compile_query(text).query;
  rule.program = rule.statement->terms.front().program;
  set.rules.push_back(rule);
  MatchOptions options;
  options.every_event = true;
  std::vector<EventId> expected;
  for (const Match& match : match_rules(samples(), set, nullptr, options).single) expected.push_back(match.event);
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(answer.events, expected);
  EXPECT_GT(expected.size(), 3u);
  // Its opposite takes all the others.
  ui::Filter opposite = filter_of(text);
  opposite.chips[0].exclude = true;
  EXPECT_EQ(run(opposite).events.size() + expected.size(), samples().snapshot().events.size());
}

TEST(FilterPass, ASequenceTakesItsEvents) {
  const Answer answer = run(filter_of("sequence by process.entity_id [process where event.type == \"start\" and process.name == \"curl.exe\"] [network where true]"));
  EXPECT_GE(answer.events.size(), 2u);
  EXPECT_THAT(answer.notes, ElementsAre());
}

TEST(FilterPass, AWrongQueryIsToldAndTakesNothing) {
  const Answer answer = run(filter_of("process where process.name = \"a\""));
  EXPECT_THAT(answer.events, ElementsAre());
  ASSERT_EQ(answer.notes.size(), 1u);
  EXPECT_THAT(answer.notes[0], testing::HasSubstr("1:28"));
}

TEST(FilterPass, TimesAndProcesses) {
  const CaseSnapshot& snapshot = samples().snapshot();
  const EventId middle = EventId::from_index(snapshot.events.size() / 2);
  const Timestamp from = snapshot.events.time(middle);
  ui::Filter filter;
  ui::Chip time;
  time.kind = ui::Chip::Kind::time;
  time.from = from;
  time.to = {from.ns + 60 * kNsPerSecond};
  filter.chips.push_back(time);
  const Answer inside = run(filter);
  for (const EventId id : inside.events) {
    EXPECT_GE(snapshot.events.time(id), time.from);
    EXPECT_LE(snapshot.events.time(id), time.to);
  }
  EXPECT_FALSE(inside.events.empty());
  filter.chips[0].exclude = true;
  EXPECT_EQ(run(filter).events.size() + inside.events.size(), snapshot.events.size());

  // A process and what it started: the events of its life and of its children's.
  EntityId parent;
  for (const ProcessStart& start : snapshot.tree.starts()) {
    if (snapshot.tree.children(start.entity).size() >= 2) parent = start.entity;
  }
  ASSERT_TRUE(parent);
  ui::Chip process;
  process.kind = ui::Chip::Kind::process;
  process.entity = parent;
  filter.chips = {process};
  const Answer own = run(filter);
  for (const EventId id : own.events) EXPECT_EQ(snapshot.events.entity(id), parent);
  filter.chips[0].below = true;
  EXPECT_GT(run(filter).events.size(), own.events.size());
}

TEST(FilterPass, TheSameForAnyPortionsAndThreads) {
  for (const char* text : {"cmd", "host:lnx -root", "process where event.type == \"start\"", "any where process.name : \"*.exe\" | head 7"}) {
    const Answer expected = run(filter_of(text));
    for (const std::size_t portion : {std::size_t{1}, std::size_t{7}, std::size_t{100}, std::size_t{100'000}}) {
      const Answer answer = run(filter_of(text), portion, portion % 2 == 0 ? 1 : 2);
      EXPECT_EQ(answer.events, expected.events) << text << " in portions of " << portion;
      EXPECT_EQ(answer.looked_at, samples().snapshot().events.size());
    }
  }
  EXPECT_GT(run(filter_of("cmd"), 10).portions, 1u);
}

TEST(FilterPass, ChipsThatAreOffAreNotAsked) {
  ui::Filter filter = filter_of("no-such-word");
  filter.chips[0].enabled = false;
  EXPECT_EQ(run(filter).events.size(), samples().snapshot().events.size());
}

TEST(FilterPass, EndsWithinAPortionWhenNobodyWantsItAnyMore) {
  // What is not wanted from the start is not looked for, in a sequence's pass over all of it either.
  for (const char* text : {"whoami", "process where process.name == \"whoami.exe\"",
                           "sequence by host.name [process where true] [process where true]"}) {
    const std::atomic<bool> dropped{true};
    FilterPass pass(samples(), filter_of(text), &dropped);
    ui::FilterPortion out;
    EXPECT_FALSE(pass.next(out)) << text;
    EXPECT_FALSE(pass.next(out)) << text;
  }
  // In the middle of a pass the units that were not begun are left out.
  const Session& session = samples(1);
  std::size_t all = 0, some = 0;
  session.for_each(EventSelection{}, Projection{}, [&](unsigned, EventId, Event&) { ++all; });
  std::atomic<bool> dropped{false};
  session.for_each(
      EventSelection{}, Projection{},
      [&](unsigned, EventId, Event&) {
        ++some;
        dropped = true;
      },
      &dropped);
  EXPECT_EQ(all, session.snapshot().events.size());
  EXPECT_GT(some, 0u);
  EXPECT_LT(some, all / 2);
}

}  // namespace
}  // namespace stemma
