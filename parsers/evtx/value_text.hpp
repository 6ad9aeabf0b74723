// One value of a record as text: what a type's bytes mean. Knows no record and no template.
//
//     01 UTF-16  02 ANSI  03-0A integers of 1, 2, 4, 8 bytes, signed first  0B float  0C double
//     0D boolean  0E bytes  0F GUID  10 size  11 FILETIME  12 SYSTEMTIME  13 SID  14, 15
//     hexadecimal 80 + type: an array
//
// Texts are those of Windows' own rendering: GUIDs in braces and upper case, FILETIME with seven
// decimals, hexadecimal without padding, bytes in upper case. Trailing zeros of strings are
// terminators and dropped; a zero inside, or an unpaired surrogate, becomes U+FFFD and is counted.
// A value whose size does not fit its type is shown as its bytes: nothing is lost. ANSI is taken
// for code page 1252, as nothing says which one the writer had. Sources: libyal/libevtx's format
// document, "Value types"; [MS-EVEN6] 2.2.12; [MS-DTYP] 2.4.2 (SID).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "events/time.hpp"
#include "parsers/evtx/chunk_decoder.hpp"
#include "parsers/evtx/layout.hpp"
#include "parsers/evtx/text_buffer.hpp"

namespace stemma::evtx {

inline constexpr std::uint8_t kNullType = 0x00, kStringType = 0x01, kFiletimeType = 0x11,
                              kNestedType = 0x21, kArrayType = 0x80;

/// A value as a template instance describes it.
struct RawValue {
  std::uint8_t type = kNullType;
  Bytes bytes;

  [[nodiscard]] bool is_array() const { return (type & kArrayType) != 0; }
};

/// Writes UTF-16 as UTF-8 to `out`, which has room for 3 bytes a unit. Returns the end. ASCII eight
/// units at a time.
char* utf8_from_utf16(Bytes units, char* out, DecodeNotes& notes);

/// UTF-16 without the zeros that end it.
Bytes without_terminators(Bytes units);

/// Appends the text of a value that is no array. Empty for NULL. False where the record's text
/// grows beyond its cap.
bool append_value(const RawValue& value, TextBuffer& out, DecodeNotes& notes,
                  std::string_view& text);

/// The number that a value of an integer type stands for; empty for negative ones and other types.
std::optional<std::uint64_t> number_of(const RawValue& value);

/// Takes the next item off an array. False where none is left.
bool take_item(RawValue& array, RawValue& item);

}  // namespace stemma::evtx
