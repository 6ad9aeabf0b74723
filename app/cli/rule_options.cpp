#include "app/cli/rule_options.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>

#include "events/text.hpp"

namespace stemma {
namespace {

// 2026-11-24, UTC: what last days are compared with.
std::string today() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return format_time(Timestamp{std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()}, 0).substr(0, 10);
}

// Errors always, warnings unless --quiet. Returns whether there is an error.
bool note_diagnostics(const std::vector<eql::Diagnostic>& diagnostics, bool quiet) {
  bool wrong = false;
  for (const eql::Diagnostic& diagnostic : diagnostics) {
    const bool error = diagnostic.severity == eql::Severity::error;
    wrong = wrong || error;
    if (error || !quiet) note(eql::render(diagnostic));
  }
  return wrong;
}

}  // namespace

void add_rule_options(CLI::App& command, Options& options) {
  command.add_option("--rules", options.rules, "Rule file or folder of your own, beside the rules that ship; repeatable")->type_name("PATH")->allow_extra_args(false);
  command.add_flag("--any-index", options.any_index, "Run rules on all evidence, not only on what their index patterns stand for");
}

void add_channel_options(CLI::App& command, Options& options) {
  command.add_option("--channels", options.channels, "Remote-execution channels of your own (TOML file or folder), beside those that ship; repeatable")
      ->type_name("PATH")
      ->allow_extra_args(false);
}

LoadedChannelSet load_channel_set(const Options& options) {
  const std::vector<std::filesystem::path> paths(options.channels.begin(), options.channels.end());
  LoadedChannels loaded = load_channels(paths);
  for (const ChannelProblem& problem : loaded.problems) note(describe(problem));
  return {std::move(loaded.set), !loaded.problems.empty()};
}

void add_nulls_option(CLI::App& command, Options& options) {
  command
      .add_option("--nulls", options.nulls,
                  "What a clause about an absent field is: unknown, so that its negation does not match either (three-valued, EQL's meaning), or false (two-valued)")
      ->check(CLI::IsMember({"three-valued", "two-valued"}))
      ->default_str("three-valued");
}

eql::EvalOptions::Nulls nulls_of(const Options& options) {
  return options.nulls == "two-valued" ? eql::EvalOptions::Nulls::two_valued : eql::EvalOptions::Nulls::three_valued;
}

void add_exception_options(CLI::App& command, Options& options) {
  command.add_option("--exceptions", options.exceptions, "File with exceptions of your own (TOML): findings that they are about are counted, not listed; repeatable")
      ->type_name("FILE")
      ->allow_extra_args(false);
}

LoadedExceptions load_exception_set(const Options& options, const RuleSet& rules) {
  LoadedExceptions loaded;
  for (const std::string& path : options.exceptions) load_exceptions_file(path, today(), rules, loaded.set);
  loaded.wrong = note_diagnostics(loaded.set.diagnostics, options.quiet);
  return loaded;
}

void add_automation_option(CLI::App& command, Options& options) {
  command.add_option("--automation", options.automation, "File that declares known automation (TOML): runs that it covers are set aside and counted, never hidden; repeatable")
      ->type_name("FILE")
      ->allow_extra_args(false);
}

LoadedAutomation load_automation_set(const Options& options) {
  LoadedAutomation loaded;
  for (const std::string& path : options.automation) load_automation_file(path, today(), loaded.set);
  loaded.wrong = note_diagnostics(loaded.set.diagnostics, options.quiet);
  return loaded;
}

void note_automation(const Incident& incident) {
  for (const AutomationDeclaration& entry : incident.automation) {
    if (entry.expired) continue;  // told when it was read
    note(fmt::format("{} set aside as declared automation: {} ({}, until {}; {}:{})",
                     entry.runs == 0 ? "no run is" : entry.runs == 1 ? "1 run is" : fmt::format("{} runs are", entry.runs), visible(entry.reason),
                     visible(entry.owner), entry.expires, visible(entry.path), entry.line));
  }
}

LoadedRules load_rule_set(const Options& options) {
  const std::vector<std::filesystem::path> paths(options.rules.begin(), options.rules.end());
  LoadedRules loaded{load_rules(paths, true, {.compile = {}, .any_index = options.any_index}), false};
  std::size_t errors = 0;
  for (const eql::Diagnostic& diagnostic : loaded.set.diagnostics) {
    if (diagnostic.severity != eql::Severity::error || eql::is_unsupported(diagnostic.code)) continue;
    ++errors;
    note(eql::render(diagnostic));
  }
  if (errors != 0) {
    loaded.wrong = true;
    note(fmt::format("{} in the rules; the rules without errors run", errors == 1 ? "1 error" : fmt::format("{} errors", errors)));
  }
  if (!options.quiet && (loaded.set.unsupported != 0 || !loaded.set.not_applicable.empty())) {
    note(fmt::format(
        "{} rules run; {} are of another dialect, {} are not applicable (other languages; `stemma rules check` names them)",
        loaded.set.rules.size(), loaded.set.unsupported, loaded.set.not_applicable.size()));
  }
  return loaded;
}

}  // namespace stemma
