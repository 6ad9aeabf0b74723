// StringPool: bytes of process names, paths and command lines, each kept once. Not for field names
// (fields.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "events/column.hpp"
#include "events/ids.hpp"

namespace stemma {

/// Equal ids mean equal bytes, compared in full: two strings that someone chose to collide stay
/// two. Views stay valid as long as the pool. One writer; any number of readers once nobody writes.
/// At most kBytesPerString a string beside its own. All pools of a process hash alike, so that what
/// one has hashed another need not hash again.
class StringPool {
 public:
  static constexpr std::size_t kBytesPerString = 16 + 3 * sizeof(std::uint32_t);

  StringPool();
  StringPool(StringPool&&) = default;
  StringPool& operator=(StringPool&&) = default;

  /// Id of `text`; none for empty text. Ids count up in the order of first sight, so they do not
  /// depend on the hash seed.
  StringId intern(std::string_view text);

  /// Id here of what `other` knows as `id`. Same as intern(other.view(id)), without hashing.
  StringId intern_from(const StringPool& other, StringId id);

  /// The bytes; empty for a none id.
  [[nodiscard]] std::string_view view(StringId id) const {
    if (!id) return {};
    const Entry& entry = entries_[id.index()];
    return {entry.text, entry.size};
  }

  /// Id of `text` where it was interned before, else none.
  [[nodiscard]] StringId find(std::string_view text) const;

  /// Makes room for `more` strings at once, where otherwise the table would grow several times.
  void reserve(std::size_t more);

  /// Forgets all strings and keeps the room of a typical unit, for the next one.
  void clear();

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// Bytes of all strings.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// Bytes of memory taken for them.
  [[nodiscard]] std::uint64_t memory() const { return bytes_ + entries_.size() * kBytesPerString; }

 private:
  struct Entry {
    const char* text;
    std::uint32_t size;
    std::uint32_t hash;
  };
  [[nodiscard]] std::uint32_t hash(std::string_view text) const;
  [[nodiscard]] std::size_t slot_for(std::string_view text, std::uint32_t hash) const;
  StringId intern(std::string_view text, std::uint32_t hash);
  void grow(std::size_t size);

  std::uint64_t seed_;
  std::uint64_t bytes_ = 0;
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };
  std::vector<Block> blocks_;
  std::size_t block_left_ = 0;
  char* block_at_ = nullptr;
  Column<Entry> entries_;
  std::vector<std::uint32_t> table_;  // open addressing: ids, 0 is free
};

}  // namespace stemma
