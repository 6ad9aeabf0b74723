// Records to ECS fields and to what lineage is told, case by case, from hand-made text.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/parsers/auditd/audit_run.hpp"
#include "tests/support/audit_writer.hpp"

namespace stemma::auditd_test {
namespace {

using support::AuditExec;
using support::AuditProcess;
using support::AuditWriter;

Seen one(const std::string& text) {
  const Parsed parsed = run(text);
  EXPECT_EQ(parsed.events.size(), 1u) << text;
  return parsed.events.empty() ? Seen{} : parsed.events[0];
}

/// A SYSCALL line with `fields` appended, and whatever records follow it.
std::string call(int number, const std::string& fields, const std::string& more = {},
                 const std::string& arch = "c000003e") {
  return fmt::format("type=SYSCALL msg=audit(1.000:1): arch={} syscall={} {} ppid=5 pid=6\n{}",
                     arch, number, fields, more);
}

std::string act(const Seen& event) {
  switch (event.process.act) {
    case ProcessAct::none:
      return "none";
    case ProcessAct::start:
      return "start";
    case ProcessAct::end:
      return "end";
    case ProcessAct::fork:
      return fmt::format("fork {}{}", event.process.child_pid,
                         event.process.child_has_callers_parent ? " of caller's parent" : "");
    case ProcessAct::boot:
      return "boot";
    case ProcessAct::shutdown:
      return "shutdown";
  }
  return "?";
}

TEST(Ecs, ASuccessfulExec) {
  AuditExec exec;
  exec.pid = 29'824;
  exec.ppid = 29'822;
  exec.uid = 65'534;
  exec.exe = "/usr/bin/dash";
  exec.argv = {"/bin/sh", "-c", "echo  a b"};
  exec.cwd = "/w with blank";
  exec.path = "/bin/sh";
  exec.key = std::string("t_exec\x01second");
  AuditWriter writer("web01");
  const Seen event = one(writer.enriched(true).at(1'795'485'717'021).exec(exec).text());
  EXPECT_EQ(event["@timestamp"], "2026-11-24T02:01:57.021Z");
  EXPECT_EQ(event["event.kind"], "event");
  EXPECT_EQ(event["event.category"], "process");
  EXPECT_EQ(event["event.type"], "start");
  EXPECT_EQ(event["event.action"], "executed");
  EXPECT_EQ(event["event.outcome"], "success");
  EXPECT_EQ(event["event.code"], "SYSCALL");
  EXPECT_EQ(event["event.module"], "auditd");
  EXPECT_EQ(event["event.dataset"], "auditd.log");
  EXPECT_EQ(event["event.provider"], "auditd");
  EXPECT_EQ(event["event.sequence"], "100");
  EXPECT_EQ(event["host.name"], "web01");
  EXPECT_EQ(event["host.os.type"], "linux");
  EXPECT_EQ(event["process.pid"], "29824");
  EXPECT_EQ(event["process.parent.pid"], "29822");
  EXPECT_EQ(event["process.executable"], "/usr/bin/dash");
  EXPECT_EQ(event["process.name"], "dash");
  EXPECT_EQ(event["process.args"], "/bin/sh|-c|echo  a b");
  EXPECT_EQ(event["process.args_count"], "3");
  EXPECT_EQ(event["process.command_line"], "/bin/sh -c echo  a b");
  EXPECT_EQ(event.origins.at("process.command_line"), Origin::derived);
  EXPECT_EQ(event["process.working_directory"], "/w with blank");
  EXPECT_EQ(event["process.title"], "/bin/sh -c echo  a b");
  EXPECT_EQ(event["user.id"], "65534");
  EXPECT_EQ(event["user.name"], "nobody");
  EXPECT_EQ(event.origins.at("user.name"), Origin::record);
  EXPECT_EQ(event["user.effective.group.id"], "65534");
  EXPECT_EQ(event["user.audit.id"], "-");
  EXPECT_EQ(event["user.audit.name"], "-");
  EXPECT_EQ(event["auditd.session"], "-");
  EXPECT_EQ(event["auditd.result"], "success");
  EXPECT_EQ(event["auditd.message_type"], "syscall|execve|cwd|path|proctitle");
  EXPECT_EQ(event["auditd.data.syscall"], "execve");
  EXPECT_EQ(event["auditd.data.arch"], "x86_64");
  EXPECT_EQ(event["auditd.data.comm"], "dash");
  EXPECT_EQ(event["auditd.paths.name"], "/bin/sh|/lib64/ld-linux-x86-64.so.2");
  EXPECT_EQ(event["auditd.paths.inode"], "247230|247231");
  EXPECT_EQ(event["file.path"], "/bin/sh");
  EXPECT_EQ(event["tags"], "t_exec|second");
  EXPECT_EQ(act(event), "start");
}

TEST(Ecs, NameIsTheExecutablesAndNotComm) {
  AuditExec script;
  script.exe = "/usr/bin/bash";
  script.script = "/var/lib/waagent/run-command/download/1/script.sh";
  script.argv = {"/bin/bash", script.script};
  const Seen event = one(AuditWriter().exec(script).text());
  EXPECT_EQ(event["process.name"], "bash");
  EXPECT_EQ(event["auditd.data.comm"], "script.sh");
  // Deleted while it ran; and a name that needs encoding.
  EXPECT_EQ(
      one(call(
          59,
          "success=yes exit=0 exe=2F746D702F782064656C202864656C6574656429"))["process.executable"],
      "/tmp/x del (deleted)");
  EXPECT_EQ(
      one(call(59,
               "success=yes exit=0 exe=2F746D702F782064656C202864656C6574656429"))["process.name"],
      "x del");
  EXPECT_EQ(one(call(59, "success=yes exit=0 exe=(null) comm=\"x\""))["process.name"], "-");
}

TEST(Ecs, AFailedExecStartsNothing) {
  AuditExec exec;
  exec.exe = "/usr/bin/dash";
  exec.path = "/w/noshebang.sh";
  exec.argv = {"/w/noshebang.sh"};
  for (const int error : {2, 8, 13}) {
    const Seen event = one(AuditWriter().failed_exec(exec, error).text());
    EXPECT_EQ(event["event.category"], "process");
    EXPECT_EQ(event["event.type"], "info");
    EXPECT_EQ(event["event.action"], "executed");
    EXPECT_EQ(event["event.outcome"], "failure");
    EXPECT_EQ(event["auditd.result"], "fail");
    EXPECT_EQ(event["auditd.data.exit"], error == 2 ? "ENOENT" : error == 8 ? "ENOEXEC" : "EACCES");
    EXPECT_EQ(event["process.args"], "-");
    EXPECT_EQ(event["file.path"], "/w/noshebang.sh");
    EXPECT_EQ(act(event), "none");
  }
}

TEST(Ecs, ForksByFlags) {
  const AuditProcess parent{.pid = 10, .ppid = 9, .exe = "/usr/bin/bash"};
  const auto forked = [&](std::uint64_t flags) {
    return one(AuditWriter().fork(parent, 77, flags).text());
  };
  EXPECT_EQ(act(forked(0x1200011)), "fork 77");
  EXPECT_EQ(act(forked(0x8000)), "fork 77 of caller's parent");
  EXPECT_EQ(act(forked(0x3D0F00)), "none");  // a thread: CLONE_VM … CLONE_THREAD
  const Seen event = forked(0x1200011);
  EXPECT_EQ(event["event.category"] + " " + event["event.type"] + " " + event["event.action"],
            "process info forked");
  EXPECT_EQ(event["process.pid"], "10");
  EXPECT_EQ(act(one(call(57, "success=yes exit=78 a0=10000"))), "fork 78");  // fork has no flags
  EXPECT_EQ(act(one(call(58, "success=yes exit=78"))), "fork 78");
  EXPECT_EQ(act(one(call(435, "success=yes exit=78 a0=10000"))),
            "fork 78");  // clone3: a0 is an address
  EXPECT_EQ(act(one(call(56, "success=no exit=-11 a0=11"))), "none");
  EXPECT_EQ(act(one(call(56, "success=yes exit=0 a0=11"))), "none");
  EXPECT_EQ(act(one(call(56, "success=yes exit=99999999999 a0=11"))), "none");
  EXPECT_EQ(act(one(call(220, "success=yes exit=79 a0=11", "", "c00000b7"))), "fork 79");
  EXPECT_EQ(act(one(call(120, "success=yes exit=80 a0=11", "", "40000003"))), "fork 80");
}

TEST(Ecs, EndsBootsAndShutdowns) {
  const Seen event = one(AuditWriter().exit_group({.pid = 10}, 3).text());
  EXPECT_EQ(event["event.type"] + " " + event["event.action"] + " " + event["event.outcome"],
            "end exited -");
  EXPECT_EQ(event["process.exit_code"], "3");
  EXPECT_EQ(act(event), "end");
  // One thread's exit ends no process.
  EXPECT_EQ(act(one(call(60, "a0=0"))), "none");
  EXPECT_EQ(one(call(60, "a0=0"))["event.type"], "info");
  EXPECT_EQ(act(one("type=ANOM_ABEND msg=audit(1.000:1): auid=1000 uid=1000 gid=1000 ses=1 pid=6 "
                    "comm=\"x\" exe=\"/x\" sig=11 res=1\n")),
            "end");
  EXPECT_EQ(act(one(AuditWriter().system_boot().text())), "boot");
  EXPECT_EQ(one(AuditWriter().system_boot().text())["event.type"], "start");
  EXPECT_EQ(act(one(AuditWriter().system_shutdown().text())), "shutdown");
}

TEST(Ecs, CallsByArchitecture) {
  EXPECT_EQ(one(call(11, "success=yes exit=0", "", "40000003"))["auditd.data.syscall"], "execve");
  EXPECT_EQ(one(call(221, "success=yes exit=0", "", "c00000b7"))["auditd.data.syscall"], "execve");
  EXPECT_EQ(one(call(11, "success=yes exit=0", "", "40000028"))["auditd.data.syscall"], "execve");
  EXPECT_EQ(one(call(322, "success=yes exit=0"))["auditd.data.syscall"], "execveat");
  EXPECT_EQ(one(call(0x40000000 + 59, "success=yes exit=0"))["auditd.data.syscall"],
            "execve");  // x32
  EXPECT_EQ(one(call(59, "success=yes exit=0", "", "80000016"))["auditd.data.arch"], "s390x");
  EXPECT_EQ(one(call(59, "success=yes exit=0", "", "80000016"))["auditd.data.syscall"], "59");
  EXPECT_EQ(one(call(11,
                     "success=yes exit=0 key=(null)\x1D"
                     "ARCH=s390x SYSCALL=execve",
                     "", "80000016"))["event.action"],
            "executed");
  EXPECT_EQ(one(call(59, "success=yes exit=0", "", "12345678"))["auditd.data.arch"], "12345678");
  EXPECT_EQ(
      one("type=SYSCALL msg=audit(1.000:1): arch=x86_64 syscall=execve success=yes exit=0 pid=6\n")
          ["event.action"],
      "executed");
  EXPECT_EQ(one(call(9999, "success=yes exit=0"))["event.category"], "process");
}

TEST(Ecs, UsersAndNames) {
  const Seen raw = one(call(1, "success=yes exit=0 auid=1000 uid=0 gid=0 euid=1001 suid=-1 ses=3"));
  EXPECT_EQ(raw["user.id"] + " " + raw["user.name"], "0 root");
  EXPECT_EQ(raw.origins.at("user.name"), Origin::derived);
  EXPECT_EQ(raw["user.group.name"], "root");
  EXPECT_EQ(raw["user.audit.id"] + " " + raw["user.audit.name"], "1000 -");
  EXPECT_EQ(raw["user.effective.id"] + " " + raw["user.effective.name"], "1001 -");
  EXPECT_EQ(raw["user.saved.id"], "-");
  EXPECT_EQ(raw["auditd.session"], "3");
  const Seen named = one(call(1,
                              "success=yes exit=0 auid=1000 uid=0 euid=1001\x1D"
                              "AUID=\"alice\" UID=\"toor\" EUID=\"unknown(1001)\""));
  EXPECT_EQ(named["user.name"], "toor");
  EXPECT_EQ(named["user.audit.name"], "alice");
  EXPECT_EQ(named["user.effective.name"], "-");
  EXPECT_EQ(named["related.user"], "toor|alice");
}

TEST(Ecs, HostsByWhoNamesThem) {
  const std::string record = "type=CWD msg=audit(1.000:1): cwd=\"/\"\n";
  EXPECT_EQ(one("node=n " + record)["host.name"], "n");
  EXPECT_EQ(one("Nov 24 03:10:51 s audispd: " + record)["host.name"], "s");
  EXPECT_EQ(one("Nov 24 03:10:51 s audispd: " + record)["log.syslog.hostname"], "s");
  EXPECT_EQ(one("Nov 24 03:10:51 s audispd: node=n " + record)["host.name"], "n");
  EXPECT_EQ(one(record)["host.name"], "testhost");
  EXPECT_EQ(one(record).origins.at("host.name"), Origin::derived);
  const Parsed unknown = run({record + record}, {""});
  EXPECT_EQ(unknown.events[0]["host.name"], "-");
  EXPECT_EQ(unknown.logs[0].count(Defect::unknown_host), 1u);
}

TEST(Ecs, Sockets) {
  const std::string inet =
      "type=SOCKADDR msg=audit(1.000:1): saddr=02000050A9FEA9FE0000000000000000\n";
  const Seen out = one(call(42, "success=no exit=-115", inet));
  EXPECT_EQ(out["event.category"] + " " + out["event.type"] + " " + out["event.action"],
            "network connection|start connected-to");
  EXPECT_EQ(out["destination.ip"] + " " + out["destination.port"] + " " + out["network.direction"],
            "169.254.169.254 80 egress");
  EXPECT_EQ(out["auditd.data.exit"], "EINPROGRESS");
  const Seen in = one(call(288, "success=yes exit=4", inet));
  EXPECT_EQ(in["source.ip"] + " " + in["destination.ip"] + " " + in["network.direction"],
            "169.254.169.254 - ingress");
  const Seen bind = one(call(49, "success=yes exit=0", inet));
  EXPECT_EQ(bind["source.ip"] + " " + bind["source.port"] + " " + bind["network.direction"],
            "169.254.169.254 80 -");
  const Seen asked = one(call(51, "success=yes exit=0", inet));
  EXPECT_EQ(asked["source.ip"] + " " + asked["auditd.data.socket_addr"], "- 169.254.169.254");
  const Seen old = one(call(102, "success=yes exit=0 a0=3", inet, "40000003"));
  EXPECT_EQ(old["event.action"] + " " + old["destination.ip"] + " " + old["auditd.data.syscall"],
            "connected-to 169.254.169.254 socketcall");
  const Seen unix = one(call(42, "success=yes exit=0",
                             "type=SOCKADDR msg=audit(1.000:1): saddr=01002F72756E2F7800\n"));
  EXPECT_EQ(unix["destination.path"] + " " + unix["destination.ip"], "/run/x -");
  const Seen bad =
      one(call(42, "success=yes exit=0", "type=SOCKADDR msg=audit(1.000:1): saddr=0200\n"));
  EXPECT_EQ(bad["auditd.data.saddr"] + " " + bad["destination.ip"], "0200 -");
  const Seen written = one(AuditWriter().connect({.pid = 6}, "10.1.2.3", 443).text());
  EXPECT_EQ(written["destination.ip"] + " " + written["destination.port"], "10.1.2.3 443");
}

TEST(Ecs, Files) {
  const std::string cwd = "type=CWD msg=audit(1.000:1): cwd=\"/home/u\"\n";
  const std::string parent =
      "type=PATH msg=audit(1.000:1): item=0 name=\"d/\" inode=1 nametype=PARENT\n";
  const std::string deleted =
      "type=PATH msg=audit(1.000:1): item=1 name=\"d/x.tar.gz\" inode=2 dev=08:01 mode=0104755 "
      "ouid=0 ogid=5 rdev=00:00 nametype=DELETE\n";
  const Seen event = one(call(87, "success=yes exit=0 items=2", cwd + parent + deleted));
  EXPECT_EQ(event["event.category"] + " " + event["event.type"] + " " + event["event.action"],
            "file deletion deleted");
  EXPECT_EQ(event["file.path"], "/home/u/d/x.tar.gz");
  EXPECT_EQ(event.origins.at("file.path"), Origin::derived);
  EXPECT_EQ(event["file.name"] + " " + event["file.directory"] + " " + event["file.extension"],
            "x.tar.gz /home/u/d gz");
  EXPECT_EQ(event["file.inode"] + " " + event["file.device"] + " " + event["file.mode"],
            "2 08:01 4755");
  EXPECT_EQ(event["file.uid"] + " " + event["file.owner"] + " " + event["file.gid"] + " " +
                event["file.group"],
            "0 root 5 -");
  EXPECT_EQ(event["auditd.paths.nametype"], "PARENT|DELETE");
  // Relative to a folder that only the process knew: kept as it is.
  EXPECT_EQ(one(call(263, "success=yes exit=0 a0=5 items=2", cwd + parent + deleted))["file.path"],
            "d/x.tar.gz");
  EXPECT_EQ(
      one(call(263, "success=yes exit=0 a0=ffffff9c items=2", cwd + parent + deleted))["file.path"],
      "/home/u/d/x.tar.gz");
  EXPECT_EQ(one(call(87, "success=yes exit=0 items=1",
                     "type=PATH msg=audit(1.000:1): item=0 name=(null) inode=9 nametype=NORMAL\n"))
                ["file.path"],
            "-");
}

TEST(Ecs, MessagesOfPrograms) {
  const Seen sudo = one(AuditWriter()
                            .user_cmd({.pid = 7,
                                       .uid = 1000,
                                       .auid = 1000,
                                       .session = 4,
                                       .exe = "/usr/bin/sudo",
                                       .tty = "pts/0"},
                                      "/home/a b", "cat /etc/shadow")
                            .text());
  EXPECT_EQ(sudo["event.code"] + " " + sudo["event.action"] + " " + sudo["event.outcome"],
            "USER_CMD ran-command success");
  EXPECT_EQ(sudo["auditd.data.cmd"] + "|" + sudo["process.working_directory"],
            "cat /etc/shadow|/home/a b");
  EXPECT_EQ(sudo["process.executable"] + " " + sudo["user.id"] + " " + sudo["auditd.session"],
            "/usr/bin/sudo 1000 4");
  EXPECT_EQ(act(sudo), "none");

  const Seen login =
      one("type=USER_LOGIN msg=audit(1.000:1): pid=9 uid=0 auid=4294967295 ses=4294967295 "
          "msg='op=login acct=28696E76616C6964207573657229 "
          "exe=\"/usr/sbin/sshd\" hostname=? addr=31.207.47.36 terminal=sshd res=failed'\n");
  EXPECT_EQ(login["event.category"] + " " + login["event.type"] + " " + login["event.outcome"],
            "authentication start failure");
  EXPECT_EQ(
      login["user.effective.name"] + " " + login["source.ip"] + " " + login["network.direction"],
      "(invalid user) 31.207.47.36 ingress");
  EXPECT_EQ(login["auditd.data.hostname"], "-");

  const Seen added =
      one("type=ADD_USER msg=audit(1.000:1): pid=9 uid=0 auid=1000 ses=3 msg='op=add-user "
          "acct=\"eve\" id=1002 exe=\"/usr/sbin/useradd\" hostname=h "
          "addr=? terminal=pts/1 res=success'\n");
  EXPECT_EQ(added["event.type"] + " " + added["user.target.id"] + " " + added["user.target.name"],
            "user|creation 1002 eve");

  const Seen service =
      one("type=SERVICE_START msg=audit(1.000:1): pid=1 uid=0 auid=4294967295 ses=4294967295 "
          "msg='unit=x comm=\"systemd\" "
          "exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? terminal=? res=success'\n");
  EXPECT_EQ(
      service["auditd.data.unit"] + " " + service["process.name"] + " " + service["event.action"],
      "x systemd started-service");
  EXPECT_EQ(act(service), "none");

  const Seen session =
      one("type=CRYPTO_SESSION msg=audit(1.000:1): pid=9 uid=0 auid=4294967295 msg='op=start "
          "spid=12 suid=74 rport=5 exe=\"/usr/sbin/sshd\" res=success'\n");
  EXPECT_EQ(session["user.saved.id"] + " " + session["auditd.data.suid"], "- 74");
}

TEST(Ecs, LoginsOldAndNew) {
  const Seen now =
      one("type=LOGIN msg=audit(1.000:1): pid=9 uid=0 old-auid=4294967295 auid=1000 tty=(none) "
          "old-ses=4294967295 ses=2 res=1\n");
  EXPECT_EQ(now["user.audit.id"] + " " + now["auditd.session"] + " " + now["auditd.data.old-auid"],
            "1000 2 -");
  const Seen old =
      one("type=LOGIN msg=audit(1.000:1): pid=9 uid=0 old auid=700 new auid=1000 old ses=1 new "
          "ses=2\n");
  EXPECT_EQ(old["user.audit.id"] + " " + old["auditd.session"], "1000 2");
  EXPECT_EQ(old["auditd.data.old-auid"] + " " + old["auditd.data.old-ses"], "700 1");
}

TEST(Ecs, RecordsThatNameAnEventBesideACall) {
  const std::string config =
      "type=CONFIG_CHANGE msg=audit(1.000:1): auid=1000 ses=1 op=remove_rule key=\"k\" list=4 "
      "res=1\n";
  const Seen event = one(config + call(44, "success=yes exit=1060 uid=0"));
  EXPECT_EQ(event["event.code"], "CONFIG_CHANGE");
  EXPECT_EQ(event["event.action"], "changed-audit-configuration");
  EXPECT_EQ(event["auditd.data.op"] + " " + event["auditd.data.list"] + " " + event["tags"],
            "remove_rule 4 k");
  EXPECT_EQ(event["auditd.message_type"], "config_change|syscall");
  // A denial beside an exec must not hide the exec.
  const std::string avc =
      "type=AVC msg=audit(1.000:1): avc:  denied  { read write } for  pid=6 comm=\"x\" path=\"/y\" "
      "dev=\"sda1\" ino=3 tclass=file\n";
  const Seen denied = one(
      avc + call(59, "success=yes exit=0", "type=EXECVE msg=audit(1.000:1): argc=1 a0=\"x\"\n"));
  EXPECT_EQ(denied["event.code"] + " " + denied["event.action"] + " " + denied["event.category"] +
                " " + denied["event.type"],
            "AVC executed process start");
  EXPECT_EQ(denied["auditd.data.seresult"] + " " + denied["auditd.data.seperms"] + " " +
                denied["auditd.data.path"],
            "denied read,write /y");
  EXPECT_EQ(act(denied), "start");
}

TEST(Ecs, KernelRingHasNumbers) {
  const Seen event =
      one("Jul 18 14:29:23 k kernel: audit: type=1300 audit(1.000:1): arch=c000003e syscall=59 "
          "success=yes exit=0 pid=6 exe=\"/bin/x\"\n"
          "Jul 18 14:29:23 k kernel: audit: type=1309 audit(1.000:1): argc=1 a0=\"x\"\n");
  EXPECT_EQ(event["event.code"] + " " + event["auditd.message_type"] + " " + event["process.args"],
            "SYSCALL syscall|execve x");
  EXPECT_EQ(one("type=1999 audit(1.000:1): a=b\n")["event.code"], "UNKNOWN[1999]");
}

TEST(Ecs, BytesThatAreNotUtf8AreKeptAndNoted) {
  const Parsed parsed = run(
      call(59, "success=yes exit=0 exe=2FFF", "type=EXECVE msg=audit(1.000:1): argc=1 a0=FE\n"));
  EXPECT_EQ(parsed.events[0]["process.executable"] + parsed.events[0]["process.args"], "/\xFF\xFE");
  EXPECT_EQ(parsed.defects(), "invalid_utf8 @0: serial 1\n");
}

TEST(Ecs, FieldsAreCapped) {
  std::string many = "type=NETFILTER_PKT msg=audit(1.000:1):";
  for (int i = 0; i < 20'000; ++i) many += fmt::format(" k{}=v{}", i, i);
  const Parsed parsed = run(many + "\n");
  ASSERT_EQ(parsed.events.size(), 1u);
  EXPECT_LT(parsed.events[0].fields.size(), 1'100u);
  EXPECT_EQ(parsed.defects(), "limit_exceeded @0: serial 1: more fields or keys than are read\n");
}

TEST(Ecs, RuleKeysAreCapped) {
  std::string keys;
  for (int i = 0; i < 100'000; ++i)
    keys += fmt::format("{:02X}{:02X}01", 2 + i % 250, 2 + i / 250 % 250);
  const Parsed parsed = run(call(1, "success=yes exit=0 key=" + keys));
  ASSERT_EQ(parsed.events.size(), 1u);
  EXPECT_EQ(parsed.events[0].fields.at("tags").size(), 256u);
  EXPECT_EQ(parsed.logs[0].count(Defect::limit_exceeded), 1u);
}

TEST(Ecs, OnlyWhatIsWantedIsDecoded) {
  AuditWriter writer;
  for (std::uint32_t i = 0; i < 20; ++i) writer.exec({.pid = 100 + i});
  const std::string text = writer.text();
  const Parsed all = run(text);
  const auto parser = make_auditd_parser();
  const ArtifactBytes artifact{ArtifactId{1}, std::as_bytes(std::span(text)), {}};
  Projection projection;
  projection.want(field::process_pid);
  projection.want(field::file_path);
  const std::vector<std::uint64_t> places = {all.events[3].source.offset,
                                             all.events[17].source.offset};
  struct Sink : EventSink {
    std::string seen;
    void on_event(Event& event) override {
      ShapeTable shapes;
      const EventView view = event.view(shapes);
      for (const FieldId id : view.shape().fields()) seen.append(field_name(id)).append(" ");
      seen += std::to_string(*event.integer(field::process_pid)) + "\n";
    }
  } sink;
  ImportLog log;
  const auto units = parser->split(std::span(&artifact, 1));
  parser->decode(std::span(&artifact, 1), units[0], Wanted{&projection, &places}, sink, log);
  EXPECT_EQ(sink.seen, "process.pid file.path 103\nprocess.pid file.path 117\n");
}

TEST(Ecs, ASpanThatIsNoEventIsAFault) {
  const std::string text = "type=CWD msg=audit(1.000:1): cwd=\"/\"\nprose\n";
  const auto parser = make_auditd_parser();
  const ArtifactBytes artifact{ArtifactId{1}, std::as_bytes(std::span(text)), {}};
  const Projection projection = Projection::all();
  Event event;
  const auto fault_at = [&](std::uint64_t offset, std::uint32_t length) {
    const SourceSpan span{ArtifactId{1}, length, offset};
    const auto result =
        parser->decode_event(std::span(&artifact, 1), std::span(&span, 1), projection, event);
    return result ? std::string("none") : std::string(defect_name(result.error().what));
  };
  EXPECT_EQ(fault_at(0, 36), "none");
  EXPECT_EQ(fault_at(37, 5), "bad_line");
  EXPECT_EQ(fault_at(0, 0), "truncated");
  EXPECT_EQ(fault_at(40, 100), "changed_while_read");
  EXPECT_EQ(fault_at(1u << 30, 1), "changed_while_read");
}

}  // namespace
}  // namespace stemma::auditd_test
