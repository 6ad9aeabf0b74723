// What conditions mean: null, several values, case, code points, types, functions as documented,
// explanations, binding.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "detection/eql/regex.hpp"
#include "detection/eql/wildcard.hpp"
#include "events/paths.hpp"
#include "events/text.hpp"
#include "tests/detection/eql/event_text.hpp"

namespace stemma {
namespace {

using test::Datum;
using test::TestEvent;

bool holds(const std::string& condition, const TestEvent& event) {
  return test::run("any where " + condition, event);
}

// A constant condition, with one field so that something is bound.
bool is_true(const std::string& condition) {
  return holds(condition, TestEvent({{"event.category", "process"}}));
}

const TestEvent& sample() {
  static const TestEvent event(
      {{"event.category", {"process", "configuration"}},
       {"process.name", "regsvr32.exe"},
       {"process.args", {"regsvr32.exe", "/s", "Évil.dll"}},
       {"process.args_count", 3},
       {"process.pid", 4},
       {"source.ip", "192.168.152.12"},
       {"stemma_test.text_number", "4"},
       {"process.start", std::vector<Datum>{test::Date{1577836800000000000}}},
       {"process.interactive", std::vector<Datum>{true}}});
  return event;
}

TEST(Semantics, CategoriesAreMatchedByAnyValueAndCase) {
  EXPECT_TRUE(test::run("process where true", sample()));
  EXPECT_TRUE(test::run("configuration where true", sample()));
  EXPECT_FALSE(test::run("Process where true", sample()));
  EXPECT_FALSE(test::run("file where true", sample()));
  EXPECT_TRUE(test::run("any where true", TestEvent({{"process.name", "x"}})));
  EXPECT_FALSE(test::run("process where true", TestEvent({{"process.name", "x"}})));
  EXPECT_FALSE(test::run("\"any\" where true", sample()));
}

TEST(Semantics, CaseMattersSaveForColonAndTilde) {
  EXPECT_TRUE(holds("process.name == \"regsvr32.exe\"", sample()));
  EXPECT_FALSE(holds("process.name == \"Regsvr32.exe\"", sample()));
  EXPECT_FALSE(holds("process.name == \"regsvr*\"", sample()));
  EXPECT_TRUE(holds("process.name : \"REGSVR*\"", sample()));
  EXPECT_FALSE(holds("process.name like \"REGSVR*\"", sample()));
  EXPECT_TRUE(holds("process.name like~ \"REGSVR*\"", sample()));
  EXPECT_FALSE(holds("process.name in (\"REGSVR32.exe\")", sample()));
  EXPECT_TRUE(holds("process.name in~ (\"a\", \"REGSVR32.exe\")", sample()));
  EXPECT_FALSE(holds("process.name in~ (\"REGSVR*\")", sample()));
  EXPECT_TRUE(holds("process.name regex~ \"REG[A-Z]{3}32.*\"", sample()));
  EXPECT_FALSE(holds("process.name regex \"REG.*\"", sample()));
  // Case folds for A–Z only.
  EXPECT_FALSE(holds("process.args : \"évil.dll\"", sample()));
  EXPECT_TRUE(holds("process.args : \"ÉVIL.DLL\"", sample()));
}

TEST(Semantics, QuestionMarkIsOneCodePoint) {
  EXPECT_TRUE(holds("process.args like \"?vil.dll\"", sample()));
  EXPECT_FALSE(holds("process.args like \"??vil.dll\"", sample()));
  const TestEvent broken({{"process.name",
                           "a\xff\xfe"
                           "b"},
                          {"process.title", "😀"}});
  EXPECT_TRUE(holds("process.name like \"a??b\"", broken));
  EXPECT_FALSE(holds("process.name like \"a?b\"", broken));
  EXPECT_TRUE(holds("process.title like \"?\"", broken));
  EXPECT_TRUE(holds("length(process.name) == 4 and length(process.title) == 1", broken));
  EXPECT_TRUE(holds("process.name regex \"a.*b\"", broken));
}

TEST(Semantics, AnyValueOfAFieldMayMatchAndNegationMeansNone) {
  EXPECT_TRUE(holds("process.args == \"/s\"", sample()));
  EXPECT_TRUE(holds("process.args == \"/s\" and process.args == \"regsvr32.exe\"", sample()));
  EXPECT_FALSE(holds("process.args != \"/s\"", sample()));
  EXPECT_TRUE(holds("process.args != \"/x\"", sample()));
  EXPECT_FALSE(holds("process.args not in (\"/s\", \"q\")", sample()));
  EXPECT_TRUE(holds("startsWith(process.args, \"Év\")", sample()));
  EXPECT_TRUE(holds("length(process.args) == 2", sample()));
  EXPECT_FALSE(holds("not length(process.args) == 2", sample()));
  EXPECT_TRUE(holds("concat(process.args, process.args) == \"/s/s\"", sample()));
  EXPECT_FALSE(holds("concat(process.args, process.args) == \"/sregsvr32.exe\"",
                     sample()));  // one choice a field
}

TEST(Semantics, NullIsUnknownAndStaysSo) {
  for (const char* condition :
       {"process.title == \"x\"", "not process.title == \"x\"", "process.title != \"x\"",
        "not process.title != \"x\"", "process.title : \"*\"", "not process.title : \"*\"",
        "process.title in (\"x\")", "process.title not in (\"x\")", "process.exit_code > 0",
        "not process.exit_code > 0", "process.exit_code + 1 == 1", "not length(process.title) > 0",
        "process.name in (null)", "process.name not in (null, \"x\")"}) {
    EXPECT_FALSE(holds(condition, sample())) << condition;
  }
  EXPECT_TRUE(holds(
      "process.title == null and ?process.title == null and not process.title != null", sample()));
  EXPECT_TRUE(holds("process.name != null and not process.name == null", sample()));
  EXPECT_TRUE(holds("process.title == \"x\" or process.pid == 4", sample()));
  EXPECT_TRUE(holds("(process.exit_code > 0) == null", sample()));
  EXPECT_TRUE(is_true("null == null and not null != null"));
}

TEST(Semantics, OnlyANullThatIsWrittenMakesANullTest) {
  // Found by the generated queries (seed 11035): `null and true` folds to null, which is unknown.
  const TestEvent event({{"event.category", "process"}});
  EXPECT_FALSE(run("process where not ((null and 0 in (10, 0)) == false)", event));
  EXPECT_FALSE(run("process where (null and true) == null and false", event));
  EXPECT_FALSE(run("process where (null and true) == true", event));
  EXPECT_TRUE(run("process where null == null", event));
}

TEST(Semantics, TwoValuedNullsMakeNegationsMatch) {
  eql::EvalOptions options;
  options.nulls = eql::EvalOptions::Nulls::two_valued;
  EXPECT_TRUE(test::run("any where not process.title == \"x\"", sample(), options));
  EXPECT_TRUE(test::run("any where process.title != \"x\"", sample(), options));
  EXPECT_FALSE(test::run("any where process.title == \"x\"", sample(), options));
  EXPECT_TRUE(test::run("any where not process.exit_code > 0", sample(), options));
}

TEST(Semantics, KindsThatDifferDoNotCompare) {
  EXPECT_FALSE(holds("stemma_test.text_number == 4", sample()));
  EXPECT_FALSE(holds("not stemma_test.text_number == 4", sample()));
  EXPECT_TRUE(holds("number(stemma_test.text_number) == 4", sample()));
  EXPECT_TRUE(holds("number(stemma_test.text_number) == process.pid", sample()));
  EXPECT_TRUE(holds("string(process.pid) == \"4\"", sample()));
  EXPECT_TRUE(holds("process.pid == 4.0 and process.pid < 4.5 and process.pid in (4.0)", sample()));
  EXPECT_TRUE(
      holds("process.interactive and process.interactive == true and process.interactive != false",
            sample()));
}

TEST(Semantics, DatesCompareWithTextAndNanoseconds) {
  EXPECT_TRUE(holds("process.start == \"2020-01-01T00:00:00Z\"", sample()));
  EXPECT_TRUE(
      holds("process.start >= \"2020-01-01T01:00:00+01:00\" and process.start < "
            "\"2020-01-01T00:00:00.000000001Z\"",
            sample()));
  EXPECT_TRUE(
      holds("process.start in (\"2019-01-01T00:00:00Z\", \"2020-01-01T00:00:00Z\")", sample()));
  EXPECT_TRUE(holds("process.start == 1577836800000000000", sample()));
  EXPECT_TRUE(holds("startsWith(string(process.start), \"2020-01-01T\")", sample()));
}

TEST(Semantics, NumbersAreExact) {
  const TestEvent big({{"process.pid", std::vector<Datum>{std::int64_t{9007199254740993}}}});
  EXPECT_TRUE(holds("process.pid > 9007199254740992.0", big));
  EXPECT_FALSE(holds("process.pid == 9007199254740992.0", big));
  EXPECT_TRUE(holds("process.pid < 1e300 and process.pid > -1e300", big));
}

TEST(Functions, AsTheReferenceDocumentsThem) {
  for (const char* condition : {
           "add(4, 0.5) == 4.5",
           "add(-2, -2) == -4",
           "add(null, 4) == null",
           "divide(4, 3) == 1",
           "divide(4, 0.5) == 8",
           "divide(4, -2) == -2",
           "divide(-4, -2) == 2",
           "divide(0.5, 0.25) == 2.0",
           "divide(null, 4) == null",
           "divide(-7, 2) == -4",
           "-7 / 2 == -4",
           "7 / 2 == 3",
           "7 / -2 == -4",
           "modulo(10, 6) == 4",
           "modulo(10, 0.5) == 0",
           "modulo(10, -6) == 4",
           "modulo(-10, -6) == -4",
           "7 % 3 == 1",
           "multiply(0.25, 2) == 0.5",
           "multiply(-2, -2) == 4",
           "subtract(10, 2) == 8",
           "subtract(2, null) == null",
           "between(\"C:\\\\W\\\\System32\\\\cmd.exe\", \"System32\\\\\", \".exe\") == \"cmd\"",
           "between(\"C:\\\\W\\\\System32\\\\cmd.exe\", \"system32\\\\\", \".exe\") == \"\"",
           "between~(\"C:\\\\W\\\\System32\\\\cmd.exe\", \"system32\\\\\", \".exe\") == \"cmd\"",
           "between(\"\\\\a\\\\b\\\\c\", \"\\\\\", \"\\\\\", false) == \"a\"",
           "between(\"\\\\a\\\\b\\\\c\", \"\\\\\", \"\\\\\", true) == \"a\\\\b\"",
           "between(\"\", \"a\", \"b\") == \"\"",
           "between(null, \"a\", \"b\") == null",
           "cidrMatch(\"192.168.152.12\", \"192.168.0.0/16\", \"10.0.0.0/8\")",
           "not cidrMatch(\"192.168.152.12\", \"10.0.0.0/8\")",
           "cidrMatch(null, \"10.0.0.0/8\") == null",
           "cidrMatch(\"1.2.3.4\", null) == null",
           "cidrMatch(\"fe80::1\", \"fe80::/10\")",
           "cidrMatch(\"::ffff:10.1.2.3\", \"10.0.0.0/8\")",
           "cidrMatch(\"2001:db8::1\", \"2001:DB8:0:0::/64\")",
           "cidrMatch(\"x\", \"10.0.0.0/8\") == null",
           "not cidrMatch(\"10.0.0.1\", \"::/96\")",
           "cidrMatch(\"10.0.0.1\", \"0.0.0.0/0\")",
           "cidrMatch(\"::1\", \"::1\")",
           "concat(\"regsvr32.exe\", \" \", 42.5, true, null) == null",
           "concat(\"a\", 42, 42.5, true) == \"a4242.5true\"",
           "concat(1.0) == \"1.0\"",
           "endsWith(\"regsvr32.exe\", \".exe\")",
           "not endsWith(\"regsvr32.exe\", \".EXE\")",
           "endsWith~(\"regsvr32.exe\", \".EXE\")",
           "endsWith(\"\", \"\")",
           "endsWith(\"\", null) == null",
           "indexOf(\"subdomain.example.com\", \"d\") == 3",
           "indexOf(\"subdomain.example.com\", \"D\") == null",
           "indexOf(\"subdomain.example.com\", \".\", 10) == 17",
           "indexOf(\"subdomain.example.com\", \".\", -6) == 9",
           "indexOf(\"\", \"\") == 0",
           "indexOf(\"subdomain.example.com\", \"\", 9) == 9",
           "indexOf(\"subdomain.example.com\", \".\", 30) == null",
           "indexOf(\"subdomain.example.com\", \".\", null) == null",
           "indexOf(\"éa\", \"a\") == 1",
           "length(\"explorer.exe\") == 12",
           "length(\"\") == 0",
           "length(null) == null",
           "length(\"日本\") == 2",
           "number(\"1337\") == 1337",
           "number(\"42.5\") == 42.5",
           "number(\"deadbeef\", 16) == 3735928559",
           "number(\"0xdeadbeef\") == 3735928559",
           "number(\"0xdeadbeef\", null) == 3735928559",
           "number(\"+1337\") == 1337",
           "number(\"-1337\") == -1337",
           "number(\"  1337  \") == 1337",
           "number(null) == null",
           "number(\"1337\", null) == 1337",
           "startsWith(\"regsvr32.exe\", \"regsvr32\")",
           "startsWith~(\"regsvr32.exe\", \"Regsvr32\")",
           "not startsWith(\"regsvr32.exe\", \"Regsvr32\")",
           "startsWith(null, \"x\") == null",
           "string(42) == \"42\"",
           "string(42.5) == \"42.5\"",
           "string(true) == \"true\"",
           "string(null) == null",
           "string(\"x\") == \"x\"",
           "stringContains(\"start regsvr32\", \"regsvr32\")",
           "not stringContains(\"start\", \"START\")",
           "stringContains~(\"start\", \"TAR\")",
           "not stringContains(\"\", \"\")",
           "not stringContains(\"a\", \"\")",
           "substring(\"start regsvr32.exe\", 6) == \"regsvr32.exe\"",
           "substring(\"start regsvr32.exe\", 0, 5) == \"start\"",
           "substring(\"start regsvr32.exe\", -4, -1) == \".ex\"",
           "substring(\"abc\", 9) == \"\"",
           "substring(\"abc\", 0, 9223372036854775807) == \"abc\"",
           "substring(\"abc\", -9223372036854775808, 9223372036854775807) == \"abc\"",
           "substring(\"abc\", 2, 1) == \"\"",
           "substring(\"日本語\", 1, 2) == \"本\"",
       }) {
    EXPECT_TRUE(is_true(condition)) << condition;
  }
}

TEST(Functions, OnValuesOfTheEventOverflowIsNull) {
  const TestEvent event({{"process.pid", std::vector<Datum>{INT64_MAX}}, {"process.exit_code", 0}});
  for (const char* condition :
       {"process.pid + 1 == null", "process.pid * 2 == null",
        "process.pid / process.exit_code == null", "process.pid % process.exit_code == null",
        "-(-process.pid - 1) == null", "1.5 / process.exit_code == null"}) {
    EXPECT_TRUE(holds(condition, event)) << condition;
  }
}

TEST(Wildcards, Forms) {
  const auto match = [](const char* pattern, const char* text, bool insensitive = false) {
    return eql::Wildcard(pattern, insensitive).matches(text);
  };
  EXPECT_TRUE(match("*", ""));
  EXPECT_TRUE(match("**", "x"));
  EXPECT_TRUE(match("", ""));
  EXPECT_FALSE(match("", "x"));
  EXPECT_TRUE(match("a*", "a"));
  EXPECT_TRUE(match("*a", "aa"));
  EXPECT_FALSE(match("a*a", "a"));
  EXPECT_TRUE(match("*a*b*", "xaxbx"));
  EXPECT_FALSE(match("*a*b*", "xbxax"));
  EXPECT_TRUE(match("a*b*c", "abcbc"));
  EXPECT_TRUE(match("?", "é"));
  EXPECT_FALSE(match("*??b*", "日bx"));  // a star never ends inside a code point
  EXPECT_FALSE(match("?", ""));
  EXPECT_TRUE(match("C:\\*\\x.exe", "C:\\a\\x.exe"));
  EXPECT_TRUE(match("*?", "é"));
  EXPECT_TRUE(match("A?c", "aBC", true));
  EXPECT_FALSE(match("A?c", "aBC", false));
}

// The slow way: every end of every star is tried.
bool plain_match(std::string_view pattern, std::string_view text, bool insensitive) {
  const auto fold = [&](std::string_view c) {
    return insensitive ? ascii_lower(c) : std::string(c);
  };
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    if (plain_match(pattern.substr(1), text, insensitive)) return true;
    return !text.empty() &&
           plain_match(pattern, text.substr(next_code_point(text).bytes), insensitive);
  }
  if (text.empty()) return false;
  if (pattern[0] == '?')
    return plain_match(pattern.substr(1), text.substr(next_code_point(text).bytes), insensitive);
  return fold(pattern.substr(0, 1)) == fold(text.substr(0, 1)) &&
         plain_match(pattern.substr(1), text.substr(1), insensitive);
}

TEST(Wildcards, AgreeWithTheSlowWay) {
  std::mt19937 random(5);
  const std::vector<std::string> parts{"*", "*", "?", "a",  "A",  "b",
                                       "/", "-", "é", "日", "ab", std::string(1, '\0')};
  const std::vector<std::string> broken{"\xC3", "\xA9", "\xE6\x97", "\xFF"};
  int matched = 0;
  for (int round = 0; round < 60'000; ++round) {
    std::string pattern;
    for (std::size_t i = random() % 7; i > 0; --i) pattern += parts[random() % parts.size()];
    std::string text;
    if (round % 2 == 0) {
      for (std::size_t i = random() % 9; i > 0; --i)
        text += parts[2 + random() % (parts.size() - 2)];
    } else {  // one that mostly matches
      for (const char c : pattern) {
        const std::size_t fill = c == '*' ? random() % 3 : c == '?' ? 1 : 0;
        for (std::size_t i = 0; i < fill; ++i) text += parts[3 + random() % (parts.size() - 3)];
        if (c != '*' && c != '?') text += c;
      }
    }
    if (round % 5 == 0) text.insert(random() % (text.size() + 1), broken[random() % broken.size()]);
    for (const bool insensitive : {false, true}) {
      const bool expected = plain_match(pattern, text, insensitive);
      ASSERT_EQ(eql::Wildcard(pattern, insensitive).matches(text), expected)
          << "'" << pattern << "' on '" << visible(text) << "'" << (insensitive ? " :" : "");
      matched += expected ? 1 : 0;
    }
  }
  EXPECT_GT(matched, 20'000);
}

TEST(Wildcards, AreNotExponential) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  EXPECT_FALSE(eql::Wildcard(pattern + "*b", false).matches(std::string(20'000, 'a')));
  EXPECT_TRUE(
      eql::Wildcard("*" + std::string(1000, '?') + "*", false).matches(std::string(20'000, 'a')));
}

TEST(Regex, LucenesDialect) {
  const auto match = [](const char* pattern, const char* text, bool insensitive = false) {
    const eql::TranslatedRegex translated = eql::translate_regex(pattern, insensitive);
    EXPECT_EQ(translated.problem, "") << pattern;
    eql::RegexSet set;
    EXPECT_EQ(set.add(translated.re2), "") << pattern;
    return set.matches(text);
  };
  EXPECT_TRUE(match("ab.", "abz"));
  EXPECT_TRUE(match("ab.", "ab\n"));
  EXPECT_FALSE(match("ab", "xab"));
  EXPECT_FALSE(match("ab", "abx"));
  EXPECT_TRUE(match("abc?", "ab"));
  EXPECT_TRUE(match("a+?", ""));  // not lazy: a+ or nothing
  EXPECT_TRUE(match("a{2,4}", "aaa"));
  EXPECT_FALSE(match("a{2,4}", "aaaaa"));
  EXPECT_TRUE(match("a{2,}", "aaaaa"));
  EXPECT_TRUE(match("a{2}", "aa"));
  EXPECT_TRUE(match("abc|xyz", "xyz"));
  EXPECT_TRUE(match("abc(def)?", "abcdef"));
  EXPECT_TRUE(match("(a|b)+|", ""));
  EXPECT_TRUE(match("[-abc]+", "a-b"));
  EXPECT_TRUE(match("[abc\\-]", "-"));
  EXPECT_TRUE(match("[A-Z\\-]+", "A-B"));
  EXPECT_TRUE(match("[a-]", "-"));
  EXPECT_TRUE(match("[^abc]", "é"));
  EXPECT_FALSE(match("[^-abc]", "-"));
  EXPECT_TRUE(match("[ʰ-˿]+", "ʰʱ"));
  EXPECT_TRUE(match("^a$", "^a$"));  // no anchors
  EXPECT_TRUE(match("\"a.b\"", "a.b"));
  EXPECT_FALSE(match("\"a.b\"", "axb"));
  EXPECT_TRUE(match("a@", "abc\n"));
  EXPECT_TRUE(match("#|abc", "abc"));
  EXPECT_FALSE(match("#|abc", ""));
  EXPECT_TRUE(match("\\d\\.\\*", "d.*"));
  EXPECT_TRUE(match("a]b}", "a]b}"));
  EXPECT_TRUE(match("[a-c]+k", "ABCK", true));
  EXPECT_TRUE(match("[X-c]", "y", true));
  EXPECT_FALSE(match("k", "\u212a", true));  // the Kelvin sign is no k
  EXPECT_TRUE(match("é", "é", true));
}

TEST(Explain, NamesClauseFieldValueAndVerdict) {
  const eql::Compiled compiled = eql::compile(
      "process where process.name : (\"a\", \"REG*\") and process.args == \"/s\" and process.pid "
      "!= 5 and "
      "not (process.title == \"x\" or process.args_count > 10) and (process.pid == 9 or "
      "startsWith(process.args, \"Év\"))");
  ASSERT_NE(compiled.program, nullptr);
  eql::EvalContext context;
  const auto print = [&](const eql::EvalOptions& options, const TestEvent& event) {
    std::string out;
    for (const eql::Clause& clause : explain(*compiled.program, event.view(), context, options)) {
      out += clause.decisive ? "* " : "- ";
      out += clause.verdict == eql::Tri::yes  ? "yes "
             : clause.verdict == eql::Tri::no ? "no "
                                              : "unknown ";
      if (clause.negated) out += "negated ";
      out += clause.text + " | " + (clause.field ? std::string(field_name(clause.field)) : "") +
             " = " + clause.value +
             (!clause.witnesses.empty() && clause.witnesses[0].absent ? "(absent)" : "") + "\n";
    }
    return out;
  };
  EXPECT_EQ(print({}, sample()),
            "- yes process.name : (\"a\", \"REG*\") | process.name = regsvr32.exe\n"
            "- yes process.args == \"/s\" | process.args = /s\n"
            "- yes process.pid != 5 | process.pid = 4\n"
            "* unknown negated process.title == \"x\" | process.title = (absent)\n"
            "- no negated process.args_count > 10 | process.args_count = 3\n"
            "- no process.pid == 9 | process.pid = 4\n"
            "- yes startsWith(process.args, \"Év\") | process.args = Évil.dll\n");
  eql::EvalOptions two_valued;
  two_valued.nulls = eql::EvalOptions::Nulls::two_valued;
  EXPECT_EQ(print(two_valued, sample()),
            "* yes process.name : (\"a\", \"REG*\") | process.name = regsvr32.exe\n"
            "* yes process.args == \"/s\" | process.args = /s\n"
            "* yes process.pid != 5 | process.pid = 4\n"
            "* no negated process.title == \"x\" | process.title = (absent)\n"
            "* no negated process.args_count > 10 | process.args_count = 3\n"
            "- no process.pid == 9 | process.pid = 4\n"
            "* yes startsWith(process.args, \"Év\") | process.args = Évil.dll\n");
}

TEST(Bind, RulesOutShapesBeforeAnyValue) {
  const auto possible = [](const std::string& query, const std::vector<std::string>& fields) {
    const eql::Compiled compiled = eql::compile(query);
    std::vector<FieldId> ids;
    for (const std::string& name : fields) ids.push_back(intern_field(name));
    std::sort(ids.begin(), ids.end());
    const Shape shape(ids);
    const bool able = bind(*compiled.program, shape).possible;
    std::string out = able ? "possible" : "";
    for (const FieldId field : absent_fields(*compiled.program, shape))
      out += std::string(field_name(field)) + " ";
    return out;
  };
  const std::vector<std::string> process{"event.category", "process.name", "process.pid"};
  EXPECT_EQ(possible("process where process.name == \"x\"", process), "possible");
  EXPECT_EQ(possible("process where process.name == \"x\"", {"process.name"}), "event.category ");
  EXPECT_EQ(
      possible("process where process.title == \"x\" and process.args : \"y\" and process.pid == 1",
               process),
      "process.args process.title ");
  EXPECT_EQ(possible("process where process.title == \"x\" or process.args : \"y\"", process),
            "process.args process.title ");
  EXPECT_EQ(possible("process where process.title == \"x\" or process.pid == 1", process),
            "possible");
  EXPECT_EQ(possible("process where not process.title == \"x\"", process), "process.title ");
  EXPECT_EQ(possible("process where process.title == null", process), "possible");
  EXPECT_EQ(possible("process where process.name == null", process), "");
  EXPECT_EQ(possible("process where length(process.title) > 1", process), "process.title ");
  EXPECT_EQ(possible("process where startsWith(process.name, process.title)", process),
            "process.title ");
  EXPECT_EQ(possible("process where substring(process.name, process.args_count) == \"x\"", process),
            "possible");
  EXPECT_EQ(possible("process where process.name in (process.title, \"x\")", process), "possible");
  EXPECT_EQ(possible("process where 1 == 2", process), "");
  EXPECT_EQ(
      possible("process where descendant of [any where true] and process.title : \"x\"", process),
      "process.title ");
}

TEST(Choices, AreCappedAndCounted) {
  std::vector<Datum> many;
  for (int i = 0; i < 1000; ++i) many.emplace_back("v" + std::to_string(i));
  const TestEvent event({{"stemma_test.a", many}, {"stemma_test.b", many}});
  const eql::Compiled compiled =
      eql::compile("any where concat(stemma_test.a, stemma_test.b) == \"none\"");
  eql::EvalContext context;
  EXPECT_FALSE(matches(bind(*compiled.program, event.view().shape()), event.view(), context));
  EXPECT_EQ(context.capped, 1u);
}

}  // namespace
}  // namespace stemma
