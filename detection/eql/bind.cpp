// Binding to a shape: slots, and what can be said about every event of the shape before any value
// is touched. The abstract evaluation knows only which fields are absent, and errs on the side of
// "possible".
#include <algorithm>

#include "detection/eql/program_code.hpp"

namespace stemma::eql {
namespace {

class Abstract {
 public:
  Abstract(const ProgramCode& code, const std::vector<std::uint32_t>& slots,
           const EvalOptions& options)
      : code_(code), slots_(slots), two_valued_(options.nulls == EvalOptions::Nulls::two_valued) {}

  // Whether the condition may be true (`wanted`) or false on some event of the shape.
  [[nodiscard]] bool possible(std::uint32_t id, bool wanted) const {
    const Condition& condition = code_.conditions[id];
    if (condition.join == Join::leaf) return leaf_possible(code_.leaves[condition.leaf], wanted);
    const auto children = code_.children_of(condition);
    if (condition.join == Join::not_of) return possible(children[0], !wanted);
    const auto one = [&](std::uint32_t child) { return possible(child, wanted); };
    return (condition.join == Join::all_of) == wanted
               ? std::all_of(children.begin(), children.end(), one)
               : std::any_of(children.begin(), children.end(), one);
  }

  // Absent fields that keep the condition from being so.
  void blame(std::uint32_t id, bool wanted, std::vector<FieldId>& out) const {
    if (possible(id, wanted)) return;
    const Condition& condition = code_.conditions[id];
    if (condition.join == Join::leaf) {
      for (const std::uint32_t field : code_.leaves[condition.leaf].fields) {
        if (absent(field)) out.push_back(code_.query.fields[field]);
      }
      return;
    }
    for (const std::uint32_t child : code_.children_of(condition)) {
      blame(child, condition.join == Join::not_of ? !wanted : wanted, out);
    }
  }

 private:
  [[nodiscard]] bool absent(std::uint32_t field) const { return slots_[field] == Shape::kNoSlot; }

  [[nodiscard]] bool leaf_possible(const Leaf& leaf, bool wanted) const {
    if (leaf.form == LeafForm::null_test) return absent(leaf.field) == wanted;
    if (leaf.form == LeafForm::constant) {
      const Tri truth = code_.query.constants[code_.query.nodes[leaf.node].index].truth();
      return truth == Tri::unknown ? two_valued_ && !wanted : (truth == Tri::yes) == wanted;
    }
    if (!is_null(leaf.node)) return true;
    return two_valued_ && !wanted;
  }

  // Whether an expression is null on every event of the shape.
  [[nodiscard]] bool is_null(std::uint32_t id) const {
    const TypedNode& node = code_.query.nodes[id];
    const auto children = code_.query.children_of(node);
    const auto null = [&](const TypedChild& child) { return is_null(child.node); };
    switch (node.op) {
      case Op::constant:
        return code_.query.constants[node.index].is_null();
      case Op::field:
        return absent(node.index);
      case Op::logical_or:
      case Op::logical_and:
        return std::all_of(children.begin(), children.end(), null);
      case Op::is_null:
      case Op::lineage:
        return false;
      case Op::in_list:
        return is_null(children[0].node);
      case Op::call:
        return call_is_null(node);
      default:
        return std::any_of(children.begin(), children.end(), null);
    }
  }

  [[nodiscard]] bool call_is_null(const TypedNode& node) const {
    const auto children = code_.query.children_of(node);
    for (std::size_t i = 0; i < children.size(); ++i) {
      const bool has_default = (node.function == FunctionId::between && i == 3) ||
                               (node.function == FunctionId::number && i == 1) ||
                               (node.function == FunctionId::substring && i >= 1);
      if (!has_default && is_null(children[i].node)) return true;
    }
    return false;
  }

  const ProgramCode& code_;
  const std::vector<std::uint32_t>& slots_;
  bool two_valued_;
};

std::vector<std::uint32_t> slots_of(const ProgramCode& code, const Shape& shape) {
  std::vector<std::uint32_t> slots;
  slots.reserve(code.query.fields.size());
  for (const FieldId field : code.query.fields) slots.push_back(shape.slot_of(field));
  return slots;
}

}  // namespace

BoundProgram bind(const Program& program, const Shape& shape, const EvalOptions& options) {
  const ProgramCode& code = program.code();
  BoundProgram bound;
  bound.program = &program;
  bound.shape = &shape;
  bound.options = options;
  if (program.category()) {
    bound.category_slot = shape.slot_of(field::event_category);
    if (bound.category_slot == Shape::kNoSlot) return bound;
  }
  bound.slots = slots_of(code, shape);
  bound.possible = Abstract(code, bound.slots, options).possible(code.root, true);
  if (!bound.possible) bound.slots.clear();
  return bound;
}

std::vector<FieldId> absent_fields(const Program& program, const Shape& shape,
                                   const EvalOptions& options) {
  const ProgramCode& code = program.code();
  std::vector<FieldId> out;
  if (program.category() && shape.slot_of(field::event_category) == Shape::kNoSlot)
    out.push_back(field::event_category);
  const std::vector<std::uint32_t> slots = slots_of(code, shape);
  Abstract(code, slots, options).blame(code.root, true, out);
  std::sort(out.begin(), out.end(),
            [](FieldId a, FieldId b) { return field_name(a) < field_name(b); });
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace stemma::eql
