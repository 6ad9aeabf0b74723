#include "detection/eql/scalar.hpp"

#include <fmt/format.h>

#include <cmath>

namespace stemma::eql {
namespace {

int sign(bool less, bool greater) {
  return less ? -1 : greater ? 1 : 0;
}

// Exact: a 64-bit integer does not fit a double, so it is the double that is taken apart.
int compare_mixed(std::int64_t a, double b) {
  if (b >= 9223372036854775808.0) return -1;
  if (b < -9223372036854775808.0) return 1;
  const double whole = std::trunc(b);
  const auto integer = static_cast<std::int64_t>(whole);
  if (a != integer) return a < integer ? -1 : 1;
  return sign(b > whole, b < whole);
}

bool has_integer(Scalar::Kind kind) {
  return kind == Scalar::Kind::integer || kind == Scalar::Kind::date;
}

}  // namespace

Scalar Scalar::of_real(double real) {
  Scalar scalar;
  if (!std::isfinite(real)) return scalar;
  scalar.kind = Kind::real;
  scalar.real = real;
  return scalar;
}

Scalar Scalar::of(const Value& value) {
  switch (value.kind) {
    case Value::Kind::text:
      return of_text(value.text);
    case Value::Kind::integer:
      return of_integer(value.integer);
    case Value::Kind::real:
      return of_real(value.real);
    case Value::Kind::boolean:
      return of_boolean(value.boolean);
    case Value::Kind::date:
      return of_date(value.integer, value.digits);
  }
  return null();
}

std::optional<int> compare(const Scalar& a, const Scalar& b) {
  using Kind = Scalar::Kind;
  if (a.kind == Kind::text && b.kind == Kind::text) {
    const int order = a.text.compare(b.text);
    return sign(order<0, order> 0);
  }
  if (has_integer(a.kind) && has_integer(b.kind))
    return sign(a.integer<b.integer, a.integer> b.integer);
  if (a.kind == Kind::real && b.kind == Kind::real) return sign(a.real<b.real, a.real> b.real);
  if (has_integer(a.kind) && b.kind == Kind::real) return compare_mixed(a.integer, b.real);
  if (a.kind == Kind::real && has_integer(b.kind)) return -compare_mixed(b.integer, a.real);
  return std::nullopt;
}

Tri equal(const Scalar& a, const Scalar& b) {
  if (a.kind == Scalar::Kind::boolean && b.kind == Scalar::Kind::boolean)
    return tri(a.boolean == b.boolean);
  const std::optional<int> order = compare(a, b);
  return order ? tri(*order == 0) : Tri::unknown;
}

std::string to_text(const Scalar& scalar) {
  switch (scalar.kind) {
    case Scalar::Kind::null:
      return "null";
    case Scalar::Kind::boolean:
      return scalar.boolean ? "true" : "false";
    case Scalar::Kind::integer:
      return fmt::format("{}", scalar.integer);
    case Scalar::Kind::real: {
      std::string text = fmt::format("{}", scalar.real);
      if (text.find_first_of(".e") == std::string::npos) text += ".0";
      return text;
    }
    case Scalar::Kind::text:
      return std::string(scalar.text);
    case Scalar::Kind::date:
      return format_time(Timestamp{scalar.integer}, scalar.digits);
  }
  return {};
}

}  // namespace stemma::eql
