#include "reports/document_json.hpp"

#include "events/time.hpp"
#include "reports/json_writer.hpp"

namespace stemma {
namespace {

class Writer {
 public:
  Writer(const IncidentDocument& document, std::string& out)
      : document_(document), json_(out, JsonWriter::Layout::indented) {}

  void run() {
    json_.open_object();
    json_.field("schema", kDocumentSchema);
    json_.field("title", document_.title);
    json_.field("time_zone", "UTC");
    json_.texts("summary", document_.summary);
    figures();
    each("runs", document_.runs, [this](const DocumentRun& run) { this->run(run); });
    each("operations", document_.operations,
         [this](const DocumentOperation& operation) { this->operation(operation); });
    each("findings", document_.findings,
         [this](const DocumentFinding& finding) { this->finding(finding); });
    notes();
    each("timeline", document_.timeline, [this](const DocumentMoment& moment) {
      time(moment.time);
      number("note", moment.note);
      json_.field_if("host", moment.host);
      json_.field("kind", moment.kind);
      json_.field("text", moment.text);
      number("run", moment.run);
      evidence(moment.evidence);
    });
    each("indicators", document_.indicators, [this](const DocumentIndicator& indicator) {
      json_.field("kind", indicator_kind_name(indicator.kind));
      json_.field("value", indicator.value);
      json_.field("defanged", indicator.defanged);
      json_.texts("contexts", indicator.contexts);
      numbers("runs", indicator.runs);
    });
    each("hosts", document_.hosts, [this](const DocumentHost& host) { this->host(host); });
    each("secrets", document_.secrets, [this](const DocumentSecret& secret) {
      json_.field("kind", secret.kind);
      json_.field("host", secret.host);
      json_.field("where", secret.where);
      number("run", secret.run);
      evidence(secret.evidence);
    });
    each("automation", document_.automation, [this](const DocumentAutomation& entry) {
      json_.field("reason", entry.reason);
      json_.field("owner", entry.owner);
      json_.field("expires", entry.expires);
      json_.field("expired", entry.expired);
      json_.field("place", entry.place);
      json_.field("runs", entry.runs);
    });
    each("channels", document_.channels, [this](const DocumentChannel& channel) {
      json_.field("id", channel.id);
      json_.field("name", channel.name);
      json_.field("description", channel.description);
      json_.texts("techniques", channel.techniques);
      json_.field("runs", channel.runs);
      json_.texts("triage", channel.triage);
      json_.texts("false_positives", channel.false_positives);
      json_.texts("response", channel.response);
    });
    each("events", document_.events, [this](const DocumentEvent& event) { this->event(event); });
    each("artifacts", document_.artifacts, [this](const DocumentArtifact& artifact) {
      json_.field("path", artifact.path);
      json_.field("format", artifact.format);
      json_.field_if("decoders", artifact.decoders);
      json_.field("size", artifact.size);
      json_.field_if("sha256", artifact.sha256);
      json_.field("records_parsed", artifact.parsed);
      json_.field("records_recovered", artifact.recovered);
      json_.field("records_refused", artifact.refused);
      if (!artifact.copies.empty()) json_.texts("copies", artifact.copies);
      if (!artifact.defects.empty()) json_.texts("defects", artifact.defects);
    });
    json_.key("skipped").open_array();
    for (const auto& [path, why] : document_.skipped) {
      json_.open_object();
      json_.field("path", path);
      json_.field("why", why);
      json_.end();
    }
    json_.end();
    json_.texts("notes", document_.notes);
    json_.texts("left_out", document_.caps);
    custody();
    json_.end();
  }

 private:
  template <class List, class Write>
  void each(std::string_view name, const List& list, Write write) {
    json_.key(name).open_array();
    for (const auto& item : list) {
      json_.open_object();
      write(item);
      json_.end();
    }
    json_.end();
  }
  void time(const DocumentTime& time, std::string_view name = "time") {
    json_.field(name, format_time(time.time, time.digits));
  }
  void time(const std::optional<DocumentTime>& time, std::string_view name) {
    if (!time) return;
    json_.field(name, format_time(time->time, time->digits));
    if (!time->source.empty()) json_.field(std::string(name) + "_source", time->source);
  }
  void number(std::string_view name, const std::optional<std::uint32_t>& value) {
    if (value) json_.field(name, *value);
  }
  void numbers(std::string_view name, const std::vector<std::uint32_t>& values) {
    json_.key(name).open_array();
    for (const std::uint32_t value : values) json_.integer(value);
    json_.end();
  }
  void evidence(const Evidence& evidence) {
    if (!evidence.events.empty()) numbers("events", evidence.events);
    if (!evidence.artifacts.empty()) numbers("artifacts", evidence.artifacts);
    if (evidence.left_out != 0)
      json_.field("evidence_left_out", static_cast<std::uint64_t>(evidence.left_out));
  }
  void reasons(const std::vector<DocumentReason>& reasons) {
    each("reasons", reasons, [this](const DocumentReason& reason) {
      json_.field("text", reason.text);
      json_.field("against", reason.against);
      evidence(reason.evidence);
    });
  }
  void pairs(std::string_view name, const std::vector<std::pair<std::string, std::string>>& pairs,
             std::string_view first, std::string_view second) {
    json_.key(name).open_array();
    for (const auto& [a, b] : pairs) {
      json_.open_object();
      json_.field(first, a);
      json_.field(second, b);
      json_.end();
    }
    json_.end();
  }

