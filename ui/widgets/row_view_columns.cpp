// Where the columns of a row view lie: its header, and the first ones of it that stay where they
// are while the others are scrolled; and rows that run over all columns.
#include <QScrollBar>
#include <algorithm>

#include "ui/models/roles.hpp"
#include "ui/widgets/row_view.hpp"

namespace stemma::ui {
namespace {

// Room that is left for what is scrolled; with less, nothing is frozen.
constexpr int kLeastScrolled = 120;

}  // namespace

void RowView::tell_menus_of(QHeaderView* header) {
  header->setContextMenuPolicy(Qt::CustomContextMenu);
  connect(header, &QWidget::customContextMenuRequested, this, [this, header](const QPoint& at) {
    const int column = header->logicalIndexAt(at);
    if (column >= 0) Q_EMIT headerMenuWanted(column, header->viewport()->mapToGlobal(at));
  });
}

bool RowView::spans(int row) const {
  return tree_column_ >= 0 && tree_index(row).data(kSpanRole).toBool();
}

int RowView::parent_of(int row) const {
  const QVariant known = tree_index(row).data(kParentRowRole);
  if (known.isValid()) return known.toInt();
  const int depth = tree_index(row).data(kDepthRole).toInt();
  for (int up = row - 1; up >= 0; --up) {
    if (tree_index(up).data(kDepthRole).toInt() < depth) return up;
  }
  return -1;
}

void RowView::setFrozen(int columns) {
  frozen_ = std::clamp(columns, 0, std::max(0, header_->count() - 1));
  if (frozen_ != 0 && frozen_header_ == nullptr) {
    // A second header over the first: a header scrolls as a whole.
    frozen_header_ = new QHeaderView(Qt::Horizontal, this);
    frozen_header_->setModel(model());
    frozen_header_->setSectionsClickable(true);
    frozen_header_->setHighlightSections(false);
    frozen_header_->setDefaultAlignment(header_->defaultAlignment());
    frozen_header_->setMinimumSectionSize(header_->minimumSectionSize());
    connect(frozen_header_, &QHeaderView::sectionClicked, header_, &QHeaderView::sectionClicked);
    tell_menus_of(frozen_header_);
    connect(frozen_header_, &QHeaderView::sectionResized, this, [this](int section, int, int size) {
      if (!following_header_) header_->resizeSection(section, size);
    });
    // Whichever of the two learns of further columns last.
    connect(header_, &QHeaderView::sectionCountChanged, this, &RowView::follow_header);
    connect(frozen_header_, &QHeaderView::sectionCountChanged, this, &RowView::follow_header);
    connect(header_, &QHeaderView::sectionMoved, this, &RowView::follow_header);
    connect(header_, &QHeaderView::sectionResized, this, &RowView::follow_header);
  }
  follow_header();
  updateGeometries();
  if (below_header_ != nullptr) below_header_->update();
  viewport()->update();
}

// The same sections in the same order, those that are frozen shown.
void RowView::follow_header() {
  if (frozen_header_ == nullptr || following_header_ || frozen_header_->count() != header_->count())
    return;
  following_header_ = true;
  for (int visual = 0; visual < header_->count(); ++visual) {
    const int column = header_->logicalIndex(visual);
    frozen_header_->moveSection(frozen_header_->visualIndex(column), visual);
    const bool shown = visual < frozen_ && !header_->isSectionHidden(column);
    frozen_header_->setSectionHidden(column, !shown);
    if (shown) frozen_header_->resizeSection(column, header_->sectionSize(column));
  }
  following_header_ = false;
  place_header();
}

int RowView::frozenWidth() const {
  int width = 0;
  for (int visual = 0; visual < std::min(frozen_, header_->count()); ++visual)
    width += header_->sectionSize(header_->logicalIndex(visual));
  return width + kLeastScrolled > viewport()->width() ? 0 : width;
}

bool RowView::isFrozen(int column) const {
  return header_->visualIndex(column) < frozen_ && frozenWidth() != 0;
}

int RowView::columnLeft(int column) const {
  return isFrozen(column) ? header_->sectionPosition(column)
                          : header_->sectionViewportPosition(column);
}

int RowView::columnAt(int x) const {
  return header_->logicalIndexAt(x < frozenWidth() ? x - header_->offset() : x);
}

QRect RowView::visualRect(const QModelIndex& index) const {
  if (!index.isValid()) return {};
  const int line = index.row() - firstVisibleRow();
  // Rows far away would lie outside of the range of pixels.
  const int y = std::clamp(line, -10'000, 10'000) * rowHeight();
  const int left = columnLeft(index.column());
  if (index.column() == tree_column_ && left < 0 && spans(index.row()))
    return {0, y, viewport()->width(), rowHeight()};
  return {left, y, header_->sectionSize(index.column()), rowHeight()};
}

QModelIndex RowView::indexAt(const QPoint& point) const {
  if (model() == nullptr || point.y() < 0) return {};
  const int line = point.y() / rowHeight();
  if (line >= model()->rowCount(rootIndex()) - firstVisibleRow()) return {};
  const int row = firstVisibleRow() + line;
  if (spans(row)) return tree_index(row);
  const int column = columnAt(point.x());
  if (column < 0) return {};
  return model()->index(row, column, rootIndex());
}

void RowView::place_header() {
  const int height = header_->isHidden() ? 0 : header_->sizeHint().height();
  const int below = below_header_ != nullptr ? below_header_->sizeHint().height() : 0;
  setViewportMargins(0, height + below, 0, 0);
  const QRect inner = viewport()->geometry();
  header_->setGeometry(inner.left(), inner.top() - height - below, inner.width(), height);
  if (frozen_header_ != nullptr) {
    frozen_header_->setVisible(frozenWidth() != 0 && !header_->isHidden());
    frozen_header_->setGeometry(inner.left(), inner.top() - height - below, frozenWidth(), height);
  }
  if (below_header_ != nullptr) {
    below_header_->setGeometry(inner.left(), inner.top() - below, inner.width(), below);
  }
}

}  // namespace stemma::ui
