#include "ui/models/process_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "events/text.hpp"
#include "ui/models/gap_text.hpp"
#include "ui/models/roles.hpp"
#include "ui/models/text.hpp"

namespace stemma::ui {
namespace {

constexpr std::array<const char*, ProcessModel::kColumns> kTitles{
    "Process", "Activity",  "Start",        "End",  "PID",
    "User",    "Integrity", "Command line", "Host", "Source"};
constexpr std::array<const char*, ProcessModel::kColumns> kFields{
    "process.name",
    "",
    "",
    "",
    "process.pid",
    "user.name",
    "process.Ext.token.integrity_level_name",
    "process.command_line",
    "host.name",
    ""};

const ProcessImage* image_of(const ProcessTree& tree, EntityId id) {
  const ImageId image = tree.last_image(id);
  return image ? &tree.image(image) : nullptr;
}

QString sources_text(SourceSet sources) {
  constexpr std::array<std::pair<SourceKind, const char*>, 12> names{{
      {SourceKind::sysmon, "Sysmon"},
      {SourceKind::security, "Security"},
      {SourceKind::evtx_other, "other event log"},
      {SourceKind::auditd, "auditd"},
      {SourceKind::sysmon_linux, "Sysmon for Linux"},
      {SourceKind::guest_agent, "guest agent"},
      {SourceKind::ecs_sysmon, "Sysmon (document)"},
      {SourceKind::ecs_security, "Security (document)"},
      {SourceKind::ecs_windows, "Windows (document)"},
      {SourceKind::ecs_auditd, "auditd (document)"},
      {SourceKind::ecs_sysmon_linux, "Sysmon for Linux (document)"},
      {SourceKind::ecs_other, "document"},
  }};
  QString text;
  for (const auto& [kind, name] : names) {
    if ((sources & source_bit(kind)) == 0) continue;
    if (!text.isEmpty()) text += QStringLiteral(" + ");
    text += QLatin1String(name);
  }
  return text;
}

QString user_text(const CaseSnapshot& snapshot, const ProcessImage& image) {
  const QString domain = shown(snapshot.strings.view(image.user_domain));
  const QString name = shown(snapshot.strings.view(image.user_name));
  if (name.isEmpty()) return shown(snapshot.strings.view(image.user_id));
  return domain.isEmpty() ? name : domain + QLatin1Char('\\') + name;
}

bool holds(std::string_view text, std::string_view lower) {
  return std::search(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
         }) != text.end();
}

// The process behind `id` in the order of the tree, or none at its end.
EntityId next_of(const ProcessTree& tree, EntityId id, const std::vector<std::uint32_t>& place,
                 const std::vector<EntityId>& order, bool forwards) {
  static_cast<void>(tree);
  if (order.empty()) return {};
  if (!id) return forwards ? order.front() : order.back();
  const std::uint32_t at = place[id.index()];
  if (forwards) return at + 1 < order.size() ? order[at + 1] : EntityId{};
  return at > 0 ? order[at - 1] : EntityId{};
}

}  // namespace

ProcessModel::ProcessModel(Workbench& bench, QObject* parent)
    : QAbstractTableModel(parent), bench_(bench) {
  connect(&bench_, &Workbench::caseChanged, this, [this] {
    beginResetModel();
    rows_.update(bench_.openCase());
    count_ = static_cast<int>(rows_.size());
    endResetModel();
  });
  connect(&bench_, &Workbench::notesChanged, this, [this] {
    if (count_ != 0) Q_EMIT dataChanged(index(0, kActivity), index(count_ - 1, kActivity));
  });
  connect(&bench_, &Workbench::timelineChanged, this, [this] {
    if (count_ != 0) Q_EMIT dataChanged(index(0, kActivity), index(count_ - 1, kActivity));
  });
  connect(&bench_, &Workbench::viewChanged, this, [this] {
    if (rows_.open_case() == nullptr) return;
    if (bench_.view().root == root_) return;
    root_ = bench_.view().root;
    beginResetModel();
    rows_.limit_to(bench_.view().root);
    count_ = static_cast<int>(rows_.size());
    endResetModel();
  });
}

int ProcessModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : count_;
}

int ProcessModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kColumns;
}

EntityId ProcessModel::entityAt(int row) const {
  if (row < 0 || row >= count_) return {};
  return rows_[static_cast<std::size_t>(row)].entity;
}

