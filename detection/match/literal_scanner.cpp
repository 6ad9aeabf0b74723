#include "detection/match/literal_scanner.hpp"

#include <algorithm>
#include <bit>
#include <unordered_map>

namespace stemma {

std::uint32_t LiteralScanner::add(std::string_view literal, Where where) {
  const auto [at, is_new] = numbers_.emplace(std::pair(std::string(literal), where),
                                             static_cast<std::uint32_t>(literals_.size()));
  if (is_new) literals_.push_back({std::string(literal), where});
  return at->second;
}

void LiteralScanner::seal() {
  std::vector<std::uint32_t> long_ones, short_ones;
  for (std::uint32_t number = 0; number < literals_.size(); ++number) {
    const std::string& text = literals_[number].text;
    const Where where = literals_[number].where;
    if (where == Where::anywhere) {
      (text.size() >= 5 ? long_ones : short_ones).push_back(number);
      continue;
    }
    const bool begin = where == Where::begin;
    const std::size_t bytes = text.size() >= 4 ? 4 : 2;
    const std::size_t offset = begin ? 0 : text.size() - bytes;
    const char* const at = text.data() + offset;
    const std::uint32_t gram = bytes == 4 ? load<std::uint32_t>(at) : load<std::uint16_t>(at);
    tables_[begin        ? bytes == 4 ? kBeginQuads : kBeginPairs
            : bytes == 4 ? kEndQuads
                         : kEndPairs]
        .chosen.push_back(
            {gram, {.literal = number, .offset = static_cast<std::uint32_t>(offset)}});
  }
  choose<std::uint32_t>(tables_[kQuads], long_ones);
  choose<std::uint16_t>(tables_[kPairs], short_ones);
  for (Table& table : tables_) seal(table);
  numbers_.clear();
}

// For each literal the bytes that the fewest literals share, among those at its even places and
// among those at its odd ones.
template <class Gram>
void LiteralScanner::choose(Table& table, const std::vector<std::uint32_t>& numbers) const {
  std::unordered_map<std::uint32_t, std::uint32_t> shared;  // by bytes: places in literals
  const auto for_each_place = [&](std::uint32_t number, std::size_t from, std::size_t step,
                                  auto visit) {
    const std::string& text = literals_[number].text;
    for (std::size_t at = from; at + sizeof(Gram) <= text.size(); at += step)
      visit(static_cast<std::uint32_t>(load<Gram>(text.data() + at)),
            static_cast<std::uint32_t>(at));
  };
  for (const std::uint32_t number : numbers)
    for_each_place(number, 0, 1, [&](std::uint32_t bytes, std::uint32_t) { ++shared[bytes]; });
  for (const std::uint32_t number : numbers) {
    for (std::size_t from = 0; from < 2; ++from) {
      std::pair<std::uint32_t, Member> best;
      std::uint32_t fewest = ~std::uint32_t{0};
      for_each_place(number, from, 2, [&](std::uint32_t bytes, std::uint32_t at) {
        if (shared[bytes] >= fewest) return;
        fewest = shared[bytes];
        best = {bytes, {.literal = number, .offset = at}};
      });
      table.chosen.push_back(best);
    }
  }
}

// With the four bytes that are farthest from those that are looked up.
LiteralScanner::Member LiteralScanner::completed(Member member) const {
  const std::string& text = literals_[member.literal].text;
  member.size = static_cast<std::uint32_t>(text.size());
  if (text.size() < sizeof member.other) return member;
  if (member.offset < text.size() / 2)
    member.other_offset = static_cast<std::uint32_t>(text.size() - sizeof member.other);
  member.other = load<std::uint32_t>(text.data() + member.other_offset);
  return member;
}

void LiteralScanner::seal(Table& table) const {
  auto& chosen = table.chosen;
  if (chosen.empty()) return;
  std::stable_sort(chosen.begin(), chosen.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  table.bits.assign((std::size_t{1} << kBits) / 64, 0);
  table.lists.resize(std::bit_ceil(chosen.size() * 2));
  const std::size_t mask = table.lists.size() - 1;
  for (std::size_t i = 0; i < chosen.size();) {
    const std::uint32_t bytes = chosen[i].first;
    List list{bytes, static_cast<std::uint32_t>(i), 0};
    for (; i < chosen.size() && chosen[i].first == bytes; ++i, ++list.count)
      table.members.push_back(completed(chosen[i].second));
    const std::uint32_t bit = hash(bytes) >> (32 - kBits);
    table.bits[bit / 64] |= std::uint64_t{1} << (bit % 64);
    std::size_t place = spread(bytes) & mask;
    while (table.lists[place].count != 0) place = (place + 1) & mask;
    table.lists[place] = list;
  }
  chosen = {};
}

}  // namespace stemma
