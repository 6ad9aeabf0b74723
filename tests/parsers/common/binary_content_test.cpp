#include "parsers/common/binary_content.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace stemma {
namespace {

constexpr std::size_t kSize = 8u << 20;

std::string noise(std::size_t size) {
  std::mt19937_64 random(7);
  std::string out(size, '\0');
  for (char& c : out) c = static_cast<char>(random());
  return out;
}

std::string log(std::size_t size) {
  const std::string line =
      "type=USER_CMD msg=audit(1634850338.101:7): cmd=\"ls \x1b[0m\" r\xC3\xA9s\n";
  std::string out;
  while (out.size() < size) out += line;
  return out;
}

TEST(BinaryContent, ImagesAndPackedContentAre) {
  EXPECT_TRUE(is_binary(noise(kSize)));
  EXPECT_TRUE(is_binary(std::string(kSize, '\0') + noise(kSize)));
  std::string wide;  // UTF-16
  for (std::size_t i = 0; i < kSize / 2; ++i) wide += {'a', '\0'};
  EXPECT_TRUE(is_binary(wide));
}

TEST(BinaryContent, LogsAreNotWhateverLiesBetweenTheirLines) {
  EXPECT_FALSE(is_binary(log(kSize)));
  EXPECT_FALSE(is_binary(log(kSize) + noise(2 * kSize)));
  EXPECT_FALSE(is_binary(noise(2 * kSize) + log(kSize)));
  EXPECT_FALSE(is_binary(std::string(20 * kSize, '\0') + log(kSize)));
  EXPECT_FALSE(is_binary(std::string(kSize, '\0')));
  EXPECT_FALSE(is_binary(""));
}

TEST(BinaryContent, WhatIsSmallIsLookedThrough) {
  EXPECT_FALSE(is_binary(noise(kBinaryFrom - 1)));
}

}  // namespace
}  // namespace stemma
