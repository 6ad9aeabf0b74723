#include "detection/invocations/host_standing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "detection/invocations/text_marks.hpp"
#include "events/paths.hpp"

namespace stemma {
namespace {

struct Agent {
  std::string_view program;  // base name of the executable or of an argument, folded
  bool azure;
};

constexpr Agent kAgents[] = {{"windowsazureguestagent.exe", true},
                             {"waappagent.exe", true},
                             {"windowsazuretelemetryservice.exe", true},
                             {"waagent", true},
                             {"amazon-ssm-agent", false},
                             {"amazon-ssm-agent.exe", false},
                             {"google_guest_agent", false},
                             {"gceguestagent.exe", false},
                             {"google_osconfig_agent", false}};

// Which agent's program has the name, counted from 1; 0: none's.
std::uint8_t agent_named(std::string_view program) {
  for (std::size_t i = 0; i < std::size(kAgents); ++i) {
    if (ascii_iequals(program, kAgents[i].program)) return static_cast<std::uint8_t>(i + 1);
  }
  return 0;
}

// waagent is a script: its interpreter's command line names it.
std::uint8_t starts_waagent(std::string_view command_line) {
  return command_line.find("waagent -daemon") != std::string_view::npos ||
         command_line.find("-run-exthandlers") != std::string_view::npos;
}

std::string_view channel_prefix() {
  return "Microsoft-WindowsAzure-";
}

}  // namespace

std::vector<HostStanding> judge_hosts(const CaseSnapshot& snapshot, const Incident& incident,
                                      const GuestRuns& guest) {
  std::map<std::string, HostStanding> hosts;
  const auto standing = [&](std::string_view name) -> HostStanding& {
    HostStanding& host = hosts[std::string(name)];
    host.host = name;
    return host;
  };
  std::set<std::pair<std::string, std::string>> told;
  const auto tell = [&](std::string_view name, std::string key, std::string text, bool against,
                        Confidence confidence, EventId event) {
    HostStanding& host = standing(name);
    if (!told.emplace(std::string(name), std::move(key)).second) return;
    Reason reason;
    reason.text = std::move(text);
    reason.against = against;
    if (event) reason.events.push_back(event);
    host.reasons.push_back(std::move(reason));
    if (!against) host.azure_vm = std::max(host.azure_vm, confidence);
  };

  TextMarks by_executable(snapshot.strings,
                          [](std::string_view text) { return agent_named(base_name(text)); });
  TextMarks by_name(snapshot.strings, agent_named);
  TextMarks waagent_lines(snapshot.strings, starts_waagent);
  for (std::size_t i = 0; i < snapshot.tree.entities().size(); ++i) {
    const EntityId id = EntityId::from_index(i);
    const HostId host = snapshot.tree.entity(id).host;
    const std::string_view name = snapshot.hosts.name(host);
    if (name.empty()) continue;
    for (const ProcessImage& image : snapshot.tree.images_of(id)) {
      const std::uint8_t program = by_executable.of(image.executable);
      const std::uint8_t own = by_name.of(image.name);
      if (program + own + waagent_lines.of(image.command_line) == 0) continue;
      for (std::size_t number = 1; number <= std::size(kAgents); ++number) {
        if (program != number && own != number) continue;
        const Agent& agent = kAgents[number - 1];
        standing(name).cloud_agent_seen = true;
        tell(name, std::string(agent.program),
             agent.azure ? fmt::format("the Azure agent {} ran on it", agent.program)
                         : fmt::format("{}, the agent of another cloud, ran on it", agent.program),
             !agent.azure, Confidence::probable, image.event);
      }
      if (waagent_lines.of(image.command_line) != 0) {
        standing(name).cloud_agent_seen = true;
        tell(name, "waagent", "the Azure agent waagent ran on it", false, Confidence::probable,
             image.event);
      }
    }
  }
  for (const EventClass& kind : snapshot.events.classes().all()) {
    const std::string_view channel = snapshot.strings.view(kind.channel);
    if (channel.substr(0, channel_prefix().size()) != channel_prefix()) continue;
    tell(snapshot.hosts.name(kind.host), "channel",
         fmt::format("its event log has the channel {}", channel), false, Confidence::confirmed,
         {});
  }
  for (const GoalState& state : guest.states) {
    tell(state.host, "goal state", "its agent's log tells of goal states", false,
         Confidence::confirmed, state.event);
  }
  for (const Invocation& run : incident.invocations) {
    if (run.host.empty()) continue;
    HostStanding& host = standing(run.host);
    if (!run.evidence.empty() &&
        incident.channels.channels[run.channel].id.compare(0, 5, "azure") == 0) {
      tell(run.host, "handler", "an Azure handler's log, settings or status lie on it", false,
           Confidence::confirmed, run.evidence.front());
    }
    host.host = run.host;
  }
  std::multimap<std::string, std::string> by_label;
  for (const auto& [name, host] : hosts)
    by_label.emplace(ascii_lower(name.substr(0, name.find('.'))), name);
  for (const CloudOperation& operation : incident.operations) {
    if (operation.provider != "azure" || operation.machine.empty()) continue;
    const auto range =
        by_label.equal_range(ascii_lower(operation.machine.substr(0, operation.machine.find('.'))));
    for (auto at = range.first; at != range.second; ++at) {
      const std::string& name = at->second;
      tell(name, "cloud log", "the Azure Activity Log names a machine of its name", false,
           Confidence::probable, operation.events.front());
    }
  }
  std::vector<HostStanding> found;
  for (auto& [name, host] : hosts) {
    if (host.reasons.empty()) {
      Reason reason;
      reason.text = "nothing that was collected speaks of a cloud agent on it";
      reason.against = true;
      host.reasons.push_back(std::move(reason));
    }
    std::stable_sort(host.reasons.begin(), host.reasons.end(),
                     [](const Reason& a, const Reason& b) { return a.against < b.against; });
    found.push_back(std::move(host));
  }
  return found;
}

}  // namespace stemma