QString ProcessModel::text_of(const ProcessRow& row, int column) const {
  const CaseSnapshot& snapshot = *rows_.open_case()->snapshot;
  const ProcessTree& tree = snapshot.tree;
  if (row.kind == ProcessRow::Kind::host) {
    if (column != kName) return {};
    const QString name = shown(snapshot.hosts.name(row.host));
    return QStringLiteral("%1 — %2 %3")
        .arg(name.isEmpty() ? QStringLiteral("(no host name)") : name, countText(row.count),
             row.count == 1 ? QStringLiteral("process") : QStringLiteral("processes"));
  }
  const ProcessEntity& entity = tree.entity(row.entity);
  const ProcessImage* image = image_of(tree, row.entity);
  if (row.kind == ProcessRow::Kind::more) {
    if (column != kName) return {};
    const QString name = image == nullptr ? QString() : shown(snapshot.strings.view(image->name));
    return QStringLiteral("%1 more %2")
        .arg(countText(row.count), name.isEmpty() ? QStringLiteral("(unknown)") : name);
  }
  switch (column) {
    case kName: {
      const QString name = image == nullptr ? QString() : shown(snapshot.strings.view(image->name));
      return name.isEmpty() ? QStringLiteral("(unknown)") : name;
    }
    case kStart:
      return entity.start_seen
                 ? timeText(entity.start, 3, displayZone())
                 : QStringLiteral("before ") + timeText(entity.start, 3, displayZone());
    case kEnd:
      switch (entity.end_kind) {
        case EndKind::open:
          return QStringLiteral("not seen");
        case EndKind::seen:
          return timeText(entity.end, 3, displayZone());
        case EndKind::pid_reuse:
          return QStringLiteral("before ") + timeText(entity.end, 3, displayZone());
        case EndKind::boot:
          return QStringLiteral("at boot ") + timeText(entity.end, 3, displayZone());
      }
      return {};
    case kPid:
      return entity.pid == kNoPid ? QString() : QString::number(entity.pid);
    case kUser:
      return image == nullptr ? QString() : user_text(snapshot, *image);
    case kIntegrity:
      return image == nullptr ? QString() : shown(snapshot.strings.view(image->integrity_level));
    case kCommand:
      return image == nullptr ? QString()
                              : shownRedacted(snapshot.strings.view(image->command_line));
    case kHost:
      return shown(snapshot.hosts.name(entity.host));
    case kSource:
      return sources_text(entity.sources);
    default:
      return {};
  }
}

QString ProcessModel::tip_of(const ProcessRow& row) const {
  if (row.kind != ProcessRow::Kind::process) return {};
  const CaseSnapshot& snapshot = *rows_.open_case()->snapshot;
  const ProcessEntity& entity = snapshot.tree.entity(row.entity);
  const ProcessFacts& facts = rows_.open_case()->index->facts(row.entity);
  QStringList lines{text_of(row, kName) + QStringLiteral("  ") + text_of(row, kCommand)};
  if (entity.placeholder) {
    lines << QStringLiteral("never seen itself: known from what others say of it");
  } else if (!entity.start_seen) {
    lines << QStringLiteral("its start was not seen");
  }
  switch (entity.edge) {
    case ParentEdge::none:
      lines << QStringLiteral("no record says who started it");
      break;
    case ParentEdge::guid:
      lines << QStringLiteral("parent by its recorded id");
      break;
    case ParentEdge::pid_lifetime:
      lines << QStringLiteral("parent by pid, alive at the start");
      break;
    case ParentEdge::record_fields:
      lines << QStringLiteral("parent known from this process's own record only");
      break;
  }
  const ProcessImage* image = image_of(snapshot.tree, row.entity);
  if (image != nullptr && image->candidates > 1) {
    lines << QStringLiteral("ambiguous: %1 lives could be the parent").arg(image->candidates);
  }
  if (image != nullptr && image->witnesses_differ) {
    lines << QStringLiteral("the records that show this start contradict each other");
  }
  if (facts.run != 0 && rows_.open_case()->incident) {
    const Invocation& run = rows_.open_case()->incident->invocations[facts.run - 1];
    if (run.automation) {
      lines << QStringLiteral("declared automation: ") + shownRedacted(run.set_aside);
    }
  }
  if (facts.user_changed) lines << QStringLiteral("runs as another user than its parent");
  lines << gapLines(bench_, row.entity);
  if (facts.findings_below != 0) {
    lines << QStringLiteral("%1 findings below").arg(facts.findings_below);
  }
  return lines.join(QLatin1Char('\n'));
}

