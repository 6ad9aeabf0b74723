// What is known of why a rule fired on an event, why it did not, and where it nearly did: a
// condition's explanation with the ancestors that its lineage terms asked. Filled by app/session.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "detection/eql/explanation.hpp"
#include "detection/match/sequence_machine.hpp"
#include "events/ids.hpp"

namespace stemma {

/// An ancestor that a lineage term asked.
struct AskedAncestor {
  EntityId entity;
  EventId start;  ///< that shows its program; none where no record does
  bool matched = false;
  EventId by;                       ///< the event of it that the subquery took
  std::vector<std::string> failed;  ///< clauses of the subquery that kept its start from it
};

struct LineageExplained {
  std::uint32_t clause = 0;
  std::vector<AskedAncestor>
      asked;  ///< nearest first, to the one that answered or the last; at most kMaxAncestors
};

/// One event of a rule; of a rule about single events there is one.
struct TermExplained {
  std::uint32_t term = 0;  ///< in Query::terms; their number for `until`
  eql::Explanation explanation;
  std::vector<LineageExplained> lineage;
};

/// What became of a sequence that the event had a part in.
struct ExplainedStep {
  SequenceStep step;
  std::string key;  ///< values of its key, visible to an analyst
};

/// Events of one rule that failed by the same clause on the same value.
struct NearMissGroup {
  std::uint32_t rule = 0;
  eql::NearMiss miss;
  std::string clause;       ///< as written
  EventId first;            ///< the earliest
  std::uint64_t count = 0;  ///< process starts, or events that start nothing
};

struct NearMisses {
  std::vector<NearMissGroup> groups;    ///< by rule; within it the nearest first, then the earliest
  std::vector<std::uint64_t> left_out;  ///< per rule: groups beyond the limit
  std::size_t rules_of_several_events = 0;  ///< which have none
  std::uint64_t dropped = 0;  ///< near misses left out at the cap on all of them, those of later events
};

}  // namespace stemma
