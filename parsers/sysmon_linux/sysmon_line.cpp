#include "parsers/sysmon_linux/sysmon_line.hpp"

#include "events/text.hpp"
#include "parsers/common/syslog_line.hpp"

namespace stemma::sysmon_linux {
namespace {

constexpr std::string_view kEventStart = "<Event";
constexpr std::string_view kProgram = "sysmon";
constexpr std::string_view kExportMessage = "MESSAGE=";

// Steps over JSON text. Every function returns npos where the text is not JSON; none recurses.
void skip_blanks(std::string_view text, std::size_t& at) {
  while (at < text.size() &&
         (text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n'))
    ++at;
}

// `at` is on the opening quote; returns the place behind the closing one.
std::size_t string_end(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

// Steps over any value: to the comma or brace that follows it on the same level.
std::size_t value_end(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = string_end(text, at);
      if (at == std::string_view::npos) return at;
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}')) return at;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++at;
  }
  return std::string_view::npos;
}

int hex4(std::string_view text, std::size_t at) {
  if (text.size() < at || text.size() - at < 4) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const char c = text[i];
    int digit = -1;
    if (c >= '0' && c <= '9') digit = c - '0';
    if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
    if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

void unescape(std::string_view text, std::string& out) {
  out.clear();
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      out += text[at];
      continue;
    }
    const char c = text[++at];
    switch (c) {
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case 'r':
        out += '\r';
        break;
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'u': {
        const int high = hex4(text, at + 1);
        if (high < 0) break;
        at += 4;
        auto point = static_cast<char32_t>(high);
        if (high >= 0xD800 && high < 0xDC00 && at + 2 < text.size() && text[at + 1] == '\\' &&
            text[at + 2] == 'u') {
          const int low = hex4(text, at + 3);
          if (low >= 0xDC00 && low < 0xE000) {
            point = 0x10000 + (static_cast<char32_t>(high - 0xD800) << 10) +
                    static_cast<char32_t>(low - 0xDC00);
            at += 6;
          }
        }
        append_utf8(out, point);
        break;
      }
      default:
        out += c;
    }
  }
}

SysmonLine event_in(std::string_view text, std::string_view host) {
  const std::size_t start = text.find(kEventStart);
  if (start == std::string_view::npos) return {SysmonLine::Kind::damaged, {}, host};
  return {SysmonLine::Kind::event, text.substr(start), host};
}

}  // namespace

bool json_text(std::string_view object, std::string_view key, std::string& text) {
  std::size_t at = 0;
  skip_blanks(object, at);
  if (at >= object.size() || object[at] != '{') return false;
  ++at;
  for (;;) {
    skip_blanks(object, at);
    if (at >= object.size() || object[at] != '"') return false;
    const std::size_t key_end = string_end(object, at);
    if (key_end == std::string_view::npos) return false;
    const bool wanted = object.substr(at + 1, key_end - at - 2) == key;
    at = key_end;
    skip_blanks(object, at);
    if (at >= object.size() || object[at] != ':') return false;
    ++at;
    skip_blanks(object, at);
    if (wanted) {
      if (at >= object.size() || object[at] != '"') return false;
      const std::size_t end = string_end(object, at);
      if (end == std::string_view::npos) return false;
      unescape(object.substr(at + 1, end - at - 2), text);
      return true;
    }
    at = value_end(object, at);
    if (at == std::string_view::npos || object[at] != ',') return false;
    ++at;
  }
}

SysmonLine read_sysmon_line(std::string_view line, std::string& scratch,
                            std::string& host_scratch) {
  if (line.find(kProvider) == std::string_view::npos) return {};
  if (line.front() == '{') {
    std::string& program = host_scratch;
    if (json_text(line, "SYSLOG_IDENTIFIER", program) && program != kProgram) return {};
    host_scratch.clear();
    const bool has_host = json_text(line, "_HOSTNAME", host_scratch);
    if (!json_text(line, "MESSAGE", scratch)) {
      // Another program's JSON may speak of Sysmon; only the journal's has a MESSAGE.
      return {line.find("\"MESSAGE\"") == std::string_view::npos ? SysmonLine::Kind::other
                                                                 : SysmonLine::Kind::damaged,
              {},
              {}};
    }
    if (scratch.find(kProvider) == std::string::npos) return {};
    return event_in(scratch, has_host ? std::string_view(host_scratch) : std::string_view{});
  }
  if (line.substr(0, kExportMessage.size()) == kExportMessage) {
    const std::string_view message = line.substr(kExportMessage.size());
    return message.substr(0, kEventStart.size()) == kEventStart ? event_in(message, {})
                                                                : SysmonLine{};
  }
  if (line.front() == '<' && line.substr(0, kEventStart.size()) == kEventStart)
    return event_in(line, {});
  const auto head = parse_syslog_line(line);
  if (!head) {
    const bool has_event = line.find(kEventStart) != std::string_view::npos;
    return has_event ? event_in(line, {}) : SysmonLine{SysmonLine::Kind::damaged, {}, {}};
  }
  if (head->tag != kProgram) return {};
  return event_in(head->message, head->host);
}

}  // namespace stemma::sysmon_linux
