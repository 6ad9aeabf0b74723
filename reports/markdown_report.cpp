#include "reports/markdown_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "events/text.hpp"
#include "reports/ledger_text.hpp"

namespace stemma {
namespace {

std::string when(const DocumentTime& time) {
  std::string text = format_time(time.time, std::min<int>(time.digits, 3));
  text[10] = ' ';
  text.pop_back();
  return text;
}

std::string_view sign(Confidence confidence) {
  switch (confidence) {
    case Confidence::none:
      return "not graded";
    case Confidence::possible:
      return "○ possible";
    case Confidence::probable:
      return "◐ probable";
    case Confidence::confirmed:
      return "● confirmed";
  }
  return "";
}

class Writer {
 public:
  Writer(const IncidentDocument& document, std::string& out) : document_(document), out_(out) {}

  void run() {
    line(fmt::format("# {}", markdown(document_.title)));
    line("");
    line("All times are UTC. Labels like E12 and A3 name records and files at the end.");
    heading("Summary");
    for (const std::string& sentence : document_.summary) paragraph(markdown(sentence));
    for (const std::string& note : document_.notes) paragraph(markdown(note));
    for (const std::string& cap : document_.caps) paragraph(markdown(cap));
    notes();
    runs();
    findings();
    timeline();
    operations();
    indicators();
    coverage();
    secrets();
    advice();
    custody();
    events();
  }

 private:
  void line(std::string_view text) {
    out_ += text;
    out_ += '\n';
  }
  void heading(std::string_view text) { line(fmt::format("\n## {}\n", text)); }
  void paragraph(const std::string& text) {
    line(text);
    line("");
  }
  void item(const std::string& text) { line("- " + text); }
  void fact(std::string_view name, const std::string& rendered) {
    if (!rendered.empty()) item(fmt::format("**{}**: {}", name, rendered));
  }
  void block(std::string_view text) {
    // A fence longer than any run of backticks inside.
    std::size_t longest = 2, run = 0;
    for (const char c : text) {
      run = c == '`' ? run + 1 : 0;
      longest = std::max(longest, run);
    }
    const std::string fence(longest + 1, '`');
    line(fence + "text");
    for (;;) {
      const std::size_t end = text.find('\n');
      std::string shown;
      for (const char c : text.substr(0, end))
        shown += c == '\t' ? std::string("    ") : std::string(1, c);
      line(visible(shown));
      if (end == std::string_view::npos) break;
      text.remove_prefix(end + 1);
    }
    line(fence);
    line("");
  }
  [[nodiscard]] std::string refs(const Evidence& evidence) const {
    std::string list;
    for (const std::uint32_t event : evidence.events) list += " " + document_.events[event].label;
    for (const std::uint32_t artifact : evidence.artifacts)
      list += fmt::format(" A{}", artifact + 1);
    if (evidence.left_out != 0) list += fmt::format(" and {} more", evidence.left_out);
    return list.empty() ? list : fmt::format(" ({})", list.substr(1));
  }
  // What the analyst said, in a few words.
  [[nodiscard]] std::string said(const std::optional<std::uint32_t>& note) const {
    if (!note) return {};
    return fmt::format("analyst: {} (N{})", markdown(note_in_brief(document_.analyst_notes[*note])),
                       *note + 1);
  }
  // Each line of the comment as a line of a quotation: text, not Markdown.
  void quotation(std::string_view text) {
    for (;;) {
      const std::size_t end = text.find('\n');
      line(fmt::format("> {}  ", markdown(text.substr(0, end))));
      if (end == std::string_view::npos) break;
      text.remove_prefix(end + 1);
    }
    line("");
  }

  // Nothing at all where no case file was given.
  void notes() {
    if (document_.analyst_notes.empty()) return;
    heading("Notes of the analyst");
    for (std::size_t i = 0; i < document_.analyst_notes.size(); ++i) {
      const DocumentNote& note = document_.analyst_notes[i];
      std::string where = note.run ? fmt::format(", run {}", *note.run) : "";
      if (note.finding) where += fmt::format(", F{}", *note.finding + 1);
      if (!note.found) where += ", not in the evidence that was read";
      line(fmt::format("**N{}. {}** {} {}{}{}, {}{}\n", i + 1, markdown(note_in_brief(note)),
                       target_kind_name(note.about), markdown(note.subject), where,
                       note.author.empty() ? "" : ", " + markdown(note.author),
                       when({note.changed, 0, ""}), refs(note.evidence)));
      if (!note.comment.empty()) quotation(note.comment);
    }
  }

