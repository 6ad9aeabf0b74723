#include "ui/timeline/zoom.hpp"

#include <algorithm>
#include <limits>

namespace stemma::ui::timeline {
namespace {

constexpr std::int64_t kEarliest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max();
// Room beside a case: a fiftieth of it, and half a second where it is shorter than that shows.
constexpr WideNs kRoomShare = 50;
constexpr WideNs kLeastRoom = kNsPerSecond / 2;
// What a moment is seen with on either side: a neighbourhood that a person thinks in.
constexpr WideNs kRoomOfMoment = kNsPerSecond / 2;

WideNs length(TimeRange range) {
  return WideNs{range.to.ns} - range.from.ns + 1;
}

// The range [from, from + size), moved into what lies between least and most, cut where it is
// longer.
TimeRange moved_into(WideNs from, WideNs size, WideNs least, WideNs most) {
  size = std::min(size, most - least + 1);
  from = std::clamp(from, least, most - size + 1);
  return {clamp_time(from), clamp_time(from + size - 1)};
}

// The same, but where least and most are closer than the shortest range, all times there are will
// do.
TimeRange placed(WideNs from, WideNs size, TimeRange limits) {
  size = std::max<WideNs>(size, kShortestRange);
  if (length(limits) < kShortestRange) return moved_into(from, size, kEarliest, kLatest);
  return moved_into(from, size, limits.from.ns, limits.to.ns);
}

}  // namespace

TimeRange limits_around(TimeRange span) {
  const WideNs room = std::max(length(span) / kRoomShare, kLeastRoom);
  return {clamp_time(span.from.ns - room), clamp_time(span.to.ns + room)};
}

TimeRange shown_range(const std::optional<TimeRange>& zoom, TimeRange limits) {
  TimeRange range = zoom ? *zoom : limits;
  if (range.to < range.from) std::swap(range.from, range.to);
  const WideNs size = length(range);
  if (size >= kShortestRange) return range;
  return moved_into(range.from.ns - (kShortestRange - size) / 2, kShortestRange, kEarliest,
                    kLatest);
}

TimeRange zoomed(TimeRange range, TimeRange limits, Timestamp at, std::int64_t numerator,
                 std::int64_t denominator) {
  const WideNs old_size = length(range);
  const WideNs size = std::clamp<WideNs>(old_size * numerator / denominator, kShortestRange,
                                         std::max<WideNs>(length(limits), kShortestRange));
  // (at - from) / old_size is where it stands; the same share of the new size comes before it.
  const WideNs before = (WideNs{at.ns} - range.from.ns) * size / old_size;
  return placed(at.ns - before, size, limits);
}

TimeRange panned(TimeRange range, TimeRange limits, WideNs delta) {
  return placed(range.from.ns + delta, length(range), limits);
}

TimeRange fitted(TimeRange range, TimeRange limits) {
  const WideNs size = length(range);
  const WideNs room = size <= kShortestRange ? kRoomOfMoment : size / 10;
  return placed(range.from.ns - room, length(range) + 2 * room, limits);
}

TimeRange centred(TimeRange range, TimeRange limits, Timestamp at) {
  const WideNs size = length(range);
  return placed(at.ns - size / 2, size, limits);
}

TimeRange within(TimeRange range, TimeRange limits) {
  return placed(range.from.ns, length(range), limits);
}

}  // namespace stemma::ui::timeline
