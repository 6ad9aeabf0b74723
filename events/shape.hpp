// Shape: which fields a kind of record carries and in which slot each one sits. Thousands of
// records share one shape, so a rule looks its fields up once per shape and then indexes slots. Not
// the values.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "events/ids.hpp"

namespace stemma {

class Shape {
 public:
  static constexpr std::uint32_t kNoSlot = 0xFFFF'FFFF;

  /// @param fields ascending, without repetition
  explicit Shape(std::vector<FieldId> fields) : fields_(std::move(fields)) {}

  /// Fields in slot order, ascending by id.
  [[nodiscard]] std::span<const FieldId> fields() const { return fields_; }

  /// Slot of a field, or kNoSlot. O(log fields).
  [[nodiscard]] std::uint32_t slot_of(FieldId field) const;

 private:
  std::vector<FieldId> fields_;
};

/// How many shapes a pass keeps before it starts anew. Real evidence has some hundreds; a forged log could have one an event.
inline constexpr std::size_t kMaxShapes = 1u << 16;

/// Gives equal field lists the same Shape. One table a thread: no locks. Shapes live as long as the
/// table.
class ShapeTable {
 public:
  const Shape& intern(std::span<const FieldId> ascending_fields);
  [[nodiscard]] std::size_t size() const { return count_; }
  /// Forgets all shapes; views and bindings made with them are no longer valid.
  void clear() {
    shapes_.clear();
    count_ = 0;
  }

 private:
  std::unordered_map<std::uint64_t, std::vector<std::unique_ptr<Shape>>> shapes_;
  std::size_t count_ = 0;
};

}  // namespace stemma
