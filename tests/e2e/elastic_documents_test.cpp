// Elastic documents beside the logs that they were made of: every document of the corpus comes out
// with its own values, every process event is a process of the tree, and the published rule says of
// a log and of its documents the same. The documents are read here by another JSON library.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "app/session/session.hpp"
#include "tests/e2e/run_cli.hpp"
#include "tests/parsers/winlog/golden.hpp"
#include "tests/support/audit_writer.hpp"
#include "tests/support/ecs_documents.hpp"
#include "tests/support/samples/windows_host.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using namespace stemma;
using namespace stemma::support;
using nlohmann::json;

const char* const kStrictRule = "cb9554e8-9f31-41a8-b4f5-d82144e6dc33";

std::vector<std::string> document_files() {
  std::vector<std::string> files;
  const std::string corpus = golden::corpus();
  if (corpus.empty()) return files;
  for (const auto& entry : fs::recursive_directory_iterator(corpus)) {
    const std::string path = entry.path().string();
    if (path.ends_with("-expected.json") || path.ends_with(".golden.json") ||
        path.ends_with("sample_event.json") ||
        path.find("elastic-defend/ecs-process/") != std::string::npos)
      files.push_back(path);
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The documents of a file, in its order; null where a pipeline dropped one.
std::vector<json> documents_of(const std::string& file) {
  const json whole = json::parse(golden::read_text(file));
  const json list = whole.is_array()             ? whole
                    : whole.contains("expected") ? whole["expected"]
                                                 : json::array({whole});
  std::vector<json> out;
  for (const json& one : list)
    if (!one.is_null()) out.push_back(one);
  return out;
}

bool has(const golden::Document& document, const std::string& field, const std::string& value) {
  const auto found = document.find(field);
  return found != document.end() &&
         std::find(found->second.begin(), found->second.end(), value) != found->second.end();
}

bool is_process_event(const golden::Document& document) {
  const bool process =
      has(document, "event.category", "process") || has(document, "event.dataset", "process") ||
      (has(document, "event.category", "audit-rule") && has(document, "event.action", "executed"));
  return process &&
         (document.count("process.pid") != 0 || document.count("process.entity_id") != 0);
}

// A date in another writing is the same value: `…Z`, and no more decimals than were written.
std::string plain(std::string value) {
  const auto time = parse_time(value);
  return time ? format_time(time->time, time->digits) : value;
}

TEST(ElasticDocuments, EveryDocumentOfTheCorpusKeepsItsValuesAndEveryProcessEventIsAProcess) {
  const std::vector<std::string> files = document_files();
  if (files.empty()) GTEST_SKIP() << "the corpus is not there";
  std::size_t documents = 0, process_events = 0;
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    const std::vector<json> expected = documents_of(file);
    const auto session = Session::open({file}, {});
    const CaseSnapshot& snapshot = session->snapshot();
    std::map<std::uint64_t, std::pair<EventId, golden::Document>> by_offset;
    EventSelection everything;
    std::mutex mutex;
    session->for_each(everything, Projection::all(), [&](unsigned, EventId id, Event& event) {
      const std::lock_guard lock(mutex);
      by_offset[event.source.offset] = {id, golden::flatten(event)};
    });
    ASSERT_EQ(by_offset.size(), expected.size());
    documents += expected.size();
    auto at = by_offset.begin();
    for (const json& one : expected) {
      const golden::Document own = golden::flatten(one);
      const auto& [id, event] = at++->second;
      for (const auto& [field, values] : own) {
        const auto found = event.find(field);
        ASSERT_NE(found, event.end()) << field;
        ASSERT_EQ(found->second.size(), values.size()) << field;
        for (std::size_t i = 0; i < values.size(); ++i)
          EXPECT_EQ(plain(found->second[i]), plain(values[i])) << field;
      }
      if (!is_process_event(own)) continue;
      ++process_events;
      const EntityId entity = snapshot.events.entity(id);
      ASSERT_TRUE(entity) << one.dump(1);
      const ProcessEntity& life = snapshot.tree.entity(entity);
      if (own.count("process.entity_id") != 0) {
        EXPECT_EQ(snapshot.strings.view(life.entity_id), own.at("process.entity_id")[0]);
      }
      if (own.count("process.pid") != 0) {
        EXPECT_EQ(std::to_string(life.pid), own.at("process.pid")[0]);
      }
    }
  }
  std::cout << files.size() << " files, " << documents << " documents, " << process_events
            << " process events\n";
  EXPECT_GT(documents, 900u);
  EXPECT_GT(process_events, 100u);
}

// --- the rule

// For the shell.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::vector<json> lines_of(const std::string& text) {
  std::vector<json> all;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) all.push_back(json::parse(line));
  return all;
}

