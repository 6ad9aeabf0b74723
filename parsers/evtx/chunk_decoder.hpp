// The seam between what finds records (chunk_scan.hpp) and what turns a record's binary XML into a
// WinEvent. One implementation stands on libevtx; a native one takes its place behind the same
// calls.
#pragma once

#include <memory>

#include "events/fault.hpp"
#include "parsers/evtx/chunk_scan.hpp"
#include "parsers/evtx/layout.hpp"
#include "parsers/winlog/win_event.hpp"

namespace stemma::evtx {

/// One chunk as a decoder gets it.
struct ChunkView {
  Bytes bytes;  ///< from its signature on; 65,536 bytes, or fewer at the end of a cut file
  std::uint64_t offset = 0;  ///< of `bytes` in the file; faults count from the file's start
  const FileHeader* header = nullptr;  ///< never null; may be absent from the file
  const ChunkScan* scan = nullptr;     ///< never null
};

struct DecodeNotes {
  std::uint32_t replaced_surrogates = 0;  ///< unpaired ones in the record's text, shown as U+FFFD
  std::uint32_t replaced_zeros = 0;       ///< U+0000 inside a text, shown as U+FFFD
};

/// Decodes the records of one chunk after another. One thread.
class ChunkDecoder {
 public:
  virtual ~ChunkDecoder() = default;

  /// Takes a chunk; what `chunk` points at is borrowed until the next begin(). Cheap: work is done
  /// when a record is asked for.
  virtual void begin(const ChunkView& chunk) = 0;

  /// Decodes the record at `place`, live or stale, in any order. Views in `event` are valid until
  /// the next call. Faults: undecodable_record, limit_exceeded, bad_value; offset is the record's
  /// or of what is wrong inside it, in the file.
  virtual Result<DecodeNotes> decode(const RecordPlace& place, WinEvent& event) = 0;
};

/// Decoder on libevtx. Each has its own handles, so several run in parallel.
std::unique_ptr<ChunkDecoder> make_libevtx_decoder();

}  // namespace stemma::evtx
