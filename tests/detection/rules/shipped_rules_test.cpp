// The rules that ship, each against the process starts it is for and against its nearest
// neighbours. Which rules fire is asserted as a whole list, so a rule that fires beside its purpose
// fails the test.
#include <gtest/gtest.h>

#include <algorithm>

#include "detection/match/matcher.hpp"
#include "detection/rules/rule.hpp"
#include "tests/detection/eql/event_text.hpp"

namespace stemma {
namespace {

const RuleSet& shipped() {
  static const RuleSet set = load_rules({}, true);
  return set;
}

// Names (of files, without the common beginning) of the rules that match, in order.
std::string firing(std::vector<test::FieldData> fields) {
  fields.emplace_back("event.category", "process");
  fields.emplace_back("event.type", "start");
  const test::TestEvent event(fields);
  const Matcher matcher(shipped().programs());
  MatchWorker worker(matcher);
  std::vector<Match> matches;
  worker.consider(EventId{1}, event.view(), matches);
  std::string out;
  for (const Match& match : matches) {
    std::string name = shipped().rules[match.rule].path;
    name = name.substr(std::string("shipped/azure_").size());
    out += name.substr(0, name.size() - 5) + " ";
  }
  if (!out.empty()) out.pop_back();
  return out;
}

std::string windows(const char* parent, const char* command_line) {
  return firing({{"process.parent.name", parent}, {"process.parent.command_line", command_line}});
}

std::string unix_parent(const char* parent, std::initializer_list<const char*> args) {
  return firing({{"process.parent.name", parent}, {"process.parent.args", args}});
}

TEST(ShippedRules, AllLoadWithoutAWord) {
  EXPECT_EQ(test::all_text(shipped().diagnostics), "");
  std::vector<std::string> names;
  for (const Rule& rule : shipped().rules) names.push_back(rule.path + " | " + rule.name);
  EXPECT_EQ(
      names,
      (std::vector<std::string>{
          "shipped/azure_managed_run_command_linux.toml | Azure Managed Run Command Child Process "
          "on Linux",
          "shipped/azure_managed_run_command_runas_linux.toml | Azure Managed Run Command Child "
          "Process as Another User on Linux",
          "shipped/azure_managed_run_command_windows.toml | Azure Managed Run Command Child "
          "Process on Windows",
          "shipped/azure_run_command_child.toml | Azure Run Command Script Child Process",
          "shipped/azure_run_command_descendant.toml | Azure Run Command Script Descendant Process",
          "shipped/azure_run_command_interpreter_linux.toml | Azure Run Command Child Process, "
          "Interpreter Other Than a Shell",
          "shipped/azure_run_command_other_spelling.toml | Azure Run Command Child Process, "
          "Command Line Spelled Otherwise",
          "shipped/azure_run_command_parameters.toml | Azure Run Command Child Process, Script "
          "with Parameters",
          "shipped/azure_run_command_pwsh.toml | Azure Run Command Child Process, PowerShell 7",
          "shipped/azure_run_command_script_number.toml | Azure Run Command Child Process, Script "
          "Number of Two or More Digits",
      }));
}

TEST(ShippedRules, TheStrictRuleCarriesThePublishedFacts) {
  const Rule* rule = shipped().find("cb9554e8-9f31-41a8-b4f5-d82144e6dc33");
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->severity, "medium");
  EXPECT_EQ(rule->risk_score, 47);
  EXPECT_EQ(rule->index, (std::vector<std::string>{"logs-endpoint.events.process*",
                                                   "logs-windows.sysmon_operational-*"}));
  ASSERT_EQ(rule->threats.size(), 1u);
  EXPECT_EQ(rule->threats[0].tactic_id, "TA0002");
  std::vector<std::string> techniques;
  for (const ThreatTechnique& technique : rule->threats[0].techniques)
    techniques.push_back(technique.id);
  EXPECT_EQ(techniques, (std::vector<std::string>{"T1059", "T1059.001", "T1059.004", "T1651"}));
}

TEST(ShippedRules, EveryRuleSaysWhatItIsAndWhatElseItMeets) {
  for (const Rule& rule : shipped().rules) {
    EXPECT_GT(rule.description.size(), 200u) << rule.path;
    EXPECT_GE(rule.false_positives.size(), 2u) << rule.path;
    EXPECT_FALSE(rule.references.empty()) << rule.path;
    EXPECT_FALSE(rule.threats.empty()) << rule.path;
    EXPECT_EQ(rule.id.size(), 36u) << rule.path;
    EXPECT_TRUE(rule.shipped);
  }
}

// --- the strict rule, to the letter

TEST(StrictRule, MatchesTheTwoBlanksAndOneCharacterOnly) {
  EXPECT_EQ(
      windows("powershell.exe", "powershell  -ExecutionPolicy Unrestricted -File script3.ps1"),
      "run_command_child");
  EXPECT_EQ(
      windows("powershell.exe", "powershell  -ExecutionPolicy Unrestricted -File scripté.ps1"),
      "run_command_child");
  EXPECT_EQ(windows("powershell.exe", "powershell -ExecutionPolicy Unrestricted -File script3.ps1"),
            "run_command_other_spelling");
  EXPECT_EQ(windows("powershell.exe", "powershell  -ExecutionPolicy Unrestricted -File script.ps1"),
            "");
  EXPECT_EQ(
      windows("powershell.exe", "powershell  -ExecutionPolicy Unrestricted -File script10.ps1"),
      "run_command_script_number");
  EXPECT_EQ(
      windows("PowerShell.exe", "powershell  -ExecutionPolicy Unrestricted -File script3.ps1"),
      "run_command_other_spelling");
  EXPECT_EQ(
      windows("powershell.exe", "powershell  -ExecutionPolicy unrestricted -File script3.ps1"),
      "run_command_other_spelling");
}

TEST(StrictRule, MatchesAnyOneOfTheParentsArguments) {
  EXPECT_EQ(unix_parent("dash", {"/bin/sh", "/var/lib/waagent/run-command/download/12/script.sh"}),
            "run_command_child");
  EXPECT_EQ(
      unix_parent("sh", {"/bin/sh", "-c", "/var/lib/waagent/run-command/download/0/script.sh"}),
      "run_command_child");
  EXPECT_EQ(unix_parent("busybox", {"sh", "/var/lib/waagent/run-command/download/a/b/script.sh"}),
            "run_command_child");
  EXPECT_EQ(unix_parent("bash", {"/bin/bash", "/var/lib/waagent/run-command/download/script.sh"}),
            "");
  EXPECT_EQ(unix_parent("bash", {"/bin/bash", "/var/lib/waagent/Run-command/download/1/script.sh"}),
            "");
  EXPECT_EQ(unix_parent("bash", {"bash", "/opt/script.sh"}), "");
}

TEST(StrictRule, NeedsAProcessStart) {
  const Rule& rule = *shipped().find("cb9554e8-9f31-41a8-b4f5-d82144e6dc33");
  const auto runs = [&](const char* category, const char* type) {
    return test::run(
        rule.query,
        test::TestEvent({{"event.category", category},
                         {"event.type", type},
                         {"process.parent.name", "sh"},
                         {"process.parent.args",
                          {"sh", "/var/lib/waagent/run-command/download/1/script.sh"}}}));
  };
  EXPECT_TRUE(runs("process", "start"));
  EXPECT_TRUE(runs("process", "process_started"));
  EXPECT_FALSE(runs("process", "end"));
  EXPECT_FALSE(runs("file", "start"));
}

// --- what it leaves out

TEST(ShippedRules, ScriptNumbers) {
  EXPECT_EQ(windows("powershell.exe",
                    "powershell  -ExecutionPolicy Unrestricted -File script123456789.ps1"),
            "run_command_script_number");
  EXPECT_EQ(
      windows("powershell.exe", "powershell  -ExecutionPolicy Unrestricted -File script1a.ps1"),
      "");
}

TEST(ShippedRules, Parameters) {
  EXPECT_EQ(windows("powershell.exe",
                    "powershell  -ExecutionPolicy Unrestricted -File script3.ps1 -user x"),
            "run_command_parameters");
  EXPECT_EQ(
      windows("powershell.exe", "powershell  -ExecutionPolicy Unrestricted -File script33.ps1 a"),
      "run_command_parameters");
  EXPECT_EQ(unix_parent("bash", {"/bin/sh", "-c",
                                 "/var/lib/waagent/run-command/download/4/script.sh one two"}),
            "run_command_parameters");
  EXPECT_EQ(
      unix_parent("bash", {"/bin/sh", "/var/lib/waagent/run-command/download/4/script.sh", "one"}),
      "run_command_child");
}

TEST(ShippedRules, OtherSpellings) {
  for (const char* line : {
           "powershell.exe -ExecutionPolicy Unrestricted -File script3.ps1",
           "\"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe\"  -ExecutionPolicy "
           "Unrestricted -File script12.ps1",
           "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\PowerShell.exe -NoProfile -ep "
           "unrestricted -f script12.ps1 x",
           "powershell   -ExecutionPolicy   Unrestricted   -File   \"script3.ps1\"",
           "powershell -ex:Unrestricted /file "
           "C:\\Packages\\Plugins\\x\\1.1.5\\Downloads\\script0.ps1",
           "powershell -ExecutionPolicy 'Unrestricted' -File .\\script3.ps1",
       }) {
    EXPECT_EQ(windows("powershell.exe", line), "run_command_other_spelling") << line;
  }
  for (const char* line : {
           "powershell -ExecutionPolicy Bypass -File script3.ps1",
           "powershell -ExecutionPolicy Unrestricted -File install.ps1",
           "powershell -ExecutionPolicy Unrestricted -File myscript3.ps1",
           "powershell -ExecutionPolicy Unrestricted -Command script3.ps1",
       }) {
    EXPECT_EQ(windows("powershell.exe", line), "") << line;
  }
  EXPECT_EQ(windows("cmd.exe", "powershell -ExecutionPolicy Unrestricted -File script3.ps1"), "");
}

TEST(ShippedRules, PowerShell7) {
  EXPECT_EQ(windows("pwsh.exe",
                    "\"C:\\Program Files\\PowerShell\\7\\pwsh.exe\" -ExecutionPolicy Unrestricted "
                    "-File script3.ps1"),
            "run_command_pwsh");
  EXPECT_EQ(windows("pwsh.exe",
                    "pwsh -File "
                    "C:\\Packages\\Plugins\\Microsoft.CPlat.Core.RunCommandHandlerWindows\\2.0."
                    "8\\Downloads\\job.0\\a.ps1"),
            "run_command_pwsh");
  EXPECT_EQ(windows("pwsh.exe", "pwsh -File C:\\scripts\\script3.ps1"), "");
}

TEST(ShippedRules, ManagedOnWindows) {
  EXPECT_EQ(firing({{"process.parent.name", "runcommandhandler.exe"},
                    {"process.parent.executable",
                     "C:\\Packages\\Plugins\\Microsoft.CPlat.Core.RunCommandHandlerWindows\\2.0."
                     "8\\bin\\x.exe"}}),
            "managed_run_command_windows");
  EXPECT_EQ(windows("powershell.exe",
                    "powershell -File "
                    "\"C:\\Packages\\Plugins\\Microsoft.CPlat.Core.RunCommandHandlerWindows\\2.0."
                    "8\\Downloads\\job.0.ps1\""),
            "managed_run_command_windows");
  EXPECT_EQ(
      firing(
          {{"process.parent.executable",
            "C:\\Packages\\Plugins\\Microsoft.CPlat.Core.WindowsPatchExtension\\1.5\\bin\\x.exe"}}),
      "");
}

TEST(ShippedRules, ManagedOnLinux) {
  EXPECT_EQ(
      unix_parent("bash", {"/bin/bash", "-c",
                           "/var/lib/waagent/run-command-handler/download/job/0/script.sh a b"}),
      "managed_run_command_linux");
  EXPECT_EQ(
      unix_parent("python3.11",
                  {"python3", "/var/lib/waagent/run-command-handler/download/job/3/setup.py"}),
      "managed_run_command_linux");
  EXPECT_EQ(unix_parent(
                "bash",
                {"bash", "/var/lib/waagent/run-command-handler/immediateDownload/job/0/script.sh"}),
            "managed_run_command_linux");
  EXPECT_EQ(unix_parent("bash", {"/bin/bash", "-c", "ps -o lstart= -p 17"}), "");
  EXPECT_EQ(unix_parent("bash", {"ls", "/var/lib/waagent/run-command-handler/download/"}), "");
}

TEST(ShippedRules, ManagedAsAnotherUser) {
  EXPECT_EQ(
      unix_parent("bash", {"/bin/bash",
                           "/home/eve/waagent/run-command-handler-runas/download/job/0/script.sh"}),
      "managed_run_command_runas_linux");
  EXPECT_EQ(
      unix_parent("bash", {"/bin/bash", "-c",
                           "echo Secret1 | sudo -S -u eve "
                           "/home/eve/waagent/run-command-handler-runas/download/job/0/script.sh"}),
      "managed_run_command_runas_linux");
}

TEST(ShippedRules, OtherInterpreters) {
  EXPECT_EQ(
      unix_parent("python3.11", {"python3", "/var/lib/waagent/run-command/download/2/script.sh"}),
      "run_command_interpreter_linux");
  EXPECT_EQ(unix_parent("env", {"/usr/bin/env", "perl",
                                "/var/lib/waagent/run-command/download/2/script.sh"}),
            "run_command_interpreter_linux");
  EXPECT_EQ(firing({{"process.parent.args",
                     {"sh", "/var/lib/waagent/run-command/download/2/script.sh"}}}),
            "run_command_interpreter_linux");
}

// --- lineage: a chain of processes, each event the child of the one before

class Chain : public eql::LineageOracle {
 public:
  // Answers over a straight line: event n is the child of event n-1.
  explicit Chain(const std::vector<SubqueryMatch>& matched) : matched_(matched) {}
  bool has_ancestor_matching(EventId event, std::uint32_t subquery) const override {
    return std::any_of(matched_.begin(), matched_.end(), [&](const SubqueryMatch& m) {
      return m.subquery == subquery && m.event < event;
    });
  }
  bool has_parent_matching(EventId event, std::uint32_t subquery) const override {
    return std::any_of(matched_.begin(), matched_.end(), [&](const SubqueryMatch& m) {
      return m.subquery == subquery && m.event.value + 1 == event.value;
    });
  }

