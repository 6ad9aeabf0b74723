#include "ui/models/event_model.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "events/fields.hpp"
#include "ui/models/roles.hpp"
#include "ui/models/text.hpp"

namespace stemma::ui {
namespace {

constexpr std::array<const char*, EventModel::kFixedColumns> kTitles{
    "Time", "Note", "Host", "Log", "Code", "Category", "Process", "What happened"};
constexpr std::array<const char*, EventModel::kFixedColumns> kFields{
    "@timestamp",   "", "host.name", "winlog.channel", "event.code", "event.category",
    "process.name", ""};
// What a column is sorted by; those behind the fixed ones by their field.
constexpr std::array<EventSort::By, EventModel::kFixedColumns> kSorts{
    EventSort::By::time, EventSort::By::note,     EventSort::By::host,    EventSort::By::log,
    EventSort::By::code, EventSort::By::category, EventSort::By::process, EventSort::By::summary};

bool by_notes(const EventSort& sort, const EventGrouping& grouping) {
  const auto is = [](const EventSort& one) { return one.by == EventSort::By::note; };
  return is(sort) || std::any_of(grouping.by.begin(), grouping.by.end(), is);
}

}  // namespace

EventModel::EventModel(Workbench& bench, QObject* parent)
    : QAbstractTableModel(parent), bench_(bench) {
  fetch_timer_.setSingleShot(true);
  fetch_timer_.setInterval(15);  // a turn of the wheel asks once
  connect(&fetch_timer_, &QTimer::timeout, this, &EventModel::fetch);
  connect(&bench_, &Workbench::caseChanged, this, [this] {
    const auto& open = bench_.openCase();
    const CaseSnapshot* snapshot = open ? open->snapshot.get() : nullptr;
    if (snapshot == shown_) return;
    shown_ = snapshot;
    groups_ = {};
    opened_.clear();
    texts_.clear();
    kept_.clear();
    wanted_.clear();
    asked_.clear();
    request_.reset();
    reset();
  });
  connect(&bench_, &Workbench::filterChanged, this, &EventModel::grow);
  connect(&bench_, &Workbench::notesChanged, this, [this] {
    if (rows_ != 0) Q_EMIT dataChanged(index(0, kNote), index(rowCount() - 1, kNote));
    if (by_notes(sort_, grouping_)) work_order_out();
  });
}

bool EventModel::limited() const {
  return bench_.filtered() != nullptr && !bench_.view().filter.highlight;
}

std::size_t EventModel::total() const {
  return shown_ == nullptr ? 0 : shown_->events.size();
}

void EventModel::reset() {
  beginResetModel();
  drop_order();
  was_limited_ = limited();
  rows_ = was_limited_ ? bench_.filtered()->size() : total();
  rows_ = std::min<std::size_t>(rows_, std::numeric_limits<int>::max());
  endResetModel();
  work_order_out();
}

// A filter that runs appends rows; anything else is made anew.
void EventModel::grow() {
  const bool now = limited();
  if (now != was_limited_ || !now || bench_.filtered()->size() < rows_ || rows_ == 0 || order_ ||
      (sort_.in_time_order() && sort_.descending)) {
    return reset();
  }
  const std::size_t rows =
      std::min<std::size_t>(bench_.filtered()->size(), std::numeric_limits<int>::max());
  if (rows != rows_) {
    beginInsertRows({}, static_cast<int>(rows_), static_cast<int>(rows) - 1);
    rows_ = rows;
    endInsertRows();
  }
  if (sorting_) work_order_out();
}

int EventModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(grouped() ? groups_.size() : rows_);
}

int EventModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kFixedColumns + static_cast<int>(further_.size());
}

std::size_t EventModel::place_of(std::size_t row) const {
  if (order_) return order_->place_at[row];
  return sort_.in_time_order() && sort_.descending ? rows_ - 1 - row : row;
}

std::optional<std::uint32_t> EventModel::order_row_of_place(std::size_t place) const {
  std::size_t row = place;
  if (order_) {
    if (place >= order_->row_of.size()) return std::nullopt;
    row = order_->row_of[place];
  } else if (sort_.in_time_order() && sort_.descending && place < rows_) {
    row = rows_ - 1 - place;
  }
  return row < rows_ ? std::optional(static_cast<std::uint32_t>(row)) : std::nullopt;
}

