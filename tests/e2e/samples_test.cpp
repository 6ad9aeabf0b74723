// The program on the collection that ships: its findings are the truth that was written with the
// story, all of them and no other, the same bytes for any number of threads and any names and order
// of the files.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "tests/support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using stemma::support::TempDir;

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string collection() {
  return std::string(std::getenv("STEMMA_ROOT")) + "/samples/azure-run-command";
}

std::string scan(const std::string& arguments) {
  const TempDir dir;
  const std::string command = std::string(std::getenv("STEMMA_BIN")) +
                              "/stemma scan -q --show-secrets --format jsonl " + arguments + " >" +
                              (dir / "out") + " 2>" + (dir / "err");
  const int status = std::system(command.c_str());
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << read_file(dir / "err");
  return read_file(dir / "out");
}

// A finding as the truth writes it, one line.
std::string line(const std::string& rule, const json& finding) {
  return rule + " | " + finding.value("host", "") + " | " +
         std::to_string(finding.value("pid", 0)) + " | " + finding.value("executable", "") + " | " +
         finding.value("command_line", "") + " | " + finding.value("parent_command_line", "") +
         " | " + finding.value("time", "").substr(0, 23);
}

std::multiset<std::string> truth() {
  const json document = json::parse(read_file(collection() + "/truth.json"));
  std::multiset<std::string> lines;
  for (const json& rule : document["rules"]) {
    for (const json& finding : rule["findings"]) lines.insert(line(rule["rule_id"], finding));
  }
  return lines;
}

std::multiset<std::string> found(const std::string& output) {
  std::multiset<std::string> lines;
  std::istringstream in(output);
  std::string text;
  while (std::getline(in, text)) {
    const json document = json::parse(text);
    if (document["stemma"].contains("secret")) continue;  // no rule's: told below
    const json& process = document["process"];
    lines.insert(line(document["rule"]["id"],
                      {{"host", document["host"]["name"]},
                       {"pid", process["pid"]},
                       {"executable", process["executable"]},
                       {"command_line", process["command_line"]},
                       {"parent_command_line", process["parent"].value("command_line", "")},
                       {"time", document["@timestamp"]}}));
  }
  return lines;
}

// Findings with the names of their files taken out, for runs on renamed copies.
std::string without_paths(const std::string& output) {
  std::string text;
  std::istringstream in(output);
  std::string one;
  while (std::getline(in, one)) {
    json document = json::parse(one);
    document.erase("log");
    // Whether a file is the script of a run is known by its place alone; else a log's copy counts.
    if (document["stemma"].contains("secret") &&
        document["stemma"]["secret"]["where"] == "the script of the run")
      continue;
    document["stemma"]["source"].erase("artifact");
    if (document["stemma"].contains("other_sources")) {
      for (json& other : document["stemma"]["other_sources"]) other.erase("artifact");
    }
    text += document.dump() + "\n";
  }
  return text;
}

TEST(Samples, FindingsEqualTheTruth) {
  const auto expected = truth();
  const auto actual = found(scan(collection()));
  EXPECT_GT(expected.size(), 40u);
  for (const std::string& one : expected)
    EXPECT_EQ(actual.count(one), expected.count(one)) << "missing: " << one;
  for (const std::string& one : actual)
    EXPECT_EQ(expected.count(one), actual.count(one)) << "not in the truth: " << one;
}

// The password that RunAs leaves, and the one of the account that script3 makes: in the script, and
// on the command lines of net and net1.
TEST(Samples, SecretsAreFindingsOfTheirOwn) {
  const TempDir dir;
  ASSERT_EQ(std::system((std::string(std::getenv("STEMMA_BIN")) +
                         "/stemma scan -q --format jsonl " + collection() + " >" + (dir / "out"))
                            .c_str()),
            0);
  const std::string output = read_file(dir / "out");
  std::vector<std::string> secrets;
  std::set<std::string> ids;
  std::istringstream in(output);
  for (std::string text; std::getline(in, text);) {
    const json document = json::parse(text);
    ids.insert(document["stemma"]["finding_id"].get<std::string>());
    if (!document["stemma"].contains("secret")) continue;
    EXPECT_EQ(document["event"]["kind"], "alert");
    EXPECT_EQ(document["threat"]["technique"]["id"], json::array({"T1552"}));
    const std::string path = document["log"]["file"]["path"];
    secrets.push_back(document["@timestamp"].get<std::string>() + " " +
                      document["host"]["name"].get<std::string>() + " " +
                      document["rule"]["name"].get<std::string>() + " " +
                      std::to_string(document["event"]["severity"].get<int>()) + " " +
                      document["stemma"]["secret"]["where"].get<std::string>() + " " +
                      path.substr(path.rfind('/') + 1));
  }
  EXPECT_EQ(secrets,
            (std::vector<std::string>{
                "2026-05-12T14:30:00.070Z vm-lnx01 Password of a RunAs User in Clear Text 73 "
                "command line of bash (pid 885) audit.log",
                "2026-05-12T09:14:02.755000000Z vm-win01 Password in Clear Text 47 the script of "
                "the run script3.ps1",
                "2026-05-12T09:14:02.982Z vm-win01 Password in Clear Text 47 command line of "
                "net.exe (pid 1408) Microsoft-Windows-Sysmon%4Operational.evtx",
                "2026-05-12T09:14:03.009Z vm-win01 Password in Clear Text 47 command line of "
                "net1.exe (pid 1460) Microsoft-Windows-Sysmon%4Operational.evtx"}));
  EXPECT_EQ(static_cast<std::size_t>(std::count(output.begin(), output.end(), '\n')), ids.size());
}

