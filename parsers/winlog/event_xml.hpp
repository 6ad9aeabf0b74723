// Reads one `<Event>` of the Windows event schema from XML text. Not a container's reader (evtx/,
// sysmon_linux/) and no ECS.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "events/fault.hpp"
#include "parsers/winlog/win_event.hpp"

namespace stemma {

/// Cap on one event's XML in bytes. A record holds at most 64 KiB of binary XML, whose text grows
/// to a few times that.
inline constexpr std::size_t kMaxEventXml = 16u << 20;

/// Cap on the number of tags of one event's XML: bounds the tree's memory (about 100 bytes a tag).
/// The largest of 58,000 real records has below 2,000.
inline constexpr std::size_t kMaxEventTags = 100'000;

/// Cap on nesting. Real events reach 9 (certificate chains in UserData).
inline constexpr std::size_t kMaxEventDepth = 64;

/// Reads events one after another and reuses its memory. One thread.
class EventXmlReader {
 public:
  EventXmlReader();
  ~EventXmlReader();
  EventXmlReader(const EventXmlReader&) = delete;
  EventXmlReader& operator=(const EventXmlReader&) = delete;

  /// Reads `xml`, which holds one Event element, into `event`. Text is parsed in place: `xml` is
  /// written to, and `event`'s views point into it and into this reader, until either is used
  /// again. A `\0` ends the text. Faults: limit_exceeded (kMaxEventXml, kMaxEventTags,
  /// kMaxEventDepth), undecodable_record (not well-formed, or no Event). Offsets in faults count
  /// from the start of `xml`. O(bytes). Whitespace inside values is kept, entities are resolved.
  Result<void> read_in_place(std::span<char> xml, WinEvent& event);

  /// Same from text that must not be changed: it is copied first.
  Result<void> read(std::string_view xml, WinEvent& event);

  /// Same, and where the text ends early (a syslog daemon cut the line), what lies before the end
  /// of the last whole `Data` is read and `event.incomplete` is set. Fault undecodable_record where
  /// System itself is not whole.
  Result<void> read_lenient(std::string_view xml, WinEvent& event);

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

}  // namespace stemma
