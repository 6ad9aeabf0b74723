// EventSource: where an event comes from, as far as the indices of Elastic's integrations tell it
// apart. Not the indices' names (index_patterns.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/case_snapshot.hpp"
#include "events/event.hpp"

namespace stemma {

/// The container does not matter: a
/// record of an EVTX file and a shipper's document of it are of one source.
enum class EventSource : std::uint8_t {
  sysmon,
  windows_security,
  windows_system,
  windows_application,
  powershell_operational,
  powershell_classic,
  windows_defender,
  windows_other,  ///< any other channel of Windows
  auditd,
  sysmon_linux,
  azure_activity,
  aws_cloudtrail,
  guest_agent,  ///< what clouds' agents in a guest leave; no index has it
  document,     ///< an Elastic document of anything else (Elastic Defend, Okta, …)
};
inline constexpr std::size_t kEventSources = 14;

/// A set of sources, a bit each.
using SourceSet = std::uint16_t;
constexpr SourceSet source_bit(EventSource source) {
  return static_cast<SourceSet>(1u << static_cast<unsigned>(source));
}
inline constexpr SourceSet kEverySource = (1u << kEventSources) - 1;

/// Those of Windows event logs.
inline constexpr SourceSet kWindowsSources =
    (1u << (static_cast<unsigned>(EventSource::windows_other) + 1)) - 1;

/// The source of an event, by what a case keeps of each. @param channel  winlog.channel, or empty
EventSource event_source(SourceKind kind, std::string_view channel);

/// In words: "Sysmon", "the Security log".
std::string_view source_words(EventSource source);
/// Several: "Sysmon, the Security log"; "any" for all of them.
std::string source_words(SourceSet sources);

/// The source of every event of a case. Borrows the snapshot; immutable, O(classes) memory.
class EventSources {
 public:
  explicit EventSources(const CaseSnapshot& snapshot);
  [[nodiscard]] EventSource of(EventId event) const {
    return by_class_[snapshot_->events.event_class(event).index()];
  }

 private:
  const CaseSnapshot* snapshot_;
  std::vector<EventSource> by_class_;
};

}  // namespace stemma
