// EventIndex: the events of each host and of each process life, by group and time, so that a lane
// is folded by searching instead of by looking at every event. Holds ids only; times and classes
// stay in the EventStore, whose ids are in the order of time.
#pragma once

#include <array>
#include <span>
#include <stop_token>
#include <vector>

#include "events/case_snapshot.hpp"
#include "events/column.hpp"
#include "ui/timeline/tick_group.hpp"

namespace stemma::ui::timeline {

class EventIndex {
 public:
  /// Bytes an event, at most: its id under its host, and under its process where it has one. Beside
  /// them 4 bytes a process, 24 a host, and a byte an event class.
  static constexpr std::size_t kBytesPerEvent = 2 * sizeof(EventId);

  EventIndex() = default;
  /// O(events). Good for a worker thread: touches `snapshot` only to read. Where `stop` asks, it
  /// ends early and what it has made is good for nothing.
  EventIndex(const CaseSnapshot& snapshot, const std::stop_token& stop);

  /// Events of a host (none: those that name no host) and group, ascending. O(1).
  [[nodiscard]] std::span<const EventId> of_host(HostId host, TickGroup group) const;
  /// Events of a process life by group; each run ascends. O(groups · log events of the life).
  [[nodiscard]] std::array<std::span<const EventId>, kTickGroups> of_entity(EntityId entity) const;
  /// The same in one run: process events first, and so on. O(1).
  [[nodiscard]] std::span<const EventId> all_of_entity(EntityId entity) const;

  /// Hosts by number, 0 being none; one more than the highest there is.
  [[nodiscard]] std::size_t host_slots() const { return host_begin_.size() / kTickGroups; }
  [[nodiscard]] std::uint64_t events_of_host(HostId host) const;
  [[nodiscard]] TickGroup group(EventId event) const {
    return group_of_class_[store_->event_class(event).index()];
  }
  /// Bytes that it takes.
  [[nodiscard]] std::size_t bytes() const;

 private:
  void by_host(const std::stop_token& stop);
  void by_entity(std::size_t entities, const std::stop_token& stop);

  const EventStore* store_ = nullptr;  // of the snapshot, which outlives the index
  std::vector<TickGroup> group_of_class_;
  Column<EventId> by_host_;
  std::vector<std::uint32_t> host_begin_;  // per (host, group); one more at the end
  Column<EventId> by_entity_;
  std::vector<std::uint32_t> entity_begin_;  // per entity; one more at the end
};

}  // namespace stemma::ui::timeline
