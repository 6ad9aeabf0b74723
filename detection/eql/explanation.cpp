#include "detection/eql/explanation.hpp"

#include <algorithm>

#include "detection/eql/partial.hpp"
#include "detection/eql/program_code.hpp"

namespace stemma::eql {
namespace {

// Fields that tell what kind of event it is, not what happened in it.
bool is_kind(std::string_view name) {
  constexpr std::string_view kKinds[] = {"event.type",   "event.category", "event.action",
                                         "event.kind",   "event.outcome",  "event.code",
                                         "host.os.type", "event.provider", "event.dataset",
                                         "event.module", "host.os.family"};
  return std::find(std::begin(kKinds), std::end(kKinds), name) != std::end(kKinds);
}

class Builder {
 public:
  Builder(const ProgramCode& code, Explanation& out) : code_(code), out_(out) {}

  std::uint32_t node(std::uint32_t id) {
    const Condition& condition = code_.conditions[id];
    Explanation::Node made;
    if (condition.join == Join::leaf) return clause(condition.leaf);
    if (condition.join == Join::not_of) {
      const Condition& child = code_.conditions[code_.children[condition.first]];
      if (child.join == Join::leaf && code_.leaves[child.leaf].inverted) return clause(child.leaf);
    }
    for (const std::uint32_t child : code_.children_of(condition))
      made.children.push_back(node(child));
    if (condition.join == Join::not_of) {
      made.kind = Explanation::Kind::not_of;
      made.verdict = negate(out_.nodes[made.children[0]].verdict);
    } else {
      const bool all = condition.join == Join::all_of;
      made.kind = all ? Explanation::Kind::all_of : Explanation::Kind::any_of;
      // The compiled order is cheap ones first; people read the order of the text.
      std::sort(made.children.begin(), made.children.end(),
                [&](auto a, auto b) { return first_clause(a) < first_clause(b); });
      made.verdict = tri(all);
      for (const std::uint32_t child : made.children) {
        const Tri verdict = out_.nodes[child].verdict;
        if (verdict == tri(!all)) made.verdict = verdict;
        if (verdict == Tri::unknown && made.verdict == tri(all)) made.verdict = verdict;
      }
    }
    made.clause = out_.nodes[made.children[0]].clause;
    return add(std::move(made));
  }

 private:
  [[nodiscard]] std::uint32_t first_clause(std::uint32_t node) const {
    return out_.nodes[node].clause;
  }
  std::uint32_t clause(std::uint32_t leaf) {
    Explanation::Node made;
    made.clause = leaf;
    made.verdict = out_.clauses[leaf].verdict;
    return add(std::move(made));
  }
  std::uint32_t add(Explanation::Node node) {
    out_.nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(out_.nodes.size() - 1);
  }

  const ProgramCode& code_;
  Explanation& out_;
};

// A way to make a part of the condition be as wanted.
struct Path {
  std::uint32_t cost = 0;
  NearMiss change;    // where the cost is one
  bool near = false;  // enough to be told
  std::uint32_t held = 0;

  [[nodiscard]] bool better_than(const Path& other) const {
    if (cost != other.cost) return cost < other.cost;
    if (near != other.near) return near;
    if (change.nearness != other.change.nearness) return change.nearness > other.change.nearness;
    return held > other.held;
  }
};

class Search {
 public:
  Search(const Explanation& explanation, const EventView& view)
      : explanation_(explanation), view_(view) {}

  Path path(std::uint32_t id, bool wanted) {
    const Explanation::Node& node = explanation_.nodes[id];
    if (node.kind == Explanation::Kind::clause) return leaf(node, wanted);
    if (node.kind == Explanation::Kind::not_of) return path(node.children[0], !wanted);
    const bool all = (node.kind == Explanation::Kind::all_of) == wanted;
    Path out;
    bool first = true;
    for (const std::uint32_t child : node.children) {
      Path one = path(child, wanted);
      if (!all) {
        if (first || one.better_than(out)) out = std::move(one);
      } else {
        const std::uint32_t cost = out.cost + one.cost;
        const std::uint32_t held = out.held + one.held;
        if (one.cost != 0) out = std::move(one);
        out.cost = cost;
        out.held = held;
      }
      first = false;
    }
    return out;
  }

