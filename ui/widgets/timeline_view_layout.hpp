// Where the parts of the timeline lie in its widget: lane heads to the left, and from top to bottom
// the minimap, the histogram of what is shown, the ruler, the lanes and the foot. A value.
#pragma once

#include <QPoint>
#include <QRect>
#include <QSize>
#include <algorithm>
#include <cmath>

namespace stemma::ui {

struct TimelineLayout {
  // Heights and widths in Qt's pixels.
  static constexpr int kRow = 28;
  static constexpr int kBar = 17;  ///< of a row: the upper part, bars and flags; ticks lie below
  static constexpr int kMinimap = 28;
  static constexpr int kHistogram = 36;
  static constexpr int kRuler = 20;
  static constexpr int kFoot = 22;
  static constexpr int kLeastHeader = 80;
  static constexpr int kIndent = 12;

  QSize size;
  int header = 250;
  qreal ratio = 1;  ///< pixels of the device to one of Qt's

  [[nodiscard]] int histogramTop() const { return kMinimap; }
  [[nodiscard]] int rulerTop() const { return kMinimap + kHistogram; }
  [[nodiscard]] int lanesTop() const { return rulerTop() + kRuler; }
  [[nodiscard]] int lanesBottom() const { return std::max(lanesTop(), size.height() - kFoot); }
  /// Rows that are wholly seen.
  [[nodiscard]] int wholeRows() const { return (lanesBottom() - lanesTop()) / kRow; }
  /// Rows of which something is seen.
  [[nodiscard]] int rows() const { return (lanesBottom() - lanesTop() + kRow - 1) / kRow; }
  [[nodiscard]] int rowTop(int shown) const { return lanesTop() + shown * kRow; }
  /// Which of the shown rows lies at y; may be none that exists.
  [[nodiscard]] int rowAt(int y) const { return (y - lanesTop()) / kRow; }

  // Columns of the device, in which TimeScale counts.
  [[nodiscard]] int device(int pixels) const {
    return static_cast<int>(std::lround(pixels * ratio));
  }
  [[nodiscard]] int columnsLeft() const { return device(header); }
  [[nodiscard]] int columns() const { return std::max(1, device(size.width()) - columnsLeft()); }
  /// Column at a widget's x; outside of [0, columns()) where x is not among the lanes.
  [[nodiscard]] int columnAt(qreal x) const {
    return static_cast<int>(std::floor(x * ratio)) - columnsLeft();
  }
  /// The widget's x of a column's left edge.
  [[nodiscard]] qreal xOf(int column) const { return (column + columnsLeft()) / ratio; }
  [[nodiscard]] bool overLanes(const QPoint& at) const {
    return at.x() >= header && at.y() >= lanesTop() && at.y() < lanesBottom();
  }
};

}  // namespace stemma::ui
