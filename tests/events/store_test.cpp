// What the index keeps: strings, classes of events, rows in their final order. Each against a slow
// and obvious way to the same result.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "events/case_builder.hpp"
#include "events/run_sort.hpp"

namespace stemma {
namespace {

using ::testing::ElementsAre;

std::vector<int> numbers(std::mt19937& random, std::size_t size, int kind) {
  std::vector<int> list(size);
  for (std::size_t i = 0; i < size; ++i) {
    const int at = static_cast<int>(i);
    switch (kind) {
      case 0:  // any order, many equal
        list[i] = static_cast<int>(random() % 50);
        break;
      case 1:  // nearly in order
        list[i] = at + static_cast<int>(random() % 8);
        break;
      case 2:  // several logs after each other
        list[i] = at % 97;
        break;
      case 3:  // newest first
        list[i] = -at / 3;
        break;
      default:  // one far out of place
        list[i] = i + 1 == size ? -1 : at;
    }
  }
  return list;
}

TEST(SortRuns, EqualsAStableSort) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    const std::vector<int> values = numbers(random, random() % 400, round % 5);
    std::vector<std::uint32_t> fast(values.size());
    std::iota(fast.begin(), fast.end(), 0u);
    std::vector<std::uint32_t> slow = fast;
    const auto less = [&](std::uint32_t a, std::uint32_t b) { return values[a] < values[b]; };
    sort_runs(std::span(fast), less);
    std::stable_sort(slow.begin(), slow.end(), less);
    ASSERT_EQ(fast, slow) << round;
  }
}

TEST(SortRuns, ComparesSortedInputOnce) {
  std::vector<int> list(10'000);
  std::iota(list.begin(), list.end(), 0);
  std::size_t compared = 0;
  sort_runs(std::span(list), [&](int a, int b) {
    ++compared;
    return a < b;
  });
  EXPECT_LE(compared, list.size() + 1);
}

TEST(StringPool, NumbersByFirstSightAndForgets) {
  StringPool pool;
  std::mt19937 random(11);
  for (int round = 0; round < 3; ++round) {
    std::map<std::string, std::uint32_t> known;
    for (int i = 0; i < 5000; ++i) {
      if (i % 1000 == 500) pool.reserve(random() % 4000);  // changes nothing
      std::string text(random() % 40, 'a');
      for (char& c : text) c = static_cast<char>('a' + random() % 3);
      const StringId id = pool.intern(text);
      if (text.empty()) {
        EXPECT_FALSE(id);
        continue;
      }
      const auto [entry, fresh] =
          known.try_emplace(text, static_cast<std::uint32_t>(known.size() + 1));
      ASSERT_EQ(id.value, entry->second);
      ASSERT_EQ(pool.view(id), text);
      ASSERT_EQ(pool.find(text), id);
    }
    EXPECT_EQ(pool.size(), known.size());
    StringPool other;
    other.intern("something else");
    for (const auto& [text, id] : known)
      ASSERT_EQ(other.view(other.intern_from(pool, StringId{id})), text);
    pool.clear();
    EXPECT_EQ(pool.size(), 0u);
    EXPECT_FALSE(pool.find("a"));
  }
}

TEST(StringPool, KeepsTextsOfAnyLength) {
  StringPool pool;
  const std::string huge(3'000'000, 'x');
  const StringId first = pool.intern(huge);
  const StringId second = pool.intern("short");
  EXPECT_EQ(pool.view(first), huge);
  EXPECT_EQ(pool.view(second), "short");
  pool.clear();
  EXPECT_EQ(pool.view(pool.intern("again")), "again");
}

TEST(EventClassTable, EqualClassesAreOne) {
  EventClassTable table;
  std::map<std::tuple<unsigned, unsigned, bool>, EventClassId> known;
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    EventClass c;
    c.code = StringId{static_cast<std::uint32_t>(random() % 300)};
    c.host = HostId{static_cast<std::uint32_t>(random() % 10)};
    c.recovered = random() % 2 == 0;
    const EventClassId id = table.intern(c);
    EXPECT_EQ(table[id], c);
    const auto [entry, fresh] = known.try_emplace({c.code.value, c.host.value, c.recovered}, id);
    ASSERT_EQ(entry->second, id);
  }
  EXPECT_EQ(table.size(), known.size());
}

