// The events of a lane one by one: the next and the one before, the nearest to a time, and edges to
// snap to. Searches only.
#pragma once

#include <cstdint>
#include <optional>

#include "ui/timeline/lane_list.hpp"
#include "ui/timeline/time_scale.hpp"

namespace stemma::ui::timeline {

/// The first event of the lane behind `event`, which need not be of the lane; none where there is
/// none. Findings lanes have their findings' events; runs lanes and "n more processes" have none.
/// O(log events).
EventId event_after(const Model& model, const Lane& lane, EventId event);
/// The last one before it.
EventId event_before(const Model& model, const Lane& lane, EventId event);
/// The one nearest to a time, at most `reach` ns away; the earlier where two are.
EventId event_near(const Model& model, const Lane& lane, Timestamp time, WideNs reach);

/// The nearest edge of the lane to a time: an event, the start or end of a life or run; `time`
/// itself where none is within `reach` ns.
Timestamp snapped(const Model& model, const Lane& lane, Timestamp time, WideNs reach);

}  // namespace stemma::ui::timeline
