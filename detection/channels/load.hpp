// Reads channels: those that ship, and the analyst's own TOML files. Not their use.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detection/channels/channel.hpp"

namespace stemma {

inline constexpr std::size_t kMaxChannels = 1024;
inline constexpr std::size_t kMaxChannelFile = 1u << 20;  ///< bytes
inline constexpr std::size_t kMaxChannelPatterns = 256;   ///< of one key
inline constexpr std::size_t kMaxChannelFolderEntries = 4096;

/// A channel file that was not read, or a key in it: `FILE:LINE:COLUMN: message`.
struct ChannelProblem {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string text;
};
std::string describe(const ChannelProblem& problem);

struct LoadedChannels {
  ChannelSet set;
  std::vector<ChannelProblem> problems;  ///< a channel with a problem is left out whole
};

/// The channels that ship, then those in `paths` (files, or folders of `*.toml`). A later channel
/// with an id that is known replaces it.
LoadedChannels load_channels(std::span<const std::filesystem::path> paths);

/// One file's text; `file` is for messages.
void read_channel(std::string_view text, std::string_view file, LoadedChannels& into);

}  // namespace stemma
