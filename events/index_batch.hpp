// IndexBatch: what one unit of evidence adds to the case, with ids of its own, so that threads fill
// batches without a lock. CaseBuilder joins them. Not sorted and not deduplicated.
#pragma once

#include <utility>
#include <vector>

#include "events/event.hpp"
#include "events/event_store.hpp"
#include "events/hosts.hpp"
#include "events/process_record.hpp"
#include "events/string_pool.hpp"

namespace stemma {

/// Fields that indexing reads: what the hot columns and lineage are made of.
Projection index_projection();

struct IndexBatch {
  std::vector<EventRow> rows;
  std::vector<std::pair<EventId, SourceSpan>>
      more_pieces;  ///< further pieces of events that lie in several artifacts
  std::vector<ProcessRecord> processes;
  std::vector<ProcessMention> mentions;
  std::vector<StringId> args;
  StringPool strings;
  HostTable hosts;

  /// Takes out of a decoded event what the case keeps of it. O(fields of the event).
  void add(const Event& event);
};

}  // namespace stemma
