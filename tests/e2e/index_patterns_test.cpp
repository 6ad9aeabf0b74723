// A rule looks where its index patterns look: on the collection that ships, whose Windows machines
// have Sysmon and Security logs of the same processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/e2e/run_cli.hpp"

namespace {

using nlohmann::json;
using stemma::support::Outcome;
using stemma::support::read_file;
using stemma::support::stemma;
using stemma::support::TempDir;
using ::testing::HasSubstr;
using ::testing::Not;

std::string collection() {
  return std::string(std::getenv("STEMMA_ROOT")) + "/samples/azure-run-command";
}

// Two rules with one query, and a sequence, that differ in where they look.
std::string rules(const TempDir& dir) {
  const auto write = [&](const std::string& name, const std::string& index,
                         const std::string& query) {
    std::ofstream(dir / (name + ".toml"))
        << "[rule]\ntype = \"eql\"\nlanguage = \"eql\"\nrule_id = \"" << name << "\"\nname = \""
        << name << "\"\nseverity = \"low\"\nrisk_score = 1\nindex = [\"" << index
        << "\"]\nquery = '''" << query << "'''\n";
  };
  const std::string starts =
      R"(process where event.type == "start" and process.name : "powershell.exe")";
  const std::string pair =
      R"(sequence by host.id, process.pid [process where event.type == "start"] [process where event.type == "end"])";
  write("from-sysmon", "logs-windows.sysmon_operational-*", starts);
  write("from-security", "logs-system.security*", starts);
  write("from-powershell", "logs-windows.powershell-*", starts);
  write("from-okta", "logs-okta*", "any where true");
  write("pair-of-sysmon-linux", "logs-sysmon_linux.log-*", pair);
  return dir.path();
}

std::map<std::string, std::set<std::string>> files_by_rule(const std::string& arguments) {
  std::map<std::string, std::set<std::string>> out;
  const Outcome outcome = stemma("scan -q --format jsonl " + arguments);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::istringstream in(outcome.out);
  std::string line;
  while (std::getline(in, line)) {
    const json finding = json::parse(line);
    const std::string path = finding["log"]["file"]["path"];
    out[finding["rule"]["id"]].insert(path.substr(path.rfind('/') + 1));
  }
  return out;
}

TEST(IndexPatterns, ARuleTakesEventsOfItsOwnSourcesOnly) {
  const TempDir dir;
  auto found = files_by_rule("--rules " + rules(dir) + " " + collection());
  for (const std::string& file : found["from-sysmon"]) EXPECT_THAT(file, HasSubstr("Sysmon"));
  for (const std::string& file : found["from-security"]) EXPECT_THAT(file, HasSubstr("Security"));
  EXPECT_FALSE(found["from-sysmon"].empty());
  EXPECT_FALSE(found["from-security"].empty());
  EXPECT_EQ(found.count("from-powershell"), 0u);
  EXPECT_EQ(found.count("from-okta"), 0u);
}

TEST(IndexPatterns, AnyIndexLiftsThat) {
  const TempDir dir;
  auto found = files_by_rule("--any-index --rules " + rules(dir) + " " + collection());
  EXPECT_EQ(found["from-sysmon"], found["from-security"]);
  EXPECT_EQ(found["from-sysmon"], found["from-powershell"]);
  EXPECT_GT(found["from-sysmon"].size(), 1u);
}

TEST(IndexPatterns, CoverageNamesTheSourceThatIsNotThere) {
  const TempDir dir;
  const Outcome outcome = stemma("scan -q --coverage --rules " + rules(dir) + " " + collection());
  EXPECT_THAT(outcome.out, HasSubstr("no event of category `process` from the Windows PowerShell "
                                     "log, which its index patterns stand for"));
  EXPECT_THAT(outcome.out, HasSubstr("no event from documents of other sources, which its index "
                                     "patterns stand for"));
}

TEST(IndexPatterns, ExplainSaysThatTheRuleLooksElsewhere) {
  const TempDir dir;
  const std::string folder = rules(dir);
  const Outcome all = stemma("scan -q --format jsonl --rules " + folder + " " + collection());
  std::istringstream in(all.out);
  std::string line, event;
  while (std::getline(in, line)) {
    const json finding = json::parse(line);
    if (finding["rule"]["id"] == "from-security") event = finding["stemma"]["finding_id"];
  }
  ASSERT_FALSE(event.empty());
  const std::string rest = " --event " + event + " --rules " + folder + " " + collection();
  EXPECT_THAT(stemma("rules explain from-security" + rest).out,
              Not(HasSubstr("the rule does not apply")));
  const Outcome other = stemma("rules explain from-sysmon" + rest);
  EXPECT_THAT(other.out, HasSubstr("the rule does not apply: the event is from the Security log, "
                                   "its index patterns stand for Sysmon (--any-index lifts that)"));
  EXPECT_THAT(other.out, HasSubstr("the event matches: yes"));
  const json document = json::parse(stemma("rules explain from-sysmon --format json" + rest).out);
  EXPECT_EQ(document["stemma"]["outside_index"],
            json({{"event", "the Security log"}, {"rule", "Sysmon"}}));
}

}  // namespace
