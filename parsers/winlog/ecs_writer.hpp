// Small moves that every family of Windows events makes when it fills ECS fields. Internal to
// winlog.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "events/event.hpp"
#include "parsers/winlog/win_event.hpp"

namespace stemma::winlog {

/// A list of words in one text, separated by a blank: "process file".
void add_words(Event& to, FieldId field, std::string_view words);

/// Fields that describe one program image: the process itself or its parent.
struct ImageFields {
  FieldId executable, name, command_line, args, args_count;
};
inline constexpr ImageFields kProcess{field::process_executable, field::process_name,
                                      field::process_command_line, field::process_args,
                                      field::process_args_count};
inline constexpr ImageFields kParent{field::process_parent_executable, field::process_parent_name,
                                     field::process_parent_command_line, field::process_parent_args,
                                     field::process_parent_args_count};

/// Writes values that are not absent; the first value of a field stays.
class EcsWriter {
 public:
  EcsWriter(Event& to, bool posix) : to_(to), posix_(posix) {}

  [[nodiscard]] Event& event() { return to_; }
  [[nodiscard]] bool posix() const { return posix_; }

  void text(FieldId field, std::string_view value) {
    if (!value.empty()) put_text(field, value);
  }
  void number(FieldId field, std::string_view value) {
    if (!value.empty()) put_number(field, value);
  }
  void boolean(FieldId field, std::string_view value);
  /// executable and name (text after the last separator, the whole text where there is none)
  void image(const ImageFields& fields, std::string_view path) {
    if (!path.empty()) put_image(fields, path);
  }
  /// command_line verbatim, args and args_count by split_command_line
  void command_line(const ImageFields& fields, std::string_view value);
  /// `DOMAIN\name`, or a bare name on Linux, into the two fields; the name also into related.user
  void account(FieldId domain, FieldId name, std::string_view value);
  /// A user name into `field` (what precedes `@`) and into related.user
  void user_name(FieldId field, std::string_view value) {
    if (!value.empty()) put_user_name(field, value);
  }
  /// file.path and what follows from it
  void file_path(std::string_view path);
  /// A GUID in Windows' rendering (upper case); as written on Linux
  void guid(FieldId field, std::string_view value);
  /// `SHA1=…,MD5=…` into process.* or file.*, lower-cased, and related.hash
  void hashes(bool of_file, std::string_view value);
  /// An address without the IPv4-in-IPv6 prefix, also into related.ip
  void ip(FieldId field, std::string_view value);

 private:
  void put_text(FieldId field, std::string_view value);
  void put_number(FieldId field, std::string_view value);
  void put_image(const ImageFields& fields, std::string_view path);
  void put_user_name(FieldId field, std::string_view value);

  Event& to_;
  bool posix_;
};

/// `::ffff:192.0.2.1` as `192.0.2.1`; anything else as it is.
std::string_view without_v4_prefix(std::string_view address);

/// True for a textual IPv4 or IPv6 address.
bool is_address(std::string_view text);

/// Community id version 1, seed 0, of a TCP or UDP flow; empty where an address cannot be read.
/// Source: Corelight community-id-spec. Pure function.
std::string community_id(std::string_view source_ip, std::uint16_t source_port,
                         std::string_view destination_ip, std::uint16_t destination_port,
                         std::string_view transport);

/// Whether a pass wants one of `fields` at least.
bool wants_any(const Projection& wanted, std::initializer_list<FieldId> fields);
/// The same for what EcsWriter makes of a command line, an image's path, a file's path, hashes.
bool wants_command_line(const Projection& wanted, const ImageFields& fields);
bool wants_image(const Projection& wanted, const ImageFields& fields);
bool wants_file_path(const Projection& wanted);
bool wants_hashes(const Projection& wanted, bool of_file);

}  // namespace stemma::winlog
