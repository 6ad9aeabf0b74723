#include "detection/coverage/rule_coverage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "detection/eql/partial.hpp"
#include "events/shape.hpp"
#include "events/text.hpp"

namespace stemma {
namespace {

constexpr eql::Verdicts kNo = eql::only(eql::Tri::no);

// A kind of the host, with what is asked of it again and again.
struct Kind {
  const KindOfEvent* of = nullptr;
  Shape shape;
  Shape without_command_lines;
  std::uint32_t log = 0;
  EventSource source;
};

bool is_command_line(FieldId field) {
  return field == field::process_command_line || field == field::process_args ||
         field == field::process_args_count || field == field::process_parent_command_line ||
         field == field::process_parent_args || field == field::process_parent_args_count;
}

std::vector<FieldId> without_command_lines(std::vector<FieldId> fields) {
  std::erase_if(fields, is_command_line);
  return fields;
}

// What is known of a kind's values: its types and its system.
bool values_allow(const eql::Program& program, const std::vector<eql::LeafUse>& uses,
                  const Kind& kind, const eql::EvalOptions& eval) {
  eql::EvalContext context;
  std::vector<Value> values;
  return eql::may_match(program, [&](std::uint32_t leaf) -> eql::Verdicts {
    const eql::LeafUse& use = uses[leaf];
    if (use.general || use.lineage || use.fields.size() != 1) return eql::kAnyVerdict;
    values.clear();
    if (use.fields[0] == field::event_type) {
      if (kind.of->types == 0 || (kind.of->types & type_bit(TypeBit::other)) != 0)
        return eql::kAnyVerdict;
      for (unsigned bit = 0; bit < static_cast<unsigned>(TypeBit::other); ++bit) {
        const auto type = static_cast<TypeBit>(bit);
        if ((kind.of->types & type_bit(type)) != 0) values.push_back(Value::of(type_name(type)));
      }
    } else if (use.fields[0] == field::host_os_type && kind.of->source_kind != SourceKind::none &&
               kind.of->source_kind != SourceKind::guest_agent &&
               !is_document(kind.of->source_kind) && !is_cloud_log(kind.of->source_kind)) {
      const bool is_linux = kind.of->source_kind == SourceKind::auditd ||
                            kind.of->source_kind == SourceKind::sysmon_linux;
      values.push_back(Value::of(std::string_view(is_linux ? "linux" : "windows")));
    } else {
      return eql::kAnyVerdict;
    }
    return eql::only(eql::leaf_verdict(program, leaf, values, context, eval));
  });
}

// Whether a program cannot be true on events of the kind that lack their command lines.
bool needs_command_lines(const eql::Program& program, const std::vector<eql::LeafUse>& uses,
                         const Kind& kind, const eql::EvalOptions& eval) {
  if (!eql::bind(program, kind.without_command_lines, eval).possible) return true;
  if (program.subqueries().empty()) return false;
  const bool all = std::all_of(
      program.subqueries().begin(), program.subqueries().end(), [&](const auto& subquery) {
        return !eql::bind(*subquery.program, kind.without_command_lines, eval).possible;
      });
  // Then none of its questions about ancestors is answered by yes.
  return all && !eql::may_match(program, [&](std::uint32_t leaf) {
           return uses[leaf].lineage ? kNo : eql::kAnyVerdict;
         });
}

std::vector<BlindSpan> blind_spans(const HostEvidence& host, const LogEvidence& log,
                                   bool command_lines) {
  std::vector<BlindSpan> out;
  if (log.first.ns - host.first.ns > kQuietNs)
    out.push_back({GapKind::not_recorded, host.first, log.first});
  for (const Gap& gap : log.gaps) {
    // Of what lies in many places it is not known that nothing was seen in between.
    const bool told =
        gap.kind == GapKind::audit_stopped ||
        ((gap.kind == GapKind::damaged || gap.kind == GapKind::ids_missing) && gap.places == 1) ||
        (gap.kind == GapKind::no_command_line && command_lines);
    if (told) out.push_back({gap.kind, gap.from, gap.to});
  }
  if (host.last.ns - log.last.ns > kQuietNs)
    out.push_back({GapKind::not_recorded, log.last, host.last});
  return out;
}

std::vector<BlindSpan> both(const std::vector<BlindSpan>& some,
                            const std::vector<BlindSpan>& others) {
  std::vector<BlindSpan> out;
  for (const BlindSpan& a : some) {
    for (const BlindSpan& b : others) {
      const Timestamp from = std::max(a.from, b.from);
      const Timestamp to = std::min(a.to, b.to);
      if (from < to && out.size() < kMaxBlindSpans) out.push_back({a.kind, from, to});
    }
  }
  return out;
}

bool for_another_system(const Rule& rule, bool has_windows, bool has_linux) {
  bool names_one = false;
  for (const std::string& tag : rule.tags) {
    if (tag.rfind("OS: ", 0) != 0) continue;
    names_one = true;
    if ((tag == "OS: Windows" && has_windows) || (tag == "OS: Linux" && has_linux)) return false;
  }
  return names_one;
}

std::string names(std::span<const FieldId> fields) {
  std::string out;
  for (const FieldId field : fields) {
    if (!out.empty()) out += ", ";
    out += visible(field_name(field));
  }
  return out;
}

class Judge {
 public:
  Judge(const HostEvidence& host, const std::set<KindOfEvent>& kinds, const CaseSnapshot& snapshot,
        const eql::EvalOptions& eval)
      : host_(host), eval_(eval) {
    for (const KindOfEvent& kind : kinds) {
      if (kind.host != host.host) continue;
      const LogEvidence* const log = find_log(host, kind.source_kind, kind.channel);
      if (log == nullptr) continue;
      kinds_.push_back({&kind, Shape(kind.fields), Shape(without_command_lines(kind.fields)),
                        static_cast<std::uint32_t>(log - host.logs.data()),
                        event_source(kind.source_kind, snapshot.strings.view(kind.channel))});
    }
    for (const LogEvidence& log : host.logs) {
      if (log.kind == SourceKind::guest_agent) continue;
      if (!is_cloud_log(log.kind)) (log.is_linux() ? has_linux_ : has_windows_) = true;
      for (const Gap& gap : log.gaps) logins_only_ |= gap.kind == GapKind::logins_only;
      has_other_source_ |= log.kind != SourceKind::auditd;
    }
  }

