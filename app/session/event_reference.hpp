// An event as a person names it, found in an open session.
#pragma once

#include <string>
#include <string_view>

#include "app/session/session.hpp"

namespace stemma {

struct FoundEvent {
  EventId event;      ///< none where it was not found
  std::string error;  ///< why not
};

/// `FILE:OFFSET`   log.file.path, or its last parts, and stemma.source.offset, as every document has them
/// `HOST/PID@TIME` the start of a process: host.name, process.pid, @timestamp (RFC 3339, or its beginning); `HOST/PID` where that is one start
/// `ENTITY_ID`     process.entity_id: its first start
/// Ambiguous references are an error that says so. O(events).
FoundEvent find_event(const Session& session, std::string_view reference);

/// How find_event() can find it again: `FILE:OFFSET`.
std::string event_reference(const CaseSnapshot& snapshot, EventId event);

}  // namespace stemma
