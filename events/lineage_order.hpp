// The order in which a host's process records happened. Wall clocks lie (they step back, and the
// kernel's audit stamp is coarse), so audit records are put in serial order within a boot before
// they are set beside other sources. Not lineage itself.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "events/event_store.hpp"
#include "events/ids.hpp"

namespace stemma {

/// Positions into `events`, in the order the records happened. `events` are all of one host,
/// ascending. Audit records sort by (boot, serial); each takes a time that never falls within its
/// boot, and with that time it is merged with records of other sources, which sort by their own
/// time, then by event id. O(n log n).
std::vector<std::uint32_t> order_of_happening(const EventStore& store,
                                              std::span<const EventId> events);

}  // namespace stemma
