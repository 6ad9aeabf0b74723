// EventStore: the hot columns of every event, sorted, frozen. Everything else about an event is
// decoded again from its SourceSpan when somebody asks. Not the values and not the lineage.
#pragma once

#include <cstdint>

#include "events/category.hpp"
#include "events/column.hpp"
#include "events/event.hpp"
#include "events/event_class.hpp"
#include "events/ids.hpp"
#include "events/source.hpp"
#include "events/time.hpp"

namespace stemma {

/// One event while the index is built.
struct EventRow {
  Timestamp time;
  std::uint64_t offset = 0;    ///< in the artifact of the class
  std::uint64_t sequence = 0;  ///< record id or audit serial
  std::uint32_t length = 0;
  EventClassId event_class;
};

/// Columns of events, in the order they were added until they are put in their final one.
struct EventColumns {
  Column<std::int64_t> time;
  Column<std::uint64_t> offset;
  Column<std::uint64_t> sequence;
  Column<std::uint32_t> length;
  Column<EventClassId> event_class;

  static constexpr std::size_t kBytesPerRow = 8 + 8 + 8 + 4 + 4;
  [[nodiscard]] std::size_t size() const { return time.size(); }
};

/// Columns sorted by (time, artifact, offset). An EventId is a position in them. 36 bytes an event,
/// and 4 more for each event that a pass decodes again, while it lasts (bench/store_bench holds the
/// figures); a class (event_class.hpp) costs 32 and is shared by all events of its kind.
class EventStore {
 public:
  static constexpr std::size_t kBytesPerEvent = EventColumns::kBytesPerRow + sizeof(EntityId);

  EventStore() = default;
  /// @param columns in their final order
  EventStore(EventColumns columns, EventClassTable classes);

  [[nodiscard]] std::size_t size() const { return columns_.size(); }
  [[nodiscard]] Timestamp time(EventId id) const { return {columns_.time[id.index()]}; }
  [[nodiscard]] std::uint8_t time_digits(EventId id) const { return class_of(id).time_digits; }
  [[nodiscard]] SourceSpan source(EventId id) const {
    return {class_of(id).artifact, columns_.length[id.index()], columns_.offset[id.index()]};
  }
  [[nodiscard]] std::uint64_t sequence(EventId id) const { return columns_.sequence[id.index()]; }
  [[nodiscard]] StringId channel(EventId id) const { return class_of(id).channel; }
  [[nodiscard]] StringId code(EventId id) const { return class_of(id).code; }
  [[nodiscard]] HostId host(EventId id) const { return class_of(id).host; }
  [[nodiscard]] EntityId entity(EventId id) const { return entity_[id.index()]; }
  [[nodiscard]] CategorySet categories(EventId id) const { return class_of(id).categories; }
  [[nodiscard]] SourceKind source_kind(EventId id) const { return class_of(id).source_kind; }
  [[nodiscard]] bool recovered(EventId id) const { return class_of(id).recovered; }

  /// What the event has in common with others. Several classes may be equal.
  [[nodiscard]] EventClassId event_class(EventId id) const {
    return columns_.event_class[id.index()];
  }
  [[nodiscard]] const EventClassTable& classes() const { return classes_; }

  /// Set while lineage is built, before the store is frozen.
  void set_entity(EventId id, EntityId entity) { entity_[id.index()] = entity; }

  /// The first event not before `time`; one past the last where there is none. O(log n).
  [[nodiscard]] EventId first_at(Timestamp time) const;

 private:
  [[nodiscard]] const EventClass& class_of(EventId id) const {
    return classes_[columns_.event_class[id.index()]];
  }

  EventColumns columns_;
  Column<EntityId> entity_;
  EventClassTable classes_;
};

}  // namespace stemma
