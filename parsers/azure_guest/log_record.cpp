#include "parsers/azure_guest/log_record.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "parsers/azure_guest/place.hpp"
#include "parsers/common/byte_search.hpp"
#include "parsers/common/syslog_line.hpp"

namespace stemma::azure_guest {
namespace {

/// Recognized by: a record among the first lines. Rotated logs begin in the middle of one.
constexpr std::size_t kSample = 1u << 20;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Whether `text` begins as the pattern: `d` is a digit, anything else itself.
bool looks_like(std::string_view text, std::string_view pattern) {
  if (text.size() < pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == 'd' ? !is_digit(text[i]) : text[i] != pattern[i]) return false;
  }
  return true;
}

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

std::string_view take_word(std::string_view& text) {
  const std::size_t blank = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, blank);
  text.remove_prefix(std::min(blank + 1, text.size()));
  return word;
}

bool is_level(std::string_view word) {
  constexpr std::array kLevels = {"INFO",     "WARNING", "ERROR", "VERBOSE",
                                  "PERIODIC", "WARN",    "DEBUG", "CRITICAL"};
  return std::find(kLevels.begin(), kLevels.end(), word) != kLevels.end();
}

// A time whose date parts lie as `order` says, joined to what parse_time reads.
std::optional<ParsedTime> parse_date(std::string_view year, std::string_view month,
                                     std::string_view day, std::string_view clock) {
  std::array<char, 40> text = {};
  const std::size_t size = 11 + clock.size();
  if (size > text.size()) return std::nullopt;
  char* to = text.data();
  const auto put = [&](std::string_view part, char behind) {
    to = std::copy(part.begin(), part.end(), to);
    *to++ = behind;
  };
  put(year, '-');
  put(month, '-');
  put(day, 'T');
  std::copy(clock.begin(), clock.end(), to);
  return parse_time({text.data(), size});
}

LineVerdict read_waagent(std::string_view line, LogHead& head) {
  std::optional<ParsedTime> time;
  std::string_view rest = line;
  if (looks_like(line, "dddd-dd-ddT")) {
    const std::string_view stamp = take_word(rest);
    if (stamp.back() != 'Z') return LineVerdict::other;
    time = parse_time(stamp);
  } else if (looks_like(line, "dddd/dd/dd ")) {
    rest.remove_prefix(11);
    const std::string_view clock = take_word(rest);
    time = parse_date(line.substr(0, 4), line.substr(5, 2), line.substr(8, 2), clock);
  } else {
    return LineVerdict::other;
  }
  const std::string_view level = take_word(rest);
  if (!is_level(level)) return LineVerdict::other;
  // `<time> <host> type=…` is how syslog carries an audit record, whatever the host is called.
  if (starts_with(rest, "type=") || starts_with(rest, "node=")) return LineVerdict::other;
  if (!time) return LineVerdict::broken;
  head = {LogKind::waagent, *time, level, rest, {}, false};
  return LineVerdict::head;
}

LineVerdict read_handler(std::string_view line, LogHead& head) {
  std::string_view rest = line.substr(5);
  const std::string_view stamp = take_word(rest);
  const bool ours = rest.find("version=") != std::string_view::npos &&
                    (rest.find("operation=") != std::string_view::npos ||
                     rest.find("event=") != std::string_view::npos ||
                     rest.find("message=") != std::string_view::npos);
  if (!ours) return LineVerdict::other;
  const auto time = parse_time(stamp);
  if (!time) return LineVerdict::broken;
  head = {LogKind::handler, *time, {}, line, {}, false};
  return LineVerdict::head;
}

// Text between brackets at the start of `rest`, which is moved behind them and blanks.
std::optional<std::string_view> take_bracket(std::string_view& rest) {
  const std::size_t close = rest.substr(0, 64).find(']');
  if (!starts_with(rest, "[") || close == std::string_view::npos) return std::nullopt;
  const std::string_view inside = rest.substr(1, close - 1);
  rest.remove_prefix(close + 1);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return inside;
}

LineVerdict read_windows(std::string_view line, LogHead& head) {
  std::string_view rest = line;
  std::optional<std::string_view> part = take_bracket(rest);
  if (part && !part->empty() &&
      part->find_first_not_of("0123456789abcdefABCDEFxX+") == std::string_view::npos)
    part = take_bracket(rest);
  if (!part) return LineVerdict::other;
  std::optional<ParsedTime> time;
  if (looks_like(*part, "dd/dd/dddd dd:dd:dd")) {
    time = parse_date(part->substr(6, 4), part->substr(0, 2), part->substr(3, 2), part->substr(11));
  } else if (looks_like(*part, "dddd-dd-ddTdd:dd:dd")) {
    time = parse_time(*part);
  } else {
    return LineVerdict::other;
  }
  const auto level = take_bracket(rest);
  if (!level) return LineVerdict::other;
  const std::string_view name = level->substr(0, level->find(' '));
  if (name.empty() ||
      name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") !=
          std::string_view::npos)
    return LineVerdict::other;
  if (!time) return LineVerdict::broken;
  head = {LogKind::windows, *time, name, rest, {}, false};
  return LineVerdict::head;
}

LineVerdict read_carried(std::string_view line, LogHead& head) {
  const auto carrier = parse_syslog_line(line);
  if (!carrier || (!starts_with(carrier->tag, "python") && !starts_with(carrier->tag, "waagent") &&
                   !starts_with(carrier->tag, "walinuxagent")))
    return LineVerdict::other;
  const LineVerdict verdict = read_waagent(carrier->message, head);
  head.host = carrier->host;
  head.carried = true;
  return verdict;
}

