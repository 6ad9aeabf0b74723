// TermMatches: what the terms of one statement took, in one thread, and how much of it is kept. Not
// the joining (sequence_machine.hpp, sample_join.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "detection/match/join_keys.hpp"

namespace stemma {

/// Cap on the events that the terms of one rule take, by key. Beyond it those of the earliest
/// events are kept, and the others counted.
inline constexpr std::size_t kMaxTermMatches = 1u << 24;
/// The same for the bytes of the keys that they have, each counted once.
inline constexpr std::size_t kMaxTermKeyBytes = 256u << 20;

struct TermMatchCaps {
  std::size_t matches = kMaxTermMatches;
  std::size_t key_bytes = kMaxTermKeyBytes;
};

/// What is kept is that of the earliest events, of each event all or none, so that it is the same
/// however events are shared out to threads: whatever a thread leaves out lies behind as much as
/// the caps allow, and nothing behind an event that was left out is kept.
class TermMatches {
 public:
  explicit TermMatches(const TermMatchCaps& caps = {}) : caps_(caps) {}

  std::vector<TermMatch> list;
  JoinKeys keys;
  std::uint64_t dropped = 0;  ///< matches that cut() left out

  /// Takes over what another thread has.
  void add(const TermMatches& other);
  /// Sorts and keeps what the caps allow, and of the keys those that are still used. O(n log n).
  void cut();
  /// The same, where there is twice as much as that: to be called after each addition.
  void cut_where_twice() {
    if (list.size() >= 2 * caps_.matches || keys.bytes() >= 2 * caps_.key_bytes) cut();
  }

 private:
  TermMatchCaps caps_;
  EventId limit_;  // the earliest event left out; none where all are kept
};

}  // namespace stemma
