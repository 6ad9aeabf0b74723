// Evaluation of bound programs, and explanations.
#include <algorithm>

#include "detection/eql/partial.hpp"
#include "detection/eql/program_code.hpp"
#include "detection/eql/scalar_eval.hpp"

namespace stemma::eql {
namespace {

class Evaluation {
 public:
  Evaluation(const ProgramCode& code, const std::vector<std::uint32_t>& slots,
             const EvalOptions& options, const EventView& view, EvalContext& context)
      : code_(code),
        slots_(slots),
        two_valued_(options.nulls == EvalOptions::Nulls::two_valued),
        view_(view),
        context_(context) {}

  // Whether the condition is true (`wanted`) or false; unknown is neither. Asking for one of the
  // two at a time needs no third value: an `and` is true where all parts are true, false where some
  // part is false.
  [[nodiscard]] bool is(std::uint32_t id, bool wanted) {
    const Condition& condition = code_.conditions[id];
    switch (condition.join) {
      case Join::leaf:
        return verdict(code_.leaves[condition.leaf]) == tri(wanted);
      case Join::not_of:
        return is(code_.children[condition.first], !wanted);
      default:
        break;
    }
    const bool all = (condition.join == Join::all_of) == wanted;
    for (const std::uint32_t child : code_.children_of(condition)) {
      if (is(child, wanted) != all) return !all;
    }
    return all;
  }

  [[nodiscard]] Tri verdict(const Leaf& leaf) {
    const Tri truth = evaluate(leaf);
    return truth == Tri::unknown && two_valued_ ? Tri::no : truth;
  }

  // The same for a leaf about one field that has these values; not for `general` and lineage.
  [[nodiscard]] Tri verdict(const Leaf& leaf, std::span<const Value> values) const {
    const Tri truth =
        leaf.form == LeafForm::null_test ? tri(values.empty()) : evaluate(leaf, values);
    return truth == Tri::unknown && two_valued_ ? Tri::no : truth;
  }

  // Values of the leaf's fields that decided it: those that made it true, else the first of each.
  [[nodiscard]] std::vector<Witness> witnesses(const Leaf& leaf) {
    std::vector<Witness> out;
    const bool simple = leaf.form != LeafForm::general && leaf.fields.size() == 1;
    std::vector<std::size_t> choice(leaf.fields.size(), 0);
    if (simple) {
      choice[0] = first_true(leaf);
    } else if (leaf.form == LeafForm::general) {
      (void)choose(leaf, &choice);
    }
    for (std::size_t i = 0; i < leaf.fields.size(); ++i) {
      Witness witness;
      witness.field = code_.query.fields[leaf.fields[i]];
      const std::uint32_t slot = slots_[leaf.fields[i]];
      if (slot == Shape::kNoSlot) {
        witness.absent = true;
      } else {
        witness.value = to_text(Scalar::of(view_.at(slot)[choice[i]]));
        witness.origin = view_.origin(slot);
      }
      out.push_back(std::move(witness));
    }
    return out;
  }

 private:
  [[nodiscard]] std::span<const Value> values_of(std::uint32_t field) const {
    const std::uint32_t slot = slots_[field];
    return slot == Shape::kNoSlot ? std::span<const Value>{} : view_.at(slot);
  }

  [[nodiscard]] Tri evaluate(const Leaf& leaf) {
    switch (leaf.form) {
      case LeafForm::constant:
        return code_.query.constants[code_.query.nodes[leaf.node].index].truth();
      case LeafForm::null_test:
        return tri(slots_[leaf.field] == Shape::kNoSlot);
      case LeafForm::lineage:
        return evaluator().lineage(code_.query.nodes[leaf.node]);
      case LeafForm::general:
        return choose(leaf, nullptr);
      default:
        break;
    }
    return evaluate(leaf, values_of(leaf.field));
  }

  [[nodiscard]] Tri evaluate(const Leaf& leaf, std::span<const Value> values) const {
    Tri result = Tri::no;
    if (values.empty()) return Tri::unknown;
    for (const Value& value : values) {
      const Tri truth = evaluate(leaf, value);
      if (truth == Tri::yes) return Tri::yes;
      if (truth == Tri::unknown) result = Tri::unknown;
    }
    return result;
  }

