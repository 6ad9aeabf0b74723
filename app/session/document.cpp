#include "app/session/document.hpp"

#include <algorithm>
#include <fmt/format.h>

#include <mutex>

#include "app/session/coverage.hpp"
#include "app/session/custody.hpp"
#include "app/session/digest.hpp"
#include "app/session/explain.hpp"

namespace stemma {
namespace {

// Over everything that decides what a channel matches and what the report says of it.
std::string channels_digest(const ChannelSet& channels) {
  std::string all;
  const auto add = [&all](const auto& texts) {
    for (const auto& text : texts) all += text + "\n";
    all += "\n";
  };
  for (const Channel& channel : channels.channels) {
    all += fmt::format("{}\n{}\n{}\n", channel.id, channel.name, channel.description);
    add(channel.techniques);
    add(channel.extensions);
    add(channel.cloud_operations);
    add(channel.users);
    add(channel.triage);
    add(channel.false_positives);
    add(channel.response);
  }
  return sha256_hex(all);
}

}  // namespace

IncidentDocument make_document(const Session& session, const RuleSet& rules, const ChannelSet& channels, const Detection& detection, const Incident& incident,
                               const DocumentOptions& options) {
  const CaseCoverage coverage = case_coverage(session, rules, detection);
  DocumentInput input{session.snapshot(), rules, detection.findings, incident, coverage.hosts, coverage.rules, {}, options.annotations, {}, {}, {}};
  input.title = options.title;
  input.why = finding_clauses(session, rules, detection.findings, options.eval, kMaxFindingsTold, options.secrets);
  input.secrets = options.secrets;
  input.custody.version = options.version;
  input.custody.command_line = options.command_line;
  input.custody.created = options.created;
  input.custody.notes = options.notes;
  if (detection.dropped != 0) input.custody.notes.push_back(fmt::format("{} matches of sequences and samples were left out at a cap.", detection.dropped));
  input.custody.artifact_digests = options.artifact_digests.empty() ? artifact_digests(session) : options.artifact_digests;
  input.custody.rule_digests.emplace_back(fmt::format("{} rules", rules.rules.size()), rules_digest(rules));
  input.custody.channel_digests.emplace_back(fmt::format("{} channels", channels.channels.size()), channels_digest(channels));

  const DecodeEvents decode = [&session](std::span<const EventId> events, const std::function<void(EventId, Event&)>& visit) {
    EventSelection selection;
    selection.accept = [events](EventId id) { return std::binary_search(events.begin(), events.end(), id); };
    std::mutex one_at_a_time;
    session.for_each(selection, Projection::all(), [&](unsigned, EventId id, Event& event) {
      const std::lock_guard lock(one_at_a_time);
      visit(id, event);
    });
  };
  return build_document(std::move(input), decode);
}

}  // namespace stemma
