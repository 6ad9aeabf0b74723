#include "bench/evidence/linux_day.hpp"

#include <algorithm>
#include <string_view>

#include "bench/evidence/windows_programs.hpp"

namespace stemma::bench {

using support::AuditExec;
using support::AuditProcess;

namespace {

constexpr std::uint32_t kMostPids = 32'768;
constexpr std::size_t kMostLives = 180;

struct Command {
  std::string_view exe;
  std::string_view line;  ///< the arguments, separated by |; placeholders as on the Windows host
};
constexpr Command kCommands[] = {
    {"/usr/bin/ls", "ls|--color=auto|-l|/var/lib/~/~"},
    {"/usr/bin/grep", "grep|-rn|~_~ [0-9]+|/etc/~/~.conf"},
    {"/usr/bin/sed", "sed|-e|s/~=.*/~=######/|-i|/run/~/~-####.conf"},
    {"/usr/bin/python3.11",
     "/usr/bin/python3|-u|/opt/~/bin/~.py|--config|/etc/~/~.yaml|--job|@@@@@@@@-@@@@-@@@@-@@@@-"
     "@@@@@@@@@@@@"},
    {"/usr/bin/date", "date|+%Y-%m-%d %H:%M:%S"},
    {"/usr/bin/cat", "cat|/proc/####/status"},
    {"/usr/bin/awk", "awk|-F|:|{ print $1, $3 }|/etc/passwd"},
    {"/usr/bin/curl",
     "curl|-fsS|--max-time|10|-H|Authorization: Bearer @@@@@@@@@@@@@@@@@@@@@@@@|https://"
     "api.~.example/v#/~?limit=###"},
    {"/usr/bin/dash", "sh|-c|/usr/lib/~/~ --~=~ 2>/dev/null \\| head -n 1"},
    {"/usr/bin/bash", "bash|/usr/local/sbin/~.sh|--~|#"},
    {"/usr/bin/git", "git|-C|/srv/~|fetch|--prune|origin"},
    {"/usr/sbin/logrotate", "/usr/sbin/logrotate|/etc/logrotate.conf"},
    {"/usr/bin/systemctl", "systemctl|is-active|~.service"},
    {"/usr/bin/id", "id|-u"},
    {"/usr/bin/env", "env|-i|PATH=/usr/bin:/bin|LANG=C.UTF-8|/usr/bin/~"},
};
constexpr std::string_view kFolders[] = {"/",      "/root",      "/home/alice",
                                         "/srv/~", "/var/lib/~", "/tmp/~.@@@@@@"};
constexpr std::string_view kKeys[] = {"", "exec", "exec", "process_start"};

std::vector<std::string> split(std::string_view line) {
  std::vector<std::string> out(1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size()) {
      out.back() += line[++i];
    } else if (line[i] == '|') {
      out.emplace_back();
    } else {
      out.back() += line[i];
    }
  }
  return out;
}

}  // namespace

LinuxDay::LinuxDay(support::AuditWriter& out, std::uint64_t seed, const Runs& runs)
    : out_(out), random_(Random::mix(seed + 2)), runs_(runs) {
  live_.push_back(
      {1, 0, 0, support::kUnsetId, support::kUnsetId, "/usr/lib/systemd/systemd", true});
  for (const char* service : {"/usr/sbin/sshd", "/usr/sbin/cron", "/usr/bin/waagent",
                              "/usr/lib/systemd/systemd-journald", "/usr/sbin/rsyslogd"})
    start(0, service, {service, "-D"}, "/", "", true);
  for (std::uint32_t i = 0; i < 6; ++i) {
    const std::size_t shell = start(1, "/usr/bin/bash", {"-bash"}, "/home/alice", "", true);
    live_[shell].uid = live_[shell].auid = 1'000 + i;
    live_[shell].session = 3 + i;
  }
}

std::string LinuxDay::fill(std::string_view text) {
  return filled_in(text, random_);
}

std::uint32_t LinuxDay::new_pid() {
  for (;;) {
    last_pid_ = last_pid_ + 1 < kMostPids ? last_pid_ + 1 : 300;
    if (std::none_of(live_.begin(), live_.end(), [&](const Life& x) { return x.pid == last_pid_; }))
      return last_pid_;
  }
}

