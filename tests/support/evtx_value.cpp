#include "tests/support/evtx_value.hpp"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <stdexcept>

#include "events/text.hpp"

namespace stemma::support {

std::size_t append_utf16(std::string& out, std::string_view utf8) {
  std::size_t units = 0;
  while (!utf8.empty()) {
    const unsigned char first = static_cast<unsigned char>(utf8.front());
    if (first < 0x80) {  // nearly everything in a log
      out.push_back(static_cast<char>(first));
      out.push_back('\0');
      utf8.remove_prefix(1);
      ++units;
      continue;
    }
    const CodePoint point = next_code_point(utf8);
    utf8.remove_prefix(point.bytes);
    char32_t code = point.value;
    if (code >= 0x10000) {
      code -= 0x10000;
      append_le(out, static_cast<std::uint16_t>(0xD800 + (code >> 10)));
      code = 0xDC00 + (code & 0x3FF);
      ++units;
    }
    append_le(out, static_cast<std::uint16_t>(code));
    ++units;
  }
  return units;
}

namespace {

std::uint8_t code(BinType type) {
  return static_cast<std::uint8_t>(type);
}

TypedValue make(BinType type, std::string bytes, std::string shown) {
  TypedValue out;
  out.declared = out.type = code(type);
  out.bytes = std::move(bytes);
  out.texts.push_back(std::move(shown));
  return out;
}

template <class Number>
TypedValue number(BinType type, Number value) {
  std::string bytes;
  append_le(bytes, value);
  return make(type, std::move(bytes), fmt::format("{}", value));
}

template <class Number>
TypedValue hex(BinType type, Number value) {
  std::string bytes;
  append_le(bytes, value);
  return make(type, std::move(bytes), fmt::format("0x{:x}", value));
}

unsigned hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  throw std::invalid_argument("not a hex digit");
}

template <class Number>
Number decimal(std::string_view& text) {
  Number out = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (fault != std::errc{}) throw std::invalid_argument("not a number");
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return out;
}

}  // namespace

namespace value {

TypedValue text(std::string_view utf8, bool terminated) {
  std::string bytes;
  bytes.reserve(utf8.size() * 2 + 2);
  append_utf16(bytes, utf8);
  if (terminated) append_le(bytes, std::uint16_t{0});
  return make(BinType::string, std::move(bytes), std::string(utf8));
}

TypedValue units(std::u16string_view utf16, std::string shown) {
  std::string bytes;
  for (const char16_t unit : utf16) append_le(bytes, static_cast<std::uint16_t>(unit));
  return make(BinType::string, std::move(bytes), std::move(shown));
}

TypedValue ansi(std::string_view bytes, std::string shown) {
  return make(BinType::ansi, std::string(bytes), std::move(shown));
}

TypedValue i8(std::int8_t n) {
  return make(BinType::int8, std::string(1, static_cast<char>(n)), fmt::format("{}", int{n}));
}
TypedValue u8(std::uint8_t n) {
  return make(BinType::uint8, std::string(1, static_cast<char>(n)), fmt::format("{}", unsigned{n}));
}
TypedValue i16(std::int16_t n) {
  return number(BinType::int16, n);
}
TypedValue u16(std::uint16_t n) {
  return number(BinType::uint16, n);
}
TypedValue i32(std::int32_t n) {
  return number(BinType::int32, n);
}
TypedValue u32(std::uint32_t n) {
  return number(BinType::uint32, n);
}
TypedValue i64(std::int64_t n) {
  return number(BinType::int64, n);
}
TypedValue u64(std::uint64_t n) {
  return number(BinType::uint64, n);
}

TypedValue real32(float n) {
  std::string bytes;
  append_le(bytes, std::bit_cast<std::uint32_t>(n));
  return make(BinType::real32, std::move(bytes), fmt::format("{}", n));
}
TypedValue real64(double n) {
  std::string bytes;
  append_le(bytes, std::bit_cast<std::uint64_t>(n));
  return make(BinType::real64, std::move(bytes), fmt::format("{}", n));
}

TypedValue boolean_stored_as(std::uint32_t stored) {
  std::string bytes;
  append_le(bytes, stored);
  return make(BinType::boolean, std::move(bytes), stored != 0 ? "true" : "false");
}
TypedValue boolean(bool truth) {
  return boolean_stored_as(truth ? 1 : 0);
}

TypedValue binary(std::string_view bytes) {
  std::string shown;
  for (const char c : bytes) shown += fmt::format("{:02X}", static_cast<unsigned char>(c));
  return make(BinType::binary, std::string(bytes), std::move(shown));
}

TypedValue guid(std::string_view text) {
  if (text.size() == 38 && text.front() == '{' && text.back() == '}') text = text.substr(1, 36);
  if (text.size() != 36) throw std::invalid_argument("guid: not 36 characters");
  // The first three groups are little-endian numbers, the rest are bytes in order.
  static constexpr unsigned kByteAt[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  std::string bytes(16, '\0');
  std::string shown = "{";
  unsigned at = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i] != '-') throw std::invalid_argument("guid: no dash");
      shown += '-';
      ++i;
      continue;
    }
    const unsigned byte = hex_digit(text[i]) * 16 + hex_digit(text[i + 1]);
    bytes[kByteAt[at++]] = static_cast<char>(byte);
    shown += fmt::format("{:02X}", byte);
    i += 2;
  }
  return make(BinType::guid, std::move(bytes), shown + '}');
}

