#include "detection/eql/needs.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "detection/eql/program_code.hpp"
#include "events/paths.hpp"

namespace stemma::eql {
namespace {

bool about_one_field(const Leaf& leaf) {
  switch (leaf.form) {
    case LeafForm::truth:
    case LeafForm::compare:
    case LeafForm::in_set:
    case LeafForm::in_networks:
    case LeafForm::in_regex:
      return leaf.fields.size() == 1;
    default:
      return false;
  }
}

// Values of these are few, so a test of one says little.
bool of_few_values(FieldId field) {
  const std::string_view name = field_name(field);
  return name.starts_with("event.") || name == "host.os.type";
}

// A guess of how rarely a leaf is true: what part of a million events. Only the choice between
// lists hangs on it, never the answer.
constexpr std::uint64_t kEvents = 1'000'000;

std::uint64_t events_with(std::string_view literal) {
  static constexpr std::uint64_t kByLength[] = {kEvents, 600'000, 400'000, 150'000,
                                                80'000,  40'000,  20'000,  10'000};
  return literal.size() < std::size(kByLength) ? kByLength[literal.size()] : 5'000;
}

class Needed {
 public:
  explicit Needed(const Program& program) : program_(program), code_(program.code()) {
    for (std::uint32_t leaf = 0; leaf < code_.leaves.size(); ++leaf) {
      events_.push_back(about_one_field(code_.leaves[leaf]) ? guess(leaf) : kEvents);
    }
  }

  Needs run() {
    Found found = need(code_.root, true);
    Needs out;
    for (auto& [field, list] : found.by_field) out.any_of.push_back(std::move(list.leaves));
    if (found.across) out.any_of.push_back(std::move(found.across->leaves));
    for (std::vector<std::uint32_t>& list : out.any_of) {
      std::sort(list.begin(), list.end());
      list.erase(std::unique(list.begin(), list.end()), list.end());
    }
    forbid(code_.root, true, out.none_of);
    std::sort(out.none_of.begin(), out.none_of.end());
    tell(out);
    return out;
  }

 private:
  struct List {
    std::vector<std::uint32_t> leaves;
    std::uint64_t events = 0;  // guessed
  };
  struct Found {
    std::map<std::uint32_t, List> by_field;  // number of the field in the code
    std::optional<List> across;              // over several fields
  };

  [[nodiscard]] std::uint64_t guess(std::uint32_t number) const {
    if (of_few_values(leaf_field(program_, number))) return kEvents / 2;
    const Leaf& leaf = code_.leaves[number];
    if (leaf.form == LeafForm::in_regex) return kEvents / 20;
    const LeafTexts texts = leaf_texts(program_, number);
    if (!texts.complete) return kEvents / 4;
    std::uint64_t events = texts.equal.size() * 5'000;
    for (const PatternNeed& pattern : texts.patterns) events += events_with(pattern.literal);
    return std::min(events, kEvents);
  }

  static void keep_rarer(std::optional<List>& kept, const List& other) {
    if (!kept || other.events < kept->events) kept = other;
  }

  static List joined(const List& a, const List& b) {
    List out = a;
    out.leaves.insert(out.leaves.end(), b.leaves.begin(), b.leaves.end());
    out.events += b.events;
    return out;
  }

  // The rarest list of all, over one field or several.
  static std::optional<List> rarest(const Found& found) {
    std::optional<List> out = found.across;
    for (const auto& [field, list] : found.by_field) keep_rarer(out, list);
    return out;
  }

  [[nodiscard]] Found need(std::uint32_t id, bool wanted) const {
    const Condition& condition = code_.conditions[id];
    Found out;
    if (condition.join == Join::leaf) {
      const Leaf& leaf = code_.leaves[condition.leaf];
      if (wanted && about_one_field(leaf))
        out.by_field[leaf.field] = {{condition.leaf}, events_[condition.leaf]};
      return out;
    }
    const auto children = code_.children_of(condition);
    if (condition.join == Join::not_of) return need(children[0], !wanted);
    if ((condition.join == Join::all_of) == wanted) {
      for (const std::uint32_t child : children) {
        Found one = need(child, wanted);
        for (auto& [field, list] : one.by_field) {
          const auto [at, is_new] = out.by_field.emplace(field, list);
          if (!is_new && list.events < at->second.events) at->second = std::move(list);
        }
        if (one.across) keep_rarer(out.across, *one.across);
      }
      return out;
    }
    std::optional<List> across;
    for (std::size_t i = 0; i < children.size(); ++i) {
      Found one = need(children[i], wanted);
      const std::optional<List> best = rarest(one);
      if (!best) return {};
      across = i == 0 ? best : joined(*across, *best);
      if (i == 0) {
        out.by_field = std::move(one.by_field);
        continue;
      }
      std::erase_if(out.by_field, [&](const auto& entry) {
        return one.by_field.find(entry.first) == one.by_field.end();
      });
      for (auto& [field, list] : out.by_field) list = joined(list, one.by_field.at(field));
    }
    const auto field_of = [&](std::uint32_t leaf) { return code_.leaves[leaf].field; };
    const std::uint32_t first = field_of(across->leaves[0]);
    if (std::any_of(across->leaves.begin(), across->leaves.end(),
                    [&](std::uint32_t leaf) { return field_of(leaf) != first; }))
      out.across = std::move(across);
    return out;
  }

