// From the records of one event to its ECS fields. Pure: no clock, no user database of this
// machine, no file. What a system call or a record type means is in tables/*.def; here is only
// where the values come from.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "events/event.hpp"
#include "parsers/auditd/assembler.hpp"
#include "parsers/auditd/execve.hpp"
#include "parsers/auditd/fields.hpp"
#include "parsers/auditd/tables.hpp"

namespace stemma::auditd {

/// Cap on auditd.data.* values of one event; real ones stay below a hundred.
inline constexpr std::size_t kMaxDataValues = 2'048;
/// Cap on the rule keys of one event. The kernel gives a rule 256 bytes for all of them
/// (AUDIT_MAX_KEY_LEN).
inline constexpr std::size_t kMaxTags = 256;
/// Cap on the key names that one mapper remembers. Beyond it, unknown keys are left out.
inline constexpr std::size_t kMaxKeyNames = 16'384;

/// What is wrong with an event's values, for the books.
struct MappingNotes {
  std::uint64_t arguments_claimed = 0;
  std::uint64_t arguments_missing = 0;
  std::uint64_t first_missing = 0;
  bool too_many_arguments = false;
  bool too_many_fields = false;
  bool invalid_utf8 = false;
};

/// Fills events from assembled records. One object serves one thread and one projection; it keeps
/// its buffers.
class EventMapper {
 public:
  /// @param projection borrowed
  explicit EventMapper(const Projection& projection);

  /// Sets all fields of `event`, which was reset with the projection, except its spans. Records and
  /// fields that nothing wanted comes from are stepped over, and the notes speak of values that
  /// were read. Where the event borrows texts, they lie in the records and in this object: good
  /// until the next call. O(bytes of the records that are read).
  MappingNotes fill(const AssembledEvent& assembled, std::string_view default_host, Event& event);

 private:
  /// Values that one record or another has, the first one counting.
  enum Slot : std::uint8_t {
    kUid,
    kAuid,
    kEuid,
    kSuid,
    kFsuid,
    kGid,
    kEgid,
    kSgid,
    kFsgid,
    kIdCount,
    kPid = kIdCount,
    kPpid,
    kSession,
    kExit,
    kArch,
    kSyscall,
    kA0,  // first argument of the call
    kSlotCount
  };

  struct Path {
    Field name;
    std::string_view nametype, inode, device, mode, ouid, ogid, owner, group;
    bool has_name = false;
  };
  struct KeyName {
    FieldId data;
    FieldId path;
    bool data_wanted = false;
    bool path_wanted = false;
    std::uint8_t action =
        FieldActions::kGive;     // skip: nothing wanted comes from a field of this name
    bool enriched_skip = false;  // … from an interpretation of this name
  };
  /// What a system call's number says, worked out once.
  struct Call {
    std::uint64_t arch_text = 0, number_text = 0;  // packed(); 0: none
    std::string_view arch, name;                   // empty where unknown
    const Action* action = nullptr;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  void forget();
  [[nodiscard]] bool needs(std::string_view key) const;
  [[nodiscard]] bool needs_enriched(std::string_view key) const;
  const KeyName& key_name(std::string_view key);
  const Call& look_up_call();
  const KeyName& find_key_name(std::string_view key);
  void read_record(const EventLine& line, Event& event);
  void read_path(const EventLine& line, Event& event);
  void read_field(const EventLine& line, const Field& field, Event& event);
  void read_enriched(const Field& field);
  void read_avc_words(std::string_view words, Event& event);
  void add_data(std::string_view key, std::string_view value, Event& event);
  void add_data(const KeyName& name, std::string_view value, bool in_record, Event& event);
  void add_field(const Field& field, Event& event);
  void set_call(Event& event);
  void set_ids(Event& event);
  void set_account(const Action* type_row, Event& event);
  void set_process(Event& event);
  void set_arguments(Event& event);
  void set_meaning(std::uint16_t primary, std::string_view primary_name, Event& event);
  void set_lineage(std::uint16_t primary, Event& event);
  void set_file(std::size_t wanted_path, Event& event);
  void set_address(std::uint16_t primary, Event& event);
  void note_text(std::string_view text);
  [[nodiscard]] bool has_title() const;
  [[nodiscard]] std::string_view interpretation(std::string_view key) const;
  [[nodiscard]] bool has_wanted_names() const;
  static int slot_of(std::string_view key);
  FieldLayout& layout_of(std::uint16_t type);

  const Projection& projection_;
  std::unordered_map<std::string, KeyName, TextHash, std::equal_to<>> key_names_;
  KeyName no_name_;
  // Short keys, by their characters as a number: the map is asked once for each.
  struct ShortKey {
    std::uint64_t key = 0;
    const KeyName* name = nullptr;
  };
  std::array<ShortKey, 1'024> short_keys_{};
  std::array<Call, 64> calls_{};
  Call other_call_;
  std::array<FieldLayout, 4> layouts_;  // of SYSCALL, CWD, PATH and the others
  FieldActions actions_;                // of short names, as they are met
  FieldActions call_actions_;           // … in SYSCALL records
  std::vector<Slot> wanted_names_;      // ids whose names are wanted
  bool reads_paths_ = true;             // some field of PATH records is wanted
  bool reads_titles_ = true;            // … of PROCTITLE records

  // Of the event in hand; views into its records.
  MappingNotes notes_;
  std::array<std::string_view, kSlotCount> slots_;
  std::array<std::string_view, kIdCount> id_names_;
  std::string_view result_, saddr_;
  std::string_view call_name_;  // static or a view into the record
  const Action* call_action_ = nullptr;
  const AssembledEvent* assembled_ = nullptr;
  std::string_view exe_, cwd_, account_;  // in the record, or in the texts below
  std::string exe_text_, cwd_text_, account_text_;
  std::string_view account_id_, address_;
  bool has_exe_ = false, has_cwd_ = false, has_account_ = false, has_syscall_ = false,
       success_ = false, failure_ = false;
  std::vector<Path> paths_;
  std::size_t data_values_ = 0;
  std::size_t tags_ = 0;
  std::vector<std::string_view> exec_bodies_;
  ExecReader exec_reader_;
  std::string scratch_, text_, name_text_;
};

}  // namespace stemma::auditd
