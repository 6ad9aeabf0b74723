// Declared automation on the command line: runs that it covers stand apart in every output and are
// counted; an entry that covers none, or is out of date, is told.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/e2e/run_cli.hpp"
#include "tests/support/temp_dir.hpp"

using nlohmann::json;
using stemma::support::Outcome;
using stemma::support::read_file;
using stemma::support::TempDir;

namespace {

class AutomationOption : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* root = std::getenv("STEMMA_ROOT");
    ASSERT_NE(root, nullptr);
    samples_ = std::string(root) + "/samples/azure-run-command";
    // Two runs of vm-win01 are mara.ops's; the second entry covers nothing, the third no more.
    std::ofstream(file()) << "[[automation]]\n"
                             "hosts = [\"vm-win01\"]\n"
                             "callers = [\"mara.ops@*\"]\n"
                             "reason = \"<b>nightly</b> clean-up\"\n"
                             "owner = \"j.doe\"\n"
                             "expires = 2999-01-31\n"
                             "[[automation]]\n"
                             "callers = [\"nobody\"]\n"
                             "reason = \"patching\"\n"
                             "owner = \"j.doe\"\n"
                             "expires = 2999-01-31\n"
                             "[[automation]]\n"
                             "callers = [\"*\"]\n"
                             "reason = \"long ago\"\n"
                             "owner = \"j.doe\"\n"
                             "expires = 2020-01-31\n";
  }
  Outcome run(const std::string& command, const std::string& more = {}) {
    return stemma::support::stemma(command + " " + samples_ + " " + more);
  }
  Outcome run_with(const std::string& command, const std::string& more = {}) {
    return run(command, "--automation " + file() + " " + more);
  }
  std::string file() { return dir_.path() + "/known.toml"; }
  // Text without the folder of this run.
  std::string plain(std::string text) {
    for (std::size_t at; (at = text.find(dir_.path())) != std::string::npos;)
      text.replace(at, dir_.path().size(), "DIR");
    return text;
  }

  TempDir dir_;
  std::string samples_;
};

TEST_F(AutomationOption, RunsStandApartWithTheReasonAndAreCounted) {
  const Outcome done = run_with("runs");
  EXPECT_EQ(done.code, 0);
  const std::string text = plain(done.out);
  const std::size_t part = text.find("Set aside as declared automation:");
  ASSERT_NE(part, std::string::npos);
  EXPECT_EQ(text.substr(part, text.find("\n\n", part) - part),
            "Set aside as declared automation: 2 of 22 runs\n"
            "  2 runs: <b>nightly</b> clean-up (j.doe, until 2999-01-31; DIR/known.toml:1)\n"
            "  no run: patching (j.doe, until 2999-01-31; DIR/known.toml:7)\n"
            "  expired: long ago (j.doe, until 2020-01-31; DIR/known.toml:12)");
  // script4 and script5 are told behind it, with the reason, and not before it.
  const std::string aside = "  set aside  <b>nightly</b> clean-up (j.doe, until 2999-01-31)\n";
  EXPECT_EQ(text.substr(0, part).find(aside), std::string::npos);
  EXPECT_EQ(text.substr(0, part).find("script4.ps1, recovered"), std::string::npos);
  EXPECT_NE(text.find("script4.ps1, recovered", part), std::string::npos);
  EXPECT_NE(text.find("script5.ps1, recovered", part), std::string::npos);
  EXPECT_NE(text.find(aside, part), std::string::npos);
  EXPECT_NE(text.find(aside, text.find(aside, part) + 1), std::string::npos);
  EXPECT_EQ(
      plain(done.err).substr(0, plain(done.err).find("artifacts")),
      "DIR/known.toml:16:1: warning AUTO005: the entry of j.doe expired on 2020-01-31 and "
      "sets nothing aside (today is " +
          plain(done.err).substr(plain(done.err).find("today is ") + 9, 10) +
          ")\n"
          "  expires = 2020-01-31\n"
          "  ^^^^^^^^^^^^^^^^^^^^\n"
          "2 runs are set aside as declared automation: <b>nightly</b> clean-up (j.doe, until "
          "2999-01-31; DIR/known.toml:1)\n"
          "no run is set aside as declared automation: patching (j.doe, until 2999-01-31; "
          "DIR/known.toml:7)\n");
}

