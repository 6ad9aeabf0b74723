// A Debian server whose clock is 90 s ahead of the cloud's. Its agent's log tells goal states; one
// run comes through the service that no agent stands above.
#include <fmt/format.h>

#include "tests/support/samples/linux_host.hpp"
#include "tests/support/samples/scenes.hpp"

namespace stemma::samples {
namespace {

constexpr const char* kHost = "vm-lnx02";
constexpr const char* kRunCommand = "/var/lib/waagent/Microsoft.CPlat.Core.RunCommandLinux-1.0.5";
constexpr const char* kManaged =
    "/var/lib/waagent/Microsoft.CPlat.Core.RunCommandHandlerLinux-1.3.28";

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

class VmLnx02 {
 public:
  VmLnx02(Collection& collection, Truth& truth) : collection_(collection), truth_(truth) {}

  void tell() {
    boot();
    first_run();
    run_without_operation();
    managed_run();
    immediate_run();
    collect();
  }

 private:
  void boot() {
    truth_.scene(kHost, "boot", "auditd logs execve of everybody; the clock is 90 s ahead.");
    host_.at("2026-05-12T04:01:30.000Z");
    init_ = host_.running(1, "/usr/lib/systemd/systemd", {"/sbin/init"});
    const LinuxProcess daemon =
        host_.run(init_, {"/usr/bin/python3.11",
                          {"/usr/bin/python3", "-u", "/usr/sbin/waagent", "-daemon"},
                          "",
                          "/usr/bin/python3"});
    agent_ = host_.run(daemon, {"/usr/bin/python3.11",
                                {"/usr/bin/python3", "-u", "bin/WALinuxAgent-2.11.1.4-py3.9.egg",
                                 "-run-exthandlers"},
                                "",
                                "/usr/bin/python3",
                                "/var/lib/waagent/WALinuxAgent-2.11.1.4"});
  }

  void log_agent(const std::string& text) {
    agent_log_ += fmt::format("{} INFO ExtHandler {}\n", format_time(host_.now(), 6), text);
  }
  // `created` is the cloud's time: the machine's clock less 90 s, and the agent's delay.
  void goal_state(const std::string& correlation) {
    ++goal_states_;
    log_agent(fmt::format(
        "ExtHandler ProcessExtensionsGoalState started [incarnation_{} channel: WireServer source: "
        "FastTrack activity: 7d4c1a90-3f0b-4c7e-a3c8-{:012x} correlation {} created: {}]",
        goal_states_, 0x51f0 + goal_states_, correlation,
        format_time({host_.now().ns - 93 * kNsPerSecond}, 6)));
  }
  void log_handler(std::string& log, int number, const std::string& name,
                   const std::string& event) {
    log += fmt::format("time={} version=v1.3.28/git@f95dc24-clean operation=enable {}seq={} {}\n",
                       format_time(host_.now(), 0),
                       name.empty() ? "" : fmt::format("extensionName={} ", name), number, event);
  }

  LinuxProcess handler(const std::string& folder, const std::string& type,
                       const std::string& program) {
    log_agent(
        fmt::format("[Microsoft.CPlat.Core.{}] Executing command: {}/bin/run-command-shim enable "
                    "with environment variables: {{\"ConfigSequenceNumber\": \"0\"}}",
                    folder.substr(folder.find(type)), folder));
    const std::string shim_path = folder + "/bin/run-command-shim";
    LinuxProcess shim = host_.run(
        agent_, {"/usr/bin/bash", {"/bin/bash", shim_path, "enable"}, shim_path, "", folder});
    LinuxProcess out = host_.fork(shim);
    host_.exec(out, {folder + "/bin/" + program, {folder + "/bin/" + program, "enable"}});
    host_.wait(30);
    host_.end(shim);
    host_.orphan(out);
    return out;
  }

  void leave(const std::string& path, const std::string& text, const std::string& output) {
    const std::string folder = std::string(kHost) + folder_of(path) + '/';
    collection_.add(folder + "script.sh", text);
    collection_.add(folder + "stdout", output);
  }

  void run_action(int number, const std::string& text, const std::vector<Image>& children,
                  const std::string& output, bool keep) {
    const std::string path =
        fmt::format("/var/lib/waagent/run-command/download/{}/script.sh", number);
    log_handler(handler_log_, number, "", "event=start");
    LinuxProcess extension = handler(kRunCommand, "RunCommandLinux", "run-command-extension");
    log_handler(handler_log_, number, "", "event=\"executing command\"");
    LinuxProcess shell = host_.run(
        extension, {"/usr/bin/dash", {"/bin/sh", "-c", path}, "", "/bin/sh", folder_of(path)});
    LinuxProcess script = host_.fork(shell);
    host_.exec(script, {"/usr/bin/bash", {"/bin/bash", path}, path});
    truth_.must(Rule::published, script.start,
                "its parent `sh -c …/script.sh` has the path among its arguments");
    for (const Image& image : children) {
      LinuxProcess child = host_.run(script, image);
      truth_.must(Rule::published, child.start,
                  "direct child of a shell that was given the downloaded script");
      host_.end(child);
    }
    host_.wait(1500);
    host_.end(script);
    host_.end(shell);
    log_handler(handler_log_, number, "", "event=\"executed command\"");
    log_handler(handler_log_, number, "", "event=end");
    host_.end(extension);
    if (keep) leave(path, text, output);
  }

