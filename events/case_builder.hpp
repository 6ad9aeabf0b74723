// Joins the batches of all units into one frozen case: ids remapped, copies dropped, events sorted,
// lineage built. One thread at a time.
#pragma once

#include <memory>
#include <vector>

#include "events/case_snapshot.hpp"
#include "events/column.hpp"
#include "events/copies.hpp"
#include "events/index_batch.hpp"

namespace stemma {

class CaseBuilder {
 public:
  /// @param artifacts  in the order of their ids
  explicit CaseBuilder(std::vector<Artifact> artifacts);

  /// Adds a unit's batch. The order of calls decides string and host ids, so it must not depend on
  /// threads. O(batch): rows are copied as they are but for the number of their class.
  void add(const IndexBatch& batch);

  /// Adds to the artifacts what their parsers booked, one log an artifact.
  void add_logs(std::span<const ImportLog> logs);

  /// Sorts by (time, artifact, offset), drops copies of events (copies.hpp; without a hasher there
  /// are none), builds lineage and freezes. Copies are noted as duplicate_event on the artifact
  /// that lost them. Columns are put in order one after the other, so the case is never held
  /// twice.
  std::shared_ptr<CaseSnapshot> freeze(const ContentHasher& hasher = {});

  /// What it holds so far, counted.
  [[nodiscard]] const CaseCounts& counts() const { return counts_; }

 private:
  void count(const IndexBatch& batch);
  template <class T>
  static void put_in_order(Column<T>& column, const Column<std::uint32_t>& order);

  std::shared_ptr<CaseSnapshot> snapshot_;
  EventColumns columns_;
  EventClassTable classes_;
  Column<ProcessRecord> processes_;
  Column<ProcessMention> mentions_;
  std::vector<StringId> args_;
  std::vector<StringId> ancestry_;
  CaseCounts counts_;
  // Of the batch in hand, kept for the room.
  std::vector<StringId> string_of_;
  std::vector<HostId> host_of_;
  std::vector<EventClassId> class_of_;
};

}  // namespace stemma
