// Literals found in texts against looking for each of them: made-up literals that share their
// bytes, at any place and at the ends.
#include "detection/match/literal_scanner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace stemma {
namespace {

using Where = LiteralScanner::Where;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

// How often each literal is found.
std::map<std::uint32_t, int> found(const LiteralScanner& scanner, std::string_view text) {
  std::map<std::uint32_t, int> out;
  scanner.scan(text, [&](std::uint32_t literal) { ++out[literal]; });
  return out;
}

TEST(LiteralScanner, FindsEachPlaceOnce) {
  LiteralScanner scanner;
  const std::uint32_t temp = scanner.add("\\temp\\");
  const std::uint32_t exe = scanner.add(".exe");
  const std::uint32_t abc = scanner.add("abc");
  EXPECT_EQ(scanner.add(".exe"), exe);
  scanner.seal();
  EXPECT_EQ(scanner.size(), 3u);
  EXPECT_THAT(found(scanner, "c:\\temp\\a.exe xabc.exe"),
              ElementsAre(Pair(temp, 1), Pair(exe, 2), Pair(abc, 1)));
  EXPECT_THAT(found(scanner, "c:\\tem"), IsEmpty());
  EXPECT_THAT(found(scanner, ""), IsEmpty());
  EXPECT_THAT(found(scanner, "abcabcabc"), ElementsAre(Pair(abc, 3)));
}

TEST(LiteralScanner, ALiteralOfAnEndStandsThereOnly) {
  LiteralScanner scanner;
  const std::uint32_t option = scanner.add("-e", Where::begin);
  const std::uint32_t pif = scanner.add(".pif", Where::end);
  const std::uint32_t anywhere = scanner.add(".pif");
  EXPECT_NE(pif, anywhere);
  scanner.seal();
  EXPECT_THAT(found(scanner, "-enc -e"), ElementsAre(Pair(option, 1)));
  EXPECT_THAT(found(scanner, "x -e"), IsEmpty());
  EXPECT_THAT(found(scanner, "a.pif b"), ElementsAre(Pair(anywhere, 1)));
  EXPECT_THAT(found(scanner, ".pif"), ElementsAre(Pair(pif, 1), Pair(anywhere, 1)));
  EXPECT_THAT(found(scanner, "-"), IsEmpty());
}

TEST(LiteralScanner, FindsWhatASearchForEachFinds) {
  std::mt19937 random(20261124);
  const auto below = [&](std::size_t n) { return random() % n; };
  // Few letters, so that nearly everything is found somewhere and shares its bytes with others.
  const auto made = [&](std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += "ab\xC3."[below(4)];
    return text;
  };
  std::uint64_t total = 0;
  for (int round = 0; round < 200; ++round) {
    LiteralScanner scanner;
    std::vector<std::pair<std::string, Where>> literals;
    for (std::size_t i = 0, n = 1 + below(40); i < n; ++i) {
      const auto where = static_cast<Where>(below(3));
      const std::string text = made(LiteralScanner::min_size(where) + below(9));
      if (scanner.add(text, where) == literals.size()) literals.emplace_back(text, where);
    }
    scanner.seal();
    for (int i = 0; i < 200; ++i) {
      const std::string text = made(below(40));
      std::map<std::uint32_t, int> expected;
      for (std::uint32_t number = 0; number < literals.size(); ++number) {
        const auto& [literal, where] = literals[number];
        for (std::size_t at = text.find(literal); at != std::string::npos;
             at = text.find(literal, at + 1)) {
          if (where == Where::begin && at != 0) continue;
          if (where == Where::end && at + literal.size() != text.size()) continue;
          ++expected[number];
          ++total;
        }
      }
      ASSERT_EQ(found(scanner, text), expected) << text;
    }
  }
  EXPECT_GT(total, 5'000u);
}

}  // namespace
}  // namespace stemma
