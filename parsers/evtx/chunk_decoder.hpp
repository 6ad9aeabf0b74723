// The seam between what finds records (chunk_scan.hpp) and what turns a record's binary XML into a
// WinEvent. Two implementations: the native one that Stemma reads with, and one on libevtx to hold
// against it.
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
  std::uint32_t missing_values = 0;       ///< that a definition wants and the record has not
  std::uint32_t content_end =
      0;  ///< offset in the chunk behind the record's binary XML; 0: not told
};

/// What of a record somebody reads. A decoder may leave out the rest; it must be asked for every
/// item before it is.
class RecordFilter {
 public:
  virtual ~RecordFilter() = default;
  /// Whether the item `name` of event_data (or of user_data) of an event is read; `system` holds
  /// the event's System part. Must depend on provider_name, channel, event_id and the arguments
  /// alone: the answer is kept for all events that share them.
  virtual bool reads_data(const WinEvent& system, bool user_data, std::string_view name) = 0;

  /// Parts of System, and RenderingInfo's message, that are read. The others always are: provider,
  /// event id, time, channel, computer, record id.
  bool provider_guid = true, version = true, level = true, task = true, opcode = true,
       keywords = true, activity_ids = true, process_and_thread = true, user_id = true,
       message = true;
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

  /// Sets what is read from now on; borrowed; null: everything. Decoders may ignore it.
  virtual void set_filter(RecordFilter* filter) { static_cast<void>(filter); }
};

/// The fast decoder: templates compiled once, values read in place. With `always_expand` it takes
/// the long way for every record (expansion.hpp): for tests, which hold the two ways together.
std::unique_ptr<ChunkDecoder> make_native_decoder(bool always_expand = false);

/// Decoder on libevtx: the second opinion. Each has its own handles, so several run in parallel.
std::unique_ptr<ChunkDecoder> make_libevtx_decoder();

}  // namespace stemma::evtx
