#include "tests/parsers/auditd/plain_assembly.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <tuple>

#include "parsers/auditd/assembler.hpp"
#include "parsers/auditd/line_reader.hpp"
#include "parsers/auditd/tables.hpp"

namespace stemma::auditd_test {
namespace {

using namespace auditd;  // NOLINT(google-build-using-namespace): the rules are its

struct Line {
  RecordLine record;
  std::uint64_t at = 0;
  std::uint64_t number = 0;
};

/// The value behind the first ` key=` of a SYSCALL body.
std::optional<std::string> value_of(std::string_view body, std::string_view key) {
  const std::string text = " " + std::string(body);
  const std::size_t found = text.find(" " + std::string(key) + "=");
  if (found == std::string::npos) return std::nullopt;
  const std::size_t start = found + key.size() + 2;
  return text.substr(start, text.find(' ', start) - start);
}

/// What is no number of 32 bits says nothing.
std::uint32_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') break;
    number = number * 10 + static_cast<std::uint64_t>(digit - '0');
    if (number > std::numeric_limits<std::uint32_t>::max()) return 0;
  }
  return static_cast<std::uint32_t>(number);
}

std::string call_of(std::string_view body) {
  const std::string digits = value_of(body, "syscall").value_or("");
  const std::string arch = value_of(body, "arch").value_or("");
  const std::string_view name = syscall_name(arch_of(arch), number_of(digits));
  return name.empty() || digits.empty() ? digits : std::string(name);
}

bool is_exec(const Line& line) {
  const std::string call = call_of(line.record.body);
  return (call == "execve" || call == "execveat") &&
         value_of(line.record.body, "success").value_or("") == "yes";
}

bool prompt(const Line& line) {
  const std::uint16_t type = line.record.type;
  if (type != record_type::kSyscall) return is_single_record(type) && (type < 1200 || type > 1299);
  const std::string call = call_of(line.record.body);
  return call == "execve" || call == "execveat" || call == "exit_group";
}

std::uint32_t items_of(const Line& line) {
  return number_of(value_of(line.record.body, "items").value_or(""));
}

/// The newest prompt record of the machine among `lines` [0, end), in the window before line
/// `from`.
const Line* clock_before(const std::vector<Line>& lines, std::size_t end, const Line& from,
                         std::uint64_t max_lines, std::uint64_t max_bytes) {
  for (std::size_t i = end; i-- > 0;) {
    const Line& line = lines[i];
    if (from.number - line.number > max_lines || from.at - line.at > max_bytes) return nullptr;
    if (line.record.host() == from.record.host() && prompt(line)) return &line;
  }
  return nullptr;
}

struct Building {
  std::vector<std::size_t> all;   // indexes of its records, refused ones included
  std::vector<std::size_t> kept;  // those that are its lines
  std::uint64_t chain = 0;        // grid cell where its chain began
  bool open = true;
  bool ended = false;
  std::int64_t fell = 0;
};

}  // namespace

