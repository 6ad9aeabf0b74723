// Recursive descent over tokens. Precedence, weakest first: or · and · not · comparisons, in, like
// · + - · * / % · sign · primary. Source: Elastic's EQL syntax reference; lineage terms from the
// Endgame query guide.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <utility>

#include "detection/eql/functions.hpp"
#include "detection/eql/lexer.hpp"
#include "detection/eql/syntax.hpp"
#include "events/paths.hpp"

namespace stemma::eql {
namespace {

constexpr NodeId kFailed = 0xFFFF'FFFF;

bool is_keyword(std::string_view word) {
  for (const std::string_view keyword :
       {"and", "or", "not", "in", "like", "regex", "where", "of", "by", "with", "until"}) {
    if (word == keyword) return true;
  }
  return false;
}

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Parsed run() {
    statement();
    return std::move(out_);
  }

 private:
  // Counts nesting for the life of one level of recursion.
  class Level {
   public:
    explicit Level(Parser& parser) : parser_(parser) { ++parser_.depth_; }
    ~Level() { --parser_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Parser& parser_;
  };

  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  [[nodiscard]] bool at(TokenKind kind) const { return peek().kind == kind; }
  [[nodiscard]] bool at_word(std::string_view word, std::size_t ahead = 0) const {
    const Token& token = peek(ahead);
    return token.kind == TokenKind::identifier && !token.insensitive && token.text == word;
  }
  const Token& take() {
    const Token& token = peek();
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }
  [[nodiscard]] std::uint32_t end_of_last() const {
    return at_ == 0 ? 0 : tokens_[at_ - 1].range.end;
  }

  NodeId fail(SourceRange range, const char* code, std::string message) {
    if (out_.diagnostics.empty()) {
      Diagnostic diagnostic;
      diagnostic.code = code;
      diagnostic.message = std::move(message);
      diagnostic.range = range;
      out_.diagnostics.push_back(std::move(diagnostic));
    }
    return kFailed;
  }
  NodeId expected(std::string_view what) {
    std::string hint;
    const std::string lower = ascii_lower(peek().text);
    if (at(TokenKind::identifier) && lower != peek().text && is_keyword(lower)) {
      hint = " (keywords are written in lower case)";
    }
    return fail(peek().range, code::kUnexpectedToken,
                fmt::format("expected {}, found {}{}", what, describe(peek()), hint));
  }
  bool want(TokenKind kind, std::string_view what) {
    if (!at(kind)) {
      expected(what);
      return false;
    }
    take();
    return true;
  }

  NodeId add(Node node) {
    out_.tree.nodes.push_back(std::move(node));
    return static_cast<NodeId>(out_.tree.nodes.size() - 1);
  }
  NodeId add(NodeKind kind, SourceRange range, const std::vector<Child>& children,
             Operator op = Operator::none) {
    Node node;
    node.kind = kind;
    node.op = op;
    node.range = range;
    node.first = static_cast<std::uint32_t>(out_.tree.children.size());
    node.count = static_cast<std::uint32_t>(children.size());
    out_.tree.children.insert(out_.tree.children.end(), children.begin(), children.end());
    return add(std::move(node));
  }
  [[nodiscard]] std::uint32_t begin_of(NodeId id) const { return out_.tree.nodes[id].range.begin; }

  void statement() {
    if (at(TokenKind::end)) {
      fail(peek().range, code::kEmptyQuery, "the query is empty");
      return;
    }
    const bool event = at_word("where", 1);
    if (!event && at_word("join")) {
      fail(peek().range, code::kJoinUnsupported,
           "`join` is known to the Endgame dialect only: write a sequence or a sample");
      return;
    }
    if (!event && at_word("sequence")) {
      if (!sequence()) return;
    } else if (!event && at_word("sample")) {
      if (!sample()) return;
    } else {
      TermSyntax term;
      if (!part(term.part, [&] { return event_query(); })) return;
      term.range = out_.tree.queries[term.part.query].range;
      out_.tree.statement.terms.push_back(std::move(term));
    }
    if (!pipes()) return;
    if (!at(TokenKind::end)) after_expression();
  }

