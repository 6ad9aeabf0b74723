// A case file on the command line: what was said is in every output, with what it is about; false
// positives stand apart and are counted; evidence that is not the case's is named.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/e2e/run_cli.hpp"
#include "tests/support/temp_dir.hpp"

using nlohmann::json;
using stemma::support::Outcome;
using stemma::support::read_file;
using stemma::support::TempDir;

namespace {

namespace fs = std::filesystem;

// The value of a dotted name; null where it is not there.
json at(const json& document, const std::string& name) {
  const json* here = &document;
  std::istringstream parts(name);
  for (std::string part; std::getline(parts, part, '.');) {
    if (!here->is_object() || !here->contains(part)) return nullptr;
    here = &(*here)[part];
  }
  return *here;
}

class Case : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* root = std::getenv("STEMMA_ROOT");
    ASSERT_NE(root, nullptr);
    fs::copy(fs::path(root) / "samples/azure-run-command", collection(),
             fs::copy_options::recursive);
    ASSERT_EQ(run("case " + file() + " --create --record " + collection() + " -q").code, 0);
    findings_ = lines(run("scan -q --format jsonl " + collection()).out);
    ASSERT_GT(findings_.size(), 3u);
  }
  static Outcome run(const std::string& arguments) { return stemma::support::stemma(arguments); }
  static std::vector<json> lines(const std::string& text) {
    std::vector<json> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) out.push_back(json::parse(line));
    return out;
  }
  std::string id(std::size_t number) { return at(findings_[number], "stemma.finding_id"); }
  std::string collection() { return dir_.path() + "/case"; }
  std::string file() { return dir_.path() + "/17.stemma"; }
  void say(const std::string& what) {
    const Outcome done = run("case " + file() + " --note " + what);
    ASSERT_EQ(done.code, 0) << done.err;
    ASSERT_EQ(done.err + done.out, "");
  }
  // Standard error without the folder of this run.
  std::string named(std::string text) {
    for (std::size_t where = 0; (where = text.find(dir_.path() + "/", where)) != std::string::npos;)
      text.erase(where, dir_.path().size() + 1);
    return text;
  }
  TempDir dir_;
  std::vector<json> findings_;
};

TEST_F(Case, ScanSetsFalsePositivesApartAndCountsThem) {
  say("finding:" + id(0) +
      " --verdict false_positive --tag backup --comment 'our own <b>job</b>' --author Ana");
  say("finding:" + id(2) +
      " --verdict malicious --severity high --tag c2 --tag 'second stage' --pin");
  const Outcome scan = run("scan --format jsonl --case " + file() + " " + collection());
  EXPECT_EQ(scan.code, 0);
  EXPECT_NE(named(scan.err).find("1 finding is marked false positive in 17.stemma, shown apart\n"),
            std::string::npos)
      << scan.err;
  EXPECT_EQ(scan.err.find("not what the case was made from"), std::string::npos);
  const std::vector<json> with = lines(scan.out);
  ASSERT_EQ(with.size(), findings_.size());  // none is dropped
  EXPECT_EQ(at(with.back(), "stemma.finding_id"), id(0));
  EXPECT_EQ(at(with.back(), "stemma.note.verdict"), "false_positive");
  EXPECT_EQ(at(with.back(), "stemma.note.comment"), "our own <b>job</b>");
  EXPECT_EQ(at(with.back(), "stemma.note.tags"), json({"backup"}));
  EXPECT_EQ(at(with.back(), "stemma.note.author"), "Ana");
  EXPECT_EQ(at(with[1], "stemma.finding_id"), id(2));
  EXPECT_EQ(at(with[1], "stemma.note.verdict"), "malicious");
  EXPECT_EQ(at(with[1], "stemma.note.severity"), "high");
  EXPECT_EQ(at(with[1], "stemma.note.pinned"), true);
  EXPECT_EQ(at(with[1], "stemma.note.tags"), json({"c2", "second stage"}));
  EXPECT_EQ(std::count_if(with.begin(), with.end(),
                          [](const json& one) { return !at(one, "stemma.note").is_null(); }),
            2);

  const Outcome table = run("scan -q --format table --case " + file() + " " + collection());
  EXPECT_NE(table.out.substr(0, table.out.find('\n')).find("; 1 finding is marked false positive"),
            std::string::npos);
  const std::size_t apart = table.out.find("\nmarked false positive\n");
  ASSERT_NE(apart, std::string::npos);
  EXPECT_NE(table.out.find("[false positive, #backup: our own <b>job</b>]\n", apart),
            std::string::npos);
  const std::size_t noted = table.out.find("\nnoted by the analyst\n");
  EXPECT_NE(table.out.find("[malicious, high, pinned, #c2, #second stage]\n", noted),
            std::string::npos);
  EXPECT_LT(noted, apart);

  const Outcome csv = run("scan -q --format csv --case " + file() + " " + collection());
  EXPECT_NE(csv.out.find(",stemma.finding_id,stemma.note.verdict,stemma.note.severity,stemma.note."
                         "pinned,stemma.note.tags,stemma.note.comment\r\n"),
            std::string::npos);
  EXPECT_EQ(run("scan -q --format csv " + collection()).out.find("stemma.note"), std::string::npos);
}