  void figures() {
    const IncidentDocument::Figures& figures = document_.figures;
    json_.key("figures").open_object();
    const auto put = [this](std::string_view name, std::uint64_t value) {
      json_.field(name, value);
    };
    put("runs", figures.runs);
    put("confirmed", figures.confirmed);
    put("probable", figures.probable);
    put("possible", figures.possible);
    put("set_aside", figures.set_aside);
    put("findings_set_aside", figures.findings_set_aside);
    put("hosts", figures.hosts);
    put("operations", figures.operations);
    put("operations_alone", figures.operations_alone);
    put("findings", figures.findings);
    put("false_positives", figures.false_positives);
    put("notes", figures.notes);
    put("secrets", figures.secrets);
    put("events", figures.events);
    put("artifacts", figures.artifacts);
    put("bytes", figures.bytes);
    put("records_refused", figures.refused);
    json_.end();
  }

  void run(const DocumentRun& run) {
    json_.field("number", run.number);
    json_.field("id", run.id);
    json_.field("title", run.title);
    json_.field("channel", document_.channels[run.channel].id);
    json_.field("host", run.host);
    json_.field_if("name", run.name);
    json_.field_if("mode", run.mode);
    if (run.sequence) json_.field("sequence", *run.sequence);
    json_.field("confidence", confidence_name(run.confidence));
    time(run.start, "start");
    time(run.end, "end");
    if (run.exit_code) json_.field("exit_code", *run.exit_code);
    json_.field_if("state", run.state);
    json_.field_if("user", run.user);
    json_.field_if("user_id", run.user_id);
    json_.field_if("caller", run.caller);
    number("operation", run.operation);
    json_.field_if("set_aside", run.set_aside);
    number("automation", run.automation);
    number("note", run.note);
    json_.field("told_in_full", run.told);
    json_.key("script").open_object();
    json_.field("state", run.script.state);
    json_.field_if("path", run.script.path);
    json_.field_if("sha256", run.script.sha256);
    json_.field_if("source", run.script.source);
    json_.field_if("text", run.script.text);
    if (run.script.text_left_out != 0)
      json_.field("bytes_left_out", static_cast<std::uint64_t>(run.script.text_left_out));
    evidence(run.script.evidence);
    json_.end();
    json_.field("processes_in_all", static_cast<std::uint64_t>(run.processes_in_all));
    json_.field("traces_in_all", static_cast<std::uint64_t>(run.traces_in_all));
    if (!run.told) return;
    json_.texts("story", run.story);
    reasons(run.reasons);
    json_.field_if("command_line", run.command_line);
    json_.field_if("stdout_tail", run.stdout_tail);
    json_.field_if("stderr_tail", run.stderr_tail);
    json_.texts("ancestors", run.ancestors);
    each("processes", run.processes, [this](const DocumentProcess& process) {
      json_.field("name", process.name);
      if (process.pid >= 0) json_.field("pid", process.pid);
      json_.field("entity_id", process.entity_id);
      json_.field("depth", process.depth);
      time(process.start, "start");
      time(process.end, "end");
      json_.field_if("command_line", process.command_line);
      json_.field_if("user", process.user);
      json_.field("membership", process.membership);
      json_.field_if("reason", process.reason);
      json_.field("inferred", process.inferred);
      numbers("findings", process.findings);
      number("note", process.note);
      evidence(process.evidence);
    });
    each("traces", run.traces, [this](const DocumentTrace& trace) {
      time(trace.time);
      json_.field("kind", trace.kind);
      json_.field("text", trace.text);
      json_.field_if("process", trace.process);
      evidence(trace.evidence);
    });
    each("elsewhere", run.elsewhere, [this](const DocumentActivity& activity) {
      json_.field("kind", activity.kind);
      json_.field("in_all", static_cast<std::uint64_t>(activity.in_all));
      json_.field("at_least", activity.at_least);
      each("first", activity.first, [this](const DocumentMoment& moment) {
        time(moment.time);
        json_.field("text", moment.text);
        evidence(moment.evidence);
      });
    });
    json_.field_if("elsewhere_command", run.elsewhere_command);
    numbers("findings", run.findings);
    json_.texts("unknowns", run.unknowns);
    numbers("same_script", run.same_script);
    evidence(run.evidence);
  }

