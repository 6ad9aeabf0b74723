// Parser for EVTX: units are slots of 64 KiB, records become events through the Windows mapping,
// and every byte is booked once.
//
// Books of a slot: the chunk's header and live records are parsed; records behind the live end that
// could be decoded are recovered; live bytes that are no record, and live records that cannot be
// decoded, are refused; slack, zeroed slots and remains of old records are unused. A slot with
// neither signature nor only zeros is refused as a whole. The file header is parsed, with unit 0.
#include "parsers/common/parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "parsers/evtx/chunk_decoder.hpp"
#include "parsers/evtx/chunk_scan.hpp"
#include "parsers/evtx/layout.hpp"
#include "parsers/winlog/mapping.hpp"

namespace stemma {
namespace {

using namespace evtx;

/// Cap on stale records tried in one chunk: each costs a few hundred microseconds, and a forged
/// chunk can hold 8,000 headers. A chunk holds about 300 real records; the fullest slack seen gives
/// 207.
constexpr std::size_t kMaxStaleTries = 1024;

// What became of each byte of a slot.
class Painting {
 public:
  enum Class : std::uint8_t { unused, parsed, recovered, refused };

  void begin(std::size_t size) {
    size_ = size;
    std::fill_n(cells_.begin(), size, static_cast<std::uint8_t>(unused));
  }
  void paint(std::size_t offset, std::size_t size, Class as) {
    std::fill_n(cells_.begin() + static_cast<std::ptrdiff_t>(offset), size,
                static_cast<std::uint8_t>(as));
  }
  [[nodiscard]] ByteCount count() const {
    const auto of = [this](Class wanted) {
      const auto end = cells_.begin() + static_cast<std::ptrdiff_t>(size_);
      return static_cast<std::uint64_t>(
          std::count(cells_.begin(), end, static_cast<std::uint8_t>(wanted)));
    };
    ByteCount bytes;
    bytes.parsed = of(parsed);
    bytes.recovered = of(recovered);
    bytes.refused = of(refused);
    bytes.unused = of(unused);
    return bytes;
  }

 private:
  std::size_t size_ = 0;
  std::array<std::uint8_t, kChunkSize> cells_{};
};

// A fault without its defect's name, which stands before it wherever both are shown.
std::string detail_of(const Fault& fault) {
  if (fault.need == 0 && fault.have == 0) return fault.field;
  return fmt::format("{} (need {}, have {})", fault.field, fault.need, fault.have);
}

// One slot after another on one thread.
class SlotReader {
 public:
  SlotReader(const ArtifactBytes& artifact, const Projection& projection)
      : artifact_(artifact),
        header_(read_file_header(artifact.bytes)),
        projection_(projection),
        decoder_(make_libevtx_decoder()) {}

  /// Decodes all of a slot and books it.
  void read_all(const Slot& slot, EventSink& sink, ImportLog& log);
  /// Decodes the records at `wanted` (file offsets, ascending) that lie in the slot.
  void read_some(const Slot& slot, std::span<const std::uint64_t> wanted, EventSink& sink);
  /// Decodes the record at `offset` of the file into `event`.
  Result<void> read_one(const Slot& slot, std::uint64_t offset, Event& event);

  [[nodiscard]] const FileHeader& header() const { return header_; }

 private:
  [[nodiscard]] Bytes bytes_of(const Slot& slot) const {
    return artifact_.bytes.subspan(slot.offset, slot.length);
  }
  void begin(const Slot& slot, bool recover);
  void read_stale(const Slot& slot, EventSink& sink, ImportLog& log);
  [[nodiscard]] bool is_live(const RecordPlace& place) const;
  Result<DecodeNotes> decode(const Slot& slot, const RecordPlace& place, Event& event);
  void note_chunk(const Slot& slot, ImportLog& log) const;
  void note_ids(const Slot& slot, ImportLog& log) const;

