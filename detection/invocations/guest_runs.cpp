#include "detection/invocations/guest_runs.hpp"

#include <algorithm>
#include <cstdlib>

#include "detection/invocations/guest_path.hpp"
#include "events/paths.hpp"

namespace stemma {
namespace {

/// A goal state and what it makes the agent do follow each other closely; a first run downloads the
/// extension in between.
constexpr std::int64_t kGoalStateReach = 10 * 60 * kNsPerSecond;

bool begins(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

// Of a handler's lines (reference on Azure Run Command, section 3.7).
bool says_started(const GuestFact& fact) {
  return begins(fact.action, "executing") || begins(fact.action, "prepare command");
}
bool says_ended(const GuestFact& fact) {
  return begins(fact.action, "executed command") || begins(fact.action, "failed to execute");
}
bool says_nothing_ran(const GuestFact& fact) {
  return fact.message.find("already been processed") != std::string::npos ||
         fact.action.find("already processed") != std::string::npos;
}

using Key = std::tuple<std::string, std::uint32_t, std::string, std::uint64_t>;

class Collector {
 public:
  Collector(const CaseSnapshot& snapshot, const ChannelMatcher& matcher,
            const std::vector<GuestFact>& facts)
      : snapshot_(snapshot), matcher_(matcher), facts_(facts) {}

  GuestRuns run() {
    for (const GuestFact& fact : facts_) take(fact);
    files();
    GuestRuns found;
    for (auto& [key, runs] : runs_) {
      for (GuestRun& run : runs) {
        std::sort(run.files.begin(), run.files.end(), [](const RunFile& a, const RunFile& b) {
          return std::tie(a.guest_path, a.artifact.value) <
                 std::tie(b.guest_path, b.artifact.value);
        });
        run.files.erase(std::unique(run.files.begin(), run.files.end()), run.files.end());
        if (!nothing(run)) found.runs.push_back(std::move(run));
      }
    }
    std::stable_sort(states_.begin(), states_.end(), [](const GoalState& a, const GoalState& b) {
      return std::tie(a.host, a.seen, a.event.value) < std::tie(b.host, b.seen, b.event.value);
    });
    for (GuestRun& run : found.runs) join_goal_state(run);
    found.states = std::move(states_);
    return found;
  }

 private:
  std::string host_of(EventId event) {
    const HostId id = snapshot_.events.host(event);
    return std::string(snapshot_.hosts.name(id));
  }

  std::optional<std::uint32_t> channel_of(const GuestFact& fact) {
    if (auto found = matcher_.by_extension(fact.extension)) return found;
    const ArtifactId artifact = snapshot_.events.source(fact.event).artifact;
    const auto [at, fresh] = by_artifact_.try_emplace(artifact.value);
    if (fresh) at->second = matcher_.by_file(guest_path(snapshot_.artifact(artifact).path));
    return at->second;
  }

  GuestRun& open(const Key& key) {
    auto& runs = runs_[key];
    if (runs.empty()) begin(key);
    return runs.back();
  }
  GuestRun& begin(const Key& key) {
    GuestRun run;
    std::tie(run.host, run.channel, run.name, std::ignore) = key;
    if (std::get<3>(key) != kNoNumber) run.sequence = std::get<3>(key);
    runs_[key].push_back(std::move(run));
    return runs_[key].back();
  }

  void take(const GuestFact& fact) {
    const std::string host = host_of(fact.event);
    if (fact.kind == GuestFact::Kind::agent_log) {
      if (!fact.correlation_id.empty() || fact.goal_created)
        states_.push_back({host, fact.time, fact.goal_created, fact.correlation_id, fact.event});
      return;
    }
    if (!fact.sequence || says_nothing_ran(fact)) return;
    const auto channel = channel_of(fact);
    if (!channel) return;
    const Key key{host, *channel, fact.name, *fact.sequence};
    switch (fact.kind) {
      case GuestFact::Kind::handler_log: {
        GuestRun* run = &open(key);
        // An extension that was removed counts from 0 again: the same number, another run.
        if (says_started(fact) && run->ended && fact.time > *run->ended) run = &begin(key);
        if (says_started(fact) && !run->started) run->started = fact.time;
        if (says_ended(fact)) run->ended = fact.time;
        run->log.push_back(&fact);
        break;
      }
      case GuestFact::Kind::settings:
        open(key).settings.push_back(&fact);
        break;
      case GuestFact::Kind::status:
        if (!fact.placeholder) open(key).status.push_back(&fact);
        break;
      case GuestFact::Kind::agent_log:
        break;
    }
  }

  void files() {
    for (std::size_t i = 0; i < snapshot_.artifacts.size(); ++i) {
      const Artifact& artifact = snapshot_.artifacts[i];
      if (artifact.format != "script_files") continue;
      for (std::size_t k = 0; k <= artifact.copies.size(); ++k) {
        const std::string path = guest_path(k == 0 ? artifact.path : artifact.copies[k - 1]);
        const auto hit = matcher_.run_of_file(path);
        if (!hit) continue;
        const std::string host =
            k < artifact.hosts.size() ? shown_host(snapshot_, artifact.hosts[k]) : std::string();
        const Key key{host, hit->channel, hit->name, hit->sequence.value_or(kNoNumber)};
        GuestRun& run = open(key);
        if (run.mode.empty()) run.mode = hit->mode;
        run.files.push_back({ArtifactId::from_index(i), path});
      }
    }
  }

  void join_goal_state(GuestRun& run) {
    std::optional<Timestamp> at = run.started;
    if (!at && !run.log.empty()) at = run.log.front()->time;
    if (!at) return;
    // The last one before it.
    const auto after = std::upper_bound(states_.begin(), states_.end(), std::tie(run.host, *at),
                                        [](const auto& wanted, const GoalState& state) {
                                          return wanted < std::tie(state.host, state.seen);
                                        });
    if (after == states_.begin()) return;
    const auto best = std::prev(after);
    if (best->host != run.host || at->ns - best->seen.ns > kGoalStateReach) return;
    run.correlation_id = best->correlation_id;
    run.goal_state.push_back(best->event);
  }

  static bool nothing(const GuestRun& run) {
    return run.log.empty() && run.settings.empty() && run.status.empty() && run.files.empty();
  }

  static constexpr std::uint64_t kNoNumber = ~std::uint64_t{0};
  const CaseSnapshot& snapshot_;
  const ChannelMatcher& matcher_;
  const std::vector<GuestFact>& facts_;
  std::map<std::uint32_t, std::optional<std::uint32_t>> by_artifact_;
  std::map<Key, std::vector<GuestRun>> runs_;
  std::vector<GoalState> states_;
};

}  // namespace

bool GuestRun::executed() const {
  return started || ended || !status.empty() ||
         std::any_of(files.begin(), files.end(), [](const RunFile& file) {
           const std::string lower = ascii_lower(base_name(file.guest_path));
           return lower == "stdout" || lower == "stderr";
         });
}

std::string shown_host(const CaseSnapshot& snapshot, std::string_view name) {
  const HostId known = snapshot.hosts.find(name);
  return std::string(known ? snapshot.hosts.name(known) : name);
}

GuestRuns collect_guest_runs(const CaseSnapshot& snapshot, const ChannelMatcher& matcher,
                             const std::vector<GuestFact>& facts) {
  return Collector(snapshot, matcher, facts).run();
}

}  // namespace stemma
