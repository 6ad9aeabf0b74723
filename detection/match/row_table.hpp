// RowTable: rows of bits by the key of the value that they were made from, without an allocation a
// row. Not what the bits mean (rule_index.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace stemma {

/// Open addressing; a key keeps its row until clear(). Not for several threads.
class RowTable {
 public:
  explicit RowTable(std::size_t words) : words_(words) {}

  struct Place {
    std::span<std::uint64_t> row;  ///< valid until the next call
    bool fresh = false;            ///< the row is zero and to be filled
  };
  /// O(1).
  Place at(std::uint64_t key);
  void clear();
  /// Bytes held.
  [[nodiscard]] std::size_t bytes() const {
    return slots_.capacity() * sizeof(Slot) + rows_.capacity() * sizeof(std::uint64_t);
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t row = 0;  // counted from 1; 0: free
  };
  void grow();
  [[nodiscard]] std::size_t slot_of(std::uint64_t key) const;

  std::size_t words_;
  std::size_t used_ = 0;
  std::vector<Slot> slots_;  // a power of two, at most half of them used
  std::vector<std::uint64_t> rows_;
};

}  // namespace stemma
