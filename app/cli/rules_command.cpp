// `stemma rules list|check`: which rules would run, and what is wrong with those that would not.
#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "app/cli/command.hpp"
#include "app/cli/rule_options.hpp"
#include "events/text.hpp"
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

}  // namespace

void add_rules_command(CLI::App& app, Run& run) {
  CLI::App* command = app.add_subcommand("rules", "List or check rules");
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
}

}  // namespace stemma
