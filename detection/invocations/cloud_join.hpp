// Joins cloud operations to invocations: proof first, then machine and time, one to one over the
// whole case.
#pragma once

#include <vector>

#include "detection/channels/channel_matcher.hpp"
#include "detection/invocations/cloud_operation.hpp"
#include "detection/invocations/guest_runs.hpp"
#include "detection/invocations/invocation.hpp"
#include "detection/invocations/machine_identity.hpp"

namespace stemma {

/// A run begins at most so long before its operation (clocks are corrected, not exact), and at most
/// so long after it: the agent polls every few seconds, a first run downloads the extension.
/// Source: reference on Azure Run Command, section 4.3.
inline constexpr std::int64_t kJoinBefore = 5 * kNsPerSecond;
inline constexpr std::int64_t kJoinAfter = 600 * kNsPerSecond;
/// A clock further off than that is a wrong clock, not a skew, and is not guessed at.
inline constexpr std::int64_t kMaxSkew = 12 * 3600 * kNsPerSecond;
/// Pairs that are looked at, a machine and channel: beyond it the nearest in time are paired.
inline constexpr std::size_t kMaxAlignment = 4'000'000;

struct CorrelatedRun {
  std::uint32_t invocation = 0;
  std::string correlation_id;
};

/// Sets CloudOperation::invocation … why_alone and Invocation::operation; returns the skews that
/// were estimated, by host.
/// @param correlated  runs whose goal state names a correlation id
/// @param machines    what hosts say they are; one that contradicts an operation forbids the join
std::vector<ClockSkew> join_cloud(const ChannelMatcher& matcher,
                                  const std::vector<GoalState>& states,
                                  const std::vector<CorrelatedRun>& correlated,
                                  const std::vector<MachineIdentity>& machines,
                                  std::vector<Invocation>& invocations,
                                  std::vector<CloudOperation>& operations);

/// Whether a machine's name in the cloud and on itself are one: first label, any case.
bool same_machine(std::string_view cloud, std::string_view host);

/// `+90 s`, `-2 s`, `1.3 s`, for people.
std::string seconds_text(std::int64_t ns);

}  // namespace stemma
