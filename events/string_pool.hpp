// StringPool: bytes of process names, paths and command lines, each kept once. Not for field names
// (fields.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "events/ids.hpp"

namespace stemma {

/// Equal ids mean equal bytes, compared in full: two strings that someone chose to collide stay
/// two. Views stay valid as long as the pool. One writer; any number of readers once nobody writes.
/// About 24 bytes a string beside its own.
class StringPool {
 public:
  StringPool();
  StringPool(StringPool&&) = default;
  StringPool& operator=(StringPool&&) = default;

  /// Id of `text`; none for empty text. Ids count up in the order of first sight, so they do not
  /// depend on the hash seed.
  StringId intern(std::string_view text);

  /// The bytes; empty for a none id.
  [[nodiscard]] std::string_view view(StringId id) const {
    return id ? entries_[id.index()] : std::string_view{};
  }

  /// Id of `text` where it was interned before, else none.
  [[nodiscard]] StringId find(std::string_view text) const;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  [[nodiscard]] std::uint64_t hash(std::string_view text) const;
  [[nodiscard]] std::size_t slot_for(std::string_view text, std::uint64_t hash) const;
  void grow();

  std::uint64_t seed_;
  std::uint64_t bytes_ = 0;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t block_left_ = 0;
  char* block_at_ = nullptr;
  std::vector<std::string_view> entries_;
  std::vector<std::uint32_t> table_;  // open addressing: ids, 0 is free
};

}  // namespace stemma
