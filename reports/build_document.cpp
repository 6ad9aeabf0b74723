#include "reports/build_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "detection/invocations/cloud_join.hpp"
#include "detection/invocations/secret_findings.hpp"
#include "events/text.hpp"
#include "reports/defang.hpp"
#include "reports/document_activity.hpp"
#include "reports/document_events.hpp"
#include "reports/document_notes.hpp"
#include "reports/document_parts.hpp"
#include "reports/document_timeline.hpp"
#include "reports/ledger_text.hpp"
#include "reports/tree_text.hpp"

namespace stemma {
namespace {

using document_parts::counted;
using document_parts::in_words;
using document_parts::note_cap;

constexpr std::size_t kContextsTold = 3;  // of an indicator
constexpr std::size_t kSecretsTold = 1'000;
constexpr std::size_t kReasonsTold = 20;
constexpr std::size_t kSkippedTold = 500;

// Text of a rule or a channel as one line: it is wrapped where it is written.
std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!blank)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

class Builder {
 public:
  explicit Builder(DocumentInput& input)
      : input_(input), snapshot_(input.snapshot), incident_(input.incident) {}

  IncidentDocument build(const DecodeEvents& decode) {
    document_.title = input_.title.empty() ? "Incident report" : input_.title;
    count();
    channels();
    operations();
    for (const AutomationDeclaration& entry : incident_.automation)
      document_.automation.push_back({text(entry.reason), text(entry.owner), entry.expires,
                                      fmt::format("{}:{}", entry.path, entry.line), entry.expired,
                                      entry.runs});
    notes_ = document_notes::add_notes(input_, document_);
    findings();
    runs();
    document_notes::name_subjects(document_);
    indicators();
    hosts();
    secrets();
    document_timeline::add_timeline(input_, document_);
    document_events::name_events(input_, document_, decode);
    document_.artifacts = document_parts::describe_artifacts(input_);
    document_.skipped.assign(
        snapshot_.skipped.begin(),
        snapshot_.skipped.begin() +
            static_cast<std::ptrdiff_t>(std::min(snapshot_.skipped.size(), kSkippedTold)));
    note_cap(document_, snapshot_.skipped.size(), kSkippedTold, "skipped files are listed");
    document_.notes = incident_.notes;
    document_.ledger = ledger_line(snapshot_);
    document_.summary = document_parts::summary_of(input_, document_);
    document_.custody = std::move(input_.custody);
    return std::move(document_);
  }

 private:
  [[nodiscard]] std::string text(std::string_view evidence) const {
    return redact(evidence, input_.secrets);
  }
  [[nodiscard]] std::string short_text(std::string_view evidence) const {
    const std::string whole = text(evidence);
    const std::string_view cut = cut_text(whole, kMaxFieldText);
    return cut.size() < whole.size() ? std::string(cut) + "…" : whole;
  }
  // While the document is made, events are named by their ids; renamed when all are known.
  [[nodiscard]] static Evidence evidence(std::span<const EventId> events,
                                         std::span<const ArtifactId> files = {}) {
    Evidence out;
    for (const EventId id : events) {
      if (!id) continue;
      if (out.events.size() == kMaxEvidenceTold) {
        ++out.left_out;
      } else {
        out.events.push_back(id.value);
      }
    }
    for (const ArtifactId id : files) {
      if (out.artifacts.size() == kMaxEvidenceTold) {
        ++out.left_out;
      } else {
        out.artifacts.push_back(static_cast<std::uint32_t>(id.index()));
      }
    }
    return out;
  }
  [[nodiscard]] static Evidence evidence(EventId id) {
    return id ? evidence(std::span(&id, 1)) : Evidence{};
  }
  [[nodiscard]] DocumentReason reason(const Reason& reason) const {
    return {text(reason.text), reason.against, evidence(reason.events, reason.files)};
  }
  [[nodiscard]] DocumentTime time_of(EventId id) const {
    return {snapshot_.events.time(id), snapshot_.events.time_digits(id), ""};
  }
  [[nodiscard]] static std::optional<DocumentTime> time_of(const RunTime& time) {
    if (!time.known()) return std::nullopt;
    return DocumentTime{time.time, 3, std::string(time_source_name(time.source))};
  }

