// Why a rule fired on an event, why it did not, and where it nearly did. The seam between session and detection's explanations; not their text.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "app/session/session.hpp"
#include "detection/findings/explained.hpp"
#include "detection/findings/finding.hpp"
#include "detection/rules/rule.hpp"
#include "reports/redaction.hpp"

namespace stemma {

/// Explains each term of the statement on the event. Lineage is answered by passes over the evidence, as for a scan.
std::vector<TermExplained> explain(const Session& session, const Rule& rule, EventId event, const eql::EvalOptions& options);

/// Why each finding was made: the clauses that were true on its events, in words (reports/explanation_text.hpp); of several events each begins with its
/// number. One pass over the events of the findings, and those that lineage takes, for all of them together.
/// @param most  findings, from the first on
std::vector<std::vector<std::string>> finding_clauses(const Session& session, const RuleSet& rules, std::span<const Finding> findings,
                                                      const eql::EvalOptions& options, std::size_t most, Secrets secrets);

/// Cap on the steps of sequences that are looked through.
inline constexpr std::size_t kMaxSteps = 1u << 20;

/// Steps of the sequences of a rule that the event had a part in, in the order they were made; empty for rules of other kinds.
std::vector<ExplainedStep> explain_sequence(const Session& session, const Rule& rule, EventId event, const eql::EvalOptions& options);

/// One pass over the events of the rules' categories, after the passes that lineage takes; the same for any number of threads.
/// @param accept  which events are looked at; empty: all
NearMisses near_misses(const Session& session, const RuleSet& rules, const eql::EvalOptions& options, std::size_t limit,
                       const std::function<bool(EventId)>& accept = {}, Progress* progress = nullptr);

}  // namespace stemma
