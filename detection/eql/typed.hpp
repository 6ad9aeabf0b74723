// The typed form of a query: fields are FieldIds, types are checked, constants are folded, `!=` and
// `not in` are `not` of their opposite, sets of constants are ready to be looked up. Not yet bound
// to a shape (program.hpp).
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "detection/eql/cidr.hpp"
#include "detection/eql/diagnostic.hpp"
#include "detection/eql/functions.hpp"
#include "detection/eql/regex.hpp"
#include "detection/eql/scalar.hpp"
#include "detection/eql/syntax.hpp"
#include "detection/eql/wildcard.hpp"
#include "events/fields.hpp"

namespace stemma::eql {

struct CompileOptions {
  /// Fields that some record of the evidence carries: naming one of them is no reason to warn.
  /// Borrowed for the call; may be null.
  const std::unordered_set<FieldId>* met = nullptr;
};

enum class Op : std::uint8_t {
  constant,
  field,
  logical_or,
  logical_and,
  logical_not,
  equal,
  less,
  less_equal,
  greater,
  greater_equal,
  is_null,      ///< true or false, never null
  in_set,       ///< value in a ValueSet: ==, in, like, `:` with constants
  in_regex,     ///< value matches a RegexSet
  in_networks,  ///< cidrMatch with constant networks
  in_list,      ///< value equals any of the expressions after it
  sum,
  product,
  negate,
  call,
  lineage,
};

/// Constants that a value may equal or match.
struct ValueSet {
  TextSet texts;
  std::vector<std::int64_t> integers;  ///< sorted; dates too
  std::vector<double> reals;
  bool has_true = false;
  bool has_false = false;
  bool has_null = false;

  explicit ValueSet(bool insensitive) : texts(insensitive) {}
  /// Unknown where it is not found and some element cannot be compared with it.
  [[nodiscard]] Tri contains(const Scalar& value) const;
};

struct TypedChild {
  std::uint32_t node = 0;
  char op = 0;  ///< sum, product: + - * / %
};

struct TypedNode {
  Op op = Op::constant;
  Type type = Type::null;
  bool insensitive = false;
  bool direct = false;  ///< lineage: child of
  FunctionId function = FunctionId::add;
  SourceRange range;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::uint32_t index = 0;  ///< constant, field, set, regex set, networks or subquery
};

/// One `category where condition`. Move-only.
struct TypedQuery {
  TypedQuery() = default;
  TypedQuery(TypedQuery&&) = default;
  TypedQuery& operator=(TypedQuery&&) = default;

  std::optional<std::string> category;  ///< none: any
  SourceRange range;
  std::vector<TypedNode> nodes;
  std::vector<TypedChild> children;
  std::vector<FieldId> fields;    ///< in the order of their first appearance
  std::vector<Scalar> constants;  ///< texts are views into `texts`
  std::deque<std::string> texts;
  std::vector<ValueSet> sets;
  std::vector<RegexSet> regexes;
  std::vector<std::vector<IpNetwork>> networks;
  std::uint32_t condition = 0;

  [[nodiscard]] std::span<const TypedChild> children_of(const TypedNode& node) const {
    return {children.data() + node.first, node.count};
  }
};

struct Typed {
  std::vector<TypedQuery> queries;      ///< in the tree's order: inner before outer
  std::vector<Diagnostic> diagnostics;  ///< at most kMaxDiagnostics
};

/// Resolves and checks. `text` is the query the tree came from, for messages. New fields are
/// interned as keyword. O(tree), plus suggestions for unknown names.
Typed analyze(const Tree& tree, std::string_view text, const CompileOptions& options);

/// The typed form as text, in the same style as dump(Tree).
std::string dump(const TypedQuery& query);

}  // namespace stemma::eql
