#include "app/session/coverage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>

namespace stemma {
namespace {

/// So few starts without one of an agent's prove nothing.
constexpr std::uint64_t kStartsToJudge = 20;
/// Cap on clearings that are decoded for their details, a log.
constexpr std::size_t kClearings = 64;

void describe_clearings(const Session& session, LogEvidence& log) {
  std::size_t described = 0;
  for (Gap& gap : log.gaps) {
    if (gap.kind != GapKind::log_cleared || described++ == kClearings) continue;
    Event event;
    if (!session.decode(gap.event, Projection::all(), event)) continue;
    const auto channel = find_field("winlog.user_data.Channel");
    const std::string_view cleared = channel ? event.text(*channel) : std::string_view{};
    const std::string_view by = event.text(field::user_name);
    gap.detail = cleared.empty() ? log.name : std::string(cleared);
    if (!by.empty()) gap.detail += " by " + std::string(by);
  }
}

// Counts, for every audit log, starts with and without a login; told where none is without.
void judge_logins(const Session& session, std::vector<HostEvidence>& hosts) {
  const CaseSnapshot& snapshot = session.snapshot();
  std::map<HostId, LogEvidence*> logs;
  for (HostEvidence& host : hosts) {
    for (LogEvidence& log : host.logs) {
      if (log.kind == SourceKind::auditd && log.starts >= kStartsToJudge) logs[host.host] = &log;
    }
  }
  if (logs.empty()) return;
  // Mostly one of the first starts is of a service, and nothing is left to be asked.
  std::vector<std::atomic<bool>> unset(snapshot.hosts.size() + 1);
  std::vector<std::uint64_t> asked(snapshot.hosts.size() + 1, 0);
  Projection projection;
  projection.want(field::user_audit_id);
  for (const std::uint64_t most : {std::uint64_t{256}, ~std::uint64_t{0}}) {
    std::fill(asked.begin(), asked.end(), 0);
    EventSelection selection;
    selection.categories = category_bit(CategoryBit::process);
    selection.accept = [&](EventId id) {
      if (snapshot.events.source_kind(id) != SourceKind::auditd ||
          snapshot.tree.start_of(id) == nullptr)
        return false;
      const HostId host = snapshot.events.host(id);
      return logs.count(host) != 0 && !unset[host.value] && asked[host.value]++ < most;
    };
    session.for_each(selection, projection, [&](unsigned, EventId id, Event& event) {
      if (event.text(field::user_audit_id).empty()) unset[snapshot.events.host(id).value] = true;
    });
  }
  for (auto& [host, log] : logs) {
    if (unset[host.value]) continue;
    Gap gap;
    gap.kind = GapKind::logins_only;
    gap.from = log->first;
    gap.to = log->last;
    gap.count = log->starts;
    log->gaps.insert(log->gaps.begin(), gap);
  }
}

}  // namespace

std::vector<HostEvidence> evidence_of_hosts(const Session& session) {
  std::vector<HostEvidence> hosts = host_evidence(session.snapshot());
  for (HostEvidence& host : hosts) {
    for (LogEvidence& log : host.logs) describe_clearings(session, log);
  }
  return hosts;
}

CaseCoverage case_coverage(const Session& session, const RuleSet& rules,
                           const Detection& detection) {
  CaseCoverage out;
  out.hosts = evidence_of_hosts(session);
  judge_logins(session, out.hosts);
  std::vector<bool> remote;
  for (const Rule& rule : rules.rules) remote.push_back(claims_remote_execution(rule));
  for (const HostEvidence& host : out.hosts)
    out.rules.push_back(rules_on_host(rules.rules, remote, host, detection.kinds,
                                      session.snapshot(), detection.eval));
  return out;
}

}  // namespace stemma
