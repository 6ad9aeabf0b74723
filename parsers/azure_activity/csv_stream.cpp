#include "parsers/azure_activity/csv_stream.hpp"

#include <algorithm>

#include "parsers/azure_activity/limits.hpp"

namespace stemma::azure {
namespace {

using json::Piece;

bool is_line_end(char c) {
  return c == '\n' || c == '\r';
}

struct ValueEnd {
  std::size_t at = 0;  ///< at the comma or line end behind the value, or the text's end
  bool whole = true;
};

// Behind the value that begins at `at`.
ValueEnd end_of_csv_value(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] != '"')
    return {std::min(text.find_first_of(",\r\n", at), text.size()), true};
  for (++at;;) {
    at = text.find('"', at);
    if (at == std::string_view::npos) return {text.size(), false};
    ++at;
    if (at >= text.size() || text[at] == ',' || is_line_end(text[at])) return {at, true};
    if (text[at] != '"') return {at, false};
    ++at;
  }
}

// Behind the row that begins at `at`; its line end is not part of it.
ValueEnd end_of_row(std::string_view text, std::size_t at) {
  const std::string_view near = text.substr(0, at + std::min(text.size() - at, kMaxRow + 1));
  for (;;) {
    const ValueEnd value = end_of_csv_value(near, at);
    if (!value.whole || value.at >= near.size() || is_line_end(near[value.at])) return value;
    at = value.at + 1;
  }
}

}  // namespace

bool CsvStream::next(Piece& piece) {
  if (at_ >= end_) return false;
  const std::size_t begin = at_;
  std::size_t behind = begin;
  while (behind < end_ && is_line_end(text_[behind])) ++behind;
  if (behind > begin) {
    piece = {Piece::Kind::blank, begin, behind, {}};
  } else if (begin == 0 && json::text_begin(text_) != 0) {
    piece = {Piece::Kind::structure, 0, json::text_begin(text_), {}};
  } else {
    const ValueEnd row = end_of_row(text_, begin);
    const bool is_header = begin == json::text_begin(text_);
    piece = {is_header ? Piece::Kind::structure : Piece::Kind::document, begin, row.at, {}};
    if (!row.whole || row.at - begin > kMaxRow) {
      piece.kind = Piece::Kind::broken;
      // Where the quotes do not fit, what they would have held together is not known.
      piece.end = std::min(text_.find_first_of("\r\n", begin), text_.size());
      piece.fault =
          row.at - begin > kMaxRow
              ? Fault{Defect::limit_exceeded, begin, row.at - begin, kMaxRow, "row length"}
              : Fault{Defect::bad_line, row.at, 0, 0, "quotes of a row"};
    }
  }
  at_ = piece.end;
  return true;
}

void split_row(std::string_view row, TextArena& scratch, std::vector<std::string_view>& values) {
  values.clear();
  for (std::size_t at = 0;;) {
    const ValueEnd end = end_of_csv_value(row, at);
    std::string_view value = row.substr(at, end.at - at);
    if (value.size() >= 2 && value.front() == '"') {
      value = value.substr(1, value.size() - 2);
      if (value.find('"') != std::string_view::npos) {
        const std::span<char> room = scratch.room(value.size());
        std::size_t used = 0;
        for (std::size_t i = 0; i < value.size(); ++i) {
          room[used++] = value[i];
          if (value[i] == '"') ++i;  // the second one of two
        }
        value = {room.data(), used};
      }
    }
    values.push_back(value);
    if (end.at >= row.size() || values.size() > kMaxColumns) return;
    at = end.at + 1;
  }
}

CsvColumns csv_columns(std::string_view text) {
  const std::size_t begin = json::text_begin(text);
  const std::string_view head = text.substr(0, kMaxTableHead);
  if (begin >= head.size()) return {};
  const ValueEnd end = end_of_row(head, begin);
  if (!end.whole) return {};
  CsvColumns columns;
  TextArena scratch;
  std::vector<std::string_view> names;
  split_row(head.substr(begin, end.at - begin), scratch, names);
  if (names.size() > kMaxColumns) return {};
  KeySet keys;
  for (const std::string_view name : names) {
    // The portal writes the zone behind the name.
    const bool has_zone = name.starts_with("TimeGenerated [");
    columns.local_time = columns.local_time || (has_zone && !name.ends_with("[UTC]"));
    const Key key = has_zone ? Key::time_generated : key_of(name);
    columns.keys.push_back(key);
    if (key != Key::none) keys.set(static_cast<std::size_t>(key));
  }
  return is_activity(keys) ? columns : CsvColumns{};
}

}  // namespace stemma::azure
