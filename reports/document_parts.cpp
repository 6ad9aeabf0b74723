#include "reports/document_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "events/text.hpp"
#include "reports/coverage_text.hpp"
#include "reports/event_summary.hpp"
#include "reports/ledger_text.hpp"

namespace stemma::document_parts {
namespace {

constexpr std::size_t kGapsTold = 12;    // of a log
constexpr std::size_t kBlindTold = 20;   // lines of a host
constexpr std::size_t kCopiesTold = 20;  // of an artifact

std::string names_of(std::span<const Rule> rules, const std::vector<std::uint32_t>& numbers) {
  std::vector<std::string> names;
  for (const std::uint32_t number : numbers) names.push_back(rules[number].name);
  return list_of(names, 3);
}

// Fields that say nothing to a reader that others do not: the record's raw items, bags, what is in
// the line's own columns.
bool is_shown(std::string_view name) {
  for (const std::string_view prefix :
       {"winlog.", "auditd.paths.", "auditd.data.", "related.", "stemma.", "log.", "ecs.",
        "event.dataset", "event.kind", "event.module", "event.created", "event.original",
        "process.Ext.", "host.os"})
    if (name.substr(0, prefix.size()) == prefix) return false;
  return true;
}

// `2026-05-12 09:02:00 UTC`, for sentences.
std::string day_and_time(Timestamp time) {
  std::string text = format_time(time, 0);
  text[10] = ' ';
  text.pop_back();
  return text + " UTC";
}

std::string value_text(const Value& value) {
  switch (value.kind) {
    case Value::Kind::text:
      return std::string(value.text);
    case Value::Kind::integer:
      return fmt::format("{}", value.integer);
    case Value::Kind::real:
      return fmt::format("{}", value.real);
    case Value::Kind::boolean:
      return value.boolean ? "true" : "false";
    case Value::Kind::date:
      return format_time(value.time(), value.digits);
  }
  return {};
}

}  // namespace

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", grouped(number), number == 1 ? one : many);
}

std::string list_of(const std::vector<std::string>& words, std::size_t most) {
  std::string out;
  const std::size_t shown = std::min(words.size(), most);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i != 0) out += i + 1 == words.size() ? " and " : ", ";
    out += words[i];
  }
  if (words.size() > shown) out += fmt::format(" and {} more", grouped(words.size() - shown));
  return out;
}

void describe_coverage(const DocumentInput& input, std::size_t position, DocumentHost& out) {
  const HostEvidence& host = input.hosts[position];
  for (const LogEvidence& log : host.logs) {
    DocumentLog told;
    told.name = log.name;
    told.first = {log.first, 3, ""};
    told.last = {log.last, 3, ""};
    told.events = log.events;
    for (std::size_t i = 0; i < std::min(log.gaps.size(), kGapsTold); ++i)
      told.gaps.push_back(redact(gap_text(log.gaps[i]), input.secrets));
    if (log.gaps.size() > kGapsTold)
      told.gaps.push_back(counted(log.gaps.size() - kGapsTold, "more gap", "more gaps"));
    out.logs.push_back(std::move(told));
  }
  if (position >= input.on_host.size()) return;
  std::map<std::string, std::vector<std::uint32_t>> could_not;
  std::map<std::tuple<Timestamp, Timestamp, GapKind>, std::vector<std::uint32_t>> blind;
  for (const RuleOnHost& rule : input.on_host[position]) {
    if (rule.reason != CouldNot::could) could_not[rule.why].push_back(rule.rule);
    for (const BlindSpan& span : rule.blind)
      blind[{span.from, span.to, span.kind}].push_back(rule.rule);
  }
  std::vector<std::string> lines;
  for (const auto& [span, rules] : blind) {
    const auto& [from, to, kind] = span;
    lines.push_back(fmt::format("From {} to {} {} could not have seen anything ({}): {}.",
                                format_time(from, 3), format_time(to, 3),
                                counted(rules.size(), "rule", "rules"), gap_reason(kind),
                                names_of(input.rules.rules, rules)));
  }
  for (const auto& [why, rules] : could_not) {
    lines.push_back(fmt::format("{} could not have fired here ({}): {}.",
                                counted(rules.size(), "rule", "rules"), why,
                                names_of(input.rules.rules, rules)));
  }
  const std::size_t more = lines.size() - std::min(lines.size(), kBlindTold);
  if (more != 0) {
    lines.resize(kBlindTold);
    lines.push_back(fmt::format("{} more of the kind.", grouped(more)));
  }
  out.blind = std::move(lines);
}