  static std::string code_or_none(const std::string& text) {
    return text.empty() ? std::string() : markdown_code(text);
  }

  void runs() {
    heading("Runs");
    if (document_.runs.empty()) return paragraph("No run was found.");
    std::size_t aside = 0;
    for (const DocumentRun& run : document_.runs) aside += run.set_aside.empty() ? 0u : 1u;
    if (document_.runs.size() > aside)
      stories(false);
    else
      paragraph("All runs are declared automation.");
    set_aside(aside);
  }

  // Declared automation: what was declared, what each covers, and the runs themselves.
  void set_aside(std::size_t aside) {
    if (document_.automation.empty() && aside == 0) return;
    const std::size_t all = document_.figures.set_aside;
    line("\n### Set aside as declared automation\n");
    paragraph(fmt::format("{} of {} runs {} declared as known. They are counted in every figure.",
                          grouped(all), grouped(document_.figures.runs), all == 1 ? "is" : "are"));
    for (const DocumentAutomation& entry : document_.automation)
      item(fmt::format("{}: {} ({}, until {}, declared in {})",
                       entry.expired     ? "expired, sets nothing aside"
                       : entry.runs == 0 ? "covers no run"
                       : entry.runs == 1 ? "1 run"
                                         : grouped(entry.runs) + " runs",
                       markdown(entry.reason), markdown(entry.owner), markdown(entry.expires),
                       markdown_code(entry.place)));
    line("");
    if (aside != 0) stories(true);
  }

  void stories(bool aside) {
    line("| Run | Begins | Machine | Channel | Grade | Ordered by | As | Exit | Script |");
    line("| ---: | --- | --- | --- | --- | --- | --- | ---: | --- |");
    for (const DocumentRun& run : document_.runs) {
      if (run.set_aside.empty() == aside) continue;
      line(fmt::format(
          "| {} | {} | {} | {} | {} | {} | {} | {} | {} |", run.number,
          run.start ? when(*run.start) : "unknown", markdown(run.host),
          markdown(document_.channels[run.channel].name + (run.name.empty() ? "" : " " + run.name) +
                   (run.sequence ? fmt::format(" #{}", *run.sequence) : "")),
          sign(run.confidence), run.caller.empty() ? "not known" : markdown(run.caller),
          markdown(run.user.empty() ? run.user_id : run.user),
          run.exit_code ? fmt::format("{}", *run.exit_code) : "", markdown(run.script.state)));
    }
    for (const DocumentRun& run : document_.runs)
      if (run.told && run.set_aside.empty() != aside) this->run(run);
  }

