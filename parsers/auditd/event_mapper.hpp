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

  /// Sets all fields of `event`, which was reset with the projection, except its spans. O(bytes of
  /// the records).
  MappingNotes fill(const AssembledEvent& assembled, std::string_view default_host, Event& event);

 private:
  enum Id : std::uint8_t {
    kUid,
    kAuid,
    kEuid,
    kSuid,
    kFsuid,
    kGid,
    kEgid,
    kSgid,
    kFsgid,
    kIdCount
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
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  void forget();
  const KeyName& key_name(std::string_view key);
  const KeyName& find_key_name(std::string_view key);
  void read_record(const EventLine& line, Event& event);
  void read_path(const EventLine& line, Event& event);
  void read_field(const EventLine& line, const Field& field, Event& event);
  void read_enriched(const Field& field);
  void read_avc_words(std::string_view words, Event& event);
  void add_data(std::string_view key, std::string_view value, Event& event);
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

  const Projection& projection_;
  std::unordered_map<std::string, KeyName, TextHash, std::equal_to<>> key_names_;
  KeyName no_name_;
  // Short keys, by their characters as a number: the map is asked once for each.
  struct ShortKey {
    std::uint64_t key = 0;
    const KeyName* name = nullptr;
  };
  std::array<ShortKey, 256> short_keys_{};
  bool reads_paths_ = true;  // some field of PATH records is wanted

  // Of the event in hand; views into its records.
  MappingNotes notes_;
  std::array<std::string_view, kIdCount> ids_;
  std::array<std::string_view, kIdCount> id_names_;
  std::string_view pid_, ppid_, session_, arch_, syscall_, exit_, result_, enriched_syscall_,
      enriched_arch_, saddr_;
  std::array<std::string_view, 4> call_arguments_;
  std::string_view call_name_;  // static or a view into the record
  std::string exe_, cwd_, account_;
  std::string_view account_id_, address_;
  bool has_exe_ = false, has_cwd_ = false, has_account_ = false, has_syscall_ = false,
       success_ = false, failure_ = false;
  std::vector<Path> paths_;
  std::size_t data_values_ = 0;
  std::size_t tags_ = 0;
  std::vector<std::string_view> exec_bodies_;
  ExecReader exec_reader_;
  std::string scratch_, text_;
};

}  // namespace stemma::auditd
