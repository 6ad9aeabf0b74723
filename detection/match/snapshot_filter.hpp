// SnapshotFilter: which events may still match some rule, judged by what the frozen case knows of
// them (known_values.hpp), so that a pass decodes only those. Not matching: what it lets through is
// decoded and matched as ever, and what it holds back could match nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "detection/eql/partial.hpp"
#include "detection/match/known_values.hpp"
#include "detection/match/matcher.hpp"
#include "detection/match/row_table.hpp"
#include "detection/match/rule_index.hpp"

namespace stemma {

/// One thread. Borrows everything. A RuleIndex is asked first, with rows that are made once for
/// each value that the case knows, so that only those rules are judged that it leaves. Their
/// clauses about one field are judged once for each value too, as far as a small table remembers
/// them.
class SnapshotFilter {
 public:
  SnapshotFilter(const CaseSnapshot& snapshot, const Matcher& matcher,
                 const eql::LineageOracle* lineage);

  /// Whether it may be used: every field that any rule reads is one that the case can know, and
  /// every category has a bit of its own. Else what passes over an event could not say which fields
  /// it carries, and so not whether a rule could have fired.
  static bool serves(const Matcher& matcher);

  /// Whether some rule may match the event. Faster for ids that ascend from call to call.
  bool may_match(EventId id) { return any(rules_, id); }
  /// Whether some subquery of the level may.
  bool may_match_subquery(std::uint32_t level, EventId id) { return any(levels_[level], id); }

  /// True once for each kind of event, kinds being told apart by class and by which of the fields
  /// are there: an event that shows what any of its kind carries.
  bool first_of_its_kind(EventId id);

 private:
  static constexpr std::size_t kSilent = 8192;      // arguments a field, 4 bytes each
  static constexpr std::size_t kRemembered = 8192;  // values a leaf, 9 bytes each
  struct Leaf {
    FieldId field;  // none: judged by itself, or not at all
    bool lineage = false;
    bool unknown = false;
    std::vector<std::uint64_t> keys;  // of values judged, by a part of the key
    std::vector<eql::Verdicts> verdicts;
  };
  struct Judged {
    const eql::Program* program = nullptr;
    CategorySet category = 0;  // 0: any
    std::uint32_t subquery_base = 0;
    std::vector<Leaf> leaves;
  };

  // A field that the index says something about.
  struct Asked {
    const RuleIndex::Field* field = nullptr;
    FieldId id;
    bool covered = false;          // by KnownValues
    RowTable rows;                 // by KnownValue::key(): what passes, then what is across
    std::vector<StringId> silent;  // arguments that no rule's test is true of, by a part of the id
  };
  // What categories and types leave, in which few events differ.
  struct Left {
    RuleBits candidates;
    RuleBits across;
  };
  struct List {
    std::vector<Judged> programs;
    const RuleIndex* index = nullptr;  // of positions in `programs`
    std::unique_ptr<const RuleIndex>
        own;                   // where the matcher has none: it asks few rules as they are
    std::vector<Asked> asked;  // those first whose values repeat most
    std::unordered_map<std::uint32_t, Left> left;  // by categories and types
  };

  Judged judged(const eql::Program& program, std::uint32_t subquery_base) const;
  const ProcessStart* start_of(EventId id);
  bool any(List& list, EventId id);
  // Leaves in `candidates_` the positions that may match, judged by all that is known at once.
  void narrow(List& list, EventId id, const ProcessStart* start);
  // The same by categories and types alone, with what they say of rules across fields in `across_`.
  void narrow_by_class(List& list, EventId id);
  // Takes from `candidates_` what one field rules out, and adds to `across_`.
  void narrow_by(const RuleIndex& index, Asked& asked, EventId id, const ProcessStart* start);
  std::span<const std::uint64_t> row(const RuleIndex& index, Asked& asked, const KnownValue& value);
  void values_of(const KnownValue& value);
  // Whether none of the arguments says anything to any rule.
  bool are_silent(Asked& asked, const KnownValue& args);
  eql::Verdicts verdicts(Judged& judged, std::uint32_t leaf, EventId id, const ProcessStart* start);
  eql::Verdicts judge(Judged& judged, std::uint32_t leaf, EventId id, const KnownValue& value);

  const CaseSnapshot& snapshot_;
  KnownValues known_;
  eql::EvalOptions options_;
  eql::EvalContext context_;
  List rules_;
  std::vector<List> levels_;
  std::size_t next_start_ = 0;
  // Room for judging.
  std::vector<std::string_view> texts_;
  std::vector<Value> values_;
  RuleBits candidates_;
  RuleBits across_;
  RuleIndex::Room room_;
  RuleRow made_, other_;
  std::unordered_set<std::uint64_t> kinds_;
  std::vector<std::uint32_t> kind_of_class_;
};

}  // namespace stemma
