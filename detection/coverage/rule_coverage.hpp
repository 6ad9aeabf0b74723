// Which rules could never have fired on a host's evidence, and why; and in which spans of time
// those that could were blind. Whether a rule did fire does not matter here.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detection/coverage/host_evidence.hpp"
#include "detection/coverage/kinds_seen.hpp"
#include "detection/eql/program.hpp"
#include "detection/rules/rule.hpp"

namespace stemma {

enum class CouldNot : std::uint8_t {
  could,          ///< it could have fired
  other_system,   ///< its tags name another operating system than the host's
  not_collected,  ///< no event of its category, or none from where its index patterns look
  field_absent,   ///< no event of its category carries a field that it cannot do without
  no_such_type,   ///< no event of its category is of the event.type or system that it asks for
  not_together,   ///< no single event carries together what it needs
  logins_only,    ///< it looks at what agents start, and the audit rules leave those out
};

/// `source_not_collected`, `field_absent`, …: stable, part of the output.
std::string_view could_not_name(CouldNot reason);

/// A span of time in which a rule could not fire on a host, since none of its logs saw anything.
struct BlindSpan {
  GapKind kind = GapKind::not_recorded;
  Timestamp from, to;
  bool operator==(const BlindSpan&) const = default;
};

/// A tail or head of a log without events says nothing where it is shorter: nothing may have
/// happened.
inline constexpr std::int64_t kQuietNs = 3600 * kNsPerSecond;
/// Cap on the blind spans told of one rule and host.
inline constexpr std::size_t kMaxBlindSpans = 64;

struct RuleOnHost {
  std::uint32_t rule = 0;
  CouldNot reason = CouldNot::could;
  std::string why;                  ///< in words; empty where it could
  std::vector<FieldId> missing;     ///< field_absent: which, by name
  std::vector<std::uint32_t> logs;  ///< that hold events which could match, by position in the host
  std::vector<BlindSpan> blind;     ///< by time
};

/// Every rule on one host, in the order of the rules.
/// @param remote  by rule: whether it looks for what a remote agent starts
/// @param snapshot  of the kinds
/// @param eval  by which the rules are matched
/// O(rules × kinds of events of the host).
std::vector<RuleOnHost> rules_on_host(std::span<const Rule> rules, const std::vector<bool>& remote,
                                      const HostEvidence& host, const std::set<KindOfEvent>& kinds,
                                      const CaseSnapshot& snapshot,
                                      const eql::EvalOptions& eval = {});

}  // namespace stemma
