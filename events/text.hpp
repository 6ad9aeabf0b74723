// Text from evidence is data: these functions make it safe and visible where it is shown. Not for
// storage, which keeps the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace stemma {

/// One code point taken from UTF-8.
struct CodePoint {
  char32_t value = 0;      ///< U+FFFD where the bytes are not UTF-8
  std::uint8_t bytes = 0;  ///< how many bytes it took; 1 for an invalid byte
  bool valid = false;
};

/// Decodes the code point at the start of `text`, which must not be empty. Surrogates, overlong
/// forms and values above U+10FFFF are invalid.
CodePoint next_code_point(std::string_view text);

/// Appends `value` as UTF-8; surrogates and values above U+10FFFF become U+FFFD.
void append_utf8(std::string& out, char32_t value);

bool is_valid_utf8(std::string_view text);

/// True for characters that have no shape of their own or change the direction of others: C0, DEL,
/// C1, bidi controls, zero-width and other format characters, line and paragraph separators,
/// private-use tags.
bool is_invisible(char32_t value);

/// `text` as one line for a terminal or a plain label: invisible characters as `\n`, `\t`, `\x1b`,
/// `\u{202e}`, invalid bytes as
/// `\x..`, a backslash stays as it is. The result is valid UTF-8 and holds no control character.
std::string visible(std::string_view text);

/// Columns that `visible` text takes on a terminal: 2 for East Asian wide characters, 0 for
/// combining ones.
std::size_t display_width(std::string_view text);

/// Cuts visible text to at most `columns` columns, the last one being `…` where something was cut.
std::string fit(std::string_view text, std::size_t columns);

}  // namespace stemma
