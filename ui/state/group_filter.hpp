// A group of the grid as filter chips: only its events, or all but its. Not how chips are tested
// (filter.hpp).
#pragma once

#include <string>
#include <vector>

#include "ui/state/event_order.hpp"
#include "ui/state/filter.hpp"

namespace stemma::ui {

struct GroupFilter {
  std::vector<Chip> chips;  ///< all must hold
  std::string error;        ///< a whole sentence: why there are none
};

/// Events of a group that a chip names one by one, where no chips of fields say the same: every
/// step of the view's history keeps them.
inline constexpr std::size_t kMaxGroupEvents = 20'000;

/// Chips for the values of a group and of those that it lies in, as its cells would give them: one
/// a value taken in, without regard to case, and true of any event that has it among others. Where
/// there are no such chips (no value, no field; what is left out has several) its events are named,
/// and where those are too many a query stands for them.
/// @param events  of the group, ascending; empty where they are more than kMaxGroupEvents
GroupFilter group_filter(const EventGroups& groups, std::uint32_t group, bool exclude,
                         std::vector<EventId> events);

}  // namespace stemma::ui
