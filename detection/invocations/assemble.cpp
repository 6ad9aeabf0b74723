#include "detection/invocations/assemble.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "detection/invocations/cloud_join.hpp"
#include "detection/invocations/cloud_operations.hpp"
#include "detection/invocations/guest_runs.hpp"
#include "detection/invocations/host_standing.hpp"
#include "detection/invocations/run_processes.hpp"
#include "detection/invocations/script_text.hpp"
#include "events/paths.hpp"
#include "events/text.hpp"

namespace stemma {
namespace {

/// What an agent's files and the tree say of one run lies so close together: same clock.
constexpr std::int64_t kSameRun = 600 * kNsPerSecond;

/// Runs of one channel, name and number, on each side of a time, that a file of the agent's may be
/// about: a number comes again only when an extension is installed anew.
constexpr std::size_t kMaxNamesakes = 64;

std::string tail_of(std::string_view text) {
  if (text.size() <= kMaxOutputTail) return std::string(text);
  std::size_t from = text.size() - kMaxOutputTail;
  // Not from the middle of a character.
  while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0u) == 0x80u) ++from;
  return std::string(text.substr(from));
}

class Assembler {
 public:
  Assembler(const CaseSnapshot& snapshot, ChannelSet channels, const ChannelMatcher& matcher,
            TreeRuns tree, std::vector<std::vector<RunProcess>> processes, const Facts& facts,
            std::span<const Finding> findings, const EvidenceAccess& access)
      : snapshot_(snapshot),
        matcher_(matcher),
        tree_(std::move(tree)),
        processes_(std::move(processes)),
        facts_(facts),
        findings_(findings),
        access_(access) {
    incident_.channels = std::move(channels);
  }

  Incident run() {
    detached();
    guest_ = collect_guest_runs(snapshot_, matcher_, facts_.guest);
    scripts_ = join_script_blocks(facts_.blocks,
                                  [&](const ScriptBlock& block) { return process_of(block); });
    for (const LoggedScript& script : scripts_) {
      const auto at = owner_.find(script.entity.value);
      if (script.entity && at != owner_.end()) logged_[at->second].push_back(&script);
    }
    pair_guest_runs();
    for (std::size_t i = 0; i < tree_.runs.size(); ++i) from_tree(i);
    for (std::size_t i = 0; i < guest_.runs.size(); ++i) {
      if (guest_used_[i]) continue;
      from_guest(guest_.runs[i]);
    }
    if (made_.size() > kMaxInvocations) {
      note(fmt::format("{} runs were found; the first {} in time are told", made_.size(),
                       kMaxInvocations));
    }
    order();
    own_traces();
    own_findings();
    cloud();
    for (Invocation& run : incident_.invocations) tell_unknowns(run);
    prevalence();
    incident_.hosts = judge_hosts(snapshot_, incident_, guest_);
    if (tree_.routine > 0) {
      note(fmt::format(
          "{} processes were started by channels that start some all day (WMI, scheduled "
          "tasks); they are told where asked for",
          tree_.routine));
    }
    if (tree_.left_out > 0)
      note(fmt::format("{} processes belong to further runs: more than {} are not told",
                       tree_.left_out, kMaxTreeRuns));
    if (facts_.left_out > 0)
      note(fmt::format(
          "{} later records that may tell of runs were not read: more than {} facts or {} "
          "bytes of text",
          facts_.left_out, kMaxFacts, kMaxFactBytes));
    return std::move(incident_);
  }

 private:
  struct Made {
    Invocation run;
    std::string correlation_id;
    std::size_t order = 0;
  };

  void note(std::string text) { incident_.notes.push_back(std::move(text)); }
  std::string_view view(StringId id) const { return snapshot_.strings.view(id); }
  const Channel& channel(const Invocation& run) const {
    return incident_.channels.channels[run.channel];
  }

