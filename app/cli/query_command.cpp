// `stemma query`: one EQL statement against any evidence, as a table, JSON lines or CSV.
#include <fmt/format.h>

#include "app/cli/command.hpp"
#include "app/cli/rule_options.hpp"
#include "app/session/match_rules.hpp"
#include "events/text.hpp"
#include "reports/csv.hpp"
#include "reports/ledger_text.hpp"
#include "reports/result_rows.hpp"

namespace stemma {
namespace {

// Rows that a table holds back to find how wide its columns are.
constexpr std::size_t kTablePage = 1000;

struct QueryOptions : Options {
  std::vector<std::string> fields;
};

// Writes rows as they come.
class RowWriter {
 public:
  RowWriter(const Session& session, ResultColumns columns, std::string format, Secrets secrets, Output& output)
      : session_(session), columns_(std::move(columns)), format_(std::move(format)), secrets_(secrets), output_(output), projection_(columns_.projection(format_ != "jsonl")) {}

  void begin() {
    if (format_ == "jsonl") return;
    std::vector<std::string> header = columns_.header();
    if (format_ == "csv") header.insert(header.begin(), "row");
    write_cells(std::move(header));
  }

  void row(const ResultRow& row) {
    ++number_;
    if (format_ == "jsonl") return document(row);
    const bool grouped = row.events.size() > 1 || row.count != 0 || row.events.empty();
    if (format_ == "table" && grouped) {
      flush();
      std::string title = row.events.size() > 1 ? fmt::format("#{}  {}", number_, visible(redact(row.key, secrets_))) : visible(redact(row.key, secrets_));
      if (row.total != 0) title += fmt::format("{}{} of {}", title.empty() ? "" : "  ", row.count, row.total);
      if (row.open) title += "  (the evidence ends before the missing event could have come)";
      output_.write("\n" + title + "\n");
    }
    if (format_ == "csv" && row.events.empty()) return write_cells({fmt::format("{}", number_), redact(row.key, secrets_), fmt::format("{}", row.count)});
    for (const EventId id : row.events) {
      std::vector<std::string> cells{"(missing)"};
      if (id && read(id)) cells = result_cells(session_.snapshot(), columns_, id, event_, shapes_, secrets_);
      if (format_ == "csv") cells.insert(cells.begin(), fmt::format("{}", number_));
      write_cells(std::move(cells));
    }
  }

  void flush() {
    if (format_ != "table" || page_.empty()) return;
    output_.write(align(page_, 40, output_.to_terminal() ? terminal_width() : 0));
    page_.clear();
  }

 private:
  bool read(EventId id) {
    if (shapes_.size() > kMaxShapes) shapes_.clear();
    return static_cast<bool>(session_.decode(id, projection_, event_));
  }

  void document(const ResultRow& row) {
    std::vector<std::string> events;
    for (const EventId id : row.events) {
      events.emplace_back();
      if (id && read(id)) append_result_event(session_.snapshot(), columns_, event_, shapes_, events.back(), secrets_);
    }
    text_.clear();
    append_result_line(row, events, text_, secrets_);
    output_.write(text_);
  }

  void write_cells(std::vector<std::string> cells) {
    if (format_ == "csv") {
      text_.clear();
      append_csv_line(text_, cells);
      return output_.write(text_);
    }
    page_.push_back(std::move(cells));
    if (page_.size() >= kTablePage) flush();
  }

