// Runs rules over an open session: lineage subqueries first, then the rules, then findings. The seam between session and detection.
#pragma once

#include <string>
#include <vector>

#include "app/session/session.hpp"
#include "detection/findings/finding.hpp"
#include "detection/match/matcher.hpp"
#include "detection/rules/rule.hpp"

namespace stemma {

struct Detection {
  std::vector<Finding> findings;    ///< in order
  std::vector<Coverage> coverage;   ///< per rule: whether it could have fired on this evidence
};

/// What a rule could match is judged first by what the case knows without decoding (detection/match/snapshot_filter), where the rules read only
/// such fields; then only events that may match are decoded again, and one of each kind, so that the coverage says the same.
/// @param every_event  decode all events of the rules' categories all the same: for tests
/// The same for any number of threads. O(events of the categories that rules name × rounds); rounds are one more than the depth to which lineage
/// terms are nested.
Detection detect(const Session& session, const RuleSet& rules, Progress* progress, bool every_event = false);

/// Whether the rule claims remote execution by a cloud's administration channel (ATT&CK T1651), so that its findings belong to runs.
bool claims_remote_execution(const Rule& rule);

}  // namespace stemma
