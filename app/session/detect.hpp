// Runs rules over an open session: lineage subqueries first, then the rules, then findings. The seam between session and detection.
#pragma once

#include <string>
#include <vector>

#include "app/session/match_rules.hpp"
#include "app/session/session.hpp"
#include "detection/coverage/kinds_seen.hpp"
#include "detection/findings/finding.hpp"
#include "detection/match/matcher.hpp"
#include "detection/rules/rule.hpp"

namespace stemma {

struct Detection {
  std::vector<Finding> findings;    ///< in order
  std::vector<Coverage> coverage;   ///< per rule: whether it could have fired on this evidence
  std::uint64_t dropped = 0;        ///< matches and sequences that a cap left out, of all rules
  eql::EvalOptions eval;            ///< by which rules were matched
  std::set<KindOfEvent> kinds;      ///< what the events of each host carry, of the fields that rules read
};

/// Matches (match_rules.hpp), then findings. The same for any number of threads.
Detection detect(const Session& session, const RuleSet& rules, Progress* progress, const MatchOptions& options = {});

/// Findings of the matches that MatchOptions::found has given so far. detect() has the last word: it knows later records of the same process, and
/// what sequences give.
std::vector<Finding> findings_so_far(const Session& session, const RuleSet& rules, std::vector<Match> matches);

/// Whether the rule claims remote execution by a cloud's administration channel (ATT&CK T1651), so that its findings belong to runs.
bool claims_remote_execution(const Rule& rule);

}  // namespace stemma
