// Typed form → program: conditions over leaf clauses, each leaf with the cheapest way to evaluate
// it.
#include <fmt/format.h>

#include <algorithm>

#include "detection/eql/program_code.hpp"
#include "events/text.hpp"

namespace stemma::eql {
namespace {

class Generator {
 public:
  Generator(TypedQuery query, std::shared_ptr<const std::string> text) {
    code_->text = std::move(text);
    code_->query = std::move(query);
  }

  void set_subqueries(std::vector<Program::Subquery> subqueries) {
    code_->subqueries = std::move(subqueries);
  }

  std::unique_ptr<const ProgramCode> run() {
    code_->root = condition(code_->query.condition);
    for (const Leaf& leaf : code_->leaves) code_->clauses.push_back(leaf.range);
    code_->fields = code_->query.fields;
    if (code_->query.category) code_->fields.push_back(field::event_category);
    sort_unique(code_->fields);
    code_->required = required(code_->root, true);
    if (code_->query.category) code_->required.push_back(field::event_category);
    sort_unique(code_->required);
    sort_unique(code_->asked);
    return std::move(code_);
  }

 private:
  template <class T>
  static void sort_unique(std::vector<T>& list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }

  std::uint32_t add(Condition condition) {
    code_->conditions.push_back(condition);
    return static_cast<std::uint32_t>(code_->conditions.size() - 1);
  }

  std::uint32_t condition(std::uint32_t id) {
    const TypedNode node = code_->query.nodes[id];
    Condition made;
    switch (node.op) {
      case Op::logical_and:
        made.join = Join::all_of;
        break;
      case Op::logical_or:
        made.join = Join::any_of;
        break;
      case Op::logical_not:
        made.join = Join::not_of;
        break;
      default:
        return leaf(id);
    }
    std::vector<std::uint32_t> children;
    for (const TypedChild& child : code_->query.children_of(node))
      children.push_back(condition(child.node));
    if (made.join == Join::not_of) mark_inverted(node, children[0]);
    // The order does not change the answer, only how soon it is known.
    std::stable_sort(children.begin(), children.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return cost(a) < cost(b); });
    made.first = static_cast<std::uint32_t>(code_->children.size());
    made.count = static_cast<std::uint32_t>(children.size());
    code_->children.insert(code_->children.end(), children.begin(), children.end());
    return add(made);
  }

  // `a != b` became `not (a == b)`, both with the range of what was written.
  void mark_inverted(const TypedNode& negation, std::uint32_t child) {
    if (code_->conditions[child].join != Join::leaf) return;
    Leaf& leaf = code_->leaves[code_->conditions[child].leaf];
    leaf.inverted =
        leaf.range.begin == negation.range.begin && leaf.range.end == negation.range.end;
  }

  [[nodiscard]] int cost(std::uint32_t id) const {
    const Condition& condition = code_->conditions[id];
    if (condition.join == Join::not_of) return cost(code_->children[condition.first]);
    if (condition.join != Join::leaf) return static_cast<int>(LeafForm::in_set) + 1;
    return static_cast<int>(code_->leaves[condition.leaf].form);
  }

  std::uint32_t leaf(std::uint32_t id) {
    const TypedNode& node = code_->query.nodes[id];
    Leaf made;
    made.node = id;
    made.range = node.range;
    collect_fields(id, made.fields);
    choose_form(node, made);
    code_->leaves.push_back(std::move(made));
    Condition condition;
    condition.leaf = static_cast<std::uint32_t>(code_->leaves.size() - 1);
    return add(condition);
  }

  void collect_fields(std::uint32_t id, std::vector<std::uint32_t>& fields) {
    const TypedNode& node = code_->query.nodes[id];
    if (node.op == Op::field &&
        std::find(fields.begin(), fields.end(), node.index) == fields.end()) {
      fields.push_back(node.index);
    }
    if (node.op == Op::lineage) code_->asked.push_back(node.index);
    for (const TypedChild& child : code_->query.children_of(node))
      collect_fields(child.node, fields);
  }

  void choose_form(const TypedNode& node, Leaf& leaf) const {
    if (node.op == Op::constant) leaf.form = LeafForm::constant;
    if (node.op == Op::lineage) leaf.form = LeafForm::lineage;
    if (node.op == Op::field) {
      leaf.form = LeafForm::truth;
      leaf.field = node.index;
    }
    if (node.count == 0) return;
    const TypedNode& subject = code_->query.nodes[code_->query.children[node.first].node];
    if (subject.op != Op::field) return;
    leaf.index = node.index;
    switch (node.op) {
      case Op::is_null:
        leaf.form = LeafForm::null_test;
        break;
      case Op::in_set:
        leaf.form = LeafForm::in_set;
        break;
      case Op::in_networks:
        leaf.form = LeafForm::in_networks;
        break;
      case Op::in_regex:
        leaf.form = LeafForm::in_regex;
        break;
      case Op::equal:
      case Op::less:
      case Op::less_equal:
      case Op::greater:
      case Op::greater_equal: {
        const TypedNode& other = code_->query.nodes[code_->query.children[node.first + 1].node];
        if (other.op != Op::constant) return;
        leaf.form = LeafForm::compare;
        leaf.index = other.index;
        break;
      }
      default:
        return;
    }
    leaf.field = subject.index;
  }

