#include "parsers/common/whole_records.hpp"

#include <gtest/gtest.h>

#include <string>

namespace stemma {
namespace {

std::string units(std::uint64_t size, std::vector<std::size_t> cuts) {
  std::vector<Unit> made;
  append_units(3, size, cuts, made);
  std::string out;
  for (const Unit& unit : made) {
    EXPECT_EQ(unit.artifact, 3u);
    out += std::to_string(unit.offset) + "+" + std::to_string(unit.length) + " ";
  }
  return out;
}

TEST(WholeRecords, UnitsCoverEveryByteOnce) {
  EXPECT_EQ(units(10, {}), "0+10 ");
  EXPECT_EQ(units(10, {4, 9}), "0+4 4+5 9+1 ");
  EXPECT_EQ(units(10, {10}), "0+10 ");
  EXPECT_EQ(units(0, {}), "");
}

TEST(WholeRecords, ASpanOutsideItsArtifactIsRefused) {
  const std::string text = "0123456789";
  const ArtifactBytes artifact{
      ArtifactId{1}, std::as_bytes(std::span(text.data(), text.size())), {}};
  const auto within = [&](std::uint64_t offset, std::uint32_t length) {
    const SourceSpan span{ArtifactId{1}, length, offset};
    return span_within(std::span(&artifact, 1), std::span(&span, 1)).has_value();
  };
  EXPECT_TRUE(within(0, 10));
  EXPECT_TRUE(within(9, 1));
  EXPECT_FALSE(within(9, 2));
  EXPECT_FALSE(within(10, 0));
  EXPECT_FALSE(within(~std::uint64_t{0}, 2));
  EXPECT_FALSE(span_within({}, {}).has_value());
}

}  // namespace
}  // namespace stemma
