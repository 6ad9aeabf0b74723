#include "reports/coverage_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "events/text.hpp"
#include "reports/json.hpp"
#include "reports/ledger_text.hpp"

namespace stemma {
namespace {

constexpr std::size_t kNamedRules = 3;
constexpr std::size_t kNamedCodes = 5;
/// Gaps of one log that are written out for people; all are in the documents.
constexpr std::size_t kShownGaps = 12;

std::string counted(std::uint64_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", grouped(n), n == 1 ? one : many);
}

std::string span_text(Timestamp from, Timestamp to) {
  if (from == to) return format_time(from, 0);
  const std::string begin = format_time(from, 0);
  std::string end = format_time(to, 0);
  if (begin == end) return format_time(from, 3) + " – " + format_time(to, 3).substr(11);
  if (begin.compare(0, 11, end, 0, 11) == 0) end.erase(0, 11);
  return begin + " – " + end;
}

std::string host_name(const CaseSnapshot& snapshot, HostId host) {
  const std::string_view name = snapshot.hosts.name(host);
  return name.empty() ? "(no host name)" : visible(name);
}

std::string named(std::span<const Rule> rules, const std::vector<std::uint32_t>& numbers) {
  std::string out;
  for (std::size_t i = 0; i < numbers.size() && i < kNamedRules; ++i)
    out += (i == 0 ? "" : ", ") + visible(rules[numbers[i]].name);
  if (numbers.size() > kNamedRules)
    out += fmt::format(" and {} more", grouped(numbers.size() - kNamedRules));
  return out;
}

void append_log(const LogEvidence& log, std::string& out) {
  std::vector<std::pair<std::uint64_t, std::string>> codes;
  for (const auto& [code, count] : log.codes) {
    if (!code.empty()) codes.emplace_back(count, code);
  }
  std::stable_sort(codes.begin(), codes.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string most;
  for (std::size_t i = 0; i < codes.size() && i < kNamedCodes; ++i)
    most += fmt::format("{}{} ×{}", i == 0 ? "" : ", ", visible(codes[i].second),
                        grouped(codes[i].first));
  if (codes.size() > kNamedCodes) most += fmt::format(", {} more", codes.size() - kNamedCodes);
  out += fmt::format("  {}: {}, {}{}\n", visible(log.name),
                     log.timed ? span_text(log.first, log.last) : "without times",
                     counted(log.events, "event", "events"),
                     most.empty() ? "" : fmt::format(" ({})", most));
  for (std::size_t i = 0; i < log.gaps.size() && i < kShownGaps; ++i)
    out += "    gap " + gap_text(log.gaps[i]) + "\n";
  if (log.gaps.size() > kShownGaps)
    out += fmt::format("    {} more\n", counted(log.gaps.size() - kShownGaps, "gap", "gaps"));
}

void append_rules(std::span<const Rule> rules, const HostEvidence& host,
                  const std::vector<RuleOnHost>& on_host, std::string& out) {
  std::map<std::pair<CouldNot, std::string>, std::vector<std::uint32_t>> could_not;
  std::map<std::vector<std::uint32_t>, std::vector<std::uint32_t>> could;
  std::map<std::tuple<Timestamp, Timestamp, GapKind>, std::vector<std::uint32_t>> blind;
  for (const RuleOnHost& one : on_host) {
    if (one.reason != CouldNot::could) {
      could_not[{one.reason, one.why}].push_back(one.rule);
      continue;
    }
    could[one.logs].push_back(one.rule);
    for (const BlindSpan& span : one.blind)
      blind[{span.from, span.to, span.kind}].push_back(one.rule);
  }
  for (const auto& [logs, numbers] : could) {
    std::string from;
    for (const std::uint32_t log : logs)
      from += (from.empty() ? "" : ", ") + visible(host.logs[log].name);
    out += fmt::format("  could fire, from {}: {}: {}\n", from,
                       counted(numbers.size(), "rule", "rules"), named(rules, numbers));
  }
  std::size_t shown = 0;
  for (const auto& [key, numbers] : blind) {
    if (shown++ == kShownGaps) {
      out += fmt::format("    {} more\n",
                         counted(blind.size() - kShownGaps, "blind span", "blind spans"));
      break;
    }
    const auto& [from, to, kind] = key;
    out += fmt::format("    blind {} ({}): {}: {}\n", span_text(from, to), gap_reason(kind),
                       counted(numbers.size(), "rule", "rules"), named(rules, numbers));
  }
  for (const auto& [key, numbers] : could_not)
    out += fmt::format("  could not fire ({}): {}: {}\n", key.second,
                       counted(numbers.size(), "rule", "rules"), named(rules, numbers));
}

std::string gap_json(std::span<const Gap> gaps) {
  std::string out = "[";
  for (const Gap& gap : gaps) {
    if (out.size() > 1) out += ',';
    JsonDocument one;
    one.text("reason", gap_name(gap.kind));
    one.text("start", format_time(gap.from, 9));
    one.text("end", format_time(gap.to, 9));
    one.integer("count", static_cast<std::int64_t>(std::min<std::uint64_t>(gap.count, INT64_MAX)));
    if (gap.places > 1) one.integer("places", static_cast<std::int64_t>(gap.places));
    if (gap.ids != 0)
      one.integer("record_ids_missing",
                  static_cast<std::int64_t>(std::min<std::uint64_t>(gap.ids, INT64_MAX)));
    if (!gap.detail.empty()) one.text("detail", gap.detail);
    one.write(out);
  }
  return out + "]";
}

}  // namespace

std::string gap_text(const Gap& gap) {
  const std::string where =
      gap.places > 1 ? fmt::format(" in {} places", grouped(gap.places)) : std::string();
  const std::string span = span_text(gap.from, gap.to);
  switch (gap.kind) {
    case GapKind::ids_missing:
      return fmt::format("{}: {} missing{}{}", span, counted(gap.count, "record id", "record ids"),
                         where,
                         gap.all_over ? " (so many holes are usual in a filtered export)" : "");
    case GapKind::serials_missing:
      return fmt::format("{}: {} skipped at once, unusual for this log", span,
                         counted(gap.count, "audit serial", "audit serials"));
    case GapKind::log_cleared:
      return fmt::format("{}: log cleared: {}; what it held before is gone", span,
                         visible(gap.detail));
    case GapKind::damaged:
      return fmt::format(
          "{}: could not be read ({}): {}{}{}", span, visible(gap.detail),
          counted(gap.count, "defect", "defects"), gap.places > 1 ? " within that span" : "",
          gap.ids != 0 ? ", " + counted(gap.ids, "record id", "record ids") + " missing" : "");
    case GapKind::audit_stopped:
      return fmt::format("{}: the audit daemon did not run", span);
    case GapKind::no_command_line:
      return fmt::format("{}: {} without a command line: the policy that records them was off",
                         span, counted(gap.count, "process start", "process starts"));
    case GapKind::logins_only:
      return fmt::format(
          "{}: {}, none without a login (auid unset): the audit rules leave out what services, "
          "cron and cloud agents start",
          span, counted(gap.count, "process start", "process starts"));
    case GapKind::not_recorded:
      return span + ": nothing recorded";
  }
  return span;
}

std::string_view gap_reason(GapKind kind) {
  switch (kind) {
    case GapKind::ids_missing:
      return "record ids missing";
    case GapKind::damaged:
      return "could not be read";
    case GapKind::audit_stopped:
      return "audit daemon stopped";
    case GapKind::no_command_line:
      return "command lines not recorded";
    default:
      return "not recorded, while other logs of the host go on";
  }
}

void append_coverage(const CaseSnapshot& snapshot, std::span<const Rule> rules,
                     std::span<const HostEvidence> hosts,
                     std::span<const std::vector<RuleOnHost>> on_host, std::string& out) {
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const HostEvidence& host = hosts[i];
    if (i != 0) out += '\n';
    out +=
        fmt::format("{}  {}\n", host_name(snapshot, host.host), span_text(host.first, host.last));
    if (!host.boots.empty()) {
      std::string boots;
      constexpr std::size_t kNamedBoots = 4;
      for (std::size_t b = 0; b < host.boots.size() && b < kNamedBoots; ++b)
        boots += (b == 0 ? "" : ", ") + format_time(host.boots[b], 0);
      if (host.boots.size() > kNamedBoots)
        boots += fmt::format(" and {} more", host.boots.size() - kNamedBoots);
      out += "  started at " + boots + "\n";
    }
    for (const LogEvidence& log : host.logs) append_log(log, out);
    append_rules(rules, host, on_host[i], out);
  }
  if (hosts.empty()) out += "no event of any host\n";
}

void append_coverage_lines(const CaseSnapshot& snapshot, std::span<const Rule> rules,
                           std::span<const HostEvidence> hosts,
                           std::span<const std::vector<RuleOnHost>> on_host, std::string& out) {
  JsonDocument document;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const HostEvidence& host = hosts[i];
    const auto begin = [&](std::string_view kind) {
      document.text("stemma.coverage.kind", kind);
      if (host.host) document.text("host.name", snapshot.hosts.name(host.host));
    };
    for (const LogEvidence& log : host.logs) {
      begin("log");
      if (log.timed) {
        document.text("event.start", format_time(log.first, 9));
        document.text("event.end", format_time(log.last, 9));
      }
      document.text("stemma.coverage.log", log.name);
      document.integer("stemma.coverage.events", static_cast<std::int64_t>(log.events));
      document.integer("stemma.coverage.process_starts", static_cast<std::int64_t>(log.starts));
      std::string codes = "[";
      for (const auto& [code, count] : log.codes) {
        if (codes.size() > 1) codes += ',';
        JsonDocument one;
        one.text("code", code);
        one.integer("events", static_cast<std::int64_t>(count));
        one.write(codes);
      }
      document.raw("stemma.coverage.codes", codes + "]");
      document.raw("stemma.coverage.gaps", gap_json(log.gaps));
      document.write(out);
      out += '\n';
    }
    for (const RuleOnHost& one : on_host[i]) {
      begin("rule");
      document.text("event.start", format_time(host.first, 9));
      document.text("event.end", format_time(host.last, 9));
      document.text("rule.id", rules[one.rule].id);
      document.text("rule.name", rules[one.rule].name);
      document.boolean("stemma.coverage.possible", one.reason == CouldNot::could);
      if (one.reason != CouldNot::could) {
        document.text("stemma.coverage.reason", could_not_name(one.reason));
        document.text("stemma.coverage.why", one.why);
      }
      const auto texts = [&](std::string_view name, auto&& list, auto&& text) {
        std::vector<std::string> all;
        for (const auto& entry : list) all.emplace_back(text(entry));
        if (!all.empty()) document.texts(name, all);
      };
      texts("stemma.coverage.fields_absent", one.missing, [](FieldId f) { return field_name(f); });
      texts("stemma.coverage.logs", one.logs,
            [&](std::uint32_t log) { return std::string_view(host.logs[log].name); });
      if (!one.blind.empty()) {
        std::string spans = "[";
        for (const BlindSpan& span : one.blind) {
          if (spans.size() > 1) spans += ',';
          JsonDocument blind;
          blind.text("reason", gap_name(span.kind));
          blind.text("start", format_time(span.from, 9));
          blind.text("end", format_time(span.to, 9));
          blind.write(spans);
        }
        document.raw("stemma.coverage.blind", spans + "]");
      }
      document.write(out);
      out += '\n';
    }
  }
}

std::string gap_notes(const CaseSnapshot& snapshot, std::span<const HostEvidence> hosts) {
  std::string out;
  const auto line = [&](std::initializer_list<GapKind> kinds, std::string_view what) {
    std::uint64_t count = 0;
    std::string first;
    for (const HostEvidence& host : hosts) {
      for (const LogEvidence& log : host.logs) {
        for (const Gap& gap : log.gaps) {
          if (std::find(kinds.begin(), kinds.end(), gap.kind) == kinds.end()) continue;
          // Scattered holes are a filtered export's.
          if (gap.all_over) continue;
          if (count++ == 0)
            first = fmt::format("{}, {}, {}", host_name(snapshot, host.host), visible(log.name),
                                gap_text(gap));
        }
      }
    }
    if (count == 0) return;
    out += fmt::format("{}: {}{}\n", what, first,
                       count > 1 ? fmt::format(" (and {} more)", grouped(count - 1)) : "");
  };
  line({GapKind::log_cleared}, "log cleared");
  line({GapKind::damaged, GapKind::ids_missing, GapKind::audit_stopped, GapKind::no_command_line},
       "gap");
  if (!out.empty()) out += "`stemma scan --coverage` shows all of it\n";
  return out;
}

}  // namespace stemma
