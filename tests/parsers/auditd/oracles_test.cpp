// The same records as other programs read them: laurel and go-libaudit for arguments, auditbeat,
// Elastic's integrations and filebeat for fields. Where we differ on purpose, the difference is
// written down here with its reason, field by field, and counted.
#include <gtest/gtest.h>

#include <sstream>

#include "tests/parsers/auditd/oracle.hpp"

namespace stemma::auditd_test {
namespace {

/// Some logs of the corpus are put together from several machines, so a serial alone does not name
/// an event.
const Seen* find(const Parsed& parsed, const std::string& sequence,
                 const std::string& timestamp = {}) {
  for (const Seen& event : parsed.events) {
    if (std::to_string(event.sequence) == sequence &&
        (timestamp.empty() || event["@timestamp"] == timestamp))
      return &event;
  }
  return nullptr;
}

std::string first(const FlatDocument& document, const std::string& field) {
  const auto found = document.find(field);
  return found == document.end() ? std::string() : found->second.front();
}

// Where we differ on purpose. docs/ecs-differences-auditd.md says the same in prose.
const std::vector<Deliberate> kDeliberate = {
    {"*", "unset", "-", "an id or session that is not set is absent"},
    {"*", "4294967295", "-", "an id or session that is not set is absent"},
    {"*", "unknown", "-", "an outcome that the record does not tell is absent"},
    {"user.id", "*", "=user.audit.id",
     "user.id is uid; theirs is the login's auid, which is our user.audit.id"},
    {"user.id", "4294967295", "0", "user.id is uid; theirs is auid, here not set"},
    {"user.id", "*", "=auditd.data.old-auid", "LOGIN: theirs is the login before"},
    {"user.effective.id", "*", "=user.id", "theirs puts uid here, as user.id holds auid"},
    {"user.effective.id", "*", "-", "looked up on the shipping host from acct="},
    {"user.effective.name", "*", "=user.name", "theirs puts the name of uid here"},
    {"user.effective.name", "*", "-", "looked up on the shipping host"},
    {"user.name", "charlie", "root", "user.name belongs to uid; theirs is acct="},
    {"user.name", "admin", "root", "user.name belongs to uid; theirs is acct="},
    {"user.target.name", "*", "-", "looked up on the shipping host"},
    {"user.target.id", "1003", "-", "looked up on the shipping host"},
    {"group.name", "testgroup", "-", "looked up on the shipping host"},
    {"group.id", "9999", "-", "looked up on the shipping host"},
    {"group.id", "0", "1000", "GRP_MGMT: the group that is changed stands in id="},
    {"user.saved.id", "74", "-",
     "suid= inside the message of CRYPTO_* is the session's, not the process's"},
    {"user.ids.suid", "*", "-",
     "suid= inside the message of CRYPTO_* is the session's, not the process's"},
    {"source.ip", "192.168.2.0", "-",
     "MAC_IPSEC_EVENT: src= is a network of a policy, no source of an event"},
    {"source.ip", "10.100.0.0", "-",
     "MAC_IPSEC_EVENT: src= is a network of a policy, no source of an event"},
    {"source.ip", "1.128.3.4", "1.2.3.4", "the oracle's input was made anonymous differently"},
    {"auditd.data.hostname", "1.128.3.4", "1.2.3.4",
     "the oracle's input was made anonymous differently"},
    {"auditd.data.op", "adding", "*",
     "op= of old shadow tools goes on in bare words; we keep them"},
    {"auditd.session", "", "1172", "LOGIN of old kernels: new ses="},
    {"process.executable", "*", "=process.args",
     "one document per record: EXECVE overwrites it with args[0]"},
    {"process.args", "*", "-",
     "USER_CMD: theirs splits cmd=, which runs in another process; ours is auditd.data.cmd"},
    {"process.args_count", "*", "-", "USER_CMD: theirs splits cmd="},
    {"process.args_count", "101", "100",
     "the record lacks its last argument; noted as argument_missing"},
    {"event.outcome", "1", "success", "res=1 is success"},
    {"event.type", "stop", "end", "ECS has no type stop"},
    {"event.type", "creation|group", "group|creation", "order of a list"},
    {"event.type", "creation|user", "user|creation", "order of a list"},
    {"event.type", "change|user", "user|change", "order of a list"},
    {"event.category", "configuration|process", "process|configuration", "order of a list"},
    {"event.type", "end", "end|info", "ANOM_ABEND as go-libaudit has it"},
    {"event.category", "process", "process|intrusion_detection",
     "ANOM_ABEND as go-libaudit has it"},
    {"event.type", "info", "start", "SYSTEM_BOOT, execve by name: as go-libaudit has them"},
    {"event.type", "info", "end", "SYSTEM_SHUTDOWN as go-libaudit has it"},
    {"event.type", "creation", "info", "VIRT_CONTROL, VIRT_MACHINE_ID as go-libaudit has them"},
    {"event.type", "change", "change|info", "one document per record; ours is the whole event"},
    {"event.type", "info", "change|info", "one document per record; ours is the whole event"},
    {"event.type", "change", "change|start", "one document per record; ours is the whole event"},
    {"event.type", "info", "change|start", "one document per record; ours is the whole event"},
    {"event.type", "info", "connection|info", "theirs does not know the number of the call"},
    {"event.category", "process", "network", "theirs does not know the number of the call"},
    {"event.category", "configuration", "configuration|process",
     "one document per record; ours is the whole event"},
    {"event.category", "process", "configuration|process",
     "one document per record; ours is the whole event"},
    {"event.category", "configuration", "configuration|driver",
     "one document per record; ours is the whole event"},
    {"event.category", "process", "configuration|driver",
     "one document per record; ours is the whole event"},
    {"event.action", "execve", "-", "one document per record: a record type as the action"},
    {"event.action", "proctitle", "-", "one document per record: a record type as the action"},
    {"event.action", "sockaddr", "-", "one document per record: a record type as the action"},
    {"event.action", "ckaddr", "-", "one document per record: a record type as the action"},
    {"event.action", "path", "-", "one document per record: a record type as the action"},
    {"event.action", "cwd", "-", "one document per record: a record type as the action"},
    {"event.action", "bprm_fcaps", "-", "one document per record: a record type as the action"},
    {"event.action", "mac_ipsec_event", "-",
     "one document per record: a record type as the action"},
    {"event.action", "mac_ipsec_event", "sent-to",
     "the record type has no word; its system call has"},
    {"event.action", "syscall", "*", "one document per record: a record type as the action"},
    {"network.direction", "egress", "-", "a sendto without its SOCKADDR tells no direction"},
    {"auditd.log.name", "/sbin/auditctl", "-", "PATH names are in auditd.paths.name"},
    {"file.path", "/run/systemd/sessions/", "/run/systemd/sessions/23.ref",
     "objtype= is the old name of nametype=: PARENT is skipped"},
    {"file.inode", "11378", "98040", "objtype= is the old name of nametype=: PARENT is skipped"},
    {"file.mode", "0755", "0600", "objtype= is the old name of nametype=: PARENT is skipped"},
};

/// All oracles share one table, so one object sees them all; its rows must all be needed.
Differences& differences() {
  static Differences all(kDeliberate);
  return all;
}

TEST(Oracles, LaurelsArguments) {
  if (corpus().empty()) GTEST_SKIP() << "no corpus";
  std::size_t compared = 0;
  for (const std::string name : {"record-execve", "record-execve-long", "record-nscd",
                                 "record-syscall-key", "record-adjntpval", "record-login"}) {
    const auto documents_of = documents(corpus() + "/laurel/" + name + ".json");
    const Parsed parsed = run(read_file(corpus() + "/laurel/" + name + ".txt"));
    for (const FlatDocument& document : documents_of) {
      const std::string id = first(document, "ID");
      const Seen* event = find(parsed, id.substr(id.find(':') + 1));
      ASSERT_NE(event, nullptr) << name << " " << id;
      Differences strict({});
      for (const FieldPair& pair :
           std::vector<FieldPair>{{"EXECVE.ARGV", "process.args"},
                                  {"EXECVE.argc", "process.args_count"},
                                  {"CWD.cwd", "process.working_directory"},
                                  {"SYSCALL.exe", "process.executable"},
                                  {"SYSCALL.comm", "auditd.data.comm"},
                                  {"SYSCALL.pid", "process.pid"},
                                  {"SYSCALL.ppid", "process.parent.pid"},
                                  {"SYSCALL.SYSCALL", "auditd.data.syscall"},
                                  {"SYSCALL.ARCH", "auditd.data.arch"},
                                  {"SYSCALL.UID", "user.name"},
                                  {"SYSCALL.EGID", "user.effective.group.name"},
                                  {"PATH.name", "auditd.paths.name"},
                                  {"PATH.inode", "auditd.paths.inode"},
                                  {"PATH.nametype", "auditd.paths.nametype"}}) {
        strict.compare(document, *event, pair);
      }
      EXPECT_EQ(strict.unexplained(), "") << name;
      compared += strict.compared();
    }
  }
  EXPECT_EQ(compared, 67u);
}

TEST(Oracles, GoLibauditsArguments) {
  if (corpus().empty()) GTEST_SKIP() << "no corpus";
  std::size_t compared = 0;
  for (const std::string name : {"audit-rhel7.log", "test2.log", "test3.log"}) {
    const Parsed parsed = run(read_file(corpus() + "/go-libaudit/auparse/" + name));
    for (const FlatDocument& document :
         documents(corpus() + "/go-libaudit/auparse/" + name + ".golden")) {
      if (first(document, "record_type") != "execve") continue;
      const Seen* event = nullptr;
      for (const Seen& candidate : parsed.events) {
        if (std::to_string(candidate.sequence) == first(document, "sequence") &&
            candidate["process.args"] != "-")
          event = &candidate;
      }
      ASSERT_NE(event, nullptr);
      std::vector<std::string> argv;
      for (std::size_t i = 0; document.count("data.a" + std::to_string(i)) != 0; ++i)
        argv.push_back(first(document, "data.a" + std::to_string(i)));
      EXPECT_EQ(event->fields.at("process.args"), argv);
      ++compared;
    }
  }
  EXPECT_EQ(compared, 5u);
}

const std::vector<FieldPair> kGoLibaudit = {
    {"sequence", "event.sequence"},
    {"result", "auditd.result"},
    {"session", "auditd.session"},
    {"tags", "tags"},
    {"summary.action", "event.action"},
    {"ecs.event.category", "event.category"},
    {"ecs.event.type", "event.type"},
    {"process.pid", "process.pid"},
    {"process.ppid", "process.parent.pid"},
    {"process.title", "process.title"},
    {"process.name", "auditd.data.comm"},
    {"process.exe", "process.executable"},
    {"process.cwd", "process.working_directory"},
    {"process.args", "process.args"},
    {"file.path", "file.path"},
    {"file.inode", "file.inode"},
    {"file.mode", "file.mode"},
    {"file.uid", "file.uid"},
    {"file.gid", "file.gid"},
    {"source.ip", "source.ip"},
    {"source.port", "source.port"},
    {"destination.ip", "destination.ip"},
    {"destination.port", "destination.port"},
    {"network.direction", "network.direction"},
    {"paths.name", "auditd.paths.name"},
    {"user.ids.uid", "user.id"},
    {"user.ids.auid", "user.audit.id"},
    {"user.ids.euid", "user.effective.id"},
    {"user.ids.suid", "user.saved.id"},
    {"user.ids.fsuid", "user.filesystem.id"},
    {"user.ids.gid", "user.group.id"},
    {"user.ids.egid", "user.effective.group.id"},
    {"user.ids.sgid", "user.saved.group.id"},
    {"user.ids.fsgid", "user.filesystem.group.id"},
    {"data.syscall", "auditd.data.syscall"},
    {"data.arch", "auditd.data.arch"},
    {"data.exit", "auditd.data.exit"},
    {"data.tty", "auditd.data.tty"},
    {"data.a0", "auditd.data.a0"},
    {"data.op", "auditd.data.op"},
    {"data.acct", "auditd.data.acct"},
    {"data.hostname", "auditd.data.hostname"},
    {"data.terminal", "auditd.data.terminal"},
    {"data.cmd", "auditd.data.cmd"},
    {"data.socket_addr", "auditd.data.socket_addr"},
    {"data.socket_port", "auditd.data.socket_port"},
    {"data.socket_family", "auditd.data.socket_family"},
    {"data.unit", "auditd.data.unit"},
};

TEST(Oracles, GoLibauditsEvents) {
  if (corpus().empty()) GTEST_SKIP() << "no corpus";
  Differences& all = differences();
  const std::size_t before = all.compared();
  for (const std::string name :
       {"random-internet", "rhel-7-linux-3.10.0", "ubuntu-17.04-linux-4.10.0"}) {
    const std::string base = corpus() + "/go-libaudit/aucoalesce/" + name;
    std::map<std::string, Seen> by_name;
    for (const YamlBlock& block : yaml_blocks(base + ".yaml")) {
      const Parsed parsed = run(block.text);
      ASSERT_EQ(parsed.events.size(), 1u) << block.name;
      by_name.insert_or_assign(block.name, parsed.events[0]);
    }
    for (FlatDocument document : documents(base + ".json.golden")) {
      const std::string test = first(document, "test_name");
      ASSERT_EQ(by_name.count(test), 1u) << test;
      FlatDocument event;
      for (auto& [field, values] : document) {
        if (field.compare(0, 6, "event.") == 0) event[field.substr(6)] = values;
      }
      for (const FieldPair& pair : kGoLibaudit) all.compare(event, by_name.at(test), pair);
    }
  }
  EXPECT_EQ(all.unexplained(), "");
  EXPECT_EQ(all.compared() - before, 495u);
}

const std::vector<FieldPair> kAuditbeat = {
    {"auditd.sequence", "auditd.sequence"},
    {"auditd.message_type", "auditd.message_type"},
    {"auditd.result", "auditd.result"},
    {"auditd.session", "auditd.session"},
    {"auditd.data.acct", "auditd.data.acct"},
    {"auditd.data.addr", "auditd.data.addr"},
    {"auditd.data.hostname", "auditd.data.hostname"},
    {"auditd.data.id", "auditd.data.id"},
    {"auditd.data.op", "auditd.data.op"},
    {"auditd.data.terminal", "auditd.data.terminal"},
    {"auditd.data.grantors", "auditd.data.grantors"},
    {"event.action", "event.action"},
    {"event.category", "event.category"},
    {"event.kind", "event.kind"},
    {"event.outcome", "event.outcome"},
    {"event.type", "event.type"},
    {"event.sequence", "event.sequence"},
    {"process.pid", "process.pid"},
    {"process.executable", "process.executable"},
    {"source.ip", "source.ip"},
    {"network.direction", "network.direction"},
    {"user.audit.id", "user.audit.id"},
    {"auditd.user.audit.id", "user.audit.id"},
    {"user.id", "user.id"},
    {"user.effective.id", "user.effective.id"},
    {"user.effective.name", "user.effective.name"},
    {"user.target.id", "user.target.id"},
    {"user.target.name", "user.target.name"},
    {"group.id", "group.id"},
    {"group.name", "group.name"},
};

void compare_by_sequence(const std::string& log, const std::string& oracle, const std::string& key,
                         const std::string& sequence, const std::vector<FieldPair>& pairs,
                         Differences& all) {
  const Parsed parsed = run(read_file(corpus() + "/" + log));
  for (const FlatDocument& document : documents(corpus() + "/" + oracle, key)) {
    const std::string number = first(document, sequence);
    if (number.empty()) continue;
    const Seen* event = find(parsed, number, first(document, "@timestamp"));
    if (event == nullptr) {
      ADD_FAILURE() << oracle << ": no event " << number;
      continue;
    }
    for (const FieldPair& pair : pairs) all.compare(document, *event, pair);
  }
}

TEST(Oracles, Auditbeat) {
  if (corpus().empty()) GTEST_SKIP() << "no corpus";
  Differences& all = differences();
  const std::size_t before = all.compared();
  compare_by_sequence("auditbeat-auditd/auditlogin.log",
                      "auditbeat-auditd/auditlogin.log-expected.json", "", "auditd.sequence",
                      kAuditbeat, all);
  compare_by_sequence("auditbeat-auditd/centos7.log", "auditbeat-auditd/centos7.log-expected.json",
                      "", "auditd.sequence", kAuditbeat, all);
  compare_by_sequence("auditbeat-auditd/userlogin.log",
                      "auditbeat-auditd/userlogin.log-expected.json", "", "auditd.sequence",
                      kAuditbeat, all);
  compare_by_sequence("filebeat-auditd/useradd.log", "auditbeat-auditd/useradd.log-expected.json",
                      "", "auditd.sequence", kAuditbeat, all);
  EXPECT_EQ(all.unexplained(), "");
  EXPECT_EQ(all.compared() - before, 451u);
}

TEST(Oracles, IntegrationManager) {
  if (corpus().empty()) GTEST_SKIP() << "no corpus";
  Differences& all = differences();
  const std::size_t before = all.compared();
  for (const std::string name : {"auditlogin", "centos7", "userlogin", "useradd"}) {
    const std::string log =
        (name == "useradd" ? "filebeat-auditd/" : "auditbeat-auditd/") + name + ".log";
    compare_by_sequence(log,
                        "integrations-auditd_manager/test-" + name + "-events.json-expected.json",
                        "expected", "event.sequence", kAuditbeat, all);
  }
  EXPECT_EQ(all.unexplained(), "");
  EXPECT_EQ(all.compared() - before, 439u);
}

// One document per record: only what a record says of the whole event.
const std::vector<FieldPair> kPerRecord = {
    {"@timestamp", "@timestamp"},
    {"auditd.log.sequence", "auditd.sequence"},
    {"auditd.log.ses", "auditd.session"},
    {"auditd.log.tty", "auditd.data.tty"},
    {"auditd.log.a0", "auditd.data.a0"},
    {"auditd.log.a3", "auditd.data.a3"},
    {"auditd.log.op", "auditd.data.op"},
    {"auditd.log.unit", "auditd.data.unit"},
    {"auditd.log.table", "auditd.data.table"},
    {"auditd.log.proctitle", "process.title"},
    {"auditd.log.kind", "auditd.data.kind"},
    {"auditd.log.laddr", "auditd.data.laddr"},
    {"auditd.log.rport", "auditd.data.rport"},
    {"auditd.log.spid", "auditd.data.spid"},
    {"auditd.log.subj", "auditd.data.subj"},
    {"auditd.log.sw", "auditd.data.sw"},
    {"auditd.log.vm", "auditd.data.vm"},
    {"auditd.log.name", "auditd.data.name"},
    {"auditd.log.old_auid", "auditd.data.old-auid"},
    {"auditd.log.new_ses", "auditd.session"},
    {"auditd.log.node", "host.name"},
    {"auditd.log.hostname", "auditd.data.hostname"},
    {"event.action", "event.action"},
    {"event.category", "event.category"},
    {"event.type", "event.type"},
    {"event.outcome", "event.outcome"},
    {"event.kind", "event.kind"},
    {"host.architecture", "auditd.data.arch"},
    {"process.pid", "process.pid"},
    {"process.parent.pid", "process.parent.pid"},
    {"process.executable", "process.executable"},
    {"process.name", "auditd.data.comm"},
    {"process.args", "process.args"},
    {"process.args_count", "process.args_count"},
    {"process.exit_code", "auditd.data.exit"},
    {"process.working_directory", "process.working_directory"},
    {"source.ip", "source.ip"},
    {"network.direction", "network.direction"},
    {"user.id", "user.id"},
    {"user.audit.id", "user.audit.id"},
    {"user.group.id", "user.group.id"},
    {"user.effective.id", "user.effective.id"},
    {"user.effective.group.id", "user.effective.group.id"},
    {"user.saved.id", "user.saved.id"},
    {"user.filesystem.id", "user.filesystem.id"},
    {"user.name", "user.name"},
    {"user.effective.name", "user.effective.name"},
    {"user.target.id", "user.target.id"},
    {"user.target.name", "user.target.name"},
    {"group.id", "group.id"},
};

TEST(Oracles, IntegrationOfTheFile) {
  if (corpus().empty()) GTEST_SKIP() << "no corpus";
  Differences& all = differences();
  const std::size_t before = all.compared();
  compare_by_sequence("integrations-auditd/test-auditd-raw.log",
                      "integrations-auditd/test-auditd-raw.log-expected.json", "expected",
                      "auditd.log.sequence", kPerRecord, all);
  compare_by_sequence("filebeat-auditd/useradd.log",
                      "integrations-auditd/test-auditd-useradd.log-expected.json", "expected",
                      "auditd.log.sequence", kPerRecord, all);
  EXPECT_EQ(all.unexplained(), "");
  EXPECT_EQ(all.compared() - before, 705u);
}

TEST(Oracles, Filebeat) {
  if (corpus().empty()) GTEST_SKIP() << "no corpus";
  Differences& all = differences();
  const std::size_t before = all.compared();
  for (const std::string name : {"audit-cent7-node", "audit-rhel6", "audit-rhel7", "audit-rhel7_2",
                                 "execve", "test", "useradd"}) {
    compare_by_sequence("filebeat-auditd/" + name + ".log",
                        "filebeat-auditd/" + name + ".log-expected.json", "", "auditd.log.sequence",
                        kPerRecord, all);
  }
  EXPECT_EQ(all.unexplained(), "");
  EXPECT_EQ(all.compared() - before, 2'827u);
}

// Last in this file: a row of the table that explains nothing is out of date.
TEST(Oracles, ZEveryDeliberateDifferenceIsMet) {
  if (corpus().empty()) GTEST_SKIP() << "no corpus";
  if (differences().compared() == 0) GTEST_SKIP() << "the other tests of this suite were not run";
  EXPECT_EQ(differences().unused(), "");
  EXPECT_EQ(differences().equal(), 4'043u);
}

}  // namespace
}  // namespace stemma::auditd_test
