#include "reports/near_miss_text.hpp"

#include <fmt/format.h>

#include "events/text.hpp"
#include "reports/explanation_text.hpp"
#include "reports/json.hpp"
#include "reports/ledger_text.hpp"

namespace stemma {

std::string near_miss_reason(const NearMissGroup& group, Secrets secrets) {
  const eql::NearMiss& miss = group.miss;
  const std::string field = miss.field ? visible(field_name(miss.field)) : std::string();
  if (miss.absent) return fmt::format("unknown because {} is absent", field);
  const std::string_view is = miss.wanted ? "false" : "true";
  if (field.empty()) return fmt::format("{} by the process tree", is);
  return fmt::format("{} on {} = {}", is, field, shown_value(redact(miss.value, secrets)));
}

void append_near_misses(const CaseSnapshot& snapshot, const RuleSet& rules,
                        const NearMisses& misses, std::span<const std::string> summaries,
                        std::string& out, Secrets secrets) {
  if (misses.groups.empty()) out += "no event is one clause away from a rule\n";
  for (std::size_t i = 0; i < misses.groups.size(); ++i) {
    const NearMissGroup& group = misses.groups[i];
    const bool first = i == 0 || misses.groups[i - 1].rule != group.rule;
    const Rule& rule = rules.rules[group.rule];
    if (first)
      out += fmt::format("{}{} ({})\n", i == 0 ? "" : "\n", visible(rule.name), visible(rule.id));
    const SourceSpan source = snapshot.events.source(group.first);
    out += fmt::format(
        "  {} {}, one clause away{}\n", grouped(group.count), group.count == 1 ? "event" : "events",
        group.miss.nearness != 0 ? fmt::format(" and {}% of its text", group.miss.nearness) : "");
    out += fmt::format("    clause  {}\n", shown_clause(group.clause));
    out += fmt::format("    was     {}; {} would match\n", near_miss_reason(group, secrets),
                       group.miss.wanted ? "true" : "false");
    out +=
        fmt::format("    first   {}  {}  {}\n", format_time(snapshot.events.time(group.first), 3),
                    visible(snapshot.hosts.name(snapshot.events.host(group.first))), summaries[i]);
    out += fmt::format("            {}:{}\n", visible(snapshot.artifact(source.artifact).path),
                       source.offset);
    const bool last = i + 1 == misses.groups.size() || misses.groups[i + 1].rule != group.rule;
    if (last && misses.left_out[group.rule] != 0)
      out += fmt::format("  {} more left out, less near\n", grouped(misses.left_out[group.rule]));
  }
}

void append_near_miss_document(const CaseSnapshot& snapshot, const RuleSet& rules,
                               const NearMissGroup& group, std::string& out, Secrets secrets) {
  const Rule& rule = rules.rules[group.rule];
  const SourceSpan source = snapshot.events.source(group.first);
  JsonDocument document;
  document.text("event.kind", "event");
  document.text("@timestamp", format_time(snapshot.events.time(group.first), 9));
  document.text("host.name", snapshot.hosts.name(snapshot.events.host(group.first)));
  document.text("log.file.path", snapshot.artifact(source.artifact).path);
  document.integer("stemma.source.offset", static_cast<std::int64_t>(source.offset));
  document.text("rule.id", rule.id);
  document.text("rule.name", rule.name);
  if (const EntityId entity = snapshot.events.entity(group.first)) {
    document.text("process.entity_id",
                  snapshot.strings.view(snapshot.tree.entity(entity).entity_id));
    if (snapshot.tree.entity(entity).pid != kNoPid)
      document.integer("process.pid", snapshot.tree.entity(entity).pid);
  }
  document.text("stemma.near_miss.clause", group.clause);
  document.boolean("stemma.near_miss.wanted", group.miss.wanted);
  if (group.miss.field) document.text("stemma.near_miss.field", field_name(group.miss.field));
  if (group.miss.absent) {
    document.boolean("stemma.near_miss.absent", true);
  } else if (group.miss.field) {
    document.text("stemma.near_miss.value", redact(group.miss.value, secrets));
  }
  document.text("stemma.near_miss.reason", near_miss_reason(group, secrets));
  document.integer("stemma.near_miss.nearness", group.miss.nearness);
  document.integer("stemma.near_miss.count", static_cast<std::int64_t>(group.count));
  document.write(out);
  out += '\n';
}

}  // namespace stemma
