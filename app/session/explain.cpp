#include "app/session/explain.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "app/session/match_rules.hpp"
#include "app/session/near_miss_groups.hpp"
#include "detection/findings/lineage_answers.hpp"
#include "detection/match/matcher.hpp"
#include "reports/explanation_text.hpp"

namespace stemma {
namespace {

CategorySet categories_of(const Matcher& matcher) {
  if (matcher.wants_any_category()) return kAllCategories;
  CategorySet set = 0;
  for (const std::string& name : matcher.categories()) set = static_cast<CategorySet>(set | category_of(name));
  return set;
}

// Lineage subqueries answered by passes over the evidence, with the events that answered them.
struct Answered {
  Answered(const Session& session, const Matcher& matcher) : answers(session.snapshot(), matcher.subqueries().size()), by(matcher.subqueries().size()) {
    struct Worker {
      ShapeTable shapes;
      std::unique_ptr<MatchWorker> matching;
      std::vector<SubqueryMatch> found;
    };
    Projection projection;
    matcher.want_fields(projection);
    EventSelection selection;
    selection.categories = categories_of(matcher);
    std::vector<Worker> workers(session.threads());
    for (std::uint32_t level = 0; level < matcher.subquery_levels(); ++level) {
      session.for_each(selection, projection, [&](unsigned number, EventId id, Event& event) {
        Worker& worker = workers[number];
        if (worker.matching == nullptr || worker.shapes.size() > kMaxShapes) {
          worker.shapes.clear();
          worker.matching = std::make_unique<MatchWorker>(matcher, &answers);
        }
        worker.matching->consider_subqueries(level, id, event.view(worker.shapes), worker.found);
      });
      for (Worker& worker : workers) {
        for (const SubqueryMatch& match : worker.found) {
          answers.record(match.subquery, match.event);
          if (const EntityId entity = session.snapshot().events.entity(match.event)) {
            const auto [entry, fresh] = by[match.subquery].try_emplace(entity, match.event);
            if (!fresh) entry->second = std::min(entry->second, match.event);
          }
        }
        worker.found.clear();
      }
    }
  }

