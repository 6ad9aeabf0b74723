// What parsers share whose records lie whole in one place of one file: units out of cuts, and the
// span of a record checked before it is read again.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "parsers/common/parser.hpp"

namespace stemma {

/// Appends the units of an artifact of `size` bytes: one up to each cut, one behind the last.
/// @param cuts  ascending, each above 0 and at most `size`
void append_units(std::uint32_t artifact, std::uint64_t size, std::span<const std::size_t> cuts,
                  std::vector<Unit>& units);

/// The first span, where it lies within the first artifact; a fault where it does not.
Result<SourceSpan> span_within(std::span<const ArtifactBytes> artifacts,
                               std::span<const SourceSpan> spans);

}  // namespace stemma