  void detached() {
    std::unordered_map<std::uint32_t, std::uint32_t> owner;
    for (std::uint32_t run = 0; run < processes_.size(); ++run) {
      for (const RunProcess& process : processes_[run]) owner.emplace(process.entity.value, run);
    }
    const auto who = [&](EntityId entity) {
      const ImageId image = snapshot_.tree.last_image(entity);
      return fmt::format(
          "{} (pid {})",
          image ? view(snapshot_.tree.image(image).name) : std::string_view("a process"),
          snapshot_.tree.entity(entity).pid);
    };
    std::vector<Planted> planted;
    for (const TouchFact& fact : facts_.touched) {
      const auto at = owner.find(fact.entity.value);
      if (!fact.made || fact.path.empty() || !fact.entity || at == owner.end()) continue;
      planted.push_back({at->second, snapshot_.events.host(fact.event), fact.time, fact.path,
                         who(fact.entity), fact.event});
    }
    for (std::uint32_t run = 0; run < processes_.size(); ++run) {
      for (const RunProcess& process : processes_[run]) {
        if (process.membership == Membership::root) continue;
        const ProcessEntity& entity = snapshot_.tree.entity(process.entity);
        for (const ProcessImage& image : snapshot_.tree.images_of(process.entity)) {
          for (std::string& path : planted_by(view(image.command_line))) {
            planted.push_back(
                {run, entity.host, image.start, std::move(path), who(process.entity), image.event});
          }
        }
      }
    }
    add_detached(snapshot_, matcher_, tree_.runs, planted, processes_);
    for (std::uint32_t run = 0; run < processes_.size(); ++run) {
      for (const RunProcess& process : processes_[run]) owner_.emplace(process.entity.value, run);
    }
  }

  // A log that names a pid only: the life of that pid that was there then, of a run's processes.
  EntityId process_of(const ScriptBlock& block) {
    if (block.entity || block.pid == kNoPid) return block.entity;
    if (by_pid_.empty()) {
      for (const std::vector<RunProcess>& run : processes_) {
        for (const RunProcess& process : run) {
          const ProcessEntity& entity = snapshot_.tree.entity(process.entity);
          by_pid_.emplace(std::make_pair(entity.host.value, entity.pid), process.entity);
        }
      }
    }
    const HostId host = snapshot_.events.host(block.event);
    EntityId best;
    const auto range = by_pid_.equal_range({host.value, block.pid});
    for (auto at = range.first; at != range.second; ++at) {
      const ProcessEntity& entity = snapshot_.tree.entity(at->second);
      if (entity.start.ns > block.time.ns + kNsPerSecond) continue;
      if (entity.end_kind != EndKind::open && entity.end.ns + kNsPerSecond < block.time.ns)
        continue;
      if (!best || snapshot_.tree.entity(best).start < entity.start) best = at->second;
    }
    return best;
  }

  static std::optional<Timestamp> time_of(const GuestRun& run) {
    if (run.started) return run.started;
    for (const GuestFact* fact : run.status) {
      if (fact->start) return fact->start;
    }
    if (!run.log.empty()) return run.log.front()->time;
    for (const GuestFact* fact : run.status) {
      if (fact->has_time) return fact->time;
    }
    return std::nullopt;
  }

  // Runs of one name and number, tree and files: nearest in time, each once. Without a time the
  // last run in the tree is meant: files of earlier ones are overwritten.
  void pair_guest_runs() {
    guest_of_.assign(tree_.runs.size(), -1);
    guest_used_.assign(guest_.runs.size(), false);
    using Key = std::tuple<std::string, std::uint32_t, std::string, std::uint64_t>;
    std::map<Key, std::vector<std::size_t>> in_tree;
    for (std::size_t i = 0; i < tree_.runs.size(); ++i) {
      const TreeRun& run = tree_.runs[i];
      if (!run.sequence) continue;
      in_tree[{std::string(snapshot_.hosts.name(run.host)), run.channel, run.name, *run.sequence}]
          .push_back(i);
    }
    for (std::size_t g = guest_.runs.size(); g-- > 0;) {
      const GuestRun& guest = guest_.runs[g];
      if (!guest.sequence) continue;
      const auto at = in_tree.find({guest.host, guest.channel, guest.name, *guest.sequence});
      if (at == in_tree.end()) continue;
      const auto time = time_of(guest);
      std::ptrdiff_t best = -1;
      std::int64_t best_distance = 0;
      // In the order of their starts: those around the time, or the last ones.
      const std::vector<std::size_t>& same = at->second;
      std::size_t middle = same.size();
      if (time) {
        middle = static_cast<std::size_t>(
            std::lower_bound(same.begin(), same.end(), *time,
                             [&](std::size_t i, Timestamp wanted) {
                               return snapshot_.tree.image(tree_.runs[i].root_image).start < wanted;
                             }) -
            same.begin());
      }
      const std::size_t first = middle - std::min(middle, kMaxNamesakes);
      const std::size_t last = std::min(same.size(), middle + kMaxNamesakes);
      for (std::size_t k = first; k < last; ++k) {
        const std::size_t i = same[k];
        if (guest_of_[i] >= 0) continue;
        const std::int64_t start = snapshot_.tree.image(tree_.runs[i].root_image).start.ns;
        std::int64_t distance = time ? std::abs(start - time->ns) : -start;
        // A status tells of the end, which may be long after the start; a log of the start.
        if (time && guest.started && distance > kSameRun) continue;
        if (best < 0 || distance < best_distance) {
          best = static_cast<std::ptrdiff_t>(i);
          best_distance = distance;
        }
      }
      if (best < 0) continue;
      guest_of_[static_cast<std::size_t>(best)] = static_cast<std::ptrdiff_t>(g);
      guest_used_[g] = true;
    }
  }