  const ArtifactBytes& artifact_;
  FileHeader header_;
  const Projection& projection_;
  std::unique_ptr<ChunkDecoder> decoder_;
  WinlogMapper mapper_;
  WinEvent win_event_;
  Event event_;
  ChunkScan scan_;
  Painting painting_;
};

void SlotReader::begin(const Slot& slot, bool recover) {
  scan_chunk(bytes_of(slot), recover, scan_);
  decoder_->begin({bytes_of(slot), slot.offset, &header_, &scan_});
}

Result<DecodeNotes> SlotReader::decode(const Slot& slot, const RecordPlace& place, Event& event) {
  Result<DecodeNotes> decoded = decoder_->decode(place, win_event_);
  if (!decoded) return decoded;
  event.reset(projection_);
  event.sequence = place.id;
  if (const auto written = time_from_filetime(place.written)) {
    event.time = *written;  // where the event itself has no time that can be read
    event.time_digits = 7;
  }
  mapper_.map(win_event_, event, artifact_.default_host);
  event.recovered = place.recovered;
  event.source = {artifact_.id, place.size, slot.offset + place.offset};
  return decoded;
}

void SlotReader::note_chunk(const Slot& slot, ImportLog& log) const {
  if (slot.length < kChunkSize) {
    log.note(Defect::truncated, slot.offset,
             fmt::format("chunk: need {}, have {}", kChunkSize, slot.length));
  }
  const bool checked = !header_.present || (header_.flags & FileHeader::kNoCrc) == 0;
  if (checked && !scan_.header_crc_matches) {
    log.note(Defect::checksum_mismatch, slot.offset + 124,
             fmt::format("chunk header: stored {:08x}, computed {:08x}", scan_.header.stored_crc,
                         scan_.computed_crc));
  }
  if (checked && !scan_.data_crc_matches) {
    log.note(Defect::checksum_mismatch, slot.offset + 52,
             fmt::format("records: stored {:08x}, computed {:08x}", scan_.header.stored_data_crc,
                         scan_.computed_data_crc));
  }
  if (!scan_.free_space_possible) {
    log.note(Defect::count_mismatch, slot.offset + 48,
             fmt::format("free space offset {} is outside the chunk, records end at {}",
                         scan_.header.free_space, scan_.live_end));
  }
}

void SlotReader::note_ids(const Slot& slot, ImportLog& log) const {
  for (std::size_t i = 1; i < scan_.live.size(); ++i) {
    const RecordPlace& before = scan_.live[i - 1];
    const RecordPlace& place = scan_.live[i];
    if (place.id == before.id) {
      log.note(Defect::record_id_repeated, slot.offset + place.offset,
               fmt::format("record {}", place.id));
    } else if (place.id != before.id + 1) {
      log.note(Defect::record_id_gap, slot.offset + place.offset,
               fmt::format("record {} follows {}", place.id, before.id));
    }
  }
}

void SlotReader::read_all(const Slot& slot, EventSink& sink, ImportLog& log) {
  const Bytes bytes = bytes_of(slot);
  if (!slot.chunk || bytes.size() < kChunkHeaderSize) {
    if (is_zero(bytes)) {
      log.bytes.unused += bytes.size();
    } else {
      log.bytes.refused += bytes.size();
      const bool cut = slot.chunk || bytes.size() < kChunkHeaderSize;
      log.note(Fault{cut ? Defect::truncated : Defect::bad_magic, slot.offset, cut ? kChunkSize : 0,
                     cut ? bytes.size() : 0, slot.chunk ? "chunk header" : "chunk signature"});
    }
    return;
  }
  begin(slot, true);
  note_chunk(slot, log);
  note_ids(slot, log);
  painting_.begin(bytes.size());
  painting_.paint(0, kChunkHeaderSize, Painting::parsed);
  for (const BrokenRange& range : scan_.broken) {
    painting_.paint(range.offset, range.size, Painting::refused);
    Fault fault = range.fault;
    fault.offset += slot.offset;
    log.note(fault);
    ++log.records.refused;
  }
  for (const RecordPlace& place : scan_.live) {
    const std::uint64_t at = slot.offset + place.offset;
    if (!place.trailer_matches) {
      log.note(
          Defect::count_mismatch, at,
          fmt::format("record {}: size {} and its copy at the end differ", place.id, place.size));
    }
    if (!time_from_filetime(place.written)) {
      log.note(Defect::time_out_of_range, at + 16,
               fmt::format("record {}: written {:#x}", place.id, place.written));
    }
    const Result<DecodeNotes> decoded = decode(slot, place, event_);
    if (!decoded) {
      painting_.paint(place.offset, place.size, Painting::refused);
      ++log.records.refused;
      log.note(decoded.error().what, at,
               fmt::format("record {}: {}", place.id, detail_of(decoded.error())));
      continue;
    }
    painting_.paint(place.offset, place.size, Painting::parsed);
    ++log.records.parsed;
    if (decoded->replaced_surrogates + decoded->replaced_zeros != 0) {
      log.note(Defect::invalid_utf16, at,
               fmt::format("record {}: {} unpaired surrogates, {} embedded zeros shown as U+FFFD",
                           place.id, decoded->replaced_surrogates, decoded->replaced_zeros));
    }
    if (!win_event_.time_created && !win_event_.time_created_text.empty()) {
      log.note(Defect::time_out_of_range, at,
               fmt::format("record {}: SystemTime cannot be read", place.id));
    }
    if (win_event_.computer.empty())
      log.note(Defect::unknown_host, at, fmt::format("record {}", place.id));
    sink.on_event(event_);
  }
  read_stale(slot, sink, log);
  log.bytes += painting_.count();
}

// Records that are not live, in order; one that overlaps a taken one is its remains. Broken bytes
// were booked as refused before: what is recovered of them is painted over.
void SlotReader::read_stale(const Slot& slot, EventSink& sink, ImportLog& log) {
  std::uint32_t free_from = 0;
  std::size_t tries = 0;
  for (const RecordPlace& place : scan_.stale) {
    if (place.offset < free_from) continue;
    if (++tries > kMaxStaleTries) {
      log.note(Fault{Defect::limit_exceeded, slot.offset + place.offset, scan_.stale.size(),
                     kMaxStaleTries, "stale records"});
      return;
    }
    const auto broken =
        std::find_if(scan_.broken.begin(), scan_.broken.end(), [&place](const BrokenRange& range) {
          return place.offset >= range.offset && place.offset - range.offset < range.size;
        });
    const bool starts_range = broken != scan_.broken.end() && broken->offset == place.offset;
    if (!decode(slot, place, event_)) {
      if (broken != scan_.broken.end() && !starts_range) ++log.records.refused;
      continue;
    }
    if (starts_range) --log.records.refused;
    free_from = place.offset + place.size;
    painting_.paint(place.offset, place.size, Painting::recovered);
    ++log.records.recovered;
    sink.on_event(event_);
  }
}

bool SlotReader::is_live(const RecordPlace& place) const {
  return std::any_of(scan_.live.begin(), scan_.live.end(),
                     [&place](const RecordPlace& live) { return live.offset == place.offset; });
}

void SlotReader::read_some(const Slot& slot, std::span<const std::uint64_t> wanted,
                           EventSink& sink) {
  if (!slot.chunk || slot.length < kChunkHeaderSize || wanted.empty()) return;
  const Bytes bytes = bytes_of(slot);
  begin(slot, false);
  for (const std::uint64_t offset : wanted) {
    RecordPlace place;
    if (!read_record_place(bytes, static_cast<std::uint32_t>(offset - slot.offset), place))
      continue;
    place.recovered = !is_live(place);
    if (decode(slot, place, event_)) sink.on_event(event_);
  }
}

Result<void> SlotReader::read_one(const Slot& slot, std::uint64_t offset, Event& event) {
  RecordPlace place;
  if (!slot.chunk || slot.length < kChunkHeaderSize ||
      !read_record_place(bytes_of(slot), static_cast<std::uint32_t>(offset - slot.offset), place)) {
    return tl::unexpected(Fault{Defect::bad_magic, offset, 0, 0, "no record at this offset"});
  }
  begin(slot, false);
  place.recovered = !is_live(place);
  const Result<DecodeNotes> decoded = decode(slot, place, event);
  if (!decoded) return tl::unexpected(decoded.error());
  return {};
}

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
  std::uint64_t chunks = 0;
  for (const Slot& slot : slots(artifact.bytes)) chunks += slot.chunk ? 1 : 0;
  if (chunks != header.chunk_count) {
    log.note(
        Defect::count_mismatch, 42,
        fmt::format("the header counts {} chunks, the file holds {}", header.chunk_count, chunks));
  }
}

class EvtxParser final : public Parser {
 public:
  [[nodiscard]] std::string_view format() const override { return "evtx"; }

