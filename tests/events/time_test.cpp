#include "events/time.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ctime>
#include <random>
#include <string>

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

// By the C library's calendar and format strings.
std::string plain_format(std::int64_t ns, int digits) {
  std::int64_t seconds = ns / kNsPerSecond;
  std::int64_t fraction = ns % kNsPerSecond;
  if (fraction < 0) {
    fraction += kNsPerSecond;
    --seconds;
  }
  const std::time_t time = seconds;
  std::tm civil{};
  gmtime_r(&time, &civil);
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", civil.tm_year + 1900, civil.tm_mon + 1,
                  civil.tm_mday, civil.tm_hour, civil.tm_min, civil.tm_sec);
  if (digits > 0)
    text += "." + fmt::format("{:09}", fraction).substr(0, static_cast<std::size_t>(digits));
  return text + "Z";
}

TEST(Time, AgreesWithTheCLibrary) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 50000; ++i) {
    const auto ns =
        static_cast<std::int64_t>(random() >> (random() % 4)) * (random() % 2 == 0 ? 1 : -1);
    const int digits = static_cast<int>(random() % 10);
    const std::string text = format_time(Timestamp{ns}, digits);
    ASSERT_EQ(text, plain_format(ns, digits));
    const auto back = parse_time(text);
    // The first second that can be told is cut by the range of the number itself.
    if (!back) continue;
    std::int64_t cut = 1;
    for (int d = digits; d < 9; ++d) cut *= 10;
    ASSERT_EQ(back->digits, digits);
    ASSERT_LT(static_cast<std::uint64_t>(ns) - static_cast<std::uint64_t>(back->time.ns),
              static_cast<std::uint64_t>(cut));
  }
}

TEST(Time, OneWrongCharacterIsNoTime) {
  const std::string good = "2019-05-27 15:12:17.826";
  for (std::size_t at = 0; at < 19; ++at) {
    for (int c = 0; c < 256; ++c) {
      std::string text = good;
      text[at] = static_cast<char>(c);
      const bool digit = c >= '0' && c <= '9';
      const bool separator = at == 4 || at == 7 || at == 10 || at == 13 || at == 16;
      if (separator ? text[at] != good[at] && !(at == 10 && c == 'T') : !digit) {
        ASSERT_FALSE(parse_time(text)) << text;
      } else if (const auto time = parse_time(text)) {
        std::string expected = text;
        expected[10] = 'T';
        ASSERT_EQ(format_time(time->time, 3), expected + "Z");
      }
    }
  }
  for (std::size_t size = 0; size < 19; ++size) ASSERT_FALSE(parse_time(good.substr(0, size)));
}

}  // namespace
}  // namespace stemma
