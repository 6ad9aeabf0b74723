#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "detection/eql/suggest.hpp"
#include "detection/eql/typed_builder.hpp"
#include "events/paths.hpp"
#include "events/time.hpp"

namespace stemma::eql {
namespace {

Type type_of(const FieldInfo& info) {
  if (!info.known) return Type::any;
  switch (info.type) {
    case FieldType::keyword:
    case FieldType::ip:
      return Type::text;
    case FieldType::long_:
    case FieldType::real:
      return Type::number;
    case FieldType::boolean:
      return Type::boolean;
    case FieldType::date:
      return Type::date;
  }
  return Type::any;
}

std::string_view type_name(Type type) {
  switch (type) {
    case Type::null:
      return "null";
    case Type::boolean:
      return "true or false";
    case Type::number:
      return "a number";
    case Type::text:
      return "text";
    case Type::date:
      return "a date";
    case Type::any:
      return "a value";
  }
  return "";
}

bool may_be(Type type, Type wanted) {
  return type == wanted || type == Type::any || type == Type::null;
}

bool comparable(Type a, Type b) {
  return may_be(a, b) || may_be(b, a) || (a == Type::number && b == Type::date) ||
         (a == Type::date && b == Type::number);
}

std::string unknown_field(std::string_view name) {
  static const std::vector<std::string_view> known = [] {
    std::vector<std::string_view> names;
    for (std::uint32_t i = 1; i <= kKnownFieldCount; ++i) names.push_back(field_name(FieldId{i}));
    std::sort(names.begin(), names.end());
    return names;
  }();
  const std::string_view near = nearest_name(name, known);
  if (!near.empty()) return fmt::format("unknown field {}: did you mean `{}`", quoted(name), near);
  return fmt::format(
      "unknown field {}: no parser fills it by itself, so it matches only where a record names it",
      quoted(name));
}

// Says what is wrong with a field's name. A none id where it cannot be one.
template <class Named>
FieldId resolve(std::string_view name, const Named& at, Report& report) {
  const FieldId id = intern_field(name);
  if (!id) {
    report.add(Severity::error, code::kFieldName, at.range,
               fmt::format("{} cannot be a field: names have at most {} bytes", quoted(name),
                           kMaxFieldNameLength));
    return id;
  }
  const bool met = report.options.met != nullptr && report.options.met->count(id) != 0;
  if (!field_info(id).known && !met && !at.optional && report.warned.insert(id).second) {
    report.add(Severity::warning, code::kUnknownField, at.range, unknown_field(name));
  }
  return id;
}

void check_field(const JoinField& key, Report& report) {
  resolve(key.name, key, report);
}

class Analyzer : private TypedBuilder {
 public:
  /// @param first  the first subquery of the statement's part that the query belongs to
  Analyzer(const Tree& tree, const EventQuery& source, std::uint32_t first, Report& report)
      : TypedBuilder(report), tree_(tree), source_(source), first_(first) {}

  TypedQuery run() {
    if (!source_.any) out_.category = source_.category;
    out_.range = source_.range;
    if (source_.value) {
      out_.condition = expression(source_.condition);
      return std::move(out_);
    }
    out_.condition = condition(source_.condition);
    const TypedNode& root = out_.nodes[out_.condition];
    if (root.op == Op::constant && out_.constants[root.index].truth() != Tri::yes &&
        !report_.has_error) {
      report_.add(Severity::warning, code::kNeverTrue, root.range,
                  "this condition can never be true");
    }
    return std::move(out_);
  }

 private:
  // --- conditions

  NodeIndex condition(NodeId id) {
    const NodeIndex node = expression(id);
    if (may_be(type(node), Type::boolean)) return node;
    return error(range(node), code::kNotACondition,
                 fmt::format("a condition must be true or false, {} is {}",
                             report_.source(range(node)), type_name(type(node))));
  }