  void count() {
    IncidentDocument::Figures& figures = document_.figures;
    figures.runs = incident_.invocations.size();
    std::set<std::string_view> hosts;
    for (const Invocation& run : incident_.invocations) {
      hosts.insert(run.host);
      figures.confirmed += run.confidence == Confidence::confirmed ? 1u : 0u;
      figures.probable += run.confidence == Confidence::probable ? 1u : 0u;
      figures.possible += run.confidence == Confidence::possible ? 1u : 0u;
      figures.set_aside += run.set_aside.empty() ? 0u : 1u;
    }
    figures.hosts = hosts.size();
    figures.operations = incident_.operations.size();
    for (const CloudOperation& operation : incident_.operations)
      figures.operations_alone += operation.invocation || operation.action == "delete" ? 0u : 1u;
    figures.findings = input_.findings.size() + incident_.secrets.size();
    figures.secrets = incident_.secrets.size();
    const LedgerTotals totals = ledger_totals(snapshot_);
    figures.events = snapshot_.events.size();
    figures.artifacts = totals.artifacts;
    figures.bytes = totals.read;
    figures.refused = totals.records.refused;
  }

  void channels() {
    std::vector<std::uint32_t> runs(incident_.channels.channels.size(), 0);
    for (const Invocation& run : incident_.invocations) ++runs[run.channel];
    channel_of_.resize(runs.size());
    for (std::size_t i = 0; i < runs.size(); ++i) {
      if (runs[i] == 0) continue;
      const Channel& channel = incident_.channels.channels[i];
      channel_of_[i] = static_cast<std::uint32_t>(document_.channels.size());
      document_.channels.push_back({channel.id, channel.name, one_line(channel.description),
                                    channel.techniques, channel.triage, channel.false_positives,
                                    channel.response, runs[i]});
    }
  }

  void operations() {
    for (std::size_t i = 0; i < incident_.operations.size(); ++i) {
      if (i == kMaxOperationsTold) break;
      const CloudOperation& from = incident_.operations[i];
      DocumentOperation to;
      to.id = text(from.id);
      to.provider = from.provider;
      to.operation_name = text(from.operation_name);
      to.action = from.action;
      to.resource_id = short_text(from.resource_id);
      to.machine = text(from.machine);
      to.run_name = text(from.run_name);
      to.account = text(from.account);
      to.caller = text(from.caller);
      to.caller_ip = text(from.caller_ip);
      to.principal_type = text(from.principal_type);
      to.principal_id = text(from.principal_id);
      to.application_id = text(from.application_id);
      to.role = text(from.role);
      to.result = text(from.result);
      for (const auto& [name, value] : from.claims) {
        if (to.claims.size() == kMaxEventFields) break;
        to.claims.emplace_back(text(name), short_text(value));
      }
      to.first = {from.first, 3, ""};
      to.last = {from.last, 3, ""};
      if (from.invocation) to.run = *from.invocation + 1;
      to.basis = join_basis_name(from.basis);
      to.confidence = from.confidence;
      to.delta_ns = from.delta_ns;
      to.join_reason = text(from.join_reason);
      to.why_alone = from.action == "delete" && !from.invocation
                         ? "It removes a named command; nothing runs."
                         : text(from.why_alone);
      to.evidence = evidence(from.events);
      document_.operations.push_back(std::move(to));
    }
    note_cap(document_, incident_.operations.size(), kMaxOperationsTold,
             "operations of the cloud are listed");
  }

