// Where things lie in an EVTX file: its header, its chunks, and what lies between. Bytes and
// offsets only; chunk_scan.hpp looks into a chunk, and no record is decoded here.
//
//     0      file header    128 bytes used, 4096 taken      `ElfFile\0`
//     4096   chunk 0        65,536 bytes                    `ElfChnk\0`
//     ...    chunk n        all offsets in a chunk count from its own start: a chunk is read alone
//
// The header's counts are never trusted: of 902 public samples, 86 counted fewer chunks than they
// hold and 18 were dirty. Chunks are known by their signature. A slot of 64 KiB without one is a
// gap; gaps are searched at 512-byte steps, so that a carved or damaged image whose chunks are out
// of step still gives them. A chunk at its proper slot always wins over one out of step. Sources:
// libyal/libevtx, "Windows XML Event Log (EVTX) format"; counts measured on public sample files.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace stemma::evtx {

inline constexpr std::size_t kFileHeaderSize = 4096;
inline constexpr std::size_t kFileHeaderUsed = 128;
inline constexpr std::size_t kChunkSize = 65536;
inline constexpr std::size_t kChunkHeaderSize = 512;
inline constexpr std::size_t kRecordHeaderSize = 24;
inline constexpr std::size_t kMinRecordSize =
    kRecordHeaderSize + 4;                      // header and the copy of the size
inline constexpr std::size_t kCarveStep = 512;  // sector size: carved chunks start at one

/// How far into an artifact without file header its first chunk is looked for. A cut header block
/// leaves at most 4 KiB; 1 MiB also covers images that begin with another header, and bounds what a
/// foreign file costs.
inline constexpr std::size_t kMaxCarveSearch = 1u << 20;

using Bytes = std::span<const std::byte>;

/// Reads a little-endian number; the caller has checked that it lies inside.
template <class Number>
Number le(Bytes bytes, std::size_t at) {
  static_assert(std::endian::native == std::endian::little);
  Number value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

/// CRC-32 as zlib and PNG have it.
std::uint32_t crc32(Bytes first, Bytes second = {});

/// True where all bytes are zero. At memory speed.
bool is_zero(Bytes bytes);

struct FileHeader {
  bool present = false;  ///< the signature is there and 128 bytes follow
  std::uint64_t first_chunk = 0, last_chunk = 0;
  std::uint64_t next_record_id = 0;
  std::uint16_t minor_version = 0, major_version = 0;
  std::uint16_t block_size = 0;  ///< 4096
  std::uint16_t chunk_count = 0;
  std::uint32_t flags = 0;  ///< 1 dirty, 2 full, 4 no checksum
  std::uint32_t stored_crc = 0, computed_crc = 0;

  static constexpr std::uint32_t kDirty = 1, kNoCrc = 4;
};

FileHeader read_file_header(Bytes file);

/// True where `ElfChnk\0` lies at `at`.
bool has_chunk_signature(Bytes file, std::uint64_t at);

/// Offset of the first chunk slot: 4096, or where a carved file's first chunk lies. The file's size
/// where it has none.
std::uint64_t first_slot(Bytes file);

/// A piece of the file: a chunk, possibly cut short, or a gap.
struct Slot {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  ///< at most kChunkSize
  bool chunk = false;
};

/// All slots from first_slot() to the end of the file, in order, without holes. Reads one signature
/// a chunk, and gaps at 512-byte steps.
std::vector<Slot> slots(Bytes file);

/// The slots that begin in [begin, end), where `begin` is the start of one.
std::vector<Slot> slots_between(Bytes file, std::uint64_t begin, std::uint64_t end);

/// The slot that `offset` lies in; length 0 where it lies in none. Same slot as slots() has,
/// without walking the whole file.
Slot slot_at(Bytes file, std::uint64_t offset);

}  // namespace stemma::evtx
