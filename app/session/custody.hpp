// Custody: a manifest of what a collection was and what was found in it, and the check that it still
// is so. Reads files; changes none.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/session/detect.hpp"
#include "app/session/session.hpp"
#include "detection/rules/rule.hpp"
#include "events/fault.hpp"

namespace stemma {

/// Bytes of a manifest that are read: some 300 a file.
inline constexpr std::size_t kMaxManifest = 256u << 20;
/// Differences that are listed of each kind; the rest is counted.
inline constexpr std::size_t kMaxDifferences = 1000;

struct ManifestFile {
  std::string path;    ///< as given or found below what was given
  std::string sha256;  ///< of the bytes on disk, lower-case hex; empty where it could not be read
  std::uint64_t size = 0;
  std::string modified;  ///< mtime in UTC, RFC 3339
  std::string format;    ///< empty: no evidence of a known format, or a further copy
  std::string reason;    ///< why it was not read
  std::uint64_t bytes[4] = {};    ///< parsed, recovered, refused, unused; of content
  std::uint64_t records[3] = {};  ///< parsed, recovered, refused
};

struct Manifest {
  std::string version;             ///< of Stemma
  std::vector<std::string> paths;  ///< as given
  std::vector<ManifestFile> files;  ///< by path: artifacts, their copies, and what was passed over
  std::string rules;  ///< SHA-256 over ids and texts of all rules, in order
  std::vector<std::string> findings;  ///< ids, ascending
};

/// SHA-256 over ids and texts of all rules, in order.
std::string rules_digest(const RuleSet& rules);

/// Digests of all files are computed side by side; those that are no artifacts are read once more.
Manifest make_manifest(const Session& session, const std::vector<std::string>& paths,
                       const RuleSet& rules, const Detection& detection, std::string_view version);

/// JSON, one file a line, UTF-8: paths that are not are escaped byte by byte.
std::string manifest_json(const Manifest& manifest);

/// Fails with a message that names what is wrong.
tl::expected<Manifest, std::string> read_manifest(std::string_view json);

/// What is not as the manifest says, as whole lines; empty where all is. A file that was changed, is
/// gone or new, findings that are gone or new, other rules.
std::vector<std::string> compare(const Manifest& then, const Manifest& now);

}  // namespace stemma
