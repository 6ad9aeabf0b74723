// find_word() finds what std::string_view::find() finds.
#include "parsers/common/byte_search.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace stemma {
namespace {

TEST(ByteSearch, IsStringViewsFind) {
  std::mt19937 engine(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string text(engine() % 24, '\0');
    for (char& c : text) c = static_cast<char>('a' + engine() % 3);
    std::string word(1 + engine() % 4, '\0');
    for (char& c : word) c = static_cast<char>('a' + engine() % 3);
    const std::size_t from = engine() % 26;
    for (std::size_t rare = 0; rare < word.size(); ++rare)
      EXPECT_EQ(find_word(text, word, rare, from), std::string_view(text).find(word, from))
          << text << ' ' << word << ' ' << rare << ' ' << from;
  }
}

TEST(ByteSearch, LooksAtTheContentOnly) {
  const std::string text = "xxaudit(";
  EXPECT_EQ(find_word(std::string_view(text).substr(0, 7), "audit(", 5), std::string_view::npos);
  EXPECT_EQ(find_word(std::string_view(text).substr(3), "audit(", 5), std::string_view::npos);
  EXPECT_EQ(find_word(text, "audit(", 5), 2u);
  EXPECT_EQ(find_word({}, "audit(", 5), std::string_view::npos);
}

}  // namespace
}  // namespace stemma