TEST_F(Case, ReportsTreeAndRunsCarryNotes) {
  const json before = json::parse(run("report -q --format json " + collection()).out);
  const std::string run_id = before["runs"][1]["id"];
  const std::string process = std::string(at(findings_[0], "process.entity_id")) + "@" +
                              std::string(at(findings_[0], "host.name"));
  say("finding:" + id(0) + " --verdict false_positive");
  say("run:" + run_id + " --verdict malicious --comment 'first\nsecond'");
  say("'process:" + process + "' --verdict suspicious --tag look");
  say("finding:00000000000000000000000000000000 --pin");
  const Outcome result = run("report --format json --case " + file() + " " + collection());
  EXPECT_NE(named(result.err).find("17.stemma: 1 note is about what is not in this evidence\n"),
            std::string::npos)
      << result.err;
  const json after = json::parse(result.out);
  EXPECT_EQ(after["figures"]["notes"], 4);
  EXPECT_EQ(after["figures"]["false_positives"], 1);
  EXPECT_EQ(after["figures"]["findings"], before["figures"]["findings"]);
  ASSERT_EQ(after["analyst_notes"].size(), 4u);
  EXPECT_EQ(after["analyst_notes"][0]["key"],
            run_id);  // what was found first, then from malicious on
  EXPECT_EQ(after["analyst_notes"][0]["subject"], after["runs"][1]["title"]);
  EXPECT_EQ(after["analyst_notes"][1]["about"], "process");
  EXPECT_FALSE(after["analyst_notes"][1]["events"].empty());
  EXPECT_EQ(after["analyst_notes"][3]["found"], false);
  EXPECT_EQ(after["runs"][1]["note"], 0);
  const auto finding = std::find_if(after["findings"].begin(), after["findings"].end(),
                                    [&](const json& one) { return one["id"] == id(0); });
  ASSERT_NE(finding, after["findings"].end());
  EXPECT_EQ((*finding)["false_positive"], true);
  EXPECT_EQ((*finding)["note"], 2);
  EXPECT_EQ(after["custody"]["notes"][0],
            "Notes of the analyst are from the case file " + file() + ".");
  EXPECT_EQ(run("report -q --format json --threads 1 --case " + file() + " " + collection()).out,
            run("report -q --format json --threads 7 --case " + file() + " " + collection()).out);

  for (const char* format : {"html", "md"}) {
    const std::string page =
        run("report -q --format " + std::string(format) + " --case " + file() + " " + collection())
            .out;
    EXPECT_NE(page.find("Notes of the analyst"), std::string::npos) << format;
    EXPECT_NE(page.find("Marked false positive"), std::string::npos) << format;
  }
  const std::string tree = run("tree -q --case " + file() + " " + collection()).out;
  EXPECT_NE(tree.find("(false positive) [suspicious, #look] "), std::string::npos);
  const std::string runs = run("runs -q --case " + file() + " " + collection()).out;
  EXPECT_NE(runs.find("\n  analyst    malicious\n             first\n             second\n"),
            std::string::npos);
  EXPECT_NE(runs.find("  [analyst: suspicious, #look]\n"), std::string::npos);
}

TEST_F(Case, EvidenceThatIsNotTheCasesIsNamed) {
  const std::string log = "/vm-lnx01/var/log/waagent.log";
  fs::permissions(collection() + log, fs::perms::owner_write, fs::perm_options::add);
  dir_.write("case" + log, read_file(collection() + log) +
                               "2026/05/12 14:00:00.000000 INFO Daemon Daemon added\n");
  fs::remove(collection() + "/vm-lnx01/var/lib/waagent/run-command/download/7/stdout");
  fs::rename(collection(), dir_.path() + "/elsewhere");
  const std::string elsewhere = dir_.path() + "/elsewhere";
  const Outcome check = run("case " + file() + " --format table --check " + elsewhere);
  EXPECT_EQ(check.code, 1);
  EXPECT_NE(named(check.out).find("changed  elsewhere" + log + "  (was case" + log + ")\n"),
            std::string::npos)
      << named(check.out);
  EXPECT_NE(named(check.out).find(
                "missing  case/vm-lnx01/var/lib/waagent/run-command/download/7/stdout\n"),
            std::string::npos);
  EXPECT_EQ(check.out.find("\nsame "), std::string::npos);
  EXPECT_NE(check.err.find(" 1 changed, 1 missing, 0 new\n"), std::string::npos) << check.err;

  const Outcome scan = run("scan --format jsonl --case " + file() + " " + elsewhere);
  EXPECT_NE(
      named(scan.err).find(
          "17.stemma: the evidence is not what the case was made from: 1 file changed, 1 missing\n"
          "  case/vm-lnx01/var/lib/waagent/run-command/download/7/stdout: missing\n  elsewhere" +
          log + ": changed\n"),
      std::string::npos)
      << scan.err;
  EXPECT_EQ(run("scan -q --case " + file() + " " + elsewhere).err, "");
  const std::string report = run("report -q --format md --case " + file() + " " + elsewhere).out;
  EXPECT_NE(
      report.find("The evidence is not what the case was made from: 1 file changed, 1 missing"),
      std::string::npos);
  ASSERT_EQ(run("case " + file() + " -q --record " + elsewhere).code, 0);
  EXPECT_EQ(run("case " + file() + " -q --check " + elsewhere).code, 0);
}

