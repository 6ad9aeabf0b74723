// The text of a run's script, from whatever still holds it: the collected file, settings, or the
// script block log.
#pragma once

#include <functional>
#include <vector>

#include "detection/invocations/assemble.hpp"
#include "detection/invocations/facts.hpp"
#include "detection/invocations/guest_runs.hpp"
#include "detection/invocations/invocation.hpp"

namespace stemma {

/// A script put together from its logged parts.
struct LoggedScript {
  std::string id, path, text;
  EntityId entity;
  Timestamp time;
  bool whole = true;  ///< no part is missing
  std::vector<EventId> events;
};

/// Parts of one script block id, of one process, in the order of their numbers; by first event.
/// @param process_of  the process that logged a part, where it is known
std::vector<LoggedScript> join_script_blocks(
    const std::vector<ScriptBlock>& blocks,
    const std::function<EntityId(const ScriptBlock&)>& process_of);

/// @param guest    null where no file of the agent tells of the run
/// @param logged   scripts that the run's own processes logged, in order
/// A file's digest is of its bytes as they lie there; a submitted text may differ in line ends.
ScriptText script_text_of(const std::string& path, const GuestRun* guest,
                          const std::vector<const LoggedScript*>& logged,
                          const EvidenceAccess& access);

}  // namespace stemma
