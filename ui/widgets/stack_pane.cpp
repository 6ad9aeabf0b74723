#include "ui/widgets/stack_pane.hpp"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include "events/fields.hpp"
#include "ui/models/roles.hpp"
#include "ui/models/text.hpp"
#include "ui/widgets/row_view.hpp"

namespace stemma::ui {

int StackModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(stack_.values.size());
}

int StackModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : 2;
}

const Stack::Counted& StackModel::at(int row) const {
  const auto place = static_cast<std::size_t>(row);
  return stack_.values[rarest_ ? stack_.values.size() - 1 - place : place];
}

QVariant StackModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const Stack::Counted& one = at(index.row());
  if (role == Qt::DisplayRole || role == Qt::ToolTipRole) {
    return index.column() == 0 ? countText(one.count) : fromUtf8(one.shown);
  }
  if (role == kRawRole) return fromUtf8(one.raw);
  if (role == Qt::TextAlignmentRole && index.column() == 0) {
    return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
  }
  return {};
}

QVariant StackModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  return section == 0 ? tr("Count") : fromUtf8(stack_.field);
}

void StackModel::setStack(Stack stack) {
  beginResetModel();
  stack_ = std::move(stack);
  endResetModel();
}

void StackModel::setRarestFirst(bool rarest) {
  beginResetModel();
  rarest_ = rarest;
  endResetModel();
}

StackPane::StackPane(Workbench& bench, QWidget* parent)
    : QWidget(parent), bench_(bench), model_(new StackModel(this)), view_(new RowView(this)) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  auto* line = new QHBoxLayout;
  field_ = new QLineEdit(this);
  field_->setPlaceholderText(tr("ECS field, Enter counts"));
  field_->setAccessibleName(tr("Field to count"));
  line->addWidget(field_, 1);
  auto* rarest = new QCheckBox(tr("rarest first"), this);
  line->addWidget(rarest);
  layout->addLayout(line);
  view_->setModel(model_);
  view_->setAccessibleName(tr("Values and their counts"));
  view_->header()->resizeSection(0, 80);
  view_->header()->setStretchLastSection(true);
  view_->setEmptyText(
      tr("Ctrl+K counts the values of the column in focus over the events that are shown."));
  layout->addWidget(view_, 1);
  count_ = new QLabel(this);
  count_->setTextFormat(Qt::PlainText);
  count_->setWordWrap(true);
  layout->addWidget(count_);
  connect(field_, &QLineEdit::returnPressed, this, &StackPane::ask);
  connect(rarest, &QCheckBox::toggled, model_, &StackModel::setRarestFirst);
  connect(view_, &RowView::rowActivated, this,
          [this](const QModelIndex& index) { pick(index.row(), false); });
  connect(view_, &RowView::cellPicked, this,
          [this](const QModelIndex& index, bool exclude) { pick(index.row(), exclude); });
  connect(&bench_, &Workbench::caseChanged, this, [this] {
    if (bench_.openCase()) return;
    request_.reset();
    model_->setStack({});
    count_->clear();
  });
}

void StackPane::show_field(const QString& field) {
  field_->setText(field);
  ask();
  view_->setFocus();
}

void StackPane::ask() {
  const FieldId field = intern_field(column_field(field_->text().toStdString()));
  if (!field || !bench_.openCase()) return;
  count_->setText(tr("Counting…"));
  std::shared_ptr<const std::vector<EventId>> events;
  if (bench_.filtered() != nullptr)
    events = std::make_shared<const std::vector<EventId>>(*bench_.filtered());
  request_ = bench_.service().stack(events, field, [this](Stack stack) {
    count_->setText(
        tr("%1 values; %2 events lack the field%3. Enter or Ctrl+click filters in, Alt+click out.")
            .arg(countText(stack.distinct), countText(stack.without),
                 stack.others == 0 ? QString()
                                   : tr("; %1 occurrences of values that are not listed")
                                         .arg(countText(stack.others))));
    model_->setStack(std::move(stack));
  });
}

void StackPane::pick(int row, bool exclude) {
  Chip chip;
  chip.kind = Chip::Kind::field;
  chip.exact = true;
  chip.exclude = exclude;
  chip.field = model_->stack().field;
  chip.text = model_->at(row).raw;
  bench_.addChip(std::move(chip));
}

}  // namespace stemma::ui
