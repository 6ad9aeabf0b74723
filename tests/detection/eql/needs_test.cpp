// What conditions need, as text; and that the literals of patterns and regular expressions stand in
// whatever they match.
#include "detection/eql/needs.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "detection/eql/program_code.hpp"
#include "events/paths.hpp"
#include "tests/detection/eql/event_text.hpp"

namespace stemma::eql {
namespace {

std::shared_ptr<const Program> compiled(const std::string& condition) {
  const Compiled out = compile("process where " + condition);
  if (!out.program) throw std::runtime_error(test::all_text(out.diagnostics));
  return out.program;
}

std::string clause(const Program& program, std::uint32_t leaf) {
  const SourceRange range = program.clauses()[leaf];
  return std::string(program.text().substr(range.begin, range.end - range.begin));
}

// `one of` lists, `none of` leaves, and which parts those say all of, a line each.
std::string needs(const std::string& condition) {
  const auto program = compiled(condition);
  const Needs found = needs_of(*program);
  std::string out;
  for (const auto& list : found.any_of) {
    out += "one of";
    for (const std::uint32_t leaf : list) out += " [" + clause(*program, leaf) + "]";
    out += "\n";
  }
  for (const std::uint32_t leaf : found.none_of)
    out += "none of [" + clause(*program, leaf) + "]\n";
  for (const Needs::Told& told : found.told)
    out +=
        "told " + std::to_string(told.part) + " by " + std::string(field_name(told.field)) + "\n";
  return out;
}

TEST(Needs, OfAnAndEachPart) {
  EXPECT_EQ(needs("process.name : \"a.exe\" and process.args : \"-x\" and\n"
                  "  not process.executable : \"C:\\\\w*\""),
            "one of [process.name : \"a.exe\"]\n"
            "one of [process.args : \"-x\"]\n"
            "none of [process.executable : \"C:\\\\w*\"]\n"
            "told 0 by process.name\n"
            "told 1 by process.args\n"
            "told 2 by process.executable\n");
}

TEST(Needs, OfAnOrOneOfItsParts) {
  EXPECT_EQ(needs("process.name : \"a.exe\" or process.name : \"b.exe\""),
            "one of [process.name : \"a.exe\"] [process.name : \"b.exe\"]\n"
            "told 0 by process.name\n");
  EXPECT_EQ(needs("process.name : \"a.exe\" or process.args : \"-x\""),
            "one of [process.name : \"a.exe\"] [process.args : \"-x\"]\n");
}

TEST(Needs, OfAnOrOfAndsTheRarestPartOfEach) {
  EXPECT_EQ(needs("(process.name : \"a.exe\" and process.args : (\"-x\", \"-y\", \"-z\")) or\n"
                  "(process.parent.name : \"b.exe\" and process.args : \"*q*\")"),
            "one of [process.args : (\"-x\", \"-y\", \"-z\")] [process.args : \"*q*\"]\n"
            "one of [process.name : \"a.exe\"] [process.parent.name : \"b.exe\"]\n");
}

TEST(Needs, OfTwoPartsAboutOneFieldTheRarer) {
  EXPECT_EQ(needs("process.args : \"*a*\" and process.args : \"--password\""),
            "one of [process.args : \"--password\"]\n"
            "told 1 by process.args\n");
}

TEST(Needs, NothingIsSaidOfWhatMayBeTrueOfAnAbsentField) {
  EXPECT_EQ(needs("?process.name == null or process.args : \"-x\""), "");
  EXPECT_EQ(needs("not process.args : \"-x\" or process.name : \"a\""), "");
  EXPECT_EQ(needs("length(process.name) > 3"), "");
  EXPECT_EQ(needs("not (process.name : \"a\" and process.args : \"b\")"), "");
}

TEST(Needs, ANumberInAnExclusionLeavesItToBeAsked) {
  // Of a text the clause would be unknown, not false.
  EXPECT_EQ(needs("not process.pid in (1, 2)"), "none of [process.pid in (1, 2)]\n");
  EXPECT_EQ(needs("not (process.name : \"a\" or process.name : \"b\")"),
            "none of [process.name : \"a\"]\nnone of [process.name : \"b\"]\n"
            "told 0 by process.name\n");
}

TEST(Needs, TwoLeavesAreOneTestWhereTheyAreWrittenAlike) {
  const auto a = compiled("process.name : \"x\" and process.pid == 1");
  const auto b = compiled("process.args : \"q\" and process.name : \"x\"");
  EXPECT_EQ(leaf_identity(*a, 0), leaf_identity(*b, 1));
  EXPECT_NE(leaf_identity(*a, 0), leaf_identity(*b, 0));
  const auto turned = compiled("process.name != \"x\"");
  const auto plain = compiled("process.name == \"x\"");
  EXPECT_NE(leaf_identity(*turned, 0), leaf_identity(*plain, 0));
}

std::string literals(const std::string& test) {
  const auto program = compiled("process.command_line " + test);  // texts are views into it
  const LeafTexts texts = leaf_texts(*program, 0);
  if (!texts.complete) return "anything";
  std::string out;
  for (const std::string_view equal : texts.equal) out += "=" + std::string(equal) + " ";
  for (const PatternNeed& pattern : texts.patterns) {
    const bool begin = pattern.where == Wildcard::Literal::Where::begin;
    const bool end = pattern.where == Wildcard::Literal::Where::end;
    out += (begin ? "^" : "") + pattern.literal + (end ? "$ " : " ");
  }
  return out;
}

TEST(LeafTexts, OfPatternsTheLongestLiteral) {
  EXPECT_EQ(literals(": (\"CMD.exe\", \"*\\\\Temp\\\\*.DLL\", \"-e*\", \"*.pif\", \"*a*\", \"*\")"),
            "=cmd.exe \\temp\\ ^-e .pif$ a  ");
  EXPECT_EQ(literals("like \"*Temp?File*\""), "temp ");
}

TEST(LeafTexts, OfRegularExpressionsWhatTheyCannotDoWithout) {
  EXPECT_EQ(literals("regex~ \".*Word5[0-9]+\\\\.(dat|tmp).*\""), "word5 ");
  EXPECT_EQ(literals("regex \"(curl|wget) .*\""), "curl  wget  ");
  EXPECT_EQ(literals("regex \"[a-z]+\""), " ");
  EXPECT_EQ(literals("regex (\"[a-z]+\", \"abcd\")"), " ");
  // RE2 would fold the Kelvin sign to a k.
  EXPECT_EQ(literals("regex \"\u212Aerberos\""), " ");
}

TEST(LeafTexts, NumbersAreNotLookedUpAsTexts) {
  EXPECT_FALSE(leaf_texts(*compiled("process.pid in (1, 2)"), 0).complete);
  EXPECT_TRUE(leaf_texts(*compiled("process.name == \"1\""), 0).complete);
}

}  // namespace
}  // namespace stemma::eql
