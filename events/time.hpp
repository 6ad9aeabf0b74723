// Time as events carry it: nanoseconds since 1970 in UTC, plus how many decimals the source really
// gave. Not a clock: nothing here asks what time it is.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stemma {

/// ECS `@timestamp`: nanoseconds since 1970-01-01T00:00:00Z. Covers 1677-09-21 to 2262-04-11;
/// conversions from wider ranges fail instead of wrapping.
struct Timestamp {
  std::int64_t ns = 0;
  auto operator<=>(const Timestamp&) const = default;
};

inline constexpr std::int64_t kNsPerSecond = 1'000'000'000;

/// 100 ns ticks since 1601-01-01 UTC ([MS-DTYP] FILETIME). Empty where the value lies outside
/// Timestamp's range.
std::optional<Timestamp> time_from_filetime(std::uint64_t ticks);

/// The reverse of time_from_filetime; times before 1601 become 0.
std::uint64_t filetime_from_time(Timestamp time);

/// A time as text together with the number of decimals it was written with (0–9).
struct ParsedTime {
  Timestamp time;
  std::uint8_t digits = 0;
};

/// Reads `YYYY-MM-DD[T ]hh:mm:ss[.d…][Z|±hh:mm]` (RFC 3339, and the blank-separated form of
/// Sysmon's UtcTime). Without a zone the time is UTC. Decimals after the ninth are dropped. Empty
/// for anything else, dates that do not exist included.
std::optional<ParsedTime> parse_time(std::string_view text);

/// RFC 3339 in UTC with `digits` decimals (0–9): `2026-11-24T03:10:51.009Z`.
std::string format_time(Timestamp time, int digits);

/// Bytes that write_time() may touch.
inline constexpr std::size_t kMaxTimeText = 32;

/// Writes the same text at `to`, which has room for kMaxTimeText bytes; returns its end.
char* write_time(char* to, Timestamp time, int digits);

/// Days since 1970-01-01 of a proleptic Gregorian date.
std::int64_t days_from_civil(std::int64_t year, unsigned month, unsigned day);

}  // namespace stemma