// pid, program, command line of each finding of the strict rule.
using Verdict = std::multiset<std::tuple<std::int64_t, std::string, std::string>>;

Verdict strict_verdict(const std::string& paths) {
  const Outcome scan = stemma::support::stemma("scan -q --format jsonl " + paths);
  EXPECT_EQ(scan.code, 0) << scan.err;
  Verdict verdict;
  for (const json& finding : lines_of(scan.out)) {
    if (finding["rule"]["id"] != kStrictRule) continue;
    const json& process = finding["process"];
    verdict.emplace(process["pid"], process["executable"], process.value("command_line", ""));
  }
  return verdict;
}

std::set<std::pair<std::int64_t, std::string>> matches(const std::string& path,
                                                       const std::string& query) {
  const Outcome outcome =
      stemma::support::stemma("query -q --format jsonl " + quoted(path) + " " + quoted(query));
  EXPECT_TRUE(outcome.code == 0 || outcome.code == 3) << outcome.err << query;
  std::set<std::pair<std::int64_t, std::string>> all;
  for (const json& event : lines_of(outcome.out)) {
    const json& process = event["process"];
    all.emplace(process["pid"], process.value("executable", ""));
  }
  return all;
}

struct Pair {
  std::string raw, documents;
};

std::vector<Pair> corpus_pairs() {
  std::vector<Pair> pairs;
  const fs::path corpus = golden::corpus();
  if (corpus.empty()) return pairs;
  const auto add = [&](const fs::path& raw, const fs::path& documents) {
    if (fs::exists(raw) && fs::exists(documents)) pairs.push_back({raw, documents});
  };
  for (const char* module : {"sysmon", "security"}) {
    const fs::path ingest = corpus / "evtx/_oracles/winlogbeat-ecs" / module / "ingest";
    for (const auto& entry : fs::directory_iterator(ingest)) {
      std::string name = entry.path().filename().string();
      name.resize(name.find(".golden.json"));
      add(corpus / "evtx/winlogbeat" / module / (name + ".evtx"), entry.path());
    }
  }
  // What a shipper read of a log that the corpus lacks is as raw as it gets: no field of ECS yet.
  const fs::path oracles = corpus / "evtx/_oracles";
  for (const auto& entry : fs::recursive_directory_iterator(oracles / "elastic-integrations")) {
    if (entry.path().extension() == ".json" && !entry.path().string().ends_with("expected.json"))
      add(entry.path(), entry.path().string() + "-expected.json");
  }
  for (const char* module : {"sysmon", "security"}) {
    const fs::path of_module = oracles / "winlogbeat-ecs" / module;
    for (const auto& entry : fs::directory_iterator(of_module / "collection")) {
      std::string name = entry.path().filename().string();
      name.resize(name.find(".evtx.golden.json"));
      add(entry.path(), of_module / "ingest" / (name + ".golden.json"));
    }
  }
  // Auditbeat's documents are one an event. Filebeat's are one a record, of which no one has both a
  // process and its arguments: another question.
  for (const auto& entry : fs::directory_iterator(corpus / "auditd/auditbeat-auditd")) {
    if (entry.path().extension() == ".log")
      add(entry.path(), entry.path().string() + "-expected.json");
  }
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.raw < b.raw; });
  return pairs;
}

