// Loading of rule files: what is kept, what is refused, and the whole of every message.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "detection/eql/lexer.hpp"
#include "detection/rules/rule.hpp"
#include "detection/rules/toml_text.hpp"
#include "tests/detection/eql/corpus.hpp"
#include "tests/detection/eql/event_text.hpp"

namespace stemma {
namespace {

namespace fs = std::filesystem;

// A folder of its own for each test, gone afterwards.
class LoadRules : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    root_ = fs::temp_directory_path() /
            ("stemma-rules-" + std::to_string(getpid()) + "-" + info->name());
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  fs::path write(const std::string& name, const std::string& text) {
    const fs::path path = root_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  RuleSet load() {
    const std::vector<fs::path> paths{root_};
    return load_rules(paths, false);
  }
  // Messages with the test's folder cut off.
  std::string messages(const RuleSet& set) {
    std::string out = test::all_text(set.diagnostics);
    const std::string root = root_.string() + "/";
    for (std::size_t at = out.find(root); at != std::string::npos; at = out.find(root))
      out.erase(at, root.size());
    return out;
  }

  fs::path root_;
};

std::string rule_text(const std::string& id, const std::string& query_line) {
  return "[rule]\nname = \"" + id + "\"\nrule_id = \"" + id +
         "\"\nlanguage = \"eql\"\ntype = \"eql\"\nseverity = \"high\"\nrisk_score = 73\n" +
         query_line + "\n";
}

TEST_F(LoadRules, ReadsEveryPartOfARule) {
  write("a.toml", R"toml([metadata]
maturity = "production"
[rule]
author = ["A", "B"]
description = """
  What it is.
"""
false_positives = ["one", """
two
"""]
index = ["logs-*"]
language = "eql"
license = "X"
name = "N"
note = "guide"
references = ["https://example.invalid/"]
risk_score = 21
rule_id = "id-1"
severity = "low"
tags = ["t"]
type = "eql"
query = 'process where true'
[[rule.threat]]
framework = "MITRE ATT&CK"
[[rule.threat.technique]]
id = "T1"
name = "One"
reference = "r1"
[[rule.threat.technique.subtechnique]]
id = "T1.1"
name = "Sub"
reference = "r11"
[rule.threat.tactic]
id = "TA1"
name = "Tactic"
reference = "rt"
)toml");
  const RuleSet set = load();
  EXPECT_EQ(messages(set), "");
  ASSERT_EQ(set.rules.size(), 1u);
  const Rule& rule = set.rules[0];
  EXPECT_EQ(rule.id, "id-1");
  EXPECT_EQ(rule.name, "N");
  EXPECT_EQ(rule.description, "What it is.");
  EXPECT_EQ(rule.severity, "low");
  EXPECT_EQ(rule.risk_score, 21);
  EXPECT_EQ(rule.license, "X");
  EXPECT_EQ(rule.maturity, "production");
  EXPECT_EQ(rule.authors, (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(rule.references, (std::vector<std::string>{"https://example.invalid/"}));
  EXPECT_EQ(rule.tags, (std::vector<std::string>{"t"}));
  EXPECT_EQ(rule.false_positives, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(rule.index, (std::vector<std::string>{"logs-*"}));
  EXPECT_EQ(rule.note, "guide");
  EXPECT_EQ(rule.query, "process where true");
  EXPECT_FALSE(rule.shipped);
  ASSERT_EQ(rule.threats.size(), 1u);
  EXPECT_EQ(rule.threats[0].framework, "MITRE ATT&CK");
  EXPECT_EQ(rule.threats[0].tactic_id, "TA1");
  EXPECT_EQ(rule.threats[0].tactic_name, "Tactic");
  EXPECT_EQ(rule.threats[0].tactic_reference, "rt");
  ASSERT_EQ(rule.threats[0].techniques.size(), 2u);
  EXPECT_EQ(rule.threats[0].techniques[1].id, "T1.1");
  EXPECT_EQ(rule.threats[0].techniques[1].reference, "r11");
}

TEST_F(LoadRules, OneBadRuleNeverStopsTheRest) {
  write("1-not-toml.toml", "[rule\nname = 1\n");
  write("2-no-rule.toml", "[metadata]\n");
  write("3-no-id.toml", "[rule]\nname = \"x\"\n");
  write("4-query.toml",
        rule_text("four", "query = '''\nprocess where\n  process.name = \"x\"\n'''"));
  write("5-good.toml", rule_text("five", "query = 'process where true'"));
  write("6-twin.toml", rule_text("five", "query = 'file where true'"));
  write("7-esql.toml",
        "[rule]\nname = \"Seven\"\nrule_id = \"seven\"\nlanguage = \"esql\"\ntype = "
        "\"esql\"\nquery = 'from x'\n");
  write("8-ml.toml",
        "[rule]\nname = \"Eight\"\nrule_id = \"eight\"\ntype = \"machine_learning\"\n");
  write("9-join.toml",
        rule_text("nine", "query = '''\njoin by host.id\n  [process where true]\n'''"));
  write("a.txt", "not a rule file");
  const RuleSet set = load();
  EXPECT_EQ(
      messages(set),
      "1-not-toml.toml:1:6: error RULE002: not a TOML file: Error while parsing table header: "
      "expected ']', saw '\\n'\n"
      "  [rule\n"
      "       ^\n"
      "2-no-rule.toml:1:1: error RULE003: no [rule] table\n"
      "  [metadata]\n"
      "  ^^^^^^^^^^\n"
      "3-no-id.toml:1:1: error RULE003: the rule has no `rule_id`\n"
      "  [rule]\n"
      "  ^^^^^^\n"
      "4-query.toml:10:16: error EQL013: `=` is not an operator: write `==`, or `:` to ignore "
      "case\n"
      "    process.name = \"x\"\n"
      "                 ^\n"
      "9-join.toml:9:1: error EQL022: `join` is known to the Endgame dialect only: write a "
      "sequence or a sample\n"
      "  join by host.id\n"
      "  ^^^^\n"
      "6-twin.toml: error RULE005: rule_id `five` is taken by 5-good.toml: this rule is left "
      "out\n");
  ASSERT_EQ(set.rules.size(), 1u);
  EXPECT_EQ(set.rules[0].id, "five");
  ASSERT_EQ(set.not_applicable.size(), 2u);
  EXPECT_EQ(set.not_applicable[0].name + " " + set.not_applicable[0].kind, "Seven esql");
  EXPECT_EQ(set.not_applicable[1].name + " " + set.not_applicable[1].kind,
            "Eight machine_learning");
  EXPECT_EQ(set.files, 9u);
  EXPECT_EQ(set.failed, 5u);
  EXPECT_EQ(set.unsupported, 1u);
  EXPECT_EQ(set.files, set.rules.size() + set.not_applicable.size() + set.failed + set.unsupported);
}

TEST_F(LoadRules, WrongValuesAreToldAndReplaced) {
  write("a.toml",
        "[rule]\nname = \"x\"\nrule_id = \"x\"\ntype = \"eql\"\nseverity = \"awful\"\nrisk_score = "
        "101\ntags = [1]\n"
        "license = 5\nquery = 'any where true'\n");
  const RuleSet set = load();
  EXPECT_EQ(messages(set),
            "a.toml:8:1: warning RULE008: `license` is no string and is left out\n"
            "  license = 5\n"
            "  ^^^^^^^^^^^\n"
            "a.toml:7:1: warning RULE008: an entry of `tags` is no string and is left out\n"
            "  tags = [1]\n"
            "  ^^^^^^^^^^\n"
            "a.toml:5:1: warning RULE008: severity is low, medium, high or critical, not `awful`: "
            "taken as low\n"
            "  severity = \"awful\"\n"
            "  ^^^^^^^^^^^^^^^^^^\n"
            "a.toml:6:1: warning RULE008: risk_score is an integer from 0 to 100: taken as 0\n"
            "  risk_score = 101\n"
            "  ^^^^^^^^^^^^^^^^\n");
  ASSERT_EQ(set.rules.size(), 1u);
}

// What the stack would do with matches and this program does not.
TEST_F(LoadRules, KeysThatAreNotHonouredAreTold) {
  const std::string rule =
      "[rule]\nname = \"x\"\nrule_id = \"x\"\nseverity = \"low\"\nrisk_score = 1\ntype = "
      "\"eql\"\nquery = 'any where true'\n";
  write("a.toml", rule +
                      "timestamp_field = \"event.ingested\"\nexceptions_list = []\n"
                      "[[rule.filters]]\n[rule.filters.meta]\nnegate = true\n"
                      "[rule.alert_suppression]\ngroup_by = [\"host.id\"]\n");
  const RuleSet set = load();
  EXPECT_EQ(set.rules.size(), 1u);
  EXPECT_EQ(messages(set),
            "a.toml:10:1: warning RULE009: `filters` is not honoured: the rule may fire on events "
            "that they leave out\n"
            "  [[rule.filters]]\n"
            "  ^^^^^^^^^^^^^^^^\n"
            "a.toml:13:1: warning RULE009: `alert_suppression` is not honoured: every match is a "
            "finding\n"
            "  [rule.alert_suppression]\n"
            "  ^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "a.toml:8:1: warning RULE009: `timestamp_field` is not honoured: events are in the "
            "order of @timestamp\n"
            "  timestamp_field = \"event.ingested\"\n"
            "  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n");
}

TEST_F(LoadRules, TheCaretPointsIntoTheFileForEveryKindOfString) {
  write("1.toml", rule_text("1", "query = \"process where pröcess.name == 1 \\u0026\""));
  write(
      "2.toml",
      rule_text("2", "query = \"\"\"\nprocess where \\\n     process.name == \\\"a\\\" $\n\"\"\""));
  write("3.toml", rule_text("3", "query = 'process where $'"));
  write("4.toml", rule_text("4", "query = '''process where $'''"));
  write("5.toml", rule_text("5", "query = '''\r\nprocess where\r\n $'''"));
  const RuleSet set = load();
  std::string places;
  for (const eql::Diagnostic& diagnostic : set.diagnostics) {
    places += fs::path(diagnostic.path).filename().string() + ":" +
              std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column) + " ";
  }
  EXPECT_EQ(places, "1.toml:8:26 2.toml:10:28 3.toml:8:24 4.toml:8:26 5.toml:10:2 ");
}

TEST_F(LoadRules, FoldersAreWalkedInOrderAndLinksAreNotFollowed) {
  write("b/2.toml", rule_text("b2", "query = 'any where true'"));
  write("a/z/1.toml", rule_text("az1", "query = 'any where true'"));
  write("a.toml", rule_text("a", "query = 'any where true'"));
  write("../" + root_.filename().string() + "-outside/x.toml",
        rule_text("outside", "query = 'any where true'"));
  const fs::path outside = root_.parent_path() / (root_.filename().string() + "-outside");
  fs::create_directory_symlink(outside, root_ / "link");
  fs::create_symlink(outside / "x.toml", root_ / "link.toml");
  fs::create_directory_symlink(root_, root_ / "a" / "loop");
  const RuleSet set = load();
  fs::remove_all(outside);
  std::string ids;
  for (const Rule& rule : set.rules) ids += rule.id + " ";
  EXPECT_EQ(ids, "az1 a b2 ");
  EXPECT_EQ(messages(set),
            "a/loop: warning RULE007: links inside a rule folder are not followed\n"
            "link: warning RULE007: links inside a rule folder are not followed\n"
            "link.toml: warning RULE007: links inside a rule folder are not followed\n");
}

TEST_F(LoadRules, WhatCannotBeReadIsNamed) {
  const std::vector<fs::path> paths{root_ / "missing.toml"};
  const RuleSet set = load_rules(paths, false);
  EXPECT_EQ(messages(set), "missing.toml: error RULE001: cannot read: no such file or folder\n");
  EXPECT_EQ(set.failed, 1u);
}

TEST_F(LoadRules, AFileAboveTheCapIsRefused) {
  std::string text = rule_text("big", "query = 'any where true'");
  text.append(kMaxRuleFileBytes, '#');
  write("big.toml", text);
  const RuleSet set = load();
  EXPECT_EQ(messages(set), "big.toml: error RULE004: the file has more than 10485760 bytes\n");
  EXPECT_EQ(set.rules.size(), 0u);
}

TEST_F(LoadRules, AQueryAboveItsCapIsRefusedInside) {
  write("a.toml",
        rule_text("a", "query = 'any where true" + std::string(eql::kMaxQueryBytes, ' ') + "'"));
  const RuleSet set = load();
  ASSERT_EQ(set.diagnostics.size(), 1u);
  EXPECT_EQ(set.diagnostics[0].code, "EQL007");
  EXPECT_EQ(set.diagnostics[0].message,
            "the query has 4194318 bytes, more than the 4194304 that are read");
}

TEST_F(LoadRules, HostileTomlIsRefusedNotFollowed) {
  write("1.toml", std::string(100'000, '['));
  write("2.toml", "[rule]\nname = \"\xff\"\n");
  write("3.toml", "rule = 5\n");
  write("4.toml", "");
  std::string deep = "[rule]\nx = ";
  for (int i = 0; i < 5000; ++i) deep += "{a=";
  write("5.toml", deep);
  const RuleSet set = load();
  EXPECT_EQ(set.rules.size(), 0u);
  EXPECT_EQ(set.failed, 5u);
  EXPECT_EQ(set.diagnostics.size(), 5u);
}

TEST(PublicRuleFile, TheFirstDetectionLoadsAsItIs) {
  const fs::path path =
      test::corpus_file("rules/execution_azure_run_command_script_child_process.toml");
  if (!fs::exists(path)) GTEST_SKIP() << "the rule corpus is not here";
  const std::vector<fs::path> paths{
      path, test::corpus_file(
                "rules/execution_azure_vm_run_command_powershell_unrestricted_script.toml")};
  const RuleSet set = load_rules(paths, true);
  // The shipped rule of the same id comes first; the public file is its twin, and its sibling is
  // for another engine.
  ASSERT_EQ(set.diagnostics.size(), 1u);
  EXPECT_EQ(set.diagnostics[0].code, "RULE005");
  ASSERT_EQ(set.not_applicable.size(), 1u);
  EXPECT_EQ(set.not_applicable[0].kind, "esql");
  RuleSet alone;
  load_rule(test::read_all(path), "x.toml", alone);
  ASSERT_EQ(alone.rules.size(), 1u);
  EXPECT_EQ(test::all_text(alone.diagnostics), "");
  const Rule& ours = *set.find(alone.rules[0].id);
  // The same logic, word for word once blanks are folded.
  const auto folded = [](const std::string& text) {
    std::string out;
    bool quoted = false;
    for (const char c : text) {
      if (c == '"') quoted = !quoted;
      if (quoted || (c != ' ' && c != '\n')) out += c;
    }
    return out;
  };
  EXPECT_EQ(folded(ours.query), folded(alone.rules[0].query));
  EXPECT_NE(ours.description, alone.rules[0].description);
}

TEST(TomlText, RefusesWhatDoesNotAgree) {
  EXPECT_FALSE(TomlTextMap::make("a = 'x'", 1, 5, "y"));
  EXPECT_FALSE(TomlTextMap::make("a = 'x'", 3, 5, "x"));
  EXPECT_FALSE(TomlTextMap::make("a = 5", 1, 5, "5"));
  EXPECT_FALSE(TomlTextMap::make("a = \"\\u12", 1, 5, "x"));
  EXPECT_TRUE(TomlTextMap::make("a = ''", 1, 5, ""));
}

}  // namespace
}  // namespace stemma
