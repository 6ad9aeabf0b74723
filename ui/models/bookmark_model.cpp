#include "ui/models/bookmark_model.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "ui/models/roles.hpp"
#include "ui/models/text.hpp"
#include "ui/state/event_columns.hpp"
#include "ui/state/finding_facts.hpp"

namespace stemma::ui {
namespace {

constexpr std::array<const char*, BookmarkModel::kColumns> kTitles{
    "About", "Time", "Host", "Verdict", "Tags", "Comment", "Noted"};
// A comment is 64 KiB at most; a row shows its first line.
constexpr qsizetype kMostComment = 300;

QString process_text(const CaseSnapshot& snapshot, EntityId entity) {
  const ImageId image = snapshot.tree.last_image(entity);
  const std::int64_t pid = snapshot.tree.entity(entity).pid;
  QString text = image ? shown(snapshot.strings.view(snapshot.tree.image(image).name))
                       : QStringLiteral("(unknown)");
  if (pid != kNoPid) text += QStringLiteral(" (%1)").arg(pid);
  return text;
}

}  // namespace

BookmarkModel::BookmarkModel(Workbench& bench, QObject* parent)
    : QAbstractTableModel(parent), bench_(bench) {
  connect(&bench_, &Workbench::caseChanged, this, &BookmarkModel::rebuild);
  connect(&bench_, &Workbench::notesChanged, this, [this] {
    // Told for every save as well.
    if (revision_ != bench_.notesRevision()) rebuild();
  });
}

int BookmarkModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(shown_.size());
}

int BookmarkModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kColumns;
}

void BookmarkModel::describe(const PlacedAnnotation& placed, Row& row) const {
  const OpenCase& open = *bench_.openCase();
  const CaseSnapshot& snapshot = *open.snapshot;
  EventId event;
  if (placed.finding) {
    const Finding& finding = open.findings[*placed.finding];
    row.texts[kWhat] = QStringLiteral("finding: ") + shown(rule_of(open, *placed.finding).name);
    if (finding.entity)
      row.texts[kWhat] += QStringLiteral(", ") + process_text(snapshot, finding.entity);
    row.texts[kHost] = shown(host_of(open, *placed.finding));
    if (const auto time = time_of(open, *placed.finding)) {
      row.numbers[kTime] = time->ns;
      row.texts[kTime] = timeText(*time, 3, displayZone());
    }
  } else if (placed.run) {
    const Invocation& run = open.incident->invocations[*placed.run];
    row.texts[kWhat] =
        QStringLiteral("run: ") + shown(open.incident->channels.channels[run.channel].name);
    row.texts[kHost] = shown(run.host);
    if (run.start.known()) {
      row.numbers[kTime] = run.start.time.ns;
      row.texts[kTime] = timeText(run.start.time, 3, displayZone());
    }
  } else if (!placed.entities.empty()) {
    const ProcessEntity& entity = snapshot.tree.entity(placed.entities.front());
    row.texts[kWhat] =
        QStringLiteral("process: ") + process_text(snapshot, placed.entities.front());
    row.texts[kHost] = shown(snapshot.hosts.name(entity.host));
    row.numbers[kTime] = entity.start.ns;
    row.texts[kTime] = timeText(entity.start, 3, displayZone());
  } else if (!placed.events.empty()) {
    event = placed.events.front();
    const EventStore& events = snapshot.events;
    row.texts[kWhat] =
        QStringLiteral("event: %1 %2")
            .arg(shown(log_text(snapshot, events.classes()[events.event_class(event)])),
                 shown(snapshot.strings.view(events.code(event))));
    if (events.entity(event))
      row.texts[kWhat] += QStringLiteral(", ") + process_text(snapshot, events.entity(event));
  }
  if (event) {
    row.texts[kHost] = shown(snapshot.hosts.name(snapshot.events.host(event)));
    row.numbers[kTime] = snapshot.events.time(event).ns;
    row.texts[kTime] = timeText(snapshot.events.time(event), 3, displayZone());
  }
}

BookmarkModel::Row BookmarkModel::row_of(const PlacedAnnotation& placed) const {
  const Annotation& note = *placed.annotation;
  Row row;
  row.target = note.target;
  row.found = placed.found();
  row.pinned = note.pinned;
  if (row.found) {
    describe(placed, row);
  } else {
    row.texts[kWhat] =
        QStringLiteral("not in this evidence: %1 %2")
            .arg(fromUtf8(target_kind_name(note.target.kind)),
                 note.place ? shown(place_text(*note.place)) : shown(note.target.key));
  }
  row.numbers[kVerdict] = -static_cast<std::int64_t>(note.verdict);  // malicious first
  row.texts[kVerdict] = fromUtf8(verdict_words(note.verdict));
  if (!note.severity.empty()) {
    row.texts[kVerdict] +=
        (row.texts[kVerdict].isEmpty() ? QString() : QStringLiteral(", ")) + shown(note.severity);
  }
  for (const std::string& tag : note.tags) row.tags << shown(tag);
  for (const QString& tag : row.tags)
    row.texts[kTags] +=
        (row.texts[kTags].isEmpty() ? QStringLiteral("#") : QStringLiteral(" #")) + tag;
  row.texts[kComment] =
      shown(std::string_view(note.comment).substr(0, note.comment.find('\n'))).left(kMostComment);
  row.numbers[kChanged] = note.changed.ns;
  row.texts[kChanged] = timeText(note.changed, 0, displayZone());
  return row;
}