AuditProcess LinuxDay::process(const Life& life) const {
  AuditProcess out;
  out.pid = life.pid;
  out.ppid = life.ppid;
  out.uid = life.uid;
  out.auid = life.auid;
  out.session = life.session;
  out.exe = life.exe;
  out.tty = life.auid == support::kUnsetId ? "(none)" : "pts0";
  return out;
}

void LinuxDay::step() {
  const std::uint64_t what = random_.below(100);
  if (what < 83) return exec_any();
  if (what < 92) return exit_any();
  const Life& life = live_[random_.below(live_.size())];
  if (what < 97) {
    out_.connect(process(life), "10.0." + std::to_string(random_.below(8)) + ".7",
                 static_cast<std::uint16_t>(random_.one_in(3) ? 53 : 443));
  } else if (what < 98) {
    out_.user_cmd(process(life), "/home/alice", fill("systemctl restart ~"));
  } else {
    out_.user_message(random_.one_in(2) ? "USER_START" : "CRED_ACQ", process(life),
                      "op=PAM:session_open grantors=pam_unix,pam_env acct=\"alice\" "
                      "exe=\"/usr/sbin/sshd\" hostname=10.0.3.17 addr=10.0.3.17 terminal=ssh "
                      "res=success");
  }
}

std::size_t LinuxDay::start(std::size_t parent, const std::string& exe,
                            std::vector<std::string> argv, const std::string& cwd,
                            const std::string& script, bool stays) {
  Life life = live_[parent];
  life.ppid = life.pid;
  life.pid = new_pid();
  life.exe = exe;
  life.stays = stays;
  AuditExec exec;
  exec.pid = life.pid;
  exec.ppid = life.ppid;
  exec.uid = life.uid;
  exec.auid = life.auid;
  exec.session = life.session;
  exec.exe = exe;
  exec.argv = std::move(argv);
  exec.cwd = cwd;
  exec.key = random_.pick(kKeys);
  exec.script = script;
  exec.tty = life.auid == support::kUnsetId ? "(none)" : "pts0";
  if (random_.one_in(10)) out_.fork(process(live_[parent]), life.pid);
  out_.exec(exec);
  live_.push_back(std::move(life));
  return live_.size() - 1;
}

void LinuxDay::exec_any() {
  if (live_.size() > kMostLives) {  // most ends are not audited: they leave without a word
    std::size_t gone = 0;
    do gone = random_.below(live_.size());
    while (live_[gone].stays);
    live_[gone] = std::move(live_.back());
    live_.pop_back();
  }
  if (++execs_ % runs_.every == 0) return run_command();
  const Command& command = random_.pick(kCommands);
  start(random_.below(live_.size()), std::string(command.exe), split(fill(command.line)),
        fill(random_.pick(kFolders)), "", false);
}

void LinuxDay::exit_any() {
  const std::size_t who = random_.below(live_.size());
  if (live_[who].stays) return exec_any();
  out_.exit_group(process(live_[who]), random_.one_in(8) ? 1 : 0);
  live_[who] = std::move(live_.back());
  live_.pop_back();
}

// As the Azure agent does it: the agent's child is the script's interpreter, and its child is what
// the script starts; then both are gone.
void LinuxDay::run_command() {
  const std::string script =
      "/var/lib/waagent/run-command/download/" + std::to_string(execs_) + "/script.sh";
  const std::size_t shell = start(3, "/usr/bin/dash", {"/bin/sh", script},
                                  "/var/lib/waagent/run-command/download", script, false);
  for (std::size_t i = 0; i < runs_.children; ++i) {
    const Command& command = kCommands[i % std::size(kCommands)];
    if (i == 0) {
      start(shell, "/usr/bin/id", {"id"}, "/", "", false);
    } else {
      start(shell, std::string(command.exe), split(fill(command.line)), "/", "", false);
    }
  }
  for (std::size_t i = 0; i < runs_.children + 1; ++i) {
    out_.exit_group(process(live_.back()));
    live_.pop_back();
  }
}

}  // namespace stemma::bench
