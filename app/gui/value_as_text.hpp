// One value as text, as people read and type it: for cells, counts and filters of the window.
#pragma once

#include <fmt/format.h>

#include <string>

#include "events/time.hpp"
#include "events/value.hpp"

namespace stemma {

/// Text as its bytes, not yet visible; dates with the decimals that their source gave.
inline std::string value_as_text(const Value& value) {
  switch (value.kind) {
    case Value::Kind::text: return std::string(value.text);
    case Value::Kind::integer: return fmt::format("{}", value.integer);
    case Value::Kind::real: return fmt::format("{}", value.real);
    case Value::Kind::boolean: return value.boolean ? "true" : "false";
    case Value::Kind::date: return format_time(value.time(), value.digits);
  }
  return {};
}

}  // namespace stemma
