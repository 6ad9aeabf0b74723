// Cuts an answer of the Log Analytics API into rows. Which columns a row's values belong to is said
// once, before the rows of each table.
//
//     {"tables":[{"name":"PrimaryResult",
//                 "columns":[{"name":"TimeGenerated","type":"datetime"},…],
//                 "rows":[["2026-05-12T09:14:02Z",…],…]},…],…}
//
// Source: Azure Monitor Log Analytics API, "Response format".
#pragma once

#include <string_view>
#include <vector>

#include "parsers/azure_activity/raw_record.hpp"
#include "parsers/common/json_stream.hpp"

namespace stemma::azure {

/// Gives the pieces of text[begin, end): rows are documents. A broken row costs itself: reading
/// goes on where the next one begins alike. O(bytes).
class TableStream {
 public:
  /// From the beginning of a file.
  TableStream(std::string_view text, std::size_t end) : text_(text), end_(end) {}
  /// From a row of the first table on; `columns` are that table's.
  TableStream(std::string_view text, std::size_t begin, std::size_t end, std::vector<Key> columns)
      : text_(text), at_(begin), end_(end), in_rows_(true), columns_(std::move(columns)) {}

  bool next(json::Piece& piece);

  /// Those of the table that the last piece lies in; none for columns that mean nothing.
  [[nodiscard]] const std::vector<Key>& columns() const { return columns_; }
  [[nodiscard]] bool in_rows() const { return in_rows_; }
  /// Tables whose rows have begun.
  [[nodiscard]] std::size_t tables() const { return tables_; }

 private:
  json::Piece row(std::size_t begin);
  json::Piece member(std::size_t begin);
  bool read_columns(std::size_t begin, std::size_t end);
  [[nodiscard]] json::Piece garbage(std::size_t begin) const;

  std::string_view text_;
  std::size_t at_ = 0, end_;
  bool in_rows_ = false;
  std::size_t tables_ = 0;
  std::vector<Key> columns_;
};

/// The columns of the first table, where the file is such an answer and they are an activity log's.
/// Empty else. O(kMaxTableHead).
std::vector<Key> first_columns(std::string_view text);

}  // namespace stemma::azure
