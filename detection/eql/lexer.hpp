// EQL text → tokens with byte positions. Not the grammar: keywords are identifiers here.
// Source: Elastic's EQL syntax reference (strings, raw strings, escapes, comments, backticks,
// optional fields).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detection/eql/diagnostic.hpp"

namespace stemma::eql {

/// Cap on a query's bytes. The longest public rule has some 30 kB; generated lists of hashes reach
/// a few MB.
inline constexpr std::size_t kMaxQueryBytes = 4u << 20;

/// Cap on a query's tokens: bounds what a query of one-byte tokens costs (each is about 60 bytes in
/// memory, some more as a tree).
inline constexpr std::size_t kMaxTokens = 1u << 20;

enum class TokenKind : std::uint8_t {
  identifier,   ///< letters, digits, `_`, `@`; after a dot it may begin with a digit
  quoted_name,  ///< `…`
  string,       ///< "…" or """…"""
  integer,
  decimal,
  timespan,  ///< a number with letters: `30s` of a sequence, or a name that needs backticks
  open_paren,
  close_paren,
  open_bracket,
  close_bracket,
  comma,
  dot,
  question,
  bang,  ///< `!` alone, which only sequences know (`![…]`)
  pipe,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  colon,
  assign,
  plus,
  minus,
  star,
  slash,
  percent,
  end,
};

struct Token {
  TokenKind kind = TokenKind::end;
  bool insensitive = false;  ///< identifier directly followed by `~`, which is part of the token
  SourceRange range;
  std::string text;  ///< identifier without `~`; quoted_name and string decoded; numbers as written
};

struct Lexed {
  std::vector<Token> tokens;  ///< ends with a token of kind end, where there are no diagnostics
  std::vector<Diagnostic> diagnostics;  ///< at most one: lexing stops at the first mistake
};

/// Linear in the text. The tokens own their text.
Lexed lex(std::string_view text);

/// One token a line: `12-17 identifier where`.
std::string dump(const std::vector<Token>& tokens);

/// How a token is named in messages: `)`, string "…", the end of the query.
std::string describe(const Token& token);

}  // namespace stemma::eql
