// Declared automation: what an entry covers and what it does not, and every mistake in a file with
// its whole message.
#include "detection/invocations/automation.hpp"

#include <gtest/gtest.h>

namespace stemma {
namespace {

constexpr const char* kHash = "3F2A3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a";

std::string entry(const std::string& more) {
  return "[[automation]]\nreason = \"patching\"\nowner = \"j.doe\"\nexpires = 2027-01-31\n" + more;
}

Automation loaded(const std::string& text) {
  Automation out;
  load_automation(text, "a.toml", "2026-11-24", out);
  return out;
}

std::string said(const std::string& text) {
  std::string out;
  for (const eql::Diagnostic& diagnostic : loaded(text).diagnostics)
    out += eql::render(diagnostic) + "\n";
  return out;
}

// One run that everything is known of.
Incident incident() {
  Incident made;
  made.channels.channels.resize(1);
  made.channels.channels[0].id = "azure_run_command_action_linux";
  Invocation run;
  run.host = "VM-lnx01.corp";
  run.script.state = ScriptState::recovered;
  run.script.path = "/opt/patching/run.sh";
  run.script.sha256 = "3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a";
  run.operation = 0;
  made.invocations.push_back(run);
  CloudOperation order;
  order.caller = "Patching@contoso.example";
  order.principal_id = "8b7a1f60";
  order.application_id = "c44b4083";
  order.confidence = Confidence::probable;
  made.operations.push_back(order);
  return made;
}

// What became of the run: why it is set aside; empty where it is not.
std::string set_aside(const std::string& more, Incident of = incident()) {
  const Automation automation = loaded(entry(more));
  EXPECT_EQ(automation.diagnostics.size(), 0u) << more;
  set_aside_automation(automation, of);
  EXPECT_EQ(of.automation.size(), 1u);
  EXPECT_EQ(of.automation[0].runs, of.invocations[0].automation ? 1u : 0u);
  return of.invocations[0].set_aside;
}

constexpr const char* kAside = "patching (j.doe, until 2027-01-31)";

TEST(Automation, CoversARunByItsScriptOrItsCaller) {
  EXPECT_EQ(set_aside("script_paths = [\"/opt/patching/*\"]"), kAside);
  EXPECT_EQ(set_aside(std::string("script_sha256 = [\"") + kHash + "\"]"), kAside);
  EXPECT_EQ(set_aside("callers = [\"nobody\", \"patching@*\"]"), kAside);
  EXPECT_EQ(set_aside("callers = [\"8B7A1F60\"]"), kAside);
  EXPECT_EQ(set_aside("callers = [\"c44b408?\"]"), kAside);
  EXPECT_EQ(set_aside("callers = [\"patching\"]"), "");
}

TEST(Automation, EverythingThatAnEntryNamesMustFit) {
  const std::string who = "callers = [\"*\"]\n";
  EXPECT_EQ(set_aside(who + "hosts = [\"vm-lnx01.*\"]\nchannels = [\"azure_*\"]"), kAside);
  EXPECT_EQ(set_aside(who + "hosts = [\"vm-lnx01\"]"), "");
  EXPECT_EQ(set_aside(who + "channels = [\"aws_*\"]"), "");
  EXPECT_EQ(set_aside(who + "script_paths = [\"/opt/other/*\"]"), "");
  EXPECT_EQ(set_aside(who + "script_sha256 = [\"" + std::string(64, '0') + "\"]"), "");
}

TEST(Automation, APathOfUnixKeepsItsCaseAndOneOfWindowsDoesNot) {
  EXPECT_EQ(set_aside("script_paths = [\"/OPT/patching/*\"]"), "");
  Incident windows = incident();
  windows.invocations[0].script.path = "C:\\Ops\\Script1.ps1";
  EXPECT_EQ(set_aside("script_paths = ['c:\\ops\\*.PS1']", windows), kAside);
}

TEST(Automation, WhatIsNotSureSetsNothingAside) {
  const std::string by_caller = "callers = [\"patching@*\"]";
  Incident of = incident();
  of.operations[0].confidence = Confidence::possible;  // another run would fit the order as well
  EXPECT_EQ(set_aside(by_caller, of), "");
  of.invocations[0].operation.reset();
  EXPECT_EQ(set_aside(by_caller, of), "");
  of = incident();
  of.invocations[0].script.state = ScriptState::partial;
  EXPECT_EQ(set_aside(std::string("script_sha256 = [\"") + kHash + "\"]", of), "");
  of.invocations[0].script.path.clear();
  EXPECT_EQ(set_aside("script_paths = [\"*\"]", of), "");
}

TEST(Automation, TheFirstEntryThatCoversARunGivesTheReasonAndAllCount) {
  Incident of = incident();
  Automation automation = loaded(
      entry("callers = [\"nobody\"]\n") + entry("callers = [\"*\"]\n") +
      "[[automation]]\nreason = \"late\"\nowner = \"a\"\nexpires = 2027-01-31\ncallers = "
      "[\"*\"]\n" +
      "[[automation]]\nreason = \"old\"\nowner = \"a\"\nexpires = 2026-11-23\ncallers = [\"*\"]\n");
  set_aside_automation(automation, of);
  EXPECT_EQ(of.invocations[0].automation, 1u);
  EXPECT_EQ(of.invocations[0].set_aside, kAside);
  std::string uses;
  for (const AutomationDeclaration& each : of.automation)
    uses += automation_use(each) + ": " + automation_words(each) + "\n";
  EXPECT_EQ(uses,
            "no run: patching (j.doe, until 2027-01-31; a.toml:1)\n"
            "1 run: patching (j.doe, until 2027-01-31; a.toml:6)\n"
            "1 run: late (a, until 2027-01-31; a.toml:11)\n"
            "expired: old (a, until 2026-11-23; a.toml:16)\n");
}

TEST(Automation, AnExpiredEntryIsToldAndSetsNothingAside) {
  EXPECT_EQ(
      said("[[automation]]\nreason = \"old\"\nowner = \"j.doe\"\nexpires = 2026-11-23\n"
           "callers = [\"*\"]\n"),
      "a.toml:4:1: warning AUTO005: the entry of j.doe expired on 2026-11-23 and sets nothing "
      "aside (today is 2026-11-24)\n"
      "  expires = 2026-11-23\n"
      "  ^^^^^^^^^^^^^^^^^^^^\n");
  EXPECT_EQ(said("[[automation]]\nreason = \"last day\"\nowner = \"j.doe\"\nexpires = 2026-11-24\n"
                 "callers = [\"*\"]\n"),
            "");
}

TEST(Automation, AMistakeIsShownInTheFileAndCostsItsEntryAlone) {
  const std::string bad = entry("caller = [\"a\"]\n") + entry("hosts = [\"vm\"]\n") +
                          entry("script_sha256 = [\"12\"]\n") + entry("callers = \"a\"\n") +
                          entry("callers = [\"\"]\n") +
                          "[[automation]]\nowner = \"a\"\ncallers = [\"*\"]\n";
  EXPECT_EQ(loaded(bad + entry("callers = [\"a\"]\n")).entries.size(), 1u);
  EXPECT_EQ(said(bad),
            "a.toml:5:1: error AUTO006: declared automation has no key `caller`: it might have "
            "been meant to narrow this entry, which is left out\n"
            "  caller = [\"a\"]\n"
            "  ^^^^^^^^^^^^^^\n"
            "a.toml:6:1: error AUTO007: the entry names neither callers nor script_sha256 nor "
            "script_paths: whatever runs there would be set aside\n"
            "  [[automation]]\n"
            "  ^^^^^^^^^^^^^^\n"
            "a.toml:15:1: error AUTO004: a SHA-256 has 64 hexadecimal digits\n"
            "  script_sha256 = [\"12\"]\n"
            "  ^^^^^^^^^^^^^^^^^^^^^^\n"
            "a.toml:20:1: error AUTO004: `callers` is a list of texts, at most 10000, none empty\n"
            "  callers = \"a\"\n"
            "  ^^^^^^^^^^^^^\n"
            "a.toml:25:1: error AUTO004: `callers` is a list of texts, at most 10000, none empty\n"
            "  callers = [\"\"]\n"
            "  ^^^^^^^^^^^^^^\n"
            "a.toml:26:1: error AUTO003: the entry has no `reason`\n"
            "  [[automation]]\n"
            "  ^^^^^^^^^^^^^^\n");
  EXPECT_EQ(said("[[automation]]\nreason = \"r\"\nowner = \"o\"\ncallers = [\"*\"]\n"),
            "a.toml:1:1: error AUTO003: the entry has no `expires`: one that nobody looks at again "
            "hides what it was not made for\n"
            "  [[automation]]\n"
            "  ^^^^^^^^^^^^^^\n");
}

TEST(Automation, AFileThatHoldsNoneSaysSo) {
  EXPECT_EQ(said("[[exception]]\n"),
            "a.toml:1:1: error AUTO003: no [[automation]] in the file\n"
            "  [[exception]]\n"
            "  ^^^^^^^^^^^^^\n");
  const std::string broken = said("[[automation\n");
  EXPECT_EQ(broken.substr(0, broken.find(':', 24)), "a.toml: error AUTO002: not a TOML file");
  Automation out;
  load_automation_file("/nowhere/a.toml", "2026-11-24", out);
  ASSERT_EQ(out.diagnostics.size(), 1u);
  EXPECT_EQ(eql::render(out.diagnostics[0]),
            "/nowhere/a.toml: error AUTO001: cannot read the declared automation");
}

}  // namespace
}  // namespace stemma
