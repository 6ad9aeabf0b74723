// One line of a log: is it an audit record, and where are its parts? Knows all the carriers that
// put something in front of the record. Not its fields (fields.hpp) and not its event
// (assembler.hpp).
#pragma once

#include <cstdint>
#include <string_view>

namespace stemma::auditd {

/// Cap on one line. The kernel's records end below 8,970 bytes (libaudit.h,
/// MAX_AUDIT_MESSAGE_LENGTH) and enriching adds some hundred more; collectors that join the records
/// of an event write up to some hundred KiB.
inline constexpr std::size_t kMaxLine = 1u << 20;

/// Cap on the stamp's seconds: the end of Timestamp's range, in 2262.
inline constexpr std::int64_t kMaxSeconds = 9'223'372'035;

/// Cap on a type name. The longest known is UNKNOWN[nnnn] and RESP_ORIGIN_UNBLOCK_TIMED, below 30.
inline constexpr std::size_t kMaxTypeName = 48;

/// A record's line, cut. Views into the line.
struct RecordLine {
  std::string_view node;          ///< `node=`; empty where there is none
  std::string_view syslog_host;   ///< host of the syslog head; empty where there is none
  std::string_view type_name;     ///< as written: `SYSCALL`, `UNKNOWN[1336]`, `1300`
  std::uint16_t type = 0;         ///< number; record_type::kUnknown for names that no table has
  std::int64_t milliseconds = 0;  ///< since 1970 UTC
  std::uint32_t serial = 0;
  std::string_view body;  ///< the fields, without leading and trailing blanks
  /// Node, syslog host, time and serial are those of the record line that the same StampMemo saw
  /// before; false where that is not known.
  bool same_stamp = false;

  /// Name of the machine that wrote it, as far as the line tells.
  [[nodiscard]] std::string_view host() const { return node.empty() ? syslog_host : node; }
};

enum class LineKind : std::uint8_t {
  record,     ///< a well-formed audit record
  malformed,  ///< begins as an audit record and is none
  other,      ///< anything else
};

struct LineVerdict {
  LineKind kind = LineKind::other;
  const char* problem = "";  ///< malformed: static text, what is wrong
};

/// The stamp of the last record line, as text: the records of an event follow each other, so the
/// next line's stamp is most often the same text. Views into the lines, which must stay.
struct StampMemo {
  std::string_view text;  ///< from the first digit to the blank behind `):`; empty: none
  std::int64_t milliseconds = 0;
  std::uint32_t serial = 0;
};

/// Reads one line, without its line end. Carriers, each one with or without `node=<name> ` before
/// `type=`:
///
///     type=<TYPE> msg=audit(<seconds>.<milliseconds>:<serial>): <fields>             audit.log,
///     ausearch --raw, audisp-remote <syslog head> type=… msg=audit(…): … syslog plug-in (audispd,
///     audisp-syslog, …)
///     [<syslog head> | [<uptime>]] [audit: ]type=<number> audit(…): …                kernel ring
///     without auditd MESSAGE=<any of these> journal export
///
/// journald's short form `audit[<pid>]: EXECVE argc=…` has neither time nor serial and is `other`;
/// so are ausearch's `----` and `time->` lines. `ausearch -i` prints local dates in the stamp,
/// which cannot be read back: `malformed`. O(line) for lines that are not audit's, O(head) for
/// records; no allocation.
LineVerdict read_record_line(std::string_view line, RecordLine& record);

/// The same, faster for lines that follow each other in a log. Where lines are given out of order
/// or left out, same_stamp still holds: it compares texts.
LineVerdict read_record_line(std::string_view line, RecordLine& record, StampMemo& memo);

}  // namespace stemma::auditd
