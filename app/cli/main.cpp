// `stemma`: the command line.
#include <csignal>
#include <exception>
#include <new>

#include "app/cli/command.hpp"

int main(int argc, char** argv) {
  using namespace stemma;
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is told by write, not by a signal
  CLI::App app{"Stemma rebuilds who started whom from Windows and Linux logs, offline, and finds the children of remote-execution scripts."};
  app.name("stemma");
  app.set_version_flag("--version", "stemma " STEMMA_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  stemma scan /cases/17                      findings of a collection, as a table\n"
      "  stemma scan /cases/17 --format jsonl       the same, one ECS document a line\n"
      "  stemma runs /cases/17                      remote-execution runs: who ordered what\n"
      "  stemma report /cases/17 -o case-17.html    a report to hand over\n"
      "  stemma tree /cases/17 --host web01         its process tree\n"
      "  stemma evidence /cases/17                  what could be read and what not\n\n"
      "Exit codes: 0 done; 1 could not do it; 2 bad usage or bad rule; 3 done, but some evidence could not be read.");
  Run run;
  add_scan_command(app, run);
  add_runs_command(app, run);
  add_report_command(app, run);
  add_tree_command(app, run);
  add_verify_command(app, run);
  add_timeline_command(app, run);
  add_events_command(app, run);
  add_query_command(app, run);
  add_rules_command(app, run);
  add_evidence_command(app, run);
  add_case_command(app, run);
  add_completion_command(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? static_cast<int>(ExitCode::done) : static_cast<int>(ExitCode::bad_usage);
  }
  try {
    return static_cast<int>(run());
  } catch (const std::bad_alloc&) {
    note("out of memory");
  } catch (const std::exception& error) {
    note(error.what());
  }
  return static_cast<int>(ExitCode::failed);
}
