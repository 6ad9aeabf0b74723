// RowTable: rows of bits by the key of the value that they were made from, those that were asked
// for last. Not what the bits mean (rule_index.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace stemma {

/// A key has one place in the table, where it keeps its row until another key takes the place: a
/// log repeats its values soon or not at all, and to make a row anew costs less than to fetch one
/// from a table that no cache holds. No allocation a row. Not for several threads.
class RowTable {
 public:
  /// A table grows to so many bytes, but to kFewest rows however long they are.
  static constexpr std::size_t kMaxBytes = 256u << 10;
  static constexpr std::size_t kFewest = 4096;

  /// @param words  of a row.
  explicit RowTable(std::size_t words);

  struct Place {
    std::span<std::uint64_t> row;  ///< valid until the next call
    bool fresh = false;            ///< the row is zero and to be filled
  };
  /// @param key  any but ~0. O(1), and O(words) where the row is fresh.
  Place at(std::uint64_t key) {
    std::uint64_t* const cell = cell_of(key);
    if (*cell == key) return {{cell + 1, words_}, false};
    return renewed(key);
  }

 private:
  static constexpr std::uint64_t kFree = ~std::uint64_t{0};

  // The high bits of the product hang on all bits of the key.
  std::uint64_t* cell_of(std::uint64_t key) {
    return cells_.data() + ((key * 0x9E3779B97F4A7C15u) >> shift_) * (1 + words_);
  }
  Place renewed(std::uint64_t key);
  void resize(unsigned bits);

  std::size_t words_;
  unsigned max_bits_;
  unsigned shift_ = 0;                // 64 less the bits of a place's number
  std::size_t renewed_ = 0;           // since the table has its size
  std::vector<std::uint64_t> cells_;  // a key and its row, one after the other
};

}  // namespace stemma