TEST_F(AutomationOption, ReportsTellThemInAPartOfTheirOwn) {
  const json with = json::parse(run_with("report", "-q --format json").out);
  const json without = json::parse(run("report", "-q --format json").out);
  EXPECT_EQ(with["figures"]["set_aside"], 2);
  EXPECT_EQ(with["figures"]["runs"], without["figures"]["runs"]);
  EXPECT_EQ(with["figures"]["findings"], without["figures"]["findings"]);
  std::size_t findings = 0;
  for (const json& finding : with["findings"]) findings += finding["set_aside"] == true ? 1u : 0u;
  EXPECT_GT(findings, 0u);
  EXPECT_EQ(with["figures"]["findings_set_aside"], findings);
  ASSERT_EQ(with["automation"].size(), 3u);
  EXPECT_EQ(with["automation"][0]["runs"], 2);
  EXPECT_EQ(with["automation"][1]["runs"], 0);
  EXPECT_EQ(with["automation"][2]["expired"], true);
  EXPECT_NE(with["summary"].dump().find("2 entries of declared automation set nothing aside: "
                                        "expired, or no run is like it."),
            std::string::npos);

  const std::string html = run_with("report", "-q --format html").out;
  const std::size_t part = html.find("<h3 id=\"set-aside\">");
  ASSERT_NE(part, std::string::npos);
  EXPECT_NE(html.find("2 of 22 runs are declared as known", part), std::string::npos);
  EXPECT_EQ(html.find("<b>nightly</b>"), std::string::npos);
  EXPECT_NE(html.find("&lt;b&gt;nightly&lt;/b&gt; clean-up", part), std::string::npos);
  EXPECT_NE(html.find("covers no run", part), std::string::npos);
  EXPECT_NE(html.find("expired: it sets nothing aside", part), std::string::npos);

  const std::string markdown = run_with("report", "-q --format md").out;
  const std::size_t heading = markdown.find("### Set aside as declared automation\n");
  ASSERT_NE(heading, std::string::npos);
  EXPECT_NE(markdown.find("- 2 runs: &lt;b&gt;nightly", heading), std::string::npos);
  EXPECT_EQ(markdown.substr(0, heading).find("script4.ps1` \\["), std::string::npos);

  const json sarif = json::parse(run_with("report", "-q --format sarif").out);
  std::size_t suppressed = 0;
  for (const json& result : sarif["runs"][0]["results"])
    suppressed += result.contains("suppressions") ? 1u : 0u;
  EXPECT_EQ(suppressed, 2 + findings);
}

TEST_F(AutomationOption, ScanLeavesTheirFindingsOutAndCountsThem) {
  const auto lines = [](const std::string& text) {
    return std::count(text.begin(), text.end(), '\n');
  };
  const Outcome all = run("scan", "-q --format jsonl");
  const Outcome with = run_with("scan", "--format jsonl");
  const Outcome shown = run_with("scan", "-q --format jsonl --show-excepted");
  const auto aside = lines(all.out) - lines(with.out);
  EXPECT_EQ(aside, 1);
  EXPECT_NE(with.err.find("\n" + std::to_string(aside) + " finding is of declared automation\n"),
            std::string::npos)
      << with.err;
  EXPECT_EQ(lines(shown.out), lines(all.out));
  std::istringstream in(shown.out);
  std::int64_t marked = 0;
  for (std::string line; std::getline(in, line);) {
    const json document = json::parse(line);
    if (!document["stemma"].contains("set_aside")) continue;
    ++marked;
    EXPECT_EQ(document["stemma"]["set_aside"]["owner"], "j.doe");
    EXPECT_EQ(document["stemma"]["set_aside"]["reason"], "<b>nightly</b> clean-up");
  }
  EXPECT_EQ(marked, aside);
}

TEST_F(AutomationOption, AWrongFileIsBadUsageAndTheRestIsDone) {
  std::ofstream(file()) << "[[automation]]\nhosts = [\"*\"]\nreason = \"r\"\nowner = \"o\"\n"
                           "expires = 2999-01-31\n";
  const Outcome done = run_with("runs", "-q");
  EXPECT_EQ(done.code, 2);
  EXPECT_NE(done.out.find("script4.ps1"), std::string::npos);
  EXPECT_EQ(plain(done.err),
            "DIR/known.toml:1:1: error AUTO007: the entry names neither callers nor script_sha256 "
            "nor script_paths: whatever runs there would be set aside\n"
            "  [[automation]]\n"
            "  ^^^^^^^^^^^^^^\n");
}

}  // namespace
