// `stemma scan`: findings, for people as an answer and a table, for machines as documents.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "app/cli/case_option.hpp"
#include "app/cli/command.hpp"
#include "app/cli/coverage_output.hpp"
#include "app/cli/document_output.hpp"
#include "app/cli/rule_options.hpp"
#include "app/session/detect.hpp"
#include "app/session/except.hpp"
#include "app/session/explain.hpp"
#include "app/session/incident.hpp"
#include "app/session/near_miss_groups.hpp"
#include "detection/invocations/secret_findings.hpp"
#include "events/text.hpp"
#include "reports/csv.hpp"
#include "reports/document_formats.hpp"
#include "reports/event_summary.hpp"
#include "reports/finding_document.hpp"
#include "reports/findings_table.hpp"
#include "reports/ledger_text.hpp"
#include "reports/near_miss_text.hpp"

namespace stemma {
namespace {

void write_table(const Session& session, const RuleSet& rules, const Detection& detection, std::size_t false_positives, std::size_t width, Secrets secrets,
                 Output& output) {
  const CaseSnapshot& snapshot = session.snapshot();
  std::string text = answer(snapshot, detection.findings);
  if (false_positives != 0) text += fmt::format("; {} {} marked false positive", false_positives, false_positives == 1 ? "finding is" : "findings are");
  text += '\n';
  const Projection projection = event_summary_projection();
  std::vector<std::string> summaries(detection.findings.size());
  for (std::size_t i = 0; i < summaries.size(); ++i) {
    if (detection.findings[i].image) continue;
    Event event;
    if (session.decode(detection.findings[i].event, projection, event)) summaries[i] = event_summary(event, secrets);
  }
  append_findings_table(snapshot, rules, detection.findings, summaries, width, text, secrets);
  output.write(text);
}

// Findings beside the answer, a line each under a title, with why they are there.
template <class Listed, class Why>
void write_listed(const Session& session, const RuleSet& rules, std::string_view title, const std::vector<Listed>& listed, Secrets secrets, Output& output, Why why) {
  const CaseSnapshot& snapshot = session.snapshot();
  std::string text = listed.empty() ? "" : fmt::format("\n{}\n", title);
  Event event;
  for (const Listed& one : listed) {
    const bool read = static_cast<bool>(session.decode(one.finding.event, event_summary_projection(), event));
    text += fmt::format("  {}  {}  {}  {}  [{}]\n", format_time(snapshot.events.time(one.finding.event), 3),
                        visible(snapshot.hosts.name(snapshot.events.host(one.finding.event))), visible(rules.rules[one.finding.rule].name),
                        read ? event_summary(event, secrets) : "", why(one));
  }
  output.write(text);
}

// A finding of a run that is declared automation.
struct FindingSetAside {
  Finding finding;
  std::uint32_t automation = 0;  // in Incident::automation
};

// Takes the findings out whose runs are set aside, in their order.
std::vector<FindingSetAside> take_set_aside(const Incident& incident, std::vector<Finding>& findings) {
  std::map<std::uint32_t, std::uint32_t> aside;
  for (const Invocation& run : incident.invocations) {
    if (!run.automation) continue;
    for (const std::uint32_t finding : run.findings) aside.emplace(finding, *run.automation);
  }
  std::vector<FindingSetAside> out;
  std::vector<Finding> kept;
  for (std::uint32_t i = 0; i < findings.size(); ++i) {
    if (const auto at = aside.find(i); at != aside.end()) {
      out.push_back({std::move(findings[i]), at->second});
    } else {
      kept.push_back(std::move(findings[i]));
    }
  }
  findings = std::move(kept);
  return out;
}

// Secrets, a line each: what kind, and where it lies.
void write_secrets(const Incident& incident, const Annotations& annotations, Output& output) {
  std::string text = incident.secrets.empty() ? "" : "\nsecrets\n";
  for (const SecretSeen& secret : incident.secrets) {
    const Rule& rule = secret_rule(secret.what);
    const Annotation* said = annotations.find({TargetKind::finding, secret.id});
    text += fmt::format("  {}  {}  {}  ({})  {}{}\n", secret.time ? format_time(*secret.time, 3) : "time unknown",
                        visible(secret.host), rule.name, rule.severity, visible(redact(secret.where)),
                        said == nullptr ? "" : fmt::format("  [{}]", visible(redact(in_brief(*said)))));
  }
  output.write(text);
}

// A finding with what the analyst said of it.
struct NotedFinding {
  Finding finding;
  const Annotation* said = nullptr;
};

const Annotation* said_of(const Annotations& annotations, const Finding& finding) { return annotations.find(finding_target(finding)); }

// Takes the findings out that the analyst marked false positive, in their order.
std::vector<NotedFinding> take_false_positives(const Annotations& annotations, std::vector<Finding>& findings) {
  std::vector<NotedFinding> out;
  std::vector<Finding> kept;
  for (Finding& finding : findings) {
    const Annotation* said = said_of(annotations, finding);
    if (said != nullptr && said->verdict == Verdict::false_positive) {
      out.push_back({std::move(finding), said});
    } else {
      kept.push_back(std::move(finding));
    }
  }
  findings = std::move(kept);
  return out;
}

// What was said, with the first line of the comment.
std::string said_in_brief(const Annotation& said, Secrets secrets) {
  std::string comment = redact(said.comment, secrets);
  comment.resize(std::min(comment.find('\n'), comment.size()));
  return visible(redact(in_brief(said), secrets)) + (comment.empty() ? "" : ": " + visible(comment));
}

// What was left out, and on whose word: one line an exception.
void note_excepted(const RuleExceptions& exceptions, const std::vector<ExceptedFinding>& excepted) {
  std::vector<std::size_t> counts(exceptions.list.size(), 0);
  for (const ExceptedFinding& one : excepted) ++counts[one.exception];
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const RuleException& exception = exceptions.list[i];
    note(fmt::format("{} {} excepted: {} ({}, until {}; {}:{})", counts[i], counts[i] == 1 ? "finding" : "findings", visible(exception.reason),
                     visible(exception.owner), exception.expires, visible(exception.path), exception.line));
  }
}

void write_documents(const Session& session, const RuleSet& rules, const Detection& detection, const RuleExceptions& exceptions,
                     const std::vector<ExceptedFinding>& excepted, const Incident& incident, const std::vector<FindingSetAside>& aside, const OpenCase& open_case, const std::vector<NotedFinding>& false_positives,
                     bool notes, const std::string& format, Secrets secrets, Output& output) {
  const CaseSnapshot& snapshot = session.snapshot();
  const Projection everything = Projection::all();
  ShapeTable shapes;
  Event event;
  std::string text;
  if (format == "csv") append_csv_line(text, finding_csv_header(notes));
  if (format == "json") text += "[";
  bool first = true;
  const auto write_view = [&](const FindingView& view) {
    if (shapes.size() > kMaxShapes) shapes.clear();
    if (format == "csv") {
      append_csv_line(text, finding_csv_cells(view, notes));
    } else {
      if (format == "json") text += first ? "\n" : ",\n";
      append_finding_document(view, shapes, text);
      if (format == "jsonl") text += '\n';
    }
    first = false;
    output.write(text);
    text.clear();
  };
  const auto write = [&](const Finding& finding, const RuleException* exception, const Annotation* note, const AutomationDeclaration* automation = nullptr) {
    if (session.decode(finding.event, everything, event))
      write_view({snapshot, rules.rules[finding.rule], finding, event, exception, secrets, note, nullptr, automation});
  };
  // Those that the analyst says are none come behind, as other findings do.
  const auto write_secrets = [&](bool none) {
    for (const SecretSeen& secret : incident.secrets) {
      const Finding finding = secret_finding(secret);
      const Annotation* said = said_of(open_case.contents.annotations, finding);
      if ((said != nullptr && said->verdict == Verdict::false_positive) != none) continue;
      if (!finding.event)
        event.reset(everything);
      else if (!session.decode(finding.event, everything, event))
        continue;
      write_view({snapshot, secret_rule(secret.what), finding, event, nullptr, secrets, said, &secret});
    }
  };
  for (const Finding& finding : detection.findings) write(finding, nullptr, said_of(open_case.contents.annotations, finding));
  write_secrets(false);
  for (const NotedFinding& one : false_positives) write(one.finding, nullptr, one.said);
  write_secrets(true);
  for (const ExceptedFinding& one : excepted) write(one.finding, &exceptions.list[one.exception], nullptr);
  for (const FindingSetAside& one : aside) write(one.finding, nullptr, said_of(open_case.contents.annotations, one.finding), &incident.automation[one.automation]);
  if (format == "json") text += first ? "]\n" : "\n]\n";
  output.write(text);
}

// Formats for other tools that tell the whole incident; those that people and scripts read, scan has of its own.
std::vector<std::string> export_formats() {
  std::vector<std::string> out;
  for (const DocumentFormat& format : document_formats()) {
    if (format.name != "html" && format.name != "md" && format.name != "json" && format.name != "jsonl" && format.name != "csv") out.emplace_back(format.name);
  }
  return out;
}

bool is_export(const std::string& name) {
  const std::vector<std::string> names = export_formats();
  return std::find(names.begin(), names.end(), name) != names.end();
}

struct ScanOptions : Options {
  bool show_excepted = false;
  std::size_t near_misses = 0;  // of a rule at most; 0: findings are wanted
};

ExitCode write_near_misses(const ScanOptions& options, const LoadedRules& rules, const Session& session, const Window& window, ProgressBar& bar,
                           Output& output) {
  const CaseSnapshot& snapshot = session.snapshot();
  const auto holds = [&](EventId id) { return window.holds(snapshot, id); };
  const NearMisses misses = near_misses(session, rules.set, {nulls_of(options)}, options.near_misses, holds, &bar.progress());
  bar.stop();
  const std::string format = !options.format.empty() ? options.format : output.to_terminal() ? "table" : "jsonl";
  std::string text;
  if (format == "table") {
    std::vector<std::string> summaries;
    Event event;
    for (const NearMissGroup& group : misses.groups) {
      const bool read = static_cast<bool>(session.decode(group.first, event_summary_projection(), event));
      summaries.push_back(read ? event_summary(event, options.secrets()) : "");
    }
    append_near_misses(snapshot, rules.set, misses, summaries, text, options.secrets());
  } else {
    for (const NearMissGroup& group : misses.groups) append_near_miss_document(snapshot, rules.set, group, text, options.secrets());
  }
  output.write(text);
  if (!options.quiet) {
    std::fflush(stdout);
    std::uint64_t left_out = 0;
    for (const std::uint64_t number : misses.left_out) left_out += number;
    if (left_out != 0) note(fmt::format("{} less near are left out: --near-misses=N shows N of a rule", left_out));
    if (misses.dropped != 0) note(fmt::format("{} near misses of later events are left out: more than {} are not kept", misses.dropped, kMaxNearMisses));
    if (misses.rules_of_several_events != 0) note(fmt::format("{} rules about several events have no near misses", misses.rules_of_several_events));
    note(ledger_line(snapshot));
  }
  return finish(options, session, output, rules.wrong);
}

}  // namespace

