#include "app/gui/event_export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "app/gui/value_as_text.hpp"
#include "events/fields.hpp"
#include "events/text.hpp"
#include "reports/csv.hpp"
#include "reports/event_summary.hpp"

namespace stemma {

// One text a field: its values, visible.
std::vector<std::string> cells_of(const Event& event, const std::vector<FieldId>& fields) {
  std::vector<std::string> cells;
  for (const FieldId field : fields) {
    std::string cell;
    event.for_each_value([&](FieldId of, const Value& value) {
      if (of != field) return;
      if (!cell.empty()) cell += ", ";
      cell += visible(value_as_text(value));
    });
    cells.push_back(std::move(cell));
  }
  return cells;
}

std::string export_csv(const Session& session, const std::vector<EventId>* events, const std::vector<FieldId>& fields, const std::string& path, Secrets secrets,
                       const std::atomic<bool>& dropped) {
  const CaseSnapshot& snapshot = session.snapshot();
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  std::vector<std::string> line{"timestamp", "host.name", "log", "event.code", "process", "summary"};
  for (const FieldId field : fields) line.emplace_back(field_name(field));
  std::string text;
  append_csv_line(text, line);
  Projection projection = event_summary_projection();
  for (const FieldId field : fields) projection.want(field);
  const std::size_t count = events ? events->size() : snapshot.events.size();
  // Stretch by stretch: decoded side by side, written in the order of time.
  constexpr std::size_t kStretch = 1u << 14;
  for (std::size_t first = 0; first < count && out; first += kStretch) {
    if (dropped) return {};
    const std::size_t last = std::min(first + kStretch, count);
    const auto id_at = [&](std::size_t i) { return events ? (*events)[i] : EventId::from_index(i); };
    std::vector<std::string> lines(last - first);
    EventSelection selection;
    selection.first = id_at(first).index();
    selection.last = id_at(last - 1).index() + 1;
    const auto place = [&](EventId id) -> std::size_t {
      if (!events) return id.index() - first;
      const auto begin = events->begin() + static_cast<std::ptrdiff_t>(first), end = events->begin() + static_cast<std::ptrdiff_t>(last);
      const auto found = std::lower_bound(begin, end, id);
      return found == end || *found != id ? lines.size() : static_cast<std::size_t>(found - begin);
    };
    selection.accept = [&](EventId id) { return place(id) < lines.size(); };
    session.for_each(selection, projection, [&](unsigned, EventId id, Event& event) {
      if (secrets == Secrets::redacted) redact(event);
      const EntityId entity = snapshot.events.entity(id);
      const ImageId image = entity ? snapshot.tree.last_image(entity) : ImageId{};
      std::vector<std::string> cells{format_time(snapshot.events.time(id), snapshot.events.time_digits(id)), visible(snapshot.hosts.name(snapshot.events.host(id))),
                                     visible(snapshot.strings.view(snapshot.events.channel(id))), visible(snapshot.strings.view(snapshot.events.code(id))),
                                     image ? visible(snapshot.strings.view(snapshot.tree.image(image).name)) : std::string(), event_summary(event, secrets)};
      for (std::string& cell : cells_of(event, fields)) cells.push_back(std::move(cell));
      append_csv_line(lines[place(id)], cells);
    });
    for (const std::string& one : lines) text += one;
    out << text;
    text.clear();
  }
  out << text;
  out.close();
  return out ? std::string() : fmt::format("{} could not be written", visible(path));
}

}  // namespace stemma