  LineageAnswers answers;
  std::vector<std::map<EntityId, EventId>> by;  // per subquery
};

// What a clause of a subquery said where it kept the whole from being true.
std::vector<std::string> failed_clauses(const eql::Explanation& explanation) {
  std::vector<std::string> out;
  if (!explanation.category_holds) out.push_back("another category");
  for (const eql::Clause& clause : explanation.clauses) {
    if (clause.decisive) out.push_back(clause.text);
  }
  return out;
}

// Its parent as the event's own start has it, then upwards.
std::vector<EntityId> ancestors_of(const CaseSnapshot& snapshot, EventId event) {
  std::vector<EntityId> out;
  EntityId entity = snapshot.events.entity(event);
  EntityId parent;
  if (const ProcessStart* start = snapshot.tree.start_of(event)) {
    entity = start->entity;
    parent = snapshot.tree.image(start->image).parent;
  }
  if (!entity) return out;
  if (!parent) parent = snapshot.tree.entity(entity).parent;
  if (!parent) return out;
  out.push_back(parent);
  for (const EntityId above : ancestors(snapshot.tree, parent)) {
    if (out.size() < kMaxAncestors) out.push_back(above);
  }
  return out;
}

// The events that show a happening count once: a start that two sources recorded.
Happening happening(const CaseSnapshot& snapshot, EventId id) {
  const ProcessStart* start = snapshot.tree.start_of(id);
  return start != nullptr ? std::pair(true, start->image.value) : std::pair(false, id.value);
}

}  // namespace

std::vector<TermExplained> explain(const Session& session, const Rule& rule, EventId event, const eql::EvalOptions& options) {
  const CaseSnapshot& snapshot = session.snapshot();
  const Matcher matcher(rule.statement->programs(), options);
  const Answered answered(session, matcher);
  const Projection everything = Projection::all();
  ShapeTable shapes;
  eql::EvalContext context;
  context.lineage = &answered.answers;
  std::vector<TermExplained> out;
  Event decoded;
  for (std::uint32_t term = 0; term < matcher.programs().size(); ++term) {
    if (!session.decode(event, everything, decoded)) return out;
    const eql::Program& program = *matcher.programs()[term];
    context.event = event;
    context.subquery_base = matcher.subquery_base(term);
    TermExplained explained;
    explained.term = term;
    explained.explanation = eql::explanation_of(program, decoded.view(shapes), context, options);
    for (std::uint32_t clause = 0; clause < explained.explanation.uses.size(); ++clause) {
      const eql::Explanation::Use& use = explained.explanation.uses[clause];
      if (!use.subquery) continue;
      const bool answer = explained.explanation.clauses[clause].verdict == eql::Tri::yes;
      LineageExplained lineage;
      lineage.clause = clause;
      const std::uint32_t subquery = matcher.subquery_base(term) + *use.subquery;
      for (const EntityId ancestor : ancestors_of(snapshot, event)) {
        AskedAncestor asked;
        asked.entity = ancestor;
        const auto images = snapshot.tree.images_of(ancestor);
        if (!images.empty()) asked.start = images.back().event;
        const auto found = answered.by[subquery].find(ancestor);
        // On Linux what a process became only later is no answer for its earlier children.
        if (found != answered.by[subquery].end() && answer) {
          asked.matched = true;
          asked.by = found->second;
        } else if (asked.start && session.decode(asked.start, everything, decoded)) {
          context.event = asked.start;
          asked.failed = failed_clauses(eql::explanation_of(*matcher.subqueries()[subquery].program, decoded.view(shapes), context, options));
        }
        lineage.asked.push_back(std::move(asked));
        if (lineage.asked.back().matched || use.direct) break;
      }
      explained.lineage.push_back(std::move(lineage));
    }
    out.push_back(std::move(explained));
  }
  return out;
}

std::vector<std::vector<std::string>> finding_clauses(const Session& session, const RuleSet& rules, std::span<const Finding> findings,
                                                      const eql::EvalOptions& options, std::size_t most, Secrets secrets) {
  std::vector<std::vector<std::string>> out(std::min(findings.size(), most));
  // The programs of the rules that have a finding, and where each rule's begin.
  std::vector<std::shared_ptr<const eql::Program>> programs;
  std::map<std::uint32_t, std::uint32_t> first;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto [at, fresh] = first.try_emplace(findings[i].rule, static_cast<std::uint32_t>(programs.size()));
    if (!fresh) continue;
    for (auto& program : rules.rules[findings[i].rule].statement->programs()) programs.push_back(program);
  }
  if (programs.empty()) return out;
  const Matcher matcher(std::move(programs), options);
  std::unique_ptr<Answered> answered;
  if (!matcher.subqueries().empty()) answered = std::make_unique<Answered>(session, matcher);
  struct Ask {
    EventId event;
    std::uint32_t finding = 0, term = 0;
    bool several = false;
  };
  std::vector<Ask> asks;
  for (std::uint32_t i = 0; i < out.size(); ++i) {
    const Finding& finding = findings[i];
    const auto terms = static_cast<std::uint32_t>(rules.rules[finding.rule].statement->programs().size());
    if (finding.joined.empty()) asks.push_back({finding.event, i, 0, false});
    for (std::uint32_t term = 0; term < finding.joined.size() && term < terms; ++term)
      if (finding.joined[term]) asks.push_back({finding.joined[term], i, term, finding.joined.size() > 1});
  }
  std::sort(asks.begin(), asks.end(), [](const Ask& a, const Ask& b) { return std::tie(a.event.value, a.finding, a.term) < std::tie(b.event.value, b.finding, b.term); });
  const auto range_of = [&](EventId id) {
    return std::equal_range(asks.begin(), asks.end(), Ask{id}, [](const Ask& a, const Ask& b) { return a.event.value < b.event.value; });
  };
  EventSelection selection;
  selection.accept = [&](EventId id) {
    const auto range = range_of(id);
    return range.first != range.second;
  };
  // Each ask has its own place, whichever thread comes to it.
  std::vector<std::vector<std::string>> said(asks.size());
  std::vector<ShapeTable> shapes(session.threads());
  session.for_each(selection, Projection::all(), [&](unsigned worker, EventId id, Event& event) {
    if (shapes[worker].size() > kMaxShapes) shapes[worker].clear();
    const auto range = range_of(id);
    for (auto ask = range.first; ask != range.second; ++ask) {
      const std::uint32_t program = first.at(findings[ask->finding].rule) + ask->term;
      eql::EvalContext context;
      context.event = id;
      context.lineage = answered ? &answered->answers : nullptr;
      context.subquery_base = matcher.subquery_base(program);
      said[static_cast<std::size_t>(ask - asks.begin())] =
          decisive_clauses(eql::explanation_of(*matcher.programs()[program], event.view(shapes[worker]), context, options), secrets);
    }
  });
  for (std::size_t i = 0; i < asks.size(); ++i) {
    for (std::string& clause : said[i])
      out[asks[i].finding].push_back(asks[i].several ? "event " + std::to_string(asks[i].term + 1) + ": " + clause : std::move(clause));
  }
  return out;
}

