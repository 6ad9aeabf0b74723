// Index patterns: every row of the table, and which evidence a rule's patterns stand for.
#include "detection/rules/index_patterns.hpp"

#include <gtest/gtest.h>

#include "detection/rules/rule.hpp"

namespace stemma {
namespace {

using Patterns = std::vector<std::string>;

std::string words(std::string_view pattern) {
  return source_words(sources_of(pattern));
}

TEST(IndexPatterns, TheTableIsInOrderAndEveryRowStandsForSomething) {
  std::string_view before;
  for (const IndexFamily& family : index_families()) {
    EXPECT_LT(before, family.prefix);
    before = family.prefix;
    EXPECT_NE(family.sources, 0) << family.prefix;
    EXPECT_EQ(sources_of(std::string(family.prefix) + "-x-*"), family.sources) << family.prefix;
  }
}

TEST(IndexPatterns, PublicNames) {
  EXPECT_EQ(words("logs-windows.sysmon_operational-*"), "Sysmon");
  EXPECT_EQ(words("logs-system.security*"), "the Security log");
  EXPECT_EQ(words("logs-system.auth-*"), "documents of other sources");
  EXPECT_EQ(words("logs-windows.powershell-*"), "the Windows PowerShell log");
  EXPECT_EQ(words("logs-windows.powershell_operational-*"), "PowerShell's operational log");
  EXPECT_EQ(words("logs-windows.forwarded*"), "Windows event logs");
  EXPECT_EQ(words("winlogbeat-*"), "Windows event logs");
  EXPECT_EQ(words("logs-auditd_manager.auditd-*"), "auditd");
  EXPECT_EQ(words("auditbeat-*"), "auditd, documents of other sources");
  EXPECT_EQ(words("logs-endpoint.events.process*"), "any");
  EXPECT_EQ(words("logs-azure.activitylogs-*"),
            "the Azure Activity Log, documents of other sources");
  EXPECT_EQ(words("logs-crowdstrike.fdr*"), "documents of other sources");
}

TEST(IndexPatterns, AWiderPatternStandsForAllThatItCovers) {
  EXPECT_EQ(words("logs-windows.*"), "Windows event logs");
  EXPECT_EQ(words("logs-windows.p*"), "PowerShell's operational log, the Windows PowerShell log");
  EXPECT_EQ(words("logs-s*"),
            "the Security log, the System log, the Application log, Sysmon for Linux, documents of "
            "other sources");
  EXPECT_EQ(words("logs-*"), "any");
  EXPECT_EQ(words("*"), "any");
}

TEST(IndexPatterns, AnotherClustersAndTheAnalystsOwn) {
  EXPECT_EQ(words("east:logs-windows.sysmon_operational-*"), "Sysmon");
  EXPECT_EQ(words("of-the-analyst-*"), "any");
}

TEST(IndexPatterns, SeveralStandForWhatAnyOfThemDoes) {
  EXPECT_EQ(sources_of(Patterns{}), kEverySource);
  EXPECT_EQ(source_words(sources_of(
                Patterns{"logs-system.security-*", "logs-windows.sysmon_operational-*"})),
            "Sysmon, the Security log");
  EXPECT_EQ(source_words(sources_of(Patterns{"logs-auditd.log-*", "-logs-auditd.log-old-*"})),
            "auditd");
  EXPECT_EQ(sources_of(Patterns{"-logs-auditd.log-old-*"}), kEverySource);
}

TEST(EventSources, ByContainerAndChannel) {
  const auto of = [](SourceKind kind, std::string_view channel) {
    return std::string(source_words(event_source(kind, channel)));
  };
  EXPECT_EQ(of(SourceKind::sysmon, "Microsoft-Windows-Sysmon/Operational"), "Sysmon");
  EXPECT_EQ(of(SourceKind::ecs_sysmon, ""), "Sysmon");
  EXPECT_EQ(of(SourceKind::security, "Security"), "the Security log");
  EXPECT_EQ(of(SourceKind::evtx_other, "windows powershell"), "the Windows PowerShell log");
  EXPECT_EQ(of(SourceKind::evtx_other, "Microsoft-Windows-TaskScheduler/Operational"),
            "another Windows log");
  EXPECT_EQ(of(SourceKind::evtx_other, ""), "another Windows log");
  EXPECT_EQ(of(SourceKind::ecs_windows, "Application"), "the Application log");
  EXPECT_EQ(of(SourceKind::ecs_windows, ""), "documents of other sources");
  EXPECT_EQ(of(SourceKind::ecs_auditd, ""), "auditd");
  EXPECT_EQ(of(SourceKind::ecs_other, ""), "documents of other sources");
}

std::string rule(const std::string& keys) {
  return "[rule]\nrule_id = \"a\"\nname = \"A\"\nseverity = \"low\"\nrisk_score = 1\n"
         "query = \"any where true\"\n" +
         keys;
}

TEST(IndexPatterns, ARuleKnowsWhatItsPatternsStandFor) {
  const std::string text = rule("type = \"eql\"\nindex = [\"logs-system.security-*\"]\n");
  RuleSet set;
  load_rule(text, "p", set);
  ASSERT_EQ(set.rules.size(), 1u);
  EXPECT_EQ(source_words(set.rules[0].sources), "the Security log");
  RuleSet any;
  load_rule(text, "p", any, {.compile = {}, .any_index = true});
  ASSERT_EQ(any.rules.size(), 1u);
  EXPECT_EQ(any.rules[0].sources, kEverySource);
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
