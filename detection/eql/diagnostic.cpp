#include "detection/eql/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "events/text.hpp"

namespace stemma::eql {
namespace {

constexpr std::size_t kBeforeCaret = 90;  // bytes of a long line that are shown before the place
constexpr std::size_t kAfterCaret = 60;   // and after it
constexpr std::size_t kMaxQuoted = 60;    // columns of a query that a message repeats

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::string shown(std::string_view text) {
  std::string flat(text);
  std::replace(flat.begin(), flat.end(), '\t', ' ');
  return visible(flat);
}

}  // namespace

bool is_unsupported(std::string_view code) {
  return code.size() == 6 && code.substr(0, 5) == "EQL02";
}

void locate(Diagnostic& diagnostic, std::string_view text, std::size_t begin, std::size_t end,
            std::string_view path) {
  begin = std::min(begin, text.size());
  end = std::clamp(end, begin, text.size());
  const std::size_t newline_before =
      begin == 0 ? std::string_view::npos : text.rfind('\n', begin - 1);
  const std::size_t line_begin = newline_before == std::string_view::npos ? 0 : newline_before + 1;
  std::size_t line_end = std::min(text.find('\n', begin), text.size());
  if (line_end > line_begin && text[line_end - 1] == '\r') --line_end;
  begin = std::min(begin, line_end);
  end = std::clamp(end, begin, line_end);

  diagnostic.path = path;
  diagnostic.line =
      1 + static_cast<std::uint32_t>(std::count(
              text.begin(), text.begin() + static_cast<std::ptrdiff_t>(line_begin), '\n'));
  diagnostic.column = 1 + static_cast<std::uint32_t>(
                              std::count_if(text.begin() + static_cast<std::ptrdiff_t>(line_begin),
                                            text.begin() + static_cast<std::ptrdiff_t>(begin),
                                            [](char c) { return !is_continuation(c); }));

  std::size_t from = line_begin;
  std::size_t to = line_end;
  if (begin - from > kBeforeCaret) from = begin - kBeforeCaret;
  if (to - begin > kAfterCaret && to - from > kBeforeCaret + kAfterCaret) to = begin + kAfterCaret;
  while (from < begin && is_continuation(text[from])) ++from;
  while (to < line_end && is_continuation(text[to])) ++to;
  end = std::min(end, to);
  const std::string before =
      (from > line_begin ? "… " : "") + shown(text.substr(from, begin - from));
  const std::string under = shown(text.substr(begin, end - begin));
  diagnostic.caret = static_cast<std::uint32_t>(display_width(before));
  diagnostic.caret_length =
      static_cast<std::uint32_t>(std::max<std::size_t>(1, display_width(under)));
  diagnostic.source_line =
      before + under + shown(text.substr(end, to - end)) + (to < line_end ? " …" : "");
}

std::string render(const Diagnostic& diagnostic) {
  std::string out;
  if (!diagnostic.path.empty()) out += visible(diagnostic.path) + ":";
  if (diagnostic.line != 0) out += fmt::format("{}:{}:", diagnostic.line, diagnostic.column);
  if (!out.empty()) out += ' ';
  out += fmt::format("{} {}: {}", diagnostic.severity == Severity::error ? "error" : "warning",
                     diagnostic.code, diagnostic.message);
  if (diagnostic.line == 0) return out;
  out += fmt::format("\n  {}\n  {}{}", diagnostic.source_line, std::string(diagnostic.caret, ' '),
                     std::string(diagnostic.caret_length, '^'));
  return out;
}

std::string quoted(std::string_view text) {
  // Far more bytes than columns are never shown, so a long text is cut before it is made visible.
  return "`" + fit(visible(text.substr(0, kMaxQuoted * 8)), kMaxQuoted) + "`";
}

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::error; });
}

}  // namespace stemma::eql
