// Cuts a run of bytes into documents of JSON and what lies around them: arrays, members of objects
// that hold arrays of documents, lines. Looks at brackets and keys only; json_parse.hpp reads a
// document, and each format says by its Wrapping what it puts around documents.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "events/fault.hpp"
#include "parsers/common/json_scan.hpp"

namespace stemma::json {

/// What a format puts around its documents. Stateless: asked from any thread.
class Wrapping {
 public:
  virtual ~Wrapping() = default;
  /// Whether the object at `at`, whose first member is given, is around documents and none itself.
  [[nodiscard]] virtual bool is_wrapper(std::string_view text, std::size_t at,
                                        const Member& first) const = 0;
  /// Whether the way to documents goes through this member of a wrapper, an object or an array.
  [[nodiscard]] virtual bool is_way(std::string_view text, const Member& member) const = 0;
  /// Behind an object that is no document but says something of the next one; 0 where it is none.
  [[nodiscard]] virtual std::size_t end_of_action(std::string_view text, const Member& first) const;
};

/// Whether the object at `at` has a member that `wrapping` says is a way to documents. Looks at the
/// first kMaxDocument bytes. O(bytes up to it).
bool has_way(std::string_view text, std::size_t at, const Wrapping& wrapping);

struct Piece {
  enum class Kind : std::uint8_t {
    document,   ///< an object that may be an event
    structure,  ///< brackets and commas around documents, actions of a bulk file
    blank,
    other,   ///< members of a wrapper that hold no documents, null among documents
    broken,  ///< what should have been a document; `fault` says why not
  };
  Kind kind = Kind::blank;
  std::size_t begin = 0, end = 0;
  Fault fault = {};
};

/// Gives the pieces that begin in text[begin, end) one by one; together they cover every byte once.
/// What a piece is depends on nothing before it, so that a run may begin at any document. Behind a
/// broken document it goes on where another one begins in the same way. O(bytes), and again what a
/// broken document hides, at most kMaxDepth times.
class DocumentStream {
 public:
  /// @param text borrowed; a document may not go on behind it
  /// @param end where a piece of the text begins, or its end: no piece from there on is given
  /// @param wrapping borrowed
  DocumentStream(std::string_view text, std::size_t begin, std::size_t end,
                 const Wrapping& wrapping)
      : text_(text), at_(begin), end_(end), wrapping_(wrapping) {}

  /// False at the end.
  bool next(Piece& piece);

 private:
  Piece object(std::size_t begin);
  Piece string(std::size_t begin);
  Piece garbage(std::size_t begin) const;
  [[nodiscard]] Piece broken(std::size_t begin, Fault fault) const;

  std::string_view text_;
  std::size_t at_, end_;
  const Wrapping& wrapping_;
};

/// How a file is cut.
enum class Layout : std::uint8_t {
  lines,   ///< a document a line: a broken one costs its line
  values,  ///< anything else
};

/// How many lines at a file's start may be broken in one of documents line by line.
inline constexpr std::size_t kLinesToRecognize = 16;

/// Decided by the first values of the file. O(bytes of the first document).
Layout layout_of(std::string_view text, const Wrapping& wrapping);

/// Behind a byte order mark, where there is one.
std::size_t text_begin(std::string_view text);

/// Calls `visit(piece)` for every piece of text[begin, end), as `layout` says; stops where it gives
/// false.
template <class Visit>
void for_each_piece(std::string_view text, std::size_t begin, std::size_t end, Layout layout,
                    const Wrapping& wrapping, Visit visit) {
  while (begin < end) {
    // Lines first: a document may not go on behind its own.
    std::size_t stop = end;
    if (layout == Layout::lines) {
      const std::size_t line_end = text.find('\n', begin);
      stop = line_end < end ? line_end + 1 : end;
    }
    DocumentStream stream(layout == Layout::lines ? text.substr(0, stop) : text, begin, stop,
                          wrapping);
    Piece piece;
    while (stream.next(piece)) {
      if (!visit(piece)) return;
    }
    begin = stop;
  }
}

/// How many values at a file's start are looked at for a document.
inline constexpr std::size_t kValuesToRecognize = 64;

/// Whether one of the first values is a document of which `looks_right(text, at)` is true.
template <class LooksRight>
bool has_document(std::string_view text, const Wrapping& wrapping, LooksRight looks_right) {
  const std::size_t begin = skip_blanks(text, text_begin(text));
  if (begin >= text.size() || (text[begin] != '{' && text[begin] != '[')) return false;
  std::size_t values = 0;
  bool found = false;
  for_each_piece(text, begin, text.size(), layout_of(text, wrapping), wrapping,
                 [&](const Piece& piece) {
                   found = piece.kind == Piece::Kind::document && looks_right(text, piece.begin);
                   if (piece.kind != Piece::Kind::blank) ++values;
                   return !found && values < kValuesToRecognize;
                 });
  return found;
}

/// Where units of about `block_bytes` begin but the first: behind a line's end, or where a document
/// begins. O(bytes) where documents are not lines.
std::vector<std::size_t> unit_cuts(std::string_view text, std::size_t block_bytes,
                                   const Wrapping& wrapping);

}  // namespace stemma::json