  /// A rule could have fired where each event that it asks for could have come.
  RuleOnHost judge(std::uint32_t number, const Rule& rule, bool remote) const {
    RuleOnHost out;
    out.rule = number;
    if (for_another_system(rule, has_windows_, has_linux_)) {
      out.reason = CouldNot::other_system;
      out.why = fmt::format("for another system than {}", has_linux_     ? "Linux"
                                                          : has_windows_ ? "Windows"
                                                                         : "a cloud account");
      return out;
    }
    const auto& terms = rule.statement->terms;
    for (std::size_t i = 0; i < terms.size(); ++i) {
      if (terms[i].missing) continue;
      RuleOnHost one = judge_program(*terms[i].program, rule.sources, remote);
      if (one.reason != CouldNot::could) {
        one.rule = number;
        if (terms.size() > 1) one.why = fmt::format("event {} of it: {}", i + 1, one.why);
        return one;
      }
      out.logs.insert(out.logs.end(), one.logs.begin(), one.logs.end());
      out.blind.insert(out.blind.end(), one.blind.begin(), one.blind.end());
    }
    std::sort(out.logs.begin(), out.logs.end());
    out.logs.erase(std::unique(out.logs.begin(), out.logs.end()), out.logs.end());
    const auto key = [](const BlindSpan& span) { return std::tie(span.from, span.to, span.kind); };
    std::sort(out.blind.begin(), out.blind.end(),
              [&](const BlindSpan& a, const BlindSpan& b) { return key(a) < key(b); });
    out.blind.erase(std::unique(out.blind.begin(), out.blind.end()), out.blind.end());
    if (out.blind.size() > kMaxBlindSpans) out.blind.resize(kMaxBlindSpans);
    return out;
  }

