// `stemma runs`: the runs of remote-execution channels, who ordered them and what came of them.
#include <fmt/format.h>

#include "app/cli/case_option.hpp"
#include "app/cli/command.hpp"
#include "app/cli/rule_options.hpp"
#include "app/session/detect.hpp"
#include "app/session/incident.hpp"
#include "detection/invocations/secret_findings.hpp"
#include "reports/runs_text.hpp"

namespace stemma {

void add_runs_command(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto all = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("runs", "Show the runs of remote-execution channels: who ordered them, what ran, what came of it");
  add_evidence_options(*command, *options);
  add_rule_options(*command, *options);
  add_channel_options(*command, *options);
  add_automation_option(*command, *options);
  add_case_option(*command, *options);
  command->add_flag("--all-channels", *all, "Also channels that start processes all day: WMI, scheduled tasks");
  command->footer("Examples:\n  stemma runs /cases/17\n  stemma runs /cases/17 --channels my-channels/\n  stemma runs /cases/17 --automation known.toml");
  command->callback([options, all, &run] {
    run = [options, all] {
      Output output(options->output);
      if (!output.error().empty()) {
        note(output.error());
        return ExitCode::failed;
      }
      ProgressBar bar(!options->quiet);
      const LoadedRules rules = load_rule_set(*options);
      const LoadedChannelSet channels = load_channel_set(*options);
      const LoadedAutomation automation = load_automation_set(*options);
      OpenCase open_case;
      if (!read_case(*options, open_case)) return ExitCode::failed;
      const auto session = open_session(*options, bar);
      if (!session) return ExitCode::failed;
      const Detection detection = detect(*session, rules.set, &bar.progress());
      IncidentOptions incident_options;
      incident_options.all_channels = *all;
      incident_options.automation = &automation.set;
      const Incident incident = build_incident(*session, channels.set, detection.findings, incident_options);
      bar.stop();
      place_case(*options, *session, with_secrets(detection.findings, incident), incident.invocations, open_case);
      RunsTextOptions text_options;
      text_options.annotations = open_case.placed;
      text_options.secrets = options->secrets();
      text_options.width = output.to_terminal() ? terminal_width() : 0;
      std::string text;
      append_runs(session->snapshot(), incident, text_options, text);
      output.write(text);
      if (!options->quiet) note_automation(incident);
      return finish(*options, *session, output, rules.wrong || channels.wrong || automation.wrong);
    };
  });
}

}  // namespace stemma
