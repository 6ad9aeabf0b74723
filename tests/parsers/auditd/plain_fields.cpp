#include "tests/parsers/auditd/plain_fields.hpp"

#include <algorithm>
#include <array>

namespace stemma::auditd_test {
namespace {

using auditd::Field;
using auditd::kEnrichedMark;
using auditd::Quote;

// Names that auditd gives to interpretations. A blank or nothing stood between them and the raw
// part, so they must be known. Source: auparse/interpret.c and src/auditd-event.c
// (add_simple_field), audit 3.
constexpr std::array<std::string_view, 20> kEnrichedKeys = {
    "ARCH",  "AUID", "EGID",     "EUID", "FSGID", "FSUID", "GID",  "ID",   "IGID",    "IUID",
    "OAUID", "OGID", "OLD-AUID", "OUID", "SADDR", "SAUID", "SGID", "SUID", "SYSCALL", "UID"};

static_assert(std::is_sorted(kEnrichedKeys.begin(), kEnrichedKeys.end()));

// What a byte can be in a record's text, so that the hot loops are one load and one test a byte.
enum : std::uint8_t { kKeyChar = 1, kEndsValue = 2 };
constexpr std::array<std::uint8_t, 256> kClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  for (std::size_t c = '0'; c <= '9'; ++c) classes[c] = kKeyChar;
  for (std::size_t c = 'a'; c <= 'z'; ++c) classes[c] = kKeyChar;
  for (std::size_t c = 'A'; c <= 'Z'; ++c) classes[c] = kKeyChar;
  for (const char c : {'_', '-', '.', '[', ']'}) classes[static_cast<unsigned char>(c)] = kKeyChar;
  for (const char c : {' ', '\t', kEnrichedMark}) {
    classes[static_cast<unsigned char>(c)] = kEndsValue;
  }
  return classes;
}();

bool is_key_char(char c) {
  return (kClasses[static_cast<unsigned char>(c)] & kKeyChar) != 0;
}
bool ends_value(char c) {
  return (kClasses[static_cast<unsigned char>(c)] & kEndsValue) != 0;
}

bool is_enriched_key(std::string_view key) {
  if (key.empty() || key.front() < 'A' || key.front() > 'Z') return false;
  return std::binary_search(kEnrichedKeys.begin(), kEnrichedKeys.end(), key);
}

/// Where a bare value that holds `=` has an interpretation glued to its end: offset of that name,
/// or npos.
std::size_t glued_at(std::string_view value) {
  const std::size_t equals = value.find('=');
  if (equals == std::string_view::npos) return equals;
  for (std::size_t start = 1; start < equals; ++start) {
    if (is_enriched_key(value.substr(start, equals - start))) {
      // `…UID=` is glued as the longest name that fits: AUID, not UID behind an A.
      return start;
    }
  }
  return std::string_view::npos;
}

}  // namespace

bool PlainFieldReader::next_in(std::string_view& text, Field& field) {
  const char* const begin = text.data();
  std::size_t at = 0;
  std::size_t words_start = std::string_view::npos;
  std::size_t words_end = 0;
  while (true) {
    while (at < text.size() && ends_value(text[at])) {
      if (text[at] == kEnrichedMark && !in_message_) enriched_ = true;
      ++at;
    }
    if (at >= text.size()) {
      trailing_ = words_start == std::string_view::npos
                      ? std::string_view{}
                      : text.substr(words_start, words_end - words_start);
      text.remove_prefix(text.size());
      return false;
    }
    const std::size_t start = at;
    while (at < text.size() && is_key_char(text[at])) ++at;
    if (at > start && at < text.size() && text[at] == '=') {
      field.key = text.substr(start, at - start);
      field.before = words_start == std::string_view::npos
                         ? std::string_view{}
                         : std::string_view(begin + words_start, words_end - words_start);
      ++at;
      break;
    }
    // A bare word. Its `(` may open a list of fields, as in `(hostname=?, addr=?)` of old PAM
    // messages.
    if (at == start && text[at] == '(' && in_message_) {
      ++at;
      continue;
    }
    while (at < text.size() && !ends_value(text[at])) ++at;
    if (words_start == std::string_view::npos) words_start = start;
    words_end = at;
  }

  if (!enriched_ && is_enriched_key(field.key)) enriched_ = true;
  field.enriched = enriched_;
  field.in_message = in_message_;
  const char open = at < text.size() ? text[at] : ' ';
  if (open == '"') {
    const std::size_t close = text.find('"', at + 1);
    const std::size_t end = close == std::string_view::npos ? text.size() : close;
    field.quote = Quote::quoted;
    field.value = text.substr(at + 1, end - at - 1);
    at = std::min(end + 1, text.size());
  } else if (open == '\'' && !in_message_) {
    // The message is the last field of the raw part; an apostrophe inside is not escaped, so its
    // end is the last one before the interpretations.
    const std::size_t mark = text.find(kEnrichedMark, at + 1);
    const std::string_view raw = text.substr(0, mark);
    const std::size_t close = raw.rfind('\'');
    const std::size_t end = close == at ? raw.size() : close;
    field.quote = Quote::nested;
    field.value = raw.substr(at + 1, end - at - 1);
    at = std::min(end + 1, text.size());
  } else if (open == '{') {
    const std::size_t close = text.find('}', at + 1);
    const std::size_t end = close == std::string_view::npos ? text.size() : close;
    field.quote = Quote::braces;
    field.value = text.substr(at + 1, end - at - 1);
    at = std::min(end + 1, text.size());
  } else {
    const std::size_t start = at;
    while (at < text.size() && !ends_value(text[at])) ++at;
    field.quote = Quote::none;
    field.value = text.substr(start, at - start);
    if (!enriched_) {
      const std::size_t glued = glued_at(field.value);
      if (glued != std::string_view::npos) {
        field.value = field.value.substr(0, glued);
        at = start + glued;
      }
    }
    if (in_message_) {
      // `hostname=?,` and `res=success)` of old PAM messages.
      while (!field.value.empty() && (field.value.back() == ',' || field.value.back() == ')'))
        field.value.remove_suffix(1);
    }
  }
  text.remove_prefix(at);
  return true;
}

bool PlainFieldReader::next(Field& field) {
  if (in_message_) {
    if (next_in(message_, field)) return true;
    in_message_ = false;
  }
  if (!next_in(rest_, field)) return false;
  if (field.quote != Quote::nested) return true;
  if (field.key != "msg") return true;
  const Field whole = field;
  in_message_ = true;
  message_ = field.value;
  if (next_in(message_, field)) return true;
  in_message_ = false;
  field = whole;  // a message without fields is a field itself
  return true;
}

}  // namespace stemma::auditd_test
