#include "reports/html_text.hpp"

#include <fmt/format.h>

#include "events/text.hpp"

namespace stemma {

std::string html(std::string_view text) {
  const std::string shown = visible(text);
  std::string out;
  out.reserve(shown.size() + shown.size() / 8);
  for (const char c : shown) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string html_lines(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    std::string plain;
    for (const char c : line) {
      if (c == '\t')
        plain += "    ";
      else
        plain += c;
    }
    out += html(plain);
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

std::string html_grade(Confidence confidence) {
  const char* sign = "–";
  switch (confidence) {
    case Confidence::none:
      return "<span class=\"grade\">not graded</span>";
    case Confidence::possible:
      sign = "○";
      break;
    case Confidence::probable:
      sign = "◐";
      break;
    case Confidence::confirmed:
      sign = "●";
      break;
  }
  return fmt::format("<span class=\"grade {0}\"><span aria-hidden=\"true\">{1}</span> {0}</span>",
                     confidence_name(confidence), sign);
}

}  // namespace stemma
