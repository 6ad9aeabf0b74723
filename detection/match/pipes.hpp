// Pipes: what a statement found → what is left of it behind `| head 5`, `| unique user.name`, ….
// Source: Elastic's EQL pipe reference (head, tail); the Endgame query guide for the others.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "detection/eql/query.hpp"
#include "events/event.hpp"

namespace stemma {

/// One result: an event, the events of a sequence or sample, or a count.
struct ResultRow {
  std::vector<EventId> events;  ///< in the order of the terms; none where one is missing; empty of
                                ///< a row that `count` made
  std::string key;              ///< what joined them, or what `count` counted, as text
  std::uint64_t count = 0;      ///< from count and unique_count; 0: not counted
  std::uint64_t total = 0;      ///< of all rows counted: count / total is the share
  bool open = false;            ///< JoinedMatch::open

  /// The first event that is there; none in a row that `count` made.
  [[nodiscard]] EventId first() const;
};

/// Fills an event with the fields of the projection; false where it cannot be read any more.
using Decode = std::function<bool(EventId, const Projection&, Event&)>;

/// The rows behind the pipes. Values are those of a row's first event. Order: `sort` is stable,
/// smaller first, absent values before all, values that do not compare by their kinds; `unique` and
/// `unique_count` keep the first row of each key; `count` gives one row a key, smaller counts
/// first, then by key, or one row for all where it has no key. A `filter` behind a count sees it as
/// the field `count`. O(rows log rows), an event decoded once a pipe that looks at it.
std::vector<ResultRow> run_pipes(std::span<const eql::Pipe> pipes, std::vector<ResultRow> rows,
                                 const Decode& decode, const eql::EvalOptions& options = {});

}  // namespace stemma
