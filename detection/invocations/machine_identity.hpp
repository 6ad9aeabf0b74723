// Which cloud machine a host is, by its own papers: the VM id and the resource that the platform
// wrote into the agent's settings. A name can belong to two machines, and a machine's own name need
// not be the cloud's; these do not lie so.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "detection/invocations/cloud_operation.hpp"
#include "detection/invocations/facts.hpp"
#include "events/case_snapshot.hpp"

namespace stemma {

/// What a host's goal states say of it, in lower case; empty where they do not.
/// Source: `inVMMetadata` of VmSettings.json (Azure/WALinuxAgent,
/// azurelinuxagent/common/protocol/extensions_goal_state_from_vm_settings.py and its test data).
struct MachineIdentity {
  std::string host;  ///< as the snapshot shows it
  std::string vm_id;
  std::string subscription, group, name;
  EventId event;  ///< that says so
};

/// By host. Of several the latest counts: a disk that was copied keeps the papers of the machine
/// before it. Those that contradict each other at one time say nothing.
std::vector<MachineIdentity> machine_identities(const CaseSnapshot& snapshot,
                                                std::span<const GuestFact> facts);

enum class MachineMatch : std::uint8_t { unknown, same, other };
/// Whether an operation is about that machine: by VM id where both sides have one, else by the
/// whole resource (subscription, group and name).
MachineMatch compare(const MachineIdentity& machine, const CloudOperation& operation);

/// `/subscriptions/<id>/resourceGroups/<group>/…/virtualMachines/<name>` without what hangs below
/// the machine, in lower case; empty where it names none.
std::string machine_resource(std::string_view resource_id);

/// The VM id in a text that holds `"vmId":"<GUID>"`, escaped or not, in lower case; empty where
/// there is none or where several differ.
std::string vm_id_in(std::string_view text);

}  // namespace stemma