void describe_event(Event& event, Secrets secrets, ShapeTable& shapes, DocumentEvent& out) {
  if (secrets == Secrets::redacted) redact(event);
  out.summary = event_summary(event, secrets);
  out.summary = std::string(cut_text(out.summary, kMaxFieldText));
  const EventView view = event.view(shapes);
  std::vector<std::pair<std::string, std::string>> fields;
  for (std::uint32_t slot = 0; slot < view.shape().fields().size(); ++slot) {
    const std::string_view name = field_name(view.shape().fields()[slot]);
    if (!is_shown(name)) continue;
    std::string text;
    for (const Value& value : view.at(slot)) {
      if (!text.empty()) text += "; ";
      text += value_text(value);
      if (text.size() > kMaxFieldText) break;
    }
    const std::string_view cut = cut_text(text, kMaxFieldText);
    fields.emplace_back(name, cut.size() < text.size() ? std::string(cut) + "…" : text);
  }
  std::sort(fields.begin(), fields.end());
  if (fields.size() > kMaxEventFields) {
    out.fields_left_out = fields.size() - kMaxEventFields;
    fields.resize(kMaxEventFields);
  }
  out.fields = std::move(fields);
}

std::vector<DocumentArtifact> describe_artifacts(const DocumentInput& input) {
  std::vector<DocumentArtifact> out;
  for (std::size_t i = 0; i < input.snapshot.artifacts.size(); ++i) {
    const Artifact& artifact = input.snapshot.artifacts[i];
    DocumentArtifact told;
    told.path = artifact.path;
    told.format = artifact.format;
    told.decoders = artifact.decoders;
    if (i < input.custody.artifact_digests.size()) told.sha256 = input.custody.artifact_digests[i];
    told.size = artifact.size;
    told.parsed = artifact.log.records.parsed;
    told.recovered = artifact.log.records.recovered;
    told.refused = artifact.log.records.refused;
    told.copies.assign(artifact.copies.begin(),
                       artifact.copies.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                     artifact.copies.size(), kCopiesTold)));
    if (artifact.copies.size() > kCopiesTold)
      told.copies.push_back(
          fmt::format("and {} more", grouped(artifact.copies.size() - kCopiesTold)));
    for (const auto& [defect, entry] : artifact.log.defects()) {
      std::string line = fmt::format("{} ×{}", defect_name(defect), grouped(entry.count));
      if (!entry.first_places.empty()) {
        line += fmt::format(", first at byte {}", grouped(entry.first_places.front().offset));
        if (!entry.first_places.front().detail.empty())
          line += ": " + redact(entry.first_places.front().detail, input.secrets);
      }
      told.defects.push_back(std::move(line));
    }
    out.push_back(std::move(told));
  }
  return out;
}

