#include "parsers/evtx/slot_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stemma::evtx {
namespace {

/// Cap on stale records tried in one chunk: each costs a few hundred microseconds, and a forged
/// chunk can hold 8,000 headers. A chunk holds about 300 real records; the fullest slack seen gives
/// 207.
constexpr std::size_t kMaxStaleTries = 1024;

/// Bytes between the end of a record's binary XML and its trailer: 1 to 8 in real records.
constexpr std::uint32_t kMostFiller = 8;

// A fault without its defect's name, which stands before it wherever both are shown.
std::string detail_of(const Fault& fault) {
  if (fault.need == 0 && fault.have == 0) return fault.field;
  return fmt::format("{} (need {}, have {})", fault.field, fault.need, fault.have);
}

}  // namespace

void SlotReader::Filter::set(const Projection& projection) {
  projection_ = &projection;
  const auto any = [&projection](std::initializer_list<FieldId> fields) {
    return std::any_of(fields.begin(), fields.end(),
                       [&projection](FieldId field) { return projection.wants(field); });
  };
  provider_guid = any({field::winlog_provider_guid});
  version = any({field::winlog_version});
  level = any({field::winlog_level, field::log_level});
  task = any({field::winlog_task});
  opcode = any({field::winlog_opcode});
  keywords = any({field::winlog_keywords, field::event_outcome});
  activity_ids = any({field::winlog_activity_id, field::winlog_related_activity_id});
  process_and_thread = any({field::winlog_process_pid, field::winlog_process_thread_id});
  user_id = any({field::winlog_user_identifier});
  message = WinlogMapper::reads_message(projection);
}

bool SlotReader::Filter::reads_data(const WinEvent& system, bool user_data, std::string_view name) {
  return WinlogMapper::reads(system, user_data, name, *projection_);
}

SlotReader::SlotReader(std::unique_ptr<ChunkDecoder> decoder)
    : artifact_{}, decoder_(std::move(decoder)) {}

void SlotReader::open(const ArtifactBytes& artifact, const Projection& projection) {
  artifact_ = artifact;
  header_ = read_file_header(artifact.bytes);
  if (projection_ == projection && projected_) return;
  projected_ = true;
  projection_ = projection;
  filter_.set(projection_);
  decoder_->set_filter(projection_.wants_all() ? nullptr : &filter_);
}

void SlotReader::begin(const Slot& slot, bool recover) {
  if (slot.chunk) {
    scan_chunk(bytes_of(slot), recover, scan_);
  } else {
    scan_remains(bytes_of(slot), scan_);
  }
  decoder_->begin({bytes_of(slot), slot.offset, &header_, &scan_});
}

Result<DecodeNotes> SlotReader::decode(const Slot& slot, const RecordPlace& place, Event& event,
                                       Texts texts) {
  Result<DecodeNotes> decoded = decoder_->decode(place, win_event_);
  if (!decoded) return decoded;
  event.reset(projection_, texts);
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
  log.chunks += slot.chunk ? 1 : 0;
  if (bytes.size() < kChunkHeaderSize || (!slot.chunk && is_zero(bytes))) {
    if (is_zero(bytes)) {
      log.bytes.unused += bytes.size();
    } else {
      log.bytes.refused += bytes.size();
      log.note(Fault{Defect::truncated, slot.offset, kChunkSize, bytes.size(),
                     slot.chunk ? "chunk header" : "chunk signature"});
    }
    return;
  }
  if (!slot.chunk) {
    read_remains(slot, sink, log);
    return;
  }
  begin(slot, true);
  note_chunk(slot, log);
  note_ids(slot, log);
  ByteCount booked;
  booked.parsed = kChunkHeaderSize;
  for (const BrokenRange& range : scan_.broken) {
    booked.refused += range.size;
    Fault fault = range.fault;
    fault.offset += slot.offset;
    log.note(fault);
    ++log.records.refused;
  }
  read_live(slot, sink, log, booked);
  read_stale(slot, sink, log, booked);
  booked.unused = bytes.size() - booked.parsed - booked.recovered - booked.refused;
  log.bytes += booked;
}

// A chunk without its header: what can be decoded is recovered, the rest is refused.
void SlotReader::read_remains(const Slot& slot, EventSink& sink, ImportLog& log) {
  begin(slot, true);
  log.note(Fault{Defect::bad_magic, slot.offset, 0, 0, "chunk signature"});
  ByteCount booked;
  booked.refused = slot.length;
  read_stale(slot, sink, log, booked);
  log.bytes += booked;
}

