#include "events/time.hpp"

#include <gtest/gtest.h>

namespace stemma {
namespace {

TEST(Time, ReadsAndWritesBack) {
  for (const char* text :
       {"1970-01-01T00:00:00Z", "2026-11-24T03:10:51.009Z", "2000-02-29T23:59:59.1234567Z",
        "1999-12-31T23:59:59.123456789Z", "1700-01-01T00:00:00Z", "2261-12-31T23:59:59Z"}) {
    const auto parsed = parse_time(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(format_time(parsed->time, parsed->digits), text);
  }
}

TEST(Time, AcceptsSysmonsBlankAndZones) {
  EXPECT_EQ(format_time(parse_time("2019-05-27 15:12:17.826")->time, 3),
            "2019-05-27T15:12:17.826Z");
  EXPECT_EQ(format_time(parse_time("2019-05-27T15:12:17+02:00")->time, 0), "2019-05-27T13:12:17Z");
  EXPECT_EQ(format_time(parse_time("2019-05-27T00:12:17-0130")->time, 0), "2019-05-27T01:42:17Z");
}

TEST(Time, RefusesWhatIsNoTime) {
  for (const char* text : {"", "2019", "2019-13-01T00:00:00Z", "2019-02-29T00:00:00Z",
                           "2019-01-01T24:00:00Z", "2019-01-01T00:00:00.Z", "2019-01-01T00:00:00Zx",
                           "2019-01-01X00:00:00", "9999-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
                           "2019-01-01T00:00:00+9", "+019-01-01T00:00:00"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(Time, FiletimeBothWays) {
  const auto time = time_from_filetime(132'034'963'378'260'000);
  ASSERT_TRUE(time);
  EXPECT_EQ(format_time(*time, 7), "2019-05-28T05:52:17.8260000Z");
  EXPECT_EQ(filetime_from_time(*time), 132'034'963'378'260'000u);
  EXPECT_FALSE(time_from_filetime(0));  // 1601 lies outside
  EXPECT_FALSE(time_from_filetime(~std::uint64_t{0}));
  EXPECT_FALSE(time_from_filetime(0x7FFF'FFFF'FFFF'FFFF));
}

TEST(Time, NegativeTimesFormatDownwards) {
  EXPECT_EQ(format_time({-1}, 9), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(format_time({-1}, 0), "1969-12-31T23:59:59Z");
}

}  // namespace
}  // namespace stemma