 private:
  Path leaf(const Explanation::Node& node, bool wanted) {
    Path out;
    const Explanation::Use& use = explanation_.uses[node.clause];
    const Clause& clause = explanation_.clauses[node.clause];
    if (node.verdict == tri(wanted)) {
      // An exclusion that does not apply holds for nearly every event: it tells nothing.
      out.held = use.content && wanted != use.inverted ? 1 : 0;
      return out;
    }
    out.cost = 1;
    NearMiss& change = out.change;
    change.clause = node.clause;
    change.wanted = wanted;
    change.field = clause.field;
    change.value = clause.value;
    for (const Witness& witness : clause.witnesses) {
      if (!witness.absent) continue;
      if (!change.absent) change.field = witness.field;
      change.absent = true;
    }
    if (!use.content) {
      out.cost = 2;
    } else if (!change.absent && !use.subquery && wanted != use.inverted) {
      nearest(clause, use, change, out.near);
    } else {
      out.near = true;
    }
    return out;
  }

  void nearest(const Clause& clause, const Explanation::Use& use, NearMiss& change, bool& near) {
    bool compares_text = false;
    for (const Witness& witness : clause.witnesses) {
      for (const Value& value : view_.get(witness.field)) {
        if (value.kind != Value::Kind::text) continue;
        const std::optional<unsigned> found = nearness(clause.text, use.regex, value.text);
        if (!found) continue;
        compares_text = true;
        if (*found <= change.nearness) continue;
        change.nearness = *found;
        change.field = witness.field;
        change.value = std::string(value.text);
      }
    }
    near = !compares_text || change.nearness >= kMinNearness;
  }