void SlotReader::read_live(const Slot& slot, EventSink& sink, ImportLog& log, ByteCount& bytes) {
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
    const Result<DecodeNotes> decoded = decode(slot, place, event_, Texts::borrowed);
    if (!decoded) {
      bytes.refused += place.size;
      ++log.records.refused;
      log.note(decoded.error().what, at,
               fmt::format("record {}: {}", place.id, detail_of(decoded.error())));
      continue;
    }
    bytes.parsed += place.size;
    ++log.records.parsed;
    if (decoded->replaced_surrogates + decoded->replaced_zeros != 0) {
      log.note(Defect::invalid_utf16, at,
               fmt::format("record {}: {} unpaired surrogates, {} embedded zeros shown as U+FFFD",
                           place.id, decoded->replaced_surrogates, decoded->replaced_zeros));
    }
    if (decoded->missing_values != 0) {
      log.note(Defect::count_mismatch, at,
               fmt::format("record {}: its template wants {} values more than it has", place.id,
                           decoded->missing_values));
    }
    if (!win_event_.time_created && !win_event_.time_created_text.empty()) {
      log.note(Defect::time_out_of_range, at,
               fmt::format("record {}: SystemTime cannot be read", place.id));
    }
    if (win_event_.computer.empty())
      log.note(Defect::unknown_host, at, fmt::format("record {}", place.id));
    const std::uint32_t content_end = decoded->content_end;
    sink.on_event(event_);
    if (content_end != 0 && place.offset + place.size - 4 - content_end > kMostFiller)
      read_hidden(slot, place, content_end, sink, log, bytes);
  }
}

// A record whose size reaches over the next ones hides them from every reader that goes by sizes: a
// known way to take events out of a log. Its own content ends where it always did.
void SlotReader::read_hidden(const Slot& slot, const RecordPlace& over, std::uint32_t content_end,
                             EventSink& sink, ImportLog& log, ByteCount& bytes) {
  hidden_.clear();
  const std::uint32_t end = over.offset + over.size;
  find_remains(bytes_of(slot), content_end, end, hidden_);
  std::uint32_t free_from = content_end;
  std::size_t tries = 0;
  for (const RecordPlace& place : hidden_) {
    if (place.offset < free_from || place.size > end - place.offset) continue;
    if (++tries > kMaxStaleTries) return;
    if (!decode(slot, place, event_, Texts::borrowed)) continue;
    free_from = place.offset + place.size;
    bytes.parsed -= place.size;
    bytes.recovered += place.size;
    ++log.records.recovered;
    log.note(Defect::count_mismatch, slot.offset + place.offset,
             fmt::format("record {} lies hidden inside record {}, whose size {} reaches over it",
                         place.id, over.id, over.size));
    sink.on_event(event_);
  }
}

// Records that are not live, in order; one that overlaps a taken one is its remains. Broken bytes
// were booked as refused before: what is recovered of them is painted over.
void SlotReader::read_stale(const Slot& slot, EventSink& sink, ImportLog& log, ByteCount& bytes) {
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
    if (!decode(slot, place, event_, Texts::borrowed)) {
      if (broken != scan_.broken.end() && !starts_range) ++log.records.refused;
      continue;
    }
    if (starts_range) --log.records.refused;
    free_from = place.offset + place.size;
    // What lies in broken bytes was booked as refused; a record may begin there and end behind.
    bytes.recovered += place.size;
    for (const BrokenRange& range : scan_.broken) {
      const std::uint32_t from = std::max(place.offset, range.offset);
      const std::uint32_t to = std::min(place.offset + place.size, range.offset + range.size);
      if (from < to) bytes.refused -= to - from;
    }
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
  if (slot.length < kChunkHeaderSize || wanted.empty()) return;
  const Bytes bytes = bytes_of(slot);
  begin(slot, false);
  for (const std::uint64_t offset : wanted) {
    RecordPlace place;
    if (!read_record_place(bytes, static_cast<std::uint32_t>(offset - slot.offset), place))
      continue;
    place.recovered = !is_live(place);
    if (decode(slot, place, event_, Texts::borrowed)) sink.on_event(event_);
  }
}

Result<void> SlotReader::read_one(const Slot& slot, std::uint64_t offset, Event& event) {
  RecordPlace place;
  if (slot.length < kChunkHeaderSize ||
      !read_record_place(bytes_of(slot), static_cast<std::uint32_t>(offset - slot.offset), place)) {
    return tl::unexpected(Fault{Defect::bad_magic, offset, 0, 0, "no record at this offset"});
  }
  begin(slot, false);
  place.recovered = !is_live(place);
  const Result<DecodeNotes> decoded = decode(slot, place, event, Texts::copied);
  if (!decoded) return tl::unexpected(decoded.error());
  return {};
}

}  // namespace stemma::evtx