  void run(const DocumentRun& run) {
    line(fmt::format("\n### {}. {} ({})\n", run.number, markdown(run.title), sign(run.confidence)));
    if (!run.set_aside.empty())
      paragraph("Set aside as declared automation: " + markdown(run.set_aside));
    if (run.note) paragraph(said(run.note));
    for (const std::string& sentence : run.story) line(markdown(sentence));
    line("");
    line("Why it counts as a run:\n");
    for (const DocumentReason& reason : run.reasons)
      item(fmt::format("{}{}{}", reason.against ? "against: " : "", markdown(reason.text),
                       refs(reason.evidence)));
    if (!run.unknowns.empty()) line("\nWhat cannot be known:\n");
    for (const std::string& unknown : run.unknowns) item(markdown(unknown));
    line("\nFacts:\n");
    fact("Channel", markdown(document_.channels[run.channel].name));
    fact("Way", markdown(run.mode));
    fact("Ordered by", markdown(run.caller));
    fact("Ran as", markdown(run.user + (run.user_id.empty() ? "" : " " + run.user_id)));
    if (run.start)
      fact("Begins", fmt::format("{} ({})", when(*run.start), markdown(run.start->source)));
    if (run.end) fact("Ends", fmt::format("{} ({})", when(*run.end), markdown(run.end->source)));
    if (run.exit_code) fact("Exit code", fmt::format("{}", *run.exit_code));
    fact("State", markdown(run.state));
    fact("Command line", code_or_none(run.command_line));
    std::string chain;
    for (const std::string& name : run.ancestors) chain += markdown(name) + " → ";
    if (!chain.empty()) fact("Started by", chain + "the run");
    fact("Script", markdown(run.script.state) +
                       (run.script.path.empty() ? "" : " " + markdown_code(run.script.path)) +
                       refs(run.script.evidence));
    fact("Script SHA-256", code_or_none(run.script.sha256));
    fact("Evidence", refs(run.evidence));
    line("");
    if (!run.script.text.empty()) {
      line("Script:\n");
      block(run.script.text);
    }
    if (!run.stdout_tail.empty()) {
      line("Output:\n");
      block(run.stdout_tail);
    }
    if (!run.stderr_tail.empty()) {
      line("Errors:\n");
      block(run.stderr_tail);
    }
    if (!run.processes.empty()) {
      line("Processes (▲ has a finding, ┄ inferred):\n");
      std::string tree;
      for (const DocumentProcess& process : run.processes) {
        tree +=
            std::string(std::min<std::size_t>(process.depth, 40) * 2, ' ') + visible(process.name);
        if (process.pid >= 0) tree += fmt::format(" {}", process.pid);
        if (!process.findings.empty()) tree += " ▲";
        if (process.inferred) tree += " ┄";
        if (process.note) tree += fmt::format(" N{}", *process.note + 1);
        tree += "  " + visible(process.command_line);
        if (!process.evidence.events.empty())
          tree += "  " + document_.events[process.evidence.events.front()].label;
        if (!process.reason.empty()) tree += "  (" + visible(process.reason) + ")";
        tree += '\n';
      }
      if (run.processes_in_all > run.processes.size())
        tree += fmt::format("… and {} more\n", run.processes_in_all - run.processes.size());
      tree.pop_back();
      block(tree);
    }
    if (!run.traces.empty()) {
      line("What it touched:\n");
      for (const DocumentTrace& trace : run.traces)
        item(fmt::format("{} {}: {}{}", when(trace.time), markdown(trace.kind),
                         markdown_code(trace.text), refs(trace.evidence)));
      if (run.traces_in_all > run.traces.size())
        item(fmt::format("… and {} more", run.traces_in_all - run.traces.size()));
    }
    if (!run.elsewhere.empty()) {
      line("\nWhat else happened there meanwhile:\n");
      for (const DocumentActivity& activity : run.elsewhere) {
        item(fmt::format("{}: {}{}", markdown(activity.kind), activity.at_least ? "at least " : "",
                         grouped(activity.in_all)));
        for (const DocumentMoment& moment : activity.first)
          line(fmt::format("  - {} {}{}", when(moment.time), markdown_code(moment.text),
                           refs(moment.evidence)));
      }
      item("all of it: " + markdown_code(run.elsewhere_command));
    }
  }

  void findings() {
    heading("Findings");
    if (document_.findings.empty()) return paragraph("No rule made a finding.");
    std::size_t apart = 0, aside = 0;
    for (std::size_t i = 0; i < document_.findings.size(); ++i) {
      const DocumentFinding& each = document_.findings[i];
      apart += each.false_positive ? 1u : 0u;
      aside += each.set_aside && !each.false_positive ? 1u : 0u;
      if (!each.false_positive && !each.set_aside) finding(i);
    }
    if (aside != 0) {
      line(fmt::format(
          "\n### In declared automation\n\n{} of {} findings are of runs that are set aside.\n",
          grouped(aside), grouped(document_.findings.size())));
      for (std::size_t i = 0; i < document_.findings.size(); ++i)
        if (document_.findings[i].set_aside && !document_.findings[i].false_positive) finding(i);
    }
    if (apart == 0) return;
    line(fmt::format(
        "\n### Marked false positive\n\n{} of {} findings are none, the analyst says.\n",
        grouped(apart), grouped(document_.findings.size())));
    for (std::size_t i = 0; i < document_.findings.size(); ++i)
      if (document_.findings[i].false_positive) finding(i);
  }

