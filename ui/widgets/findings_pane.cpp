#include "ui/widgets/findings_pane.hpp"

#include <QComboBox>
#include <QHBoxLayout>

#include "ui/models/text.hpp"
#include "ui/widgets/pane_parts.hpp"

namespace stemma::ui {

FindingsPane::FindingsPane(Workbench& bench, QWidget* parent)
    : QWidget(parent),
      bench_(bench),
      model_(new FindingModel(bench, this)),
      view_(new RowView(this)) {
  auto* layout = tight(this);
  auto* line = new QHBoxLayout;
  auto* grouping = new QComboBox(this);
  grouping->addItems({tr("by run"), tr("by rule"), tr("by host"), tr("by severity")});
  grouping->setAccessibleName(tr("Group findings"));
  auto* sort = new QComboBox(this);
  sort->addItems({tr("earliest first"), tr("most severe first")});
  sort->setAccessibleName(tr("Sort findings"));
  auto* text = new QLineEdit(this);
  text->setPlaceholderText(tr("filter findings"));
  text->setAccessibleName(tr("Filter findings"));
  text->setClearButtonEnabled(true);
  line->addWidget(grouping);
  line->addWidget(sort);
  line->addWidget(text, 1);
  layout->addLayout(line);
  view_->setModel(model_);
  view_->setTreeColumn(FindingModel::kWhat);
  view_->setPicksCells(false);
  view_->setAccessibleName(tr("Findings"));
  view_->header()->resizeSection(FindingModel::kWhat, 310);
  view_->header()->resizeSection(FindingModel::kTime, 215);
  view_->header()->resizeSection(FindingModel::kSeverity, 70);
  view_->header()->resizeSection(FindingModel::kCommand, 500);
  layout->addWidget(view_, 1);
  count_ = plain_label(this);
  count_->setWordWrap(true);
  layout->addWidget(count_);

  connect(grouping, &QComboBox::currentIndexChanged, this, [this](int index) {
    model_->setGrouping(static_cast<FindingModel::Grouping>(index));
    follow();
  });
  connect(sort, &QComboBox::currentIndexChanged, this, [this](int index) {
    model_->setSort(static_cast<FindingModel::Sort>(index));
    follow();
  });
  connect(text, &QLineEdit::textChanged, model_, &FindingModel::setText);
  connect(view_, &RowView::expandWanted, model_, &FindingModel::expand);
  connect(view_, &RowView::collapseWanted, model_, &FindingModel::collapse);
  connect(view_, &RowView::rowActivated, this, [this](const QModelIndex& index) {
    select_row(index.row(), {});
    Q_EMIT opened();
  });
  // A click on the row that is current already: something else was selected meanwhile.
  connect(view_, &QAbstractItemView::clicked, this, [this](const QModelIndex& index) {
    select_row(index.row(), QStringLiteral("findings"));
  });
  connect(view_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          [this](const QModelIndex& now) {
            if (!following_ && now.isValid()) select_row(now.row(), QStringLiteral("findings"));
          });
  connect(&bench_, &Workbench::viewChanged, this, &FindingsPane::follow);
  connect(model_, &QAbstractItemModel::modelReset, this, &FindingsPane::describe);
  describe();
}

void FindingsPane::select_row(int row, const QString& gesture) {
  if (row < 0 || row >= model_->rowCount()) return;
  const FindingModel::Row& one = model_->rowAt(row);
  if (!one.group) return bench_.selectFinding(one.number, gesture);
  if (const auto run = model_->invocationAt(row)) bench_.selectInvocation(*run, gesture);
}

std::vector<NoteTarget> FindingsPane::selectedTargets(std::size_t most) const {
  std::vector<NoteTarget> targets;
  for (const int row : selected_rows(view_, most)) {
    const FindingModel::Row& one = model_->rowAt(row);
    if (!one.group) {
      targets.push_back({{TargetKind::finding, bench_.openCase()->findings[one.number].id}, {}});
    } else if (const auto run = model_->invocationAt(row)) {
      targets.push_back({{TargetKind::run, bench_.openCase()->incident->invocations[*run].id}, {}});
    }
  }
  return targets;
}

void FindingsPane::follow() {
  following_ = true;
  if (const auto finding = bench_.selectedFinding()) {
    set_row(view_, model_->rowOfFinding(*finding));
  } else if (const auto run = bench_.selectedInvocation()) {
    set_row(view_, model_->rowOfInvocation(*run));
  }
  following_ = false;
}

void FindingsPane::step(bool forwards) {
  const int rows = model_->rowCount();
  int row = view_->currentIndex().isValid() ? view_->currentIndex().row() : (forwards ? -1 : rows);
  // Where no rule fired, the runs are what there is to walk.
  const bool runs = model_->shownFindings() == 0;
  for (int tries = 0; tries < rows; ++tries) {
    row = (row + (forwards ? 1 : rows - 1)) % rows;
    if (row < 0) row += rows;
    if (runs ? model_->invocationAt(row).has_value() : !model_->rowAt(row).group) {
      set_row(view_, row);
      return select_row(row, {});
    }
  }
}

void FindingsPane::describe() {
  const auto& open = bench_.openCase();
  if (!open || open->stage == Stage::empty) {
    count_->setText(tr("Nothing is open. Drop a folder or files here, or press Ctrl+O."));
  } else if (open->stage == Stage::indexed) {
    count_->setText(open->findings.empty()
                        ? tr("Rules are running…")
                        : tr("Rules are running; %1 findings so far")
                              .arg(countText(open->findings.size())));
  } else if (open->findings.empty()) {
    const std::size_t runs = open->incident ? open->incident->invocations.size() : 0;
    count_->setText((runs == 0 ? tr("No findings.") : tr("No findings, %1 runs.").arg(runs)) +
                    tr(" “Notes on the evidence” says what could not have been found."));
  } else {
    QString text = tr("%1 findings, %2 shown")
                       .arg(countText(open->findings.size()), countText(model_->shownFindings()));
    if (const std::size_t set_aside = model_->setAsideFindings(); set_aside != 0) {
      text += tr(", %1 in declared automation, at the end").arg(countText(set_aside));
    }
    count_->setText(text);
  }
}

}  // namespace stemma::ui