  // A query and the lineage subqueries that it brings.
  template <class Parse>
  bool part(QueryPart& out, Parse parse) {
    out.first = static_cast<std::uint32_t>(out_.tree.queries.size());
    if (!parse()) return false;
    out.query = static_cast<std::uint32_t>(out_.tree.queries.size() - 1);
    return true;
  }

  // --- sequences and samples

  bool sequence() {
    Statement& statement = out_.tree.statement;
    statement.kind = StatementKind::sequence;
    const SourceRange name = take().range;
    std::vector<JoinField> by;
    if (at_word("by") && !join_fields(by)) return false;
    if (at_word("with") && !maxspan()) return false;
    if (at_word("by")) {
      return refuse(peek().range, code::kUnexpectedToken,
                    by.empty() ? "`by` stands before `with maxspan`" : "`by` was given already");
    }
    while (at(TokenKind::open_bracket) || at(TokenKind::bang)) {
      TermSyntax term;
      if (!this->term(term, by)) return false;
      statement.terms.push_back(std::move(term));
    }
    if (at_word("until")) {
      take();
      TermSyntax term;
      const SourceRange place = peek().range;
      if (!this->term(term, by)) return false;
      if (term.missing || term.runs != 1) {
        return refuse(place, code::kMissingEvent,
                      "`until` takes one event: neither `!` nor `runs` go with it");
      }
      statement.until.push_back(std::move(term));
    }
    return check_sequence(name);
  }

  bool sample() {
    Statement& statement = out_.tree.statement;
    statement.kind = StatementKind::sample;
    const SourceRange name = take().range;
    std::vector<JoinField> by;
    if (at_word("by") && !join_fields(by)) return false;
    if (at_word("with")) {
      return refuse(peek().range, code::kNotInSample,
                    "a sample has no order in time, so `maxspan` means nothing in it");
    }
    while (at(TokenKind::open_bracket) || at(TokenKind::bang)) {
      TermSyntax term;
      const SourceRange place = peek().range;
      if (!this->term(term, by)) return false;
      if (term.missing || term.runs != 1) {
        return refuse(place, code::kNotInSample, "neither `!` nor `runs` go with a sample");
      }
      statement.terms.push_back(std::move(term));
    }
    if (at_word("until")) {
      return refuse(peek().range, code::kNotInSample,
                    "a sample has no order in time, so `until` means nothing in it");
    }
    if (!check_terms(name, "a sample")) return false;
    if (statement.terms.front().by.empty()) {
      return refuse(name, code::kJoinKeys,
                    "a sample needs `by` and the fields that join its events");
    }
    return true;
  }

  // The number of stages and of keys.
  bool check_terms(SourceRange name, std::string_view what) {
    const Statement& statement = out_.tree.statement;
    if (statement.terms.empty()) {
      expected("`[` and an event query");
      return false;
    }
    std::uint64_t stages = 0;
    for (const TermSyntax& term : statement.terms) stages += term.runs;
    if (stages < 2) {
      return refuse(name, code::kTermCount,
                    fmt::format("{} needs at least two events, this one has one", what));
    }
    const std::uint32_t most =
        statement.kind == StatementKind::sample ? kMaxSampleTerms : kMaxStages;
    if (stages > most) {
      return refuse(name, code::kTermCount,
                    fmt::format("{} has at most {} events, this one has {}", what, most, stages));
    }
    const std::size_t keys = statement.terms.front().by.size();
    const auto same = [&](const TermSyntax& term) {
      return term.by.size() == keys ||
             refuse(term.range, code::kJoinKeys,
                    fmt::format("all events are joined by the same number of fields: the first by "
                                "{}, this one by {}",
                                keys, term.by.size()));
    };
    return std::all_of(statement.terms.begin(), statement.terms.end(), same) &&
           std::all_of(statement.until.begin(), statement.until.end(), same);
  }

