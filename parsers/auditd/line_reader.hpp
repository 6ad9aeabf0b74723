// Cuts a file into lines and says of each byte whose it is. Not the records' content.
#pragma once

#include <cstdint>
#include <string_view>

#include "parsers/auditd/record_line.hpp"

namespace stemma::auditd {

/// A line of the file, with what was found on it.
struct ReadLine {
  std::uint64_t offset = 0;  ///< of the line's first byte that is not a NUL
  std::uint32_t length =
      0;  ///< without the line end, and without leading NULs; lines above kMaxLine: kMaxLine
  std::uint64_t skipped = 0;  ///< leading NULs: a file that was open when power was lost
  std::uint64_t bytes = 0;    ///< of the line from `offset` on, its end included
  bool too_long = false;      ///< above kMaxLine; only the head was looked at
  LineVerdict verdict;
  RecordLine record;  ///< where verdict.kind is record
};

/// Walks over the lines of a text. O(bytes), no allocation. Views go into the text.
class LineReader {
 public:
  explicit LineReader(std::string_view text, std::uint64_t from = 0) : text_(text), at_(from) {}
  /// The next line; false at the end. Every byte of the text belongs to exactly one line.
  bool next(ReadLine& line);
  /// Where the next line begins.
  [[nodiscard]] std::uint64_t at() const { return at_; }

 private:
  std::string_view text_;
  std::uint64_t at_ = 0;
  StampMemo memo_;
};

}  // namespace stemma::auditd