void add_scan_command(CLI::App& app, Run& run) {
  auto options = std::make_shared<ScanOptions>();
  CLI::App* command = app.add_subcommand("scan", "Find the child processes of remote-execution scripts, and whatever else the rules name");
  add_evidence_options(*command, *options);
  add_window_options(*command, *options);
  add_rule_options(*command, *options);
  add_nulls_option(*command, *options);
  add_exception_options(*command, *options);
  add_automation_option(*command, *options);
  add_channel_options(*command, *options);
  add_case_option(*command, *options);
  command->add_flag("--show-excepted", options->show_excepted, "List the findings too that exceptions or declared automation set aside, marked");
  std::vector<std::string> names = {"table", "jsonl", "json", "csv"};
  std::string described = "table, jsonl, json or csv (default: table on a terminal, else jsonl); or, as `report` writes them for other tools:";
  for (const std::string& name : export_formats()) {
    names.push_back(name);
    described += " " + name;
  }
  command->add_option("--format", options->format, described)->check(CLI::IsMember(names))->type_name("FORMAT");
  command->add_option("--near-misses", options->near_misses, "Instead of findings: events that are one clause away from a rule; at most N different ones of a rule (default 10)")
      ->type_name("N")
      ->expected(0, 1)
      ->default_str("10")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}));
  command->add_flag("--coverage", options->coverage,
                    "Instead of findings: per host what was collected, its gaps, and which rules could not fire there and why");
  command->footer(
      "Examples:\n  stemma scan /cases/17\n  stemma scan /cases/17 --format jsonl -o findings.jsonl\n"
      "  stemma scan /cases/17 --rules ~/detection-rules/rules --from 2026-11-20 --to 2026-11-21");
  command->callback([options, &run] {
    run = [options] {
      if (is_export(options->format)) {
        if (options->coverage || options->near_misses != 0 || options->show_excepted || !options->from.empty() || !options->to.empty() || !options->host.empty()) {
          note(fmt::format("--format {} tells the whole incident: --coverage, --near-misses, --show-excepted, --from, --to and --host do not go with it", options->format));
          return ExitCode::bad_usage;
        }
        return write_document({*options, "scan", {}, {}, false, false}, options->format);
      }
      Output output(options->output);
      if (!output.error().empty()) {
        note(output.error());
        return ExitCode::failed;
      }
      if (options->coverage && (options->format == "csv" || options->format == "json")) {
        note("--coverage is written as table or jsonl");
        return ExitCode::bad_usage;
      }
      LoadedRules rules = load_rule_set(*options);
      const LoadedExceptions exceptions = load_exception_set(*options, rules.set);
      const LoadedAutomation automation = load_automation_set(*options);
      const LoadedChannelSet channels = load_channel_set(*options);
      rules.wrong = rules.wrong || exceptions.wrong || automation.wrong || channels.wrong;
      OpenCase open_case;
      if (!read_case(*options, open_case)) return ExitCode::failed;
      ProgressBar bar(!options->quiet);
      const auto session = open_session(*options, bar);
      if (!session) return ExitCode::failed;
      const auto window = window_of(*options, session->snapshot());
      if (!window) return ExitCode::bad_usage;
      if (options->near_misses != 0) {
        if (options->format == "csv" || options->format == "json") {
          note("--near-misses: --format is table or jsonl");
          return ExitCode::bad_usage;
        }
        return write_near_misses(*options, rules, *session, *window, bar, output);
      }
      Detection detection = detect(*session, rules.set, &bar.progress(), {.nulls = nulls_of(*options)});
      IncidentOptions incident_options;
      incident_options.automation = &automation.set;
      Incident incident = build_incident(*session, channels.set, detection.findings, incident_options);
      place_case(*options, *session, with_secrets(detection.findings, incident), {}, open_case);
      std::erase_if(incident.secrets, [&](const SecretSeen& secret) {
        if (secret.event) return !window->holds(session->snapshot(), secret.event);
        return window->no_such_host || (window->host && session->snapshot().hosts.name(window->host) != secret.host);
      });
      bar.stop();
      std::vector<FindingSetAside> aside = take_set_aside(incident, detection.findings);
      std::erase_if(aside, [&](const FindingSetAside& one) { return !window->holds(session->snapshot(), one.finding.event); });
      std::vector<NotedFinding> false_positives = take_false_positives(open_case.contents.annotations, detection.findings);
      std::erase_if(false_positives, [&](const NotedFinding& one) { return !window->holds(session->snapshot(), one.finding.event); });
      std::erase_if(detection.findings, [&](const Finding& finding) { return !window->holds(session->snapshot(), finding.event); });

      const std::vector<ExceptedFinding> excepted = take_excepted(*session, rules.set, exceptions.set, {nulls_of(*options)}, detection.findings);

      const std::string format = !options->format.empty() ? options->format : output.to_terminal() ? "table" : "jsonl";
      const std::size_t set_aside = aside.size();
      if (!options->show_excepted) aside.clear();
      const std::vector<ExceptedFinding> shown = options->show_excepted ? excepted : std::vector<ExceptedFinding>{};
      if (options->coverage) {
        write_coverage(*session, rules.set, detection, format, output);
      } else if (format == "table") {
        write_table(*session, rules.set, detection, false_positives.size(), output.to_terminal() ? terminal_width() : 0, options->secrets(), output);
        std::vector<NotedFinding> noted;
        for (const Finding& finding : detection.findings) {
          const Annotation* said = said_of(open_case.contents.annotations, finding);
          if (said != nullptr) noted.push_back({finding, said});
        }
        const auto said = [&](const NotedFinding& one) { return said_in_brief(*one.said, options->secrets()); };
        write_listed(*session, rules.set, "noted by the analyst", noted, options->secrets(), output, said);
        write_listed(*session, rules.set, "marked false positive", false_positives, options->secrets(), output, said);
        write_listed(*session, rules.set, "excepted", shown, options->secrets(), output,
                     [&](const ExceptedFinding& one) { return visible(exceptions.set.list[one.exception].reason); });
        write_secrets(incident, open_case.contents.annotations, output);
        write_listed(*session, rules.set, "set aside as declared automation", aside, options->secrets(), output,
                     [&](const FindingSetAside& one) { return visible(incident.automation[one.automation].reason); });
      } else {
        write_documents(*session, rules.set, detection, exceptions.set, shown, incident, aside, open_case, false_positives, !options->case_file.empty(), format, options->secrets(), output);
      }
      if (!options->quiet) {
        std::fflush(stdout);
        if (!false_positives.empty())
          note(fmt::format("{} {} marked false positive in {}, shown apart", false_positives.size(), false_positives.size() == 1 ? "finding is" : "findings are",
                           visible(options->case_file)));
        note_excepted(exceptions.set, excepted);
        note_automation(incident);
        if (!incident.secrets.empty())
          note(fmt::format("{} in the evidence, told by kind and place", incident.secrets.size() == 1 ? "1 secret lies" : fmt::format("{} secrets lie", incident.secrets.size())));
        if (!incident.automation.empty()) note(fmt::format("{} {} of declared automation", set_aside, set_aside == 1 ? "finding is" : "findings are"));
        note(ledger_line(session->snapshot()));
        const std::string blind = blind_spots(rules.set, detection.coverage);
        if (detection.dropped != 0) note(fmt::format("{} matches of sequences and samples were left out at a cap", detection.dropped));
        if (!blind.empty() && !options->coverage) note(std::string_view(blind).substr(0, blind.size() - 1));
        if (!options->coverage) note_gaps(*session);
      }
      return finish(*options, *session, output, rules.wrong);
    };
  });
}

}  // namespace stemma
