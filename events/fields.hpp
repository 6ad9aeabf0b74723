// The vocabulary: every field an event can carry, by its ECS (or provider's) dotted name. Known
// fields are one table (fields.def) and have constants here; names met in evidence
// (`winlog.event_data.X`) are interned when met. Not the values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.hpp"

namespace stemma {

/// How a field's values compare and print. `ip` values are text that may be an address; comparison
/// stays textual except in cidrMatch.
enum class FieldType : std::uint8_t { keyword, long_, real, boolean, date, ip };

/// Whether ECS describes the field as holding several values. Any field may hold several in
/// evidence.
enum class Multiplicity : std::uint8_t { one, many };

struct FieldInfo {
  std::string_view name;  ///< dotted name; lives as long as the program
  FieldType type = FieldType::keyword;
  Multiplicity multiplicity = Multiplicity::one;
  bool known = false;  ///< from fields.def, not met in evidence
};

namespace field {
namespace detail {
enum Ordinal : std::uint32_t {
  kNone = 0,
#define FIELD(symbol, name, type, multiplicity) k_##symbol,
#include "events/fields.def"
#undef FIELD
  kKnownEnd
};
}  // namespace detail
#define FIELD(symbol, name, type, multiplicity) inline constexpr FieldId symbol{detail::k_##symbol};
#include "events/fields.def"
#undef FIELD
}  // namespace field

/// Number of fields in fields.def; their ids are 1 … kKnownFieldCount.
inline constexpr std::uint32_t kKnownFieldCount = field::detail::kKnownEnd - 1;

/// Cap on interned names. Real collections carry some thousands; a forged log could carry one new
/// name per value.
inline constexpr std::uint32_t kMaxFields = 1u << 18;

/// Cap on the length of one interned name in bytes. The longest name seen in real event data is
/// below 80.
inline constexpr std::size_t kMaxFieldNameLength = 512;

/// The id of `name`, interning it where it is new. Unknown names get the type keyword. Safe from
/// any thread; ids of interned names depend on the order of calls, so nothing that is printed may
/// be ordered by them. Returns a none id where a cap is hit.
FieldId intern_field(std::string_view name);

/// The id of `name` where it is known or was interned before. Safe from any thread.
std::optional<FieldId> find_field(std::string_view name);

/// Name, type and multiplicity. Constant time, safe from any thread. `id` must name a field.
FieldInfo field_info(FieldId id);

/// Same as field_info(id).name.
std::string_view field_name(FieldId id);

/// Names of all fields known so far, sorted, for suggestions in diagnostics.
std::vector<std::string_view> all_field_names();

}  // namespace stemma
