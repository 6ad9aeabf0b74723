#include "app/session/detect.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>

#include "app/session/digest.hpp"
#include "detection/findings/collect.hpp"
#include "detection/findings/lineage_answers.hpp"
#include "detection/match/snapshot_filter.hpp"

namespace stemma {
namespace {

// One thread's matching state. Starts anew when evidence brings more shapes than any real collection has.
class Worker {
 public:
  Worker(const Matcher& matcher, const LineageAnswers& answers) : matcher_(matcher), answers_(answers) { renew(); }

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

 private:
  void renew() {
    if (worker_) statistics_.add(worker_->statistics());
    shapes_.clear();
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

}  // namespace

bool claims_remote_execution(const Rule& rule) {
  return std::any_of(rule.threats.begin(), rule.threats.end(), [](const Threat& threat) {
    return std::any_of(threat.techniques.begin(), threat.techniques.end(),
                       [](const ThreatTechnique& technique) { return technique.id == "T1651"; });
  });
}

Detection detect(const Session& session, const RuleSet& rules, Progress* progress, bool every_event) {
  const CaseSnapshot& snapshot = session.snapshot();
  const Matcher matcher(rules.programs());
  LineageAnswers answers(snapshot, matcher.subqueries().size());
  Projection projection;
  matcher.want_fields(projection);
  EventSelection selection;
  selection.categories = categories_of(matcher);

  std::vector<std::unique_ptr<Worker>> workers;
  for (unsigned i = 0; i < session.threads(); ++i) workers.push_back(std::make_unique<Worker>(matcher, answers));
  const auto pass = [&](const char* step, const std::function<void(MatchWorker&, Worker&, EventId, const EventView&)>& consider) {
    if (progress != nullptr) {
      progress->step = step;
      progress->bytes_done = 0;
    }
    // Which events are wanted is asked before the first is decoded, one after the other.
    session.for_each(session.plan(selection), projection, [&](unsigned number, EventId id, Event& event) {
      Worker& worker = *workers[number];
      MatchWorker& matching = worker.ready();  // before the view: it may forget all shapes
      consider(matching, worker, id, event.view(worker.shapes()));
    });
  };
  std::optional<SnapshotFilter> filter;
  if (!every_event && SnapshotFilter::serves(matcher)) filter.emplace(snapshot, matcher, &answers);
  for (std::uint32_t level = 0; level < matcher.subquery_levels(); ++level) {
    if (filter) selection.accept = [&, level](EventId id) { return filter->may_match_subquery(level, id); };
    pass("matching lineage", [&](MatchWorker& matching, Worker& worker, EventId id, const EventView& view) {
      matching.consider_subqueries(level, id, view, worker.subqueries);
    });
    for (const auto& worker : workers) {
      for (const SubqueryMatch& match : worker->subqueries) answers.record(match.subquery, match.event);
      worker->subqueries.clear();
    }
  }
  std::vector<std::uint64_t> passed_over(snapshot.events.classes().size() + 1, 0);  // by class
  if (filter) {
    selection.accept = [&](EventId id) {
      if (filter->may_match(id) || filter->first_of_its_kind(id)) return true;
      ++passed_over[snapshot.events.event_class(id).value];
      return false;
    };
  }
  pass("matching", [&](MatchWorker& matching, Worker& worker, EventId id, const EventView& view) {
    matching.consider(id, view, worker.matches);
  });

  Detection detection;
  std::vector<Match> matches;
  MatchStatistics statistics;
  for (const auto& worker : workers) {
    matches.insert(matches.end(), worker->matches.begin(), worker->matches.end());
    statistics.add(worker->statistics());
  }
  count_passed_over(snapshot, matcher, passed_over, statistics);
  std::vector<FindingRule> finding_rules;
  for (std::uint32_t i = 0; i < rules.rules.size(); ++i) {
    finding_rules.push_back({rules.rules[i].id, claims_remote_execution(rules.rules[i])});
    detection.coverage.push_back(matcher.coverage(i, statistics));
  }
  // 128 bits of the digest: short enough to type the beginning of, long enough never to meet twice.
  detection.findings = collect_findings(snapshot, finding_rules, std::move(matches), [&](const std::string& rule_id, EventId event) {
    return sha256_hex(rule_id + '\n' + session.original(event)).substr(0, 32);
  });
  return detection;
}

}  // namespace stemma
