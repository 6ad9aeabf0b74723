#include "detection/eql/typed_builder.hpp"

#include "detection/eql/scalar_eval.hpp"

namespace stemma::eql {
namespace {

Type constant_type(const Scalar& value) {
  switch (value.kind) {
    case Scalar::Kind::null:
      return Type::null;
    case Scalar::Kind::boolean:
      return Type::boolean;
    case Scalar::Kind::integer:
    case Scalar::Kind::real:
      return Type::number;
    case Scalar::Kind::text:
      return Type::text;
    case Scalar::Kind::date:
      return Type::date;
  }
  return Type::any;
}

}  // namespace

void Report::add(Severity severity, const char* code, SourceRange range, std::string message) {
  const bool first_error = severity == Severity::error && !has_error;
  has_error = has_error || first_error;
  if (out.size() >= kMaxDiagnostics) {
    if (!first_error) return;
    out.pop_back();
  }
  Diagnostic diagnostic;
  diagnostic.severity = severity;
  diagnostic.code = code;
  diagnostic.message = std::move(message);
  diagnostic.range = range;
  out.push_back(std::move(diagnostic));
}

TypedBuilder::NodeIndex TypedBuilder::make(Op op, Type type, SourceRange range,
                                           const std::vector<TypedChild>& children,
                                           std::uint32_t index) {
  TypedNode node;
  node.op = op;
  node.type = type;
  node.range = range;
  node.index = index;
  node.first = static_cast<std::uint32_t>(out_.children.size());
  node.count = static_cast<std::uint32_t>(children.size());
  bool has_field = op == Op::field || op == Op::lineage;
  for (const TypedChild& child : children) has_field = has_field || has_field_[child.node];
  out_.children.insert(out_.children.end(), children.begin(), children.end());
  out_.nodes.push_back(node);
  has_field_.push_back(has_field);
  return static_cast<NodeIndex>(out_.nodes.size() - 1);
}

TypedBuilder::NodeIndex TypedBuilder::constant(Scalar value, SourceRange range) {
  if (value.kind == Scalar::Kind::text) {
    out_.texts.emplace_back(value.text);
    value.text = out_.texts.back();
  }
  out_.constants.push_back(value);
  return make(Op::constant, constant_type(value), range, {},
              static_cast<std::uint32_t>(out_.constants.size() - 1));
}

TypedBuilder::NodeIndex TypedBuilder::wrong(SourceRange range) {
  const NodeIndex node = constant(Scalar::null(), range);
  out_.nodes[node].type = Type::any;
  return node;
}

TypedBuilder::NodeIndex TypedBuilder::error(SourceRange range, const char* code,
                                            std::string message) {
  report_.add(Severity::error, code, range, std::move(message));
  return wrong(range);
}

TypedBuilder::NodeIndex TypedBuilder::folded(NodeIndex node) {
  for (const TypedChild& child : out_.children_of(out_.nodes[node])) {
    if (!is_constant(child.node) || type(child.node) == Type::any) return node;
  }
  Scratch scratch;
  const Scalar value = ScalarEvaluator(out_, {}, scratch).evaluate(node);
  const NodeIndex result = constant(value, range(node));
  if (value.is_null()) {
    check_fold(node);
    // A null keeps the type of what was computed: `number("x") : "y"` is still a mistake of types.
    out_.nodes[result].type = type(node) == Type::boolean ? Type::null : type(node);
  }
  return result;
}

// Null out of no null: the constant expression cannot be computed.
void TypedBuilder::check_fold(NodeIndex id) {
  const TypedNode& node = out_.nodes[id];
  const bool computes =
      node.op == Op::sum || node.op == Op::product || node.op == Op::negate ||
      (node.op == Op::call && function_info(node.function).result == Type::number &&
       node.function != FunctionId::index_of);
  if (!computes) return;
  for (const TypedChild& child : out_.children_of(node)) {
    if (value_of(child.node).is_null()) return;
  }
  report_.add(Severity::error, code::kConstantFault, node.range,
              report_.source(node.range) +
                  " has no value: it overflows, divides by zero or converts what is no number");
}

}  // namespace stemma::eql
