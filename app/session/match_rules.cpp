#include "app/session/match_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <set>

#include "detection/findings/lineage_answers.hpp"
#include "detection/match/sample_join.hpp"
#include "detection/match/snapshot_filter.hpp"
#include "detection/match/term_matches.hpp"

namespace stemma {
namespace {

// One thread's matching state. Starts anew when evidence brings more shapes than any real collection has.
class Worker {
 public:
  Worker(const CaseSnapshot& snapshot, const Matcher& matcher, const LineageAnswers& answers)
      : kinds(snapshot), matcher_(matcher), answers_(answers) {
    renew();
  }

  MatchWorker& ready() {
    if (shapes_.size() > kMaxShapes) renew();
    return *worker_;
  }
  ShapeTable& shapes() { return shapes_; }
  MatchStatistics statistics() {
    renew();
    return statistics_;
  }

  std::vector<Match> matches;
  std::vector<SubqueryMatch> subqueries;
  KindsSeen kinds;

 private:
  void renew() {
    if (worker_) statistics_.add(worker_->statistics());
    shapes_.clear();
    kinds.forget_shapes();
    worker_ = std::make_unique<MatchWorker>(matcher_, &answers_);
  }

  const Matcher& matcher_;
  const LineageAnswers& answers_;
  ShapeTable shapes_;
  std::unique_ptr<MatchWorker> worker_;
  MatchStatistics statistics_;
};

CategorySet categories_of(const Matcher& matcher) {
  if (matcher.wants_any_category()) return kAllCategories;
  CategorySet set = 0;
  for (const std::string& name : matcher.categories()) set = static_cast<CategorySet>(set | category_of(name));
  return set;
}

// Events that no rule could match were seen all the same: how many there were of a category is part of what a rule could have found.
void count_passed_over(const CaseSnapshot& snapshot, const Matcher& matcher, const std::vector<std::uint64_t>& passed_over, MatchStatistics& statistics) {
  for (std::uint32_t id = 1; id < passed_over.size(); ++id) {
    statistics.events += passed_over[id];
    statistics.any.events += passed_over[id];
    const CategorySet categories = snapshot.events.classes()[EventClassId{id}].categories;
    for (std::size_t i = 0; i < matcher.categories().size() && i < statistics.by_category.size(); ++i) {
      if ((categories & category_of(matcher.categories()[i])) != 0) statistics.by_category[i].events += passed_over[id];
    }
  }
}

const eql::Term& term_of(const eql::Query& statement, std::uint32_t term) {
  return term < statement.terms.size() ? statement.terms[term] : *statement.until;
}

// One thread's matches of all rules.
class Collected {
 public:
  Collected(const RuleSet& rules, const std::vector<RulePart>& parts) : rules_(rules), parts_(parts), terms_(rules.rules.size()) {}

  /// Moves an event's matches, which are numbered by programs, to where they belong; those of rules that look in other sources' indices are none.
  void take(std::span<const Match> found, EventSource source, const EventView& view) {
    for (const Match& match : found) {
      const RulePart part = parts_[match.rule];
      if ((rules_.rules[part.rule].sources & source_bit(source)) == 0) continue;
      if (rules_.rules[part.rule].program != nullptr) {
        single.push_back({part.rule, match.event});
        continue;
      }
      if (!terms_[part.rule]) terms_[part.rule] = std::make_unique<TermMatches>();
      TermMatches& to = *terms_[part.rule];
      keys_.clear();
      to.keys.keys_of(term_of(*rules_.rules[part.rule].statement, part.term).by, view, keys_);
      for (const std::uint32_t key : keys_) to.list.push_back({match.event, part.term, key});
      to.cut_where_twice();
    }
  }
  [[nodiscard]] const TermMatches* terms(std::uint32_t rule) const { return terms_[rule].get(); }

  std::vector<Match> single;

