// Cuts a run of bytes into documents and what lies around them: arrays, search responses, the
// actions of bulk files. Looks at brackets and keys only; document.hpp reads a document.
//
//     {"@timestamp":…}⏎{"@timestamp":…}⏎                     documents, one a line or spread over
//     lines [ {…}, {…} ]                                          an array of them
//     {"took":3,…,"hits":{"total":…,"hits":[{"_id":…,"_source":{…}},…]},…}   a search response
//     {"expected":[ {…}, {…} ]}                             any object that begins with an array of
//     them
//     {"index":{"_index":…}}⏎{…}⏎                           a bulk file: an action, then its
//     document
//
// Source: Elasticsearch reference, "Search API", "Multi search API", "Async search", "Bulk API".
#pragma once

#include <cstdint>
#include <string_view>

#include "events/fault.hpp"

namespace stemma::ecs {

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
  DocumentStream(std::string_view text, std::size_t begin, std::size_t end)
      : text_(text), at_(begin), end_(end) {}

  /// False at the end.
  bool next(Piece& piece);

 private:
  Piece object(std::size_t begin);
  Piece string(std::size_t begin);
  Piece garbage(std::size_t begin) const;
  [[nodiscard]] Piece broken(std::size_t begin, Fault fault) const;

  std::string_view text_;
  std::size_t at_, end_;
};

/// Whether the object at `at` looks like an event: an Elastic document, a hit that holds one, or a
/// Windows event as flat JSON. Looks at its keys alone. O(bytes of the object).
bool looks_like_event(std::string_view text, std::size_t at);

/// The same for what looks_like_event() asks: told key by key, in any order.
class KeyTaste {
 public:
  void key(std::string_view name);
  [[nodiscard]] bool is_event() const;

 private:
  std::uint32_t seen_ = 0;
};

/// How a file is cut.
enum class Layout : std::uint8_t {
  lines,   ///< a document a line: a broken one costs its line
  values,  ///< anything else
};

/// Decided by the first values of the file. O(bytes of the first document).
Layout layout_of(std::string_view text);

/// Behind a byte order mark, where there is one.
std::size_t text_begin(std::string_view text);

}  // namespace stemma::ecs
