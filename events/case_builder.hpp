// Joins the batches of all units into one frozen case: ids remapped, copies dropped, events sorted,
// lineage built. One thread.
#pragma once

#include <memory>

#include "events/case_snapshot.hpp"
#include "events/index_batch.hpp"

namespace stemma {

class CaseBuilder {
 public:
  /// @param artifacts  in the order of their ids
  explicit CaseBuilder(std::vector<Artifact> artifacts);

  /// Adds a unit's batch. The order of calls decides string and host ids, so it must not depend on
  /// threads.
  void add(IndexBatch&& batch);

  /// Adds to the artifacts what their parsers booked, one log an artifact.
  void add_logs(std::span<const ImportLog> logs);

  /// Sorts by (time, artifact, offset), drops copies of events (same host, channel, sequence, code,
  /// time and content; a live record wins over a recovered one), builds lineage and freezes. Copies
  /// are noted as duplicate_event on the artifact that lost them.
  std::shared_ptr<CaseSnapshot> freeze();

 private:
  std::shared_ptr<CaseSnapshot> snapshot_;
  std::vector<EventRow> rows_;
  std::vector<ProcessRecord> processes_;
  std::vector<ProcessMention> mentions_;
  std::vector<StringId> args_;
};

}  // namespace stemma
