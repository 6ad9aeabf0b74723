// What lineage says about a process that a Run Command script started: which run it belongs to, and
// how well that is borne out. A first, built-in reading of one channel; not a description of
// channels in general.
#pragma once

#include <string>
#include <string_view>

#include "detection/findings/finding.hpp"
#include "events/case_snapshot.hpp"

namespace stemma {

struct RemoteRun {
  EntityId outermost;  ///< the highest process whose command names the script; none where no
                       ///< command does
  Confidence confidence = Confidence::possible;
  std::string reason;
};

/// Walks from a process image up through its ancestors. O(ancestors).
/// Source: reference on Azure Run Command, sections 2, 3 and 6 (grading).
RemoteRun remote_run_of(const CaseSnapshot& snapshot, EntityId entity, ImageId image);

/// The script that a run's outermost process names.
std::string run_script(const CaseSnapshot& snapshot, EntityId outermost);

/// The script in a command line that Run Command would run: `script3.ps1`,
/// `/var/lib/waagent/run-command/download/1/script.sh`; empty where there is none.
std::string_view script_in(std::string_view command_line);

}  // namespace stemma
