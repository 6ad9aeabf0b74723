// Whatever the bytes: a live record that libevtx reads, the native decoder reads too, unless a cap
// of its own says no. Input: an EVTX file.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "parsers/evtx/cross_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stemma::evtx;
  constexpr std::size_t kMaxSize = kFileHeaderSize + 2 * kChunkSize;  // libevtx is slow
  if (size < kFileHeaderSize || size > kMaxSize) return 0;
  const Bytes file = std::as_bytes(std::span(data, size));
  static const std::unique_ptr<ChunkDecoder> kNative = make_native_decoder();
  static const std::unique_ptr<ChunkDecoder> kLibevtx = make_libevtx_decoder();
  std::size_t records = 0;
  compare_decoders(
      file, first_slot(file), file.size(), *kNative, *kLibevtx, [&records](const RecordPair& pair) {
        if (!pair.live || ++records > 64) return;
        if (pair.right_read && !pair.left_read && pair.left.find("output") == std::string::npos)
          std::abort();
      });
  return 0;
}
