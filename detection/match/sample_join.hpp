// Samples: events that have a key in common, one for each term, in whatever order. Of each key one
// sample is given: the earliest events, the first term's first, no event twice. Where the terms'
// events cannot all be different, there is none.
#pragma once

#include <span>

#include "detection/match/sequence_machine.hpp"

namespace stemma {

/// @param matches  ascending; of one statement. O(matches log matches + keys × terms⁴ at worst)
Sequences join_samples(const eql::Query& query, std::span<const TermMatch> matches,
                       std::size_t max_samples = kMaxSequences);

}  // namespace stemma
