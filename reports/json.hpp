// JSON text for values of evidence: valid for any input. A document is built from dotted field
// names and written as nested objects.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/fields.hpp"
#include "events/value.hpp"

namespace stemma {

/// Appends `text` as a JSON string. Controls are escaped; bytes that are not UTF-8 become U+FFFD;
/// bidi controls and other invisible characters are escaped too, so that the text cannot rearrange
/// itself in a viewer.
void append_json_string(std::string& out, std::string_view text);

/// Appends one value by its kind; dates as RFC 3339 with the digits the source gave.
void append_json_value(std::string& out, const Value& value);

/// One JSON object on one line, out of dotted names. Keys come out sorted; a name that is both a
/// value and a parent of others
/// (`a.b` and `a.b.c`) keeps the longer one as a dotted key beside it, so nothing is lost.
class JsonDocument {
 public:
  void text(std::string_view name, std::string_view value);
  void integer(std::string_view name, std::int64_t value);
  void boolean(std::string_view name, bool value);
  void texts(std::string_view name, std::span<const std::string> values);
  /// A field's values: an array where ECS says so or where there is more than one.
  void values(std::string_view name, Multiplicity multiplicity, std::span<const Value> values);
  /// JSON text that is already rendered.
  void raw(std::string_view name, std::string json);

  /// Appends the object; no line end. The document is empty afterwards. Where a name was given
  /// twice, the last one counts.
  void write(std::string& out);

 private:
  using Entry = std::pair<std::string, std::string>;
  static void write_object(std::string& out, std::span<const Entry> entries, std::size_t prefix);
  std::vector<Entry> entries_;
};

}  // namespace stemma
