// Index patterns: every row of the table, and which rules they let run.
#include "detection/rules/index_patterns.hpp"

#include <gtest/gtest.h>

#include "detection/rules/rule.hpp"

namespace stemma {
namespace {

TEST(IndexPatterns, EveryRowIsFoundByItsOwnNames) {
  std::string_view before;
  for (const IndexFamily& family : index_families()) {
    EXPECT_LT(before, family.prefix);
    before = family.prefix;
    EXPECT_EQ(family_of(std::string(family.prefix) + "*"), &family) << family.prefix;
    EXPECT_FALSE(family.stands_for.empty()) << family.prefix;
    EXPECT_EQ(index_applies(std::vector<std::string>{std::string(family.prefix) + "x-*"}),
              family.read)
        << family.prefix;
  }
}

TEST(IndexPatterns, PublicNames) {
  const auto word = [](std::string_view pattern) {
    const IndexFamily* family = family_of(pattern);
    return family == nullptr ? "none" : std::string(family->stands_for);
  };
  EXPECT_EQ(word("logs-windows.sysmon_operational-*"), "Windows event logs");
  EXPECT_EQ(word("logs-system.security*"), "Windows event logs");
  EXPECT_EQ(word("logs-system.auth-*"), "Linux authentication logs");
  EXPECT_EQ(word("logs-auditd_manager.auditd-*"), "Linux audit records");
  EXPECT_EQ(word("logs-endpoint.events.process*"), "any source that records such events");
  EXPECT_EQ(word("logs-azure.activitylogs-*"), "Azure");
  EXPECT_EQ(word("logs-*"), "none");
}

TEST(IndexPatterns, OnePatternThatCanBeServedIsEnough) {
  using Patterns = std::vector<std::string>;
  EXPECT_TRUE(index_applies(Patterns{}));
  EXPECT_TRUE(index_applies(Patterns{"logs-crowdstrike.fdr*", "winlogbeat-*"}));
  EXPECT_TRUE(index_applies(Patterns{"logs-okta*", "logs-*"}));
  EXPECT_TRUE(index_applies(Patterns{"of-the-analyst-*"}));
  EXPECT_FALSE(index_applies(Patterns{"logs-crowdstrike.fdr*", "logs-okta*"}));
}

std::string rule(const std::string& keys) {
  return "[rule]\nrule_id = \"a\"\nname = \"A\"\nseverity = \"low\"\nrisk_score = 1\n"
         "query = \"any where true\"\n" +
         keys;
}

TEST(IndexPatterns, ARuleOfOtherEvidenceIsNamed) {
  RuleSet set;
  load_rule(rule("type = \"eql\"\nindex = [\"logs-okta*\", \"logs-aws.cloudtrail-*\"]\n"), "p",
            set);
  EXPECT_TRUE(set.rules.empty());
  ASSERT_EQ(set.not_applicable.size(), 1u);
  EXPECT_EQ(set.not_applicable[0].kind,
            "index patterns of evidence that is not read here: logs-okta*, logs-aws.cloudtrail-*");
  EXPECT_TRUE(set.diagnostics.empty());
}

TEST(IndexPatterns, ARuleOfAnotherTypeIsNamedByIt) {
  RuleSet set;
  load_rule(rule("type = \"new_terms\"\nlanguage = \"kuery\"\n"), "p", set);
  load_rule(rule("type = \"query\"\nlanguage = \"kuery\"\n"), "p", set);
  ASSERT_EQ(set.not_applicable.size(), 2u);
  EXPECT_EQ(set.not_applicable[0].kind, "new_terms");
  EXPECT_EQ(set.not_applicable[1].kind, "kuery");
}

}  // namespace
}  // namespace stemma
