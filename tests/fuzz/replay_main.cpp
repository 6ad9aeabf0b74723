// A plain main for fuzz targets, so that any compiler can replay a corpus: every file, and seeded mutations of it. With libFuzzer (the
// fuzz preset) this file is not linked.
//
//   X_fuzz [--mutations N] [--seed S] [--max-size BYTES] PATH…
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

Bytes read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Damage as it happens and as it is made: bytes changed, cut, doubled, moved, and numbers replaced by ones that hurt.
void mutate(Bytes& bytes, std::mt19937_64& random) {
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % std::max<std::size_t>(1, limit)); };
  const std::size_t steps = 1 + below(8);
  for (std::size_t step = 0; step < steps && !bytes.empty(); ++step) {
    const std::size_t at = below(bytes.size());
    const std::size_t length = 1 + below(std::min<std::size_t>(64, bytes.size() - at));
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(7)) {
      case 0: bytes[at] = static_cast<std::uint8_t>(random()); break;
      case 1: bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1u << below(8))); break;
      case 2: bytes.resize(at); break;
      case 3: bytes.erase(begin, begin + static_cast<std::ptrdiff_t>(length)); break;
      case 4: {
        const Bytes part(begin, begin + static_cast<std::ptrdiff_t>(length));
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size())), part.begin(), part.end());
        break;
      }
      case 5: std::fill(begin, begin + static_cast<std::ptrdiff_t>(length), std::uint8_t{0}); break;
      default: {
        constexpr std::uint32_t kNumbers[] = {0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x10000};
        const std::uint32_t number = kNumbers[below(std::size(kNumbers))];
        for (std::size_t i = 0; i < 4 && at + i < bytes.size(); ++i) bytes[at + i] = static_cast<std::uint8_t>(number >> (8 * i));
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t mutations = 0;
  std::uint64_t seed = 1;
  std::uint64_t max_size = 1 << 20;
  std::vector<fs::path> files;
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    const auto number = [&] { return std::strtoull(i + 1 < argc ? argv[++i] : "0", nullptr, 10); };
    if (arg == "--mutations") {
      mutations = number();
    } else if (arg == "--seed") {
      seed = number();
    } else if (arg == "--max-size") {
      max_size = number();
    } else if (fs::is_directory(arg)) {
      for (const auto& entry : fs::recursive_directory_iterator(arg)) {
        if (entry.is_regular_file()) files.push_back(entry.path());
      }
    } else {
      files.emplace_back(arg);
    }
  }
  std::sort(files.begin(), files.end());
  std::uint64_t inputs = 0;
  for (const fs::path& file : files) {
    const Bytes bytes = read(file);
    if (bytes.size() > max_size) continue;
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    ++inputs;
    for (std::uint64_t i = 0; i < mutations; ++i) {
      std::mt19937_64 random(seed * 1'000'003 + i);
      Bytes damaged = bytes;
      mutate(damaged, random);
      LLVMFuzzerTestOneInput(damaged.data(), damaged.size());
      ++inputs;
    }
  }
  std::printf("%llu inputs from %zu files\n", static_cast<unsigned long long>(inputs), files.size());
  return inputs == 0 ? 1 : 0;
}
