// Runs rules over an open session: lineage subqueries first, then every term of every rule on the events that may match it, then the joining of
// sequences and samples, and pipes. Not findings (detect.hpp).
#pragma once

#include <atomic>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "app/session/session.hpp"
#include "detection/match/matcher.hpp"
#include "detection/match/pipes.hpp"
#include "detection/match/sequence_machine.hpp"
#include "detection/coverage/kinds_seen.hpp"
#include "detection/rules/rule.hpp"

namespace stemma {

struct MatchOptions {
  eql::EvalOptions::Nulls nulls = eql::EvalOptions::Nulls::three_valued;
  /// Decode all events of the rules' categories, whatever the case knows of them: for tests.
  bool every_event = false;
  /// Only these events may match, lineage aside; empty: all.
  std::function<bool(EventId)> accept = {};
  /// Only events at these positions of the store may match, lineage aside: a stretch of time.
  std::size_t first = 0;
  std::size_t last = std::numeric_limits<std::size_t>::max();
  /// Polled once a unit: where it turns true the pass ends early, and what comes out is no answer.
  const std::atomic<bool>* dropped = nullptr;
  /// Given, from any of the threads, the matches of rules about single events, as they are found: a foretaste, in no order. May be empty.
  std::function<void(std::span<const Match>)> found = {};
  /// Told each step of each sequence, with its key as text; may be empty.
  std::function<void(const SequenceStep&, const std::string& key)> trace = {};
};

/// What a rule gave that joins events or has pipes.
struct StatementMatches {
  std::uint32_t rule = 0;
  std::vector<ResultRow> rows;
  std::uint64_t dropped = 0;  ///< matches and sequences that a cap left out
};

struct RuleMatches {
  std::set<KindOfEvent> kinds;      ///< what the events of each host carry, of the fields that rules read
  std::vector<Match> single;  ///< of rules about single events, by their number in the set; in any order
  std::vector<StatementMatches> statements;  ///< of the other rules, in the order of the set
  std::vector<Coverage> coverage;            ///< per rule: whether it could have fired on this evidence
};

/// What a rule could match is judged first by what the case knows without decoding (detection/match/snapshot_filter), where the rules read only
/// such fields; then only events that may match are decoded again, and one of each kind, so that the coverage says the same.
/// The same for any number of threads. O(events of the categories that rules name × rounds); rounds are one more than the depth to which lineage
/// terms are nested. Keys and joined events take memory by the number of events that terms took.
RuleMatches match_rules(const Session& session, const RuleSet& rules, Progress* progress, const MatchOptions& options = {});

}  // namespace stemma
