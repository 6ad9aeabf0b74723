#include "app/session/detect.hpp"

#include <algorithm>

#include "app/session/digest.hpp"
#include "app/session/match_rules.hpp"
#include "detection/findings/collect.hpp"

namespace stemma {

bool claims_remote_execution(const Rule& rule) {
  return std::any_of(rule.threats.begin(), rule.threats.end(), [](const Threat& threat) {
    return std::any_of(threat.techniques.begin(), threat.techniques.end(),
                       [](const ThreatTechnique& technique) { return technique.id == "T1651"; });
  });
}

namespace {

std::vector<FindingRule> finding_rules(const RuleSet& rules) {
  std::vector<FindingRule> out;
  for (const Rule& rule : rules.rules) out.push_back({rule.id, claims_remote_execution(rule)});
  return out;
}

std::vector<Finding> collect(const Session& session, const RuleSet& rules, std::vector<Match> single, std::vector<JoinedFinding> joined) {
  // 128 bits of the digest: short enough to type the beginning of, long enough never to meet twice.
  return collect_findings(session.snapshot(), finding_rules(rules), std::move(single), std::move(joined),
                          [&](const std::string& rule_id, std::span<const EventId> events) {
                            std::string text = rule_id;
                            for (const EventId event : events) text += '\n' + session.original(event);
                            return sha256_hex(text).substr(0, 32);
                          });
}

}  // namespace

std::vector<Finding> findings_so_far(const Session& session, const RuleSet& rules, std::vector<Match> matches) { return collect(session, rules, std::move(matches), {}); }

Detection detect(const Session& session, const RuleSet& rules, Progress* progress, const MatchOptions& options) {
  RuleMatches matches = match_rules(session, rules, progress, options);
  Detection detection;
  detection.eval = {options.nulls};
  detection.kinds = std::move(matches.kinds);
  detection.coverage = std::move(matches.coverage);
  std::vector<JoinedFinding> joined;
  for (StatementMatches& statement : matches.statements) {
    detection.dropped += statement.dropped;
    for (ResultRow& row : statement.rows) joined.push_back({statement.rule, std::move(row)});
  }
  detection.findings = collect(session, rules, std::move(matches.single), std::move(joined));
  return detection;
}

}  // namespace stemma
