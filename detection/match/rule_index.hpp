// RuleIndex: which of many rules a field's values leave possible. Made once for a list of rules
// from what each of them needs (detection/eql/needs.hpp): equal tests of different rules are one,
// whole texts are looked up, and a scan for literals (literal_scanner.hpp) finds the patterns and
// regular expressions that are worth trying. So the cost of an event hangs on its texts and on the
// rules that are near to them, not on how many rules there are. What passes may still not match;
// what does not pass cannot.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detection/eql/needs.hpp"
#include "detection/eql/program.hpp"
#include "detection/match/literal_scanner.hpp"
#include "events/event.hpp"

namespace stemma {

/// Where a clause calculates with fields of more values than this, its rule is asked always: how
/// many clauses give up at eql::kMaxChoices is counted, and must not hang on what is ruled out
/// before. Three fields of so many stay below; a clause of more fields is asked always.
inline constexpr std::size_t kFewValues = 40;

/// A set of rules by their numbers.
using RuleBits = std::vector<std::uint64_t>;

inline bool has_rule(const RuleBits& bits, std::size_t rule) {
  return (bits[rule / 64] >> (rule % 64) & 1) != 0;
}
inline void add_rule(RuleBits& bits, std::size_t rule) {
  bits[rule / 64] |= std::uint64_t{1} << (rule % 64);
}

/// What one field's values say.
struct RuleRow {
  RuleBits pass;    ///< rules that this field does not rule out
  RuleBits across;  ///< of rules whose need is spread over several fields: those that have it here;
                    ///< empty where the field has a part in none
};

/// Immutable, safe from many threads. Borrows the programs.
class RuleIndex {
 public:
  class Field;
  /// Room for making rows; one a thread, good for all fields of one index.
  struct Room {
    std::string folded;
    std::vector<std::uint32_t> tests;     // by test: round in which it was seen to be true
    std::vector<std::uint32_t> literals;  // by literal: round in which it was seen
    std::vector<std::uint32_t> found;     // tests that are true
    std::uint32_t round = 0;
    eql::EvalContext context;
  };

  RuleIndex(std::span<const eql::Program* const> programs, const eql::EvalOptions& options);
  ~RuleIndex();
  RuleIndex(const RuleIndex&) = delete;
  RuleIndex& operator=(const RuleIndex&) = delete;

  [[nodiscard]] std::size_t rules() const { return rules_; }
  /// Words of a RuleBits.
  [[nodiscard]] std::size_t words() const { return (rules_ + 63) / 64; }

  /// Fields that say something about some rule, ascending.
  [[nodiscard]] std::span<const std::unique_ptr<Field>> fields() const { return fields_; }
  [[nodiscard]] static FieldId id_of(const Field& field);
  /// Rules that the field's row may rule out, or for which it may have what they need.
  [[nodiscard]] static const RuleBits& concerned(const Field& field);
  /// Rules whose need is spread over several fields of which this is one; empty where there are
  /// none.
  [[nodiscard]] static const RuleBits& across(const Field& field);
  /// All rules whose need is spread over several fields.
  [[nodiscard]] const RuleBits& across() const { return across_; }
  /// Rules with a clause that calculates, to be asked where a field of calculated() has more than
  /// kFewValues values; and those of them to be asked always.
  [[nodiscard]] const RuleBits& calculating() const { return calculating_; }
  [[nodiscard]] const RuleBits& always() const { return always_; }
  [[nodiscard]] std::span<const FieldId> calculated() const { return calculated_; }

  /// Bits, one for each of the first 64 fields(): those whose rows a rule has passed, with nothing
  /// but texts.
  using FieldBits = std::uint64_t;
  /// The parts of a rule's condition that are known to be true after that, as
  /// eql::condition_holds() takes them.
  [[nodiscard]] std::uint64_t known_parts(std::size_t rule, FieldBits passed) const {
    std::uint64_t known = 0;
    for (std::uint32_t i = told_begin_[rule]; i < told_begin_[rule + 1]; ++i)
      known |= (passed >> told_[i].field & 1) << told_[i].part;
    return known;
  }

  /// What the values, all that an event has of the field, leave possible. @param among  null: of
  /// all rules, and tests that no text is looked up for (numbers, patterns without a literal) are
  /// evaluated as well, as for a row that is kept. Else of these rules, and what it says of others
  /// is not to be used. O(bytes of the values), and what rules are near.
  void row(const Field& field, std::span<const Value> values, const RuleBits* among, Room& room,
           RuleRow& out) const;

  /// Whether a value that is a text makes none of the field's tests true, so that a row of it and
  /// others is the row of the others. Never where the field has tests that no text is looked up
  /// for.
  [[nodiscard]] static bool says_nothing(const Field& field, std::string_view text, Room& room);

 private:
  // Adds to `room.found` the tests that the text makes true, of `among` or all; those are not added
  // whose round is `begun` or later.
  static void look_up(const Field& field, std::string_view text, const RuleBits* among,
                      std::uint32_t begun, Room& room);
  // Makes room for the field, and says at which round a row begins.
  static std::uint32_t begin(const Field& field, Room& room);

  eql::EvalOptions options_;
  std::size_t rules_ = 0;
  std::vector<std::unique_ptr<Field>> fields_;
  RuleBits across_;
  RuleBits calculating_;
  RuleBits always_;
  std::vector<FieldId> calculated_;
  struct Told {
    std::uint8_t field = 0;
    std::uint8_t part = 0;
  };
  std::vector<Told> told_;
  std::vector<std::uint32_t> told_begin_;  // by rule, and the end
};

}  // namespace stemma
