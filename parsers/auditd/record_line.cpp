// The head's grammar by hand: a handful of fixed words and digits, read once from the left.
#include "parsers/auditd/record_line.hpp"

#include <bit>
#include <cstring>
#include <limits>

#include "parsers/auditd/tables.hpp"
#include "parsers/common/syslog_line.hpp"

namespace stemma::auditd {
namespace {

constexpr LineVerdict kRecord{LineKind::record, ""};
constexpr LineVerdict kOther{LineKind::other, ""};
constexpr LineVerdict malformed(const char* problem) {
  return {LineKind::malformed, problem};
}

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

bool is_type_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '[' || c == ']';
}

/// Reads digits at `at` up to `max`; false where there is none or the value is too large.
bool take_number(std::string_view text, std::size_t& at, std::int64_t max, std::int64_t& value) {
  const std::size_t start = at;
  value = 0;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
    value = value * 10 + (text[at] - '0');
    if (value > max) return false;
    ++at;
  }
  return at > start;
}

/// Reads `<seconds>.<milliseconds>:<serial>):` and what follows; `text` begins after `audit(`.
LineVerdict read_stamp(std::string_view text, RecordLine& record) {
  std::size_t at = 0;
  std::int64_t seconds = 0;
  std::int64_t milliseconds = 0;
  std::int64_t serial = 0;
  if (!take_number(text, at, kMaxSeconds, seconds))
    return malformed("stamp without seconds, or beyond 2262");
  if (at >= text.size() || text[at] != '.') return malformed("stamp without milliseconds");
  ++at;
  if (!take_number(text, at, 999, milliseconds)) return malformed("stamp without milliseconds");
  if (at >= text.size() || text[at] != ':') return malformed("stamp without serial");
  ++at;
  if (!take_number(text, at, std::numeric_limits<std::uint32_t>::max(), serial))
    return malformed("stamp without serial");
  if (at >= text.size() || text[at] != ')') return malformed("stamp does not end");
  ++at;
  // ausearch prints a blank before the colon; auditd 2 left the colon out of some DAEMON records; a
  // line can be cut right here.
  if (at < text.size() && text[at] != ':' && text[at] != ' ')
    return malformed("no colon after the stamp");
  while (at < text.size() && text[at] == ' ') ++at;
  if (at < text.size() && text[at] == ':') ++at;
  while (at < text.size() && text[at] == ' ') ++at;
  std::string_view body = text.substr(at);
  while (!body.empty() && (body.back() == ' ' || body.back() == '\r')) body.remove_suffix(1);
  record.milliseconds = seconds * 1000 + milliseconds;
  record.serial = static_cast<std::uint32_t>(serial);
  record.body = body;
  return kRecord;
}

/// Reads `[node=<name> ]type=<TYPE> [msg=]audit(…): …`, which the text must begin with to be a
/// record.
LineVerdict read_bare(std::string_view text, RecordLine& record) {
  if (starts_with(text, "node=")) {
    const std::size_t blank = text.find(' ');
    const std::string_view rest =
        blank == std::string_view::npos ? std::string_view{} : text.substr(blank + 1);
    if (!starts_with(rest, "type=")) {
      // `node=` opens lines of other programs, too: it is audit's only with a stamp.
      return text.find("msg=audit(") == std::string_view::npos ? kOther
                                                               : malformed("no type after node");
    }
    record.node = text.substr(5, blank - 5);
    text = rest;
  }
  if (!starts_with(text, "type=")) {
    return starts_with(text, "msg=audit(") ? malformed("no type") : kOther;
  }
  std::size_t end = 5;
  while (end < text.size() && end - 5 <= kMaxTypeName && is_type_char(text[end])) ++end;
  record.type_name = text.substr(5, end - 5);
  if (record.type_name.empty()) return malformed("no type");
  if (end >= text.size()) return malformed("line ends after the type");
  if (text[end] != ' ') return malformed("bad type");
  record.type = record_type_number(record.type_name);
  std::string_view rest = text.substr(end + 1);
  if (starts_with(rest, "msg=")) rest.remove_prefix(4);
  if (!starts_with(rest, "audit(")) return malformed("no stamp after the type");
  return read_stamp(rest.substr(6), record);
}

/// Steps over `[   12.345678] ` of the kernel ring.
std::string_view after_uptime(std::string_view text) {
  if (text.empty() || text.front() != '[') return text;
  std::size_t at = 1;
  while (at < text.size() &&
         (text[at] == ' ' || text[at] == '.' || (text[at] >= '0' && text[at] <= '9')))
    ++at;
  if (at >= text.size() || text[at] != ']') return text;
  ++at;
  while (at < text.size() && text[at] == ' ') ++at;
  return text.substr(at);
}

/// Reads a message of the kernel ring, or whatever a syslog head or MESSAGE= held.
LineVerdict read_message(std::string_view text, RecordLine& record) {
  text = after_uptime(text);
  if (starts_with(text, "audit: ")) {
    text.remove_prefix(7);
    if (!starts_with(text, "type=")) return kOther;  // `audit: backlog limit exceeded`
  }
  return read_bare(text, record);
}

std::uint64_t word_at(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, 8);
  return word;
}