  bool check_sequence(SourceRange name) {
    if (!check_terms(name, "a sequence")) return false;
    const Statement& statement = out_.tree.statement;
    bool positive = false;
    const TermSyntax* missing = nullptr;
    for (const TermSyntax& term : statement.terms) {
      if (term.missing) {
        if (missing == nullptr) missing = &term;
      } else {
        positive = true;
      }
    }
    if (missing == nullptr) return true;
    if (!positive) {
      return refuse(missing->range, code::kMissingEvent,
                    "a sequence of nothing but missing events has no event to report");
    }
    if (statement.maxspan < 0) {
      return refuse(missing->range, code::kMissingEvent,
                    "a missing event needs `with maxspan`: without it no time is long enough");
    }
    return true;
  }

  bool term(TermSyntax& term, const std::vector<JoinField>& by) {
    const std::uint32_t begin = peek().range.begin;
    if (at(TokenKind::bang)) {
      take();
      term.missing = true;
    }
    if (!want(TokenKind::open_bracket, "`[` and an event query")) return false;
    if (!part(term.part, [&] { return event_query(); })) return false;
    if (!at(TokenKind::close_bracket)) {
      if (at(TokenKind::end)) {
        expected("`]`");
      } else {
        after_expression();
      }
      return false;
    }
    take();
    term.by = by;
    if (at_word("by") && !join_fields(term.by)) return false;
    if (at_word("with") && !runs(term)) return false;
    if (at_word("fork") || at_word("as")) {
      return refuse(peek().range, code::kDialectUnsupported,
                    quoted(peek().text) + " behind an event is known to Endgame and Endpoint only");
    }
    term.range = {begin, end_of_last()};
    return true;
  }

  bool join_fields(std::vector<JoinField>& out) {
    take();
    while (true) {
      JoinField key;
      const std::uint32_t begin = peek().range.begin;
      key.optional = at(TokenKind::question);
      if (key.optional) take();
      if (!at(TokenKind::identifier) && !at(TokenKind::quoted_name)) {
        expected("a field name");
        return false;
      }
      if (at(TokenKind::identifier) && peek(1).kind == TokenKind::open_paren) {
        return refuse({begin, peek().range.end}, code::kJoinKeys,
                      "events are joined by fields, not by what a function makes of them");
      }
      if (!field_name(key.name)) return false;
      key.range = {begin, end_of_last()};
      if (joining(NodeKind::sum) != Operator::none ||
          joining(NodeKind::product) != Operator::none) {
        return refuse({begin, peek().range.end}, code::kJoinKeys,
                      "events are joined by fields, not by what is reckoned from them");
      }
      if (out.size() >= kMaxJoinKeys) {
        return refuse(key.range, code::kJoinKeys,
                      fmt::format("events are joined by at most {} fields", kMaxJoinKeys));
      }
      out.push_back(std::move(key));
      if (!at(TokenKind::comma)) return true;
      take();
    }
  }

  // `with maxspan=30s`.
  bool maxspan() {
    take();
    if (!at_word("maxspan")) {
      expected("`maxspan`");
      return false;
    }
    take();
    if (!want(TokenKind::assign, "`=`")) return false;
    const Token& token = peek();
    if (token.kind == TokenKind::integer || token.kind == TokenKind::decimal) {
      return refuse(token.range, code::kMaxspan,
                    quoted(token.text) + " has no unit: write ms, s, m, h or d behind it");
    }
    if (token.kind != TokenKind::timespan) {
      expected("a time such as 30s");
      return false;
    }
    const std::size_t digits = token.text.find_first_not_of("0123456789");
    const std::string_view unit =
        std::string_view(token.text).substr(std::min(digits, token.text.size()));
    std::int64_t scale = 0;
    if (unit == "ms") scale = 1'000'000;
    if (unit == "s") scale = 1'000'000'000;
    if (unit == "m") scale = 60'000'000'000;
    if (unit == "h") scale = 3'600'000'000'000;
    if (unit == "d") scale = 86'400'000'000'000;
    if (scale == 0) {
      return refuse(token.range, code::kMaxspan,
                    quoted(token.text) + " is no time: a whole number and ms, s, m, h or d");
    }
    std::int64_t number = 0;
    const auto [end, error] =
        std::from_chars(token.text.data(), token.text.data() + digits, number);
    if (error != std::errc() || number > std::numeric_limits<std::int64_t>::max() / scale) {
      return refuse(token.range, code::kMaxspan, quoted(token.text) + " is longer than 292 years");
    }
    if (number == 0)
      return refuse(token.range, code::kMaxspan, "a span of no time matches nothing");
    out_.tree.statement.maxspan = number * scale;
    take();
    return true;
  }

