#include "detection/match/snapshot_filter.hpp"

#include <algorithm>
#include <bit>
#include <functional>

namespace stemma {
namespace {

bool meet(const RuleBits& a, const RuleBits& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if ((a[i] & b[i]) != 0) return true;
  }
  return false;
}

// The key of arguments that say nothing, whatever they are; no value has it.
constexpr std::uint64_t kNoArgs = std::uint64_t{1} << 63;

// Texts that repeat least, and cost most to look at: where no rule is left for them they are not.
bool is_long(FieldId field) {
  return field == field::process_command_line || field == field::process_args ||
         field == field::process_parent_command_line || field == field::process_parent_args;
}

bool has_bit(const std::string& category) {
  return category_of(category) != category_bit(CategoryBit::other);
}

}  // namespace

bool SnapshotFilter::serves(const Matcher& matcher) {
  const auto known = [](const eql::Program& program) {
    return std::all_of(program.fields().begin(), program.fields().end(), [](FieldId field) {
      return field == field::event_category || KnownValues::covers(field);
    });
  };
  for (const auto& program : matcher.programs()) {
    if (!known(*program)) return false;
  }
  for (const Matcher::Subquery& subquery : matcher.subqueries()) {
    if (!known(*subquery.program)) return false;
  }
  return std::all_of(matcher.categories().begin(), matcher.categories().end(), has_bit);
}

SnapshotFilter::SnapshotFilter(const CaseSnapshot& snapshot, const Matcher& matcher,
                               const eql::LineageOracle* lineage)
    : snapshot_(snapshot), known_(snapshot), options_(matcher.options()) {
  context_.lineage = lineage;
  for (std::uint32_t rule = 0; rule < matcher.programs().size(); ++rule)
    rules_.programs.push_back(judged(*matcher.programs()[rule], matcher.subquery_base(rule)));
  levels_.resize(matcher.subquery_levels());
  for (const Matcher::Subquery& subquery : matcher.subqueries())
    levels_[subquery.level].programs.push_back(
        judged(*subquery.program, matcher.subquery_base(subquery.rule)));
  const auto use = [&](List& list, const RuleIndex* index) {
    if (index == nullptr) {
      std::vector<const eql::Program*> programs;
      for (const Judged& one : list.programs) programs.push_back(one.program);
      list.own = std::make_unique<const RuleIndex>(programs, options_);
      index = list.own.get();
    }
    list.index = index;
    for (const auto& field : index->fields()) {
      const FieldId id = RuleIndex::id_of(*field);
      list.asked.push_back({field.get(),
                            id,
                            KnownValues::covers(id),
                            RowTable(index->words() + RuleIndex::across(*field).size()),
                            {}});
    }
    std::stable_partition(list.asked.begin(), list.asked.end(),
                          [](const Asked& asked) { return !is_long(asked.id); });
  };
  use(rules_, matcher.rule_index());
  for (std::uint32_t level = 0; level < levels_.size(); ++level)
    use(levels_[level], matcher.subquery_index(level));
  // Kinds are of no file; what a host's events carry is asked host by host.
  EventClassTable kinds;
  kind_of_class_.push_back(0);
  for (EventClass known : snapshot.events.classes().all()) {
    known.artifact = {};
    kind_of_class_.push_back(kinds.intern(known).value);
  }
}

SnapshotFilter::Judged SnapshotFilter::judged(const eql::Program& program,
                                              std::uint32_t subquery_base) const {
  Judged made;
  made.program = &program;
  made.subquery_base = subquery_base;
  if (program.category()) made.category = category_of(*program.category());
  for (const eql::LeafUse& use : eql::leaf_uses(program)) {
    Leaf& leaf = made.leaves.emplace_back();
    leaf.lineage = use.lineage;
    if (use.lineage) continue;
    leaf.unknown = use.general || use.fields.size() != 1 || !KnownValues::covers(use.fields[0]);
    if (!leaf.unknown) leaf.field = use.fields[0];
  }
  return made;
}

// A pass asks in ascending order of ids, so the place of the last answer is near the next.
const ProcessStart* SnapshotFilter::start_of(EventId id) {
  const auto starts = snapshot_.tree.starts();
  if (next_start_ > 0 && !(starts[next_start_ - 1].event < id)) {
    next_start_ =
        static_cast<std::size_t>(std::lower_bound(starts.begin(), starts.end(), id,
                                                  [](const ProcessStart& start, EventId wanted) {
                                                    return start.event < wanted;
                                                  }) -
                                 starts.begin());
  }
  while (next_start_ < starts.size() && starts[next_start_].event < id) ++next_start_;
  return next_start_ < starts.size() && starts[next_start_].event == id ? &starts[next_start_]
                                                                        : nullptr;
}

bool SnapshotFilter::any(List& list, EventId id) {
  const ProcessStart* const start = start_of(id);
  const auto may = [&](Judged& one) {
    const auto says = [&](std::uint32_t leaf) { return verdicts(one, leaf, id, start); };
    return eql::may_match(*one.program, std::cref(says));
  };
  narrow(list, id, start);
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    for (std::uint64_t word = candidates_[i]; word != 0; word &= word - 1) {
      if (may(list.programs[i * 64 + static_cast<unsigned>(std::countr_zero(word))])) return true;
    }
  }
  return false;
}

void SnapshotFilter::narrow(List& list, EventId id, const ProcessStart* start) {
  narrow_by_class(list, id);
  for (Asked& asked : list.asked) {
    if (asked.id != field::event_type) narrow_by(*list.index, asked, id, start);
  }
  const RuleBits& across = list.index->across();
  for (std::size_t i = 0, n = candidates_.size(); i < n; ++i)
    candidates_[i] &= ~across[i] | across_[i];
}

