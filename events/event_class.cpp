#include "events/event_class.hpp"

#include <algorithm>

#include "events/hash_seed.hpp"

namespace stemma {
namespace {

constexpr std::size_t kFirstTable = 64;

std::size_t hash_of(const EventClass& c, std::uint64_t seed) {
  std::uint64_t hash =
      (seed ^ (std::uint64_t{c.channel.value} << 32 | c.code.value)) * 0x9E3779B97F4A7C15u;
  hash ^= hash >> 32;
  hash = (hash ^ (std::uint64_t{c.host.value} << 32 | c.artifact.value)) * 0xD6E8FEB86659FD93u;
  hash ^= hash >> 32;
  hash ^= std::uint64_t{c.types} << 40 | std::uint64_t{c.categories} << 24 |
          std::uint64_t{c.time_digits} << 16 |
          std::uint64_t{static_cast<std::uint8_t>(c.source_kind)} << 8 | (c.recovered ? 1u : 0u);
  hash *= 0x9E3779B97F4A7C15u;
  return static_cast<std::size_t>(hash ^ (hash >> 32));
}

}  // namespace

EventClassTable::EventClassTable() : seed_(hash_seed()) {}

EventClassId EventClassTable::intern(const EventClass& event_class) {
  if ((classes_.size() + 1) * 3 > table_.size() * 2) grow();
  const std::size_t mask = table_.size() - 1;
  std::size_t slot = hash_of(event_class, seed_) & mask;
  while (table_[slot] != 0 && classes_[table_[slot] - 1] != event_class) slot = (slot + 1) & mask;
  if (table_[slot] == 0) {
    classes_.push_back(event_class);
    table_[slot] = static_cast<std::uint32_t>(classes_.size());
  }
  return {table_[slot]};
}

void EventClassTable::clear() {
  classes_.clear();
  std::fill(table_.begin(), table_.end(), 0u);
}

void EventClassTable::grow() {
  table_.assign(std::max(kFirstTable, table_.size() * 2), 0);
  const std::size_t mask = table_.size() - 1;
  for (std::uint32_t id = 1; id <= classes_.size(); ++id) {
    std::size_t slot = hash_of(classes_[id - 1], seed_) & mask;
    while (table_[slot] != 0) slot = (slot + 1) & mask;
    table_[slot] = id;
  }
}

}  // namespace stemma