void BookmarkModel::rebuild() {
  revision_ = bench_.notesRevision();
  beginResetModel();
  all_.clear();
  if (bench_.openCase() && bench_.openCase()->snapshot) {
    for (const PlacedAnnotation& placed : bench_.placed()) all_.push_back(row_of(placed));
  }
  choose();
  endResetModel();
}

void BookmarkModel::choose() {
  const QStringList words = text_.split(QLatin1Char(' '), Qt::SkipEmptyParts);
  const auto wanted = [&](const Row& row) {
    return std::all_of(words.begin(), words.end(), [&](const QString& word) {
      if (word.startsWith(QLatin1Char('#'))) {
        return std::any_of(row.tags.begin(), row.tags.end(), [&](const QString& tag) {
          return tag.startsWith(QStringView(word).sliced(1), Qt::CaseInsensitive);
        });
      }
      return std::any_of(row.texts.begin(), row.texts.end(), [&](const QString& text) {
        return text.contains(word, Qt::CaseInsensitive);
      });
    });
  };
  shown_.clear();
  for (std::uint32_t i = 0; i < all_.size(); ++i) {
    if (wanted(all_[i])) shown_.push_back(i);
  }
  if (sort_ < 0) return;
  const auto column = static_cast<std::size_t>(sort_);
  std::stable_sort(shown_.begin(), shown_.end(), [&](std::uint32_t a, std::uint32_t b) {
    const Row& x = all_[descending_ ? b : a];
    const Row& y = all_[descending_ ? a : b];
    if (x.numbers[column] != y.numbers[column]) return x.numbers[column] < y.numbers[column];
    return QString::compare(x.texts[column], y.texts[column], Qt::CaseInsensitive) < 0;
  });
}

void BookmarkModel::sortByColumn(int column) {
  if (column < 0 || column >= kColumns) return;
  beginResetModel();
  if (sort_ != column) {
    sort_ = column;
    descending_ = false;
  } else if (!descending_) {
    descending_ = true;
  } else {
    sort_ = -1;
    descending_ = false;
  }
  choose();
  endResetModel();
}

void BookmarkModel::setText(const QString& text) {
  beginResetModel();
  text_ = text;
  choose();
  endResetModel();
}

const Target& BookmarkModel::targetAt(int row) const {
  return all_[shown_[static_cast<std::size_t>(row)]].target;
}

bool BookmarkModel::go(int row) const {
  if (row < 0 || row >= rowCount()) return false;
  const std::uint32_t at = shown_[static_cast<std::size_t>(row)];
  // Rows and what is placed are of one revision.
  if (revision_ != bench_.notesRevision() || at >= bench_.placed().size()) return false;
  const PlacedAnnotation& placed = bench_.placed()[at];
  if (placed.finding) {
    bench_.selectFinding(*placed.finding);
  } else if (placed.run) {
    bench_.selectInvocation(*placed.run);
  } else if (!placed.entities.empty()) {
    bench_.selectEntity(placed.entities.front());
  } else if (!placed.events.empty()) {
    bench_.selectEvent(placed.events.front());
  } else {
    return false;
  }
  return true;
}

QVariant BookmarkModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= rowCount()) return {};
  const Row& row = all_[shown_[static_cast<std::size_t>(index.row())]];
  switch (role) {
    case Qt::DisplayRole: {
      const QString& text = row.texts[static_cast<std::size_t>(index.column())];
      return index.column() == kWhat && row.pinned ? QStringLiteral("📌 ") + text : text;
    }
    case Qt::ToolTipRole:
      return row.texts[static_cast<std::size_t>(index.column())];
    case kDimRole:
      return !row.found;
    default:
      return {};
  }
}

QVariant BookmarkModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole || section < 0 ||
      section >= kColumns)
    return {};
  return QLatin1String(kTitles[static_cast<std::size_t>(section)]) + (section != sort_ ? QString()
                                                                      : descending_
                                                                          ? QStringLiteral(" ▴")
                                                                          : QStringLiteral(" ▾"));
}

}  // namespace stemma::ui
