// Literals that a regular expression cannot do without, as RE2 finds them.
#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "detection/eql/regex.hpp"

namespace stemma::eql {
namespace {

constexpr int kMinLiteral = 3;  // bytes; shorter ones stand in every other text

// RE2 folds letters beyond ASCII too (the Kelvin sign to k), which nobody who scans a text does.
bool is_ascii(const std::string& pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (static_cast<unsigned char>(pattern[i]) >= 0x80) return false;
    if (pattern.compare(i, 3, "\\x{") == 0 &&
        std::strtoul(pattern.c_str() + i + 3, nullptr, 16) >= 0x80)
      return false;
  }
  return true;
}

bool add_literals(const re2::RE2& pattern, std::vector<std::string>& out) {
  if (!is_ascii(pattern.pattern())) return false;
  re2::FilteredRE2 filter(kMinLiteral);
  int id = 0;
  if (filter.Add(pattern.pattern(), pattern.options(), &id) != re2::RE2::NoError) return false;
  std::vector<std::string> atoms;
  filter.Compile(&atoms);
  if (atoms.empty()) return false;
  std::vector<int> order;
  for (std::size_t i = 0; i < atoms.size(); ++i) order.push_back(static_cast<int>(i));
  const auto atom_of = [&](int number) -> const std::string& {
    return atoms[static_cast<std::size_t>(number)];
  };
  std::sort(order.begin(), order.end(), [&](int a, int b) {
    return std::pair(atom_of(a).size(), atom_of(a)) < std::pair(atom_of(b).size(), atom_of(b));
  });
  // A text that holds none but `harmless` literals cannot match. As many as possible are made
  // harmless, short ones first; one of those that are left is in every text that matches.
  std::vector<int> harmless;
  const auto can_match = [&] {
    std::vector<int> found;
    std::vector<int> given = harmless;
    std::sort(given.begin(), given.end());
    filter.AllPotentials(given, &found);
    return !found.empty();
  };
  if (can_match()) return false;
  for (const int atom : order) {
    harmless.push_back(atom);
    if (!can_match()) continue;
    harmless.pop_back();
    out.push_back(atom_of(atom));
  }
  return true;
}

}  // namespace

bool RegexSet::required_literals(std::vector<std::string>& out) const {
  return std::all_of(patterns_.begin(), patterns_.end(),
                     [&](const auto& pattern) { return add_literals(*pattern, out); });
}

}  // namespace stemma::eql
