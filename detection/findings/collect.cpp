#include "detection/findings/collect.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "detection/findings/remote_run.hpp"

namespace stemma {

std::vector<Finding> collect_findings(
    const CaseSnapshot& snapshot, std::span<const FindingRule> rules, std::vector<Match> matches,
    std::vector<JoinedFinding> joined,
    const std::function<std::string(const std::string&, std::span<const EventId>)>& fingerprint) {
  std::sort(matches.begin(), matches.end());
  matches.erase(std::unique(matches.begin(), matches.end()), matches.end());

  std::vector<Finding> findings;
  std::map<std::pair<std::uint32_t, ImageId>, std::size_t> by_image;
  for (const Match& match : matches) {
    const ProcessStart* start = snapshot.tree.start_of(match.event);
    if (start != nullptr) {
      const auto [entry, fresh] = by_image.try_emplace({match.rule, start->image}, findings.size());
      if (!fresh) {
        findings[entry->second].events.push_back(match.event);
        continue;
      }
    }
    Finding finding;
    finding.rule = match.rule;
    finding.events = {match.event};
    finding.entity = start != nullptr ? start->entity : snapshot.events.entity(match.event);
    finding.image = start != nullptr ? start->image : ImageId{};
    findings.push_back(std::move(finding));
  }
  for (Finding& finding : findings) {
    std::sort(finding.events.begin(), finding.events.end());
    finding.event = finding.events.front();
    // The record that shows the process best, where it is one of those that matched.
    if (finding.image) {
      const EventId best = snapshot.tree.image(finding.image).event;
      if (std::binary_search(finding.events.begin(), finding.events.end(), best))
        finding.event = best;
    }
    finding.id = fingerprint(rules[finding.rule].id, {&finding.event, 1});
    if (rules[finding.rule].remote_execution && finding.entity) {
      RemoteRun run = remote_run_of(snapshot, finding.entity, finding.image);
      finding.confidence = run.confidence;
      finding.reason = std::move(run.reason);
      finding.run = run.outermost;
    }
  }
  for (JoinedFinding& one : joined) {
    if (!one.row.first()) continue;  // a count of events is no event
    Finding finding;
    finding.rule = one.rule;
    for (const EventId event : one.row.events) {
      if (event) finding.events.push_back(event);
    }
    std::sort(finding.events.begin(), finding.events.end());
    finding.events.erase(std::unique(finding.events.begin(), finding.events.end()),
                         finding.events.end());
    finding.event = finding.events.back();
    finding.id = fingerprint(rules[finding.rule].id, finding.events);
    if (const ProcessStart* start = snapshot.tree.start_of(finding.event)) {
      finding.entity = start->entity;
      finding.image = start->image;
    } else {
      finding.entity = snapshot.events.entity(finding.event);
    }
    if (one.row.events.size() > 1) finding.joined = std::move(one.row.events);
    finding.joined_by = std::move(one.row.key);
    finding.open = one.row.open;
    findings.push_back(std::move(finding));
  }
  std::sort(findings.begin(), findings.end(), [&](const Finding& a, const Finding& b) {
    const auto key = [&](const Finding& f) {
      return std::tuple(snapshot.events.time(f.event), snapshot.events.host(f.event), f.event,
                        f.rule, f.events, f.joined_by);
    };
    return key(a) < key(b);
  });
  return findings;
}

}  // namespace stemma
