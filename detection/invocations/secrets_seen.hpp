// Secrets that lie in clear text in a case: in command lines of any process, in the scripts and
// outputs of runs, in what an agent's files say; and protected settings, whose text is encrypted.
// Never their text, only their kind and place.
#pragma once

#include <vector>

#include "detection/invocations/facts.hpp"
#include "detection/invocations/incident.hpp"
#include "events/case_snapshot.hpp"

namespace stemma {

/// Secrets that are listed; a case with more says so in Incident::notes.
inline constexpr std::size_t kMaxSecretsSeen = 10'000;

/// By host, then event. One a record or file and kind. Of command lines that no run started, one a
/// host, kind and program, counted: a job that hands over a token every minute is one finding, and
/// buries no other. O(bytes of command lines), each once.
/// @param guest  lines and files of agents
std::vector<SecretSeen> secrets_seen(const CaseSnapshot& snapshot, const Incident& incident,
                                     const std::vector<GuestFact>& guest);

}  // namespace stemma
