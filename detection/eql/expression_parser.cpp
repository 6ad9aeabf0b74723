#include "detection/eql/expression_parser.hpp"

#include <charconv>
#include <cmath>

#include "detection/eql/functions.hpp"

namespace stemma::eql {

NodeId ExpressionParser::after_expression() {
  if (at(TokenKind::assign)) {
    return fail(peek().range, code::kSingleEqual,
                "`=` is not an operator: write `==`, or `:` to ignore case");
  }
  if (at_comparison() || at_word("in") || at(TokenKind::colon)) {
    return fail(peek().range, code::kChainedComparison,
                "comparisons cannot be chained: join them with `and`, or put one in parentheses");
  }
  return expected("`and`, `or` or the end of the condition");
}

bool ExpressionParser::event_query() {
  const Level level(*this);
  if (depth_ > kMaxDepth) return too_deep();
  EventQuery query;
  query.category_range = peek().range;
  if (at(TokenKind::identifier) && !peek().insensitive && !is_keyword(peek().text)) {
    query.any = peek().text == "any";
  } else if (!at(TokenKind::string) && !at(TokenKind::quoted_name)) {
    expected("an event category");
    return false;
  }
  query.category = take().text;
  if (!at_word("where")) {
    expected("`where`");
    return false;
  }
  take();
  const NodeId condition = expression();
  if (condition == kFailed) return false;
  query.condition = condition;
  query.range = {query.category_range.begin, end_of_last()};
  out_.tree.queries.push_back(std::move(query));
  return true;
}

NodeId ExpressionParser::expression() {
  const Level level(*this);
  if (depth_ > kMaxDepth) {
    too_deep();
    return kFailed;
  }
  return logical(NodeKind::logical_or);
}

NodeId ExpressionParser::logical(NodeKind kind) {
  const bool is_or = kind == NodeKind::logical_or;
  const auto operand = [&] { return is_or ? logical(NodeKind::logical_and) : negation(); };
  const NodeId first = operand();
  if (first == kFailed || !at_word(is_or ? "or" : "and")) return first;
  std::vector<Child> children{{first, Operator::none}};
  while (at_word(is_or ? "or" : "and")) {
    take();
    const NodeId next = operand();
    if (next == kFailed) return kFailed;
    children.push_back({next, Operator::none});
  }
  return add(kind, {begin_of(first), end_of_last()}, children);
}

NodeId ExpressionParser::negation() {
  const std::uint32_t begin = peek().range.begin;
  bool negated = false;
  while (at_word("not")) {
    take();
    negated = !negated;
  }
  const NodeId operand = comparison();
  if (operand == kFailed || !negated) return operand;
  return add(NodeKind::logical_not, {begin, end_of_last()}, {{operand, Operator::none}});
}

bool ExpressionParser::at_comparison() const {
  return peek().kind >= TokenKind::equal && peek().kind <= TokenKind::greater_equal;
}

NodeId ExpressionParser::comparison() {
  const NodeId left = sum();
  if (left == kFailed) return kFailed;
  if (at_comparison()) {
    const Operator op = comparison_operator(take().kind);
    const NodeId right = sum();
    if (right == kFailed) return kFailed;
    const NodeId node = add(NodeKind::comparison, {begin_of(left), end_of_last()},
                            {{left, Operator::none}, {right, Operator::none}}, op);
    return not_chained(node);
  }
  if (at(TokenKind::identifier)) {
    if (peek().text == "in" ||
        (at_word("not") && peek(1).kind == TokenKind::identifier && peek(1).text == "in")) {
      return membership(left);
    }
    if (at_word("not")) {
      take();
      return expected("`in`");
    }
    if (peek().text == "like" || peek().text == "regex") return match(left);
  }
  if (at(TokenKind::colon)) return match(left);
  return left;
}

NodeId ExpressionParser::not_chained(NodeId node) {
  if (at_comparison() || at(TokenKind::colon) || at(TokenKind::assign) || at_word("in"))
    return after_expression();
  return node;
}

Operator ExpressionParser::comparison_operator(TokenKind kind) {
  switch (kind) {
    case TokenKind::equal:
      return Operator::equal;
    case TokenKind::not_equal:
      return Operator::not_equal;
    case TokenKind::less:
      return Operator::less;
    case TokenKind::less_equal:
      return Operator::less_equal;
    case TokenKind::greater:
      return Operator::greater;
    default:
      return Operator::greater_equal;
  }
}

NodeId ExpressionParser::membership(NodeId left) {
  const bool negated = at_word("not");
  if (negated) take();
  const bool insensitive = take().insensitive;
  std::vector<Child> children{{left, Operator::none}};
  if (!list(children, false)) return kFailed;
  const NodeId node = add(NodeKind::membership, {begin_of(left), end_of_last()}, children);
  out_.tree.nodes[node].insensitive = insensitive;
  out_.tree.nodes[node].negated = negated;
  return not_chained(node);
}

NodeId ExpressionParser::match(NodeId left) {
  const Token& token = take();
  const bool colon = token.kind == TokenKind::colon;
  const bool insensitive = colon || token.insensitive;
  const Operator op = token.text == "regex" ? Operator::regex : Operator::like;
  std::vector<Child> children{{left, Operator::none}};
  if (at(TokenKind::open_paren)) {
    if (!list(children, true)) return kFailed;
  } else {
    const NodeId pattern = constant();
    if (pattern == kFailed) return kFailed;
    children.push_back({pattern, Operator::none});
  }
  const NodeId node = add(NodeKind::match, {begin_of(left), end_of_last()}, children, op);
  out_.tree.nodes[node].insensitive = insensitive;
  out_.tree.nodes[node].colon = colon;
  return not_chained(node);
}

bool ExpressionParser::list(std::vector<Child>& children, bool constants_only) {
  if (!want(TokenKind::open_paren, "`(` and a list")) return false;
  while (true) {
    const NodeId element = constants_only ? constant() : expression();
    if (element == kFailed) return false;
    children.push_back({element, Operator::none});
    if (at(TokenKind::close_paren)) {
      take();
      return true;
    }
    if (!want(TokenKind::comma, "`,` or `)`")) return false;
  }
}

NodeId ExpressionParser::constant() {
  const bool word = at_word("true") || at_word("false") || at_word("null");
  if (!at(TokenKind::string) && !at(TokenKind::integer) && !at(TokenKind::decimal) && !word) {
    return expected("a string, or a list of strings in parentheses");
  }
  return primary();
}

NodeId ExpressionParser::sum() {
  return chain(NodeKind::sum);
}

Operator ExpressionParser::joining(NodeKind kind) const {
  switch (peek().kind) {
    case TokenKind::plus:
      return kind == NodeKind::sum ? Operator::plus : Operator::none;
    case TokenKind::minus:
      return kind == NodeKind::sum ? Operator::minus : Operator::none;
    case TokenKind::star:
      return kind == NodeKind::product ? Operator::times : Operator::none;
    case TokenKind::slash:
      return kind == NodeKind::product ? Operator::divide : Operator::none;
    case TokenKind::percent:
      return kind == NodeKind::product ? Operator::modulo : Operator::none;
    default:
      return Operator::none;
  }
}

NodeId ExpressionParser::chain(NodeKind kind) {
  const auto operand = [&] { return kind == NodeKind::sum ? chain(NodeKind::product) : sign(); };
  const NodeId first = operand();
  if (first == kFailed || joining(kind) == Operator::none) return first;
  std::vector<Child> children{{first, Operator::none}};
  for (Operator op = joining(kind); op != Operator::none; op = joining(kind)) {
    take();
    const NodeId next = operand();
    if (next == kFailed) return kFailed;
    children.push_back({next, op});
  }
  return add(kind, {begin_of(first), end_of_last()}, children);
}

NodeId ExpressionParser::sign() {
  const std::uint32_t begin = peek().range.begin;
  bool negative = false;
  bool any = false;
  while (at(TokenKind::minus) || at(TokenKind::plus)) {
    negative ^= take().kind == TokenKind::minus;
    any = true;
  }
  if (!any) return primary();
  if (at(TokenKind::integer) || at(TokenKind::decimal)) return number(negative, begin);
  const NodeId operand = primary();
  if (operand == kFailed || !negative) return operand;
  return add(NodeKind::negate, {begin, end_of_last()}, {{operand, Operator::none}});
}

NodeId ExpressionParser::number(bool negative, std::uint32_t begin) {
  const Token& token = take();
  Node node;
  node.range = {begin, token.range.end};
  const std::string digits = (negative ? "-" : "") + token.text;
  if (token.kind == TokenKind::integer) {
    node.kind = NodeKind::integer;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), node.integer);
    if (error != std::errc() || end != digits.data() + digits.size()) {
      return fail(node.range, code::kNumberOutOfRange,
                  quoted(digits) + " does not fit a 64-bit integer");
    }
  } else {
    node.kind = NodeKind::real;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), node.real);
    if (error != std::errc() || end != digits.data() + digits.size() || !std::isfinite(node.real)) {
      return fail(node.range, code::kNumberOutOfRange,
                  quoted(digits) + " does not fit a 64-bit floating point number");
    }
  }
  return add(std::move(node));
}

