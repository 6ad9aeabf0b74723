// Program: a compiled query, immutable and safe for many threads; bound to a Shape once per kind of
// record, so that per event a field is an array slot. Not the rule around it (detection/rules) and
// not the running of many (detection/match).
//
// Meaning, in short (each point is held by tests/detection/eql against an independent evaluator):
//   * categories: `category where …` needs a value of event.category equal to the category,
//     case-sensitive; `any` needs none.
//   * several values: a leaf clause (what stands between and/or/not) is true where some choice of
//     one value for each field it names makes it true. `!=` and `not in` are the negation of `==`
//     and `in`: no value may match.
//   * null: an absent field is null. A clause about null is unknown, `not unknown` is unknown, and
//     an event matches only where the condition is true. `== null` and `!= null` are true or
//     false. See EvalOptions for the other reading.
//   * types: fields of fields.def have their type, and a comparison that could never be true is
//     refused. Every other field is judged by the value in hand. Values of different kinds (see
//     scalar.hpp) compare to unknown. Where a field is a date, a string constant is read as
//     RFC 3339. No text is ever taken for a number but by number().
//   * arithmetic: 64-bit integers and doubles; integer division rounds down; overflow and division
//     by zero are null.
//   * lineage: `descendant of [category where condition]`, `child of […]`: asked of a
//     LineageOracle, unknown without one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detection/eql/diagnostic.hpp"
#include "detection/eql/functions.hpp"
#include "detection/eql/lineage.hpp"
#include "detection/eql/scalar.hpp"
#include "detection/eql/typed.hpp"
#include "events/event.hpp"
#include "events/projection.hpp"
#include "events/shape.hpp"

namespace stemma::eql {

struct ProgramCode;

struct EvalOptions {
  /// What a clause about an absent field is. `three_valued`: unknown, so that neither the clause
  /// nor its negation matches (EQL's meaning, the default). `two_valued`: false, so that its
  /// negation matches (as Elasticsearch answers some negations, and Sigma).
  enum class Nulls : std::uint8_t { three_valued, two_valued };
  Nulls nulls = Nulls::three_valued;
};

/// Cap on the choices of values that one leaf clause tries: two fields of some hundred values each
/// stay below it. Beyond it the clause goes by the choices tried, and EvalContext::capped counts
/// it.
inline constexpr std::uint64_t kMaxChoices = 1u << 16;

class Program {
 public:
  struct Subquery {
    std::shared_ptr<const Program> program;  ///< its own subqueries() are empty: its lineage terms
                                             ///< use the outer list's numbers
    SourceRange range;
    std::uint32_t level = 0;  ///< 0 where it holds no lineage term itself, else one more than the
                              ///< highest of those it holds
  };

  explicit Program(std::unique_ptr<const ProgramCode> code);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// The category an event must have; none: any.
  [[nodiscard]] const std::optional<std::string>& category() const;
  /// Fields that are read, ascending; event.category where a category is asked for. Those of
  /// subqueries are not among them.
  [[nodiscard]] std::span<const FieldId> fields() const;
  /// Adds the fields of this program and of its subqueries.
  void want_fields(Projection& projection) const;
  /// Fields without which the condition cannot be true on any event, ascending.
  [[nodiscard]] std::span<const FieldId> required_fields() const;
  /// Lineage subqueries, inner ones before the ones that hold them.
  [[nodiscard]] std::span<const Subquery> subqueries() const;
  /// Whether the condition asks the process tree.
  [[nodiscard]] bool asks_lineage() const;
  /// Places of the leaf clauses in text(), in the order they stand.
  [[nodiscard]] std::span<const SourceRange> clauses() const;
  /// The query's text.
  [[nodiscard]] std::string_view text() const;
  /// The condition's form as text: leaves with the way they are matched.
  [[nodiscard]] std::string dump() const;

  [[nodiscard]] const ProgramCode& code() const { return *code_; }

 private:
  std::unique_ptr<const ProgramCode> code_;
};

struct Compiled {
  std::shared_ptr<const Program> program;  ///< null where there are errors
  std::vector<Diagnostic>
      diagnostics;  ///< located in the text; errors and warnings, in the order of the text's parts
};

/// Text → program, of an event query without pipes; statements of other kinds are an error here
/// (query.hpp compiles them). Never throws for what the text holds; bounded by the caps of lexer,
/// parser and regex.
Compiled compile(std::string_view text, const CompileOptions& options = {});

/// A program on events of one shape. Borrows both; copyable.
struct BoundProgram {
  const Program* program = nullptr;
  const Shape* shape = nullptr;
  EvalOptions options;
  bool possible = false;  ///< false: no event of this shape can match, whatever its values
  std::uint32_t category_slot = Shape::kNoSlot;
  std::vector<std::uint32_t> slots;  ///< per field of the code; empty where it is not possible
};

BoundProgram bind(const Program& program, const Shape& shape, const EvalOptions& options = {});

/// Why no event of the shape can match: the absent fields that rule it out (for `or`, those of
/// every branch), ascending by name. Empty where one could match, or where no field is to blame.
std::vector<FieldId> absent_fields(const Program& program, const Shape& shape,
                                   const EvalOptions& options = {});

/// What evaluation needs beside the event. One per thread.
struct EvalContext {
  EventId event;                           ///< only for lineage
  const LineageOracle* lineage = nullptr;  ///< may be null: lineage terms are unknown
  std::uint32_t subquery_base = 0;  ///< added to a subquery's number when the oracle is asked
  std::uint64_t capped = 0;         ///< clauses that hit kMaxChoices, counted
  Scratch scratch;
  std::vector<Scalar> values;  ///< room of the evaluator
};

/// Whether the event matches. `view` must be of the bound shape.
bool matches(const BoundProgram& bound, const EventView& view, EvalContext& context);
/// Parts of a condition that condition_holds() can be told to skip.
inline constexpr std::uint32_t kMaxSkippedParts = 64;

/// The same of an event that is known to be of the program's category. @param known  a bit for each
/// of the first parts of the condition (what its outermost `and` joins, cheap ones first) that is
/// known to be true (Needs::told).
bool condition_holds(const BoundProgram& bound, const EventView& view, EvalContext& context,
                     std::uint64_t known = 0);

/// A field and the value that a clause saw.
struct Witness {
  FieldId field;
  std::string value;  ///< as evidence has it; empty where the field is absent
  bool absent = false;
  Origin origin = Origin::record;
};

/// What one leaf clause said about an event.
struct Clause {
  std::string text;  ///< as it stands in the query
  SourceRange range;
  FieldId field;               ///< the first field it names; a none id for a clause without fields
  std::string value;           ///< of that field: the one that made the clause true, else the first
  Tri verdict = Tri::unknown;  ///< of the clause as written
  bool negated = false;        ///< under an odd number of `not`, those of `!=` and `not in` aside
  bool decisive = false;       ///< part of why the whole condition is true, or why it is not
  std::vector<Witness> witnesses;  ///< every field it names
};

/// All leaf clauses in the order they stand. For a match, the decisive ones say why; for a near
/// miss, which failed.
std::vector<Clause> explain(const Program& program, const EventView& view, EvalContext& context,
                            const EvalOptions& options = {});

}  // namespace stemma::eql