  void findings() {
    std::unordered_map<std::uint32_t, std::uint32_t> run_of;
    for (std::size_t run = 0; run < incident_.invocations.size(); ++run)
      for (const std::uint32_t finding : incident_.invocations[run].findings)
        run_of.emplace(finding, static_cast<std::uint32_t>(run + 1));
    for (std::size_t i = 0; i < input_.findings.size(); ++i) {
      if (i == kMaxFindingsTold) break;
      const Finding& from = input_.findings[i];
      DocumentFinding to = finding(from, input_.rules.rules[from.rule]);
      to.confidence = from.confidence;
      to.reason = text(from.reason);
      if (i < input_.why.size()) {
        for (const std::string& clause : input_.why[i]) to.why.push_back(short_text(clause));
      }
      if (const auto at = run_of.find(static_cast<std::uint32_t>(i)); at != run_of.end())
        to.run = at->second;
      to.evidence = evidence(from.joined.empty() ? from.events : from.joined);
      to.false_positive = notes_.false_positive(static_cast<std::uint32_t>(i));
      to.set_aside = to.run && incident_.invocations[*to.run - 1].automation.has_value();
      to.note = found(notes_.by_finding, static_cast<std::uint32_t>(i));
      document_.findings.push_back(std::move(to));
    }
    if (input_.findings.size() <= kMaxFindingsTold) findings_of_secrets();
    note_cap(document_, document_.figures.findings, kMaxFindingsTold, "findings are listed");
    for (const DocumentFinding& finding : document_.findings)
      document_.figures.findings_set_aside +=
          finding.set_aside && !finding.false_positive ? 1u : 0u;
  }

  // What every finding says of its rule, record and process.
  [[nodiscard]] DocumentFinding finding(const Finding& from, const Rule& rule) const {
    DocumentFinding to;
    to.id = from.id;
    to.rule_id = rule.id;
    to.rule_name = rule.name;
    to.rule_description = one_line(rule.description);
    to.severity = rule.severity;
    to.risk_score = rule.risk_score;
    for (const Threat& threat : rule.threats) {
      if (!threat.tactic_id.empty()) to.tactics.emplace_back(threat.tactic_id, threat.tactic_name);
      for (const ThreatTechnique& technique : threat.techniques)
        to.techniques.emplace_back(technique.id, technique.name);
    }
    for (auto* list : {&to.tactics, &to.techniques}) {
      std::sort(list->begin(), list->end());
      list->erase(std::unique(list->begin(), list->end()), list->end());
    }
    if (from.event) {
      to.host = snapshot_.hosts.name(snapshot_.events.host(from.event));
      to.time = time_of(from.event);
    }
    if (from.entity) {
      const ImageId image = from.image ? from.image : snapshot_.tree.last_image(from.entity);
      if (image) {
        to.process = text(view(snapshot_.tree.image(image).name));
        to.command_line = short_text(view(snapshot_.tree.image(image).command_line));
        to.user = user_of(snapshot_.tree.image(image));
      }
      to.pid = snapshot_.tree.entity(from.entity).pid;
    }
    return to;
  }

  // Behind those of rules, so that a finding's position is that in with_secrets().
  void findings_of_secrets() {
    for (std::size_t i = 0; i < incident_.secrets.size(); ++i) {
      if (document_.findings.size() == kMaxFindingsTold) break;
      const SecretSeen& from = incident_.secrets[i];
      const auto position = static_cast<std::uint32_t>(document_.findings.size());
      DocumentFinding to = finding(secret_finding(from), secret_rule(from.what));
      to.host = from.host;
      if (!from.event && from.time) to.time = {*from.time, 3, ""};
      to.why = {fmt::format("{}: {}", from.kind, short_text(from.where))};
      std::vector<ArtifactId> files;
      if (from.file) files.push_back(*from.file);
      to.evidence = evidence(std::span(&from.event, from.event ? 1 : 0), files);
      if (from.invocation) {
        const Invocation& run = incident_.invocations[*from.invocation];
        to.run = *from.invocation + 1;
        to.set_aside = run.automation.has_value();
        secrets_of_run_[*from.invocation].push_back(position);
      }
      to.false_positive = notes_.false_positive(position);
      to.note = found(notes_.by_finding, position);
      document_.findings.push_back(std::move(to));
    }
  }

