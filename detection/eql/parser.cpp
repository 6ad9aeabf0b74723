// Parses statements: an event query, a sequence or a sample, and the pipes behind it. Not the
// conditions of its events (expression_parser.hpp). Source: Elastic's EQL syntax reference.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "detection/eql/expression_parser.hpp"
#include "detection/eql/lexer.hpp"
#include "detection/eql/syntax.hpp"

namespace stemma::eql {
namespace {

class StatementParser : private ExpressionParser {
 public:
  using ExpressionParser::ExpressionParser;

  Parsed run() {
    statement();
    return std::move(out_);
  }

 private:
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
};

}  // namespace

Parsed parse(std::string_view text) {
  Lexed lexed = lex(text);
  if (!lexed.diagnostics.empty()) {
    Parsed parsed;
    parsed.diagnostics = std::move(lexed.diagnostics);
    return parsed;
  }
  return StatementParser(std::move(lexed.tokens)).run();
}

}  // namespace stemma::eql