// No log of the corpus shows a Run Command, so the rule is asked once as it is, and once a start
// with the words of that start's parent in place of the script's.
TEST(ElasticDocuments, TheRuleSaysOfALogAndItsDocumentsTheSame) {
  const std::vector<Pair> pairs = corpus_pairs();
  if (pairs.empty()) GTEST_SKIP() << "the corpus is not there";
  std::size_t asked = 0, hits = 0;
  for (const Pair& pair : pairs) {
    SCOPED_TRACE(pair.raw);
    EXPECT_EQ(strict_verdict(quoted(pair.raw)), strict_verdict(quoted(pair.documents)));
    const Outcome starts = stemma::support::stemma(
        "query -q --format jsonl " + quoted(pair.raw) +
        " 'process where event.type == \"start\" and process.parent.name != null'");
    std::set<std::pair<std::string, std::string>> parents;
    for (const json& event : lines_of(starts.out)) {
      const json& parent = event["process"]["parent"];
      parents.emplace(parent.value("name", ""), parent.value("command_line", ""));
    }
    for (const auto& [name, command_line] : parents) {
      if (command_line.find("\"\"\"") != std::string::npos) continue;
      const std::string query =
          "process where event.type in (\"start\", \"process_started\") and process.parent.name == "
          "\"\"\"" +
          name + "\"\"\"" +
          (command_line.empty() || command_line.ends_with('"')
               ? ""
               : " and process.parent.command_line == \"\"\"" + command_line + "\"\"\"");
      const auto of_raw = matches(pair.raw, query);
      EXPECT_EQ(of_raw, matches(pair.documents, query)) << query;
      ++asked;
      hits += of_raw.size();
    }
  }
  std::cout << pairs.size() << " pairs, " << asked << " queries, " << hits << " hits\n";
  EXPECT_GE(hits, 9u);
}

// --- a story

// A Windows machine on which Run Command runs a script, with programs that the rule must not take.
samples::WindowsHost windows_story() {
  using samples::system32;
  samples::WindowsHost host("vm-win01", 0xF3329A35, 4000);
  const samples::Account system = {"S-1-5-18", "SYSTEM", "NT AUTHORITY"};
  const std::string powershell = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";
  host.at("2026-05-12T09:14:00Z");
  const auto handler = host.running("C:\\Packages\\Plugins\\RunCommandExtension.exe",
                                    "RunCommandExtension.exe enable", 3000, system);
  for (const char* script : {"script0.ps1", "script7.ps1", "script12.ps1"}) {
    host.wait(5000);
    const auto shell = host.start(
        handler,
        {powershell, "powershell  -ExecutionPolicy Unrestricted -File " + std::string(script)});
    host.wait(20);
    const auto whoami = host.start(shell, {system32("whoami.exe"), "whoami /all"});
    host.wait(20);
    const auto cmd = host.start(shell, {system32("cmd.exe"), "cmd /c net user"});
    host.wait(5);
    const auto net = host.start(cmd, {system32("net.exe"), "net user"});
    host.wait(20);
    for (const auto& process : {whoami, net, cmd, shell}) host.end(process);
  }
  return host;
}

Documents documents_of(const std::vector<WinRecord>& records,
                       Document (*make)(const WinRecord&, std::uint64_t)) {
  Documents all;
  for (const WinRecord& record : records) all.push_back(make(record, all.size() + 1));
  return all;
}

std::size_t processes(const std::string& paths) {
  const Outcome tree = stemma::support::stemma("tree -q " + paths);
  EXPECT_EQ(tree.code, 0) << tree.err;
  return static_cast<std::size_t>(std::count(tree.out.begin(), tree.out.end(), '\n'));
}

