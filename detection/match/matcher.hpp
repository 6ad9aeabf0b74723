// Matcher: many compiled rules over many events. Not the passes over evidence and not lineage
// itself: the caller feeds events and answers lineage. Order of work, all of it safe for many
// threads with one MatchWorker each:
//   1. for level 0 … subquery_levels()-1: feed every event to consider_subqueries(); record in the
//   process tree what matched
//   2. feed every event to consider(), with a LineageOracle over what was recorded
// Sorting the matches of several workers into one order is the caller's.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "detection/eql/program.hpp"
#include "detection/match/rule_filter.hpp"
#include "events/ids.hpp"
#include "events/projection.hpp"

namespace stemma {

/// Cap on the shapes that a worker keeps bound. Real evidence has some hundreds; beyond it the
/// bindings start anew.
inline constexpr std::size_t kMaxBoundShapes = 4096;
/// Cap on the bytes of all bindings: with a thousand rules some thousand shapes.
inline constexpr std::size_t kMaxBoundBytes = 128u << 20;

/// A rule that an event made true. `rule` counts in the list the Matcher was made of.
struct Match {
  std::uint32_t rule = 0;
  EventId event;
  auto operator<=>(const Match&) const = default;
};

/// A lineage subquery that an event matched. `subquery` counts over all rules, as the LineageOracle
/// is asked.
struct SubqueryMatch {
  std::uint32_t subquery = 0;
  EventId event;
  auto operator<=>(const SubqueryMatch&) const = default;
};

/// What a worker saw; adds up over workers.
struct MatchStatistics {
  struct Category {
    std::uint64_t events = 0;
    std::unordered_set<FieldId> fields;  ///< carried by some event of the category
  };
  std::uint64_t events = 0;
  std::uint64_t capped_clauses =
      0;         ///< clauses that tried kMaxChoices choices of values and went by those
  Category any;  ///< all events
  std::vector<Category> by_category;    ///< per Matcher::categories()
  std::vector<std::uint64_t> possible;  ///< per rule: events whose shape and category let it match
  std::vector<std::uint64_t> matched;   ///< per rule

  void add(const MatchStatistics& other);
};

/// Whether a rule could have matched anything in the evidence, and if not, why.
struct Coverage {
  bool possible = false;
  std::uint64_t events = 0;  ///< events of its category
  std::vector<FieldId>
      missing;  ///< fields that no event of the category carries and that rule it out, by name
  std::string reason;  ///< empty where it was possible: "no event of category `registry`", …
};

class Matcher {
 public:
  struct Subquery {
    std::uint32_t rule = 0;
    std::uint32_t level = 0;
    std::shared_ptr<const eql::Program> program;
  };

  explicit Matcher(std::vector<std::shared_ptr<const eql::Program>> programs,
                   const eql::EvalOptions& options = {});

  [[nodiscard]] std::span<const std::shared_ptr<const eql::Program>> programs() const {
    return programs_;
  }
  [[nodiscard]] const eql::EvalOptions& options() const { return options_; }
  /// Lineage subqueries of all rules; the position is the number that SubqueryMatch and
  /// LineageOracle use.
  [[nodiscard]] std::span<const Subquery> subqueries() const { return subqueries_; }
  /// Number of the rule's first subquery.
  [[nodiscard]] std::uint32_t subquery_base(std::uint32_t rule) const {
    return subquery_base_[rule];
  }
  /// How many rounds phase 1 takes; 0 where no rule asks for lineage.
  [[nodiscard]] std::uint32_t subquery_levels() const { return levels_; }
  /// Categories that rules and subqueries name, sorted.
  [[nodiscard]] std::span<const std::string> categories() const { return categories_; }
  /// Whether some rule or subquery takes events of any category.
  [[nodiscard]] bool wants_any_category() const { return any_category_; }
  /// What all rules need, by their numbers; null where they are few.
  [[nodiscard]] const RuleIndex* rule_index() const { return asked_rules_.index.get(); }
  /// The same of a level's subqueries, by their position among those of the level.
  [[nodiscard]] const RuleIndex* subquery_index(std::uint32_t level) const {
    return asked_levels_[level].index.get();
  }
  /// Adds every field that a rule or subquery reads, and event.category.
  void want_fields(Projection& projection) const;

