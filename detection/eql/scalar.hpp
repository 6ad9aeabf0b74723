// One value while an expression is evaluated: a field's value, a constant or a result; null
// included. Not stored in events.
//
// How kinds compare (documented in one place, held by reference_eval in the tests):
//   text with text        by bytes, which for UTF-8 is by code point; case-sensitive
//   integer, real, date   as exact numbers; a date is nanoseconds since 1970 UTC. A string constant
//   that is compared with a date
//                         field is read as RFC 3339 when the query is compiled
//   boolean with boolean  equal or not; no order
//   anything else         cannot be compared: the result is null, never true and never false. Text
//   that holds digits is text:
//                         number() turns it into a number
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/value.hpp"

namespace stemma::eql {

/// Three-valued truth.
enum class Tri : std::uint8_t { no, yes, unknown };

inline Tri tri(bool value) {
  return value ? Tri::yes : Tri::no;
}
inline Tri negate(Tri value) {
  return value == Tri::unknown ? value : value == Tri::yes ? Tri::no : Tri::yes;
}

struct Scalar {
  enum class Kind : std::uint8_t { null, boolean, integer, real, text, date };

  Kind kind = Kind::null;
  bool boolean = false;
  std::uint8_t digits = 0;  ///< date: decimals the source gave
  std::int64_t integer = 0;
  double real = 0;
  std::string_view text;

  [[nodiscard]] bool is_null() const { return kind == Kind::null; }
  [[nodiscard]] bool is_number() const { return kind == Kind::integer || kind == Kind::real; }

  static Scalar null() { return {}; }
  static Scalar of_text(std::string_view text) {
    Scalar scalar;
    scalar.kind = Kind::text;
    scalar.text = text;
    return scalar;
  }
  static Scalar of_integer(std::int64_t integer) {
    Scalar scalar;
    scalar.kind = Kind::integer;
    scalar.integer = integer;
    return scalar;
  }
  /// A real that is no number is null: nothing can be said about it.
  static Scalar of_real(double real);
  static Scalar of_boolean(bool boolean) {
    Scalar scalar;
    scalar.kind = Kind::boolean;
    scalar.boolean = boolean;
    return scalar;
  }
  static Scalar of_date(std::int64_t ns, std::uint8_t digits) {
    Scalar scalar;
    scalar.kind = Kind::date;
    scalar.integer = ns;
    scalar.digits = digits;
    return scalar;
  }
  static Scalar of(Tri value) {
    return value == Tri::unknown ? null() : of_boolean(value == Tri::yes);
  }
  static Scalar of(const Value& value);

  /// Truth of a value as a condition: booleans only, everything else is unknown.
  [[nodiscard]] Tri truth() const { return kind == Kind::boolean ? tri(boolean) : Tri::unknown; }
};

/// <0, 0, >0; empty where the two cannot be compared (see above) or either is null.
std::optional<int> compare(const Scalar& a, const Scalar& b);

/// Equality; unknown where the two cannot be compared.
Tri equal(const Scalar& a, const Scalar& b);

/// The value as string() and concat() write it: integers in decimal, reals in the shortest form
/// that reads back equal and always with a point or exponent, booleans as true/false, dates as RFC
/// 3339 with the digits the source gave.
std::string to_text(const Scalar& scalar);

}  // namespace stemma::eql
