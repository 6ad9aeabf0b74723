// Reads one slot of an EVTX file after another: records become events through the Windows mapping,
// and every byte is booked once. The threads of a parser each have their own.
//
// Books of a slot: the chunk's header and live records are parsed; records behind the live end that
// could be decoded are recovered; live bytes that are no record, and live records that cannot be
// decoded, are refused; slack, zeroed slots and remains of old records are unused. Of a slot that
// has lost its chunk header, what can be decoded is recovered and the rest is refused.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "parsers/common/parser.hpp"
#include "parsers/evtx/chunk_decoder.hpp"
#include "parsers/evtx/chunk_scan.hpp"
#include "parsers/evtx/layout.hpp"
#include "parsers/winlog/mapping.hpp"

namespace stemma::evtx {

/// Not movable: its parts refer to each other. One thread.
class SlotReader {
 public:
  explicit SlotReader(std::unique_ptr<ChunkDecoder> decoder);
  SlotReader(const SlotReader&) = delete;
  SlotReader& operator=(const SlotReader&) = delete;

  /// Turns to a file; what it points at is borrowed. What was learned of templates stays.
  void open(const ArtifactBytes& artifact, const Projection& projection);

  [[nodiscard]] const FileHeader& header() const { return header_; }

  /// Decodes all of a slot and books it.
  void read_all(const Slot& slot, EventSink& sink, ImportLog& log);
  /// Decodes the records at `wanted` (file offsets, ascending) that lie in the slot.
  void read_some(const Slot& slot, std::span<const std::uint64_t> wanted, EventSink& sink);
  /// Decodes the record at `offset` of the file into `event`.
  Result<void> read_one(const Slot& slot, std::uint64_t offset, Event& event);

 private:
  /// What the mapping reads of a record under the projection.
  class Filter final : public RecordFilter {
   public:
    void set(const Projection& projection);
    bool reads_data(const WinEvent& system, bool user_data, std::string_view name) override;

   private:
    const Projection* projection_ = nullptr;
  };

  [[nodiscard]] Bytes bytes_of(const Slot& slot) const {
    return artifact_.bytes.subspan(slot.offset, slot.length);
  }
  void begin(const Slot& slot, bool recover);
  void read_remains(const Slot& slot, EventSink& sink, ImportLog& log);
  void read_live(const Slot& slot, EventSink& sink, ImportLog& log, ByteCount& bytes);
  void read_hidden(const Slot& slot, const RecordPlace& over, std::uint32_t content_end,
                   EventSink& sink, ImportLog& log, ByteCount& bytes);
  void read_stale(const Slot& slot, EventSink& sink, ImportLog& log, ByteCount& bytes);
  [[nodiscard]] bool is_live(const RecordPlace& place) const;
  Result<DecodeNotes> decode(const Slot& slot, const RecordPlace& place, Event& event, Texts texts);
  void note_chunk(const Slot& slot, ImportLog& log) const;
  void note_ids(const Slot& slot, ImportLog& log) const;

  ArtifactBytes artifact_;
  FileHeader header_;
  Projection projection_;
  bool projected_ = false;  // projection_ was set
  std::unique_ptr<ChunkDecoder> decoder_;
  Filter filter_;
  WinlogMapper mapper_;
  WinEvent win_event_;
  Event event_;
  ChunkScan scan_;
  std::vector<RecordPlace> hidden_;
};

}  // namespace stemma::evtx