  /// Answers "could this rule have fired here" from the statistics of all workers.
  [[nodiscard]] Coverage coverage(std::uint32_t rule, const MatchStatistics& statistics) const;

 private:
  friend class MatchWorker;
  static constexpr std::uint32_t kAnyCategory = 0xFFFF'FFFF;

  // Programs that are asked together: all rules, or the subqueries of a level.
  struct Asked {
    std::vector<std::uint32_t> numbers;      // of the rules, or of the subqueries
    std::shared_ptr<const RuleIndex> index;  // of positions in `numbers`; null where they are few
  };

  [[nodiscard]] std::uint32_t category_index(const eql::Program& program) const;
  [[nodiscard]] const eql::Program& subquery(std::uint32_t number) const {
    return *subqueries_[number].program;
  }

  std::vector<std::shared_ptr<const eql::Program>> programs_;
  eql::EvalOptions options_;
  std::vector<Subquery> subqueries_;
  std::vector<std::uint32_t> subquery_base_;
  std::vector<std::string> categories_;
  std::uint32_t levels_ = 0;
  bool any_category_ = false;
  Asked asked_rules_;
  std::vector<Asked> asked_levels_;
};

/// One thread's state. Borrows the matcher and the oracle.
class MatchWorker {
 public:
  /// @param lineage  may be null: then lineage terms are unknown and rules that need them do not
  /// match
  explicit MatchWorker(const Matcher& matcher, const eql::LineageOracle* lineage = nullptr);

  /// Appends the rules that the event matches, ascending. `view`'s shape must outlive the worker,
  /// or stay the shape of equal views.
  void consider(EventId event, const EventView& view, std::vector<Match>& out);

  /// Appends the subqueries of a level that the event matches, ascending. Levels above 0 ask the
  /// oracle about lower ones.
  void consider_subqueries(std::uint32_t level, EventId event, const EventView& view,
                           std::vector<SubqueryMatch>& out);

  /// From consider() alone. O(rules × shapes).
  [[nodiscard]] const MatchStatistics& statistics();

  /// Asks every rule of every event, for tests of the filter. To be called before the first event.
  void ask_all();

 private:
  struct Bound {
    std::uint32_t number = 0;  // of the rule or subquery
    eql::BoundProgram program;
  };
  // Programs that are possible on a shape and ask for one category, or for any.
  struct List {
    std::vector<Bound> bound;
    RuleBits possible;         // by position; empty where there is no filter
    std::uint64_t events = 0;  // rules: that had the list's category
  };
  struct Place {
    std::uint32_t list = 0;  // 0: any; else the category's, from 1
    std::uint32_t at = 0;
  };
  struct Group {
    std::vector<List> lists;
    std::vector<Place> places;  // by position, of those that are possible
    RuleFilter* filter = nullptr;
    RuleFilter::Places fields;
  };
  struct Binding {
    std::vector<FieldId> fields;  // of the shape, to notice another shape at the same address
    Group rules;
    std::vector<Group> levels;
    std::vector<bool> category_seen;
    bool seen = false;
  };

  Binding& binding(const Shape& shape);
  template <class ProgramOf>
  Group group(const Matcher::Asked& asked, RuleFilter* filter, const Shape& shape,
              ProgramOf program_of);
  void forget_bindings();
  void categories_of(const EventView& view);
  void note(Binding& binding, const Shape& shape);
  template <class Found>
  void run(Group& group, EventId event, const EventView& view, Found found);
  // Adds what the bindings counted to the statistics.
  void settle();

  const Matcher& matcher_;
  eql::EvalContext context_;
  std::unordered_map<const Shape*, Binding> bindings_;
  std::size_t bound_bytes_ = 0;
  std::unique_ptr<RuleFilter> rule_filter_;  // null where rules are few
  std::vector<std::unique_ptr<RuleFilter>> level_filters_;
  std::vector<std::uint32_t> event_categories_;  // of the event in hand, ascending
  std::vector<std::uint32_t> hits_;
  RuleBits candidates_;
  MatchStatistics statistics_;
};

}  // namespace stemma