  // `with runs=3`.
  bool runs(TermSyntax& term) {
    take();
    if (!at_word("runs")) {
      expected("`runs`");
      return false;
    }
    take();
    if (!want(TokenKind::assign, "`=`")) return false;
    const Token& token = peek();
    std::uint32_t number = 0;
    if (token.kind == TokenKind::integer) {
      const auto [end, error] =
          std::from_chars(token.text.data(), token.text.data() + token.text.size(), number);
      if (error != std::errc()) number = kMaxRuns + 1;
    }
    if (number < 1 || number > kMaxRuns) {
      return refuse(token.range, code::kRuns,
                    fmt::format("`runs` is a whole number from 1 to {}", kMaxRuns));
    }
    if (term.missing && number > 1) {
      return refuse(token.range, code::kMissingEvent,
                    "an event that is missing is missing once: `runs` does not go with `!`");
    }
    term.runs = number;
    take();
    return true;
  }

  bool refuse(SourceRange range, const char* code, std::string message) {
    fail(range, code, std::move(message));
    return false;
  }

  // --- pipes

  bool pipes() {
    while (at(TokenKind::pipe)) {
      const std::uint32_t begin = take().range.begin;
      PipeSyntax pipe;
      if (!pipe_name(pipe) || !pipe_arguments(pipe)) return false;
      pipe.range = {begin, end_of_last()};
      std::vector<PipeSyntax>& all = out_.tree.statement.pipes;
      if (all.size() >= kMaxPipes) {
        return refuse(pipe.range, code::kPipe,
                      fmt::format("a query has at most {} pipes", kMaxPipes));
      }
      all.push_back(std::move(pipe));
    }
    return true;
  }

  bool pipe_name(PipeSyntax& pipe) {
    static constexpr std::pair<std::string_view, PipeKind> kNames[] = {
        {"head", PipeKind::head},
        {"tail", PipeKind::tail},
        {"count", PipeKind::count},
        {"filter", PipeKind::filter},
        {"sort", PipeKind::sort},
        {"unique", PipeKind::unique},
        {"unique_count", PipeKind::unique_count}};
    if (!at(TokenKind::identifier)) {
      expected("a pipe, such as `head`");
      return false;
    }
    for (const auto& [name, kind] : kNames) {
      if (!at_word(name)) continue;
      pipe.kind = kind;
      take();
      return true;
    }
    const std::string name = quoted(peek().text);
    if (at_word("fork") || at_word("window")) {
      return refuse(peek().range, code::kDialectUnsupported,
                    "the pipe " + name + " is known to the Endgame dialect only");
    }
    return refuse(peek().range, code::kPipe,
                  "unknown pipe " + name +
                      ": known are head, tail, count, filter, sort, unique and unique_count");
  }

  bool pipe_arguments(PipeSyntax& pipe) {
    if (pipe.kind == PipeKind::head || pipe.kind == PipeKind::tail) {
      const Token& token = peek();
      if (token.kind != TokenKind::integer) {
        return refuse(token.range, code::kPipe, "`head` and `tail` take a whole number");
      }
      const auto [end, error] =
          std::from_chars(token.text.data(), token.text.data() + token.text.size(), pipe.number);
      if (error != std::errc()) {
        return refuse(token.range, code::kNumberOutOfRange,
                      quoted(token.text) + " does not fit a 64-bit integer");
      }
      take();
      return true;
    }
    while (!at(TokenKind::pipe) && !at(TokenKind::end)) {
      QueryPart argument;
      if (!part(argument, [&] { return pipe_argument(pipe.kind != PipeKind::filter); }))
        return false;
      pipe.arguments.push_back(argument);
      if (at(TokenKind::comma)) {
        take();
        if (at(TokenKind::pipe) || at(TokenKind::end)) {
          expected("a value");
          return false;
        }
      }
    }
    const std::size_t number = pipe.arguments.size();
    if (number > kMaxJoinKeys || (pipe.kind == PipeKind::filter && number != 1) ||
        (pipe.kind != PipeKind::count && number == 0)) {
      return refuse(
          peek().range, code::kPipe,
          pipe.kind == PipeKind::filter
              ? "`filter` takes one condition"
              : fmt::format("the pipe takes 1 to {} values, `count` none too", kMaxJoinKeys));
    }
    return true;
  }

