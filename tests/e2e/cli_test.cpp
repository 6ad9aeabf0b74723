// The program as its user runs it: arguments in, standard output, standard error and exit code out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>

#include "tests/e2e/run_cli.hpp"
#include "tests/support/audit_writer.hpp"
#include "tests/support/evtx_events.hpp"
#include "tests/support/evtx_writer.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using stemma::support::AuditWriter;
using stemma::support::EvtxWriter;
using stemma::support::Outcome;
using stemma::support::read_file;
using stemma::support::stemma;
using stemma::support::TempDir;
using ::testing::EndsWith;
using ::testing::HasSubstr;

std::string run_log(const std::string& node = "vm2") {
  AuditWriter log(node);
  log.exec({.pid = 200,
            .ppid = 100,
            .exe = "/usr/bin/bash",
            .argv = {"/bin/bash", "/var/lib/waagent/run-command/download/7/script.sh"}});
  log.exec({.pid = 201, .ppid = 200, .exe = "/usr/bin/id", .argv = {"id", "-u"}});
  return log.text();
}

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(Cli, ScanWritesOneDocumentAFindingAndEndsWithZero) {
  const TempDir dir;
  const std::string log = dir.write("audit.log", run_log());
  const Outcome outcome = stemma("scan " + log);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::istringstream out(outcome.out);
  std::string line;
  int strict = 0;
  while (std::getline(out, line)) {
    const auto document = nlohmann::json::parse(line);
    EXPECT_EQ(document["event"]["kind"], "alert");
    EXPECT_EQ(document["process"]["name"], "id");
    EXPECT_EQ(document["log"]["file"]["path"], log);
    if (document["rule"]["id"] == "cb9554e8-9f31-41a8-b4f5-d82144e6dc33") ++strict;
  }
  EXPECT_EQ(strict, 1);
  EXPECT_THAT(outcome.err, HasSubstr("1 artifact, "));
}

TEST(Cli, EveryFormatOfScan) {
  const TempDir dir;
  dir.write("audit.log", run_log());
  const std::size_t findings = lines(stemma("scan -q " + dir.path()).out);
  ASSERT_GT(findings, 0u);
  EXPECT_EQ(nlohmann::json::parse(stemma("scan -q --format json " + dir.path()).out).size(),
            findings);
  const Outcome csv = stemma("scan -q --format csv " + dir.path());
  EXPECT_EQ(lines(csv.out), findings + 1);
  EXPECT_THAT(csv.out, HasSubstr("@timestamp,host.name,rule.name"));
  const Outcome table = stemma("scan -q --format table " + dir.path());
  EXPECT_THAT(
      table.out,
      HasSubstr("1 Run Command run on 1 host started 1 process; every record could be read\n"));
  EXPECT_THAT(table.out, HasSubstr("/var/lib/waagent/run-command/download/7/script.sh"));
  EXPECT_EQ(csv.err, "");
}

TEST(Cli, OutputFileIsCompleteOrAbsent) {
  const TempDir dir;
  dir.write("audit.log", run_log());
  EXPECT_EQ(stemma("scan -q -o " + (dir / "f.jsonl") + " " + dir.path()).code, 0);
  EXPECT_EQ(lines(read_file(dir / "f.jsonl")), lines(stemma("scan -q " + (dir / "audit.log")).out));
  EXPECT_FALSE(std::filesystem::exists(dir / "f.jsonl.part"));
  const Outcome bad = stemma("scan -q -o " + (dir / "no/such/folder.jsonl") + " " + dir.path());
  EXPECT_EQ(bad.code, 1);
  EXPECT_THAT(bad.err, HasSubstr("folder.jsonl: cannot be written: No such file or directory"));
}

TEST(Cli, APipeIsWrittenToAndStaysOne) {
  const TempDir dir;
  dir.write("audit.log", run_log());
  const std::string pipe = dir / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  std::string read;
  std::jthread reader([&] { read = read_file(pipe); });
  const Outcome outcome = stemma("scan -q -o " + pipe + " " + (dir / "audit.log"));
  // Where the program made a file of it nobody wrote to the pipe, and the reader still waits.
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
  if (!std::filesystem::is_fifo(pipe)) std::_Exit(1);
  reader.join();
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(read, stemma("scan -q " + (dir / "audit.log")).out);
  EXPECT_FALSE(std::filesystem::exists(pipe + ".part"));
}

TEST(Cli, OfALinkTheFileThatItLeadsToIsWritten) {
  const TempDir dir;
  dir.write("audit.log", run_log());
  dir.write("real.jsonl", "before");
  std::filesystem::create_symlink(dir / "real.jsonl", dir / "link.jsonl");
  const std::string arguments = "scan -q -o " + (dir / "link.jsonl") + " " + (dir / "audit.log");
  EXPECT_EQ(stemma(arguments).code, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(dir / "link.jsonl"));
  EXPECT_EQ(read_file(dir / "real.jsonl"), stemma("scan -q " + (dir / "audit.log")).out);
}

