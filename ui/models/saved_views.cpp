#include "ui/models/saved_views.hpp"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>
#include <array>

#include "events/fields.hpp"
#include "ui/models/text.hpp"

namespace stemma::ui {
namespace {

constexpr std::array<const char*, 6> kKinds{"word", "field", "query", "time", "process", "events"};

QString text_of(std::string_view bytes) {
  return fromUtf8(bytes);
}

// A JSON number holds 53 bits, and a time has 63.
QJsonValue number(std::int64_t value) {
  return QString::number(value);
}

std::optional<std::int64_t> number_of(const QJsonValue& value) {
  bool ok = false;
  const std::int64_t number = value.toString().toLongLong(&ok);
  return ok ? std::optional(number) : std::nullopt;
}

QJsonObject process_json(EntityId id, const CaseSnapshot& snapshot) {
  const ProcessEntity& entity = snapshot.tree.entity(id);
  return {{QStringLiteral("id"), text_of(snapshot.strings.view(entity.entity_id))},
          {QStringLiteral("host"), text_of(snapshot.hosts.name(entity.host))}};
}

EntityId process_of_json(const QJsonObject& json, const CaseSnapshot& snapshot) {
  const std::string id = json[QStringLiteral("id")].toString().toStdString();
  const std::string host = json[QStringLiteral("host")].toString().toStdString();
  if (id.empty()) return {};
  const auto entities = snapshot.tree.entities();
  for (std::size_t i = 0; i < entities.size(); ++i) {
    if (snapshot.strings.view(entities[i].entity_id) == id &&
        snapshot.hosts.name(entities[i].host) == host)
      return EntityId::from_index(i);
  }
  return {};
}

QJsonObject event_json(EventId id, const CaseSnapshot& snapshot) {
  const SourceSpan source = snapshot.events.source(id);
  return {{QStringLiteral("time"), number(snapshot.events.time(id).ns)},
          {QStringLiteral("offset"), number(static_cast<std::int64_t>(source.offset))},
          {QStringLiteral("length"), static_cast<double>(source.length)},
          {QStringLiteral("host"), text_of(snapshot.hosts.name(snapshot.events.host(id)))}};
}

EventId event_of_json(const QJsonObject& json, const CaseSnapshot& snapshot) {
  const auto time = number_of(json[QStringLiteral("time")]);
  const auto offset = number_of(json[QStringLiteral("offset")]);
  if (!time || !offset) return {};
  const double length = json[QStringLiteral("length")].toDouble(-1);
  const std::string host = json[QStringLiteral("host")].toString().toStdString();
  const EventStore& events = snapshot.events;
  for (std::size_t i = events.first_at({*time}).index(); i < events.size(); ++i) {
    const EventId id = EventId::from_index(i);
    if (events.time(id).ns != *time) break;
    const SourceSpan source = events.source(id);
    if (source.offset == static_cast<std::uint64_t>(*offset) &&
        static_cast<double>(source.length) == length &&
        snapshot.hosts.name(events.host(id)) == host)
      return id;
  }
  return {};
}

QJsonObject grid_json(const GridLook& grid) {
  QJsonObject json{{QStringLiteral("columns"), QJsonArray::fromStringList(grid.columns)},
                   {QStringLiteral("sort"), text_of(sort_name(grid.sort))},
                   {QStringLiteral("descending"), grid.sort.descending}};
  QJsonArray levels;
  for (const EventSort& level : grid.groups.by) {
    levels.append(QJsonObject{{QStringLiteral("by"), text_of(sort_name(level))},
                              {QStringLiteral("descending"), level.descending}});
  }
  if (!levels.isEmpty()) json[QStringLiteral("groups")] = levels;
  return json;
}

GridLook grid_of(const QJsonObject& json) {
  GridLook grid;
  for (const QJsonValue& column : json[QStringLiteral("columns")].toArray()) {
    const QString name = column.toString();
    if (grid.columns.size() < kMaxSavedColumns && !name.isEmpty() &&
        static_cast<std::size_t>(name.size()) <= kMaxFieldNameLength)
      grid.columns << name;
  }
  grid.sort = sort_of(json[QStringLiteral("sort")].toString().toStdString(),
                      json[QStringLiteral("descending")].toBool())
                  .value_or(EventSort{});
  for (const QJsonValue& value : json[QStringLiteral("groups")].toArray()) {
    if (grid.groups.by.size() == kMaxGroupLevels) break;
    const QJsonObject level = value.toObject();
    auto sort = sort_of(level[QStringLiteral("by")].toString().toStdString(),
                        level[QStringLiteral("descending")].toBool());
    if (sort) grid.groups.by.push_back(std::move(*sort));
  }
  grid.groups = tidied(std::move(grid.groups));
  return grid;
}

QJsonObject chip_json(const Chip& chip, const CaseSnapshot& snapshot) {
  QJsonObject json{
      {QStringLiteral("kind"), QLatin1String(kKinds[static_cast<std::size_t>(chip.kind)])},
      {QStringLiteral("text"), text_of(chip.text)}};
  if (!chip.enabled) json[QStringLiteral("off")] = true;
  if (chip.exclude) json[QStringLiteral("exclude")] = true;
  if (chip.exact) json[QStringLiteral("exact")] = true;
  if (chip.below) json[QStringLiteral("below")] = true;
  if (!chip.field.empty()) json[QStringLiteral("field")] = text_of(chip.field);
  if (chip.kind == Chip::Kind::time) {
    json[QStringLiteral("from")] = number(chip.from.ns);
    json[QStringLiteral("to")] = number(chip.to.ns);
  }
  if (chip.entity) json[QStringLiteral("process")] = process_json(chip.entity, snapshot);
  if (!chip.events.empty()) {
    QJsonArray events;
    for (const EventId id : chip.events) events.append(event_json(id, snapshot));
    json[QStringLiteral("events")] = events;
  }
  return json;
}

std::optional<Chip> chip_of(const QJsonObject& json, const CaseSnapshot& snapshot,
                            QStringList& missing) {
  const QString kind = json[QStringLiteral("kind")].toString();
  const auto at = std::find_if(kKinds.begin(), kKinds.end(),
                               [&](const char* name) { return kind == QLatin1String(name); });
  if (at == kKinds.end()) return std::nullopt;
  Chip chip;
  chip.kind = static_cast<Chip::Kind>(at - kKinds.begin());
  chip.text = json[QStringLiteral("text")].toString().toStdString();
  chip.field = json[QStringLiteral("field")].toString().toStdString();
  if (chip.text.size() > kMaxSearchText || chip.field.size() > kMaxFieldNameLength)
    return std::nullopt;
  chip.enabled = !json[QStringLiteral("off")].toBool();
  chip.exclude = json[QStringLiteral("exclude")].toBool();
  chip.exact = json[QStringLiteral("exact")].toBool();
  chip.below = json[QStringLiteral("below")].toBool();
  switch (chip.kind) {
    case Chip::Kind::time: {
      const auto from = number_of(json[QStringLiteral("from")]);
      const auto to = number_of(json[QStringLiteral("to")]);
      if (!from || !to || *from > *to) return std::nullopt;
      chip.from = {*from};
      chip.to = {*to};
      break;
    }
    case Chip::Kind::process:
      chip.entity = process_of_json(json[QStringLiteral("process")].toObject(), snapshot);
      if (!chip.entity) {
        chip.enabled = false;
        missing << QStringLiteral("The process of the filter “%1” is not in this evidence.")
                       .arg(shown(chip.text));
      }
      break;
    case Chip::Kind::events: {
      const QJsonArray events = json[QStringLiteral("events")].toArray();
      if (static_cast<std::size_t>(events.size()) > kMaxSavedEvents) return std::nullopt;
      for (const QJsonValue& event : events) {
        const EventId id = event_of_json(event.toObject(), snapshot);
        if (id) chip.events.push_back(id);
      }
      std::sort(chip.events.begin(), chip.events.end());
      chip.events.erase(std::unique(chip.events.begin(), chip.events.end()), chip.events.end());
      const auto lost = static_cast<std::size_t>(events.size()) - chip.events.size();
      if (chip.events.empty()) chip.enabled = false;
      if (lost != 0) {
        missing << QStringLiteral("%1 of %2 events of the filter “%3” are not in this evidence.")
                       .arg(lost)
                       .arg(events.size())
                       .arg(shown(chip.text));
      }
      break;
    }
    case Chip::Kind::word:
    case Chip::Kind::field:
    case Chip::Kind::query:
      if (chip.text.empty()) return std::nullopt;
      break;
  }
  return chip;
}

std::optional<QJsonObject> object_of(std::string_view text) {
  const QJsonDocument document = QJsonDocument::fromJson(
      QByteArray::fromRawData(text.data(), static_cast<qsizetype>(text.size())));
  if (!document.isObject()) return std::nullopt;
  return document.object();
}

std::string compact(const QJsonObject& json) {
  return QJsonDocument(json).toJson(QJsonDocument::Compact).toStdString();
}

}  // namespace

QStringList savedViewNames(const std::map<std::string, std::string>& settings) {
  QStringList names;
  for (auto at = settings.lower_bound(std::string(kViewSetting));
       at != settings.end() && at->first.starts_with(kViewSetting) &&
       static_cast<std::size_t>(names.size()) < kMaxSavedViews;
       ++at) {
    names << fromUtf8(std::string_view(at->first).substr(kViewSetting.size()));
  }
  return names;
}

QString viewName(const QString& typed) {
  QString name;
  for (const QChar c : typed.simplified()) {
    if (c.isPrint() && !c.isSurrogate()) name += c;
  }
  return name.left(kMaxViewName).trimmed();
}

std::string writeView(const View& view, const GridLook& grid, const CaseSnapshot& snapshot) {
  QJsonObject json;
  QJsonArray chips;
  for (const Chip& chip : view.filter.chips) {
    if (chip.events.size() > kMaxSavedEvents) return {};
    chips.append(chip_json(chip, snapshot));
  }
  json[QStringLiteral("filter")] = chips;
  json[QStringLiteral("highlight")] = view.filter.highlight;
  if (view.zoom) {
    json[QStringLiteral("zoom")] = QJsonArray{number(view.zoom->from.ns), number(view.zoom->to.ns)};
  }
  if (view.root) json[QStringLiteral("root")] = process_json(view.root, snapshot);
  QJsonObject selection;
  if (view.selection.event)
    selection[QStringLiteral("event")] = event_json(view.selection.event, snapshot);
  if (view.selection.entity)
    selection[QStringLiteral("process")] = process_json(view.selection.entity, snapshot);
  selection[QStringLiteral("finding")] = text_of(view.selection.finding);
  selection[QStringLiteral("run")] = text_of(view.selection.invocation);
  json[QStringLiteral("selection")] = selection;
  json[QStringLiteral("grid")] = grid_json(grid);
  return compact(json);
}

std::optional<ReadView> readView(std::string_view text, const CaseSnapshot& snapshot) {
  const auto json = object_of(text);
  if (!json || !(*json)[QStringLiteral("filter")].isArray()) return std::nullopt;
  ReadView out;
  for (const QJsonValue& value : (*json)[QStringLiteral("filter")].toArray()) {
    if (out.view.filter.chips.size() == kMaxChips) break;
    if (auto chip = chip_of(value.toObject(), snapshot, out.missing)) {
      out.view.filter.chips.push_back(std::move(*chip));
    } else {
      out.missing << QStringLiteral("A filter of this view cannot be read and is left out.");
    }
  }
  out.view.filter.highlight = (*json)[QStringLiteral("highlight")].toBool();
  const QJsonArray zoom = (*json)[QStringLiteral("zoom")].toArray();
  const auto from = number_of(zoom.at(0)), to = number_of(zoom.at(1));
  if (from && to && *from <= *to) out.view.zoom = TimeRange{{*from}, {*to}};
  if (json->contains(QStringLiteral("root"))) {
    out.view.root = process_of_json((*json)[QStringLiteral("root")].toObject(), snapshot);
    if (!out.view.root)
      out.missing << QStringLiteral(
          "The process that the tree was limited to is not in this evidence.");
  }
  const QJsonObject selection = (*json)[QStringLiteral("selection")].toObject();
  Selection& selected = out.view.selection;
  if (selection.contains(QStringLiteral("event")))
    selected.event = event_of_json(selection[QStringLiteral("event")].toObject(), snapshot);
  if (selection.contains(QStringLiteral("process")))
    selected.entity = process_of_json(selection[QStringLiteral("process")].toObject(), snapshot);
  selected.finding = selection[QStringLiteral("finding")].toString().toStdString();
  selected.invocation = selection[QStringLiteral("run")].toString().toStdString();
  if ((selection.contains(QStringLiteral("event")) && !selected.event) ||
      (selection.contains(QStringLiteral("process")) && !selected.entity)) {
    out.missing << QStringLiteral("What was selected is not in this evidence.");
    selected = {};
  }
  out.grid = grid_of((*json)[QStringLiteral("grid")].toObject());
  return out;
}

std::string writeGrid(const GridLook& grid) {
  return compact(grid_json(grid));
}

std::optional<GridLook> readGrid(std::string_view text) {
  const auto json = object_of(text);
  if (!json) return std::nullopt;
  return grid_of(*json);
}

}  // namespace stemma::ui
