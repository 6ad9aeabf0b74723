#include "detection/invocations/text_marks.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stemma {
namespace {

TEST(TextMarks, EachTextIsAskedOnce) {
  StringPool strings;
  const StringId one = strings.intern("one"), two = strings.intern("seven");
  std::string asked;
  TextMarks lengths(strings, [&](std::string_view text) {
    asked += "[" + std::string(text) + "]";
    return static_cast<std::uint8_t>(text.size());
  });
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(lengths.of(two), 5);
    EXPECT_EQ(lengths.of(one), 3);
    EXPECT_EQ(lengths.of({}), 0);
  }
  EXPECT_EQ(asked, "[seven][one][]");
}

}  // namespace
}  // namespace stemma
