// Values as BinXML stores them, for the EVTX writer: the bytes, the two types that describe them,
// and the text that a reader must show. Not a decoder: nothing here reads a file.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "events/time.hpp"

namespace stemma::support {

/// BinXML value types ([MS-EVEN6] 2.2.12, BinXmlValueType). An array is the type with kArrayBit.
enum class BinType : std::uint8_t {
  null = 0x00,
  string = 0x01,
  ansi = 0x02,
  int8 = 0x03,
  uint8 = 0x04,
  int16 = 0x05,
  uint16 = 0x06,
  int32 = 0x07,
  uint32 = 0x08,
  int64 = 0x09,
  uint64 = 0x0A,
  real32 = 0x0B,
  real64 = 0x0C,
  boolean = 0x0D,
  binary = 0x0E,
  guid = 0x0F,
  size = 0x10,  ///< only declared; the value arrives as hex32 or hex64
  filetime = 0x11,
  systemtime = 0x12,
  sid = 0x13,
  hex32 = 0x14,
  hex64 = 0x15,
  binxml = 0x21,
};
inline constexpr std::uint8_t kArrayBit = 0x80;

/// One substitution value. Where the bytes of a value are not what its text says, the factory says
/// so.
struct TypedValue {
  std::uint8_t declared = 0x01;  ///< type in the substitution token of the template
  std::uint8_t type = 0x01;      ///< type in the value descriptor; 0 where the value is null
  std::string bytes;             ///< as stored, little endian
  /// What a reader shows: one text, several for an array, none for a null value. GUIDs in upper
  /// case with braces, hex without padding, times with seven decimals.
  std::vector<std::string> texts;

  [[nodiscard]] bool is_null() const { return type == 0; }
  [[nodiscard]] bool is_array() const { return (type & kArrayBit) != 0; }
  /// The only text; empty for null. Not for arrays.
  [[nodiscard]] std::string text() const { return texts.empty() ? std::string{} : texts.front(); }
};

namespace value {

/// UTF-8 to a UTF-16 string value. `terminated`: stores one NUL behind it, which readers strip.
TypedValue text(std::string_view utf8, bool terminated = false);
/// UTF-16 units as they are, lone surrogates included; `shown` is the text that a reader must give.
TypedValue units(std::u16string_view utf16, std::string shown);
TypedValue ansi(std::string_view bytes, std::string shown);
TypedValue i8(std::int8_t number);
TypedValue u8(std::uint8_t number);
TypedValue i16(std::int16_t number);
TypedValue u16(std::uint16_t number);
TypedValue i32(std::int32_t number);
TypedValue u32(std::uint32_t number);
TypedValue i64(std::int64_t number);
TypedValue u64(std::uint64_t number);
TypedValue real32(float number);
TypedValue real64(double number);
/// Stored in four bytes; any `stored` but 0 reads as true.
TypedValue boolean(bool truth);
TypedValue boolean_stored_as(std::uint32_t stored);
TypedValue binary(std::string_view bytes);
/// `{8-4-4-4-12}` in any case, with or without braces. Throws std::invalid_argument for other text.
TypedValue guid(std::string_view text);
/// A pointer-sized number: declared SizeT, stored as hex32 (4) or hex64 (8).
TypedValue pointer(std::uint64_t number, unsigned width = 8);
TypedValue filetime(Timestamp time);
TypedValue filetime_ticks(std::uint64_t ticks, std::string shown);
TypedValue systemtime(Timestamp time);
/// `S-1-…`. Throws std::invalid_argument for other text.
TypedValue sid(std::string_view text);
TypedValue hex32(std::uint32_t number);
TypedValue hex64(std::uint64_t number);
/// A null value whose template declares `declared`; `stored` bytes of it lie among the values all
/// the same, as Windows does it.
TypedValue null(BinType declared = BinType::string, std::size_t stored = 0);

/// Items of one fixed-size type. Declared and stored as array of that type.
TypedValue array(const std::vector<TypedValue>& items);
/// NUL-terminated UTF-16 strings. `last_terminated` false: the last one lacks its NUL.
TypedValue texts(const std::vector<std::string>& utf8, bool last_terminated = true);
TypedValue ansi_texts(const std::vector<std::string>& bytes);
/// An array without items.
TypedValue empty_array(BinType type);

}  // namespace value

/// Appends UTF-16LE; invalid UTF-8 becomes U+FFFD. Returns the number of UTF-16 units.
std::size_t append_utf16(std::string& out, std::string_view utf8);

template <class Number>
void append_le(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i)));
}

}  // namespace stemma::support
