// Parser for EVTX: a file is split into runs of 64 KiB slots (layout.hpp), which slot_reader.hpp
// turns into events. The file header is booked with the first unit.
#include "parsers/common/parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "parsers/evtx/chunk_decoder.hpp"
#include "parsers/evtx/layout.hpp"
#include "parsers/evtx/slot_reader.hpp"

namespace stemma {
namespace {

using namespace evtx;

/// Bytes of a unit: sixteen slots, some thousand records. Large enough that what a unit costs
/// beside its records does not show, small enough that two threads share a small log.
constexpr std::uint64_t kUnitSize = 16 * kChunkSize;

// The file header and what lies before the first slot.
void book_file_header(const ArtifactBytes& artifact, const FileHeader& header, ImportLog& log) {
  const std::uint64_t base = first_slot(artifact.bytes);
  if (!header.present) {
    const Bytes front = artifact.bytes.first(base);
    (is_zero(front) ? log.bytes.unused : log.bytes.refused) += front.size();
    log.note(Fault{Defect::truncated, 0, kFileHeaderSize, base, "file header"});
    return;
  }
  log.bytes.parsed += base;
  if ((header.flags & FileHeader::kNoCrc) == 0 && header.stored_crc != header.computed_crc) {
    log.note(Defect::checksum_mismatch, 124,
             fmt::format("file header: stored {:08x}, computed {:08x}", header.stored_crc,
                         header.computed_crc));
  }
  if ((header.flags & FileHeader::kDirty) != 0)
    log.note(Defect::dirty_header, 120, "the log was not closed");
}

/// Readers that are not at work. What they know of templates goes on to the next unit.
class ReaderPool {
 public:
  explicit ReaderPool(EvtxReader kind) : kind_(kind) {}

  class Lease {
   public:
    Lease(ReaderPool& pool, std::unique_ptr<SlotReader> reader)
        : pool_(pool), reader_(std::move(reader)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() {
      const std::lock_guard lock(pool_.mutex_);
      pool_.free_.push_back(std::move(reader_));
    }
    SlotReader* operator->() const { return reader_.get(); }

   private:
    ReaderPool& pool_;
    std::unique_ptr<SlotReader> reader_;
  };

  Lease take(const ArtifactBytes& artifact, const Projection& projection) {
    std::unique_ptr<SlotReader> reader;
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        reader = std::move(free_.back());
        free_.pop_back();
      }
    }
    if (!reader) {
      reader = std::make_unique<SlotReader>(kind_ == EvtxReader::native ? make_native_decoder()
                                                                        : make_libevtx_decoder());
    }
    reader->open(artifact, projection);
    return {*this, std::move(reader)};
  }

 private:
  EvtxReader kind_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<SlotReader>> free_;
};

class EvtxParser final : public Parser {
 public:
  explicit EvtxParser(EvtxReader kind) : readers_(kind) {}

  [[nodiscard]] std::string_view format() const override { return "evtx"; }

  [[nodiscard]] bool recognizes(const ArtifactBytes& artifact) const override {
    if (read_file_header(artifact.bytes).present) return true;
    const std::uint64_t base = first_slot(artifact.bytes);
    return has_chunk_signature(artifact.bytes, base) &&
           artifact.bytes.size() - base >= kChunkHeaderSize;
  }

  [[nodiscard]] bool shares_files() const override { return false; }

  [[nodiscard]] std::vector<Unit> split(std::span<const ArtifactBytes> artifacts) const override {
    std::vector<Unit> units;
    for (std::uint32_t i = 0; i < artifacts.size(); ++i) {
      // Only every sixteenth chunk is touched, so that a file on a cold disk is not read twice. A
      // unit ends where a chunk stands in its proper slot, which is where one begins whatever lies
      // before.
      const Bytes file = artifacts[i].bytes;
      std::uint64_t begin = 0;  // the first unit reaches back over the file header
      for (std::uint64_t next = first_slot(file) + kUnitSize; next < file.size();
           next += kUnitSize) {
        if (!has_chunk_signature(file, next)) continue;
        units.push_back({i, begin, next - begin});
        begin = next;
      }
      if (begin < file.size()) units.push_back({i, begin, file.size() - begin});
    }
    return units;
  }

  void decode(std::span<const ArtifactBytes> artifacts, const Unit& unit, const Wanted& wanted,
              EventSink& sink, ImportLog& log) const override {
    const ArtifactBytes& artifact = artifacts[unit.artifact];
    const ReaderPool::Lease reader = readers_.take(artifact, *wanted.projection);
    const std::uint64_t begin = unit.offset == 0 ? first_slot(artifact.bytes) : unit.offset;
    const std::uint64_t end = unit.offset + unit.length;
    if (wanted.only_at == nullptr && unit.offset == 0)
      book_file_header(artifact, reader->header(), log);
    for (const Slot& slot : slots_between(artifact.bytes, begin, end)) {
      if (wanted.only_at == nullptr) {
        reader->read_all(slot, sink, log);
        continue;
      }
      const std::vector<std::uint64_t>& at = *wanted.only_at;
      const auto first = std::lower_bound(at.begin(), at.end(), slot.offset);
      const auto last = std::lower_bound(first, at.end(), slot.offset + slot.length);
      reader->read_some(slot, {first, last}, sink);
    }
  }

  void close(const ArtifactBytes& artifact, ImportLog& log) const override {
    const FileHeader header = read_file_header(artifact.bytes);
    if (!header.present || log.chunks == header.chunk_count) return;
    log.note(Defect::count_mismatch, 42,
             fmt::format("the header counts {} chunks, the file holds {}", header.chunk_count,
                         log.chunks));
  }

  Result<void> decode_event(std::span<const ArtifactBytes> artifacts,
                            std::span<const SourceSpan> spans, const Projection& projection,
                            Event& event) const override {
    if (artifacts.empty() || spans.empty()) {
      return tl::unexpected(Fault{Defect::cannot_open, 0, 0, 0, "no artifact"});
    }
    const Slot slot = slot_at(artifacts[0].bytes, spans[0].offset);
    return readers_.take(artifacts[0], projection)->read_one(slot, spans[0].offset, event);
  }

 private:
  mutable ReaderPool readers_;
};

}  // namespace

std::unique_ptr<Parser> make_evtx_parser(EvtxReader reader) {
  return std::make_unique<EvtxParser>(reader);
}

}  // namespace stemma
