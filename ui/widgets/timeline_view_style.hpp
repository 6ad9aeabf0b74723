// Colours and shapes of the timeline. Every kind of thing has a shape of its own; colour only
// helps.
#pragma once

#include <QColor>
#include <QPainter>
#include <QPalette>
#include <array>
#include <string_view>

#include "ui/timeline/lane_plan.hpp"
#include "ui/timeline/tick_group.hpp"

namespace stemma::ui {

struct TimelineColors {
  explicit TimelineColors(const QPalette& palette);

  bool dark = false;
  QColor base, alternate, text, faint, line, header, highlight, highlighted_text;
  std::array<QColor, timeline::kTickGroups> group;
  QColor bar, bar_edge;              ///< lives of interest
  QColor other_bar, other_bar_edge;  ///< other lives
  QColor run, run_edge;
  QColor gap;
  QColor cut;  ///< boots, emptied logs, clocks that were set
  QColor order;
  QColor cursor;
  QColor severe, medium, low;

  /// Of a finding's flag, by the severity of its rule.
  [[nodiscard]] const QColor& severity(std::string_view name) const;
};

/// A shape of `size` pixels around a centre: triangle, square, diamond, disc, cross, ring.
void draw_group(QPainter& painter, timeline::TickGroup group, QPointF centre, qreal size,
                const QColor& color);

/// A shape of `size` pixels around a centre: findings a triangle with a mark of exclamation, orders
/// a diamond with a hole, boots a disc with a stroke, emptied logs a crossed box, clocks a dial.
void draw_flag(QPainter& painter, timeline::FlagKind kind, QPointF centre, qreal size,
               const QColor& color, const QColor& paper);

}  // namespace stemma::ui
