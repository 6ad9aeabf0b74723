// Guest runs: what an agent's logs, settings, status files and the collected scripts say of each
// run, put together by channel, name and number. The process tree is not asked here.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "detection/channels/channel_matcher.hpp"
#include "detection/invocations/facts.hpp"
#include "events/case_snapshot.hpp"

namespace stemma {

/// A collected file of a run.
struct RunFile {
  ArtifactId artifact;
  std::string guest_path;
  bool operator==(const RunFile&) const = default;
};

struct GuestRun {
  std::uint32_t channel = 0;
  std::string host;  ///< as the snapshot knows it where it does
  std::string name;
  std::optional<std::uint64_t> sequence;
  std::string mode;
  std::vector<const GuestFact*> log, settings, status;  ///< by event
  std::vector<RunFile> files;                           ///< by path
  std::optional<Timestamp> started, ended;              ///< by the handler's log
  std::string correlation_id;                           ///< of the goal state that brought it
  std::vector<EventId> goal_state;

  /// Whether anything says that it ran, not only that it was ordered.
  [[nodiscard]] bool executed() const;
};

/// A goal state that an agent worked on: the cloud's clock and the machine's side by side.
struct GoalState {
  std::string host;
  Timestamp seen;
  std::optional<Timestamp> created;
  std::string correlation_id;
  EventId event;
};

struct GuestRuns {
  std::vector<GuestRun> runs;     ///< by host, channel, name, number, start
  std::vector<GoalState> states;  ///< by host, time
};

/// Name of the machine that a file or record is from, as the snapshot shows it.
std::string shown_host(const CaseSnapshot& snapshot, std::string_view name);

/// `facts` is borrowed: the runs point into it.
GuestRuns collect_guest_runs(const CaseSnapshot& snapshot, const ChannelMatcher& matcher,
                             const std::vector<GuestFact>& facts);

}  // namespace stemma
