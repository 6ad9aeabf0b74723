// Why and why not, on the collection that ships: every reason that the truth gives is the one that
// `rules explain` and `scan --near-misses` give.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/temp_dir.hpp"

namespace {

using nlohmann::json;
using stemma::support::TempDir;
using ::testing::HasSubstr;

struct Outcome {
  int code = -1;
  std::string out, err;
};

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string collection() {
  return std::string(std::getenv("STEMMA_ROOT")) + "/samples/azure-run-command";
}

Outcome stemma(const std::string& arguments) {
  const TempDir dir;
  const std::string command = std::string(std::getenv("STEMMA_BIN")) + "/stemma " + arguments +
                              " >" + (dir / "out") + " 2>" + (dir / "err") + " </dev/null";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(dir / "out"),
          read_file(dir / "err")};
}

std::vector<json> documents(const std::string& text) {
  std::vector<json> out;
  std::istringstream in(text);
  std::string line;
  while (std::getline(in, line)) out.push_back(json::parse(line));
  return out;
}

void clauses_of(const json& node, std::vector<json>& out) {
  if (node.contains("clause")) out.push_back(node);
  for (const char* join : {"and", "or", "not"}) {
    if (!node.contains(join)) continue;
    for (const json& child : node[join]) clauses_of(child, out);
  }
}

bool saw(const json& clause, const json& wanted) {
  if (!clause.contains("values")) return wanted.is_null();
  for (const json& value : clause["values"]) {
    if (wanted.is_null()) return value.value("absent", false);
    if (value.value("value", "") == wanted) return true;
    for (const json& each : value.value("values", json::array()))
      if (each == wanted) return true;
  }
  return false;
}

TEST(Explain, NamesTheReasonThatTheTruthGives) {
  const json truth = json::parse(read_file(collection() + "/truth.json"));
  EXPECT_GT(truth["near_misses"].size(), 10u);
  for (const json& near : truth["near_misses"]) {
    const std::string event = near["host"].get<std::string>() + "/" +
                              std::to_string(near["pid"].get<int>()) + "@" +
                              near["time"].get<std::string>();
    const Outcome outcome =
        stemma("rules explain -q --format json " + near["rule_id"].get<std::string>() +
               " --event " + event + " " + collection());
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const json explanation = json::parse(outcome.out)["stemma"]["explanation"];
    EXPECT_EQ(explanation["matches"], false) << near;
    EXPECT_EQ(explanation["nulls"], "three-valued");
    std::vector<json> clauses;
    clauses_of(explanation["condition"], clauses);
    int named = 0;
    for (const json& clause : clauses) {
      if (clause["clause"].get<std::string>().find(near["clause"].get<std::string>()) != 0)
        continue;
      ++named;
      EXPECT_EQ(clause["decisive"], true) << near;
      EXPECT_EQ(clause["verdict"],
                near["saw"].is_null() && !clause.contains("ancestors") ? "unknown" : "false")
          << near;
      EXPECT_TRUE(saw(clause, near["saw"])) << near << "\n" << clause;
    }
    EXPECT_EQ(named, 1) << near;
  }
}

TEST(Explain, NearMissesListThoseOfTheTruth) {
  const json truth = json::parse(read_file(collection() + "/truth.json"));
  const Outcome outcome = stemma("scan -q --near-misses=1000 --format jsonl " + collection());
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const std::vector<json> found = documents(outcome.out);
  for (const json& near : truth["near_misses"]) {
    int listed = 0;
    for (const json& group : found) {
      const json& miss = group["stemma"]["near_miss"];
      if (group["rule"]["id"] != near["rule_id"] ||
          miss["clause"].get<std::string>().find(near["clause"].get<std::string>()) != 0)
        continue;
      if (near["saw"].is_null() ? miss.value("absent", false)
                                : miss.value("value", "") == near["saw"].get<std::string>())
        ++listed;
    }
    EXPECT_EQ(listed, near["listed"].get<bool>() ? 1 : 0) << near;
  }
  EXPECT_EQ(stemma("scan -q --threads 1 --near-misses=1000 --format jsonl " + collection()).out,
            outcome.out);
  EXPECT_EQ(stemma("scan -q --threads 7 --near-misses=1000 --format jsonl " + collection()).out,
            outcome.out);
}

