#include "ui/widgets/row_view.hpp"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>
#include <QToolTip>
#include <algorithm>

#include "ui/models/roles.hpp"

namespace stemma::ui {
namespace {

constexpr int kIndent = 16;
// Deeper rows are not indented further: their depth stands before their text.
constexpr int kMostIndents = 24;
constexpr int kPadding = 5;
// A text of 32 KiB is not laid out for a cell that shows a hundred characters.
constexpr int kMostPainted = 600;
constexpr int kMostTip = 2000;

// Shapes, so that colour is never the only sign.
void paint_mark(QPainter& painter, Mark mark, const QRect& rect, const QColor& ink,
                const QColor& alarm) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  const QPointF middle = QRectF(rect).center();
  const qreal r = std::min(rect.width(), rect.height()) * 0.32;
  QPen pen(ink, 1.4);
  switch (mark) {
    case Mark::seen:
      painter.setPen(Qt::NoPen);
      painter.setBrush(ink);
      painter.drawEllipse(middle, r * 0.7, r * 0.7);
      break;
    case Mark::inferred:
      pen.setStyle(Qt::DotLine);
      painter.setPen(pen);
      painter.drawEllipse(middle, r * 0.9, r * 0.9);
      break;
    case Mark::finding: {  // a flag
      painter.setPen(QPen(alarm, 1.6));
      painter.drawLine(QPointF(middle.x() - r, middle.y() - r * 1.2),
                       QPointF(middle.x() - r, middle.y() + r * 1.3));
      QPainterPath flag;
      flag.moveTo(middle.x() - r, middle.y() - r * 1.2);
      flag.lineTo(middle.x() + r * 1.1, middle.y() - r * 0.5);
      flag.lineTo(middle.x() - r, middle.y() + r * 0.2);
      flag.closeSubpath();
      painter.fillPath(flag, alarm);
      break;
    }
    case Mark::run: {  // a play sign in a ring
      painter.setPen(QPen(alarm, 1.4));
      painter.drawEllipse(middle, r * 1.25, r * 1.25);
      QPainterPath play;
      play.moveTo(middle.x() - r * 0.45, middle.y() - r * 0.7);
      play.lineTo(middle.x() + r * 0.8, middle.y());
      play.lineTo(middle.x() - r * 0.45, middle.y() + r * 0.7);
      play.closeSubpath();
      painter.fillPath(play, alarm);
      break;
    }
    case Mark::host:
      painter.setPen(pen);
      painter.drawRect(QRectF(middle.x() - r, middle.y() - r, 2 * r, 1.5 * r));
      painter.drawLine(QPointF(middle.x() - r * 0.6, middle.y() + r),
                       QPointF(middle.x() + r * 0.6, middle.y() + r));
      break;
    case Mark::more:
      painter.setPen(Qt::NoPen);
      painter.setBrush(ink);
      for (int i = -1; i <= 1; ++i)
        painter.drawEllipse(QPointF(middle.x() + i * r * 0.9, middle.y()), 1.3, 1.3);
      break;
    case Mark::none:
      break;
  }
  painter.restore();
}

QColor alarm_colour(const QPalette& palette) {
  return palette.base().color().lightness() < 128 ? QColor(0xff, 0x9e, 0x64)
                                                  : QColor(0xb0, 0x2a, 0x00);
}

}  // namespace

RowView::RowView(QWidget* parent) : QAbstractItemView(parent) {
  header_ = new QHeaderView(Qt::Horizontal, this);
  header_->setSectionsMovable(true);
  header_->setSectionsClickable(true);
  header_->setHighlightSections(false);
  header_->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  header_->setMinimumSectionSize(30);
  const auto relayout = [this] {
    updateGeometries();
    viewport()->update();
  };
  connect(header_, &QHeaderView::sectionResized, this, relayout);
  connect(header_, &QHeaderView::sectionMoved, this, relayout);
  connect(header_, &QHeaderView::geometriesChanged, this, &RowView::updateGeometries);
  tell_menus_of(header_);
  setSelectionBehavior(SelectRows);
  setSelectionMode(ExtendedSelection);
  setHorizontalScrollMode(ScrollPerPixel);
  setVerticalScrollMode(ScrollPerItem);
  setEditTriggers(NoEditTriggers);
  setAlternatingRowColors(true);
  setMouseTracking(false);
  viewport()->setBackgroundRole(QPalette::Base);
}

// The header outlives this part of the view: nobody is told of its last moves.
RowView::~RowView() {
  header_->disconnect();
  if (frozen_header_ != nullptr) frozen_header_->disconnect();
}

