// SHA-256, for custody and for ids. Never on the hot path: a digest costs as much as decoding.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/session/session.hpp"

namespace stemma {

/// 64 lower-case hex digits.
std::string sha256_hex(std::span<const std::byte> bytes);
std::string sha256_hex(std::string_view text);

/// Digests of all artifacts as they lie on disk, by ArtifactId, computed side by side.
std::vector<std::string> artifact_digests(const Session& session);

}  // namespace stemma
