// Where a JSON value ends, without reading it: strings and brackets only. What lies between is
// checked by whoever reads the document. Not a parser.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stemma::ecs {

struct ValueEnd {
  enum class Kind : std::uint8_t {
    whole,
    cut,       ///< the text ends first
    broken,    ///< a bracket closes another's kind, a key is missing, a line ends inside a string
    too_deep,  ///< beyond kMaxDepth
    too_long,  ///< beyond kMaxDocument
  };
  Kind kind = Kind::whole;
  std::size_t at = 0;  ///< behind the value; else where the search ended
};

/// The end of the value that begins at `at` (no blank). Texts that are no value are `broken`.
/// O(bytes of the value), at most kMaxDocument.
ValueEnd end_of_value(std::string_view text, std::size_t at);

/// First place at or behind `at` that is no blank (RFC 8259: space, tab, line feed, return).
std::size_t skip_blanks(std::string_view text, std::size_t at);

/// A member of an object as it stands in the text.
struct Member {
  std::string_view key;   ///< between its quotes, not unescaped
  std::size_t value = 0;  ///< where its value begins
};

/// The member whose key begins at `at`, which holds a quote. False where no value follows it.
bool read_member(std::string_view text, std::size_t at, Member& member);

}  // namespace stemma::ecs
