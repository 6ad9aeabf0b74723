#include "ui/timeline/zoom.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "tests/support/generated.hpp"

namespace stemma::ui::timeline {

void PrintTo(const WideNs& ns, std::ostream* out) {
  *out << static_cast<double>(ns);
}

namespace {

constexpr std::int64_t kEarliest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMs = 1'000'000;

TimeRange range(std::int64_t from, std::int64_t to) {
  return {Timestamp{from}, Timestamp{to}};
}

TEST(Zoom, LimitsHaveRoomBesideTheCase) {
  EXPECT_EQ(limits_around(range(0, 1000 * kNsPerSecond - 1)),
            range(-20 * kNsPerSecond, 1020 * kNsPerSecond - 1));
  EXPECT_EQ(limits_around(range(0, 0)), range(-kNsPerSecond / 2, kNsPerSecond / 2));
  EXPECT_EQ(limits_around(range(kEarliest, kLatest)), range(kEarliest, kLatest));
  EXPECT_EQ(limits_around(range(kLatest, kLatest)), range(kLatest - kNsPerSecond / 2, kLatest));
}

TEST(Zoom, ShownRangeIsWhatWasAskedFor) {
  const TimeRange limits = range(0, 100 * kMs);
  EXPECT_EQ(shown_range(std::nullopt, limits), limits);
  EXPECT_EQ(shown_range(range(5, 50 * kMs), limits), range(5, 50 * kMs));
  EXPECT_EQ(shown_range(range(-5 * kMs, 7), limits), range(-5 * kMs, 7));
  EXPECT_EQ(shown_range(range(50, 50), limits), range(-449, 550));
  EXPECT_EQ(shown_range(range(kLatest, kLatest), limits), range(kLatest - 999, kLatest));
  EXPECT_EQ(shown_range(range(9 * kMs, 2 * kMs), limits), range(2 * kMs, 9 * kMs));
}

TEST(Zoom, KeepsWhatIsUnderTheCursor) {
  const TimeRange limits = range(0, 1000 * kMs - 1);
  EXPECT_EQ(zoomed(limits, limits, Timestamp{250 * kMs}, 1, 2), range(125 * kMs, 625 * kMs - 1));
  EXPECT_EQ(zoomed(limits, limits, Timestamp{0}, 1, 2), range(0, 500 * kMs - 1));
  // Back out again, at another place: limited.
  EXPECT_EQ(zoomed(range(125 * kMs, 625 * kMs - 1), limits, Timestamp{600 * kMs}, 2, 1), limits);
}

TEST(Zoom, EndsAtTheShortestRange) {
  const TimeRange limits = range(0, 1000 * kMs);
  EXPECT_EQ(zoomed(range(5000, 6999), limits, Timestamp{6000}, 1, 1000), range(5500, 6499));
  EXPECT_EQ(zoomed(range(5500, 6499), limits, Timestamp{6000}, 1, 2), range(5500, 6499));
}

TEST(Zoom, PansToTheLimits) {
  const TimeRange limits = range(0, 999 * kMs);
  EXPECT_EQ(panned(range(100 * kMs, 200 * kMs), limits, 50 * kMs), range(150 * kMs, 250 * kMs));
  EXPECT_EQ(panned(range(100 * kMs, 200 * kMs), limits, -500 * kMs), range(0, 100 * kMs));
  EXPECT_EQ(panned(range(100 * kMs, 200 * kMs), limits, WideNs{1} << 90),
            range(899 * kMs, 999 * kMs));
}

TEST(Zoom, FitsAndCentres) {
  const TimeRange limits = range(0, 1000 * kMs);
  EXPECT_EQ(fitted(range(100 * kMs, 200 * kMs - 1), limits), range(90 * kMs, 210 * kMs - 1));
  EXPECT_EQ(fitted(range(500 * kMs, 500 * kMs), range(-9000 * kMs, 9000 * kMs)),
            range(0, 1000 * kMs));
  EXPECT_EQ(fitted(range(0, 1000 * kMs), limits), limits);
  EXPECT_EQ(centred(range(0, 100 * kMs - 1), limits, Timestamp{500 * kMs}),
            range(450 * kMs, 550 * kMs - 1));
  EXPECT_EQ(centred(range(0, 100 * kMs - 1), limits, Timestamp{10 * kMs}), range(0, 100 * kMs - 1));
}

TEST(Zoom, StaysWithinAndMovesTheCursorByLessThanAColumn) {
  std::mt19937_64 random(2);
  const std::size_t cases = support::generated_cases(5000);
  for (std::size_t i = 0; i < cases; ++i) {
    const auto small = [&] { return static_cast<std::int64_t>(random() >> (1 + random() % 60)); };
    std::int64_t first = static_cast<std::int64_t>(random());
    if (i % 5 == 0) first = kEarliest;
    const TimeRange limits = limits_around({Timestamp{first}, clamp_time(WideNs{first} + small())});
    TimeRange now = limits;
    for (int step = 0; step < 40; ++step) {
      const TimeScale scale(now, 1200);
      const int x = static_cast<int>(random() % 1200);
      const Timestamp at = scale.nearest_time_at(x);
      const bool in = random() % 3 != 0;
      const TimeRange next = zoomed(now, limits, at, in ? 4 : 5, in ? 5 : 4);
      ASSERT_LE(limits.from, next.from);
      ASSERT_LE(next.to, limits.to);
      ASSERT_LT(next.from, next.to);
      ASSERT_LE(next.from, at);
      ASSERT_GE(next.to, at);
      const bool at_limit = next.from == limits.from || next.to == limits.to;
      const TimeScale after(next, 1200);
      if (!at_limit && after.span() > 1200) {
        ASSERT_LE(std::abs(after.x_of(at) - scale.x_of(at)), 1);
      }
      now = next;
      now = panned(now, limits, static_cast<std::int64_t>(random() >> (random() % 64)));
      ASSERT_LE(limits.from, now.from);
      ASSERT_LE(now.to, limits.to);
    }
  }
}

}  // namespace
}  // namespace stemma::ui::timeline
