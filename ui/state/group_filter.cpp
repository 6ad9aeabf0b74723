#include "ui/state/group_filter.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "detection/eql/query.hpp"

namespace stemma::ui {
namespace {

// A value's chips, or why there are none.
std::string chips_of(const EventGroups& groups, const EventGroup& group, std::vector<Chip>& chips) {
  const EventSort& level = groups.by.by[group.level];
  const std::string field = sort_field(level);
  if (field.empty()) return "This column stands for no field: its groups cannot be filtered by.";
  Chip chip;
  chip.kind = Chip::Kind::field;
  chip.exact = true;
  chip.field = field;
  switch (group.kind) {
    case EventGroup::Kind::none:
      chip.kind = Chip::Kind::query;
      chip.exact = false;
      chip.field.clear();
      chip.text = fmt::format("any where {} == null", field);
      chips.push_back(std::move(chip));
      return {};
    case EventGroup::Kind::more:
    case EventGroup::Kind::beyond:
      return "This group stands for many values: it cannot be filtered by.";
    case EventGroup::Kind::value:
      break;
  }
  const GroupValue& value = groups.values[group.level][group.value];
  if (!value.filters) return "There is no filter that finds this value.";
  std::vector<std::string> raw = value.raw;
  if (raw.empty()) raw.push_back(value.shown);
  std::sort(raw.begin(), raw.end());
  raw.erase(std::unique(raw.begin(), raw.end()), raw.end());
  if (raw.size() > kMaxChips) return "This value is too long to filter by.";
  chip.exact = !value.part;
  for (std::string& one : raw) {
    chip.text = std::move(one);
    chips.push_back(chip);
  }
  return {};
}

std::string condition_of(const Chip& chip) {
  if (chip.kind == Chip::Kind::field) return condition(chip);
  return chip.text.substr(std::string_view("any where ").size());
}

}  // namespace

GroupFilter group_filter(const EventGroups& groups, std::uint32_t group, bool exclude,
                         std::vector<EventId> events) {
  GroupFilter out;
  std::vector<std::uint32_t> path;
  for (std::uint32_t up = group; up != kNoGroup; up = groups.list[up].parent) path.push_back(up);
  for (auto at = path.rbegin(); at != path.rend() && out.error.empty(); ++at)
    out.error = chips_of(groups, groups.list[*at], out.chips);
  const bool fields = out.error.empty() &&
                      std::all_of(out.chips.begin(), out.chips.end(),
                                  [](const Chip& chip) { return chip.kind == Chip::Kind::field; });
  if (fields && !exclude) return out;
  if (fields && out.chips.size() == 1) {
    out.chips.front().exclude = true;
    return out;
  }
  if (!events.empty()) {
    Chip named;
    named.kind = Chip::Kind::events;
    named.exclude = exclude;
    for (auto at = path.rbegin(); at != path.rend(); ++at) {
      const EventGroup& one = groups.list[*at];
      if (!named.text.empty()) named.text += ", ";
      named.text += sort_name(groups.by.by[one.level]) + ' ' + group_text(groups, one);
    }
    named.events = std::move(events);
    return {{std::move(named)}, {}};
  }
  if (!out.error.empty()) return {{}, std::move(out.error)};
  if (!exclude) return out;
  Chip all;
  all.kind = Chip::Kind::query;
  all.exclude = true;
  for (const Chip& chip : out.chips)
    all.text += (all.text.empty() ? "any where " : " and ") + condition_of(chip);
  if (all.text.size() > kMaxSearchText || eql::compile_query(all.text).query == nullptr)
    return {{}, "There is no filter that leaves out just these values."};
  out.chips.assign(1, std::move(all));
  return out;
}

}  // namespace stemma::ui
