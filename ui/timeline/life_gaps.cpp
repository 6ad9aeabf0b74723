#include "ui/timeline/life_gaps.hpp"

#include <algorithm>

namespace stemma::ui::timeline {
namespace {

bool overlaps(const Marker& marker, Timestamp from, Timestamp to) {
  if (marker.from == marker.to) return from <= marker.from && marker.from <= to;
  return marker.from < to && from < marker.to;
}

// The last that anything tells of it: its own events and the starts of its children. O(log events
// of it).
Timestamp last_sign(const Model& model, EntityId id) {
  const ProcessTree& tree = model.snapshot().tree;
  Timestamp last = tree.entity(id).start;
  for (const auto& events : model.index->of_entity(id)) {
    if (!events.empty()) last = std::max(last, model.snapshot().events.time(events.back()));
  }
  const auto children = tree.children(id);  // by start
  if (!children.empty()) last = std::max(last, tree.entity(children.back()).start);
  return last;
}

}  // namespace

std::vector<LifeGap> life_gaps(const Model& model, EntityId id) {
  std::vector<LifeGap> out;
  if (model.empty() || !id || id.index() >= model.snapshot().tree.entities().size()) return out;
  const ProcessTree& tree = model.snapshot().tree;
  const ProcessEntity& entity = tree.entity(id);
  const HostModel* host = model.find(entity.host);
  if (host == nullptr) return out;
  // Where no log tells of ends, a process that was not seen to end most likely did, unseen: to say
  // that it lived through whatever is missing later would mark every process.
  const Timestamp end = entity.end_kind == EndKind::seen ? entity.end
                        : !host->ends_seen               ? last_sign(model, id)
                        : entity.end_kind == EndKind::open
                            ? std::max(host->markers.last, entity.start)
                            : entity.end;
  const bool by_pid = entity.parent && entity.edge != ParentEdge::guid &&
                      tree.entity(entity.parent).start_seen && entity.start_seen;
  for (const MarkerKind kind : {MarkerKind::log_cleared, MarkerKind::gap}) {
    for (const Marker& marker : host->markers.of_kind[static_cast<std::size_t>(kind)]) {
      if (!marker.hides_processes) continue;
      if (overlaps(marker, entity.start, end)) {
        out.push_back({&marker, false});
      } else if (by_pid && overlaps(marker, tree.entity(entity.parent).start, entity.start)) {
        out.push_back({&marker, true});
      }
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const LifeGap& a, const LifeGap& b) {
    return a.marker->from < b.marker->from;
  });
  return out;
}

}  // namespace stemma::ui::timeline
