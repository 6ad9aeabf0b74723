#include "events/time.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace stemma {
namespace {

constexpr std::int64_t kUnixEpochInFiletime =
    116'444'736'000'000'000;  // 1970-01-01 in 100 ns ticks since 1601

/// Reads exactly `count` decimal digits at `pos` and steps over them; -1 where there are fewer.
int take_digits(std::string_view text, std::size_t& pos, std::size_t count) {
  if (text.size() < pos || text.size() - pos < count) return -1;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const char c = text[pos + i];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  pos += count;
  return value;
}

bool take(std::string_view text, std::size_t& pos, char wanted) {
  if (pos >= text.size() || text[pos] != wanted) return false;
  ++pos;
  return true;
}

unsigned days_in_month(int year, int month) {
  constexpr unsigned kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

struct Civil {
  std::int64_t year;
  unsigned month, day;
};

// Both directions after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
Civil civil_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto doe = static_cast<unsigned>(days - era * 146097);
  const unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const unsigned mp = (5 * doy + 2) / 153;
  const unsigned day = doy - (153 * mp + 2) / 5 + 1;
  const unsigned month = mp < 10 ? mp + 3 : mp - 9;
  return {static_cast<std::int64_t>(yoe) + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

}  // namespace

std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto yoe = static_cast<unsigned>(year - era * 400);
  const unsigned doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + static_cast<std::int64_t>(doe) - 719468;
}

std::optional<Timestamp> time_from_filetime(std::uint64_t ticks) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (ticks > kMax) return std::nullopt;
  const std::int64_t since_1970 = static_cast<std::int64_t>(ticks) - kUnixEpochInFiletime;
  std::int64_t ns = 0;
  if (__builtin_mul_overflow(since_1970, std::int64_t{100}, &ns)) return std::nullopt;
  return Timestamp{ns};
}

std::uint64_t filetime_from_time(Timestamp time) {
  std::int64_t ticks = time.ns / 100;
  if (time.ns % 100 < 0) --ticks;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, ticks + kUnixEpochInFiletime));
}

std::optional<ParsedTime> parse_time(std::string_view text) {
  if (text.size() < 19) return std::nullopt;
  bool wrong = false;
  const auto digit = [&](std::size_t at) {
    const auto value = static_cast<unsigned>(static_cast<unsigned char>(text[at])) - '0';
    wrong |= value > 9;
    return static_cast<int>(value);
  };
  const auto two = [&](std::size_t at) { return digit(at) * 10 + digit(at + 1); };
  const int year = two(0) * 100 + two(2);
  const int month = two(5);
  const int day = two(8);
  const int hour = two(11);
  const int minute = two(14);
  const int second = two(17);
  wrong |= text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != ' ') ||
           text[13] != ':' || text[16] != ':';
  if (wrong || month < 1 || month > 12 || day < 1 ||
      static_cast<unsigned>(day) > days_in_month(year, month) || hour > 23 || minute > 59 ||
      second > 60)
    return std::nullopt;
  std::size_t pos = 19;

  std::int64_t fraction = 0;
  std::uint8_t digits = 0;
  if (take(text, pos, '.')) {
    const std::size_t start = pos;
    for (; pos < text.size() && text[pos] >= '0' && text[pos] <= '9'; ++pos) {
      if (digits == 9) continue;
      fraction = fraction * 10 + (text[pos] - '0');
      ++digits;
    }
    if (pos == start) return std::nullopt;
    for (int i = digits; i < 9; ++i) fraction *= 10;
  }
  std::int64_t zone_seconds = 0;
  if (!take(text, pos, 'Z') && pos < text.size()) {
    const char sign = text[pos++];
    if (sign != '+' && sign != '-') return std::nullopt;
    const int zone_hour = take_digits(text, pos, 2);
    take(text, pos, ':');
    const int zone_minute = take_digits(text, pos, 2);
    if (zone_hour < 0 || zone_hour > 23 || zone_minute < 0 || zone_minute > 59) return std::nullopt;
    zone_seconds =
        (sign == '-' ? -1 : 1) * (std::int64_t{zone_hour} * 3600 + std::int64_t{zone_minute} * 60);
  }
  if (pos != text.size()) return std::nullopt;

  const std::int64_t seconds =
      days_from_civil(year, static_cast<unsigned>(month), static_cast<unsigned>(day)) * 86400 +
      hour * 3600 + minute * 60 + second - zone_seconds;
  std::int64_t ns = 0;
  if (__builtin_mul_overflow(seconds, kNsPerSecond, &ns) ||
      __builtin_add_overflow(ns, fraction, &ns)) {
    return std::nullopt;
  }
  return ParsedTime{Timestamp{ns}, digits};
}

namespace {

// Two decimal digits; `value` is below 100.
char* write_two(char* to, unsigned value) {
  to[0] = static_cast<char>('0' + value / 10);
  to[1] = static_cast<char>('0' + value % 10);
  return to + 2;
}

}  // namespace

char* write_time(char* to, Timestamp time, int digits) {
  std::int64_t seconds = time.ns / kNsPerSecond;
  std::int64_t fraction = time.ns % kNsPerSecond;
  if (fraction < 0) {
    fraction += kNsPerSecond;
    --seconds;
  }
  std::int64_t days = seconds / 86400;
  std::int64_t rest = seconds % 86400;
  if (rest < 0) {
    rest += 86400;
    --days;
  }
  const Civil date = civil_from_days(days);
  const auto year = static_cast<unsigned>(date.year);  // 1677 to 2262
  to = write_two(write_two(to, year / 100), year % 100);
  *to++ = '-';
  to = write_two(to, date.month);
  *to++ = '-';
  to = write_two(to, date.day);
  *to++ = 'T';
  const auto second = static_cast<unsigned>(rest);
  to = write_two(to, second / 3600);
  *to++ = ':';
  to = write_two(to, second / 60 % 60);
  *to++ = ':';
  to = write_two(to, second % 60);
  digits = std::clamp(digits, 0, 9);
  if (digits > 0) {
    *to++ = '.';
    // Nine digits are written and the wanted ones kept.
    const auto below = static_cast<unsigned>(fraction);
    char* at = write_two(to, below / 10'000'000);
    at = write_two(at, below / 100'000 % 100);
    at = write_two(at, below / 1'000 % 100);
    at = write_two(at, below / 10 % 100);
    *at = static_cast<char>('0' + below % 10);
    to += digits;
  }
  *to++ = 'Z';
  return to;
}

std::string format_time(Timestamp time, int digits) {
  std::array<char, kMaxTimeText> text;
  const char* end = write_time(text.data(), time, digits);
  return {text.data(), static_cast<std::size_t>(end - text.data())};
}

}  // namespace stemma
