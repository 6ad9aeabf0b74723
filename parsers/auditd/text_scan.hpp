// The few questions that the hot loop over a record's fields asks, sixteen bytes a step where the
// processor has SSE2 (every x86-64 has it), and byte by byte elsewhere. Both ways are here, so that
// tests can compare them. None reads behind `end`.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace stemma::auditd {

inline constexpr char kEnrichedMark = 0x1D;

/// How far a key is looked at; longer ones are for who has time.
inline constexpr std::size_t kScannedKey = 16;

struct PlainScan {
  /// Where the first `=` lies, if within kScannedKey bytes; else kScannedKey.
  static std::size_t equals(const char* at, const char* end) {
    std::size_t i = 0;
    while (i < kScannedKey && at + i < end && at[i] != '=') ++i;
    return at + i < end ? i : kScannedKey;
  }
  /// Whether the first `length` bytes, at most kScannedKey, are letters, digits or `_-.[]`.
  static bool is_key(const char* at, const char* end, std::size_t length) {
    for (std::size_t i = 0; i < length; ++i) {
      const char c = at + i < end ? at[i] : '\0';
      const bool ok = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '_' || c == '-' || c == '.' || c == '[' || c == ']';
      if (!ok) return false;
    }
    return true;
  }
  /// The first byte that is a blank or below; `end` where there is none. `has_equals` tells of a
  /// `=` before it.
  static const char* blank(const char* at, const char* end, bool& has_equals) {
    has_equals = false;
    for (; at<end&& static_cast<unsigned char>(*at)> ' '; ++at)
      has_equals = has_equals || *at == '=';
    return at;
  }
  /// Length of a value that a blank or a control character ends within sixteen bytes, which must be
  /// there; false where none does, or where a `=` comes before it.
  static bool short_value(const char* at, std::size_t& length) {
    for (length = 0; length < 16; ++length) {
      if (static_cast<unsigned char>(at[length]) <= ' ') return true;
      if (at[length] == '=') return false;
    }
    return false;
  }
  /// Length of a text that a `"` ends within sixteen bytes, which must be there.
  static bool short_text(const char* at, std::size_t& length) {
    for (length = 0; length < 16; ++length) {
      if (at[length] == '"') return true;
    }
    return false;
  }
  /// The first `"`; `end` where there is none.
  static const char* quote(const char* at, const char* end) {
    while (at < end && *at != '"') ++at;
    return at;
  }
  /// The first blank (no tab); `end` where there is none.
  static const char* space(const char* at, const char* end) {
    while (at < end && *at != ' ') ++at;
    return at;
  }
};

#if defined(__SSE2__)

struct Sse2Scan {
  static std::size_t equals(const char* at, const char* end) {
    const std::uint32_t found = mask(is(load(at, end), '='));
    return found == 0 ? kScannedKey : static_cast<std::size_t>(std::countr_zero(found));
  }
  static bool is_key(const char* at, const char* end, std::size_t length) {
    const __m128i text = load(at, end);
    const __m128i ok = _mm_or_si128(
        _mm_or_si128(
            _mm_or_si128(in(text, '0', '9'), in(_mm_or_si128(text, _mm_set1_epi8(0x20)), 'a', 'z')),
            in(text, '-', '.')),
        _mm_or_si128(is(text, '_'), _mm_or_si128(is(text, '['), is(text, ']'))));
    const std::uint32_t those = (1u << length) - 1;
    return (mask(ok) & those) == those;
  }
  static const char* blank(const char* at, const char* end, bool& has_equals) {
    std::uint32_t seen = 0;
    while (true) {
      const __m128i text = load(at, end);
      const std::uint32_t low = mask(_mm_cmpeq_epi8(_mm_min_epu8(text, _mm_set1_epi8(' ')), text));
      const std::uint32_t equals = mask(is(text, '='));
      if (low != 0) {  // the zeros behind the end, too
        has_equals = (seen | (equals & (low ^ (low - 1)))) != 0;
        return at + std::countr_zero(low);
      }
      seen |= equals;
      at += 16;
    }
  }
  static bool short_value(const char* at, std::size_t& length) {
    const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const std::uint32_t low = mask(_mm_cmpeq_epi8(_mm_min_epu8(text, _mm_set1_epi8(' ')), text));
    if (low == 0 || (mask(is(text, '=')) & (low ^ (low - 1))) != 0) return false;
    length = static_cast<std::size_t>(std::countr_zero(low));
    return true;
  }
  static bool short_text(const char* at, std::size_t& length) {
    const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const std::uint32_t found = mask(is(text, '"'));
    length = static_cast<std::size_t>(std::countr_zero(found));
    return found != 0;
  }
  static const char* quote(const char* at, const char* end) { return first(at, end, '"'); }
  static const char* space(const char* at, const char* end) { return first(at, end, ' '); }

 private:
  static const char* first(const char* at, const char* end, char wanted) {
    for (; at < end; at += 16) {
      const std::uint32_t found = mask(is(load(at, end), wanted));
      if (found != 0) return at + std::countr_zero(found);
    }
    return end;
  }
  /// Sixteen bytes; zeros where the text ends before.
  static __m128i load(const char* at, const char* end) {
    if (end - at >= 16) [[likely]]
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    alignas(16) char rest[16] = {};
    if (at < end) std::memcpy(rest, at, static_cast<std::size_t>(end - at));
    return _mm_load_si128(reinterpret_cast<const __m128i*>(rest));
  }
  static std::uint32_t mask(__m128i bytes) {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes));
  }
  static __m128i is(__m128i text, char c) { return _mm_cmpeq_epi8(text, _mm_set1_epi8(c)); }
  /// All ones where low <= byte <= high.
  static __m128i in(__m128i text, char low, char high) {
    const __m128i clamped =
        _mm_min_epu8(_mm_max_epu8(text, _mm_set1_epi8(low)), _mm_set1_epi8(high));
    return _mm_cmpeq_epi8(clamped, text);
  }
};
using TextScan = Sse2Scan;

#else
using TextScan = PlainScan;
#endif

}  // namespace stemma::auditd
