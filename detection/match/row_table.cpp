#include "detection/match/row_table.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace stemma {
namespace {

constexpr unsigned kFirstBits = 4;

}  // namespace

RowTable::RowTable(std::size_t words) : words_(words) {
  const std::size_t rows = std::max(kMaxBytes / ((1 + words) * sizeof(std::uint64_t)), kFewest);
  max_bits_ = static_cast<unsigned>(std::bit_width(rows)) - 1;
  resize(kFirstBits);
}

void RowTable::resize(unsigned bits) {
  const std::vector<std::uint64_t> old = std::exchange(cells_, {});
  cells_.assign((std::size_t{1} << bits) * (1 + words_), kFree);
  shift_ = 64 - bits;
  renewed_ = 0;
  for (std::size_t at = 0; at < old.size(); at += 1 + words_) {
    if (old[at] != kFree) std::copy_n(old.data() + at, 1 + words_, cell_of(old[at]));
  }
}

RowTable::Place RowTable::renewed(std::uint64_t key) {
  const unsigned bits = 64 - shift_;
  if (++renewed_ > std::size_t{1} << bits && bits < max_bits_) resize(bits + 1);
  std::uint64_t* const cell = cell_of(key);
  *cell = key;
  std::fill_n(cell + 1, words_, 0);
  return {{cell + 1, words_}, true};
}

}  // namespace stemma
