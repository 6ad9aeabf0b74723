#include "app/cli/document_output.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "app/cli/case_option.hpp"
#include "app/cli/rule_options.hpp"
#include "app/session/detect.hpp"
#include "app/session/document.hpp"
#include "app/session/except.hpp"
#include "app/session/incident.hpp"
#include "detection/invocations/secret_findings.hpp"
#include "events/text.hpp"
#include "reports/document_formats.hpp"
#include "reports/html_report.hpp"

namespace stemma {
namespace {

// A skeleton is a page, not a book.
constexpr std::uintmax_t kMaxSkeleton = 8u << 20;

// What was asked for, without what does not change the result.
std::string asked_for(const DocumentOrder& options) {
  std::string text = "stemma " + options.command;
  for (const std::string& path : options.paths) text += " " + path;
  for (const std::string& rules : options.rules) text += " --rules " + rules;
  for (const std::string& channels : options.channels) text += " --channels " + channels;
  for (const std::string& exceptions : options.exceptions) text += " --exceptions " + exceptions;
  for (const std::string& automation : options.automation) text += " --automation " + automation;
  if (options.any_index) text += " --any-index";
  if (!options.nulls.empty()) text += " --nulls " + options.nulls;
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
std::optional<std::string> skeleton_of(const DocumentOrder& options) {
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

}  // namespace

ExitCode write_document(const DocumentOrder& options, std::string_view format) {
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

  place_case(options, *session, with_secrets(detection.findings, incident), incident.invocations, open_case);

  DocumentOptions document_options;
  document_options.annotations = open_case.placed;
  document_options.artifact_digests = open_case.digests;
  document_options.notes = open_case.sentences;
  document_options.title = options.title;
  document_options.version = STEMMA_VERSION;
  document_options.command_line = asked_for(options);
  if (options.created) document_options.created = now();
  document_options.secrets = options.secrets();
  document_options.eval = {nulls_of(options)};
  for (std::string& line : excepted_lines(exceptions.set, excepted)) document_options.notes.push_back(std::move(line));
  const IncidentDocument document = make_document(*session, rules.set, channels.set, detection, incident, document_options);
  bar.stop();
  std::string text;
  append_document(document, format, *skeleton, text);
  output.write(text);
  if (!options.quiet) note_automation(incident);
  return finish(options, *session, output, rules.wrong || exceptions.wrong || channels.wrong || automation.wrong);
}

}  // namespace stemma