PlainAssembly assemble_plainly(std::string_view log) {
  std::vector<Line> lines;
  LineReader reader(log);
  ReadLine read;
  std::uint64_t number = 0;
  while (reader.next(read)) {
    ++number;
    if (read.verdict.kind == LineKind::record) lines.push_back({read.record, read.offset, number});
  }

  PlainAssembly result;
  std::vector<Building> events;
  std::map<std::tuple<std::string, std::string, std::int64_t, std::uint32_t>, std::size_t> newest;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    const RecordLine& record = line.record;
    const std::uint64_t cell = line.at / kGridBytes;
    const auto key = std::tuple(std::string(record.node), std::string(record.syslog_host),
                                record.milliseconds, record.serial);
    const auto known = newest.find(key);
    Building* event = known == newest.end() ? nullptr : &events[known->second];
    std::uint64_t chain = cell;
    if (event != nullptr && event->open) {
      const Line& last = lines[event->all.back()];
      const std::uint64_t gap = line.number - last.number;
      if (gap > kMaxGapLines || line.at - last.at > kMaxGapBytes) event->open = false;
      if (gap >= kSettledLines) {
        const Line* then =
            clock_before(lines, event->all.back() + 1, last, kMaxGapLines, kMaxGapBytes);
        const Line* now = clock_before(lines, i, line, kMaxGapLines, kMaxGapBytes);
        if (then != nullptr && now != nullptr &&
            now->record.milliseconds - then->record.milliseconds > kEventTimeoutMs)
          event->open = false;
      }
    }
    if (event != nullptr && !event->open) event = nullptr;
    if (record.type == record_type::kEoe) {
      if (event != nullptr) {
        event->open = false;
        event->ended = true;
      }
      continue;
    }
    const auto count = [&](std::uint16_t type, bool since_call) {
      std::uint32_t found = 0;
      for (const std::size_t r : event->all) {
        if (since_call && lines[r].record.type == record_type::kSyscall) found = 0;
        if (lines[r].record.type == type) ++found;
      }
      return found;
    };
    if (event != nullptr && record.type == record_type::kSyscall &&
        count(record_type::kSyscall, false) > 0) {
      event->open = false;
      event = nullptr;
    }
    if (event != nullptr && cell >= event->chain + 2 &&
        lines[event->all.back()].at / kGridBytes < cell) {
      chain = event->chain;
      event->open = false;
      event = nullptr;
    }
    if (event == nullptr) {
      newest[key] = events.size();
      events.emplace_back();
      event = &events.back();
      event->chain = chain;
    }
    event->all.push_back(i);
    if (event->kept.size() < kMaxLinesPerEvent) {
      event->kept.push_back(i);
    } else {
      result.refused.push_back(line.at);
    }
    if (prompt(line)) {
      const Line* before = clock_before(lines, i, line, kMaxClockLines, kMaxClockBytes);
      if (before != nullptr && record.serial > before->record.serial &&
          before->record.milliseconds - record.milliseconds > kClockStepMs)
        event->fell = before->record.milliseconds - record.milliseconds;
    }
    if (is_single_record(record.type)) event->open = false;
    if (record.type == record_type::kProctitle) {
      event->ended = true;
      const Line* call = nullptr;
      for (const std::size_t r : event->all) {
        if (lines[r].record.type == record_type::kSyscall) call = &lines[r];
      }
      if (call != nullptr && count(record_type::kPath, true) >= items_of(*call) &&
          (!is_exec(*call) || count(record_type::kExecve, true) > 0))
        event->open = false;
    }
  }

  for (const Building& event : events) {
    PlainEvent plain;
    plain.clock_fell_by = event.fell;
    const Line* call = nullptr;
    bool only_auxiliary = true;
    for (const std::size_t i : event.kept) plain.lines.push_back(lines[i].at);
    std::uint32_t paths = 0;
    bool execve = false;
    for (const std::size_t i : event.all) {
      const std::uint16_t type = lines[i].record.type;
      if (type == record_type::kSyscall) call = &lines[i];
      only_auxiliary = only_auxiliary && is_auxiliary(type);
      paths += type == record_type::kPath;
      execve = execve || type == record_type::kExecve;
    }
    const std::uint32_t items = call == nullptr ? 0 : items_of(*call);
    // Open to the end: no line of the log was beyond its window.
    const Line& last = lines[event.all.back()];
    bool at_end = event.open;
    LineReader rest(log);
    std::uint64_t n = 0;
    if (at_end && paths == 0 && items > 0 && !event.ended) {
      while (rest.next(read)) {
        ++n;
        if (n > last.number &&
            (n - last.number > kMaxGapLines || read.offset - last.at > kMaxGapBytes))
          at_end = false;
      }
    }
    if (only_auxiliary) {
      plain.incomplete = "records without their SYSCALL";
    } else if (call != nullptr && is_exec(*call) && !execve) {
      plain.incomplete = "exec without its EXECVE record";
    } else if (paths < items && (paths > 0 || (at_end && !event.ended))) {
      plain.incomplete = "fewer PATH records than items";
    }
    result.events.push_back(plain);
  }
  return result;
}

std::string text_of(const PlainAssembly& assembly) {
  std::string all;
  for (const PlainEvent& event : assembly.events) {
    for (const std::uint64_t line : event.lines) all += fmt::format("{} ", line);
    all += fmt::format("{} {}\n", event.incomplete, event.clock_fell_by);
  }
  for (const std::uint64_t line : assembly.refused) all += fmt::format("refused {}\n", line);
  return all;
}

}  // namespace stemma::auditd_test
