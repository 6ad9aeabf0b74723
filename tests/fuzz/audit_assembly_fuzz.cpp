// Fuzz target of assembly and blocks: any bytes as a log, as one file or cut into two. What comes
// out of blocks of a size that the input chooses must be what comes out of one block, books
// included, and what the plain rules say.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

#include "parsers/auditd/auditd_parser.hpp"
#include "parsers/auditd/block_decoder.hpp"
#include "tests/parsers/auditd/plain_assembly.hpp"

namespace {

using namespace stemma;          // NOLINT(google-build-using-namespace): a main of its own
using namespace stemma::auditd;  // NOLINT(google-build-using-namespace): same

void check(bool holds) {
  if (!holds) std::abort();
}

struct Decoded {
  auditd_test::PlainAssembly assembly;
  std::vector<ImportLog> logs;
};

/// Lines are named by their place in the stream.
Decoded decode(std::span<const ArtifactBytes> files, const std::vector<std::uint32_t>& stream,
               std::uint64_t block) {
  Decoded result;
  result.logs.resize(files.size());
  for (const std::uint32_t file : stream) {
    const std::string_view text = files[file].text();
    for (std::uint64_t begin = 0; begin < text.size();) {
      std::uint64_t end = text.size();
      if (text.size() - begin > block) {
        const std::size_t newline = text.find('\n', begin + block - 1);
        if (newline != std::string_view::npos) end = newline + 1;
      }
      const Unit unit{file, begin, end - begin, stream};
      const StreamText whole(files, unit);
      ImportLog log;
      BlockDecoder(whole, unit)
          .decode(
              [&](const AssembledEvent& event) {
                auditd_test::PlainEvent plain;
                for (const EventLine& line : event.lines)
                  plain.lines.push_back(whole.position({line.file, line.offset}));
                if (event.incomplete != nullptr) plain.incomplete = event.incomplete;
                plain.clock_fell_by = event.clock_fell_by;
                result.assembly.events.push_back(plain);
              },
              &log);
      check(log.bytes.sum() == unit.length);
      result.logs[file].add(log);
      begin = end;
    }
  }
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::uint64_t block = 1 + data[0] * std::uint64_t{data[0]};
  const std::string_view log(reinterpret_cast<const char*>(data) + 3, size - 3);
  const std::size_t cut = log.size() * data[1] / 256;
  const std::vector<ArtifactBytes> files = {
      {ArtifactId{1}, std::as_bytes(std::span(log.substr(0, cut))), {}},
      {ArtifactId{2}, std::as_bytes(std::span(log.substr(cut))), {}},
  };
  const Decoded whole = decode(files, {0, 1}, std::uint64_t{1} << 40);
  const Decoded blocks = decode(files, {0, 1}, block);
  check(whole.assembly.events == blocks.assembly.events);
  check(whole.logs == blocks.logs);

  if (log.size() > 20'000) return 0;  // the plain way is slow
  const std::vector<ArtifactBytes> one = {{ArtifactId{1}, std::as_bytes(std::span(log)), {}}};
  check(decode(one, {0}, block).assembly.events == auditd_test::assemble_plainly(log).events);
  return 0;
}