  NodeIndex logical(const Node& node) {
    const bool is_or = node.kind == NodeKind::logical_or;
    std::vector<TypedChild> children;
    for (const Child& child : tree_.children_of(node)) {
      const NodeIndex part = condition(child.node);
      if (is_constant(part) && type(part) != Type::any && !value_of(part).is_null()) {
        // true in `or`, false in `and` decide; the others say nothing. Nulls stay: what they mean
        // is an option.
        if (value_of(part).boolean == is_or) return constant(Scalar::of_boolean(is_or), node.range);
        continue;
      }
      children.push_back({part});
    }
    if (children.empty()) return constant(Scalar::of_boolean(!is_or), node.range);
    if (children.size() == 1) return children[0].node;
    return make(is_or ? Op::logical_or : Op::logical_and, Type::boolean, node.range, children);
  }

  NodeIndex negation(NodeIndex operand, SourceRange where) {
    if (is_constant(operand) && type(operand) != Type::any && !value_of(operand).is_null()) {
      return constant(Scalar::of_boolean(!value_of(operand).boolean), where);
    }
    return make(Op::logical_not, Type::boolean, where, {{operand}});
  }

  // --- expressions

  NodeIndex expression(NodeId id) {
    const Node& node = tree_.node(id);
    switch (node.kind) {
      case NodeKind::null:
        return constant(Scalar::null(), node.range);
      case NodeKind::boolean:
        return constant(Scalar::of_boolean(node.boolean), node.range);
      case NodeKind::integer:
        return constant(Scalar::of_integer(node.integer), node.range);
      case NodeKind::real:
        return constant(Scalar::of_real(node.real), node.range);
      case NodeKind::text:
        return constant(Scalar::of_text(node.text), node.range);
      case NodeKind::field:
        return field(node);
      case NodeKind::logical_or:
      case NodeKind::logical_and:
        return logical(node);
      case NodeKind::logical_not:
        return negation(condition(tree_.children[node.first].node), node.range);
      case NodeKind::comparison:
        return comparison(node);
      case NodeKind::match:
        return match(node);
      case NodeKind::membership:
        return membership(node);
      case NodeKind::sum:
      case NodeKind::product:
      case NodeKind::negate:
        return arithmetic_node(node);
      case NodeKind::call:
        return call_node(node);
      case NodeKind::lineage: {
        const NodeIndex made =
            make(Op::lineage, Type::boolean, node.range, {}, node.subquery - first_);
        out_.nodes[made].direct = node.op == Operator::child_of;
        return made;
      }
    }
    return wrong(node.range);
  }

  NodeIndex field(const Node& node) {
    const FieldId id = resolve(node.text, node, report_);
    if (!id) return wrong(node.range);
    const FieldInfo info = field_info(id);
    const auto [at, added] =
        field_index_.emplace(id, static_cast<std::uint32_t>(out_.fields.size()));
    if (added) out_.fields.push_back(id);
    return make(Op::field, type_of(info), node.range, {}, at->second);
  }

  // Turns a string constant that meets a date into the date. False where it is no date.
  bool make_comparable(NodeIndex& a, NodeIndex b) {
    if (type(b) != Type::date || !is_text_constant(a)) return true;
    const std::optional<ParsedTime> time = parse_time(value_of(a).text);
    if (!time) {
      error(range(a), code::kBadDate,
            report_.source(range(a)) +
                " is compared with a date but is not one (RFC 3339, such as "
                "\"2026-05-20T10:00:00Z\")");
      return false;
    }
    a = constant(Scalar::of_date(time->time.ns, time->digits), range(a));
    return true;
  }

  NodeIndex mismatch(NodeIndex a, NodeIndex b, SourceRange where) {
    std::string hint;
    if ((type(a) == Type::text && type(b) == Type::number) ||
        (type(a) == Type::number && type(b) == Type::text)) {
      hint = ": convert one with string() or number()";
    }
    return error(
        where, code::kTypeMismatch,
        fmt::format("{} is {} and {} is {}, which never compare{}", report_.source(range(a)),
                    type_name(type(a)), report_.source(range(b)), type_name(type(b)), hint));
  }

  void warn_field_to_field(NodeIndex a, NodeIndex b, SourceRange where) {
    if (!has_field(a) || !has_field(b)) return;
    report_.add(Severity::warning, code::kFieldToField, where,
                "a field is compared with a field: Elasticsearch would refuse this query");
  }