std::optional<std::uint32_t> EventModel::order_row_of(EventId event) const {
  if (!event || shown_ == nullptr) return std::nullopt;
  std::size_t at = event.index();
  if (was_limited_) {
    const auto& list = *bench_.filtered();
    const auto found = std::lower_bound(list.begin(), list.end(), event);
    if (found == list.end() || *found != event) return std::nullopt;
    at = static_cast<std::size_t>(found - list.begin());
  }
  return order_row_of_place(at);
}

EventId EventModel::event_at_place(std::size_t place) const {
  return was_limited_ ? (*bench_.filtered())[place] : EventId::from_index(place);
}

EventId EventModel::eventAt(int row) const {
  if (row < 0 || row >= rowCount()) return {};
  std::size_t at = static_cast<std::size_t>(row);
  if (grouped()) {
    const GroupRows::Row one = groups_[at];
    if (!one.row) return {};
    at = *one.row;
  }
  return event_at_place(place_of(at));
}

int EventModel::rowOf(EventId event) const {
  const auto at = order_row_of(event);
  if (!at) return -1;
  if (!grouped()) return static_cast<int>(*at);
  const auto row = groups_.row_of(*at);
  return row ? static_cast<int>(*row) : -1;
}

int EventModel::firstRowAt(Timestamp time) const {
  if (rows_ == 0) return -1;
  const EventId first = shown_->events.first_at(time);
  std::size_t at = first.index();
  if (was_limited_) {
    const auto& list = *bench_.filtered();
    at = static_cast<std::size_t>(std::lower_bound(list.begin(), list.end(), first) - list.begin());
  }
  const auto row = order_row_of_place(std::min(at, rows_ - 1));
  if (!row) return -1;
  if (!grouped()) return static_cast<int>(*row);
  return static_cast<int>(groups_.row_of(*row).value_or(groups_.line_over(*row)));
}

const RowText* EventModel::text_of(EventId event) const {
  const auto found = texts_.find(event);
  if (found != texts_.end()) return &found->second;
  wanted_.push_back(event);
  if (!fetch_timer_.isActive()) fetch_timer_.start();
  return nullptr;
}

QString EventModel::known_text(EventId event, int column) const {
  const EventStore& events = shown_->events;
  switch (column) {
    case kTime:
      return timeText(events.time(event), std::max<int>(events.time_digits(event), 3),
                      displayZone());
    case kNote: {
      const Annotation* note = bench_.noteOn(event);
      return note == nullptr ? QString() : shown(in_brief(*note));
    }
    case kHost:
      return shown(shown_->hosts.name(events.host(event)));
    case kSource:
      return shown(log_text(*shown_, events.classes()[events.event_class(event)]));
    case kCode:
      return shown(shown_->strings.view(events.code(event)));
    case kCategory:
      return fromUtf8(category_text(events.categories(event)));
    case kProcess: {
      const ProcessShown process = process_of(*shown_, event);
      QString text = shown(process.name);
      if (process.pid != kNoPid) text += QStringLiteral(" (%1)").arg(process.pid);
      return text;
    }
    default:
      return {};
  }
}

