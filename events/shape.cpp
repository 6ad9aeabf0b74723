#include "events/shape.hpp"

#include <algorithm>

namespace stemma {

std::uint32_t Shape::slot_of(FieldId field) const {
  const auto found = std::lower_bound(fields_.begin(), fields_.end(), field);
  if (found == fields_.end() || *found != field) return kNoSlot;
  return static_cast<std::uint32_t>(found - fields_.begin());
}

const Shape& ShapeTable::intern(std::span<const FieldId> fields) {
  std::uint64_t hash = 0x9E3779B97F4A7C15u;
  for (const FieldId field : fields) {
    hash = (hash ^ field.value) * 0xFF51AFD7ED558CCDu;
    hash ^= hash >> 32;
  }
  auto& bucket = shapes_[hash];
  for (const auto& shape : bucket) {
    if (std::equal(fields.begin(), fields.end(), shape->fields().begin(), shape->fields().end()))
      return *shape;
  }
  bucket.push_back(std::make_unique<Shape>(std::vector<FieldId>(fields.begin(), fields.end())));
  ++count_;
  return *bucket.back();
}

}  // namespace stemma
