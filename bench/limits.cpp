// What this machine allows, measured in the run that measures Stemma, as its speed changes from
// minute to minute: reading memory, reading a warm file, checksums, UTF-16 to UTF-8, looking for
// line ends. One thread, medians of seven.
//
//   limits FILE       any large file that is in the page cache; says one line each, `name GB/s`
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>
#ifdef STEMMA_BENCH_LIBDEFLATE
#include <libdeflate.h>
#endif

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr int kRuns = 7;
constexpr std::size_t kMemory = 256u << 20;  // larger than any cache
constexpr std::size_t kChunk = 65'536;
constexpr std::size_t kText = 64u << 10;  // UTF-16 units, fit the second-level cache

volatile std::uint64_t sink;

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

template <class Work>
void measure(const char* name, double bytes, Work work) {
  std::vector<double> seconds;
  for (int run = 0; run < kRuns; ++run) {
    const double start = cpu_seconds();
    sink = work();
    seconds.push_back(cpu_seconds() - start);
  }
  std::sort(seconds.begin(), seconds.end());
  fmt::print("{} {:.3f}\n", name, bytes / seconds[kRuns / 2] / 1e9);
}

std::uint64_t sum(const std::byte* bytes, std::size_t size) {
  std::uint64_t lanes[8] = {};
  for (std::size_t at = 0; at + 64 <= size; at += 64) {
    std::uint64_t words[8];
    std::memcpy(words, bytes + at, sizeof words);
    for (int i = 0; i < 8; ++i) lanes[i] += words[i];
  }
  std::uint64_t all = 0;
  for (const std::uint64_t lane : lanes) all ^= lane;
  return all;
}

/// Blocks of 32 units: looked at together, narrowed together. Both loops vectorise.
std::uint64_t ascii_to_utf8(const std::vector<std::uint16_t>& text, std::vector<char>& out) {
  std::size_t at = 0;
  for (; at + 32 <= text.size(); at += 32) {
    unsigned any = 0;
    for (std::size_t i = 0; i < 32; ++i) any |= text[at + i];
    if (any > 0x7F) break;
    for (std::size_t i = 0; i < 32; ++i) out[at + i] = static_cast<char>(text[at + i]);
  }
  return at + static_cast<std::uint64_t>(out[at / 2]);
}

}  // namespace

int main(int argc, char** argv) {
  const int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
  struct stat info = {};
  if (fd < 0 || fstat(fd, &info) != 0 || info.st_size < static_cast<off_t>(kChunk)) {
    fmt::print(stderr, "usage: limits FILE\n");
    return 2;
  }
  const auto size = static_cast<std::size_t>(info.st_size) / kChunk * kChunk;
  const auto file_bytes = static_cast<double>(size);

  std::vector<std::byte> memory(kMemory, std::byte{1});
  measure("memory_read", kMemory, [&] { return sum(memory.data(), kMemory); });
  measure("memory_copy", kMemory / 2, [&] {
    std::memcpy(memory.data(), memory.data() + kMemory / 2, kMemory / 2);
    return std::uint64_t{0};
  });
  memory = {};

  std::vector<char> piece(kChunk);
  measure("file_read", file_bytes, [&] {
    std::uint64_t got = 0;
    for (std::size_t at = 0; at < size; at += kChunk)
      got += static_cast<std::uint64_t>(pread(fd, piece.data(), kChunk, static_cast<off_t>(at)));
    return got;
  });
  measure("file_map", file_bytes, [&] {  // mapped anew each time: page faults are part of it
    void* map = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) return std::uint64_t{0};
    const std::uint64_t got = sum(static_cast<const std::byte*>(map), size);
    munmap(map, size);
    return got;
  });

  void* map = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
  if (map == MAP_FAILED) return 1;
  const char* bytes = static_cast<const char*>(map);
  const auto each_chunk = [&](const auto& work) {
    std::uint64_t all = 0;
    for (std::size_t at = 0; at < size; at += kChunk) all += work(bytes + at);
    return all;
  };
  measure("crc32_zlib", file_bytes, [&] {
    return each_chunk([](const char* chunk) {
      return std::uint64_t{crc32(0, reinterpret_cast<const Bytef*>(chunk), kChunk)};
    });
  });
#ifdef STEMMA_BENCH_LIBDEFLATE
  measure("crc32_libdeflate", file_bytes, [&] {
    return each_chunk(
        [](const char* chunk) { return std::uint64_t{libdeflate_crc32(0, chunk, kChunk)}; });
  });
#endif
  std::vector<std::uint16_t> text(kText);
  for (std::size_t i = 0; i < kText; ++i) text[i] = static_cast<std::uint16_t>(32 + i % 90);
  std::vector<char> utf8(kText);
  constexpr int kRounds = 500;
  measure("utf16_to_utf8", 2.0 * kText * kRounds, [&] {
    std::uint64_t all = 0;
    for (int i = 0; i < kRounds; ++i) {
      text[static_cast<std::size_t>(i)] ^= 1;
      all += ascii_to_utf8(text, utf8);
    }
    return all;
  });
  std::string lines(kMemory / 4, 'x');
  for (std::size_t at = 180; at < lines.size(); at += 180) lines[at] = '\n';
  measure("newline_scan", static_cast<double>(lines.size()), [&] {
    std::uint64_t count = 0;
    const char* end = lines.data() + lines.size();
    for (const char* at = lines.data();
         (at = static_cast<const char*>(
              std::memchr(at, '\n', static_cast<std::size_t>(end - at)))) != nullptr;
         ++at)
      ++count;
    return count;
  });
  munmap(map, size);
  close(fd);
  return 0;
}
