// Looking a value up in a set of constants.
#include <algorithm>

#include "detection/eql/typed.hpp"

namespace stemma::eql {

Tri ValueSet::contains(const Scalar& value) const {
  const bool numbers = !integers.empty() || !reals.empty();
  const bool booleans = has_true || has_false;
  bool incomparable = has_null;
  switch (value.kind) {
    case Scalar::Kind::null:
      return Tri::unknown;
    case Scalar::Kind::text:
      if (texts.contains(value.text)) return Tri::yes;
      incomparable |= numbers || booleans;
      break;
    case Scalar::Kind::boolean:
      if (value.boolean ? has_true : has_false) return Tri::yes;
      incomparable |= numbers || !texts.empty();
      break;
    case Scalar::Kind::integer:
    case Scalar::Kind::date:
      if (std::binary_search(integers.begin(), integers.end(), value.integer)) return Tri::yes;
      for (const double real : reals) {
        if (equal(value, Scalar::of_real(real)) == Tri::yes) return Tri::yes;
      }
      incomparable |= booleans || !texts.empty();
      break;
    case Scalar::Kind::real:
      for (const double real : reals) {
        if (real == value.real) return Tri::yes;
      }
      if (value.real >= -9.3e18 && value.real <= 9.3e18) {
        for (const std::int64_t integer : integers) {
          if (equal(value, Scalar::of_integer(integer)) == Tri::yes) return Tri::yes;
        }
      }
      incomparable |= booleans || !texts.empty();
      break;
  }
  return incomparable ? Tri::unknown : Tri::no;
}

}  // namespace stemma::eql
