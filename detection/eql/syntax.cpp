#include "detection/eql/syntax.hpp"

#include <fmt/format.h>

#include "events/text.hpp"

namespace stemma::eql {
namespace {

std::string_view operator_text(Operator op) {
  switch (op) {
    case Operator::none:
      return "";
    case Operator::equal:
      return "==";
    case Operator::not_equal:
      return "!=";
    case Operator::less:
      return "<";
    case Operator::less_equal:
      return "<=";
    case Operator::greater:
      return ">";
    case Operator::greater_equal:
      return ">=";
    case Operator::like:
      return "like";
    case Operator::regex:
      return "regex";
    case Operator::plus:
      return "+";
    case Operator::minus:
      return "-";
    case Operator::times:
      return "*";
    case Operator::divide:
      return "/";
    case Operator::modulo:
      return "%";
    case Operator::descendant_of:
      return "descendant-of";
    case Operator::child_of:
      return "child-of";
  }
  return "";
}

class Dumper {
 public:
  explicit Dumper(const Tree& tree) : tree_(tree) {}

  std::string run() {
    const Statement& statement = tree_.statement;
    if (statement.kind == StatementKind::event) {
      query(tree_.root());
    } else {
      out_ += statement.kind == StatementKind::sequence ? "(sequence" : "(sample";
      if (statement.maxspan >= 0) out_ += fmt::format(" maxspan={}ns", statement.maxspan);
      for (const TermSyntax& term : statement.terms) this->term("", term);
      for (const TermSyntax& term : statement.until) this->term("until ", term);
      out_ += ')';
    }
    for (const PipeSyntax& pipe : statement.pipes) this->pipe(pipe);
    return std::move(out_);
  }

 private:
  void term(std::string_view what, const TermSyntax& term) {
    out_ += fmt::format(" {}{}[", what, term.missing ? "!" : "");
    query(tree_.queries[term.part.query]);
    if (!term.by.empty()) out_ += " by";
    for (const JoinField& key : term.by) out_ += (key.optional ? " ?" : " ") + visible(key.name);
    if (term.runs != 1) out_ += fmt::format(" runs={}", term.runs);
    out_ += ']';
  }

  void pipe(const PipeSyntax& pipe) {
    static constexpr std::string_view kNames[] = {"head", "tail",   "count",       "filter",
                                                  "sort", "unique", "unique_count"};
    out_ += fmt::format(" | {}", kNames[static_cast<std::size_t>(pipe.kind)]);
    if (pipe.kind == PipeKind::head || pipe.kind == PipeKind::tail)
      out_ += fmt::format(" {}", pipe.number);
    for (const QueryPart& argument : pipe.arguments) {
      out_ += ' ';
      node(tree_.queries[argument.query].condition);
    }
  }

  void query(const EventQuery& query) {
    out_ += query.any ? "(any" : fmt::format("(\"{}\"", visible(query.category));
    out_ += " where ";
    node(query.condition);
    out_ += ')';
  }

  void children(std::string_view head, const Node& of) {
    out_ += '(';
    out_ += head;
    for (const Child& child : tree_.children_of(of)) {
      out_ += ' ';
      if (child.op != Operator::none) out_ += std::string(operator_text(child.op)) + ' ';
      node(child.node);
    }
    out_ += ')';
  }

  void node(NodeId id) {
    const Node& node = tree_.node(id);
    const std::string tilde = node.insensitive && !node.colon ? "~" : "";
    switch (node.kind) {
      case NodeKind::null:
        out_ += "null";
        break;
      case NodeKind::boolean:
        out_ += node.boolean ? "true" : "false";
        break;
      case NodeKind::integer:
        out_ += fmt::format("{}", node.integer);
        break;
      case NodeKind::real:
        out_ += fmt::format("{}r", node.real);
        break;
      case NodeKind::text:
        out_ += fmt::format("\"{}\"", visible(node.text));
        break;
      case NodeKind::field:
        out_ += (node.optional ? "?" : "") + visible(node.text);
        break;
      case NodeKind::logical_or:
        children("or", node);
        break;
      case NodeKind::logical_and:
        children("and", node);
        break;
      case NodeKind::logical_not:
        children("not", node);
        break;
      case NodeKind::comparison:
        children(operator_text(node.op), node);
        break;
      case NodeKind::match:
        children(node.colon ? ":" : std::string(operator_text(node.op)) + tilde, node);
        break;
      case NodeKind::membership:
        children((node.negated ? "not-in" : "in") + tilde, node);
        break;
      case NodeKind::sum:
        children("sum", node);
        break;
      case NodeKind::product:
        children("product", node);
        break;
      case NodeKind::negate:
        children("negate", node);
        break;
      case NodeKind::call:
        children(node.text + tilde, node);
        break;
      case NodeKind::lineage:
        out_ += fmt::format("({} ", operator_text(node.op));
        query(tree_.queries[node.subquery]);
        out_ += ')';
        break;
    }
  }

  const Tree& tree_;
  std::string out_;
};

}  // namespace

std::string dump(const Tree& tree) {
  return Dumper(tree).run();
}

}  // namespace stemma::eql
