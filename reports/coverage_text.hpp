// What the evidence could have shown, for people and for machines: each host's logs with their
// gaps, the rules that could not fire there and why, and the spans in which the others were blind.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "detection/coverage/rule_coverage.hpp"
#include "events/case_snapshot.hpp"

namespace stemma {

/// One gap in words, with its span: `2026-…: 12 record ids missing`. Visible text.
std::string gap_text(const Gap& gap);
/// Why a rule was blind: `audit daemon stopped`.
std::string_view gap_reason(GapKind kind);

/// A block a host. Rules that share a reason are named together, the first few of them by name.
void append_coverage(const CaseSnapshot& snapshot, std::span<const Rule> rules,
                     std::span<const HostEvidence> hosts,
                     std::span<const std::vector<RuleOnHost>> on_host, std::string& out);

/// One JSON object a log of a host, then one a rule and host.
void append_coverage_lines(const CaseSnapshot& snapshot, std::span<const Rule> rules,
                           std::span<const HostEvidence> hosts,
                           std::span<const std::vector<RuleOnHost>> on_host, std::string& out);

/// The gravest gaps in at most a line each of: logs cleared, damage, ids missing; empty where there
/// are none.
std::string gap_notes(const CaseSnapshot& snapshot, std::span<const HostEvidence> hosts);

}  // namespace stemma