  [[nodiscard]] Tri evaluate(const Leaf& leaf, const Value& value) const {
    switch (leaf.form) {
      case LeafForm::truth:
        return Scalar::of(value).truth();
      case LeafForm::compare: {
        const Op op = code_.query.nodes[leaf.node].op;
        const Scalar& constant = code_.query.constants[leaf.index];
        if (op == Op::equal) return equal(Scalar::of(value), constant);
        const std::optional<int> order = compare(Scalar::of(value), constant);
        return order ? tri(satisfies(op, *order)) : Tri::unknown;
      }
      case LeafForm::in_set:
        return code_.query.sets[leaf.index].contains(Scalar::of(value));
      case LeafForm::in_regex:
        if (value.kind != Value::Kind::text) return Tri::unknown;
        return tri(code_.query.regexes[leaf.index].matches(value.text));
      case LeafForm::in_networks: {
        if (value.kind != Value::Kind::text) return Tri::unknown;
        const std::optional<IpAddress> address = parse_ip(value.text);
        if (!address) return Tri::unknown;
        const auto& networks = code_.query.networks[leaf.index];
        return tri(std::any_of(networks.begin(), networks.end(),
                               [&](const IpNetwork& n) { return n.contains(*address); }));
      }
      default:
        return Tri::unknown;
    }
  }

  [[nodiscard]] std::size_t first_true(const Leaf& leaf) const {
    const std::span<const Value> values = values_of(leaf.field);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (evaluate(leaf, values[i]) == Tri::yes) return i;
    }
    return 0;
  }

  [[nodiscard]] ScalarEvaluator evaluator() {
    return {code_.query,      context_.values, context_.scratch,
            context_.lineage, context_.event,  context_.subquery_base};
  }

  // Tries every choice of one value a field, the last field fastest. `found`: the choice that made
  // the clause true.
  [[nodiscard]] Tri choose(const Leaf& leaf, std::vector<std::size_t>* found) {
    context_.values.assign(code_.query.fields.size(), Scalar::null());
    std::vector<std::size_t> choice(leaf.fields.size(), 0);
    for (const std::uint32_t field : leaf.fields) {
      if (const auto values = values_of(field); !values.empty())
        context_.values[field] = Scalar::of(values[0]);
    }
    Tri result = Tri::no;
    for (std::uint64_t tried = 0; tried < kMaxChoices; ++tried) {
      context_.scratch.reset();
      const Tri truth = evaluator().evaluate(leaf.node).truth();
      if (truth == Tri::yes) {
        if (found != nullptr) *found = choice;
        return Tri::yes;
      }
      if (truth == Tri::unknown) result = Tri::unknown;
      std::size_t i = leaf.fields.size();
      while (i > 0) {
        --i;
        const auto values = values_of(leaf.fields[i]);
        if (choice[i] + 1 < values.size()) {
          context_.values[leaf.fields[i]] = Scalar::of(values[++choice[i]]);
          break;
        }
        choice[i] = 0;
        if (!values.empty()) context_.values[leaf.fields[i]] = Scalar::of(values[0]);
        if (i == 0) return result;
      }
      if (leaf.fields.empty()) return result;
    }
    ++context_.capped;
    return result;
  }

  const ProgramCode& code_;
  const std::vector<std::uint32_t>& slots_;
  bool two_valued_;
  const EventView& view_;
  EvalContext& context_;
};

class Explanation {
 public:
  Explanation(const ProgramCode& code, Evaluation& evaluation)
      : code_(code), evaluation_(evaluation) {}

  std::vector<Clause> run() {
    for (const Leaf& leaf : code_.leaves) {
      Clause clause;
      clause.range = leaf.range;
      clause.text = code_.text->substr(leaf.range.begin, leaf.range.end - leaf.range.begin);
      clause.verdict = evaluation_.verdict(leaf);
      if (leaf.inverted) clause.verdict = negate(clause.verdict);
      clause.witnesses = evaluation_.witnesses(leaf);
      if (!clause.witnesses.empty()) {
        clause.field = clause.witnesses[0].field;
        clause.value = clause.witnesses[0].value;
      }
      clauses_.push_back(std::move(clause));
    }
    mark_negated(code_.root, false);
    mark_decisive(code_.root, true, evaluation_.is(code_.root, true));
    return std::move(clauses_);
  }

 private:
  void mark_negated(std::uint32_t id, bool negated) {
    const Condition& condition = code_.conditions[id];
    if (condition.join == Join::leaf) {
      clauses_[condition.leaf].negated = negated != code_.leaves[condition.leaf].inverted;
      return;
    }
    for (const std::uint32_t child : code_.children_of(condition)) {
      mark_negated(child, negated != (condition.join == Join::not_of));
    }
  }