  const Explanation& explanation_;
  const EventView& view_;
};

// Texts longer than this are compared by their beginning.
constexpr std::size_t kMaxCompared = 4096;

std::string folded(std::string_view text) {
  std::string out(text.substr(0, kMaxCompared));
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// The quoted texts of a clause as it was written.
std::vector<std::string> literals(std::string_view clause) {
  std::vector<std::string> out;
  std::size_t at = 0;
  while ((at = clause.find('"', at)) != std::string_view::npos) {
    std::string text;
    if (clause.substr(at, 3) == "\"\"\"") {
      const std::size_t end = std::min(clause.find("\"\"\"", at + 3), clause.size());
      text = clause.substr(at + 3, end - at - 3);
      at = std::min(end + 3, clause.size());
    } else {
      for (++at; at < clause.size() && clause[at] != '"'; ++at) {
        if (clause[at] == '\\' && at + 1 < clause.size()) ++at;
        text += clause[at];
      }
      at = std::min(at + 1, clause.size());
    }
    out.push_back(folded(text));
  }
  return out;
}

// A pattern with its character classes and counts as one `*` each: their letters are no text.
std::string without_classes(std::string_view pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char close = pattern[i] == '[' ? ']' : pattern[i] == '{' ? '}' : '\0';
    const std::size_t end = close == '\0' ? std::string_view::npos : pattern.find(close, i + 1);
    out += end == std::string_view::npos ? pattern[i] : '*';
    if (end != std::string_view::npos) i = end;
  }
  return out;
}

std::uint32_t cheapest(const ProgramCode& code, std::uint32_t id, bool wanted,
                       const std::function<Verdicts(std::uint32_t)>& verdicts) {
  const Condition& condition = code.conditions[id];
  if (condition.join == Join::leaf)
    return (verdicts(condition.leaf) & only(tri(wanted))) != 0 ? 0 : 1;
  const auto children = code.children_of(condition);
  if (condition.join == Join::not_of) return cheapest(code, children[0], !wanted, verdicts);
  const bool all = (condition.join == Join::all_of) == wanted;
  std::uint32_t cost = all ? 0 : 2;
  for (const std::uint32_t child : children) {
    const std::uint32_t one = cheapest(code, child, wanted, verdicts);
    cost = all ? cost + one : std::min(cost, one);
    if (all ? cost > 1 : cost == 0) break;
  }
  return cost;
}

bool has_category(const Program& program, const EventView& view) {
  if (!program.category()) return true;
  const auto values = view.get(field::event_category);
  return std::any_of(values.begin(), values.end(), [&](const Value& value) {
    return value.kind == Value::Kind::text && value.text == *program.category();
  });
}

}  // namespace

Explanation explanation_of(const Program& program, const EventView& view, EvalContext& context,
                           const EvalOptions& options) {
  const ProgramCode& code = program.code();
  Explanation out;
  out.options = options;
  out.category = program.category();
  for (const Value& value : view.get(field::event_category)) {
    if (value.kind == Value::Kind::text) out.categories.emplace_back(value.text);
  }
  out.category_holds = has_category(program, view);
  out.clauses = explain(program, view, context, options);
  for (const Leaf& leaf : code.leaves) {
    Explanation::Use use;
    use.inverted = leaf.inverted;
    use.regex = leaf.form == LeafForm::in_regex;
    for (const std::uint32_t field : leaf.fields)
      use.content = use.content || !is_kind(field_name(code.query.fields[field]));
    if (leaf.form == LeafForm::null_test) use.content = false;
    if (leaf.form == LeafForm::lineage) {
      use.content = true;
      use.subquery = code.query.nodes[leaf.node].index;
      use.direct = code.query.nodes[leaf.node].direct;
    }
    for (const Witness& witness : out.clauses[out.uses.size()].witnesses) {
      const std::span<const Value> values = view.get(witness.field);
      std::vector<std::string>& kept = use.values.emplace_back();
      for (const Value& value : values.first(std::min(values.size(), kMaxValuesKept)))
        kept.push_back(to_text(Scalar::of(value)));
      use.value_counts.push_back(values.size());
    }
    out.uses.push_back(std::move(use));
  }
  out.root = Builder(code, out).node(code.root);
  return out;
}

std::optional<NearMiss> near_miss(const Explanation& explanation, const EventView& view) {
  if (!explanation.category_holds) return std::nullopt;
  Path path = Search(explanation, view).path(explanation.root, true);
  if (path.cost != 1 || !path.near) return std::nullopt;
  if (path.change.nearness == 0 && path.held == 0) return std::nullopt;
  path.change.held = path.held;
  return std::move(path.change);
}

bool may_be_near_miss(const Program& program, const EventView& view, EvalContext& context,
                      const EvalOptions& options) {
  if (!has_category(program, view)) return false;
  const ProgramCode& code = program.code();
  const auto verdict = [&](std::uint32_t number) -> Verdicts {
    const Leaf& leaf = code.leaves[number];
    if (leaf.form == LeafForm::general) return kAnyVerdict;
    const bool of_field = leaf.form != LeafForm::lineage && leaf.form != LeafForm::constant;
    return only(
        leaf_verdict(program, number,
                     of_field ? view.get(code.query.fields[leaf.field]) : std::span<const Value>{},
                     context, options));
  };
  const std::uint32_t cost = cheapest(code, code.root, true, verdict);
  if (cost > 1) return false;
  // With a clause of an unknown verdict nothing is sure but by the long way.
  return cost == 1 || std::any_of(code.leaves.begin(), code.leaves.end(),
                                  [](const Leaf& leaf) { return leaf.form == LeafForm::general; });
}

std::optional<unsigned> nearness(std::string_view clause, bool regex, std::string_view value) {
  const std::string in = folded(value);
  std::optional<unsigned> best;
  for (const std::string& literal : literals(clause)) {
    const std::string text = regex ? without_classes(literal) : literal;
    const std::string_view special = regex ? "*?.+[](){}|\\^$\"'/" : "*?";
    std::size_t runs = 0;
    std::size_t found = 0;
    for (std::size_t i = 0; i + 3 <= text.size(); ++i) {
      const std::string_view run = std::string_view(text).substr(i, 3);
      if (run.find_first_of(special) != std::string_view::npos) continue;
      ++runs;
      if (in.find(run) != std::string::npos) ++found;
    }
    if (runs == 0) continue;
    const auto per_cent = static_cast<unsigned>(found * 100 / runs);
    best = std::max(best.value_or(0), per_cent);
  }
  return best;
}

}  // namespace stemma::eql
