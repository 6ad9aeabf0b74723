// One value of a field: a small tagged union. Text is a view whose owner is named by whoever hands
// the value out.
#pragma once

#include <cstdint>
#include <string_view>

#include "events/time.hpp"

namespace stemma {

struct Value {
  enum class Kind : std::uint8_t { text, integer, real, boolean, date };

  Kind kind = Kind::text;
  std::uint8_t digits = 0;  ///< date: decimals the source gave
  union {
    std::int64_t integer = 0;  ///< integer; date: nanoseconds since 1970 UTC
    double real;
    bool boolean;
  };
  std::string_view
      text;  ///< text: UTF-8 as found, which hostile evidence may break; bytes are kept

  static Value of(std::string_view text) {
    Value value;
    value.text = text;
    return value;
  }
  static Value of(std::int64_t integer) {
    Value value;
    value.kind = Kind::integer;
    value.integer = integer;
    return value;
  }
  static Value of_real(double real) {
    Value value;
    value.kind = Kind::real;
    value.real = real;
    return value;
  }
  static Value of_boolean(bool boolean) {
    Value value;
    value.kind = Kind::boolean;
    value.boolean = boolean;
    return value;
  }
  static Value of(Timestamp time, std::uint8_t digits) {
    Value value;
    value.kind = Kind::date;
    value.integer = time.ns;
    value.digits = digits;
    return value;
  }
  [[nodiscard]] Timestamp time() const { return Timestamp{integer}; }
};

/// Where a value comes from: the record itself, a computation from the record's own values (args
/// split from a command line), or the process tree (a parent's command line that the record lacks).
enum class Origin : std::uint8_t { record, derived, synthesised };

}  // namespace stemma