TEST(Explain, EveryFindingIsExplainedAsTrue) {
  const std::vector<json> findings =
      documents(stemma("scan -q --format jsonl " + collection()).out);
  EXPECT_GT(findings.size(), 40u);
  for (const json& finding : findings) {
    if (finding["stemma"].contains("secret")) {
      const Outcome none = stemma("rules explain -q " + finding["rule"]["id"].get<std::string>() +
                                  " --event vm-win02/3056 " + collection());
      EXPECT_EQ(none.code, 2);
      EXPECT_EQ(none.err, finding["rule"]["name"].get<std::string>() +
                              " has no query to explain: it is raised where a secret lies\n");
      continue;
    }
    const std::string event = finding["log"]["file"]["path"].get<std::string>() + ":" +
                              std::to_string(finding["stemma"]["source"]["offset"].get<long>());
    const Outcome outcome =
        stemma("rules explain -q --format json " + finding["rule"]["id"].get<std::string>() +
               " --event '" + event + "' " + collection());
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(json::parse(outcome.out)["stemma"]["explanation"]["matches"], true) << event;
  }
}

TEST(Explain, AnEventHasSeveralNames) {
  const std::string rule = "rules explain -q cb9554e8 ";
  const Outcome by_pid = stemma(rule + "--event vm-win02/3056 " + collection());
  EXPECT_THAT(by_pid.out, HasSubstr("the event matches: no\n"));
  EXPECT_THAT(
      by_pid.out,
      HasSubstr("* unknown        process.parent.command_line like \"powershell  -ExecutionPolicy "
                "Unrestricted -File script?.ps1\"\n"
                "                    process.parent.command_line is absent\n"));
  EXPECT_THAT(by_pid.out, HasSubstr("Nulls are three-valued: "));
  EXPECT_EQ(stemma(rule + "--event vm-win02/C/Windows/System32/winevt/Logs/Security.evtx:4608 " +
                   collection())
                .out,
            by_pid.out);
  const json finding = documents(stemma("scan -q --format jsonl " + collection()).out).front();
  const Outcome by_finding =
      stemma("rules explain -q " + finding["rule"]["id"].get<std::string>() + " --event " +
             finding["stemma"]["finding_id"].get<std::string>() + " " + collection());
  EXPECT_THAT(by_finding.out, HasSubstr("the event matches: yes\n"));
  const Outcome query =
      stemma("rules explain -q --query 'process where process.pid == 3056' --event vm-win02/3056 " +
             collection());
  EXPECT_THAT(query.out, HasSubstr("* true     process.pid == 3056\n"));
}

TEST(Explain, AncestorsThatALineageTermAsked) {
  const Outcome no = stemma("rules explain -q b7e2a5c9 --event vm-win01/1656 " + collection());
  EXPECT_THAT(no.out, HasSubstr("no : svchost.exe"));
  EXPECT_THAT(no.out,
              HasSubstr("not so: process.name : (\"powershell.exe\", \"pwsh.exe\", \"pwsh\")\n"));
  EXPECT_THAT(no.out, HasSubstr("its own start is in no record"));
}

TEST(Explain, ASequenceSaysWhichStateEnded) {
  const std::string query =
      "rules explain -q --query 'sequence by host.name with maxspan=1ms [process where event.type "
      "== \"start\" and process.pid == 1384] "
      "[process where process.pid == 1656]' --event vm-win01/";
  const Outcome late = stemma(query + "1384 " + collection());
  EXPECT_THAT(late.out, HasSubstr("the event can be event 1 of it: yes\n"));
  EXPECT_THAT(late.out, HasSubstr("the event can be event 2 of it: no\n"));
  EXPECT_THAT(late.out,
              HasSubstr("expired, 1 event of it, first 2026-05-12T09:14:02.957Z, key vm-win01: "));
  EXPECT_THAT(late.out, HasSubstr(" s over maxspan\n"));
}

TEST(Explain, WhatIsWrongIsSaid) {
  const auto err = [](const std::string& arguments) {
    const Outcome outcome = stemma("rules explain -q " + arguments + " " + collection());
    EXPECT_EQ(outcome.code, 2) << arguments;
    EXPECT_EQ(outcome.out, "");
    return outcome.err;
  };
  EXPECT_EQ(err("nosuch --event a:1"),
            "no rule is called nosuch (`stemma rules list` shows them)\n");
  EXPECT_EQ(err("cb9554e8 --event a:1"), "--event: no event is from a\n");
  EXPECT_EQ(err("cb9554e8 --event vm-win02/1"), "--event: no start of pid 1 on vm-win02\n");
  EXPECT_EQ(err("cb9554e8 --event Security.evtx:4608"),
            "--event: Security.evtx names several files: give more of the path\n");
  EXPECT_EQ(err("cb9554e8 --event Security.evtx:1"),
            "--event: no event of Security.evtx is at 1\n");
  EXPECT_EQ(
      err("cb9554e8 --event what"),
      "--event: what names no event (want FILE:OFFSET, HOST/PID@TIME, or a process.entity_id)\n");
  EXPECT_EQ(err("cb9554e8 --event 00000000000000000000000000000000"),
            "no finding has the id 00000000000000000000000000000000\n");
  EXPECT_EQ(stemma("scan -q --near-misses --format csv " + collection()).code, 2);
}

}  // namespace
