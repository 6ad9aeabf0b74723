// The grid's groups by hand: chosen by a column's title or by keys, opened, closed, filtered by.
// How they are shown is the model's affair.
#include <QApplication>
#include <QClipboard>
#include <QMenu>
#include <algorithm>

#include "ui/models/roles.hpp"
#include "ui/models/text.hpp"
#include "ui/state/group_filter.hpp"
#include "ui/widgets/events_pane.hpp"
#include "ui/widgets/pane_parts.hpp"

namespace stemma::ui {
namespace {

// A title in a menu that is chosen by a letter of it that no other one has.
QString with_letter(QString title, QString& taken) {
  title.replace(QLatin1Char('&'), QStringLiteral("&&"));
  for (qsizetype i = 0; i < title.size(); ++i) {
    const QChar letter = title.at(i).toLower();
    if (!letter.isLetter() || taken.contains(letter)) continue;
    taken += letter;
    return title.insert(i, QLatin1Char('&'));
  }
  return title;
}

}  // namespace

void EventsPane::connect_groups() {
  connect(view_, &RowView::expandWanted, this, [this](int row) { fold(row, true); });
  connect(view_, &RowView::collapseWanted, this, [this](int row) { fold(row, false); });
  connect(view_, &RowView::expandAllWanted, this, [this](int row) {
    const auto group = model_->groupAt(row);
    if (!group) return;
    change_groups([this, row] { model_->expandBelow(row); });
  });
  connect(view_, &RowView::headerMenuWanted, this, [this](int column, const QPoint& global) {
    QMenu menu(this);
    column_menu(menu, column);
    menu.exec(global);
  });
  connect(view_->header(), &QHeaderView::sectionMoved, this, &EventsPane::place_tree);
  connect(model_, &QAbstractItemModel::modelReset, this, &EventsPane::place_tree);
}

// Lines of groups begin in the first column, whichever that is.
void EventsPane::place_tree() {
  view_->setTreeColumn(model_->grouped() ? view_->header()->logicalIndex(0) : -1);
}

bool EventsPane::onGroup() const {
  const QModelIndex current = view_->currentIndex();
  return current.isValid() && model_->groupAt(current.row()).has_value();
}

// Rows that go must not hand the focus to another event, which would select it.
void EventsPane::change_groups(const std::function<void()>& change) {
  const QModelIndex current = view_->currentIndex();
  const int row = current.isValid() ? current.row() : -1;
  const auto group = model_->groupAt(row);
  const EventId event = model_->eventAt(row);
  following_ = true;
  change();
  int now = -1;
  if (group) {
    now = model_->rowOfGroup(*group);
    // What it lies in is closed: the innermost line that is seen.
    for (std::uint32_t up = *group; now < 0 && up != kNoGroup;
         up = model_->groups().groups().list[up].parent)
      now = model_->rowOfGroup(up);
  } else if (event) {
    now = model_->rowOf(event);
    if (now < 0) now = model_->lineOver(event);
  }
  set_row(view_, now);
  following_ = false;
  describe();
}

void EventsPane::fold(int row, bool open) {
  if (!model_->groupAt(row)) return;
  if (open) {
    following_ = true;
    model_->expand(row);
    following_ = false;
    return describe();
  }
  change_groups([this, row] { model_->collapse(row); });
}

void EventsPane::expandGroups() {
  if (model_->grouped()) change_groups([this] { model_->expandEverything(); });
}

void EventsPane::collapseGroups() {
  if (model_->grouped()) change_groups([this] { model_->collapseEverything(); });
}

QString EventsPane::column_title(int column) const {
  // Without the arrow and the number of a group that a title may have.
  const QString title = model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
  return title.section(QStringLiteral(" ▾"), 0, 0).section(QStringLiteral(" ▴"), 0, 0);
}

bool EventsPane::is_level(const EventSort& column) const {
  const std::vector<EventSort>& levels = model_->grouping().by;
  return std::any_of(levels.begin(), levels.end(),
                     [&](const EventSort& one) { return same_column(one, column); });
}

void EventsPane::groupBy(int column, bool inside) {
  const auto level = model_->columnSort(column);
  if (!level || level->in_time_order()) return;
  EventGrouping grouping;
  if (inside) grouping = model_->grouping();
  if (inside && is_level(*level))
    return Q_EMIT said(tr("The events are grouped by %1 already.").arg(column_title(column)));
  if (grouping.by.size() == kMaxGroupLevels)
    return Q_EMIT said(tr("Groups have at most %1 levels.").arg(kMaxGroupLevels));
  grouping.by.push_back(*level);
  model_->setGrouping(std::move(grouping));
  keep_look();
}

void EventsPane::groupCurrent(bool inside) {
  const QModelIndex index = view_->currentIndex();
  const auto level =
      index.isValid() && !onGroup() ? model_->columnSort(index.column()) : std::nullopt;
  if (level && !level->in_time_order()) return groupBy(index.column(), inside);
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  menu->setAccessibleName(inside ? tr("Group inside the groups by") : tr("Group the events by"));
  menu->addAction(menu->accessibleName())->setEnabled(false);
  menu->addSeparator();
  QString letters;
  for (int visual = 0; visual < view_->header()->count(); ++visual) {
    const int column = view_->header()->logicalIndex(visual);
    const auto own = model_->columnSort(column);
    if (!own || own->in_time_order() || (inside && is_level(*own))) continue;
    menu->addAction(with_letter(column_title(column), letters), this,
                    [this, column, inside] { groupBy(column, inside); });
  }
  menu->popup(view_->viewport()->mapToGlobal(QPoint(20, 2 * view_->rowHeight())));
}

void EventsPane::ungroup() {
  model_->setGrouping({});
  keep_look();
}

void EventsPane::ungroupBy(int column) {
  const auto level = model_->columnSort(column);
  EventGrouping grouping = model_->grouping();
  std::erase_if(grouping.by,
                [&](const EventSort& one) { return level && same_column(one, *level); });
  model_->setGrouping(std::move(grouping));
  keep_look();
}

void EventsPane::pick(const QModelIndex& index, bool exclude) {
  const auto group = model_->groupAt(index.row());
  if (!group) return add_cell(bench_, index, exclude);
  std::vector<EventId> events = model_->eventsOf(index.row(), kMaxGroupEvents + 1);
  if (events.size() > kMaxGroupEvents) events.clear();
  std::sort(events.begin(), events.end());
  GroupFilter by = group_filter(model_->groups().groups(), *group, exclude, std::move(events));
  if (!by.error.empty()) return Q_EMIT said(shown(by.error));
  Filter filter = bench_.view().filter;
  for (Chip& chip : by.chips) {
    const auto there = std::find_if(filter.chips.begin(), filter.chips.end(), [&](Chip one) {
      one.enabled = true;
      return one == chip;
    });
    if (there != filter.chips.end()) {
      there->enabled = true;
    } else {
      filter.chips.push_back(std::move(chip));
    }
  }
  if (filter.chips.size() > kMaxChips) return Q_EMIT said(tr("There are too many filters."));
  bench_.setFilter(std::move(filter));
}

void EventsPane::group_menu(QMenu& menu, int row) {
  const auto group = model_->groupAt(row);
  const QModelIndex index = model_->index(row, 0);
  menu.addAction(tr("Only this group\tCtrl+click"), this, [this, index] { pick(index, false); });
  menu.addAction(tr("Not this group\tAlt+click"), this, [this, index] { pick(index, true); });
  menu.addSeparator();
  if (model_->groups().is_open(*group)) {
    menu.addAction(tr("Close\tLeft"), this, [this, row] { fold(row, false); });
  } else {
    menu.addAction(tr("Open\tRight"), this, [this, row] { fold(row, true); });
  }
  menu.addAction(tr("Open with all groups inside\t*"), this,
                 [this, row] { change_groups([this, row] { model_->expandBelow(row); }); });
  menu.addAction(tr("Open all groups\tCtrl+Alt+E"), this, &EventsPane::expandGroups);
  menu.addAction(tr("Close all groups\tCtrl+Alt+W"), this, &EventsPane::collapseGroups);
  menu.addSeparator();
  menu.addAction(tr("Group by another column inside…\tCtrl+Alt+I"), this,
                 [this] { groupCurrent(true); });
  menu.addAction(tr("Ungroup\tCtrl+Alt+U"), this, &EventsPane::ungroup);
  menu.addSeparator();
  menu.addAction(tr("Copy value"), this,
                 [index] { QApplication::clipboard()->setText(index.data(kRawRole).toString()); });
}

}  // namespace stemma::ui
