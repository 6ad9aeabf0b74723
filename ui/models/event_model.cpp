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
    texts_.clear();
    kept_.clear();
    wanted_.clear();
    asked_.clear();
    request_.reset();
    reset();
  });
  connect(&bench_, &Workbench::filterChanged, this, &EventModel::grow);
  connect(&bench_, &Workbench::notesChanged, this, [this] {
    if (rows_ != 0) Q_EMIT dataChanged(index(0, kNote), index(static_cast<int>(rows_) - 1, kNote));
    if (sort_.by == EventSort::By::note) work_order_out();
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
  order_.reset();
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
  return parent.isValid() ? 0 : static_cast<int>(rows_);
}

int EventModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kFixedColumns + static_cast<int>(further_.size());
}

std::size_t EventModel::place_of(int row) const {
  const auto at = static_cast<std::size_t>(row);
  if (order_) return order_->place_at[at];
  return sort_.in_time_order() && sort_.descending ? rows_ - 1 - at : at;
}

int EventModel::row_of_place(std::size_t place) const {
  std::size_t row = place;
  if (order_) {
    if (place >= order_->row_of.size()) return -1;
    row = order_->row_of[place];
  } else if (sort_.in_time_order() && sort_.descending && place < rows_) {
    row = rows_ - 1 - place;
  }
  return row < rows_ ? static_cast<int>(row) : -1;
}

EventId EventModel::eventAt(int row) const {
  if (row < 0 || static_cast<std::size_t>(row) >= rows_) return {};
  const std::size_t at = place_of(row);
  return was_limited_ ? (*bench_.filtered())[at] : EventId::from_index(at);
}

int EventModel::rowOf(EventId event) const {
  if (!event || shown_ == nullptr) return -1;
  std::size_t at = event.index();
  if (was_limited_) {
    const auto& list = *bench_.filtered();
    const auto found = std::lower_bound(list.begin(), list.end(), event);
    if (found == list.end() || *found != event) return -1;
    at = static_cast<std::size_t>(found - list.begin());
  }
  return row_of_place(at);
}

int EventModel::firstRowAt(Timestamp time) const {
  if (rows_ == 0) return -1;
  const EventId first = shown_->events.first_at(time);
  std::size_t at = first.index();
  if (was_limited_) {
    const auto& list = *bench_.filtered();
    at = static_cast<std::size_t>(std::lower_bound(list.begin(), list.end(), first) - list.begin());
  }
  return row_of_place(std::min(at, rows_ - 1));
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
  const EventId event = eventAt(index.row());
  if (!event) return {};
  const int column = index.column();
  switch (role) {
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
    // The arrow is where the sort is: upwards as long as nothing is said of the direction.
    const QString mark =
        !(fixed ? kSorts[static_cast<std::size_t>(section)] == sort_.by
                : sort_.by == EventSort::By::field &&
                      further_.value(section - kFixedColumns) == fromUtf8(sort_.field))
            ? QString()
        : sort_.descending ? QStringLiteral(" ▴")
                           : QStringLiteral(" ▾");
    if (!fixed) return further_.value(section - kFixedColumns) + mark;
    QString title = QLatin1String(kTitles[static_cast<std::size_t>(section)]);
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

void EventModel::setSort(EventSort sort) {
  if (sort == sort_) return;
  beginResetModel();
  sort_ = std::move(sort);
  order_.reset();
  endResetModel();
  work_order_out();
}

void EventModel::sortByColumn(int column) {
  if (column < 0 || column >= columnCount()) return;
  EventSort sort;
  if (column < kFixedColumns) {
    sort.by = kSorts[static_cast<std::size_t>(column)];
  } else {
    sort.by = EventSort::By::field;
    sort.field = further_[column - kFixedColumns].toStdString();
  }
  if (sort.by == sort_.by && sort.field == sort_.field) {
    if (sort_.descending) {
      sort = {};
    } else {
      sort.descending = true;
    }
  }
  setSort(std::move(sort));
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
  QString name = shown(sort_.field);
  for (std::size_t i = 0; i < kSorts.size(); ++i) {
    if (kSorts[i] == sort_.by) name = QLatin1String(kTitles[i]);
  }
  return QStringLiteral("by %1, %2")
      .arg(name, sort_.descending ? QStringLiteral("downwards") : QStringLiteral("upwards"));
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
  sorting_ = !sort_.in_time_order() && shown_ != nullptr;
  if (sorting_ && !bench_.filtering()) {
    std::shared_ptr<const std::vector<EventId>> list;
    if (was_limited_) list = std::make_shared<const std::vector<EventId>>(*bench_.filtered());
    std::vector<std::pair<EventId, std::string>> notes;
    if (sort_.by == EventSort::By::note) notes = bench_.notesOnEvents();
    order_request_ = bench_.service().sort(
        std::move(list), sort_, std::move(notes), [this](SortPortion portion) {
          sorted_ = portion.looked_at;
          if (portion.order && portion.order->place_at.size() >= rows_) {
            beginResetModel();
            order_ = std::move(portion.order);
            sorting_ = false;
            endResetModel();
          }
          Q_EMIT sortChanged();
        });
  }
  Q_EMIT sortChanged();
}

void EventModel::zoneChanged() {
  if (rows_ == 0) return;
  Q_EMIT dataChanged(index(0, kTime), index(static_cast<int>(rows_) - 1, kTime));
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
