// Zoom and pan: from one stretch of time that is looked at to the next, within the limits of a
// case. Pure functions over ranges; widths in pixels are TimeScale's affair.
#pragma once

#include <optional>

#include "ui/timeline/time_scale.hpp"

namespace stemma::ui::timeline {

/// The shortest range that is shown: at a thousand columns a nanosecond each. No source is finer.
inline constexpr std::int64_t kShortestRange = 1000;

/// What can be looked at: all of `span` and a little room on both sides, so that what lies at its
/// ends can be seen and a case of one moment has a length. Never beyond Timestamp's range.
TimeRange limits_around(TimeRange span);

/// The range that a wish for `zoom` shows: all of `limits` without one. One that is too short is
/// made longer around its middle; one outside of the limits is shown as asked for, as it may come
/// from elsewhere and emptiness is an answer.
TimeRange shown_range(const std::optional<TimeRange>& zoom, TimeRange limits);

/// `range` made numerator / denominator as long, such that `at` stays where it is on the screen, as
/// far as the limits allow.
TimeRange zoomed(TimeRange range, TimeRange limits, Timestamp at, std::int64_t numerator,
                 std::int64_t denominator);

/// `range` moved by `delta` (later where positive), no further than the limits.
TimeRange panned(TimeRange range, TimeRange limits, WideNs delta);

/// `range` with a tenth of its length on either side, a moment with half a second, within the
/// limits: what "fit" shows.
TimeRange fitted(TimeRange range, TimeRange limits);

/// A range as long as `range` with `at` in its middle, as far as the limits allow.
TimeRange centred(TimeRange range, TimeRange limits, Timestamp at);

/// Moves and, where it is too long, cuts `range` so that it lies within the limits.
TimeRange within(TimeRange range, TimeRange limits);

}  // namespace stemma::ui::timeline