  bool pipe_argument(bool value) {
    EventQuery query;
    query.any = true;
    query.value = value;
    const std::uint32_t begin = peek().range.begin;
    const NodeId condition = expression();
    if (condition == kFailed) return false;
    query.condition = condition;
    query.category_range = {begin, begin};
    query.range = {begin, end_of_last()};
    out_.tree.queries.push_back(std::move(query));
    return true;
  }

  // Something stands where the query, or a parenthesis, should go on or end.
  NodeId after_expression() {
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

  bool event_query() {
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

  bool too_deep() {
    fail(peek().range, code::kTooDeep,
         fmt::format("the query nests deeper than {} levels", kMaxDepth));
    return false;
  }

  NodeId expression() {
    const Level level(*this);
    if (depth_ > kMaxDepth) {
      too_deep();
      return kFailed;
    }
    return logical(NodeKind::logical_or);
  }

  NodeId logical(NodeKind kind) {
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

  NodeId negation() {
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

  [[nodiscard]] bool at_comparison() const {
    return peek().kind >= TokenKind::equal && peek().kind <= TokenKind::greater_equal;
  }

  NodeId comparison() {
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

  NodeId not_chained(NodeId node) {
    if (at_comparison() || at(TokenKind::colon) || at(TokenKind::assign) || at_word("in"))
      return after_expression();
    return node;
  }

  static Operator comparison_operator(TokenKind kind) {
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

  NodeId membership(NodeId left) {
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

  NodeId match(NodeId left) {
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

  bool list(std::vector<Child>& children, bool constants_only) {
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

  NodeId constant() {
    const bool word = at_word("true") || at_word("false") || at_word("null");
    if (!at(TokenKind::string) && !at(TokenKind::integer) && !at(TokenKind::decimal) && !word) {
      return expected("a string, or a list of strings in parentheses");
    }
    return primary();
  }

  NodeId sum() { return chain(NodeKind::sum); }

  [[nodiscard]] Operator joining(NodeKind kind) const {
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

  NodeId chain(NodeKind kind) {
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

  NodeId sign() {
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

  // The sign belongs to the number, so that the smallest integer can be written.
  NodeId number(bool negative, std::uint32_t begin) {
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
      if (error != std::errc() || end != digits.data() + digits.size() ||
          !std::isfinite(node.real)) {
        return fail(node.range, code::kNumberOutOfRange,
                    quoted(digits) + " does not fit a 64-bit floating point number");
      }
    }
    return add(std::move(node));
  }

  NodeId primary() {
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
        return fail(token.range, code::kUnexpectedToken,
                    describe(token) +
                        " is no value: names that begin with a digit are written in backticks");
      default:
        return expected("a value");
    }
  }

  NodeId word() {
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

  bool field_name(std::string& name) {
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

  NodeId field(std::uint32_t begin, bool optional) {
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

  NodeId call() {
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

  NodeId unknown_function(const Token& name) {
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

  NodeId lineage() {
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

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::uint32_t depth_ = 0;
  Parsed out_;
};

}  // namespace

Parsed parse(std::string_view text) {
  Lexed lexed = lex(text);
  if (!lexed.diagnostics.empty()) {
    Parsed parsed;
    parsed.diagnostics = std::move(lexed.diagnostics);
    return parsed;
  }
  return Parser(std::move(lexed.tokens)).run();
}

}  // namespace stemma::eql
