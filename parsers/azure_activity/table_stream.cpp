#include "parsers/azure_activity/table_stream.hpp"

#include <algorithm>

#include "parsers/azure_activity/limits.hpp"
#include "parsers/common/json_parse.hpp"

namespace stemma::azure {
namespace {

using json::Member;
using json::Piece;
using json::ValueEnd;

Piece broken_value(std::size_t begin, const ValueEnd& end) {
  switch (end.kind) {
    case ValueEnd::Kind::cut:
      return {Piece::Kind::broken, begin, 0, {Defect::truncated, begin, 0, 0, "row without end"}};
    case ValueEnd::Kind::too_deep:
      return {Piece::Kind::broken,
              begin,
              0,
              {Defect::limit_exceeded, end.at, json::kMaxDepth + 1, json::kMaxDepth, "levels"}};
    case ValueEnd::Kind::too_long:
      return {
          Piece::Kind::broken, begin, 0, {Defect::limit_exceeded, begin, 0, kMaxRow, "row length"}};
    default:
      return {Piece::Kind::broken,
              begin,
              0,
              {Defect::bad_line, end.at, 0, 0, "brackets or quotes of a row"}};
  }
}

}  // namespace

bool TableStream::next(Piece& piece) {
  if (at_ >= end_) return false;
  const std::size_t begin = at_;
  const std::size_t behind = std::min(json::skip_blanks(text_, begin), end_);
  if (behind > begin) {
    piece = {Piece::Kind::blank, begin, behind, {}};
  } else if (begin == 0 && json::text_begin(text_) != 0) {
    piece = {Piece::Kind::structure, 0, json::text_begin(text_), {}};
  } else {
    const char sign = text_[begin];
    if (sign == '[' && in_rows_) {
      piece = row(begin);
    } else if (sign == '"' && !in_rows_) {
      piece = member(begin);
    } else if (sign == ',' || sign == ']' || sign == '}' || (sign == '{' && !in_rows_)) {
      if (sign != ',') in_rows_ = false;
      piece = {Piece::Kind::structure, begin, begin + 1, {}};
    } else {
      piece = garbage(begin);
    }
  }
  at_ = piece.end;
  return true;
}

Piece TableStream::row(std::size_t begin) {
  const ValueEnd end = json::end_of_value(text_, begin);
  if (end.kind == ValueEnd::Kind::whole) return {Piece::Kind::document, begin, end.at, {}};
  Piece piece = broken_value(begin, end);
  // Rows begin alike; a quote inside a text has a backslash before it, so `["` is no text's.
  const std::size_t inside = json::skip_blanks(text_, begin + 1);
  const std::size_t next = inside < text_.size()
                               ? text_.find(text_.substr(begin, inside + 1 - begin), begin + 1)
                               : std::string_view::npos;
  piece.end = next == std::string_view::npos ? text_.size() : next;
  return piece;
}

Piece TableStream::member(std::size_t begin) {
  Member member;
  if (!json::read_member(text_, begin, member)) return garbage(begin);
  if (member.key == "tables" && text_[member.value] == '[')
    return {Piece::Kind::structure, begin, member.value + 1, {}};
  if (member.key == "rows" && text_[member.value] == '[') {
    in_rows_ = true;
    ++tables_;
    return {Piece::Kind::structure, begin, member.value + 1, {}};
  }
  const ValueEnd end = json::end_of_value(text_, member.value);
  if (end.kind != ValueEnd::Kind::whole) return garbage(begin);
  if (member.key == "columns") {
    columns_.clear();
    if (!read_columns(member.value, end.at))
      return {Piece::Kind::broken,
              begin,
              end.at,
              {Defect::bad_value, begin, 0, 0, "columns of a table"}};
    return {Piece::Kind::structure, begin, end.at, {}};
  }
  return {Piece::Kind::other, begin, end.at, {}};
}

bool TableStream::read_columns(std::size_t begin, std::size_t end) {
  json::DocumentParser parser;
  json::Repairs repairs;
  const auto root = parser.value(text_, begin, end, repairs);
  simdjson::dom::array list;
  if (!root || root->get_array().get(list) != simdjson::SUCCESS || list.size() > kMaxColumns)
    return false;
  for (const simdjson::dom::element column : list) {
    std::string_view name;
    if (column.at_key("name").get_string().get(name) != simdjson::SUCCESS &&
        column.at_key("ColumnName").get_string().get(name) != simdjson::SUCCESS)
      return false;
    columns_.push_back(key_of(name));
  }
  return true;
}

Piece TableStream::garbage(std::size_t begin) const {
  std::size_t end = text_.find_first_of("\n[{", begin + 1);
  if (end == std::string_view::npos) end = text_.size();
  return {Piece::Kind::broken, begin, end, {Defect::bad_line, begin, 0, 0, "no row of a table"}};
}

std::vector<Key> first_columns(std::string_view text) {
  const std::size_t begin = json::skip_blanks(text, json::text_begin(text));
  if (begin >= text.size() || text[begin] != '{') return {};
  const std::string_view head = text.substr(0, kMaxTableHead);
  if (head.find("\"tables\"") == std::string_view::npos ||
      head.find("\"rows\"") == std::string_view::npos)
    return {};
  TableStream stream(head, head.size());
  Piece piece;
  while (!stream.in_rows() && stream.next(piece)) {
    if (piece.kind == Piece::Kind::broken) return {};
  }
  if (!stream.in_rows()) return {};
  KeySet keys;
  for (const Key key : stream.columns())
    if (key != Key::none) keys.set(static_cast<std::size_t>(key));
  return is_activity(keys) ? stream.columns() : std::vector<Key>{};
}

}  // namespace stemma::azure
