#include "parsers/evtx/layout.hpp"

#include <libdeflate.h>

#include <algorithm>

namespace stemma::evtx {
namespace {

constexpr char kFileSignature[] = "ElfFile";  // the terminating zero belongs to it
constexpr char kChunkSignature[] = "ElfChnk";

bool has_signature(Bytes file, std::uint64_t at, const char (&signature)[8]) {
  return at <= file.size() && file.size() - at >= sizeof signature &&
         std::memcmp(file.data() + at, signature, sizeof signature) == 0;
}

// Walks slots from `at`, which is the first slot or a chunk at its proper place.
class SlotWalk {
 public:
  SlotWalk(Bytes file, std::uint64_t base, std::uint64_t at) : file_(file), base_(base), at_(at) {}

  bool next(Slot& slot) {
    if (at_ >= file_.size()) return false;
    const std::uint64_t in_step = (at_ - base_) % kChunkSize;
    const std::uint64_t boundary = at_ - in_step + kChunkSize;  // the next proper slot
    slot.offset = at_;
    slot.chunk = has_chunk_signature(file_, at_);
    std::uint64_t end = 0;
    if (slot.chunk) {
      end = at_ + kChunkSize;
      if (in_step != 0 && has_chunk_signature(file_, boundary)) end = boundary;
    } else {
      end = boundary;
      for (std::uint64_t probe = at_ + kCarveStep; probe < boundary && probe < file_.size();
           probe += kCarveStep) {
        if (!has_chunk_signature(file_, probe)) continue;
        end = probe;
        break;
      }
    }
    end = std::min<std::uint64_t>(end, file_.size());
    slot.length = end - at_;
    at_ = end;
    return true;
  }

 private:
  Bytes file_;
  std::uint64_t base_;
  std::uint64_t at_;
};

}  // namespace

std::uint32_t crc32(Bytes first, Bytes second) {
  std::uint32_t crc = 0;
  for (const Bytes part : {first, second}) {
    if (!part.empty()) crc = libdeflate_crc32(crc, part.data(), part.size());
  }
  return crc;
}

bool is_zero(Bytes bytes) {
  if (bytes.empty()) return true;
  return bytes[0] == std::byte{0} &&
         std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

FileHeader read_file_header(Bytes file) {
  FileHeader header;
  if (file.size() < kFileHeaderUsed || !has_signature(file, 0, kFileSignature)) return header;
  header.present = true;
  header.first_chunk = le<std::uint64_t>(file, 8);
  header.last_chunk = le<std::uint64_t>(file, 16);
  header.next_record_id = le<std::uint64_t>(file, 24);
  header.minor_version = le<std::uint16_t>(file, 36);
  header.major_version = le<std::uint16_t>(file, 38);
  header.block_size = le<std::uint16_t>(file, 40);
  header.chunk_count = le<std::uint16_t>(file, 42);
  header.flags = le<std::uint32_t>(file, 120);
  header.stored_crc = le<std::uint32_t>(file, 124);
  header.computed_crc = crc32(file.first(120));
  return header;
}

bool has_chunk_signature(Bytes file, std::uint64_t at) {
  return has_signature(file, at, kChunkSignature);
}

std::uint64_t first_slot(Bytes file) {
  const FileHeader header = read_file_header(file);
  if (has_chunk_signature(file, kFileHeaderSize)) return kFileHeaderSize;
  if (header.present && header.block_size >= kFileHeaderUsed &&
      has_chunk_signature(file, header.block_size)) {
    return header.block_size;
  }
  // Where the file begins as it should, chunks out of step are found in the gaps; only a header
  // block that was cut moves the first slot. What is left of a block can have any length.
  for (std::uint64_t at = 0; !header.present && at < std::min(file.size(), kFileHeaderSize); ++at) {
    if (has_chunk_signature(file, at)) return at;
  }
  const std::uint64_t search_end =
      std::min<std::uint64_t>(file.size(), header.present ? kFileHeaderSize : kMaxCarveSearch);
  for (std::uint64_t at = 0; at < search_end; at += kCarveStep) {
    if (has_chunk_signature(file, at)) return at;
  }
  return std::min<std::uint64_t>(file.size(), kFileHeaderSize);
}

std::vector<Slot> slots(Bytes file) {
  return slots_between(file, first_slot(file), file.size());
}

std::vector<Slot> slots_between(Bytes file, std::uint64_t begin, std::uint64_t end) {
  std::vector<Slot> all;
  all.reserve((end - begin) / kChunkSize + 1);
  // A walk knows nothing but where it is, so it can begin at any slot.
  SlotWalk walk(file, first_slot(file), begin);
  for (Slot slot; walk.next(slot) && slot.offset < end;) all.push_back(slot);
  return all;
}

Slot slot_at(Bytes file, std::uint64_t offset) {
  const std::uint64_t base = first_slot(file);
  if (offset < base || offset >= file.size()) return {};
  std::uint64_t start = offset - (offset - base) % kChunkSize;
  while (start > base && !has_chunk_signature(file, start)) start -= kChunkSize;
  SlotWalk walk(file, base, start);
  for (Slot slot; walk.next(slot);) {
    if (offset - slot.offset < slot.length) return slot;
  }
  return {};
}

}  // namespace stemma::evtx
