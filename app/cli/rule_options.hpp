// Which rules a command runs: the ones that ship, and the analyst's own.
#pragma once

#include "app/cli/command.hpp"
#include "detection/channels/load.hpp"
#include "detection/invocations/automation.hpp"
#include "detection/rules/exceptions.hpp"
#include "detection/rules/rule.hpp"

namespace stemma {

/// Adds --nulls: what a clause about an absent field is.
void add_nulls_option(CLI::App& command, Options& options);
eql::EvalOptions::Nulls nulls_of(const Options& options);

/// Adds --rules.
void add_rule_options(CLI::App& command, Options& options);

/// Adds --channels.
void add_channel_options(CLI::App& command, Options& options);

struct LoadedChannelSet {
  ChannelSet set;
  bool wrong = false;  ///< a channel of the analyst's is wrong: the others serve, and the exit code says so
};

/// The shipped channels and those of --channels. Problems go to standard error.
LoadedChannelSet load_channel_set(const Options& options);

struct LoadedRules {
  RuleSet set;
  bool wrong = false;  ///< a rule of the analyst's is wrong: the others run, and the exit code says so
};

/// Adds --exceptions.
void add_exception_options(CLI::App& command, Options& options);

struct LoadedExceptions {
  RuleExceptions set;
  bool wrong = false;  ///< an exception is wrong: the others apply, and the exit code says so
};

/// Those of --exceptions, judged by today's date in UTC. Problems go to standard error.
LoadedExceptions load_exception_set(const Options& options, const RuleSet& rules);

/// Adds --automation.
void add_automation_option(CLI::App& command, Options& options);

struct LoadedAutomation {
  Automation set;
  bool wrong = false;  ///< an entry is wrong: the others count, and the exit code says so
};

/// That of --automation, judged by today's date in UTC. Problems go to standard error.
LoadedAutomation load_automation_set(const Options& options);

/// Tells of every entry how many runs it covers: one that covers none may be wrong, or out of date.
void note_automation(const Incident& incident);

/// The shipped rules and those of --rules. Problems go to standard error.
LoadedRules load_rule_set(const Options& options);

}  // namespace stemma
