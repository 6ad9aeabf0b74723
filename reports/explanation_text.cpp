#include "reports/explanation_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "events/text.hpp"
#include "reports/json.hpp"
#include "reports/ledger_text.hpp"
#include "reports/tree_text.hpp"

namespace stemma {
namespace {

std::string_view origin_name(Origin origin) {
  switch (origin) {
    case Origin::record:
      return "record";
    case Origin::derived:
      return "derived";
    case Origin::synthesised:
      return "synthesised";
  }
  return "";
}

std::string_view origin_words(Origin origin) {
  switch (origin) {
    case Origin::record:
      return "from the record";
    case Origin::derived:
      return "derived from the record";
    case Origin::synthesised:
      return "synthesised from the process tree";
  }
  return "";
}

std::string_view nulls_name(const eql::EvalOptions& options) {
  return options.nulls == eql::EvalOptions::Nulls::two_valued ? "two-valued" : "three-valued";
}

// Where the event is from, where the rule does not look there.
std::optional<EventSource> outside_index(const ExplanationView& view) {
  const EventClass& known =
      view.snapshot.events.classes()[view.snapshot.events.event_class(view.event)];
  const EventSource source =
      event_source(known.source_kind, view.snapshot.strings.view(known.channel));
  if ((view.rule.sources & source_bit(source)) != 0) return std::nullopt;
  return source;
}

std::string_view kind_name(eql::Explanation::Kind kind) {
  switch (kind) {
    case eql::Explanation::Kind::all_of:
      return "and";
    case eql::Explanation::Kind::any_of:
      return "or";
    case eql::Explanation::Kind::not_of:
      return "not";
    case eql::Explanation::Kind::clause:
      return "clause";
  }
  return "";
}

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& each : list) out += (out.empty() ? "" : ", ") + visible(each);
  return out.empty() ? "none" : out;
}

// Values of one field; of arguments a switch and its value may be two.
std::vector<std::string> shown_values(const ExplanationView& view,
                                      const std::vector<std::string>& values) {
  if (view.secrets == Secrets::shown) return values;
  return redact_arguments(std::vector<std::string_view>(values.begin(), values.end()));
}

// The one value of a clause that decided it, as it stands among the field's values.
std::string witness_value(const ExplanationView& view, const std::string& value,
                          const std::vector<std::string>& values) {
  const auto at = std::find(values.begin(), values.end(), value);
  if (at == values.end()) return redact(value, view.secrets);
  return shown_values(view, values)[static_cast<std::size_t>(at - values.begin())];
}

class Text {
 public:
  Text(const ExplanationView& view, const TermExplained& term, std::string& out)
      : view_(view), term_(term), explanation_(term.explanation), out_(out) {}

  void run() {
    if (explanation_.category) {
      line(0, explanation_.category_holds ? "true" : "false", !explanation_.category_holds,
           fmt::format("category {}: the event has {}", visible(*explanation_.category),
                       joined(explanation_.categories)));
    }
    node(explanation_.root, 0);
  }

 private:
  void line(std::size_t depth, std::string_view verdict, bool decisive, std::string_view text) {
    out_ += fmt::format("{} {:<7}  {}{}\n", decisive ? '*' : ' ', verdict,
                        std::string(depth * 2, ' '), text);
  }
  void detail(std::size_t depth, std::string_view text) {
    out_ += fmt::format("{}{}\n", std::string(10 + depth * 2 + 4, ' '), text);
  }

  bool decisive(std::uint32_t id) const {
    const auto& node = explanation_.nodes[id];
    if (node.kind == eql::Explanation::Kind::clause)
      return explanation_.clauses[node.clause].decisive;
    for (const std::uint32_t child : node.children)
      if (decisive(child)) return true;
    return false;
  }

  void node(std::uint32_t id, std::size_t depth) {
    const auto& node = explanation_.nodes[id];
    if (node.kind == eql::Explanation::Kind::clause) return clause(node.clause, depth);
    line(depth, verdict_name(node.verdict), decisive(id), kind_name(node.kind));
    for (const std::uint32_t child : node.children) this->node(child, depth + 1);
  }

