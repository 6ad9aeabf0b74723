// Exception files: what applies, and every mistake with its whole message.
#include "detection/rules/exceptions.hpp"

#include <gtest/gtest.h>

namespace stemma {
namespace {

RuleExceptions loaded(const std::string& text, const RuleSet& rules = {}) {
  RuleExceptions out;
  load_exceptions(text, "e.toml", "2026-11-24", rules, out);
  return out;
}

std::string said(const RuleExceptions& exceptions) {
  std::string out;
  for (const eql::Diagnostic& diagnostic : exceptions.diagnostics)
    out += eql::render(diagnostic) + "\n";
  return out;
}

std::string exception(const std::string& more) {
  return "[[exception]]\nrule_id = \"*\"\nreason = \"backup\"\nowner = \"j.doe\"\n" + more;
}

TEST(Exceptions, AreReadWhole) {
  const RuleExceptions exceptions =
      loaded(exception("condition = 'process.name == \"a\"'\nexpires = 2026-11-24\n"));
  EXPECT_EQ(said(exceptions), "");
  ASSERT_EQ(exceptions.list.size(), 1u);
  const RuleException& one = exceptions.list[0];
  EXPECT_EQ(one.rule_id, "*");
  EXPECT_EQ(one.condition, "process.name == \"a\"");
  EXPECT_EQ(one.reason, "backup");
  EXPECT_EQ(one.owner, "j.doe");
  EXPECT_EQ(one.expires, "2026-11-24");
  EXPECT_EQ(one.line, 1u);
  EXPECT_TRUE(one.concerns("any"));
}

TEST(Exceptions, AnExpiredOneIsNotAppliedAndSaid) {
  const RuleExceptions exceptions =
      loaded(exception("condition = 'true'\nexpires = \"2026-11-23\"\n"));
  EXPECT_EQ(exceptions.list.size(), 0u);
  EXPECT_EQ(said(exceptions),
            "e.toml:6:1: warning EXC005: the exception of j.doe expired on 2026-11-23 and is not "
            "applied (today is 2026-11-24)\n"
            "  expires = \"2026-11-23\"\n"
            "  ^^^^^^^^^^^^^^^^^^^^^^\n");
}

TEST(Exceptions, OneWithoutReasonOwnerOrEndIsRefused) {
  EXPECT_EQ(said(loaded("[[exception]]\nrule_id = \"*\"\ncondition = 'true'\n")),
            "e.toml:1:1: error EXC003: the exception has no `reason`\n"
            "  [[exception]]\n"
            "  ^^^^^^^^^^^^^\n");
  EXPECT_EQ(said(loaded(exception("condition = 'true'\n"))),
            "e.toml:1:1: error EXC003: the exception has no `expires`: one that nobody looks at "
            "again hides what it was not made for\n"
            "  [[exception]]\n"
            "  ^^^^^^^^^^^^^\n");
}

TEST(Exceptions, AMistakeInAConditionIsShownInTheFile) {
  const RuleExceptions exceptions =
      loaded(exception("condition = 'process.name = \"a\"'\nexpires = 2027-01-01\n") +
             exception("condition = 'descendant of [any where true]'\nexpires = 2027-01-01\n") +
             exception("condition = 'true'\nexpires = 2027-01-01\n"));
  EXPECT_EQ(exceptions.list.size(), 1u);
  EXPECT_EQ(
      said(exceptions),
      "e.toml:5:27: error EQL013: `=` is not an operator: write `==`, or `:` to ignore case\n"
      "  condition = 'process.name = \"a\"'\n"
      "                            ^\n"
      "e.toml:11:1: error EXC007: the condition of an exception looks at one event: it cannot "
      "ask the process tree\n"
      "  condition = 'descendant of [any where true]'\n"
      "  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n");
}

TEST(Exceptions, NoFileStopsAnything) {
  EXPECT_EQ(loaded("[[exception").list.size(), 0u);
  EXPECT_EQ(loaded("[[exception").diagnostics.at(0).code, "EXC002");
  EXPECT_EQ(loaded("").diagnostics.at(0).code, "EXC003");
  EXPECT_EQ(loaded("exception = [1]").diagnostics.at(0).code, "EXC003");
  EXPECT_EQ(loaded(exception("condition = 'true'\nexpires = 'soon'\n")).diagnostics.at(0).code,
            "EXC004");
  RuleExceptions out;
  load_exceptions_file("/nowhere/e.toml", "2026-11-24", {}, out);
  EXPECT_EQ(out.diagnostics.at(0).code, "EXC001");
}

}  // namespace
}  // namespace stemma
