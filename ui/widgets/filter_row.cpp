#include "ui/widgets/filter_row.hpp"

#include <algorithm>

#include "ui/models/event_model.hpp"
#include "ui/models/roles.hpp"

namespace stemma::ui {

FilterRow::FilterRow(Workbench& bench, RowView& view) : QWidget(&view), bench_(bench), view_(view) {
  make();
  connect(view_.model(), &QAbstractItemModel::modelReset, this, [this] {
    if (fields_.size() != view_.header()->count()) make();
  });
  connect(view_.header(), &QHeaderView::sectionResized, this, &FilterRow::place);
  connect(view_.header(), &QHeaderView::sectionMoved, this, &FilterRow::place);
}

QSize FilterRow::sizeHint() const {
  return {0, fontMetrics().height() + 8};
}

void FilterRow::make() {
  qDeleteAll(fields_);
  fields_.clear();
  for (int column = 0; column < view_.header()->count(); ++column) {
    const QString name = view_.model()->headerData(column, Qt::Horizontal, kFieldRole).toString();
    auto* field = new QLineEdit(this);
    field->setPlaceholderText(name.isEmpty() ? tr("any word") : name);
    field->setAccessibleName(tr("Filter by %1").arg(field->placeholderText()));
    field->setToolTip(
        tr("Enter adds a filter chip; -text leaves out, =text wants the whole value"));
    field->setEnabled(name != QStringLiteral("@timestamp") && column != EventModel::kNote);
    connect(field, &QLineEdit::returnPressed, this, [this, column] { accept(column); });
    field->show();
    fields_.append(field);
  }
  place();
}

void FilterRow::place() {
  for (int column = 0; column < fields_.size(); ++column) {
    // What is scrolled below the frozen columns is cut, so that it does not take their clicks.
    const int left = view_.columnLeft(column);
    const int fixed = view_.frozenWidth();
    const int from = fixed == 0 || view_.isFrozen(column) ? left : std::max(left, fixed);
    const int width = left + view_.header()->sectionSize(column) - from;
    fields_[column]->setVisible(width > 0);
    fields_[column]->setGeometry(from, 0, std::max(width, 0), height());
  }
  offset_ = view_.header()->offset();
  frozen_ = view_.frozenWidth();
}

void FilterRow::resizeEvent(QResizeEvent* event) {
  static_cast<void>(event);
  place();
}

// Scrolling moves the columns: the view tells it by an update.
void FilterRow::paintEvent(QPaintEvent* event) {
  static_cast<void>(event);
  if (offset_ != view_.header()->offset() || frozen_ != view_.frozenWidth()) place();
}

void FilterRow::accept(int column) {
  QString text = fields_[column]->text();
  if (text.isEmpty()) return;
  const QString name = view_.model()->headerData(column, Qt::Horizontal, kFieldRole).toString();
  Chip chip;
  chip.kind = name.isEmpty() ? Chip::Kind::word : Chip::Kind::field;
  chip.field = name.toStdString();
  if (text.startsWith(QLatin1Char('-')) && text.size() > 1) {
    chip.exclude = true;
    text.remove(0, 1);
  }
  if (text.startsWith(QLatin1Char('=')) && text.size() > 1) {
    chip.exact = true;
    text.remove(0, 1);
  }
  chip.text = text.toStdString();
  fields_[column]->clear();
  bench_.addChip(std::move(chip));
}

}  // namespace stemma::ui
