// Whether a machine is an Azure VM at all, and by what evidence: a run is not Azure's because its
// command line looks so.
#pragma once

#include <vector>

#include "detection/invocations/guest_runs.hpp"
#include "detection/invocations/incident.hpp"
#include "events/case_snapshot.hpp"

namespace stemma {

/// One entry for every machine that has a run or a process, by name. O(images + event classes).
std::vector<HostStanding> judge_hosts(const CaseSnapshot& snapshot, const Incident& incident,
                                      const GuestRuns& guest);

}  // namespace stemma