  NodeIndex comparison(const Node& node) {
    NodeIndex left = expression(tree_.children[node.first].node);
    NodeIndex right = expression(tree_.children[node.first + 1].node);
    const bool equality = node.op == Operator::equal || node.op == Operator::not_equal;
    // A null that is written, not one that folding made of `null and true`.
    const auto written_null = [&](std::uint32_t child) {
      return tree_.node(tree_.children[node.first + child].node).kind == NodeKind::null;
    };
    if (equality && (written_null(0) || written_null(1))) {
      const NodeIndex subject = written_null(1) ? left : right;
      const NodeIndex test = folded(make(Op::is_null, Type::boolean, node.range, {{subject}}));
      return node.op == Operator::equal ? test : negation(test, node.range);
    }
    if (!make_comparable(left, right) || !make_comparable(right, left)) return wrong(node.range);
    if (!comparable(type(left), type(right))) return mismatch(left, right, node.range);
    if (!equality && (type(left) == Type::boolean || type(right) == Type::boolean)) {
      return error(node.range, code::kTypeMismatch, "true and false have no order");
    }
    warn_field_to_field(left, right, node.range);
    Op op = ordering(node.op);
    if (is_constant(left) && !is_constant(right)) {
      std::swap(left, right);
      op = mirrored(op);
    }
    NodeIndex made = 0;
    if (equality && is_text_constant(right)) {
      ValueSet set(false);
      set.texts.add(value_of(right).text, false);
      set.texts.seal();
      made = in_set(left, std::move(set), node.range);
    } else {
      made = folded(make(op, Type::boolean, node.range, {{left}, {right}}));
    }
    return node.op == Operator::not_equal ? negation(made, node.range) : made;
  }

  static Op ordering(Operator op) {
    switch (op) {
      case Operator::less:
        return Op::less;
      case Operator::less_equal:
        return Op::less_equal;
      case Operator::greater:
        return Op::greater;
      case Operator::greater_equal:
        return Op::greater_equal;
      default:
        return Op::equal;
    }
  }
  static Op mirrored(Op op) {
    switch (op) {
      case Op::less:
        return Op::greater;
      case Op::less_equal:
        return Op::greater_equal;
      case Op::greater:
        return Op::less;
      case Op::greater_equal:
        return Op::less_equal;
      default:
        return op;
    }
  }

  NodeIndex in_set(NodeIndex subject, ValueSet set, SourceRange where) {
    out_.sets.push_back(std::move(set));
    return folded(make(Op::in_set, Type::boolean, where, {{subject}},
                       static_cast<std::uint32_t>(out_.sets.size() - 1)));
  }

  NodeIndex match(const Node& node) {
    const auto children = tree_.children_of(node);
    const NodeIndex subject = expression(children[0].node);
    const std::string_view name = node.colon ? ":" : node.op == Operator::regex ? "regex" : "like";
    if (!may_be(type(subject), Type::text)) {
      return error(range(subject), code::kTypeMismatch,
                   fmt::format("`{}` compares text, {} is {}: use `==`, or string()", name,
                               report_.source(range(subject)), type_name(type(subject))));
    }
    ValueSet set(node.insensitive);
    RegexSet regexes;
    for (const Child& child : children.subspan(1)) {
      const Node& pattern = tree_.node(child.node);
      if (pattern.kind != NodeKind::text) {
        return error(pattern.range, code::kTypeMismatch,
                     fmt::format("`{}` takes strings, {} is none: put it in quotes, or use `==`",
                                 name, report_.source(pattern.range)));
      }
      if (node.op == Operator::regex) {
        if (!add_regex(regexes, pattern, node.insensitive)) return wrong(node.range);
      } else {
        set.texts.add(pattern.text, true);
      }
    }
    if (node.op != Operator::regex) {
      set.texts.seal();
      return in_set(subject, std::move(set), node.range);
    }
    out_.regexes.push_back(std::move(regexes));
    return folded(make(Op::in_regex, Type::boolean, node.range, {{subject}},
                       static_cast<std::uint32_t>(out_.regexes.size() - 1)));
  }