void RowView::setModel(QAbstractItemModel* model) {
  header_->setModel(model);
  QAbstractItemView::setModel(model);
  if (model == nullptr) return;
  connect(model, &QAbstractItemModel::rowsRemoved, this, [this] {
    updateGeometries();
    viewport()->update();
  });
}

void RowView::setTreeColumn(int column) {
  tree_column_ = column;
  viewport()->update();
}

void RowView::setBelowHeader(QWidget* widget) {
  below_header_ = widget;
  below_header_->setParent(this);
  below_header_->show();
  place_header();
}

void RowView::setEmptyText(const QString& text) {
  empty_text_ = text;
  viewport()->update();
}

int RowView::rowHeight() const {
  return fontMetrics().height() + 5;
}

int RowView::firstVisibleRow() const {
  return verticalScrollBar()->value();
}

int RowView::visibleRows() const {
  return std::max(1, viewport()->height() / rowHeight());
}

int RowView::horizontalOffset() const {
  return horizontalScrollBar()->value();
}

int RowView::verticalOffset() const {
  return verticalScrollBar()->value();
}

bool RowView::isIndexHidden(const QModelIndex& index) const {
  return header_->isSectionHidden(index.column());
}

void RowView::scrollTo(const QModelIndex& index, ScrollHint hint) {
  if (!index.isValid()) return;
  const int first = firstVisibleRow(), shown = visibleRows();
  if (hint == PositionAtCenter) {
    verticalScrollBar()->setValue(index.row() - shown / 2);
  } else if (hint == PositionAtTop || index.row() < first) {
    verticalScrollBar()->setValue(index.row());
  } else if (hint == PositionAtBottom || index.row() >= first + shown) {
    verticalScrollBar()->setValue(index.row() - shown + 1);
  }
  viewport()->update();
}

void RowView::reset() {
  QAbstractItemView::reset();
  updateGeometries();
  viewport()->update();
}

void RowView::updateGeometries() {
  place_header();
  const int rows = model() == nullptr ? 0 : model()->rowCount(rootIndex());
  const int shown = visibleRows();
  verticalScrollBar()->setRange(0, std::max(0, rows - shown));
  verticalScrollBar()->setPageStep(shown);
  verticalScrollBar()->setSingleStep(1);
  horizontalScrollBar()->setRange(0, std::max(0, header_->length() - viewport()->width()));
  horizontalScrollBar()->setPageStep(viewport()->width());
  horizontalScrollBar()->setSingleStep(40);
  header_->setOffset(horizontalScrollBar()->value());
  QAbstractItemView::updateGeometries();
}

void RowView::rowsInserted(const QModelIndex& parent, int start, int end) {
  QAbstractItemView::rowsInserted(parent, start, end);
  updateGeometries();
  viewport()->update();
}

void RowView::dataChanged(const QModelIndex& first, const QModelIndex& last,
                          const QList<int>& roles) {
  static_cast<void>(roles);
  const int shown = firstVisibleRow();
  if (last.row() < shown || first.row() - shown > visibleRows() + 1) return;
  viewport()->update();
}

QModelIndex RowView::tree_index(int row) const {
  return model()->index(row, std::max(tree_column_, 0), rootIndex());
}

QModelIndex RowView::moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) {
  static_cast<void>(modifiers);
  const int rows = model() == nullptr ? 0 : model()->rowCount(rootIndex());
  if (rows == 0) return {};
  const QModelIndex current = currentIndex();
  int row = current.isValid() ? current.row() : -1;
  const int column = current.isValid() ? current.column() : std::max(tree_column_, 0);
  switch (action) {
    case MoveUp:
    case MovePrevious:
      --row;
      break;
    case MoveDown:
    case MoveNext:
      ++row;
      break;
    case MovePageUp:
      row -= visibleRows();
      break;
    case MovePageDown:
      row += std::min(visibleRows(), rows - 1 - row);
      break;
    case MoveHome:
      row = 0;
      break;
    case MoveEnd:
      row = rows - 1;
      break;
    case MoveLeft:
    case MoveRight:
      break;
  }
  return model()->index(std::clamp(row, 0, rows - 1), column, rootIndex());
}

void RowView::setSelection(const QRect& rect, QItemSelectionModel::SelectionFlags flags) {
  if (model() == nullptr) return;
  const int rows = model()->rowCount(rootIndex());
  const int shown = firstVisibleRow();
  const int first = rect.top() / rowHeight(),
            last = rect.bottom() / rowHeight();  // lines on screen
  if (rows == 0 || first >= rows - shown || last < -shown) return;
  const QItemSelection selection(
      model()->index(shown + std::clamp(first, -shown, rows - 1 - shown), 0, rootIndex()),
      model()->index(shown + std::clamp(last, -shown, rows - 1 - shown),
                     model()->columnCount(rootIndex()) - 1, rootIndex()));
  selectionModel()->select(selection, flags);
}

