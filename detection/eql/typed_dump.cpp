// The typed form as text.
#include <fmt/format.h>

#include "detection/eql/typed.hpp"
#include "events/text.hpp"

namespace stemma::eql {
namespace {

class Dumper {
 public:
  explicit Dumper(const TypedQuery& query) : query_(query) {}

  std::string run() {
    out_ =
        query_.category ? fmt::format("(\"{}\" where ", visible(*query_.category)) : "(any where ";
    node(query_.condition);
    return std::move(out_) + ")";
  }

 private:
  static std::string_view name(Op op) {
    switch (op) {
      case Op::logical_or:
        return "or";
      case Op::logical_and:
        return "and";
      case Op::logical_not:
        return "not";
      case Op::equal:
        return "==";
      case Op::less:
        return "<";
      case Op::less_equal:
        return "<=";
      case Op::greater:
        return ">";
      case Op::greater_equal:
        return ">=";
      case Op::is_null:
        return "is-null";
      case Op::in_set:
        return "in-set";
      case Op::in_regex:
        return "in-regex";
      case Op::in_networks:
        return "in-networks";
      case Op::in_list:
        return "in-list";
      case Op::sum:
        return "sum";
      case Op::product:
        return "product";
      case Op::negate:
        return "negate";
      default:
        return "";
    }
  }

  static std::string_view type_letter(Type type) {
    switch (type) {
      case Type::null:
        return "null";
      case Type::boolean:
        return "boolean";
      case Type::number:
        return "number";
      case Type::text:
        return "text";
      case Type::date:
        return "date";
      case Type::any:
        return "any";
    }
    return "";
  }

  void node(std::uint32_t id) {
    const TypedNode& node = query_.nodes[id];
    if (node.op == Op::constant) {
      const Scalar& value = query_.constants[node.index];
      out_ += value.kind == Scalar::Kind::text ? fmt::format("\"{}\"", visible(value.text))
                                               : to_text(value);
      return;
    }
    if (node.op == Op::field) {
      out_ += fmt::format("{}:{}", visible(field_name(query_.fields[node.index])),
                          type_letter(node.type));
      return;
    }
    if (node.op == Op::lineage) {
      out_ += fmt::format("({} {})", node.direct ? "child-of" : "descendant-of", node.index);
      return;
    }
    out_ += '(';
    out_ += node.op == Op::call ? function_info(node.function).name : name(node.op);
    if (node.insensitive) out_ += '~';
    if (node.op == Op::in_set && query_.sets[node.index].texts.insensitive()) out_ += '~';
    for (const TypedChild& child : query_.children_of(node)) {
      out_ += ' ';
      if (child.op != 0) out_ += std::string(1, child.op) + ' ';
      this->node(child.node);
    }
    out_ += ')';
  }

  const TypedQuery& query_;
  std::string out_;
};

}  // namespace

std::string dump(const TypedQuery& query) {
  return Dumper(query).run();
}

}  // namespace stemma::eql
