// The native decoder against libevtx, and its fast way against its long one, on every file of the
// corpus.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>

#include "parsers/evtx/cross_check.hpp"
#include "tests/parsers/winlog/golden.hpp"

namespace stemma {
namespace {

namespace fs = std::filesystem;
using namespace evtx;

std::vector<std::string> corpus_files() {
  std::vector<std::string> files;
  if (golden::corpus().empty()) return files;
  for (const auto& entry : fs::recursive_directory_iterator(golden::corpus() + "/evtx")) {
    if (entry.path().extension() == ".evtx") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

CrossCheck check_of(const std::string& path) {
  const std::string file = golden::read_text(path);
  return cross_check(std::as_bytes(std::span(file)));
}

class Decoders : public testing::Test {
 protected:
  void SetUp() override {
    if (corpus_files().empty()) GTEST_SKIP() << "the corpus is not there";
  }
};

// Live records that only the native decoder reads have no template. Stale ones that only libevtx
// reads have names that were overwritten, so that values would stand under wrong ones.
TEST_F(Decoders, NativeReadsWhatLibevtxReads) {
  CrossCheck all;
  for (const std::string& path : corpus_files()) all.add(check_of(path));
  EXPECT_EQ(all.shown, std::vector<std::string>{});
  EXPECT_EQ(all.different, 0u);
  EXPECT_EQ(all.equal + all.explained, 12'620u + 700);
  EXPECT_EQ(all.native_only, 69u);
  EXPECT_EQ(all.libevtx_only, 0u);
  EXPECT_EQ(all.recovered_native_only, 4u);
  EXPECT_EQ(all.recovered_libevtx_only, 215u);
  EXPECT_EQ(all.reasons, (std::map<std::string, std::uint64_t>{
                             {"FILETIME: seven decimals", 10},
                             {"size_t: hexadecimal, as Windows shows it", 626},
                             {"text that is XML", 240},
                             {"int32: libevtx writes it as a sign and 31 bits", 7},
                             {"a line end alone", 1},
                         }));
}

TEST_F(Decoders, TheFastWayAndTheLongOneAgree) {
  std::size_t records = 0;
  const auto fast = make_native_decoder();
  const auto slow = make_native_decoder(true);
  for (const std::string& path : corpus_files()) {
    const std::string file = golden::read_text(path);
    const Bytes bytes = std::as_bytes(std::span(file));
    compare_decoders(bytes, first_slot(bytes), bytes.size(), *fast, *slow,
                     [&](const RecordPair& pair) {
                       EXPECT_EQ(pair.left_read, pair.right_read) << path << " @" << pair.offset;
                       EXPECT_EQ(pair.left, pair.right) << path << " @" << pair.offset;
                       ++records;
                     });
  }
  EXPECT_GT(records, 12'000u);
}

}  // namespace
}  // namespace stemma