  // Marks the leaves that make the condition be `wanted` (holds), or keep it from that.
  void mark_decisive(std::uint32_t id, bool wanted, bool holds) {
    const Condition& condition = code_.conditions[id];
    if (condition.join == Join::leaf) {
      clauses_[condition.leaf].decisive = true;
      return;
    }
    const bool to = condition.join == Join::not_of ? !wanted : wanted;
    for (const std::uint32_t child : code_.children_of(condition)) {
      if (evaluation_.is(child, to) == holds) mark_decisive(child, to, holds);
    }
  }

  const ProgramCode& code_;
  Evaluation& evaluation_;
  std::vector<Clause> clauses_;
};

}  // namespace

bool matches(const BoundProgram& bound, const EventView& view, EvalContext& context) {
  if (!bound.possible) return false;
  const ProgramCode& code = bound.program->code();
  if (bound.category_slot != Shape::kNoSlot) {
    const std::span<const Value> categories = view.at(bound.category_slot);
    const std::string_view wanted = *code.query.category;
    if (std::none_of(categories.begin(), categories.end(), [&](const Value& v) {
          return v.kind == Value::Kind::text && v.text == wanted;
        })) {
      return false;
    }
  }
  return condition_holds(bound, view, context);
}

bool condition_holds(const BoundProgram& bound, const EventView& view, EvalContext& context,
                     std::uint64_t known) {
  if (!bound.possible) return false;
  const ProgramCode& code = bound.program->code();
  Evaluation evaluation(code, bound.slots, bound.options, view, context);
  const auto parts = code.parts();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i < kMaxSkippedParts && (known >> i & 1) != 0) continue;
    if (!evaluation.is(parts[i], true)) return false;
  }
  return true;
}

std::vector<LeafUse> leaf_uses(const Program& program) {
  const ProgramCode& code = program.code();
  std::vector<LeafUse> uses;
  for (const Leaf& leaf : code.leaves) {
    LeafUse& use = uses.emplace_back();
    for (const std::uint32_t field : leaf.fields) use.fields.push_back(code.query.fields[field]);
    use.lineage = leaf.form == LeafForm::lineage;
    use.general = leaf.form == LeafForm::general;
  }
  return uses;
}

namespace {

bool may_be(const ProgramCode& code, std::uint32_t id, bool wanted,
            const std::function<Verdicts(std::uint32_t)>& verdicts) {
  const Condition& condition = code.conditions[id];
  switch (condition.join) {
    case Join::leaf:
      return (verdicts(condition.leaf) & only(tri(wanted))) != 0;
    case Join::not_of:
      return may_be(code, code.children[condition.first], !wanted, verdicts);
    default:
      break;
  }
  const bool all = (condition.join == Join::all_of) == wanted;
  for (const std::uint32_t child : code.children_of(condition)) {
    if (may_be(code, child, wanted, verdicts) != all) return !all;
  }
  return all;
}

}  // namespace

bool may_match(const Program& program,
               const std::function<Verdicts(std::uint32_t leaf)>& verdicts) {
  return may_be(program.code(), program.code().root, true, verdicts);
}

Tri leaf_verdict(const Program& program, std::uint32_t leaf, std::span<const Value> values,
                 EvalContext& context, const EvalOptions& options) {
  static const Shape kNoShape{{}};
  const ProgramCode& code = program.code();
  const std::vector<std::uint32_t> no_slots;
  const EventView no_fields(kNoShape, nullptr, nullptr);
  Evaluation evaluation(code, no_slots, options, no_fields, context);
  const Leaf& of = code.leaves[leaf];
  const bool of_no_field = of.form == LeafForm::lineage || of.form == LeafForm::constant;
  return of_no_field ? evaluation.verdict(of) : evaluation.verdict(of, values);
}

std::vector<Clause> explain(const Program& program, const EventView& view, EvalContext& context,
                            const EvalOptions& options) {
  const ProgramCode& code = program.code();
  std::vector<std::uint32_t> slots;
  for (const FieldId field : code.query.fields) slots.push_back(view.shape().slot_of(field));
  Evaluation evaluation(code, slots, options, view, context);
  return Explanation(code, evaluation).run();
}

}  // namespace stemma::eql
