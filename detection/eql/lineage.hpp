// What a condition asks of the process tree: whether an event's process has an ancestor that some
// event matched. Answered by whoever holds the tree; the language only asks.
#pragma once

#include <cstdint>

#include "events/ids.hpp"

namespace stemma::eql {

class LineageOracle {
 public:
  virtual ~LineageOracle() = default;
  /// Whether a process above the one of `event`, its parent included and itself excluded, did
  /// something that subquery matched. `subquery`: EvalContext::subquery_base plus the index in
  /// Program::subqueries().
  [[nodiscard]] virtual bool has_ancestor_matching(EventId event, std::uint32_t subquery) const = 0;
  /// The same for the parent alone.
  [[nodiscard]] virtual bool has_parent_matching(EventId event, std::uint32_t subquery) const = 0;
};

}  // namespace stemma::eql
