// JSON text written straight into memory: the same bytes as append_json_string() and
// append_json_value() (json.hpp) make, which stay as the plain way and say what they are.
#pragma once

#include <cstddef>
#include <string_view>

#include "events/value.hpp"

namespace stemma {

/// Bytes that write_json_string() may touch for a text of `size` bytes: an escape takes six for
/// one, and stores are sixteen bytes wide.
constexpr std::size_t json_string_room(std::size_t size) {
  return 6 * size + 2 + 16;
}

/// Bytes that write_json_value() may touch for anything but text.
inline constexpr std::size_t kJsonScalarRoom = 64;

/// Writes `text` as a JSON string at `to`; returns its end.
char* write_json_string(char* to, std::string_view text);

/// Writes one value by its kind; returns its end.
char* write_json_value(char* to, const Value& value);

/// Writes a whole number; returns its end. Room: 20 bytes.
char* write_json_integer(char* to, std::int64_t value);

}  // namespace stemma