QVariant ProcessModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= count_) return {};
  const ProcessRow& row = rows_[static_cast<std::size_t>(index.row())];
  const bool process = row.kind == ProcessRow::Kind::process;
  const OpenCase& open = *rows_.open_case();
  switch (role) {
    case Qt::DisplayRole:
      return text_of(row, index.column());
    case Qt::ToolTipRole:
      return index.column() == kCommand ? text_of(row, kCommand) : tip_of(row);
    case Qt::TextAlignmentRole:
      if (index.column() == kPid)
        return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
      return {};
    case kDepthRole:
      return row.depth;
    case kExpandRole:
      return !row.expandable ? 0 : row.expanded ? 2 : 1;
    case kMarkRole: {
      if (row.kind == ProcessRow::Kind::host) return static_cast<int>(Mark::host);
      if (row.kind == ProcessRow::Kind::more) return static_cast<int>(Mark::more);
      const ProcessFacts& facts = open.index->facts(row.entity);
      const ProcessEntity& entity = open.snapshot->tree.entity(row.entity);
      if (facts.run_root) return static_cast<int>(Mark::run);
      if (facts.findings != 0) return static_cast<int>(Mark::finding);
      return static_cast<int>(entity.placeholder || !entity.start_seen ? Mark::inferred
                                                                       : Mark::seen);
    }
    case kStrongRole:
      return row.kind == ProcessRow::Kind::host ||
             (process && (open.index->facts(row.entity).findings != 0 ||
                          open.index->facts(row.entity).run_root));
    case kSpanRole:
      return !process;
    case kDimRole:
      return process && open.snapshot->tree.entity(row.entity).placeholder;
    case kPillsRole: {
      if (index.column() != kActivity || !process) return {};
      const ProcessFacts& facts = open.index->facts(row.entity);
      QString pills;
      const auto add = [&](const char* label, std::size_t count) {
        if (count != 0)
          pills += fromUtf8(label) + QLatin1Char(' ') + countText(count) + QLatin1Char('\t');
      };
      if (const Annotation* note = bench_.noteOn(row.entity)) {
        pills += QStringLiteral("✎ ") + shown(in_brief(*note)) + QLatin1Char('\t');
      }
      add("⚑", facts.findings);
      if (facts.user_changed) pills += QStringLiteral("user →\t");
      const ProcessImage* image = image_of(open.snapshot->tree, row.entity);
      if (image != nullptr && image->candidates > 1) pills += QStringLiteral("parent ?\t");
      pills += gapPills(bench_, row.entity);
      add("child", open.snapshot->tree.children(row.entity).size());
      add("file", facts.events[0]);
      add("reg", facts.events[1]);
      add("net", facts.events[2]);
      add("dns", facts.events[3]);
      add("other", facts.events[4]);
      return pills;
    }
    case kRawRole: {
      const ProcessImage* image = process ? image_of(open.snapshot->tree, row.entity) : nullptr;
      if (image == nullptr) return {};
      switch (index.column()) {
        case kName:
          return fromUtf8(open.snapshot->strings.view(image->name));
        case kUser:
          return fromUtf8(open.snapshot->strings.view(image->user_name));
        default:
          return text_of(row, index.column());
      }
    }
    default:
      return {};
  }
}

QVariant ProcessModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= kColumns) return {};
  if (role == Qt::DisplayRole)
    return QString(QLatin1String(kTitles[static_cast<std::size_t>(section)]));
  if (role == kFieldRole) return QString(QLatin1String(kFields[static_cast<std::size_t>(section)]));
  return {};
}

void ProcessModel::change(int row, bool open) {
  if (row < 0 || row >= count_) return;
  bool insert = false;
  bool told = false;
  const auto before = [&](const ProcessRows::Change& change) {
    const std::size_t rows = change.removed + change.inserted;
    if (rows == 0) return;
    told = true;
    insert = change.inserted != 0;
    const int first = static_cast<int>(change.first);
    const int last = static_cast<int>(change.first + rows) - 1;
    if (insert) {
      beginInsertRows({}, first, last);
    } else {
      beginRemoveRows({}, first, last);
    }
  };
  const auto at = static_cast<std::size_t>(row);
  if (open) {
    rows_.expand(at, before);
  } else {
    rows_.collapse(at, before);
  }
  count_ = static_cast<int>(rows_.size());
  if (told && insert) endInsertRows();
  if (told && !insert) endRemoveRows();
  Q_EMIT dataChanged(index(row, 0), index(row, kColumns - 1));
}

void ProcessModel::expand(int row) {
  change(row, true);
}

void ProcessModel::collapse(int row) {
  change(row, false);
}

void ProcessModel::expandAll(int row) {
  if (row < 0 || row >= count_) return;
  beginResetModel();
  rows_.expand_all(static_cast<std::size_t>(row));
  count_ = static_cast<int>(rows_.size());
  endResetModel();
}

void ProcessModel::expandEverything() {
  beginResetModel();
  rows_.expand_everything();
  count_ = static_cast<int>(rows_.size());
  endResetModel();
}