TEST(ElasticDocuments, AWindowsStoryRawAndAsDocuments) {
  const samples::WindowsHost host = windows_story();
  TempDir dir;
  const std::string raw = quoted(dir.write("raw/sysmon.evtx", samples::evtx_file(host.sysmon, 1)));
  const Verdict verdict = strict_verdict(raw);
  EXPECT_EQ(verdict.size(), 4u);  // whoami and cmd of two scripts, each once
  const Documents mapped = documents_of(host.sysmon, sysmon_document);
  const Documents collected = documents_of(host.sysmon, collected_document);
  Documents dotted;
  for (const Document& document : mapped) dotted.push_back(flat(document));
  const std::pair<std::string, std::string> files[] = {
      {"lines.ndjson", as_lines(mapped)},        {"array.json", as_array(mapped, 1)},
      {"response.json", as_response(mapped)},    {"fields.json", as_fields_response(mapped, 2)},
      {"bulk.ndjson", as_bulk(mapped)},          {"flat.ndjson", as_lines(dotted)},
      {"collected.ndjson", as_lines(collected)},
  };
  const std::size_t alone = processes(raw);
  for (const auto& [name, text] : files) {
    SCOPED_TRACE(name);
    const std::string documents = quoted(dir.write(name, text));
    EXPECT_EQ(strict_verdict(documents), verdict);
    EXPECT_EQ(processes(documents), alone);
    // One process, seen raw and as a document.
    EXPECT_EQ(processes(raw + " " + documents), alone);
  }
  // Security 4688 has no ids: pid, time and program make it one.
  const std::string security =
      quoted(dir.write("raw/security.evtx", samples::evtx_file(host.security, 1)));
  const std::string of_security = quoted(
      dir.write("security.ndjson", as_lines(documents_of(host.security, collected_document))));
  EXPECT_EQ(strict_verdict(of_security).size(), 4u);
  EXPECT_EQ(strict_verdict(of_security), strict_verdict(security));
  EXPECT_EQ(processes(security + " " + of_security), processes(security));
  EXPECT_EQ(processes(raw + " " + security + " " + of_security), alone);
}

// Elastic Defend gives processes ids of its own; the log's and its documents are one process all
// the same.
TEST(ElasticDocuments, TwoProgramsThatWatchOneMachine) {
  const samples::WindowsHost host = windows_story();
  Documents defend;
  for (const WinRecord& record : host.sysmon) {
    if (record.event_id != 1 && record.event_id != 5) continue;
    const Document document = sysmon_document(record, 1);
    const json process = document["process"];
    DefendProcess p;
    p.time = document["@timestamp"].get<std::string>();
    p.time.insert(p.time.size() - 1, "1234");
    p.action = record.event_id == 1 ? "start" : "end";
    p.host = "VM-WIN01";
    p.entity_id = "ZGVmZW5k" + process["entity_id"].get<std::string>().substr(20, 16);
    p.pid = process["pid"];
    p.executable = process["executable"];
    if (record.event_id == 1) {
      p.command_line = process["command_line"];
      const json& parent = process["parent"];
      p.parent_entity_id = "ZGVmZW5k" + parent["entity_id"].get<std::string>().substr(20, 16);
      p.parent_pid = parent["pid"];
      p.parent_executable = parent["executable"];
      p.parent_command_line = parent["command_line"];
    }
    defend.push_back(defend_document(p));
  }
  TempDir dir;
  const std::string raw = quoted(dir.write("sysmon.evtx", samples::evtx_file(host.sysmon, 1)));
  const std::string documents = quoted(dir.write("defend.ndjson", as_lines(defend)));
  EXPECT_EQ(strict_verdict(documents), strict_verdict(raw));
  EXPECT_EQ(strict_verdict(raw).size(), 4u);
  EXPECT_EQ(processes(raw + " " + documents), processes(raw));
}

