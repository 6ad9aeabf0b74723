// What every command of `stemma` shares: the evidence it opens, the span of time it looks at, where its output goes.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/exit_code.hpp"
#include "app/cli/progress_bar.hpp"
#include "app/cli/terminal.hpp"
#include "app/session/session.hpp"
#include "reports/redaction.hpp"

namespace stemma {

/// Options given to a command. Each command has its own copy, which lives as long as the program.
struct Options {
  std::vector<std::string> paths;
  std::vector<std::string> rules;
  std::vector<std::string> exceptions;
  std::vector<std::string> automation;
  std::vector<std::string> channels;
  std::string from, to;
  std::string host;
  std::string format;
  std::string output;
  unsigned threads = 0;
  std::string memory;
  std::string evtx_reader;
  bool any_index = false;
  std::string nulls;
  std::string case_file;
  bool quiet = false;
  bool coverage = false;
  bool show_secrets = false;

  [[nodiscard]] Secrets secrets() const { return show_secrets ? Secrets::shown : Secrets::redacted; }
};

/// What a command does once its options are read.
using Run = std::function<ExitCode()>;

/// Adds PATH…, --threads, --memory, --evtx-reader, --show-secrets, -o, --quiet.
void add_evidence_options(CLI::App& command, Options& options);
/// Adds --from, --to, --host.
void add_window_options(CLI::App& command, Options& options);

/// The span of time and the host that a command looks at.
struct Window {
  std::optional<Timestamp> from;  ///< first instant that counts
  std::optional<Timestamp> to;    ///< first instant that counts no more
  HostId host;                    ///< none: all
  bool no_such_host = false;

  [[nodiscard]] bool holds(const CaseSnapshot& snapshot, EventId id) const;
};

/// Reads --from, --to and --host. Empty with a message on standard error where they are wrong. A date alone is its first instant for
/// --from, and its last for --to.
std::optional<Window> window_of(const Options& options, const CaseSnapshot& snapshot);

/// Opens the evidence with a progress bar. Empty, with a message, where nothing given exists, or where --memory does not suffice.
std::unique_ptr<Session> open_session(const Options& options, ProgressBar& bar);

/// Ends a command: output put in its place, notes about refused evidence, the exit code. A wrong rule weighs more than refused evidence.
ExitCode finish(const Options& options, const Session& session, Output& output, bool wrong_rule = false);

// The commands. Each adds itself to `app` and says through `run` what is to be done when it was chosen.
void add_scan_command(CLI::App& app, Run& run);
void add_report_command(CLI::App& app, Run& run);
void add_runs_command(CLI::App& app, Run& run);
void add_tree_command(CLI::App& app, Run& run);
void add_verify_command(CLI::App& app, Run& run);
void add_timeline_command(CLI::App& app, Run& run);
void add_events_command(CLI::App& app, Run& run);
void add_query_command(CLI::App& app, Run& run);
void add_rules_command(CLI::App& app, Run& run);
void add_evidence_command(CLI::App& app, Run& run);
void add_case_command(CLI::App& app, Run& run);
void add_completion_command(CLI::App& app, Run& run);

}  // namespace stemma
