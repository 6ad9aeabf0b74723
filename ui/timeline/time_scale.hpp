// TimeScale: which pixel column a time falls into, and which times a column holds, in exact
// integers. A value. Not how a range is chosen (zoom.hpp).
#pragma once

#include "events/time.hpp"
#include "ui/state/view.hpp"

namespace stemma::ui::timeline {

/// Nanoseconds that may lie one step outside of what Timestamp holds, and products of times and
/// pixels: a range of 2^64 ns times 2^31 columns fits.
__extension__ typedef __int128 WideNs;

/// Columns are numbered from 0 at the left edge; column x holds the times t with
/// time_at(x) <= t < time_at(x + 1). Every time of the range is in exactly one column of
/// [0, width); where a column is shorter than a nanosecond, some hold no time at all.
class TimeScale {
 public:
  /// @param width  columns, in pixels of the device; below 1 it is taken as 1
  TimeScale(TimeRange range, int width);

  [[nodiscard]] const TimeRange& range() const { return range_; }
  [[nodiscard]] int width() const { return width_; }
  /// Nanoseconds of the range: at least 1, at most 2^64.
  [[nodiscard]] WideNs span() const { return span_; }

  /// Column of a time; -1 before the range, width() behind it. O(1).
  [[nodiscard]] int x_of(Timestamp time) const;
  /// The earliest time of column x, any x; time_at(width()) is the first time behind the range and
  /// may be one more than a Timestamp holds. O(1).
  [[nodiscard]] WideNs time_at(int x) const;
  /// The same, at the nearest Timestamp.
  [[nodiscard]] Timestamp nearest_time_at(int x) const;
  /// The nanoseconds that `columns` columns are long, rounded down.
  [[nodiscard]] WideNs length_of(int columns) const;

 private:
  TimeRange range_;
  int width_;
  WideNs span_;
};

/// The nearest time that a Timestamp can hold.
Timestamp clamp_time(WideNs ns);

}  // namespace stemma::ui::timeline
