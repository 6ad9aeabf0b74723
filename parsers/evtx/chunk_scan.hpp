// What a chunk holds by its own header and its records' headers: which records are alive, which lie
// behind the live end, and which bytes should be records and are not. Finds places; decodes nothing
// (chunk_decoder.hpp does).
//
//     0    `ElfChnk\0`, numbers and ids of the first and last record, offset of the last record,
//          free space offset, checksum of the records, checksum of the header
//     128  64 offsets of names, 32 offsets of templates
//     512  records: `2A 2A 00 00`, u32 size, u64 id, u64 FILETIME, BinXML, u32 size again
//
// **The free space offset is the border between live and dead**: in 1,491 of 1,500 real chunks the
// last record ends exactly there. Live are the records that follow one another from 512 up to that
// border. Where the run breaks (a size that cannot be, two sizes that differ, no signature), it
// goes on at the next record whose id carries on and is one the chunk header counts; if there is
// none, the write was torn and what lies there is an older generation. **Recovered** is every
// record that is not live: behind the border, or inside broken bytes. A chunk that the file header
// does not count is as live as any other. This is the split that `evtxexport` makes, and tests hold
// the two against each other; only behind a break this says live where evtxexport would say
// recovered. Where the free space offset cannot be (0, inside the header, behind the chunk), the
// border is the end of the last record, or of the unbroken run from 512.
//
// Remains of old records that are not whole any more are slack, not damage: nearly every log has
// some.
#pragma once

#include <cstdint>
#include <vector>

#include "events/fault.hpp"
#include "parsers/evtx/layout.hpp"

namespace stemma::evtx {

struct ChunkHeader {
  std::uint64_t first_number = 0, last_number = 0;
  std::uint64_t first_id = 0, last_id = 0;
  std::uint32_t last_record = 0;  ///< offset of the last record
  std::uint32_t free_space = 0;   ///< offset of the end of the last record
  std::uint32_t stored_data_crc = 0;
  std::uint32_t flags = 0;  ///< 4: no checksums
  std::uint32_t stored_crc = 0;

  static constexpr std::uint32_t kNoCrc = 4;
};

/// A record as its own header describes it. Offsets count from the start of the chunk.
struct RecordPlace {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;  ///< with header and trailer; offset + size lies inside the chunk
  std::uint64_t id = 0;
  std::uint64_t written = 0;  ///< FILETIME
  bool recovered = false;
  bool trailer_matches = true;  ///< the size at the end is the one at the start
};

/// Bytes of the live area that hold no record. `fault.offset` counts in the chunk.
struct BrokenRange {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  Fault fault;
};

struct ChunkScan {
  ChunkHeader header;
  bool header_crc_matches = true;
  bool data_crc_matches = true;
  std::uint32_t computed_crc = 0, computed_data_crc = 0;
  bool free_space_possible = true;
  std::uint32_t live_end = 0;
  std::vector<RecordPlace> live;  ///< in order of their offsets
  std::vector<RecordPlace>
      stale;  ///< candidates that are not live, in order; may overlap, most are remains
  std::vector<BrokenRange> broken;  ///< in order
};

/// Looks through a chunk. `chunk` begins with the signature and may be cut short; at least
/// kChunkHeaderSize bytes. `recover`: also look for stale records. O(bytes), reuses `scan`'s
/// memory.
void scan_chunk(Bytes chunk, bool recover, ChunkScan& scan);

/// Looks through 64 KiB that should be a chunk and have lost its header: whatever looks like a
/// record is a stale one, and all is one broken range. Offsets in the records still count from the
/// start of `bytes`, so their templates and names are found where they are. At least
/// kChunkHeaderSize bytes.
void scan_remains(Bytes bytes, ChunkScan& scan);

/// Appends what looks like records in [begin, end) of a chunk, which is where no record should be.
void find_remains(Bytes chunk, std::uint32_t begin, std::uint32_t end,
                  std::vector<RecordPlace>& places);

/// The record whose header lies at `offset`, where one can be: signature and a size that fits.
bool read_record_place(Bytes chunk, std::uint32_t offset, RecordPlace& place);

}  // namespace stemma::evtx
