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
constexpr std::array<const char*, 14> kCategories{"process",
                                                  "file",
                                                  "network",
                                                  "registry",
                                                  "configuration",
                                                  "driver",
                                                  "authentication",
                                                  "session",
                                                  "iam",
                                                  "host",
                                                  "package",
                                                  "malware",
                                                  "intrusion_detection",
                                                  "dns"};

QString category_text(CategorySet set) {
  QString text;
  for (std::size_t bit = 0; bit < kCategories.size(); ++bit) {
    if ((set >> bit & 1) == 0) continue;
    if (!text.isEmpty()) text += QStringLiteral(", ");
    text += QLatin1String(kCategories[bit]);
  }
  return text;
}

QString source_text(const CaseSnapshot& snapshot, EventId event) {
  const StringId channel = snapshot.events.channel(event);
  if (channel) return shown(snapshot.strings.view(channel));
  switch (snapshot.events.source_kind(event)) {
    case SourceKind::auditd:
      return QStringLiteral("auditd");
    case SourceKind::sysmon_linux:
      return QStringLiteral("Sysmon for Linux");
    case SourceKind::guest_agent:
      return QStringLiteral("guest agent");
    case SourceKind::azure_activity:
      return QStringLiteral("Azure Activity Log");
    case SourceKind::aws_cloudtrail:
      return QStringLiteral("AWS CloudTrail");
    default:
      return QStringLiteral("documents");
  }
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
  was_limited_ = limited();
  rows_ = was_limited_ ? bench_.filtered()->size() : total();
  rows_ = std::min<std::size_t>(rows_, std::numeric_limits<int>::max());
  endResetModel();
}

// A filter that runs appends rows; anything else is made anew.
void EventModel::grow() {
  const bool now = limited();
  if (now != was_limited_ || !now || bench_.filtered()->size() < rows_ || rows_ == 0 ||
      order_ == Order::latest) {
    return reset();
  }
  const std::size_t rows =
      std::min<std::size_t>(bench_.filtered()->size(), std::numeric_limits<int>::max());
  if (rows == rows_) return;
  beginInsertRows({}, static_cast<int>(rows_), static_cast<int>(rows) - 1);
  rows_ = rows;
  endInsertRows();
}

int EventModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_);
}

int EventModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kFixedColumns + static_cast<int>(further_.size());
}

std::size_t EventModel::position(int row) const {
  const auto at = static_cast<std::size_t>(row);
  return order_ == Order::earliest ? at : rows_ - 1 - at;
}

EventId EventModel::eventAt(int row) const {
  if (row < 0 || static_cast<std::size_t>(row) >= rows_) return {};
  const std::size_t at = position(row);
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
  if (at >= rows_) return -1;
  return static_cast<int>(order_ == Order::earliest ? at : rows_ - 1 - at);
}

int EventModel::firstRowAt(Timestamp time) const {
  if (rows_ == 0) return -1;
  const EventId first = shown_->events.first_at(time);
  std::size_t at = first.index();
  if (was_limited_) {
    const auto& list = *bench_.filtered();
    at = static_cast<std::size_t>(std::lower_bound(list.begin(), list.end(), first) - list.begin());
  }
  at = std::min(at, rows_ - 1);
  return static_cast<int>(order_ == Order::earliest ? at : rows_ - 1 - at);
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
      return source_text(*shown_, event);
    case kCode:
      return shown(shown_->strings.view(events.code(event)));
    case kCategory:
      return category_text(events.categories(event));
    case kProcess: {
      const EntityId entity = events.entity(event);
      if (!entity) return {};
      // The image that the event shows, where it starts one: a shell that became another program
      // was the shell then.
      const ProcessStart* start = shown_->tree.start_of(event);
      const ImageId image = start != nullptr ? start->image : shown_->tree.last_image(entity);
      const std::int64_t pid = shown_->tree.entity(entity).pid;
      QString text =
          image ? shown(shown_->strings.view(shown_->tree.image(image).name)) : QString();
      if (pid != kNoPid) text += QStringLiteral(" (%1)").arg(pid);
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
    if (!fixed) return further_.value(section - kFixedColumns);
    QString title = QLatin1String(kTitles[static_cast<std::size_t>(section)]);
    if (section == kTime)
      title += order_ == Order::earliest ? QStringLiteral(" ▾") : QStringLiteral(" ▴");
    return title;
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

void EventModel::setOrder(Order order) {
  if (order == order_) return;
  beginResetModel();
  order_ = order;
  endResetModel();
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
