#include "parsers/auditd/fields.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "events/text.hpp"
#include "parsers/auditd/text_scan.hpp"

namespace stemma::auditd {
namespace {

// Names that auditd gives to interpretations. A blank or nothing stood between them and the raw
// part, so they must be known. Source: auparse/interpret.c and src/auditd-event.c
// (add_simple_field), audit 3.
constexpr std::array<std::string_view, 20> kEnrichedKeys = {
    "ARCH",  "AUID", "EGID",     "EUID", "FSGID", "FSUID", "GID",  "ID",   "IGID",    "IUID",
    "OAUID", "OGID", "OLD-AUID", "OUID", "SADDR", "SAUID", "SGID", "SUID", "SYSCALL", "UID"};

// Sorted. Source: auparse/typetab.h, fields of type AUPARSE_TYPE_ESCAPED; kernel callers of
// audit_log_untrustedstring and audit_log_d_path.
constexpr std::array<std::string_view, 34> kEncodable = {
    "acct",     "apparmor_dir", "cgroup",   "cmd",    "comm",    "cwd",       "data",
    "device",   "dir",          "exe",      "file",   "grp",     "interface", "key",
    "name",     "new-chardev",  "new-disk", "new-fs", "new-rng", "new_group", "new_lock",
    "ocomm",    "old-chardev",  "old-disk", "old-fs", "old-rng", "path",      "proctitle",
    "root_dir", "sw",           "val",      "vm",     "watch",   "win"};

static_assert(std::is_sorted(kEnrichedKeys.begin(), kEnrichedKeys.end()));
static_assert(std::is_sorted(kEncodable.begin(), kEncodable.end()));

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

bool FieldReader::next_in(std::string_view& text, Field& field) {
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

bool FieldReader::next_common(Field& field, FieldSlots* slots) {
  // What is common enough for the short loop is far from the text's end, so that whole words can be
  // loaded.
  constexpr std::ptrdiff_t kFarFromEnd = 48;
  FieldLayout* const layout = slots != nullptr && !in_message_ ? layout_ : nullptr;
  std::string_view& text = in_message_ ? message_ : rest_;
  const char* at = text.data();  // behind the last field that was taken
  const char* const end = at + text.size();
  bool found = false;
  while (true) {
    // 1. A name that is expected, and a value that is short and bare.
    while (layout != nullptr && end - at >= kFarFromEnd && slots->taken < slots->limit) {
      const char* const start = at + (*at == ' ' ? 1 : 0);
      FieldLayout::Name& name = layout->at(layout_at_);
      std::uint64_t bytes = 0;
      std::memcpy(&bytes, start, 8);
      if ((bytes & name.mask) != name.bytes || (name.upper && !enriched_)) break;
      const std::uint8_t action = enriched_ ? name.enriched_action : name.action;
      if (action == FieldActions::kGive) break;
      const char* value = start + name.length + 1;
      std::size_t length = 0;
      if ((*value >= '0' || *value == '-') && *value != '{') {  // the quotes are below
        if (!TextScan::short_value(value, length) || value[length] != ' ') break;
        at = value + length;
      } else if (*value == '"') {
        if (!TextScan::short_text(++value, length)) break;
        at = value + length + 1;
      } else {
        break;
      }
      if (action >= FieldActions::kFirstSlot) {
        std::string_view& slot = slots->slots[action - FieldActions::kFirstSlot];
        if (slot.empty()) slot = {value, length};
      }
      ++slots->taken;
      ++layout_at_;
    }

    // 2. Any common field.
    bool marked = enriched_;
    const char* start = at;
    for (; start < end && ends_value(*start); ++start)
      marked = marked || (*start == kEnrichedMark && !in_message_);
    const std::size_t length = TextScan::equals(start, end);
    if (length == kScannedKey || length == 0 || !TextScan::is_key(start, end, length)) break;
    const bool upper = *start >= 'A' && *start <= 'Z';
    if (!marked && upper) break;  // may be the first interpretation
    const char* const value = start + length + 1;
    if (value >= end) break;
    const char* value_end = nullptr;
    const char* next = nullptr;
    const bool quoted = *value == '"';
    if (quoted) {
      value_end = TextScan::quote(value + 1, end);
      if (value_end == end) break;
      next = value_end + 1;
    } else {
      if (*value == '\'' || *value == '{') break;
      bool has_equals = false;
      value_end = next = TextScan::blank(value, end, has_equals);
      if (next < end && !ends_value(*next)) break;  // some other control character
      if (has_equals && !marked) break;
      if (in_message_ && next > value && (next[-1] == ',' || next[-1] == ')')) break;
    }
    const std::string_view key(start, length);
    const char* const first = quoted ? value + 1 : value;
    const std::string_view content(first, static_cast<std::size_t>(value_end - first));
    std::uint8_t action = slots == nullptr ? FieldActions::kGive : slots->actions->of(key, marked);
    if (in_message_ && action >= FieldActions::kFirstSlot) action = FieldActions::kGive;
    if (slots != nullptr && slots->taken >= slots->limit) action = FieldActions::kGive;
    if (length < 8 && layout != nullptr && end - start >= 8) {
      FieldLayout::Name& name = layout->at(layout_at_);
      std::uint64_t bytes = 0;
      std::memcpy(&bytes, start, 8);
      if ((bytes & name.mask) != name.bytes ||
          (marked ? name.enriched_action : name.action) != action) {
        name.mask = length == 7 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * (length + 1)) - 1;
        name.bytes = bytes & name.mask;
        name.length = static_cast<std::uint32_t>(length);
        name.upper = upper;
        name.action = slots->actions->of(key, false);
        name.enriched_action = slots->actions->of(key, true);
      }
    }
    ++layout_at_;
    enriched_ = marked;
    at = next;
    if (action != FieldActions::kGive) {
      if (action >= FieldActions::kFirstSlot) {
        std::string_view& slot = slots->slots[action - FieldActions::kFirstSlot];
        if (slot.empty()) slot = content;
      }
      ++slots->taken;
      continue;
    }
    field = {key, content, quoted ? Quote::quoted : Quote::none, marked, in_message_, {}};
    found = true;
    break;
  }
  text.remove_prefix(static_cast<std::size_t>(at - text.data()));
  return found;
}

bool FieldReader::next(Field& field) {
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

bool is_encodable(std::string_view key) {
  return std::binary_search(kEncodable.begin(), kEncodable.end(), key);
}

bool is_hex(std::string_view text) {
  if (text.empty() || text.size() % 2 != 0) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); });
}

