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
enum class SourceKind : std::uint8_t {
  none,
  sysmon,
  security,
  evtx_other,
  auditd,
  sysmon_linux,
  guest_agent,  ///< a cloud agent's own logs, settings and status files
  // The same logs, and others, as documents that a shipper made of them.
  ecs_sysmon,
  ecs_security,
  ecs_windows,  ///< of a Windows machine, by any other program (Elastic Defend)
  ecs_auditd,   ///< Auditbeat's auditd module and what reads audit logs
  ecs_sysmon_linux,
  ecs_other,  ///< of any other machine, or of none (Elastic Defend, cloud services)
  // Logs of clouds, which no machine writes.
  azure_activity,
  aws_cloudtrail,
};

/// True for events read from Elastic documents, whose fields are the document's own.
constexpr bool is_document(SourceKind kind) {
  return kind >= SourceKind::ecs_sysmon && kind <= SourceKind::ecs_other;
}
/// True for logs of what was asked of a cloud.
constexpr bool is_cloud_log(SourceKind kind) {
  return kind == SourceKind::azure_activity || kind == SourceKind::aws_cloudtrail;
}
/// True for logs of Windows machines, whatever carried them.
constexpr bool is_windows(SourceKind kind) {
  return kind == SourceKind::sysmon || kind == SourceKind::security ||
         kind == SourceKind::evtx_other || kind == SourceKind::ecs_sysmon ||
         kind == SourceKind::ecs_security || kind == SourceKind::ecs_windows;
}

/// A set of source kinds: one bit each.
using SourceSet = std::uint16_t;
static_assert(static_cast<unsigned>(SourceKind::aws_cloudtrail) < 16);

constexpr SourceSet source_bit(SourceKind kind) {
  return static_cast<SourceSet>(1u << static_cast<unsigned>(kind));
}

/// A decoded event as rules and writers see it: slots of values, valid until the event it came from
/// is filled again.
class EventView {
 public:
  using Slot = ValueRange;

  EventView(const Shape& shape, const Slot* slots, const Value* values)
      : shape_(&shape), slots_(slots), values_(values) {}

  [[nodiscard]] const Shape& shape() const { return *shape_; }
  /// Values in a slot of the shape: at least one.
  [[nodiscard]] std::span<const Value> at(std::uint32_t slot) const {
    return {values_ + slots_[slot].first, slots_[slot].count};
  }
  [[nodiscard]] Origin origin(std::uint32_t slot) const { return slots_[slot].origin; }
  /// Where the slot's values lie among the event's.
  [[nodiscard]] const Slot& range(std::uint32_t slot) const { return slots_[slot]; }
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

/// Whether an event copies the texts that belong to a decoder.
enum class Texts : std::uint8_t {
  copied,    ///< every text is copied: the event is good until its next reset()
  borrowed,  ///< set_view() and add_view() keep the view: the event is good until the decoder, or
             ///< the mapper that filled it, turns to the next record
};

/// Fields and values that many events begin with, kept once. Made from an event that has them.
class PreparedFields {
 public:
  [[nodiscard]] std::size_t size() const { return keys_.size(); }

 private:
  friend class Event;
  std::uint64_t identity_ = 0;
  std::vector<std::uint32_t> keys_;
  std::vector<Value> values_;
  std::unique_ptr<char[]> texts_;
};

/// Builder and owner of one event's values. One thread. Every field is found in O(1).
///
/// Who owns a text is said by how it is set: set() and add() copy it into the event's own arena, so
/// inputs need not outlive the call; set_view() and add_view() are for text of the record in the
/// decoder's memory, which is copied only where reset() was not told otherwise; set_lasting() and
/// add_lasting() never copy and are for text that outlives every use of the event: literals, the
/// string pool of a case.
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
  /// For events that no machine wrote: what the store files them under in the place of host.name,
  /// which they do not have. `azure:<subscription id>`. Lives as long as the event's texts.
  std::string_view pseudo_host;

  /// Forgets the last event. `projection` is borrowed until the next reset; fields it does not want
  /// are dropped on set(). O(1).
  void reset(const Projection& projection, Texts texts = Texts::copied);

