// Index patterns of rules: which of them stand for evidence that is read here. Not the rule file
// around them (rule.hpp), and no restriction of single events: a rule that names any evidence that
// can be read runs over all of it.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace stemma {

/// A family of indices, by how its names begin.
struct IndexFamily {
  std::string_view prefix;      ///< `logs-windows.sysmon_operational`; the longest that fits counts
  bool read = false;            ///< whether some parser here reads what is kept there
  std::string_view stands_for;  ///< in words
};

/// The table, by prefix.
std::span<const IndexFamily> index_families();

/// The family of a pattern: the one with the longest prefix that the pattern begins with, what
/// stands behind its first `*` set aside; null where it is of none. O(table).
const IndexFamily* family_of(std::string_view pattern);

/// Whether a rule with these patterns can find its events in what is read here: where it has none,
/// or one that is read, or one that is of no known family, or one that is wider than a family
/// (`logs-*`).
bool index_applies(std::span<const std::string> patterns);

}  // namespace stemma
