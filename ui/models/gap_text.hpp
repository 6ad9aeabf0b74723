// What is said of records that are missing beside a process: badges of the tree and of the graph,
// and the lines behind them. Which gaps count is ui/timeline/life_gaps.hpp's affair.
#pragma once

#include <QString>
#include <QStringList>

#include "ui/models/workbench.hpp"

namespace stemma::ui {

/// `cleared`, `gap 2`: as pills are, each with a tab behind it. Empty until the timeline is there.
QString gapPills(const Workbench& bench, EntityId entity);

/// A line for each, from when to when; at most kMostGapLines, the others counted.
QStringList gapLines(const Workbench& bench, EntityId entity);
inline constexpr std::size_t kMostGapLines = 6;

/// The stretch of the first of them; nothing where there is none.
std::optional<TimeRange> firstGap(const Workbench& bench, EntityId entity);

}  // namespace stemma::ui