  void clause(std::uint32_t number, std::size_t depth) {
    const eql::Clause& clause = explanation_.clauses[number];
    line(depth, verdict_name(clause.verdict), clause.decisive, shown_clause(clause.text));
    for (std::size_t i = 0; i < clause.witnesses.size(); ++i) witness(number, i, depth);
    for (const LineageExplained& lineage : term_.lineage) {
      if (lineage.clause == number) ancestors(lineage, depth);
    }
  }

  void witness(std::uint32_t number, std::size_t position, std::size_t depth) {
    const eql::Clause& clause = explanation_.clauses[number];
    const eql::Explanation::Use& use = explanation_.uses[number];
    const eql::Witness& witness = clause.witnesses[position];
    const std::string name = visible(field_name(witness.field));
    if (witness.absent) return detail(depth, name + " is absent");
    const std::string_view origin = origin_words(witness.origin);
    const std::vector<std::string>& values = use.values[position];
    // Of several values one that made it true is enough; that none did takes all of them.
    if (values.size() < 2 || clause.verdict == (use.inverted ? eql::Tri::no : eql::Tri::yes))
      return detail(depth,
                    fmt::format("{} is {}, {}", name,
                                shown_value(witness_value(view_, witness.value, values)), origin));
    detail(depth, fmt::format("{} has {} values, {}:", name, use.value_counts[position], origin));
    for (const std::string& value : shown_values(view_, values))
      detail(depth + 1, shown_value(value));
    if (use.value_counts[position] > values.size()) detail(depth + 1, "…");
  }

  void ancestors(const LineageExplained& lineage, std::size_t depth) {
    if (lineage.asked.empty()) detail(depth, "no ancestor is known");
    for (const AskedAncestor& asked : lineage.asked) {
      std::string text = fmt::format("{}: {}", asked.matched ? "yes" : "no ",
                                     process_line(view_.snapshot, asked.entity, view_.secrets));
      if (!asked.start && !asked.matched) text += "; its own start is in no record";
      detail(depth, text);
      for (const std::string& failed : asked.failed)
        detail(depth, "     not so: " + fit(shown_clause(failed), 160));
    }
  }

  const ExplanationView& view_;
  const TermExplained& term_;
  const eql::Explanation& explanation_;
  std::string& out_;
};

std::string json_list(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) out += (out.size() > 1 ? "," : "") + item;
  return out + "]";
}

std::string clause_json(const ExplanationView& view, const TermExplained& term,
                        std::uint32_t number) {
  const eql::Clause& clause = term.explanation.clauses[number];
  JsonDocument document;
  document.text("clause", clause.text);
  document.text("verdict", verdict_name(clause.verdict));
  document.boolean("decisive", clause.decisive);
  std::vector<std::string> values;
  const eql::Explanation::Use& use = term.explanation.uses[number];
  for (std::size_t i = 0; i < clause.witnesses.size(); ++i) {
    const eql::Witness& witness = clause.witnesses[i];
    JsonDocument value;
    value.text("field", field_name(witness.field));
    if (witness.absent) {
      value.boolean("absent", true);
    } else {
      value.text("value", witness_value(view, witness.value, use.values[i]));
      value.text("origin", origin_name(witness.origin));
      if (use.values[i].size() > 1) value.texts("values", shown_values(view, use.values[i]));
    }
    value.write(values.emplace_back());
  }
  if (!values.empty()) document.raw("values", json_list(values));
  for (const LineageExplained& lineage : term.lineage) {
    if (lineage.clause != number) continue;
    std::vector<std::string> asked;
    for (const AskedAncestor& each : lineage.asked) {
      JsonDocument ancestor;
      ancestor.text("process", process_line(view.snapshot, each.entity, view.secrets));
      ancestor.text("entity_id",
                    view.snapshot.strings.view(view.snapshot.tree.entity(each.entity).entity_id));
      ancestor.boolean("matched", each.matched);
      if (!each.failed.empty()) ancestor.texts("failed", each.failed);
      ancestor.write(asked.emplace_back());
    }
    document.raw("ancestors", json_list(asked));
  }
  std::string out;
  document.write(out);
  return out;
}

std::string node_json(const ExplanationView& view, const TermExplained& term, std::uint32_t id) {
  const auto& node = term.explanation.nodes[id];
  if (node.kind == eql::Explanation::Kind::clause) return clause_json(view, term, node.clause);
  std::vector<std::string> children;
  for (const std::uint32_t child : node.children) children.push_back(node_json(view, term, child));
  return fmt::format("{{\"{}\":{},\"verdict\":\"{}\"}}", kind_name(node.kind), json_list(children),
                     verdict_name(node.verdict));
}

