// Near misses put together: equal ones counted once a happening, the earliest shown, and at the cap the same ones kept however they are shared out.
#include "app/session/near_miss_groups.hpp"

#include <gtest/gtest.h>

#include <random>

namespace stemma {
namespace {

NearMissGroup miss(std::uint32_t event, std::string value, std::uint32_t rule = 0) {
  NearMissGroup out;
  out.rule = rule;
  out.first = EventId{event};
  out.miss.value = std::move(value);
  return out;
}

std::string text(NearMissGroups& groups) {
  std::string out;
  for (const NearMissGroup& group : groups.finish())
    out += std::to_string(group.count) + "x" + group.miss.value + "@" + std::to_string(group.first.value) + " ";
  return out + "dropped " + std::to_string(groups.dropped());
}

TEST(NearMissGroups, CountsAHappeningOnceAndShowsTheEarliestEvent) {
  NearMissGroups groups;
  groups.note(miss(5, "a"), {true, 1});
  groups.note(miss(3, "a"), {true, 1});
  groups.note(miss(7, "a"), {false, 7});
  groups.note(miss(4, "b"), {false, 4});
  EXPECT_EQ(text(groups), "2xa@3 1xb@4 dropped 0");
}

TEST(NearMissGroups, KeepsThoseOfTheEarliestEventsWhole) {
  NearMissGroups groups(3);
  groups.note(miss(9, "z"), {false, 9});
  groups.note(miss(1, "a"), {false, 1});
  groups.note(miss(2, "a"), {false, 2});
  groups.note(miss(2, "b", 1), {false, 2});
  groups.note(miss(3, "c"), {false, 3});
  EXPECT_EQ(text(groups), "2xa@1 1xb@2 dropped 2");
}

TEST(NearMissGroups, ALongValueIsToldApartByItsBeginning) {
  NearMissGroups groups;
  groups.note(miss(1, std::string(kMaxNearMissValue, 'x') + "a"), {false, 1});
  groups.note(miss(2, std::string(kMaxNearMissValue, 'x') + "b"), {false, 2});
  const std::vector<NearMissGroup> found = groups.finish();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].count, 2u);
  EXPECT_EQ(found[0].miss.value.size(), kMaxNearMissValue);
}

TEST(NearMissGroups, KeepsTheSameHoweverEventsAreSharedOut) {
  std::mt19937 random(20261124);
  const auto below = [&](std::size_t n) { return static_cast<std::uint32_t>(random() % n); };
  std::uint64_t dropped = 0;
  for (int round = 0; round < 60; ++round) {
    const std::size_t cap = 5 + below(60);
    std::vector<std::vector<NearMissGroup>> events(120);
    for (std::uint32_t event = 0; event < events.size(); ++event) {
      for (std::uint32_t i = 0, n = below(4); i < n; ++i)
        events[event].push_back(miss(event + 1, std::string(1, static_cast<char>('a' + below(8))), i));
    }
    std::string expected;
    for (const std::size_t threads : {1u, 2u, 5u}) {
      std::vector<NearMissGroups> parts(threads, NearMissGroups(cap));
      for (const auto& of_event : events) {
        NearMissGroups& part = parts[below(threads)];
        for (const NearMissGroup& found : of_event) part.note(found, {false, found.first.value / 2});
      }
      NearMissGroups all(cap);
      for (const NearMissGroups& part : parts) all.add(part);
      const std::string got = text(all);
      if (threads == 1) expected = got;
      ASSERT_EQ(got, expected) << threads << " threads";
      dropped += all.dropped();
    }
  }
  EXPECT_GT(dropped, 1000u);
}

}  // namespace
}  // namespace stemma
