// Lexer, parser and typed form, as text.
#include "detection/eql/syntax.hpp"

#include <gtest/gtest.h>

#include "detection/eql/lexer.hpp"
#include "detection/eql/typed.hpp"
#include "tests/detection/eql/event_text.hpp"

namespace stemma::eql {
namespace {

std::string tree(const std::string& query) {
  const Parsed parsed = parse(query);
  return parsed.diagnostics.empty() ? dump(parsed.tree) : parsed.diagnostics[0].message;
}

std::string condition(const std::string& text) {
  const std::string all = tree("any where " + text);
  const std::string head = "(any where ";
  return all.rfind(head, 0) == 0 ? all.substr(head.size(), all.size() - head.size() - 1) : all;
}

std::string typed(const std::string& query) {
  const Parsed parsed = parse(query);
  if (!parsed.diagnostics.empty()) return parsed.diagnostics[0].message;
  const Typed result = analyze(parsed.tree, query, {});
  return dump(result.queries.back());
}

TEST(Lexer, TokensCarryTheirBytes) {
  EXPECT_EQ(dump(lex("process where a.b : \"x\\ty\" // c\n and n >= .5").tokens),
            "0-7 identifier process\n"
            "8-13 identifier where\n"
            "14-15 identifier a\n"
            "15-16 symbol .\n"
            "16-17 identifier b\n"
            "18-19 symbol :\n"
            "20-26 string x\\ty\n"
            "33-36 identifier and\n"
            "37-38 identifier n\n"
            "39-41 symbol >=\n"
            "42-44 decimal .5\n"
            "44-44 end \n");
}

TEST(Lexer, EveryFormOfStringNameAndNumber) {
  const auto first = [](const std::string& text) {
    const Lexed lexed = lex(text);
    return lexed.diagnostics.empty() ? lexed.tokens[0].text : lexed.diagnostics[0].code;
  };
  EXPECT_EQ(first(R"("a\n\r\t\\\"b")"), "a\n\r\t\\\"b");
  EXPECT_EQ(first(R"("\u{e9}\u{0000200F}\u{1F600}")"), "é\u200f😀");
  EXPECT_EQ(first(R"("""a\n"b""")"), R"(a\n"b)");
  EXPECT_EQ(first("\"\"\"say \"no\"\"\"\""), "say \"no\"");
  EXPECT_EQ(first("\"\"\"\"\"\""), "");
  EXPECT_EQ(first("\"\"\"two\nlines\"\"\""), "two\nlines");
  EXPECT_EQ(first("\"\""), "");
  EXPECT_EQ(first("`my ``field`"), "my `field");
  EXPECT_EQ(first("/* a */ x"), "x");
  EXPECT_EQ(first("1.5e-3"), "1.5e-3");
  EXPECT_EQ(first("30s"), "30s");
  EXPECT_EQ(first(R"("\x")"), "EQL003");
  EXPECT_EQ(first(R"("\')"), "EQL003");
  EXPECT_EQ(first(R"("\u{d800}")"), "EQL003");
  EXPECT_EQ(first(R"("\u{110000}")"), "EQL003");
  EXPECT_EQ(first(R"("\u{1}")"), "EQL003");
  EXPECT_EQ(first(R"("\u{123456789}")"), "EQL003");
  EXPECT_EQ(first("\"a\nb\""), "EQL002");
  EXPECT_EQ(first("\"a"), "EQL002");
  EXPECT_EQ(first("\"a\\"), "EQL003");
  EXPECT_EQ(first("\"\"\"a"), "EQL002");
  EXPECT_EQ(first("`a"), "EQL002");
  EXPECT_EQ(first("``"), "EQL038");
  EXPECT_EQ(first("/* a"), "EQL005");
  EXPECT_EQ(first("'a'"), "EQL008");
  EXPECT_EQ(first("?\"a\""), "EQL024");
  EXPECT_EQ(first("a \xff"), "EQL001");
  EXPECT_EQ(first("#"), "EQL004");
}

TEST(Parser, Categories) {
  EXPECT_EQ(tree("any where true"), "(any where true)");
  EXPECT_EQ(tree("process where true"), "(\"process\" where true)");
  EXPECT_EQ(tree("\"my-category\" where true"), "(\"my-category\" where true)");
  EXPECT_EQ(tree("\"\"\"6th\"\"\" where true"), "(\"6th\" where true)");
  EXPECT_EQ(tree("`a b` where true"), "(\"a b\" where true)");
  EXPECT_EQ(tree("\"any\" where true"), "(\"any\" where true)");
  EXPECT_EQ(tree("sequence where true"), "(\"sequence\" where true)");
}

TEST(Parser, PrecedenceFromWeakToStrong) {
  EXPECT_EQ(condition("a or b and not c or d"), "(or a (and b (not c)) d)");
  EXPECT_EQ(condition("not a == 1 and b"), "(and (not (== a 1)) b)");
  EXPECT_EQ(condition("not not a"), "a");
  EXPECT_EQ(condition("not not not a"), "(not a)");
  EXPECT_EQ(condition("a + 2 * b - c % 3 == -d"),
            "(== (sum a + (product 2 * b) - (product c % 3)) (negate d))");
  EXPECT_EQ(condition("(a + 2) * b > 1"), "(> (product (sum a + 2) * b) 1)");
  EXPECT_EQ(condition("a - -1 == +2"), "(== (sum a - -1) 2)");
  EXPECT_EQ(condition("- - a == 1"), "(== a 1)");
  EXPECT_EQ(condition("a + 1 in (2, b)"), "(in (sum a + 1) 2 b)");
  EXPECT_EQ(condition("(a : \"x\") == true"), "(== (: a \"x\") true)");
  EXPECT_EQ(condition("null == (a > -1)"), "(== null (> a -1))");
}

TEST(Parser, FieldsListsFunctionsLineage) {
  EXPECT_EQ(condition("?a.b == null"), "(== ?a.b null)");
  EXPECT_EQ(condition("`a-b`.c.`d e` == 1"), "(== a-b.c.d e 1)");
  EXPECT_EQ(condition("@timestamp > 1"), "(> @timestamp 1)");
  EXPECT_EQ(condition("a.1b.2 == .5"), "(== a.1b.2 0.5r)");
  EXPECT_EQ(condition("a : (\"x\", \"y\") or a like~ \"x\" or a regex (\"y\")"),
            "(or (: a \"x\" \"y\") (like~ a \"x\") (regex a \"y\"))");
  EXPECT_EQ(condition("a not in~ (\"x\") and a in (1)"), "(and (not-in~ a \"x\") (in a 1))");
  EXPECT_EQ(condition("CIDRMATCH(a, \"x\") and endswith~(a, b)"),
            "(and (cidrMatch a \"x\") (endsWith~ a b))");
  EXPECT_EQ(condition("descendant of [process where child of [any where true]]"),
            "(descendant-of (\"process\" where (child-of (any where true))))");
  EXPECT_EQ(condition("event == 1 and child == 2"), "(and (== event 1) (== child 2))");
}

TEST(Parser, ChainsAreOneNode) {
  EXPECT_EQ(condition("a and b and c and d"), "(and a b c d)");
  EXPECT_EQ(condition("a or b or c or d"), "(or a b c d)");
  EXPECT_EQ(condition("a + b + c - d == 1"), "(== (sum a + b + c - d) 1)");
}

TEST(Typed, ResolvesFoldsAndTurnsNegations) {
  EXPECT_EQ(typed("process where process.name != \"a\""),
            "(\"process\" where (not (in-set process.name:text)))");
  EXPECT_EQ(typed("process where 1 < process.pid"), "(\"process\" where (> process.pid:number 1))");
  EXPECT_EQ(typed("process where process.pid + (1 + 2) * 2 == 7"),
            "(\"process\" where (== (sum process.pid:number + 6) 7))");
  EXPECT_EQ(typed("any where length(\"abc\") == 3"), "(any where true)");
  EXPECT_EQ(typed("any where true and (false or process.interactive)"),
            "(any where process.interactive:boolean)");
  EXPECT_EQ(typed("any where not (true and false)"), "(any where true)");
  EXPECT_EQ(typed("any where null"), "(any where null)");
  EXPECT_EQ(typed("any where not null"), "(any where (not null))");
  EXPECT_EQ(typed("any where process.start < \"2020-01-01T00:00:00Z\""),
            "(any where (< process.start:date 2020-01-01T00:00:00Z))");
  EXPECT_EQ(typed("any where cidrMatch(source.ip, \"10.0.0.0/8\")"),
            "(any where (in-networks source.ip:text))");
  EXPECT_EQ(typed("any where process.name in (process.title, \"a\")"),
            "(any where (in-list process.name:text process.title:text \"a\"))");
  EXPECT_EQ(typed("any where null == process.pid"), "(any where (is-null process.pid:number))");
  EXPECT_EQ(typed("any where concat(\"a\", null) == null"), "(any where true)");
}

TEST(Program, DumpShowsTheFormsCheapFirst) {
  const Compiled compiled = compile(
      "process where process.name regex \"a.*\" and (process.args : \"x*\" or process.pid > 4) and "
      "process.title != null and "
      "length(process.name) > 3 and descendant of [any where true]");
  ASSERT_NE(compiled.program, nullptr);
  EXPECT_EQ(compiled.program->dump(),
            "category \"process\"\n"
            "all\n"
            "  not\n"
            "    null-test process.title != null\n"
            "  any\n"
            "    compare process.pid > 4\n"
            "    set process.args : \"x*\"\n"
            "  general length(process.name) > 3\n"
            "  regex process.name regex \"a.*\"\n"
            "  lineage descendant of [any where true]\n"
            "subquery 0 level 0: any category\n"
            "constant true\n");
}

TEST(Program, NamesItsFieldsAndWhatItRequires) {
  const Compiled compiled = compile(
      "process where process.name == \"a\" and (process.pid == 1 or process.args == \"b\" and "
      "process.pid == 2) and "
      "user.name == null and not process.title == \"x\" and descendant of [file where file.path == "
      "\"p\"]");
  ASSERT_NE(compiled.program, nullptr);
  const auto names = [](std::span<const FieldId> fields) {
    std::string out;
    for (const FieldId field : fields) out += std::string(field_name(field)) + " ";
    return out;
  };
  EXPECT_EQ(names(compiled.program->fields()),
            "event.category user.name process.pid process.name process.args process.title ");
  EXPECT_EQ(names(compiled.program->required_fields()),
            "event.category process.pid process.name process.title ");
  Projection projection;
  compiled.program->want_fields(projection);
  EXPECT_TRUE(projection.wants(field::file_path));
  EXPECT_TRUE(projection.wants(field::event_category));
  EXPECT_FALSE(projection.wants(field::host_name));
  EXPECT_TRUE(compiled.program->asks_lineage());
  EXPECT_EQ(compiled.program->clauses().size(), 7u);
}

TEST(Program, SubqueriesAreNumberedInnerFirstWithLevels) {
  const Compiled compiled = compile(
      "any where descendant of [process where child of [file where true] and child of [any where "
      "descendant of [any where true]]] "
      "and child of [registry where true]");
  ASSERT_NE(compiled.program, nullptr);
  std::string out;
  for (const Program::Subquery& subquery : compiled.program->subqueries()) {
    out += std::to_string(subquery.level) + ":" +
           std::string(compiled.program->text().substr(subquery.range.begin,
                                                       subquery.range.end - subquery.range.begin)) +
           "\n";
  }
  EXPECT_EQ(out,
            "0:file where true\n"
            "0:any where true\n"
            "1:any where descendant of [any where true]\n"
            "2:process where child of [file where true] and child of [any where descendant of [any "
            "where true]]\n"
            "0:registry where true\n");
}

}  // namespace
}  // namespace stemma::eql