std::vector<std::string> story_of(const DocumentInput& input, const Invocation& run,
                                  const DocumentRun& told) {
  std::vector<std::string> story;
  const auto time = [](const RunTime& at) { return format_time(at.time, 3); };
  if (run.operation) {
    const CloudOperation& operation = input.incident.operations[*run.operation];
    std::string line =
        fmt::format("{} ordered it at {}{}",
                    operation.caller.empty() ? "A caller without a name" : operation.caller,
                    format_time(operation.first, 3),
                    operation.caller_ip.empty() ? "" : " from " + operation.caller_ip);
    line += fmt::format(" ({}: {}).", confidence_name(operation.confidence), operation.join_reason);
    story.push_back(std::move(line));
  } else {
    story.push_back("No order of it was found in a cloud's log.");
  }
  std::string line;
  switch (run.script.state) {
    case ScriptState::recovered:
      line = fmt::format("Its script was recovered from {} (SHA-256 {})",
                         run.script.source.empty() ? "the evidence" : "the " + run.script.source,
                         run.script.sha256);
      break;
    case ScriptState::partial:
      line = fmt::format("Part of its script was recovered from the {}", run.script.source);
      break;
    case ScriptState::gone:
      line = fmt::format("Its script {} is in no file that was collected", run.script.path);
      break;
    case ScriptState::encrypted:
      line = "Its script is only in protected settings, which are encrypted";
      break;
    case ScriptState::unknown:
      line = "Nothing says what its script was";
      break;
  }
  story.push_back(line + ".");
  line = run.start.known() ? fmt::format("It began at {} ({})", time(run.start),
                                         time_source_name(run.start.source))
                           : "When it began is not known";
  if (!run.user.empty() || !run.user_id.empty())
    line += " as " + (run.user.empty() ? run.user_id : run.user);
  if (run.end.known()) line += fmt::format(", ended at {}", time(run.end));
  if (run.exit_code) line += fmt::format(" with exit code {}", *run.exit_code);
  if (!run.state.empty()) line += fmt::format(" and reported {}", run.state);
  story.push_back(line + ".");

  if (run.processes.empty()) {
    story.push_back("No process of it was seen.");
  } else {
    std::size_t detached = 0, follow = 0;
    for (const RunProcess& process : run.processes) {
      detached += process.membership == Membership::reparented ? 1u : 0u;
      follow += process.membership == Membership::follow_on ? 1u : 0u;
    }
    line = fmt::format("{} to it",
                       counted(told.processes_in_all, "process belongs", "processes belong"));
    if (detached != 0) line += fmt::format(", {} by inference after losing their parent", detached);
    if (follow != 0) line += fmt::format(", {} started later by what it had left behind", follow);
    story.push_back(line + ".");
  }
  std::map<TraceKind, std::size_t> kinds;
  for (const Trace& trace : run.traces) ++kinds[trace.kind];
  std::vector<std::string> did;
  const auto say = [&](TraceKind kind, std::string_view one, std::string_view many) {
    if (const auto at = kinds.find(kind); at != kinds.end())
      did.push_back(counted(at->second, one, many));
  };
  say(TraceKind::account, "trace of an account", "traces of accounts");
  say(TraceKind::persistence, "trace of something made to persist",
      "traces of things made to persist");
  say(TraceKind::network, "network connection", "network connections");
  say(TraceKind::dns, "name looked up", "names looked up");
  say(TraceKind::file, "file touched", "files touched");
  say(TraceKind::registry, "registry value touched", "registry values touched");
  say(TraceKind::script_block, "script block", "script blocks");
  say(TraceKind::logon, "logon", "logons");
  if (!did.empty()) story.push_back(fmt::format("The evidence shows of it: {}.", list_of(did, 12)));
  for (std::string& sentence : story) sentence = redact(sentence, input.secrets);
  return story;
}