std::string term_json(const ExplanationView& view, const TermExplained& term) {
  const eql::Explanation& explanation = term.explanation;
  JsonDocument document;
  document.boolean("matches", explanation.matches());
  document.text("nulls", nulls_name(explanation.options));
  if (explanation.category) {
    document.text("category.wanted", *explanation.category);
    document.texts("category.event", explanation.categories);
    document.boolean("category.holds", explanation.category_holds);
  }
  document.raw("condition", node_json(view, term, explanation.root));
  std::string out;
  document.write(out);
  return out;
}

std::string_view step_name(SequenceStep::What what) {
  switch (what) {
    case SequenceStep::What::started:
      return "started";
    case SequenceStep::What::advanced:
      return "advanced";
    case SequenceStep::What::completed:
      return "completed";
    case SequenceStep::What::overwritten:
      return "overwritten";
    case SequenceStep::What::expired:
      return "expired";
    case SequenceStep::What::ended_by_until:
      return "ended by until";
    case SequenceStep::What::ended_by_missing:
      return "ended by an event that had to be missing";
    case SequenceStep::What::kept_from_start:
      return "kept from its start by an event that had to be missing";
    case SequenceStep::What::dropped:
      return "dropped at a cap";
  }
  return "";
}

std::string step_text(const CaseSnapshot& snapshot, const ExplainedStep& each, Secrets secrets) {
  const SequenceStep& step = each.step;
  const auto time = [&](EventId id) { return id ? format_time(snapshot.events.time(id), 3) : "?"; };
  std::string text =
      fmt::format("{}  {}, {} {} of it, first {}", time(step.event), step_name(step.what),
                  step.stage, step.stage == 1 ? "event" : "events", time(step.first));
  if (!each.key.empty()) text += fmt::format(", key {}", visible(redact(each.key, secrets)));
  if (step.what == SequenceStep::What::expired)
    text += fmt::format(": {}.{:09} s over maxspan", step.late / kNsPerSecond,
                        step.late % kNsPerSecond);
  return text;
}

}  // namespace

std::vector<std::string> decisive_clauses(const eql::Explanation& explanation, Secrets secrets) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < explanation.clauses.size(); ++i) {
    const eql::Clause& clause = explanation.clauses[i];
    if (!clause.decisive) continue;
    if (out.size() == kMaxClausesTold) {
      out.emplace_back("…");
      break;
    }
    std::string text = shown_clause(clause.text);
    std::string seen;
    for (std::size_t k = 0; k < clause.witnesses.size(); ++k) {
      const eql::Witness& witness = clause.witnesses[k];
      const std::vector<std::string>& values = explanation.uses[i].values[k];
      std::string value = redact(witness.value, secrets);
      // An argument may be a secret only beside its neighbours.
      const auto at = std::find(values.begin(), values.end(), witness.value);
      if (secrets == Secrets::redacted && at != values.end() && values.size() > 1)
        value = redact_arguments(std::vector<std::string_view>(
            values.begin(), values.end()))[static_cast<std::size_t>(at - values.begin())];
      seen += fmt::format("{}{} is {}", seen.empty() ? "" : "; ", field_name(witness.field),
                          witness.absent ? "absent" : shown_value(value));
    }
    if (!seen.empty()) text += " (" + seen + ")";
    out.push_back(std::move(text));
  }
  return out;
}

std::string shown_clause(std::string_view text) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') quoted = !quoted;
    if (quoted && c == '\\' && i + 1 < text.size()) {
      out += c;
      out += text[++i];
    } else if (!quoted && (c == ' ' || c == '\n' || c == '\t' || c == '\r')) {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      out += c;
    }
  }
  return visible(out);
}

std::string shown_value(std::string_view value) {
  if (value.size() <= kMaxShownValue) return fmt::format("\"{}\"", visible(value));
  std::size_t cut = kMaxShownValue;
  while (cut > kMaxShownValue - 4 && (static_cast<unsigned char>(value[cut]) & 0xC0u) == 0x80u)
    --cut;
  return fmt::format("\"{}…\" ({} bytes)", visible(value.substr(0, cut)), grouped(value.size()));
}

