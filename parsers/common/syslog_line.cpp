// How syslog heads are cut. No pattern library: each part is a short scan from the left, and the
// first part that does not fit ends it.
#include "parsers/common/syslog_line.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace stemma {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t count_digits(std::string_view text, std::size_t at) {
  std::size_t n = 0;
  while (at + n < text.size() && is_digit(text[at + n])) ++n;
  return n;
}

/// Length of `hh:mm:ss[.d…]` at the start; 0 where it is not there.
std::size_t clock_length(std::string_view text) {
  constexpr std::string_view kForm = "dd:dd:dd";
  if (text.size() < kForm.size()) return 0;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] == 'd' ? !is_digit(text[i]) : text[i] != kForm[i]) return 0;
  }
  std::size_t length = kForm.size();
  if (length < text.size() && (text[length] == '.' || text[length] == ',')) {
    const std::size_t decimals = count_digits(text, length + 1);
    if (decimals == 0) return 0;
    length += 1 + decimals;
  }
  return length;
}

/// Length of `Mmm dd hh:mm:ss`.
std::size_t bsd_stamp_length(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() < 4 || text[3] != ' ') return 0;
  if (std::find(kMonths.begin(), kMonths.end(), text.substr(0, 3)) == kMonths.end()) return 0;
  std::size_t at = 4;
  if (at < text.size() && text[at] == ' ') ++at;
  const std::size_t day = count_digits(text, at);
  if (day == 0 || day > 2) return 0;
  at += day;
  if (at >= text.size() || text[at] != ' ') return 0;
  ++at;
  const std::size_t clock = clock_length(text.substr(at));
  return clock == 0 ? 0 : at + clock;
}

/// Length of `YYYY-MM-DDThh:mm:ss[.d…][Z|±hh:mm|±hhmm]`.
std::size_t iso_stamp_length(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-ddT";
  if (text.size() < kForm.size()) return 0;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] == 'd' ? !is_digit(text[i]) : text[i] != kForm[i]) return 0;
  }
  const std::size_t clock = clock_length(text.substr(kForm.size()));
  if (clock == 0) return 0;
  std::size_t at = kForm.size() + clock;
  if (at < text.size() && text[at] == 'Z') return at + 1;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    const std::size_t hours = count_digits(text, at + 1);
    if (hours == 4) return at + 5;
    if (hours != 2) return 0;
    at += 3;
    if (at < text.size() && text[at] == ':') {
      if (count_digits(text, at + 1) != 2) return 0;
      at += 3;
    }
  }
  return at;
}

/// Takes the text up to the next blank and steps over that blank. Empty where there is none left.
std::string_view take_word(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

bool is_tag_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '_' ||
         c == '.' || c == '/' || c == '@' || c == '(' || c == ')' || c == '\\';
}

/// Cuts `tag[pid]:` off the front of `rest`; false, and `rest` untouched, where there is none.
bool take_tag(std::string_view& rest, SyslogLine& line) {
  std::size_t end = 0;
  while (end < rest.size() && end <= kMaxSyslogTag && is_tag_char(rest[end])) ++end;
  if (end == 0 || end > kMaxSyslogTag || end >= rest.size()) return false;
  std::size_t at = end;
  std::string_view pid;
  if (rest[at] == '[') {
    const std::size_t digits = count_digits(rest, at + 1);
    const std::size_t close = at + 1 + digits;
    if (digits == 0 || close >= rest.size() || rest[close] != ']') return false;
    pid = rest.substr(at + 1, digits);
    at = close + 1;
  }
  if (at >= rest.size() || rest[at] != ':') return false;
  line.tag = rest.substr(0, end);
  line.pid = pid;
  rest.remove_prefix(at + 1);
  if (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  return true;
}

/// Steps over `[id name="value" …]…` or `-`; false where it does not close.
bool skip_structured_data(std::string_view& rest) {
  if (rest.empty()) return true;
  if (rest.front() == '-') {
    rest.remove_prefix(1);
  } else {
    if (rest.front() != '[') return false;
    std::size_t at = 0;
    while (at < rest.size() && rest[at] == '[') {
      bool quoted = false;
      for (++at; at < rest.size(); ++at) {
        if (quoted && rest[at] == '\\') {
          ++at;
        } else if (rest[at] == '"') {
          quoted = !quoted;
        } else if (!quoted && rest[at] == ']') {
          break;
        }
      }
      if (at >= rest.size()) return false;
      ++at;
    }
    rest.remove_prefix(at);
  }
  if (rest.empty()) return true;
  if (rest.front() != ' ') return false;
  rest.remove_prefix(1);
  constexpr std::string_view kBom = "\xEF\xBB\xBF";
  if (rest.substr(0, kBom.size()) == kBom) rest.remove_prefix(kBom.size());
  return true;
}

std::string_view unless_nil(std::string_view word) {
  return word == "-" ? std::string_view{} : word;
}

std::optional<SyslogLine> parse_rfc5424(std::string_view rest) {
  SyslogLine line;
  const std::size_t stamp = rest.substr(0, 2) == "- " ? 1 : iso_stamp_length(rest);
  if (stamp == 0 || stamp >= rest.size() || rest[stamp] != ' ') return std::nullopt;
  line.stamp = unless_nil(rest.substr(0, stamp));
  rest.remove_prefix(stamp + 1);
  const std::string_view host = take_word(rest);
  const std::string_view tag = take_word(rest);
  const std::string_view pid = take_word(rest);
  const std::string_view message_id = take_word(rest);
  if (host.empty() || tag.empty() || pid.empty() || message_id.empty()) return std::nullopt;
  if (host.size() > kMaxSyslogHost || tag.size() > kMaxSyslogTag) return std::nullopt;
  line.host = unless_nil(host);
  line.tag = unless_nil(tag);
  line.pid = unless_nil(pid);
  if (!skip_structured_data(rest)) return std::nullopt;
  line.message = rest;
  return line;
}

}  // namespace

std::optional<SyslogLine> parse_syslog_line(std::string_view text) {
  std::string_view rest = text;
  if (!rest.empty() && rest.front() == '<') {
    const std::size_t digits = count_digits(rest, 1);
    if (digits == 0 || digits > 3 || 1 + digits >= rest.size() || rest[1 + digits] != '>')
      return std::nullopt;
    rest.remove_prefix(digits + 2);
    if (rest.substr(0, 2) == "1 ") return parse_rfc5424(rest.substr(2));
  }
  SyslogLine line;
  std::size_t stamp = bsd_stamp_length(rest);
  if (stamp == 0) stamp = iso_stamp_length(rest);
  if (stamp == 0 || stamp >= rest.size() || rest[stamp] != ' ') return std::nullopt;
  line.stamp = rest.substr(0, stamp);
  rest.remove_prefix(stamp + 1);
  if (!take_tag(rest, line)) {  // else the line has no host
    line.host = take_word(rest);
    if (line.host.empty() || line.host.size() > kMaxSyslogHost) return std::nullopt;
    take_tag(rest, line);
  }
  line.message = rest;
  return line;
}

}  // namespace stemma
