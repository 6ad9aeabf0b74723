#include "parsers/auditd/line_reader.hpp"

#include <algorithm>

namespace stemma::auditd {

bool LineReader::next(ReadLine& line) {
  if (at_ >= text_.size()) return false;
  std::size_t start = at_;
  if (text_[start] == '\0') {
    const std::size_t first = text_.find_first_not_of('\0', start);
    start = first == std::string_view::npos ? text_.size() : first;
  }
  const std::size_t newline = text_.find('\n', start);
  const std::size_t end = newline == std::string_view::npos ? text_.size() : newline;
  const std::size_t next = newline == std::string_view::npos ? text_.size() : newline + 1;
  line.skipped = start - at_;
  line.offset = start;
  line.bytes = next - start;
  line.too_long = end - start > kMaxLine;
  line.length = static_cast<std::uint32_t>(std::min<std::size_t>(end - start, kMaxLine));
  line.verdict = read_record_line(text_.substr(start, line.length), line.record, memo_);
  if (line.too_long && line.verdict.kind == LineKind::record)
    line.verdict = {LineKind::malformed, "line too long"};
  at_ = next;
  return true;
}

}  // namespace stemma::auditd