void ProcessModel::collapseEverything() {
  beginResetModel();
  rows_.collapse_everything();
  count_ = static_cast<int>(rows_.size());
  endResetModel();
}

int ProcessModel::reveal(EntityId entity) {
  if (rows_.open_case() == nullptr) return -1;
  const auto there = rows_.row_of(entity);
  if (there && rows_[*there].kind == ProcessRow::Kind::process) return static_cast<int>(*there);
  beginResetModel();
  const auto row = rows_.reveal(entity);
  count_ = static_cast<int>(rows_.size());
  endResetModel();
  return row ? static_cast<int>(*row) : -1;
}

EntityId ProcessModel::find(const QString& text, EntityId from, bool forwards) const {
  if (rows_.open_case() == nullptr || text.isEmpty()) return {};
  const CaseSnapshot& snapshot = *rows_.open_case()->snapshot;
  const ProcessTree& tree = snapshot.tree;
  std::string lower = text.toStdString();
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  std::vector<EntityId> order;
  std::vector<std::uint32_t> place(tree.entities().size());
  std::vector<EntityId> open(tree.roots().rbegin(), tree.roots().rend());
  while (!open.empty()) {
    const EntityId id = open.back();
    open.pop_back();
    place[id.index()] = static_cast<std::uint32_t>(order.size());
    order.push_back(id);
    const auto children = tree.children(id);
    open.insert(open.end(), children.rbegin(), children.rend());
  }
  EntityId at = from;
  for (std::size_t tries = 0; tries <= order.size(); ++tries) {
    at = next_of(tree, at, place, order, forwards);
    if (!at) continue;  // round the end
    const ProcessImage* image = image_of(tree, at);
    if (image != nullptr && (holds(snapshot.strings.view(image->name), lower) ||
                             holds(snapshot.strings.view(image->command_line), lower))) {
      return at;
    }
    if (fmt::format("{}", tree.entity(at).pid) == lower) return at;
  }
  return {};
}

EntityId ProcessModel::nextMarked(EntityId from, bool forwards) const {
  if (rows_.open_case() == nullptr) return {};
  const auto marked = rows_.open_case()->index->marked();
  if (marked.empty()) return {};
  const auto found = std::find(marked.begin(), marked.end(), from);
  if (found == marked.end()) return forwards ? marked.front() : marked.back();
  if (forwards) return found + 1 == marked.end() ? marked.front() : *(found + 1);
  return found == marked.begin() ? marked.back() : *(found - 1);
}

void ProcessModel::zoneChanged() {
  if (count_ == 0) return;
  Q_EMIT dataChanged(index(0, kStart), index(count_ - 1, kEnd));
}

QString processPath(const CaseSnapshot& snapshot, EntityId entity, PathFormat format) {
  std::vector<EntityId> path = ancestors(snapshot.tree, entity);
  std::reverse(path.begin(), path.end());
  path.push_back(entity);
  const auto label = [&](EntityId id) {
    const ImageId image = snapshot.tree.last_image(id);
    std::string text =
        image ? visible(snapshot.strings.view(snapshot.tree.image(image).name)) : "?";
    const std::int64_t pid = snapshot.tree.entity(id).pid;
    if (pid != kNoPid) text += fmt::format(" ({})", pid);
    return text;
  };
  const auto quoted = [&](std::string_view text, std::string_view quote) {
    std::string out;
    for (const char c : text) {
      if (c == '"') {
        out += quote;
      } else if (c == '\\') {
        out += format == PathFormat::dot ? "\\\\" : "\\";
      } else {
        out += c;
      }
    }
    return out;
  };
  std::string out;
  if (format == PathFormat::text) {
    for (const EntityId id : path) out += (out.empty() ? "" : " → ") + label(id);
  } else if (format == PathFormat::mermaid) {
    out = "graph TD\n";
    for (std::size_t i = 0; i < path.size(); ++i)
      out += fmt::format("  p{}[\"{}\"]\n", i, quoted(label(path[i]), "#quot;"));
    for (std::size_t i = 1; i < path.size(); ++i) out += fmt::format("  p{} --> p{}\n", i - 1, i);
  } else {
    out = "digraph processes {\n";
    for (std::size_t i = 0; i < path.size(); ++i)
      out += fmt::format("  p{} [label=\"{}\"];\n", i, quoted(label(path[i]), "\\\""));
    for (std::size_t i = 1; i < path.size(); ++i) out += fmt::format("  p{} -> p{};\n", i - 1, i);
    out += "}\n";
  }
  return fromUtf8(out);
}

}  // namespace stemma::ui