  // Leaves whose truth alone keeps the condition from being `wanted`.
  void forbid(std::uint32_t id, bool wanted, std::vector<std::uint32_t>& out) const {
    const Condition& condition = code_.conditions[id];
    if (condition.join == Join::leaf) {
      if (!wanted && about_one_field(code_.leaves[condition.leaf])) out.push_back(condition.leaf);
      return;
    }
    const auto children = code_.children_of(condition);
    if (condition.join == Join::not_of) {
      forbid(children[0], !wanted, out);
    } else if ((condition.join == Join::all_of) == wanted) {
      for (const std::uint32_t child : children) forbid(child, wanted, out);
    }
  }

  // The leaves of `a or b or …`, or the only one; false where it holds anything else.
  bool alternatives(std::uint32_t id, std::vector<std::uint32_t>& out) const {
    const Condition& condition = code_.conditions[id];
    if (condition.join == Join::leaf) {
      out.push_back(condition.leaf);
      return about_one_field(code_.leaves[condition.leaf]);
    }
    if (condition.join != Join::any_of) return false;
    const auto children = code_.children_of(condition);
    return std::all_of(children.begin(), children.end(),
                       [&](std::uint32_t child) { return alternatives(child, out); });
  }

  // Whether the leaf is true or false of any text, never unknown.
  [[nodiscard]] bool decides_texts(const Leaf& leaf) const {
    switch (leaf.form) {
      case LeafForm::in_regex:
        return true;
      case LeafForm::in_set: {
        const ValueSet& set = code_.query.sets[leaf.index];
        return set.integers.empty() && set.reals.empty() && !set.has_true && !set.has_false &&
               !set.has_null;
      }
      case LeafForm::compare:
        return code_.query.nodes[leaf.node].op == Op::equal &&
               code_.query.constants[leaf.index].kind == Scalar::Kind::text;
      default:
        return false;
    }
  }

  void tell(Needs& needs) const {
    const auto parts = code_.parts();
    for (std::uint32_t part = 0; part < parts.size() && part < kMaxSkippedParts; ++part) {
      const Condition& condition = code_.conditions[parts[part]];
      const bool negated = condition.join == Join::not_of;
      std::vector<std::uint32_t> leaves;
      if (!alternatives(negated ? code_.children[condition.first] : parts[part], leaves)) continue;
      std::sort(leaves.begin(), leaves.end());
      const std::uint32_t field = code_.leaves[leaves[0]].field;
      const bool one_field = std::all_of(leaves.begin(), leaves.end(), [&](std::uint32_t leaf) {
        return code_.leaves[leaf].field == field;
      });
      if (!one_field) continue;
      const bool told =
          negated
              ? std::all_of(leaves.begin(), leaves.end(),
                            [&](std::uint32_t leaf) { return decides_texts(code_.leaves[leaf]); })
              : std::find(needs.any_of.begin(), needs.any_of.end(), leaves) != needs.any_of.end();
      if (told) needs.told.push_back({part, code_.query.fields[field]});
    }
  }

  const Program& program_;
  const ProgramCode& code_;
  std::vector<std::uint64_t> events_;  // guessed, by leaf
};

}  // namespace

Needs needs_of(const Program& program) {
  return Needed(program).run();
}

LeafTexts leaf_texts(const Program& program, std::uint32_t number) {
  const ProgramCode& code = program.code();
  const Leaf& leaf = code.leaves[number];
  LeafTexts out;
  if (leaf.form == LeafForm::in_set) {
    const ValueSet& set = code.query.sets[leaf.index];
    out.complete = set.integers.empty() && set.reals.empty() && !set.has_true && !set.has_false;
    out.insensitive = set.texts.insensitive();
    for (const std::string& text : set.texts.exact()) out.equal.emplace_back(text);
    for (const Wildcard& pattern : set.texts.patterns())
      out.patterns.push_back(
          {ascii_lower(pattern.literal().text), pattern.literal().where, &pattern});
  } else if (leaf.form == LeafForm::in_regex) {
    std::vector<std::string> literals;
    out.complete = true;
    if (!code.query.regexes[leaf.index].required_literals(literals)) literals = {""};
    for (std::string& literal : literals) out.patterns.push_back({std::move(literal), {}, nullptr});
  } else if (leaf.form == LeafForm::compare && code.query.nodes[leaf.node].op == Op::equal) {
    const Scalar& constant = code.query.constants[leaf.index];
    out.complete = constant.kind == Scalar::Kind::text;
    if (out.complete) out.equal.push_back(constant.text);
  }
  return out;
}

bool leaf_regex_matches(const Program& program, std::uint32_t number, std::string_view text) {
  const ProgramCode& code = program.code();
  return code.query.regexes[code.leaves[number].index].matches(text);
}

// A test is its text: a leaf is compiled from nothing else, and where it was turned round (`!=`)
// the text with it.
std::string leaf_identity(const Program& program, std::uint32_t number) {
  const ProgramCode& code = program.code();
  const Leaf& leaf = code.leaves[number];
  std::string out;
  out += static_cast<char>(leaf.form);
  out += leaf.inverted ? '!' : '=';
  out += std::string_view(*code.text).substr(leaf.range.begin, leaf.range.end - leaf.range.begin);
  return out;
}

FieldId leaf_field(const Program& program, std::uint32_t number) {
  const ProgramCode& code = program.code();
  return code.query.fields[code.leaves[number].field];
}

}  // namespace stemma::eql
