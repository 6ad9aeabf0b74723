// IndexBatch: what one unit of evidence adds to the case, with ids of its own, so that threads fill
// batches without a lock. CaseBuilder joins them. Not sorted and not deduplicated.
#pragma once

#include <array>
#include <unordered_map>
#include <utility>
#include <vector>

#include "events/case_counts.hpp"
#include "events/event.hpp"
#include "events/event_class.hpp"
#include "events/event_store.hpp"
#include "events/process_record.hpp"
#include "events/string_pool.hpp"

namespace stemma {

/// Fields that indexing reads: what the hot columns and lineage are made of. All that
/// IndexBatch::add, lineage and completion see of an event is here or beside the fields.
Projection index_projection();

struct IndexBatch {
  std::vector<EventRow> rows;
  std::vector<std::pair<EventId, SourceSpan>>
      more_pieces;  ///< further pieces of events that lie in several artifacts
  std::vector<ProcessRecord> processes;
  std::vector<ProcessMention> mentions;
  std::vector<StringId> args;
  std::vector<StringId> ancestry;  ///< lists that lineage reads and nobody after it
  StringPool strings;
  EventClassTable classes;
  std::vector<StringId> hosts;  ///< by HostId: names as written, each spelling once

  /// Takes out of a decoded event what the case keeps of it. O(wanted fields of the event); an
  /// event like one of the last few, whose class is known, is a row and no more.
  void add(const Event& event);

  /// Forgets everything and keeps the room, for the next unit.
  void clear();

  /// What it holds, counted.
  [[nodiscard]] CaseCounts counts() const;
  /// Bytes of memory it takes itself.
  [[nodiscard]] std::size_t memory() const;

 private:
  // Where the class of an event with that code was last seen.
  static constexpr std::size_t kRecent = 64;

  EventClassId class_of(const Event& event);
  HostId host_of(std::string_view name);

  std::array<EventClassId, kRecent> recent_ = {};
  std::unordered_map<StringId, HostId> host_by_name_;
};

}  // namespace stemma