QRegion RowView::visualRegionForSelection(const QItemSelection& selection) const {
  static_cast<void>(selection);
  return viewport()->rect();
}

int RowView::indent_of(const QModelIndex& index) const {
  if (index.column() != tree_column_) return 0;
  return std::min(index.data(kDepthRole).toInt(), kMostIndents) * kIndent;
}

QRect RowView::triangle_of(const QModelIndex& index) const {
  if (index.column() != tree_column_ || index.data(kExpandRole).toInt() == 0) return {};
  const QRect cell = visualRect(index);
  return {cell.left() + indent_of(index) + 1, cell.top(), kIndent, cell.height()};
}

QList<std::pair<QRect, QString>> RowView::pill_places(const QString& pills,
                                                      const QRect& rect) const {
  QList<std::pair<QRect, QString>> places;
  int x = rect.left() + 3;
  for (const QString& pill : pills.split(QLatin1Char('\t'), Qt::SkipEmptyParts)) {
    const int width = fontMetrics().horizontalAdvance(pill) + 10;
    places.append({QRect(x, rect.top() + 2, width, rect.height() - 4), pill});
    x += width + 4;
    if (x > rect.right()) break;
  }
  return places;
}

void RowView::paint_pills(QPainter& painter, const QString& pills, const QRect& rect) {
  painter.save();
  painter.setClipRect(rect);
  painter.setRenderHint(QPainter::Antialiasing);
  const QColor ink = painter.pen().color();
  for (const auto& [place, text] : pill_places(pills, rect)) {
    const bool alarm = text.startsWith(QStringLiteral("⚑"));
    const QColor colour = alarm ? alarm_colour(palette()) : ink;
    QColor edge = colour;
    edge.setAlphaF(alarm ? 0.9F : 0.45F);
    // What is missing has a broken edge.
    const bool missing =
        text.startsWith(QStringLiteral("gap ")) || text == QStringLiteral("log cleared");
    painter.setPen(QPen(missing ? colour : edge, 1, missing ? Qt::DashLine : Qt::SolidLine));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
    painter.setPen(colour);
    painter.drawText(place, Qt::AlignCenter, text);
  }
  painter.restore();
}

void RowView::paint_cell(QPainter& painter, const QModelIndex& index, const QRect& rect,
                         bool selected) {
  const QPalette& colours = palette();
  const QPalette::ColorGroup group = hasFocus() ? QPalette::Active : QPalette::Inactive;
  const QColor ink = selected ? colours.color(group, QPalette::HighlightedText)
                     : index.data(kDimRole).toBool()
                         ? colours.color(QPalette::Disabled, QPalette::Text)
                         : colours.text().color();
  painter.setPen(ink);
  QRect inner = rect.adjusted(kPadding, 0, -kPadding, 0);
  if (index.column() == tree_column_) {
    const int depth = index.data(kDepthRole).toInt();
    inner.setLeft(rect.left() + indent_of(index));
    const int expand = index.data(kExpandRole).toInt();
    if (expand != 0) {
      const QRect place(inner.left() + 1, rect.top(), kIndent, rect.height());
      painter.save();
      painter.setRenderHint(QPainter::Antialiasing);
      const QPointF c = QRectF(place).center();
      QPainterPath triangle;
      if (expand == 2) {
        triangle.moveTo(c.x() - 4, c.y() - 2.5);
        triangle.lineTo(c.x() + 4, c.y() - 2.5);
        triangle.lineTo(c.x(), c.y() + 3.5);
      } else {
        triangle.moveTo(c.x() - 2.5, c.y() - 4);
        triangle.lineTo(c.x() + 3.5, c.y());
        triangle.lineTo(c.x() - 2.5, c.y() + 4);
      }
      triangle.closeSubpath();
      painter.fillPath(triangle, ink);
      painter.restore();
    }
    inner.setLeft(inner.left() + kIndent + 2);
    const auto mark = static_cast<Mark>(index.data(kMarkRole).toInt());
    if (mark != Mark::none) {
      const QRect place(inner.left(), rect.top(), rect.height() - 4, rect.height());
      paint_mark(painter, mark, place, ink, selected ? ink : alarm_colour(colours));
      inner.setLeft(place.right() + 4);
    }
    if (depth > kMostIndents) {
      const QString text = QStringLiteral("[%1 deep] ").arg(depth);
      painter.drawText(inner, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine, text);
      inner.setLeft(inner.left() + fontMetrics().horizontalAdvance(text));
    }
  }
  const QString pills = index.data(kPillsRole).toString();
  if (!pills.isEmpty()) return paint_pills(painter, pills, rect);
  const bool strong = index.data(kStrongRole).toBool();
  if (strong) {
    QFont bold = font();
    bold.setBold(true);
    painter.setFont(bold);
  }
  const QString text = index.data(Qt::DisplayRole).toString().left(kMostPainted);
  const QVariant alignment = index.data(Qt::TextAlignmentRole);
  const int flags = alignment.isValid()
                        ? static_cast<int>(alignment.value<Qt::Alignment>().toInt())
                        : static_cast<int>(Qt::AlignLeft) | static_cast<int>(Qt::AlignVCenter);
  // A text that fits is not measured again for being cut.
  const QString fitting = painter.fontMetrics().elidedText(text, Qt::ElideRight, inner.width());
  painter.drawText(inner, flags | Qt::TextSingleLine, fitting);
  if (strong) painter.setFont(font());
}

