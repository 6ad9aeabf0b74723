#include "detection/rules/toml_text.hpp"

#include <algorithm>

#include "events/text.hpp"

namespace stemma {
namespace {

std::optional<std::size_t> offset_of(std::string_view file, std::uint32_t line,
                                     std::uint32_t column) {
  std::size_t at = 0;
  for (std::uint32_t i = 1; i < line; ++i) {
    const std::size_t newline = file.find('\n', at);
    if (newline == std::string_view::npos) return std::nullopt;
    at = newline + 1;
  }
  for (std::uint32_t i = 1; i < column; ++i) {
    if (at >= file.size()) return std::nullopt;
    at += next_code_point(file.substr(at)).bytes;
  }
  return at;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string without_returns(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    out += text[i];
  }
  return out;
}

}  // namespace

std::optional<TomlTextMap> TomlTextMap::make(std::string_view file, std::uint32_t line,
                                             std::uint32_t column, std::string_view decoded) {
  const std::optional<std::size_t> begin = offset_of(file, line, column);
  if (!begin) return std::nullopt;
  std::size_t at = *begin;
  const auto starts = [&](std::string_view what) {
    return file.substr(std::min(at, file.size()), what.size()) == what;
  };
  const bool multi_literal = starts("'''");
  const bool multi_basic = starts("\"\"\"");
  const bool literal = starts("'");
  if (!literal && !starts("\"")) return std::nullopt;
  const bool multi = multi_literal || multi_basic;
  const std::string_view close = multi_literal ? "'''"
                                 : multi_basic ? "\"\"\""
                                 : literal     ? "'"
                                               : "\"";
  at += close.size();
  if (multi && starts("\r\n")) {
    at += 2;
  } else if (multi && starts("\n")) {
    ++at;
  }

  // Carriage returns before newlines are left out on both sides: parsers differ on whether they
  // keep them.
  const std::string wanted = without_returns(decoded);
  const bool keeps_returns = wanted.size() != decoded.size();
  TomlTextMap map;
  std::string out;
  const auto step = [&] { map.steps_.push_back({out.size(), at}); };
  step();
  while (at < file.size() && out.size() <= wanted.size()) {
    if (starts(close)) {
      std::size_t run = 0;
      while (at + run < file.size() && file[at + run] == close[0]) ++run;
      if (!multi || run <= 3) break;
      out.append(run - 3, close[0]);  // quotes directly before the closing ones belong to the text
      at += run - 3;
      step();
      break;
    }
    if (starts("\r\n")) {
      ++at;
      step();
      continue;
    }
    if (literal || file[at] != '\\') {
      out += file[at++];
      continue;
    }
    const char kind = at + 1 < file.size() ? file[at + 1] : '\0';
    const std::size_t digits = kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    if (digits != 0) {
      std::uint32_t point = 0;
      if (digits > file.size() - at - 2) return std::nullopt;
      for (std::size_t i = 0; i < digits; ++i) {
        const int value = hex_value(file[at + 2 + i]);
        if (value < 0) return std::nullopt;
        point = point * 16 + static_cast<std::uint32_t>(value);
      }
      append_utf8(out, point);
      at += 2 + digits;
    } else if (const std::size_t plain = std::string_view("btnfr\"\\e").find(kind);
               plain != std::string_view::npos) {
      out += "\b\t\n\f\r\"\\\x1b"[plain];
      at += 2;
    } else {
      // A backslash at a line's end swallows blanks up to the next text.
      ++at;
      while (at < file.size() &&
             (file[at] == ' ' || file[at] == '\t' || file[at] == '\n' || file[at] == '\r'))
        ++at;
    }
    step();
  }
  if (out != wanted || keeps_returns) return std::nullopt;
  step();
  return map;
}

std::size_t TomlTextMap::in_file(std::size_t at) const {
  const auto after = std::upper_bound(steps_.begin(), steps_.end(), at,
                                      [](std::size_t a, const Step& s) { return a < s.decoded; });
  if (after == steps_.begin()) return steps_.front().file;
  const Step& step = *(after - 1);
  return step.file + (at - step.decoded);
}

}  // namespace stemma