  bool add_regex(RegexSet& regexes, const Node& pattern, bool insensitive) {
    if (++report_.regexes > kMaxRegexes) {
      error(pattern.range, code::kBadRegex,
            fmt::format("the query has more than {} regular expressions", kMaxRegexes));
      return false;
    }
    TranslatedRegex translated = translate_regex(pattern.text, insensitive);
    if (!translated.problem.empty()) {
      error(pattern.range, translated.unsupported ? code::kRegexUnsupported : code::kBadRegex,
            fmt::format("regular expression, byte {}: {}", translated.problem_at + 1,
                        translated.problem));
      return false;
    }
    if (const std::string problem = regexes.add(translated.re2); !problem.empty()) {
      error(pattern.range, code::kBadRegex, "regular expression: " + problem);
      return false;
    }
    if (!translated.escaped_letters.empty()) {
      report_.add(Severity::warning, code::kRegexLetterEscape, pattern.range,
                  fmt::format("regular expression: `\\{0}` is the letter {0} in this dialect, "
                              "write a class such as [0-9] or [a-zA-Z_]",
                              translated.escaped_letters[0]));
    }
    return true;
  }

  NodeIndex membership(const Node& node) {
    const auto children = tree_.children_of(node);
    const NodeIndex subject = expression(children[0].node);
    if (node.insensitive && !may_be(type(subject), Type::text)) {
      return error(range(subject), code::kTypeMismatch,
                   fmt::format("`in~` compares text, {} is {}: use `in`",
                               report_.source(range(subject)), type_name(type(subject))));
    }
    std::vector<TypedChild> typed{{subject}};
    bool constants = true;
    for (const Child& child : children.subspan(1)) {
      NodeIndex element = expression(child.node);
      if (!make_comparable(element, subject)) return wrong(node.range);
      if (!comparable(type(subject), type(element)))
        return mismatch(subject, element, range(element));
      warn_field_to_field(subject, element, range(element));
      constants = constants && is_constant(element);
      typed.push_back({element});
    }
    NodeIndex made = 0;
    if (constants) {
      made = in_set(subject, constant_set(typed, node.insensitive), node.range);
    } else {
      made = make(Op::in_list, Type::boolean, node.range, typed);
      out_.nodes[made].insensitive = node.insensitive;
      made = folded(made);
    }
    return node.negated ? negation(made, node.range) : made;
  }

  [[nodiscard]] ValueSet constant_set(const std::vector<TypedChild>& typed,
                                      bool insensitive) const {
    ValueSet set(insensitive);
    for (std::size_t i = 1; i < typed.size(); ++i) {
      const Scalar& value = value_of(typed[i].node);
      switch (value.kind) {
        case Scalar::Kind::null:
          set.has_null = true;
          break;
        case Scalar::Kind::boolean:
          (value.boolean ? set.has_true : set.has_false) = true;
          break;
        case Scalar::Kind::integer:
        case Scalar::Kind::date:
          set.integers.push_back(value.integer);
          break;
        case Scalar::Kind::real:
          set.reals.push_back(value.real);
          break;
        case Scalar::Kind::text:
          set.texts.add(value.text, false);
          break;
      }
    }
    std::sort(set.integers.begin(), set.integers.end());
    set.texts.seal();
    return set;
  }

  NodeIndex arithmetic_node(const Node& node) {
    std::vector<TypedChild> typed;
    for (const Child& child : tree_.children_of(node)) {
      const NodeIndex operand = expression(child.node);
      if (!may_be(type(operand), Type::number)) {
        return error(range(operand), code::kTypeMismatch,
                     fmt::format("arithmetic takes numbers, {} is {}",
                                 report_.source(range(operand)), type_name(type(operand))));
      }
      typed.push_back({operand, sign_of(child.op)});
    }
    const Op op = node.kind == NodeKind::sum       ? Op::sum
                  : node.kind == NodeKind::product ? Op::product
                                                   : Op::negate;
    return folded(make(op, Type::number, node.range, typed));
  }

  static char sign_of(Operator op) {
    switch (op) {
      case Operator::plus:
        return '+';
      case Operator::minus:
        return '-';
      case Operator::times:
        return '*';
      case Operator::divide:
        return '/';
      case Operator::modulo:
        return '%';
      default:
        return 0;
    }
  }