  [[nodiscard]] bool wants(FieldId field) const {
    return projection_ != nullptr && projection_->wants(field);
  }
  /// True where the pass wants whatever an event carries, names that were never heard of included.
  [[nodiscard]] bool wants_all() const {
    return projection_ != nullptr && projection_->wants_all();
  }
  /// What the event was reset with; null before the first reset.
  [[nodiscard]] const Projection* projection() const { return projection_; }

  /// Replaces the field's values by this one. A none id is ignored.
  void set(FieldId field, std::string_view text, Origin origin = Origin::record) {
    if (accepts(field)) put(field, Value::of(arena_.copy(text)), origin);
  }
  void set_view(FieldId field, std::string_view text, Origin origin = Origin::record) {
    if (accepts(field)) put(field, Value::of(borrow(text)), origin);
  }
  void set_lasting(FieldId field, std::string_view text, Origin origin = Origin::record) {
    if (accepts(field)) put(field, Value::of(text), origin);
  }
  void set(FieldId field, std::int64_t integer, Origin origin = Origin::record) {
    if (accepts(field)) put(field, Value::of(integer), origin);
  }
  void set_boolean(FieldId field, bool boolean, Origin origin = Origin::record) {
    if (accepts(field)) put(field, Value::of_boolean(boolean), origin);
  }
  void set_time(FieldId field, Timestamp value, std::uint8_t digits,
                Origin origin = Origin::record) {
    if (accepts(field)) put(field, Value::of(value, digits), origin);
  }
  /// The number as decimal digits.
  void set_decimal(FieldId field, std::uint64_t number, Origin origin = Origin::record);

  /// Adds a further value to the field, in order. Repeated values are kept.
  void add(FieldId field, std::string_view text, Origin origin = Origin::record) {
    if (accepts(field)) append(field, Value::of(arena_.copy(text)), origin);
  }
  void add_view(FieldId field, std::string_view text, Origin origin = Origin::record) {
    if (accepts(field)) append(field, Value::of(borrow(text)), origin);
  }
  void add_lasting(FieldId field, std::string_view text, Origin origin = Origin::record) {
    if (accepts(field)) append(field, Value::of(text), origin);
  }
  /// Adds a value of any kind; its text is kept as add_view() would.
  void add_value(FieldId field, const Value& value, Origin origin = Origin::record) {
    if (!accepts(field)) return;
    Value own = value;
    if (own.kind == Value::Kind::text) own.text = borrow(own.text);
    append(field, own, origin);
  }
  /// Adds unless the field already has this text: for the `related.*` bags. The text is kept as
  /// add_view() would.
  void add_unique_view(FieldId field, std::string_view text, Origin origin = Origin::derived);
  /// The same, kept as add_lasting() would.
  void add_unique_lasting(FieldId field, std::string_view text, Origin origin = Origin::derived);
  /// The same with a copy.
  void add_unique(FieldId field, std::string_view text, Origin origin = Origin::derived);
  /// Removes the field. O(values).
  void remove(FieldId field);

  /// Everything the event holds, for append(). Its texts are copied.
  [[nodiscard]] PreparedFields prepare() const;
  /// Adds all of `fields`, which holds none that this event has, none that it does not want. Their
  /// texts are kept as by add_view(): `fields` is their owner.
  void append(const PreparedFields& fields);
  /// A number for the PreparedFields that the event's values begin with, and how many they are;
  /// equal numbers mean equal values. 0 where it began otherwise, or they were changed since.
  [[nodiscard]] std::uint64_t prepared() const { return prepared_; }
  [[nodiscard]] std::size_t prepared_size() const { return prepared_size_; }

