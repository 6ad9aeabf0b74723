#include "detection/invocations/machine_identity.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "detection/invocations/guest_runs.hpp"
#include "events/paths.hpp"

namespace stemma {
namespace {

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

// 8-4-4-4-12 hexadecimal digits, lower case.
bool is_guid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

}  // namespace

std::vector<MachineIdentity> machine_identities(const CaseSnapshot& snapshot,
                                                std::span<const GuestFact> facts) {
  struct Word {
    MachineIdentity machine;
    Timestamp time;
    bool contradicted = false;
  };
  std::map<std::string, Word> by_host;
  for (const GuestFact& fact : facts) {
    MachineIdentity machine;
    machine.vm_id = ascii_lower(fact.vm_id);
    if (!is_guid(machine.vm_id)) machine.vm_id.clear();
    machine.subscription = ascii_lower(fact.subscription);
    machine.group = ascii_lower(fact.resource_group);
    machine.name = ascii_lower(fact.resource_name);
    if (machine.vm_id.empty() && machine.name.empty()) continue;
    machine.host = snapshot.hosts.name(snapshot.events.host(fact.event));
    machine.event = fact.event;
    const auto [at, fresh] = by_host.try_emplace(ascii_lower(machine.host));
    Word& word = at->second;
    const auto papers = [](const MachineIdentity& of) {
      return std::tie(of.vm_id, of.subscription, of.group, of.name);
    };
    if (fresh || fact.time > word.time) {
      word = {std::move(machine), fact.time, false};
    } else if (fact.time == word.time && papers(machine) != papers(word.machine)) {
      word.contradicted = true;
    }
  }
  std::vector<MachineIdentity> out;
  for (auto& [host, word] : by_host) {
    if (!word.contradicted) out.push_back(std::move(word.machine));
  }
  return out;
}

MachineMatch compare(const MachineIdentity& machine, const CloudOperation& operation) {
  if (operation.provider != "azure") return MachineMatch::unknown;
  if (!machine.vm_id.empty() && !operation.vm_id.empty())
    return machine.vm_id == operation.vm_id ? MachineMatch::same : MachineMatch::other;
  if (machine.subscription.empty() || machine.group.empty() || machine.name.empty())
    return MachineMatch::unknown;
  const std::string theirs = machine_resource(operation.resource_id);
  if (theirs.empty()) return MachineMatch::unknown;
  const std::string own = "/subscriptions/" + machine.subscription + "/resourcegroups/" +
                          machine.group + "/providers/microsoft.compute/virtualmachines/" +
                          machine.name;
  return own == theirs ? MachineMatch::same : MachineMatch::other;
}

std::string machine_resource(std::string_view resource_id) {
  std::string lower = ascii_lower(resource_id);
  constexpr std::string_view kType = "/providers/microsoft.compute/virtualmachines/";
  const std::size_t type = lower.find(kType);
  if (type == std::string::npos || lower.compare(0, 15, "/subscriptions/") != 0) return {};
  const std::size_t end = lower.find('/', type + kType.size());
  lower.resize(std::min(end, lower.size()));
  return lower.size() > type + kType.size() ? lower : std::string();
}

std::string vm_id_in(std::string_view text) {
  constexpr std::string_view kKey = "vmid";
  const std::string lower = ascii_lower(text);
  std::string found;
  for (std::size_t at = 0; (at = lower.find(kKey, at)) != std::string::npos;) {
    std::size_t next = at + kKey.size();
    at = next;
    // Quotes, the colon and blanks; each quote behind a backslash inside a JSON text.
    while (next < lower.size() && next - at < 16 &&
           (lower[next] == '"' || lower[next] == '\\' || lower[next] == ':' || lower[next] == ' '))
      ++next;
    const std::string_view id = std::string_view(lower).substr(next, 36);
    if (!is_guid(id)) continue;
    if (!found.empty() && found != id) return {};
    found = id;
  }
  return found;
}

}  // namespace stemma