  [[nodiscard]] bool recognizes(const ArtifactBytes& artifact) const override {
    if (read_file_header(artifact.bytes).present) return true;
    const std::uint64_t base = first_slot(artifact.bytes);
    return has_chunk_signature(artifact.bytes, base) &&
           artifact.bytes.size() - base >= kChunkHeaderSize;
  }

  [[nodiscard]] std::vector<Unit> split(std::span<const ArtifactBytes> artifacts) const override {
    std::vector<Unit> units;
    for (std::uint32_t i = 0; i < artifacts.size(); ++i) {
      const std::vector<Slot> all = slots(artifacts[i].bytes);
      // The first unit reaches back over the file header.
      if (all.empty()) {
        if (!artifacts[i].bytes.empty()) units.push_back({i, 0, artifacts[i].bytes.size()});
        continue;
      }
      for (std::size_t n = 0; n < all.size(); ++n) {
        const std::uint64_t begin = n == 0 ? 0 : all[n].offset;
        units.push_back({i, begin, all[n].offset + all[n].length - begin});
      }
    }
    return units;
  }

  void decode(std::span<const ArtifactBytes> artifacts, const Unit& unit, const Wanted& wanted,
              EventSink& sink, ImportLog& log) const override {
    const ArtifactBytes& artifact = artifacts[unit.artifact];
    SlotReader reader(artifact, *wanted.projection);
    const std::uint64_t begin = unit.offset == 0 ? first_slot(artifact.bytes) : unit.offset;
    const std::uint64_t end = unit.offset + unit.length;
    Slot slot{begin, end - begin, has_chunk_signature(artifact.bytes, begin)};
    if (wanted.only_at != nullptr) {
      const std::vector<std::uint64_t>& at = *wanted.only_at;
      const auto first = std::lower_bound(at.begin(), at.end(), begin);
      const auto last = std::lower_bound(first, at.end(), end);
      reader.read_some(slot, {first, last}, sink);
      return;
    }
    if (unit.offset == 0) book_file_header(artifact, reader.header(), log);
    if (slot.length > 0) reader.read_all(slot, sink, log);
  }

  Result<void> decode_event(std::span<const ArtifactBytes> artifacts,
                            std::span<const SourceSpan> spans, const Projection& projection,
                            Event& event) const override {
    if (artifacts.empty() || spans.empty()) {
      return tl::unexpected(Fault{Defect::cannot_open, 0, 0, 0, "no artifact"});
    }
    const Slot slot = slot_at(artifacts[0].bytes, spans[0].offset);
    SlotReader reader(artifacts[0], projection);
    return reader.read_one(slot, spans[0].offset, event);
  }
};

}  // namespace

std::unique_ptr<Parser> make_evtx_parser() {
  return std::make_unique<EvtxParser>();
}

}  // namespace stemma
