#include "parsers/evtx/chunk_scan.hpp"

#include <algorithm>

namespace stemma::evtx {
namespace {

constexpr std::uint32_t kRecordSignature = 0x0000'2A2A;
constexpr std::uint32_t kRecordStep =
    8;  // record sizes are multiples of 8 in every real file, so records start at such offsets

std::uint32_t u32(std::size_t value) {
  return static_cast<std::uint32_t>(value);
}

ChunkHeader read_header(Bytes chunk) {
  ChunkHeader header;
  header.first_number = le<std::uint64_t>(chunk, 8);
  header.last_number = le<std::uint64_t>(chunk, 16);
  header.first_id = le<std::uint64_t>(chunk, 24);
  header.last_id = le<std::uint64_t>(chunk, 32);
  header.last_record = le<std::uint32_t>(chunk, 44);
  header.free_space = le<std::uint32_t>(chunk, 48);
  header.stored_data_crc = le<std::uint32_t>(chunk, 52);
  header.flags = le<std::uint32_t>(chunk, 120);
  header.stored_crc = le<std::uint32_t>(chunk, 124);
  return header;
}

// The next place from `at` that looks like a whole record: what a walk resumes at behind broken
// bytes.
bool find_record(Bytes chunk, std::uint32_t at, std::uint32_t end, RecordPlace& place) {
  at = (at + kRecordStep - 1) / kRecordStep * kRecordStep;
  for (; at < end && end - at >= kMinRecordSize; at += kRecordStep) {
    if (read_record_place(chunk, at, place) && place.trailer_matches && place.size <= end - at)
      return true;
  }
  return false;
}

// Whether the walk can go on behind a record whose two sizes differ: something that begins there,
// or the live end.
bool continues_at(Bytes chunk, std::uint32_t at, std::uint32_t end) {
  if (at == end) return true;
  RecordPlace next;
  return at < end && read_record_place(chunk, at, next);
}

// Behind broken bytes, a record is still one of the live ones where its id carries on and is one
// that the chunk counts; else the write was torn, and what lies there is an older generation.
bool goes_on(const ChunkScan& scan, const RecordPlace& place) {
  const std::uint64_t before = scan.live.empty() ? 0 : scan.live.back().id;
  return place.id > before && place.id >= scan.header.first_id && place.id <= scan.header.last_id;
}

// Whether a record whose two sizes differ claims the bytes of one that goes on behind it: its size
// is then what is wrong, and taking it would hide the other.
bool hides_another(Bytes chunk, const ChunkScan& scan, const RecordPlace& place) {
  const std::uint32_t end = place.offset + place.size;
  RecordPlace inner;
  for (std::uint32_t from = place.offset + 1; find_record(chunk, from, end, inner);
       from = inner.offset + 1) {
    if (goes_on(scan, inner)) return true;
  }
  return false;
}

// Everything from `at` that looks like a record's header, overlapping or not. What reaches past
// `end`, which may itself be wrong, must be whole.
void find_stale(Bytes chunk, std::uint32_t at, std::uint32_t end, std::vector<RecordPlace>& stale) {
  at = (at + kRecordStep - 1) / kRecordStep * kRecordStep;
  for (; at < end; at += kRecordStep) {
    RecordPlace place;
    if (!read_record_place(chunk, at, place)) continue;
    if (place.size > end - at && !place.trailer_matches) continue;
    place.recovered = true;
    stale.push_back(place);
  }
}

Fault fault_at(Bytes chunk, std::uint32_t at, std::uint32_t end, bool cut_short) {
  const std::size_t rest = end - at;
  if (rest < kMinRecordSize) {
    return {cut_short ? Defect::truncated : Defect::bad_record_size, at, kMinRecordSize, rest,
            "record header"};
  }
  if (le<std::uint32_t>(chunk, at) != kRecordSignature) {
    return {Defect::bad_magic, at, kRecordSignature, le<std::uint32_t>(chunk, at),
            "record signature"};
  }
  const std::uint32_t size = le<std::uint32_t>(chunk, at + 4);
  if (size > rest)
    return {cut_short ? Defect::truncated : Defect::bad_record_size, at, size, rest, "record size"};
  if (size < kMinRecordSize)
    return {Defect::bad_record_size, at, kMinRecordSize, size, "record size"};
  return {Defect::bad_record_size, at, size, le<std::uint32_t>(chunk, at + size - 4),
          "record size and its copy"};
}

std::uint32_t find_live_end(Bytes chunk, const ChunkHeader& header, bool& possible) {
  possible = header.free_space >= kChunkHeaderSize && header.free_space <= kChunkSize;
  if (possible) return std::min(header.free_space, u32(chunk.size()));
  RecordPlace last;
  if (header.last_record >= kChunkHeaderSize &&
      read_record_place(chunk, header.last_record, last)) {
    return last.offset + last.size;
  }
  std::uint32_t at = kChunkHeaderSize;
  for (RecordPlace place; read_record_place(chunk, at, place) && place.trailer_matches;)
    at += place.size;
  return at;
}

}  // namespace

bool read_record_place(Bytes chunk, std::uint32_t offset, RecordPlace& place) {
  if (offset < kChunkHeaderSize || offset > chunk.size() || chunk.size() - offset < kMinRecordSize)
    return false;
  if (le<std::uint32_t>(chunk, offset) != kRecordSignature) return false;
  const std::uint32_t size = le<std::uint32_t>(chunk, offset + 4);
  if (size < kMinRecordSize || size > chunk.size() - offset) return false;
  place.offset = offset;
  place.size = size;
  place.id = le<std::uint64_t>(chunk, offset + 8);
  place.written = le<std::uint64_t>(chunk, offset + 16);
  place.recovered = false;
  place.trailer_matches = le<std::uint32_t>(chunk, offset + size - 4) == size;
  return true;
}

void find_remains(Bytes chunk, std::uint32_t begin, std::uint32_t end,
                  std::vector<RecordPlace>& places) {
  find_stale(chunk, begin, end, places);
}

void scan_remains(Bytes bytes, ChunkScan& scan) {
  scan.live.clear();
  scan.stale.clear();
  scan.broken.clear();
  scan.header = {};
  scan.live_end = 0;
  scan.broken.push_back({0, u32(bytes.size()), {Defect::bad_magic, 0, 0, 0, "chunk signature"}});
  find_stale(bytes, u32(kChunkHeaderSize), u32(bytes.size()), scan.stale);
}

void scan_chunk(Bytes chunk, bool recover, ChunkScan& scan) {
  scan.live.clear();
  scan.stale.clear();
  scan.broken.clear();
  scan.header = read_header(chunk);
  scan.live_end = find_live_end(chunk, scan.header, scan.free_space_possible);
  const bool cut_short = chunk.size() < kChunkSize;

  const bool checked = (scan.header.flags & ChunkHeader::kNoCrc) == 0;
  scan.computed_crc = crc32(chunk.first(120), chunk.subspan(128, kChunkHeaderSize - 128));
  scan.header_crc_matches = !checked || scan.computed_crc == scan.header.stored_crc;
  scan.data_crc_matches = true;
  if (checked && scan.free_space_possible && scan.header.free_space <= chunk.size()) {
    scan.computed_data_crc =
        crc32(chunk.subspan(kChunkHeaderSize, scan.header.free_space - kChunkHeaderSize));
    scan.data_crc_matches = scan.computed_data_crc == scan.header.stored_data_crc;
  }

  std::uint32_t at = kChunkHeaderSize;
  while (at < scan.live_end) {
    RecordPlace place;
    const bool fits = read_record_place(chunk, at, place) && place.size <= scan.live_end - at;
    if (fits && (place.trailer_matches || (continues_at(chunk, at + place.size, scan.live_end) &&
                                           !hides_another(chunk, scan, place)))) {
      scan.live.push_back(place);
      at += place.size;
      continue;
    }
    const Fault fault =
        fault_at(chunk, at, scan.live_end, cut_short && scan.live_end == chunk.size());
    std::uint32_t resume = scan.live_end;
    for (std::uint32_t from = at + 1; find_record(chunk, from, scan.live_end, place);
         from = place.offset + 1) {
      if (!goes_on(scan, place)) continue;
      resume = place.offset;
      break;
    }
    scan.broken.push_back({at, resume - at, fault});
    at = resume;
  }

  if (!recover) return;
  for (const BrokenRange& range : scan.broken)
    find_stale(chunk, range.offset, range.offset + range.size, scan.stale);
  find_stale(chunk, std::max(scan.live_end, u32(kChunkHeaderSize)), u32(chunk.size()), scan.stale);
}

}  // namespace stemma::evtx