void append_decoded(std::string& out, std::string_view hex) {
  const auto digit = [](char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'A' + 10);
  };
  const std::size_t start = out.size();
  out.resize(start + hex.size() / 2);
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out[start + i / 2] = static_cast<char>((digit(hex[i]) << 4) | digit(hex[i + 1]));
  }
}

bool is_absent(const Field& field) {
  if (field.quote != Quote::none && field.quote != Quote::quoted) return false;
  if (field.value == "?") return true;
  return field.quote == Quote::none && (field.value == "(null)" || field.value.empty());
}

std::string_view decoded_value(const Field& field, std::string& scratch) {
  if (field.quote != Quote::none || field.enriched || !is_encodable(field.key) ||
      !is_hex(field.value))
    return field.value;
  scratch.clear();
  append_decoded(scratch, field.value);
  return scratch;
}

bool is_utf8(std::string_view text) {
  std::uint64_t all = 0;
  std::uint64_t word = 0;
  if (text.size() >= 8) {
    for (std::size_t at = 0; at + 8 < text.size(); at += 8) {
      std::memcpy(&word, text.data() + at, 8);
      all |= word;
    }
    std::memcpy(&word, text.data() + text.size() - 8, 8);  // overlaps the one before
    all |= word;
  } else {
    for (const char c : text) all |= static_cast<unsigned char>(c);
  }
  return (all & 0x8080808080808080u) == 0 || is_valid_utf8(text);
}

bool is_unset_id(std::string_view value) {
  return value == "4294967295" || value == "-1" || value == "unset";
}

}  // namespace stemma::auditd
