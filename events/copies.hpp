// Copies: events that a collection holds more than once (a log and its export, a file collected
// twice with a longer tail), found so that they count once. A copy agrees in all of its content; a
// forged twin with the record id and the time of a true record does not, and must not hide it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "events/event_store.hpp"
#include "events/ids.hpp"
#include "events/source.hpp"
#include "events/string_pool.hpp"
#include "events/time.hpp"

namespace stemma {

/// A row that another one, elsewhere, equals in host, channel, code, sequence and time.
struct CopyCandidate {
  SourceSpan source;
  Timestamp time;
  std::uint64_t sequence = 0;
  StringId channel, code;
  SourceKind source_kind = SourceKind::none;
  std::uint32_t row = 0;
  std::uint32_t group = 0;         ///< candidates of one group may be copies of each other
  std::uint64_t content_hash = 0;  ///< Event::content_hash() of all fields
  bool hashed = false;             ///< false where it could not be decoded again: then no copy
};

/// Decodes the candidates again, all fields of them, and fills in content_hash and hashed. They
/// come ascending by (artifact, offset); those of one span in the order in which they were indexed.
using ContentHasher =
    std::function<void(const StringPool& strings, std::span<CopyCandidate> candidates)>;

/// How many candidates are decoded again at a time: a bound on memory, not on what is found.
inline constexpr std::size_t kCandidatesAtOnce = std::size_t{1} << 18;

/// Calls `drop(row, source)` once for every row that is a copy: same host, channel, code, sequence,
/// time and content as another one that stays; a live record stays before a recovered one, then the
/// first by (artifact, offset). Two records of one span are never copies of each other.
/// @param order  rows by (time, artifact, offset, row)
/// Rows that no other equals cost a comparison; candidates are decoded again once. O(n log n) for
/// any number of equals.
void find_copies(const EventColumns& columns, const EventClassTable& classes,
                 std::span<const std::uint32_t> order, const StringPool& strings,
                 const ContentHasher& hasher,
                 const std::function<void(std::uint32_t row, const SourceSpan& source)>& drop);

}  // namespace stemma