std::string_view verdict_name(eql::Tri verdict) {
  switch (verdict) {
    case eql::Tri::no:
      return "false";
    case eql::Tri::yes:
      return "true";
    case eql::Tri::unknown:
      return "unknown";
  }
  return "";
}

void append_explanation(const ExplanationView& view, std::string& out) {
  const CaseSnapshot& snapshot = view.snapshot;
  const SourceSpan source = snapshot.events.source(view.event);
  if (!view.rule.name.empty())
    out += fmt::format("rule   {} ({})\n", visible(view.rule.name), visible(view.rule.id));
  out += fmt::format("event  {}  {}  {}\n", format_time(snapshot.events.time(view.event), 3),
                     visible(snapshot.hosts.name(snapshot.events.host(view.event))), view.summary);
  out += fmt::format("       {}:{}\n", visible(snapshot.artifact(source.artifact).path),
                     source.offset);
  const std::optional<EventSource> outside = outside_index(view);
  if (outside) {
    out += fmt::format(
        "\nthe rule does not apply: the event is from {}, its index patterns stand for {} "
        "(--any-index lifts that)\n",
        source_words(*outside), source_words(view.rule.sources));
  }
  const bool several = view.terms.size() > 1;
  for (const TermExplained& term : view.terms) {
    const eql::Explanation& explanation = term.explanation;
    const std::string what = !several ? "the event matches"
                             : term.term < view.rule.statement->terms.size()
                                 ? fmt::format("the event can be event {} of it", term.term + 1)
                                 : "the event ends it (until)";
    out += fmt::format("\n{}: {}\n", what, explanation.matches() ? "yes" : "no");
    Text(view, term, out).run();
  }
  if (!view.steps.empty()) out += "\nsequences that it had a part in:\n";
  for (const ExplainedStep& each : view.steps)
    out += fmt::format("  {}\n", step_text(snapshot, each, view.secrets));
  if (!view.terms.empty()) {
    const bool two =
        view.terms.front().explanation.options.nulls == eql::EvalOptions::Nulls::two_valued;
    out += fmt::format(
        "\n* decided it. Nulls are {}.\n",
        two ? "two-valued: a clause about an absent field is false, its negation true"
            : "three-valued: a clause about an absent field is unknown, and so is its negation");
  }
}

void append_explanation_document(const ExplanationView& view, std::string& out) {
  const CaseSnapshot& snapshot = view.snapshot;
  const SourceSpan source = snapshot.events.source(view.event);
  JsonDocument document;
  document.text("@timestamp", format_time(snapshot.events.time(view.event), 9));
  document.text("host.name", snapshot.hosts.name(snapshot.events.host(view.event)));
  document.text("log.file.path", snapshot.artifact(source.artifact).path);
  document.integer("stemma.source.offset", static_cast<std::int64_t>(source.offset));
  if (!view.rule.id.empty()) document.text("rule.id", view.rule.id);
  if (!view.rule.name.empty()) document.text("rule.name", view.rule.name);
  if (const std::optional<EventSource> outside = outside_index(view)) {
    JsonDocument index;
    index.text("event", source_words(*outside));
    index.text("rule", source_words(view.rule.sources));
    std::string json;
    index.write(json);
    document.raw("stemma.outside_index", json);
  }
  std::vector<std::string> terms;
  for (const TermExplained& term : view.terms) terms.push_back(term_json(view, term));
  document.raw("stemma.explanation", terms.size() == 1 ? terms.front() : json_list(terms));
  std::vector<std::string> steps;
  for (const ExplainedStep& each : view.steps) {
    JsonDocument step;
    step.text("step", step_name(each.step.what));
    step.integer("stage", each.step.stage);
    step.text("key", redact(each.key, view.secrets));
    if (each.step.event) step.text("time", format_time(snapshot.events.time(each.step.event), 9));
    if (each.step.first) step.text("first", format_time(snapshot.events.time(each.step.first), 9));
    if (each.step.what == SequenceStep::What::expired) step.integer("late_ns", each.step.late);
    step.write(steps.emplace_back());
  }
  if (!steps.empty()) document.raw("stemma.sequence_steps", json_list(steps));
  document.write(out);
  out += '\n';
}

}  // namespace stemma
