#include "detection/match/matcher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "events/text.hpp"

namespace stemma {
namespace {

std::string names(std::span<const FieldId> fields) {
  std::string out;
  for (const FieldId field : fields) {
    if (!out.empty()) out += ", ";
    out += visible(field_name(field));
  }
  return out;
}

}  // namespace

void MatchStatistics::add(const MatchStatistics& other) {
  const auto add_category = [](Category& to, const Category& from) {
    to.events += from.events;
    to.fields.insert(from.fields.begin(), from.fields.end());
  };
  events += other.events;
  capped_clauses += other.capped_clauses;
  add_category(any, other.any);
  by_category.resize(std::max(by_category.size(), other.by_category.size()));
  for (std::size_t i = 0; i < other.by_category.size(); ++i)
    add_category(by_category[i], other.by_category[i]);
  const auto add_counts = [](std::vector<std::uint64_t>& to,
                             const std::vector<std::uint64_t>& from) {
    to.resize(std::max(to.size(), from.size()));
    for (std::size_t i = 0; i < from.size(); ++i) to[i] += from[i];
  };
  add_counts(possible, other.possible);
  add_counts(matched, other.matched);
}

Matcher::Matcher(std::vector<std::shared_ptr<const eql::Program>> programs,
                 const eql::EvalOptions& options)
    : programs_(std::move(programs)), options_(options) {
  for (std::uint32_t rule = 0; rule < programs_.size(); ++rule) {
    subquery_base_.push_back(static_cast<std::uint32_t>(subqueries_.size()));
    for (const eql::Program::Subquery& subquery : programs_[rule]->subqueries()) {
      subqueries_.push_back({rule, subquery.level, subquery.program});
      levels_ = std::max(levels_, subquery.level + 1);
    }
  }
  const auto note = [&](const eql::Program& program) {
    if (program.category()) {
      categories_.push_back(*program.category());
    } else {
      any_category_ = true;
    }
  };
  for (const auto& program : programs_) note(*program);
  for (const Subquery& subquery : subqueries_) note(*subquery.program);
  std::sort(categories_.begin(), categories_.end());
  categories_.erase(std::unique(categories_.begin(), categories_.end()), categories_.end());
  for (std::uint32_t rule = 0; rule < programs_.size(); ++rule)
    asked_rules_.numbers.push_back(rule);
  asked_levels_.resize(levels_);
  for (std::uint32_t number = 0; number < subqueries_.size(); ++number)
    asked_levels_[subqueries_[number].level].numbers.push_back(number);
  const auto index = [&](Asked& asked, auto program_of) {
    if (asked.numbers.size() < kMinFilteredRules) return;
    std::vector<const eql::Program*> all;
    for (const std::uint32_t number : asked.numbers) all.push_back(&program_of(number));
    asked.index = std::make_shared<const RuleIndex>(all, options_);
  };
  index(asked_rules_, [&](std::uint32_t rule) -> const eql::Program& { return *programs_[rule]; });
  for (Asked& asked : asked_levels_)
    index(asked, [&](std::uint32_t number) -> const eql::Program& { return subquery(number); });
}

std::uint32_t Matcher::category_index(const eql::Program& program) const {
  if (!program.category()) return kAnyCategory;
  const auto found = std::lower_bound(categories_.begin(), categories_.end(), *program.category());
  return static_cast<std::uint32_t>(found - categories_.begin());
}

void Matcher::want_fields(Projection& projection) const {
  projection.want(field::event_category);
  for (const auto& program : programs_) program->want_fields(projection);
}

Coverage Matcher::coverage(std::uint32_t rule, const MatchStatistics& statistics) const {
  const eql::Program& program = *programs_[rule];
  const std::uint32_t index = category_index(program);
  static const MatchStatistics::Category kNone;
  const MatchStatistics::Category& category = index == kAnyCategory ? statistics.any
                                              : index < statistics.by_category.size()
                                                  ? statistics.by_category[index]
                                                  : kNone;
  Coverage out;
  out.events = category.events;
  out.possible = rule < statistics.possible.size() && statistics.possible[rule] != 0;
  if (out.possible) return out;
  if (category.events == 0) {
    out.reason = program.category()
                     ? fmt::format("no event of category `{}`", visible(*program.category()))
                     : "no event";
    return out;
  }
  // A shape with every field that any of the events carries: what rules the program out there is
  // carried by none of them.
  std::vector<FieldId> all(category.fields.begin(), category.fields.end());
  std::sort(all.begin(), all.end());
  const Shape shape(std::move(all));
  out.missing = eql::absent_fields(program, shape, options_);
  const std::string of =
      program.category() ? fmt::format(" of category `{}`", visible(*program.category())) : "";
  if (!out.missing.empty()) {
    out.reason = fmt::format("no event{} carries {}", of, names(out.missing));
  } else if (eql::bind(program, shape, options_).possible) {
    out.reason = fmt::format("no single event{} carries together what the rule needs: {}", of,
                             names(program.required_fields()));
  } else {
    out.reason = "its condition can never be true";
  }
  return out;
}

MatchWorker::MatchWorker(const Matcher& matcher, const eql::LineageOracle* lineage)
    : matcher_(matcher) {
  context_.lineage = lineage;
  statistics_.by_category.resize(matcher.categories().size());
  statistics_.possible.resize(matcher.programs().size());
  statistics_.matched.resize(matcher.programs().size());
  const auto filter = [](const Matcher::Asked& asked) {
    return asked.index == nullptr ? nullptr : std::make_unique<RuleFilter>(*asked.index);
  };
  rule_filter_ = filter(matcher.asked_rules_);
  for (const Matcher::Asked& asked : matcher.asked_levels_) level_filters_.push_back(filter(asked));
}

void MatchWorker::ask_all() {
  rule_filter_ = nullptr;
  for (auto& filter : level_filters_) filter = nullptr;
}

void MatchWorker::forget_bindings() {
  settle();
  bindings_.clear();
  bound_bytes_ = 0;
}

template <class ProgramOf>
MatchWorker::Group MatchWorker::group(const Matcher::Asked& asked, RuleFilter* filter,
                                      const Shape& shape, ProgramOf program_of) {
  Group made;
  made.lists.resize(matcher_.categories().size() + 1);
  made.filter = filter;
  if (filter != nullptr) {
    made.fields = filter->places_in(shape);
    made.places.resize(asked.numbers.size());
    for (List& list : made.lists) list.possible.assign(asked.index->words(), 0);
    bound_bytes_ += asked.numbers.size() * sizeof(Place);
  }
  for (std::uint32_t position = 0; position < asked.numbers.size(); ++position) {
    const eql::Program& program = program_of(asked.numbers[position]);
    eql::BoundProgram bound = eql::bind(program, shape, matcher_.options());
    if (!bound.possible) continue;
    const std::uint32_t category = matcher_.category_index(program);
    const std::uint32_t at = category == Matcher::kAnyCategory ? 0 : category + 1;
    List& list = made.lists[at];
    bound_bytes_ += sizeof(Bound) + bound.slots.size() * sizeof bound.slots[0];
    if (filter != nullptr) {
      add_rule(list.possible, position);
      made.places[position] = {at, static_cast<std::uint32_t>(list.bound.size())};
    }
    list.bound.push_back({asked.numbers[position], std::move(bound)});
  }
  return made;
}

MatchWorker::Binding& MatchWorker::binding(const Shape& shape) {
  const auto found = bindings_.find(&shape);
  if (found != bindings_.end()) {
    const auto fields = shape.fields();
    if (std::equal(fields.begin(), fields.end(), found->second.fields.begin(),
                   found->second.fields.end())) {
      return found->second;
    }
    settle();
    bindings_.erase(found);
  }
  if (bindings_.size() >= kMaxBoundShapes || bound_bytes_ > kMaxBoundBytes) forget_bindings();
  Binding& made = bindings_[&shape];
  made.fields.assign(shape.fields().begin(), shape.fields().end());
  made.category_seen.resize(matcher_.categories().size());
  made.rules =
      group(matcher_.asked_rules_, rule_filter_.get(), shape,
            [&](std::uint32_t rule) -> const eql::Program& { return *matcher_.programs_[rule]; });
  for (std::uint32_t level = 0; level < matcher_.subquery_levels(); ++level) {
    made.levels.push_back(group(
        matcher_.asked_levels_[level], level_filters_[level].get(), shape,
        [&](std::uint32_t number) -> const eql::Program& { return matcher_.subquery(number); }));
  }
  return made;
}

void MatchWorker::categories_of(const EventView& view) {
  event_categories_.clear();
  const auto& categories = matcher_.categories_;
  for (const Value& value : view.get(field::event_category)) {
    if (value.kind != Value::Kind::text) continue;
    const auto found = std::lower_bound(categories.begin(), categories.end(), value.text);
    if (found == categories.end() || *found != value.text) continue;
    event_categories_.push_back(static_cast<std::uint32_t>(found - categories.begin()));
  }
  std::sort(event_categories_.begin(), event_categories_.end());
  event_categories_.erase(std::unique(event_categories_.begin(), event_categories_.end()),
                          event_categories_.end());
}

void MatchWorker::note(Binding& binding, const Shape& shape) {
  ++statistics_.events;
  ++statistics_.any.events;
  if (!binding.seen) {
    binding.seen = true;
    statistics_.any.fields.insert(shape.fields().begin(), shape.fields().end());
  }
  for (const std::uint32_t category : event_categories_) {
    MatchStatistics::Category& of = statistics_.by_category[category];
    ++of.events;
    if (!binding.category_seen[category]) {
      binding.category_seen[category] = true;
      of.fields.insert(shape.fields().begin(), shape.fields().end());
    }
  }
}

template <class Found>
void MatchWorker::run(Group& group, EventId event, const EventView& view, Found found) {
  context_.event = event;
  hits_.clear();
  const auto for_each_list = [&](auto visit) {
    visit(group.lists[0]);
    for (const std::uint32_t category : event_categories_) visit(group.lists[category + 1]);
  };
  const auto ask = [&](const Bound& bound, std::uint64_t known = 0) {
    if (found(bound, known)) hits_.push_back(bound.number);
  };
  if (group.filter == nullptr) {
    for_each_list([&](List& list) {
      ++list.events;
      for (const Bound& bound : list.bound) ask(bound);
    });
    std::sort(hits_.begin(), hits_.end());
    return;
  }
  candidates_.clear();
  for_each_list([&](List& list) {
    ++list.events;
    candidates_.resize(list.possible.size(), 0);
    for (std::size_t i = 0; i < candidates_.size(); ++i) candidates_[i] |= list.possible[i];
  });
  group.filter->narrow(view, group.fields, candidates_);
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    for (std::uint64_t word = candidates_[i]; word != 0; word &= word - 1) {
      const auto bit = static_cast<unsigned>(std::countr_zero(word));
      const Place place = group.places[i * 64 + bit];
      ask(group.lists[place.list].bound[place.at], group.filter->known_parts(i * 64 + bit));
    }
  }
}

