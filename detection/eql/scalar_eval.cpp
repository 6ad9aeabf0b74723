#include "detection/eql/scalar_eval.hpp"

#include <array>

namespace stemma::eql {

bool satisfies(Op op, int order) {
  switch (op) {
    case Op::equal:
      return order == 0;
    case Op::less:
      return order < 0;
    case Op::less_equal:
      return order <= 0;
    case Op::greater:
      return order > 0;
    default:
      return order >= 0;
  }
}

Scalar ScalarEvaluator::evaluate(std::uint32_t id) const {
  const TypedNode& node = query_.nodes[id];
  const auto first = [&] { return evaluate(query_.children[node.first].node); };
  switch (node.op) {
    case Op::constant:
      return query_.constants[node.index];
    case Op::field:
      return values_[node.index];
    case Op::logical_or:
    case Op::logical_and:
      return logical(node);
    case Op::logical_not:
      return Scalar::of(stemma::eql::negate(first().truth()));
    case Op::equal:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
      return compare_children(node);
    case Op::is_null:
      return Scalar::of_boolean(first().is_null());
    case Op::in_set:
      return Scalar::of(query_.sets[node.index].contains(first()));
    case Op::in_regex: {
      const Scalar value = first();
      if (value.kind != Scalar::Kind::text) return Scalar::null();
      return Scalar::of_boolean(query_.regexes[node.index].matches(value.text));
    }
    case Op::in_networks:
      return in_networks(node);
    case Op::in_list:
      return in_list(node);
    case Op::sum:
    case Op::product:
      return arithmetic_chain(node);
    case Op::negate:
      return arithmetic('-', Scalar::of_integer(0), first());
    case Op::call:
      return call_function(node);
    case Op::lineage:
      return Scalar::of(lineage(node));
  }
  return Scalar::null();
}

Tri ScalarEvaluator::lineage(const TypedNode& node) const {
  if (lineage_ == nullptr) return Tri::unknown;
  const std::uint32_t subquery = subquery_base_ + node.index;
  return tri(node.direct ? lineage_->has_parent_matching(event_, subquery)
                         : lineage_->has_ancestor_matching(event_, subquery));
}

Scalar ScalarEvaluator::logical(const TypedNode& node) const {
  const Tri decisive = node.op == Op::logical_or ? Tri::yes : Tri::no;
  Tri result = stemma::eql::negate(decisive);
  for (const TypedChild& child : query_.children_of(node)) {
    const Tri truth = evaluate(child.node).truth();
    if (truth == decisive) return Scalar::of(decisive);
    if (truth == Tri::unknown) result = Tri::unknown;
  }
  return Scalar::of(result);
}

Scalar ScalarEvaluator::compare_children(const TypedNode& node) const {
  const Scalar left = evaluate(query_.children[node.first].node);
  const Scalar right = evaluate(query_.children[node.first + 1].node);
  if (node.op == Op::equal) return Scalar::of(equal(left, right));
  const std::optional<int> order = compare(left, right);
  return order ? Scalar::of_boolean(satisfies(node.op, *order)) : Scalar::null();
}

Scalar ScalarEvaluator::in_list(const TypedNode& node) const {
  const Scalar value = evaluate(query_.children[node.first].node);
  Tri result = Tri::no;
  for (const TypedChild& child : query_.children_of(node).subspan(1)) {
    const Scalar element = evaluate(child.node);
    const bool texts = value.kind == Scalar::Kind::text && element.kind == Scalar::Kind::text;
    const Tri same = texts && node.insensitive ? tri(equals_ignoring_case(value.text, element.text))
                                               : equal(value, element);
    if (same == Tri::yes) return Scalar::of_boolean(true);
    if (same == Tri::unknown) result = Tri::unknown;
  }
  return Scalar::of(result);
}

Scalar ScalarEvaluator::arithmetic_chain(const TypedNode& node) const {
  const auto children = query_.children_of(node);
  Scalar result = evaluate(children[0].node);
  for (const TypedChild& child : children.subspan(1)) {
    if (result.is_null()) return result;
    result = arithmetic(child.op, result, evaluate(child.node));
  }
  return result;
}

Scalar ScalarEvaluator::call_function(const TypedNode& node) const {
  const auto children = query_.children_of(node);
  if (children.size() <= 4) {
    std::array<Scalar, 4> arguments;
    for (std::size_t i = 0; i < children.size(); ++i) arguments[i] = evaluate(children[i].node);
    return call(node.function, std::span(arguments).first(children.size()), node.insensitive,
                scratch_);
  }
  std::vector<Scalar> arguments;
  arguments.reserve(children.size());
  for (const TypedChild& child : children) arguments.push_back(evaluate(child.node));
  return call(node.function, arguments, node.insensitive, scratch_);
}

Scalar ScalarEvaluator::in_networks(const TypedNode& node) const {
  const Scalar value = evaluate(query_.children[node.first].node);
  if (value.kind != Scalar::Kind::text) return Scalar::null();
  const std::optional<IpAddress> address = parse_ip(value.text);
  if (!address) return Scalar::null();
  for (const IpNetwork& network : query_.networks[node.index]) {
    if (network.contains(*address)) return Scalar::of_boolean(true);
  }
  return Scalar::of_boolean(false);
}

}  // namespace stemma::eql
