// Runs of scripts as the process tree shows them: which process is the outermost of each, by which
// channel, how well borne out. What an agent's files say comes later (assemble.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "detection/channels/channel_matcher.hpp"
#include "detection/invocations/invocation.hpp"
#include "events/case_snapshot.hpp"

namespace stemma {

/// A run in the tree. Its processes and traces are not worked out yet.
struct TreeRun {
  std::uint32_t channel = 0;
  std::string mode;
  HostId host;
  std::string name;
  std::optional<std::uint64_t> sequence;
  std::string script;       ///< as the command line names it; empty for a command without one
  std::string script_path;  ///< the whole path where folder or command line give it
  EntityId root;
  ImageId root_image;    ///< the image that names the script
  EntityId interpreter;  ///< the innermost process whose command names it
  ImageId interpreter_image;
  std::vector<EntityId> ancestors;  ///< of the root, nearest first
  Confidence confidence = Confidence::possible;
  std::vector<Reason> reasons;
};

/// Images of one life that are looked at: an image of an ancestor counts, and a forged life may
/// have a million.
inline constexpr std::size_t kMaxImagesAsked = 256;
/// Runs that are kept of a tree; the rest is counted.
inline constexpr std::size_t kMaxTreeRuns = 100'000;

struct TreeRuns {
  std::vector<TreeRun> runs;   ///< by host, start of the root image, entity
  std::uint64_t left_out = 0;  ///< processes whose runs lie beyond kMaxTreeRuns
  std::uint64_t routine = 0;   ///< runs of channels that are told only where asked for
};

/// @param all  also runs of routine channels
/// A process that only reads or changes the script's file runs nothing and makes no run. O(images +
/// runs × ancestors); command lines are looked at once each.
TreeRuns runs_in_tree(const CaseSnapshot& snapshot, const ChannelSet& channels,
                      const ChannelMatcher& matcher, bool all);

/// Which system an entity's records are from.
Platform platform_of(const ProcessEntity& entity);

}  // namespace stemma
