// What the frozen case itself says in the grid's columns, and by what the grid can be sorted. Texts
// as found: not yet visible, secrets not blotted out. Not the columns that are decoded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/case_snapshot.hpp"

namespace stemma::ui {

/// `process, file`: the categories of an event in the order of their bits.
std::string category_text(CategorySet set);
/// One ECS category a bit.
std::string_view category_name(std::size_t bit);
inline constexpr std::size_t kCategoryNames = 14;

/// The log that an event is of: its channel, or what its source is called.
std::string_view log_text(const CaseSnapshot& snapshot, const EventClass& one);

/// The program that an event is of: the one it starts, where it starts one (a shell that became
/// another program was the shell then), else the last of its process life.
struct ProcessShown {
  std::string_view name;  ///< empty where it is not known
  std::int64_t pid;       ///< kNoPid where it is not known
};
ProcessShown process_of(const CaseSnapshot& snapshot, EventId event);

/// By what the rows of the grid are sorted. Rows that are equal in it stand in the order of time,
/// and rows that have nothing there stand last, whichever the direction.
struct EventSort {
  enum class By : std::uint8_t { time, note, host, log, code, category, process, summary, field };
  By by = By::time;
  bool descending = false;
  std::string field;  ///< an ECS field name; of `field` only

  bool operator==(const EventSort&) const = default;
  [[nodiscard]] bool in_time_order() const { return by == By::time; }
};

/// `host`, `summary`, or the field's name: as settings keep them.
std::string sort_name(const EventSort& sort);
/// Nothing where the name is none of them and no field name either.
std::optional<EventSort> sort_of(std::string_view name, bool descending);

/// The ECS field that the column stands for; empty for those that stand for none.
std::string sort_field(const EventSort& sort);

}  // namespace stemma::ui
