// WinEvent: the schema that every Windows-style event shares, whatever container held it: System,
// then named or unnamed data. A bag of views into a decoder's own memory. Not ECS (mapping.hpp
// makes that of it) and not XML (event_xml.hpp reads that).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "events/time.hpp"

namespace stemma {

/// One value below EventData, UserData, DebugData or ProcessingErrorData, in the record's order.
struct WinDataItem {
  std::string_view name;  ///< `Name` attribute, or the path below UserData joined by `.`; empty for
                          ///< unnamed `Data`
  std::string_view value;  ///< as found: blanks at either end, CR LF and repeated names are kept
};

/// One event of the Windows event schema ([MS-EVEN6] 2.2.17 "Event"; Sysmon for Linux writes the
/// same shape). All views are borrowed from the decoder that filled it, until it decodes the next
/// one. UTF-8 as found.
struct WinEvent {
  // System
  std::string_view provider_name;
  std::string_view provider_guid;      ///< `{...}` in the case the source has
  std::string_view event_source_name;  ///< classic sources: Provider@EventSourceName
  std::optional<std::uint32_t> event_id;
  std::optional<std::uint32_t> qualifiers;
  std::optional<std::uint32_t> version;
  std::optional<std::uint32_t> level;
  std::optional<std::uint32_t> task;
  std::optional<std::uint32_t> opcode;
  std::optional<std::uint64_t> keywords;
  std::optional<ParsedTime> time_created;  ///< empty where the text is no time in 1677-2262
  std::string_view time_created_text;      ///< as found, also where it could not be read
  std::optional<std::uint64_t>
      record_id;  ///< EventRecordID, which forwarding may make differ from the container's
  std::string_view activity_id;
  std::string_view related_activity_id;
  std::optional<std::uint32_t> process_id;  ///< the writer, not the event's subject
  std::optional<std::uint32_t> thread_id;   ///< the writer's
  std::string_view channel;
  std::string_view computer;
  std::string_view
      user_id;  ///< Security@UserID (a SID), or @UserId (Sysmon for Linux: a uid); the writer's

  // The rest
  std::vector<WinDataItem>
      event_data;                   ///< children of EventData; a `Binary` child carries that name
  std::string_view user_data_name;  ///< name of UserData's own child, e.g. `LogFileCleared`
  std::vector<WinDataItem> user_data;  ///< leaves below that child, named by their path
  std::string_view rendered_message;   ///< RenderingInfo/Message of forwarded events
  bool incomplete = false;             ///< the text ended early; what was whole is here

  /// Forgets everything, keeps memory.
  void clear();
  /// First event data value of that name; empty where there is none. Names compare exactly.
  /// O(items).
  [[nodiscard]] std::string_view data(std::string_view name) const;
  /// The same for a leaf of UserData, by its path.
  [[nodiscard]] std::string_view user(std::string_view path) const;
};

/// True for the texts that stand for "no value" in Windows and Sysmon events: nothing, `-`,
/// `(null)`, the zero GUID.
inline bool is_absent(std::string_view value) {
  if (value.empty()) return true;
  switch (value[0]) {
    case '-':
      return value.size() == 1;
    case '(':
      return value == "(null)";
    case '{':
      return value == "{00000000-0000-0000-0000-000000000000}";
    default:
      return false;
  }
}

/// A whole number written in decimal or as `0x` and hexadecimal digits. Empty for anything else,
/// overflow included.
std::optional<std::uint64_t> parse_unsigned(std::string_view text);

}  // namespace stemma