constexpr std::uint64_t word_of(const char (&text)[9]) {
  std::uint64_t word = 0;
  for (std::size_t i = 8; i-- > 0;) word = word << 8 | static_cast<unsigned char>(text[i]);
  return word;
}

/// The common line, `type=<known> msg=audit(…): `: number of its type, or kUnknown; `at` is set
/// behind the name. `line` has eight bytes behind `type=` at least.
std::uint16_t common_type(std::string_view line, std::size_t& at) {
  if constexpr (std::endian::native != std::endian::little) return record_type::kUnknown;
  const std::uint64_t word = word_at(line.data() + 5);
  const auto first = [word](std::size_t bytes) { return word & ((1ull << 8 * bytes) - 1); };
  const auto is = [&](std::size_t length, std::uint16_t type) {
    at = 5 + length;
    return type;
  };
  if (word == word_of("SYSCALL ")) return is(7, record_type::kSyscall);
  if (first(5) == (word_of("PATH    ") & 0xFF'FFFF'FFFF)) return is(4, record_type::kPath);
  if (first(7) == (word_of("EXECVE  ") & 0xFF'FFFF'FFFF'FFFF)) return is(6, record_type::kExecve);
  if (first(4) == (word_of("CWD     ") & 0xFFFF'FFFF)) return is(3, record_type::kCwd);
  if (word == word_of("PROCTITL") && line.size() > 13 && line[13] == 'E')
    return is(9, record_type::kProctitle);
  return record_type::kUnknown;
}

/// Whether `text` begins with `start`, which is longer than eight characters.
bool begins_with(std::string_view text, std::string_view start) {
  if (text.size() < start.size()) return false;
  const char* const a = text.data();
  const char* const b = start.data();
  std::size_t at = 0;
  for (; at + 8 < start.size(); at += 8) {
    if (word_at(a + at) != word_at(b + at)) return false;
  }
  at = start.size() - 8;  // overlaps the one before
  return word_at(a + at) == word_at(b + at);
}

/// Reads `<digits>.<digits>:<digits>): `, the plain form of a stamp; false for any other.
bool read_plain_stamp(std::string_view text, StampMemo& memo) {
  std::size_t at = 0;
  std::int64_t seconds = 0;
  std::int64_t milliseconds = 0;
  std::int64_t serial = 0;
  constexpr std::int64_t kMaxSerial = std::numeric_limits<std::uint32_t>::max();
  if (!take_number(text, at, kMaxSeconds, seconds) || at >= text.size() || text[at++] != '.' ||
      !take_number(text, at, 999, milliseconds) || at >= text.size() || text[at++] != ':' ||
      !take_number(text, at, kMaxSerial, serial) || text.size() - at < 3 || text[at] != ')' ||
      text[at + 1] != ':' || text[at + 2] != ' ')
    return false;
  memo.text = text.substr(0, at + 3);
  memo.milliseconds = seconds * 1000 + milliseconds;
  memo.serial = static_cast<std::uint32_t>(serial);
  return true;
}

}  // namespace

LineVerdict read_record_line(std::string_view line, RecordLine& record, StampMemo& memo) {
  constexpr std::string_view kHead = " msg=audit(";
  std::size_t at = 0;
  std::uint16_t type = record_type::kUnknown;
  if (line.size() > 40 && word_at(line.data()) << 24 == word_of("type=   ") << 24)
    type = common_type(line, at);
  if (type != record_type::kUnknown && begins_with(line.substr(at), kHead)) {
    const std::string_view rest(line.data() + at + kHead.size(), line.size() - at - kHead.size());
    const bool same = !memo.text.empty() && begins_with(rest, memo.text);
    if (same || read_plain_stamp(rest, memo)) {
      const char* begin = rest.data() + memo.text.size();
      const char* end = line.data() + line.size();
      while (begin < end && *begin == ' ') ++begin;
      while (begin < end && (end[-1] == ' ' || end[-1] == '\r')) --end;
      record.node = record.syslog_host = {};
      record.type_name = {line.data() + 5, at - 5};
      record.type = type;
      record.milliseconds = memo.milliseconds;
      record.serial = memo.serial;
      record.body = {begin, static_cast<std::size_t>(end - begin)};
      record.same_stamp = same;
      return kRecord;
    }
  }
  memo.text = {};
  return read_record_line(line, record);
}

LineVerdict read_record_line(std::string_view line, RecordLine& record) {
  record = RecordLine{};
  if (line.empty()) return kOther;
  const char first = line.front();
  if (first == 't' || first == 'n' || first == 'm') {
    const LineVerdict verdict = read_bare(line, record);
    if (verdict.kind != LineKind::other) return verdict;
    return kOther;
  }
  // Everything else holds a record only where it holds a stamp, so most foreign lines cost one
  // memmem.
  if (memmem(line.data(), line.size(), "audit(", 6) == nullptr) return kOther;
  if (starts_with(line, "MESSAGE=")) return read_message(line.substr(8), record);
  if (first == '[' || first == 'a') return read_message(line, record);
  const auto syslog = parse_syslog_line(line);
  if (!syslog) return kOther;
  const LineVerdict verdict = read_message(syslog->message, record);
  record.syslog_host = syslog->host;
  return verdict;
}

}  // namespace stemma::auditd
