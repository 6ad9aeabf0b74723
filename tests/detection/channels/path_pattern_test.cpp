#include "detection/channels/path_pattern.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stemma {
namespace {

PathPattern pattern(std::string_view text) {
  auto made = PathPattern::parse(text);
  EXPECT_TRUE(made.has_value()) << made.error();
  return std::move(*made);
}

std::string found(std::string_view of, std::string_view text) {
  const auto match = pattern(of).find(text);
  if (!match) return "nothing";
  std::string out(match->all);
  if (!match->name.empty()) out += " name " + std::string(match->name);
  if (!match->command_id.empty()) out += " id " + std::string(match->command_id);
  if (match->sequence) out += " #" + std::to_string(*match->sequence);
  return out;
}

std::string error(std::string_view text) {
  const auto made = PathPattern::parse(text);
  return made ? "none" : made.error();
}

TEST(PathPattern, ReadsNumberAndName) {
  const std::string_view managed = "/d/run-command-handler/download/{name}/{sequence}/*";
  EXPECT_EQ(found(managed, "/bin/bash -c /d/run-command-handler/download/audit/12/script.sh"),
            "/d/run-command-handler/download/audit/12/script.sh name audit #12");
  EXPECT_EQ(found("/o/{command_id}/**/_script.sh",
                  "sh -c /o/0c3c2f6e-9b5a-4a77-8d53-0a4a6f3f9a11/aws/0/_script.sh"),
            "/o/0c3c2f6e-9b5a-4a77-8d53-0a4a6f3f9a11/aws/0/_script.sh id "
            "0c3c2f6e-9b5a-4a77-8d53-0a4a6f3f9a11");
}

TEST(PathPattern, CaseSlashesAndRunsOfBlanksMakeNoDifference) {
  EXPECT_EQ(found("*:/packages/x/script{sequence}.ps1", "-File \"C:\\Packages\\X\\Script3.ps1\""),
            "C:\\Packages\\X\\Script3.ps1 #3");
  EXPECT_EQ(found("-file script{sequence}.ps1", "powershell  -File   script7.ps1 -a b"),
            "-File   script7.ps1 #7");
}

TEST(PathPattern, IsAWordOfItsOwn) {
  EXPECT_EQ(found("/d/{sequence}/script.sh", "cat /x/d/1/script.sh"), "nothing");
  EXPECT_EQ(found("/d/{sequence}/script.sh", "sh /d/1/script.sh.bak"), "nothing");
  EXPECT_EQ(found("/d/{sequence}/script.sh", "sh '/d/1/script.sh';id"), "/d/1/script.sh #1");
  EXPECT_EQ(found("/d/{sequence}/script.sh", "a=/d/1/script.sh"), "/d/1/script.sh #1");
}

TEST(PathPattern, ANumberHasNineDigitsAtMost) {
  EXPECT_EQ(found("/d/{sequence}/s", "/d/123456789/s"), "/d/123456789/s #123456789");
  EXPECT_EQ(found("/d/{sequence}/s", "/d/1234567890/s"), "nothing");
  EXPECT_EQ(found("/d/{sequence}/s", "/d/-1/s"), "nothing");
}

TEST(PathPattern, OneStarStaysWithinAPiece) {
  EXPECT_EQ(found("/a/*/c", "/a/b/c"), "/a/b/c");
  EXPECT_EQ(found("/a/*/c", "/a/b/b/c"), "nothing");
  EXPECT_EQ(found("/a/**/c", "/a/b/b/c"), "/a/b/b/c");
  EXPECT_FALSE(pattern("**/waagent").match("/usr/sbin/waagent -daemon"));
  EXPECT_TRUE(pattern("**/waagent").match("/usr/sbin/waagent"));
}

TEST(PathPattern, NoTextMakesASearchLong) {
  std::string text = "/";
  for (int i = 0; i < 20'000; ++i) text += "a/";
  EXPECT_EQ(found("/**a**a**a**a**a**b", text), "nothing");
}

TEST(PathPattern, WhatIsWrongIsSaidWithItsPlace) {
  EXPECT_EQ(error(""), "an empty pattern");
  EXPECT_EQ(error("/a/{sequence"), "'{' at 4 is not closed");
  EXPECT_EQ(error("/a/{number}"), "'{number}' at 4 is none of {sequence}, {name}, {command_id}");
  EXPECT_EQ(error("**"), "a pattern without any text");
  EXPECT_EQ(error(std::string(1025, 'a')), "a pattern of 1025 bytes, at most 1024 are read");
  std::string pieces;
  for (int i = 0; i < 33; ++i) pieces += "a*";
  EXPECT_EQ(error(pieces), "a pattern of 66 pieces, at most 64 are read");
}

}  // namespace
}  // namespace stemma
