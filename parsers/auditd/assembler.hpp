// Puts the records of one event together. Records of different events interleave in a log, so
// nothing may rely on their being next to each other. Works on one run of lines from the left;
// holds a bounded window of open events and no text.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "parsers/auditd/record_line.hpp"

namespace stemma::auditd {

/// An event is closed when this much time has passed in the log since its first line (auparse:
/// end_of_event_timeout) and some further events have begun: in a quiet log the next event may be
/// seconds away and still come before the last record of this one.
inline constexpr std::int64_t kEventTimeoutMs = 2'000;
inline constexpr std::size_t kSettledEvents = 16;
/// … or when this many events have begun after it. Measured interleaving reaches over some ten
/// events; the window is a power of two.
inline constexpr std::size_t kLaterEvents = 1'000;
/// … or when this many lines are held by all open events together, so that a forged log cannot make
/// the window large.
inline constexpr std::size_t kMaxHeldLines = 262'144;
/// Cap on the lines of one event. The largest exec, 6 MiB of arguments in hexadecimal, takes below
/// 2,000 records.
inline constexpr std::size_t kMaxLinesPerEvent = 8'192;
/// Cap on the bytes between an event's first and last line, other lines between them included;
/// keeps a span within 32 bits and its second reading cheap. kLaterEvents usual events are some
/// MiB.
inline constexpr std::uint64_t kMaxEventSpan = 64u << 20;
/// Cap on the machines whose clocks are followed apart. Those beyond it share one.
inline constexpr std::size_t kMaxHosts = 1'024;
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

class Assembler {
 public:
  using Emit = std::function<void(const AssembledEvent&)>;

  /// @param emit receives the events in the order of their first lines
  explicit Assembler(Emit emit);

  /// Adds the next record of the stream; false where kMaxLinesPerEvent refuses it. `file` counts up
  /// from 0 and `position` is the line's offset in the whole stream. Views in `record` must stay
  /// valid until the event is emitted. O(1) but for crowded serials.
  bool add(const RecordLine& record, std::uint16_t file, std::uint64_t offset, std::uint32_t length,
           std::uint64_t position);

  /// Emits what is still open.
  void finish();

 private:
  struct OpenEvent {
    std::vector<EventLine> lines;
    std::string_view node;
    std::string_view syslog_host;
    std::int64_t milliseconds = 0;
    std::int64_t clock_at_arrival = 0;
    std::uint64_t position = 0;
    std::uint32_t serial = 0;
    std::uint32_t host = 0;
    std::uint32_t items = 0;
    std::uint32_t paths = 0;
    std::int32_t next_in_bucket = -1;
    bool has_syscall = false;
    bool has_execve = false;
    bool is_exec = false;  ///< a successful execve or execveat
    bool prompt = false;   ///< holds a record stamped when it was written
    bool ended = false;    ///< EOE or PROCTITLE was seen
    bool sealed = false;   ///< nothing can belong to it any more
  };
  struct Host {
    std::string_view name;
    std::int64_t clock = 0;  ///< newest time
    std::int64_t prompt_clock =
        0;  ///< time of the last record that was stamped when it was written
    std::uint32_t prompt_serial = 0;
    bool has_prompt = false;
  };

  [[nodiscard]] OpenEvent& at(std::uint64_t index) { return window_[index % window_.size()]; }
  OpenEvent* find(const RecordLine& record, std::uint32_t host);
  OpenEvent& begin(const RecordLine& record, std::uint32_t host, std::uint64_t position);
  std::uint32_t host_of(std::string_view name);
  void close_old(std::uint64_t position);
  void emit_first(bool end_of_stream);

  Emit emit_;
  std::vector<OpenEvent> window_;
  std::vector<std::int32_t> buckets_;  // serial → first open event, as an index into window_
  std::vector<Host> hosts_;
  std::uint64_t first_ = 0;  // oldest open event
  std::uint64_t end_ = 0;    // events begun
  std::size_t held_lines_ = 0;
  std::uint32_t last_host_ = 0;
};

/// True where the record's stamp is the moment of its writing: messages of programs and calls that
/// do not wait. A call that waits (accept, wait, vfork) is stamped when it began and written, with
/// a new serial, when it returned. Source: kernel/auditsc.c stamps at entry and numbers at exit;
/// measured with vfork.
bool is_prompt(std::uint16_t type, std::string_view body);

}  // namespace stemma::auditd
