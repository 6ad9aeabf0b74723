// Answers `descendant of` and `child of` from the process tree, once the subqueries' own matches
// are recorded.
#pragma once

#include <unordered_map>
#include <vector>

#include "detection/eql/lineage.hpp"
#include "events/case_snapshot.hpp"

namespace stemma {

/// What a process did counts for those that it started afterwards: on Linux, a program that a
/// process became only later is no ancestor of its earlier children. Recording is for one thread;
/// asking for many.
class LineageAnswers : public eql::LineageOracle {
 public:
  LineageAnswers(const CaseSnapshot& snapshot, std::size_t subqueries)
      : snapshot_(snapshot), matched_(subqueries), under_(subqueries), any_(subqueries) {}

  /// The subquery matched this event; events without a process are ignored.
  void record(std::uint32_t subquery, EventId event);
  /// Once all matches of a subquery are recorded, if at all: most processes have no matching
  /// ancestor, and then the answer is one step. O(entities).
  void finish(std::uint32_t subquery);

  [[nodiscard]] bool has_ancestor_matching(EventId event, std::uint32_t subquery) const override;
  [[nodiscard]] bool has_parent_matching(EventId event, std::uint32_t subquery) const override;

 private:
  struct Place {
    EntityId entity;
    ImageId image;  // the last image that counts; none: all of them
  };
  [[nodiscard]] Place parent_of_event(EventId event) const;
  [[nodiscard]] Place parent_of(EntityId entity) const;
  [[nodiscard]] bool matched_at(const Place& place, std::uint32_t subquery) const;

  const CaseSnapshot& snapshot_;
  std::vector<std::unordered_map<EntityId, ImageId>>
      matched_;                           // per subquery: the earliest image that matched
  std::vector<std::vector<bool>> under_;  // the same after finish(): whether it or an ancestor did
  std::vector<std::vector<bool>> any_;    // per subquery, by entity: whether one did; empty: none
};

}  // namespace stemma
