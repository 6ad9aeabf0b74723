// Finds the evidence below the paths that were given: walks folders and archives, opens files,
// drops second copies, and asks every parser whether a file is its own. Content decides, not names.
// Not parsing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/session/file_bytes.hpp"
#include "events/case_snapshot.hpp"
#include "parsers/common/parser.hpp"

namespace stemma {

/// Cap on folder depth: deeper trees do not occur in collections, and a walk must end.
inline constexpr std::size_t kMaxFolderDepth = 128;

/// An open file and who reads it.
struct FoundArtifact {
  Artifact artifact;
  FileBytes bytes;
  std::string default_host;
  std::vector<const Parser*> parsers;
};

struct Discovery {
  std::vector<FoundArtifact>
      artifacts;  ///< in the order of their content keys: the same whatever their names
  std::vector<std::pair<std::string, std::string>> skipped;  ///< path and reason, by path
  std::vector<std::string>
      unreadable;  ///< paths that exist and could not be opened: they make the exit code 3
};

/// Walks `paths`. Symbolic links below them are not followed (what they point to inside is found by
/// itself, what lies outside is not part of the collection) and are listed as skipped. Files of
/// equal size and content are read once, unless their place says what they are about
/// (Parser::place_matters). Deterministic: names decide nothing but which of several
/// copies is shown.
/// An archive (archive_reader.hpp) is a folder: its members are artifacts called
/// `archive.zip!member/path`, held in memory while the session is open, and it is itself listed as
/// skipped, as is every member that holds no evidence. Flat ZIPs of an agent's goal states stay
/// whole.
Discovery discover(const std::vector<std::string>& paths,
                   const std::vector<std::unique_ptr<Parser>>& parsers);

}  // namespace stemma
