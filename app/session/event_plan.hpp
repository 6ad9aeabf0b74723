// EventPlan: the events that a pass decodes again, in the order of the evidence, and which unit
// decodes which. Made once for any number of passes.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "app/session/work.hpp"
#include "events/category.hpp"
#include "events/column.hpp"
#include "events/event_store.hpp"
#include "events/ids.hpp"

namespace stemma {

/// Which events a pass wants.
struct EventSelection {
  CategorySet categories =
      kAllCategories;  ///< any of these; events without category only where kAllCategories is given
  std::function<bool(EventId)> accept;  ///< further test; empty accepts all
  /// Only events at these positions of the store, so a stretch of time. For passes in portions.
  std::size_t first = 0;
  std::size_t last = std::numeric_limits<std::size_t>::max();
};

class EventPlan {
 public:
  /// Four bytes for each event selected, eight while it is made. O(events of the store) for the
  /// selection, O(selected) to put them in order where files are in the order of time.
  EventPlan(const EventStore& events, const UnitIndex& units, std::size_t artifacts,
            const EventSelection& selection);

  [[nodiscard]] std::size_t size() const { return ids_.size(); }
  /// By (artifact, offset), then id.
  [[nodiscard]] std::span<const EventId> ids() const { return {ids_.data(), ids_.size()}; }
  /// The units that hold any of them.
  [[nodiscard]] std::span<const Share> shares() const { return shares_; }

 private:
  Column<EventId> ids_;
  std::vector<Share> shares_;
};

}  // namespace stemma
