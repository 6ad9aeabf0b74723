// Incident: the story of a case as an analyst tells it. Which runs there were, who ordered each,
// how sure we are and what cannot be known. Reports and exports are written from it and add
// nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "detection/channels/channel.hpp"
#include "detection/invocations/cloud_operation.hpp"
#include "detection/invocations/invocation.hpp"
#include "events/secrets.hpp"

namespace stemma {

/// Whether a machine is one of a cloud's, with what speaks for and against it.
struct HostStanding {
  std::string host;
  bool cloud_agent_seen = false;
  Confidence azure_vm = Confidence::none;
  std::vector<Reason> reasons;
};

/// A script that ran more than once, by content.
struct Prevalence {
  std::string sha256;
  std::vector<std::string> hosts;          ///< ascending
  std::vector<std::uint32_t> invocations;  ///< ascending
};

/// A secret in evidence: never printed, its place is.
struct SecretSeen {
  std::string id;  ///< of its finding (secret_findings.hpp)
  SecretKind what = SecretKind::password;
  std::string kind;  ///< in words: `RunAs password`, `SAS token`
  std::string host;
  EventId event;                  ///< none where a file holds it
  std::optional<Timestamp> time;  ///< of the event, else of the run\'s start; none where unknown
  EntityId entity;                ///< whose command line it is; none else
  ImageId image;
  std::optional<ArtifactId> file;
  std::string where;  ///< `command line of bash (pid 2211)`; `…, and 12 more of that program`
  std::optional<std::uint32_t> invocation;
  std::uint64_t count = 1;  ///< command lines that this one stands for; it is the earliest
};

/// What an analyst declared as known automation (automation.hpp), and what it covered.
struct AutomationDeclaration {
  std::string reason, owner;
  std::string expires;  ///< 2027-01-31: last day on which it counts
  std::string path;     ///< of its file
  std::uint32_t line = 0;
  bool expired = false;
  std::uint32_t runs = 0;  ///< that it covers; a run that several cover counts in each
};

/// `2 runs`, `no run`, `expired`: what came of an entry.
std::string automation_use(const AutomationDeclaration& entry);
/// `nightly patching (j.doe, until 2027-01-31; known.toml:4)`, as it was written.
std::string automation_words(const AutomationDeclaration& entry);

struct Incident {
  ChannelSet channels;
  std::vector<Invocation> invocations;            ///< by start (unknown last), host, id
  std::vector<CloudOperation> operations;         ///< by first row, then id
  std::vector<HostStanding> hosts;                ///< by name
  std::vector<ClockSkew> skews;                   ///< by host
  std::vector<Prevalence> prevalence;             ///< most hosts first, then hash
  std::vector<SecretSeen> secrets;                ///< by host, event
  std::vector<AutomationDeclaration> automation;  ///< in the order of the files
  std::vector<std::string> notes;                 ///< caps hit and the like: whole sentences
};

}  // namespace stemma
