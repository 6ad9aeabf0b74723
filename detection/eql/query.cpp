// Typed form → query: the parts of a statement put together.
#include "detection/eql/query.hpp"

#include <algorithm>

#include "detection/eql/program_code.hpp"
#include "detection/eql/scalar_eval.hpp"

namespace stemma::eql {
namespace {

// Takes the typed queries in the order in which analyze() made them.
class Assembler {
 public:
  Assembler(const Tree& tree, Typed& typed, std::string_view text) : tree_(tree), typed_(typed) {
    out_->text = std::make_shared<const std::string>(text);
  }

  std::shared_ptr<const Query> run() {
    const Statement& statement = tree_.statement;
    out_->kind = statement.kind;
    for (const TermSyntax& term : statement.terms) out_->terms.push_back(this->term(term));
    for (const TermSyntax& term : statement.until) out_->until = this->term(term);
    if (statement.maxspan >= 0) out_->maxspan = statement.maxspan;
    for (const PipeSyntax& pipe : statement.pipes) out_->pipes.push_back(this->pipe(pipe));
    return std::move(out_);
  }

 private:
  std::span<TypedQuery> take(const QueryPart& part) {
    const std::size_t number = part.query - part.first + 1;
    next_ += number;
    return std::span(typed_.queries).subspan(next_ - number, number);
  }

  Term term(const TermSyntax& syntax) {
    Term made;
    made.program = generate(take(syntax.part), out_->text);
    made.missing = syntax.missing;
    made.runs = syntax.runs;
    made.range = syntax.range;
    for (const JoinField& key : syntax.by)
      made.by.push_back({intern_field(key.name), key.optional});
    return made;
  }

  Pipe pipe(const PipeSyntax& syntax) {
    Pipe made;
    made.kind = syntax.kind;
    made.number = syntax.number;
    made.range = syntax.range;
    for (const QueryPart& argument : syntax.arguments) {
      const std::span<TypedQuery> queries = take(argument);
      if (syntax.kind == PipeKind::filter) {
        made.condition = generate(queries, out_->text);
      } else {
        made.keys.push_back(std::make_shared<const Expression>(std::move(queries.back())));
      }
    }
    return made;
  }

  const Tree& tree_;
  Typed& typed_;
  std::size_t next_ = 0;
  std::shared_ptr<Query> out_ = std::make_shared<Query>();
};

void locate_all(std::vector<Diagnostic>& diagnostics, std::string_view text) {
  for (Diagnostic& diagnostic : diagnostics)
    locate(diagnostic, text, diagnostic.range.begin, diagnostic.range.end, {});
}

}  // namespace

Scalar Expression::evaluate(const EventView& view, Scratch& scratch) const {
  std::vector<Scalar> values;
  for (const FieldId field : query_.fields) {
    const std::span<const Value> of = view.get(field);
    values.push_back(of.empty() ? Scalar::null() : Scalar::of(of.front()));
  }
  return ScalarEvaluator(query_, values, scratch).evaluate(query_.condition);
}

std::vector<std::shared_ptr<const Program>> Query::programs() const {
  std::vector<std::shared_ptr<const Program>> out;
  for (const Term& term : terms) out.push_back(term.program);
  if (until) out.push_back(until->program);
  return out;
}

void Query::want_fields(Projection& projection) const {
  const auto want = [&](const Term& term) {
    term.program->want_fields(projection);
    for (const JoinKey& key : term.by) projection.want(key.field);
  };
  for (const Term& term : terms) want(term);
  if (until) want(*until);
}

CompiledQuery compile_query(std::string_view text, const CompileOptions& options) {
  CompiledQuery out;
  Parsed parsed = parse(text);
  out.diagnostics = std::move(parsed.diagnostics);
  if (out.diagnostics.empty()) {
    Typed typed = analyze(parsed.tree, text, options);
    out.diagnostics = std::move(typed.diagnostics);
    if (!has_errors(out.diagnostics)) out.query = Assembler(parsed.tree, typed, text).run();
  }
  locate_all(out.diagnostics, text);
  return out;
}

Compiled compile(std::string_view text, const CompileOptions& options) {
  CompiledQuery compiled = compile_query(text, options);
  Compiled out;
  out.diagnostics = std::move(compiled.diagnostics);
  if (compiled.query == nullptr) return out;
  const Query& query = *compiled.query;
  if (query.kind == StatementKind::event && query.pipes.empty()) {
    out.program = query.terms.front().program;
    return out;
  }
  Diagnostic diagnostic;
  diagnostic.code = code::kNotAnEventQuery;
  diagnostic.message = "only a query for single events, without pipes, can stand here";
  diagnostic.range = query.pipes.empty() ? query.terms.front().range : query.pipes.front().range;
  locate(diagnostic, text, diagnostic.range.begin, diagnostic.range.end, {});
  out.diagnostics.push_back(std::move(diagnostic));
  return out;
}

}  // namespace stemma::eql
