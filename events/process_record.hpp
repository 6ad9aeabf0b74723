// ProcessRecord: what one event says about a process life, taken out of its fields when it is
// indexed. The raw material of lineage; not yet an entity.
#pragma once

#include <cstdint>

#include "events/event.hpp"
#include "events/ids.hpp"

namespace stemma {

inline constexpr std::int64_t kNoPid = -1;

/// Ancestors that are taken from one document. Elastic Defend writes 20 by default.
inline constexpr std::size_t kMaxListedAncestors = 32;

/// A run of StringIds in a list kept beside the records: the arguments of a command.
struct ArgsRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// An event with a ProcessHint. Strings are ids in the pool of whoever holds the record.
struct ProcessRecord {
  EventId event;  ///< the event's row
  ProcessAct act = ProcessAct::none;
  SourceKind source_kind = SourceKind::none;
  bool child_has_callers_parent = false;
  HostId host;
  std::int64_t pid = kNoPid;
  std::int64_t parent_pid = kNoPid;
  std::int64_t child_pid = kNoPid;  ///< fork
  StringId guid;                    ///< process.entity_id as recorded; none for sources without one
  StringId parent_guid;
  StringId name, executable, command_line, working_directory;
  ArgsRange args;  ///< as recorded by the kernel, or in a document; empty where only a command line
                   ///< was recorded
  ArgsRange ancestry;  ///< ids of ancestors, the parent first, where a document lists them; kept in
                       ///< a list of their own
  StringId user_id, user_name, user_domain, integrity_level;
  StringId parent_executable, parent_command_line;
};

/// An event that names a process without starting or ending it (a file written, a connection made).
struct ProcessMention {
  EventId event;
  HostId host;
  std::int64_t pid = kNoPid;
  StringId guid;
  StringId executable;
};

}  // namespace stemma