  void from_tree(std::size_t index) {
    TreeRun& found = tree_.runs[index];
    const ProcessTree& tree = snapshot_.tree;
    Made made;
    Invocation& run = made.run;
    run.channel = found.channel;
    run.mode = found.mode;
    run.host = snapshot_.hosts.name(found.host);
    run.name = found.name;
    run.sequence = found.sequence;
    run.confidence = found.confidence;
    run.reasons = std::move(found.reasons);
    run.root = found.root;
    run.ancestors = std::move(found.ancestors);
    run.processes = std::move(processes_[index]);
    const ProcessImage& root = tree.image(found.root_image);
    const ProcessImage& interpreter = tree.image(found.interpreter_image);
    run.command_line = view(root.command_line);
    run.start = {root.start, TimeSource::process};
    if (tree.entity(found.root).end_kind == EndKind::seen)
      run.end = {tree.entity(found.root).end, TimeSource::process};
    run.user_id = view(interpreter.user_id);
    run.user = view(interpreter.user_name);
    if (interpreter.user_domain && !run.user.empty())
      run.user = fmt::format("{}\\{}", view(interpreter.user_domain), run.user);
    std::vector<const LoggedScript*> logged;
    if (const auto own = logged_.find(static_cast<std::uint32_t>(index)); own != logged_.end())
      logged = own->second;
    const GuestRun* guest =
        guest_of_[index] < 0 ? nullptr : &guest_.runs[static_cast<std::size_t>(guest_of_[index])];
    run.script = script_text_of(found.script_path.empty() ? found.script : found.script_path, guest,
                                logged, access_);
    if (guest != nullptr) add_guest(run, *guest, made);
    finish(std::move(made));
  }

  void from_guest(const GuestRun& guest) {
    Made made;
    Invocation& run = made.run;
    run.channel = guest.channel;
    run.mode = guest.mode;
    run.host = guest.host;
    run.name = guest.name;
    run.sequence = guest.sequence;
    std::string path;
    for (const GuestFact* fact : guest.log) {
      if (!fact->script_path.empty()) path = fact->script_path;
    }
    run.script = script_text_of(path, &guest, {}, access_);
    run.confidence = guest.executed() ? Confidence::probable : Confidence::possible;
    if (!guest.executed()) {
      Reason reason;
      reason.text = "only what was to be run is there: nothing says that it ran";
      reason.against = true;
      run.reasons.push_back(std::move(reason));
    }
    add_guest(run, guest, made);
    finish(std::move(made));
  }

