#include "app/session/incident.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "app/session/digest.hpp"
#include "detection/invocations/assemble.hpp"
#include "detection/invocations/facts.hpp"
#include "detection/invocations/run_processes.hpp"
#include "detection/invocations/secrets_seen.hpp"
#include "detection/invocations/tree_runs.hpp"

namespace stemma {
namespace {

// Windows records that tell of scripts, tasks and services, whoever wrote them.
constexpr std::array<std::string_view, 5> kTellingCodes = {"4104", "4698", "106", "4697", "7045"};
constexpr std::array<std::string_view, 3> kTellingFormats = {"azure_guest", "azure_activity", "aws_cloudtrail"};

constexpr CategorySet kTouching = category_bit(CategoryBit::file) | category_bit(CategoryBit::registry) | category_bit(CategoryBit::network) |
                                  category_bit(CategoryBit::dns) | category_bit(CategoryBit::iam) | category_bit(CategoryBit::configuration);

enum class Wish : std::uint8_t { none, of_a_run, always };

// What the events of each class are worth: decided once a class, not once an event.
std::vector<Wish> wishes(const CaseSnapshot& snapshot) {
  std::vector<Wish> made;
  for (const EventClass& kind : snapshot.events.classes().all()) {
    Wish wish = Wish::none;
    if ((kind.categories & kTouching) != 0) wish = Wish::of_a_run;
    const std::string_view code = snapshot.strings.view(kind.code);
    if (std::find(kTellingCodes.begin(), kTellingCodes.end(), code) != kTellingCodes.end()) wish = Wish::always;
    const std::string& format = snapshot.artifact(kind.artifact).format;
    for (const std::string_view telling : kTellingFormats) {
      if (format.find(telling) != std::string::npos) wish = Wish::always;
    }
    // A document of Elastic's may be a row of a cloud log: those belong to no kind of process event.
    if (format.find("ecs") != std::string::npos && kind.categories == 0) wish = Wish::always;
    made.push_back(wish);
  }
  return made;
}

}  // namespace

Incident build_incident(const Session& session, const ChannelSet& channels, std::span<const Finding> findings, const IncidentOptions& options) {
  const CaseSnapshot& snapshot = session.snapshot();
  const ChannelMatcher matcher(channels);
  TreeRuns tree = runs_in_tree(snapshot, channels, matcher, options.all_channels);
  std::vector<std::vector<RunProcess>> processes;
  std::unordered_set<std::uint32_t> members;
  std::size_t left_out = 0;
  for (const TreeRun& run : tree.runs) {
    processes.push_back(descendants(snapshot, run.root, run.root_image, left_out));
    for (const RunProcess& process : processes.back()) members.insert(process.entity.value);
  }

  const std::vector<Wish> wish = wishes(snapshot);
  EventSelection selection;
  selection.accept = [&](EventId id) {
    switch (wish[snapshot.events.event_class(id).index()]) {
      case Wish::none:
        return false;
      case Wish::always:
        return true;
      case Wish::of_a_run:
        break;
    }
    const EntityId entity = snapshot.events.entity(id);
    return entity && members.count(entity.value) != 0;
  };
  std::vector<Facts> of_worker(session.threads());
  session.for_each(selection, Projection::all(),
                   [&](unsigned worker, EventId id, Event& event) { of_worker[worker].take(id, snapshot.events.entity(id), event); });
  Facts facts;
  for (Facts& own : of_worker) facts.append(std::move(own));
  facts.sort();

  const EvidenceAccess access{
      [&](ArtifactId id) {
        const auto bytes = session.content(id);
        return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      },
      [](std::string_view text) { return sha256_hex(text); }};
  Incident incident = assemble_incident(snapshot, channels, matcher, std::move(tree), std::move(processes), facts, findings, access);
  if (left_out > 0) incident.notes.push_back(std::to_string(left_out) + " processes of runs were left out: more than a run may have");
  incident.secrets = secrets_seen(snapshot, incident);
  if (incident.secrets.size() > kMaxSecretsSeen) {
    incident.notes.push_back(std::to_string(incident.secrets.size() - kMaxSecretsSeen) + " secrets in clear text are not listed: more than a case may have");
    incident.secrets.resize(kMaxSecretsSeen);
  }
  return incident;
}

}  // namespace stemma
