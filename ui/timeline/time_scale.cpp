#include "ui/timeline/time_scale.hpp"

#include <algorithm>
#include <limits>

namespace stemma::ui::timeline {
namespace {

// Rounds towards the later time, also for negative numerators.
WideNs divide_up(WideNs numerator, WideNs denominator) {
  const WideNs quotient = numerator / denominator;
  return quotient + (numerator % denominator > 0 ? 1 : 0);
}

}  // namespace

Timestamp clamp_time(WideNs ns) {
  constexpr WideNs kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr WideNs kMost = std::numeric_limits<std::int64_t>::max();
  return {static_cast<std::int64_t>(std::clamp(ns, kLeast, kMost))};
}

TimeScale::TimeScale(TimeRange range, int width)
    : range_(range), width_(std::max(width, 1)), span_(1) {
  if (range_.to < range_.from) range_.to = range_.from;
  span_ = WideNs{range_.to.ns} - range_.from.ns + 1;
}

int TimeScale::x_of(Timestamp time) const {
  if (time < range_.from) return -1;
  if (time > range_.to) return width_;
  return static_cast<int>((WideNs{time.ns} - range_.from.ns) * width_ / span_);
}

WideNs TimeScale::time_at(int x) const {
  return range_.from.ns + divide_up(WideNs{x} * span_, width_);
}

Timestamp TimeScale::nearest_time_at(int x) const {
  return clamp_time(time_at(x));
}

WideNs TimeScale::length_of(int columns) const {
  return WideNs{columns} * span_ / width_;
}

}  // namespace stemma::ui::timeline