  void add_guest(Invocation& run, const GuestRun& guest, Made& made) {
    const auto cite = [&](std::string text, const std::vector<const GuestFact*>& facts) {
      Reason reason;
      reason.text = std::move(text);
      for (const GuestFact* fact : facts) {
        reason.events.push_back(fact->event);
        run.evidence.push_back(fact->event);
      }
      run.reasons.push_back(std::move(reason));
    };
    if (!guest.log.empty()) {
      cite("the handler's own log tells of this run", guest.log);
      run.confidence = Confidence::confirmed;
    }
    if (!guest.status.empty()) {
      cite("the handler's status file tells of this run", guest.status);
      run.confidence = Confidence::confirmed;
    }
    if (!guest.settings.empty()) cite("the agent's settings ordered this run", guest.settings);
    if (!guest.files.empty()) {
      Reason reason;
      reason.text = "files of the run were collected";
      for (const RunFile& file : guest.files) {
        reason.files.push_back(file.artifact);
        run.files.push_back(file.artifact);
      }
      std::sort(reason.files.begin(), reason.files.end(), by_value<ArtifactId>);
      run.reasons.push_back(std::move(reason));
    }
    for (const EventId event : guest.goal_state) run.evidence.push_back(event);
    made.correlation_id = guest.correlation_id;
    if (run.mode.empty()) run.mode = guest.mode;

    for (const GuestFact* fact : guest.status) {
      if (!fact->state.empty()) run.state = fact->state;
      if (fact->exit_code) run.exit_code = fact->exit_code;
      if (!fact->stdout_text.empty()) run.stdout_tail = tail_of(fact->stdout_text);
      if (!fact->stderr_text.empty()) run.stderr_tail = tail_of(fact->stderr_text);
      if (!run.start.known() && fact->start) run.start = {*fact->start, TimeSource::status};
      if (!run.end.known() && fact->end) run.end = {*fact->end, TimeSource::status};
      if (!run.end.known() && fact->has_time) run.end = {fact->time, TimeSource::status};
    }
    for (const GuestFact* fact : guest.log) {
      if (fact->exit_code && !run.exit_code) run.exit_code = fact->exit_code;
      if (!fact->user.empty() && run.user.empty()) run.user = fact->user;
    }
    for (const GuestFact* fact : guest.settings) {
      if (!fact->user.empty() && run.user.empty()) run.user = fact->user;
    }
    if (!run.start.known() && guest.started) run.start = {*guest.started, TimeSource::handler_log};
    if (!run.start.known() && !guest.log.empty())
      run.start = {guest.log.front()->time, TimeSource::handler_log};
    if (!run.end.known() && guest.ended) run.end = {*guest.ended, TimeSource::handler_log};
    if (!run.exit_code && guest.ended &&
        std::none_of(guest.log.begin(), guest.log.end(), [](const GuestFact* fact) {
          return fact->action.compare(0, 6, "failed") == 0;
        })) {
      run.exit_code = 0;  // the handler tells of a failure with its code, and only then
    }
    for (const RunFile& file : guest.files) {
      const std::string name = ascii_lower(base_name(file.guest_path));
      if (name == "stdout") run.stdout_tail = tail_of(access_.content(file.artifact));
      if (name == "stderr") run.stderr_tail = tail_of(access_.content(file.artifact));
    }
  }

  template <class T>
  static bool by_value(T a, T b) {
    return a.value < b.value;
  }

  void finish(Made made) {
    Invocation& run = made.run;
    std::sort(run.evidence.begin(), run.evidence.end(), by_value<EventId>);
    run.evidence.erase(std::unique(run.evidence.begin(), run.evidence.end()), run.evidence.end());
    std::sort(run.files.begin(), run.files.end(), by_value<ArtifactId>);
    run.files.erase(std::unique(run.files.begin(), run.files.end()), run.files.end());
    std::stable_sort(run.reasons.begin(), run.reasons.end(),
                     [](const Reason& a, const Reason& b) { return a.against < b.against; });
    std::string first;
    if (run.root) {
      first = view(snapshot_.tree.entity(run.root).entity_id);
    } else if (run.start.known()) {
      first = format_time(run.start.time, 9);
    } else if (!run.evidence.empty()) {
      first = format_time(snapshot_.events.time(run.evidence.front()), 9);
    }
    run.id = access_
                 .sha256_hex(fmt::format("{}\n{}\n{}\n{}\n{}", channel(run).id,
                                         ascii_lower(run.host), run.name,
                                         run.sequence ? std::to_string(*run.sequence) : "", first))
                 .substr(0, 32);
    made_.push_back(std::move(made));
  }

  void order() {
    std::stable_sort(made_.begin(), made_.end(), [](const Made& a, const Made& b) {
      const auto key = [](const Invocation& run) {
        return std::make_tuple(!run.start.known(), run.start.time, std::string_view(run.host),
                               std::string_view(run.id));
      };
      return key(a.run) < key(b.run);
    });
    if (made_.size() > kMaxInvocations) made_.resize(kMaxInvocations);
    for (std::uint32_t i = 0; i < made_.size(); ++i) {
      if (!made_[i].correlation_id.empty()) correlated_.push_back({i, made_[i].correlation_id});
      incident_.invocations.push_back(std::move(made_[i].run));
    }
    for (std::uint32_t i = 0; i < incident_.invocations.size(); ++i) {
      for (const RunProcess& process : incident_.invocations[i].processes)
        run_of_.emplace(process.entity.value, i);
    }
  }

  void add_indicator(Invocation& run, Indicator indicator) {
    if (!indicator.value.empty()) run.indicators.push_back(std::move(indicator));
  }

