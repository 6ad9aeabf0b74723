// EventOrder: rows of the grid in another order than that of time, and the groups that they are in:
// which column's values, how many rows of each. Not how an order is worked out
// (app/gui/event_sort), nor which groups are open (group_rows.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ui/state/event_columns.hpp"

namespace stemma::ui {

/// Groups below one another; a fifth level tells nobody anything.
inline constexpr std::size_t kMaxGroupLevels = 4;
/// Groups of all levels together, 100 bytes and their text each: a forged log may have a value an
/// event. Outer levels come first; what is over is one group for each that it lies in.
inline constexpr std::size_t kMaxGroups = 1'000'000;

/// By what the rows of the grid are grouped, outermost first. Groups stand in the order of their
/// values, those without a value last. Inside the innermost group rows stand as an EventSort says.
struct EventGrouping {
  std::vector<EventSort> by;

  bool operator==(const EventGrouping&) const = default;
  [[nodiscard]] bool empty() const { return by.empty(); }
};

/// Whether two levels, or a level and a sort, are about the same column, whichever the direction.
bool same_column(const EventSort& a, const EventSort& b);

/// What of it can be a grouping: not by time, no column twice, at most kMaxGroupLevels.
EventGrouping tidied(EventGrouping grouping);

/// A value that a group has in common.
struct GroupValue {
  std::string shown;             ///< visible, secrets blotted out; cut where it is very long
  std::vector<std::string> raw;  ///< for filtering, all of them, where that is not `shown` itself
  bool part = false;             ///< `raw` is how the value begins
  bool filters = true;           ///< whether filtering by it finds these rows
};

struct EventGroup {
  enum class Kind : std::uint8_t {
    value,
    none,    ///< events that have nothing there
    more,    ///< stands for `value` groups that a cap left out; their rows lie in it
    beyond,  ///< events whose values had no room in the sort
  };
  std::uint32_t first = 0;   ///< row of the order
  std::uint32_t rows = 0;    ///< of it and of the groups in it
  std::uint32_t value = 0;   ///< of `value`: place in EventGroups::values of its level
  std::uint32_t parent = 0;  ///< place in the list; of the outermost level, kNoGroup
  std::uint32_t end = 0;     ///< place behind the last group that lies in it
  std::uint8_t level = 0;
  Kind kind = Kind::value;

  bool operator==(const EventGroup&) const = default;
};
inline constexpr std::uint32_t kNoGroup = 0xFFFF'FFFF;

/// Groups in the order of their rows, each before those that lie in it. Those of the outermost
/// level hold all rows; those in a group hold all of its rows, or there are none.
struct EventGroups {
  EventGrouping by;
  std::vector<EventGroup> list;
  std::vector<std::vector<GroupValue>> values;  ///< by level
};

/// Events of a list in another order than its own.
struct EventOrder {
  std::vector<std::uint32_t> place_at;  ///< of each row: its place in the list
  std::vector<std::uint32_t> row_of;    ///< of each place in the list: its row
  std::vector<std::string> notes;       ///< whole sentences: what a cap left unsorted or ungrouped
  EventGroups groups;                   ///< empty where none were asked for
};

/// What a group's line says of its value: the value, `(none)`, `12 more values`.
std::string group_text(const EventGroups& groups, const EventGroup& group);

}  // namespace stemma::ui