  template <class Map>
  [[nodiscard]] static std::optional<std::uint32_t> found(const Map& map,
                                                          typename Map::key_type key) {
    const auto at = map.find(key);
    return at == map.end() ? std::nullopt : std::optional<std::uint32_t>(at->second);
  }
  [[nodiscard]] std::string_view view(StringId id) const { return snapshot_.strings.view(id); }
  [[nodiscard]] std::string user_of(const ProcessImage& image) const {
    const std::string_view domain = view(image.user_domain);
    const std::string_view name = view(image.user_name);
    if (name.empty()) return std::string(view(image.user_id));
    return domain.empty() ? std::string(name) : fmt::format("{}\\{}", domain, name);
  }

  // Runs from the surest on, declared automation last, then by time: what caps keep.
  [[nodiscard]] std::vector<std::uint32_t> surest() const {
    const auto& runs = incident_.invocations;
    std::vector<std::uint32_t> order(runs.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      if (runs[a].set_aside.empty() != runs[b].set_aside.empty()) return runs[a].set_aside.empty();
      return runs[a].confidence > runs[b].confidence;
    });
    return order;
  }

  void runs() {
    std::map<std::string_view, std::vector<std::uint32_t>> by_script;
    for (std::size_t i = 0; i < incident_.invocations.size(); ++i) {
      const std::string& digest = incident_.invocations[i].script.sha256;
      if (!digest.empty()) by_script[digest].push_back(static_cast<std::uint32_t>(i + 1));
    }
    const std::vector<std::uint32_t> order = surest();
    std::vector<bool> list(order.size(), false), tell(order.size(), false);
    for (std::size_t i = 0; i < std::min(order.size(), kMaxRunsListed); ++i) {
      list[order[i]] = true;
      tell[order[i]] = i < kMaxRunsTold;
    }
    for (std::size_t i = 0; i < incident_.invocations.size(); ++i) {
      if (!list[i]) continue;
      const Invocation& from = incident_.invocations[i];
      DocumentRun to;
      to.number = static_cast<std::uint32_t>(i + 1);
      to.told = tell[i];
      head(from, to);
      to.note = found(notes_.by_run, static_cast<std::uint32_t>(i));
      if (to.told) {
        body(from, to);
        if (!from.script.sha256.empty()) {
          for (const std::uint32_t other : by_script[from.script.sha256]) {
            if (other != to.number && to.same_script.size() < kMaxEvidenceTold)
              to.same_script.push_back(other);
          }
        }
        document_activity::add_activity(input_, from, to);
        to.story = document_parts::story_of(input_, from, to);
      }
      document_.runs.push_back(std::move(to));
    }
    note_cap(document_, incident_.invocations.size(), kMaxRunsListed,
             "runs are listed, the surest");
    note_cap(document_, incident_.invocations.size(), kMaxRunsTold,
             "runs are told in full, the surest first; the others have a row in the table of runs");
  }

  void head(const Invocation& from, DocumentRun& to) {
    const Channel& channel = incident_.channels.channels[from.channel];
    to.id = from.id;
    to.channel = channel_of_[from.channel];
    to.host = from.host;
    to.name = text(from.name);
    to.mode = from.mode;
    to.sequence = from.sequence;
    to.title = channel.name;
    if (!to.name.empty()) to.title += fmt::format(" “{}”", to.name);
    if (to.sequence) to.title += fmt::format(" #{}", *to.sequence);
    to.title += fmt::format(" on {}", to.host.empty() ? "a machine without a name" : to.host);
    to.confidence = from.confidence;
    to.start = time_of(from.start);
    to.end = time_of(from.end);
    to.exit_code = from.exit_code;
    to.state = text(from.state);
    to.user = text(from.user);
    to.user_id = from.user_id;
    to.set_aside = text(from.set_aside);
    to.automation = from.automation;
    to.script.state = script_state_name(from.script.state);
    to.script.sha256 = from.script.sha256;
    to.processes_in_all = from.processes.size();
    to.traces_in_all = from.traces.size() + from.traces_left_out;
    if (from.operation) {
      if (*from.operation < document_.operations.size()) to.operation = *from.operation;
      to.caller = text(incident_.operations[*from.operation].caller);
    }
  }

