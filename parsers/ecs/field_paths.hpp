// From the keys of documents to fields: each way from a document's root to a key is worked out
// once, and the next document, whose keys come in the same order, finds it without a search. Knows
// no values.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "events/fields.hpp"
#include "events/projection.hpp"

namespace stemma::ecs {

/// Fields that decide what a document means (meaning.hpp), whatever a pass wants of it.
enum class Fact : std::uint8_t {
  timestamp,
  event_kind,
  event_category,
  event_type,
  event_action,
  event_code,
  event_created,
  event_dataset,
  event_module,
  event_outcome,
  event_provider,
  event_sequence,
  data_stream_dataset,
  host,
  host_name,
  host_hostname,
  host_os_type,
  host_os_family,
  host_os_platform,
  agent_hostname,
  agent_name,
  beat_hostname,
  process_entity_id,
  process_executable,
  process_parent_pid,
  process_pid,
  process_ppid,
  auditd_sequence,
  auditd_log_sequence,
  winlog_channel,
  winlog_computer_name,
  winlog_event_id,
  winlog_level,
  winlog_opcode,
  winlog_provider_guid,
  winlog_provider_name,
  winlog_record_id,
  winlog_task,
  winlog_time_created,
  winlog_user_data_name,
  winlog_version,
  none,
};
inline constexpr std::size_t kFacts = static_cast<std::size_t>(Fact::none);

/// Where a key lies among the data of a Windows event.
enum class WinPart : std::uint8_t { none, event_data, user_data };

/// A key at its place below the root.
struct FieldPath {
  std::uint32_t parent = 0;
  std::uint32_t follower = 0;  ///< the key that came behind it last time; 0 where none did
  std::uint32_t child = 0;     ///< its first key, where it is an object
  std::string name;            ///< dotted, from the root
  std::string_view key;        ///< the end of `name`
  std::string_view win_name;   ///< the end of `name` below winlog.event_data or winlog.user_data
  FieldId field;               ///< none where the pass does not want it
  FieldType type = FieldType::keyword;
  bool known = false;  ///< its type is the field's own; others' values are kept as they are
  Fact fact = Fact::none;
  WinPart part = WinPart::none;
  std::uint64_t seen_in = 0;  ///< the last object that had it, by next_object()
};

/// One a thread and projection.
class FieldPaths {
 public:
  static constexpr std::uint32_t kRoot = 1;
  static constexpr std::uint32_t kNone = 0;

  explicit FieldPaths(const Projection& wanted);

  /// The path of `key` below `parent`, `before` being the key before it in the object (kNone for
  /// the first). kNone where the whole name is longer than kMaxFieldNameLength. A key with dots in
  /// it is the same field as nested keys. O(1).
  std::uint32_t child(std::uint32_t parent, std::uint32_t before, std::string_view key);

  FieldPath& operator[](std::uint32_t path) { return paths_[path]; }

  /// A number for the next object that is walked, for FieldPath::seen_in.
  std::uint64_t next_object() { return ++objects_; }

  /// True where kMaxPaths is reached: make a new one before the next document.
  [[nodiscard]] bool full() const;
  [[nodiscard]] std::uint64_t projection() const { return wanted_.identity(); }

 private:
  std::uint32_t find_or_make(std::uint32_t parent, std::string_view key);

  Projection wanted_;
  std::uint64_t objects_ = 0;
  std::deque<FieldPath> paths_;                                   // [0] is none's
  std::unordered_multimap<std::uint64_t, std::uint32_t> by_key_;  // hash of parent and key
};

/// The paths of this thread for `wanted`: those that a reader before it gave back, or new ones.
std::unique_ptr<FieldPaths> take_field_paths(const Projection& wanted);
void give_field_paths(std::unique_ptr<FieldPaths> paths);

}  // namespace stemma::ecs