  NodeIndex call_node(const Node& node) {
    const Function& function = *find_function(node.text);  // the parser looked it up
    const auto children = tree_.children_of(node);
    const bool too_many =
        function.max_arguments != kManyArguments && children.size() > function.max_arguments;
    if (children.size() < function.min_arguments || too_many) {
      return error(node.range, code::kArgumentCount, argument_count(function, children.size()));
    }
    std::vector<TypedChild> typed;
    for (std::size_t i = 0; i < children.size(); ++i) {
      const NodeIndex argument = expression(children[i].node);
      const Type wanted = function.parameters[std::min<std::size_t>(i, 3)];
      if (wanted != Type::any && !may_be(type(argument), wanted)) {
        return error(range(argument), code::kTypeMismatch,
                     fmt::format("argument {} of {} must be {}, {} is {}", i + 1, function.name,
                                 type_name(wanted), report_.source(range(argument)),
                                 type_name(type(argument))));
      }
      typed.push_back({argument});
    }
    if (function.id == FunctionId::cidr_match) {
      if (const std::optional<NodeIndex> made = constant_networks(node, typed)) return *made;
    }
    const NodeIndex made = make(Op::call, function.result, node.range, typed);
    out_.nodes[made].function = function.id;
    out_.nodes[made].insensitive = node.insensitive;
    return folded(made);
  }

  static std::string argument_count(const Function& function, std::size_t given) {
    std::string wanted = fmt::format("{}", function.min_arguments);
    if (function.max_arguments == kManyArguments) {
      wanted += " or more arguments";
    } else if (function.max_arguments != function.min_arguments) {
      wanted += fmt::format(" to {} arguments", function.max_arguments);
    } else {
      wanted += function.min_arguments == 1 ? " argument" : " arguments";
    }
    return fmt::format("{} takes {}, not {}", function.name, wanted, given);
  }

  // cidrMatch whose networks are all constants; a null among them makes the whole call null, which
  // the general call does.
  std::optional<NodeIndex> constant_networks(const Node& node,
                                             const std::vector<TypedChild>& typed) {
    std::vector<IpNetwork> networks;
    bool all = true;
    for (std::size_t i = 1; i < typed.size(); ++i) {
      if (!is_constant(typed[i].node) || value_of(typed[i].node).kind != Scalar::Kind::text) {
        all = false;
        continue;
      }
      const std::optional<IpNetwork> network = parse_network(value_of(typed[i].node).text);
      if (!network) {
        return error(range(typed[i].node), code::kBadNetwork,
                     report_.source(range(typed[i].node)) +
                         " is not a network such as \"10.0.0.0/8\" or \"fe80::/10\"");
      }
      networks.push_back(*network);
    }
    if (!all) return std::nullopt;
    out_.networks.push_back(std::move(networks));
    return folded(make(Op::in_networks, Type::boolean, node.range, {typed[0]},
                       static_cast<std::uint32_t>(out_.networks.size() - 1)));
  }

  const Tree& tree_;
  const EventQuery& source_;
  std::uint32_t first_;
  std::unordered_map<FieldId, std::uint32_t> field_index_;
};

}  // namespace

Typed analyze(const Tree& tree, std::string_view text, const CompileOptions& options) {
  Typed out;
  Report report{text, options, out.diagnostics};
  const auto analyze_part = [&](const QueryPart& part) {
    for (std::uint32_t i = part.first; i <= part.query; ++i)
      out.queries.push_back(Analyzer(tree, tree.queries[i], part.first, report).run());
  };
  const auto check_keys = [&](const TermSyntax& term) {
    for (const JoinField& key : term.by) check_field(key, report);
  };
  for (const TermSyntax& term : tree.statement.terms) {
    analyze_part(term.part);
    check_keys(term);
  }
  for (const TermSyntax& term : tree.statement.until) {
    analyze_part(term.part);
    check_keys(term);
  }
  for (const PipeSyntax& pipe : tree.statement.pipes) {
    if (pipe.kind != PipeKind::head && pipe.kind != PipeKind::tail) {
      report.add(Severity::warning, code::kOlderPipe, pipe.range,
                 "this pipe is of the Endgame dialect: Elasticsearch knows `head` and `tail` only");
    }
    for (const QueryPart& argument : pipe.arguments) analyze_part(argument);
  }
  return out;
}

}  // namespace stemma::eql
