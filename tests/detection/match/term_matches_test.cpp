// What is kept of the events that a statement's terms took: within its caps, the same however the
// events are shared out, and what is left out is counted.
#include "detection/match/term_matches.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/detection/eql/event_text.hpp"

namespace stemma {
namespace {

using test::FieldData;
using test::TestEvent;

const std::vector<eql::JoinKey>& by_name() {
  static const std::vector<eql::JoinKey> by = [] {
    eql::JoinKey key;
    key.field = field::process_name;
    return std::vector<eql::JoinKey>{key};
  }();
  return by;
}

void take(TermMatches& to, std::uint32_t event, const std::vector<test::Datum>& names) {
  const TestEvent made({FieldData("process.name", names)});
  std::vector<std::uint32_t> keys;
  to.keys.keys_of(by_name(), made.view(), keys);
  for (const std::uint32_t key : keys) to.list.push_back({EventId{event}, 0, key});
  to.cut_where_twice();
}

std::string text(const TermMatches& matches) {
  std::string out;
  for (const TermMatch& match : matches.list)
    out += std::to_string(match.event.value) + ":" + matches.keys.text(match.key) + " ";
  return out + "dropped " + std::to_string(matches.dropped) + " capped " +
         std::to_string(matches.keys.capped());
}

TEST(TermMatches, KeepsTheEarliestEventsWhole) {
  TermMatches matches({3, 1000});
  take(matches, 2, {std::string("b"), std::string("c")});
  take(matches, 1, {std::string("a"), std::string("b")});
  matches.cut();
  EXPECT_EQ(text(matches), "1:b 1:a dropped 2 capped 0");  // by the keys' numbers
  EXPECT_EQ(matches.keys.size(), 2u);
}

TEST(TermMatches, KeysTakeTheirBytesOnce) {
  const std::size_t of_one = 1 + sizeof(std::uint64_t) + 4;
  TermMatches matches({100, 2 * of_one});
  take(matches, 1, {std::string("aaaa")});
  take(matches, 2, {std::string("bbbb")});
  take(matches, 3, {std::string("aaaa")});
  take(matches, 4, {std::string("cccc")});
  take(matches, 5, {std::string("aaaa")});
  matches.cut();
  EXPECT_EQ(text(matches), "1:aaaa 2:bbbb 3:aaaa dropped 2 capped 0");
  EXPECT_EQ(matches.keys.bytes(), 2 * of_one);
}

TEST(TermMatches, AKeyOfTooManyBytesIsLeftOutAndCounted) {
  TermMatches matches;
  take(matches, 1, {std::string(kMaxKeyBytes + 1, 'x'), std::string("short")});
  EXPECT_EQ(text(matches), "1:short dropped 0 capped 1");
  take(matches, 2, {std::string(kMaxKeyBytes, 'x')});  // with what says its kind and length
  EXPECT_EQ(text(matches), "1:short dropped 0 capped 2");
  take(matches, 3, {std::string(kMaxKeyBytes - 9, 'x')});
  EXPECT_EQ(matches.list.size(), 2u);
}

TEST(TermMatches, KeepsTheSameHoweverEventsAreSharedOut) {
  std::mt19937 random(20261124);
  const auto below = [&](std::size_t n) { return random() % n; };
  std::uint64_t dropped = 0;
  for (int round = 0; round < 60; ++round) {
    const TermMatchCaps caps{5 + below(60), 40 + below(600)};
    std::string expected;
    std::vector<std::vector<test::Datum>> events(100);
    for (auto& names : events) {
      for (std::size_t i = 0, n = 1 + below(3); i < n; ++i)
        names.emplace_back(std::string(1 + below(20), static_cast<char>('a' + below(26))));
    }
    for (const std::size_t threads : {1u, 2u, 5u}) {
      std::vector<TermMatches> parts(threads, TermMatches(caps));
      for (std::uint32_t event = 1; event <= events.size(); ++event)
        take(parts[below(threads)], event, events[event - 1]);
      TermMatches all(caps);
      for (const TermMatches& part : parts) all.add(part);
      all.cut();
      const std::vector<std::uint32_t> sorted = all.keys.sort();
      for (TermMatch& match : all.list) match.key = sorted[match.key];
      std::sort(all.list.begin(), all.list.end());
      if (threads == 1) expected = text(all);
      ASSERT_EQ(text(all), expected) << threads << " threads";
      dropped += all.dropped;
    }
  }
  EXPECT_GT(dropped, 1000u);
}

}  // namespace
}  // namespace stemma
