// Puts the records of one event together. Records of different events interleave in a log, so
// nothing may rely on their being next to each other. Works on a run of lines from the left; holds
// a bounded window of open events and no text. What it decides at a line depends on a bounded
// stretch of lines before it only, so that a log can be cut into blocks (block_decoder.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "parsers/auditd/record_line.hpp"

namespace stemma::auditd {

/// The window of assembly: a record belongs to an open event only where the event's last record
/// lies at most this many lines of the log before it. Measured interleaving reaches over some ten
/// events, which have six lines each.
inline constexpr std::uint64_t kMaxGapLines = 1'000;
/// … and at most this many bytes. A thousand of the kernel's longest lines have nearly 9 MiB; lines
/// of usual length have 0.2 MiB.
inline constexpr std::uint64_t kMaxGapBytes = 4u << 20;
/// … and where not both this much time has passed in the log (auparse: end_of_event_timeout) and
/// some lines have been written since: in a quiet log the next event may be seconds away and still
/// come before the last record of this one.
inline constexpr std::int64_t kEventTimeoutMs = 2'000;
inline constexpr std::uint64_t kSettledLines = 16;
/// Cap on the lines of one event. The largest exec, 6 MiB of arguments in hexadecimal, takes below
/// 2,000 records.
inline constexpr std::size_t kMaxLinesPerEvent = 8'192;
/// Cap on the bytes between an event's first and last line, other lines between them included:
/// where records of one stamp go on without end, every line of a grid over the log's bytes ends
/// their event, from the second such line on. So an event keeps its records together over
/// kGridBytes at least, spans less than three times as much, and where it ends does not depend on
/// how long its stamp has gone on before. The largest exec takes some 13 MiB.
inline constexpr std::uint64_t kGridBytes = 16u << 20;
inline constexpr std::uint64_t kMaxEventSpan = 3 * kGridBytes;
/// How far back the clock of a machine is looked for: twice the window of assembly.
inline constexpr std::uint64_t kMaxClockLines = 2 * kMaxGapLines;
inline constexpr std::uint64_t kMaxClockBytes = 2 * kMaxGapBytes;
/// A fall of the clock below this is no step: records of one moment come a few ticks out of order.
inline constexpr std::int64_t kClockStepMs = 1'000;

/// A line of an event.
struct EventLine {
  std::string_view body;
  std::string_view type_name;
  std::uint64_t offset = 0;  ///< of the line in its file
  std::uint32_t length = 0;  ///< without the line end
  std::uint16_t type = 0;
  std::uint16_t file = 0;  ///< which file of the stream
};

/// A complete event, or what there is of it. Borrowed for the call.
struct AssembledEvent {
  std::span<const EventLine> lines;  ///< in file order, at least one
  std::string_view node;
  std::string_view syslog_host;
  std::int64_t milliseconds = 0;
  std::uint32_t serial = 0;
  const char* incomplete =
      nullptr;  ///< static text: what is missing; null where nothing is known to be
  std::int64_t clock_fell_by =
      0;  ///< milliseconds that the clock fell while the serial grew; 0 where it did not
};

/// Where a line lies.
struct LinePlace {
  std::uint64_t position = 0;  ///< in the stream: its files one behind the other
  std::uint64_t offset = 0;    ///< in its file
  std::uint32_t length = 0;    ///< without the line end
  std::uint16_t file = 0;      ///< counts up from 0
};

/// The rules, for each record in the order of the lines. Its key is node, syslog host, time and
/// serial.
///
///  1. Only the newest event of a key can be open. It takes the record if it is open and the record
///     lies within the window; else the record begins an event.
///  2. An event has one SYSCALL: a second one begins an event.
///  3. EOE ends its event and belongs to none. A message of a program or daemon ends the event it
///  is
///     in. PROCTITLE, which the kernel writes last, ends it where since its SYSCALL as many PATH
///     records as `items` were seen and, for a successful exec, an EXECVE: logs may have been
///     sorted.
///  4. The grid (kGridBytes) ends what goes on without end.
///  5. Beyond kMaxLinesPerEvent lines are refused; what they end is ended all the same.
///
/// Lines can be given in three phases, for a decoder that reads a block of a log. What begins
/// `before` the block is followed, so that its records in the block are known, and not emitted;
/// what begins in the block is emitted; what begins `behind` it is passed over.
class Assembler {
 public:
  using Emit = std::function<void(const AssembledEvent&)>;
  enum class Phase : std::uint8_t { before, own, behind };

  /// @param emit receives the events in the order of their first lines, and the view in them stays
  /// good for the call
  explicit Assembler(Emit emit);

  /// Forgets everything. @param position where the next line begins; `at_start`: no line of the
  /// stream lies before it.
  void restart(std::uint64_t position, bool at_start);
  void set_phase(Phase phase) { phase_ = phase; }

