#include "parsers/evtx/value_text.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <fmt/compile.h>
#include <fmt/format.h>

#include <array>
#include <cstring>

namespace stemma::evtx {
namespace {

constexpr char kLower[] = "0123456789abcdef";
constexpr char kUpper[] = "0123456789ABCDEF";

char* put_utf8(char* out, std::uint32_t point) {
  const auto byte = [&out](std::uint32_t value) { *out++ = static_cast<char>(value); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0 | point >> 6);
    byte(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    byte(0xE0 | point >> 12);
    byte(0x80 | (point >> 6 & 0x3F));
    byte(0x80 | (point & 0x3F));
  } else {
    byte(0xF0 | point >> 18);
    byte(0x80 | (point >> 12 & 0x3F));
    byte(0x80 | (point >> 6 & 0x3F));
    byte(0x80 | (point & 0x3F));
  }
  return out;
}

constexpr std::uint32_t kReplacement = 0xFFFD;

// Code page 1252 above 0x7F where it is not Latin-1 (Unicode's mapping table; five are undefined).
constexpr std::array<std::uint16_t, 32> kWindows1252{
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

char* put_ansi(char* out, Bytes bytes, DecodeNotes& notes) {
  while (!bytes.empty() && bytes.back() == std::byte{0}) bytes = bytes.first(bytes.size() - 1);
  for (const std::byte each : bytes) {
    const auto value = std::to_integer<std::uint32_t>(each);
    if (value == 0) {
      ++notes.replaced_zeros;
      out = put_utf8(out, kReplacement);
    } else if (value >= 0x80 && value < 0xA0) {
      out = put_utf8(out, kWindows1252[value - 0x80]);
    } else {
      out = put_utf8(out, value);
    }
  }
  return out;
}

char* put_bytes(char* out, Bytes bytes) {
  for (const std::byte each : bytes) {
    const auto value = std::to_integer<unsigned>(each);
    *out++ = kUpper[value >> 4];
    *out++ = kUpper[value & 15];
  }
  return out;
}

char* put_unsigned(char* out, std::uint64_t value) {
  const fmt::format_int text(value);
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}
char* put_signed(char* out, std::int64_t value) {
  const fmt::format_int text(value);
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* put_hex(char* out, std::uint64_t value) {
  *out++ = '0';
  *out++ = 'x';
  int digits = 1;
  while (digits < 16 && value >> (4 * digits) != 0) ++digits;
  for (int i = digits - 1; i >= 0; --i) *out++ = kLower[value >> (4 * i) & 15];
  return out;
}

char* put_guid(char* out, Bytes bytes) {
  // Three little-endian numbers, then eight bytes as they lie ([MS-DTYP] 2.3.4).
  constexpr std::array<std::int8_t, 20> kOrder{3,  2, 1, 0,  -1, 5,  4,  -1, 7,  6,
                                               -1, 8, 9, -1, 10, 11, 12, 13, 14, 15};
  *out++ = '{';
  for (const std::int8_t at : kOrder) {
    if (at < 0) {
      *out++ = '-';
      continue;
    }
    const auto value = std::to_integer<unsigned>(bytes[static_cast<std::size_t>(at)]);
    *out++ = kUpper[value >> 4];
    *out++ = kUpper[value & 15];
  }
  *out++ = '}';
  return out;
}

char* put_padded(char* out, std::uint32_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
  return out + digits;
}

char* put_date(char* out, std::uint32_t year, std::uint32_t month, std::uint32_t day,
               std::uint32_t hour, std::uint32_t minute, std::uint32_t second) {
  out = put_padded(out, year, 4);
  *out++ = '-';
  out = put_padded(out, month, 2);
  *out++ = '-';
  out = put_padded(out, day, 2);
  *out++ = 'T';
  out = put_padded(out, hour, 2);
  *out++ = ':';
  out = put_padded(out, minute, 2);
  *out++ = ':';
  out = put_padded(out, second, 2);
  *out++ = '.';
  return out;
}

// Ticks of 100 ns since 1601; years 1601 to 9999 have a text, what lies beyond is shown as a
// number.
char* put_filetime(char* out, std::uint64_t ticks) {
  constexpr std::uint64_t kTicksADay = 864'000'000'000;
  constexpr std::uint64_t kDaysTo10000 = 3'067'671;
  const std::uint64_t days = ticks / kTicksADay;
  if (days >= kDaysTo10000) return put_hex(out, ticks);
  const std::uint64_t rest = ticks % kTicksADay;
  // Civil date from days (H. Hinnant, "chrono-compatible low-level date algorithms"), with day 0 at
  // 0000-03-01: 1601-01-01 is day 584,694.
  const auto shifted = static_cast<std::uint32_t>(days) + 584'694;
  const std::uint32_t era = shifted / 146'097;
  const std::uint32_t day_of_era = shifted % 146'097;
  const std::uint32_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::uint32_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::uint32_t month_index = (5 * day_of_year + 2) / 153;
  const std::uint32_t day = day_of_year - (153 * month_index + 2) / 5 + 1;
  const std::uint32_t month = month_index < 10 ? month_index + 3 : month_index - 9;
  const std::uint32_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  const auto second = static_cast<std::uint32_t>(rest / 10'000'000);
  out = put_date(out, year, month, day, second / 3600, second / 60 % 60, second % 60);
  out = put_padded(out, static_cast<std::uint32_t>(rest % 10'000'000), 7);
  *out++ = 'Z';
  return out;
}

char* put_systemtime(char* out, Bytes bytes) {
  const auto part = [bytes](std::size_t at) {
    return std::uint32_t{le<std::uint16_t>(bytes, at * 2)};
  };
  if (part(0) > 9999 || part(1) > 12 || part(3) > 31 || part(4) > 23 || part(5) > 59 ||
      part(6) > 59 || part(7) > 999) {
    return put_bytes(out, bytes);
  }
  out = put_date(out, part(0), part(1), part(3), part(4), part(5), part(6));
  out = put_padded(out, part(7), 3);
  *out++ = 'Z';
  return out;
}

char* put_sid(char* out, Bytes bytes) {
  std::memcpy(out, "S-", 2);
  out = put_unsigned(out + 2, std::to_integer<unsigned>(bytes[0]));
  std::uint64_t authority = 0;
  for (std::size_t i = 2; i < 8; ++i)
    authority = authority << 8 | std::to_integer<unsigned>(bytes[i]);
  *out++ = '-';
  out = authority >> 32 == 0 ? put_unsigned(out, authority) : put_hex(out, authority);
  for (std::size_t at = 8; at < bytes.size(); at += 4) {
    *out++ = '-';
    out = put_unsigned(out, le<std::uint32_t>(bytes, at));
  }
  return out;
}

std::size_t sid_size(Bytes bytes) {
  return bytes.size() < 8 ? 0 : 8 + 4 * std::to_integer<std::size_t>(bytes[1]);
}

// The width of a type's values; 0 where each has its own.
std::size_t width_of(std::uint8_t type) {
  constexpr std::array<std::uint8_t, 0x16> kWidth{0, 0, 0, 1, 1,  2, 2, 4,  4, 8, 8,
                                                  4, 8, 4, 0, 16, 0, 8, 16, 0, 4, 8};
  return type < kWidth.size() ? kWidth[type] : 0;
}

bool fits(std::uint8_t type, Bytes bytes) {
  if (type == 0x10) return bytes.size() == 4 || bytes.size() == 8;
  if (type == 0x13) return bytes.size() >= 8 && sid_size(bytes) == bytes.size();
  const std::size_t width = width_of(type);
  return width == 0 || bytes.size() == width;
}

// What is written at most: three characters for a byte (ANSI; a SID's numbers take less), and as
// much as the longest number, time or GUID takes.
constexpr std::size_t kMostPerByte = 3;
constexpr std::size_t kLeast = 64;

char* put_value(char* out, std::uint8_t type, Bytes bytes, DecodeNotes& notes) {
  if (!fits(type, bytes)) return put_bytes(out, bytes);
  const auto number = [bytes]<class Number>(Number) { return le<Number>(bytes, 0); };
  switch (type) {
    case 0x01:
      return utf8_from_utf16(without_terminators(bytes), out, notes);
    case 0x02:
      return put_ansi(out, bytes, notes);
    case 0x03:
      return put_signed(out, number(std::int8_t{}));
    case 0x04:
      return put_unsigned(out, number(std::uint8_t{}));
    case 0x05:
      return put_signed(out, number(std::int16_t{}));
    case 0x06:
      return put_unsigned(out, number(std::uint16_t{}));
    case 0x07:
      return put_signed(out, number(std::int32_t{}));
    case 0x08:
      return put_unsigned(out, number(std::uint32_t{}));
    case 0x09:
      return put_signed(out, number(std::int64_t{}));
    case 0x0A:
      return put_unsigned(out, number(std::uint64_t{}));
    case 0x0B:
      return fmt::format_to(out, FMT_COMPILE("{}"), number(float{}));
    case 0x0C:
      return fmt::format_to(out, FMT_COMPILE("{}"), number(double{}));
    case 0x0D: {
      const std::string_view text = number(std::uint32_t{}) != 0 ? "true" : "false";
      std::memcpy(out, text.data(), text.size());
      return out + text.size();
    }
    case 0x0F:
      return put_guid(out, bytes);
    case 0x10:
      return put_hex(out, bytes.size() == 4 ? number(std::uint32_t{}) : number(std::uint64_t{}));
    case 0x11:
      return put_filetime(out, number(std::uint64_t{}));
    case 0x12:
      return put_systemtime(out, bytes);
    case 0x13:
      return put_sid(out, bytes);
    case 0x14:
      return put_hex(out, number(std::uint32_t{}));
    case 0x15:
      return put_hex(out, number(std::uint64_t{}));
    default:  // bytes, and types that no writer has
      return put_bytes(out, bytes);
  }
}

}  // namespace

char* utf8_from_utf16(Bytes units, char* out, DecodeNotes& notes) {
  const std::size_t count = units.size() / 2;
  const auto unit = [units](std::size_t i) {
    return std::uint32_t{le<std::uint16_t>(units, i * 2)};
  };
  std::size_t i = 0;
  while (i < count) {
#if defined(__SSE2__)
    const __m128i high = _mm_set1_epi16(static_cast<short>(0xFF80));
    const __m128i zero = _mm_setzero_si128();
    while (count - i >= 8) {
      __m128i eight;
      std::memcpy(&eight, units.data() + i * 2, sizeof eight);
      // ASCII, and no zero among it
      const __m128i plain = _mm_cmpeq_epi16(_mm_and_si128(eight, high), zero);
      const __m128i zeros = _mm_cmpeq_epi16(eight, zero);
      if (_mm_movemask_epi8(plain) != 0xFFFF || _mm_movemask_epi8(zeros) != 0) break;
      const __m128i bytes = _mm_packus_epi16(eight, eight);
      std::memcpy(out, &bytes, 8);
      out += 8;
      i += 8;
    }
    if (i == count) break;
#endif
    // One unit; after a run of others the fast path is tried again.
    const std::uint32_t value = unit(i++);
    if (value == 0) {
      ++notes.replaced_zeros;
      out = put_utf8(out, kReplacement);
    } else if (value < 0xD800 || value > 0xDFFF) {
      out = put_utf8(out, value);
    } else if (value < 0xDC00 && i < count && unit(i) >= 0xDC00 && unit(i) <= 0xDFFF) {
      out = put_utf8(out, 0x10000 + ((value & 0x3FF) << 10 | (unit(i) & 0x3FF)));
      ++i;
    } else {
      ++notes.replaced_surrogates;
      out = put_utf8(out, kReplacement);
    }
  }
  return out;
}

Bytes without_terminators(Bytes units) {
  units = units.first(units.size() / 2 * 2);
  while (units.size() >= 2 && le<std::uint16_t>(units, units.size() - 2) == 0)
    units = units.first(units.size() - 2);
  return units;
}

bool append_value(const RawValue& value, TextBuffer& out, DecodeNotes& notes,
                  std::string_view& text) {
  if (value.type == kStringType) {
    const Bytes units = without_terminators(value.bytes);
    char* const room = out.room(units.size() / 2 * 3);
    if (room == nullptr) return false;
    text = out.commit(utf8_from_utf16(units, room, notes));
    return true;
  }
  text = {};
  if (value.type == kNullType || value.bytes.empty()) return true;
  char* const room = out.room(value.bytes.size() * kMostPerByte + kLeast);
  if (room == nullptr) return false;
  text = out.commit(put_value(room, value.type, value.bytes, notes));
  return true;
}

std::optional<std::uint64_t> number_of(const RawValue& value) {
  const Bytes bytes = value.bytes;
  if (bytes.empty() || !fits(value.type, bytes)) return std::nullopt;
  const auto not_negative = [](std::int64_t number) -> std::optional<std::uint64_t> {
    if (number < 0) return std::nullopt;
    return static_cast<std::uint64_t>(number);
  };
  switch (value.type) {
    case 0x03:
      return not_negative(le<std::int8_t>(bytes, 0));
    case 0x04:
      return le<std::uint8_t>(bytes, 0);
    case 0x05:
      return not_negative(le<std::int16_t>(bytes, 0));
    case 0x06:
      return le<std::uint16_t>(bytes, 0);
    case 0x07:
      return not_negative(le<std::int32_t>(bytes, 0));
    case 0x08:
    case 0x14:
      return le<std::uint32_t>(bytes, 0);
    case 0x09:
      return not_negative(le<std::int64_t>(bytes, 0));
    case 0x0A:
    case 0x15:
      return le<std::uint64_t>(bytes, 0);
    case 0x10:
      return bytes.size() == 4 ? le<std::uint32_t>(bytes, 0) : le<std::uint64_t>(bytes, 0);
    default:
      return std::nullopt;
  }
}

bool take_item(RawValue& array, RawValue& item) {
  if (array.bytes.empty()) return false;
  const auto type = static_cast<std::uint8_t>(array.type & ~kArrayType);
  std::size_t size = array.bytes.size();
  std::size_t step = size;
  if (type == 0x01) {
    for (std::size_t at = 0; at + 2 <= array.bytes.size(); at += 2) {
      if (le<std::uint16_t>(array.bytes, at) != 0) continue;
      size = at;
      step = at + 2;
      break;
    }
  } else if (type == 0x02) {
    const void* const end = std::memchr(array.bytes.data(), 0, array.bytes.size());
    if (end != nullptr) {
      size = static_cast<std::size_t>(static_cast<const std::byte*>(end) - array.bytes.data());
      step = size + 1;
    }
  } else {
    const std::size_t width = type == 0x13 ? sid_size(array.bytes) : width_of(type);
    if (width != 0 && width < size) size = step = width;
  }
  item = {type, array.bytes.first(size)};
  array.bytes = array.bytes.subspan(step);
  return true;
}

}  // namespace stemma::evtx
