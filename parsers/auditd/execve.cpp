#include "parsers/auditd/execve.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "parsers/auditd/fields.hpp"
#include "parsers/auditd/text_scan.hpp"

namespace stemma::auditd {
namespace {

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

void ExecReader::collect(std::string_view body) {
  FieldReader fields(body);
  Field field;
  while (fields.next(field)) {
    if (field.enriched || field.in_message || field.quote == Quote::nested) continue;
    std::string_view key = field.key;
    if (key == "argc") {
      std::uint64_t count = 0;
      if (!result_.has_count && read_number(field.value, count)) {
        result_.has_count = true;
        result_.claimed = count;
      }
      continue;
    }
    if (key.size() < 2 || key.front() != 'a') continue;
    key.remove_prefix(1);
    std::size_t digits = 0;
    while (digits < key.size() && key[digits] >= '0' && key[digits] <= '9') ++digits;
    std::uint32_t argument = 0;
    if (!read_number(key.substr(0, digits), argument)) continue;
    key.remove_prefix(digits);
    if (argument >= kMaxExecArguments || pieces_.size() >= 2 * kMaxExecArguments) {
      result_.over_limit = true;
      return;
    }
    if (key.empty()) {
      pieces_.push_back({argument, 0, true, field.quote == Quote::quoted, field.value});
    } else if (key == "_len") {
      std::uint64_t length = 0;
      if (read_number(field.value, length)) lengths_.push_back({argument, length});
    } else if (key.front() == '[' && key.back() == ']') {
      std::uint32_t part = 0;
      if (read_number(key.substr(1, key.size() - 2), part)) {
        pieces_.push_back({argument, part, false, field.quote == Quote::quoted, field.value});
      }
    }
  }
}

void ExecReader::keep(std::string_view bytes) {
  if (!is_utf8(bytes)) result_.invalid_utf8 = true;
  result_.arguments.push_back(bytes);
}

/// Joins the pieces [first, end) of one argument; leaves it out where a part is missing.
void ExecReader::join(std::size_t first, std::size_t end) {
  const Piece& piece = pieces_[first];
  const auto keep_text = [&](std::size_t start) {
    // text_ still grows and may move: the view is made when all is there.
    text_owners_.push_back(result_.arguments.size());
    text_starts_.push_back(start);
    keep(std::string_view(text_).substr(start));
  };
  if (piece.whole) {
    if (piece.quoted || !is_hex(piece.value)) {
      keep(piece.value);
      return;
    }
    const std::size_t start = text_.size();
    append_decoded(text_, piece.value);
    keep_text(start);
    return;
  }
  hex_.clear();
  bool quoted = false;
  std::uint32_t expected = 0;
  for (std::size_t i = first; i < end; ++i) {
    const Piece& part = pieces_[i];
    if (part.whole || (i > first && part.part == pieces_[i - 1].part)) continue;  // repeated
    if (part.part != expected) return;
    ++expected;
    quoted = quoted || part.quoted;
    hex_.append(part.value);
  }
  const auto length = std::find_if(lengths_.begin(), lengths_.end(),
                                   [&](const Length& l) { return l.argument == piece.argument; });
  if (length != lengths_.end() && length->length != hex_.size()) return;
  const std::size_t start = text_.size();
  if (!quoted && is_hex(hex_)) {
    append_decoded(text_, hex_);
  } else {
    text_.append(hex_);
  }
  keep_text(start);
}

/// The usual list: one record, `argc=` and then each argument in its place, one blank between them.
/// False where it is anything else; what was kept until then is void.
bool ExecReader::read_common(std::string_view body) {
  const char* at = body.data();
  const char* const end = at + body.size();
  const auto takes = [&](std::string_view word) {
    if (static_cast<std::size_t>(end - at) < word.size() ||
        std::memcmp(at, word.data(), word.size()) != 0)
      return false;
    at += word.size();
    return true;
  };
  const auto takes_number = [&](std::uint64_t& number) {
    const auto [stop, error] = std::from_chars(at, end, number);
    if (stop == at || error != std::errc{}) return false;
    at = stop;
    return true;
  };
  if (!takes("argc=") || !takes_number(result_.claimed) || result_.claimed > kMaxExecArguments)
    return false;
  text_.reserve(body.size() / 2);  // so that views into it stay
  for (std::uint64_t i = 0; i < result_.claimed; ++i) {
    if (i < 10) {
      if (end - at < 5 || at[0] != ' ' || at[1] != 'a' || at[2] != static_cast<char>('0' + i) ||
          at[3] != '=')
        return false;
      at += 4;
    } else {
      std::uint64_t number = 0;
      if (!takes(" a") || at == end || *at == '0' || !takes_number(number) || number != i ||
          !takes("=") || at == end)
        return false;
    }
    if (*at == '"') {
      const char* const close = TextScan::quote(at + 1, end);
      if (close == end) return false;
      keep({at + 1, static_cast<std::size_t>(close - at - 1)});
      at = close + 1;
      continue;
    }
    bool has_equals = false;
    const char* const stop = TextScan::blank(at, end, has_equals);
    if (has_equals || *at == '\'' || *at == '{' || (stop < end && *stop != ' ')) return false;
    const std::string_view value(at, static_cast<std::size_t>(stop - at));
    at = stop;
    if (!is_hex(value)) {
      keep(value);
      continue;
    }
    const std::size_t start = text_.size();
    append_decoded(text_, value);
    keep(std::string_view(text_).substr(start));
  }
  result_.has_count = true;
  return at == end;
}

const ExecArguments& ExecReader::read(std::span<const std::string_view> bodies) {
  pieces_.clear();
  lengths_.clear();
  text_.clear();
  text_starts_.clear();
  text_owners_.clear();
  result_.arguments.clear();
  result_.claimed = result_.missing = result_.first_missing = 0;
  result_.has_count = result_.over_limit = result_.invalid_utf8 = false;
  if (bodies.size() == 1 && read_common(bodies[0])) return result_;
  text_.clear();
  result_.arguments.clear();
  result_.claimed = 0;
  result_.has_count = result_.invalid_utf8 = false;
  for (const std::string_view body : bodies) collect(body);

  const auto before = [](const Piece& a, const Piece& b) {
    return a.argument != b.argument ? a.argument < b.argument : a.part < b.part;
  };
  if (!std::is_sorted(pieces_.begin(), pieces_.end(), before))
    std::stable_sort(pieces_.begin(), pieces_.end(), before);
  // lengths_ are few: only split arguments have one. They are looked up by a scan, so a forged list
  // of them is cut.
  constexpr std::size_t kMaxLengths =
      1'024;  // split arguments are above 7,500 bytes, and 6 MiB hold some 800 of them
  if (lengths_.size() > kMaxLengths) {
    result_.over_limit = true;
    lengths_.resize(kMaxLengths);
  }

  std::uint64_t next = 0;
  const auto lacks = [&](std::uint64_t from, std::uint64_t to) {
    if (from >= to) return;
    if (result_.missing == 0) result_.first_missing = from;
    result_.missing += to - from;
  };
  for (std::size_t i = 0; i < pieces_.size();) {
    const std::uint32_t argument = pieces_[i].argument;
    std::size_t end = i;
    while (end < pieces_.size() && pieces_[end].argument == argument) ++end;
    lacks(next, argument);
    const std::size_t kept = result_.arguments.size();
    join(i, end);
    if (result_.arguments.size() == kept) lacks(argument, argument + std::uint64_t{1});
    next = argument + std::uint64_t{1};
    i = end;
  }
  if (result_.has_count) lacks(next, result_.claimed);
  for (std::size_t i = 0; i < text_owners_.size(); ++i) {
    const std::size_t stop = i + 1 < text_starts_.size() ? text_starts_[i + 1] : text_.size();
    result_.arguments[text_owners_[i]] =
        std::string_view(text_).substr(text_starts_[i], stop - text_starts_[i]);
  }
  return result_;
}

}  // namespace stemma::auditd
