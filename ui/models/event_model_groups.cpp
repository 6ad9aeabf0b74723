// The grid's groups: their lines, and opening and closing them. Which rows are seen is told by
// GroupRows (ui/state/group_rows.hpp).
#include <algorithm>
#include <limits>

#include "ui/models/event_model.hpp"
#include "ui/models/roles.hpp"
#include "ui/models/text.hpp"

namespace stemma::ui {

// What is open is remembered until an order of the same grouping comes.
void EventModel::drop_order() {
  if (grouped()) opened_ = groups_.open_groups(grouping_.by.size());
  groups_ = {};
  order_.reset();
}

void EventModel::take_order(std::shared_ptr<const EventOrder> order) {
  beginResetModel();
  drop_order();
  order_ = std::move(order);
  // Rows of a view are counted by an int.
  const bool fits = order_->place_at.size() + order_->groups.list.size() <=
                    static_cast<std::size_t>(std::numeric_limits<int>::max());
  if (fits && order_->place_at.size() == rows_) groups_ = GroupRows(order_);
  groups_.reopen(opened_);
  opened_.clear();
  sorting_ = false;
  endResetModel();
}

QString EventModel::groupText() const {
  QString text;
  for (const EventSort& level : grouping_.by) {
    text += text.isEmpty() ? QStringLiteral("by ") : QStringLiteral(", then ");
    text += title(level);
    if (level.descending) text += QStringLiteral(" downwards");
  }
  return text;
}

std::optional<std::uint32_t> EventModel::groupAt(int row) const {
  if (!grouped() || row < 0 || row >= rowCount()) return std::nullopt;
  const GroupRows::Row one = groups_[static_cast<std::size_t>(row)];
  return one.row ? std::nullopt : std::optional(one.group);
}

int EventModel::rowOfGroup(std::uint32_t group) const {
  const auto line = grouped() ? groups_.line_of(group) : std::nullopt;
  return line ? static_cast<int>(*line) : -1;
}

int EventModel::lineOver(EventId event) const {
  const auto at = grouped() ? order_row_of(event) : std::nullopt;
  return at && !groups_.row_of(*at) ? static_cast<int>(groups_.line_over(*at)) : -1;
}

int EventModel::parent_row(int row) const {
  const auto parent = grouped() ? groups_.parent_row(static_cast<std::size_t>(row)) : std::nullopt;
  return parent ? static_cast<int>(*parent) : -1;
}

QVariant EventModel::group_data(int row, std::uint32_t group, int role) const {
  const EventGroups& groups = groups_.groups();
  const EventGroup& one = groups.list[group];
  switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole: {
      const QString text =
          QStringLiteral("%1: %2 · %3 %4")
              .arg(title(groups.by.by[one.level]), fromUtf8(group_text(groups, one)),
                   countText(one.rows),
                   one.rows == 1 ? QStringLiteral("event") : QStringLiteral("events"));
      if (role != Qt::AccessibleTextRole) return text;
      return QStringLiteral("%1, group of level %2, %3")
          .arg(text)
          .arg(one.level + 1)
          .arg(groups_.is_open(group) ? QStringLiteral("open") : QStringLiteral("closed"));
    }
    case kRawRole:
      return fromUtf8(group_text(groups, one));
    case kDepthRole:
      return static_cast<int>(one.level);
    case kExpandRole:
      return groups_.is_open(group) ? 2 : 1;
    case kParentRowRole:
      return parent_row(row);
    case kSpanRole:
    case kStrongRole:
      return true;
    default:
      return {};
  }
}

// Qt is told before rows come or go.
GroupRows::Before EventModel::around_change() {
  return [this](const GroupRows::Change& change) {
    after_change();
    const int first = static_cast<int>(change.first) + 1;
    if (change.inserted != 0) {
      beginInsertRows({}, first, first + static_cast<int>(change.inserted) - 1);
      pending_ = Pending::insert;
    } else if (change.removed != 0) {
      beginRemoveRows({}, first, first + static_cast<int>(change.removed) - 1);
      pending_ = Pending::remove;
    }
  };
}

void EventModel::after_change() {
  const Pending pending = std::exchange(pending_, Pending::none);
  if (pending == Pending::insert) endInsertRows();
  if (pending == Pending::remove) endRemoveRows();
}

void EventModel::expand(int row) {
  if (!groupAt(row)) return;
  groups_.expand(static_cast<std::size_t>(row), around_change());
  after_change();
  Q_EMIT dataChanged(index(row, 0), index(row, columnCount() - 1));
}

void EventModel::collapse(int row) {
  if (!groupAt(row)) return;
  groups_.collapse(static_cast<std::size_t>(row), around_change());
  after_change();
  Q_EMIT dataChanged(index(row, 0), index(row, columnCount() - 1));
}

void EventModel::expandBelow(int row) {
  if (!groupAt(row)) return;
  groups_.expand_below(static_cast<std::size_t>(row), around_change());
  after_change();
  Q_EMIT dataChanged(index(row, 0), index(row, columnCount() - 1));
}

void EventModel::expandEverything() {
  if (!grouped()) return;
  beginResetModel();
  groups_.expand_everything();
  endResetModel();
}

void EventModel::collapseEverything() {
  if (!grouped()) return;
  beginResetModel();
  groups_.collapse_everything();
  endResetModel();
}

int EventModel::reveal(EventId event) {
  const auto at = order_row_of(event);
  if (!at || !grouped()) return rowOf(event);
  groups_.reveal(*at, around_change());
  after_change();
  return rowOf(event);
}

std::size_t EventModel::countEvents(int first, int last, std::size_t& covered) const {
  if (first < 0 || last < first) return 0;
  if (!grouped()) return static_cast<std::size_t>(last - first) + 1;
  return groups_.count(static_cast<std::size_t>(first), static_cast<std::size_t>(last), covered);
}

std::vector<EventId> EventModel::eventsOf(int row, std::size_t most) const {
  std::vector<EventId> events;
  const auto group = groupAt(row);
  if (!group) {
    if (const EventId event = eventAt(row); event && most != 0) events.push_back(event);
    return events;
  }
  const EventGroup& one = groups_.groups().list[*group];
  for (std::size_t at = one.first; at < one.first + std::size_t{one.rows} && events.size() < most;
       ++at)
    events.push_back(event_at_place(place_of(at)));
  return events;
}

}  // namespace stemma::ui