TEST(ElasticDocuments, ALinuxStoryRawAndAsDocuments) {
  AuditWriter log("web1");
  std::int64_t now = 1'778'577'000'000;
  std::uint32_t serial = 100;
  Documents documents;
  const auto exec = [&](std::uint32_t pid, std::uint32_t ppid, const std::string& exe,
                        const std::vector<std::string>& argv) {
    now += 500;
    AuditExec one;
    one.pid = pid;
    one.ppid = ppid;
    one.exe = exe;
    one.argv = argv;
    log.at(now).serial(serial).exec(one);
    documents.push_back(
        auditbeat_exec(format_time({now * 1'000'000}, 3), "web1", pid, ppid, exe, argv, serial++));
  };
  const std::string folder = "/var/lib/waagent/run-command/download/";
  exec(900, 1, "/usr/bin/python3", {"python3", "-u", "/usr/sbin/waagent", "-run-exthandlers"});
  exec(910, 900, "/bin/sh", {"/bin/sh", "-c", folder + "0/script.sh"});
  exec(911, 910, "/usr/bin/bash", {"bash", folder + "0/script.sh"});
  exec(912, 911, "/usr/bin/id", {"id"});
  exec(913, 911, "/usr/bin/curl", {"curl", "-s", "http://192.0.2.1/a b"});
  exec(914, 913, "/usr/bin/true", {"true"});
  exec(920, 1, "/usr/bin/bash", {"bash", "/root/script.sh"});
  exec(921, 920, "/usr/bin/id", {"id"});
  TempDir dir;
  const std::string raw = quoted(dir.write("audit.log", log.text()));
  const std::string written = quoted(dir.write("auditbeat.ndjson", as_lines(documents)));
  const auto pids = [](const std::string& paths) {
    std::set<std::int64_t> all;
    for (const auto& [pid, executable, command_line] : strict_verdict(paths)) all.insert(pid);
    return all;
  };
  EXPECT_THAT(pids(raw), testing::ElementsAre(911, 912, 913));
  EXPECT_EQ(pids(written), pids(raw));
  EXPECT_EQ(processes(written), processes(raw));
  EXPECT_EQ(processes(raw + " " + written), processes(raw));
}

// Broken documents are told, and cost the exit code that other broken evidence costs.
TEST(ElasticDocuments, WhatCouldNotBeReadIsTold) {
  TempDir dir;
  DefendProcess p;
  p.executable = "C:\\a.exe";
  const std::string good = defend_document(p).dump();
  const std::string file =
      quoted(dir.write("cut.ndjson", good + "\n" + good.substr(0, 200) + "\n" + good + "x\n"));
  const Outcome evidence = stemma::support::stemma("evidence " + file);
  EXPECT_EQ(evidence.code, 3);
  EXPECT_THAT(evidence.out, testing::HasSubstr("2 parsed, 0 recovered, 2 refused"));
  EXPECT_THAT(evidence.out, testing::HasSubstr("brackets or quotes of a document"));
}

TEST(ElasticDocuments, AnyNumberOfThreadsSaysTheSame) {
  Documents documents;
  for (int i = 0; i < 20'000; ++i) {
    DefendProcess p;
    p.time = format_time({1'778'577'000'000'000'000 + i * 1'000'000LL}, 9);
    p.entity_id = "id" + std::to_string(i);
    p.parent_entity_id = "id" + std::to_string(i / 3);
    p.pid = 100 + i % 500;
    p.executable = "C:\\Windows\\System32\\cmd.exe";
    p.command_line = "cmd /c " + std::to_string(i);
    documents.push_back(defend_document(p));
  }
  TempDir dir;
  for (const auto& text : {as_lines(documents), as_response(documents)}) {
    const std::string file = quoted(dir.write("d.json", text));
    const Outcome one = stemma::support::stemma("tree -q --threads 1 " + file);
    const Outcome many = stemma::support::stemma("tree -q --threads 7 " + file);
    EXPECT_EQ(std::count(one.out.begin(), one.out.end(), '\n'), 20'001);
    EXPECT_TRUE(one.out == many.out);
    const Outcome events_one = stemma::support::stemma("events -q --threads 1 " + file);
    const Outcome events_many = stemma::support::stemma("events -q --threads 7 " + file);
    EXPECT_TRUE(events_one.out == events_many.out);
  }
}

}  // namespace