NodeId ExpressionParser::primary() {
  const Token& token = peek();
  switch (token.kind) {
    case TokenKind::integer:
    case TokenKind::decimal:
      return number(false, token.range.begin);
    case TokenKind::string: {
      Node node;
      node.kind = NodeKind::text;
      node.range = token.range;
      node.text = take().text;
      return add(std::move(node));
    }
    case TokenKind::open_paren: {
      take();
      const NodeId inner = expression();
      if (inner == kFailed) return kFailed;
      if (!at(TokenKind::close_paren)) {
        if (at(TokenKind::end) || at(TokenKind::pipe) || at(TokenKind::comma))
          return expected("`)`");
        return after_expression();
      }
      take();
      return inner;
    }
    case TokenKind::question: {
      const std::uint32_t begin = take().range.begin;
      if (!at(TokenKind::identifier) && !at(TokenKind::quoted_name))
        return expected("a field name");
      return field(begin, true);
    }
    case TokenKind::quoted_name:
      return field(token.range.begin, false);
    case TokenKind::identifier:
      return word();
    case TokenKind::bang:
      return fail(token.range, code::kUnexpectedToken,
                  "`!` is no operator: negation is written `not`");
    case TokenKind::timespan:
      return fail(
          token.range, code::kUnexpectedToken,
          describe(token) + " is no value: names that begin with a digit are written in backticks");
    default:
      return expected("a value");
  }
}

