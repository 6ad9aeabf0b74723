// Every process of a run: descendants by lineage, those that lost their parent and still work in
// the run's folder, and those that something the run made started later.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "detection/channels/channel_matcher.hpp"
#include "detection/invocations/invocation.hpp"
#include "detection/invocations/tree_runs.hpp"
#include "events/case_snapshot.hpp"

namespace stemma {

/// Descendants of a run's root from the image on that names the script; root first, depth first,
/// children by start. At most kMaxRunProcesses; `left_out` counts the rest.
/// @param others  roots of other runs: such a process is told, what is below it is the other run's
///                own, so that runs within runs do not multiply. May hold `root`.
std::vector<RunProcess> descendants(const CaseSnapshot& snapshot, EntityId root, ImageId root_image,
                                    const std::unordered_set<std::uint32_t>& others,
                                    std::size_t& left_out);

/// Something that a run made and that may start later.
struct Planted {
  std::uint32_t run = 0;  ///< index into the processes given
  HostId host;
  Timestamp time;
  std::string path;   ///< of a program or script, as recorded
  std::string maker;  ///< `event 4698`, `whoami.exe (pid 12)`: for the reason
  EventId event;
};

/// Adds to each run what left its lineage.
/// @param processes  by run, as descendants() gave them; added to
/// A process belongs to one run at most: to the one it is bound to most tightly, then the latest.
/// O((entities + planted) log).
void add_detached(const CaseSnapshot& snapshot, const ChannelMatcher& matcher,
                  const std::vector<TreeRun>& runs, const std::vector<Planted>& planted,
                  std::vector<std::vector<RunProcess>>& processes);

/// Programs and scripts that a command line plants for later: the action of `schtasks /create`, the
/// binary of `sc create`, what `at`, `systemd-run` and `crontab` are given. Empty for others.
std::vector<std::string> planted_by(std::string_view command_line);

}  // namespace stemma
