// What the parsers of statements and of expressions share: the tokens, the tree that grows, the
// first thing that was wrong. Not a grammar. Shared by those two only; parse() is in syntax.hpp.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detection/eql/lexer.hpp"
#include "detection/eql/syntax.hpp"
#include "events/paths.hpp"

namespace stemma::eql {

/// A node that could not be read; why is in the diagnostics.
inline constexpr NodeId kFailed = 0xFFFF'FFFF;

/// Words that name no field and no function.
inline bool is_keyword(std::string_view word) {
  for (const std::string_view keyword :
       {"and", "or", "not", "in", "like", "regex", "where", "of", "by", "with", "until"}) {
    if (word == keyword) return true;
  }
  return false;
}

/// Parsing stops at the first thing that is wrong: fail() keeps that one alone.
class TokenReader {
 public:
  explicit TokenReader(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

 protected:
  // Counts nesting for the life of one level of recursion.
  class Level {
   public:
    explicit Level(TokenReader& reader) : reader_(reader) { ++reader_.depth_; }
    ~Level() { --reader_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    TokenReader& reader_;
  };

  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  [[nodiscard]] bool at(TokenKind kind) const { return peek().kind == kind; }
  [[nodiscard]] bool at_word(std::string_view word, std::size_t ahead = 0) const {
    const Token& token = peek(ahead);
    return token.kind == TokenKind::identifier && !token.insensitive && token.text == word;
  }
  const Token& take() {
    const Token& token = peek();
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }
  [[nodiscard]] std::uint32_t end_of_last() const {
    return at_ == 0 ? 0 : tokens_[at_ - 1].range.end;
  }

  NodeId fail(SourceRange range, const char* code, std::string message) {
    if (out_.diagnostics.empty()) {
      Diagnostic diagnostic;
      diagnostic.code = code;
      diagnostic.message = std::move(message);
      diagnostic.range = range;
      out_.diagnostics.push_back(std::move(diagnostic));
    }
    return kFailed;
  }
  NodeId expected(std::string_view what) {
    std::string hint;
    const std::string lower = ascii_lower(peek().text);
    if (at(TokenKind::identifier) && lower != peek().text && is_keyword(lower)) {
      hint = " (keywords are written in lower case)";
    }
    return fail(peek().range, code::kUnexpectedToken,
                fmt::format("expected {}, found {}{}", what, describe(peek()), hint));
  }
  bool want(TokenKind kind, std::string_view what) {
    if (!at(kind)) {
      expected(what);
      return false;
    }
    take();
    return true;
  }

  NodeId add(Node node) {
    out_.tree.nodes.push_back(std::move(node));
    return static_cast<NodeId>(out_.tree.nodes.size() - 1);
  }
  NodeId add(NodeKind kind, SourceRange range, const std::vector<Child>& children,
             Operator op = Operator::none) {
    Node node;
    node.kind = kind;
    node.op = op;
    node.range = range;
    node.first = static_cast<std::uint32_t>(out_.tree.children.size());
    node.count = static_cast<std::uint32_t>(children.size());
    out_.tree.children.insert(out_.tree.children.end(), children.begin(), children.end());
    return add(std::move(node));
  }
  [[nodiscard]] std::uint32_t begin_of(NodeId id) const { return out_.tree.nodes[id].range.begin; }

  bool refuse(SourceRange range, const char* code, std::string message) {
    fail(range, code, std::move(message));
    return false;
  }
  bool too_deep() {
    fail(peek().range, code::kTooDeep,
         fmt::format("the query nests deeper than {} levels", kMaxDepth));
    return false;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::uint32_t depth_ = 0;
  Parsed out_;
};

}  // namespace stemma::eql
