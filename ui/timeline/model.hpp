// Model: everything that the timeline of a case shows, worked out once on a worker thread and
// frozen. Which lanes are open is LaneList's affair, what lies where on the screen LanePlanner's.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "ui/state/open_case.hpp"
#include "ui/state/view.hpp"
#include "ui/timeline/event_index.hpp"
#include "ui/timeline/markers.hpp"
#include "ui/timeline/process_order.hpp"

namespace stemma::ui::timeline {

/// A finding on the lanes: of its host's lane, and of its process.
struct FindingMark {
  EventId event;
  EntityId entity;
  std::uint32_t finding = 0;  ///< index into OpenCase::findings
};

/// A run of a script, with a time to be drawn at.
struct RunMark {
  Timestamp from, to;
  bool end_known = false;        ///< false: `to` is the last that was seen of it
  std::uint32_t invocation = 0;  ///< index into Incident::invocations
};

/// An order that a cloud log tells of.
struct OperationMark {
  Timestamp from, to;
  EventId event;                ///< its first row
  std::uint32_t operation = 0;  ///< index into Incident::operations
};

/// A machine, or the account of a cloud, and what lies on its lanes.
struct HostModel {
  HostId host;         ///< none: events that name no host
  bool cloud = false;  ///< a cloud's account, which runs nothing
  std::uint64_t events = 0;
  bool ends_seen = false;  ///< its logs tell of some process's end, so one without lived on
  std::vector<FindingMark> findings;      ///< ascending by event
  std::vector<RunMark> runs;              ///< by from
  std::vector<OperationMark> operations;  ///< by event
  HostMarkers markers;
};

struct Model {
  std::shared_ptr<const OpenCase> open_case;
  TimeRange span;             ///< from the first event with a time to the last
  TimeRange limits;           ///< what can be looked at (limits_around())
  std::uint64_t untimed = 0;  ///< events without a time, which no lane shows
  std::shared_ptr<const EventIndex> index;
  ProcessOrder processes;
  std::vector<HostModel> hosts;  ///< clouds first, then those with findings or runs, then by name
  std::vector<std::uint32_t> host_places;  ///< by host id, 0 being none: index into hosts, plus 1
  std::vector<FindingMark> findings_by_entity;  ///< of those with a process, by entity, then event

  [[nodiscard]] const CaseSnapshot& snapshot() const { return *open_case->snapshot; }
  /// Whether there is anything to be shown.
  [[nodiscard]] bool empty() const { return !open_case || !open_case->snapshot || !index; }
  /// A machine by its id; null where it has no event. O(1).
  [[nodiscard]] const HostModel* find(HostId host) const;
  /// Findings of a process life, by event. O(log findings).
  [[nodiscard]] std::span<const FindingMark> findings_of(EntityId entity) const;
  /// From the first to the last thing that findings, runs and the orders of those runs are about;
  /// all of the case where there is none. A nanosecond long where it is one moment.
  [[nodiscard]] TimeRange focus() const;
};

/// Works a timeline out. O(events + lives · log lives); touches the case only to read, so any
/// thread will do.
/// @param open_case  at least `indexed`; else the model is empty
/// @param before     an earlier stage's model of the same snapshot, whose index and markers are
/// used
///                   again; may be null
/// @return null where `stop` asked
std::shared_ptr<const Model> build_timeline(std::shared_ptr<const OpenCase> open_case,
                                            const std::stop_token& stop = {},
                                            const Model* before = nullptr);

}  // namespace stemma::ui::timeline
