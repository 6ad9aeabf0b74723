// JSON read as far as it goes: what is whole is read as RFC 8259 says, what is cut or broken gives
// what stands before.
#include "parsers/azure_guest/json_text.hpp"

#include <gtest/gtest.h>

namespace stemma::azure_guest {
namespace {

// The tree as text; `…` behind a value that was cut.
std::string shown(const Json& value) {
  std::string out;
  switch (value.kind) {
    case Json::Kind::null:
      out = "null";
      break;
    case Json::Kind::boolean:
      out = value.boolean ? "true" : "false";
      break;
    case Json::Kind::number:
      out = value.text;
      break;
    case Json::Kind::text:
      out = "'" + value.text + "'";
      break;
    case Json::Kind::array:
    case Json::Kind::object:
      out = value.kind == Json::Kind::array ? "[" : "{";
      for (const JsonMember& member : value.members) {
        if (out.size() > 1) out += ' ';
        if (value.kind == Json::Kind::object) out += member.name + ":";
        out += shown(member.value);
      }
      out += value.kind == Json::Kind::array ? "]" : "}";
      break;
  }
  return value.cut ? out + "…" : out;
}

std::string read(std::string_view text) {
  const JsonDocument document = read_json(text);
  static constexpr const char* kProblems[] = {"", " ends early", " malformed", " too deep",
                                              " too many"};
  return shown(document.root) + kProblems[static_cast<std::size_t>(document.problem)] +
         (document.problem == JsonProblem::none && document.used == text.size()
              ? ""
              : " @" + std::to_string(document.used));
}

TEST(JsonText, WholeDocuments) {
  EXPECT_EQ(read(R"({"a":[1,-2.5e3,true,false,null],"b":{"c":"d"}})"),
            "{a:[1 -2.5e3 true false null] b:{c:'d'}}");
  EXPECT_EQ(read(" \r\n\t[ ] "), "[] @7");
  EXPECT_EQ(read("\xEF\xBB\xBF{}"), "{}");
  EXPECT_EQ(read(R"("\"\\\/\b\f\n\r\té\u20ac")"), "'\"\\/\b\f\n\r\té€'");
  EXPECT_EQ(read(R"("\ud83d\ude00")"), "'😀'");
  EXPECT_EQ(read("\"line\nbreak\""), "'line\nbreak'");
  EXPECT_EQ(read("{}{}"), "{} @2");
}

TEST(JsonText, UnpairedSurrogates) {
  EXPECT_EQ(read(R"("\ud83dx")"), "'\xEF\xBF\xBDx'");
  EXPECT_EQ(read(R"("\ude00")"), "'\xEF\xBF\xBD'");
  EXPECT_EQ(read(R"("\ud83d\u0041")"),
            "'\xEF\xBF\xBD"
            "A'");
}

TEST(JsonText, CutDocuments) {
  const std::string whole =
      R"({"state":"Running","output":"abc\u00e9d","code":12,"list":[1,{"x":null}]})";
  EXPECT_EQ(read(whole.substr(0, 0)), "null… ends early @0");
  EXPECT_EQ(read(whole.substr(0, 1)), "{}… ends early @1");
  EXPECT_EQ(read(whole.substr(0, 5)), "{}… ends early @5");
  EXPECT_EQ(read(whole.substr(0, 13)), "{state:'Run'…}… ends early @13");
  EXPECT_EQ(read(R"({"a":"x\)"), "{a:'x'…}… ends early @8");
  EXPECT_EQ(read(R"({"a":"x\u00)"), "{a:'x'…}… ends early @9");
  EXPECT_EQ(read("[1,2"), "[1 2]… ends early @4");
  EXPECT_EQ(read("[1,"), "[1]… ends early @3");
  EXPECT_EQ(read("\"a\xC3"), "'a'… ends early @3");
  EXPECT_EQ(read("\"a\xE2\x82"), "'a'… ends early @4");
  EXPECT_EQ(read("\"a\xE2\x82\xAC"), "'a€'… ends early @5");
  // Wherever it is cut, what stands before the cut stays.
  for (std::size_t cut = 30; cut < whole.size(); ++cut) {
    const JsonDocument document = read_json(whole.substr(0, cut));
    EXPECT_EQ(document.root.text_of("state"), "Running") << cut;
    EXPECT_EQ(document.problem, JsonProblem::ends_early) << cut;
    EXPECT_TRUE(document.root.cut) << cut;
  }
}

TEST(JsonText, BrokenDocuments) {
  EXPECT_EQ(read("nope"), "null… malformed @1");
  EXPECT_EQ(read("{\"a\":1,}"), "{a:1}… malformed @7");
  EXPECT_EQ(read("{\"a\" 1}"), "{}… malformed @5");
  EXPECT_EQ(read("[1 2]"), "[1]… malformed @3");
  EXPECT_EQ(read("\"\\x\""), "''… malformed @1");
  EXPECT_EQ(read("{\"a\":}"), "{a:…}… malformed @5");
  EXPECT_EQ(read("[--]"), "[--…]… malformed @3");
}

TEST(JsonText, Caps) {
  EXPECT_EQ(read_json(std::string(kMaxJsonDepth, '[') + std::string(kMaxJsonDepth, ']')).problem,
            JsonProblem::none);
  EXPECT_EQ(read_json(std::string(1'000'000, '[')).problem, JsonProblem::too_deep);
  std::string many = "[0";
  for (std::size_t i = 0; i < kMaxJsonValues; ++i) many += ",0";
  EXPECT_EQ(read_json(many + "]").problem, JsonProblem::too_many);
}

TEST(JsonText, Members) {
  const JsonDocument document =
      read_json(R"({"n":"7","N":8,"n":9,"f":1.5,"big":99999999999999999999})");
  EXPECT_EQ(document.root.find("n")->integer(), 9);  // the last one counts
  EXPECT_EQ(document.root.find("N")->integer(), 8);
  EXPECT_EQ(document.root.find_any_case("F")->text, "1.5");
  EXPECT_FALSE(document.root.find("f")->integer());
  EXPECT_FALSE(document.root.find("big")->integer());
  EXPECT_EQ(document.root.find("x"), nullptr);
  EXPECT_EQ(document.root.text_of("n"), "");
}

}  // namespace
}  // namespace stemma::azure_guest