QVariant EventModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || shown_ == nullptr) return {};
  if (const auto group = groupAt(index.row())) return group_data(index.row(), *group, role);
  const EventId event = eventAt(index.row());
  if (!event) return {};
  const int column = index.column();
  switch (role) {
    case kDepthRole: {
      // Its text begins where that of its group does, which has a triangle before it.
      const auto row = static_cast<std::size_t>(index.row());
      return grouped() ? static_cast<int>(groups_.depth(row)) - 1 : 0;
    }
    case kParentRowRole:
      return parent_row(index.row());
    case Qt::DisplayRole:
    case Qt::ToolTipRole: {
      if (column < kSummary) return known_text(event, column);
      const RowText* text = text_of(event);
      if (text == nullptr) return role == Qt::DisplayRole ? QStringLiteral("…") : QString();
      if (column == kSummary) return fromUtf8(text->summary);
      const auto at = static_cast<std::size_t>(column - kFixedColumns);
      return at < text->cells.size() ? fromUtf8(text->cells[at]) : QString();
    }
    case kRawRole: {
      if (column == kProcess) {
        const EntityId entity = shown_->events.entity(event);
        const ImageId image = entity ? shown_->tree.last_image(entity) : ImageId{};
        return image ? fromUtf8(shown_->strings.view(shown_->tree.image(image).name)) : QString();
      }
      if (column == kSource) return fromUtf8(shown_->strings.view(shown_->events.channel(event)));
      if (column == kCategory) return known_text(event, column).section(QLatin1Char(','), 0, 0);
      return data(index, Qt::DisplayRole);
    }
    case kStrongRole: {
      const auto& open = bench_.openCase();
      const EntityId entity = shown_->events.entity(event);
      return open && entity && shown_->tree.start_of(event) != nullptr &&
             !open->index->findings_of(entity).empty();
    }
    case kDimRole:
      return shown_->events.recovered(event);
    case kHitRole: {
      const auto* list = bench_.filtered();
      return list != nullptr && bench_.view().filter.highlight &&
             std::binary_search(list->begin(), list->end(), event);
    }
    default:
      return {};
  }
}

QVariant EventModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  const bool fixed = section < kFixedColumns;
  if (role == Qt::DisplayRole) {
    const auto is_column = [own = columnSort(section)](const EventSort& one) {
      return own && same_column(*own, one);
    };
    // The arrow is where the sort is: upwards as long as nothing is said of the direction.
    const auto arrow = [](const EventSort& one) {
      return one.descending ? QStringLiteral(" ▴") : QStringLiteral(" ▾");
    };
    QString mark = is_column(sort_) ? arrow(sort_) : QString();
    const auto level = std::find_if(grouping_.by.begin(), grouping_.by.end(), is_column);
    if (level != grouping_.by.end())
      mark = arrow(*level) + QStringLiteral(" group %1").arg(level - grouping_.by.begin() + 1);
    const QString title = fixed ? QLatin1String(kTitles[static_cast<std::size_t>(section)])
                                : further_.value(section - kFixedColumns);
    return title + mark;
  }
  if (role == kFieldRole) {
    return fixed ? QString(QLatin1String(kFields[static_cast<std::size_t>(section)]))
                 : further_.value(section - kFixedColumns);
  }
  return {};
}

void EventModel::setFurther(const QStringList& fields) {
  beginResetModel();
  further_.clear();
  further_ids_.clear();
  for (const QString& name : fields) {
    const FieldId field = intern_field(name.toStdString());
    if (!field) continue;
    further_.push_back(name);
    further_ids_.push_back(field);
  }
  texts_.clear();
  kept_.clear();
  endResetModel();
}

void EventModel::setOrder(EventGrouping grouping, EventSort sort) {
  grouping = tidied(std::move(grouping));
  if (sort == sort_ && grouping == grouping_) return;
  std::size_t same = 0;
  while (same < grouping.by.size() && same < grouping_.by.size() &&
         same_column(grouping.by[same], grouping_.by[same]))
    ++same;
  beginResetModel();
  drop_order();
  std::erase_if(opened_, [&](const OpenGroup& one) { return one.level >= same; });
  sort_ = std::move(sort);
  grouping_ = std::move(grouping);
  endResetModel();
  work_order_out();
}

std::optional<EventSort> EventModel::columnSort(int column) const {
  if (column < 0 || column >= columnCount()) return std::nullopt;
  EventSort sort;
  if (column < kFixedColumns) {
    sort.by = kSorts[static_cast<std::size_t>(column)];
  } else {
    sort.by = EventSort::By::field;
    sort.field = further_[column - kFixedColumns].toStdString();
  }
  return sort;
}

