// RowView: any number of rows of one height, in columns, indented where the model says so. Paints
// and remembers only what is on screen, so that ten million rows cost what fifty do; Qt's own views
// keep something for every row. Not a model and not a delegate: a row's text, mark and pills are
// roles (ui/models/roles.hpp).
#pragma once

#include <QAbstractItemView>
#include <QHeaderView>

namespace stemma::ui {

class RowView : public QAbstractItemView {
  Q_OBJECT

 public:
  explicit RowView(QWidget* parent = nullptr);
  ~RowView() override;

  void setModel(QAbstractItemModel* model) override;
  [[nodiscard]] QHeaderView* header() const { return header_; }
  /// The column that is indented, with triangles and marks; -1 for none. Where a row spans the columns
  /// behind it, its text stays in view while they are scrolled.
  void setTreeColumn(int column);
  /// A widget below the header, such as a row of filters; owned by the view from now on.
  void setBelowHeader(QWidget* widget);

  /// Columns, as they stand from the left, that stay where they are while the others are scrolled.
  /// Where they would leave hardly any room nothing is frozen.
  void setFrozen(int columns);
  [[nodiscard]] int frozen() const { return frozen_; }
  [[nodiscard]] bool isFrozen(int column) const;
  /// Pixels of them.
  [[nodiscard]] int frozenWidth() const;
  /// Where a column begins in the viewport, and which lies there; -1 for none.
  [[nodiscard]] int columnLeft(int column) const;
  [[nodiscard]] int columnAt(int x) const;

  /// Whether a click with Ctrl or Alt filters by the cell; else Ctrl adds the row to the selection.
  void setPicksCells(bool picks) { picks_cells_ = picks; }

  /// Said in the place of rows while there are none: why, and what would fill the view. Plain text.
  void setEmptyText(const QString& text);

  [[nodiscard]] QRect visualRect(const QModelIndex& index) const override;
  void scrollTo(const QModelIndex& index, ScrollHint hint = EnsureVisible) override;
  [[nodiscard]] QModelIndex indexAt(const QPoint& point) const override;
  void reset() override;

  [[nodiscard]] int rowHeight() const;
  [[nodiscard]] int firstVisibleRow() const;
  [[nodiscard]] int visibleRows() const;

 Q_SIGNALS:
  void expandWanted(int row);
  void collapseWanted(int row);
  void expandAllWanted(int row);
  /// Enter or a double click.
  void rowActivated(const QModelIndex& index);
  /// A click with Ctrl or Alt: filter in, filter out.
  void cellPicked(const QModelIndex& index, bool exclude);
  /// A pill of the row.
  void pillClicked(const QModelIndex& index, const QString& label);
  void menuWanted(const QModelIndex& index, const QPoint& global);
  /// Of a column's title.
  void headerMenuWanted(int column, const QPoint& global);

 protected:
  QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
  [[nodiscard]] int horizontalOffset() const override;
  [[nodiscard]] int verticalOffset() const override;
  [[nodiscard]] bool isIndexHidden(const QModelIndex& index) const override;
  void setSelection(const QRect& rect, QItemSelectionModel::SelectionFlags flags) override;
  [[nodiscard]] QRegion visualRegionForSelection(const QItemSelection& selection) const override;
  void updateGeometries() override;
  void rowsInserted(const QModelIndex& parent, int start, int end) override;
  void dataChanged(const QModelIndex& first, const QModelIndex& last,
                   const QList<int>& roles) override;

  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  bool viewportEvent(QEvent* event) override;
  void scrollContentsBy(int dx, int dy) override;

 private:
  void place_header();
  void follow_header();
  void paint_cell(QPainter& painter, const QModelIndex& index, const QRect& rect, bool selected);
  void paint_pills(QPainter& painter, const QString& pills, const QRect& rect);
  [[nodiscard]] QList<std::pair<QRect, QString>> pill_places(const QString& pills,
                                                             const QRect& rect) const;
  [[nodiscard]] int indent_of(const QModelIndex& index) const;
  [[nodiscard]] QRect triangle_of(const QModelIndex& index) const;
  [[nodiscard]] QModelIndex tree_index(int row) const;
  [[nodiscard]] bool spans(int row) const;
  [[nodiscard]] int parent_of(int row) const;
  void tell_menus_of(QHeaderView* header);

  QHeaderView* header_;
  QWidget* below_header_ = nullptr;
  int tree_column_ = -1;
  bool picks_cells_ = true;
  QHeaderView* frozen_header_ = nullptr;
  int frozen_ = 0;
  bool following_header_ = false;
  QString empty_text_;
};

}  // namespace stemma::ui
