// `stemma events`: every event as a normalized ECS document, one a line.
#include <unistd.h>

#include "app/cli/command.hpp"
#include "reports/event_lines.hpp"

namespace stemma {

void add_events_command(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("events", "Print every event as an ECS document, one JSON object a line");
  add_evidence_options(*command, *options);
  add_window_options(*command, *options);
  command->footer(
      "Events come in the order of the evidence: artifact by artifact, record by record.\n"
      "Examples:\n  stemma events /cases/17 > events.ndjson\n  stemma events --host web01 --from 2026-11-20 Security.evtx | jq .process");
  command->callback([options, &run] {
    run = [options] {
      Output output(options->output);
      if (!output.error().empty()) {
        note(output.error());
        return ExitCode::failed;
      }
      ProgressBar bar(!options->quiet && !output.to_terminal());
      const auto session = open_session(*options, bar);
      if (!session) return ExitCode::failed;
      const CaseSnapshot& snapshot = session->snapshot();
      const auto window = window_of(*options, snapshot);
      if (!window) return ExitCode::bad_usage;
      EventSelection selection;
      if (window->from || window->to || !options->host.empty()) {
        selection.accept = [&](EventId id) { return window->holds(snapshot, id); };
      }
      bar.progress().step = "writing";
      bar.progress().bytes_done = 0;
      std::vector<std::unique_ptr<EventLines>> lines;  // one a thread
      for (unsigned i = 0; i < session->threads(); ++i) lines.push_back(std::make_unique<EventLines>(snapshot, options->secrets()));
      session->render_in_order(
          selection, Projection::all(),
          [&](unsigned worker, EventId, Event& event, std::string& out) {
            lines[worker]->append(event, out);
          },
          [&](const std::string& text) { output.write(text); });
      bar.stop();
      return finish(*options, *session, output);
    };
  });
}

}  // namespace stemma
