// Ruler: where a range of time gets its marks and what they say, from nanoseconds to years, and
// how times and spans are written for people. In UTC or in any zone that a function tells the
// offset of.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ui/timeline/time_scale.hpp"

namespace stemma::ui::timeline {

/// Seconds east of UTC at a time. An empty function is UTC.
using ZoneOffset = std::function<std::int64_t(Timestamp)>;

struct RulerMark {
  int x = 0;
  bool major = false;  ///< a date changes, or a whole second among parts of one
  std::string label;   ///< `2026`, `2026-03`, `2026-03-14`, `03:10`, `03:10:51`, `:51.250`
};

/// Marks of a scale, at least as far apart as their labels are wide.
/// @param pixels_per_character  of the labels' font, in columns of the scale
std::vector<RulerMark> ruler_marks(const TimeScale& scale, int pixels_per_character,
                                   const ZoneOffset& zone = {});

/// `2026-11-24T03:10:51.009Z`, or `2026-11-24 04:10:51.009 +01:00` where there is a zone. Times
/// that the zone moves out of Timestamp's range stay at its end.
std::string clock_text(Timestamp time, int digits, const ZoneOffset& zone = {});

/// A span with the two units that matter, exact below a minute: `850 ns`, `12.4 s`, `3 min 20 s`,
/// `2 h 5 min`, `17 d 4 h`, `3 y 41 d` (of 365 days). A minus sign where negative.
std::string span_text(WideNs ns);

/// Decimals of a second that tell two neighbouring columns of a scale apart.
int useful_digits(const TimeScale& scale);

}  // namespace stemma::ui::timeline
