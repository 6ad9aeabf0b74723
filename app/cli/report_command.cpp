// `stemma report`: the incident as a file to hand over.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "app/cli/case_option.hpp"
#include "app/cli/command.hpp"
#include "app/cli/rule_options.hpp"
#include "app/session/detect.hpp"
#include "app/session/document.hpp"
#include "app/session/except.hpp"
#include "app/session/incident.hpp"
#include "events/text.hpp"
#include "reports/document_formats.hpp"
#include "reports/html_report.hpp"

namespace stemma {
namespace {

// A skeleton is a page, not a book.
constexpr std::uintmax_t kMaxSkeleton = 8u << 20;

struct ReportOptions : Options {
  std::string skeleton, title;
  bool created = false;
  bool all_channels = false;
};

// The format that the name of the output file asks for; HTML where it does not.
std::string format_of(const ReportOptions& options) {
  if (!options.format.empty()) return options.format;
  const std::string extension = std::filesystem::path(options.output).extension().string();
  if (extension == ".md") return "md";
  if (extension == ".json") return "json";
  return "html";
}

// What was asked for, without what does not change the result.
std::string asked_for(const ReportOptions& options) {
  std::string text = "stemma report";
  for (const std::string& path : options.paths) text += " " + path;
  for (const std::string& rules : options.rules) text += " --rules " + rules;
  for (const std::string& channels : options.channels) text += " --channels " + channels;
  for (const std::string& exceptions : options.exceptions) text += " --exceptions " + exceptions;
  for (const std::string& automation : options.automation) text += " --automation " + automation;
  if (options.all_channels) text += " --all-channels";
  if (!options.case_file.empty()) text += " --case " + options.case_file;
  if (options.show_secrets) text += " --show-secrets";
  return text;
}

std::string now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return format_time(Timestamp{std::chrono::duration_cast<std::chrono::nanoseconds>(since).count()}, 0);
}

// The skeleton of --template; empty, with a message, where it is no good.
std::optional<std::string> skeleton_of(const ReportOptions& options) {
  if (options.skeleton.empty()) return std::string(html_skeleton());
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(options.skeleton, error);
  std::ifstream in(options.skeleton, std::ios::binary);
  if (error || !in || size > kMaxSkeleton) {
    note(fmt::format("--template: {} cannot be read", visible(options.skeleton)));
    return std::nullopt;
  }
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::string wrong = check_skeleton(text);
  if (!wrong.empty()) {
    note(fmt::format("--template: {}: {}", visible(options.skeleton), wrong));
    return std::nullopt;
  }
  return text;
}

ExitCode write_report(const ReportOptions& options) {
  const std::optional<std::string> skeleton = skeleton_of(options);
  if (!skeleton) return ExitCode::bad_usage;
  Output output(options.output);
  if (!output.error().empty()) {
    note(output.error());
    return ExitCode::failed;
  }
  LoadedRules rules = load_rule_set(options);
  const LoadedExceptions exceptions = load_exception_set(options, rules.set);
  const LoadedChannelSet channels = load_channel_set(options);
  const LoadedAutomation automation = load_automation_set(options);
  OpenCase open_case;
  if (!read_case(options, open_case)) return ExitCode::failed;
  ProgressBar bar(!options.quiet);
  const auto session = open_session(options, bar);
  if (!session) return ExitCode::failed;
  Detection detection = detect(*session, rules.set, &bar.progress(), {.nulls = nulls_of(options)});
  const std::vector<ExceptedFinding> excepted = take_excepted(*session, rules.set, exceptions.set, {nulls_of(options)}, detection.findings);
  IncidentOptions incident_options;
  incident_options.all_channels = options.all_channels;
  incident_options.automation = &automation.set;
  const Incident incident = build_incident(*session, channels.set, detection.findings, incident_options);

  place_case(options, *session, detection.findings, incident.invocations, open_case);

  DocumentOptions document_options;
  document_options.annotations = open_case.placed;
  document_options.artifact_digests = open_case.digests;
  document_options.notes = open_case.sentences;
  document_options.title = options.title;
  document_options.version = STEMMA_VERSION;
  document_options.command_line = asked_for(options);
  if (options.created) document_options.created = now();
  document_options.secrets = options.secrets();
  std::vector<std::size_t> counts(exceptions.set.list.size(), 0);
  for (const ExceptedFinding& one : excepted) ++counts[one.exception];
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const RuleException& exception = exceptions.set.list[i];
    document_options.notes.push_back(fmt::format("{} findings set aside by an exception: {} ({}, until {}).", counts[i], exception.reason, exception.owner, exception.expires));
  }
  const IncidentDocument document = make_document(*session, rules.set, channels.set, detection, incident, document_options);
  bar.stop();
  std::string text;
  append_document(document, format_of(options), *skeleton, text);
  output.write(text);
  if (!options.quiet) note_automation(incident);
  return finish(options, *session, output, rules.wrong || exceptions.wrong || channels.wrong || automation.wrong);
}

}  // namespace

void add_report_command(CLI::App& app, Run& run) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* command = app.add_subcommand("report", "Write the incident as a report to hand over: HTML, Markdown, or data for other tools");
  add_evidence_options(*command, *options);
  add_rule_options(*command, *options);
  add_channel_options(*command, *options);
  add_nulls_option(*command, *options);
  add_exception_options(*command, *options);
  add_automation_option(*command, *options);
  add_case_option(*command, *options);
  std::vector<std::string> names;
  for (const DocumentFormat& format : document_formats()) names.emplace_back(format.name);
  std::string described = "By the output's name, else html:";
  for (const std::string& name : names) described += " " + name;
  command->add_option("--format", options->format, described)->check(CLI::IsMember(names))->type_name("FORMAT");
  command->add_option("--template", options->skeleton, "A skeleton of the HTML page of your own, with the placeholders of the one that ships")
      ->type_name("FILE");
  command->add_option("--title", options->title, "The report's title");
  command->add_flag("--created", options->created, "Say when the report was written; without it equal evidence gives equal bytes");
  command->add_flag("--all-channels", options->all_channels, "Also runs of channels that start processes all day: WMI, scheduled tasks");
  command->footer("Examples:\n  stemma report /cases/17 -o case-17.html\n  stemma report /cases/17 -o case-17.md --title 'Case 17'\n  stemma report /cases/17 --format stix -o case-17.stix.json");
  command->callback([options, &run] { run = [options] { return write_report(*options); }; });
}

}  // namespace stemma