  void first_run() {
    truth_.scene(kHost, "first run",
                 "Run Command v1, download/0: the goal state in waagent.log has the operation's "
                 "correlation id.");
    host_.at("2026-05-12T12:01:53.000Z");
    goal_state("b3f1c7de-2a41-4d0f-9d64-0c1f5a7e9001");
    host_.wait(400);
    run_action(0, "#!/bin/bash\nhostnamectl\nss -lntp\n",
               {{"/usr/bin/hostnamectl", {"hostnamectl"}}, {"/usr/bin/ss", {"ss", "-lntp"}}},
               " Static hostname: vm-lnx02\n", true);
  }

  void run_without_operation() {
    truth_.scene(kHost, "run without operation",
                 "Run Command v1, download/1, long after the activity log that was exported ends; "
                 "the script was removed.");
    host_.at("2026-05-14T22:10:00.000Z");
    run_action(1, "", {{"/usr/bin/shred", {"shred", "-u", "/var/log/nginx/access.log"}}}, "",
               false);
    host_.at("2026-05-14T22:30:00.000Z");
  }

  void managed_run() {
    truth_.scene(kHost, "managed run with settings",
                 "Managed Run Command `audit`: its folder is gone, its settings hold the script.");
    host_.at("2026-05-15T08:01:40.000Z");
    goal_state("b3f1c7de-2a41-4d0f-9d64-0c1f5a7e9002");
    host_.wait(700);
    log_handler(managed_log_, 1, "audit", "event=start");
    LinuxProcess process = handler(kManaged, "RunCommandHandlerLinux", "run-command-handler");
    const std::string path = "/var/lib/waagent/run-command-handler/download/audit/1/script.sh";
    log_handler(managed_log_, 1, "audit", "event=\"prepare command\" scriptFile=" + path);
    LinuxProcess script = host_.run(
        process, {"/usr/bin/bash", {"/bin/bash", "-c", path}, "", "/bin/bash", folder_of(path)});
    truth_.quiet(script.start, "the shell that runs the script: its parent is the handler");
    LinuxProcess child = host_.run(script, {"/usr/bin/last", {"last", "-n", "20"}});
    truth_.must(Rule::managed_linux, child.start,
                "direct child of a shell with a path of the managed handler's download folder");
    host_.end(child);
    host_.end(script);
    log_handler(managed_log_, 1, "audit", "event=\"executed command\"");
    host_.end(process);
    const std::string folder = std::string(kHost) + kManaged;
    collection_.add(folder + "/config/audit.1.settings",
                    "{\"runtimeSettings\":[{\"handlerSettings\":{\"publicSettings\":{\"source\":"
                    "{\"script\":\"last -n 20\\n\"},\"timeoutInSeconds\":3600}}}]}\n");
    collection_.add(
        folder + "/status/audit.1.status",
        "[{\"version\":1,\"timestampUTC\":\"2026-05-15T08:01:41Z\",\"status\":{\"name\":\"audit\","
        "\"operation\":\"Enable\",\"status\":\"success\",\"formattedMessage\":{\"lang\":\"en\","
        "\"message\":\"{\\\"executionState\\\":\\\"Failed\\\",\\\"executionMessage\\\":\\\"\\\","
        "\\\"output\\\":\\\"wtmp begins Mon May  4 04:00:02 2026\\\\n\\\",\\\"error\\\":\\\"\\\","
        "\\\"exitCode\\\":3,\\\"startTime\\\":\\\"2026-05-15T08:01:40Z\\\",\\\"endTime\\\":"
        "\\\"2026-05-15T08:01:41Z\\\"}\"}}}]\n");
  }

  void immediate_run() {
    truth_.scene(kHost, "immediate run",
                 "Managed Run Command `hotfix` in service mode: systemd started the handler, the "
                 "agent is not above it, and all files are deleted after the run.");
    host_.at("2026-05-15T09:31:50.000Z");
    LinuxProcess service =
        host_.run(init_, {std::string(kManaged) + "/bin/immediate-run-command-handler",
                          {std::string(kManaged) + "/bin/immediate-run-command-handler"}});
    const std::string path =
        "/var/lib/waagent/run-command-handler/immediateDownload/hotfix/3/script.sh";
    host_.wait(20'000);
    LinuxProcess script = host_.run(
        service, {"/usr/bin/bash", {"/bin/bash", "-c", path}, "", "/bin/bash", folder_of(path)});
    truth_.quiet(script.start, "the shell that runs the script: its parent is the handler");
    LinuxProcess child =
        host_.run(script, {"/usr/bin/systemctl", {"systemctl", "restart", "shop-api"}});
    truth_.must(Rule::managed_linux, child.start,
                "direct child of a shell with a path of the service's download folder");
    host_.end(child);
    host_.end(script);
  }

  void collect() {
    const std::string logs = "vm-lnx02/var/log/";
    collection_.add("vm-lnx02/etc/hostname", std::string(kHost) + '\n');
    collection_.add(logs + "audit/audit.log", host_.newer_log());
    collection_.add(logs + "waagent.log", agent_log_);
    collection_.add(logs + "azure/run-command/handler.log", handler_log_);
    collection_.add(logs + "azure/run-command-handler/handler.log", managed_log_);
    for (const Rule rule :
         {Rule::managed_windows, Rule::script_number, Rule::other_spelling, Rule::pwsh})
      truth_.blind(rule, kHost, "other_system", "the rule is for Windows");
    truth_.tree(kHost, host_.tree());
  }

  Collection& collection_;
  Truth& truth_;
  LinuxHost host_{kHost, 640};
  LinuxProcess init_, agent_;
  unsigned goal_states_ = 0;
  std::string handler_log_, managed_log_, agent_log_;
};

}  // namespace

void tell_vm_lnx02(Collection& collection, Truth& truth) {
  VmLnx02(collection, truth).tell();
}

}  // namespace stemma::samples
