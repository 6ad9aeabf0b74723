#include "ui/widgets/events_pane.hpp"

#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QInputDialog>
#include <QSettings>
#include <algorithm>

#include "events/fields.hpp"
#include "ui/models/roles.hpp"
#include "ui/models/text.hpp"
#include "ui/widgets/filter_row.hpp"
#include "ui/widgets/pane_parts.hpp"

namespace stemma::ui {

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
  view_->setFrozen(QSettings().value(QStringLiteral("events/frozen"), 0).toInt());
  view_->setBelowHeader(new FilterRow(bench_, *view_));
  layout->addWidget(view_, 1);

  connect(view_->header(), &QHeaderView::sectionClicked, this,
          [this](int section) { sortBy(section); });
  connect(model_, &EventModel::sortChanged, this, [this] {
    describe();
    if (!model_->sorting()) follow();
  });
  connect(&bench_, &Workbench::settingsRead, this, [this] {
    const auto at = bench_.settings().find(std::string(kGridSetting));
    if (at == bench_.settings().end()) return;
    if (const auto look = readGrid(at->second)) setLook(*look);
  });
  connect(view_, &RowView::cellPicked, this, &EventsPane::pick);
  connect(view_, &RowView::menuWanted, this, &EventsPane::menu);
  connect(view_, &RowView::rowActivated, this, [this](const QModelIndex& index) {
    if (const auto group = model_->groupAt(index.row()))
      return fold(index.row(), !model_->groups().is_open(*group));
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
  connect(view_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
          &EventsPane::describe);
  connect(&bench_, &Workbench::viewChanged, this, [this] {
    // Who walks over groups is not called back by a change of something else.
    if (!onGroup() || bench_.view().selection.event != followed_) follow();
  });
  connect(&bench_, &Workbench::filterChanged, this, [this] {
    describe();
    if (!bench_.filtering()) follow();
  });
  connect(&bench_, &Workbench::caseChanged, this, &EventsPane::describe);
  connect_groups();
  describe();
}

void EventsPane::describe() {
  const auto& open = bench_.openCase();
  if (!open || !open->snapshot) return count_->setText(tr("Events: nothing is open"));
  QString text =
      tr("Events %1 · shown %2").arg(countText(model_->total()), countText(model_->shownEvents()));
  if (model_->grouped()) {
    const std::size_t groups = model_->groups().outermost();
    text += (groups == 1 ? tr(" · %1 group %2") : tr(" · %1 groups %2"))
                .arg(countText(groups), model_->groupText());
  }
  if (bench_.filtered() != nullptr && bench_.view().filter.highlight) {
    text += tr(" · %1 highlighted").arg(countText(bench_.filtered()->size()));
  }
  if (bench_.filtering()) {
    const std::size_t total = std::max<std::size_t>(model_->total(), 1);
    text += tr(" · looking, %1 %").arg(100 * bench_.filterLookedAt() / total);
  }
  QItemSelection ranges = view_->selectionModel()->selection();
  std::sort(ranges.begin(), ranges.end(),
            [](const auto& a, const auto& b) { return a.top() < b.top(); });
  std::size_t selected = 0, covered = 0;
  for (const QItemSelectionRange& range : ranges)
    selected += model_->countEvents(range.top(), range.bottom(), covered);
  if (selected > 1) text += tr(" · %1 selected").arg(countText(selected));
  if (model_->sorting()) {
    const bool groups = !model_->grouping().empty();
    const QString how = groups ? model_->groupText() : model_->sortText();
    text += bench_.filtering()
                ? (groups ? tr(" · grouped %1 when the filter is done").arg(how)
                          : tr(" · sorted %1 when the filter is done").arg(how))
                : (groups ? tr(" · being grouped %1, %2 %").arg(how).arg(model_->sortedPercent())
                          : tr(" · being sorted %1, %2 %").arg(how).arg(model_->sortedPercent()));
  } else if (!model_->sortText().isEmpty()) {
    text += tr(" · sorted %1").arg(model_->sortText());
  }
  for (const std::string& note : model_->sortNotes()) text += QStringLiteral("\n") + shown(note);
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
  const EventId event = bench_.view().selection.event;
  int row = model_->rowOf(event);
  // What is chosen elsewhere opens its groups. What was there before does not: groups are closed at
  // first, and who closes one wants it closed.
  if (row < 0 && event != followed_) row = model_->reveal(event);
  if (row < 0) row = model_->lineOver(event);
  followed_ = event;
  if (row >= 0) {
    set_row(view_, row);
  } else if (event && model_->rowCount() > 0 && bench_.openCase()) {
    // The filter leaves it out: its neighbours in time are shown, nothing is selected.
    view_->setCurrentIndex({});
    const int near = model_->firstRowAt(bench_.openCase()->snapshot->events.time(event));
    view_->scrollTo(model_->index(near, 0), QAbstractItemView::PositionAtCenter);
  }
  following_ = false;
}

std::vector<NoteTarget> EventsPane::selectedTargets(std::size_t most) const {
  std::vector<EventId> events;
  for (const int row : selected_rows(view_, most)) {
    const std::vector<EventId> some = model_->eventsOf(row, most + 1);
    events.insert(events.end(), some.begin(), some.end());
    if (events.size() > 2 * most) break;
  }
  std::sort(events.begin(), events.end());
  events.erase(std::unique(events.begin(), events.end()), events.end());
  // Too many are refused by whoever asks: their records are not read.
  if (events.size() > most) return std::vector<NoteTarget>(most + 1);
  std::vector<NoteTarget> targets;
  for (const EventId event : events) {
    if (auto target = bench_.noteTarget(event)) targets.push_back(std::move(*target));
  }
  return targets;
}

void EventsPane::sortCurrent() {
  const QModelIndex index = view_->currentIndex();
  sortBy(index.isValid() ? index.column() : EventModel::kTime);
}

void EventsPane::freeze(int column) {
  const int columns = column < 0 ? 0 : view_->header()->visualIndex(column) + 1;
  view_->setFrozen(columns == view_->frozen() ? 0 : columns);
  QSettings().setValue(QStringLiteral("events/frozen"), view_->frozen());
}

void EventsPane::freezeCurrent() {
  const QModelIndex index = view_->currentIndex();
  freeze(index.isValid() ? index.column() : EventModel::kTime);
}

void EventsPane::inTimeOrder() {
  model_->setSort({});
  keep_look();
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
  keep_look();
}

void EventsPane::setLook(const GridLook& look) {
  if (look.columns != model_->further()) model_->setFurther(look.columns);
  model_->setOrder(look.groups, look.sort);
}

// With the case, not worth a case file of its own.
void EventsPane::keep_look() {
  if (bench_.openCase()) bench_.setSetting(std::string(kGridSetting), writeGrid(look()), true);
}

void EventsPane::sortBy(int column) {
  model_->sortByColumn(column);
  keep_look();
}

void EventsPane::exportShown() {
  if (!bench_.openCase()) return Q_EMIT said(tr("Nothing is open."));
  if (bench_.filtering())
    return Q_EMIT said(tr("The filter is still looking; export when it is done."));
  if (model_->sorting()) return Q_EMIT said(tr("Rows are being sorted; export when it is done."));
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
      events, model_->order(), std::move(further), path.toStdString(),
      [this, path](const std::string& error) {
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
  if (model_->groupAt(index.row())) {
    group_menu(menu, index.row());
  } else {
    row_menu(menu, index);
  }
  menu.exec(global);
}

void EventsPane::row_menu(QMenu& menu, const QModelIndex& index) {
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
  column_menu(menu, index.column());
  menu.addSeparator();
  menu.addAction(tr("Copy value"), this, [index] {
    QApplication::clipboard()->setText(index.data(Qt::DisplayRole).toString());
  });
}

// What can be done with a column: of its title and of its cells.
void EventsPane::column_menu(QMenu& menu, int column) {
  const auto own = model_->columnSort(column);
  const bool level = own && is_level(*own);
  menu.addAction(
      level ? tr("Turn these groups round\tCtrl+Alt+O") : tr("Sort by this column\tCtrl+Alt+O"),
      this, [this, column] { sortBy(column); });
  if (!model_->sortText().isEmpty()) {
    menu.addAction(tr("Back to the order of time"), this, &EventsPane::inTimeOrder);
  }
  const std::size_t levels = model_->grouping().by.size();
  if (own && !own->in_time_order() && !(level && levels == 1)) {
    menu.addAction(levels == 0 ? tr("Group by this column\tCtrl+Alt+G")
                               : tr("Group by this column only\tCtrl+Alt+G"),
                   this, [this, column] { groupBy(column, false); });
    if (levels != 0 && levels < kMaxGroupLevels && !level) {
      menu.addAction(tr("Group by %1 inside the groups\tCtrl+Alt+I").arg(column_title(column)),
                     this, [this, column] { groupBy(column, true); });
    }
    if (level) {
      menu.addAction(tr("Do not group by this column"), this,
                     [this, column] { ungroupBy(column); });
    }
  }
  if (levels != 0) menu.addAction(tr("Ungroup\tCtrl+Alt+U"), this, &EventsPane::ungroup);
  menu.addAction(view_->header()->visualIndex(column) + 1 == view_->frozen()
                     ? tr("Let the first columns scroll\tCtrl+Alt+F")
                     : tr("Freeze columns up to this one\tCtrl+Alt+F"),
                 this, [this, column] { freeze(column); });
  const QString field = model_->headerData(column, Qt::Horizontal, kFieldRole).toString();
  if (!field.isEmpty() && field != QStringLiteral("@timestamp")) {
    menu.addAction(tr("Count the values of %1").arg(field), this,
                   [this, field] { Q_EMIT stackWanted(field); });
  }
  menu.addAction(tr("Columns…"), this, &EventsPane::chooseColumns);
}

}  // namespace stemma::ui
