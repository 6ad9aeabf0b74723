#include "events/shape.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace stemma {
namespace {

std::uint64_t hash_of(std::span<const std::uint32_t> keys) {
  std::uint64_t hash = keys.size() * 0x9E3779B97F4A7C15u;
  std::size_t i = 0;
  for (; i + 2 <= keys.size(); i += 2) {
    std::uint64_t two;
    std::memcpy(&two, keys.data() + i, sizeof two);
    hash = (hash ^ two) * 0xFF51AFD7ED558CCDu;
    hash ^= hash >> 32;
  }
  if (i < keys.size()) {
    hash = (hash ^ keys[i]) * 0xFF51AFD7ED558CCDu;
    hash ^= hash >> 32;
  }
  return hash;
}

}  // namespace

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
  bucket.push_back(std::make_unique<Shape>(std::vector<FieldId>(fields.begin(), fields.end()),
                                           static_cast<std::uint32_t>(count_)));
  ++count_;
  return *bucket.back();
}

const Arrangement& ShapeTable::arrange(std::span<const std::uint32_t> keys) {
  if (arrangements_.size() >= kMaxArrangements || arranged_keys_ > kMaxArrangedKeys) {
    arrangements_.clear();
    places_.clear();
    arranged_keys_ = 0;
  }
  if (places_.empty()) places_.resize(kMaxArrangements * 2);
  const std::uint64_t hash = hash_of(keys);
  const std::size_t mask = places_.size() - 1;
  std::size_t at = hash & mask;
  for (; places_[at].second != 0; at = (at + 1) & mask) {
    if (places_[at].first != hash) continue;
    const Arrangement& met = arrangements_[places_[at].second - 1];
    if (met.keys.size() == keys.size() &&
        (keys.empty() || std::memcmp(met.keys.data(), keys.data(), keys.size_bytes()) == 0))
      return met;
  }
  arrangements_.push_back(make(keys));
  arranged_keys_ += keys.size();
  places_[at] = {hash, static_cast<std::uint32_t>(arrangements_.size())};
  return arrangements_.back();
}

Arrangement ShapeTable::make(std::span<const std::uint32_t> keys) {
  Arrangement made;
  made.keys.assign(keys.begin(), keys.end());
  std::vector<std::uint32_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return FieldKey::field(keys[a]) < FieldKey::field(keys[b]);
  });
  std::vector<FieldId> fields;
  for (std::size_t i = 0; i < order.size();) {
    const FieldId field = FieldKey::field(keys[order[i]]);
    std::size_t end = i + 1;
    bool neighbours = true;
    for (; end < order.size() && FieldKey::field(keys[order[end]]) == field; ++end)
      neighbours = neighbours && order[end] == order[end - 1] + 1;
    ValueRange range{order[i], static_cast<std::uint32_t>(end - i),
                     FieldKey::origin(keys[order[i]])};
    if (!neighbours) {
      range.first = static_cast<std::uint32_t>(keys.size() + made.moved.size());
      made.moved.insert(made.moved.end(), order.begin() + static_cast<std::ptrdiff_t>(i),
                        order.begin() + static_cast<std::ptrdiff_t>(end));
    }
    fields.push_back(field);
    made.slots.push_back(range);
    i = end;
  }
  made.shape = &intern(fields);
  return made;
}

void ShapeTable::clear() {
  shapes_.clear();
  count_ = 0;
  arrangements_.clear();
  places_.clear();
  arranged_keys_ = 0;
}

}  // namespace stemma
