// Saved views: what an analyst looked at, under a name, as text in a case file's settings, so that
// it is found again wherever the evidence lies. Processes and events are named by what they are (id
// and host; time, place and length of the record), never by numbers of one import. Not the case
// file (app/casefile) and not the menu (ui/widgets/view_menu.hpp).
#pragma once

#include <QStringList>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "events/case_snapshot.hpp"
#include "ui/state/event_order.hpp"
#include "ui/state/view.hpp"

namespace stemma::ui {

/// What the grid shows beside what all panes share: its further columns, its order and its groups.
struct GridLook {
  QStringList columns;  ///< ECS field names
  EventSort sort;
  EventGrouping groups = {};
  bool operator==(const GridLook&) const = default;
};

/// Caps of what a case file says, which may come from somebody else.
inline constexpr int kMaxSavedColumns = 50;
inline constexpr std::size_t kMaxSavedEvents = 2'000;  ///< of one chip
inline constexpr int kMaxViewName = 60;                ///< letters
inline constexpr std::size_t kMaxSavedViews = 200;

/// Keys of a case file's settings.
inline constexpr std::string_view kGridSetting = "window.grid";
inline constexpr std::string_view kViewSetting = "window.view:";  ///< and the name

/// Names of the views that settings hold, in the order of their bytes; at most kMaxSavedViews.
QStringList savedViewNames(const std::map<std::string, std::string>& settings);
/// One line without invisible characters, at most kMaxViewName; empty for no name.
QString viewName(const QString& typed);

/// JSON; empty where a chip has more events than kMaxSavedEvents.
std::string writeView(const View& view, const GridLook& grid, const CaseSnapshot& snapshot);

struct ReadView {
  View view;
  GridLook grid;
  QStringList missing;  ///< what this evidence does not hold: whole sentences
};
/// Nothing where the text is no view. A chip about what the evidence does not hold is turned off,
/// and said to be. O(processes) where a process is named, O(log events) for each event.
std::optional<ReadView> readView(std::string_view text, const CaseSnapshot& snapshot);

std::string writeGrid(const GridLook& grid);
std::optional<GridLook> readGrid(std::string_view text);

}  // namespace stemma::ui
