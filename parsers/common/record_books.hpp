// Books the pieces of a file of records, and tells what is wrong with a record: what every parser
// of cloud logs does alike.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "events/event.hpp"
#include "events/ledger.hpp"
#include "parsers/common/json_stream.hpp"

namespace stemma {

/// What is wrong with one record, said while it is read.
struct RecordNotes {
  std::vector<std::pair<Defect, std::string>> notes;  ///< it was read nevertheless
  std::string refusal;  ///< where it was not: why, in words; else the fault's own

  void clear() {
    notes.clear();
    refusal.clear();
  }
  void add(Defect defect, std::string detail) { notes.emplace_back(defect, std::move(detail)); }
};

/// Books one piece. A document is given to `read(piece)`, which returns Result<bool>: false where
/// it is no record of the format; the caller then has the event.
template <class Read, class Use>
void book(const json::Piece& piece, const RecordNotes& notes, ImportLog& log, Read read, Use use) {
  const std::uint64_t bytes = piece.end - piece.begin;
  const auto refuse = [&](const Fault& fault, const std::string& why) {
    log.bytes.refused += bytes;
    ++log.records.refused;
    if (why.empty()) {
      log.note(fault);
    } else {
      log.note(fault.what, fault.offset, why);
    }
  };
  switch (piece.kind) {
    case json::Piece::Kind::structure:
      log.bytes.parsed += bytes;
      break;
    case json::Piece::Kind::blank:
    case json::Piece::Kind::other:
      log.bytes.unused += bytes;
      break;
    case json::Piece::Kind::broken:
      refuse(piece.fault, {});
      break;
    case json::Piece::Kind::document: {
      const Result<bool> is_record = read(piece);
      if (!is_record) {
        refuse(is_record.error(), notes.refusal);
      } else if (!*is_record) {
        log.bytes.unused += bytes;
      } else {
        log.bytes.parsed += bytes;
        ++log.records.parsed;
        for (const auto& [defect, detail] : notes.notes) log.note(defect, piece.begin, detail);
        use();
      }
      break;
    }
  }
}

}  // namespace stemma