  void body(const Invocation& from, DocumentRun& to) {
    for (const Reason& each : from.reasons) {
      if (to.reasons.size() == kReasonsTold) break;
      to.reasons.push_back(reason(each));
    }
    to.script.path = text(from.script.path);
    to.script.source = from.script.source;
    const std::string script = text(from.script.text);
    to.script.text = cut_text(script, kMaxScriptTold);
    to.script.text_left_out = script.size() - to.script.text.size();
    std::vector<ArtifactId> files;
    if (from.script.file) files.push_back(*from.script.file);
    to.script.evidence = evidence(from.script.events, files);
    to.command_line = short_text(from.command_line);
    to.stdout_tail = tail(from.stdout_tail);
    to.stderr_tail = tail(from.stderr_tail);
    for (auto at = from.ancestors.rbegin(); at != from.ancestors.rend(); ++at)
      to.ancestors.push_back(process_name(*at));
    to.findings.clear();
    for (const std::uint32_t finding : from.findings)
      if (finding < document_.findings.size()) to.findings.push_back(finding);
    std::map<EntityId, std::vector<std::uint32_t>> flagged;
    for (const std::uint32_t finding : to.findings)
      if (!document_.findings[finding].false_positive &&
          !document_.findings[finding].set_aside)  // what is none marks no process
        flagged[input_.findings[finding].entity].push_back(finding);
    if (const auto own = secrets_of_run_.find(to.number - 1); own != secrets_of_run_.end())
      to.findings.insert(to.findings.end(), own->second.begin(), own->second.end());
    for (const RunProcess& each : from.processes) {
      if (to.processes.size() == kMaxProcessesTold) break;
      to.processes.push_back(process(each));
      if (const auto at = flagged.find(each.entity); at != flagged.end())
        to.processes.back().findings = at->second;
    }
    for (const Trace& each : from.traces) {
      if (to.traces.size() == kMaxTracesTold) break;
      DocumentTrace trace;
      trace.kind = in_words(trace_kind_name(each.kind));
      trace.text = short_text(each.text);
      trace.time = {each.time, 3, ""};
      if (each.entity) trace.process = process_name(each.entity);
      trace.evidence = evidence(each.event);
      to.traces.push_back(std::move(trace));
    }
    for (const std::string& unknown : from.unknowns) to.unknowns.push_back(text(unknown));
    to.evidence = evidence(from.evidence, from.files);
  }

  // The end of an output: what came last is worth most.
  [[nodiscard]] std::string tail(std::string_view output) const {
    const std::string whole = text(output);
    if (whole.size() <= kMaxTailTold) return whole;
    std::size_t from = whole.size() - kMaxTailTold;
    while (from < whole.size() && (static_cast<unsigned char>(whole[from]) & 0xC0u) == 0x80u)
      ++from;
    return "…" + whole.substr(from);
  }

  [[nodiscard]] std::string process_name(EntityId id) const {
    const ProcessEntity& entity = snapshot_.tree.entity(id);
    const ImageId image = snapshot_.tree.last_image(id);
    std::string name = image ? text(view(snapshot_.tree.image(image).name)) : std::string();
    if (name.empty()) name = "?";
    if (entity.pid != kNoPid) name += fmt::format(" ({})", entity.pid);
    return name;
  }

  [[nodiscard]] DocumentProcess process(const RunProcess& from) const {
    const ProcessEntity& entity = snapshot_.tree.entity(from.entity);
    DocumentProcess to;
    const ImageId image = from.image ? from.image : snapshot_.tree.last_image(from.entity);
    if (image) {
      const ProcessImage& shown = snapshot_.tree.image(image);
      to.name = text(view(shown.name ? shown.name : shown.executable));
      to.command_line =
          short_text(view(shown.command_line ? shown.command_line : shown.executable));
      to.user = user_of(shown);
      to.evidence = evidence(shown.event);
    }
    if (to.name.empty()) to.name = "?";
    to.pid = entity.pid == kNoPid ? -1 : entity.pid;
    to.entity_id = view(entity.entity_id);
    if (!entity.placeholder) to.start = DocumentTime{entity.start, 3, ""};
    if (entity.end_kind == EndKind::seen) to.end = DocumentTime{entity.end, 3, ""};
    to.note = found(notes_.by_entity, from.entity);
    to.membership = in_words(membership_name(from.membership));
    to.reason = text(from.reason);
    to.inferred = entity.placeholder || from.membership == Membership::reparented ||
                  from.membership == Membership::follow_on;
    to.depth = from.depth;
    return to;
  }