TEST(Cli, TimeAndHostNarrowWhatIsShown) {
  const TempDir dir;
  dir.write("a/audit.log", run_log("vm1"));
  dir.write("b/audit.log", run_log("vm2"));
  const std::size_t both = lines(stemma("scan -q " + dir.path()).out);
  EXPECT_EQ(lines(stemma("scan -q --host VM1 " + dir.path()).out) * 2, both);
  EXPECT_EQ(lines(stemma("scan -q --to 2020-01-01 " + dir.path()).out), 0u);
  EXPECT_EQ(lines(stemma("scan -q --from 2020-01-01 --to 2100-01-01T00:00:00Z " + dir.path()).out),
            both);
  const Outcome bad = stemma("scan -q --from yesterday " + dir.path());
  EXPECT_EQ(bad.code, 2);
  EXPECT_EQ(bad.err, "--from: not a time: yesterday (want 2026-11-24 or 2026-11-24T03:10:00Z)\n");
  EXPECT_THAT(stemma("scan --host nobody " + dir.path()).err,
              HasSubstr("--host: no event is from nobody (hosts here: "));
}

TEST(Cli, MemoryIsKeptOrTheRunIsRefused) {
  const TempDir dir;
  dir.write("audit.log", run_log());
  for (const char* command : {"scan", "tree", "timeline", "events", "evidence"}) {
    const Outcome refused =
        stemma(std::string(command) + " --threads 1 --memory 16M " + dir.path());
    EXPECT_EQ(refused.code, 1) << command;
    EXPECT_EQ(refused.out, "") << command;
    EXPECT_EQ(refused.err,
              "--memory: 16 MiB of memory is used up after 1 of 1 units: 2 events need 35 MiB; "
              "give more, or fewer files\n")
        << command;
    const Outcome kept = stemma(std::string(command) + " -q --memory 512M " + dir.path());
    EXPECT_EQ(kept.code, 0) << command;
    EXPECT_EQ(kept.out, stemma(std::string(command) + " -q " + dir.path()).out) << command;
  }
  const Outcome bad = stemma("scan --memory much " + dir.path());
  EXPECT_EQ(bad.code, 2);
  EXPECT_EQ(
      bad.err,
      "--memory: not a size: much (want 512M or 4G)\nRun with --help for more information.\n");
}

TEST(Cli, TreeMarksFindings) {
  const TempDir dir;
  dir.write("audit.log", run_log());
  const Outcome tree = stemma("tree " + dir.path());
  EXPECT_EQ(tree.code, 0);
  EXPECT_THAT(tree.out, HasSubstr("host vm2\n"));
  EXPECT_THAT(tree.out, HasSubstr("    ! id  pid 201"));
  EXPECT_EQ(stemma("tree --findings-only " + dir.path()).out, tree.out);
  EXPECT_THAT(stemma("tree --entity 999999 " + dir.path()).err,
              HasSubstr("--entity: no process has the id or pid 999999"));
}

TEST(Cli, TimelineIsInOrder) {
  const TempDir dir;
  dir.write("audit.log", run_log());
  const Outcome timeline = stemma("timeline " + dir.path());
  EXPECT_THAT(timeline.out,
              HasSubstr("! start  id (201) by bash (200): id -u  [Azure Run Command"));
  EXPECT_LT(timeline.out.find("start  bash"), timeline.out.find("start  id"));
}

TEST(Cli, EventsAreEcsDocuments) {
  const TempDir dir;
  dir.write("audit.log", run_log());
  const Outcome events = stemma("events " + dir.path());
  EXPECT_EQ(lines(events.out), 2u);
  const auto first = nlohmann::json::parse(events.out.substr(0, events.out.find('\n')));
  EXPECT_EQ(first["process"]["args"],
            nlohmann::json::parse(
                R"(["/bin/bash","/var/lib/waagent/run-command/download/7/script.sh"])"));
}

TEST(Cli, EvidenceShowsTheLedger) {
  const TempDir dir;
  dir.write("audit.log", run_log() + "type=SYSCALL msg=audit(nonsense\n");
  dir.write("x.txt", "nothing");
  const Outcome evidence = stemma("evidence " + dir.path());
  EXPECT_EQ(evidence.code, 3);
  EXPECT_THAT(evidence.out, HasSubstr("sha256"));
  EXPECT_THAT(evidence.out, HasSubstr("bad_line"));
  EXPECT_THAT(evidence.out, HasSubstr("x.txt  (no evidence of a known format in it)"));
  EXPECT_THAT(evidence.err, HasSubstr("some evidence could not be read"));
  const Outcome json = stemma("evidence --format jsonl " + dir.path());
  std::istringstream out(json.out);
  std::string line;
  std::getline(out, line);
  const auto artifact = nlohmann::json::parse(line);
  EXPECT_EQ(artifact["bytes"]["read"],
            artifact["bytes"]["parsed"].get<int>() + artifact["bytes"]["refused"].get<int>() +
                artifact["bytes"]["recovered"].get<int>() + artifact["bytes"]["unused"].get<int>());
}

