#include "ui/timeline/time_scale.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "tests/support/generated.hpp"

namespace stemma::ui::timeline {
namespace {

constexpr std::int64_t kEarliest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max();

TimeRange range(std::int64_t from, std::int64_t to) {
  return {Timestamp{from}, Timestamp{to}};
}

TEST(TimeScale, ColumnsOfASmallRange) {
  const TimeScale scale(range(0, 9), 4);  // 10 ns in 4 columns: 3, 2, 3, 2
  EXPECT_EQ(scale.time_at(0), 0);
  EXPECT_EQ(scale.time_at(1), 3);
  EXPECT_EQ(scale.time_at(2), 5);
  EXPECT_EQ(scale.time_at(3), 8);
  EXPECT_EQ(scale.time_at(4), 10);
  EXPECT_EQ(scale.x_of(Timestamp{2}), 0);
  EXPECT_EQ(scale.x_of(Timestamp{3}), 1);
  EXPECT_EQ(scale.x_of(Timestamp{9}), 3);
  EXPECT_EQ(scale.x_of(Timestamp{-1}), -1);
  EXPECT_EQ(scale.x_of(Timestamp{10}), 4);
}

TEST(TimeScale, AMomentFillsTheWidth) {
  const TimeScale scale(range(5, 5), 100);
  EXPECT_EQ(scale.span(), 1);
  EXPECT_EQ(scale.x_of(Timestamp{5}), 0);
  EXPECT_EQ(scale.time_at(0), 5);
  EXPECT_EQ(scale.time_at(1), 6);
  EXPECT_EQ(scale.time_at(100), 6);
}

TEST(TimeScale, AllTimesThereAre) {
  const TimeScale scale(range(kEarliest, kLatest), 1600);
  EXPECT_EQ(scale.span(), WideNs{1} << 64);
  EXPECT_EQ(scale.x_of(Timestamp{kEarliest}), 0);
  EXPECT_EQ(scale.x_of(Timestamp{0}), 800);
  EXPECT_EQ(scale.x_of(Timestamp{kLatest}), 1599);
  EXPECT_EQ(scale.time_at(1600), WideNs{kLatest} + 1);
  EXPECT_EQ(scale.nearest_time_at(1600), Timestamp{kLatest});
  EXPECT_EQ(scale.nearest_time_at(-5), Timestamp{kEarliest});
}

TEST(TimeScale, WhatIsNoRangeOrNoWidth) {
  const TimeScale scale(range(7, 3), 0);
  EXPECT_EQ(scale.range(), range(7, 7));
  EXPECT_EQ(scale.width(), 1);
}

// Small ranges in full: what x_of says, told by counting.
TEST(TimeScale, AgreesWithCounting) {
  for (int width = 1; width <= 23; ++width) {
    for (std::int64_t span = 1; span <= 61; ++span) {
      const TimeScale scale(range(-17, -17 + span - 1), width);
      for (std::int64_t t = -17; t < -17 + span; ++t) {
        int x = 0;  // the last column of which the left border is not behind t
        for (int c = 0; c < width; ++c) {
          if ((t + 17) * width >= c * span) x = c;
        }
        ASSERT_EQ(scale.x_of(Timestamp{t}), x) << t << " of " << span << " in " << width;
      }
    }
  }
}

TEST(TimeScale, EveryTimeIsInOneColumn) {
  std::mt19937_64 random(1);
  const std::size_t scales = support::generated_cases(2000);
  for (std::size_t i = 0; i < scales; ++i) {
    // Of every size: numbers of 1 to 64 bits.
    const auto any = [&] { return static_cast<std::int64_t>(random() >> (random() % 64)); };
    std::int64_t from = static_cast<std::int64_t>(random()), to = from;
    if (i % 3 == 0) {
      to = static_cast<std::int64_t>(random());
    } else {
      to = clamp_time(WideNs{from} + (any() & kLatest)).ns;
    }
    if (i % 7 == 0) from = kEarliest;
    if (i % 11 == 0) to = kLatest;
    if (to < from) std::swap(from, to);
    const TimeScale scale(range(from, to), 1 + static_cast<int>(random() % 20'000));
    const auto check = [&](std::int64_t t) {
      const int x = scale.x_of(Timestamp{t});
      ASSERT_GE(x, 0);
      ASSERT_LT(x, scale.width());
      ASSERT_LE(scale.time_at(x), t);
      ASSERT_LT(t, scale.time_at(x + 1));
    };
    check(from);
    check(to);
    for (int k = 0; k < 20; ++k) {
      check(clamp_time(from + static_cast<WideNs>(random() % (static_cast<std::uint64_t>(to) -
                                                              static_cast<std::uint64_t>(from) +
                                                              (to == kLatest ? 0 : 1))))
                .ns);
      const int x = static_cast<int>(random() % static_cast<unsigned>(scale.width()));
      const WideNs border = scale.time_at(x);
      // A column's first time is in it, unless the column holds none; the time before is not.
      if (border <= to && border < scale.time_at(x + 1)) {
        ASSERT_EQ(scale.x_of(clamp_time(border)), x);
      }
      if (border > from) {
        ASSERT_LT(scale.x_of(clamp_time(border - 1)), x);
      }
    }
  }
}

}  // namespace
}  // namespace stemma::ui::timeline
