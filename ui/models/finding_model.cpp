#include "ui/models/finding_model.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <tuple>

#include "ui/models/roles.hpp"
#include "ui/models/text.hpp"
#include "ui/state/finding_facts.hpp"

namespace stemma::ui {
namespace {

constexpr std::array<const char*, FindingModel::kColumns> kTitles{
    "Finding", "Time", "Severity", "ATT&CK", "Host", "Command line"};

constexpr Timestamp kLast{std::numeric_limits<std::int64_t>::max()};

int rank(const std::string& severity) {
  if (severity == "critical") return 4;
  if (severity == "high") return 3;
  if (severity == "medium") return 2;
  if (severity == "low") return 1;
  return 0;
}

QString techniques(const Rule& rule) {
  QStringList ids;
  for (const Threat& threat : rule.threats) {
    for (const ThreatTechnique& technique : threat.techniques) {
      const QString id = fromUtf8(technique.id);
      if (!ids.contains(id)) ids << id;
    }
  }
  return ids.join(QStringLiteral(", "));
}

}  // namespace

FindingModel::FindingModel(Workbench& bench, QObject* parent)
    : QAbstractTableModel(parent), bench_(bench) {
  connect(&bench_, &Workbench::caseChanged, this, &FindingModel::rebuild);
  connect(&bench_, &Workbench::notesChanged, this, [this] {
    if (!rows_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
  });
}

int FindingModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int FindingModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kColumns;
}

QString FindingModel::text_of(std::uint32_t number, int column) const {
  const OpenCase& open = *bench_.openCase();
  const Rule& rule = rule_of(open, number);
  const CaseSnapshot& snapshot = *open.snapshot;
  const SecretSeen* secret = secret_of(open, number);
  switch (column) {
    case kWhat: {
      QString text;
      if (const Annotation* note = bench_.noteOnFinding(number)) {
        text = QStringLiteral("[%1] ").arg(shown(in_brief(*note)));
      }
      const ImageId image = image_of(open, number);
      if (image) text += shown(snapshot.strings.view(snapshot.tree.image(image).name));
      if (grouping_ != Grouping::rule || text.isEmpty()) {
        text += (text.isEmpty() ? QString() : QStringLiteral(" — ")) + shown(rule.name);
      }
      return text;
    }
    case kTime:
      if (const auto time = time_of(open, number)) return timeText(*time, 3, displayZone());
      return QStringLiteral("not known");
    case kSeverity:
      return shown(rule.severity);
    case kTechnique:
      return techniques(rule);
    case kHost:
      return shown(host_of(open, number));
    case kCommand: {
      if (secret != nullptr) {
        return shownRedacted(secret->kind) + QStringLiteral(": ") + shownRedacted(secret->where);
      }
      const ImageId image = image_of(open, number);
      return image ? shownRedacted(snapshot.strings.view(snapshot.tree.image(image).command_line))
                   : QString();
    }
    default:
      return {};
  }
}

bool FindingModel::wanted(std::uint32_t finding) const {
  if (text_.isEmpty()) return true;
  for (int column = 0; column < kColumns; ++column) {
    if (text_of(finding, column).contains(text_, Qt::CaseInsensitive)) return true;
  }
  return false;
}

std::vector<FindingModel::Group> FindingModel::groups() const {
  std::vector<Group> out;
  const auto& shared = bench_.openCase();
  if (!shared || !shared->snapshot) return out;
  const OpenCase& open = *shared;
  std::map<QString, std::size_t> known;
  const auto group = [&](const QString& key) -> Group& {
    const auto [at, fresh] = known.emplace(key, out.size());
    if (fresh) {
      out.emplace_back();
      out.back().key = key;
    }
    return out[at->second];
  };
  if (grouping_ == Grouping::run && open.incident) {
    for (std::uint32_t i = 0; i < open.incident->invocations.size(); ++i) {
      const Invocation& run = open.incident->invocations[i];
      Group& one = group(QStringLiteral("run ") + fromUtf8(run.id));
      one.invocation = i;
      one.order =
          run.start.known() ? run.start.time.ns : std::numeric_limits<std::int64_t>::max() - 1;
      const Channel& channel = open.incident->channels.channels[run.channel];
      one.title = QStringLiteral("%1 · %2").arg(shown(run.host), shown(channel.name));
      QStringList detail{fromUtf8(confidence_name(run.confidence))};
      if (run.operation) {
        const CloudOperation& operation = open.incident->operations[*run.operation];
        if (!operation.caller.empty()) {
          detail << QStringLiteral("ordered by ") + shown(operation.caller);
        }
      } else {
        detail << QStringLiteral("caller not known");
      }
      if (run.automation) {
        one.set_aside = true;
        detail << QStringLiteral("declared automation: ") + shownRedacted(run.set_aside);
      }
      one.detail = detail.join(QStringLiteral(" · "));
    }
  }
  for (std::uint32_t i = 0; i < open.findings.size(); ++i) {
    if (!wanted(i)) continue;
    const Rule& rule = rule_of(open, i);
    Group* one = nullptr;
    if (grouping_ != Grouping::run && is_set_aside(open, i)) {
      one = &group(QStringLiteral("set aside"));
      one->title = QStringLiteral("In declared automation");
      one->set_aside = true;
      one->findings.push_back(i);
      continue;
    }
    switch (grouping_) {
      case Grouping::run: {
        if (const Invocation* run = run_of(open, i)) {
          one = &group(QStringLiteral("run ") + fromUtf8(run->id));
          break;
        }
        one = &group(QStringLiteral("none"));
        one->title = QStringLiteral("Outside of any run");
        one->order = std::numeric_limits<std::int64_t>::max();
        break;
      }
      case Grouping::rule:
        one = &group(fromUtf8(rule.id) + fromUtf8(rule.name));
        one->title = shown(rule.name);
        one->detail = shown(rule.severity) + QStringLiteral(" · ") + techniques(rule);
        one->order = -rank(rule.severity);
        break;
      case Grouping::host: {
        const QString host = shown(host_of(open, i));
        one = &group(host);
        one->title = host.isEmpty() ? QStringLiteral("(no host name)") : host;
        break;
      }
      case Grouping::severity:
        one = &group(fromUtf8(rule.severity));
        one->title = shown(rule.severity);
        one->order = -rank(rule.severity);
        break;
    }
    one->findings.push_back(i);
  }
  if (!text_.isEmpty()) {
    std::erase_if(out, [&](const Group& one) {
      return one.findings.empty() && !one.title.contains(text_, Qt::CaseInsensitive) &&
             !one.detail.contains(text_, Qt::CaseInsensitive);
    });
  }
  // What no record tells of has the time of its run at best, so it comes behind.
  const auto when = [&](std::uint32_t finding) {
    const EventId event = open.findings[finding].event;
    return std::tuple(!event, time_of(open, finding).value_or(kLast), event);
  };
  for (Group& one : out) {
    std::stable_sort(one.findings.begin(), one.findings.end(),
                     [&](std::uint32_t a, std::uint32_t b) {
                       if (sort_ == Sort::severity) {
                         const int ra = rank(rule_of(open, a).severity);
                         const int rb = rank(rule_of(open, b).severity);
                         if (ra != rb) return ra > rb;
                       }
                       return when(a) < when(b);
                     });
  }
  std::stable_sort(out.begin(), out.end(), [](const Group& a, const Group& b) {
    if (a.set_aside != b.set_aside) return b.set_aside;
    return a.order != b.order ? a.order < b.order : a.title < b.title;
  });
  return out;
}

void FindingModel::rebuild() {
  beginResetModel();
  groups_ = groups();
  rows_.clear();
  shown_ = set_aside_ = 0;
  for (std::uint32_t g = 0; g < groups_.size(); ++g) {
    const Group& one = groups_[g];
    rows_.push_back({true, g, static_cast<std::uint32_t>(one.findings.size())});
    shown_ += one.findings.size();
    if (one.set_aside) set_aside_ += one.findings.size();
    if (is_closed(one)) continue;
    for (const std::uint32_t finding : one.findings) rows_.push_back({false, finding, 0});
  }
  endResetModel();
}

bool FindingModel::is_closed(const Group& group) const {
  return group.set_aside != (turned_.count(group.key.toStdString()) != 0);
}

QString FindingModel::title_of(const Group& group) const {
  QStringList parts{group.title};
  if (group.invocation) {
    const Invocation& run = bench_.openCase()->incident->invocations[*group.invocation];
    if (const Annotation* note = bench_.noteOnRun(*group.invocation)) {
      parts.prepend(QStringLiteral("[%1]").arg(shown(in_brief(*note))));
    }
    parts << (run.start.known() ? timeText(run.start.time, 0, displayZone())
                                : QStringLiteral("time not known"));
    if (group.set_aside) parts.prepend(QStringLiteral("set aside"));
  }
  if (!group.detail.isEmpty()) parts << group.detail;
  if (group.findings.size() == 1) {
    parts << QStringLiteral("1 finding");
  } else if (group.findings.empty()) {
    parts << QStringLiteral("no finding");
  } else {
    parts << countText(group.findings.size()) + QStringLiteral(" findings");
  }
  return parts.join(QStringLiteral(" · "));
}

QVariant FindingModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || static_cast<std::size_t>(index.row()) >= rows_.size()) return {};
  const Row& row = rowAt(index.row());
  if (row.group) {
    const Group& group = groups_[row.number];
    switch (role) {
      case kSpanRole:
        return true;
      case Qt::DisplayRole:
        if (index.column() != kWhat) return {};
        return title_of(group);
      case Qt::ToolTipRole:
        return group.title + QLatin1Char('\n') + group.detail;
      case kDepthRole:
        return 0;
      case kExpandRole:
        return row.count == 0 ? 0 : is_closed(group) ? 1 : 2;
      case kMarkRole:
        return static_cast<int>(group.invocation ? Mark::run : Mark::none);
      case kStrongRole:
        return !group.set_aside;
      case kDimRole:
        return group.set_aside;
      default:
        return {};
    }
  }
  switch (role) {
    case Qt::DisplayRole:
      return text_of(row.number, index.column());
    case Qt::ToolTipRole: {
      const OpenCase& open = *bench_.openCase();
      const Finding& finding = open.findings[row.number];
      QString tip = shown(rule_of(open, row.number).name);
      if (finding.confidence != Confidence::none) {
        tip += QLatin1Char('\n') + fromUtf8(confidence_name(finding.confidence)) +
               QStringLiteral(": ") + shown(finding.reason);
      }
      return tip + QLatin1Char('\n') + text_of(row.number, kCommand);
    }
    case kDepthRole:
      return 1;
    case kExpandRole:
      return 0;
    case kMarkRole:
      return static_cast<int>(Mark::finding);
    default:
      return {};
  }
}

