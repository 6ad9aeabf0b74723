// Shape: which fields a kind of record carries and in which slot each one sits. Thousands of
// records share one shape, so a rule looks its fields up once per shape and then indexes slots. Not
// the values.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "events/ids.hpp"
#include "events/value.hpp"

namespace stemma {

class Shape {
 public:
  static constexpr std::uint32_t kNoSlot = 0xFFFF'FFFF;

  /// @param fields ascending, without repetition
  /// @param number the how manieth shape of its table, from 0
  explicit Shape(std::vector<FieldId> fields, std::uint32_t number = 0)
      : fields_(std::move(fields)), number_(number) {}

  /// Fields in slot order, ascending by id.
  [[nodiscard]] std::span<const FieldId> fields() const { return fields_; }

  /// Slot of a field, or kNoSlot. O(log fields).
  [[nodiscard]] std::uint32_t slot_of(FieldId field) const;

  /// Position in its table: shapes are counted from 0 until the table is cleared, so that what is
  /// made once per shape can lie in an array.
  [[nodiscard]] std::uint32_t number() const { return number_; }

 private:
  std::vector<FieldId> fields_;
  std::uint32_t number_;
};

/// How many shapes a pass keeps before it starts anew. Real evidence has some hundreds; a forged
/// log could have one an event.
inline constexpr std::size_t kMaxShapes = 1u << 16;

/// How many arrangements a table keeps; each takes about 600 bytes. One shape has several: lists
/// differ in length, and decoders meet fields in different orders.
inline constexpr std::size_t kMaxArrangements = 1u << 13;

/// How many keys all of them may hold together (about 20 bytes each): a forged event can have
/// thousands of values.
inline constexpr std::size_t kMaxArrangedKeys = 1u << 20;

/// Where a slot's values lie among an event's.
struct ValueRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  Origin origin = Origin::record;
};

/// How an event's values, in the order in which they were set, become slots: worked out once for
/// every order met.
struct Arrangement {
  const Shape* shape = nullptr;
  std::vector<std::uint32_t> keys;   ///< the order: FieldKey of every value
  std::vector<ValueRange> slots;     ///< one a field of the shape
  std::vector<std::uint32_t> moved;  ///< values to be repeated behind the others, so that those of
                                     ///< one field are neighbours
};

/// A field and where a value of it comes from, in one number.
struct FieldKey {
  static constexpr std::uint32_t kFieldBits = 30;
  static constexpr std::uint32_t kFieldMask = (1u << kFieldBits) - 1;
  static std::uint32_t of(FieldId field, Origin origin) {
    return field.value | (static_cast<std::uint32_t>(origin) << kFieldBits);
  }
  static FieldId field(std::uint32_t key) { return {key & kFieldMask}; }
  static Origin origin(std::uint32_t key) { return static_cast<Origin>(key >> kFieldBits); }
};

/// Gives equal field lists the same Shape. One table a thread: no locks. Shapes live as long as the
/// table.
class ShapeTable {
 public:
  const Shape& intern(std::span<const FieldId> ascending_fields);
  /// The arrangement of values with these keys. Valid until the next call. O(keys) where they were
  /// met before, else O(n log n).
  const Arrangement& arrange(std::span<const std::uint32_t> keys);
  [[nodiscard]] std::size_t size() const { return count_; }
  /// Forgets all shapes; views and bindings made with them are no longer valid.
  void clear();

 private:
  Arrangement make(std::span<const std::uint32_t> keys);

  std::unordered_map<std::uint64_t, std::vector<std::unique_ptr<Shape>>> shapes_;
  std::size_t count_ = 0;
  std::deque<Arrangement> arrangements_;
  std::size_t arranged_keys_ = 0;
  // Open addressing: a hash and the arrangement's number, from 1; 0 is free.
  std::vector<std::pair<std::uint64_t, std::uint32_t>> places_;
};

}  // namespace stemma
