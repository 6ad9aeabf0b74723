// Parses conditions: `category where …`, and expressions in it. Not statements (parser.cpp). Shared
// by the two only; parse() is in syntax.hpp.
//
// Recursive descent over tokens. Precedence, weakest first: or, and, not, comparisons and in and like,
// + and -, * and / and %, sign, primary. Source: Elastic's EQL syntax reference; lineage terms from
// the Endgame query guide.
#pragma once

#include "detection/eql/token_reader.hpp"

namespace stemma::eql {

class ExpressionParser : protected TokenReader {
 protected:
  using TokenReader::TokenReader;

  // Something stands where the query, or a parenthesis, should go on or end.
  NodeId after_expression();
  // `category where condition`, appended to the tree's queries behind the subqueries that it holds.
  bool event_query();
  NodeId expression();
  [[nodiscard]] bool at_comparison() const;
  [[nodiscard]] Operator joining(NodeKind kind) const;
  bool field_name(std::string& name);

 private:
  NodeId logical(NodeKind kind);
  NodeId negation();
  NodeId comparison();
  NodeId not_chained(NodeId node);
  static Operator comparison_operator(TokenKind kind);
  NodeId membership(NodeId left);
  NodeId match(NodeId left);
  bool list(std::vector<Child>& children, bool constants_only);
  NodeId constant();
  NodeId sum();
  NodeId chain(NodeKind kind);
  NodeId sign();
  // The sign belongs to the number, so that the smallest integer can be written.
  NodeId number(bool negative, std::uint32_t begin);
  NodeId primary();
  NodeId word();
  NodeId field(std::uint32_t begin, bool optional);
  NodeId call();
  NodeId unknown_function(const Token& name);
  NodeId lineage();
};

}  // namespace stemma::eql
