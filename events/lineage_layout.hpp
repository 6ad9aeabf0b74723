// The last step of lineage: every life's parent chosen, forged circles cut, and lives, images and
// edges laid out flat as a ProcessTree.
#pragma once

#include <utility>
#include <vector>

#include "events/lineage.hpp"
#include "events/lineage_life.hpp"

namespace stemma {

/// @param lives            of all hosts; consumed
/// @param entity_of_event  events and the lives they belong to, start events left out
/// Entities come out by (host, start, first event, pid, recorded id), so the result does not depend
/// on the order of `lives`. O(n log n).
Lineage lay_out_lineage(LineageInput& input, std::vector<Life>& lives,
                        const std::vector<std::pair<EventId, std::uint32_t>>& entity_of_event);

}  // namespace stemma
