#include "reports/html_runs.hpp"

#include <fmt/format.h>

#include "reports/html_claims.hpp"
#include "reports/html_drawings.hpp"
#include "reports/html_text.hpp"
#include "reports/ledger_text.hpp"

namespace stemma {
namespace {

// Runs that are unfolded when the page is opened; with more of them all begin folded.
constexpr std::size_t kMostUnfolded = 6;

class Runs : private HtmlClaims {
 public:
  using HtmlClaims::HtmlClaims;

  void runs(std::string& out) const {
    open(out, "runs", "Runs");
    std::size_t told = 0, aside = 0;
    for (const DocumentRun& run : document_.runs) {
      told += run.told ? 1u : 0u;
      aside += run.set_aside.empty() ? 0u : 1u;
    }
    if (document_.runs.empty()) out += "<p>No run was found.</p>\n";
    if (document_.runs.size() > aside)
      stories(false, told <= kMostUnfolded, out);
    else if (aside != 0)
      out += "<p>All runs are declared automation.</p>\n";
    set_aside(aside, out);
    close(out);
  }

  // Declared automation: what was declared, what each covers, and the runs themselves.
  void set_aside(std::size_t aside, std::string& out) const {
    if (document_.automation.empty() && aside == 0) return;
    const std::size_t all = document_.figures.set_aside;
    out += fmt::format(
        "<h3 id=\"set-aside\">Set aside as declared automation</h3>\n<p class=\"note\">{} of {} "
        "runs {} declared as known. They are counted in every figure.</p>\n",
        grouped(all), grouped(document_.figures.runs), all == 1 ? "is" : "are");
    if (!document_.automation.empty()) {
      out +=
          "<div class=\"scroll\"><table><thead><tr><th>Runs<th>Reason<th>Owner<th>Until<th>"
          "Declared in</tr></thead><tbody>\n";
      for (const DocumentAutomation& entry : document_.automation)
        out += fmt::format("<tr><td class=\"n\">{}<td>{}<td>{}<td class=\"t\">{}{}<td>{}</tr>\n",
                           entry.runs, html(entry.reason), html(entry.owner), html(entry.expires),
                           entry.expired     ? " <b>expired: it sets nothing aside</b>"
                           : entry.runs == 0 ? " <b>covers no run</b>"
                                             : "",
                           code(entry.place));
      out += "</tbody></table></div>\n";
    }
    if (aside != 0) stories(true, false, out);
  }

  // The table of runs that are set aside or are not, and each of them in full.
  void stories(bool aside, bool unfolded, std::string& out) const {
    out +=
        "<div "
        "class=\"scroll\"><table><thead><tr><th>Run<th>Begins<th>Machine<th>Channel<th>Grade<th>"
        "Ordered by<th>As<th>Exit<th>Script<th>Processes</tr></thead><tbody>\n";
    for (const DocumentRun& run : document_.runs)
      if (run.set_aside.empty() != aside) row(run, out);
    out += "</tbody></table></div>\n";
    for (const DocumentRun& run : document_.runs)
      if (run.told && run.set_aside.empty() != aside) this->run(run, unfolded, out);
  }

  void row(const DocumentRun& run, std::string& out) const {
    out += fmt::format(
        "<tr{}><td class=\"n\">{}<td class=\"t\">{}<td class=\"w\">{}<td "
        "class=\"w\">{}{}<td>{}<td "
        "class=\"w\">{}<td class=\"w\">{}<td class=\"n\">{}<td class=\"s\">{}<td "
        "class=\"n\">{}</tr>\n",
        run.told ? "" : fmt::format(" id=\"run-{}\"", run.number),
        run.told ? fmt::format("<a href=\"#run-{0}\">{0}</a>", run.number)
                 : fmt::format("{}", run.number),
        run.start ? when(*run.start) : "unknown", html(run.host),
        html(document_.channels[run.channel].name),
        html((run.name.empty() ? "" : " “" + run.name + "”") +
             (run.sequence ? fmt::format(" #{}", *run.sequence) : "")),
        html_grade(run.confidence) + (run.set_aside.empty() ? "" : "<br>" + html(run.set_aside)),
        run.caller.empty() ? "<span class=\"soft\">not known</span>" : html(run.caller),
        html(run.user.empty() ? run.user_id : run.user),
        run.exit_code ? fmt::format("{}", *run.exit_code) : "", html(run.script.state),
        run.processes_in_all);
  }