TEST(Cli, ASecondReaderSeesTheSame) {
  stemma::support::WinRecord record = stemma::support::sysmon_event(
      1, "WS1", stemma::parse_time("2026-11-24T03:10:51Z")->time, {{"CommandLine", "cmd /c x"}});
  stemma::support::WinRecord literal = record;
  literal.style = stemma::support::Style::literal;
  const TempDir dir;
  dir.write("s.evtx", EvtxWriter{}.add({record, literal, record}).bytes());
  const Outcome checked = stemma("evidence --no-digests --cross-check " + dir.path());
  EXPECT_EQ(checked.code, 0);
  EXPECT_THAT(checked.out,
              EndsWith("\ncross-check with libevtx\n" + dir.path() +
                       "/s.evtx\n  2 records alike, 1 that only the native reader reads\n"));
  const Outcome json = stemma("evidence --no-digests --cross-check --format jsonl " + dir.path());
  EXPECT_THAT(json.out, HasSubstr("\"cross_check\":{\"different\":0,\"equal\":2,\"explained\":0,"
                                  "\"libevtx_only\":0,\"native_only\":1,"));
  EXPECT_EQ(stemma("events -q " + dir.path()).code, 0);
  EXPECT_EQ(stemma("events -q --evtx-reader libevtx " + dir.path()).code,
            3);  // it cannot read the second record
  EXPECT_EQ(stemma("events --evtx-reader other " + dir.path()).code, 2);
}

TEST(Cli, ABadRuleIsNamedAndTheOthersRun) {
  const TempDir dir;
  dir.write("audit.log", run_log());
  dir.write("rules/bad.toml",
            "[rule]\nname = \"Bad\"\nrule_id = \"1\"\ntype = \"eql\"\nlanguage = \"eql\"\nquery = "
            "'''\nprocess where process.name = \"x\"\n'''\n");
  const Outcome outcome = stemma("scan --rules " + (dir / "rules") + " " + (dir / "audit.log"));
  EXPECT_EQ(outcome.code, 2);
  EXPECT_GT(lines(outcome.out), 0u);
  EXPECT_THAT(outcome.err, HasSubstr("bad.toml:7:28: error EQL013"));
  const Outcome check = stemma("rules check " + (dir / "rules"));
  EXPECT_EQ(check.code, 2);
  EXPECT_THAT(check.out,
              HasSubstr("  process where process.name = \"x\"\n                             ^"));
}

TEST(Cli, ShippedRulesCompile) {
  const Outcome check = stemma("rules check");
  EXPECT_EQ(check.code, 0) << check.out;
  EXPECT_THAT(stemma("rules list").out, HasSubstr("cb9554e8-9f31-41a8-b4f5-d82144e6dc33  medium    "
                                                  "Azure Run Command Script Child Process"));
}

TEST(Cli, UsageAndMissingEvidence) {
  EXPECT_EQ(stemma("").code, 2);
  EXPECT_EQ(stemma("scan").code, 2);
  EXPECT_EQ(stemma("scan --no-such-option x").code, 2);
  EXPECT_EQ(stemma("--help").code, 0);
  EXPECT_EQ(stemma("--version").out.substr(0, 7), "stemma ");
  const Outcome missing = stemma("scan /no/such/evidence");
  EXPECT_EQ(missing.code, 1);
  EXPECT_EQ(missing.err,
            "/no/such/evidence: cannot be read: no such file or directory\nno evidence of a known "
            "format was found\n");
}

TEST(Cli, CompletionScriptsNameTheCommands) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Outcome outcome = stemma(std::string("completion ") + shell);
    EXPECT_EQ(outcome.code, 0);
    for (const char* word : {"scan", "tree", "timeline", "events", "rules", "evidence", "threads"})
      EXPECT_THAT(outcome.out, HasSubstr(word)) << shell;
  }
}

TEST(Cli, TextOfTheEvidenceNeverReachesTheTerminalRaw) {
  AuditWriter log("vm\x1b[31m2");
  log.exec({.pid = 200,
            .ppid = 100,
            .exe = "/usr/bin/bash",
            .argv = {"/bin/bash", "/var/lib/waagent/run-command/download/7/script.sh"}});
  log.exec({.pid = 201,
            .ppid = 200,
            .exe = "/tmp/\x1b]0;owned\x07",
            .argv = {"x\x1b[2J", "\xE2\x80\xAE", "=cmd|' /C calc'!A1", "\xFF"}});
  const TempDir dir;
  dir.write("audit.log", log.text());
  for (const char* command : {"scan --format table ", "scan --format csv ", "scan --format jsonl ",
                              "tree ", "timeline ", "events "}) {
    const Outcome outcome = stemma(command + dir.path());
    for (const std::string& text : {outcome.out, outcome.err}) {
      EXPECT_EQ(text.find('\x1b'), std::string::npos) << command;
      EXPECT_EQ(text.find('\x07'), std::string::npos) << command;
      EXPECT_EQ(text.find("\xE2\x80\xAE"), std::string::npos) << command;
      EXPECT_EQ(text.find('\xFF'), std::string::npos) << command;
    }
  }
}

}  // namespace
