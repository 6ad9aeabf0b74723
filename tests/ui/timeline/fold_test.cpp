#include "ui/timeline/fold.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/support/generated.hpp"
#include "tests/ui/timeline/timeline_case.hpp"

namespace stemma::ui::timeline {
namespace {

using support::Happening;
using support::Story;

constexpr const char* kCategories[] = {"process", "file", "registry", "dns", "iam", "driver"};

// Events at random, many of them at once, of some processes and hosts.
std::shared_ptr<const OpenCase> random_case(std::mt19937_64& random, std::size_t size) {
  Story story;
  for (std::size_t i = 0; i < size; ++i) {
    Happening h;
    h.at_ms = static_cast<std::int64_t>(random() % (random() % 2 == 0 ? 50 : 20'000));
    h.host = random() % 3 == 0 ? "other" : "host01";
    h.pid = 100 + static_cast<std::int64_t>(random() % 4);
    h.guid = "{" + std::to_string(h.pid) + h.host + "}";
    h.executable = "C:\\a.exe";
    h.category = kCategories[random() % std::size(kCategories)];
    if (h.category == "process" && random() % 4 == 0) {
      story.sysmon_start(h);
    } else {
      story.mention(SourceKind::sysmon, h);
    }
  }
  return case_of(story);
}

TEST(Fold, EveryEventIsInItsColumn) {
  std::mt19937_64 random(4);
  const std::size_t cases = support::generated_cases(60);
  for (std::size_t i = 0; i < cases; ++i) {
    const auto open_case = random_case(random, 1 + random() % 400);
    const EventStore& events = open_case->snapshot->events;
    const EventIndex index(*open_case->snapshot, {});
    for (int k = 0; k < 10; ++k) {
      const std::int64_t from = static_cast<std::int64_t>(random() % 21'000) - 500;
      const TimeRange range{
          story_time(from),
          {story_time(from).ns + static_cast<std::int64_t>(random() % 20'000'000'000)}};
      const TimeScale scale(range, 1 + static_cast<int>(random() % 300));
      const Borders borders = event_borders(events, scale);
      // One by one.
      std::vector<std::uint32_t> all(static_cast<std::size_t>(scale.width()), 0);
      std::map<std::pair<std::uint32_t, TickGroup>, std::map<int, std::uint32_t>> of_host,
          of_entity;
      for (std::size_t e = 0; e < events.size(); ++e) {
        const EventId id = EventId::from_index(e);
        const Timestamp time = events.time(id);
        if (time < range.from || time > range.to) continue;
        const int x = scale.x_of(time);
        ++all[static_cast<std::size_t>(x)];
        const TickGroup group = tick_group(events.categories(id));
        ++of_host[{events.host(id).value, group}][x];
        ++of_entity[{events.entity(id).value, group}][x];
      }
      ASSERT_EQ(histogram(borders), all);
      const auto folded = [&](std::span<const EventId> ids) {
        std::map<int, std::uint32_t> columns;
        int last = -1;
        fold(ids, borders, [&](int x, auto begin, auto end) {
          EXPECT_GT(x, last);
          EXPECT_LT(begin, end);
          last = x;
          columns[x] = static_cast<std::uint32_t>(end - begin);
        });
        return columns;
      };
      for (std::uint32_t host = 0; host < index.host_slots(); ++host) {
        for (std::size_t g = 0; g < kTickGroups; ++g) {
          const auto group = static_cast<TickGroup>(g);
          ASSERT_EQ(folded(index.of_host(HostId{host}, group)), (of_host[{host, group}]));
        }
      }
      for (std::size_t e = 0; e < open_case->snapshot->tree.entities().size(); ++e) {
        const EntityId entity = EntityId::from_index(e);
        const auto runs = index.of_entity(entity);
        std::size_t sum = 0;
        for (std::size_t g = 0; g < kTickGroups; ++g) {
          ASSERT_TRUE(std::is_sorted(runs[g].begin(), runs[g].end()));
          ASSERT_EQ(folded(runs[g]), (of_entity[{entity.value, static_cast<TickGroup>(g)}]));
          sum += runs[g].size();
        }
        ASSERT_EQ(sum, index.all_of_entity(entity).size());
      }
    }
  }
}

TEST(Fold, EveryStartIsInItsColumn) {
  std::mt19937_64 random(5);
  const std::size_t cases = support::generated_cases(100);
  for (std::size_t i = 0; i < cases; ++i) {
    const auto open_case = random_case(random, 200);
    const auto model = build_timeline(open_case);
    const ProcessTree& tree = open_case->snapshot->tree;
    const TimeScale scale(
        {story_time(-100), story_time(static_cast<std::int64_t>(random() % 20'000))},
        1 + static_cast<int>(random() % 100));
    for (const HostProcesses& host : model->processes.hosts()) {
      std::map<int, std::uint32_t> expected, found;
      for (const EntityId id : model->processes.others_of(host)) {
        const int x = scale.x_of(tree.entity(id).start);
        if (x >= 0 && x < scale.width()) ++expected[x];
      }
      fold(
          model->processes.others_of(host),
          start_borders(tree, host.first_entity, host.last_entity, scale),
          [&](int x, auto begin, auto end) { found[x] = static_cast<std::uint32_t>(end - begin); });
      ASSERT_EQ(found, expected);
    }
  }
}

TEST(Fold, NoEvents) {
  const Borders borders = event_borders(EventStore{}, TimeScale({Timestamp{0}, Timestamp{9}}, 3));
  EXPECT_EQ(borders, (Borders{1, 1, 1, 1}));
  fold(std::span<const EventId>{}, borders, [](int, auto, auto) { FAIL(); });
}

TEST(EventIndex, TakesAtMostEightBytesAnEvent) {
  std::mt19937_64 random(6);
  const auto open_case = random_case(random, 3000);
  const CaseSnapshot& snapshot = *open_case->snapshot;
  const EventIndex index(snapshot, {});
  EXPECT_EQ(EventIndex::kBytesPerEvent, 8u);
  EXPECT_LE(index.bytes(), EventIndex::kBytesPerEvent * snapshot.events.size() +
                               4 * (snapshot.tree.entities().size() + 1) + 24 * index.host_slots() +
                               4 + snapshot.events.classes().size());
}

TEST(EventIndex, StopsWhenAsked) {
  std::mt19937_64 random(7);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(build_timeline(random_case(random, 10), stop.get_token()), nullptr);
}

TEST(TickGroup, TheFirstOfSeveralCategories) {
  const auto group = [](auto... names) {
    return tick_group_name(tick_group(static_cast<CategorySet>((category_of(names) | ...))));
  };
  EXPECT_EQ(group("process"), "process");
  EXPECT_EQ(group("network", "process"), "process");
  EXPECT_EQ(group("file"), "file");
  EXPECT_EQ(group("registry", "configuration"), "registry");
  EXPECT_EQ(group("dns"), "network");
  EXPECT_EQ(group("iam", "configuration"), "account");
  EXPECT_EQ(group("session"), "account");
  EXPECT_EQ(group("malware"), "other");
  EXPECT_EQ(tick_group_name(tick_group(0)), "other");
}

}  // namespace
}  // namespace stemma::ui::timeline
