// `stemma scan`: findings, for people as an answer and a table, for machines as documents.
#include <fmt/format.h>
#include <unistd.h>

#include "app/cli/command.hpp"
#include "app/cli/rule_options.hpp"
#include "app/session/detect.hpp"
#include "reports/csv.hpp"
#include "reports/event_summary.hpp"
#include "reports/finding_document.hpp"
#include "reports/findings_table.hpp"
#include "reports/ledger_text.hpp"

namespace stemma {
namespace {

void write_table(const Session& session, const RuleSet& rules, const Detection& detection, std::size_t width, Output& output) {
  const CaseSnapshot& snapshot = session.snapshot();
  std::string text = answer(snapshot, detection.findings) + "\n";
  const Projection projection = event_summary_projection();
  std::vector<std::string> summaries(detection.findings.size());
  for (std::size_t i = 0; i < summaries.size(); ++i) {
    if (detection.findings[i].image) continue;
    Event event;
    if (session.decode(detection.findings[i].event, projection, event)) summaries[i] = event_summary(event);
  }
  append_findings_table(snapshot, rules, detection.findings, summaries, width, text);
  output.write(text);
}

void write_documents(const Session& session, const RuleSet& rules, const Detection& detection, const std::string& format, Output& output) {
  const CaseSnapshot& snapshot = session.snapshot();
  const Projection everything = Projection::all();
  ShapeTable shapes;
  Event event;
  std::string text;
  if (format == "csv") append_csv_line(text, finding_csv_header());
  if (format == "json") text += "[";
  bool first = true;
  for (const Finding& finding : detection.findings) {
    if (!session.decode(finding.event, everything, event)) continue;
    if (shapes.size() > kMaxShapes) shapes.clear();
    const FindingView view{snapshot, rules.rules[finding.rule], finding, event};
    if (format == "csv") {
      append_csv_line(text, finding_csv_cells(view));
    } else {
      if (format == "json") text += first ? "\n" : ",\n";
      append_finding_document(view, shapes, text);
      if (format == "jsonl") text += '\n';
    }
    first = false;
    output.write(text);
    text.clear();
  }
  if (format == "json") text += first ? "]\n" : "\n]\n";
  output.write(text);
}

}  // namespace

void add_scan_command(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("scan", "Find the child processes of remote-execution scripts, and whatever else the rules name");
  add_evidence_options(*command, *options);
  add_window_options(*command, *options);
  add_rule_options(*command, *options);
  add_nulls_option(*command, *options);
  command->add_option("--format", options->format, "table, jsonl, json or csv (default: table on a terminal, else jsonl)")
      ->check(CLI::IsMember({"table", "jsonl", "json", "csv"}));
  command->footer(
      "Examples:\n  stemma scan /cases/17\n  stemma scan /cases/17 --format jsonl -o findings.jsonl\n"
      "  stemma scan /cases/17 --rules ~/detection-rules/rules --from 2026-11-20 --to 2026-11-21");
  command->callback([options, &run] {
    run = [options] {
      Output output(options->output);
      if (!output.error().empty()) {
        note(output.error());
        return ExitCode::failed;
      }
      const LoadedRules rules = load_rule_set(*options);
      ProgressBar bar(!options->quiet);
      const auto session = open_session(*options, bar);
      if (!session) return ExitCode::failed;
      const auto window = window_of(*options, session->snapshot());
      if (!window) return ExitCode::bad_usage;
      Detection detection = detect(*session, rules.set, &bar.progress(), {.nulls = nulls_of(*options)});
      bar.stop();
      std::erase_if(detection.findings, [&](const Finding& finding) { return !window->holds(session->snapshot(), finding.event); });

      const std::string format = !options->format.empty() ? options->format : output.to_terminal() ? "table" : "jsonl";
      if (format == "table") {
        write_table(*session, rules.set, detection, output.to_terminal() ? terminal_width() : 0, output);
      } else {
        write_documents(*session, rules.set, detection, format, output);
      }
      if (!options->quiet) {
        std::fflush(stdout);
        note(ledger_line(session->snapshot()));
        const std::string blind = blind_spots(rules.set, detection.coverage);
        if (detection.dropped != 0) note(fmt::format("{} matches of sequences and samples were left out at a cap", detection.dropped));
        if (!blind.empty()) note(std::string_view(blind).substr(0, blind.size() - 1));
      }
      return finish(*options, *session, output, rules.wrong);
    };
  });
}

}  // namespace stemma
