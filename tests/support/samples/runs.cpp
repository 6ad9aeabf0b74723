// The cloud's side of the stories, and what each run is: who ordered it, how sure one can be.
#include "tests/support/samples/activity_log.hpp"
#include "tests/support/samples/scenes.hpp"

namespace stemma::samples {
namespace {

constexpr const char* kAction = "Microsoft.Compute/virtualMachines/runCommand/action";
constexpr const char* kManaged = "Microsoft.Compute/virtualMachines/runCommands/write";
constexpr const char* kMara = "mara.ops@northgate.example";
constexpr const char* kTrespasser = "d.keller@northgate.example";
constexpr const char* kPipeline = "8b7a1f60-2d55-4a3e-9b1c-5e0f7a6c4d20";

Timestamp at(std::string_view text) {
  return parse_time(text).value().time;
}

CloudOrder order(int number, const char* operation, const char* machine, const char* run_name,
                 const char* caller, const char* ip, std::string_view time) {
  CloudOrder made;
  made.correlation_id = "b3f1c7de-2a41-4d0f-9d64-0c1f5a7e9" + std::to_string(number);
  made.operation = operation;
  made.machine = machine;
  made.run_name = run_name;
  made.caller = caller;
  made.ip = ip;
  made.application = caller == std::string_view(kPipeline);
  made.ordered = at(time);
  return made;
}

}  // namespace

void tell_cloud(Collection& collection, Truth& truth) {
  std::vector<CloudOrder> orders = {
      order(101, kAction, "vm-win01", "", kTrespasser, "198.51.100.77",
            "2026-05-12T09:13:40.1172093Z"),
      order(102, kAction, "vm-win02", "", kTrespasser, "198.51.100.77",
            "2026-05-12T09:40:51.4410038Z"),
      order(103, kAction, "vm-lnx01", "", kTrespasser, "198.51.100.77",
            "2026-05-12T10:11:44.9003110Z"),
      order(104, kAction, "vm-win01", "", kMara, "203.0.113.9", "2026-05-12T10:30:45.6001200Z"),
      order(105, kAction, "vm-win01", "", kMara, "203.0.113.9", "2026-05-12T10:46:39.7719045Z"),
      order(106, kAction, "vm-lnx01", "", kPipeline, "192.0.2.30", "2026-05-12T11:30:19.3348812Z"),
      order(107, kAction, "vm-lnx01", "", kPipeline, "192.0.2.30", "2026-05-12T12:39:46.0280017Z"),
      order(108, kAction, "vm-lnx01", "", kMara, "203.0.113.9", "2026-05-12T13:05:08.5560029Z"),
      order(109, kManaged, "vm-lnx01", "hardening", kPipeline, "192.0.2.30",
            "2026-05-12T14:00:01.2290443Z"),
      order(110, kManaged, "vm-lnx01", "rotate", kMara, "203.0.113.9",
            "2026-05-12T14:29:41.8100554Z"),
      order(111, kManaged, "vm-win01", "inventory", kPipeline, "192.0.2.30",
            "2026-05-12T15:19:44.1100071Z"),
      order(112, kManaged, "vm-win01", "patchcheck", kPipeline, "192.0.2.30",
            "2026-05-12T15:19:44.9320088Z"),
      order(113, kAction, "vm-win01", "", kTrespasser, "198.51.100.78",
            "2026-05-13T07:02:20.4400960Z"),
      // 90 s behind the machine's own clock.
      order(200, kManaged, "vm-lnx02", "audit", kMara, "203.0.113.9",
            "2026-05-15T08:00:05.1200330Z"),
      order(201, kAction, "vm-lnx02", "", kPipeline, "192.0.2.30", "2026-05-12T12:00:18.7710025Z"),
      order(202, kManaged, "vm-lnx02", "hotfix", kPipeline, "192.0.2.30",
            "2026-05-15T09:30:36.2000120Z"),
      // A machine that nobody collected, and an order that failed.
      order(301, kAction, "vm-db01", "", kTrespasser, "198.51.100.77",
            "2026-05-12T09:52:07.0040092Z"),
      order(302, kAction, "vm-win02", "", kTrespasser, "198.51.100.77",
            "2026-05-12T16:20:33.9020171Z"),
  };
  // What the agent's log on vm-lnx02 names.
  for (CloudOrder& each : orders) {
    if (each.machine == "vm-lnx02" && each.run_name == "audit")
      each.correlation_id = "b3f1c7de-2a41-4d0f-9d64-0c1f5a7e9002";
    if (each.machine == "vm-lnx02" && each.run_name.empty())
      each.correlation_id = "b3f1c7de-2a41-4d0f-9d64-0c1f5a7e9001";
  }
  orders.back().result = "Failed";
  collection.add("cloud/activity-log.json", activity_log(orders));
  for (std::size_t rule = 0; rule < kRuleCount; ++rule)
    truth.blind(static_cast<Rule>(rule), "azure:5c0f1f2e-7f3c-4a51-9d0e-6a6a1d3b9c11",
                "other_system", "a cloud account is no machine: nothing starts a process on it");

  const auto run = [&](const char* host, const char* channel, const char* name, int number,
                       const char* start, const char* grade, const char* script,
                       std::size_t processes, const char* caller, const char* basis) -> RunTruth& {
    RunTruth made;
    made.host = host;
    made.channel = channel;
    made.name = name;
    made.sequence = number;
    made.start = start;
    made.grade = grade;
    made.script = script;
    made.processes = processes;
    made.caller = caller;
    made.basis = basis;
    return truth.run(std::move(made));
  };
  constexpr const char* kWin = "azure_run_command_action_windows";
  constexpr const char* kLin = "azure_run_command_action_linux";
  constexpr const char* kManagedWin = "azure_run_command_managed_windows";
  constexpr const char* kManagedLin = "azure_run_command_managed_linux";
  constexpr const char* kTime = "host_and_time";

  run("vm-lnx01", "azure_custom_script_linux", "", 0, "2026-05-12T09:02:00.008Z", "confirmed",
      "gone", 3, "", "")
      .why =
      "Custom Script, not Run Command: its own handler and folder; the log of the cloud holds only "
      "run commands";
  run("vm-win01", kWin, "", 3, "2026-05-12T09:14:02.755Z", "confirmed", "recovered", 12,
      kTrespasser, kTime)
      .why = "the program that it left behind, started by the task an hour later, belongs to it";
  run("vm-win02", kWin, "", 0, "2026-05-12T09:41:17.063Z", "confirmed", "gone", 6, kTrespasser,
      kTime)
      .why =
      "only process creation was logged: the handler above it proves the run, no script was "
      "collected";
  run("vm-lnx01", kLin, "", 7, "2026-05-12T10:12:03.070Z", "confirmed", "recovered", 12,
      kTrespasser, kTime)
      .why = "one of its programs lost its parent and still works in the run's folder";
  run("vm-win01", kWin, "", 4, "2026-05-12T10:31:10.370Z", "confirmed", "recovered", 3, kMara,
      kTime)
      .why = "starts nothing: script, status and script block log tell of it";
  run("vm-win01", kWin, "", 5, "2026-05-12T10:47:01.064Z", "confirmed", "recovered", 4, kMara,
      kTime)
      .why = "with parameters";
  run("vm-win01", "azure_custom_script_windows", "", 0, "2026-05-12T11:05:20.058Z", "confirmed",
      "unknown", 3, "", "")
      .why = "Custom Script's first command, which is no script of a channel";
  run("vm-win01", "azure_custom_script_windows", "", 0, "2026-05-12T11:05:20.157Z", "confirmed",
      "gone", 3, "", "")
      .why =
      "Custom Script's second command, a script1.ps1: the handler above it tells it from Run "
      "Command";
  run("vm-lnx01", kLin, "", 8, "2026-05-12T11:30:40.070Z", "confirmed", "recovered", 5, kPipeline,
      kTime)
      .why = "a pipeline's";
  run("vm-lnx01", kLin, "", 9, "2026-05-12T12:40:09.070Z", "confirmed", "recovered", 5, kPipeline,
      kTime)
      .why = "a Python script";
  run("vm-lnx01", kLin, "", 10, "2026-05-12T13:05:30.070Z", "confirmed", "recovered", 3, kMara,
      kTime)
      .why = "with parameters";
  run("vm-win01", kWin, "", 1, "2026-05-12T13:30:00.027Z", "possible", "gone", 2, "", "").why =
      "an operator typed it: explorer is above it, no handler is";
  run("vm-win01", kWin, "", 2, "2026-05-12T13:31:00.241Z", "possible", "gone", 2, "", "").why =
      "an operator typed it: explorer is above it, no handler is";
  run("vm-lnx01", kManagedLin, "hardening", 0, "2026-05-12T14:00:20.082Z", "confirmed", "recovered",
      3, kPipeline, kTime)
      .why = "a named command";
  RunTruth& runas = run("vm-lnx01", kManagedLin, "rotate", 2, "2026-05-12T14:30:00.070Z",
                        "confirmed", "gone", 5, kMara, kTime);
  runas.mode = "runas";
  runas.why = "as another user, whose password is in the command line";
  run("vm-win01", kManagedWin, "inventory", 0, "2026-05-12T15:20:05.047Z", "confirmed", "gone", 2,
      kPipeline, kTime)
      .why = "a named command; nothing holds its text";
  run("vm-win01", kManagedWin, "patchcheck", 1, "2026-05-12T15:20:05.940Z", "confirmed", "gone", 2,
      kPipeline, kTime)
      .why = "a named command in PowerShell 7";
  run("vm-win01", kWin, "", 12, "2026-05-13T07:02:41.661Z", "confirmed", "recovered", 5,
      kTrespasser, kTime)
      .why = "the number has two digits";
  run("vm-lnx02", kLin, "", 0, "2026-05-12T12:01:53.446Z", "confirmed", "recovered", 4, kPipeline,
      "correlation_id")
      .why = "the goal state in the agent's log has the operation's correlation id";
  run("vm-lnx02", kLin, "", 1, "2026-05-14T22:10:00.046Z", "confirmed", "gone", 3, "", "").why =
      "no operation fits it: the exported log does not hold it";
  run("vm-lnx02", kManagedLin, "audit", 1, "2026-05-15T08:01:40.746Z", "confirmed", "recovered", 2,
      kMara, "correlation_id")
      .why = "its folder is gone, its settings hold the script";
  RunTruth& immediate = run("vm-lnx02", kManagedLin, "hotfix", 3, "2026-05-15T09:32:10.008Z",
                            "confirmed", "gone", 2, kPipeline, kTime);
  immediate.mode = "immediate";
  immediate.why =
      "no agent stands above the service; the clock's 90 s are taken off before it is joined";

  truth.operation({"b3f1c7de-2a41-4d0f-9d64-0c1f5a7e9301", "vm-db01", kTrespasser, "machine",
                   "no machine of that name was collected"});
  truth.operation({"b3f1c7de-2a41-4d0f-9d64-0c1f5a7e9302", "vm-win02", kTrespasser, "failed",
                   "the operation failed: nothing ran"});
}

}  // namespace stemma::samples