// `host | rule | reason`, of rules that could not fire, or not all of the time.
TEST(Samples, CoverageNamesTheTrueReasons) {
  const json document = json::parse(read_file(collection() + "/truth.json"));
  std::map<std::string, std::string> expected;  // and a time within the span, where it is one
  for (const json& one : document["coverage"]) {
    expected[one["host"].get<std::string>() + " | " + one["rule_id"].get<std::string>() + " | " +
             one["reason"].get<std::string>()] = one.value("at", "");
  }
  EXPECT_EQ(expected.size(), 30u);
  const std::string output = scan("--coverage " + collection());
  std::istringstream in(output);
  std::string text;
  std::size_t rules = 0;
  while (std::getline(in, text)) {
    const json one = json::parse(text);
    const json& coverage = one["stemma"]["coverage"];
    if (coverage["kind"] != "rule") continue;
    ++rules;
    const std::string begin =
        one["host"]["name"].get<std::string>() + " | " + one["rule"]["id"].get<std::string>();
    if (!coverage["possible"].get<bool>()) {
      const std::string line = begin + " | " + coverage["reason"].get<std::string>();
      EXPECT_EQ(expected.erase(line), 1u) << "not in the truth: " << line;
    }
    if (!coverage.contains("blind")) continue;
    for (const json& span : coverage["blind"]) {
      const std::string line = begin + " | " + span["reason"].get<std::string>();
      ASSERT_EQ(expected.count(line), 1u) << "not in the truth: " << line;
      EXPECT_LE(span["start"].get<std::string>().substr(0, 23), expected[line].substr(0, 23));
      EXPECT_GE(span["end"].get<std::string>().substr(0, 23), expected[line].substr(0, 23));
      expected.erase(line);
    }
  }
  EXPECT_EQ(rules, 50u);  // four hosts and a cloud account, ten rules
  for (const auto& [line, at] : expected) ADD_FAILURE() << "missing: " << line;
  EXPECT_EQ(scan("--coverage --threads 1 " + collection()), output);
  EXPECT_EQ(scan("--coverage --threads 5 " + collection()), output);
}

TEST(Samples, SameBytesForAnyNumberOfThreads) {
  const std::string one = scan("--threads 1 " + collection());
  EXPECT_FALSE(one.empty());
  EXPECT_EQ(scan("--threads 8 " + collection()), one);
  EXPECT_EQ(scan("--threads 3 " + collection()), one);
}

TEST(Samples, SameFindingsWhateverTheFilesAreCalled) {
  const TempDir dir;
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(collection())) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && name != "truth.json") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  // Names counted downwards, so that the order of names is the reverse; each file stays below its
  // host's folder, whose etc/hostname names it.
  for (std::size_t i = 0; i < files.size(); ++i) {
    const fs::path relative = fs::relative(files[i], collection());
    const std::string name =
        relative.filename() == "hostname" ? "hostname" : "f" + std::to_string(900 - i) + ".bin";
    dir.write((relative.parent_path() / name).string(), read_file(files[i]));
  }
  EXPECT_EQ(without_paths(scan(dir.path())), without_paths(scan(collection())));
  const std::string hosts = collection() + "/vm-win02 " + collection() + "/vm-lnx02 " +
                            collection() + "/vm-lnx01 " + collection() + "/vm-win01 " +
                            collection() + "/cloud";
  EXPECT_EQ(scan(hosts), scan(collection()));
}

}  // namespace
