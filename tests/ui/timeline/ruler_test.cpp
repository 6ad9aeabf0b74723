#include "ui/timeline/ruler.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "tests/support/generated.hpp"

namespace stemma::ui::timeline {
namespace {

constexpr std::int64_t kEarliest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max();

Timestamp time(const char* text) {
  return parse_time(text)->time;
}

std::string text(const std::vector<RulerMark>& marks) {
  std::string out;
  for (const RulerMark& mark : marks)
    out += std::to_string(mark.x) + (mark.major ? "! " : " ") + mark.label + "\n";
  return out;
}

std::string marks(const char* from, const char* to, int width, const ZoneOffset& zone = {}) {
  return text(ruler_marks(TimeScale({time(from), time(to)}, width), 8, zone));
}

TEST(Ruler, Hours) {
  EXPECT_EQ(marks("2026-03-14T20:00:00Z", "2026-03-15T03:59:59.999999999Z", 480),
            "0 20:00\n120 22:00\n240! 03-15\n360 02:00\n");
}

TEST(Ruler, Seconds) {
  EXPECT_EQ(marks("2026-03-14T23:59:50Z", "2026-03-15T00:00:09.999999999Z", 800),
            "0 23:59:50\n200 23:59:55\n400! 03-15\n600 00:00:05\n");
}

TEST(Ruler, PartsOfASecond) {
  EXPECT_EQ(marks("2026-03-14T10:00:00.8Z", "2026-03-14T10:00:01.199999999Z", 400),
            "0 :00.8\n100 :00.9\n200! 10:00:01\n300 :01.1\n");
  EXPECT_EQ(marks("2026-03-14T10:00:00.000000100Z", "2026-03-14T10:00:00.000001099Z", 400),
            "160 :00.0000005\n360 :00.0000010\n");
}

TEST(Ruler, DaysMonthsYears) {
  EXPECT_EQ(marks("2026-02-26T00:00:00Z", "2026-03-04T23:59:59.999999999Z", 800),
            "0 2026-02-26\n114 2026-02-27\n228 2026-02-28\n342! 2026-03-01\n457 2026-03-02\n"
            "571 2026-03-03\n685 2026-03-04\n");
  EXPECT_EQ(marks("2026-01-31T12:00:00Z", "2026-02-28T12:00:00Z", 600),
            "10! 2026-02-01\n117 2026-02-06\n224 2026-02-11\n332 2026-02-16\n439 2026-02-21\n");
  EXPECT_EQ(marks("2025-11-01T00:00:00Z", "2026-03-31T00:00:00Z", 800),
            "0 2025-11\n159 2025-12\n325! 2026-01\n490 2026-02\n639 2026-03\n");
  EXPECT_EQ(text(ruler_marks(TimeScale({Timestamp{kEarliest}, Timestamp{kLatest}}, 700), 8)),
            "26! 1700\n86! 1750\n146! 1800\n206! 1850\n266! 1900\n326! 1950\n385! 2000\n"
            "445! 2050\n505! 2100\n565! 2150\n625! 2200\n685! 2250\n");
}

TEST(Ruler, InAZone) {
  const ZoneOffset india = [](Timestamp) { return 19'800; };
  EXPECT_EQ(marks("2026-03-14T16:00:00Z", "2026-03-14T23:59:59.999999999Z", 480, india),
            "30 22:00\n150! 03-15\n270 02:00\n390 04:00\n");
  // Berlin, the night in which 02:00 becomes 03:00.
  const Timestamp change = time("2026-03-29T01:00:00Z");
  const ZoneOffset berlin = [&](Timestamp at) { return at < change ? 3600 : 7200; };
  EXPECT_EQ(marks("2026-03-28T22:00:00Z", "2026-03-29T03:59:59.999999999Z", 480, berlin),
            "0 23:00\n80! 03-29\n160 01:00\n240 03:00\n320 04:00\n400 05:00\n");
  // An offset that nobody has is not believed.
  const ZoneOffset absurd = [](Timestamp) { return std::int64_t{1} << 60; };
  EXPECT_EQ(clock_text(time("2026-03-14T16:00:00Z"), 0, absurd), "2026-03-15 16:00:00 +24:00");
}

// Whatever is looked at: marks ascend, lie in the view, and no label runs into the next.
TEST(Ruler, LabelsNeverOverlap) {
  std::mt19937_64 random(3);
  const std::size_t cases = support::generated_cases(3000);
  for (std::size_t i = 0; i < cases; ++i) {
    std::int64_t from = static_cast<std::int64_t>(random());
    const auto size = static_cast<std::int64_t>(random() >> (1 + random() % 55));
    const TimeScale scale({Timestamp{from}, clamp_time(WideNs{from} + size)},
                          300 + static_cast<int>(random() % 3000));
    const std::int64_t offset = static_cast<std::int64_t>(random() % 100'000) - 50'000;
    const auto all = ruler_marks(scale, 7, [&](Timestamp) { return offset; });
    int end = -1000;
    for (const RulerMark& mark : all) {
      ASSERT_GE(mark.x, 0);
      ASSERT_LT(mark.x, scale.width());
      ASSERT_GE(mark.x, end) << mark.label;
      end = mark.x + 7 * static_cast<int>(mark.label.size());
    }
    if (scale.span() > 10'000 && scale.range().from.ns > kEarliest / 2 &&
        scale.range().to.ns < kLatest / 2) {
      EXPECT_FALSE(all.empty()) << clock_text(scale.range().from, 9) << " "
                                << span_text(scale.span());
    }
  }
}

TEST(Ruler, ClockText) {
  const Timestamp at = time("2026-11-24T03:10:51.009Z");
  EXPECT_EQ(clock_text(at, 3), "2026-11-24T03:10:51.009Z");
  EXPECT_EQ(clock_text(at, 0, [](Timestamp) { return -12'600; }), "2026-11-23 23:40:51 -03:30");
  EXPECT_EQ(clock_text(Timestamp{kLatest}, 0, [](Timestamp) { return 3600; }),
            "2262-04-11 23:47:16 +01:00");
}

TEST(Ruler, SpanText) {
  EXPECT_EQ(span_text(0), "0 ns");
  EXPECT_EQ(span_text(850), "850 ns");
  EXPECT_EQ(span_text(1500), "1.5 µs");
  EXPECT_EQ(span_text(12'400'000), "12.4 ms");
  EXPECT_EQ(span_text(12'400'000'000), "12.4 s");
  EXPECT_EQ(span_text(-WideNs{2'000'000'000}), "-2 s");
  EXPECT_EQ(span_text(200 * kNsPerSecond), "3 min 20 s");
  EXPECT_EQ(span_text(7500 * kNsPerSecond), "2 h 5 min");
  EXPECT_EQ(span_text(7200 * kNsPerSecond), "2 h");
  EXPECT_EQ(span_text(WideNs{17 * 86'400 + 4 * 3600} * kNsPerSecond), "17 d 4 h");
  EXPECT_EQ(span_text(WideNs{1} << 64), "584 y 343 d");
}

TEST(Ruler, UsefulDigits) {
  const auto digits = [](WideNs ns) {
    return useful_digits(TimeScale({Timestamp{0}, clamp_time(ns - 1)}, 1000));
  };
  EXPECT_EQ(digits(WideNs{3600} * kNsPerSecond), 0);
  EXPECT_EQ(digits(1000 * WideNs{kNsPerSecond}), 0);
  EXPECT_EQ(digits(kNsPerSecond), 3);
  EXPECT_EQ(digits(1000), 9);
}

}  // namespace
}  // namespace stemma::ui::timeline