std::vector<ExplainedStep> explain_sequence(const Session& session, const Rule& rule, EventId event, const eql::EvalOptions& options) {
  if (rule.statement->kind != eql::StatementKind::sequence) return {};
  std::vector<ExplainedStep> steps;
  RuleSet set;
  set.rules.push_back(rule);
  MatchOptions match;
  match.nulls = options.nulls;
  match.trace = [&](const SequenceStep& step, const std::string& key) {
    if (steps.size() < kMaxSteps) steps.push_back({step, key});
  };
  match_rules(session, set, nullptr, match);
  std::set<std::pair<EventId, std::string>> own;  // sequences by first event and key
  for (const ExplainedStep& each : steps) {
    // Another record of the same start may have taken its place.
    const auto is_it = [&](EventId id) { return id && happening(session.snapshot(), id) == happening(session.snapshot(), event); };
    if (is_it(each.step.event) || is_it(each.step.first)) own.emplace(each.step.first, each.key);
  }
  std::erase_if(steps, [&](const ExplainedStep& each) { return own.count({each.step.first, each.key}) == 0; });
  return steps;
}

NearMisses near_misses(const Session& session, const RuleSet& rules, const eql::EvalOptions& options, std::size_t limit,
                       const std::function<bool(EventId)>& accept, Progress* progress) {
  const CaseSnapshot& snapshot = session.snapshot();
  NearMisses out;
  std::vector<std::shared_ptr<const eql::Program>> programs;
  std::vector<std::uint32_t> numbers;  // of rules
  for (std::uint32_t rule = 0; rule < rules.rules.size(); ++rule) {
    if (rules.rules[rule].program == nullptr) {
      ++out.rules_of_several_events;
      continue;
    }
    programs.push_back(rules.rules[rule].program);
    numbers.push_back(rule);
  }
  const Matcher matcher(std::move(programs), options);
  if (progress != nullptr) progress->step = "near misses";
  const Answered answered(session, matcher);
  const EventSources sources(snapshot);
  Projection projection;
  matcher.want_fields(projection);
  EventSelection selection;
  selection.categories = categories_of(matcher);
  selection.accept = accept;
  struct Worker {
    ShapeTable shapes;
    eql::EvalContext context;
    NearMissGroups groups;
  };
  std::vector<Worker> workers(session.threads());
  session.for_each(selection, projection, [&](unsigned number, EventId id, Event& event) {
    Worker& worker = workers[number];
    if (worker.shapes.size() > kMaxShapes) worker.shapes.clear();
    const EventView view = event.view(worker.shapes);
    worker.context.lineage = &answered.answers;
    worker.context.event = id;
    const SourceSet source = source_bit(sources.of(id));
    for (std::uint32_t program = 0; program < numbers.size(); ++program) {
      if ((rules.rules[numbers[program]].sources & source) == 0) continue;
      const eql::Program& of = *matcher.programs()[program];
      worker.context.subquery_base = matcher.subquery_base(program);
      if (!eql::may_be_near_miss(of, view, worker.context, options)) continue;
      const eql::Explanation explanation = eql::explanation_of(of, view, worker.context, options);
      std::optional<eql::NearMiss> miss = eql::near_miss(explanation, view);
      if (!miss) continue;
      NearMissGroup group;
      group.rule = numbers[program];
      group.clause = explanation.clauses[miss->clause].text;
      group.first = id;
      group.miss = std::move(*miss);
      worker.groups.note(std::move(group), happening(snapshot, id));
    }
  });
  NearMissGroups all;
  for (Worker& worker : workers) {
    all.add(worker.groups);
    worker.groups = NearMissGroups();
  }
  out.left_out.resize(rules.rules.size());
  out.groups = all.finish();
  out.dropped = all.dropped();
  std::uint32_t rule = 0;
  std::size_t of_rule = 0;
  std::erase_if(out.groups, [&](const NearMissGroup& group) {
    if (group.rule != rule) of_rule = 0;
    rule = group.rule;
    if (++of_rule <= limit) return false;
    ++out.left_out[group.rule];
    return true;
  });
  return out;
}

}  // namespace stemma
