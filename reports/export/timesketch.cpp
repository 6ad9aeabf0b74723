#include <fmt/format.h>

#include "reports/csv.hpp"
#include "reports/export/exports.hpp"
#include "reports/json_writer.hpp"

namespace stemma {
namespace {

// What the time is the time of.
std::string_view meaning(const DocumentMoment& moment) {
  if (moment.kind == "order") return "Order in the cloud";
  if (moment.kind == "run") return "Run begins";
  if (moment.kind == "end") return "Run ends";
  if (moment.kind == "finding") return "Finding";
  return "Activity of a run";
}

// ISO 8601 with microseconds, which is what Timesketch keeps.
std::string datetime(const DocumentMoment& moment) {
  std::string text = format_time(moment.time.time, 6);
  text.pop_back();
  return text + "+00:00";
}

std::string labels(const IncidentDocument& document, const Evidence& evidence) {
  std::string out;
  for (const std::uint32_t event : evidence.events)
    out += (out.empty() ? "" : " ") + document.events[event].label;
  return out;
}

std::string run_of(const DocumentMoment& moment) {
  return moment.run ? fmt::format("{}", *moment.run) : std::string();
}

}  // namespace

void append_timesketch_csv(const IncidentDocument& document, std::string& out) {
  const std::vector<std::string> header{"message", "datetime", "timestamp_desc", "host",
                                        "kind",    "run",      "evidence"};
  append_csv_line(out, header);
  for (const DocumentMoment& moment : document.timeline) {
    const std::vector<std::string> cells{
        moment.text, datetime(moment), std::string(meaning(moment)),     moment.host,
        moment.kind, run_of(moment),   labels(document, moment.evidence)};
    append_csv_line(out, cells);
  }
}

void append_timesketch_jsonl(const IncidentDocument& document, std::string& out) {
  for (const DocumentMoment& moment : document.timeline) {
    JsonWriter json(out);
    json.open_object();
    json.field("message", moment.text);
    json.field("datetime", datetime(moment));
    json.field("timestamp", moment.time.time.ns / 1000);
    json.field("timestamp_desc", meaning(moment));
    json.field("host", moment.host);
    json.field("kind", moment.kind);
    if (moment.run) json.field("run", *moment.run);
    json.field_if("evidence", labels(document, moment.evidence));
    json.end();
    out += '\n';
  }
}

}  // namespace stemma
