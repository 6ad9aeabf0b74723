// Event: one normalized happening while it is in hand. A parser fills one Event again and again;
// whoever receives it reads it as an EventView before the next one is decoded. Not stored: the
// EventStore keeps a few columns, the evidence keeps the rest.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "events/fields.hpp"
#include "events/projection.hpp"
#include "events/shape.hpp"
#include "events/source.hpp"
#include "events/time.hpp"
#include "events/value.hpp"

namespace stemma {

/// Bytes that stay where they are until reset(). One writer.
class TextArena {
 public:
  /// Copies `text`; the view is valid until reset().
  std::string_view copy(std::string_view text);
  /// Room for `size` bytes to write into.
  std::span<char> room(std::size_t size);
  /// Forgets everything, keeps the first block.
  void reset();

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };
  std::vector<Block> blocks_;
  std::size_t used_ = 0;  // in the last block
};

/// What an event means for lineage. Parsers know best, so they say it; names and command lines are
/// in the ECS fields.
enum class ProcessAct : std::uint8_t {
  none,
  start,  ///< a program image starts: Sysmon 1, 4688, a successful execve
  end,    ///< a process life ends: Sysmon 5, 4689, exit_group
  fork,   ///< a copy of the process was made and has not exec'ed: clone family; `child_pid` is set
  boot,   ///< the machine starts: every open life on it has ended
  shutdown,  ///< the machine stops
};

struct ProcessHint {
  ProcessAct act = ProcessAct::none;
  bool child_has_callers_parent = false;  ///< fork: CLONE_PARENT was given
  std::uint32_t child_pid = 0;            ///< fork: pid of the new process
};

/// Which decoder read the event; decides how its sequence orders it and how its process facts are
/// weighed.
enum class SourceKind : std::uint8_t { none, sysmon, security, evtx_other, auditd, sysmon_linux };

/// A decoded event as rules and writers see it: slots of values, valid until the event it came from
/// is filled again.
class EventView {
 public:
  struct Slot {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    Origin origin = Origin::record;
  };

  EventView(const Shape& shape, const Slot* slots, const Value* values)
      : shape_(&shape), slots_(slots), values_(values) {}

  [[nodiscard]] const Shape& shape() const { return *shape_; }
  /// Values in a slot of the shape: at least one.
  [[nodiscard]] std::span<const Value> at(std::uint32_t slot) const {
    return {values_ + slots_[slot].first, slots_[slot].count};
  }
  [[nodiscard]] Origin origin(std::uint32_t slot) const { return slots_[slot].origin; }
  /// Values of a field; empty where the event has none. O(log fields): bind to the shape instead
  /// where it is hot.
  [[nodiscard]] std::span<const Value> get(FieldId field) const {
    const std::uint32_t slot = shape_->slot_of(field);
    return slot == Shape::kNoSlot ? std::span<const Value>{} : at(slot);
  }

 private:
  const Shape* shape_;
  const Slot* slots_;
  const Value* values_;
};

/// Builder and owner of one event's values. Text is copied into its own arena, so inputs need not
/// outlive the call. One thread.
class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  // What every event has beside its fields.
  Timestamp time;                ///< ECS @timestamp
  std::uint8_t time_digits = 0;  ///< decimals the source gave for it
  SourceKind source_kind = SourceKind::none;
  bool recovered = false;      ///< read from a place where live records do not lie
  std::uint64_t sequence = 0;  ///< record id or audit serial: orders events of one source
  SourceSpan source;           ///< the record, or the first piece of it
  std::vector<SourceSpan>
      more_pieces;  ///< further pieces, where a record lies in several artifacts
  ProcessHint process;

  /// Forgets the last event. `projection` is borrowed until the next reset; fields it does not want
  /// are dropped on set().
  void reset(const Projection& projection);

  [[nodiscard]] bool wants(FieldId field) const {
    return projection_ != nullptr && projection_->wants(field);
  }
  /// True where the pass wants whatever an event carries, names that were never heard of included.
  [[nodiscard]] bool wants_all() const {
    return projection_ != nullptr && projection_->wants_all();
  }

  /// Replaces the field's values by this one. A none id is ignored.
  void set(FieldId field, std::string_view text, Origin origin = Origin::record);
  void set(FieldId field, std::int64_t integer, Origin origin = Origin::record);
  void set_boolean(FieldId field, bool boolean, Origin origin = Origin::record);
  void set_time(FieldId field, Timestamp value, std::uint8_t digits,
                Origin origin = Origin::record);
  /// Adds a further value to the field, in order. Repeated values are kept.
  void add(FieldId field, std::string_view text, Origin origin = Origin::record);
  /// Adds unless the field already has this text: for the `related.*` bags.
  void add_unique(FieldId field, std::string_view text, Origin origin = Origin::derived);
  /// Removes the field.
  void remove(FieldId field);

  [[nodiscard]] bool has(FieldId field) const;
  /// First value's text; empty where the field is absent or not text. Valid until reset().
  [[nodiscard]] std::string_view text(FieldId field) const;
  /// First value as an integer, where it is one.
  [[nodiscard]] std::optional<std::int64_t> integer(FieldId field) const;
  /// All texts of a field, in order.
  [[nodiscard]] std::vector<std::string_view> texts(FieldId field) const;

  /// Arranges the fields into slots. The view is valid until the next change of this event. O(n log
  /// n) in the number of values.
  EventView view(ShapeTable& shapes);

  /// A hash over all fields and values, equal for equal content whatever the order of set(): tells
  /// copies of an event from forged twins.
  [[nodiscard]] std::uint64_t content_hash() const;

 private:
  struct Entry {
    FieldId field;
    Origin origin = Origin::record;
    Value value;
  };
  Entry* find(FieldId field);
  [[nodiscard]] const Entry* find(FieldId field) const;
  void put(FieldId field, const Value& value, Origin origin);

  const Projection* projection_ = nullptr;
  TextArena arena_;
  std::vector<Entry> entries_;
  std::vector<FieldId> shape_fields_;
  std::vector<EventView::Slot> slots_;
  std::vector<Value> values_;
};

}  // namespace stemma
