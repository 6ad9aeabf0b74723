// Near misses: events one clause away from a rule, as a table for people and as JSON lines. Pure
// functions.
#pragma once

#include <span>
#include <string>

#include "detection/findings/explained.hpp"
#include "detection/rules/rule.hpp"
#include "events/case_snapshot.hpp"
#include "reports/redaction.hpp"

namespace stemma {

/// Rule by rule: the clause, what it saw and what it needed, how often, the first example and how
/// to name it to `stemma rules explain`. Says what the limit left out.
/// @param summaries  of the first events, visible text, by position
void append_near_misses(const CaseSnapshot& snapshot, const RuleSet& rules,
                        const NearMisses& misses, std::span<const std::string> summaries,
                        std::string& out, Secrets secrets = Secrets::redacted);

/// One group as a JSON line: `event.kind: event`, `rule.*`, `stemma.near_miss.*`, and when and
/// where its first event is.
void append_near_miss_document(const CaseSnapshot& snapshot, const RuleSet& rules,
                               const NearMissGroup& group, std::string& out,
                               Secrets secrets = Secrets::redacted);

/// Why the clause is not as it would have to be: `false on process.name = "x"`, `unknown because
/// process.name is absent`.
std::string near_miss_reason(const NearMissGroup& group, Secrets secrets = Secrets::redacted);

}  // namespace stemma
