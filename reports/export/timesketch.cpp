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
  if (moment.kind == "note") return "Noted by the analyst";
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

// Timesketch's own `tag`: the analyst's tags and verdict (importers read a list as JSON).
std::vector<std::string> tags_of(const IncidentDocument& document, const DocumentMoment& moment) {
  if (!moment.note) return {};
  const DocumentNote& note = document.analyst_notes[*moment.note];
  std::vector<std::string> tags = note.tags;
  if (note.verdict != Verdict::none) tags.emplace_back(verdict_name(note.verdict));
  if (note.pinned) tags.emplace_back("pinned");
  return tags;
}

std::string comment_of(const IncidentDocument& document, const DocumentMoment& moment) {
  return moment.note ? document.analyst_notes[*moment.note].comment : std::string();
}

}  // namespace

void append_timesketch_csv(const IncidentDocument& document, std::string& out) {
  std::vector<std::string> header{"message", "datetime", "timestamp_desc", "host",
                                  "kind",    "run",      "evidence"};
  const bool noted = !document.analyst_notes.empty();
  if (noted) header.insert(header.end(), {"tag", "comment"});
  append_csv_line(out, header);
  for (const DocumentMoment& moment : document.timeline) {
    std::vector<std::string> cells{
        moment.text, datetime(moment), std::string(meaning(moment)),     moment.host,
        moment.kind, run_of(moment),   labels(document, moment.evidence)};
    if (noted) {
      std::string list;
      JsonWriter json(list);
      json.open_array();
      for (const std::string& tag : tags_of(document, moment)) json.text(tag);
      json.end();
      cells.insert(cells.end(), {list, comment_of(document, moment)});
    }
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
    if (const auto tags = tags_of(document, moment); !tags.empty()) json.texts("tag", tags);
    json.field_if("comment", comment_of(document, moment));
    json.end();
    out += '\n';
  }
}

}  // namespace stemma
