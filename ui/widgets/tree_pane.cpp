#include "ui/widgets/tree_pane.hpp"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QMenu>
#include <QStackedWidget>
#include <QToolButton>

#include "ui/models/gap_text.hpp"
#include "ui/models/text.hpp"
#include "ui/widgets/pane_parts.hpp"

namespace stemma::ui {
namespace {

// A chip for what a process has of one kind.
Chip activity_chip(const QString& pill) {
  Chip chip;
  chip.kind = Chip::Kind::field;
  chip.field = "event.category";
  chip.exact = true;
  if (pill == QStringLiteral("file")) chip.text = "file";
  if (pill == QStringLiteral("reg")) chip.text = "registry";
  if (pill == QStringLiteral("net")) chip.text = "network";
  if (pill == QStringLiteral("dns")) chip.text = "dns";
  return chip;
}

}  // namespace

TreePane::TreePane(Workbench& bench, QWidget* parent)
    : QWidget(parent),
      bench_(bench),
      model_(new ProcessModel(bench, this)),
      view_(new RowView(this)) {
  auto* layout = tight(this);
  search_ = new QLineEdit(this);
  search_->setPlaceholderText(
      tr("find a process: name, command line or pid — Enter next, Shift+Enter previous"));
  search_->setAccessibleName(tr("Find a process"));
  search_->setClearButtonEnabled(true);
  auto* line = new QHBoxLayout;
  line->addWidget(search_, 1);
  auto* turn_button = new QToolButton(this);
  turn_button->setText(tr("List ⇄ graph"));
  turn_button->setToolTip(tr("Ctrl+G"));
  turn_button->setAccessibleName(tr("List or graph"));
  connect(turn_button, &QToolButton::clicked, this, &TreePane::turn);
  line->addWidget(turn_button);
  layout->addLayout(line);
  view_->setModel(model_);
  view_->setTreeColumn(ProcessModel::kName);
  view_->setSelectionMode(QAbstractItemView::SingleSelection);
  view_->setAccessibleName(tr("Process tree"));
  const int widths[] = {280, 120, 215, 215, 60, 160, 70, 600, 100, 130};
  for (int i = 0; i < ProcessModel::kColumns; ++i) view_->header()->resizeSection(i, widths[i]);
  // As an analyst reads a line: who, how much, what, when, as whom; the rest behind.
  int place = 0;
  for (const int column : {ProcessModel::kName, ProcessModel::kPid, ProcessModel::kActivity,
                           ProcessModel::kCommand, ProcessModel::kStart, ProcessModel::kUser}) {
    view_->header()->moveSection(view_->header()->visualIndex(column), place++);
  }
  graph_ = new GraphView(bench_, this);
  stack_ = new QStackedWidget(this);
  stack_->addWidget(view_);
  stack_->addWidget(graph_);
  layout->addWidget(stack_, 1);
  connect(graph_, &GraphView::opened, this, &TreePane::opened);
  connect(graph_, &GraphView::listWanted, this, [this](EntityId id) {
    turn();
    bench_.selectEntity(id);
    model_->expand(model_->reveal(id));
  });

  connect(search_, &QLineEdit::returnPressed, this,
          [this] { find(!(QApplication::keyboardModifiers() & Qt::ShiftModifier)); });
  connect(view_, &RowView::expandWanted, model_, &ProcessModel::expand);
  connect(view_, &RowView::collapseWanted, model_, &ProcessModel::collapse);
  connect(view_, &RowView::expandAllWanted, this, [this](int row) {
    model_->expandAll(row);
    set_row(view_, row);
  });
  connect(view_, &RowView::rowActivated, this, [this](const QModelIndex& index) {
    const ProcessRow& row = model_->rows()[static_cast<std::size_t>(index.row())];
    if (row.kind == ProcessRow::Kind::process) {
      bench_.selectEntity(row.entity);
      Q_EMIT opened();
    } else if (row.expanded) {
      model_->collapse(index.row());
    } else {
      model_->expand(index.row());
    }
  });
  connect(view_, &RowView::menuWanted, this, &TreePane::menu);
  connect(view_, &RowView::pillClicked, this,
          [this](const QModelIndex& index, const QString& pill) {
            show_events(model_->entityAt(index.row()), pill);
          });
  connect(view_, &RowView::cellPicked, this,
          [this](const QModelIndex& index, bool exclude) { add_cell(bench_, index, exclude); });
  connect(view_, &QAbstractItemView::clicked, this, [this](const QModelIndex& index) {
    const ProcessRow& row = model_->rows()[static_cast<std::size_t>(index.row())];
    if (row.kind == ProcessRow::Kind::process)
      bench_.selectEntity(row.entity, QStringLiteral("tree"));
  });
  connect(view_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          [this](const QModelIndex& now) {
            if (following_ || !now.isValid()) return;
            const ProcessRow& row = model_->rows()[static_cast<std::size_t>(now.row())];
            if (row.kind == ProcessRow::Kind::process)
              bench_.selectEntity(row.entity, QStringLiteral("tree"));
          });
  connect(&bench_, &Workbench::viewChanged, this, &TreePane::follow);
  const auto describe = [this] {
    const auto& open = bench_.openCase();
    view_->setEmptyText(
        !open || !open->snapshot
            ? tr("Nothing is open.\n\nDrop a folder or files onto the window, or press Ctrl+O.")
            : tr("No record here tells of a process. Security 4688, Sysmon 1, auditd's execve "
                 "records, "
                 "Sysmon for Linux or Elastic documents of category process would fill this "
                 "tree."));
  };
  connect(&bench_, &Workbench::caseChanged, this, describe);
  connect(&bench_, &Workbench::caseChanged, this, &TreePane::follow);
  describe();
}

void TreePane::turn() {
  stack_->setCurrentIndex(1 - stack_->currentIndex());
  stack_->currentWidget()->setFocus();
}

QWidget* TreePane::current() const {
  return stack_->currentWidget();
}

void TreePane::follow() {
  const EntityId entity = bench_.view().selection.entity;
  if (!entity || !bench_.openCase()) return;
  following_ = true;
  const int row = model_->reveal(entity);
  set_row(view_, row);
  following_ = false;
}

void TreePane::find(bool forwards) {
  const EntityId found = model_->find(search_->text(), bench_.view().selection.entity, forwards);
  if (found) {
    bench_.selectEntity(found);
  } else if (!search_->text().isEmpty()) {
    Q_EMIT said(tr("No process holds “%1”.").arg(search_->text()));
  }
}

void TreePane::toParent() {
  const auto& open = bench_.openCase();
  const EntityId entity = bench_.view().selection.entity;
  if (!open || !entity) return;
  const EntityId parent = open->snapshot->tree.entity(entity).parent;
  if (parent) {
    bench_.selectEntity(parent);
  } else {
    Q_EMIT said(tr("No record says who started this process."));
  }
}

void TreePane::toRoot() {
  const auto& open = bench_.openCase();
  EntityId entity = bench_.view().selection.entity;
  if (!open || !entity) return;
  const auto up = ancestors(open->snapshot->tree, entity);
  if (!up.empty()) bench_.selectEntity(up.back());
}

void TreePane::toMarked(bool forwards) {
  const EntityId next = model_->nextMarked(bench_.view().selection.entity, forwards);
  if (next) bench_.selectEntity(next);
}

void TreePane::limitToSelected() {
  if (bench_.view().root) return bench_.setRoot({});
  if (bench_.view().selection.entity) bench_.setRoot(bench_.view().selection.entity);
}

void TreePane::copyPath(PathFormat format) {
  const EntityId entity = bench_.view().selection.entity;
  if (!entity || !bench_.openCase()) return;
  QApplication::clipboard()->setText(processPath(*bench_.openCase()->snapshot, entity, format));
  Q_EMIT said(tr("The path to the process is on the clipboard."));
}

void TreePane::show_events(EntityId entity, const QString& pill) {
  if (!entity) return;
  if (pill == QStringLiteral("child")) {
    model_->expand(view_->currentIndex().row());
    return;
  }
  if (pill == QStringLiteral("⚑")) {
    bench_.selectEntity(entity);
    Q_EMIT opened();
    return;
  }
  if (pill == QStringLiteral("gap") || pill == QStringLiteral("log")) {
    bench_.selectEntity(entity);
    const auto range = firstGap(bench_, entity);
    // A forged time at an end of what can be counted is not gone to.
    if (range && range->from.ns > 0 &&
        range->to.ns < std::numeric_limits<std::int64_t>::max() / 2) {
      const std::int64_t margin = (range->to.ns - range->from.ns) / 4 + 10 * kNsPerSecond;
      bench_.setZoom(TimeRange{{range->from.ns - margin}, {range->to.ns + margin}});
    }
    const QStringList lines = gapLines(bench_, entity);
    if (!lines.isEmpty()) Q_EMIT said(lines.front());
    return;
  }
  if (pill == QStringLiteral("✎")) return bench_.selectEntity(entity);
  Filter filter = bench_.view().filter;
  for (Chip& chip : filter.chips) chip.enabled = false;
  Chip own;
  own.kind = Chip::Kind::process;
  own.entity = entity;
  const OpenCase& open = *bench_.openCase();
  own.text = processPath(*open.snapshot, entity, PathFormat::text)
                 .section(QStringLiteral(" → "), -1)
                 .toStdString();
  filter.chips.push_back(std::move(own));
  Chip kind = activity_chip(pill);
  if (!kind.text.empty()) filter.chips.push_back(std::move(kind));
  bench_.setFilter(std::move(filter));
  Q_EMIT opened();
}

void TreePane::menu(const QModelIndex& index, const QPoint& global) {
  const ProcessRow row = model_->rows()[static_cast<std::size_t>(index.row())];
  QMenu menu(this);
  menu.addAction(tr("Expand all below\t*"), this,
                 [this, index] { model_->expandAll(index.row()); });
  menu.addAction(tr("Expand the whole tree"), model_, &ProcessModel::expandEverything);
  menu.addAction(tr("Collapse the whole tree"), model_, &ProcessModel::collapseEverything);
  if (row.kind == ProcessRow::Kind::process) {
    menu.addSeparator();
    menu.addAction(tr("Events of this process"), this,
                   [this, row] { show_events(row.entity, {}); });
    menu.addAction(tr("Events of it and all below"), this, [this, row] {
      Chip chip;
      chip.kind = Chip::Kind::process;
      chip.below = true;
      chip.entity = row.entity;
      chip.text = processPath(*bench_.openCase()->snapshot, row.entity, PathFormat::text)
                      .section(QStringLiteral(" → "), -1)
                      .toStdString();
      bench_.addChip(std::move(chip));
      Q_EMIT opened();
    });
    menu.addAction(tr("Show only this subtree"), this, [this, row] { bench_.setRoot(row.entity); });
    menu.addAction(tr("To the parent\t["), this, &TreePane::toParent);
    menu.addAction(tr("To the root"), this, &TreePane::toRoot);
    menu.addSeparator();
    menu.addAction(tr("Copy path as text\tCtrl+Shift+C"), this,
                   [this] { copyPath(PathFormat::text); });
    menu.addAction(tr("Copy path as Mermaid"), this, [this] { copyPath(PathFormat::mermaid); });
    menu.addAction(tr("Copy path as DOT"), this, [this] { copyPath(PathFormat::dot); });
  }
  menu.exec(global);
}

}  // namespace stemma::ui
