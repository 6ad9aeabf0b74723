// Building blocks of the typed form: nodes, constants, folding, and the report of what is wrong.
// Not the meaning of the syntax (analyze.cpp), which derives from this.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "detection/eql/typed.hpp"

namespace stemma::eql {

/// What is said about one query text; shared by the queries of its tree.
struct Report {
  std::string_view text;
  const CompileOptions& options;
  std::vector<Diagnostic>& out;
  std::unordered_set<FieldId> warned = {};
  std::size_t regexes = 0;
  bool has_error = false;

  /// At most kMaxDiagnostics are kept; the first error always is, as it is what refuses the query.
  void add(Severity severity, const char* code, SourceRange range, std::string message);
  [[nodiscard]] std::string source(SourceRange range) const {
    return quoted(text.substr(range.begin, range.end - range.begin));
  }
};

class TypedBuilder {
 protected:
  using NodeIndex = std::uint32_t;

  explicit TypedBuilder(Report& report) : report_(report) {}

  NodeIndex make(Op op, Type type, SourceRange range, const std::vector<TypedChild>& children,
                 std::uint32_t index = 0);
  NodeIndex constant(Scalar value, SourceRange range);
  /// Stands in for a part that is wrong, so that one mistake is told once.
  NodeIndex wrong(SourceRange range);
  NodeIndex error(SourceRange range, const char* code, std::string message);
  /// The node, or the constant that it is where all its children are constants.
  NodeIndex folded(NodeIndex node);

  [[nodiscard]] bool is_constant(NodeIndex node) const {
    return out_.nodes[node].op == Op::constant;
  }
  [[nodiscard]] const Scalar& value_of(NodeIndex node) const {
    return out_.constants[out_.nodes[node].index];
  }
  [[nodiscard]] Type type(NodeIndex node) const { return out_.nodes[node].type; }
  [[nodiscard]] SourceRange range(NodeIndex node) const { return out_.nodes[node].range; }
  [[nodiscard]] bool has_field(NodeIndex node) const { return has_field_[node]; }
  [[nodiscard]] bool is_text_constant(NodeIndex node) const {
    return is_constant(node) && value_of(node).kind == Scalar::Kind::text;
  }

  Report& report_;
  TypedQuery out_;

 private:
  void check_fold(NodeIndex node);

  std::vector<bool> has_field_;  // per node: whether it depends on the event
};

}  // namespace stemma::eql
