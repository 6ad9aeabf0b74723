#include "reports/export/ecs_documents.hpp"

#include "reports/json.hpp"

namespace stemma {
namespace {

constexpr const char* kEcsVersion = "8.11.0";

// What the analyst said. ECS has `tags` for an event's keywords, and no word for the rest.
void add_note(const IncidentDocument& document, const std::optional<std::uint32_t>& position,
              JsonDocument& json) {
  if (!position) return;
  const DocumentNote& note = document.analyst_notes[*position];
  if (!note.tags.empty()) json.texts("tags", note.tags);
  if (!note.tags.empty()) json.texts("stemma.note.tags", note.tags);
  json.text("stemma.note.verdict", verdict_name(note.verdict));
  json.boolean("stemma.note.pinned", note.pinned);
  if (!note.severity.empty()) json.text("stemma.note.severity", note.severity);
  if (!note.comment.empty()) json.text("stemma.note.comment", note.comment);
  if (!note.author.empty()) json.text("stemma.note.author", note.author);
}

std::string run_json(const IncidentDocument& document, const DocumentRun& run) {
  JsonDocument json;
  // A document without a time cannot be indexed: the end, else the order in the cloud, else the
  // epoch, and the document says so.
  if (run.start)
    json.text("@timestamp", format_time(run.start->time, 3));
  else if (run.end)
    json.text("@timestamp", format_time(run.end->time, 3));
  else
    json.text("@timestamp", "1970-01-01T00:00:00.000Z");
  json.text("ecs.version", kEcsVersion);
  json.text("event.kind", "alert");
  json.texts("event.category", std::vector<std::string>{"process"});
  json.texts("event.type", std::vector<std::string>{"info"});
  json.text("event.dataset", "stemma.run");
  json.text("event.module", "stemma");
  json.text("event.id", run.id);
  if (run.start) json.text("event.start", format_time(run.start->time, 3));
  if (run.end) json.text("event.end", format_time(run.end->time, 3));
  json.text("message", run.title);
  if (!run.host.empty()) json.text("host.name", run.host);
  if (!run.user.empty()) json.text("user.name", run.user);
  if (!run.user_id.empty()) json.text("user.id", run.user_id);
  if (!run.command_line.empty()) json.text("process.command_line", run.command_line);
  if (run.exit_code) json.integer("process.exit_code", *run.exit_code);
  if (!run.script.path.empty()) json.text("file.path", run.script.path);
  if (run.script.sha256.size() == 64) json.text("file.hash.sha256", run.script.sha256);
  const DocumentChannel& channel = document.channels[run.channel];
  if (!channel.techniques.empty()) {
    json.text("threat.framework", "MITRE ATT&CK");
    std::vector<std::string> techniques, subs;
    for (const std::string& id : channel.techniques)
      (id.find('.') == std::string::npos ? techniques : subs).push_back(id);
    if (!techniques.empty()) json.texts("threat.technique.id", techniques);
    if (!subs.empty()) json.texts("threat.technique.subtechnique.id", subs);
  }
  if (run.operation) {
    const DocumentOperation& operation = document.operations[*run.operation];
    if (!operation.caller_ip.empty()) json.text("source.ip", operation.caller_ip);
    if (!operation.provider.empty()) json.text("cloud.provider", operation.provider);
    if (!operation.account.empty()) json.text("cloud.account.id", operation.account);
    json.text("stemma.operation.id", operation.id);
    json.text("stemma.operation.caller", operation.caller);
    json.text("stemma.operation.join", operation.basis);
  }
  json.text("stemma.channel", channel.id);
  json.text("stemma.confidence", confidence_name(run.confidence));
  json.texts("stemma.story", run.story);
  json.integer("stemma.processes", static_cast<std::int64_t>(run.processes_in_all));
  json.boolean("stemma.time_known", run.start.has_value());
  if (!run.set_aside.empty()) json.text("stemma.set_aside", run.set_aside);
  add_note(document, run.note, json);
  std::string out;
  json.write(out);
  return out;
}

std::string finding_json(const IncidentDocument& document, const DocumentFinding& finding) {
  JsonDocument json;
  json.text("@timestamp", format_time(finding.time.time, finding.time.digits));
  json.text("ecs.version", kEcsVersion);
  json.text("event.kind", "alert");
  json.texts("event.category", std::vector<std::string>{"process"});
  json.texts("event.type", std::vector<std::string>{"info"});
  json.text("event.dataset", "stemma.finding");
  json.text("event.module", "stemma");
  json.text("event.id", finding.id);
  json.integer("event.risk_score", finding.risk_score);
  json.text("message", finding.rule_name);
  json.text("rule.id", finding.rule_id);
  json.text("rule.name", finding.rule_name);
  if (!finding.rule_description.empty()) json.text("rule.description", finding.rule_description);
  if (!finding.host.empty()) json.text("host.name", finding.host);
  if (!finding.user.empty()) json.text("user.name", finding.user);
  if (!finding.process.empty()) json.text("process.name", finding.process);
  if (finding.pid >= 0) json.integer("process.pid", finding.pid);
  if (!finding.command_line.empty()) json.text("process.command_line", finding.command_line);
  std::vector<std::string> techniques, subs, tactics;
  for (const auto& [id, name] : finding.techniques)
    (id.find('.') == std::string::npos ? techniques : subs).push_back(id);
  for (const auto& [id, name] : finding.tactics) tactics.push_back(id);
  if (!techniques.empty() || !subs.empty()) json.text("threat.framework", "MITRE ATT&CK");
  if (!tactics.empty()) json.texts("threat.tactic.id", tactics);
  if (!techniques.empty()) json.texts("threat.technique.id", techniques);
  if (!subs.empty()) json.texts("threat.technique.subtechnique.id", subs);
  if (finding.confidence != Confidence::none)
    json.text("stemma.confidence", confidence_name(finding.confidence));
  if (finding.run) json.integer("stemma.run", *finding.run);
  add_note(document, finding.note, json);
  std::string out;
  json.write(out);
  return out;
}

}  // namespace

void for_each_ecs_document(const IncidentDocument& document,
                           const std::function<void(const EcsDocument&)>& visit) {
  for (const DocumentRun& run : document.runs) {
    EcsDocument one;
    one.id = run.id;
    one.json = run_json(document, run);
    one.host = run.host;
    if (run.start)
      one.time = *run.start;
    else if (run.end)
      one.time = *run.end;
    else
      one.has_time = false;
    visit(one);
  }
  for (const DocumentFinding& finding : document.findings)
    visit({finding.id, finding_json(document, finding), finding.time, true, finding.host});
}

}  // namespace stemma
