// Values of parsed JSON as texts and as fields of an event. Not which field a value belongs to.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "events/event.hpp"

namespace stemma::json {

/// Keys and array elements below one value that become fields. Elasticsearch indexes 1000 fields of
/// a document.
inline constexpr std::size_t kMaxValues = 1u << 16;

/// A text as it is, a number or boolean written out in `arena`; empty for null, objects, arrays.
std::string_view scalar_text(const simdjson::dom::element& element, TextArena& arena);

/// Whether an object has no more than kMaxValues below it. O(values).
bool fits(const simdjson::dom::object& object);

/// Gives every scalar below a value to the field of its dotted name. One thread, one pass.
class FieldWriter {
 public:
  /// @param projection borrowed
  explicit FieldWriter(const Projection& projection) : projection_(projection) {}

  /// Whether the pass wants any field whose name begins so. O(names known): ask once a unit.
  [[nodiscard]] bool wants_below(std::string_view prefix) const;

  /// Adds `value`, which fits(), to the field `name`, the members of an object to `name.key`, the
  /// elements of an array one by one. Nulls and empty texts are left out, as are names beyond
  /// kMaxFieldNameLength. Texts are kept as by Event::add_view().
  void add(std::string_view name, const simdjson::dom::element& value, Event& event);

  /// Adds a number, text or boolean to the field `name`.
  void add_scalar(std::string_view name, const simdjson::dom::element& value, Event& event);

 private:
  void add_below(const simdjson::dom::element& value, Event& event);
  [[nodiscard]] FieldId field(std::string_view name) const;

  const Projection& projection_;
  std::string name_;
  TextArena arena_;
};

}  // namespace stemma::json