  void finding(std::size_t position) {
    const DocumentFinding& finding = document_.findings[position];
    std::string text = fmt::format("F{} {} {}, {} on {}: ", position + 1, when(finding.time),
                                   markdown(finding.rule_name), markdown(finding.severity),
                                   markdown(finding.host));
    text += markdown(finding.process);
    if (finding.pid >= 0) text += fmt::format(" {}", finding.pid);
    if (!finding.command_line.empty()) text += " " + markdown_code(finding.command_line);
    if (finding.confidence != Confidence::none)
      text += fmt::format(" — {}, {}", sign(finding.confidence), markdown(finding.reason));
    if (finding.run) text += fmt::format(", run {}", *finding.run);
    if (finding.note) text += "; " + said(finding.note);
    item(text + refs(finding.evidence));
    for (const std::string& clause : finding.why) line("  - because " + markdown_code(clause));
  }

  void timeline() {
    heading("Timeline");
    for (const DocumentMoment& moment : document_.timeline)
      item(fmt::format("{} {}{} {}: {}{}", when(moment.time), moment.flagged ? "▲ " : "",
                       markdown(moment.host), markdown(moment.kind), markdown(moment.text),
                       refs(moment.evidence)));
  }

  void operations() {
    heading("Orders in the cloud");
    if (document_.operations.empty())
      return paragraph("No cloud log was read, or it holds no order to run a script.");
    for (const DocumentOperation& operation : document_.operations) {
      std::string text = fmt::format("{} {} by {} on {}", when(operation.first),
                                     markdown(operation.operation_name), markdown(operation.caller),
                                     markdown(operation.machine));
      if (!operation.caller_ip.empty()) text += " from " + markdown_code(operation.caller_ip);
      if (!operation.result.empty()) text += ", " + markdown(operation.result);
      if (operation.run)
        text += fmt::format(": run {}, {} by {}, {}", *operation.run, sign(operation.confidence),
                            markdown(operation.basis), markdown(operation.join_reason));
      else if (!operation.why_alone.empty())
        text += ": without a run. " + markdown(operation.why_alone);
      item(text + refs(operation.evidence));
    }
  }

  void indicators() {
    heading("Indicators");
    if (document_.indicators.empty()) return paragraph("None.");
    line("| Kind | Value | Seen |");
    line("| --- | --- | --- |");
    for (const DocumentIndicator& indicator : document_.indicators) {
      std::string contexts;
      for (const std::string& context : indicator.contexts)
        contexts += (contexts.empty() ? "" : "; ") + markdown(context);
      line(fmt::format("| {} | {} | {} |", markdown(indicator_kind_name(indicator.kind)),
                       markdown(indicator.defanged), contexts));
    }
  }

  void coverage() {
    heading("What could be seen, and what could not");
    for (const DocumentHost& host : document_.hosts) {
      line(fmt::format("### {}\n", markdown(host.name.empty() ? "(no host name)" : host.name)));
      if (host.cloud_machine != Confidence::none)
        item(fmt::format("A virtual machine of Azure: {}", sign(host.cloud_machine)));
      for (const DocumentReason& reason : host.reasons)
        item(fmt::format("{}{}{}", reason.against ? "against: " : "", markdown(reason.text),
                         refs(reason.evidence)));
      if (!host.skew.empty()) item(markdown(host.skew));
      for (const DocumentLog& log : host.logs) {
        item(fmt::format("{}: {} to {}, {} events", markdown(log.name), when(log.first),
                         when(log.last), grouped(log.events)));
        for (const std::string& gap : log.gaps) line("  - gap " + markdown(gap));
      }
      if (host.logs.empty()) item("no log of it was collected");
      for (const std::string& blind : host.blind) item(markdown(blind));
      line("");
    }
  }

  void secrets() {
    heading("Secrets in clear text");
    if (document_.secrets.empty()) return paragraph("None was found in what belongs to the runs.");
    for (const DocumentSecret& secret : document_.secrets)
      item(fmt::format(
          "{} on {}: {}{}{}", markdown(secret.kind), markdown(secret.host), markdown(secret.where),
          secret.run ? fmt::format(", run {}", *secret.run) : "", refs(secret.evidence)));
  }

