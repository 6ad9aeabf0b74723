// What is said about mistakes: the whole of every message.
#include <gtest/gtest.h>

#include "tests/detection/eql/event_text.hpp"

namespace stemma::eql {
namespace {

std::string said(const std::string& query) {
  return test::all_text(compile(query).diagnostics);
}

// The first line, without place.
std::string message(const std::string& query) {
  const Compiled compiled = compile(query);
  if (compiled.diagnostics.empty()) return "";
  return compiled.diagnostics[0].code + " " + compiled.diagnostics[0].message;
}

TEST(Diagnostics, PlaceLineAndCaret) {
  EXPECT_EQ(
      said("process where\n  process.name == \"é\" and\n  process.nmae == \"x\" and process.pid : "
           "\"4\""),
      "3:3: warning EQL040: unknown field `process.nmae`: did you mean `process.name`\n"
      "    process.nmae == \"x\" and process.pid : \"4\"\n"
      "    ^^^^^^^^^^^^\n"
      "3:27: error EQL031: `:` compares text, `process.pid` is a number: use `==`, or string()\n"
      "    process.nmae == \"x\" and process.pid : \"4\"\n"
      "                            ^^^^^^^^^^^\n");
  EXPECT_EQ(said("any where (process.name == \"日本\" $"),
            "1:33: error EQL004: unexpected character `$`\n"
            "  any where (process.name == \"日本\" $\n"
            "                                    ^\n");
}

TEST(Diagnostics, LongLinesAreShownThroughAWindow) {
  const std::string text =
      said("any where true" + std::string(500, ' ') + "$" + std::string(500, ' '));
  EXPECT_EQ(text, "1:515: error EQL004: unexpected character `$`\n  … " + std::string(90, ' ') +
                      "$" + std::string(59, ' ') + " …\n" + std::string(94, ' ') + "^\n");
}

TEST(Diagnostics, ControlCharactersAreShownNotSent) {
  EXPECT_EQ(said("any where \x1b[31m"),
            "1:11: error EQL004: unexpected character `\\x1b`\n"
            "  any where \\x1b[31m\n"
            "            ^^^^\n");
}

TEST(Diagnostics, SyntaxErrors) {
  EXPECT_EQ(message(""), "EQL014 the query is empty");
  EXPECT_EQ(message(" // only a comment"), "EQL014 the query is empty");
  EXPECT_EQ(message("process"), "EQL010 expected `where`, found the end of the query");
  EXPECT_EQ(message("where true"), "EQL010 expected an event category, found `where`");
  EXPECT_EQ(message("process where"), "EQL010 expected a value, found the end of the query");
  EXPECT_EQ(message("process where (true"), "EQL010 expected `)`, found the end of the query");
  EXPECT_EQ(message("process where true)"),
            "EQL010 expected `and`, `or` or the end of the condition, found `)`");
  EXPECT_EQ(message("process where true false"),
            "EQL010 expected `and`, `or` or the end of the condition, found `false`");
  EXPECT_EQ(message("process where a in \"x\""),
            "EQL010 expected `(` and a list, found the string `x`");
  EXPECT_EQ(message("process where a in ()"), "EQL010 expected a value, found `)`");
  EXPECT_EQ(message("process where a in (1,)"), "EQL010 expected a value, found `)`");
  EXPECT_EQ(message("process where a : b"),
            "EQL010 expected a string, or a list of strings in parentheses, found `b`");
  EXPECT_EQ(message("process where a not like \"x\""), "EQL010 expected `in`, found `like`");
  EXPECT_EQ(message("process where a == and"), "EQL010 expected a value, found `and`");
  EXPECT_EQ(message("process where a. == 1"),
            "EQL010 expected the rest of the field name, found `==`");
  EXPECT_EQ(message("process where ?1 == 1"), "EQL010 expected a field name, found `1`");
  EXPECT_EQ(message("process where !a"), "EQL010 `!` is no operator: negation is written `not`");
  EXPECT_EQ(message("process where 6field == 1"),
            "EQL010 `6field` is no value: names that begin with a digit are written in backticks");
  EXPECT_EQ(message("process where a~ == 1"),
            "EQL010 `~` stands after a function, `in`, `like` or `regex` only");
  EXPECT_EQ(message("process where a AND b"),
            "EQL010 expected `and`, `or` or the end of the condition, found `AND` (keywords are "
            "written in lower case)");
  EXPECT_EQ(message("process where a = 1"),
            "EQL013 `=` is not an operator: write `==`, or `:` to ignore case");
  EXPECT_EQ(
      message("process where a < b <= c"),
      "EQL012 comparisons cannot be chained: join them with `and`, or put one in parentheses");
  EXPECT_EQ(
      message("process where a : \"x\" == true"),
      "EQL012 comparisons cannot be chained: join them with `and`, or put one in parentheses");
  EXPECT_EQ(message("process where descendant of process"), "EQL010 expected `[`, found `process`");
  EXPECT_EQ(message("process where descendant of [process where true"),
            "EQL010 expected `]`, found the end of the query");
  EXPECT_EQ(message("process where sibling of [process where true]"),
            "EQL010 expected `descendant of` or `child of`, found `sibling`");
}

TEST(Diagnostics, Sequences) {
  EXPECT_EQ(message("sequence [process where true]"),
            "EQL050 a sequence needs at least two events, this one has one");
  EXPECT_EQ(message("sequence"),
            "EQL010 expected `[` and an event query, found the end of the query");
  EXPECT_EQ(message("sequence [a where true] with runs=100 [b where true] with runs=100 "
                    "[c where true] with runs=100 [d where true] with runs=100 "
                    "[e where true] with runs=100 [f where true] with runs=100 "
                    "[g where true] with runs=100 [h where true] with runs=100 "
                    "[i where true] with runs=100 [j where true] with runs=100 [k where true]"),
            "EQL050 a sequence has at most 1000 events, this one has 1001");
  EXPECT_EQ(message("sequence with maxspan=30 [a where true] [b where true]"),
            "EQL051 `30` has no unit: write ms, s, m, h or d behind it");
  EXPECT_EQ(message("sequence with maxspan=30min [a where true] [b where true]"),
            "EQL051 `30min` is no time: a whole number and ms, s, m, h or d");
  EXPECT_EQ(message("sequence with maxspan=0s [a where true] [b where true]"),
            "EQL051 a span of no time matches nothing");
  EXPECT_EQ(message("sequence with maxspan=200000d [a where true] [b where true]"),
            "EQL051 `200000d` is longer than 292 years");
  EXPECT_EQ(message("sequence with maxspan=1s by host.id [a where true] [b where true]"),
            "EQL010 `by` stands before `with maxspan`");
  EXPECT_EQ(message("sequence by length(host.id) [a where true] [b where true]"),
            "EQL052 events are joined by fields, not by what a function makes of them");
  EXPECT_EQ(message("sequence by process.pid * 2 [a where true] [b where true]"),
            "EQL052 events are joined by fields, not by what is reckoned from them");
  EXPECT_EQ(
      message("sequence [a where true] by host.id [b where true]"),
      "EQL052 all events are joined by the same number of fields: the first by 1, this one by 0");
  EXPECT_EQ(message("sequence [a where true] with runs=0 [b where true]"),
            "EQL053 `runs` is a whole number from 1 to 100");
  EXPECT_EQ(message("sequence [a where true] with runs=101 [b where true]"),
            "EQL053 `runs` is a whole number from 1 to 100");
  EXPECT_EQ(message("sequence [a where true] ![b where true]"),
            "EQL054 a missing event needs `with maxspan`: without it no time is long enough");
  EXPECT_EQ(message("sequence with maxspan=1s ![a where true] ![b where true]"),
            "EQL054 a sequence of nothing but missing events has no event to report");
  EXPECT_EQ(message("sequence with maxspan=1s [a where true] ![b where true] with runs=2"),
            "EQL054 an event that is missing is missing once: `runs` does not go with `!`");
  EXPECT_EQ(message("sequence [a where true] [b where true] until ![c where true]"),
            "EQL054 `until` takes one event: neither `!` nor `runs` go with it");
  EXPECT_EQ(message("sequence [a where true] [b where true] fork"),
            "EQL024 `fork` behind an event is known to Endgame and Endpoint only");
  EXPECT_EQ(message("sequence [a where true [b where true]"),
            "EQL010 expected `and`, `or` or the end of the condition, found `[`");
}

TEST(Diagnostics, Samples) {
  EXPECT_EQ(message("sample [a where true] [b where true]"),
            "EQL052 a sample needs `by` and the fields that join its events");
  EXPECT_EQ(message("sample by host.id [process where true]"),
            "EQL050 a sample needs at least two events, this one has one");
  EXPECT_EQ(message("sample by host.id with maxspan=1s [a where true] [b where true]"),
            "EQL056 a sample has no order in time, so `maxspan` means nothing in it");
  EXPECT_EQ(message("sample by host.id [a where true] [b where true] until [c where true]"),
            "EQL056 a sample has no order in time, so `until` means nothing in it");
  EXPECT_EQ(message("sample by host.id ![a where true] [b where true]"),
            "EQL056 neither `!` nor `runs` go with a sample");
}

TEST(Diagnostics, Pipes) {
  EXPECT_EQ(message("any where true | heads 1"),
            "EQL055 unknown pipe `heads`: known are head, tail, count, filter, sort, unique and "
            "unique_count");
  EXPECT_EQ(message("any where true | head"), "EQL055 `head` and `tail` take a whole number");
  EXPECT_EQ(message("any where true | head 99999999999999999999"),
            "EQL006 `99999999999999999999` does not fit a 64-bit integer");
  EXPECT_EQ(message("any where true | filter true, false"), "EQL055 `filter` takes one condition");
  EXPECT_EQ(message("any where true | sort"),
            "EQL055 the pipe takes 1 to 32 values, `count` none too");
  EXPECT_EQ(message("any where true | sort host.id,"),
            "EQL010 expected a value, found the end of the query");
  EXPECT_EQ(message("any where true |"),
            "EQL010 expected a pipe, such as `head`, found the end of the query");
}

TEST(Diagnostics, OtherDialectsHaveCodesOfTheirOwn) {
  EXPECT_EQ(message("join [process where true]"),
            "EQL022 `join` is known to the Endgame dialect only: write a sequence or a sample");
  EXPECT_EQ(message("any where true | fork"),
            "EQL024 the pipe `fork` is known to the Endgame dialect only");
  EXPECT_EQ(message("process where event of [any where true]"),
            "EQL024 `event of` is known to the Endgame dialect only");
  EXPECT_EQ(message("process where arrayContains(a, \"b\")"),
            "EQL024 `arrayContains` is a function of the Endgame dialect only");
  EXPECT_EQ(message("process where a[0] == 1"),
            "EQL024 an index into a list is known to the Endgame dialect only: any value of a "
            "field may match");
  EXPECT_TRUE(is_unsupported("EQL022"));
  EXPECT_FALSE(is_unsupported("EQL010"));
}

TEST(Diagnostics, Functions) {
  EXPECT_EQ(message("any where lenght(process.name) > 1"),
            "EQL015 unknown function `lenght`: did you mean `length`");
  EXPECT_EQ(message("any where frobnicate(process.name)"), "EQL015 unknown function `frobnicate`");
  EXPECT_EQ(message("any where length~(process.name) > 1"),
            "EQL015 `length` compares no text, so it has no form with `~`");
  EXPECT_EQ(message("any where length() > 1"), "EQL030 length takes 1 argument, not 0");
  EXPECT_EQ(message("any where startsWith(\"a\")"), "EQL030 startsWith takes 2 arguments, not 1");
  EXPECT_EQ(message("any where substring(\"a\", 1, 2, 3) == \"\""),
            "EQL030 substring takes 2 to 3 arguments, not 4");
  EXPECT_EQ(message("any where cidrMatch(source.ip)"),
            "EQL030 cidrMatch takes 2 or more arguments, not 1");
  EXPECT_EQ(message("any where startsWith(process.pid, \"1\")"),
            "EQL031 argument 1 of startsWith must be text, `process.pid` is a number");
  EXPECT_EQ(message("any where length(1) > 1"),
            "EQL031 argument 1 of length must be text, `1` is a number");
  EXPECT_EQ(message("any where cidrMatch(source.ip, \"10.0.0.0/33\")"),
            "EQL033 `\"10.0.0.0/33\"` is not a network such as \"10.0.0.0/8\" or \"fe80::/10\"");
}

TEST(Diagnostics, TypesAndConstants) {
  EXPECT_EQ(message("any where process.name"),
            "EQL032 a condition must be true or false, `process.name` is text");
  EXPECT_EQ(message("any where 1"), "EQL032 a condition must be true or false, `1` is a number");
  EXPECT_EQ(message("any where not process.pid"),
            "EQL032 a condition must be true or false, `process.pid` is a number");
  EXPECT_EQ(message("any where event.code == 4688"),
            "EQL031 `event.code` is text and `4688` is a number, which never compare: convert one "
            "with string() or number()");
  EXPECT_EQ(message("any where process.pid in (1, \"2\")"),
            "EQL031 `process.pid` is a number and `\"2\"` is text, which never compare: convert "
            "one with string() or number()");
  EXPECT_EQ(message("any where process.pid in~ (\"2\")"),
            "EQL031 `in~` compares text, `process.pid` is a number: use `in`");
  EXPECT_EQ(message("any where process.name like (\"a\", 5)"),
            "EQL031 `like` takes strings, `5` is none: put it in quotes, or use `==`");
  EXPECT_EQ(message("any where process.interactive < true"), "EQL031 true and false have no order");
  EXPECT_EQ(message("any where process.name + 1 == 2"),
            "EQL031 arithmetic takes numbers, `process.name` is text");
  EXPECT_EQ(message("any where process.start == \"yesterday\""),
            "EQL037 `\"yesterday\"` is compared with a date but is not one (RFC 3339, such as "
            "\"2026-05-20T10:00:00Z\")");
  EXPECT_EQ(
      message("any where process.pid == 1 / 0"),
      "EQL036 `1 / 0` has no value: it overflows, divides by zero or converts what is no number");
  EXPECT_EQ(message("any where process.pid == 9223372036854775807 + 1"),
            "EQL036 `9223372036854775807 + 1` has no value: it overflows, divides by zero or "
            "converts what is no number");
  EXPECT_EQ(message("any where process.pid == number(\"x\")"),
            "EQL036 `number(\"x\")` has no value: it overflows, divides by zero or converts what "
            "is no number");
  EXPECT_EQ(message("any where process.pid == 9223372036854775808"),
            "EQL006 `9223372036854775808` does not fit a 64-bit integer");
  EXPECT_EQ(message("any where process.pid == -9223372036854775808"), "");
  EXPECT_EQ(message("any where process.pid == -9223372036854775809"),
            "EQL006 `-9223372036854775809` does not fit a 64-bit integer");
  EXPECT_EQ(message("any where process.pid < 1e999"),
            "EQL006 `1e999` does not fit a 64-bit floating point number");
}

TEST(Diagnostics, Warnings) {
  EXPECT_EQ(message("any where process.Name == \"x\""),
            "EQL040 unknown field `process.Name`: did you mean `process.name`");
  EXPECT_EQ(message("any where winlog.event_data.Never == \"x\""),
            "EQL040 unknown field `winlog.event_data.Never`: no parser fills it by itself, so it "
            "matches only where a record names it");
  EXPECT_EQ(message("any where ?winlog.event_data.Never == \"x\""), "");
  EXPECT_EQ(message("any where process.name == process.title"),
            "EQL041 a field is compared with a field: Elasticsearch would refuse this query");
  EXPECT_EQ(message("any where process.name in (\"a\", process.title)"),
            "EQL041 a field is compared with a field: Elasticsearch would refuse this query");
  EXPECT_EQ(message("any where 1 == 2"), "EQL043 this condition can never be true");
  EXPECT_EQ(message("any where null"), "EQL043 this condition can never be true");
  for (const char* query : {"any where process.Name == \"x\"", "any where 1 == 2",
                            "any where process.name == process.title"}) {
    EXPECT_NE(compile(query).program, nullptr) << query;
  }
  // A field that the evidence carries is no reason to warn.
  const std::unordered_set<FieldId> met{intern_field("winlog.event_data.Never")};
  CompileOptions options;
  options.met = &met;
  EXPECT_TRUE(compile("any where winlog.event_data.Never == \"x\"", options).diagnostics.empty());
}

TEST(Diagnostics, RegularExpressions) {
  const auto regex = [](const std::string& pattern) {
    return message("any where process.name regex \"\"\"" + pattern + "\"\"\"");
  };
  EXPECT_EQ(regex("a(b"), "EQL034 regular expression, byte 4: `(` is never closed");
  EXPECT_EQ(regex("a)b"), "EQL034 regular expression, byte 2: `)` closes nothing");
  EXPECT_EQ(regex("*a"), "EQL034 regular expression, byte 1: `*` repeats nothing");
  EXPECT_EQ(regex("[a"), "EQL034 regular expression, byte 1: `[` is never closed");
  EXPECT_EQ(regex("[]"), "EQL034 regular expression, byte 1: a class holds no character");
  EXPECT_EQ(regex("[b-a]"), "EQL034 regular expression, byte 1: a range of a class runs backwards");
  EXPECT_EQ(regex("a{x}"),
            "EQL034 regular expression, byte 2: `{` begins a repetition such as {2,4}: write `\\{` "
            "for the character");
  EXPECT_EQ(regex("a{4,2}"),
            "EQL034 regular expression, byte 2: a repetition's upper count is below its lower one");
  EXPECT_EQ(regex("a{1001}"),
            "EQL034 regular expression, byte 2: a repetition counts to more than 1000");
  EXPECT_EQ(regex("a\\"),
            "EQL034 regular expression, byte 2: the pattern ends with a lone backslash");
  EXPECT_EQ(regex("a\"b"),
            "EQL034 regular expression, byte 2: `\"` opens literal text that is never closed: "
            "write `\\\"` for the character");
  EXPECT_EQ(regex("(a{1000}){1000}"),
            "EQL034 regular expression: invalid repetition size: {1000,1000}");
  EXPECT_EQ(regex("a~bc"),
            "EQL035 regular expression, byte 2: the complement `~` of Lucene's dialect is not "
            "supported (write `\\~` for the character)");
  EXPECT_EQ(regex("a&b"),
            "EQL035 regular expression, byte 2: the intersection `&` of Lucene's dialect is not "
            "supported (write `\\&` for the character)");
  EXPECT_EQ(regex("<1-5>"),
            "EQL035 regular expression, byte 1: the interval `<…>` of Lucene's dialect is not "
            "supported (write `\\<` for the character)");
  EXPECT_EQ(regex("a\\d"),
            "EQL042 regular expression: `\\d` is the letter d in this dialect, write a class such "
            "as [0-9] or [a-zA-Z_]");
}

TEST(Diagnostics, AreCapped) {
  std::string query = "any where true";
  for (int i = 0; i < 500; ++i) query += " and stemma_cap.f" + std::to_string(i) + " == 1";
  EXPECT_EQ(compile(query).diagnostics.size(), kMaxDiagnostics);
  // What refuses the query is told even behind more warnings than are kept.
  const Compiled refused = compile(query + " and process.name == 1");
  EXPECT_EQ(refused.program, nullptr);
  ASSERT_EQ(refused.diagnostics.size(), kMaxDiagnostics);
  EXPECT_EQ(refused.diagnostics.back().code, "EQL031");
}

}  // namespace
}  // namespace stemma::eql