  void indicators() {
    std::map<std::pair<Indicator::Kind, std::string_view>, DocumentIndicator> known;
    for (std::size_t i = 0; i < incident_.invocations.size(); ++i) {
      for (const Indicator& from : incident_.invocations[i].indicators) {
        DocumentIndicator& to = known[{from.kind, from.value}];
        if (to.value.empty()) {
          to.kind = from.kind;
          to.value = short_text(from.value);
          to.defanged = defang(from.kind, to.value);
        }
        if (to.contexts.size() < kContextsTold && !from.context.empty()) {
          std::string context = short_text(from.context);
          if (std::find(to.contexts.begin(), to.contexts.end(), context) == to.contexts.end())
            to.contexts.push_back(std::move(context));
        }
        const auto number = static_cast<std::uint32_t>(i + 1);
        if (to.runs.size() < kMaxEvidenceTold && (to.runs.empty() || to.runs.back() != number))
          to.runs.push_back(number);
      }
    }
    note_cap(document_, known.size(), kMaxIndicatorsTold, "indicators are listed");
    for (auto& [key, indicator] : known) {
      if (document_.indicators.size() == kMaxIndicatorsTold) break;
      document_.indicators.push_back(std::move(indicator));
    }
  }

  void hosts() {
    std::map<std::string, DocumentHost> known;
    for (const HostStanding& standing : incident_.hosts) {
      DocumentHost& host = known[standing.host];
      host.cloud_machine = standing.azure_vm;
      for (const Reason& each : standing.reasons) {
        if (host.reasons.size() < kReasonsTold) host.reasons.push_back(reason(each));
      }
    }
    for (const ClockSkew& skew : incident_.skews) {
      known[skew.host].skew =
          skew.skew_ns == 0
              ? fmt::format("Its clock agrees with the cloud's (from {} {}).", skew.pairs,
                            skew.basis)
              : fmt::format("Its clock is {} {} the cloud's (from {} {}). Times are as recorded.",
                            seconds_text(std::abs(skew.skew_ns)),
                            skew.skew_ns > 0 ? "ahead of" : "behind", skew.pairs, skew.basis);
    }
    for (std::size_t i = 0; i < input_.hosts.size(); ++i)
      document_parts::describe_coverage(
          input_, i, known[std::string(snapshot_.hosts.name(input_.hosts[i].host))]);
    for (const Invocation& run : incident_.invocations) ++known[run.host].runs;
    for (auto& [name, host] : known) {
      host.name = name;
      document_.hosts.push_back(std::move(host));
    }
  }

  void secrets() {
    for (const SecretSeen& from : incident_.secrets) {
      if (document_.secrets.size() == kSecretsTold) break;
      DocumentSecret to{from.kind, from.host, text(from.where), std::nullopt, {}};
      if (from.invocation) to.run = *from.invocation + 1;
      std::vector<ArtifactId> files;
      if (from.file) files.push_back(*from.file);
      to.evidence = from.event ? evidence(std::span(&from.event, 1), files) : evidence({}, files);
      document_.secrets.push_back(std::move(to));
    }
    note_cap(document_, incident_.secrets.size(), kSecretsTold, "secrets are listed");
  }

  DocumentInput& input_;
  const CaseSnapshot& snapshot_;
  const Incident& incident_;
  IncidentDocument document_;
  std::vector<std::uint32_t> channel_of_;  // by channel of the incident
  document_notes::NoteIndex notes_;
  std::map<std::uint32_t, std::vector<std::uint32_t>> secrets_of_run_;  // positions, by invocation
};

}  // namespace

std::string_view cut_text(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0u) == 0x80u) --bytes;
  return text.substr(0, bytes);
}

IncidentDocument build_document(DocumentInput input, const DecodeEvents& decode) {
  return Builder(input).build(decode);
}

}  // namespace stemma
