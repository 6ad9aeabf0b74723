#include "ui/widgets/timeline_view_style.hpp"

#include <QPainterPath>

namespace stemma::ui {
namespace {

QColor mixed(const QColor& a, const QColor& b, double share_of_b) {
  const auto mix = [&](int x, int y) { return static_cast<int>(x + (y - x) * share_of_b); };
  return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

}  // namespace

TimelineColors::TimelineColors(const QPalette& palette)
    : dark(palette.color(QPalette::Base).lightness() < 128),
      base(palette.color(QPalette::Base)),
      alternate(mixed(base, palette.color(QPalette::Text), 0.03)),
      text(palette.color(QPalette::Text)),
      faint(mixed(base, text, 0.55)),
      line(mixed(base, text, 0.15)),
      header(palette.color(QPalette::Window)),
      highlight(palette.color(QPalette::Highlight)),
      highlighted_text(palette.color(QPalette::HighlightedText)) {
  // Chosen to stand apart from each other and from both papers, also for eyes that tell red and
  // green badly.
  if (dark) {
    group = {QColor(0x6a, 0xa9, 0xe9), QColor(0x6f, 0xc8, 0x7f), QColor(0xc5, 0x92, 0xde),
             QColor(0xf0, 0xa0, 0x50), QColor(0xef, 0x7d, 0x8e), QColor(0xa0, 0xa8, 0xb4)};
    severe = QColor(0xff, 0x6b, 0x6b);
    medium = QColor(0xff, 0xb0, 0x4d);
    low = QColor(0xe8, 0xd8, 0x6a);
    gap = QColor(0xd9, 0xa4, 0x41);
  } else {
    group = {QColor(0x1f, 0x62, 0xad), QColor(0x2c, 0x85, 0x3c), QColor(0x8b, 0x4a, 0xa8),
             QColor(0xc9, 0x6a, 0x10), QColor(0xb0, 0x2a, 0x44), QColor(0x5d, 0x66, 0x72)};
    severe = QColor(0xc6, 0x1a, 0x1a);
    medium = QColor(0xc7, 0x69, 0x00);
    low = QColor(0x8a, 0x7a, 0x00);
    gap = QColor(0xb3, 0x7a, 0x00);
  }
  bar_edge = group[0];
  bar = mixed(base, bar_edge, 0.28);
  other_bar_edge = faint;
  other_bar = mixed(base, text, 0.12);
  run_edge = severe;
  run = mixed(base, severe, 0.22);
  cut = mixed(base, text, 0.75);
  order = group[3];
  cursor = mixed(text, highlight, 0.4);
}

const QColor& TimelineColors::severity(std::string_view name) const {
  if (name == "critical" || name == "high") return severe;
  return name == "low" ? low : medium;
}

void draw_group(QPainter& painter, timeline::TickGroup group, QPointF centre, qreal size,
                const QColor& color) {
  const qreal r = size / 2;
  painter.setPen(Qt::NoPen);
  painter.setBrush(color);
  switch (group) {
    case timeline::TickGroup::process: {
      const QPointF points[] = {centre + QPointF(0, -r), centre + QPointF(r, r),
                                centre + QPointF(-r, r)};
      painter.drawPolygon(points, 3);
      break;
    }
    case timeline::TickGroup::file:
      painter.drawRect(QRectF(centre.x() - r * 0.85, centre.y() - r * 0.85, r * 1.7, r * 1.7));
      break;
    case timeline::TickGroup::registry: {
      const QPointF points[] = {centre + QPointF(0, -r), centre + QPointF(r, 0),
                                centre + QPointF(0, r), centre + QPointF(-r, 0)};
      painter.drawPolygon(points, 4);
      break;
    }
    case timeline::TickGroup::network:
      painter.drawEllipse(centre, r * 0.95, r * 0.95);
      break;
    case timeline::TickGroup::account:
      painter.drawRect(QRectF(centre.x() - r * 0.35, centre.y() - r, r * 0.7, r * 2));
      painter.drawRect(QRectF(centre.x() - r, centre.y() - r * 0.35, r * 2, r * 0.7));
      break;
    case timeline::TickGroup::other:
      painter.setBrush(Qt::NoBrush);
      painter.setPen(QPen(color, size / 6));
      painter.drawEllipse(centre, r * 0.8, r * 0.8);
      break;
  }
}

void draw_flag(QPainter& painter, timeline::FlagKind kind, QPointF centre, qreal size,
               const QColor& color, const QColor& paper) {
  const qreal r = size / 2;
  const QPen thin(color, size / 9);
  switch (kind) {
    case timeline::FlagKind::finding: {
      const QPointF points[] = {centre + QPointF(0, -r), centre + QPointF(r, r * 0.9),
                                centre + QPointF(-r, r * 0.9)};
      painter.setPen(Qt::NoPen);
      painter.setBrush(color);
      painter.drawPolygon(points, 3);
      painter.setBrush(paper);
      painter.drawRect(QRectF(centre.x() - r * 0.11, centre.y() - r * 0.35, r * 0.22, r * 0.65));
      painter.drawRect(QRectF(centre.x() - r * 0.11, centre.y() + r * 0.45, r * 0.22, r * 0.24));
      break;
    }
    case timeline::FlagKind::operation: {
      const QPointF points[] = {centre + QPointF(0, -r), centre + QPointF(r, 0),
                                centre + QPointF(0, r), centre + QPointF(-r, 0)};
      painter.setPen(Qt::NoPen);
      painter.setBrush(color);
      painter.drawPolygon(points, 4);
      painter.setBrush(paper);
      painter.drawEllipse(centre, r * 0.3, r * 0.3);
      break;
    }
    case timeline::FlagKind::boot:
      painter.setBrush(paper);
      painter.setPen(thin);
      painter.drawEllipse(centre, r * 0.8, r * 0.8);
      painter.drawLine(centre + QPointF(0, -r), centre);
      break;
    case timeline::FlagKind::log_cleared:
      painter.setBrush(paper);
      painter.setPen(thin);
      painter.drawRect(QRectF(centre.x() - r * 0.8, centre.y() - r * 0.8, r * 1.6, r * 1.6));
      painter.drawLine(centre + QPointF(-r * 0.8, -r * 0.8), centre + QPointF(r * 0.8, r * 0.8));
      painter.drawLine(centre + QPointF(-r * 0.8, r * 0.8), centre + QPointF(r * 0.8, -r * 0.8));
      break;
    case timeline::FlagKind::clock_set:
      painter.setBrush(paper);
      painter.setPen(thin);
      painter.drawEllipse(centre, r * 0.8, r * 0.8);
      painter.drawLine(centre, centre + QPointF(0, -r * 0.5));
      painter.drawLine(centre, centre + QPointF(r * 0.45, 0));
      break;
  }
}

}  // namespace stemma::ui