// Lines that a parser of another format may book.
bool is_foreign(std::string_view line) {
  return line.find("audit(") != std::string_view::npos ||
         line.find("type=") != std::string_view::npos ||
         line.find("<Event") != std::string_view::npos;
}

// Whether a head's text is one that only these programs write.
bool is_surely_ours(const LogHead& head) {
  if (head.kind != LogKind::waagent) return true;
  constexpr std::array kThreads = {"ExtHandler ",       "Daemon ",
                                   "MonitorHandler ",   "EnvHandler ",
                                   "MainThread ",       "SendTelemetryHandler ",
                                   "TelemetryEvents",   "CollectLogsHandler ",
                                   "Azure Linux Agent", "Event: name="};
  for (const std::string_view thread : kThreads) {
    if (starts_with(head.text, thread)) return true;
  }
  const std::size_t open = head.text.find('[');
  if (open == std::string_view::npos || open > 32) return false;
  const std::size_t close = head.text.find(']', open);
  if (close == std::string_view::npos) return false;
  const auto both = split_name_version(head.text.substr(open + 1, close - open - 1));
  return both && both->name.find('.') != std::string_view::npos;
}

bool is_record(std::string_view line) {
  LogHead head;
  return line.size() <= kMaxLine && read_head(line, head) == LineVerdict::head &&
         is_surely_ours(head);
}

}  // namespace

LineVerdict read_head(std::string_view line, LogHead& head) {
  if (line.size() < 20) return LineVerdict::other;
  if (is_digit(line[0])) {
    const LineVerdict verdict = read_waagent(line, head);
    if (verdict != LineVerdict::other) return verdict;
    return read_carried(line, head);
  }
  if (line[0] == 't' && starts_with(line, "time=")) return read_handler(line, head);
  if (line[0] == '[') return read_windows(line, head);
  if ((line[0] >= 'A' && line[0] <= 'Z') || line[0] == '<') return read_carried(line, head);
  return LineVerdict::other;
}

LogReader::Line LogReader::line_at(std::size_t at) const {
  const void* found = std::memchr(text_.data() + at, '\n', text_.size() - at);
  const std::size_t stop =
      found != nullptr ? static_cast<std::size_t>(static_cast<const char*>(found) - text_.data())
                       : text_.size();
  std::string_view line = text_.substr(at, stop - at);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return {line, found != nullptr ? stop + 1 : stop};
}

void LogReader::read_on(LogPiece& piece) {
  while (at_ < text_.size()) {
    const Line line = line_at(at_);
    LogHead head;
    if (text_[at_] == '\0' || is_foreign(line.text.substr(0, kMaxLine)) ||
        read_head(line.text, head) != LineVerdict::other)
      return;
    if (line.next - piece.offset > kMaxRecord) {
      piece.capped = true;
      return;
    }
    piece.whole = text_.substr(piece.offset, at_ - piece.offset + line.text.size());
    at_ = line.next;
  }
}

bool LogReader::next(LogPiece& piece) {
  if (at_ >= text_.size()) return false;
  piece = {};
  piece.offset = at_;
  if (text_[at_] == '\0') {
    at_ = std::min(text_.find_first_not_of('\0', at_), text_.size());
  } else {
    const Line line = line_at(at_);
    at_ = line.next;
    const LineVerdict verdict = read_head(line.text, piece.head);
    if (verdict == LineVerdict::broken) {
      piece.kind = LogPiece::Kind::refused;
      piece.problem = "time cannot be read";
    } else if (verdict == LineVerdict::head && line.text.size() > kMaxLine) {
      piece.kind = LogPiece::Kind::refused;
      piece.problem = "line length";
    } else if (verdict == LineVerdict::head) {
      piece.kind = LogPiece::Kind::record;
      piece.whole = line.text;
      if (!piece.head.carried) read_on(piece);
    }
  }
  piece.bytes = at_ - piece.offset;
  return true;
}

std::uint64_t next_record(std::string_view text, std::uint64_t from) {
  std::size_t at = from;
  if (at > 0 && at <= text.size() && text[at - 1] != '\n') {
    const std::size_t newline = text.find('\n', at);
    at = newline == std::string_view::npos ? text.size() : newline + 1;
  }
  LogHead head;
  while (at < text.size()) {
    const std::size_t newline = text.find('\n', at);
    const std::size_t stop = newline == std::string_view::npos ? text.size() : newline;
    if (read_head(text.substr(at, stop - at), head) == LineVerdict::head) return at;
    at = newline == std::string_view::npos ? text.size() : newline + 1;
  }
  return text.size();
}

bool holds_records(std::string_view text) {
  const std::string_view sample = text.substr(0, kSample);
  bool system_log = false;
  for (std::size_t at = 0; at < sample.size();) {
    at = std::min(sample.find_first_not_of('\0', at), sample.size());
    const std::size_t stop = std::min(sample.find('\n', at), sample.size());
    std::string_view line = sample.substr(at, stop - at);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (is_record(line)) return true;
    system_log = system_log || parse_syslog_line(line).has_value();
    at = stop + 1;
  }
  // Further on only system logs, which carry the agent's lines among others'.
  if (!system_log) return false;
  constexpr std::string_view kThread = " ExtHandler ";
  std::size_t at = sample.size();
  while ((at = find_word(text, kThread, kThread.find('H'), at)) != std::string_view::npos) {
    const std::size_t farthest = at > 256 ? at - 256 : 0;
    const std::size_t before = text.substr(farthest, at - farthest).rfind('\n');
    const std::size_t stop = std::min(text.find('\n', at), text.size());
    if (before != std::string_view::npos &&
        is_record(text.substr(farthest + before + 1, stop - farthest - before - 1)))
      return true;
    at = stop;
  }
  return false;
}

}  // namespace stemma::azure_guest