void RowView::paintEvent(QPaintEvent* event) {
  static_cast<void>(event);
  QPainter painter(viewport());
  if (model() == nullptr) return;
  const int rows = model()->rowCount(rootIndex());
  const int height = rowHeight();
  const int first = firstVisibleRow();
  const int last = first + std::min(rows - first, viewport()->height() / height + 2);
  const QPalette& colours = palette();
  const QModelIndex current = currentIndex();
  if (rows == 0 && !empty_text_.isEmpty()) {
    painter.setPen(colours.color(QPalette::PlaceholderText));
    painter.drawText(viewport()->rect().adjusted(12, 12, -12, -12),
                     static_cast<int>(Qt::AlignTop) | static_cast<int>(Qt::AlignLeft) |
                         static_cast<int>(Qt::TextWordWrap),
                     empty_text_);
  }
  for (int row = first; row < last; ++row) {
    const int y = (row - first) * height;
    const QRect line(0, y, viewport()->width(), height);
    const QModelIndex head = model()->index(row, 0, rootIndex());
    const bool selected = selectionModel() != nullptr && selectionModel()->isSelected(head);
    if (selected) {
      painter.fillRect(line, colours.brush(hasFocus() ? QPalette::Active : QPalette::Inactive,
                                           QPalette::Highlight));
    } else if (head.data(kHitRole).toBool()) {
      QColor hit = colours.highlight().color();
      hit.setAlphaF(0.25F);
      painter.fillRect(line, hit);
      painter.fillRect(QRect(0, y, 3, height), colours.highlight());
    } else if (row % 2 == 1) {
      painter.fillRect(line, colours.alternateBase());
    }
    const bool spans_all = spans(row);
    // Frozen columns last, over what is scrolled below them.
    const int fixed = frozenWidth();
    for (int at = 0; at < header_->count(); ++at) {
      const int visual = (at + frozen_) % header_->count();
      const int column = header_->logicalIndex(visual);
      if (header_->isSectionHidden(column) || (spans_all && column != tree_column_)) continue;
      const int x = spans_all ? std::max(columnLeft(column), 0) : columnLeft(column);
      const int width = spans_all ? viewport()->width() - x : header_->sectionSize(column);
      if (x + width < 0 || x > viewport()->width()) continue;
      const QRect cell(x, y, width, height);
      painter.setClipRect(isFrozen(column) || spans_all ? cell : cell.intersected({fixed, y, viewport()->width(), height}));
      paint_cell(painter, model()->index(row, column, rootIndex()), cell, selected);
    }
    painter.setClipping(false);
    if (current.isValid() && current.row() == row && hasFocus()) {
      painter.setPen(QPen(colours.text().color(), 1, Qt::DotLine));
      painter.drawRect(line.adjusted(0, 0, -1, -1));
    }
  }
  if (frozenWidth() != 0) {
    painter.setPen(QPen(colours.color(QPalette::Mid), 2));
    painter.drawLine(frozenWidth(), 0, frozenWidth(), viewport()->height());
  }
}

void RowView::resizeEvent(QResizeEvent* event) {
  QAbstractItemView::resizeEvent(event);
  updateGeometries();
}

void RowView::scrollContentsBy(int dx, int dy) {
  static_cast<void>(dy);
  if (dx != 0) header_->setOffset(horizontalScrollBar()->value());
  if (dx != 0 && below_header_ != nullptr) below_header_->update();
  viewport()->update();
}

