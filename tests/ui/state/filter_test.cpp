#include "ui/state/filter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detection/eql/query.hpp"

namespace stemma::ui {
namespace {

using testing::ElementsAre;

std::vector<std::string> chips(std::string_view text) {
  const SearchText search = parse_search(text);
  if (!search.error.empty()) return {"error: " + search.error};
  std::vector<std::string> shown;
  for (const Chip& chip : search.chips) shown.push_back(chip_text(chip));
  return shown;
}

TEST(Search, WordsPhrasesAndSigns) {
  EXPECT_THAT(chips("  whoami  /all "), ElementsAre("whoami", "/all"));
  EXPECT_THAT(chips("\"net user\" -svchost +admin"),
              ElementsAre("net user", "not svchost", "admin"));
  EXPECT_THAT(chips("\"say \\\"hi\\\"\""), ElementsAre("say \"hi\""));
  EXPECT_THAT(chips("- a -"), ElementsAre("-", "a", "-"));
  EXPECT_THAT(chips(""), ElementsAre());
}

TEST(Search, ColumnsAreShortNamesOrEcsFields) {
  EXPECT_THAT(chips("host:web01 -process.name=cmd.exe user:\"NT AUTHORITY\\SYSTEM\""),
              ElementsAre("host.name: web01", "not process.name = cmd.exe",
                          "user.name: NT AUTHORITY\\SYSTEM"));
  // What is no column is part of the word.
  EXPECT_THAT(chips("C:\\Windows http://x/?a=b 10:00"),
              ElementsAre("C:\\Windows", "http://x/?a=b", "10:00"));
}

TEST(Search, QueriesAreKnownByTheirBeginning) {
  for (const char* query :
       {"process where process.name == \"a\"", "any where true",
        "sequence by host.name [process where true] [file where true]",
        "sample by user.name [a where true] [b where true]", "\"odd category\" where true"}) {
    const SearchText search = parse_search(query);
    ASSERT_EQ(search.chips.size(), 1u) << query;
    EXPECT_EQ(search.chips[0].kind, Chip::Kind::query) << query;
    EXPECT_EQ(search.chips[0].text, query);
  }
  EXPECT_THAT(chips("where is it"), ElementsAre("where", "is", "it"));
}

TEST(Search, SaysWhatIsWrong) {
  EXPECT_THAT(chips("a \"b c"), ElementsAre("error: column 3: a quotation mark is not closed"));
  EXPECT_THAT(chips("host:"), ElementsAre("error: column 1: nothing to look for"));
  EXPECT_THAT(chips(std::string(kMaxSearchText + 1, 'a')),
              ElementsAre("error: a search of 65537 bytes is longer than 65536"));
  std::string many;
  for (std::size_t i = 0; i <= kMaxChips; ++i) many += "w ";
  EXPECT_THAT(chips(many), ElementsAre("error: more than 64 words"));
}

TEST(Search, ChipsAreReadBackFromTheirText) {
  for (const char* text : {"word", "-word", "\"two words\"", "-\"-dash\"", "host.name:web01",
                           "-user.name=\"a \\\"b\\\" c\"", "\"+x\"", "any where true"}) {
    const SearchText search = parse_search(text);
    ASSERT_EQ(search.chips.size(), 1u) << text;
    const SearchText again = parse_search(search_text(search.chips[0]));
    ASSERT_EQ(again.chips.size(), 1u) << text;
    EXPECT_EQ(again.chips[0], search.chips[0]) << text;
  }
}

TEST(Search, BackslashesBeforeAQuotationMarkAreDoubled) {
  const auto word = [](const char* text) { return parse_search(text).chips.at(0).text; };
  EXPECT_EQ(word(R"("C:\Program Files\x")"), R"(C:\Program Files\x)");
  EXPECT_EQ(word(R"("a \"b\" c")"), R"(a "b" c)");
  EXPECT_EQ(word(R"("C:\Program Files\\")"), R"(C:\Program Files\)");
  EXPECT_EQ(word(R"("\\server\a share")"), R"(\\server\a share)");
  EXPECT_EQ(word(R"("a\\\" b")"), R"(a\" b)");
  for (const char* text : {R"(a b\)", R"(\)", R"(\" b)", R"(\\" \\)", "a \"", R"(\\\ \\\")"}) {
    Chip chip;
    chip.text = text;
    const SearchText again = parse_search(search_text(chip));
    ASSERT_EQ(again.chips.size(), 1u) << text;
    EXPECT_EQ(again.chips[0].text, text);
  }
}

TEST(Filter, WhatNoQueryCanHoldIsLeftOutOfEqlAndNamed) {
  Filter filter;
  filter.chips = parse_search("host:web01 channel:\x80 pid=abc").chips;
  std::vector<std::string> left_out;
  EXPECT_EQ(to_eql(filter, left_out), R"(any where stringContains~(host.name, "web01"))");
  EXPECT_EQ(left_out.size(), 2u);
}

TEST(Filter, AsEql) {
  Filter filter;
  filter.chips = parse_search("host:web01 -process.name=\"a\\b\\\"c\" pid:4120 whoami").chips;
  filter.chips.push_back(parse_search("process where event.type == \"start\"").chips[0]);
  std::vector<std::string> left_out;
  const std::string query = to_eql(filter, left_out);
  EXPECT_EQ(
      query,
      "process where stringContains~(host.name, \"web01\") and (process.name == null or not "
      "process.name == \"a\\\\b\\\"c\") and process.pid == 4120 and (event.type == \"start\")");
  EXPECT_THAT(left_out, ElementsAre("whoami"));
  EXPECT_NE(eql::compile_query(query).query, nullptr);
}

TEST(Filter, ChipsThatAreOffLimitNothing) {
  Filter filter;
  EXPECT_FALSE(filter.limits());
  filter.chips = parse_search("whoami").chips;
  EXPECT_TRUE(filter.limits());
  filter.highlight = true;
  EXPECT_FALSE(filter.limits());
  filter.highlight = false;
  filter.chips[0].enabled = false;
  EXPECT_FALSE(filter.limits());
  std::vector<std::string> left_out;
  EXPECT_EQ(to_eql(filter, left_out), "");
  EXPECT_THAT(left_out, ElementsAre());
}

}  // namespace
}  // namespace stemma::ui
