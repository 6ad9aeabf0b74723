// vm-win02, 12 May 2026. No Sysmon: only Security 4688, which never tells the parent's command
// line. What the rules need must come from the parent's own start, found by pid and lifetime.
#include "tests/support/samples/scenes.hpp"
#include "tests/support/samples/windows_host.hpp"

namespace stemma::samples {

namespace {

constexpr const char* kHost = "vm-win02";
constexpr const char* kPowerShell =
    "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";
constexpr const char* kExtension =
    "C:\\Packages\\Plugins\\Microsoft.CPlat.Core.RunCommandWindows\\1.1."
    "22\\bin\\RunCommandExtension.exe";

const Account kSystem = {"S-1-5-18", "SYSTEM", "NT AUTHORITY"};

class VmWin02 {
 public:
  VmWin02(Collection& collection, Truth& truth) : collection_(collection), truth_(truth) {}

  void tell() {
    host_.logging.sysmon = false;
    host_.at("2026-05-12T08:00:00.000Z");
    services_ = host_.running(system32("services.exe"), "", 716, kSystem);
    agent_ = host_.running("C:\\WindowsAzure\\Packages\\GuestAgent\\WindowsAzureGuestAgent.exe", "",
                           2'844, kSystem);
    before_the_log();
    background();
    seen_run();
    reused_pid();
    command_lines_off();
    for (const Rule rule : {Rule::managed_linux, Rule::managed_runas, Rule::other_interpreter})
      truth_.blind(rule, kHost, "other_system", "the rule is for Linux");
    collection_.add("vm-win02/C/Windows/System32/winevt/Logs/Security.evtx",
                    evtx_file(host_.security, 5'500));
    truth_.tree(kHost, host_.tree());
  }

 private:
  WindowsProcess run(const WindowsProcess& parent, std::string_view program,
                     std::string command_line) {
    return host_.start(parent, {system32(program), std::move(command_line)});
  }

  /// Returns the PowerShell that runs the script.
  WindowsProcess run_command(const std::string& script) {
    extension_ = host_.start(agent_, {kExtension, std::string("\"") + kExtension + "\" enable"});
    shell_ = run(extension_, "cmd.exe",
                 "\"cmd\" /c powershell -ExecutionPolicy Unrestricted -File " + script);
    return host_.start(shell_,
                       {kPowerShell, "powershell  -ExecutionPolicy Unrestricted -File " + script});
  }
  void run_command_ends(const WindowsProcess& script) {
    host_.end(script);
    host_.end(shell_);
    host_.end(extension_);
  }

  void before_the_log() {
    truth_.scene(
        kHost, "run that began before the log",
        "The log begins while a script runs: its powershell is only known by name and pid.");
    const WindowsProcess unknown = host_.running(kPowerShell, "", 5'012, kSystem);
    const WindowsProcess arp = run(unknown, "ARP.EXE", "\"C:\\Windows\\system32\\ARP.EXE\" -a");
    truth_.quiet(arp.start, "no log holds the parent's command line, so nothing may be claimed");
    truth_.near(Rule::published, arp.start, "process.parent.command_line like", "",
                "the record of the parent's start is older than the log: no command line");
    host_.end(arp);
    host_.end(unknown);
  }

  void background() {
    truth_.scene(kHost, "background", "A service and a task: nothing to find.");
    host_.at("2026-05-12T08:30:00.000Z");
    const WindowsProcess svchost =
        run(services_, "svchost.exe", "C:\\Windows\\system32\\svchost.exe -k wsappx -p -s AppXSvc");
    host_.wait(9'000);
    host_.end(svchost);
    const WindowsProcess update = run(
        services_, "svchost.exe", "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s wuauserv");
    host_.end(run(update, "usoclient.exe", "C:\\Windows\\system32\\usoclient.exe StartScan"));
  }

  void seen_run() {
    truth_.scene(kHost, "run in Security only",
                 "Run Command v1, script0.ps1, with and without ParentProcessName in the records.");
    host_.at("2026-05-12T09:41:17.000Z");
    const WindowsProcess script = run_command("script0.ps1");
    script_ = script;
    const std::string resolved =
        "the parent's command line is in no 4688 but its own; found by pid and lifetime it is the "
        "literal one";
    const WindowsProcess whoami =
        run(script, "whoami.exe", "\"C:\\Windows\\system32\\whoami.exe\" /groups");
    truth_.must(Rule::published, whoami.start, resolved);
    host_.end(whoami);
    const WindowsProcess net = run(script, "net.exe", "\"C:\\Windows\\system32\\net.exe\" use");
    truth_.must(Rule::published, net.start, resolved);
    const WindowsProcess net1 = run(net, "net1.exe", "C:\\Windows\\system32\\net1 use");
    truth_.must(Rule::descendant, net1.start,
                "grandchild of the script by way of net, in 4688 alone");
    host_.end(net1);
    host_.end(net);
    host_.logging.parent_name_in_4688 = false;
    const WindowsProcess systeminfo =
        run(script, "systeminfo.exe", "\"C:\\Windows\\system32\\systeminfo.exe\"");
    truth_.must(Rule::published, systeminfo.start,
                resolved + "; the record does not even name the parent");
    host_.end(systeminfo);
    host_.logging.parent_name_in_4688 = true;
    run_command_ends(script);
  }

  void reused_pid() {
    truth_.scene(kHost, "pid in use again",
                 "After 4689 the pid of script0's powershell belongs to a service host.");
    host_.at("2026-05-12T10:15:00.000Z");
    const WindowsProcess svchost =
        host_.start(services_, {system32("svchost.exe"),
                                "C:\\Windows\\system32\\svchost.exe -k UnistackSvcGroup",
                                nullptr,
                                {},
                                script_.pid});
    truth_.quiet(svchost.start, "same pid, another process");
    const WindowsProcess child = run(
        svchost, "rundll32.exe", "C:\\Windows\\system32\\rundll32.exe shell32.dll,Control_RunDLL");
    truth_.quiet(child.start, "the parent's pid once was script0's powershell, which had ended");
    host_.end(child);
  }

  void command_lines_off() {
    truth_.scene(kHost, "command lines switched off",
                 "Later the policy that records command lines is off: script1.ps1 runs unseen.");
    host_.at("2026-05-12T16:00:00.000Z");
    host_.logging.command_line_in_4688 = false;
    const WindowsProcess script = run_command("script1.ps1");
    const WindowsProcess nltest = run(script, "nltest.exe", "");
    truth_.quiet(nltest.start,
                 "a run, as the ancestor RunCommandExtension.exe shows, but no command line was "
                 "recorded and the rules ask for one");
    truth_.near(Rule::published, nltest.start, "process.parent.command_line like", "",
                "the policy that records command lines is off");
    for (const Rule rule : {Rule::published, Rule::script_number, Rule::parameters,
                            Rule::other_spelling, Rule::pwsh, Rule::descendant})
      truth_.blind(rule, kHost, "command_lines_not_recorded",
                   "no start has a command line any more, and the rule cannot do without",
                   format_time(nltest.start.time, 3));
    host_.end(nltest);
    run_command_ends(script);
  }

  Collection& collection_;
  Truth& truth_;
  WindowsHost host_{kHost, 0x11C40B77, 3'004};
  WindowsProcess services_, agent_, extension_, shell_, script_;
};

}  // namespace

void tell_vm_win02(Collection& collection, Truth& truth) {
  VmWin02(collection, truth).tell();
}

}  // namespace stemma::samples