std::vector<std::string> summary_of(const DocumentInput& input, const IncidentDocument& document) {
  const Incident& incident = input.incident;
  const IncidentDocument::Figures& figures = document.figures;
  std::vector<std::string> out;
  if (figures.runs == 0) {
    out.push_back("No run of a script by a remote-execution channel was found in this evidence.");
  } else {
    std::optional<Timestamp> first, last;
    for (const Invocation& run : incident.invocations) {
      if (!run.start.known()) continue;
      if (!first) first = run.start.time;
      last = run.start.time;
    }
    std::string line = fmt::format("{} run by remote-execution channels on {}",
                                   counted(figures.runs, "script was", "scripts were"),
                                   counted(figures.hosts, "machine", "machines"));
    if (first && *first != *last)
      line += fmt::format(" between {} and {}", day_and_time(*first), day_and_time(*last));
    else if (first)
      line += fmt::format(" at {}", day_and_time(*first));
    std::vector<std::string> grades;
    if (figures.confirmed != 0) grades.push_back(fmt::format("{} confirmed", figures.confirmed));
    if (figures.probable != 0) grades.push_back(fmt::format("{} probable", figures.probable));
    if (figures.possible != 0) grades.push_back(fmt::format("{} possible", figures.possible));
    line += ": " + list_of(grades, 3) + ".";
    if (figures.set_aside != 0)
      line += fmt::format(" {} set aside as declared automation; {} counted here all the same.",
                          counted(figures.set_aside, "is", "are"),
                          figures.set_aside == 1 ? "it is" : "they are");
    out.push_back(line);
    std::size_t idle = 0;
    for (const DocumentAutomation& entry : document.automation)
      idle += entry.expired || entry.runs == 0 ? 1u : 0u;
    if (idle != 0)
      out.push_back(
          fmt::format("{} of declared automation {} nothing aside: expired, or no run is "
                      "like it.",
                      counted(idle, "entry", "entries"), idle == 1 ? "sets" : "set"));

    std::map<std::string, std::pair<std::size_t, std::set<std::string>>> callers;
    std::size_t without = 0;
    for (const Invocation& run : incident.invocations) {
      if (!run.operation) {
        ++without;
        continue;
      }
      const CloudOperation& operation = incident.operations[*run.operation];
      auto& [runs, addresses] =
          callers[operation.caller.empty() ? "a caller without a name" : operation.caller];
      ++runs;
      if (!operation.caller_ip.empty()) addresses.insert(operation.caller_ip);
    }
    std::vector<std::pair<std::size_t, std::string>> ordered;
    for (const auto& [caller, of] : callers) {
      const std::vector<std::string> addresses(of.second.begin(), of.second.end());
      ordered.emplace_back(of.first,
                           fmt::format("{} ({}{})", caller, counted(of.first, "run", "runs"),
                                       addresses.empty() ? "" : " from " + list_of(addresses, 2)));
    }
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<std::string> words;
    for (auto& [count, text] : ordered) words.push_back(std::move(text));
    if (!words.empty()) out.push_back("Ordered in the cloud by " + list_of(words, 5) + ".");
    if (without != 0)
      out.push_back(
          fmt::format("For {} no order was found in a cloud's log: who ordered {} is not "
                      "known from this evidence.",
                      counted(without, "run", "runs"), without == 1 ? "it" : "them"));
  }
  if (figures.operations_alone != 0)
    out.push_back(
        fmt::format("{} in the cloud's log left no trace on a machine that was collected.",
                    counted(figures.operations_alone, "operation", "operations")));

  std::map<TraceKind, std::size_t> kinds;
  std::size_t gone = 0;
  std::size_t silent = 0;
  for (const Invocation& run : incident.invocations) {
    std::set<TraceKind> seen;
    for (const Trace& trace : run.traces) seen.insert(trace.kind);
    for (const TraceKind kind : seen) ++kinds[kind];
    gone += run.script.state == ScriptState::gone || run.script.state == ScriptState::encrypted ||
                    run.script.state == ScriptState::unknown
                ? 1u
                : 0u;
    silent += run.processes.size() <= 1 ? 1u : 0u;
  }
  std::vector<std::string> did;
  const auto say = [&](TraceKind kind, std::string_view what) {
    if (const auto at = kinds.find(kind); at != kinds.end())
      did.push_back(fmt::format("{} in {}", what, counted(at->second, "run", "runs")));
  };
  say(TraceKind::account, "accounts made or changed");
  say(TraceKind::persistence, "something made to persist");
  say(TraceKind::network, "network connections");
  say(TraceKind::file, "files touched");
  if (!did.empty()) out.push_back("What the runs left: " + list_of(did, 6) + ".");
  if (figures.findings != 0)
    out.push_back(
        fmt::format("There {} {}{}{}.", figures.findings == 1 ? "is" : "are",
                    counted(figures.findings, "finding", "findings"),
                    figures.findings_set_aside == 0
                        ? std::string()
                        : fmt::format("; {} of them in declared automation, listed apart",
                                      figures.findings_set_aside),
                    figures.false_positives == 0
                        ? std::string()
                        : fmt::format("; the analyst marked {} of them as false positive, listed "
                                      "apart and counted here",
                                      figures.false_positives)));
  if (figures.notes != 0)
    out.push_back(fmt::format("The analyst left {}.", counted(figures.notes, "note", "notes")));
  if (figures.secrets != 0)
    out.push_back(fmt::format(
        "{} in the evidence for whoever reads it; {} blotted out here and should be changed.",
        counted(figures.secrets, "secret lies", "secrets lie"),
        figures.secrets == 1 ? "it is" : "they are"));
  if (gone != 0)
    out.push_back(fmt::format("Of {} the script's text could not be recovered.",
                              counted(gone, "run", "runs")));
  if (silent != 0)
    out.push_back(
        fmt::format("{} no child process that was recorded: a script can do its work "
                    "without starting any.",
                    counted(silent, "run has", "runs have")));
  out.push_back(fmt::format(
      "Read: {} from {}; {}.", counted(figures.events, "event", "events"),
      counted(figures.artifacts, "file", "files"),
      figures.refused == 0 ? std::string("every record could be read")
                           : counted(figures.refused, "record", "records") + " could not be read"));
  for (std::string& sentence : out) sentence = redact(sentence, input.secrets);
  return out;
}

std::string in_words(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

void note_cap(IncidentDocument& document, std::size_t all, std::size_t most,
              std::string_view what) {
  if (all > most)
    document.caps.push_back(fmt::format("{} of {} {}.", grouped(most), grouped(all), what));
}

}  // namespace stemma::document_parts
