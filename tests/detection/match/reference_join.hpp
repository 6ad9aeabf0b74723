// The slow evaluator of sequences and samples: straight from the tree, the log played again event
// by event with plain lists, keys as texts, missing events looked for in the whole log, samples
// found by trying everything. No caps, no hashing, no bookkeeping. Written from the semantics in
// detection/eql/query.hpp, not from what it is held against.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/detection/eql/reference_eval.hpp"

namespace stemma::test {

struct RefLogged {
  RefEvent event;
  std::int64_t time = 0;  ///< nanoseconds
};

/// Each match: its key, then positions in the log, -1 where an event is missing. In the order of
/// their last events, then positions.
struct RefMatch {
  std::string key;
  std::vector<int> events;
  auto operator<=>(const RefMatch&) const = default;
};

/// By last event, positions, key.
void put_in_order(std::vector<RefMatch>& matches);

std::vector<RefMatch> reference_sequences(const eql::Tree& tree, const std::vector<RefLogged>& log);
std::vector<RefMatch> reference_samples(const eql::Tree& tree, const std::vector<RefLogged>& log);

}  // namespace stemma::test
