// The runs of the samples are those that the truth tells, each with its grade, script, processes
// and caller, and no other.
#include "app/session/incident.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/session/detect.hpp"
#include "detection/invocations/cloud_join.hpp"

namespace stemma {
namespace {

std::filesystem::path samples() {
  const char* root = std::getenv("STEMMA_ROOT");
  return std::filesystem::path(root == nullptr ? "." : root) / "samples/azure-run-command";
}

Incident incident_of(unsigned threads, bool all = false) {
  SessionOptions options;
  options.threads = threads;
  const auto session = Session::open({samples().string()}, options);
  const RuleSet rules = load_rules({}, true);
  const Detection detection = detect(*session, rules, nullptr);
  const LoadedChannels channels = load_channels({});
  IncidentOptions incident_options;
  incident_options.all_channels = all;
  return build_incident(*session, channels.set, detection.findings, incident_options);
}

const Incident& incident() {
  static const Incident kIncident = incident_of(2);
  return kIncident;
}

nlohmann::json truth() {
  std::ifstream in(samples() / "truth.json");
  return nlohmann::json::parse(in);
}

// One line a run, as far as the truth speaks of it.
std::string line(const nlohmann::json& run) {
  return fmt::format("{} {} {} {} #{} {} {} script {} processes {} caller {} joined by {}",
                     run.at("start").get<std::string>(), run.at("host").get<std::string>(),
                     run.at("channel").get<std::string>(), run.value("name", "-"),
                     run.at("sequence").get<int>(), run.value("mode", "-"),
                     run.at("grade").get<std::string>(), run.at("script").get<std::string>(),
                     run.at("processes").get<std::size_t>(), run.value("caller", "-"),
                     run.value("joined_by", "-"));
}

std::string line(const Incident& of, const Invocation& run) {
  const auto or_dash = [](const std::string& text) { return text.empty() ? "-" : text; };
  std::string caller = "-", basis = "-";
  if (run.operation) {
    caller = of.operations[*run.operation].caller;
    basis = join_basis_name(of.operations[*run.operation].basis);
  }
  return fmt::format("{} {} {} {} #{} {} {} script {} processes {} caller {} joined by {}",
                     format_time(run.start.time, 3), run.host, of.channels.channels[run.channel].id,
                     or_dash(run.name), run.sequence.value_or(0), or_dash(run.mode),
                     confidence_name(run.confidence), script_state_name(run.script.state),
                     run.processes.size(), caller, basis);
}

TEST(Incident, RunsAreThoseOfTheTruthAndNoOther) {
  std::vector<std::string> want, have;
  const nlohmann::json told = truth();
  for (const auto& run : told.at("runs")) want.push_back(line(run));
  for (const Invocation& run : incident().invocations) have.push_back(line(incident(), run));
  std::sort(want.begin(), want.end());
  std::sort(have.begin(), have.end());
  EXPECT_EQ(want, have);
}

TEST(Incident, OperationsWithoutARunAreToldWithTheReason) {
  std::vector<std::string> want, have;
  const nlohmann::json told = truth();
  for (const auto& each : told.at("operations_without_run")) {
    want.push_back(fmt::format(
        "{} {} {} {}", each.at("id").get<std::string>(), each.at("machine").get<std::string>(),
        each.at("caller").get<std::string>(),
        each.at("reason") == "failed"
            ? "the operation failed: the script may not have run at all"
            : fmt::format("no run was seen on a machine called {}: its evidence was not collected, "
                          "or its own name is another",
                          each.at("machine").get<std::string>())));
  }
  for (const CloudOperation& each : incident().operations) {
    if (!each.invocation)
      have.push_back(
          fmt::format("{} {} {} {}", each.id, each.machine, each.caller, each.why_alone));
  }
  std::sort(want.begin(), want.end());
  std::sort(have.begin(), have.end());
  EXPECT_EQ(want, have);
}

TEST(Incident, EveryOperationBelongsToOneRunAtMost) {
  std::vector<int> used(incident().operations.size(), 0);
  for (std::size_t i = 0; i < incident().invocations.size(); ++i) {
    const Invocation& run = incident().invocations[i];
    if (!run.operation) continue;
    EXPECT_EQ(++used[*run.operation], 1);
    EXPECT_EQ(incident().operations[*run.operation].invocation, i);
  }
}

TEST(Incident, AClockThatIsAheadIsEstimatedFromGoalStates) {
  std::vector<std::string> have;
  for (const ClockSkew& skew : incident().skews) {
    if (skew.skew_ns != 0)
      have.push_back(fmt::format("{} {} {}", skew.host, seconds_text(skew.skew_ns), skew.basis));
  }
  EXPECT_EQ(have, (std::vector<std::string>{"vm-lnx02 93 s goal state lines"}));
}

TEST(Incident, ThreadsDoNotShow) {
  const Incident one = incident_of(1);
  ASSERT_EQ(one.invocations.size(), incident().invocations.size());
  for (std::size_t i = 0; i < one.invocations.size(); ++i) {
    EXPECT_EQ(line(one, one.invocations[i]), line(incident(), incident().invocations[i]));
    EXPECT_EQ(one.invocations[i].id, incident().invocations[i].id);
    ASSERT_EQ(one.invocations[i].traces.size(), incident().invocations[i].traces.size());
    for (std::size_t k = 0; k < one.invocations[i].traces.size(); ++k)
      EXPECT_EQ(one.invocations[i].traces[k].text, incident().invocations[i].traces[k].text);
  }
}

TEST(Incident, RoutineChannelsAreCountedAndToldWhereAskedFor) {
  const auto routine = [](const Incident& of) {
    return std::count_if(of.invocations.begin(), of.invocations.end(), [&](const Invocation& run) {
      return of.channels.channels[run.channel].routine;
    });
  };
  EXPECT_EQ(routine(incident()), 0);
  EXPECT_EQ(incident().notes, (std::vector<std::string>{
                                  "3 processes were started by channels that start some all day "
                                  "(WMI, scheduled tasks); they are told where asked for"}));
  EXPECT_EQ(routine(incident_of(2, true)), 3);
}

TEST(Incident, WhatARunLeftBehindBelongsToIt) {
  const auto run = std::find_if(
      incident().invocations.begin(), incident().invocations.end(),
      [](const Invocation& each) { return each.host == "vm-win01" && each.sequence == 3; });
  ASSERT_NE(run, incident().invocations.end());
  std::vector<std::string> bound;
  for (const RunProcess& process : run->processes) {
    if (process.membership == Membership::follow_on) bound.push_back(process.reason);
  }
  EXPECT_EQ(bound, (std::vector<std::string>{
                       "runs C:\\ProgramData\\sync\\winsync.exe, which schtasks.exe (pid 1612) of "
                       "the run left"}));
}

}  // namespace
}  // namespace stemma
