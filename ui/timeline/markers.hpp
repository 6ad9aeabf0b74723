// Markers: what must be known about a machine before its lanes are believed: starts of the machine,
// emptied logs, a clock that was set, and stretches of which records are missing. Findings and
// runs are not markers.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "detection/coverage/host_evidence.hpp"
#include "events/case_snapshot.hpp"

namespace stemma::ui::timeline {

enum class MarkerKind : std::uint8_t {
  boot,         ///< the machine started
  log_cleared,  ///< somebody emptied a log
  clock_set,    ///< the clock was set: times around it may be off
  gap,          ///< records are missing, were damaged, or nothing was recorded
};
inline constexpr std::size_t kMarkerKinds = 4;

/// `boot`, `log cleared`, `clock set`, `record gap`: words for people.
std::string_view marker_name(MarkerKind kind);

struct Marker {
  MarkerKind kind = MarkerKind::boot;
  Timestamp from, to;  ///< equal for what happened at once
  EventId event;       ///< that says so; none where no single one does
  std::string text;    ///< one visible line: `record ids missing: 512 (Security)`
  /// A log was emptied, or one of process starts lacks records in this one stretch: starts and ends
  /// may be among what is missing. Not where a log merely begins later than others, and not where
  /// many small holes are told as one.
  bool hides_processes = false;
};

/// Gaps of a host that are kept, the longest ones. Real hosts have some tens; a forged collection
/// can have a log an event, each with gaps of its own.
inline constexpr std::size_t kMaxGaps = 1024;

struct HostMarkers {
  HostId host;
  Timestamp first, last;  ///< of its events with a time
  /// By kind; of each by time.
  std::vector<Marker> of_kind[kMarkerKinds];
  std::size_t gaps_left_out = 0;  ///< beyond kMaxGaps
};

/// By host id. O(events), twice; the cost of host_evidence() is in it.
std::vector<HostMarkers> find_markers(const CaseSnapshot& snapshot, const std::stop_token& stop);

}  // namespace stemma::ui::timeline
