#include "reports/json_text.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "events/text.hpp"

namespace stemma {
namespace {

// What stands for an ASCII character that cannot stand for itself, and how many bytes it has.
struct Escape {
  char text[7];
  std::uint8_t size;
};

constexpr std::array<Escape, 128> make_escapes() {
  constexpr char kHex[] = "0123456789abcdef";
  std::array<Escape, 128> all{};
  for (unsigned c = 0; c < 128; ++c)
    all[c] = {{'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 15], 0}, 6};
  all['"'] = {{'\\', '"'}, 2};
  all['\\'] = {{'\\', '\\'}, 2};
  all['\n'] = {{'\\', 'n'}, 2};
  all['\r'] = {{'\\', 'r'}, 2};
  all['\t'] = {{'\\', 't'}, 2};
  return all;
}
constexpr std::array<Escape, 128> kEscapes = make_escapes();
static_assert(sizeof(Escape) == 8);

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

char* write_unit(char* to, unsigned unit) {
  constexpr char kHex[] = "0123456789abcdef";
  to[0] = '\\';
  to[1] = 'u';
  for (unsigned i = 0; i < 4; ++i) to[2 + i] = kHex[unit >> (12 - 4 * i) & 15];
  return to + 6;
}

// One character that is not plain, at the front of `text`, which is shortened by it.
[[gnu::noinline]] char* write_wide(char* to, std::string_view& text) {
  const CodePoint point = next_code_point(text);
  if (is_invisible(point.value)) {
    if (point.value < 0x10000) {
      to = write_unit(to, static_cast<unsigned>(point.value));
    } else {
      const unsigned pair = static_cast<unsigned>(point.value) - 0x10000;
      to = write_unit(write_unit(to, 0xD800 + (pair >> 10)), 0xDC00 + (pair & 0x3FF));
    }
  } else if (point.valid) {
    std::memcpy(to, text.data(), point.bytes);
    to += point.bytes;
  } else {
    std::memcpy(to, "\xEF\xBF\xBD", 3);
    to += 3;
  }
  text.remove_prefix(point.bytes);
  return to;
}

#if defined(__SSE2__)

// A bit for each of sixteen bytes that is not plain.
unsigned not_plain(__m128i bytes) {
  // Plus one, every byte of 0x7F and above is negative, and so below 0x21 as the controls are.
  const __m128i moved = _mm_add_epi8(bytes, _mm_set1_epi8(1));
  const __m128i outside = _mm_cmplt_epi8(moved, _mm_set1_epi8(0x21));
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  return static_cast<unsigned>(
      _mm_movemask_epi8(_mm_or_si128(outside, _mm_or_si128(quote, slash))));
}

template <class Word>
std::uint64_t load(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Fewer than sixteen bytes, without touching what lies behind them; zeros fill up.
__m128i load_short(const char* at, std::size_t size) {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  if (size >= 8) {
    low = load<std::uint64_t>(at);
    if (size > 8) high = load<std::uint64_t>(at + size - 8) >> (8 * (16 - size));
  } else if (size >= 4) {
    low = load<std::uint32_t>(at) | load<std::uint32_t>(at + size - 4) << (8 * (size - 4));
  } else if (size > 0) {
    low = load<std::uint8_t>(at) | load<std::uint8_t>(at + size / 2) << (8 * (size / 2)) |
          load<std::uint8_t>(at + size - 1) << (8 * (size - 1));
  }
  return _mm_set_epi64x(static_cast<long long>(high), static_cast<long long>(low));
}

// The front of `text` that is plain, copied; `text` is shortened by it.
char* write_plain(char* to, std::string_view& text) {
  while (text.size() >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data()));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
    const unsigned found = not_plain(bytes);
    if (found != 0) {
      const auto plain = static_cast<std::size_t>(__builtin_ctz(found));
      text.remove_prefix(plain);
      return to + plain;
    }
    text.remove_prefix(16);
    to += 16;
  }
  const __m128i bytes = load_short(text.data(), text.size());
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
  const unsigned found = not_plain(bytes) | 1u << text.size();  // the zeros are not plain
  const auto plain = static_cast<std::size_t>(__builtin_ctz(found));
  text.remove_prefix(plain);
  return to + plain;
}

#else

char* write_plain(char* to, std::string_view& text) {
  std::size_t plain = 0;
  while (plain < text.size() && is_plain(text[plain])) to[plain] = text[plain], ++plain;
  text.remove_prefix(plain);
  return to + plain;
}

#endif

}  // namespace

char* write_json_string(char* to, std::string_view text) {
  *to++ = '"';
  for (;;) {
    to = write_plain(to, text);
    if (text.empty()) break;
    do {
      const auto c = static_cast<unsigned char>(text[0]);
      if (c < 0x80) {
        const Escape& escape = kEscapes[c];
        std::memcpy(to, &escape, sizeof escape);
        to += escape.size;
        text.remove_prefix(1);
      } else {
        to = write_wide(to, text);
      }
    } while (!text.empty() && !is_plain(text[0]));
  }
  *to++ = '"';
  return to;
}

char* write_json_integer(char* to, std::int64_t value) {
  const fmt::format_int digits(value);
  std::memcpy(to, digits.data(), digits.size());
  return to + digits.size();
}

char* write_json_value(char* to, const Value& value) {
  const auto word = [&to](std::string_view text) {
    std::memcpy(to, text.data(), text.size());
    return to + text.size();
  };
  switch (value.kind) {
    case Value::Kind::text:
      return write_json_string(to, value.text);
    case Value::Kind::integer:
      return write_json_integer(to, value.integer);
    case Value::Kind::real:
      return word(std::isfinite(value.real) ? fmt::format("{}", value.real) : "null");
    case Value::Kind::boolean:
      return word(value.boolean ? "true" : "false");
    case Value::Kind::date:
      *to++ = '"';
      to = write_time(to, value.time(), value.digits);
      *to++ = '"';
      return to;
  }
  return to;
}

}  // namespace stemma
