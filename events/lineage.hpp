// Rebuilds the process tree from process records: lives out of starts and ends, parents out of
// GUIDs, pids and lifetimes. Both operating systems, all sources at once. Not the records' decoding
// (parsers) and not what a rule sees of it (completion.hpp).
#pragma once

#include <span>
#include <vector>

#include "events/column.hpp"
#include "events/event_store.hpp"
#include "events/hosts.hpp"
#include "events/process_record.hpp"
#include "events/process_tree.hpp"
#include "events/string_pool.hpp"

namespace stemma {

/// Two sources show the same start where pid and executable agree and their times differ by at most
/// this. Sysmon's UtcTime and the Security log's time of one start lie milliseconds apart, seconds
/// under load (reference: measured on hosts with both).
inline constexpr std::int64_t kSameStartWindowNs = 2 * kNsPerSecond;

/// Serials of one boot never fall by this much through interleaving; a larger fall is a restart of
/// the counter, a reboot.
inline constexpr std::uint64_t kSerialResetGap = 1000;

/// A clock that was set back further than this within one boot is taken for a damaged stamp and
/// does not move later records.
inline constexpr std::int64_t kMaxClockStepNs = 24 * 3600 * kNsPerSecond;

/// Processes begun this shortly before a boot record belong to the new boot: on Linux init and its
/// first helpers run before SYSTEM_BOOT is written, on Windows the first processes start before the
/// event log service can say so. Audit serials, which begin anew with a boot, tell them from the
/// last ones of the boot before.
inline constexpr std::int64_t kBootGraceNs = 120 * kNsPerSecond;

struct LineageInput {
  const EventStore& store;
  const HostTable& hosts;
  StringPool& strings;              ///< derived entity ids are interned here
  Column<ProcessRecord> processes;  ///< in any order; at most one of both an event
  Column<ProcessMention> mentions;
  std::vector<StringId> args;
  std::vector<StringId> ancestry = {};  ///< what ProcessRecord::ancestry points into
};

struct Lineage {
  ProcessTree tree;
  std::vector<std::pair<EventId, EntityId>>
      entity_of_event;  ///< every event that belongs to a process life
};

/// Lives, images and edges of all hosts. Parents are chosen by GUID, then by a pid whose lifetime
/// covers the child's start, then from the child's own record (a placeholder entity), and the edge
/// says which. Linux records are ordered by audit serial within a boot, not by the wall clock. Same
/// records, same tree, whatever order they were found in. O(n log n).
Lineage build_lineage(LineageInput input);

}  // namespace stemma