 private:
  RuleOnHost judge_program(const eql::Program& program, SourceSet sources, bool remote) const {
    RuleOnHost out;
    const std::vector<eql::LeafUse> uses = eql::leaf_uses(program);
    std::vector<const Kind*> asked;
    for (const Kind& kind : kinds_) {
      if ((sources & source_bit(kind.source)) == 0) continue;
      const auto& own = kind.of->categories;
      if (!program.category() ||
          std::find(own.begin(), own.end(), *program.category()) != own.end())
        asked.push_back(&kind);
    }
    const std::string of =
        program.category() ? fmt::format(" of category `{}`", visible(*program.category())) : "";
    if (asked.empty()) {
      out.reason = CouldNot::not_collected;
      out.why = no_event_reason(program.category(), sources);
      return out;
    }
    bool any_shape = false;
    bool needs_lines = false;
    std::vector<FieldId> all;
    for (const Kind* kind : asked) {
      all.insert(all.end(), kind->of->fields.begin(), kind->of->fields.end());
      if (!eql::bind(program, kind->shape, eval_).possible) continue;
      any_shape = true;
      if (!values_allow(program, uses, *kind, eval_)) continue;
      if (std::find(out.logs.begin(), out.logs.end(), kind->log) == out.logs.end())
        out.logs.push_back(kind->log);
      needs_lines = needs_lines || needs_command_lines(program, uses, *kind, eval_);
    }
    std::sort(out.logs.begin(), out.logs.end());
    if (out.logs.empty()) {
      could_not(program, any_shape, std::move(all), of, out);
      return out;
    }
    if (remote && logins_only_ && !has_other_source_) {
      out.reason = CouldNot::logins_only;
      out.why =
          "no process start without a login (auid unset) was recorded, so nothing that the agent "
          "starts";
      return out;
    }
    out.blind = blind_spans(host_, host_.logs[out.logs.front()], needs_lines);
    for (std::size_t i = 1; i < out.logs.size() && !out.blind.empty(); ++i)
      out.blind = both(out.blind, blind_spans(host_, host_.logs[out.logs[i]], needs_lines));
    return out;
  }

  void could_not(const eql::Program& program, bool any_shape, std::vector<FieldId> all,
                 const std::string& of, RuleOnHost& out) const {
    if (any_shape) {
      out.reason = CouldNot::no_such_type;
      out.why = fmt::format("no event{} is of the type or system that it asks for", of);
      return;
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    out.missing = eql::absent_fields(program, Shape(std::move(all)), eval_);
    if (!out.missing.empty()) {
      out.reason = CouldNot::field_absent;
      out.why = fmt::format("no event{} carries {}", of, names(out.missing));
    } else {
      out.reason = CouldNot::not_together;
      out.why = fmt::format("no single event{} carries together what it needs", of);
    }
  }

  const HostEvidence& host_;
  eql::EvalOptions eval_;
  std::vector<Kind> kinds_;
  bool has_windows_ = false;
  bool has_linux_ = false;
  bool logins_only_ = false;
  bool has_other_source_ = false;
};

}  // namespace

std::string_view could_not_name(CouldNot reason) {
  switch (reason) {
    case CouldNot::could:
      return "could_fire";
    case CouldNot::other_system:
      return "other_system";
    case CouldNot::not_collected:
      return "source_not_collected";
    case CouldNot::field_absent:
      return "field_absent";
    case CouldNot::no_such_type:
      return "type_absent";
    case CouldNot::not_together:
      return "fields_not_together";
    case CouldNot::logins_only:
      return gap_name(GapKind::logins_only);
  }
  return "unknown";
}

std::vector<RuleOnHost> rules_on_host(std::span<const Rule> rules, const std::vector<bool>& remote,
                                      const HostEvidence& host, const std::set<KindOfEvent>& kinds,
                                      const CaseSnapshot& snapshot, const eql::EvalOptions& eval) {
  const Judge judge(host, kinds, snapshot, eval);
  std::vector<RuleOnHost> out;
  for (std::uint32_t i = 0; i < rules.size(); ++i)
    out.push_back(judge.judge(i, rules[i], i < remote.size() && remote[i]));
  return out;
}

}  // namespace stemma
