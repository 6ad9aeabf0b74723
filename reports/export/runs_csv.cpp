#include <fmt/format.h>

#include "reports/build_document.hpp"
#include "reports/csv.hpp"
#include "reports/export/exports.hpp"

namespace stemma {
namespace {

// Excel refuses longer cells; counted in UTF-16 units, of which UTF-8 has at least as many bytes.
constexpr std::size_t kMaxCell = 32'000;

std::string time_text(const std::optional<DocumentTime>& time) {
  return time ? format_time(time->time, time->digits) : std::string();
}

void append(const IncidentDocument& document, std::size_t cell, std::string& out) {
  const std::vector<std::string> header{
      "run",          "id",          "start",         "start_source", "end",       "host",
      "channel",      "name",        "sequence",      "mode",         "grade",     "caller",
      "caller_ip",    "user",        "user_id",       "command_line", "exit_code", "state",
      "script_state", "script_path", "script_sha256", "processes",    "findings",  "set_aside",
      "note_verdict", "note_tags",   "note_pinned",   "note_comment"};
  append_csv_line(out, header);
  for (const DocumentRun& run : document.runs) {
    std::vector<std::string> cells{
        fmt::format("{}", run.number),
        run.id,
        time_text(run.start),
        run.start ? run.start->source : "",
        time_text(run.end),
        run.host,
        document.channels[run.channel].id,
        run.name,
        run.sequence ? fmt::format("{}", *run.sequence) : "",
        run.mode,
        std::string(confidence_name(run.confidence)),
        run.caller,
        run.operation ? document.operations[*run.operation].caller_ip : "",
        run.user,
        run.user_id,
        run.command_line,
        run.exit_code ? fmt::format("{}", *run.exit_code) : "",
        run.state,
        run.script.state,
        run.script.path,
        run.script.sha256,
        fmt::format("{}", run.processes_in_all),
        fmt::format("{}", run.findings.size()),
        run.set_aside};
    const DocumentNote none;
    const DocumentNote& note = run.note ? document.analyst_notes[*run.note] : none;
    std::string tags;
    for (const std::string& tag : note.tags) tags += (tags.empty() ? "" : " ") + tag;
    cells.insert(cells.end(), {run.note ? std::string(verdict_name(note.verdict)) : "", tags,
                               note.pinned ? "true" : "", note.comment});
    for (std::string& text : cells) text = std::string(cut_text(text, cell));
    append_csv_line(out, cells);
  }
}

}  // namespace

void append_runs_csv(const IncidentDocument& document, std::string& out) {
  append(document, std::string::npos, out);
}

void append_runs_xlsx_csv(const IncidentDocument& document, std::string& out) {
  out += "\xEF\xBB\xBF";
  append(document, kMaxCell, out);
}

}  // namespace stemma
