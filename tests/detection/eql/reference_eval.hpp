// The slow, obvious evaluator: straight from the syntax tree, values copied about, every choice of
// values tried, functions written again from the documentation on lists of code points. The oracle
// for compiled programs; shares nothing with them but the parser.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "detection/eql/syntax.hpp"

namespace stemma::test {

struct RefValue {
  enum class Kind { null, boolean, integer, real, text, date } kind = Kind::null;
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;
  std::string text;
};

/// Field name → values; a field without values is absent.
using RefEvent = std::map<std::string, std::vector<RefValue>>;

/// Answers `descendant of` (direct false) and `child of` (direct true) for a subquery of the tree.
using RefLineage = std::function<bool(std::uint32_t subquery, bool direct)>;

/// Whether the query of `tree` with that index matches. Empty fields of date type are known by
/// `is_date`.
bool reference_matches(const eql::Tree& tree, std::size_t query, const RefEvent& event,
                       const RefLineage& lineage, bool two_valued,
                       const std::function<bool(const std::string&)>& is_date);

}  // namespace stemma::test