QVariant FindingModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole || section < 0 ||
      section >= kColumns)
    return {};
  return QString(QLatin1String(kTitles[static_cast<std::size_t>(section)]));
}

void FindingModel::setGrouping(Grouping grouping) {
  grouping_ = grouping;
  turned_.clear();
  rebuild();
}

void FindingModel::setSort(Sort sort) {
  sort_ = sort;
  rebuild();
}

void FindingModel::setText(const QString& text) {
  text_ = text;
  rebuild();
}

void FindingModel::expand(int row) {
  turn(row, true);
}

void FindingModel::collapse(int row) {
  turn(row, false);
}

void FindingModel::turn(int row, bool open) {
  if (!rowAt(row).group) return;
  const Group& group = groups_[rowAt(row).number];
  if (is_closed(group) != open) return;
  const std::string key = group.key.toStdString();
  if (turned_.erase(key) == 0) turned_.insert(key);
  rebuild();
}

std::optional<std::uint32_t> FindingModel::invocationAt(int row) const {
  if (row < 0 || static_cast<std::size_t>(row) >= rows_.size() || !rowAt(row).group)
    return std::nullopt;
  return groups_[rowAt(row).number].invocation;
}

int FindingModel::rowOfFinding(std::uint32_t finding) const {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!rows_[i].group && rows_[i].number == finding) return static_cast<int>(i);
  }
  return -1;
}

int FindingModel::rowOfInvocation(std::uint32_t invocation) const {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (rows_[i].group && groups_[rows_[i].number].invocation == invocation)
      return static_cast<int>(i);
  }
  return -1;
}

}  // namespace stemma::ui
