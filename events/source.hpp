// Where evidence lies: a file of the collection, and a run of bytes in it. Every event, finding and
// defect points at one.
#pragma once

#include <cstdint>

#include "events/ids.hpp"

namespace stemma {

/// A run of bytes of an artifact. Offsets count in the artifact's content after the decoders it
/// passed through (see Artifact::decoders), so for a plain file they are file offsets.
struct SourceSpan {
  ArtifactId artifact;
  std::uint32_t length = 0;
  std::uint64_t offset = 0;
  auto operator<=>(const SourceSpan&) const = default;
};

}  // namespace stemma