void MatchWorker::settle() {
  for (auto& [shape, binding] : bindings_) {
    for (List& list : binding.rules.lists) {
      for (const Bound& bound : list.bound) statistics_.possible[bound.number] += list.events;
      list.events = 0;
    }
  }
}

const MatchStatistics& MatchWorker::statistics() {
  settle();
  return statistics_;
}

void MatchWorker::consider(EventId event, const EventView& view, std::vector<Match>& out) {
  Binding& bound = binding(view.shape());
  categories_of(view);
  note(bound, view.shape());
  run(bound.rules, event, view, [&](const Bound& rule, std::uint64_t known) {
    context_.subquery_base = matcher_.subquery_base_[rule.number];
    return eql::condition_holds(rule.program, view, context_, known);
  });
  statistics_.capped_clauses = context_.capped;
  for (const std::uint32_t rule : hits_) {
    ++statistics_.matched[rule];
    out.push_back({rule, event});
  }
}

void MatchWorker::consider_subqueries(std::uint32_t level, EventId event, const EventView& view,
                                      std::vector<SubqueryMatch>& out) {
  if (level >= matcher_.subquery_levels()) return;
  Binding& bound = binding(view.shape());
  categories_of(view);
  run(bound.levels[level], event, view, [&](const Bound& subquery, std::uint64_t known) {
    context_.subquery_base = matcher_.subquery_base_[matcher_.subqueries_[subquery.number].rule];
    return eql::condition_holds(subquery.program, view, context_, known);
  });
  for (const std::uint32_t subquery : hits_) out.push_back({subquery, event});
}

}  // namespace stemma
