// SequenceMachine: events that terms of a sequence took, in the order of time → sequences. What it
// means is told in detection/eql/query.hpp. Not the matching of single events (matcher.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "detection/eql/query.hpp"
#include "detection/match/join_keys.hpp"

namespace stemma {

/// Cap on the sequences that wait for their next event: a forged log could bring a new key with
/// every record. Where it is reached the expired ones go, then the quarter whose last event is
/// oldest, which is counted.
inline constexpr std::size_t kMaxPending = 1u << 20;
/// Cap on the sequences of one statement.
inline constexpr std::size_t kMaxSequences = 1u << 20;

/// Events that a sequence or sample joined.
struct JoinedMatch {
  std::vector<EventId> events;  ///< in the order of the terms, `runs` written out; none where an
                                ///< event is missing
  std::uint32_t key = 0;
  bool open = false;  ///< the evidence ends before the span in which a missing event was looked for
};

struct SequenceStep {
  enum class What : std::uint8_t {
    started,
    advanced,
    completed,
    overwritten,  ///< a newer one took its place
    expired,      ///< an event came, but too late: `late` nanoseconds over maxspan
    ended_by_until,
    ended_by_missing,  ///< `![…]` was there after all
    kept_from_start,   ///< a first event, but `![…]` was there before it
    dropped,           ///< kMaxPending
  };
  What what = What::started;
  EventId event;  ///< that made the step
  EventId first;  ///< of the sequence
  std::uint32_t stage =
      0;  ///< events that the sequence has after the step (before it, where it ends)
  std::uint32_t key = 0;
  std::int64_t late = 0;
};

struct SequenceOptions {
  std::function<std::int64_t(EventId)> time;  ///< nanoseconds
  /// Two events that show one and the same happening, so that the later one does not follow the
  /// earlier one: a process start that two sources recorded. May be empty.
  std::function<bool(EventId, EventId)> same;
  std::int64_t end = std::numeric_limits<std::int64_t>::max();  ///< of the evidence
  std::size_t max_pending = kMaxPending;
  std::size_t max_sequences = kMaxSequences;
  std::function<void(const SequenceStep&)> trace;  ///< may be empty
};

struct Sequences {
  std::vector<JoinedMatch> matches;  ///< by last event, then events, then key
  std::uint64_t dropped_pending = 0;
  std::uint64_t dropped_matches = 0;
};

/// @param matches  ascending; of one statement. O(matches × stages of the term), memory by the
/// caps.
Sequences join_sequences(const eql::Query& query, std::span<const TermMatch> matches,
                         const SequenceOptions& options);

}  // namespace stemma
