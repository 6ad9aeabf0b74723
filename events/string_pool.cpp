#include "events/string_pool.hpp"

#include <algorithm>
#include <cstring>
#include <random>

namespace stemma {
namespace {

constexpr std::size_t kBlock = std::size_t{1}
                               << 18;  // large enough that a block's tail is not worth saving

}  // namespace

// The seed keeps an attacker from choosing strings that all land in one slot; nothing visible
// depends on it.
StringPool::StringPool() : seed_(std::random_device{}() * 0x9E3779B97F4A7C15u), table_(1024, 0) {}

std::uint64_t StringPool::hash(std::string_view text) const {
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
  if (left != 0) std::memcpy(&word, at, left);
  h = (h ^ word) * 0x9E3779B97F4A7C15u;
  return h ^ (h >> 29);
}

std::size_t StringPool::slot_for(std::string_view text, std::uint64_t hash) const {
  const std::size_t mask = table_.size() - 1;
  std::size_t slot = hash & mask;
  while (table_[slot] != 0 && entries_[table_[slot] - 1] != text) slot = (slot + 1) & mask;
  return slot;
}

void StringPool::grow() {
  std::vector<std::uint32_t> bigger(table_.size() * 2, 0);
  table_.swap(bigger);
  const std::size_t mask = table_.size() - 1;
  for (std::uint32_t id = 1; id <= entries_.size(); ++id) {
    std::size_t slot = hash(entries_[id - 1]) & mask;
    while (table_[slot] != 0) slot = (slot + 1) & mask;
    table_[slot] = id;
  }
}

StringId StringPool::find(std::string_view text) const {
  if (text.empty()) return {};
  return StringId{table_[slot_for(text, hash(text))]};
}

StringId StringPool::intern(std::string_view text) {
  if (text.empty()) return {};
  std::size_t slot = slot_for(text, hash(text));
  if (table_[slot] != 0) return StringId{table_[slot]};
  if ((entries_.size() + 1) * 3 > table_.size() * 2) {
    grow();
    slot = slot_for(text, hash(text));
  }
  if (text.size() > block_left_) {
    const std::size_t size = std::max(kBlock, text.size());
    blocks_.push_back(std::make_unique<char[]>(size));
    block_at_ = blocks_.back().get();
    block_left_ = size;
  }
  std::memcpy(block_at_, text.data(), text.size());
  entries_.emplace_back(block_at_, text.size());
  block_at_ += text.size();
  block_left_ -= text.size();
  bytes_ += text.size();
  table_[slot] = static_cast<std::uint32_t>(entries_.size());
  return StringId{table_[slot]};
}

}  // namespace stemma
