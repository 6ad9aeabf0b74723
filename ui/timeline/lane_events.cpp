#include "ui/timeline/lane_events.hpp"

#include <algorithm>

#include "ui/timeline/lane_plan.hpp"

namespace stemma::ui::timeline {
namespace {

// Calls visit for each run of the lane's events. A run of findings is one of events with their
// marks around them.
template <class Visit>
void for_each_run(const Model& model, const Lane& lane, const Visit& visit) {
  const auto id = [](EventId event) { return event; };
  switch (lane.kind) {
    case LaneKind::cloud:
    case LaneKind::host:
      for (std::size_t g = 0; g < kTickGroups; ++g)
        visit(model.index->of_host(model.hosts[lane.index].host, static_cast<TickGroup>(g)), id);
      break;
    case LaneKind::findings:
      visit(std::span<const FindingMark>(model.hosts[lane.index].findings),
            [](const FindingMark& mark) { return mark.event; });
      break;
    case LaneKind::session:
    case LaneKind::process:
      for (const auto run : model.index->of_entity(model.processes.entity(lane.index)))
        visit(run, id);
      break;
    case LaneKind::runs:
    case LaneKind::others:
      break;
  }
}

WideNs distance(Timestamp a, Timestamp b) {
  const WideNs difference = WideNs{a.ns} - b.ns;
  return difference < 0 ? -difference : difference;
}

}  // namespace

EventId event_after(const Model& model, const Lane& lane, EventId event) {
  EventId best;
  for_each_run(model, lane, [&](const auto& run, const auto& id) {
    const auto at =
        std::upper_bound(run.begin(), run.end(), event,
                         [&](EventId wanted, const auto& one) { return wanted < id(one); });
    if (at != run.end() && (!best || id(*at) < best)) best = id(*at);
  });
  return best;
}

EventId event_before(const Model& model, const Lane& lane, EventId event) {
  EventId best;
  for_each_run(model, lane, [&](const auto& run, const auto& id) {
    const auto at =
        std::lower_bound(run.begin(), run.end(), event,
                         [&](const auto& one, EventId wanted) { return id(one) < wanted; });
    if (at != run.begin()) best = std::max(best, id(*(at - 1)));
  });
  return best;
}

EventId event_near(const Model& model, const Lane& lane, Timestamp time, WideNs reach) {
  const EventStore& events = model.snapshot().events;
  const EventId behind = events.first_at(time);
  const EventId before = event_before(model, lane, behind);
  // The first of those that are not before it may be `behind` itself.
  const EventId after = event_after(model, lane, EventId{behind.value - 1});
  EventId best;
  if (before && distance(events.time(before), time) <= reach) best = before;
  if (after && distance(events.time(after), time) <= reach &&
      (!best || distance(events.time(after), time) < distance(events.time(best), time)))
    best = after;
  return best;
}

Timestamp snapped(const Model& model, const Lane& lane, Timestamp time, WideNs reach) {
  Timestamp best = time;
  WideNs least = reach + 1;
  const auto offer = [&](Timestamp edge) {
    const WideNs far = distance(edge, time);
    if (far >= least) return;
    least = far;
    best = edge;
  };
  if (const EventId near = event_near(model, lane, time, reach))
    offer(model.snapshot().events.time(near));
  if (lane.kind == LaneKind::session || lane.kind == LaneKind::process) {
    const EntityId entity = model.processes.entity(lane.index);
    offer(model.snapshot().tree.entity(entity).start);
    offer(life_ends(model, entity).known);
  } else if (lane.kind == LaneKind::runs) {
    for (const RunMark& run : model.hosts[lane.index].runs) {
      offer(run.from);
      offer(run.to);
    }
  }
  return best;
}

}  // namespace stemma::ui::timeline