  void own_traces() {
    for (const TouchFact& fact : facts_.touched) {
      std::uint32_t index = 0;
      if (const auto at = run_of_.find(fact.entity.value); fact.entity && at != run_of_.end()) {
        index = at->second;
      } else {
        continue;
      }
      Invocation& run = incident_.invocations[index];
      if (run.traces.size() >= kMaxTraces) {
        ++run.traces_left_out;
        continue;
      }
      run.traces.push_back({fact.kind, fact.event, fact.entity, fact.time, fact.text});
      for (const Indicator& indicator : fact.indicators) add_indicator(run, indicator);
    }
    for (const LoggedScript& script : scripts_) {
      const auto at = run_of_.find(script.entity.value);
      if (!script.entity || at == run_of_.end()) continue;
      Invocation& run = incident_.invocations[at->second];
      if (run.traces.size() >= kMaxTraces) {
        ++run.traces_left_out;
        continue;
      }
      const std::string line = script.text.substr(0, script.text.find('\n'));
      run.traces.push_back({TraceKind::script_block, script.events.front(), script.entity,
                            script.time, "script block: " + line.substr(0, 200)});
    }
    for (Invocation& run : incident_.invocations) {
      std::stable_sort(run.traces.begin(), run.traces.end(), [](const Trace& a, const Trace& b) {
        return std::tie(a.time, a.event.value) < std::tie(b.time, b.event.value);
      });
      if (!run.script.sha256.empty())
        add_indicator(run, {Indicator::Kind::sha256, run.script.sha256, "the script"});
      if (!run.script.path.empty())
        add_indicator(run, {Indicator::Kind::path, run.script.path, "the script"});
      std::sort(
          run.indicators.begin(), run.indicators.end(), [](const Indicator& a, const Indicator& b) {
            return std::tie(a.kind, a.value, a.context) < std::tie(b.kind, b.value, b.context);
          });
      run.indicators.erase(std::unique(run.indicators.begin(), run.indicators.end(),
                                       [](const Indicator& a, const Indicator& b) {
                                         return a.kind == b.kind && a.value == b.value;
                                       }),
                           run.indicators.end());
    }
  }

  void own_findings() {
    for (std::uint32_t i = 0; i < findings_.size(); ++i) {
      const auto at = run_of_.find(findings_[i].entity.value);
      if (findings_[i].entity && at != run_of_.end())
        incident_.invocations[at->second].findings.push_back(i);
    }
  }

  void cloud() {
    incident_.operations = collect_operations(matcher_, facts_.cloud);
    incident_.skews = join_cloud(matcher_, guest_.states, correlated_,
                                 machine_identities(snapshot_, facts_.guest), incident_.invocations,
                                 incident_.operations);
    for (const CloudOperation& operation : incident_.operations) {
      if (!operation.invocation) continue;
      Invocation& run = incident_.invocations[*operation.invocation];
      Reason reason;
      reason.text = fmt::format("a cloud operation ordered it: {}", operation.join_reason);
      reason.events = operation.events;
      run.reasons.insert(std::find_if(run.reasons.begin(), run.reasons.end(),
                                      [](const Reason& other) { return other.against; }),
                         std::move(reason));
      // A proof in the cloud log is one for the run; a fit in time supports it.
      if (operation.basis == JoinBasis::correlation_id || operation.basis == JoinBasis::command_id)
        run.confidence = Confidence::confirmed;
    }
  }

  void tell_unknowns(Invocation& run) {
    const auto unknown = [&](std::string text) { run.unknowns.push_back(std::move(text)); };
    switch (run.script.state) {
      case ScriptState::gone:
        unknown(fmt::format(
            "The script {} is gone: neither the file nor a log with its text was collected.",
            visible(run.script.path)));
        break;
      case ScriptState::unknown:
        unknown(run.command_line.empty() ? "Nothing says which script it was."
                                         : "No script is named: the channel ran a command.");
        break;
      case ScriptState::partial:
        unknown(
            "The script's text is not whole: parts of it were not logged or exceed what is kept.");
        break;
      case ScriptState::encrypted:
        unknown(
            "The script was handed over in protected settings, which only the machine's own key "
            "opens.");
        break;
      case ScriptState::recovered:
        break;
    }
    if (!run.root)
      unknown("No process of it was seen: what it started cannot be known from this evidence.");
    else if (run.processes.size() <= 1)
      unknown(
          "It started no process that was recorded: what it did inside its interpreter shows only "
          "in script logs.");
    if (!run.end.known()) unknown("Its end was not seen.");
    if (!run.exit_code) unknown("Its exit code was not recorded.");
    if (!run.operation && !channel(run).cloud_operations.empty()) {
      if (incident_.operations.empty()) {
        unknown(
            "No cloud log that tells of such runs was collected: who ordered it cannot be known.");
      } else {
        const Timestamp first = incident_.operations.front().first;
        Timestamp last = first;
        for (const CloudOperation& operation : incident_.operations)
          last = std::max(last, operation.last);
        unknown(fmt::format(
            "The cloud log, whose run operations lie between {} and {}, holds none that fits: "
            "it may not reach so far, or was not collected whole.",
            format_time(first, 0), format_time(last, 0)));
      }
    }
  }

