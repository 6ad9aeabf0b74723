#include "ui/widgets/graph_view.hpp"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "ui/models/gap_text.hpp"
#include "ui/models/text.hpp"

namespace stemma::ui {
namespace {

constexpr double kBoxWidth = 190, kBoxHeight = 40, kGapX = 70, kGapY = 14, kMargin = 20;

QString name_of(const CaseSnapshot& snapshot, EntityId id) {
  const ImageId image = snapshot.tree.last_image(id);
  const QString name =
      image ? shown(snapshot.strings.view(snapshot.tree.image(image).name)) : QString();
  return name.isEmpty() ? QStringLiteral("(unknown)") : name;
}

// How long after its parent a process began.
QString after_text(std::int64_t ns) {
  if (ns < 0) return QStringLiteral("before");
  if (ns < 1'000'000'000) return QStringLiteral("+%1 ms").arg(ns / 1'000'000);
  if (ns < 60'000'000'000)
    return QStringLiteral("+%1 s").arg(static_cast<double>(ns) / 1e9, 0, 'f', 1);
  const std::int64_t minutes = ns / 60'000'000'000;
  if (minutes < 60) return QStringLiteral("+%1 min").arg(minutes);
  if (minutes < 48 * 60) return QStringLiteral("+%1 h").arg(minutes / 60);
  return QStringLiteral("+%1 d").arg(minutes / 1440);
}

}  // namespace

GraphView::GraphView(Workbench& bench, QWidget* parent)
    : QAbstractScrollArea(parent), bench_(bench) {
  setFocusPolicy(Qt::StrongFocus);
  setAccessibleName(tr("Process graph"));
  viewport()->setBackgroundRole(QPalette::Base);
  viewport()->setAutoFillBackground(true);
  connect(&bench_, &Workbench::timelineChanged, viewport(), qOverload<>(&QWidget::update));
  connect(&bench_, &Workbench::viewChanged, this, &GraphView::follow);
  connect(&bench_, &Workbench::caseChanged, this, [this] {
    selected_ = {};
    follow();
  });
}

void GraphView::showEvent(QShowEvent* event) {
  QAbstractScrollArea::showEvent(event);
  follow();
}

// While the list is shown nothing is laid out: a crowd of siblings would be looked through for
// nobody.
void GraphView::follow() {
  if (!isVisible()) return;
  const EntityId selected = bench_.view().selection.entity;
  const bool same = selected == selected_ && !layout_.nodes.empty();
  selected_ = selected;
  if (same) return viewport()->update();
  // While the selection walks through the boxes that are there, they stay where they are.
  const bool drawn =
      std::any_of(layout_.nodes.begin(), layout_.nodes.end(),
                  [&](const GraphNode& node) { return node.more == 0 && node.entity == selected; });
  if (!drawn || !bench_.openCase()) {
    layout_ = bench_.openCase() ? lay_out(*bench_.openCase(), selected) : GraphLayout{};
    update_bars();
    fit();
  }
  viewport()->update();
}

QRectF GraphView::box_of(const GraphNode& node) const {
  return {kMargin + node.column * (kBoxWidth + kGapX), kMargin + node.row * (kBoxHeight + kGapY),
          kBoxWidth, kBoxHeight};
}

void GraphView::update_bars() {
  const double width = (2 * kMargin + layout_.columns * (kBoxWidth + kGapX)) * zoom_;
  const double height = (2 * kMargin + layout_.rows * (kBoxHeight + kGapY)) * zoom_;
  horizontalScrollBar()->setRange(0, std::max(0, static_cast<int>(width) - viewport()->width()));
  verticalScrollBar()->setRange(0, std::max(0, static_cast<int>(height) - viewport()->height()));
  horizontalScrollBar()->setPageStep(viewport()->width());
  verticalScrollBar()->setPageStep(viewport()->height());
}

void GraphView::fit() {
  if (layout_.nodes.empty()) return;
  const double width = 2 * kMargin + layout_.columns * (kBoxWidth + kGapX);
  const double height = 2 * kMargin + layout_.rows * (kBoxHeight + kGapY);
  zoom_ =
      std::clamp(std::min(viewport()->width() / width, viewport()->height() / height), 0.9, 1.25);
  update_bars();
  // What was asked for is in view.
  for (const GraphNode& node : layout_.nodes) {
    if (node.more != 0 || node.entity != selected_) continue;
    const QPointF middle = box_of(node).center() * zoom_;
    horizontalScrollBar()->setValue(static_cast<int>(middle.x()) - viewport()->width() / 2);
    verticalScrollBar()->setValue(static_cast<int>(middle.y()) - viewport()->height() / 2);
  }
  viewport()->update();
}

void GraphView::zoomBy(double factor) {
  const QPointF middle(horizontalScrollBar()->value() + viewport()->width() / 2.0,
                       verticalScrollBar()->value() + viewport()->height() / 2.0);
  const double before = zoom_;
  zoom_ = std::clamp(zoom_ * factor, 0.2, 3.0);
  update_bars();
  horizontalScrollBar()->setValue(static_cast<int>(middle.x() * zoom_ / before) -
                                  viewport()->width() / 2);
  verticalScrollBar()->setValue(static_cast<int>(middle.y() * zoom_ / before) -
                                viewport()->height() / 2);
  viewport()->update();
}

const GraphNode* GraphView::nodeAt(const QPoint& point) const {
  const QPointF at((point.x() + horizontalScrollBar()->value()) / zoom_,
                   (point.y() + verticalScrollBar()->value()) / zoom_);
  for (const GraphNode& node : layout_.nodes) {
    if (box_of(node).contains(at)) return &node;
  }
  return nullptr;
}

void GraphView::paint_node(QPainter& painter, const GraphNode& node) const {
  const OpenCase& open = *bench_.openCase();
  const CaseSnapshot& snapshot = *open.snapshot;
  const QPalette& colours = palette();
  const QRectF box = box_of(node);
  const ProcessFacts& facts = open.index->facts(node.entity);
  const bool more = node.more != 0;
  const bool selected = !more && node.entity == selected_;
  const bool alarm = !more && (facts.findings != 0 || facts.run_root);
  const bool inferred = !more && (snapshot.tree.entity(node.entity).placeholder ||
                                  !snapshot.tree.entity(node.entity).start_seen);
  const QColor warn = colours.base().color().lightness() < 128 ? QColor(0xff, 0x9e, 0x64)
                                                               : QColor(0xb0, 0x2a, 0x00);
  QPen edge(alarm ? warn : colours.text().color(), alarm || selected ? 2 : 1);
  if (inferred || more) edge.setStyle(Qt::DashLine);
  painter.setPen(edge);
  painter.setBrush(selected       ? colours.brush(QPalette::Highlight)
                   : node.on_path ? colours.brush(QPalette::AlternateBase)
                                  : colours.brush(QPalette::Base));
  painter.drawRoundedRect(box, 6, 6);
  painter.setPen(selected ? colours.highlightedText().color() : colours.text().color());
  const QRectF inner = box.adjusted(8, 2, -8, -2);
  const QFontMetricsF metrics(painter.font());
  if (more) {
    painter.drawText(inner, Qt::AlignCenter, tr("%1 more").arg(countText(node.more)));
    return;
  }
  QString title = name_of(snapshot, node.entity);
  const std::int64_t pid = snapshot.tree.entity(node.entity).pid;
  if (pid != kNoPid) title += QStringLiteral(" (%1)").arg(pid);
  if (facts.run_root)
    title.prepend(QStringLiteral("▶ "));
  else if (facts.findings != 0)
    title.prepend(QStringLiteral("⚑ "));
  else if (inferred)
    title.prepend(QStringLiteral("◌ "));
  QRectF line = inner;
  line.setHeight(inner.height() / 2);
  painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                   metrics.elidedText(title, Qt::ElideRight, line.width()));
  QStringList second;
  if (facts.user_changed) {
    const ImageId image = snapshot.tree.last_image(node.entity);
    if (image)
      second << QStringLiteral("user → ") +
                    shown(snapshot.strings.view(snapshot.tree.image(image).user_name));
  }
  for (const QString& gap :
       gapPills(bench_, node.entity).split(QLatin1Char('\t'), Qt::SkipEmptyParts))
    second << QStringLiteral("⚠ ") + gap;
  const char* names[] = {"file", "reg", "net", "dns", "other"};
  for (std::size_t i = 0; i < kActivities; ++i) {
    if (facts.events[i] != 0)
      second << QLatin1String(names[i]) + QLatin1Char(' ') + countText(facts.events[i]);
  }
  if (second.isEmpty()) {
    const ImageId image = snapshot.tree.last_image(node.entity);
    if (image)
      second << shownRedacted(
          std::string_view(snapshot.strings.view(snapshot.tree.image(image).command_line))
              .substr(0, 400));
  }
  line.translate(0, inner.height() / 2);
  painter.drawText(
      line, Qt::AlignLeft | Qt::AlignVCenter,
      metrics.elidedText(second.join(QStringLiteral(" · ")), Qt::ElideRight, line.width()));
}

void GraphView::paintEvent(QPaintEvent* event) {
  static_cast<void>(event);
  QPainter painter(viewport());
  painter.setRenderHint(QPainter::Antialiasing);
  if (layout_.nodes.empty() || !bench_.openCase()) {
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.drawText(viewport()->rect().adjusted(12, 12, -12, -12),
                     static_cast<int>(Qt::AlignTop) | static_cast<int>(Qt::AlignLeft) |
                         static_cast<int>(Qt::TextWordWrap),
                     tr("Choose a process, a finding or an event of a process: the way to it and "
                        "all that it started is drawn here."));
    return;
  }
  painter.translate(-horizontalScrollBar()->value(), -verticalScrollBar()->value());
  painter.scale(zoom_, zoom_);
  QFont font = painter.font();
  font.setPointSizeF(font.pointSizeF() * 0.9);
  painter.setFont(font);
  const QRectF visible(
      (QPointF(horizontalScrollBar()->value(), verticalScrollBar()->value())) / zoom_,
      QSizeF(viewport()->size()) / zoom_);
  for (const GraphNode& node : layout_.nodes) {
    if (node.parent == 0) continue;
    const GraphNode& parent = layout_.nodes[node.parent - 1];
    const QPointF from(box_of(parent).right(), box_of(parent).center().y());
    const QPointF to(box_of(node).left(), box_of(node).center().y());
    if (!QRectF(from, to).normalized().adjusted(-1, -1, 1, 1).intersects(visible)) continue;
    QPainterPath path(from);
    const double middle = (from.x() + to.x()) / 2;
    path.cubicTo({middle, from.y()}, {middle, to.y()}, to);
    QColor line = palette().text().color();
    line.setAlphaF(node.on_path ? 0.9F : 0.4F);
    painter.setPen(QPen(line, node.on_path ? 2 : 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
    if (node.more == 0)
      painter.drawText(QRectF(to.x() - kGapX + 6, to.y() - 16, kGapX - 10, 14),
                       Qt::AlignRight | Qt::AlignBottom, after_text(node.after_ns));
  }
  for (const GraphNode& node : layout_.nodes) {
    if (box_of(node).intersects(visible)) paint_node(painter, node);
  }
  if (layout_.root_cut) {
    painter.setPen(palette().text().color());
    painter.drawText(QPointF(kMargin, kMargin - 6), tr("ancestors further up are in the list"));
  }
}

void GraphView::resizeEvent(QResizeEvent* event) {
  static_cast<void>(event);
  update_bars();
  if (!shown_once_ && !layout_.nodes.empty()) fit();
  shown_once_ = true;
}

void GraphView::mousePressEvent(QMouseEvent* event) {
  drag_ = event->position().toPoint();
  const GraphNode* node = nodeAt(drag_);
  if (node == nullptr) return;
  if (node->more != 0) return Q_EMIT listWanted(layout_.nodes[node->parent - 1].entity);
  bench_.selectEntity(node->entity);
}

void GraphView::mouseMoveEvent(QMouseEvent* event) {
  if (!(event->buttons() & (Qt::LeftButton | Qt::MiddleButton))) return;
  const QPoint at = event->position().toPoint();
  horizontalScrollBar()->setValue(horizontalScrollBar()->value() - (at.x() - drag_.x()));
  verticalScrollBar()->setValue(verticalScrollBar()->value() - (at.y() - drag_.y()));
  drag_ = at;
  viewport()->update();
}

void GraphView::mouseDoubleClickEvent(QMouseEvent* event) {
  const GraphNode* node = nodeAt(event->position().toPoint());
  if (node != nullptr && node->more == 0) Q_EMIT opened();
}

void GraphView::wheelEvent(QWheelEvent* event) {
  if (event->modifiers() & Qt::ShiftModifier) return QAbstractScrollArea::wheelEvent(event);
  zoomBy(std::pow(1.0015, event->angleDelta().y()));
  event->accept();
}

void GraphView::keyPressEvent(QKeyEvent* event) {
  // Arrows walk: left to the parent, right to the first child, up and down among neighbours.
  const GraphNode* now = nullptr;
  for (const GraphNode& node : layout_.nodes) {
    if (node.more == 0 && node.entity == selected_) now = &node;
  }
  const auto nearest = [&](auto fits) {
    const GraphNode* best = nullptr;
    for (const GraphNode& node : layout_.nodes) {
      if (node.more != 0 || !fits(node)) continue;
      if (best == nullptr || std::abs(node.row - now->row) < std::abs(best->row - now->row))
        best = &node;
    }
    if (best != nullptr) bench_.selectEntity(best->entity, QStringLiteral("graph"));
  };
  if (now != nullptr) {
    const auto own = static_cast<std::uint32_t>(now - layout_.nodes.data());
    switch (event->key()) {
      case Qt::Key_Left:
        return nearest([&](const GraphNode& node) {
          return now->parent != 0 && &node == &layout_.nodes[now->parent - 1];
        });
      case Qt::Key_Right:
        return nearest([&](const GraphNode& node) { return node.parent == own + 1; });
      case Qt::Key_Up:
        return nearest([&](const GraphNode& node) {
          return node.column == now->column && node.row < now->row;
        });
      case Qt::Key_Down:
        return nearest([&](const GraphNode& node) {
          return node.column == now->column && node.row > now->row;
        });
      case Qt::Key_Return:
      case Qt::Key_Enter:
        return Q_EMIT opened();
      default:
        break;
    }
  }
  if (event->key() == Qt::Key_Plus) return zoomBy(1.2);
  if (event->key() == Qt::Key_Minus) return zoomBy(1 / 1.2);
  if (event->key() == Qt::Key_Home) return fit();
  QAbstractScrollArea::keyPressEvent(event);
}

bool GraphView::viewportEvent(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    const GraphNode* node = nodeAt(help->pos());
    if (node == nullptr || !bench_.openCase()) {
      QToolTip::hideText();
      return true;
    }
    const CaseSnapshot& snapshot = *bench_.openCase()->snapshot;
    const ImageId image = snapshot.tree.last_image(node->entity);
    QString tip = name_of(snapshot, node->entity);
    if (image)
      tip +=
          QLatin1Char('\n') +
          shownRedacted(snapshot.strings.view(snapshot.tree.image(image).command_line)).left(2000);
    QToolTip::showText(help->globalPos(),
                       QStringLiteral("<p style='white-space:pre-wrap'>") + tip.toHtmlEscaped() +
                           QStringLiteral("</p>"),
                       viewport());
    return true;
  }
  return QAbstractScrollArea::viewportEvent(event);
}

}  // namespace stemma::ui
