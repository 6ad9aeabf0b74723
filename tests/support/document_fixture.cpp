#include "tests/support/document_fixture.hpp"

#include "reports/defang.hpp"

namespace stemma::support {

IncidentDocument document_of(const std::string& text) {
  IncidentDocument document;
  const DocumentTime time{{1'780'000'000'000'000'000}, 3, "process"};
  const Evidence evidence{{0}, {0}, 0};
  document.title = text;
  document.summary = {text, text};
  document.notes = {text};
  document.caps = {text};
  document.figures.runs = 2;
  document.figures.set_aside = 1;
  document.automation = {{text, text, text, text, false, 1}, {text, text, text, text, true, 0}};
  document.channels.push_back(
      {"channel_one", text, text, {"T1651", "T1059.001"}, {text}, {text}, {text}, 2});
  for (std::uint32_t number : {1u, 2u}) {
    DocumentRun run;
    run.number = number;
    run.id = "aa" + std::to_string(number);
    run.title = text;
    run.host = text;
    run.name = text;
    run.mode = text;
    run.sequence = 4;
    run.confidence = number == 1 ? Confidence::confirmed : Confidence::possible;
    run.story = {text};
    run.reasons = {{text, false, evidence}, {text, true, {}}};
    run.script = {text, text, text, text, text, 3, "", evidence};
    run.command_line = text;
    run.start = time;
    run.end = time;
    run.exit_code = -1;
    run.state = text;
    run.stdout_tail = text;
    run.stderr_tail = text;
    run.user = text;
    run.user_id = text;
    run.ancestors = {text, text};
    for (std::uint32_t depth = 0; depth < 4; ++depth) {
      DocumentProcess process;
      process.name = text;
      process.pid = 10 + depth;
      process.entity_id = text;
      process.start = time;
      process.command_line = text;
      process.user = text;
      process.membership = "lineage";
      process.reason = text;
      process.inferred = depth == 2;
      process.depth = depth;
      if (depth == 1) process.findings = {0};
      process.evidence = evidence;
      run.processes.push_back(process);
    }
    run.processes_in_all = 5;
    run.traces = {{"file", text, text, time, evidence}};
    run.traces_in_all = 2;
    run.findings = {0};
    run.operation = 0;
    run.caller = text;
    run.unknowns = {text};
    run.elsewhere = {{text, 4, false, {{time, text, text, text, std::nullopt, false, evidence}}}};
    run.elsewhere_command = text;
    run.same_script = {number == 1 ? 2u : 1u};
    if (number == 2) {
      run.set_aside = text;
      run.automation = 0;
    }
    run.evidence = evidence;
    document.runs.push_back(run);
  }
  DocumentOperation operation;
  operation.id = operation.provider = operation.operation_name = operation.action = text;
  operation.resource_id = operation.machine = operation.run_name = operation.account = text;
  operation.caller = operation.caller_ip = operation.principal_type = text;
  operation.principal_id = operation.application_id = operation.role = operation.result = text;
  operation.claims = {{text, text}};
  operation.first = operation.last = time;
  operation.run = 1;
  operation.basis = text;
  operation.confidence = Confidence::confirmed;
  operation.join_reason = text;
  operation.evidence = evidence;
  document.operations.push_back(operation);
  operation.run.reset();
  operation.why_alone = text;
  document.operations.push_back(operation);
  DocumentFinding finding;
  finding.id = "ff01";
  finding.rule_id = finding.rule_name = finding.rule_description = text;
  finding.severity = "high";
  finding.risk_score = 73;
  finding.techniques = {{"T1651", text}};
  finding.tactics = {{"TA0002", text}};
  finding.host = finding.process = finding.command_line = finding.user = text;
  finding.pid = 12;
  finding.time = time;
  finding.confidence = Confidence::probable;
  finding.reason = text;
  finding.why = {text};
  finding.run = 1;
  finding.evidence = evidence;
  document.findings.push_back(finding);
  finding.id = "ff02";
  finding.false_positive = true;
  finding.note = 1;
  document.findings.push_back(finding);
  for (std::uint32_t number = 0; number < 5; ++number) {
    DocumentNote note;
    note.about = static_cast<TargetKind>(number % 4);
    note.key = "key" + std::to_string(number);
    note.subject = text;
    note.found = number != 4;
    note.verdict = number == 1 ? Verdict::false_positive : static_cast<Verdict>(number % 5);
    note.severity = number == 0 ? "high" : "";
    note.pinned = number == 0;
    note.tags = {text, text};
    note.comment = text + "\n\n" + text;
    note.author = text;
    note.changed = note.created = time.time;
    if (number == 1) note.finding = 1;
    if (number == 3) note.run = 1;
    note.evidence = evidence;
    document.analyst_notes.push_back(note);
  }
  document.figures.findings = 2;
  document.figures.notes = 5;
  document.figures.false_positives = 1;
  document.runs[0].note = 3;
  document.runs[0].processes[1].note = 0;
  document.timeline = {{time, text, "order", text, 1, false, evidence},
                       {time, text, "finding", text, std::nullopt, true, evidence},
                       {time, text, "note", text, std::nullopt, true, evidence, 2}};
  for (const Indicator::Kind kind :
       {Indicator::Kind::sha256, Indicator::Kind::sha1, Indicator::Kind::md5, Indicator::Kind::ip,
        Indicator::Kind::domain, Indicator::Kind::url, Indicator::Kind::path,
        Indicator::Kind::account, Indicator::Kind::registry_key})
    document.indicators.push_back({kind, text, defang(kind, text), {text}, {1, 2}});
  DocumentHost host;
  host.name = text;
  host.cloud_machine = Confidence::probable;
  host.reasons = {{text, false, evidence}};
  host.skew = text;
  host.logs = {{text, time, time, 7, {text}}};
  host.blind = {text};
  document.hosts.push_back(host);
  document.secrets.push_back({text, text, text, 1, evidence});
  DocumentEvent event;
  event.label = "E1";
  event.time = time;
  event.host = text;
  event.offset = 12;
  event.length = 34;
  event.record_id = 5;
  event.channel = event.code = event.summary = text;
  event.fields = {{text, text}};
  event.fields_left_out = 1;
  event.note = 2;
  document.events.push_back(event);
  DocumentArtifact artifact;
  artifact.path = artifact.format = artifact.decoders = text;
  artifact.sha256 = std::string(64, 'a');
  artifact.size = 99;
  artifact.copies = {text};
  artifact.defects = {text};
  document.artifacts.push_back(artifact);
  document.skipped = {{text, text}};
  document.custody.version = "1";
  document.custody.command_line = text;
  document.custody.rule_digests = {{text, text}};
  document.custody.channel_digests = {{text, text}};
  document.custody.notes = {text};
  document.ledger = text;
  return document;
}

}  // namespace stemma::support
