// Parents that no record of a process itself names: an agent's document lists its process'
// ancestors by id, so a list joins lives whose own records are missing. Internal to lineage.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "events/lineage_life.hpp"

namespace stemma {

/// Who is known by an id, and a new life for whoever is not (known by it from then on).
struct AncestryNames {
  std::function<std::uint32_t(StringId id)> find;  ///< kNoLife where nobody is
  std::function<std::uint32_t(StringId id, const BuildImage& descendant)> make;
};

/// For the lives from `first` up to `last`, whose parents are resolved: where a parent has none
/// itself, the lists of its children say who is above it, as far up as somebody is known that has
/// been seen. Ids between two known lives become placeholders, so that nobody skips a generation. A
/// record's own word on its parent always stays. `lives` may grow.
/// @param ids what BuildImage::ancestry points into. O(lives) and the lists that tell something.
void link_ancestors(std::vector<Life>& lives, std::uint32_t first, std::uint32_t last,
                    std::span<const StringId> ids, const AncestryNames& names);

}  // namespace stemma
