#include "events/string_pool.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "events/hash_seed.hpp"

namespace stemma {
namespace {

// Large enough that a block's tail is not worth saving; what is never written to costs nothing.
constexpr std::size_t kBlock = std::size_t{1} << 18;

// A unit's pool begins small: most units bring some tens of strings.
constexpr std::size_t kFirstTable = 64;

// What a pool keeps for the next unit; a unit that needed more was not typical.
constexpr std::size_t kKeptTable = std::size_t{1} << 14;

// No record and so no text of it is longer; a text that claims to be is cut.
constexpr std::size_t kMaxLength = std::numeric_limits<std::uint32_t>::max();

}  // namespace

StringPool::StringPool() : seed_(hash_seed()) {}

std::uint32_t StringPool::hash(std::string_view text) const {
  std::uint64_t h = seed_ ^ (text.size() * 0xD6E8FEB86659FD93u);
  const char* at = text.data();
  std::size_t left = text.size();
  while (left >= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    h = (h ^ word) * 0x9E3779B97F4A7C15u;
    h ^= h >> 32;
    at += 8;
    left -= 8;
  }
  std::uint64_t word = 0;
  if (text.size() >= 8) {
    // The last eight bytes, some of them for the second time: no loop over single bytes.
    std::memcpy(&word, text.data() + text.size() - 8, 8);
  } else {
    for (std::size_t i = 0; i < left; ++i)
      word |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
  }
  h = (h ^ word) * 0x9E3779B97F4A7C15u;
  return static_cast<std::uint32_t>(h ^ (h >> 32));
}

std::size_t StringPool::slot_for(std::string_view text, std::uint32_t hash) const {
  const std::size_t mask = table_.size() - 1;
  std::size_t slot = hash & mask;
  for (; table_[slot] != 0; slot = (slot + 1) & mask) {
    const Entry& entry = entries_[table_[slot] - 1];
    if (entry.hash == hash && entry.size == text.size() &&
        std::memcmp(entry.text, text.data(), text.size()) == 0)
      break;
  }
  return slot;
}

void StringPool::reserve(std::size_t more) {
  std::size_t size = std::max(kFirstTable, table_.size());
  while ((entries_.size() + more) * 3 > size * 2) size *= 2;
  if (size > table_.size()) grow(size);
}

void StringPool::grow(std::size_t size) {
  table_ = {};  // before the new one is made: nothing in it is needed for that
  table_.assign(size, 0);
  const std::size_t mask = table_.size() - 1;
  for (std::uint32_t id = 1; id <= entries_.size(); ++id) {
    std::size_t slot = entries_[id - 1].hash & mask;
    while (table_[slot] != 0) slot = (slot + 1) & mask;
    table_[slot] = id;
  }
}

StringId StringPool::find(std::string_view text) const {
  if (text.empty() || table_.empty()) return {};
  return StringId{table_[slot_for(text, hash(text))]};
}

StringId StringPool::intern(std::string_view text) {
  if (text.empty()) return {};
  text = text.substr(0, kMaxLength);
  return intern(text, hash(text));
}

StringId StringPool::intern_from(const StringPool& other, StringId id) {
  if (!id) return {};
  const Entry& theirs = other.entries_[id.index()];
  return intern({theirs.text, theirs.size}, theirs.hash);
}

StringId StringPool::intern(std::string_view text, std::uint32_t hash) {
  if ((entries_.size() + 1) * 3 > table_.size() * 2) grow(std::max(kFirstTable, table_.size() * 2));
  const std::size_t slot = slot_for(text, hash);
  if (table_[slot] != 0) return StringId{table_[slot]};
  if (text.size() > block_left_) {
    const std::size_t size = std::max(kBlock, text.size());
    // Not make_unique, which would write zeros to all of it.
    blocks_.push_back({std::unique_ptr<char[]>(new char[size]), size});
    block_at_ = blocks_.back().bytes.get();
    block_left_ = size;
  }
  std::memcpy(block_at_, text.data(), text.size());
  entries_.push_back({block_at_, static_cast<std::uint32_t>(text.size()), hash});
  block_at_ += text.size();
  block_left_ -= text.size();
  bytes_ += text.size();
  table_[slot] = static_cast<std::uint32_t>(entries_.size());
  return StringId{table_[slot]};
}

void StringPool::clear() {
  if (table_.size() > kKeptTable) {
    table_ = {};
    entries_ = {};
  }
  std::fill(table_.begin(), table_.end(), 0u);
  entries_.clear();
  bytes_ = 0;
  // One long string may have made a block of any size.
  if (!blocks_.empty() && blocks_.front().size != kBlock) blocks_.clear();
  if (blocks_.size() > 1) blocks_.resize(1);
  block_at_ = blocks_.empty() ? nullptr : blocks_.front().bytes.get();
  block_left_ = blocks_.empty() ? 0 : blocks_.front().size;
}

}  // namespace stemma
