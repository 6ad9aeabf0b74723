#include "detection/eql/lexer.hpp"

#include <fmt/format.h>

#include "events/text.hpp"

namespace stemma::eql {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '@';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return is_letter(c) || is_digit(c);
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Lexed run() {
    if (text_.size() > kMaxQueryBytes) {
      fail(0, 0, code::kTooLong,
           fmt::format("the query has {} bytes, more than the {} that are read", text_.size(),
                       kMaxQueryBytes));
      return std::move(out_);
    }
    if (!check_utf8()) return std::move(out_);
    while (skip_blank()) {
      if (at_ == text_.size()) {
        push(TokenKind::end, at_, "");
        return std::move(out_);
      }
      if (out_.tokens.size() >= kMaxTokens) {
        fail(at_, at_ + 1, code::kTooLong,
             fmt::format("the query has more than {} tokens", kMaxTokens));
        break;
      }
      if (!next()) break;
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return ahead < text_.size() - at_ ? text_[at_ + ahead] : '\0';
  }

  bool fail(std::size_t begin, std::size_t end, const char* code, std::string message) {
    Diagnostic diagnostic;
    diagnostic.code = code;
    diagnostic.message = std::move(message);
    diagnostic.range = range(begin, end);
    out_.diagnostics.push_back(std::move(diagnostic));
    return false;
  }

  static SourceRange range(std::size_t begin, std::size_t end) {
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  }

  void push(TokenKind kind, std::size_t begin, std::string text) {
    Token token;
    token.kind = kind;
    token.range = range(begin, at_);
    token.text = std::move(text);
    out_.tokens.push_back(std::move(token));
  }

  bool check_utf8() {
    for (std::size_t i = 0; i < text_.size();) {
      if (static_cast<unsigned char>(text_[i]) < 0x80) {
        ++i;
        continue;
      }
      const CodePoint point = next_code_point(text_.substr(i));
      if (!point.valid) return fail(i, i + 1, code::kNotUtf8, "the query is not UTF-8 here");
      i += point.bytes;
    }
    return true;
  }

  bool skip_blank() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        ++at_;
      } else if (c == '/' && peek(1) == '/') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '/' && peek(1) == '*') {
        const std::size_t close = text_.find("*/", at_ + 2);
        if (close == std::string_view::npos) {
          return fail(at_, at_ + 2, code::kUnterminatedComment, "this comment is never closed");
        }
        at_ = close + 2;
      } else {
        return true;
      }
    }
    return true;
  }

  // A dot that directly follows a name begins a further part of the name, not a decimal.
  [[nodiscard]] bool after_dot_of_a_name() const {
    const auto& tokens = out_.tokens;
    return tokens.size() >= 2 && tokens.back().kind == TokenKind::dot &&
           tokens.back().range.end == at_ && ends_a_name(tokens[tokens.size() - 2]);
  }
  [[nodiscard]] static bool ends_a_name(const Token& token) {
    return token.kind == TokenKind::identifier || token.kind == TokenKind::quoted_name;
  }

  bool next() {
    const char c = peek();
    if (is_letter(c) || (is_digit(c) && after_dot_of_a_name())) return identifier();
    if (is_digit(c)) return number();
    if (c == '.') {
      const bool follows_name = !out_.tokens.empty() && out_.tokens.back().range.end == at_ &&
                                ends_a_name(out_.tokens.back());
      if (is_digit(peek(1)) && !follows_name) return number();
      return one(TokenKind::dot);
    }
    if (c == '"') return text_.substr(at_, 3) == "\"\"\"" ? raw_string() : string();
    if (c == '`') return quoted_name();
    switch (c) {
      case '(':
        return one(TokenKind::open_paren);
      case ')':
        return one(TokenKind::close_paren);
      case '[':
        return one(TokenKind::open_bracket);
      case ']':
        return one(TokenKind::close_bracket);
      case ',':
        return one(TokenKind::comma);
      case '|':
        return one(TokenKind::pipe);
      case ':':
        return one(TokenKind::colon);
      case '+':
        return one(TokenKind::plus);
      case '-':
        return one(TokenKind::minus);
      case '*':
        return one(TokenKind::star);
      case '/':
        return one(TokenKind::slash);
      case '%':
        return one(TokenKind::percent);
      case '=':
        return peek(1) == '=' ? two(TokenKind::equal) : one(TokenKind::assign);
      case '<':
        return peek(1) == '=' ? two(TokenKind::less_equal) : one(TokenKind::less);
      case '>':
        return peek(1) == '=' ? two(TokenKind::greater_equal) : one(TokenKind::greater);
      case '?':
        if (peek(1) == '"' || peek(1) == '\'') {
          return fail(at_, at_ + 2, code::kDialectUnsupported,
                      "`?\"…\"` is a raw string of the Endgame dialect only: write \"\"\"…\"\"\"");
        }
        return one(TokenKind::question);
      case '!':
        if (peek(1) == '=') return two(TokenKind::not_equal);
        return one(TokenKind::bang);
      case '\'':
        return fail(at_, at_ + 1, code::kSingleQuotes, "strings are written in double quotes");
      default: {
        const CodePoint point = next_code_point(text_.substr(at_));
        return fail(at_, at_ + point.bytes, code::kUnexpectedCharacter,
                    "unexpected character " + quoted(text_.substr(at_, point.bytes)));
      }
    }
  }

  bool one(TokenKind kind) {
    const std::size_t begin = at_++;
    push(kind, begin, std::string(text_.substr(begin, 1)));
    return true;
  }
  bool two(TokenKind kind) {
    const std::size_t begin = at_;
    at_ += 2;
    push(kind, begin, std::string(text_.substr(begin, 2)));
    return true;
  }

  bool identifier() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    std::string name(text_.substr(begin, at_ - begin));
    const bool insensitive = peek() == '~';
    if (insensitive) ++at_;
    push(TokenKind::identifier, begin, std::move(name));
    out_.tokens.back().insensitive = insensitive;
    return true;
  }

  bool number() {
    const std::size_t begin = at_;
    bool decimal = false;
    while (is_digit(peek())) ++at_;
    if (peek() == '.') {
      decimal = true;
      ++at_;
      while (is_digit(peek())) ++at_;
    }
    if (peek() == 'e' || peek() == 'E') {
      const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
      if (is_digit(peek(1 + sign))) {
        decimal = true;
        at_ += 1 + sign;
        while (is_digit(peek())) ++at_;
      }
    }
    if (is_word(peek())) {
      while (is_word(peek())) ++at_;
      push(TokenKind::timespan, begin, std::string(text_.substr(begin, at_ - begin)));
      return true;
    }
    push(decimal ? TokenKind::decimal : TokenKind::integer, begin,
         std::string(text_.substr(begin, at_ - begin)));
    return true;
  }

  bool quoted_name() {
    const std::size_t begin = at_++;
    std::string name;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c != '`') {
        name += c;
      } else if (peek() == '`') {
        name += '`';
        ++at_;
      } else {
        if (name.empty())
          return fail(begin, at_, code::kFieldName, "the name in backticks is empty");
        push(TokenKind::quoted_name, begin, std::move(name));
        return true;
      }
    }
    return fail(begin, begin + 1, code::kUnterminatedString,
                "this name in backticks is never closed");
  }

  bool raw_string() {
    const std::size_t begin = at_;
    const std::size_t close = text_.find("\"\"\"", at_ + 3);
    if (close == std::string_view::npos) {
      return fail(begin, begin + 3, code::kUnterminatedString, "this raw string is never closed");
    }
    // Up to two quotes directly before the closing three belong to the string, as in """say
    // "no"""".
    std::size_t end = close;
    while (end < close + 2 && end + 3 < text_.size() && text_[end + 3] == '"') ++end;
    at_ = end + 3;
    push(TokenKind::string, begin, std::string(text_.substr(begin + 3, end - begin - 3)));
    return true;
  }

  bool string() {
    const std::size_t begin = at_++;
    std::string value;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        push(TokenKind::string, begin, std::move(value));
        return true;
      }
      if (c == '\n' || c == '\r') break;
      if (c != '\\') {
        value += c;
        ++at_;
        continue;
      }
      if (!escape(value)) return false;
    }
    return fail(begin, begin + 1, code::kUnterminatedString,
                "this string is not closed on its line");
  }

  bool escape(std::string& value) {
    const std::size_t begin = at_;
    switch (peek(1)) {
      case 'n':
        value += '\n';
        break;
      case 'r':
        value += '\r';
        break;
      case 't':
        value += '\t';
        break;
      case '\\':
        value += '\\';
        break;
      case '"':
        value += '"';
        break;
      case 'u':
        return unicode_escape(value);
      default: {
        const std::size_t rest = text_.size() - begin;
        const std::size_t length =
            rest > 1 ? 1u + next_code_point(text_.substr(begin + 1)).bytes : 1u;
        return fail(begin, begin + length, code::kBadEscape,
                    "unknown escape " + quoted(text_.substr(begin, length)) +
                        ": known are \\n \\r \\t \\\\ \\\" and \\u{…}");
      }
    }
    at_ += 2;
    return true;
  }

  bool unicode_escape(std::string& value) {
    const std::size_t begin = at_;
    at_ += 2;
    std::uint32_t point = 0;
    std::size_t digits = 0;
    bool good = peek() == '{';
    if (good) ++at_;
    while (good && digits <= 8 && hex_value(peek()) >= 0) {
      point = point * 16 + static_cast<std::uint32_t>(hex_value(peek()));
      ++digits;
      ++at_;
    }
    good = good && digits >= 2 && digits <= 8 && peek() == '}';
    if (!good) {
      return fail(begin, std::max(at_, begin + 2), code::kBadEscape,
                  "a Unicode escape is written \\u{…} with 2 to 8 hexadecimal digits");
    }
    ++at_;
    if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
      return fail(begin, at_, code::kBadEscape, fmt::format("U+{:X} is not a character", point));
    }
    append_utf8(value, point);
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Lexed out_;
};

const char* kind_name(TokenKind kind) {
  switch (kind) {
    case TokenKind::identifier:
      return "identifier";
    case TokenKind::quoted_name:
      return "quoted_name";
    case TokenKind::string:
      return "string";
    case TokenKind::integer:
      return "integer";
    case TokenKind::decimal:
      return "decimal";
    case TokenKind::timespan:
      return "timespan";
    case TokenKind::end:
      return "end";
    default:
      return "symbol";
  }
}

}  // namespace

Lexed lex(std::string_view text) {
  return Lexer(text).run();
}

std::string dump(const std::vector<Token>& tokens) {
  std::string out;
  for (const Token& token : tokens) {
    out += fmt::format("{}-{} {} {}{}\n", token.range.begin, token.range.end, kind_name(token.kind),
                       visible(token.text), token.insensitive ? "~" : "");
  }
  return out;
}

std::string describe(const Token& token) {
  switch (token.kind) {
    case TokenKind::end:
      return "the end of the query";
    case TokenKind::string:
      return "the string " + quoted(token.text);
    case TokenKind::quoted_name:
      return "the name " + quoted(token.text);
    default:
      return quoted(token.text + (token.insensitive ? "~" : ""));
  }
}

}  // namespace stemma::eql
