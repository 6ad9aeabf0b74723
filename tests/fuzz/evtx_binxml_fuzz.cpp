// Whatever a chunk's bytes: what a decoder makes of a record does not hang on what it read before,
// nor on what is asked of it, and its fast way and its long one agree. Input: a chunk.
#include <cstdint>
#include <cstdlib>

#include "parsers/evtx/chunk_decoder.hpp"
#include "parsers/evtx/cross_check.hpp"

namespace {

using namespace stemma;
using namespace stemma::evtx;

class ReadsNothing final : public RecordFilter {
 public:
  ReadsNothing() {
    provider_guid = version = level = task = opcode = keywords = activity_ids = false;
    process_and_thread = user_id = message = false;
  }
  bool reads_data(const WinEvent&, bool, std::string_view) override { return false; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < kChunkHeaderSize || size > kChunkSize) return 0;
  const Bytes chunk = std::as_bytes(std::span(data, size));
  static const std::unique_ptr<ChunkDecoder> kWarm = make_native_decoder();
  static const std::unique_ptr<ChunkDecoder> kLong = make_native_decoder(true);
  static ReadsNothing nothing;
  const std::unique_ptr<ChunkDecoder> cold = make_native_decoder();
  const std::unique_ptr<ChunkDecoder> blind = make_native_decoder();
  blind->set_filter(&nothing);
  const FileHeader header;
  ChunkScan scan;
  scan_chunk(chunk, true, scan);
  const ChunkView view{chunk, 0, &header, &scan};
  for (ChunkDecoder* decoder : {kWarm.get(), kLong.get(), cold.get(), blind.get()})
    decoder->begin(view);
  constexpr std::size_t kMaxRecords = 64;  // a forged chunk has thousands of headers
  std::size_t records = 0;
  for (const auto* places : {&scan.live, &scan.stale}) {
    for (const RecordPlace& place : *places) {
      if (++records > kMaxRecords) return 0;
      struct Seen {
        bool read = false;
        Defect fault{};
        std::string text;
      };
      const auto see = [&place](ChunkDecoder& decoder) {
        WinEvent event;
        const Result<DecodeNotes> decoded = decoder.decode(place, event);
        if (!decoded) return Seen{false, decoded.error().what, decoded.error().field};
        return Seen{true, {}, text_of(event)};
      };
      const Seen warm = see(*kWarm);
      const Seen once = see(*cold);
      if (warm.read != once.read || warm.text != once.text) std::abort();
      if (see(*blind).read != once.read) std::abort();
      const Seen slow = see(*kLong);
      // The two ways count their caps differently.
      const bool capped = (!slow.read && slow.fault == Defect::limit_exceeded) ||
                          (!once.read && once.fault == Defect::limit_exceeded);
      if (!capped && (slow.read != once.read || (slow.read && slow.text != once.text)))
        std::abort();
    }
  }
  return 0;
}