void SnapshotFilter::narrow_by_class(List& list, EventId id) {
  const EventClass& kind = snapshot_.events.classes()[snapshot_.events.event_class(id)];
  static_assert(sizeof kind.categories == 2 && sizeof kind.types == 2);
  const auto [at, fresh] = list.left.try_emplace(std::uint32_t{kind.categories} << 16 | kind.types);
  if (!fresh) {
    candidates_ = at->second.candidates;
    across_ = at->second.across;
    return;
  }
  candidates_.assign(list.index->words(), 0);
  across_.assign(list.index->words(), 0);
  for (std::size_t i = 0; i < list.programs.size(); ++i) {
    const CategorySet wanted = list.programs[i].category;
    if (wanted == 0 || (kind.categories & wanted) != 0) add_rule(candidates_, i);
  }
  for (Asked& asked : list.asked) {
    if (asked.id == field::event_type) narrow_by(*list.index, asked, id, nullptr);
  }
  at->second = {candidates_, across_};
}

void SnapshotFilter::narrow_by(const RuleIndex& index, Asked& asked, EventId id,
                               const ProcessStart* start) {
  if (!meet(candidates_, RuleIndex::concerned(*asked.field))) return;
  const KnownValue value = asked.covered ? known_.of(id, start, asked.id) : KnownValue{};
  std::span<const std::uint64_t> across = RuleIndex::across(*asked.field);
  if (value.known()) {
    const std::span<const std::uint64_t> of = row(index, asked, value);
    for (std::size_t i = 0, n = candidates_.size(); i < n; ++i) candidates_[i] &= of[i];
    across = of.subspan(candidates_.size());
  }
  for (std::size_t i = 0, n = across.size(); i < n; ++i) across_[i] |= across[i];
}

std::span<const std::uint64_t> SnapshotFilter::row(const RuleIndex& index, Asked& asked,
                                                   const KnownValue& value) {
  // Every exec has a range of arguments of its own, though the arguments are those of others.
  const bool silent = value.form == KnownValue::Form::args && are_silent(asked, value);
  RowTable::Place place = asked.rows.at(silent ? kNoArgs : value.key());
  if (!place.fresh) return place.row;
  values_of(silent ? KnownValue{} : value);
  index.row(*asked.field, values_, nullptr, room_, made_);
  const auto put = [&](const RuleRow& row) {
    for (std::size_t i = 0; i < row.pass.size(); ++i) place.row[i] |= row.pass[i];
    for (std::size_t i = 0; i < row.across.size(); ++i)
      place.row[row.pass.size() + i] |= row.across[i];
  };
  put(made_);
  if (value.form == KnownValue::Form::absent) {
    values_.push_back(Value::of(std::string_view{}));
    index.row(*asked.field, values_, nullptr, room_, other_);
    put(other_);
  }
  return place.row;
}

bool SnapshotFilter::are_silent(Asked& asked, const KnownValue& args) {
  if (asked.silent.empty()) asked.silent.resize(kSilent);
  for (const StringId arg : snapshot_.tree.args({args.value, args.count})) {
    StringId& known = asked.silent[arg.value % kSilent];
    if (arg && known == arg) continue;
    if (!RuleIndex::says_nothing(*asked.field, snapshot_.strings.view(arg), room_)) return false;
    known = arg;
  }
  return true;
}

void SnapshotFilter::values_of(const KnownValue& value) {
  known_.write(value, texts_);
  values_.clear();
  for (const std::string_view text : texts_) values_.push_back(Value::of(text));
}

eql::Verdicts SnapshotFilter::verdicts(Judged& of, std::uint32_t number, EventId id,
                                       const ProcessStart* start) {
  Leaf& leaf = of.leaves[number];
  if (leaf.unknown) return eql::kAnyVerdict;
  if (leaf.lineage) return judge(of, number, id, {});
  const KnownValue value = known_.of(id, start, leaf.field);
  if (!value.known()) return eql::kAnyVerdict;
  if (leaf.keys.empty()) {
    leaf.keys.resize(kRemembered, ~std::uint64_t{0});
    leaf.verdicts.resize(kRemembered);
  }
  const std::uint64_t key = value.key();
  const std::size_t slot = (key * 0x9E3779B97F4A7C15u) >> 51;
  static_assert(kRemembered == std::size_t{1} << (64 - 51));
  if (leaf.keys[slot] != key) {
    leaf.verdicts[slot] = judge(of, number, id, value);
    leaf.keys[slot] = key;
  }
  return leaf.verdicts[slot];
}

eql::Verdicts SnapshotFilter::judge(Judged& of, std::uint32_t leaf, EventId id,
                                    const KnownValue& value) {
  context_.event = id;
  context_.subquery_base = of.subquery_base;
  const auto say = [&] {
    return eql::only(eql::leaf_verdict(*of.program, leaf, values_, context_, options_));
  };
  values_of(value);
  eql::Verdicts verdicts = say();
  if (value.form == KnownValue::Form::absent) {
    values_.push_back(Value::of(std::string_view{}));
    verdicts = static_cast<eql::Verdicts>(verdicts | say());
  }
  return verdicts;
}

bool SnapshotFilter::first_of_its_kind(EventId id) {
  const std::uint64_t kind = kind_of_class_[snapshot_.events.event_class(id).value];
  return kinds_.insert(kind << 32 | known_.presence(id, start_of(id))).second;
}

}  // namespace stemma