  // Fields that must be there for the condition to be true (`wanted`) or false.
  [[nodiscard]] std::vector<FieldId> required(std::uint32_t id, bool wanted) const {
    const Condition& condition = code_->conditions[id];
    if (condition.join == Join::leaf)
      return required_by_leaf(code_->leaves[condition.leaf], wanted);
    const auto children = code_->children_of(condition);
    if (condition.join == Join::not_of) return required(children[0], !wanted);
    const bool all = (condition.join == Join::all_of) == wanted;
    std::vector<FieldId> result = required(children[0], wanted);
    for (const std::uint32_t child : children.subspan(1)) {
      if (!all && result.empty()) break;
      const std::vector<FieldId> other = required(child, wanted);
      std::vector<FieldId> merged;
      if (all) {
        if (other.empty() ||
            std::includes(result.begin(), result.end(), other.begin(), other.end()))
          continue;
        std::set_union(result.begin(), result.end(), other.begin(), other.end(),
                       std::back_inserter(merged));
      } else {
        std::set_intersection(result.begin(), result.end(), other.begin(), other.end(),
                              std::back_inserter(merged));
      }
      result = std::move(merged);
    }
    return result;
  }

  [[nodiscard]] std::vector<FieldId> required_by_leaf(const Leaf& leaf, bool wanted) const {
    switch (leaf.form) {
      case LeafForm::constant:
      case LeafForm::lineage:
      case LeafForm::general:
        return {};  // a function may take a null as its default: no promise
      case LeafForm::null_test:
        if (wanted) return {};
        break;
      default:
        break;
    }
    return {code_->query.fields[leaf.field]};
  }

  std::unique_ptr<ProgramCode> code_ = std::make_unique<ProgramCode>();
};

std::string_view form_name(LeafForm form) {
  switch (form) {
    case LeafForm::constant:
      return "constant";
    case LeafForm::null_test:
      return "null-test";
    case LeafForm::truth:
      return "truth";
    case LeafForm::compare:
      return "compare";
    case LeafForm::in_set:
      return "set";
    case LeafForm::in_networks:
      return "networks";
    case LeafForm::in_regex:
      return "regex";
    case LeafForm::lineage:
      return "lineage";
    case LeafForm::general:
      return "general";
  }
  return "";
}

void dump_condition(const ProgramCode& code, std::uint32_t id, std::size_t depth,
                    std::string& out) {
  const Condition& condition = code.conditions[id];
  out.append(depth * 2, ' ');
  if (condition.join == Join::leaf) {
    const Leaf& leaf = code.leaves[condition.leaf];
    out += fmt::format("{} {}\n", form_name(leaf.form),
                       visible(std::string_view(*code.text)
                                   .substr(leaf.range.begin, leaf.range.end - leaf.range.begin)));
    return;
  }
  out += condition.join == Join::all_of   ? "all\n"
         : condition.join == Join::any_of ? "any\n"
                                          : "not\n";
  for (const std::uint32_t child : code.children_of(condition))
    dump_condition(code, child, depth + 1, out);
}

}  // namespace

Program::Program(std::unique_ptr<const ProgramCode> code) : code_(std::move(code)) {}
Program::~Program() = default;

const std::optional<std::string>& Program::category() const {
  return code_->query.category;
}
std::span<const FieldId> Program::fields() const {
  return code_->fields;
}
std::span<const FieldId> Program::required_fields() const {
  return code_->required;
}
std::span<const Program::Subquery> Program::subqueries() const {
  return code_->subqueries;
}
bool Program::asks_lineage() const {
  return !code_->asked.empty();
}
std::span<const SourceRange> Program::clauses() const {
  return code_->clauses;
}
std::string_view Program::text() const {
  return *code_->text;
}

void Program::want_fields(Projection& projection) const {
  for (const FieldId field : code_->fields) projection.want(field);
  for (const Subquery& subquery : code_->subqueries) subquery.program->want_fields(projection);
}

std::string Program::dump() const {
  std::string out = code_->query.category
                        ? fmt::format("category \"{}\"\n", visible(*code_->query.category))
                        : "any category\n";
  dump_condition(*code_, code_->root, 0, out);
  for (std::size_t i = 0; i < code_->subqueries.size(); ++i) {
    out += fmt::format("subquery {} level {}: {}", i, code_->subqueries[i].level,
                       code_->subqueries[i].program->dump());
  }
  return out;
}

std::shared_ptr<const Program> generate(std::span<TypedQuery> queries,
                                        std::shared_ptr<const std::string> text) {
  std::vector<Program::Subquery> subqueries;
  for (std::size_t i = 0; i + 1 < queries.size(); ++i) {
    Program::Subquery subquery;
    subquery.range = queries[i].range;
    subquery.program =
        std::make_shared<const Program>(Generator(std::move(queries[i]), text).run());
    for (const std::uint32_t asked : subquery.program->code().asked) {
      subquery.level = std::max(subquery.level, subqueries[asked].level + 1);
    }
    subqueries.push_back(std::move(subquery));
  }
  Generator root(std::move(queries.back()), std::move(text));
  root.set_subqueries(std::move(subqueries));
  return std::make_shared<const Program>(root.run());
}

}  // namespace stemma::eql
