// Secrets that lie in clear text in a case: in command lines of any process, in the scripts and
// outputs of runs. Never their text, only their kind and place.
#pragma once

#include <vector>

#include "detection/invocations/incident.hpp"
#include "events/case_snapshot.hpp"

namespace stemma {

/// Secrets that are listed; a case with more says so in Incident::notes.
inline constexpr std::size_t kMaxSecretsSeen = 10'000;

/// By host, then event. One a command line and kind. O(bytes of command lines), each once.
std::vector<SecretSeen> secrets_seen(const CaseSnapshot& snapshot, const Incident& incident);

}  // namespace stemma
