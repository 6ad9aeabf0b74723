// RowTable beside a map: a row that a key still has is the one that was given to it.
#include "detection/match/row_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace stemma {
namespace {

// How many of so many looks found no row, each at one of `keys` keys.
std::size_t fresh_looks(std::size_t words, std::uint64_t keys, int looks) {
  RowTable table(words);
  std::map<std::uint64_t, std::vector<std::uint64_t>> given;
  std::mt19937_64 random(7);
  std::size_t fresh = 0;
  for (int i = 0; i < looks; ++i) {
    // Keys as they come: a form in the high bits, small numbers below.
    const std::uint64_t key = (random() % 4) << 33 | random() % (keys / 4);
    const RowTable::Place place = table.at(key);
    EXPECT_EQ(place.row.size(), words);
    const std::vector<std::uint64_t> row(place.row.begin(), place.row.end());
    std::vector<std::uint64_t>& own = given[key];
    if (!place.fresh) {
      EXPECT_EQ(row, own);
      continue;
    }
    ++fresh;
    EXPECT_EQ(row, std::vector<std::uint64_t>(words, 0));
    own.clear();
    for (std::size_t w = 0; w < words; ++w) own.push_back(place.row[w] = random());
  }
  return fresh;
}

TEST(RowTable, GivesBackTheRowOfItsKey) {
  for (const std::size_t words : {0u, 1u, 3u, 40u}) {
    // Few keys: the table grows until nearly all of them have a place.
    EXPECT_LT(fresh_looks(words, 400, 40'000), 4'000u);
    // More than it has room for: it forgets, and is never wrong.
    const std::size_t fresh = fresh_looks(words, 200'000, 400'000);
    EXPECT_GT(fresh, 200'000u);
    EXPECT_LT(fresh, 400'000u);
  }
}

TEST(RowTable, AKeyOfZeroIsAKey) {
  RowTable table(1);
  EXPECT_TRUE(table.at(0).fresh);
  EXPECT_FALSE(table.at(0).fresh);
}

}  // namespace
}  // namespace stemma