 private:
  const std::vector<SubqueryMatch>& matched_;
};

TEST(ShippedRules, DescendantsButNotChildren) {
  const auto start = [](const char* name, const char* line,
                        std::initializer_list<const char*> args) {
    return std::make_unique<test::TestEvent>(
        std::vector<test::FieldData>{{"event.category", "process"},
                                     {"event.type", "start"},
                                     {"process.name", name},
                                     {"process.command_line", line},
                                     {"process.args", args}});
  };
  std::vector<std::unique_ptr<test::TestEvent>> line;
  line.push_back(start("run-command-extension", "run-command-extension enable",
                       {"run-command-extension", "enable"}));
  line.push_back(
      start("dash", "", {"/bin/sh", "-c", "/var/lib/waagent/run-command/download/1/script.sh"}));
  line.push_back(
      start("dash", "", {"/bin/sh", "/var/lib/waagent/run-command/download/1/script.sh"}));
  line.push_back(start("bash", "bash -c x", {"bash", "-c", "x"}));
  line.push_back(start("curl", "curl http://x", {"curl", "http://x"}));
  line.push_back(start("sleep", "sleep 9", {"sleep", "9"}));

  const Matcher matcher(shipped().programs());
  ASSERT_EQ(matcher.subquery_levels(), 1u);
  std::vector<SubqueryMatch> subqueries;
  MatchWorker first(matcher);
  for (std::uint32_t i = 0; i < line.size(); ++i)
    first.consider_subqueries(0, EventId{i + 1}, line[i]->view(), subqueries);
  EXPECT_EQ(subqueries.size(), 4u);  // events 2 and 3, each for `descendant of` and for `child of`
  const Chain chain(subqueries);
  MatchWorker second(matcher, &chain);
  std::vector<Match> matches;
  for (std::uint32_t i = 0; i < line.size(); ++i)
    second.consider(EventId{i + 1}, line[i]->view(), matches);
  std::vector<std::uint32_t> events;
  for (const Match& match : matches) {
    EXPECT_EQ(shipped().rules[match.rule].path, "shipped/azure_run_command_descendant.toml");
    events.push_back(match.event.value);
  }
  EXPECT_EQ(events, (std::vector<std::uint32_t>{5, 6}));
}

}  // namespace
}  // namespace stemma
