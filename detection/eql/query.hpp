// Query: a compiled statement, so what a rule or an analyst asks: an event query, a sequence or a
// sample, and pipes. Its parts are Programs (one event each); how events join is told here and done
// by detection/match (sequence_machine.hpp, sample_join.hpp). Immutable, safe for many threads.
//
// Meaning of sequences, where the documentation is silent or implementations differ (held by
// tests/detection/match against a slow evaluator):
//   * order: by time, then artifact, then offset, so by EventId of a frozen case.
//   * keys: an event joins where none of its key fields is absent; `?field` joins absent with
//   absent.
//     A field of several values joins by each of them. Keys are equal where kind and bytes are.
//   * state: for each stage and key one sequence is pending, a newer one takes its place. An event
//     that several stages take is offered to the last one first, so it never follows itself.
//   * maxspan: from the first event to the last, both counted: a sequence that takes just so long
//     matches.
//   * until: an event that it matches ends all pending sequences of its key, after it was offered
//   to
//     the stages.
//   * missing events: `![…]` between two events is asked of the time between them, both left out;
//     the first one of the maxspan before the first event; the last one of the maxspan that begins
//     with the first event of the sequence and follows its last event.
// Source: Elastic's EQL syntax reference (sequences, state machine, missing events, samples); pipes
// other than head and tail from the Endgame query guide.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detection/eql/program.hpp"

namespace stemma::eql {

struct JoinKey {
  FieldId field;
  bool optional = false;
};

/// One event of a statement.
struct Term {
  std::shared_ptr<const Program> program;
  std::vector<JoinKey> by;  ///< as many in every term
  bool missing = false;
  std::uint32_t runs = 1;
  SourceRange range;
};

/// An expression that a pipe evaluates on an event.
class Expression {
 public:
  explicit Expression(TypedQuery query) : query_(std::move(query)) {}
  [[nodiscard]] std::span<const FieldId> fields() const { return query_.fields; }
  /// Its value on an event, of fields with several values the first. Texts are valid while the view
  /// and `scratch` are unchanged.
  [[nodiscard]] Scalar evaluate(const EventView& view, Scratch& scratch) const;

 private:
  TypedQuery query_;
};

struct Pipe {
  PipeKind kind = PipeKind::head;
  std::uint64_t number = 0;                             ///< head, tail
  std::shared_ptr<const Program> condition;             ///< filter
  std::vector<std::shared_ptr<const Expression>> keys;  ///< the others
  SourceRange range;
};

struct Query {
  StatementKind kind = StatementKind::event;
  std::vector<Term> terms;  ///< event: one
  std::optional<Term> until;
  std::optional<std::int64_t> maxspan;  ///< nanoseconds
  std::vector<Pipe> pipes;
  std::shared_ptr<const std::string> text;

  /// Programs of the terms, then of `until`: what is matched against single events.
  [[nodiscard]] std::vector<std::shared_ptr<const Program>> programs() const;
  /// Adds every field that terms and keys read.
  void want_fields(Projection& projection) const;
};

struct CompiledQuery {
  std::shared_ptr<const Query> query;   ///< null where there are errors
  std::vector<Diagnostic> diagnostics;  ///< as Compiled's
};

/// Text → query. Never throws for what the text holds; bounded by the caps of lexer, parser and
/// regex.
CompiledQuery compile_query(std::string_view text, const CompileOptions& options = {});

}  // namespace stemma::eql
