#include "parsers/common/json_scan.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace stemma::json {
namespace {

using Kind = ValueEnd::Kind;

bool is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// Bytes outside strings that mean something here.
constexpr std::array<bool, 256> kSigns = [] {
  std::array<bool, 256> signs{};
  for (const char c : {'"', '{', '}', '[', ']', ',', ':'})
    signs[static_cast<unsigned char>(c)] = true;
  return signs;
}();

// Eight bytes at a time: a high bit where a byte of `word` equals `c` (and perhaps where one behind
// such a byte does not).
std::uint64_t equal_bytes(std::uint64_t word, char c) {
  const std::uint64_t x =
      word ^ (0x0101010101010101u * static_cast<std::uint64_t>(static_cast<unsigned char>(c)));
  return (x - 0x0101010101010101u) & ~x & 0x8080808080808080u;
}

// The first quote, backslash or line end at or behind `at`.
std::size_t find_string_sign(std::string_view text, std::size_t at) {
  static_assert(std::endian::native == std::endian::little);
#if defined(__SSE2__)
  for (; text.size() - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i signs = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                                    _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))),
                                       _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')));
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(signs));
    if (found != 0) return at + static_cast<std::size_t>(std::countr_zero(found));
  }
#endif
  for (; text.size() - at >= 8; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    const std::uint64_t found =
        equal_bytes(word, '"') | equal_bytes(word, '\\') | equal_bytes(word, '\n');
    if (found != 0) return at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
  }
  while (at < text.size() && text[at] != '"' && text[at] != '\\' && text[at] != '\n') ++at;
  return at;
}

// From a quote to behind the one that ends the string.
ValueEnd end_of_string(std::string_view text, std::size_t at) {
  for (++at;;) {
    at = find_string_sign(text, at);
    if (at >= text.size()) return {Kind::cut, text.size()};
    if (text[at] == '"') return {Kind::whole, at + 1};
    if (text[at] == '\n') return {Kind::broken, at};
    at += 2;  // an escape hides what follows it
    if (at > text.size()) return {Kind::cut, text.size()};
  }
}

ValueEnd end_of_scalar(std::string_view text, std::size_t at) {
  const std::size_t begin = at;
  while (at < text.size() && !is_blank(text[at]) && !kSigns[static_cast<unsigned char>(text[at])])
    ++at;
  return {at == begin ? Kind::broken : Kind::whole, at};
}

ValueEnd end_of_container(std::string_view text, std::size_t at) {
  std::uint64_t arrays = 0;  // a bit a level, the innermost lowest
  static_assert(kMaxDepth <= 64);
  std::size_t depth = 0;
  char before = ':';  // the sign before; the outermost value needs no key
  for (;; ++at) {
    while (at < text.size() && !kSigns[static_cast<unsigned char>(text[at])]) ++at;
    if (at >= text.size()) return {Kind::cut, text.size()};
    const char sign = text[at];
    const bool in_array = (arrays & 1) != 0;
    switch (sign) {
      case '"': {
        const ValueEnd end = end_of_string(text, at);
        if (end.kind != Kind::whole) return end;
        at = end.at - 1;
        break;
      }
      case '{':
      case '[':
        // A member without a key: what closes the object above is missing.
        if (!in_array && before != ':') return {Kind::broken, at};
        if (++depth > kMaxDepth) return {Kind::too_deep, at};
        arrays = (arrays << 1) | (sign == '[' ? 1u : 0u);
        break;
      case '}':
      case ']':
        if (in_array != (sign == ']')) return {Kind::broken, at};
        arrays >>= 1;
        if (--depth == 0) return {Kind::whole, at + 1};
        break;
      default:
        break;
    }
    before = sign;
  }
}

}  // namespace

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

ValueEnd end_of_value(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {Kind::cut, text.size()};
  const bool clipped = text.size() - at > kMaxDocument;
  const std::string_view near = clipped ? text.substr(0, at + kMaxDocument) : text;
  ValueEnd end;
  if (text[at] == '{' || text[at] == '[') {
    end = end_of_container(near, at);
  } else if (text[at] == '"') {
    end = end_of_string(near, at);
  } else {
    end = end_of_scalar(near, at);
  }
  if (clipped && end.kind == Kind::cut) end.kind = Kind::too_long;
  return end;
}

bool read_member(std::string_view text, std::size_t at, Member& member) {
  const ValueEnd key = end_of_value(text, at);
  if (key.kind != Kind::whole) return false;
  const std::size_t colon = skip_blanks(text, key.at);
  if (colon >= text.size() || text[colon] != ':') return false;
  member.key = text.substr(at + 1, key.at - at - 2);
  member.value = skip_blanks(text, colon + 1);
  return member.value < text.size();
}

}  // namespace stemma::json
