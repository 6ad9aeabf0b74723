// The records of the agents' and handlers' text logs: which line begins one, which lines go on with
// it, and which are other programs'. Not what a record says (log_text.hpp).
#pragma once

#include <cstdint>
#include <string_view>

#include "events/time.hpp"

namespace stemma::azure_guest {

/// Cap on one line. The agents cut what they log of an extension's output at some KiB.
inline constexpr std::size_t kMaxLine = 1u << 20;
/// Cap on a record with the lines that go on with it: a traceback, an extension's output. What is
/// beyond counts as unused, and is noted.
inline constexpr std::size_t kMaxRecord = 4u << 20;

enum class LogKind : std::uint8_t {
  waagent,  ///< Linux agent: waagent.log, CommandExecution.log
  handler,  ///< Linux handlers: handler.log, ImmediateRunCommandService.log
  windows,  ///< Windows agent and handlers
};

/// What stands before a record's text. Views into the line.
struct LogHead {
  LogKind kind = LogKind::waagent;
  ParsedTime time;
  std::string_view level;  ///< as written; empty for handlers of Linux
  std::string_view text;   ///< behind the head; the whole line for handlers of Linux
  std::string_view host;   ///< of the syslog head that carries the line
  bool carried = false;    ///< by syslog: the record is this line alone
};

enum class LineVerdict : std::uint8_t {
  other,   ///< no head
  head,    ///< begins a record
  broken,  ///< begins as a record, and its time cannot be read
};

/// Reads a line without its line end:
///
///     2021-10-25T19:16:28.553583Z INFO ExtHandler [Publisher.Type-1.0.1] text      waagent
///     2018/04/06 08:21:37.142697 INFO text                                         waagent to 2018
///     Apr 01 09:15:19 host python3[1429]: 2025-04-01T09:15:19.668204Z INFO …       in syslog
///     time=2018-04-26T17:47:23Z version=v2.0.6/git@1008306-clean operation=enable seq=0
///     event=start [1234+00000005] [05/12/2026 09:14:03.12] [INFO] text Windows
///
/// All times are taken as UTC; of Windows' that is not documented. O(head).
/// Source: WALinuxAgent common/logger.py; handlers' own lines as quoted by Microsoft's pages.
LineVerdict read_head(std::string_view line, LogHead& head);

/// A piece of a log: a record, or one line that belongs to none.
struct LogPiece {
  enum class Kind : std::uint8_t { record, refused, unused };
  Kind kind = Kind::unused;
  std::uint64_t offset = 0;  ///< in the artifact
  std::uint64_t bytes = 0;   ///< with line ends
  LogHead head;              ///< of a record
  std::string_view whole;    ///< of a record: its bytes without the last line end
  const char* problem = "";  ///< refused: static text
  bool capped = false;       ///< of a record: lines that might go on with it lie beyond kMaxRecord
};

/// Cuts a stretch of a log into pieces that cover it. Lines without a head go on with the record
/// before; where there is none, or syslog carried it, they are unused. So are lines that other
/// parsers may take for theirs: audit records and events of Sysmon, which a log that two programs
/// write into, or a forged one, holds in between. NULs that a crash left before a line are unused.
class LogReader {
 public:
  /// @param text  of the whole artifact, borrowed. Records begin in [begin, end) and may be read on
  /// to the artifact's end only as far as `end`.
  LogReader(std::string_view text, std::uint64_t begin, std::uint64_t end)
      : text_(text.substr(0, end)), at_(begin) {}

  bool next(LogPiece& piece);

 private:
  struct Line {
    std::string_view text;
    std::size_t next = 0;
  };
  [[nodiscard]] Line line_at(std::size_t at) const;
  void read_on(LogPiece& piece);

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Offset of the first line at or behind `from` that begins a record; the text's size where there
/// is none. O(bytes up to it).
std::uint64_t next_record(std::string_view text, std::uint64_t from);

/// Whether the log holds a record of these programs near its start, or, in a system log, one of the
/// agent's anywhere. Stricter than read_head(): other programs' lines look like waagent's. O(1
/// MiB), of system logs O(size) at memory speed.
bool holds_records(std::string_view text);

}  // namespace stemma::azure_guest
