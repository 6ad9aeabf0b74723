#include "parsers/common/json_stream.hpp"

#include <algorithm>

namespace stemma::json {

using EndKind = ValueEnd::Kind;

std::size_t Wrapping::end_of_action(std::string_view text, const Member& first) const {
  static_cast<void>(text);
  static_cast<void>(first);
  return 0;
}

bool has_way(std::string_view text, std::size_t at, const Wrapping& wrapping) {
  bool found = false;
  while_member(text.substr(0, at + std::min(text.size() - at, kMaxDocument)), at,
               [&](const Member& member) { return !(found = wrapping.is_way(text, member)); });
  return found;
}

std::size_t text_begin(std::string_view text) {
  return text.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
}

Layout layout_of(std::string_view text, const Wrapping& wrapping) {
  const std::size_t begin = skip_blanks(text, text_begin(text));
  if (begin >= text.size() || text[begin] != '{') return Layout::values;
  std::size_t at = begin;
  for (std::size_t line = 0; line < kLinesToRecognize && at < text.size(); ++line) {
    if (text[at] == '{') {
      const ValueEnd end = end_of_value(text, at);
      const std::size_t line_end = std::min(text.find('\n', at), text.size());
      if (end.kind == EndKind::whole) {
        Member first;
        const std::size_t inside = skip_blanks(text, at + 1);
        const bool wrapper = inside < text.size() && text[inside] == '"' &&
                             read_member(text, inside, first) &&
                             wrapping.is_wrapper(text, at, first);
        return !wrapper && end.at <= line_end ? Layout::lines : Layout::values;
      }
    }
    // A broken first line costs itself, where the next ones tell.
    const std::size_t next = text.find('\n', at);
    if (next == std::string_view::npos) break;
    at = next + 1;
  }
  return Layout::values;
}

bool DocumentStream::next(Piece& piece) {
  if (at_ >= end_) return false;
  const std::size_t begin = at_;
  const std::size_t behind = skip_blanks(text_, begin);
  if (behind > begin) {
    piece = {Piece::Kind::blank, begin, behind, {}};
  } else if (begin == 0 && text_begin(text_) != 0) {
    piece = {Piece::Kind::structure, 0, text_begin(text_), {}};
  } else {
    switch (text_[begin]) {
      case ',':
      case '[':
      case ']':
      case '}':
        piece = {Piece::Kind::structure, begin, begin + 1, {}};
        break;
      case '{':
        piece = object(begin);
        break;
      case '"':
        piece = string(begin);
        break;
      default: {
        if (text_.substr(begin, 4) == "null" && end_of_value(text_, begin).at == begin + 4) {
          piece = {Piece::Kind::other, begin, begin + 4, {}};
        } else {
          piece = garbage(begin);
        }
        break;
      }
    }
  }
  at_ = piece.end;
  return true;
}

Piece DocumentStream::object(std::size_t begin) {
  const std::size_t inside = skip_blanks(text_, begin + 1);
  Member first;
  if (inside < text_.size() && text_[inside] == '"' && read_member(text_, inside, first)) {
    if (const std::size_t end = wrapping_.end_of_action(text_, first); end != 0)
      return {Piece::Kind::structure, begin, end, {}};
    if (wrapping_.is_wrapper(text_, begin, first))
      return {Piece::Kind::structure, begin, begin + 1, {}};
  }
  const ValueEnd end = end_of_value(text_, begin);
  switch (end.kind) {
    case EndKind::whole:
      return {Piece::Kind::document, begin, end.at, {}};
    case EndKind::cut:
      return broken(begin, {Defect::truncated, begin, 0, 0, "document without end"});
    case EndKind::broken:
      return broken(begin, {Defect::bad_line, end.at, 0, 0, "brackets or quotes of a document"});
    case EndKind::too_deep:
      return broken(begin, {Defect::limit_exceeded, end.at, kMaxDepth + 1, kMaxDepth, "levels"});
    case EndKind::too_long:
      break;
  }
  return broken(begin, {Defect::limit_exceeded, begin, 0, kMaxDocument, "document length"});
}

// A member of an object around documents, or a text where a document should be.
Piece DocumentStream::string(std::size_t begin) {
  Member member;
  if (!read_member(text_, begin, member)) return garbage(begin);
  const char first = text_[member.value];
  if ((first == '{' || first == '[') && wrapping_.is_way(text_, member)) {
    return {Piece::Kind::structure, begin, member.value + 1, {}};
  }
  const ValueEnd end = end_of_value(text_, member.value);
  if (end.kind == EndKind::whole) return {Piece::Kind::other, begin, end.at, {}};
  return garbage(begin);
}

// Up to where a line or something that may be a document begins.
Piece DocumentStream::garbage(std::size_t begin) const {
  std::size_t end = text_.find_first_of("\n{", begin + 1);
  if (end == std::string_view::npos) end = text_.size();
  return {Piece::Kind::broken, begin, end,
          Fault{Defect::bad_line, begin, 0, 0, "no document of JSON"}};
}

// Documents of one file begin alike: `{"@timestamp"`, `{⏎  "_index"`. The next such place is where
// reading goes on.
Piece DocumentStream::broken(std::size_t begin, Fault fault) const {
  std::size_t end = text_.size();
  const std::size_t inside = skip_blanks(text_, begin + 1);
  if (inside < text_.size() && text_[inside] == '"') {
    const ValueEnd key = end_of_value(text_, inside);
    if (key.kind == EndKind::whole) {
      const std::size_t next = text_.find(text_.substr(begin, key.at - begin), begin + 1);
      if (next != std::string_view::npos) end = next;
    }
  }
  return {Piece::Kind::broken, begin, end, fault};
}

std::vector<std::size_t> unit_cuts(std::string_view text, std::size_t block_bytes,
                                   const Wrapping& wrapping) {
  std::vector<std::size_t> cuts;
  if (text.size() <= block_bytes) return cuts;
  if (layout_of(text, wrapping) == Layout::lines) {
    for (std::size_t at = block_bytes; at < text.size(); at += block_bytes) {
      at = std::min(text.find('\n', at - 1), text.size() - 1) + 1;
      if (at < text.size()) cuts.push_back(at);
    }
    return cuts;
  }
  std::size_t begin = 0;
  DocumentStream stream(text, 0, text.size(), wrapping);
  Piece piece;
  while (stream.next(piece)) {
    if (piece.kind != Piece::Kind::document || piece.begin - begin < block_bytes) continue;
    cuts.push_back(begin = piece.begin);
  }
  return cuts;
}

}  // namespace stemma::json
