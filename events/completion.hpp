// Completes a decoded event from the process tree: what the record lacks, or gives only in part, is
// filled in and marked as synthesised, so that one rule text works on every source.
#pragma once

#include "events/case_snapshot.hpp"
#include "events/event.hpp"

namespace stemma {

/// How many ancestors `process.Ext.ancestry` lists. Elastic Defend's list is limited too; twenty
/// covers every real chain seen.
inline constexpr std::size_t kAncestryLimit = 20;

/// Fields that complete() may need to see in the event; add them to a projection that will be
/// completed.
void want_completion_inputs(Projection& projection);

/// Fills into `event` (which is the decoded `id`) what the tree knows and the record lacks:
/// process.entity_id, the process's own command line and args where the record has none,
/// process.parent.{entity_id, pid, name, executable, command_line, args, args_count,
/// working_directory}, process.Ext.ancestry. Sysmon for Linux gives a parent command line that is
/// often argv[0] alone: it is replaced where the tree has the parent's own start. Everything filled
/// in has Origin::synthesised, and views of the snapshot's strings. O(ancestors).
void complete(const CaseSnapshot& snapshot, EventId id, Event& event);

}  // namespace stemma