TypedValue pointer(std::uint64_t n, unsigned width) {
  TypedValue out = width == 4 ? hex32(static_cast<std::uint32_t>(n)) : hex64(n);
  out.declared = code(BinType::size);
  return out;
}

TypedValue filetime_ticks(std::uint64_t ticks, std::string shown) {
  std::string bytes;
  append_le(bytes, ticks);
  return make(BinType::filetime, std::move(bytes), std::move(shown));
}
TypedValue filetime(Timestamp time) {
  return filetime_ticks(filetime_from_time(time), format_time(time, 7));
}

TypedValue systemtime(Timestamp time) {
  const std::string shown = format_time(time, 3);  // YYYY-MM-DDThh:mm:ss.mmmZ
  const auto part = [&shown](std::size_t at, std::size_t length) {
    std::string_view digits{shown.data() + at, length};
    return decimal<std::uint16_t>(digits);
  };
  const std::int64_t days = time.ns >= 0 ? time.ns / (86'400 * kNsPerSecond)
                                         : (time.ns + 1) / (86'400 * kNsPerSecond) - 1;
  const std::int64_t weekday = ((days + 4) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
  std::string bytes;
  for (const std::uint16_t field : {part(0, 4), part(5, 2), static_cast<std::uint16_t>(weekday),
                                    part(8, 2), part(11, 2), part(14, 2), part(17, 2), part(20, 3)})
    append_le(bytes, field);
  return make(BinType::systemtime, std::move(bytes), shown);
}

TypedValue sid(std::string_view text) {
  std::string_view rest = text;
  const auto skip = [&rest](std::string_view expected) {
    if (rest.substr(0, expected.size()) != expected) throw std::invalid_argument("not a sid");
    rest.remove_prefix(expected.size());
  };
  skip("S-");
  const auto revision = decimal<std::uint8_t>(rest);
  skip("-");
  const auto authority = decimal<std::uint64_t>(rest);
  std::string tail;
  unsigned count = 0;
  while (!rest.empty()) {
    skip("-");
    append_le(tail, decimal<std::uint32_t>(rest));
    ++count;
  }
  std::string bytes{static_cast<char>(revision), static_cast<char>(count)};
  for (unsigned i = 0; i < 6; ++i)  // the authority is big endian
    bytes.push_back(static_cast<char>(authority >> (8 * (5 - i))));
  return make(BinType::sid, bytes + tail, std::string(text));
}

TypedValue hex32(std::uint32_t n) {
  return hex(BinType::hex32, n);
}
TypedValue hex64(std::uint64_t n) {
  return hex(BinType::hex64, n);
}

TypedValue null(BinType declared, std::size_t stored) {
  TypedValue out;
  out.declared = code(declared);
  out.type = code(BinType::null);
  out.bytes.assign(stored, '\0');
  return out;
}

TypedValue array(const std::vector<TypedValue>& items) {
  if (items.empty()) throw std::invalid_argument("use empty_array");
  TypedValue out;
  out.declared = out.type = static_cast<std::uint8_t>(items.front().type | kArrayBit);
  for (const TypedValue& item : items) {
    out.bytes += item.bytes;
    out.texts.push_back(item.text());
  }
  return out;
}

TypedValue texts(const std::vector<std::string>& utf8, bool last_terminated) {
  TypedValue out = empty_array(BinType::string);
  for (const std::string& item : utf8) {
    append_utf16(out.bytes, item);
    append_le(out.bytes, std::uint16_t{0});
  }
  if (!last_terminated && !out.bytes.empty()) out.bytes.resize(out.bytes.size() - 2);
  out.texts = utf8;
  return out;
}

TypedValue ansi_texts(const std::vector<std::string>& bytes) {
  TypedValue out = empty_array(BinType::ansi);
  for (const std::string& item : bytes) out.bytes += item + '\0';
  out.texts = bytes;
  return out;
}

TypedValue empty_array(BinType type) {
  TypedValue out;
  out.declared = out.type = static_cast<std::uint8_t>(code(type) | kArrayBit);
  return out;
}

}  // namespace value
}  // namespace stemma::support
