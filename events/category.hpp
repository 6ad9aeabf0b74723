// Event categories as a set of bits: the hot column that decides whether a rule needs an event at
// all.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace stemma {

/// ECS `event.category` values that have a bit of their own; all others share the last bit.
enum class CategoryBit : std::uint8_t {
  process,
  file,
  network,
  registry,
  configuration,
  driver,
  authentication,
  session,
  iam,
  host,
  package,
  malware,
  intrusion_detection,
  dns,
  other
};

using CategorySet = std::uint16_t;

inline constexpr CategorySet kAllCategories = 0x7FFF;

constexpr CategorySet category_bit(CategoryBit bit) {
  return static_cast<CategorySet>(1u << static_cast<unsigned>(bit));
}

/// ECS `event.type` values that have a bit of their own; all others share the last bit.
enum class TypeBit : std::uint8_t {
  access,
  allowed,
  change,
  connection,
  creation,
  deletion,
  denied,
  end,
  error,
  group,
  info,
  installation,
  protocol,
  start,
  user,
  other
};

using TypeSet = std::uint16_t;

constexpr TypeSet type_bit(TypeBit bit) {
  return static_cast<TypeSet>(1u << static_cast<unsigned>(bit));
}

/// The bit for a type's name; `other` for names without one.
TypeSet type_of(std::string_view name);
/// The reverse; empty for `other`.
std::string_view type_name(TypeBit bit);

/// The bit for a category's name; `other` for names without one.
CategorySet category_of(std::string_view name);

}  // namespace stemma
