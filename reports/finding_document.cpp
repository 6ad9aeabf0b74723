#include "reports/finding_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "detection/findings/remote_run.hpp"
#include "reports/event_document.hpp"
#include "reports/json.hpp"

namespace stemma {
namespace {

// Elastic's mapping of severity words to event.severity.
std::int64_t severity_number(std::string_view severity) {
  if (severity == "low") return 21;
  if (severity == "medium") return 47;
  if (severity == "high") return 73;
  if (severity == "critical") return 99;
  return 0;
}

std::string_view edge_name(ParentEdge edge) {
  switch (edge) {
    case ParentEdge::none:
      return "none";
    case ParentEdge::guid:
      return "guid";
    case ParentEdge::pid_lifetime:
      return "pid_lifetime";
    case ParentEdge::record_fields:
      return "record_fields";
  }
  return "none";
}

// The record's own odds and ends stay with the event (`stemma events`); a finding carries what an
// analyst reads and joins by.
bool belongs(std::string_view name) {
  constexpr std::string_view kLeftOut[] = {"winlog.event_data.", "winlog.user_data.",
                                           "auditd.data.", "auditd.paths.", "related."};
  return std::none_of(std::begin(kLeftOut), std::end(kLeftOut), [&](std::string_view prefix) {
    return name.substr(0, prefix.size()) == prefix;
  });
}

void add_threat(const Rule& rule, JsonDocument& document) {
  std::vector<std::string> tactic_ids, tactic_names, technique_ids, technique_names, sub_ids,
      sub_names;
  std::string framework;
  const auto once = [](std::vector<std::string>& list, const std::string& value,
                       std::vector<std::string>* names, const std::string& name) {
    if (value.empty() || std::find(list.begin(), list.end(), value) != list.end()) return;
    list.push_back(value);
    if (names != nullptr) names->push_back(name);
  };
  for (const Threat& threat : rule.threats) {
    if (framework.empty()) framework = threat.framework;
    once(tactic_ids, threat.tactic_id, &tactic_names, threat.tactic_name);
    for (const ThreatTechnique& technique : threat.techniques) {
      const bool sub = technique.id.find('.') != std::string::npos;
      once(sub ? sub_ids : technique_ids, technique.id, sub ? &sub_names : &technique_names,
           technique.name);
    }
  }
  const auto list = [&](std::string_view name, const std::vector<std::string>& values) {
    if (!values.empty()) document.texts(name, values);
  };
  if (!framework.empty()) document.text("threat.framework", framework);
  list("threat.tactic.id", tactic_ids);
  list("threat.tactic.name", tactic_names);
  list("threat.technique.id", technique_ids);
  list("threat.technique.name", technique_names);
  list("threat.technique.subtechnique.id", sub_ids);
  list("threat.technique.subtechnique.name", sub_names);
}

}  // namespace

void append_finding_document(const FindingView& view, ShapeTable& shapes, std::string& out) {
  const CaseSnapshot& snapshot = view.snapshot;
  if (view.secrets == Secrets::redacted) redact(view.event);
  const EventView event = view.event.view(shapes);
  JsonDocument document;
  std::vector<std::string> synthesised;
  for (std::uint32_t slot = 0; slot < event.shape().fields().size(); ++slot) {
    const FieldInfo info = field_info(event.shape().fields()[slot]);
    if (!belongs(info.name)) continue;
    document.values(info.name, info.multiplicity, event.at(slot));
    if (event.origin(slot) == Origin::synthesised) synthesised.emplace_back(info.name);
  }
  // A secret that only a file holds has no record: its place is the file.
  if (view.finding.event) {
    add_source(snapshot, view.event, document);
  } else if (view.secret != nullptr) {
    if (view.secret->time) document.text("@timestamp", format_time(*view.secret->time, 9));
    if (!view.secret->host.empty()) document.text("host.name", view.secret->host);
    if (view.secret->file)
      document.text("log.file.path", snapshot.artifact(*view.secret->file).path);
  }
  if (!synthesised.empty()) {
    std::sort(synthesised.begin(), synthesised.end());
    document.texts("stemma.synthesised", synthesised);
  }
  document.text("event.kind", "alert");
  document.integer("event.severity", severity_number(view.rule.severity));
  document.integer("event.risk_score", view.rule.risk_score);
  document.text("rule.id", view.rule.id);
  document.text("rule.name", view.rule.name);
  document.text("rule.ruleset", view.rule.shipped ? "stemma" : view.rule.path);
  if (!view.rule.description.empty()) document.text("rule.description", view.rule.description);
  if (!view.rule.references.empty()) document.texts("rule.reference", view.rule.references);
  add_threat(view.rule, document);

  const Finding& finding = view.finding;
  document.text("stemma.finding_id", finding.id);
  if (finding.confidence != Confidence::none) {
    document.text("stemma.confidence", confidence_name(finding.confidence));
    document.text("stemma.confidence_reason", finding.reason);
  }
  if (finding.run) {
    document.text("stemma.run.entity_id",
                  snapshot.strings.view(snapshot.tree.entity(finding.run).entity_id));
    document.text("stemma.run.script", redact(run_script(snapshot, finding.run), view.secrets));
  }
  if (finding.image) {
    const ProcessImage& image = snapshot.tree.image(finding.image);
    document.text("stemma.parent.edge", edge_name(image.edge));
    if (image.candidates > 1) document.integer("stemma.parent.candidates", image.candidates);
  }
  if (view.exception != nullptr) {
    document.text("stemma.exception.reason", view.exception->reason);
    document.text("stemma.exception.owner", view.exception->owner);
    document.text("stemma.exception.expires", view.exception->expires);
    document.text("stemma.exception.condition", view.exception->condition);
    document.text("stemma.exception.path", view.exception->path);
  }
  if (view.secret != nullptr) {
    document.text("stemma.secret.kind", view.secret->kind);
    document.text("stemma.secret.where", redact(view.secret->where, view.secrets));
  }
  if (view.automation != nullptr) {
    document.text("stemma.set_aside.reason", redact(view.automation->reason, view.secrets));
    document.text("stemma.set_aside.owner", redact(view.automation->owner, view.secrets));
    document.text("stemma.set_aside.expires", view.automation->expires);
    document.text("stemma.set_aside.path", view.automation->path);
  }
  if (view.note != nullptr) {
    const Annotation& note = *view.note;
    document.text("stemma.note.verdict", verdict_name(note.verdict));
    document.boolean("stemma.note.pinned", note.pinned);
    if (!note.severity.empty()) document.text("stemma.note.severity", note.severity);
    std::vector<std::string> tags;
    for (const std::string& tag : note.tags) tags.push_back(redact(tag, view.secrets));
    if (!tags.empty()) document.texts("stemma.note.tags", tags);
    if (!note.comment.empty())
      document.text("stemma.note.comment", redact(note.comment, view.secrets));
    if (!note.author.empty()) document.text("stemma.note.author", note.author);
    document.text("stemma.note.changed", format_time(note.changed, 9));
  }
  if (!finding.joined.empty()) {
    std::string joined = "[";
    for (const EventId id : finding.joined) {
      if (joined.size() > 1) joined += ',';
      JsonDocument one;
      if (!id) {
        one.boolean("missing", true);
      } else {
        const SourceSpan span = snapshot.events.source(id);
        one.text("@timestamp", format_time(snapshot.events.time(id), 9));
        one.text("artifact", snapshot.artifact(span.artifact).path);
        one.integer("offset", static_cast<std::int64_t>(span.offset));
        one.integer("length", span.length);
        one.integer("record_id", static_cast<std::int64_t>(snapshot.events.sequence(id)));
      }
      one.write(joined);
    }
    document.raw("stemma.sequence.events", joined + "]");
    document.text("stemma.sequence.join_keys", redact(finding.joined_by, view.secrets));
    if (finding.open) document.boolean("stemma.sequence.open", true);
  } else if (finding.events.size() > 1) {
    std::string others = "[";
    for (const EventId id : finding.events) {
      if (id == finding.event) continue;
      if (others.size() > 1) others += ',';
      const SourceSpan span = snapshot.events.source(id);
      JsonDocument other;
      other.text("artifact", snapshot.artifact(span.artifact).path);
      other.integer("offset", static_cast<std::int64_t>(span.offset));
      other.integer("length", span.length);
      other.integer("record_id", static_cast<std::int64_t>(snapshot.events.sequence(id)));
      other.write(others);
    }
    document.raw("stemma.other_sources", others + "]");
  }
  document.write(out);
}

std::vector<std::string> finding_csv_header(bool notes) {
  std::vector<std::string> header{"@timestamp",
                                  "host.name",
                                  "rule.name",
                                  "rule.id",
                                  "event.severity",
                                  "stemma.confidence",
                                  "process.name",
                                  "process.pid",
                                  "process.command_line",
                                  "process.executable",
                                  "user.name",
                                  "process.parent.name",
                                  "process.parent.pid",
                                  "process.parent.command_line",
                                  "process.entity_id",
                                  "process.parent.entity_id",
                                  "log.file.path",
                                  "stemma.source.offset",
                                  "stemma.source.record_id",
                                  "stemma.finding_id"};
  if (notes)
    header.insert(header.end(), {"stemma.note.verdict", "stemma.note.severity",
                                 "stemma.note.pinned", "stemma.note.tags", "stemma.note.comment"});
  return header;
}

std::vector<std::string> finding_csv_cells(const FindingView& view, bool notes) {
  if (view.secrets == Secrets::redacted) redact(view.event);
  const auto text = [&](FieldId field) { return std::string(view.event.text(field)); };
  const auto number = [&](FieldId field) {
    const auto value = view.event.integer(field);
    return value ? fmt::format("{}", *value) : std::string();
  };
  const bool record = static_cast<bool>(view.finding.event);
  std::string path;
  if (record)
    path = view.snapshot.artifact(view.event.source.artifact).path;
  else if (view.secret != nullptr && view.secret->file)
    path = view.snapshot.artifact(*view.secret->file).path;
  std::vector<std::string> cells{
      record ? format_time(view.event.time, view.event.time_digits)
      : view.secret != nullptr && view.secret->time ? format_time(*view.secret->time, 9)
                                                    : "",
      record || view.secret == nullptr ? text(field::host_name) : view.secret->host,
      view.rule.name,
      view.rule.id,
      view.rule.severity,
      std::string(confidence_name(view.finding.confidence)),
      text(field::process_name),
      number(field::process_pid),
      text(field::process_command_line),
      text(field::process_executable),
      text(field::user_name),
      text(field::process_parent_name),
      number(field::process_parent_pid),
      text(field::process_parent_command_line),
      text(field::process_entity_id),
      text(field::process_parent_entity_id),
      path,
      record ? fmt::format("{}", view.event.source.offset) : "",
      record ? fmt::format("{}", view.event.sequence) : "",
      view.finding.id};
  if (!notes) return cells;
  if (view.note == nullptr) {
    cells.resize(cells.size() + 5);
    return cells;
  }
  std::string tags;
  for (const std::string& tag : view.note->tags) tags += (tags.empty() ? "" : " ") + tag;
  cells.insert(cells.end(), {std::string(verdict_name(view.note->verdict)), view.note->severity,
                             view.note->pinned ? "true" : "false", redact(tags, view.secrets),
                             redact(view.note->comment, view.secrets)});
  return cells;
}

}  // namespace stemma
