// `stemma rules list|check|explain`: which rules would run, what is wrong with those that would not, and why one fired on an event or did not.
#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "app/cli/command.hpp"
#include "app/cli/rule_options.hpp"
#include "app/session/detect.hpp"
#include "app/session/event_reference.hpp"
#include "app/session/explain.hpp"
#include "detection/invocations/secret_findings.hpp"
#include "events/text.hpp"
#include "reports/event_summary.hpp"
#include "reports/explanation_text.hpp"
#include "reports/json.hpp"

namespace stemma {
namespace {

std::string techniques(const Rule& rule) {
  std::string ids;
  for (const Threat& threat : rule.threats) {
    for (const ThreatTechnique& technique : threat.techniques) ids += (ids.empty() ? "" : " ") + technique.id;
  }
  return ids;
}

ExitCode list_rules(const Options& options) {
  Output output(options.output);
  const LoadedRules rules = load_rule_set(options);
  std::string text;
  for (const Rule& rule : rules.set.rules) {
    if (options.format == "jsonl") {
      JsonDocument document;
      document.text("rule.id", rule.id);
      document.text("rule.name", rule.name);
      document.text("rule.description", rule.description);
      document.text("rule.path", rule.path);
      document.text("rule.query", rule.query);
      document.text("event.severity", rule.severity);
      document.integer("event.risk_score", rule.risk_score);
      document.write(text);
      text += '\n';
    } else {
      text += fmt::format("{}  {:<8}  {}  [{}]\n", visible(rule.id), visible(rule.severity), visible(rule.name), techniques(rule));
    }
  }
  output.write(text);
  if (!output.finish()) {
    note(output.error());
    return ExitCode::failed;
  }
  return rules.wrong ? ExitCode::bad_usage : ExitCode::done;
}

ExitCode check_rules(const Options& options) {
  Output output(options.output);
  std::vector<std::filesystem::path> paths(options.paths.begin(), options.paths.end());
  const RuleSet set = load_rules(paths, paths.empty());
  std::string text;
  std::size_t errors = 0;
  std::size_t warnings = 0;
  for (const eql::Diagnostic& diagnostic : set.diagnostics) {
    const bool unsupported = eql::is_unsupported(diagnostic.code);
    if (diagnostic.severity == eql::Severity::error && !unsupported) ++errors;
    if (diagnostic.severity == eql::Severity::warning) ++warnings;
    text += eql::render(diagnostic);
    if (text.back() != '\n') text += '\n';
  }
  std::map<std::string, std::size_t> kinds;
  for (const RuleNotApplicable& rule : set.not_applicable) ++kinds[rule.kind];
  for (const auto& [kind, number] : kinds) text += fmt::format("not applicable: {} of {}\n", number, visible(kind));
  text += fmt::format("{} files: {} rules compile, {} are of another dialect, {} are not applicable, {} are wrong; {} errors, {} warnings\n",
                      set.files, set.rules.size(), set.unsupported, set.not_applicable.size(), set.failed, errors, warnings);
  output.write(text);
  if (!output.finish()) {
    note(output.error());
    return ExitCode::failed;
  }
  return errors != 0 ? ExitCode::bad_usage : ExitCode::done;
}

struct ExplainOptions : Options {
  std::string rule;
  std::string query;
  std::string event;
};

// The rule that `text` names: its id, the beginning of it, or its name. Null with a message where it is none or several.
const Rule* find_rule(const RuleSet& set, const std::string& text) {
  if (const Rule* rule = set.find(text)) return rule;
  std::vector<const Rule*> found;
  for (const Rule& rule : set.rules) {
    if (rule.name == text || (!text.empty() && rule.id.compare(0, text.size(), text) == 0)) found.push_back(&rule);
  }
  if (found.size() == 1) return found.front();
  for (const Rule& rule : secret_rules()) {
    if (!found.empty() || (rule.name != text && (text.empty() || rule.id.compare(0, text.size(), text) != 0))) continue;
    note(fmt::format("{} has no query to explain: it is raised where a secret lies", rule.name));
    return nullptr;
  }
  if (found.empty()) note(fmt::format("no rule is called {} (`stemma rules list` shows them)", visible(text)));
  if (found.size() > 1) note(fmt::format("{} names {} rules: give more of the id", visible(text), found.size()));
  return nullptr;
}

// The event that is meant: a reference, or the id of a finding.
EventId find_explained(const Session& session, const RuleSet& set, const ExplainOptions& options) {
  const bool finding = options.event.size() == 32 && options.event.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (finding) {
    for (const Finding& each : detect(session, set, nullptr, {.nulls = nulls_of(options)}).findings) {
      if (each.id == options.event) return each.event;
    }
    note(fmt::format("no finding has the id {}", options.event));
    return {};
  }
  const FoundEvent found = find_event(session, options.event);
  if (!found.event) note("--event: " + found.error);
  return found.event;
}

ExitCode explain_rule(ExplainOptions options) {
  Output output(options.output);
  if (!output.error().empty()) {
    note(output.error());
    return ExitCode::failed;
  }
  LoadedRules rules;
  const Rule* rule = nullptr;
  if (!options.query.empty()) {
    const eql::CompiledQuery compiled = eql::compile_query(options.query);
    for (const eql::Diagnostic& diagnostic : compiled.diagnostics) note(eql::render(diagnostic));
    if (compiled.query == nullptr) return ExitCode::bad_usage;
    Rule made;
    made.query = options.query;
    made.statement = compiled.query;
    if (compiled.query->kind == eql::StatementKind::event && compiled.query->pipes.empty()) made.program = compiled.query->terms.front().program;
    rules.set.rules.push_back(std::move(made));
    rule = &rules.set.rules.front();
  } else {
    if (options.paths.size() < 2) {
      note("rules explain: want a rule and evidence: stemma rules explain RULE --event ID PATH...");
      return ExitCode::bad_usage;
    }
    options.rule = options.paths.front();
    options.paths.erase(options.paths.begin());
    if (options.rule.size() > 5 && options.rule.compare(options.rule.size() - 5, 5, ".toml") == 0) {
      const std::vector<std::filesystem::path> path{options.rule};
      rules.set = load_rules(path, false, {.compile = {}, .any_index = options.any_index});
      for (const eql::Diagnostic& diagnostic : rules.set.diagnostics) note(eql::render(diagnostic));
      if (rules.set.rules.size() != 1) return ExitCode::bad_usage;
      rule = &rules.set.rules.front();
    } else {
      rules = load_rule_set(options);
      rule = find_rule(rules.set, options.rule);
    }
    if (rule == nullptr) return ExitCode::bad_usage;
  }
  ProgressBar bar(!options.quiet);
  const auto session = open_session(options, bar);
  if (!session) return ExitCode::failed;
  const EventId event = find_explained(*session, rules.set, options);
  if (!event) {
    bar.stop();
    return ExitCode::bad_usage;
  }
  const std::vector<TermExplained> terms = explain(*session, *rule, event, {nulls_of(options)});
  const std::vector<ExplainedStep> steps = explain_sequence(*session, *rule, event, {nulls_of(options)});
  Event decoded;
  std::string summary;
  if (session->decode(event, event_summary_projection(), decoded)) summary = event_summary(decoded, options.secrets());
  bar.stop();
  std::string text;
  const ExplanationView view{session->snapshot(), *rule, event, std::move(summary), terms, steps, options.secrets()};
  if (options.format == "json") {
    append_explanation_document(view, text);
  } else {
    append_explanation(view, text);
  }
  output.write(text);
  return finish(options, *session, output, rules.wrong);
}

}  // namespace

void add_rules_command(CLI::App& app, Run& run) {
  CLI::App* command = app.add_subcommand("rules", "List, check or explain rules");
  command->require_subcommand(1);

  auto list_options = std::make_shared<Options>();
  CLI::App* list = command->add_subcommand("list", "The rules that would run");
  add_rule_options(*list, *list_options);
  list->add_option("--format", list_options->format, "text or jsonl")->check(CLI::IsMember({"text", "jsonl"}));
  list->add_option("-o,--output", list_options->output, "Write to FILE instead of standard output")->type_name("FILE");
  list->add_flag("-q,--quiet", list_options->quiet, "No notes on standard error");
  list->callback([list_options, &run] { run = [list_options] { return list_rules(*list_options); }; });

  auto check_options = std::make_shared<Options>();
  CLI::App* check = command->add_subcommand("check", "Compile rules and say what is wrong, with line and caret");
  check->add_option("PATH", check_options->paths, "Rule files or folders; without, the rules that ship");
  check->add_option("-o,--output", check_options->output, "Write to FILE instead of standard output")->type_name("FILE");
  check->footer("Example:\n  stemma rules check ~/detection-rules/rules");
  check->callback([check_options, &run] { run = [check_options] { return check_rules(*check_options); }; });

  auto explain_options = std::make_shared<ExplainOptions>();
  CLI::App* explain = command->add_subcommand("explain", "Why a rule matches an event, or why it does not");
  add_evidence_options(*explain, *explain_options);
  explain->get_option("PATH")
      ->description("A rule (id, beginning of an id, name, or a .toml file; none with --query), then files or folders with evidence")
      ->type_name("[RULE] PATH...");
  explain->add_option("--event", explain_options->event,
                      "The event: FILE:OFFSET (log.file.path or its end, stemma.source.offset), HOST/PID@TIME, process.entity_id, or stemma.finding_id")
      ->type_name("ID")
      ->required();
  explain->add_option("--query", explain_options->query, "Explain this EQL query instead of a rule")->type_name("EQL");
  add_rule_options(*explain, *explain_options);
  add_nulls_option(*explain, *explain_options);
  explain->add_option("--format", explain_options->format, "text or json (default: text)")->check(CLI::IsMember({"text", "json"}));
  explain->footer(
      "Examples:\n  stemma rules explain cb9554e8 --event Security.evtx:70000 /cases/17\n"
      "  stemma rules explain cb9554e8 --event vm-win01/1384@2026-05-12T09:10 /cases/17");
  explain->callback([explain_options, &run] { run = [explain_options] { return explain_rule(*explain_options); }; });
}

}  // namespace stemma
