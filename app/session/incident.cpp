#include "app/session/incident.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

#include "app/session/digest.hpp"
#include "detection/invocations/assemble.hpp"
#include "detection/invocations/facts.hpp"
#include "detection/invocations/run_processes.hpp"
#include "detection/invocations/secret_findings.hpp"
#include "detection/invocations/secrets_seen.hpp"
#include "detection/invocations/tree_runs.hpp"

namespace stemma {
namespace {

// Windows records that tell of scripts, tasks and services, whoever wrote them.
constexpr std::array<std::string_view, 5> kTellingCodes = {"4104", "4698", "106", "4697", "7045"};
constexpr std::array<std::string_view, 3> kTellingFormats = {"azure_guest", "azure_activity", "aws_cloudtrail"};

constexpr CategorySet kTouching = category_bit(CategoryBit::file) | category_bit(CategoryBit::registry) | category_bit(CategoryBit::network) |
                                  category_bit(CategoryBit::dns) | category_bit(CategoryBit::iam) | category_bit(CategoryBit::configuration);

// Script blocks name a pid, which is looked up later: what was logged before the first run of its machine is of none.
enum class Wish : std::uint8_t { none, of_a_run, after_a_run, always };

/// What is read at once, so that a log of scripts is not held whole: bytes of records, and records.
constexpr std::uint64_t kPortionBytes = 64u << 20;
constexpr std::size_t kPortionRecords = 1u << 17;
static_assert(kPortionRecords <= kMaxFacts, "a worker drops none of its own: what is left out hangs on the order of events alone");

// What the events of each class are worth: decided once a class, not once an event.
std::vector<Wish> wishes(const CaseSnapshot& snapshot) {
  std::vector<Wish> made;
  for (const EventClass& kind : snapshot.events.classes().all()) {
    Wish wish = Wish::none;
    if ((kind.categories & kTouching) != 0) wish = Wish::of_a_run;
    const std::string_view code = snapshot.strings.view(kind.code);
    if (std::find(kTellingCodes.begin(), kTellingCodes.end(), code) != kTellingCodes.end()) wish = code == "4104" ? Wish::after_a_run : Wish::always;
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

// The records that tell something, read again in the order of time, portion by portion, until a cap is met.
class FactsReader {
 public:
  FactsReader(const Session& session, const TreeRuns& tree, const std::vector<std::vector<RunProcess>>& processes)
      : session_(session), snapshot_(session.snapshot()), wishes_(wishes(session.snapshot())) {
    for (const std::vector<RunProcess>& run : processes) {
      for (const RunProcess& process : run) members_.insert(process.entity.value);
    }
    for (const TreeRun& run : tree.runs) {
      const Timestamp start = snapshot_.tree.image(run.root_image).start;
      const auto [at, fresh] = first_run_.try_emplace(run.host.value, start);
      if (!fresh) at->second = std::min(at->second, start);
    }
  }

  Facts read() {
    Facts facts;
    const std::size_t events = snapshot_.events.size();
    std::size_t first = 0, records = 0;
    std::uint64_t bytes = 0;
    bool full = false;
    for (std::size_t i = 0; i < events; ++i) {
      const EventId id = EventId::from_index(i);
      if (!tells(id)) continue;
      if (full) {
        ++facts.left_out;
        continue;
      }
      ++records;
      bytes += snapshot_.events.source(id).length;
      if (records < kPortionRecords && bytes < kPortionBytes) continue;
      portion(first, i + 1, facts);
      first = i + 1;
      records = 0;
      bytes = 0;
      full = facts.full();
    }
    if (records > 0) portion(first, events, facts);
    facts.sort();
    return facts;
  }

 private:
  [[nodiscard]] bool tells(EventId id) const {
    switch (wishes_[snapshot_.events.event_class(id).index()]) {
      case Wish::none:
        return false;
      case Wish::always:
        return true;
      case Wish::after_a_run: {
        const auto at = first_run_.find(snapshot_.events.host(id).value);
        return at != first_run_.end() && snapshot_.events.time(id).ns + kNsPerSecond >= at->second.ns;
      }
      case Wish::of_a_run:
        break;
    }
    const EntityId entity = snapshot_.events.entity(id);
    return entity && members_.count(entity.value) != 0;
  }

  void portion(std::size_t first, std::size_t last, Facts& facts) const {
    EventSelection selection;
    selection.first = first;
    selection.last = last;
    selection.accept = [this](EventId id) { return tells(id); };
    std::vector<Facts> of_worker(session_.threads());
    session_.for_each(selection, Projection::all(),
                      [&](unsigned worker, EventId id, Event& event) { of_worker[worker].take(id, snapshot_.events.entity(id), event); });
    for (Facts& own : of_worker) facts.append(std::move(own));
  }

  const Session& session_;
  const CaseSnapshot& snapshot_;
  const std::vector<Wish> wishes_;
  std::unordered_set<std::uint32_t> members_;
  std::unordered_map<std::uint32_t, Timestamp> first_run_;  // by host
};

}  // namespace

Incident build_incident(const Session& session, const ChannelSet& channels, std::span<const Finding> findings, const IncidentOptions& options) {
  const CaseSnapshot& snapshot = session.snapshot();
  const ChannelMatcher matcher(channels);
  TreeRuns tree = runs_in_tree(snapshot, channels, matcher, options.all_channels);
  std::unordered_set<std::uint32_t> roots;
  for (const TreeRun& run : tree.runs) roots.insert(run.root.value);
  std::vector<std::vector<RunProcess>> processes;
  std::size_t left_out = 0;
  for (const TreeRun& run : tree.runs) processes.push_back(descendants(snapshot, run.root, run.root_image, roots, left_out));
  const Facts facts = FactsReader(session, tree, processes).read();

  const EvidenceAccess access{
      [&](ArtifactId id) {
        const auto bytes = session.content(id);
        return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      },
      [](std::string_view text) { return sha256_hex(text); }};
  Incident incident = assemble_incident(snapshot, channels, matcher, std::move(tree), std::move(processes), facts, findings, access);
  if (left_out > 0) incident.notes.push_back(std::to_string(left_out) + " processes of runs were left out: more than a run may have");
  if (options.automation != nullptr) set_aside_automation(*options.automation, incident);
  incident.secrets = secrets_seen(snapshot, incident, facts.guest);
  if (incident.secrets.size() > kMaxSecretsSeen) {
    incident.notes.push_back(std::to_string(incident.secrets.size() - kMaxSecretsSeen) + " secrets in clear text are not listed: more than a case may have");
    incident.secrets.resize(kMaxSecretsSeen);
  }
  name_secrets(
      incident, [&](EventId id) { return session.original(id); }, [&](ArtifactId id) { return sha256_hex(access.content(id)); },
      [](const std::string& text) { return sha256_hex(text); });
  return incident;
}

}  // namespace stemma
