// What was collected of each host: its logs, from when to when, what they hold, and where they have
// gaps. Judged by the frozen case alone, no event is decoded. Not which rules that leaves blind
// (rule_coverage.hpp).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "events/case_snapshot.hpp"

namespace stemma {

enum class GapKind : std::uint8_t {
  ids_missing,      ///< record ids between two records that are there
  serials_missing,  ///< far more audit serials skipped at once than this log skips otherwise
  log_cleared,      ///< somebody emptied a log
  damaged,          ///< records or chunks that could not be read
  audit_stopped,    ///< from the audit daemon's end to its next start
  no_command_line,  ///< process starts without a command line: the policy was off
  logins_only,      ///< no process start without a login was recorded
  not_recorded,     ///< before the log's first event or after its last, while others have events
};

/// `record_ids_missing`, …: stable, part of the output.
std::string_view gap_name(GapKind kind);

struct Gap {
  GapKind kind = GapKind::ids_missing;
  Timestamp from;            ///< of the event before; equal to `to` for what happened at once
  Timestamp to;              ///< of the event behind
  std::uint64_t count = 0;   ///< ids, defects, starts
  std::uint64_t places = 1;  ///< more: `count` is spread over that many places between from and to
  std::uint64_t ids = 0;     ///< damaged: record ids missing in the same place
  bool all_over = false;     ///< so many holes that a filtered export is likely
  EventId event;             ///< log_cleared: the event that says so
  std::string detail;        ///< which file, which log; made visible by whoever prints it
};

/// How many gaps of one kind are told apart in a log; the smaller ones are one gap in many places.
inline constexpr std::size_t kNamedGaps = 8;
/// Fewer process starts in a row than this without a command line say nothing: Windows' own first
/// processes have none.
inline constexpr std::uint64_t kStartsWithoutCommandLine = 4;

/// One log of one host: a Windows channel, the audit log, Sysmon for Linux, all files of a cloud
/// agent, or all documents that are of no channel. A cloud account stands for a host with its
/// activity log.
struct LogEvidence {
  HostId host;
  SourceKind kind = SourceKind::none;
  StringId channel;
  /// The channel; `auditd`, `Sysmon for Linux`, `guest agent`, `Elastic documents`,
  /// `Azure Activity Log`, `AWS CloudTrail`.
  std::string name;
  std::uint64_t events = 0;
  bool timed = false;                          ///< an event of it has a time
  Timestamp first, last;                       ///< of those
  std::map<std::string, std::uint64_t> codes;  ///< events by event.code
  std::uint64_t starts = 0;                    ///< process starts
  std::uint64_t first_id = 0;                  ///< lowest record id; 0 where there are none
  std::vector<Gap> gaps;                       ///< by time

  [[nodiscard]] bool is_linux() const {
    return kind == SourceKind::auditd || kind == SourceKind::sysmon_linux;
  }
};

struct HostEvidence {
  HostId host;
  Timestamp first, last;
  std::vector<Timestamp> boots;
  std::vector<LogEvidence> logs;  ///< by name
};

/// By host name, hosts without a name first. O(events), and O(n log n) for what is out of order in
/// a log; four bytes an event while it lasts.
std::vector<HostEvidence> host_evidence(const CaseSnapshot& snapshot);

/// The log that events of that host, source and channel lie in; null where there is none.
const LogEvidence* find_log(const HostEvidence& host, SourceKind kind, StringId channel);

}  // namespace stemma
