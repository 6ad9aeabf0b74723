#include "ui/widgets/pane_parts.hpp"

#include <algorithm>

#include "ui/models/roles.hpp"

namespace stemma::ui {

QLabel* plain_label(QWidget* parent) {
  auto* label = new QLabel(parent);
  label->setTextFormat(Qt::PlainText);
  return label;
}

QVBoxLayout* tight(QWidget* widget) {
  auto* layout = new QVBoxLayout(widget);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(2);
  return layout;
}

void set_row(RowView* view, int row) {
  if (row < 0) return;
  const QModelIndex index = view->model()->index(row, 0);
  // A selection of several rows that this one is in stays as it is.
  if (view->currentIndex().row() != row || !view->selectionModel()->isSelected(index))
    view->setCurrentIndex(index);
  view->scrollTo(index);
}

void add_cell(Workbench& bench, const QModelIndex& index, bool exclude) {
  const QString field =
      index.model()->headerData(index.column(), Qt::Horizontal, kFieldRole).toString();
  const QString value = index.data(kRawRole).toString();
  if (field.isEmpty() || value.isEmpty() || field == QStringLiteral("@timestamp")) return;
  Chip chip;
  chip.kind = Chip::Kind::field;
  chip.exact = true;
  chip.exclude = exclude;
  chip.field = field.toStdString();
  chip.text = value.toStdString();
  bench.addChip(std::move(chip));
}

std::vector<int> selected_rows(const RowView* view, std::size_t most) {
  std::vector<int> rows;
  for (const QItemSelectionRange& range : view->selectionModel()->selection()) {
    for (int row = range.top(); row <= range.bottom() && rows.size() <= most; ++row)
      rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

}  // namespace stemma::ui
