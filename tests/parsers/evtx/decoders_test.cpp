// The native decoder against libevtx, and its fast way against its long one, on every file of the
// corpus.
#include "tests/parsers/evtx/decoders.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/parsers/winlog/golden.hpp"

namespace stemma {
namespace {

namespace fs = std::filesystem;
using testing_evtx::compare;
using testing_evtx::Pair;

std::vector<std::string> corpus_files() {
  std::vector<std::string> files;
  if (golden::corpus().empty()) return files;
  for (const auto& entry : fs::recursive_directory_iterator(golden::corpus() + "/evtx")) {
    if (entry.path().extension() == ".evtx") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t start = 0;
  for (std::size_t end; (end = text.find('\n', start)) != std::string::npos; start = end + 1)
    lines.push_back(text.substr(start, end - start));
  return lines;
}

bool is_padded_hex(std::string_view text) {
  return (text.size() == 10 || text.size() == 18) && text.substr(0, 3) == "0x0";
}

// Why two lines may differ; empty where they must not.
std::string reason(const std::string& native, const std::string& libevtx) {
  const std::size_t at = native.find(": ");
  if (at == std::string::npos || native.substr(0, at) != libevtx.substr(0, at)) return "";
  const std::string ours = native.substr(at + 2);
  const std::string theirs = libevtx.substr(at + 2);
  if (const auto number = parse_unsigned(ours); number && theirs == std::to_string(*number))
    return "size_t: hexadecimal, as Windows shows it";
  if (is_padded_hex(ours) || is_padded_hex(theirs)) return "hexadecimal: padding";
  if (theirs.size() == ours.size() + 2 && theirs.substr(0, ours.size() - 1) + "Z" == ours)
    return "FILETIME: seven decimals";
  if (ours.rfind('-', 0) == 0) {
    const auto number = static_cast<std::uint32_t>(std::stol(ours));
    if (theirs == "-" + std::to_string(number & 0x7FFF'FFFF))
      return "int32: libevtx writes it as a sign and 31 bits";
  }
  return "";
}

// A text that is XML itself: libevtx writes it as elements of the event, as the native decoder
// would only do with binary XML.
std::size_t drop_xml_texts(std::vector<std::string>& ours, std::vector<std::string>& theirs) {
  return std::erase_if(ours, [&theirs](const std::string& line) {
    const std::size_t at = line.find(": <");
    if (at == std::string::npos) return false;
    return std::erase_if(theirs, [below = line.substr(0, at) + "."](const std::string& other) {
             return other.rfind(below, 0) == 0;
           }) != 0;
  });
}

class Decoders : public testing::Test {
 protected:
  void SetUp() override {
    if (corpus_files().empty()) GTEST_SKIP() << "the corpus is not there";
  }
};

TEST_F(Decoders, NativeReadsWhatLibevtxReads) {
  std::map<std::string, std::size_t> counts;
  std::string unexplained;
  const auto native = evtx::make_native_decoder();
  const auto libevtx = evtx::make_libevtx_decoder();
  for (const std::string& path : corpus_files()) {
    compare(golden::read_text(path), *native, *libevtx, [&](const Pair& pair) {
      const std::string kind = pair.live ? "live" : "stale";
      if (pair.left_read != pair.right_read) {
        const std::string& fault = pair.left_read ? pair.right : pair.left;
        ++counts[fmt::format("{}: {} ({})", kind, pair.left_read ? "native only" : "libevtx only",
                             fault)];
        return;
      }
      if (!pair.left_read) return;
      ++counts[kind + ": both"];
      auto ours = lines_of(pair.left);
      auto theirs = lines_of(pair.right);
      // pugixml drops a text that is one line end among elements.
      if (std::erase(ours, "data ExtraInfo: \\n") != 0) ++counts["a line end alone"];
      if (ours != theirs) counts["texts that are XML"] += drop_xml_texts(ours, theirs);
      bool explained = ours.size() == theirs.size();
      for (std::size_t i = 0; explained && i < ours.size(); ++i) {
        if (ours[i] == theirs[i]) continue;
        const std::string why = reason(ours[i], theirs[i]);
        explained = !why.empty();
        if (explained) ++counts[why];
      }
      if (!explained) {
        unexplained += fmt::format("{} @{}\n", path, pair.offset);
        for (const std::string& line : ours) {
          if (std::find(theirs.begin(), theirs.end(), line) == theirs.end())
            unexplained += "native  " + line + "\n";
        }
        for (const std::string& line : theirs) {
          if (std::find(ours.begin(), ours.end(), line) == ours.end())
            unexplained += "libevtx " + line + "\n";
        }
      }
    });
  }
  EXPECT_EQ(unexplained.substr(0, 20'000), "");
  // Live records that only the native decoder reads have no template; stale ones likewise. Stale
  // ones that only libevtx reads have names that were overwritten, so that values would stand under
  // wrong ones.
  EXPECT_EQ(counts, (std::map<std::string, std::size_t>{
                        {"live: both", 12'620},
                        {"live: native only (binary xml)", 69},
                        {"stale: both", 700},
                        {"stale: native only (binary xml)", 4},
                        {"stale: libevtx only (names that were overwritten)", 215},
                        {"FILETIME: seven decimals", 10},
                        {"size_t: hexadecimal, as Windows shows it", 626},
                        {"texts that are XML", 240},
                        {"int32: libevtx writes it as a sign and 31 bits", 7},
                        {"a line end alone", 1},
                    }));
}

TEST_F(Decoders, TheFastWayAndTheLongOneAgree) {
  std::size_t records = 0;
  const auto fast = evtx::make_native_decoder();
  const auto slow = evtx::make_native_decoder(true);
  for (const std::string& path : corpus_files()) {
    compare(golden::read_text(path), *fast, *slow, [&](const Pair& pair) {
      EXPECT_EQ(pair.left_read, pair.right_read) << path << " @" << pair.offset;
      EXPECT_EQ(pair.left, pair.right) << path << " @" << pair.offset;
      ++records;
    });
  }
  EXPECT_GT(records, 12'000u);
}

}  // namespace
}  // namespace stemma
