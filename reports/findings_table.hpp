// Findings for people: the answer in a sentence, then a table that fits the terminal, one line a
// process, grouped by run.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "detection/findings/finding.hpp"
#include "detection/match/matcher.hpp"
#include "detection/rules/rule.hpp"
#include "events/case_snapshot.hpp"
#include "reports/redaction.hpp"

namespace stemma {

/// `3 Run Command runs on 2 hosts started 14 processes; 2 records could not be read`.
std::string answer(const CaseSnapshot& snapshot, std::span<const Finding> findings);

/// The table. `width` 0 does not cut. Rules are numbered in a legend, so that a line has room for
/// the command. `summaries`: what each finding that has no process says of its event, by position.
void append_findings_table(const CaseSnapshot& snapshot, const RuleSet& rules,
                           std::span<const Finding> findings,
                           std::span<const std::string> summaries, std::size_t width,
                           std::string& out, Secrets secrets = Secrets::redacted);

/// Rules that could never fire on this evidence, and why; a line each reason.
std::string blind_spots(const RuleSet& rules, std::span<const Coverage> coverage);

}  // namespace stemma
