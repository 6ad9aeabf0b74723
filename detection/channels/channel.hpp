// Channel: a way to run a script on a machine from elsewhere, described as data. What its handler's
// programs are, where its scripts lie, which command line it gives to an interpreter, what it
// leaves on disk, what the cloud calls it. Not a rule: a channel says what a process belongs to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detection/channels/path_pattern.hpp"

namespace stemma {

enum class Platform : std::uint8_t { any, windows, linux };

/// How a run was started, where a channel has more than one way.
struct ScriptPlace {
  PathPattern pattern;  ///< of the script's path as a command line names it
  std::string mode;     ///< `runas`, `immediate`; empty for the usual way
};

struct Channel {
  std::string id;           ///< `azure_run_command_action`
  std::string name;         ///< for people
  std::string description;  ///< one sentence
  Platform platform = Platform::any;
  std::vector<std::string> techniques;  ///< ATT&CK ids
  /// Programs of the channel itself: an ancestor's executable, or a path in its command line.
  std::vector<PathPattern> handlers;
  /// Programs above the handler, which others share (`waagent`): support, never proof.
  std::vector<PathPattern> agents;
  std::vector<ScriptPlace> scripts;        ///< paths that only this channel uses
  std::vector<PathPattern> command_lines;  ///< shapes that others share
  std::vector<PathPattern> working_directories;
  std::vector<PathPattern> files;   ///< of the channel on a machine: logs, settings, output
  std::vector<PathPattern> ignore;  ///< children of the handler that are its own bookkeeping
  /// Starts processes all day for ordinary reasons: its runs are listed only where asked for.
  bool routine = false;
  std::vector<std::string> extensions;  ///< names in an agent's logs, folded: `microsoft.cplat…`
  std::vector<std::string> cloud_operations;  ///< folded; ways in which a cloud log names a run
  std::vector<std::string> users;             ///< identities that the handler runs scripts as
  /// What a responder looks at, what is harmless, what to do: shown in reports.
  std::vector<std::string> triage, false_positives, response;
  std::string file;  ///< where it was read from, for messages
};

/// Channels in the order of their ids. The ones that ship, then the analyst's: an equal id
/// replaces.
struct ChannelSet {
  std::vector<Channel> channels;
  [[nodiscard]] const Channel* find(std::string_view id) const;
};

}  // namespace stemma
