// Evaluates a typed expression for one choice of a value for each field. Not the choosing
// (eval.cpp) and not the fast paths.
#pragma once

#include <span>

#include "detection/eql/lineage.hpp"
#include "detection/eql/scalar.hpp"
#include "detection/eql/typed.hpp"

namespace stemma::eql {

class ScalarEvaluator {
 public:
  /// @param values  one per TypedQuery::fields; null where the event has none
  ScalarEvaluator(const TypedQuery& query, std::span<const Scalar> values, Scratch& scratch,
                  const LineageOracle* lineage = nullptr, EventId event = {},
                  std::uint32_t subquery_base = 0)
      : query_(query),
        values_(values),
        scratch_(scratch),
        lineage_(lineage),
        event_(event),
        subquery_base_(subquery_base) {}

  /// Recursion is bounded by the tree's depth, which the parser caps.
  [[nodiscard]] Scalar evaluate(std::uint32_t node) const;

  /// A lineage term; unknown where there is no oracle.
  [[nodiscard]] Tri lineage(const TypedNode& node) const;

 private:
  [[nodiscard]] Scalar logical(const TypedNode& node) const;
  [[nodiscard]] Scalar compare_children(const TypedNode& node) const;
  [[nodiscard]] Scalar in_list(const TypedNode& node) const;
  [[nodiscard]] Scalar arithmetic_chain(const TypedNode& node) const;
  [[nodiscard]] Scalar call_function(const TypedNode& node) const;
  [[nodiscard]] Scalar in_networks(const TypedNode& node) const;

  const TypedQuery& query_;
  std::span<const Scalar> values_;
  Scratch& scratch_;
  const LineageOracle* lineage_;
  EventId event_;
  std::uint32_t subquery_base_;
};

/// Whether `order` (as compare() gives it) satisfies an ordering operator; for Op::equal too.
bool satisfies(Op op, int order);

}  // namespace stemma::eql
