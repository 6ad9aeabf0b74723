// What the evidence could have shown: every host's logs and gaps, and for every rule whether it
// could have fired there. The seam between session and detection/coverage.
#pragma once

#include <vector>

#include "app/session/detect.hpp"
#include "detection/coverage/rule_coverage.hpp"

namespace stemma {

struct CaseCoverage {
  std::vector<HostEvidence> hosts;
  std::vector<std::vector<RuleOnHost>> rules;  ///< by host, then rule
};

/// Gaps of every host. Cheap: nothing but who cleared which log is decoded.
std::vector<HostEvidence> evidence_of_hosts(const Session& session);

/// The same, and whether the audit rules left out what has no login, which may take one pass over
/// the process starts of audit logs; and every rule on every host.
CaseCoverage case_coverage(const Session& session, const RuleSet& rules,
                           const Detection& detection);

}  // namespace stemma
