// What a record of an agent's or handler's log says, as fields.
#pragma once

#include "events/event.hpp"
#include "parsers/azure_guest/log_record.hpp"
#include "parsers/azure_guest/place.hpp"

namespace stemma::azure_guest {

/// Cap on `key=value` pairs of a handler's line. They log below 20.
inline constexpr std::size_t kMaxPairs = 64;

/// Fills the fields of a begun event from a record. What is read out of the text:
///
///     waagent   extension by `[Name-Version]`; `Executing command: …` with the environment that
///               names number and run; the unit; goal states with their correlation id
///     handler   number, name, operation, event, script, exit status, RunAs command
///     Windows   `Command exited with code: N`
///
/// Lines of output that go on with the record are part of its message only.
/// Returns false where the record's text ends inside a quoted value.
bool map_record(const LogPiece& record, const Place& place, Event& event);

}  // namespace stemma::azure_guest
