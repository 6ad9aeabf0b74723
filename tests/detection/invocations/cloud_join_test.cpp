#include "detection/invocations/cloud_join.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "detection/channels/load.hpp"

namespace stemma {
namespace {

constexpr const char* kAction = "Microsoft.Compute/virtualMachines/runCommand/action";

struct Case {
  LoadedChannels channels = load_channels({});
  ChannelMatcher matcher{channels.set};
  std::vector<Invocation> runs;
  std::vector<CloudOperation> operations;
  std::vector<GoalState> states;
  std::vector<CorrelatedRun> correlated;
  std::vector<MachineIdentity> machines;

  std::uint32_t channel(std::string_view id) const {
    return static_cast<std::uint32_t>(channels.set.find(id) - channels.set.channels.data());
  }
  void run(std::string host, std::int64_t seconds, std::string name = {}) {
    Invocation made;
    made.channel = channel("azure_run_command_action_linux");
    made.host = std::move(host);
    made.name = std::move(name);
    made.start = {Timestamp{seconds * kNsPerSecond}, TimeSource::process};
    runs.push_back(std::move(made));
  }
  void operation(std::string id, std::string machine, std::int64_t seconds) {
    CloudOperation made;
    made.id = std::move(id);
    made.provider = "azure";
    made.operation_name = kAction;
    made.action = "run";
    made.machine = std::move(machine);
    made.first = made.last = Timestamp{seconds * kNsPerSecond};
    operations.push_back(std::move(made));
  }
  // `operation>run basis confidence` of each operation.
  std::vector<std::string> join() {
    skews = join_cloud(matcher, states, correlated, machines, runs, operations);
    std::vector<std::string> out;
    for (const CloudOperation& each : operations) {
      out.push_back(each.invocation
                        ? fmt::format("{}>{} {} {}", each.id, *each.invocation,
                                      join_basis_name(each.basis), confidence_name(each.confidence))
                        : each.id + " alone");
    }
    return out;
  }
  std::vector<ClockSkew> skews;
};

using Lines = std::vector<std::string>;

TEST(CloudJoin, NameAndTimeFit) {
  Case of;
  of.run("VM1.corp.example", 1020);
  of.operation("a", "vm1", 1000);
  of.operation("b", "vm2", 1000);
  EXPECT_EQ(of.join(), (Lines{"a>0 host_and_time probable", "b alone"}));
  EXPECT_EQ(of.operations[0].delta_ns, 20 * kNsPerSecond);
  EXPECT_EQ(of.operations[0].join_reason,
            "the same machine, and the run began 20 s after the operation; no other run or "
            "operation fits");
  EXPECT_EQ(of.runs[0].operation, 0u);
}

constexpr const char* kId = "86f4ae0a-61f8-48ae-9199-40f402d56864";
constexpr const char* kOtherId = "00000000-61f8-48ae-9199-40f402d56864";

TEST(CloudJoin, TheMachinesOwnIdJoinsWhereTheNamesDiffer) {
  Case of;
  of.run("WIN-8K2J", 1020);
  of.machines = {{"WIN-8K2J", kId, "", "", "", {}}};
  of.operation("a", "web01", 1000);
  of.operations[0].vm_id = kId;
  EXPECT_EQ(of.join(), (Lines{"a>0 vm_id confirmed"}));
  EXPECT_EQ(of.operations[0].join_reason,
            "the same machine by the id or resource that its agent's settings name, and the run "
            "began 20 s after the operation; no other run or operation fits");
}

TEST(CloudJoin, TheResourceThatTheSettingsNameJoinsLikeAnId) {
  Case of;
  of.run("WIN-8K2J", 1020);
  of.machines = {{"WIN-8K2J", kId, "s1", "rg", "web01", {}}};
  of.operation("a", "web01", 1000);
  of.operations[0].resource_id =
      "/SUBSCRIPTIONS/S1/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/WEB01/"
      "runCommands/x";
  EXPECT_EQ(of.join(), (Lines{"a>0 vm_id confirmed"}));
}

TEST(CloudJoin, OfTwoMachinesOfOneNameTheIdTellsWhich) {
  Case of;
  of.run("web01", 1020);
  of.machines = {{"web01", kId, "", "", "", {}}};
  of.operation("other", "web01", 1010);
  of.operation("own", "web01", 1000);
  of.operations[0].vm_id = kOtherId;
  of.operations[1].vm_id = kId;
  EXPECT_EQ(of.join(), (Lines{"other alone", "own>0 vm_id confirmed"}));
  EXPECT_EQ(of.operations[0].why_alone,
            "a machine of this name was collected, but by its own papers it is another one");
}

TEST(CloudJoin, AnIdStillNeedsATimeThatFitsAndLeavesDoubtWhereSeveralDo) {
  Case late;
  late.run("web01", 1601);
  late.machines = {{"web01", kId, "", "", "", {}}};
  late.operation("a", "web01", 1000);
  late.operations[0].vm_id = kId;
  EXPECT_EQ(late.join(), (Lines{"a alone"}));
  Case two;
  two.run("web01", 1020);
  two.machines = {{"web01", kId, "", "", "", {}}};
  two.operation("a", "web01", 1000);
  two.operation("b", "web01", 1010);
  two.operations[0].vm_id = two.operations[1].vm_id = kId;
  EXPECT_EQ(two.join(), (Lines{"a alone", "b>0 vm_id possible"}));
}

TEST(CloudJoin, ACorrelationIdGoesBeforeAnId) {
  Case of;
  of.run("web01", 1020);
  of.machines = {{"web01", kId, "", "", "", {}}};
  of.operation("a", "web01", 1000);
  of.operation("b", "web01", 1010);
  of.operations[0].vm_id = of.operations[1].vm_id = kId;
  of.correlated.push_back({0, "a"});
  EXPECT_EQ(of.join(), (Lines{"a>0 correlation_id confirmed", "b alone"}));
}

TEST(MachineIdentity, IsReadFromTextsOfTheCloud) {
  const std::string id = kId;
  EXPECT_EQ(vm_id_in(R"({"properties":{"vmId":"86F4AE0A-61F8-48AE-9199-40F402D56864"}})"), id);
  EXPECT_EQ(vm_id_in(R"({\"vmId\": \"86f4ae0a-61f8-48ae-9199-40f402d56864\"})"), id);
  EXPECT_EQ(vm_id_in("vmId:86f4ae0a-61f8-48ae-9199-40f402d56864"), id);
  EXPECT_EQ(vm_id_in("\"vmId\":\"" + id + "\",\"vmId\":\"" + kOtherId + "\""), "");
  EXPECT_EQ(vm_id_in("\"vmId\":\"86f4ae0a\""), "");
  EXPECT_EQ(vm_id_in("vmId"), "");
  EXPECT_EQ(machine_resource("/subscriptions/S/resourceGroups/R/providers/Microsoft.Compute/"
                             "virtualMachines/V/extensions/x"),
            "/subscriptions/s/resourcegroups/r/providers/microsoft.compute/virtualmachines/v");
  EXPECT_EQ(machine_resource("/subscriptions/S/resourceGroups/R/providers/Microsoft.Compute/"
                             "virtualMachines/"),
            "");
  EXPECT_EQ(machine_resource("x/providers/Microsoft.Compute/virtualMachines/V"), "");
}

TEST(CloudJoin, OutsideTheWindowNothingIsJoined) {
  for (const std::int64_t start : {994, 1601}) {
    Case of;
    of.run("vm1", start);
    of.operation("a", "vm1", 1000);
    EXPECT_EQ(of.join(), (Lines{"a alone"})) << start;
  }
  for (const std::int64_t start : {995, 1600}) {
    Case of;
    of.run("vm1", start);
    of.operation("a", "vm1", 1000);
    EXPECT_EQ(of.join(), (Lines{"a>0 host_and_time probable"})) << start;
  }
}

TEST(CloudJoin, OneToOneInTheOrderOfTime) {
  Case of;
  of.run("vm1", 1030);
  of.run("vm1", 1090);
  of.operation("a", "vm1", 1000);
  of.operation("b", "vm1", 1060);
  EXPECT_EQ(of.join(), (Lines{"a>0 host_and_time possible", "b>1 host_and_time possible"}))
      << "the second run lies in the reach of both operations";
}

TEST(CloudJoin, AsManyPairsAsFitRatherThanTheNearestFirst) {
  // b is nearest to both runs; only a before it leaves a pair for everyone.
  Case of;
  of.run("vm1", 1064);
  of.run("vm1", 1500);
  of.operation("a", "vm1", 1000);
  of.operation("b", "vm1", 1060);
  EXPECT_EQ(of.join(), (Lines{"a>0 host_and_time possible", "b>1 host_and_time possible"}));
}

TEST(CloudJoin, ACorrelationIdIsProofWhateverTheClock) {
  Case of;
  of.run("vm1", 90'000);
  of.run("vm1", 1010);
  of.operation("B3F1", "vm1", 1000);
  of.correlated.push_back({0, "b3f1"});
  EXPECT_EQ(of.join(), (Lines{"B3F1>0 correlation_id confirmed"}));
}

TEST(CloudJoin, AClockAheadIsTakenOff) {
  Case of;
  of.run("vm1", 1020 + 3600);
  of.operation("a", "vm1", 1000);
  of.states.push_back(
      {"vm1", Timestamp{4603 * kNsPerSecond}, Timestamp{1001 * kNsPerSecond}, "", {}});
  EXPECT_EQ(of.join(), (Lines{"a>0 host_and_time probable"}));
  ASSERT_EQ(of.skews.size(), 1u);
  EXPECT_EQ(of.skews[0].skew_ns, 3602 * kNsPerSecond);
  EXPECT_EQ(of.operations[0].delta_ns, 18 * kNsPerSecond);
}

TEST(CloudJoin, TwoPairsThatKeepOneDistanceTellASkewOneDoesNot) {
  Case one;
  one.run("vm1", 1020 + 3600);
  one.operation("a", "vm1", 1000);
  EXPECT_EQ(one.join(), (Lines{"a alone"}));
  Case two;
  two.run("vm1", 1020 + 3600);
  two.run("vm1", 9020 + 3600);
  two.operation("a", "vm1", 1000);
  two.operation("b", "vm1", 9000);
  EXPECT_EQ(two.join(), (Lines{"a>0 host_and_time probable", "b>1 host_and_time probable"}));
  ASSERT_EQ(two.skews.size(), 1u);
  EXPECT_EQ(two.skews[0].basis, "runs and operations that keep one distance");
}

TEST(CloudJoin, ANamedCommandGoesToItsName) {
  Case of;
  for (const char* name : {"second", "first"}) {
    of.run("vm1", 1020, name);
    of.runs.back().channel = of.channel("azure_run_command_managed_linux");
  }
  for (const char* name : {"first", "second"}) {
    of.operation(name, "vm1", 1000);
    of.operations.back().operation_name = "Microsoft.Compute/virtualMachines/runCommands/write";
    of.operations.back().run_name = name;
  }
  EXPECT_EQ(of.join(),
            (Lines{"first>1 host_and_time probable", "second>0 host_and_time probable"}));
}

// Against an oracle that tries all ways: as many pairs, in no more distance.
TEST(CloudJoin, AlignmentIsTheBestThereIs) {
  std::mt19937 random(20261124);
  for (int round = 0; round < 300; ++round) {
    Case of;
    std::vector<std::int64_t> starts, ordered;
    for (int i = 0; i < 4; ++i) {
      starts.push_back(static_cast<std::int64_t>(random() % 1500));
      ordered.push_back(static_cast<std::int64_t>(random() % 1500));
    }
    for (const std::int64_t start : starts) of.run("vm1", start);
    for (std::size_t i = 0; i < ordered.size(); ++i)
      of.operation(std::to_string(i), "vm1", ordered[i]);
    of.states.push_back({"vm1", Timestamp{5}, Timestamp{0}, "", {}});  // no skew to be guessed
    of.join();
    std::size_t pairs = 0;
    for (const CloudOperation& each : of.operations) pairs += each.invocation.has_value() ? 1u : 0u;
    std::vector<std::size_t> order = {0, 1, 2, 3};
    std::size_t best = 0;
    do {
      std::size_t count = 0;
      for (std::size_t i = 0; i < 4; ++i) {
        const std::int64_t d = starts[order[i]] - ordered[i];
        count += d >= -5 && d <= 600 ? 1u : 0u;
      }
      best = std::max(best, count);
    } while (std::next_permutation(order.begin(), order.end()));
    EXPECT_EQ(pairs, best) << "round " << round;
  }
}

}  // namespace
}  // namespace stemma
