// The inside of a Program: shared by the compiler, the binder and the evaluator only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "detection/eql/program.hpp"

namespace stemma::eql {

/// How a leaf clause is evaluated. All but `general` look at one field's values without building
/// anything.
enum class LeafForm : std::uint8_t {  // cheap ones first
  constant,
  null_test,
  truth,
  compare,
  in_set,
  in_networks,
  general,
  in_regex,
  lineage,
};

struct Leaf {
  LeafForm form = LeafForm::general;
  std::uint32_t node = 0;             ///< in the typed query
  std::uint32_t field = 0;            ///< for the forms that look at one field
  std::uint32_t index = 0;            ///< compare: constant; in_…: set
  std::vector<std::uint32_t> fields;  ///< distinct fields of the clause, first appearance first
  SourceRange range;
  bool inverted =
      false;  ///< written as `!=` or `not in`: the text says the opposite of what is evaluated
};

enum class Join : std::uint8_t { all_of, any_of, not_of, leaf };

struct Condition {
  Join join = Join::leaf;
  std::uint32_t first = 0;  ///< children, in ProgramCode::children
  std::uint32_t count = 0;
  std::uint32_t leaf = 0;
};

struct ProgramCode {
  std::shared_ptr<const std::string> text;
  TypedQuery query;
  std::vector<Condition> conditions;
  std::vector<std::uint32_t> children;  ///< cheap ones first within each condition
  std::uint32_t root = 0;
  std::vector<Leaf> leaves;  ///< in the order of the text
  std::vector<SourceRange> clauses;
  std::vector<FieldId> fields;
  std::vector<FieldId> required;
  std::vector<Program::Subquery> subqueries;
  std::vector<std::uint32_t> asked;  ///< subqueries that this query's own lineage terms name

  [[nodiscard]] std::span<const std::uint32_t> children_of(const Condition& condition) const {
    return {children.data() + condition.first, condition.count};
  }
  /// What must all be true: the children of an `and` at the root, else the root.
  [[nodiscard]] std::span<const std::uint32_t> parts() const {
    const Condition& condition = conditions[root];
    return condition.join == Join::all_of ? children_of(condition) : std::span(&root, 1);
  }
};

/// A query's program. `queries`: its lineage subqueries, then itself; emptied.
std::shared_ptr<const Program> generate(std::span<TypedQuery> queries,
                                        std::shared_ptr<const std::string> text);

}  // namespace stemma::eql