  [[nodiscard]] bool has(FieldId field) const { return find(field) != nullptr; }
  /// True where the field is wanted and not there yet.
  [[nodiscard]] bool lacks(FieldId field) const { return accepts(field) && find(field) == nullptr; }
  /// First value's text; empty where the field is absent or not text. Valid until reset().
  [[nodiscard]] std::string_view text(FieldId field) const;
  /// First value as an integer, where it is one.
  [[nodiscard]] std::optional<std::int64_t> integer(FieldId field) const;
  /// First value; null where the field is absent. Valid until the event is changed.
  [[nodiscard]] const Value* first_value(FieldId field) const {
    const Place* place = find(field);
    return place == nullptr ? nullptr : &values_[place->first];
  }
  /// Every value with its field, in the order in which they were set.
  template <class Visit>
  void for_each_value(Visit visit) const {
    for (std::size_t i = 0; i < keys_.size(); ++i) visit(FieldKey::field(keys_[i]), values_[i]);
  }
  /// Puts another text in the place of the value that for_each_value() hands out as the
  /// `position`-th, from 0; it must be text. A copy is kept.
  void replace_text(std::size_t position, std::string_view text);
  /// All texts of a field, in order.
  [[nodiscard]] std::vector<std::string_view> texts(FieldId field) const;
  /// The same, each handed to `visit`, without making a list.
  template <class Visit>
  void for_each_text(FieldId field, Visit visit) const {
    const Place* place = find(field);
    if (place == nullptr) return;
    for (std::size_t i = place->first; i <= place->last; ++i) {
      if (FieldKey::field(keys_[i]) == field && values_[i].kind == Value::Kind::text)
        visit(values_[i].text);
    }
  }

  /// Room in the event's own arena for a text that is made up value by value; hand it to
  /// set_lasting(), since it lasts as long as the event's values do.
  std::span<char> room(std::size_t size) { return arena_.room(size); }

  /// Arranges the fields into slots. The view is valid until the next change of this event.
  /// O(values) where `shapes` has seen the same fields in the same order before, else O(n log n).
  EventView view(ShapeTable& shapes);

  /// A hash over all fields and values, equal for equal content whatever the order of set(): tells
  /// copies of an event from forged twins.
  [[nodiscard]] std::uint64_t content_hash() const;

 private:
  // Where a field's values lie. They may have others in between; most have one.
  struct Place {
    std::uint32_t generation = 0;  // of the reset that it holds for
    std::uint32_t first = 0, last = 0, count = 0;
  };

  [[nodiscard]] bool accepts(FieldId field) const { return field && wants(field); }
  [[nodiscard]] std::string_view borrow(std::string_view text) {
    return texts_ == Texts::borrowed ? text : arena_.copy(text);
  }
  [[nodiscard]] const Place* find(FieldId field) const {
    if (field.value >= places_.size()) return nullptr;
    const Place& place = places_[field.value];
    return place.generation == generation_ ? &place : nullptr;
  }
  // The field's place, begun anew where it is of an earlier event.
  Place& place_of(FieldId field) {
    if (field.value >= places_.size()) grow(field);
    Place& place = places_[field.value];
    if (place.generation != generation_) {
      place = {generation_, static_cast<std::uint32_t>(keys_.size()), 0, 0};
    }
    return place;
  }
  void append(FieldId field, const Value& value, Origin origin) {
    Place& place = place_of(field);
    place.last = static_cast<std::uint32_t>(keys_.size());
    ++place.count;
    keys_.push_back(FieldKey::of(field, origin));
    values_.push_back(value);
  }
  void put(FieldId field, const Value& value, Origin origin) {
    if (has(field)) {
      replace(field, value, origin);
    } else {
      append(field, value, origin);
    }
  }
  void replace(FieldId field, const Value& value, Origin origin);
  [[nodiscard]] bool has_text(FieldId field, std::string_view text) const;
  void forget_prepared() {
    prepared_ = 0;
    prepared_size_ = 0;
  }
  void grow(FieldId field);
  void begin_generation();

  const Projection* projection_ = nullptr;
  Texts texts_ = Texts::copied;
  TextArena arena_;
  std::vector<std::uint32_t> keys_;  // FieldKey of every value, in the order of their setting
  std::vector<Value> values_;        // as keys_
  std::vector<Place> places_;        // by field id
  std::uint64_t prepared_ = 0;
  std::size_t prepared_size_ = 0;
  std::uint32_t generation_ = 0;  // places of others are void; 0 is none's
  std::vector<EventView::Slot> slots_;
  std::vector<Value> arranged_;  // view(): where a field's values are not neighbours
  mutable std::vector<std::uint64_t> name_hashes_;  // by field id; 0 where not worked out yet
};

}  // namespace stemma
