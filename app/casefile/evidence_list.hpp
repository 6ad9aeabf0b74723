// Which files a case was made from, by digest, and what became of them. Values; reads no file itself but through an open session.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "app/session/session.hpp"

namespace stemma {

/// A file of evidence as a case remembers it: nothing of its content.
struct EvidenceEntry {
  std::string path;  ///< visible() of the path as given or found below what was given: UTF-8
  std::uint64_t size = 0;
  std::string sha256;  ///< of the bytes on disk, lower-case hex
  auto operator<=>(const EvidenceEntry&) const = default;
};

/// Files that a case remembers; a collection of a fleet has some hundred thousand.
inline constexpr std::size_t kMaxEvidenceEntries = 1'000'000;
/// Bytes of a path: a system's 4,096, each of which visible() may write as four.
inline constexpr std::size_t kMaxEvidencePath = 16u << 10;

/// All artifacts of a session and their copies, by path. @param digests by ArtifactId (artifact_digests()).
std::vector<EvidenceEntry> evidence_of(const Session& session, std::span<const std::string> digests);

enum class EvidenceState : std::uint8_t {
  same,     ///< digest and path
  moved,    ///< digest, under another path
  changed,  ///< path, or place in the collection, with another digest
  missing,  ///< in the case, not in the evidence
  fresh,    ///< in the evidence, not in the case
};
/// `same`, `moved`, `changed`, `missing`, `new`.
std::string_view evidence_state_name(EvidenceState state);

struct EvidenceMatch {
  EvidenceState state = EvidenceState::same;
  EvidenceEntry then;  ///< empty where fresh
  EvidenceEntry now;   ///< empty where missing
  bool operator==(const EvidenceMatch&) const = default;
};

/// Every file of both lists in one match, by path (now's, else then's). A collection that was moved as a whole is known by the files
/// that are the same below another folder: a file that changed there is `changed`, not missing and new. O(n log n).
std::vector<EvidenceMatch> compare_evidence(std::vector<EvidenceEntry> then, std::vector<EvidenceEntry> now);

struct EvidenceCounts {
  std::size_t same = 0, moved = 0, changed = 0, missing = 0, fresh = 0;
  [[nodiscard]] bool differs() const { return changed + missing + fresh != 0; }
};
EvidenceCounts count(std::span<const EvidenceMatch> matches);

/// `the evidence is not what the case was made from: 1 file changed, 2 missing, 1 new`; empty where nothing differs.
std::string difference_line(const EvidenceCounts& counts);

}  // namespace stemma
