// LifeGaps: stretches without records that a process life reaches into, or that lie between its
// parent's start and its own: what it did then, its end, or who really started it may be among what
// is missing. Judged by a timeline's markers.
#pragma once

#include <vector>

#include "ui/timeline/model.hpp"

namespace stemma::ui::timeline {

struct LifeGap {
  const Marker* marker = nullptr;  ///< of the model
  bool before = false;             ///< between the parent's start and its own; else while it lived
};

/// Log clearings and single gaps of logs that show process starts, by time. Where the parent is
/// told by its recorded id nothing that is missing makes it another one, so what lies before does
/// not count. Empty where the host has no marker. O(markers of the host).
std::vector<LifeGap> life_gaps(const Model& model, EntityId entity);

}  // namespace stemma::ui::timeline
