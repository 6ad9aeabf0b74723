// The syntax tree of a query: what was written, with places, nothing resolved. Not the meaning
// (typed.hpp). Nodes lie in one array and name each other by index, so a tree of any shape is freed
// without recursion, and chains of `and`, `or`, `+`, `*` are one node with many children.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detection/eql/diagnostic.hpp"

namespace stemma::eql {

/// Cap on nesting (parentheses, calls, subqueries). Real rules nest below 20; every recursion over
/// a tree is bounded by this.
inline constexpr std::uint32_t kMaxDepth = 200;

using NodeId = std::uint32_t;

enum class NodeKind : std::uint8_t {
  null,
  boolean,
  integer,
  real,
  text,
  field,
  logical_or,
  logical_and,
  logical_not,
  comparison,  ///< two children
  match,       ///< first child against the patterns after it: `:` like regex
  membership,  ///< first child in the list after it
  sum,         ///< children with signs
  product,     ///< children with * / %
  negate,
  call,
  lineage,  ///< descendant of […], child of […]
};

enum class Operator : std::uint8_t {
  none,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  like,  ///< `like`, `like~`, and `:` (which is insensitive and remembered by Node::colon)
  regex,
  plus,
  minus,
  times,
  divide,
  modulo,
  descendant_of,
  child_of,
};

struct Child {
  NodeId node = 0;
  Operator op = Operator::none;  ///< sum, product: how it joins what stands before it
};

struct Node {
  NodeKind kind = NodeKind::null;
  Operator op = Operator::none;
  bool insensitive = false;
  bool colon = false;
  bool negated = false;   ///< membership: `not in`
  bool optional = false;  ///< field: `?name`
  bool boolean = false;
  SourceRange range;
  std::int64_t integer = 0;
  double real = 0;
  std::string text;         ///< text, field, call: its content or name
  std::uint32_t first = 0;  ///< children, in Tree::children
  std::uint32_t count = 0;
  std::uint32_t subquery = 0;  ///< lineage: index in Tree::queries
};

/// `category where condition`.
struct EventQuery {
  bool any = false;
  std::string category;
  SourceRange category_range;
  SourceRange range;
  NodeId condition = 0;
};

struct Tree {
  std::vector<Node> nodes;
  std::vector<Child> children;
  std::vector<EventQuery>
      queries;  ///< inner ones before outer ones; the last one is the query itself

  [[nodiscard]] const EventQuery& root() const { return queries.back(); }
  [[nodiscard]] const Node& node(NodeId id) const { return nodes[id]; }
  [[nodiscard]] std::span<const Child> children_of(const Node& node) const {
    return {children.data() + node.first, node.count};
  }
};

struct Parsed {
  Tree tree;                            ///< whole only where there are no diagnostics
  std::vector<Diagnostic> diagnostics;  ///< at most one: parsing stops at the first mistake
};

/// Lexes and parses. Linear in the text; the stack is bounded by kMaxDepth.
Parsed parse(std::string_view text);

/// The tree as nested lists: `(process where (and (== process.name "x") (not …)))`.
std::string dump(const Tree& tree);

}  // namespace stemma::eql
