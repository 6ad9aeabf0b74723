// GraphView: the tree around the selected process as boxes and arrows. Where they stand is
// ui/state/graph_layout.hpp.
#pragma once

#include <QAbstractScrollArea>

#include "ui/models/workbench.hpp"
#include "ui/state/graph_layout.hpp"

namespace stemma::ui {

class GraphView : public QAbstractScrollArea {
  Q_OBJECT

 public:
  explicit GraphView(Workbench& bench, QWidget* parent = nullptr);
  [[nodiscard]] const GraphLayout& layoutShown() const { return layout_; }
  /// The box at a point of the viewport; none where there is none.
  [[nodiscard]] const GraphNode* nodeAt(const QPoint& point) const;
  void zoomBy(double factor);
  void fit();

 Q_SIGNALS:
  void opened();
  /// A box that stands for others: the list has them all.
  void listWanted(EntityId parent);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  bool viewportEvent(QEvent* event) override;

 private:
  void follow();
  void update_bars();
  [[nodiscard]] QRectF box_of(const GraphNode& node) const;  // on the whole drawing
  void paint_node(QPainter& painter, const GraphNode& node) const;

  Workbench& bench_;
  GraphLayout layout_;
  EntityId selected_;
  double zoom_ = 1;
  QPoint drag_;
  bool shown_once_ = false;
};

}  // namespace stemma::ui