NodeId ExpressionParser::word() {
  const Token& token = peek();
  if (peek(1).kind == TokenKind::open_paren && !is_keyword(token.text)) return call();
  if (token.insensitive) {
    return fail(token.range, code::kUnexpectedToken,
                "`~` stands after a function, `in`, `like` or `regex` only");
  }
  if (token.text == "null" || token.text == "true" || token.text == "false") {
    Node node;
    node.kind = token.text == "null" ? NodeKind::null : NodeKind::boolean;
    node.boolean = token.text == "true";
    node.range = take().range;
    return add(std::move(node));
  }
  if (at_word("of", 1)) return lineage();
  if (is_keyword(token.text)) return expected("a value");
  return field(token.range.begin, false);
}

bool ExpressionParser::field_name(std::string& name) {
  if (at(TokenKind::identifier) && is_keyword(peek().text)) {
    expected("a field name");
    return false;
  }
  name = take().text;
  while (at(TokenKind::dot)) {
    take();
    if (!at(TokenKind::identifier) && !at(TokenKind::quoted_name)) {
      expected("the rest of the field name");
      return false;
    }
    if (peek().insensitive) {
      return refuse(peek().range, code::kUnexpectedToken,
                    "`~` stands after a function, `in`, `like` or `regex` only");
    }
    name += '.';
    name += take().text;
  }
  return true;
}

NodeId ExpressionParser::field(std::uint32_t begin, bool optional) {
  Node node;
  node.kind = NodeKind::field;
  node.optional = optional;
  if (!field_name(node.text)) return kFailed;
  if (at(TokenKind::open_bracket)) {
    return fail(peek().range, code::kDialectUnsupported,
                "an index into a list is known to the Endgame dialect only: any value of a field "
                "may match");
  }
  node.range = {begin, end_of_last()};
  return add(std::move(node));
}

NodeId ExpressionParser::call() {
  const Token name = take();
  const Function* function = find_function(name.text);
  if (function == nullptr) return unknown_function(name);
  if (name.insensitive && !function->has_insensitive_form) {
    return fail(
        name.range, code::kUnknownFunction,
        fmt::format("{} compares no text, so it has no form with `~`", quoted(function->name)));
  }
  std::vector<Child> arguments;
  if (peek(1).kind == TokenKind::close_paren) {
    take();
    take();
  } else if (!list(arguments, false)) {
    return kFailed;
  }
  const NodeId node = add(NodeKind::call, {name.range.begin, end_of_last()}, arguments);
  out_.tree.nodes[node].text = function->name;
  out_.tree.nodes[node].insensitive = name.insensitive;
  return node;
}

NodeId ExpressionParser::unknown_function(const Token& name) {
  for (const std::string_view known :
       {"arraycontains", "arraycount", "arraysearch", "match", "matchlite", "safe", "wildcard"}) {
    if (ascii_lower(name.text) == known) {
      return fail(name.range, code::kDialectUnsupported,
                  quoted(name.text) + " is a function of the Endgame dialect only");
    }
  }
  const std::string_view near = nearest_function(name.text);
  return fail(name.range, code::kUnknownFunction,
              fmt::format("unknown function {}{}", quoted(name.text),
                          near.empty() ? "" : fmt::format(": did you mean `{}`", near)));
}

NodeId ExpressionParser::lineage() {
  const Token& relation = peek();
  if (relation.text == "event") {
    return fail({relation.range.begin, peek(1).range.end}, code::kDialectUnsupported,
                "`event of` is known to the Endgame dialect only");
  }
  if (relation.text != "descendant" && relation.text != "child")
    return expected("`descendant of` or `child of`");
  const Operator op = relation.text == "child" ? Operator::child_of : Operator::descendant_of;
  const std::uint32_t begin = relation.range.begin;
  take();
  take();
  if (!want(TokenKind::open_bracket, "`[`")) return kFailed;
  if (!event_query()) return kFailed;
  const auto subquery = static_cast<std::uint32_t>(out_.tree.queries.size() - 1);
  if (!at(TokenKind::close_bracket)) {
    if (at(TokenKind::end)) return expected("`]`");
    return after_expression();
  }
  take();
  const NodeId node = add(NodeKind::lineage, {begin, end_of_last()}, {}, op);
  out_.tree.nodes[node].subquery = subquery;
  return node;
}

}  // namespace stemma::eql