TEST_F(Case, ListsWhatIsInItAndTakesItBack) {
  say("finding:" + id(0) +
      " --comment 'mysql -p hunter2 password=hunter2secret' --author 'Ana <a@example.org>'");
  const std::vector<json> listed = lines(run("case " + file() + " --format jsonl").out);
  EXPECT_EQ(at(listed[0], "stemma.note.key"), id(0));
  EXPECT_EQ(at(listed[0], "stemma.note.author"), "Ana <a@example.org>");
  EXPECT_EQ(std::string(at(listed[0], "stemma.note.comment")).find("hunter2secret"),
            std::string::npos);
  EXPECT_NE(run("case " + file() + " --show-secrets").out.find("hunter2secret"), std::string::npos);
  EXPECT_EQ(at(listed[1], "event.kind"), "evidence");
  const std::string table = run("case " + file() + " --format table").out;
  EXPECT_EQ(table.substr(0, table.find('\n')),
            "1 note, " + std::to_string(listed.size() - 1) + " files of evidence, 0 settings");
  EXPECT_EQ(run("case " + file() + " --erase finding:" + id(0)).code, 0);
  EXPECT_EQ(run("case " + file() + " --erase finding:" + id(0)).err,
            "--erase: nothing is said of finding:" + id(0) + "\n");
  EXPECT_EQ(lines(run("case " + file()).out).size(), listed.size() - 1);
}

TEST_F(Case, WhatIsWrongIsSaid) {
  const auto said = [&](const std::string& arguments, int code) {
    const Outcome result = run(arguments);
    EXPECT_EQ(result.code, code) << arguments;
    return named(result.err);
  };
  EXPECT_EQ(said("case " + file() + " --note finding: --pin", 1),
            "--note: finding: names nothing (want finding:ID, run:ID, process:ENTITY_ID@HOST or "
            "event:HASH@HOST)\n");
  EXPECT_EQ(said("case " + file() + " --note event:1@x --pin", 1),
            "--note: an event is noted where its record can be read: in the window\n");
  EXPECT_EQ(said("case " + file() + " --note run:1", 1),
            "--note: nothing is said (want --verdict, --severity, --tag, --comment or --pin)\n");
  EXPECT_EQ(said("case " + dir_.path() + "/none.stemma", 1),
            "none.stemma: No such file or directory\n");
  dir_.write("text", "no case");
  EXPECT_EQ(said("case " + dir_.path() + "/text", 1), "text: not a case file\n");
  EXPECT_EQ(said("scan -q --case " + dir_.path() + "/text " + collection(), 1),
            "--case: text: not a case file\n");
  EXPECT_EQ(said("report -q --case " + dir_.path() + "/text " + collection(), 1),
            "--case: text: not a case file\n");
  EXPECT_EQ(read_file(dir_.path() + "/text"), "no case");
}

TEST_F(Case, WhatIsLeftOfACutFileGoesToANewOne) {
  for (std::size_t i = 0; i < 3; ++i) say("run:r" + std::to_string(i) + " --pin");
  const std::string whole = read_file(file());
  dir_.write("cut.stemma", whole.substr(0, whole.size() - 4096));
  const std::string cut = dir_.path() + "/cut.stemma";
  const Outcome opened = run("case " + cut);
  EXPECT_EQ(opened.code, 1);
  EXPECT_EQ(named(opened.err),
            "cut.stemma: the case file is damaged; what can be read of it can be salvaged into a "
            "new file\n"
            "`stemma case FILE --salvage NEW` does so\n");
  const Outcome salvaged = run("case " + cut + " --salvage " + dir_.path() + "/new.stemma");
  EXPECT_EQ(salvaged.code, 3) << salvaged.err;
  EXPECT_NE(named(salvaged.err).find("settings were read, and are in new.stemma\n"),
            std::string::npos)
      << salvaged.err;
  EXPECT_EQ(run("case -q " + dir_.path() + "/new.stemma").code, 0);
}

}  // namespace