void EventModel::sortByColumn(int column) {
  std::optional<EventSort> sort = columnSort(column);
  if (!sort) return;
  EventGrouping grouping = grouping_;
  for (EventSort& level : grouping.by) {
    if (!same_column(level, *sort)) continue;
    level.descending = !level.descending;
    return setGrouping(std::move(grouping));
  }
  if (same_column(*sort, sort_)) {
    if (sort_.descending) {
      sort = EventSort{};
    } else {
      sort->descending = true;
    }
  }
  setSort(std::move(*sort));
}

int EventModel::sortedPercent() const {
  return rows_ == 0 ? 0 : static_cast<int>(100 * std::min(sorted_, rows_) / rows_);
}

std::vector<std::string> EventModel::sortNotes() const {
  return order_ ? order_->notes : std::vector<std::string>{};
}

QString EventModel::sortText() const {
  if (sort_.in_time_order()) {
    return sort_.descending ? QStringLiteral("latest first") : QString();
  }
  return QStringLiteral("by %1, %2")
      .arg(title(sort_),
           sort_.descending ? QStringLiteral("downwards") : QStringLiteral("upwards"));
}

QString EventModel::title(const EventSort& sort) const {
  for (std::size_t i = 0; i < kSorts.size(); ++i) {
    if (kSorts[i] == sort.by) return QLatin1String(kTitles[i]);
  }
  return shown(sort.field);
}

std::shared_ptr<const EventOrder> EventModel::order() const {
  if (order_ || !sort_.in_time_order() || !sort_.descending) return order_;
  EventOrder turned;
  turned.place_at.resize(rows_);
  for (std::size_t row = 0; row < rows_; ++row)
    turned.place_at[row] = static_cast<std::uint32_t>(rows_ - 1 - row);
  return std::make_shared<const EventOrder>(std::move(turned));
}

// A filter that still runs is waited for: its rows come in the order of time.
void EventModel::work_order_out() {
  order_request_.reset();
  sorted_ = 0;
  sorting_ = !in_time_order() && shown_ != nullptr;
  if (sorting_ && !bench_.filtering()) {
    std::shared_ptr<const std::vector<EventId>> list;
    if (was_limited_) list = std::make_shared<const std::vector<EventId>>(*bench_.filtered());
    std::vector<std::pair<EventId, std::string>> notes;
    if (by_notes(sort_, grouping_)) notes = bench_.notesOnEvents();
    order_request_ = bench_.service().sort(
        std::move(list), grouping_, sort_, std::move(notes), [this](SortPortion portion) {
          sorted_ = portion.looked_at;
          if (portion.order && portion.order->place_at.size() >= rows_)
            take_order(std::move(portion.order));
          Q_EMIT sortChanged();
        });
  }
  Q_EMIT sortChanged();
}

void EventModel::zoneChanged() {
  if (rows_ == 0) return;
  Q_EMIT dataChanged(index(0, kTime), index(rowCount() - 1, kTime));
}

// What was painted last is wanted most: rows that a fast scroll left behind are not read.
void EventModel::fetch() {
  std::vector<EventId> want;
  for (auto at = wanted_.rbegin(); at != wanted_.rend() && want.size() < kMostWanted; ++at) {
    if (texts_.count(*at) == 0 && std::find(want.begin(), want.end(), *at) == want.end()) {
      want.push_back(*at);
    }
  }
  wanted_.clear();
  if (want.empty()) return;
  std::sort(want.begin(), want.end());
  if (want == asked_) return;
  asked_ = want;
  request_ =
      bench_.service().read_rows(std::move(want), further_ids_, [this](std::vector<RowText> rows) {
        asked_.clear();
        int first = std::numeric_limits<int>::max(), last = -1;
        for (RowText& row : rows) {
          const EventId event = row.event;
          if (row.cells.size() != further_ids_.size()) continue;  // of other columns
          if (texts_.emplace(event, std::move(row)).second) kept_.push_back(event);
          const int at = rowOf(event);
          if (at < 0) continue;
          first = std::min(first, at);
          last = std::max(last, at);
        }
        while (kept_.size() > kMostTexts) {
          texts_.erase(kept_.front());
          kept_.pop_front();
        }
        if (last >= 0) Q_EMIT dataChanged(index(first, kSummary), index(last, columnCount() - 1));
      });
}

}  // namespace stemma::ui
