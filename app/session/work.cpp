#include "app/session/work.hpp"

namespace stemma {

UnitIndex::UnitIndex(std::span<const Work> work, std::size_t artifacts) : by_artifact_(artifacts) {
  for (std::uint32_t i = 0; i < work.size(); ++i) {
    const Unit& unit = work[i].unit;
    by_artifact_[work[i].artifact().index()].push_back({unit.offset, unit.offset + unit.length, i});
  }
}

}  // namespace stemma
