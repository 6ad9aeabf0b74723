// Explanations: the tree with verdicts, and near misses held against trying every change of one
// clause.
#include "detection/eql/explanation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "events/shape.hpp"

namespace stemma::eql {
namespace {

struct Told {
  Explanation explanation;
  std::optional<NearMiss> miss;
  bool may_be = false;
  bool matched = false;
};

Told tell(const std::string& query, const std::vector<std::pair<std::string, std::string>>& values,
          EvalOptions options = {}) {
  const Compiled compiled = compile(query);
  EXPECT_NE(compiled.program, nullptr) << query;
  const Projection all = Projection::all();
  Event event;
  event.reset(all);
  event.add(field::event_category, "process");
  for (const auto& [name, value] : values) event.add(intern_field(name), value);
  ShapeTable shapes;
  const EventView view = event.view(shapes);
  EvalContext context;
  Told out;
  out.explanation = explanation_of(*compiled.program, view, context, options);
  out.miss = near_miss(out.explanation, view);
  out.may_be = may_be_near_miss(*compiled.program, view, context, options);
  out.matched = matches(bind(*compiled.program, view.shape(), options), view, context);
  EXPECT_EQ(out.explanation.matches(), out.matched) << query;
  if (out.miss) {
    EXPECT_TRUE(out.may_be) << query;
  }
  return out;
}

std::string tree(const Explanation& explanation, std::uint32_t id) {
  const auto& node = explanation.nodes[id];
  const std::string verdict = node.verdict == Tri::yes ? "+" : node.verdict == Tri::no ? "-" : "?";
  if (node.kind == Explanation::Kind::clause)
    return verdict + explanation.clauses[node.clause].text;
  std::string out = verdict + (node.kind == Explanation::Kind::all_of   ? "(and"
                               : node.kind == Explanation::Kind::any_of ? "(or"
                                                                        : "(not");
  for (const std::uint32_t child : node.children) out += " " + tree(explanation, child);
  return out + ")";
}

TEST(Explanation, TheTreeHasTheOrderOfTheTextAndThreeValues) {
  const Told told =
      tell(R"(process where (user.name : "a*" or process.pid == 7) and not process.name != "x")",
           {{"user.name", "Anna"}, {"process.name", "x"}});
  EXPECT_EQ(tree(told.explanation, told.explanation.root),
            R"(+(and +(or +user.name : "a*" ?process.pid == 7) +(not -process.name != "x")))");
  const Told unknown = tell(R"(process where not user.name == "a")", {});
  EXPECT_EQ(tree(unknown.explanation, unknown.explanation.root), R"(?(not ?user.name == "a"))");
  const Told two =
      tell(R"(process where not user.name == "a")", {}, {EvalOptions::Nulls::two_valued});
  EXPECT_EQ(tree(two.explanation, two.explanation.root), R"(+(not -user.name == "a"))");
}

TEST(Explanation, TheCategoryIsPartOfIt) {
  const Told told = tell(R"(file where true)", {});
  EXPECT_FALSE(told.explanation.category_holds);
  EXPECT_THAT(told.explanation.categories, ::testing::ElementsAre("process"));
  EXPECT_FALSE(told.miss);
}

TEST(NearMiss, IsTheTextThatComesNear) {
  const Told told = tell(
      R"(process where process.name == "powershell.exe" and process.command_line like "*-File script?.ps1")",
      {{"process.name", "powershell.exe"}, {"process.command_line", "x -File script12.ps1"}});
  ASSERT_TRUE(told.miss);
  EXPECT_EQ(told.explanation.clauses[told.miss->clause].text,
            R"(process.command_line like "*-File script?.ps1")");
  EXPECT_TRUE(told.miss->wanted);
  EXPECT_EQ(told.miss->value, "x -File script12.ps1");
  EXPECT_EQ(told.miss->held, 1u);
  EXPECT_EQ(told.miss->nearness, 100u);
}

TEST(NearMiss, IsNotEveryChildOfAShell) {
  EXPECT_FALSE(
      tell(
          R"(process where process.name == "bash" and process.command_line like "*/waagent/script.sh")",
          {{"process.name", "bash"}, {"process.command_line", "bash -c ls"}})
          .miss);
}

TEST(NearMiss, IsNoEventOfAnotherKind) {
  EXPECT_FALSE(tell(R"(process where event.type == "start" and process.name == "bash")",
                    {{"event.type", "end"}, {"process.name", "bash"}})
                   .miss);
}

TEST(NearMiss, AnAbsentFieldAndAnExclusionNeedAnotherClauseThatHolds) {
  const Told absent =
      tell(R"(process where process.name == "a" and user.name == "b")", {{"process.name", "a"}});
  ASSERT_TRUE(absent.miss);
  EXPECT_TRUE(absent.miss->absent);
  EXPECT_EQ(field_name(absent.miss->field), "user.name");
  EXPECT_FALSE(
      tell(R"(process where event.type == "start" and user.name == "b")", {{"event.type", "start"}})
          .miss);
  const Told excluded = tell(R"(process where process.name == "a" and not user.name == "b")",
                             {{"process.name", "a"}, {"user.name", "b"}});
  ASSERT_TRUE(excluded.miss);
  EXPECT_FALSE(excluded.miss->wanted);
}

TEST(NearMiss, OfSeveralValuesTheNearestIsTold) {
  const Told told = tell(R"(process where process.args like "/download/*/script.sh")",
                         {{"process.args", "bash"}, {"process.args", "/download/7/script.sh.bak"}});
  ASSERT_TRUE(told.miss);
  EXPECT_EQ(told.miss->value, "/download/7/script.sh.bak");
}

TEST(NearMiss, NearnessOfTexts) {
  EXPECT_EQ(nearness(R"(x == "abcd")", false, "ABCD"), 100u);
  EXPECT_EQ(nearness(R"(x == "abcd")", false, "xbcd"), 50u);
  EXPECT_EQ(nearness(R"(x == "ab")", false, "ab"), std::nullopt);
  EXPECT_EQ(nearness(R"(x == 7)", false, "7"), std::nullopt);
  EXPECT_EQ(nearness(R"(x in ("zzz", "C:\\Win"))", false, R"(c:\windows)"), 100u);
  EXPECT_EQ(nearness("x regex \"\"\"abc[0-9]+\"\"\"", true, "abc"), 100u);
  EXPECT_EQ(nearness("x == \"unclosed", false, "unclosed"), 100u);
}

// A slow evaluator of what a near miss is: the condition with each clause's verdict replaced.
bool value_of(const Explanation& explanation, std::uint32_t id, std::uint32_t changed, bool to,
              bool wanted) {
  const auto& node = explanation.nodes[id];
  if (node.kind == Explanation::Kind::clause) {
    const Tri verdict = node.clause == changed ? tri(to) : node.verdict;
    return verdict == tri(wanted);
  }
  if (node.kind == Explanation::Kind::not_of)
    return value_of(explanation, node.children[0], changed, to, !wanted);
  const bool all = (node.kind == Explanation::Kind::all_of) == wanted;
  for (const std::uint32_t child : node.children)
    if (value_of(explanation, child, changed, to, wanted) != all) return !all;
  return all;
}

std::string condition(std::mt19937& random, int depth) {
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  if (depth == 0 || pick(4) == 0) {
    const std::string name = "f" + std::to_string(pick(4));
    const char* forms[] = {" == \"abc\"", " != \"abc\"", " like \"ab*\"", " in (\"abc\", \"xyz\")"};
    return name + forms[pick(4)];
  }
  if (pick(4) == 0) return "not (" + condition(random, depth - 1) + ")";
  const char* join = pick(2) == 0 ? " and " : " or ";
  std::string out = "(" + condition(random, depth - 1);
  for (int i = pick(2); i >= 0; --i) out += join + condition(random, depth - 1);
  return out + ")";
}

TEST(NearMiss, ChangingTheClauseMakesItMatchAndAgreesWithTryingAll) {
  std::mt19937 random(20261124);
  std::size_t found = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string query = "process where " + condition(random, 3);
    std::vector<std::pair<std::string, std::string>> values;
    const char* texts[] = {"abc", "xyz", "abd", "q"};
    for (int f = 0; f < 4; ++f) {
      if (random() % 5 != 0) values.emplace_back("f" + std::to_string(f), texts[random() % 4]);
    }
    const Told told = tell(query, values);
    const Explanation& explanation = told.explanation;
    bool one_away = false;
    for (std::uint32_t clause = 0; clause < explanation.clauses.size() && !told.matched; ++clause) {
      for (const bool to : {false, true})
        one_away = one_away || value_of(explanation, explanation.root, clause, to, true);
    }
    EXPECT_EQ(told.may_be, one_away) << query;
    if (!told.miss) continue;
    ++found;
    EXPECT_FALSE(told.matched) << query;
    EXPECT_TRUE(value_of(explanation, explanation.root, told.miss->clause, told.miss->wanted, true))
        << query;
  }
  EXPECT_GT(found, 200u);
}

}  // namespace
}  // namespace stemma::eql