// Events of several files, some of them twice, in batches; what the store must say of each.
struct Written {
  std::int64_t time;
  std::uint32_t artifact;
  std::uint64_t offset;
  std::string code, host, category;
  std::uint64_t sequence;
  std::size_t order;  // of writing
};

TEST(CaseBuilder, StoreEqualsRowsSortedOneByOne) {
  std::mt19937 random(5);
  for (int round = 0; round < 30; ++round) {
    std::vector<Artifact> artifacts(4);
    CaseBuilder builder(artifacts);
    std::vector<Written> all;
    IndexBatch batch;
    Event event;
    const Projection projection = index_projection();
    for (std::uint32_t file = 1; file <= 4; ++file) {
      std::uint64_t offset = 0;
      for (int unit = 0; unit < 5; ++unit) {
        batch.clear();
        for (int i = 0; i < static_cast<int>(random() % 60); ++i) {
          Written w;
          w.time = static_cast<std::int64_t>(offset) + static_cast<std::int64_t>(random() % 40);
          w.artifact = file;
          w.offset = offset;
          offset += random() % 3 == 0 ? 0u : 10u;  // several records at one place
          w.code = std::to_string(random() % 7);
          w.host = "host" + std::to_string(random() % 3);
          w.category = random() % 2 == 0 ? "process" : "file";
          w.sequence = random();
          w.order = all.size();
          event.reset(projection);
          event.time = {w.time};
          event.source = {ArtifactId{file}, 9, w.offset};
          event.sequence = w.sequence;
          event.set(field::event_code, w.code);
          event.set(field::host_name, w.host);
          event.set(field::event_category, w.category);
          event.set(field::winlog_channel, "Security");
          batch.add(event);
          all.push_back(w);
        }
        builder.add(batch);
      }
    }
    const auto snapshot = builder.freeze();
    std::sort(all.begin(), all.end(), [](const Written& a, const Written& b) {
      return std::tie(a.time, a.artifact, a.offset, a.order) <
             std::tie(b.time, b.artifact, b.offset, b.order);
    });
    ASSERT_EQ(snapshot->events.size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      const EventId id = EventId::from_index(i);
      const EventStore& events = snapshot->events;
      ASSERT_EQ(events.time(id).ns, all[i].time);
      ASSERT_EQ(events.source(id), (SourceSpan{ArtifactId{all[i].artifact}, 9, all[i].offset}));
      ASSERT_EQ(events.sequence(id), all[i].sequence);
      ASSERT_EQ(snapshot->strings.view(events.code(id)), all[i].code);
      ASSERT_EQ(snapshot->strings.view(events.channel(id)), "Security");
      ASSERT_EQ(snapshot->hosts.name(events.host(id)), all[i].host);
      ASSERT_EQ(events.categories(id), category_of(all[i].category));
    }
  }
}

TEST(EventStore, CostsWhatItSays) {
  EXPECT_EQ(EventStore::kBytesPerEvent, 36u);
  EXPECT_EQ(EventClassTable::kBytesPerClass, 32u);
  EXPECT_EQ(sizeof(EventRow), 32u);
}

TEST(CaseBuilder, HostsThatUniteShareTheirEvents) {
  CaseBuilder builder({Artifact{}});
  IndexBatch batch;
  Event event;
  const Projection projection = index_projection();
  for (const char* host : {"web01", "WEB01", "web01.corp.example", ""}) {
    event.reset(projection);
    event.source = {ArtifactId{1}, 1, event.source.offset + 1};
    event.set(field::host_name, host);
    batch.add(event);
  }
  builder.add(batch);
  const auto snapshot = builder.freeze();
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < snapshot->events.size(); ++i)
    names.push_back(snapshot->hosts.name(snapshot->events.host(EventId::from_index(i))));
  EXPECT_THAT(names,
              ElementsAre("web01.corp.example", "web01.corp.example", "web01.corp.example", ""));
}

}  // namespace
}  // namespace stemma
