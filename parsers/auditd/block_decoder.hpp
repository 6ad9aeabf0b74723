// Decodes a block of a log as if the whole log had been decoded: the events whose first line lies
// in the block, and the books of its bytes. Looks back before the block for the events that reach
// into it, and reads on behind it for those that reach out. Not where blocks are cut.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "events/ledger.hpp"
#include "parsers/auditd/assembler.hpp"
#include "parsers/auditd/stream_text.hpp"

namespace stemma::auditd {

/// A record's bytes are booked by the block they lie in, whichever block its event belongs to.
class BlockDecoder {
 public:
  using Emit = Assembler::Emit;

  /// @param stream borrowed; `unit` is a block of it: whole lines of its own file
  BlockDecoder(const StreamText& stream, const Unit& unit);

  /// All events that begin in the block, in the order of their first lines. Cost: the block's
  /// bytes, the heads of some kMaxGapLines lines on either side; up to four times kGridBytes more
  /// where a stamp goes on that long.
  /// @param log where not null, the block's bytes and lines are booked there
  void decode(const Emit& emit, ImportLog* log) const;

  /// Those that begin at `offsets`, ascending offsets in the block where events are known to begin.
  /// Few of them are looked up by their places, so that the cost is theirs and not the block's; the
  /// notes of those events (incomplete, clock_fell_by) are void.
  void decode_some(std::span<const std::uint64_t> offsets, const Emit& emit) const;

 private:
  void look_back(Assembler& assembler) const;
  /// False where what lies around the event has to be known; nothing was emitted then.
  bool decode_one(std::uint64_t offset, Assembler& assembler, std::uint64_t& budget) const;

  const StreamText& stream_;
  StreamPlace begin_;
  StreamPlace end_;
};

}  // namespace stemma::auditd
