#include "tests/support/samples/truth.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <tuple>

namespace stemma::samples {

namespace {

struct RuleName {
  Rule rule;
  std::string_view id;
  std::string_view file;
};

constexpr RuleName kRules[kRuleCount] = {
    {Rule::published, "cb9554e8-9f31-41a8-b4f5-d82144e6dc33", "azure_run_command_child.toml"},
    {Rule::script_number, "f8c2c7b2-6d52-4c0e-9d7e-0f7c1a6b3e51",
     "azure_run_command_script_number.toml"},
    {Rule::parameters, "3b0d5c2a-8b5f-4b57-9b0c-52f0a3d7e9c4", "azure_run_command_parameters.toml"},
    {Rule::other_spelling, "6e1f0a94-3c7d-4f0e-8a55-7d9b4c2e6f18",
     "azure_run_command_other_spelling.toml"},
    {Rule::pwsh, "a4d1e7f3-52c6-4b8a-9f3d-1c0b8e6a7d25", "azure_run_command_pwsh.toml"},
    {Rule::other_interpreter, "52f8d3a6-0c1e-47b9-9d2a-e4b6f7a8c031",
     "azure_run_command_interpreter_linux.toml"},
    {Rule::managed_windows, "d90b3f6e-1f4a-4a6c-8c4f-6b2e5d7a9013",
     "azure_managed_run_command_windows.toml"},
    {Rule::managed_linux, "7c5a2b1d-9e38-4d64-b0f7-2a8c6e4f1d90",
     "azure_managed_run_command_linux.toml"},
    {Rule::managed_runas, "1e9c4d70-5b2f-4e83-a6d1-8f3b7c0e2a46",
     "azure_managed_run_command_runas_linux.toml"},
    {Rule::descendant, "b7e2a5c9-4f60-4d1b-8e97-3d5c0a1f6b82", "azure_run_command_descendant.toml"},
};

nlohmann::ordered_json start_json(const Start& start) {
  nlohmann::ordered_json out;
  out["host"] = start.host;
  out["pid"] = start.pid;
  out["executable"] = start.executable;
  out["command_line"] = start.command_line;
  out["parent_command_line"] = start.parent_command_line;
  out["time"] = format_time(start.time, start.time_digits);
  out["sources"] = start.sources;
  return out;
}

}  // namespace

std::string_view rule_id(Rule rule) {
  for (const RuleName& each : kRules)
    if (each.rule == rule) return each.id;
  throw std::logic_error("rule without id");
}

std::string_view rule_file(Rule rule) {
  for (const RuleName& each : kRules)
    if (each.rule == rule) return each.file;
  throw std::logic_error("rule without file");
}

void Truth::scene(std::string host, std::string name, std::string what_happens) {
  scenes_.push_back({std::move(host), std::move(name), std::move(what_happens)});
}

void Truth::must(Rule rule, const Start& start, std::string why) {
  expected_.push_back({scenes_.size() - 1, rule, start, std::move(why)});
}

void Truth::quiet(const Start& start, std::string why) {
  quiet_.push_back({scenes_.size() - 1, Rule::published, start, std::move(why)});
}

void Truth::near(Rule rule, const Start& start, std::string clause, std::string saw,
                 std::string why, bool listed) {
  near_.push_back({{scenes_.size() - 1, rule, start, std::move(why)},
                   std::move(clause),
                   std::move(saw),
                   listed});
}

void Truth::blind(Rule rule, std::string host, std::string reason, std::string why,
                  std::string at) {
  blind_.push_back({rule, std::move(host), std::move(reason), std::move(why), std::move(at)});
}

RunTruth& Truth::run(RunTruth run) {
  runs_.push_back(std::move(run));
  return runs_.back();
}

void Truth::operation(OperationTruth operation) {
  operations_.push_back(std::move(operation));
}

void Truth::tree(std::string host, std::string text) {
  trees_.emplace(std::move(host), std::move(text));
}

std::string Truth::json() const {
  nlohmann::ordered_json out;
  out["about"] =
      "Expected findings, written with the story and not by running Stemma. A rule's list is "
      "complete: any other finding of it is "
      "wrong. Times are Sysmon's UtcTime where Sysmon saw the start, else the time of the record.";

  nlohmann::ordered_json scenes = nlohmann::ordered_json::array();
  for (const Scene& each : scenes_)
    scenes.push_back({{"host", each.host}, {"scene", each.name}, {"what_happens", each.what}});
  out["scenes"] = std::move(scenes);

  nlohmann::ordered_json rules = nlohmann::ordered_json::array();
  for (const RuleName& rule : kRules) {
    std::vector<const Said*> said;
    for (const Said& each : expected_)
      if (each.rule == rule.rule) said.push_back(&each);
    std::stable_sort(said.begin(), said.end(), [](const Said* a, const Said* b) {
      return std::tie(a->start.time, a->start.host) < std::tie(b->start.time, b->start.host);
    });
    nlohmann::ordered_json findings = nlohmann::ordered_json::array();
    for (const Said* each : said) {
      nlohmann::ordered_json finding = start_json(each->start);
      finding["scene"] = scenes_[each->scene].name;
      finding["why"] = each->why;
      findings.push_back(std::move(finding));
    }
    rules.push_back({{"rule_id", rule.id}, {"file", rule.file}, {"findings", std::move(findings)}});
  }
  out["rules"] = std::move(rules);

  nlohmann::ordered_json quiet = nlohmann::ordered_json::array();
  for (const Said& each : quiet_) {
    nlohmann::ordered_json one = start_json(each.start);
    one["scene"] = scenes_[each.scene].name;
    one["why_not"] = each.why;
    quiet.push_back(std::move(one));
  }
  out["quiet"] = std::move(quiet);

  nlohmann::ordered_json near = nlohmann::ordered_json::array();
  for (const Near& each : near_) {
    nlohmann::ordered_json one;
    one["rule_id"] = rule_id(each.said.rule);
    one["host"] = each.said.start.host;
    one["pid"] = each.said.start.pid;
    one["time"] = format_time(each.said.start.time, each.said.start.time_digits);
    one["clause"] = each.clause;
    one["saw"] = each.saw.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(each.saw);
    one["listed"] = each.listed;
    one["scene"] = scenes_[each.said.scene].name;
    one["why"] = each.said.why;
    near.push_back(std::move(one));
  }
  out["near_misses"] = std::move(near);
  nlohmann::ordered_json coverage = nlohmann::ordered_json::array();
  for (const Blind& each : blind_) {
    nlohmann::ordered_json one;
    one["host"] = each.host;
    one["rule_id"] = rule_id(each.rule);
    one["reason"] = each.reason;
    if (!each.at.empty()) one["at"] = each.at;
    one["why"] = each.why;
    coverage.push_back(std::move(one));
  }
  out["coverage"] = std::move(coverage);
  nlohmann::ordered_json runs = nlohmann::ordered_json::array();
  for (const RunTruth& each : runs_) {
    nlohmann::ordered_json one;
    one["host"] = each.host;
    one["channel"] = each.channel;
    if (!each.name.empty()) one["name"] = each.name;
    one["sequence"] = each.sequence;
    if (!each.mode.empty()) one["mode"] = each.mode;
    one["start"] = each.start;
    one["grade"] = each.grade;
    one["script"] = each.script;
    one["processes"] = each.processes;
    if (!each.caller.empty()) one["caller"] = each.caller;
    if (!each.basis.empty()) one["joined_by"] = each.basis;
    one["why"] = each.why;
    runs.push_back(std::move(one));
  }
  out["runs"] = std::move(runs);
  nlohmann::ordered_json operations = nlohmann::ordered_json::array();
  for (const OperationTruth& each : operations_)
    operations.push_back({{"id", each.id},
                          {"machine", each.machine},
                          {"caller", each.caller},
                          {"reason", each.reason},
                          {"why", each.why}});
  out["operations_without_run"] = std::move(operations);
  return out.dump(1) + '\n';
}

}  // namespace stemma::samples
