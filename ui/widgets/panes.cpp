#include "ui/widgets/panes.hpp"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QMenu>
#include <QSettings>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "events/fields.hpp"
#include "ui/models/roles.hpp"
#include "ui/models/text.hpp"
#include "ui/widgets/filter_row.hpp"

namespace stemma::ui {
namespace {

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
  view->setCurrentIndex(index);
  view->scrollTo(index);
}

// Filters by a cell, in or out, where its column is a field. Times are no words to look for.
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

// --- findings ---

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
  view_->setSelectionMode(QAbstractItemView::SingleSelection);
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
  for (int tries = 0; tries < rows; ++tries) {
    row = (row + (forwards ? 1 : rows - 1)) % rows;
    if (row < 0) row += rows;
    if (!model_->rowAt(row).group) {
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
    count_->setText(tr("Rules are running…"));
  } else if (open->findings.empty()) {
    count_->setText(
        tr("No findings. “Notes on the evidence” says what could not have been found."));
  } else {
    count_->setText(tr("%1 findings, %2 shown")
                        .arg(countText(open->findings.size()), countText(model_->shownFindings())));
  }
}

// --- process tree ---

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

// --- events ---

EventsPane::EventsPane(Workbench& bench, QWidget* parent)
    : QWidget(parent),
      bench_(bench),
      model_(new EventModel(bench, this)),
      view_(new RowView(this)) {
  auto* layout = tight(this);
  count_ = plain_label(this);
  count_->setAccessibleName(tr("How many events are shown"));
  layout->addWidget(count_);
  view_->setModel(model_);
  view_->setAccessibleName(tr("Events"));
  const int widths[] = {230, 70, 100, 150, 60, 100, 170, 900};
  for (int i = 0; i < EventModel::kFixedColumns; ++i) view_->header()->resizeSection(i, widths[i]);
  model_->setFurther(QSettings().value(QStringLiteral("events/columns")).toStringList());
  view_->header()->restoreState(QSettings().value(QStringLiteral("events/header")).toByteArray());
  const auto remember = [this] {
    QSettings().setValue(QStringLiteral("events/header"), view_->header()->saveState());
  };
  connect(view_->header(), &QHeaderView::sectionMoved, this, remember);
  connect(view_->header(), &QHeaderView::sectionResized, this, remember);
  view_->setBelowHeader(new FilterRow(bench_, *view_));
  layout->addWidget(view_, 1);

  connect(view_->header(), &QHeaderView::sectionClicked, this, [this](int section) {
    if (section != EventModel::kTime) return;
    model_->setOrder(model_->order() == EventModel::Order::earliest ? EventModel::Order::latest
                                                                    : EventModel::Order::earliest);
    follow();
  });
  connect(view_, &RowView::cellPicked, this, &EventsPane::pick);
  connect(view_, &RowView::menuWanted, this, &EventsPane::menu);
  connect(view_, &RowView::rowActivated, this, [this](const QModelIndex& index) {
    bench_.selectEvent(model_->eventAt(index.row()));
    Q_EMIT opened();
  });
  connect(view_, &QAbstractItemView::clicked, this, [this](const QModelIndex& index) {
    bench_.selectEvent(model_->eventAt(index.row()), QStringLiteral("events"));
  });
  connect(view_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          [this](const QModelIndex& now) {
            if (!following_ && now.isValid())
              bench_.selectEvent(model_->eventAt(now.row()), QStringLiteral("events"));
          });
  connect(&bench_, &Workbench::viewChanged, this, &EventsPane::follow);
  connect(&bench_, &Workbench::filterChanged, this, [this] {
    describe();
    if (!bench_.filtering()) follow();
  });
  connect(&bench_, &Workbench::caseChanged, this, &EventsPane::describe);
  describe();
}

void EventsPane::describe() {
  const auto& open = bench_.openCase();
  if (!open || !open->snapshot) return count_->setText(tr("Events: nothing is open"));
  QString text =
      tr("Events %1 · shown %2")
          .arg(countText(model_->total()), countText(static_cast<std::size_t>(model_->rowCount())));
  if (bench_.filtered() != nullptr && bench_.view().filter.highlight) {
    text += tr(" · %1 highlighted").arg(countText(bench_.filtered()->size()));
  }
  if (bench_.filtering()) {
    const std::size_t total = std::max<std::size_t>(model_->total(), 1);
    text += tr(" · looking, %1 %").arg(100 * bench_.filterLookedAt() / total);
  }
  for (const std::string& note : bench_.filterNotes()) text += QStringLiteral("\n") + shown(note);
  count_->setText(text);
  view_->setEmptyText(bench_.filtering() ? tr("Looking…")
                      : bench_.view().filter.limits()
                          ? tr("No event passes the filter. Ctrl+0 shows everything; Ctrl+Z takes "
                               "the last step back.")
                          : tr("The collection holds no event that could be read."));
}

void EventsPane::follow() {
  following_ = true;
  const int row = model_->rowOf(bench_.view().selection.event);
  if (row >= 0) {
    set_row(view_, row);
  } else if (bench_.view().selection.event && model_->rowCount() > 0 && bench_.openCase()) {
    // The filter leaves it out: its neighbours in time are shown, nothing is selected.
    view_->setCurrentIndex({});
    const int near =
        model_->firstRowAt(bench_.openCase()->snapshot->events.time(bench_.view().selection.event));
    view_->scrollTo(model_->index(near, 0), QAbstractItemView::PositionAtCenter);
  }
  following_ = false;
}

void EventsPane::pick(const QModelIndex& index, bool exclude) {
  add_cell(bench_, index, exclude);
}

void EventsPane::around(int minutes) {
  const auto& open = bench_.openCase();
  const EventId event = bench_.view().selection.event;
  if (!open || !event) return;
  const std::int64_t middle = open->snapshot->events.time(event).ns;
  const std::int64_t reach = minutes * 60 * kNsPerSecond;
  Chip chip;
  chip.kind = Chip::Kind::time;
  chip.from = {middle < std::numeric_limits<std::int64_t>::min() + reach
                   ? std::numeric_limits<std::int64_t>::min()
                   : middle - reach};
  chip.to = {middle > std::numeric_limits<std::int64_t>::max() - reach
                 ? std::numeric_limits<std::int64_t>::max()
                 : middle + reach};
  bench_.addChip(std::move(chip));
}

void EventsPane::chooseColumns() {
  bool ok = false;
  const QString text = QInputDialog::getText(
      this, tr("Columns"), tr("Further columns: ECS field names, separated by commas"),
      QLineEdit::Normal, model_->further().join(QStringLiteral(", ")), &ok);
  if (!ok) return;
  QStringList fields;
  for (const QString& field : text.split(QLatin1Char(','), Qt::SkipEmptyParts))
    fields << field.trimmed();
  model_->setFurther(fields);
  QSettings().setValue(QStringLiteral("events/columns"), model_->further());
}

void EventsPane::exportShown() {
  if (!bench_.openCase()) return Q_EMIT said(tr("Nothing is open."));
  if (bench_.filtering())
    return Q_EMIT said(tr("The filter is still looking; export when it is done."));
  const QString path =
      QFileDialog::getSaveFileName(this, tr("Export the events that are shown"),
                                   QStringLiteral("events.csv"), tr("CSV (*.csv)"));
  if (path.isEmpty()) return;
  std::vector<FieldId> further;
  for (const QString& name : model_->further()) further.push_back(intern_field(name.toStdString()));
  std::shared_ptr<const std::vector<EventId>> events;
  if (bench_.filtered() != nullptr && !bench_.view().filter.highlight)
    events = std::make_shared<const std::vector<EventId>>(*bench_.filtered());
  Q_EMIT said(tr("Events are being written…"));
  export_ = bench_.service().export_events(
      events, std::move(further), path.toStdString(), [this, path](const std::string& error) {
        Q_EMIT said(error.empty() ? tr("The events are at %1.").arg(path) : shown(error));
      });
}

void EventsPane::stackCurrent() {
  const QModelIndex index = view_->currentIndex();
  const QString field = model_
                            ->headerData(index.isValid() ? index.column() : EventModel::kProcess,
                                         Qt::Horizontal, kFieldRole)
                            .toString();
  Q_EMIT stackWanted(field.isEmpty() || field == QStringLiteral("@timestamp")
                         ? QStringLiteral("process.name")
                         : field);
}

void EventsPane::menu(const QModelIndex& index, const QPoint& global) {
  QMenu menu(this);
  menu.addAction(tr("Only this value\tCtrl+click"), this, [this, index] { pick(index, false); });
  menu.addAction(tr("Not this value\tAlt+click"), this, [this, index] { pick(index, true); });
  menu.addSeparator();
  for (const int minutes : {1, 5, 15, 60}) {
    menu.addAction(tr("± %n minute(s) around this event", nullptr, minutes), this,
                   [this, index, minutes] {
                     bench_.selectEvent(model_->eventAt(index.row()));
                     around(minutes);
                   });
  }
  menu.addSeparator();
  menu.addAction(tr("Copy value"), this, [index] {
    QApplication::clipboard()->setText(index.data(Qt::DisplayRole).toString());
  });
  const QString field = model_->headerData(index.column(), Qt::Horizontal, kFieldRole).toString();
  if (!field.isEmpty() && field != QStringLiteral("@timestamp")) {
    menu.addAction(tr("Count the values of %1").arg(field), this,
                   [this, field] { Q_EMIT stackWanted(field); });
  }
  menu.addAction(tr("Columns…"), this, &EventsPane::chooseColumns);
  menu.exec(global);
}

}  // namespace stemma::ui
