// ChannelMatcher: what a program, command line or folder says of channels. All channels at once;
// not what a process tree says (detection/invocations).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detection/channels/anchors.hpp"
#include "detection/channels/channel.hpp"

namespace stemma {

/// A script, or a run's folder, that a text names.
struct ScriptHit {
  std::uint32_t channel = 0;
  std::string mode;
  std::string name;
  std::optional<std::uint64_t> sequence;
  std::string script;  ///< the path as the text has it
  /// Only the shape of the command line speaks for the channel; others share it.
  bool shape_only = false;
};

class ChannelMatcher {
 public:
  /// `channels` is borrowed.
  explicit ChannelMatcher(const ChannelSet& channels);

  /// What a text can name: where kScriptAnchor is missing scripts_in() finds nothing in it, and so
  /// kHandlerAnchor with handler() and handler_in(), kFolderAnchor with folder_of(). For whoever
  /// asks several of them of texts that repeat. One pass over the text.
  [[nodiscard]] AnchorSet anchors_in(std::string_view text) const { return anchors_.in(text); }

  /// Scripts of channels that a command line names, in the order of the channels, own paths before
  /// shapes; at most one a channel. One pass over the text where it names none.
  [[nodiscard]] std::vector<ScriptHit> scripts_in(std::string_view command_line,
                                                  Platform platform) const;
  /// Runs whose folder a working directory is, or lies in.
  [[nodiscard]] std::vector<ScriptHit> folder_of(std::string_view working_directory,
                                                 Platform platform) const;
  /// The channel whose handler a program is, by its executable; where the pattern has blanks, by
  /// its command line.
  [[nodiscard]] std::optional<std::uint32_t> handler(std::string_view executable,
                                                     std::string_view command_line) const;
  /// The channel whose handler a command line starts or names (`bash …/run-command-shim enable`).
  [[nodiscard]] std::optional<std::uint32_t> handler_in(std::string_view command_line) const;
  /// The agent's program that a process is, as its executable or command line names it.
  [[nodiscard]] std::optional<std::string> agent(std::uint32_t channel, std::string_view executable,
                                                 std::string_view command_line) const;
  /// Whether a child of the handler is the handler's own bookkeeping.
  [[nodiscard]] bool ignored(std::uint32_t channel, std::string_view command_line) const;
  /// The channel of an extension as an agent names it.
  [[nodiscard]] std::optional<std::uint32_t> by_extension(std::string_view name) const;
  /// The channel that a file on a machine is of.
  [[nodiscard]] std::optional<std::uint32_t> by_file(std::string_view guest_path) const;
  /// The run whose own file a path is: script, output.
  [[nodiscard]] std::optional<ScriptHit> run_of_file(std::string_view guest_path) const;
  /// Channels of a cloud operation, in any case.
  [[nodiscard]] std::vector<std::uint32_t> by_operation(std::string_view name) const;

 private:
  const ChannelSet& channels_;
  Anchors anchors_;
};

/// anchors_in() as a value, for whoever keeps what it says.
struct AnchorsIn {
  const ChannelMatcher* matcher = nullptr;
  AnchorSet operator()(std::string_view text) const { return matcher->anchors_in(text); }
};

}  // namespace stemma