  const Session& session_;
  ResultColumns columns_;
  std::string format_;
  Secrets secrets_;
  Output& output_;
  Projection projection_;
  Event event_;
  ShapeTable shapes_;
  std::vector<std::vector<std::string>> page_;
  std::string text_;
  std::size_t number_ = 0;
};

std::vector<ResultRow> rows_of(RuleMatches matches) {
  if (!matches.statements.empty()) return std::move(matches.statements.front().rows);
  std::sort(matches.single.begin(), matches.single.end());
  std::vector<ResultRow> rows;
  for (const Match& match : matches.single) {
    ResultRow row;
    row.events = {match.event};
    rows.push_back(std::move(row));
  }
  return rows;
}

ExitCode run_query(QueryOptions options) {
  const std::string text = std::move(options.paths.back());
  options.paths.pop_back();
  const eql::CompiledQuery compiled = eql::compile_query(text);
  for (const eql::Diagnostic& diagnostic : compiled.diagnostics) {
    if (diagnostic.severity == eql::Severity::error || !options.quiet) note(eql::render(diagnostic));
  }
  if (compiled.query == nullptr) return ExitCode::bad_usage;
  ResultColumns columns;
  for (const std::string& name : options.fields) {
    const FieldId field = intern_field(name);
    if (!field) {
      note(fmt::format("--fields: {} is no field name", visible(name)));
      return ExitCode::bad_usage;
    }
    columns.fields.push_back(field);
  }
  Output output(options.output);
  if (!output.error().empty()) {
    note(output.error());
    return ExitCode::failed;
  }
  RuleSet set;
  Rule rule;
  rule.query = text;
  rule.statement = compiled.query;
  if (compiled.query->kind == eql::StatementKind::event && compiled.query->pipes.empty()) rule.program = compiled.query->terms.front().program;
  set.rules.push_back(std::move(rule));

  ProgressBar bar(!options.quiet);
  const auto session = open_session(options, bar);
  if (!session) return ExitCode::failed;
  const auto window = window_of(options, session->snapshot());
  if (!window) return ExitCode::bad_usage;
  const auto holds = [&](EventId id) { return window->holds(session->snapshot(), id); };
  RuleMatches matches = match_rules(*session, set, &bar.progress(), {.nulls = nulls_of(options), .accept = holds});
  bar.stop();
  const Coverage coverage = matches.coverage.front();
  const std::uint64_t dropped = matches.statements.empty() ? 0 : matches.statements.front().dropped;
  const std::vector<ResultRow> rows = rows_of(std::move(matches));

  const std::string format = !options.format.empty() ? options.format : output.to_terminal() ? "table" : "jsonl";
  RowWriter writer(*session, std::move(columns), format, options.secrets(), output);
  writer.begin();
  for (const ResultRow& row : rows) writer.row(row);
  writer.flush();
  if (!options.quiet) {
    std::fflush(stdout);
    note(fmt::format("{} {}", rows.size(), rows.size() == 1 ? "result" : "results"));
    if (dropped != 0) note(fmt::format("{} matches were left out at a cap: narrow the query or the span of time", dropped));
    if (!coverage.possible) note("nothing could match: " + coverage.reason);
    note(ledger_line(session->snapshot()));
  }
  return finish(options, *session, output);
}

}  // namespace

void add_query_command(CLI::App& app, Run& run) {
  auto options = std::make_shared<QueryOptions>();
  CLI::App* command = app.add_subcommand("query", "Run one EQL query against the evidence");
  add_evidence_options(*command, *options);
  CLI::Option* paths = command->get_option("PATH");
  paths->description("Files or folders with evidence; the last one is the query")->type_name("PATH... QUERY")->expected(2, 1 << 20);
  add_window_options(*command, *options);
  add_nulls_option(*command, *options);
  command->add_option("--fields", options->fields, "Fields to show, separated by commas (default: all; a table: time, host, summary)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("FIELD,...");
  command->add_option("--format", options->format, "table, jsonl or csv (default: table on a terminal, else jsonl)")->check(CLI::IsMember({"table", "jsonl", "csv"}));
  command->footer(
      "Examples:\n  stemma query /cases/17 'process where process.name : \"powershell.exe\" | head 20'\n"
      "  stemma query --fields @timestamp,host.name,process.command_line Security.evtx 'process where event.type == \"start\"'\n"
      "  stemma query /cases/17 'sequence by host.id with maxspan=1m [process where process.name == \"cmd.exe\"] [network where true]'");
  command->callback([options, &run] { run = [options] { return run_query(*options); }; });
}

}  // namespace stemma
