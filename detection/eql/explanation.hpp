// Explanation: a condition on one event as a tree, each part with its verdict, and how far it is
// from being true. For people who ask why a rule fired, or why it did not; matching itself is
// program.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "detection/eql/program.hpp"

namespace stemma::eql {

/// Values of one field that an explanation keeps.
inline constexpr std::size_t kMaxValuesKept = 32;

struct Explanation {
  enum class Kind : std::uint8_t { all_of, any_of, not_of, clause };
  struct Node {
    Kind kind = Kind::clause;
    Tri verdict = Tri::unknown;
    std::uint32_t clause = 0;             ///< in `clauses`
    std::vector<std::uint32_t> children;  ///< in `nodes`, in the order of the text
  };
  /// What more there is to know of a clause.
  struct Use {
    bool inverted = false;  ///< written as `!=` or `not in`
    bool content = false;   ///< says something of the event's content: no null test, no constant,
                           ///< and not only of its kind (event.type, host.os.type, …)
    bool regex = false;
    std::optional<std::uint32_t> subquery;         ///< of a lineage term, in Program::subqueries()
    bool direct = false;                           ///< `child of`
    std::vector<std::vector<std::string>> values;  ///< one list a Clause::witnesses: all that the
                                                   ///< event has, at most kMaxValuesKept
    std::vector<std::size_t> value_counts;         ///< how many it has
  };

  EvalOptions options;
  std::optional<std::string> category;  ///< that the query asks for; none: any
  std::vector<std::string> categories;  ///< that the event has
  bool category_holds = false;
  std::vector<Clause> clauses;  ///< in the order they stand
  std::vector<Use> uses;        ///< one a clause
  std::vector<Node> nodes;
  std::uint32_t root = 0;

  [[nodiscard]] bool matches() const { return category_holds && nodes[root].verdict == Tri::yes; }
};

/// O(clauses). Recursion is bounded by kMaxDepth.
Explanation explanation_of(const Program& program, const EventView& view, EvalContext& context,
                           const EvalOptions& options = {});

/// One clause away from a match.
struct NearMiss {
  std::uint32_t clause =
      0;                ///< in Explanation::clauses: the one whose verdict would have to change
  bool wanted = true;   ///< what it would have to be, as written
  FieldId field;        ///< that `value` is of; none where the clause names no field
  std::string value;    ///< what it saw: of several values the nearest
  bool absent = false;  ///< a field of it is absent
  std::uint32_t held =
      0;  ///< clauses about content that hold on the same path through the condition
  unsigned nearness = 0;  ///< per cent of the three-letter runs of a text in the clause that the
                          ///< value has, case aside; 0 where the clause compares no text
};

/// Below this a value is not near a text at all: any child of a shell is one clause away from a
/// rule about children of a shell.
inline constexpr unsigned kMinNearness = 50;

/// The least number of clauses that would have to change is one, the category holds, and it tells
/// something: where the clause compares text, the value comes near it (kMinNearness); else (an
/// absent field, a number, lineage, an exclusion) some other clause about content holds. Clauses
/// that only tell the event's kind never make a near miss. Of several ways the nearest, then the
/// first.
std::optional<NearMiss> near_miss(const Explanation& explanation, const EventView& view);

/// Whether near_miss() is worth asking; no strings are built. May be true in vain where a clause is
/// more than a test of one field.
bool may_be_near_miss(const Program& program, const EventView& view, EvalContext& context,
                      const EvalOptions& options = {});

/// How near `value` comes to the texts in a clause, in per cent; nothing where it holds none of
/// three letters.
std::optional<unsigned> nearness(std::string_view clause, bool regex, std::string_view value);

}  // namespace stemma::eql
