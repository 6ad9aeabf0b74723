// Matches → findings: records that show one process are one finding, in an order that depends on
// nothing but the evidence.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "detection/findings/finding.hpp"
#include "detection/match/matcher.hpp"
#include "detection/match/pipes.hpp"
#include "events/case_snapshot.hpp"

namespace stemma {

/// What collecting must know of a rule.
struct FindingRule {
  std::string id;
  bool remote_execution = false;  ///< claims T1651: findings are graded and belong to runs
};

/// Events that a statement of several events, or with pipes, gave.
struct JoinedFinding {
  std::uint32_t rule = 0;
  ResultRow row;
};

/// @param joined       one finding each; its event is the last one
/// @param matches      all matches, in any order
/// @param fingerprint  a digest in hex of (rule id, records), from whoever can read the evidence
/// Findings are sorted by time of their event, then host, event, rule. No cap on their number.
std::vector<Finding> collect_findings(
    const CaseSnapshot& snapshot, std::span<const FindingRule> rules, std::vector<Match> matches,
    std::vector<JoinedFinding> joined,
    const std::function<std::string(const std::string& rule_id, std::span<const EventId> events)>&
        fingerprint);

}  // namespace stemma
