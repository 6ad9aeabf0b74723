// Cuts a CSV file into rows, and a row into values. Values may be quoted, then with commas, line
// ends and doubled quotes in them; Log Analytics keeps JSON so.
//
//     TimeGenerated,OperationNameValue,Claims⏎
//     2026-05-12T09:14:02Z,Microsoft.Compute/…/action,"{""appid"":""…""}"⏎
//
// Source: RFC 4180; Azure Monitor, "Export results to CSV".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parsers/azure_activity/raw_record.hpp"
#include "parsers/common/json_stream.hpp"

namespace stemma::azure {

/// What the header of a file says.
struct CsvColumns {
  std::vector<Key> keys;    ///< by column; none for columns that mean nothing. Empty: no header
  bool local_time = false;  ///< the header names a zone for the times, and it is not UTC
};

/// Gives the pieces of text[begin, end): a row is a document, line ends between rows are blank. A
/// unit may begin at any row. A row whose quotes do not fit costs its first line. O(bytes).
class CsvStream {
 public:
  CsvStream(std::string_view text, std::size_t begin, std::size_t end)
      : text_(text), at_(begin), end_(end) {}
  bool next(json::Piece& piece);

 private:
  std::string_view text_;
  std::size_t at_, end_;
};

/// The values of a row as CsvStream gives it; those with doubled quotes are written into `scratch`,
/// which has to stay.
void split_row(std::string_view row, TextArena& scratch, std::vector<std::string_view>& values);

/// The header of a file, where it is one of an activity log. O(first row).
CsvColumns csv_columns(std::string_view text);

}  // namespace stemma::azure
