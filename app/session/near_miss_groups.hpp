// NearMissGroups: near misses as they are found, equal ones together, and how many of them are kept. Not the finding (explain.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "detection/findings/explained.hpp"

namespace stemma {

/// Cap on the near misses that are kept; beyond it those of the earliest events are, and the others counted. With the longest values that are kept
/// (kMaxNearMissValue), all of them different, they take a gigabyte.
inline constexpr std::size_t kMaxNearMisses = 1u << 18;
/// Bytes of a value by which near misses are told apart, and which are shown.
inline constexpr std::size_t kMaxNearMissValue = 4096;

/// What an event shows: a process image that started, or itself; shown twice it counts once.
using Happening = std::pair<bool, std::uint32_t>;

/// What one thread found. Of each event all near misses are kept or none, and nothing behind an event whose were left out, so that what is kept is
/// the same however events are shared out to threads.
class NearMissGroups {
 public:
  explicit NearMissGroups(std::size_t cap = kMaxNearMisses) : cap_(cap) {}

  /// `found`: the group that the event's near miss makes alone; its `first` is the event. Its value is cut to kMaxNearMissValue.
  void note(NearMissGroup found, Happening shown);
  /// Takes over what another thread has.
  void add(const NearMissGroups& other);
  /// All groups with their counts, in the order of NearMisses. Nothing may be noted behind it.
  std::vector<NearMissGroup> finish();
  /// Near misses that were left out at the cap; after finish().
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  using Key = std::tuple<std::uint32_t, std::uint32_t, bool, bool, std::string>;  // rule, clause, wanted, absent, value
  struct Row {
    EventId event;
    std::uint32_t group = 0;
    Happening shown;
    auto operator<=>(const Row&) const = default;
  };

  std::uint32_t number_of(NearMissGroup group);
  void cut();

  std::size_t cap_;
  std::map<Key, std::uint32_t> numbers_;
  std::vector<NearMissGroup> groups_;
  std::vector<Row> rows_;
  EventId limit_;  // the earliest event that was left out
  std::uint64_t dropped_ = 0;
};

}  // namespace stemma