 private:
  const RuleSet& rules_;
  const std::vector<RulePart>& parts_;
  std::vector<std::unique_ptr<TermMatches>> terms_;  // by rule
  std::vector<std::uint32_t> keys_;
};

// What an event shows: the start of a process, which several sources may have recorded, or itself.
std::pair<bool, std::uint32_t> happening(const CaseSnapshot& snapshot, EventId id) {
  const ProcessStart* start = snapshot.tree.start_of(id);
  return start != nullptr ? std::pair(true, start->image.value) : std::pair(false, id.value);
}

// Of matches that show the same happenings under the same key, the first stays.
void drop_twins(const CaseSnapshot& snapshot, std::vector<JoinedMatch>& matches) {
  std::set<std::pair<std::uint32_t, std::vector<std::pair<bool, std::uint32_t>>>> seen;
  std::erase_if(matches, [&](const JoinedMatch& match) {
    std::vector<std::pair<bool, std::uint32_t>> shown;
    for (const EventId id : match.events) shown.push_back(happening(snapshot, id));
    return !seen.emplace(match.key, std::move(shown)).second;
  });
}

// Joins what all threads found of one statement, and pipes it.
StatementMatches join(const Session& session, const Rule& rule, std::uint32_t number, const std::vector<std::unique_ptr<Collected>>& collected, const eql::EvalOptions& eval, const MatchOptions& of) {
  const CaseSnapshot& snapshot = session.snapshot();
  const eql::Query& statement = *rule.statement;
  StatementMatches out;
  out.rule = number;
  TermMatches all;
  for (const auto& one : collected) {
    const TermMatches* terms = one->terms(number);
    if (terms != nullptr) all.add(*terms);
  }
  all.cut();
  out.dropped += all.dropped + all.keys.capped();
  const std::vector<std::uint32_t> sorted = all.keys.sort();
  for (TermMatch& match : all.list) match.key = sorted[match.key];

  Sequences sequences;
  if (statement.kind == eql::StatementKind::event) {
    for (const TermMatch& match : all.list) sequences.matches.push_back({{match.event}, match.key, false});
  } else if (statement.kind == eql::StatementKind::sample) {
    sequences = join_samples(statement, all.list);
  } else {
    SequenceOptions options;
    options.time = [&](EventId id) { return snapshot.events.time(id).ns; };
    if (snapshot.events.size() != 0) options.end = snapshot.events.time(EventId::from_index(snapshot.events.size() - 1)).ns;
    options.same = [&](EventId a, EventId b) { return happening(snapshot, a) == happening(snapshot, b); };
    if (of.trace) options.trace = [&](const SequenceStep& step) { of.trace(step, all.keys.text(step.key)); };
    sequences = join_sequences(statement, all.list, options);
  }
  if (statement.kind != eql::StatementKind::event) drop_twins(snapshot, sequences.matches);
  out.dropped += sequences.dropped_matches + sequences.dropped_pending;
  for (JoinedMatch& match : sequences.matches) {
    ResultRow row;
    row.events = std::move(match.events);
    row.key = all.keys.text(match.key);
    row.open = match.open;
    out.rows.push_back(std::move(row));
  }
  out.rows = run_pipes(statement.pipes, std::move(out.rows), [&](EventId id, const Projection& projection, Event& event) {
    return static_cast<bool>(session.decode(id, projection, event));
  }, eval);
  return out;
}

// A rule could have fired where each event that it asks for could.
Coverage coverage_of(const RuleSet& rules, std::uint32_t rule, std::uint32_t first_program, const Matcher& matcher, const MatchStatistics& statistics) {
  const eql::Query& statement = *rules.rules[rule].statement;
  Coverage out;
  out.possible = true;
  for (std::uint32_t term = 0; term < statement.terms.size(); ++term) {
    if (statement.terms[term].missing) continue;
    Coverage one = matcher.coverage(first_program + term, statistics);
    const bool possible = one.possible;
    const std::uint64_t events = out.events + one.events;
    if (!possible) {
      if (statement.terms.size() > 1) one.reason = fmt::format("event {} of it: {}", term + 1, one.reason);
      out = std::move(one);
    }
    out.events = events;
    if (!possible) break;
  }
  return out;
}

// Of a rule that looks in some indices only, it counts whether an event of its category came from there.
void limit_to_sources(const Rule& rule, const CaseSnapshot& snapshot, const std::set<KindOfEvent>& kinds, Coverage& coverage) {
  if (rule.sources == kEverySource || !coverage.possible) return;
  for (const eql::Term& term : rule.statement->terms) {
    if (term.missing) continue;
    const auto& category = term.program->category();
    const bool seen = std::any_of(kinds.begin(), kinds.end(), [&](const KindOfEvent& kind) {
      return is_of(kind, rule.sources, snapshot) && (!category || std::binary_search(kind.categories.begin(), kind.categories.end(), *category));
    });
    if (seen) continue;
    coverage.possible = false;
    coverage.events = 0;
    coverage.reason = no_event_reason(category, rule.sources);
    return;
  }
}

}  // namespace

RuleMatches match_rules(const Session& session, const RuleSet& rules, Progress* progress, const MatchOptions& options) {
  const CaseSnapshot& snapshot = session.snapshot();
  const eql::EvalOptions eval{options.nulls};
  const Matcher matcher(rules.programs(), eval);
  LineageAnswers answers(snapshot, matcher.subqueries().size());
  const EventSources sources(snapshot);
  const std::vector<RulePart> parts = rules.parts();
  Projection projection;
  matcher.want_fields(projection);
  for (const Rule& rule : rules.rules) {
    if (rule.program == nullptr) rule.statement->want_fields(projection);
  }
  EventSelection selection;
  selection.categories = categories_of(matcher);

  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::unique_ptr<Collected>> collected;
  for (unsigned i = 0; i < session.threads(); ++i) {
    workers.push_back(std::make_unique<Worker>(snapshot, matcher, answers));
    collected.push_back(std::make_unique<Collected>(rules, parts));
  }
  const auto pass = [&](const char* step, const std::function<void(MatchWorker&, unsigned, EventId, const EventView&)>& consider) {
    if (progress != nullptr) {
      progress->step = step;
      progress->bytes_done = 0;
    }
    // Which events are wanted is asked before the first is decoded, one after the other.
    session.for_each(session.plan(selection), projection, [&](unsigned number, EventId id, Event& event) {
      Worker& worker = *workers[number];
      MatchWorker& matching = worker.ready();  // before the view: it may forget all shapes
      consider(matching, number, id, event.view(worker.shapes()));
    }, options.dropped);
  };
  std::optional<SnapshotFilter> filter;
  if (!options.every_event && SnapshotFilter::serves(matcher)) filter.emplace(snapshot, matcher, &answers);
  for (std::uint32_t level = 0; level < matcher.subquery_levels(); ++level) {
    if (filter) selection.accept = [&, level](EventId id) { return filter->may_match_subquery(level, id); };
    pass("matching lineage", [&](MatchWorker& matching, unsigned number, EventId id, const EventView& view) {
      matching.consider_subqueries(level, id, view, workers[number]->subqueries);
    });
    for (const auto& worker : workers) {
      for (const SubqueryMatch& match : worker->subqueries) answers.record(match.subquery, match.event);
      worker->subqueries.clear();
    }
    for (std::uint32_t subquery = 0; subquery < matcher.subqueries().size(); ++subquery) {
      if (matcher.subqueries()[subquery].level == level) answers.finish(subquery);
    }
  }
  std::vector<std::uint64_t> passed_over(snapshot.events.classes().size() + 1, 0);  // by class
  selection.accept = options.accept;
  selection.first = options.first;
  selection.last = options.last;
  if (filter) {
    selection.accept = [&](EventId id) {
      if (options.accept && !options.accept(id)) return false;
      if (filter->may_match(id) || filter->first_of_its_kind(id)) return true;
      ++passed_over[snapshot.events.event_class(id).value];
      return false;
    };
  }
  pass("matching", [&](MatchWorker& matching, unsigned number, EventId id, const EventView& view) {
    std::vector<Match>& found = workers[number]->matches;  // of this event
    matching.consider(id, view, found);
    workers[number]->kinds.note(id, view);
    if (found.empty()) return;
    std::vector<Match>& single = collected[number]->single;
    const std::size_t before = single.size();
    collected[number]->take(found, sources.of(id), view);
    if (options.found && single.size() != before) options.found(std::span<const Match>(single).subspan(before));
    found.clear();
  });


  RuleMatches out;
  MatchStatistics statistics;
  for (const auto& worker : workers) {
    statistics.add(worker->statistics());
    out.kinds.insert(worker->kinds.kinds().begin(), worker->kinds.kinds().end());
  }
  for (const auto& one : collected) out.single.insert(out.single.end(), one->single.begin(), one->single.end());
  count_passed_over(snapshot, matcher, passed_over, statistics);
  std::uint32_t program = 0;
  for (std::uint32_t rule = 0; rule < rules.rules.size(); ++rule) {
    out.coverage.push_back(coverage_of(rules, rule, program, matcher, statistics));
    limit_to_sources(rules.rules[rule], snapshot, out.kinds, out.coverage.back());
    const eql::Query& statement = *rules.rules[rule].statement;
    program += static_cast<std::uint32_t>(statement.terms.size()) + (statement.until ? 1 : 0);
    if (rules.rules[rule].program == nullptr) out.statements.push_back(join(session, rules.rules[rule], rule, collected, eval, options));
  }
  return out;
}

}  // namespace stemma
