#include "parsers/auditd/block_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "parsers/auditd/line_reader.hpp"

namespace stemma::auditd {
namespace {

/// Twice the window: events that began in the nearer half and are still open at the block are known
/// from their first record on, and so is the clock of their machine.
constexpr std::uint64_t kLookBackLines = kMaxClockLines;
constexpr std::uint64_t kLookBackBytes = kMaxClockBytes;
/// Where a stamp goes on for longer, the grid decides from its third line on.
constexpr std::uint64_t kLongLookBack = 5 * kGridBytes;

/// Gives the lines of a file from `from` to `to` to `each`, which says whether to go on.
template <class Each>
bool for_lines(std::string_view text, std::uint64_t from, std::uint64_t to, Each each) {
  LineReader lines(text.substr(0, to), from);
  ReadLine line;
  while (lines.next(line)) {
    if (!each(line)) return false;
  }
  return true;
}

LinePlace place_of(const StreamText& stream, std::size_t file, const ReadLine& line) {
  return {stream.position({file, line.offset}), line.offset, line.length,
          static_cast<std::uint16_t>(file)};
}

}  // namespace

BlockDecoder::BlockDecoder(const StreamText& stream, const Unit& unit)
    : stream_(stream),
      begin_{stream.own_file(), unit.offset},
      end_{stream.own_file(), unit.offset + unit.length} {}

void BlockDecoder::look_back(Assembler& assembler) const {
  assembler.set_phase(Assembler::Phase::before);
  std::uint64_t lines = kLookBackLines;
  std::uint64_t bytes = kLookBackBytes;
  while (true) {
    const StreamPlace from = stream_.back(begin_, lines, bytes);
    const bool at_start = stream_.is_start(from);
    assembler.restart(stream_.position(from), at_start);
    for (std::size_t file = from.file; file <= begin_.file; ++file) {
      const std::uint64_t to =
          file == begin_.file ? begin_.offset : std::uint64_t{stream_.text(file).size()};
      for_lines(stream_.text(file), file == from.file ? from.offset : 0, to,
                [&](const ReadLine& line) {
                  if (line.verdict.kind == LineKind::record) {
                    assembler.add(line.record, place_of(stream_, file, line));
                  } else {
                    assembler.skip(place_of(stream_, file, line));
                  }
                  return true;
                });
    }
    if (at_start || bytes >= kLongLookBack || !assembler.is_unsure()) return;
    lines = std::numeric_limits<std::uint64_t>::max();
    bytes = kLongLookBack;
  }
}

void BlockDecoder::decode(const Emit& emit, ImportLog* log) const {
  Assembler assembler(emit);
  look_back(assembler);

  assembler.set_phase(Assembler::Phase::own);
  ByteCount bytes;
  RecordCount records;
  for_lines(stream_.text(begin_.file), begin_.offset, end_.offset, [&](const ReadLine& line) {
    bytes.unused += line.skipped;
    if (line.verdict.kind == LineKind::record) {
      const bool kept = assembler.add(line.record, place_of(stream_, begin_.file, line));
      (kept ? bytes.parsed : bytes.refused) += line.bytes;
      ++(kept ? records.parsed : records.refused);
      if (!kept && log != nullptr) {
        log->note(
            Defect::limit_exceeded, line.offset,
            fmt::format("serial {}: more than {} lines", line.record.serial, kMaxLinesPerEvent));
      }
      return true;
    }
    assembler.skip(place_of(stream_, begin_.file, line));
    if (line.verdict.kind == LineKind::other) {
      bytes.unused += line.bytes;
      return true;
    }
    bytes.refused += line.bytes;
    ++records.refused;
    if (log != nullptr) {
      log->note(line.too_long ? Defect::limit_exceeded : Defect::bad_line, line.offset,
                fmt::format("{} ({} bytes)", line.verdict.problem, line.bytes));
    }
    return true;
  });
  if (log != nullptr) {
    log->bytes += bytes;
    log->records += records;
  }

  assembler.set_phase(Assembler::Phase::behind);
  bool end_of_stream = true;
  for (std::size_t file = end_.file; file < stream_.files() && end_of_stream; ++file) {
    if (!assembler.has_open()) break;
    end_of_stream = for_lines(stream_.text(file), file == end_.file ? end_.offset : 0,
                              stream_.text(file).size(), [&](const ReadLine& line) {
                                if (line.verdict.kind == LineKind::record) {
                                  assembler.add(line.record, place_of(stream_, file, line));
                                } else {
                                  assembler.skip(place_of(stream_, file, line));
                                }
                                return assembler.has_open();
                              });
  }
  assembler.finish(end_of_stream);
}

bool BlockDecoder::decode_one(std::uint64_t offset, Assembler& assembler,
                              std::uint64_t& budget) const {
  const std::uint64_t start = stream_.position({begin_.file, offset});
  const std::uint64_t cell = start / kGridBytes;
  RecordLine key;
  std::uint64_t line_number = 0;
  std::uint64_t last = 0;
  std::uint64_t bytes = 0;
  bool known = true;
  assembler.restart(start, false);
  assembler.set_phase(Assembler::Phase::own);
  bool end_of_stream = true;
  for (std::size_t file = begin_.file; file < stream_.files() && end_of_stream; ++file) {
    const std::string_view text = stream_.text(file);
    end_of_stream =
        for_lines(text, file == begin_.file ? offset : 0, text.size(), [&](const ReadLine& line) {
          const LinePlace place = place_of(stream_, file, line);
          const RecordLine& record = line.record;
          const bool is_record = line.verdict.kind == LineKind::record;
          bytes += line.skipped + line.bytes;
          if (++line_number == 1) {
            known = is_record;
            if (!known) return false;
            key = record;
            assembler.add(record, place);
            assembler.set_phase(Assembler::Phase::behind);
          } else if (is_record && record.serial == key.serial &&
                     record.milliseconds == key.milliseconds && record.node == key.node &&
                     record.syslog_host == key.syslog_host) {
            // A clock or the grid may part them: that takes the lines around.
            known = line_number - last < kSettledLines && place.position / kGridBytes == cell;
            if (!known) return false;
            assembler.add(record, place);
          } else {
            assembler.skip(place);
            return assembler.has_open();
          }
          last = line_number;
          return assembler.has_open();
        });
  }
  budget -= std::min(budget, bytes);
  if (known) assembler.finish(true);
  return known;
}

void BlockDecoder::decode_some(std::span<const std::uint64_t> offsets, const Emit& emit) const {
  // Looking an event up costs some lines more than it has.
  constexpr std::uint64_t kCostOfOne = 4'096;
  std::size_t done = 0;
  std::uint64_t budget = end_.offset - begin_.offset;
  if (offsets.size() <= budget / kCostOfOne) {
    Assembler assembler(emit);
    while (done < offsets.size() && budget > 0 && decode_one(offsets[done], assembler, budget))
      ++done;
  }
  const std::span<const std::uint64_t> rest = offsets.subspan(done);
  if (rest.empty()) return;
  decode(
      [&](const AssembledEvent& event) {
        if (std::binary_search(rest.begin(), rest.end(), event.lines.front().offset)) emit(event);
      },
      nullptr);
}

}  // namespace stemma::auditd
