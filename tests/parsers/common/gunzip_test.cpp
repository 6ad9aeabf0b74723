// gzip files as logrotate, pigz and broken copies leave them. Packed data is made with zlib here,
// damaged byte by byte.
#include "parsers/common/gunzip.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>
#include <string>

namespace stemma {
namespace {

std::span<const std::byte> bytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

std::string text(const Unpacked& unpacked) {
  return {reinterpret_cast<const char*>(unpacked.bytes.data()), unpacked.bytes.size()};
}

/// One gzip member; with a file name in its header where `name` is given.
std::string pack(const std::string& content, const char* name = nullptr) {
  z_stream stream{};
  if (deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return {};
  gz_header header{};
  std::string name_bytes = name != nullptr ? name : "";
  std::string comment = "a comment";
  std::string extra = "xtra";
  if (name != nullptr) {
    header.name = reinterpret_cast<Bytef*>(name_bytes.data());
    header.comment = reinterpret_cast<Bytef*>(comment.data());
    header.extra = reinterpret_cast<Bytef*>(extra.data());
    header.extra_len = 4;
    header.hcrc = 1;
    deflateSetHeader(&stream, &header);
  }
  std::string packed(deflateBound(&stream, content.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(packed.size() - stream.avail_out);
  deflateEnd(&stream);
  return packed;
}

/// Text that does not pack into a few bytes.
std::string lines(int count) {
  std::string all;
  std::uint32_t seed = 7;
  for (int i = 0; i < count; ++i) {
    seed = seed * 1664525u + 1013904223u;
    all.append("line ").append(std::to_string(seed)).append("\n");
  }
  return all;
}

std::string why(const Unpacked& unpacked) {
  return unpacked.fault ? describe(*unpacked.fault) : "none";
}

TEST(Gunzip, UnpacksMembersOneBehindTheOther) {
  const std::string one = lines(50'000);
  const std::string packed =
      pack(one, "audit.log.1") + pack("two\n") + pack("") + pack("three\n", "x");
  const Unpacked result = gunzip(bytes(packed));
  EXPECT_EQ(why(result), "none");
  EXPECT_EQ(text(result), one + "two\nthree\n");
  EXPECT_EQ(result.members, 4u);
  EXPECT_EQ(result.packed_used, packed.size());
}

TEST(Gunzip, ZeroesBehindTheLastMemberArePadding) {
  const std::string member = pack("a\n");
  const std::string packed = member + std::string(512, '\0');
  const Unpacked result = gunzip(bytes(packed));
  EXPECT_EQ(why(result), "none");
  EXPECT_EQ(text(result), "a\n");
  EXPECT_EQ(result.packed_used, member.size());
}

TEST(Gunzip, KeepsWhatIsUnpackedBeforeGarbage) {
  const std::string member = pack("a\n");
  const std::string packed = member + "garbage";
  const Unpacked result = gunzip(bytes(packed));
  EXPECT_EQ(text(result), "a\n");
  ASSERT_TRUE(result.fault);
  EXPECT_EQ(result.fault->what, Defect::bad_compression);
  EXPECT_EQ(result.fault->offset, member.size());
  EXPECT_EQ(result.fault->have, 7u);
}

TEST(Gunzip, KeepsWhatATruncatedStreamGives) {
  const std::string one = lines(50'000);
  const std::string packed = pack(one);
  for (const std::size_t size : {packed.size() - 1, packed.size() - 8, packed.size() - 9,
                                 packed.size() / 2, std::size_t{11}}) {
    const std::string cut = packed.substr(0, size);
    const Unpacked result = gunzip(bytes(cut));
    ASSERT_TRUE(result.fault) << size;
    EXPECT_EQ(result.fault->what, Defect::truncated) << size;
    EXPECT_EQ(text(result), one.substr(0, result.bytes.size())) << size;
    EXPECT_EQ(result.members, 0u) << size;
  }
  const std::string half = packed.substr(0, packed.size() / 2);
  EXPECT_GT(gunzip(bytes(half)).bytes.size(), one.size() / 4);
  const std::string no_trailer = packed.substr(0, packed.size() - 8);
  EXPECT_EQ(text(gunzip(bytes(no_trailer))), one);
}

TEST(Gunzip, AWrongChecksumCostsNothing) {
  std::string packed = pack("content\n");
  packed[packed.size() - 8] = static_cast<char>(packed[packed.size() - 8] ^ 1);
  packed += pack("more\n");
  const Unpacked result = gunzip(bytes(packed));
  EXPECT_EQ(text(result), "content\nmore\n");
  ASSERT_TRUE(result.fault);
  EXPECT_EQ(result.fault->what, Defect::checksum_mismatch);
  EXPECT_STREQ(result.fault->field, "gzip checksum");

  std::string size = pack("content\n");
  size.back() = 1;
  EXPECT_STREQ(gunzip(bytes(size)).fault->field, "gzip size");
}

TEST(Gunzip, DamagedDataIsAFaultWithAPlace) {
  const std::string one = lines(50'000);
  std::string packed = pack(one);
  for (std::size_t i = packed.size() / 2; i < packed.size() / 2 + 64; ++i) packed[i] = '\xFF';
  const Unpacked result = gunzip(bytes(packed));
  ASSERT_TRUE(result.fault);
  EXPECT_TRUE(result.fault->what == Defect::bad_compression ||
              result.fault->what == Defect::checksum_mismatch);
  EXPECT_GE(result.fault->offset, packed.size() / 2);
  EXPECT_GT(result.bytes.size(), one.size() / 4);
}

TEST(Gunzip, CapsSizeAndRatio) {
  const std::string packed = pack(std::string(1'000'000, ' '));
  const Unpacked by_size = gunzip(bytes(packed), {1'000, 1'000});
  EXPECT_EQ(by_size.bytes.size(), 1'000u);
  EXPECT_EQ(by_size.fault->what, Defect::limit_exceeded);
  EXPECT_STREQ(by_size.fault->field, "unpacked size");
  EXPECT_EQ(why(gunzip(bytes(packed), {1'000'000, 1'000})), "none");

  const std::string bomb = pack(std::string(64u << 20, ' '));
  const Unpacked by_ratio = gunzip(bytes(bomb), {kMaxUnpacked, 100});
  EXPECT_EQ(by_ratio.fault->what, Defect::limit_exceeded);
  EXPECT_STREQ(by_ratio.fault->field, "unpack ratio");
  EXPECT_EQ(by_ratio.bytes.size(), kUnpackRatioFrom);
}

TEST(Gunzip, RefusesOtherData) {
  for (const std::string& data :
       {std::string(), std::string("\x1F"), std::string("BZh91AY"), std::string("\x1F\x8B\x07")}) {
    const Unpacked result = gunzip(bytes(data));
    EXPECT_EQ(result.fault->what, Defect::bad_magic);
    EXPECT_TRUE(result.bytes.empty());
  }
  const std::string reserved("\x1F\x8B\x08\xE0\0\0\0\0\0\0", 10);
  EXPECT_STREQ(gunzip(bytes(reserved)).fault->field, "gzip flags");
  const std::string endless_name = std::string("\x1F\x8B\x08\x08\0\0\0\0\0\0", 10) + "name";
  EXPECT_EQ(gunzip(bytes(endless_name)).fault->what, Defect::truncated);
}

TEST(Gunzip, EveryByteFlippedIsSurvived) {
  const std::string packed = pack(lines(200), "n");
  for (std::size_t i = 0; i < packed.size(); ++i) {
    std::string damaged = packed;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
    const Unpacked result = gunzip(bytes(damaged), {1u << 20, 1'000});
    EXPECT_LE(result.packed_used, damaged.size());
    EXPECT_LE(result.bytes.size(), 1u << 20);
  }
}

}  // namespace
}  // namespace stemma
