// RowTable beside a map: every key keeps the row that was given to it.
#include "detection/match/row_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace stemma {
namespace {

TEST(RowTable, KeepsWhatAMapKeeps) {
  for (const std::size_t words : {1u, 3u}) {
    RowTable table(words);
    std::map<std::uint64_t, std::vector<std::uint64_t>> plain;
    std::mt19937_64 random(7);
    for (int i = 0; i < 20'000; ++i) {
      // Keys as they come: a form in the high bits, small numbers below.
      const std::uint64_t key = (random() % 4) << 33 | random() % 3'000;
      const RowTable::Place place = table.at(key);
      ASSERT_EQ(place.row.size(), words);
      const auto [at, fresh] = plain.try_emplace(key, words, 0);
      ASSERT_EQ(place.fresh, fresh);
      ASSERT_EQ(std::vector<std::uint64_t>(place.row.begin(), place.row.end()), at->second);
      if (!fresh) continue;
      for (std::size_t w = 0; w < words; ++w) place.row[w] = at->second[w] = random();
    }
    EXPECT_GT(plain.size(), 9'000u);
  }
}

TEST(RowTable, AClearedOneKnowsNothing) {
  RowTable table(1);
  table.at(5).row[0] = 9;
  EXPECT_FALSE(table.at(5).fresh);
  EXPECT_GT(table.bytes(), 0u);
  table.clear();
  EXPECT_EQ(table.bytes(), 0u);
  EXPECT_TRUE(table.at(5).fresh);
  EXPECT_EQ(table.at(5).row[0], 0u);
}

TEST(RowTable, AKeyOfZeroIsAKey) {
  RowTable table(1);
  EXPECT_TRUE(table.at(0).fresh);
  EXPECT_FALSE(table.at(0).fresh);
}

}  // namespace
}  // namespace stemma
