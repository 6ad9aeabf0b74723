#include "reports/result_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "detection/eql/scalar.hpp"
#include "events/text.hpp"
#include "reports/event_document.hpp"
#include "reports/event_summary.hpp"
#include "reports/json.hpp"

namespace stemma {

Projection ResultColumns::projection(bool table) const {
  if (fields.empty()) return table ? event_summary_projection() : Projection::all();
  Projection out;
  for (const FieldId field : fields) out.want(field);
  return out;
}

std::vector<std::string> ResultColumns::header() const {
  if (fields.empty()) return {"@timestamp", "host.name", "event"};
  std::vector<std::string> out;
  for (const FieldId field : fields) out.emplace_back(field_name(field));
  return out;
}

void append_result_event(const CaseSnapshot& snapshot, const ResultColumns& columns, Event& event,
                         ShapeTable& shapes, std::string& out, Secrets secrets) {
  if (columns.fields.empty()) {
    append_event_line(snapshot, event, shapes, out, secrets);
    if (!out.empty() && out.back() == '\n') out.pop_back();
    return;
  }
  if (secrets == Secrets::redacted) redact(event);
  JsonDocument document;
  const EventView view = event.view(shapes);
  for (const FieldId field : columns.fields) {
    const std::span<const Value> values = view.get(field);
    const FieldInfo info = field_info(field);
    if (!values.empty()) document.values(info.name, info.multiplicity, values);
  }
  document.write(out);
}

void append_result_line(const ResultRow& row, std::span<const std::string> events, std::string& out,
                        Secrets secrets) {
  JsonDocument document;
  if (row.events.empty()) {
    document.text("key", redact(row.key, secrets));
  } else if (events.size() == 1 && row.count == 0) {
    out += events[0];
    out += '\n';
    return;
  } else {
    if (!row.key.empty()) document.text("join_keys", redact(row.key, secrets));
    std::string list = "[";
    for (const std::string& event : events) {
      if (list.size() > 1) list += ',';
      list += event.empty() ? "{\"missing\":true}" : event;
    }
    document.raw("events", list + "]");
    if (row.open) document.boolean("open", true);
  }
  if (row.total != 0 || row.events.empty()) {
    document.integer("count", static_cast<std::int64_t>(row.count));
    if (row.total != 0) {
      document.raw("percent", fmt::format("{:.6f}", static_cast<double>(row.count) /
                                                        static_cast<double>(row.total)));
    }
  }
  document.write(out);
  out += '\n';
}

std::vector<std::string> result_cells(const CaseSnapshot& snapshot, const ResultColumns& columns,
                                      EventId id, Event& event, ShapeTable& shapes,
                                      Secrets secrets) {
  if (columns.fields.empty()) {
    return {format_time(snapshot.events.time(id), 3),
            std::string(snapshot.hosts.name(snapshot.events.host(id))),
            event_summary(event, secrets)};
  }
  if (secrets == Secrets::redacted) redact(event);
  std::vector<std::string> cells;
  const EventView view = event.view(shapes);
  for (const FieldId field : columns.fields) {
    std::string cell;
    for (const Value& value : view.get(field)) {
      if (!cell.empty()) cell += "; ";
      cell += eql::to_text(eql::Scalar::of(value));
    }
    cells.push_back(std::move(cell));
  }
  return cells;
}

std::string align(std::span<const std::vector<std::string>> lines, std::size_t limit,
                  std::size_t width) {
  std::vector<std::size_t> widths;
  for (const auto& line : lines) {
    if (widths.size() < line.size()) widths.resize(line.size());
    for (std::size_t i = 0; i + 1 < line.size(); ++i)
      widths[i] = std::max(widths[i], std::min(limit, display_width(visible(line[i]))));
  }
  std::string out;
  for (const auto& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      std::string cell = visible(line[i]);
      if (i + 1 < line.size()) {
        cell = fit(cell, widths[i]);
        cell.append(widths[i] + 2 - std::min(widths[i], display_width(cell)), ' ');
      }
      text += cell;
    }
    out += (width != 0 ? fit(text, width) : text) + "\n";
  }
  return out;
}

}  // namespace stemma
