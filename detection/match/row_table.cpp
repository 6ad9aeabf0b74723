#include "detection/match/row_table.hpp"

#include <bit>
#include <utility>

namespace stemma {

std::size_t RowTable::slot_of(std::uint64_t key) const {
  const std::size_t mask = slots_.size() - 1;
  // The high bits of the product hang on all bits of the key.
  std::size_t at = (key * 0x9E3779B97F4A7C15u) >> (64 - std::countr_zero(slots_.size()));
  while (slots_[at].row != 0 && slots_[at].key != key) at = (at + 1) & mask;
  return at;
}

void RowTable::grow() {
  std::vector<Slot> old = std::exchange(slots_, {});
  slots_.resize(old.empty() ? 64 : old.size() * 2);
  for (const Slot& slot : old) {
    if (slot.row != 0) slots_[slot_of(slot.key)] = slot;
  }
}

RowTable::Place RowTable::at(std::uint64_t key) {
  if (used_ * 2 >= slots_.size()) grow();
  Slot& slot = slots_[slot_of(key)];
  const bool fresh = slot.row == 0;
  if (fresh) {
    slot = {key, static_cast<std::uint32_t>(++used_)};
    rows_.resize(used_ * words_);
  }
  return {{rows_.data() + (slot.row - 1) * words_, words_}, fresh};
}

void RowTable::clear() {
  used_ = 0;
  slots_ = std::vector<Slot>();
  rows_ = std::vector<std::uint64_t>();
}

}  // namespace stemma
