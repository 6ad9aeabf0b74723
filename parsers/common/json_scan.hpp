// Where a JSON value ends, without reading it: strings and brackets only. What lies between is
// checked by whoever reads the document. Not a parser.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stemma::json {

/// Bytes of one document. Real ones with a whole script block in them stay below 1 MiB;
/// Elasticsearch takes no request beyond 100 MiB.
inline constexpr std::size_t kMaxDocument = 16u << 20;

/// Levels of objects and arrays, the document itself counted. Elasticsearch indexes 20.
inline constexpr std::size_t kMaxDepth = 64;

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

/// Calls `visit(member)` for the members of the object at `at`, in their order, up to where the
/// object ends or breaks, or `visit` gives false. O(bytes of the object), at most kMaxDocument of
/// each value.
template <class Visit>
void while_member(std::string_view text, std::size_t at, Visit visit) {
  for (std::size_t i = skip_blanks(text, at + 1); i < text.size() && text[i] == '"';) {
    Member member;
    if (!read_member(text, i, member) || !visit(member)) return;
    const ValueEnd end = end_of_value(text, member.value);
    if (end.kind != ValueEnd::Kind::whole) return;
    i = skip_blanks(text, end.at);
    if (i >= text.size() || text[i] != ',') return;
    i = skip_blanks(text, i + 1);
  }
}

}  // namespace stemma::json