  void notes() {
    each("analyst_notes", document_.analyst_notes, [this](const DocumentNote& note) {
      json_.field("about", target_kind_name(note.about));
      json_.field("key", note.key);
      json_.field("subject", note.subject);
      json_.field("found", note.found);
      json_.field("verdict", verdict_name(note.verdict));
      json_.field_if("severity", note.severity);
      json_.field("pinned", note.pinned);
      json_.texts("tags", note.tags);
      json_.field_if("comment", note.comment);
      json_.field_if("author", note.author);
      json_.field("created", format_time(note.created, 9));
      json_.field("changed", format_time(note.changed, 9));
      number("finding", note.finding);
      number("run", note.run);
      evidence(note.evidence);
    });
  }

  void operation(const DocumentOperation& operation) {
    json_.field("id", operation.id);
    json_.field("provider", operation.provider);
    json_.field("operation_name", operation.operation_name);
    json_.field("action", operation.action);
    json_.field_if("resource_id", operation.resource_id);
    json_.field_if("machine", operation.machine);
    json_.field_if("run_name", operation.run_name);
    json_.field_if("account", operation.account);
    json_.field_if("caller", operation.caller);
    json_.field_if("caller_ip", operation.caller_ip);
    json_.field_if("principal_type", operation.principal_type);
    json_.field_if("principal_id", operation.principal_id);
    json_.field_if("application_id", operation.application_id);
    json_.field_if("role", operation.role);
    json_.field_if("result", operation.result);
    pairs("claims", operation.claims, "name", "value");
    time(operation.first, "first");
    time(operation.last, "last");
    number("run", operation.run);
    if (operation.run) {
      json_.field("joined_by", operation.basis);
      json_.field("confidence", confidence_name(operation.confidence));
      json_.field("delta_ns", operation.delta_ns);
      json_.field_if("join_reason", operation.join_reason);
    }
    json_.field_if("why_alone", operation.why_alone);
    evidence(operation.evidence);
  }

  void finding(const DocumentFinding& finding) {
    json_.field("id", finding.id);
    json_.field("rule_id", finding.rule_id);
    json_.field("rule_name", finding.rule_name);
    json_.field_if("rule_description", finding.rule_description);
    json_.field("severity", finding.severity);
    json_.field("risk_score", finding.risk_score);
    pairs("tactics", finding.tactics, "id", "name");
    pairs("techniques", finding.techniques, "id", "name");
    json_.field("host", finding.host);
    time(finding.time);
    json_.field_if("process", finding.process);
    if (finding.pid >= 0) json_.field("pid", finding.pid);
    json_.field_if("command_line", finding.command_line);
    json_.field_if("user", finding.user);
    if (finding.confidence != Confidence::none) {
      json_.field("confidence", confidence_name(finding.confidence));
      json_.field_if("reason", finding.reason);
    }
    json_.texts("why", finding.why);
    number("run", finding.run);
    json_.field("false_positive", finding.false_positive);
    json_.field("set_aside", finding.set_aside);
    number("note", finding.note);
    evidence(finding.evidence);
  }

  void host(const DocumentHost& host) {
    json_.field("name", host.name);
    json_.field("runs", host.runs);
    json_.field("cloud_machine", confidence_name(host.cloud_machine));
    reasons(host.reasons);
    json_.field_if("clock", host.skew);
    each("logs", host.logs, [this](const DocumentLog& log) {
      json_.field("name", log.name);
      json_.field("events", log.events);
      time(log.first, "first");
      time(log.last, "last");
      json_.texts("gaps", log.gaps);
    });
    json_.texts("blind", host.blind);
  }

  void event(const DocumentEvent& event) {
    json_.field("label", event.label);
    time(event.time);
    json_.field_if("host", event.host);
    json_.field("artifact", event.artifact);
    json_.field("offset", event.offset);
    json_.field("length", event.length);
    json_.field("record_id", event.record_id);
    json_.field_if("channel", event.channel);
    json_.field_if("code", event.code);
    json_.field_if("summary", event.summary);
    number("note", event.note);
    json_.key("fields").open_object();
    for (const auto& [name, value] : event.fields) json_.field(name, value);
    json_.end();
    if (event.fields_left_out != 0)
      json_.field("fields_left_out", static_cast<std::uint64_t>(event.fields_left_out));
  }

  void custody() {
    const Custody& custody = document_.custody;
    json_.key("custody").open_object();
    json_.field("tool", custody.tool);
    json_.field("version", custody.version);
    json_.field_if("created", custody.created);
    json_.field_if("command_line", custody.command_line);
    json_.field("ledger", document_.ledger);
    pairs("rules", custody.rule_digests, "name", "sha256");
    pairs("channels", custody.channel_digests, "name", "sha256");
    json_.texts("notes", custody.notes);
    json_.end();
  }

  const IncidentDocument& document_;
  JsonWriter json_;
};

}  // namespace

void append_document_json(const IncidentDocument& document, std::string& out) {
  Writer(document, out).run();
  out += '\n';
}

}  // namespace stemma
