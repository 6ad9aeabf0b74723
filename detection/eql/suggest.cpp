#include "detection/eql/suggest.hpp"

#include <algorithm>
#include <array>

#include "events/paths.hpp"

namespace stemma::eql {
namespace {

constexpr std::size_t kLongest = 64;

std::size_t edits(std::string_view a, std::string_view b) {
  std::array<std::size_t, kLongest + 1> row{};
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view nearest_name(std::string_view name, std::span<const std::string_view> names) {
  if (name.size() > kLongest) return {};
  const std::string folded = ascii_lower(name);
  std::size_t best = name.size() <= 5 ? 1 : 2;
  std::string_view found;
  for (const std::string_view candidate : names) {
    if (candidate.size() > kLongest || candidate.size() > name.size() + best ||
        name.size() > candidate.size() + best) {
      continue;
    }
    const std::size_t distance = edits(folded, ascii_lower(candidate));
    if (distance < best || (distance == best && found.empty())) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

}  // namespace stemma::eql