  /// Adds the next line, a record; false where kMaxLinesPerEvent refuses it. Views in `record` must
  /// stay valid until the event is emitted. O(1) but for crowded keys, of which the window holds
  /// kMaxGapLines.
  bool add(const RecordLine& record, const LinePlace& place);
  /// Steps over a line that is no record.
  void skip(const LinePlace& place) {
    ++line_;
    expire(place);
  }

  /// Whether events of the own phase are open.
  [[nodiscard]] bool has_open() const { return own_open_ != 0; }
  /// Whether an open event may have begun before the first line that was given, so that not all is
  /// known of it.
  [[nodiscard]] bool is_unsure() const;

  /// Emits what is still open. `end_of_stream`: no line of the stream is left.
  void finish(bool end_of_stream);

 private:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;

  struct OpenEvent {
    std::vector<EventLine> lines;
    std::size_t line_count = 0;  // those of events that are not ours are counted only
    std::string_view node;
    std::string_view syslog_host;
    std::int64_t milliseconds = 0;
    std::uint64_t last_line = 0;
    std::uint64_t last_position = 0;
    std::int64_t last_clock = 0;  // of the machine, at the last record
    std::int64_t clock_fell_by = 0;
    std::uint64_t chain_cell = 0;  // grid cell where records of this key began to go on
    std::uint32_t serial = 0;
    std::uint32_t clock_slot = 0;
    std::uint32_t items = 0;
    std::uint32_t paths = 0;
    std::uint32_t call_paths = 0;  // since the SYSCALL
    std::uint32_t next_in_bucket = kNone;
    std::uint32_t older = kNone, newer = kNone;  // open events by their last record
    bool own = false;
    bool sure = false;  // began behind everything that could matter
    bool open = false;
    bool knows_clock = false;
    bool has_syscall = false;
    bool has_execve = false;
    bool call_execve = false;  // since the SYSCALL
    bool is_exec = false;      // a successful execve or execveat
    bool ended = false;        // EOE or PROCTITLE was seen
  };
  /// The last record of a machine whose stamp was the moment of its writing. A table where the last
  /// writer of a slot wins depends on no more than the window that it is asked for.
  struct Clock {
    std::string_view name;
    std::int64_t milliseconds = 0;
    std::uint64_t line = 0;
    std::uint64_t position = 0;
    std::uint32_t serial = 0;
    std::uint32_t generation = 0;  // of the restart that it holds for; 0 is none's
  };

  std::uint32_t find(const RecordLine& record, std::size_t bucket) const;
  std::uint32_t begin(const RecordLine& record, std::size_t bucket, const LinePlace& place);
  [[nodiscard]] bool in_window(std::uint64_t line, std::uint64_t position,
                               const LinePlace& now) const;
  [[nodiscard]] bool timed_out(const OpenEvent& event, const LinePlace& now) const;
  [[nodiscard]] const Clock* clock_of(std::uint32_t slot, std::string_view host,
                                      const LinePlace& now) const;
  void tick(const RecordLine& record, std::uint32_t slot, OpenEvent* event, const LinePlace& place);
  void expire(const LinePlace& now);
  void close(std::uint32_t index);
  void unlink(std::uint32_t index);
  void append(std::uint32_t index);
  void release(std::uint32_t index);
  void emit_closed();
  void emit(const OpenEvent& event, bool end_of_stream);

  Emit emit_;
  std::vector<OpenEvent> events_;     // slots that are used again and again
  std::vector<std::uint32_t> free_;   // last in, first out: a log without interleaving needs one
  std::vector<std::uint32_t> order_;  // own events that are not emitted yet, by their first lines
  std::size_t order_at_ = 0;
  std::vector<std::uint32_t> buckets_;  // key → newest open event
  std::vector<Clock> clocks_;
  std::uint32_t oldest_ = kNone, newest_ = kNone;  // open events by their last record
  std::uint32_t last_ = kNone;                     // the event of the last record, where it is open
  std::size_t own_open_ = 0;
  std::uint64_t line_ = 0;
  std::uint64_t start_position_ = 0;
  bool at_start_ = true;
  std::uint32_t generation_ = 1;
  bool any_closed_ = false;  // since emit_closed()
  Phase phase_ = Phase::own;
};

/// True where the record's stamp is the moment of its writing: messages of programs and calls that
/// do not wait. A call that waits (accept, wait, vfork) is stamped when it began and written, with
/// a new serial, when it returned. Source: kernel/auditsc.c stamps at entry and numbers at exit;
/// measured with vfork.
bool is_prompt(std::uint16_t type, std::string_view body);

}  // namespace stemma::auditd