  void elsewhere(const DocumentRun& run, std::string& out) const {
    if (run.elsewhere.empty()) return;
    out += "<h4>What else happened there meanwhile</h4>\n<ul>\n";
    for (const DocumentActivity& activity : run.elsewhere) {
      out += fmt::format("<li>{}: {}{}", html(activity.kind), activity.at_least ? "at least " : "",
                         grouped(activity.in_all));
      for (const DocumentMoment& moment : activity.first)
        out += fmt::format("<br>{} <code>{}</code>{}", when(moment.time), html(moment.text),
                           refs(moment.evidence));
      out += "</li>\n";
    }
    out += fmt::format("<li>all of it: {}</li></ul>\n", code(run.elsewhere_command));
  }

  void run(const DocumentRun& run, bool unfolded, std::string& out) const {
    out += fmt::format(
        "<details class=\"run\" id=\"run-{0}\"{1}><summary><b>{0}. {2}</b> {3} <span "
        "class=\"soft\">{4}</span></summary>\n",
        run.number, unfolded ? " open" : "", html(run.title), html_grade(run.confidence),
        run.start ? when(*run.start) : "time unknown");
    if (!run.set_aside.empty())
      out +=
          fmt::format("<p><b>Set aside as declared automation:</b> {}</p>\n", html(run.set_aside));
    if (run.note) out += said(run.note) + "\n";
    for (const std::string& sentence : run.story) out += fmt::format("<p>{}</p>\n", html(sentence));

    out += "<h4>Why it counts as a run</h4>\n<ul>\n";
    for (const DocumentReason& reason : run.reasons)
      out += fmt::format("<li{}>{}{}</li>\n", reason.against ? " class=\"against\"" : "",
                         html(reason.text), refs(reason.evidence));
    out += "</ul>\n";
    if (!run.unknowns.empty()) {
      out += "<div class=\"unknown\"><h4>What cannot be known</h4>\n<ul>\n";
      for (const std::string& unknown : run.unknowns)
        out += fmt::format("<li>{}</li>\n", html(unknown));
      out += "</ul></div>\n";
    }
    out += "<h4>Facts</h4>\n<dl class=\"facts\">\n";
    fact(out, "Channel", html(document_.channels[run.channel].name));
    fact(out, "Way", html(run.mode));
    if (run.operation) {
      const DocumentOperation& operation = document_.operations[*run.operation];
      fact(
          out, "Ordered by",
          fmt::format("{} <a href=\"#O{}\">(operation)</a>",
                      html(operation.caller.empty() ? "a caller without a name" : operation.caller),
                      *run.operation + 1));
    }
    fact(out, "Ran as",
         html(run.user) +
             (run.user_id.empty() ? "" : " <span class=\"soft\">" + html(run.user_id) + "</span>"));
    if (run.start)
      fact(out, "Begins",
           when(*run.start) + " <span class=\"soft\">" + html(run.start->source) + "</span>");
    if (run.end)
      fact(out, "Ends",
           when(*run.end) + " <span class=\"soft\">" + html(run.end->source) + "</span>");
    if (run.exit_code) fact(out, "Exit code", fmt::format("{}", *run.exit_code));
    fact(out, "State", html(run.state));
    fact(out, "Command line", code(run.command_line));
    std::string chain;
    for (const std::string& name : run.ancestors) chain += html(name) + " → ";
    if (!chain.empty()) fact(out, "Started by", chain + "the run");
    fact(out, "Script",
         html(run.script.state) + (run.script.path.empty() ? "" : " " + code(run.script.path)) +
             refs(run.script.evidence));
    fact(out, "Script SHA-256", code(run.script.sha256));
    std::string same;
    for (const std::uint32_t other : run.same_script)
      same += (same.empty() ? "" : ", ") + run_link(other);
    fact(out, "Same script", same);
    fact(out, "Evidence", refs(run.evidence));
    out += "</dl>\n";
    if (!run.script.text.empty()) {
      out += fmt::format("<h4>Script</h4>\n<pre>{}</pre>\n", html_lines(run.script.text));
      if (run.script.text_left_out != 0)
        out += fmt::format("<p class=\"note\">{} more bytes are left out here.</p>\n",
                           grouped(run.script.text_left_out));
    }
    if (!run.stdout_tail.empty())
      out += fmt::format("<h4>Output</h4>\n<pre>{}</pre>\n", html_lines(run.stdout_tail));
    if (!run.stderr_tail.empty())
      out += fmt::format("<h4>Errors</h4>\n<pre>{}</pre>\n", html_lines(run.stderr_tail));
    if (!run.processes.empty()) {
      out += "<h4>Processes</h4>\n";
      append_tree_svg(document_, run, out);
      std::string reasons;
      for (const DocumentProcess& process : run.processes) {
        if (process.reason.empty()) continue;
        reasons += fmt::format("<li><b>{}</b>{}: {}, {}</li>\n", html(process.name),
                               process.pid >= 0 ? fmt::format(" {}", process.pid) : "",
                               html(process.membership), html(process.reason));
      }
      std::string noted;
      for (const DocumentProcess& process : run.processes)
        if (process.note)
          noted += fmt::format("<li><b>{}</b>{}{}</li>\n", html(process.name),
                               process.pid >= 0 ? fmt::format(" {}", process.pid) : "",
                               said(process.note));
      if (!noted.empty()) out += "<ul>" + noted + "</ul>\n";
      if (!reasons.empty())
        out += "<p class=\"note\">Dashed: inferred, not by recorded parents.</p><ul>" + reasons +
               "</ul>\n";
      if (run.processes_in_all > run.processes.size())
        out += fmt::format("<p class=\"note\">{} of {} processes are drawn.</p>\n",
                           run.processes.size(), grouped(run.processes_in_all));
    }
    if (!run.traces.empty()) {
      out += fmt::format("<h4>What it touched</h4>\n<div class=\"scroll\"><table><tbody>\n");
      for (const DocumentTrace& trace : run.traces)
        out += fmt::format("<tr><td class=\"t\">{}<td>{}<td><code>{}</code>{}<td>{}</tr>\n",
                           when(trace.time), html(trace.kind), html(trace.text),
                           refs(trace.evidence), html(trace.process));
      out += "</tbody></table></div>\n";
      if (run.traces_in_all > run.traces.size())
        out += fmt::format("<p class=\"note\">{} of {} are listed.</p>\n", run.traces.size(),
                           grouped(run.traces_in_all));
    }
    elsewhere(run, out);
    if (!run.findings.empty()) {
      std::string list;
      for (const std::uint32_t finding : run.findings)
        list += fmt::format(
            "<li><a href=\"#F{}\">{}</a>{} <code>{}</code></li>\n", finding + 1,
            html(document_.findings[finding].rule_name),
            document_.findings[finding].false_positive ? " (marked false positive)" : "",
            html(document_.findings[finding].command_line));
      out += "<h4>Findings</h4>\n<ul>" + list + "</ul>\n";
    }
    out += "</details>\n";
  }
};

}  // namespace

void append_runs_html(const IncidentDocument& document, std::string& out) {
  Runs(document).runs(out);
}

}  // namespace stemma
