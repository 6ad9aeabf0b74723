// The syntax tree of a statement (an event query, a sequence or a sample, and the pipes behind it):
// what was written, with places, nothing resolved. Not the meaning (typed.hpp, query.hpp). Nodes
// lie in one array and name each other by index, so a tree of any shape is freed without recursion,
// and chains of `and`, `or`, `+`, `*` are one node with many children.
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

/// Caps on a sequence or sample: the public rules' longest has some 20 stages, `runs` included.
inline constexpr std::uint32_t kMaxRuns = 100;
inline constexpr std::uint32_t kMaxStages = 1000;
/// Elasticsearch takes samples of at most five events.
inline constexpr std::uint32_t kMaxSampleTerms = 16;
inline constexpr std::size_t kMaxJoinKeys = 32;
inline constexpr std::size_t kMaxPipes = 32;

/// `category where condition`; or the argument of a pipe, which has no category.
struct EventQuery {
  bool any = false;
  bool value = false;  ///< an expression that need not be true or false
  std::string category;
  SourceRange category_range;
  SourceRange range;
  NodeId condition = 0;
};

enum class StatementKind : std::uint8_t { event, sequence, sample };

/// A field of `by`; `?name` may be absent.
struct JoinField {
  std::string name;
  bool optional = false;
  SourceRange range;
};

/// A query of Tree::queries, and the lineage subqueries in it, which stand before it.
struct QueryPart {
  std::uint32_t first = 0;  ///< first of the subqueries; `query` where there is none
  std::uint32_t query = 0;
};

/// `[query] by … with runs=…`, `![query]`.
struct TermSyntax {
  QueryPart part;
  std::vector<JoinField> by;  ///< the statement's own, then the term's
  bool missing = false;
  std::uint32_t runs = 1;
  SourceRange range;
};

enum class PipeKind : std::uint8_t { head, tail, count, filter, sort, unique, unique_count };

struct PipeSyntax {
  PipeKind kind = PipeKind::head;
  std::uint64_t number = 0;          ///< head, tail
  std::vector<QueryPart> arguments;  ///< filter: one condition; the others: values
  SourceRange range;
};

struct Statement {
  StatementKind kind = StatementKind::event;
  std::vector<TermSyntax> terms;  ///< event: one
  std::vector<TermSyntax> until;  ///< at most one
  std::int64_t maxspan = -1;      ///< nanoseconds; below 0: none was given
  std::vector<PipeSyntax> pipes;
};

struct Tree {
  std::vector<Node> nodes;
  std::vector<Child> children;
  std::vector<EventQuery> queries;  ///< inner ones before outer ones
  Statement statement;

  /// The query of the first term: of an event query, the query itself.
  [[nodiscard]] const EventQuery& root() const {
    return queries[statement.terms.front().part.query];
  }
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
