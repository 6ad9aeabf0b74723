// CloudOperation: what a cloud log says of one order to run a script. All rows of a correlation id
// are one operation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "detection/findings/finding.hpp"
#include "events/ids.hpp"
#include "events/time.hpp"

namespace stemma {

/// What an operation and an invocation were joined by, best first.
enum class JoinBasis : std::uint8_t {
  none,
  correlation_id,  ///< the agent's log names the operation's correlation id
  command_id,      ///< the path on the guest holds the cloud's command id (AWS)
  vm_id,           ///< the same machine by its own papers (machine_identity.hpp), the time fits
  host_and_time,   ///< the same name, and the time fits
};
std::string_view join_basis_name(JoinBasis basis);

struct CloudOperation {
  std::string id;              ///< correlation id, or the cloud's command id
  std::string provider;        ///< `azure`, `aws`
  std::string operation_name;  ///< as recorded
  std::uint32_t channel = 0;   ///< index into ChannelSet::channels
  std::string action;          ///< `run`, `delete`
  std::string resource_id;     ///< as recorded
  std::string machine;         ///< VM name, or instance id
  std::string vm_id;           ///< Azure's id of the machine, lower case, where a row of it has one
  std::string run_name;        ///< of `…/runCommands/<name>`
  std::string account;         ///< subscription or account id
  std::string caller;          ///< UPN, or the principal's id
  std::string caller_ip;
  std::string principal_type;  ///< `User`, `ServicePrincipal`
  std::string principal_id;
  std::string application_id;
  std::string role;                                         ///< RBAC role that allowed it
  std::vector<std::pair<std::string, std::string>> claims;  ///< by name
  std::string result;           ///< of the last row: `Succeeded`, `Failed`, `Accepted`
  Timestamp first, last;        ///< times of its rows
  std::vector<EventId> events;  ///< its rows, ascending

  std::optional<std::uint32_t> invocation;  ///< index into Incident::invocations
  JoinBasis basis = JoinBasis::none;
  Confidence confidence = Confidence::none;  ///< of the join
  std::int64_t delta_ns = 0;  ///< start on the guest less `first`, the guest's clock corrected
  std::string join_reason;    ///< in words
  std::string why_alone;      ///< where no invocation fits: what that may mean
};

/// How far a guest's clock is off the cloud's, as far as pairs tell.
struct ClockSkew {
  std::string host;
  std::int64_t skew_ns = 0;  ///< guest less cloud
  std::uint32_t pairs = 0;   ///< that it is estimated from
  std::string basis;         ///< `goal state lines`, `joined operations`
};

}  // namespace stemma