  void prevalence() {
    std::map<std::string, Prevalence> by_hash;
    for (std::uint32_t i = 0; i < incident_.invocations.size(); ++i) {
      const Invocation& run = incident_.invocations[i];
      if (run.script.sha256.empty()) continue;
      Prevalence& entry = by_hash[run.script.sha256];
      entry.sha256 = run.script.sha256;
      entry.hosts.push_back(run.host);
      entry.invocations.push_back(i);
    }
    for (auto& [hash, entry] : by_hash) {
      if (entry.invocations.size() < 2) continue;
      std::sort(entry.hosts.begin(), entry.hosts.end());
      entry.hosts.erase(std::unique(entry.hosts.begin(), entry.hosts.end()), entry.hosts.end());
      incident_.prevalence.push_back(std::move(entry));
    }
    std::stable_sort(incident_.prevalence.begin(), incident_.prevalence.end(),
                     [](const Prevalence& a, const Prevalence& b) {
                       return std::make_tuple(b.hosts.size(), std::string_view(a.sha256)) <
                              std::make_tuple(a.hosts.size(), std::string_view(b.sha256));
                     });
  }

  const CaseSnapshot& snapshot_;
  const ChannelMatcher& matcher_;
  TreeRuns tree_;
  std::vector<std::vector<RunProcess>> processes_;
  const Facts& facts_;
  std::span<const Finding> findings_;
  const EvidenceAccess& access_;
  GuestRuns guest_;
  std::vector<LoggedScript> scripts_;
  std::unordered_map<std::uint32_t, std::vector<const LoggedScript*>> logged_;  // by tree run
  std::vector<std::ptrdiff_t> guest_of_;                                        // by tree run
  std::vector<bool> guest_used_;
  std::multimap<std::pair<std::uint32_t, std::int64_t>, EntityId> by_pid_;
  std::unordered_map<std::uint32_t, std::uint32_t> owner_;   // entity → tree run
  std::unordered_map<std::uint32_t, std::uint32_t> run_of_;  // entity → invocation
  std::vector<Made> made_;
  std::vector<CorrelatedRun> correlated_;
  Incident incident_;
};

}  // namespace

std::string_view membership_name(Membership membership) {
  switch (membership) {
    case Membership::root:
      return "root";
    case Membership::lineage:
      return "lineage";
    case Membership::reparented:
      return "reparented";
    case Membership::follow_on:
      return "follow_on";
  }
  return "";
}

std::string_view trace_kind_name(TraceKind kind) {
  static constexpr std::string_view kNames[] = {"file",         "registry", "network",
                                                "dns",          "account",  "persistence",
                                                "script_block", "logon",    "other"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view indicator_kind_name(Indicator::Kind kind) {
  static constexpr std::string_view kNames[] = {
      "sha256", "sha1", "md5", "ip", "domain", "url", "path", "account", "registry_key"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view time_source_name(TimeSource source) {
  static constexpr std::string_view kNames[] = {"none",     "process",    "handler_log", "status",
                                                "settings", "script_log", "agent_log"};
  return kNames[static_cast<std::size_t>(source)];
}

Incident assemble_incident(const CaseSnapshot& snapshot, ChannelSet channels,
                           const ChannelMatcher& matcher, TreeRuns tree,
                           std::vector<std::vector<RunProcess>> processes, const Facts& facts,
                           std::span<const Finding> findings, const EvidenceAccess& access) {
  return Assembler(snapshot, std::move(channels), matcher, std::move(tree), std::move(processes),
                   facts, findings, access)
      .run();
}

}  // namespace stemma
