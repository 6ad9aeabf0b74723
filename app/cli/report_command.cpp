// `stemma report`: the incident as a file to hand over.
#include <filesystem>

#include "app/cli/case_option.hpp"
#include "app/cli/document_output.hpp"
#include "app/cli/rule_options.hpp"
#include "reports/document_formats.hpp"

namespace stemma {
namespace {

// The format that the name of the output file asks for; HTML where it does not.
std::string format_of(const DocumentOrder& options) {
  if (!options.format.empty()) return options.format;
  const std::string extension = std::filesystem::path(options.output).extension().string();
  if (extension == ".md") return "md";
  if (extension == ".json") return "json";
  return "html";
}

}  // namespace

void add_report_command(CLI::App& app, Run& run) {
  auto options = std::make_shared<DocumentOrder>();
  options->command = "report";
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
  command->callback([options, &run] { run = [options] { return write_document(*options, format_of(*options)); }; });
}

}  // namespace stemma
