// A text in which secrets are looked for, as values, arguments and commands: what all patterns of
// secrets read it by. Not the patterns (secrets.cpp, secret_commands.cpp).
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "events/secrets.hpp"

namespace stemma::secret_text {

inline constexpr std::size_t kNone = std::string_view::npos;

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}
inline bool is_name(char c) {
  return is_word(c) || c == '-' || c == '.';
}
// Blanks within a line, and the end of an argument.
inline bool is_gap(char c) {
  return c == ' ' || c == '\t' || c == '\0';
}
inline bool is_line_end(char c) {
  return c == '\n' || c == '\r';
}
inline bool is_space(char c) {
  return is_gap(c) || is_line_end(c);
}
inline bool is_quote(char c) {
  return c == '"' || c == '\'';
}
inline char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
inline bool is_token(char c) {  // RFC 6750 b64token, and what URLs escape
  return is_word(c) || c == '-' || c == '.' || c == '~' || c == '+' || c == '/' || c == '=' ||
         c == '%';
}

inline bool equal_folded(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}
inline bool ends_folded(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && equal_folded(text.substr(text.size() - end.size()), end);
}
inline bool starts_folded(std::string_view text, std::string_view begin) {
  return text.size() >= begin.size() && equal_folded(text.substr(0, begin.size()), begin);
}

// A stretch of the text.
struct Span {
  std::size_t begin = 0, end = 0;
};

/// Borrows the text. Any position may be asked for: behind its end stands a line end.
class SecretText {
 public:
  explicit SecretText(std::string_view text) : text_(text) {}

  [[nodiscard]] char at(std::size_t position) const {
    return position < text_.size() ? text_[position] : '\n';
  }
  [[nodiscard]] std::string_view part(std::size_t begin, std::size_t end) const {
    return text_.substr(begin, end - begin);
  }
  [[nodiscard]] std::size_t skip_gap(std::size_t from) const {
    while (from < text_.size() && is_gap(text_[from])) ++from;
    return from;
  }
  // The end of the command that `from` lies in: of its line, or of what is looked at.
  [[nodiscard]] std::size_t line_end(std::size_t from) const {
    const std::size_t limit = std::min(text_.size(), from + kMaxSecretContext);
    while (from < limit && !is_line_end(text_[from])) ++from;
    return from;
  }

  // A value that a program or an interpreter puts in: no secret stands here.
  [[nodiscard]] static bool is_variable(std::string_view value) {
    if (value.size() >= 2 && value[0] == '$')
      return is_word(value[1]) ? !is_digit(value[1]) : value[1] == '{' || value[1] == '(';
    if (value.size() >= 2 && value[0] == '%')
      return value[1] == '%' || value.find('%', 1) != kNone;  // %%1843 of a log, %PASSWORD%
    if (value.size() >= 2 && value[0] == '{') return value[1] == '{';  // of a template
    return value.size() >= 2 && value[0] == '<' && value.back() == '>';
  }
  // The value that begins at `from`: within quotes, or up to a blank or one of `stops`. A quote
  // inside JSON text is `\"`.
  [[nodiscard]] Span value(std::size_t from, std::string_view stops) const {
    const bool escaped = at(from) == '\\' && is_quote(at(from + 1));
    if (escaped) ++from;
    if (is_quote(at(from))) {
      const char quote = text_[from];
      std::size_t end = from + 1;
      while (end < text_.size() && end - from < limit_) {
        if (text_[end] == quote && !escaped) break;
        if (text_[end] == '\\' && end + 1 < text_.size()) {
          if (escaped && text_[end + 1] == quote) break;
          if (!escaped && text_[end + 1] == quote && quote == '"') ++end;
        }
        if (is_line_end(text_[end])) break;
        ++end;
      }
      return {from + 1, end};
    }
    std::size_t end = from;
    while (end < text_.size() && end - from < limit_ && !is_space(text_[end]) &&
           stops.find(text_[end]) == kNone)
      ++end;
    return {from, end};
  }
  // An argument: up to the next NUL where arguments are told apart by one, else like value().
  [[nodiscard]] Span argument(std::size_t gap) const {
    if (at(gap) == '\0' && gap < text_.size()) {
      std::size_t end = gap + 1;
      while (end < text_.size() && text_[end] != '\0' && end - gap < kMaxSecret) ++end;
      return {gap + 1, end};
    }
    return value(skip_gap(gap), "\"'");
  }

  [[nodiscard]] std::string_view word_around(std::size_t position) const {
    std::size_t begin = position, end = position;
    while (begin > 0 && position - begin < 64 && is_name(text_[begin - 1])) --begin;
    while (end < text_.size() && end - position < 64 && is_name(text_[end])) ++end;
    return part(begin, end);
  }

  [[nodiscard]] std::string_view text() const { return text_; }

 protected:
  std::string_view text_;
  std::size_t limit_ = kMaxSecret;  // of a value that is looked at
};

}  // namespace stemma::secret_text
