// Queries made to hurt: deep, long, broken. They must be refused or compiled, in bounded time and
// stack.
#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "detection/eql/lexer.hpp"
#include "detection/eql/query.hpp"
#include "detection/eql/syntax.hpp"
#include "tests/detection/eql/event_text.hpp"

namespace stemma {
namespace {

std::string repeated(const std::string& text, int times) {
  std::string out;
  out.reserve(text.size() * static_cast<std::size_t>(times));
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

std::string code_of(const std::string& query) {
  const eql::Compiled compiled = eql::compile(query);
  if (compiled.program != nullptr) return "compiles";
  for (const eql::Diagnostic& diagnostic : compiled.diagnostics) {
    if (diagnostic.severity == eql::Severity::error) return diagnostic.code;
  }
  return "nothing said";
}

TEST(Hostile, DeepNestingIsRefusedAtTheCap) {
  EXPECT_EQ(code_of("any where " + repeated("(", 100'000) + "true" + repeated(")", 100'000)),
            "EQL011");
  EXPECT_EQ(code_of("any where " + repeated("(", 150) + "true" + repeated(")", 150)), "compiles");
  EXPECT_EQ(code_of("any where " + repeated("string(", 100'000)), "EQL011");
  EXPECT_EQ(code_of("any where " + repeated("descendant of [any where ", 100'000)), "EQL011");
  EXPECT_EQ(code_of("any where a in " + repeated("(b in ", 100'000)), "EQL011");
  EXPECT_EQ(code_of("any where " + repeated("not (", 100'000)), "EQL011");
  const eql::Compiled compiled = eql::compile("any where " + repeated("(", 100'000));
  EXPECT_EQ(compiled.diagnostics[0].message, "the query nests deeper than 200 levels");
}

TEST(Hostile, TheDeepestTreeThatIsAllowedIsEvaluated) {
  std::string query = "process.pid == 1";
  for (int i = 0; i < 60; ++i) query = "(not (" + query + " and true) or false)";
  EXPECT_TRUE(test::run("any where " + query, test::TestEvent({{"process.pid", 1}})));
  std::string text = "process.name";
  for (int i = 0; i < 190; ++i) text = "concat(" + text + ", \"x\")";
  EXPECT_TRUE(
      test::run("any where length(" + text + ") == 191", test::TestEvent({{"process.name", "a"}})));
}

TEST(Hostile, LongChainsAreFlat) {
  const test::TestEvent event({{"process.pid", 1}, {"process.name", "x"}});
  EXPECT_TRUE(
      test::run("any where process.pid == 1" + repeated(" and process.pid == 1", 100'000), event));
  EXPECT_TRUE(test::run("any where process.pid == 2" + repeated(" or process.pid == 2", 100'000) +
                            " or process.pid == 1",
                        event));
  EXPECT_TRUE(test::run("any where process.pid" + repeated(" + 1", 100'000) + " == 100001", event));
  EXPECT_TRUE(test::run("any where process.pid" + repeated(" * 1", 100'000) + " == 1", event));
  EXPECT_TRUE(test::run("any where " + repeated("not ", 100'000) + "process.pid == 1", event));
  EXPECT_TRUE(test::run("any where " + repeated("- ", 100'000) + "process.pid == 1", event));
}

TEST(Hostile, LongListsAreLookedUp) {
  std::string list = "\"e0\"";
  for (int i = 1; i < 100'000; ++i) list += ", \"e" + std::to_string(i) + "\"";
  const test::TestEvent event({{"process.name", "e99999"}, {"process.pid", 1}});
  EXPECT_TRUE(test::run("any where process.name in (" + list + ")", event));
  EXPECT_TRUE(test::run("any where process.name : (" + list + ")", event));
  EXPECT_TRUE(test::run("any where process.name like (" + list + ", \"E*\")", event));
  EXPECT_FALSE(test::run("any where process.name not in~ (" + list + ")", event));
  EXPECT_EQ(code_of("any where process.name regex (" + list + ")"), "EQL034");
}

TEST(Hostile, SizesAreCapped) {
  EXPECT_EQ(code_of(std::string(10u << 20, 'a')), "EQL007");
  EXPECT_EQ(code_of("any where true // " + std::string(3u << 20, 'x')), "compiles");
  EXPECT_EQ(code_of("any where \"" + std::string(3u << 20, 'x') + "\" == \"y\""), "compiles");
  EXPECT_EQ(code_of(std::string(eql::kMaxTokens + 10, '(')), "EQL007");
  EXPECT_EQ(code_of("any where a regex \"" + std::string(20'000, 'x') + "\""), "EQL034");
  EXPECT_EQ(code_of("any where `" + std::string(513, 'x') + "` == 1"), "EQL038");
  EXPECT_EQ(code_of("any where process.pid == " + std::string(100'000, '9')), "EQL006");
}

TEST(Hostile, InvalidUtf8IsRefusedWithItsPlace) {
  for (const char* bytes : {"\xff", "\xc3", "\xed\xa0\x80", "\xc0\x80", "\xf5\x80\x80\x80"}) {
    const eql::Compiled compiled =
        eql::compile(std::string("any where process.name == \"") + bytes + "\"");
    ASSERT_EQ(compiled.diagnostics.size(), 1u);
    EXPECT_EQ(compiled.diagnostics[0].code, "EQL001");
    EXPECT_EQ(compiled.diagnostics[0].column, 28u);
  }
  EXPECT_EQ(code_of(std::string("any where true\0", 15)), "EQL004");
}

TEST(Hostile, PatternsThatHurtOtherMatchersAreLinear) {
  const std::string text(50'000, 'a');
  const test::TestEvent event({{"process.name", text.c_str()}});
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(test::run("any where process.name regex \"(a*)*b\"", event));
  EXPECT_FALSE(test::run("any where process.name regex \"(a|aa)+b\"", event));
  EXPECT_FALSE(test::run("any where process.name regex \"(.*)(.*)(.*)(.*)(.*)[^a]\"", event));
  EXPECT_FALSE(test::run("any where process.name like \"" + repeated("*a", 50) + "b\"", event));
  EXPECT_EQ(code_of("any where process.name regex \"" + repeated("(", 5000) + "a" +
                    repeated(")*", 5000) + "\""),
            "EQL034");
  EXPECT_EQ(code_of("any where process.name regex \"a" + repeated("*", 5000) + "\""), "EQL034");
  EXPECT_EQ(code_of("any where process.name regex \"((((a{100}){100}){100}){100})\""), "EQL034");
  EXPECT_LT(std::chrono::steady_clock::now() - begin,
            std::chrono::seconds(20));  // exponential would take for ever
}

TEST(Hostile, BuiltTextIsCapped) {
  std::string big(1u << 20, 'x');
  const test::TestEvent event({{"process.name", big.c_str()}});
  EXPECT_TRUE(test::run(
      "any where concat(process.name" + repeated(", process.name", 1000) + ") == null", event));
  EXPECT_TRUE(test::run("any where length(concat(process.name, process.name)) == 2097152", event));
}

TEST(Hostile, NestingAndSizeInsideASequence) {
  const std::string deep = repeated("(", 300) + "true" + repeated(")", 300);
  const eql::CompiledQuery nested =
      eql::compile_query("sequence [any where true] [any where " + deep + "]");
  ASSERT_EQ(nested.query, nullptr);
  EXPECT_EQ(nested.diagnostics[0].code, "EQL011");
  const eql::CompiledQuery keys = eql::compile_query("sequence by a" + repeated(", a", 40) +
                                                     " [any where true] [any where true]");
  ASSERT_EQ(keys.query, nullptr);
  EXPECT_EQ(keys.diagnostics[0].message, "events are joined by at most 32 fields");
  const eql::CompiledQuery pipes = eql::compile_query("any where true" + repeated(" | head 1", 40));
  ASSERT_EQ(pipes.query, nullptr);
  EXPECT_EQ(pipes.diagnostics[0].message, "a query has at most 32 pipes");
  EXPECT_EQ(eql::compile_query("sequence" + repeated(" [any where true]", 200'000)).query, nullptr);
  EXPECT_EQ(eql::compile_query("sequence [any where true] [any where \xff]").diagnostics[0].code,
            "EQL001");
}

TEST(Hostile, MutilatedQueriesNeverBreakAnything) {
  // Every cut and many random edits of queries that use the whole language: each is compiled or
  // refused with a place inside it.
  const std::vector<std::string> seeds = {
      "process where not (?a.`b c` : (\"x*\", \"\"\"y\\\"\"\") or length~(process.name) / -2 >= "
      ".5e1) and x not in~ (\"\\u{e9}\", null, true)",
      "any where descendant of [file where child of [any where process.args regex~ (\"[a-z]+\", "
      "\"(a|b){2,3}\")]] // c",
      "process where cidrmatch(source.ip, \"10.0.0.0/8\", \"fe80::/10\") and process.start > "
      "\"2020-01-01T00:00:00Z\" and a + b * 2 == c % 3",
      "sequence by host.id, ?`a b` with maxspan=30s [process where true] by x ![file where true] "
      "by y "
      "[any where a] by z with runs=3 until [any where true] by w | head 5",
      "sample by host.id [process where true] by ?x [file where true] by y | unique a, b | filter "
      "c > "
      "1 | sort d e | count f | unique_count g | tail 3"};
  std::mt19937_64 random(7);
  for (const std::string& seed : seeds) {
    for (std::size_t cut = 0; cut <= seed.size(); ++cut) {
      for (const std::string& text : {seed.substr(0, cut), seed.substr(cut)}) {
        const eql::CompiledQuery compiled = eql::compile_query(text);
        ASSERT_NE(compiled.query == nullptr, !eql::has_errors(compiled.diagnostics)) << text;
      }
    }
    for (int i = 0; i < 5000; ++i) {
      std::string text = seed;
      for (std::size_t n = 1 + random() % 4; n > 0; --n) {
        const std::size_t at = random() % text.size();
        switch (random() % 3) {
          case 0:
            text[at] = static_cast<char>(random());
            break;
          case 1:
            text.insert(at, seed.substr(random() % seed.size(), random() % 12));
            break;
          default:
            text.erase(at, random() % 6);
        }
        if (text.empty()) break;
      }
      const eql::CompiledQuery compiled = eql::compile_query(text);
      ASSERT_NE(compiled.query == nullptr, !eql::has_errors(compiled.diagnostics)) << text;
      for (const eql::Diagnostic& diagnostic : compiled.diagnostics) {
        ASSERT_LE(diagnostic.range.begin, diagnostic.range.end);
        ASSERT_LE(diagnostic.range.end, text.size());
        ASSERT_GE(diagnostic.line, 1u);
      }
    }
  }
}

}  // namespace
}  // namespace stemma