  void advice() {
    heading("What to do");
    for (const DocumentChannel& channel : document_.channels) {
      line(fmt::format("### {}\n", markdown(channel.name)));
      paragraph(markdown(channel.description));
      for (const auto& [title, list] : {std::pair{"Look at", &channel.triage},
                                        {"What is harmless", &channel.false_positives},
                                        {"Respond", &channel.response}}) {
        if (list->empty()) continue;
        line(fmt::format("{}:\n", title));
        for (const std::string& text : *list) item(markdown(text));
        line("");
      }
    }
  }

  void custody() {
    heading("Custody");
    const Custody& custody = document_.custody;
    fact("Tool", markdown(custody.tool + " " + custody.version));
    fact("Written", custody.created.empty() ? "not recorded: equal evidence gives equal bytes"
                                            : markdown(custody.created));
    fact("Command line", code_or_none(custody.command_line));
    for (const auto& [name, digest] : custody.rule_digests)
      fact("Rules", markdown(name) + " " + markdown_code(digest));
    for (const auto& [name, digest] : custody.channel_digests)
      fact("Channels", markdown(name) + " " + markdown_code(digest));
    fact("Ledger", markdown(document_.ledger));
    for (const std::string& note : custody.notes) item(markdown(note));
    line("\n| File | Path | Format | Bytes | Records | SHA-256 |");
    line("| --- | --- | --- | ---: | --- | --- |");
    for (std::size_t i = 0; i < document_.artifacts.size(); ++i) {
      const DocumentArtifact& artifact = document_.artifacts[i];
      line(fmt::format("| A{} | {} | {} | {} | {} read, {} recovered, {} refused | {} |", i + 1,
                       markdown(artifact.path), markdown(artifact.format), grouped(artifact.size),
                       grouped(artifact.parsed), grouped(artifact.recovered),
                       grouped(artifact.refused), artifact.sha256));
    }
    for (const auto& [path, why] : document_.skipped)
      item(fmt::format("passed over: {}: {}", markdown(path), markdown(why)));
  }

  void events() {
    heading("Evidence");
    for (const DocumentEvent& event : document_.events) {
      line(fmt::format("- **{}** {} {} {} {}, A{} byte {}, {} bytes{}", event.label,
                       format_time(event.time.time, event.time.digits), markdown(event.host),
                       markdown(event.channel), markdown(event.code), event.artifact + 1,
                       event.offset, event.length,
                       event.record_id == 0 ? "" : fmt::format(", record {}", event.record_id)));
      if (!event.summary.empty()) line("  " + markdown(event.summary));
      if (event.note) line("  " + said(event.note));
    }
  }

  const IncidentDocument& document_;
  std::string& out_;
};

}  // namespace

std::string markdown(std::string_view text) {
  const std::string shown = visible(text);
  std::string out;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const char c = shown[i];
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '@':  // mentions, and addresses made links of
        out += "&#64;";
        break;
      case ':':  // `http://…`, made a link of by many renderers
        out += shown.compare(i, 3, "://") == 0 ? "&#58;" : ":";
        break;
      case 'w':
      case 'W':
        if (i + 3 < shown.size() && (shown[i + 1] | 32) == 'w' && (shown[i + 2] | 32) == 'w' &&
            shown[i + 3] == '.') {
          out += c == 'w' ? "&#119;" : "&#87;";
        } else {
          out += c;
        }
        break;
      case '\\':
      case '`':
      case '*':
      case '_':
      case '{':
      case '}':
      case '[':
      case ']':
      case '(':
      case ')':
      case '#':
      case '+':
      case '-':
      case '.':
      case '!':
      case '|':
      case '~':
      case '=':
      case '$':
      case '^':
        out += '\\';
        out += c;
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string markdown_code(std::string_view text) {
  std::string shown = visible(text);
  std::size_t longest = 0, run = 0;
  for (const char c : shown) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  // In a table a bar ends a cell even inside code, but no code stands in tables here.
  const std::string fence(longest + 1, '`');
  const bool pad = !shown.empty() && (shown.front() == '`' || shown.back() == '`');
  return fence + (pad ? " " : "") + shown + (pad ? " " : "") + fence;
}

void append_markdown(const IncidentDocument& document, std::string& out) {
  Writer(document, out).run();
}

}  // namespace stemma
