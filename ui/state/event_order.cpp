#include "ui/state/event_order.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stemma::ui {

bool same_column(const EventSort& a, const EventSort& b) {
  return a.by == b.by && a.field == b.field;
}

EventGrouping tidied(EventGrouping grouping) {
  EventGrouping out;
  for (EventSort& level : grouping.by) {
    if (out.by.size() == kMaxGroupLevels) break;
    if (level.in_time_order() ||
        std::any_of(out.by.begin(), out.by.end(),
                    [&](const EventSort& one) { return same_column(one, level); }))
      continue;
    out.by.push_back(std::move(level));
  }
  return out;
}

std::string group_text(const EventGroups& groups, const EventGroup& group) {
  switch (group.kind) {
    case EventGroup::Kind::value:
      return groups.values[group.level][group.value].shown;
    case EventGroup::Kind::none:
      return "(none)";
    case EventGroup::Kind::more:
      return group.value == 1 ? "1 more value" : fmt::format("{} more values", group.value);
    case EventGroup::Kind::beyond:
      return "(values that had no room)";
  }
  return {};
}

}  // namespace stemma::ui
