// KindsSeen: which fields the events of each host and log carry, noted while a pass decodes them. A
// note a kind, not one an event.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "detection/rules/event_source.hpp"
#include "events/case_snapshot.hpp"
#include "events/event.hpp"

namespace stemma {

/// Events that carry the same fields. Fields that the pass did not want are not among them.
struct KindOfEvent {
  HostId host;
  SourceKind source_kind = SourceKind::none;
  StringId channel;
  TypeSet types = 0;
  std::vector<std::string> categories;  ///< event.category, ascending
  std::vector<FieldId> fields;          ///< ascending
  auto operator<=>(const KindOfEvent&) const = default;
};

/// Whether the events of a kind are from one of the sources.
bool is_of(const KindOfEvent& kind, SourceSet sources, const CaseSnapshot& snapshot);

/// Why a rule could not fire: "no event of category `process` from Sysmon, which its index patterns
/// stand for"; without what does not restrict it.
std::string no_event_reason(const std::optional<std::string>& category, SourceSet sources);

/// One thread's notes; those of several are joined in any order.
class KindsSeen {
 public:
  explicit KindsSeen(const CaseSnapshot& snapshot) : snapshot_(&snapshot) {}

  /// O(1) for events whose class and shape were seen before.
  void note(EventId event, const EventView& view);
  /// To be called when the shapes of the views given are thrown away.
  void forget_shapes() { seen_.clear(); }
  [[nodiscard]] const std::set<KindOfEvent>& kinds() const { return kinds_; }

 private:
  const CaseSnapshot* snapshot_;
  std::unordered_set<std::uint64_t> seen_;  // class and shape
  std::set<KindOfEvent> kinds_;
};

}  // namespace stemma
