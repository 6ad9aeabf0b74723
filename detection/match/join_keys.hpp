// JoinKeys: the values by which events of a sequence or sample belong together, each tuple of them
// known once and named by a number. Not the joining (sequence_machine.hpp, sample_join.hpp).
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detection/eql/query.hpp"
#include "events/event.hpp"

namespace stemma {

/// Cap on the keys that one event has where its key fields hold several values (their product).
/// Further ones are counted in JoinKeys::capped().
inline constexpr std::size_t kMaxKeysOfEvent = 256;

/// Cap on the bytes of one key. An event whose values make a longer one is without that key, and is
/// counted in JoinKeys::capped().
inline constexpr std::size_t kMaxKeyBytes = 64u << 10;

/// An event that a term of a statement took, for one of its keys.
struct TermMatch {
  EventId event;
  std::uint32_t term = 0;  ///< in Query::terms; their number for `until`
  std::uint32_t key = 0;   ///< in the JoinKeys
  auto operator<=>(const TermMatch&) const = default;
};

/// One thread. Equal numbers mean equal kinds and bytes of all values.
class JoinKeys {
 public:
  /// Appends the event's keys; none where a key field is absent that is not optional.
  void keys_of(std::span<const eql::JoinKey> by, const EventView& view,
               std::vector<std::uint32_t>& out);
  [[nodiscard]] std::size_t size() const { return tuples_.size(); }
  /// The key's values as an analyst reads them, one per field; `null` where it is absent.
  [[nodiscard]] std::string text(std::uint32_t key) const;
  /// Bytes of the key, and of all keys together.
  [[nodiscard]] std::size_t bytes_of(std::uint32_t key) const { return tuples_[key].size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// Events whose further keys, or too long ones, were left out.
  [[nodiscard]] std::uint64_t capped() const { return capped_; }

  /// Takes the keys of `other` over. Returns this one's number for each of them.
  std::vector<std::uint32_t> merge(const JoinKeys& other);
  /// Forgets all keys but those; returns the new number of each that is kept.
  std::vector<std::uint32_t> keep_only(const std::vector<bool>& kept);
  /// Numbers the keys in the order of their bytes, so that numbers do not depend on who met a key
  /// first. Returns the new number of each.
  std::vector<std::uint32_t> sort();

 private:
  std::uint32_t intern(std::string_view tuple);

  std::deque<std::string> tuples_;  // (kind, length, bytes) of each value
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
  std::size_t bytes_ = 0;
  std::uint64_t capped_ = 0;
};

}  // namespace stemma
