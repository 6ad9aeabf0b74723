// Everything that is known of a case's runs → the incident: lineage and guest files joined to
// invocations, scripts and traces given to them, cloud operations joined, machines judged.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detection/channels/channel_matcher.hpp"
#include "detection/invocations/facts.hpp"
#include "detection/invocations/incident.hpp"
#include "detection/invocations/tree_runs.hpp"
#include "events/case_snapshot.hpp"

namespace stemma {

/// What assembling needs of whoever can open files.
struct EvidenceAccess {
  std::function<std::string_view(ArtifactId)> content;      ///< unpacked; valid for the whole call
  std::function<std::string(std::string_view)> sha256_hex;  ///< of bytes, lower case
};

/// Bytes of a stream's end that are kept: what Azure keeps of it.
inline constexpr std::size_t kMaxOutputTail = 4096;
/// Runs that are told; a forged log could name millions.
inline constexpr std::size_t kMaxInvocations = 100'000;

/// @param processes  of each tree run, as descendants() gave them
/// @param facts      sorted
/// Deterministic: nothing depends on threads or the order of files.
Incident assemble_incident(const CaseSnapshot& snapshot, ChannelSet channels,
                           const ChannelMatcher& matcher, TreeRuns tree,
                           std::vector<std::vector<RunProcess>> processes, const Facts& facts,
                           std::span<const Finding> findings, const EvidenceAccess& access);

}  // namespace stemma
