// FilterRow: a field to type in below each column's title. What is typed becomes a chip of the
// filter; the row holds no filter of its own.
#pragma once

#include <QLineEdit>
#include <QList>
#include <QWidget>

#include "ui/models/workbench.hpp"
#include "ui/widgets/row_view.hpp"

namespace stemma::ui {

class FilterRow : public QWidget {
  Q_OBJECT

 public:
  FilterRow(Workbench& bench, RowView& view);
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QLineEdit* field(int column) const { return fields_.value(column); }

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void make();
  void place();
  void accept(int column);

  Workbench& bench_;
  RowView& view_;
  QList<QLineEdit*> fields_;
  int offset_ = 0, frozen_ = 0;  // that they were placed for
};

}  // namespace stemma::ui