void RowView::wheelEvent(QWheelEvent* event) {
  // Three rows a notch; the base class would count in pixels of its own.
  const int delta = event->angleDelta().y();
  if (delta == 0) return QAbstractItemView::wheelEvent(event);
  verticalScrollBar()->setValue(verticalScrollBar()->value() - delta / 40);
  event->accept();
}

void RowView::mousePressEvent(QMouseEvent* event) {
  const QPoint at = event->position().toPoint();
  const QModelIndex index = indexAt(at);
  if (index.isValid() && event->button() == Qt::LeftButton) {
    const QRect triangle = triangle_of(index);
    if (triangle.contains(at)) {
      if (event->modifiers() & Qt::ShiftModifier) {
        Q_EMIT expandAllWanted(index.row());
      } else if (index.data(kExpandRole).toInt() == 2) {
        Q_EMIT collapseWanted(index.row());
      } else {
        Q_EMIT expandWanted(index.row());
      }
      return event->accept();
    }
    if (picks_cells_ && event->modifiers() & (Qt::ControlModifier | Qt::AltModifier)) {
      Q_EMIT cellPicked(index, (event->modifiers() & Qt::AltModifier) != 0);
      return event->accept();
    }
    for (const auto& [place, text] :
         pill_places(index.data(kPillsRole).toString(), visualRect(index))) {
      if (!place.contains(at)) continue;
      setCurrentIndex(index);
      Q_EMIT pillClicked(index, text.section(QLatin1Char(' '), 0, 0));
      return event->accept();
    }
  }
  QAbstractItemView::mousePressEvent(event);
}

void RowView::mouseDoubleClickEvent(QMouseEvent* event) {
  const QModelIndex index = indexAt(event->position().toPoint());
  if (index.isValid() && !triangle_of(index).contains(event->position().toPoint()))
    Q_EMIT rowActivated(index);
  event->accept();
}

void RowView::keyPressEvent(QKeyEvent* event) {
  const QModelIndex current = currentIndex();
  if (current.isValid()) {
    const int row = current.row();
    const int expand = tree_column_ >= 0 ? tree_index(row).data(kExpandRole).toInt() : 0;
    switch (event->key()) {
      case Qt::Key_Return:
      case Qt::Key_Enter:
        Q_EMIT rowActivated(current);
        return event->accept();
      case Qt::Key_Right:
        if (tree_column_ < 0) break;
        if (expand == 1)
          Q_EMIT expandWanted(row);
        else if (expand == 2)
          setCurrentIndex(tree_index(row + 1));
        return event->accept();
      case Qt::Key_Left:
        if (tree_column_ < 0) break;
        if (expand == 2) {
          Q_EMIT collapseWanted(row);
        } else {
          const int parent = parent_of(row);
          if (parent >= 0) setCurrentIndex(tree_index(parent));
        }
        return event->accept();
      case Qt::Key_Asterisk:
        if (tree_column_ < 0) break;
        Q_EMIT expandAllWanted(row);
        return event->accept();
      case Qt::Key_Menu:
        Q_EMIT menuWanted(current, viewport()->mapToGlobal(visualRect(current).bottomLeft()));
        return event->accept();
      default:
        break;
    }
  }
  // Letters are for shortcuts of the window, not for Qt's search by typing, which asks every row.
  if (!event->text().isEmpty() && event->text().at(0).isPrint() && event->key() != Qt::Key_Space)
    return event->ignore();
  QAbstractItemView::keyPressEvent(event);
}

void RowView::contextMenuEvent(QContextMenuEvent* event) {
  const QModelIndex index =
      event->reason() == QContextMenuEvent::Keyboard ? currentIndex() : indexAt(event->pos());
  if (index.isValid()) Q_EMIT menuWanted(index, event->globalPos());
  event->accept();
}

bool RowView::viewportEvent(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    const QModelIndex index = indexAt(help->pos());
    const QString tip = index.isValid() ? index.data(Qt::ToolTipRole).toString() : QString();
    // Evidence: never taken for markup.
    if (tip.isEmpty()) {
      QToolTip::hideText();
    } else {
      QToolTip::showText(help->globalPos(),
                         QStringLiteral("<p style='white-space:pre-wrap'>") +
                             tip.left(kMostTip).toHtmlEscaped() + QStringLiteral("</p>"),
                         viewport(), visualRect(index));
    }
    return true;
  }
  return QAbstractItemView::viewportEvent(event);
}

}  // namespace stemma::ui
