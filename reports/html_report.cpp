#include "reports/html_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "events/text.hpp"
#include "reports/html_claims.hpp"
#include "reports/html_drawings.hpp"
#include "reports/html_runs.hpp"
#include "reports/html_text.hpp"
#include "reports/ledger_text.hpp"
#include "reports/report_assets.hpp"

namespace stemma {
namespace {

std::string_view asset(std::string_view name) {
  for (const EmbeddedFile& file : report_assets())
    if (file.name == name) return file.text;
  return {};
}

class Page : private HtmlClaims {
 public:
  explicit Page(const IncidentDocument& document) : HtmlClaims(document) {}

  std::string section(std::string_view name) {
    std::string out;
    if (name == "title") return html(document_.title);
    if (name == "style") return fmt::format("<style>\n{}</style>", asset("style.css"));
    if (name == "figures") figures(out);
    if (name == "contents") contents(out);
    if (name == "summary") summary(out);
    if (name == "notes") notes(out);
    if (name == "runs") append_runs_html(document_, out);
    if (name == "findings") findings(out);
    if (name == "timeline") timeline(out);
    if (name == "operations") operations(out);
    if (name == "indicators") indicators(out);
    if (name == "coverage") coverage(out);
    if (name == "secrets") secrets(out);
    if (name == "advice") advice(out);
    if (name == "custody") custody(out);
    if (name == "events") events(out);
    return out;
  }

 private:
  void figures(std::string& out) const {
    const IncidentDocument::Figures& figures = document_.figures;
    out += "<dl class=\"figures\">";
    const auto put = [&](std::uint64_t value, std::string_view name) {
      out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, grouped(value));
    };
    put(figures.runs, figures.runs == 1 ? "run" : "runs");
    put(figures.confirmed, "confirmed");
    put(figures.probable, "probable");
    put(figures.possible, "possible");
    put(figures.hosts, figures.hosts == 1 ? "machine" : "machines");
    put(figures.operations, "cloud operations");
    put(figures.findings, "findings");
    if (figures.set_aside != 0) put(figures.set_aside, "runs set aside");
    if (figures.false_positives != 0) put(figures.false_positives, "marked false positive");
    put(figures.secrets, "secrets in clear");
    put(figures.events, "events read");
    out += "</dl>";
  }

  void contents(std::string& out) const {
    out += "<ol>\n";
    const auto put = [&](std::string_view id, std::string_view name, std::size_t count) {
      out += fmt::format("<li><a href=\"#{}\">{}</a>{}</li>\n", id, name,
                         count == 0 ? "" : fmt::format(" <small>{}</small>", grouped(count)));
    };
    put("summary", "Summary", 0);
    if (!document_.analyst_notes.empty())
      put("notes", "Notes of the analyst", document_.analyst_notes.size());
    put("runs", "Runs", document_.runs.size());
    if (document_.figures.set_aside != 0 || !document_.automation.empty())
      put("set-aside", "Runs set aside", document_.figures.set_aside);
    put("findings", "Findings", document_.findings.size());
    put("timeline", "Timeline", document_.timeline.size());
    put("operations", "Orders in the cloud", document_.operations.size());
    put("indicators", "Indicators", document_.indicators.size());
    put("coverage", "What could be seen", document_.hosts.size());
    put("secrets", "Secrets in clear text", document_.secrets.size());
    put("advice", "What to do", 0);
    put("custody", "Custody", document_.artifacts.size());
    put("events", "Evidence", document_.events.size());
    out += "</ol>";
  }

  void summary(std::string& out) const {
    open(out, "summary", "Summary");
    out += "<div class=\"lead\">\n";
    for (const std::string& sentence : document_.summary)
      out += fmt::format("<p>{}</p>\n", html(sentence));
    out += "</div>\n";
    for (const std::string& note : document_.notes)
      out += fmt::format("<p class=\"note\">{}</p>\n", html(note));
    for (const std::string& cap : document_.caps)
      out += fmt::format("<p class=\"note\">{}</p>\n", html(cap));
    out +=
        "<p class=\"note\">All times are UTC. Grades: ● confirmed, the channel’s own handler or "
        "its files show the run; ◐ probable, a path of the channel and its identity do; ○ "
        "possible, the shape of a command line alone. Labels like E12 and A3 lead to the record or "
        "file that a claim rests on.</p>\n";
    close(out);
  }

  // Nothing at all where no case file was given.
  void notes(std::string& out) const {
    if (document_.analyst_notes.empty()) return;
    open(out, "notes", "Notes of the analyst");
    for (std::size_t i = 0; i < document_.analyst_notes.size(); ++i) {
      const DocumentNote& note = document_.analyst_notes[i];
      out += fmt::format(
          "<div class=\"said\" id=\"N{0}\"><b>N{0}. {1}</b> {2} <span class=\"soft\">{3} · "
          "{4}{5}</span>{6}\n",
          i + 1, html(note_in_brief(note)), subject(note), target_kind_name(note.about),
          note.author.empty() ? "" : html(note.author) + ", ", when({note.changed, 0, ""}),
          refs(note.evidence));
      if (!note.comment.empty())
        out += fmt::format("<div class=\"comment\">{}</div>\n", html_lines(note.comment));
      if (!note.found)
        out += "<p class=\"note\">What it is about is not in the evidence that was read.</p>\n";
      out += "</div>\n";
    }
    close(out);
  }
  [[nodiscard]] std::string subject(const DocumentNote& note) const {
    if (note.finding)
      return fmt::format("<a href=\"#F{}\">{}</a>", *note.finding + 1, html(note.subject));
    if (note.run && note.about == TargetKind::run && is_listed(*note.run))
      return fmt::format("<a href=\"#run-{}\">{}</a>", *note.run, html(note.subject));
    return html(note.subject);
  }

  void findings(std::string& out) const {
    open(out, "findings", "Findings");
    if (document_.findings.empty())
      out += "<p>No rule made a finding. What could not have been seen is told below.</p>\n";
    // One block a rule: what it is is said once.
    std::vector<std::pair<std::string, std::vector<std::size_t>>> by_rule;
    std::vector<std::size_t> false_positives, set_aside;
    for (std::size_t i = 0; i < document_.findings.size(); ++i) {
      if (document_.findings[i].false_positive) {
        false_positives.push_back(i);
        continue;
      }
      if (document_.findings[i].set_aside) {
        set_aside.push_back(i);
        continue;
      }
      const std::string& rule = document_.findings[i].rule_id;
      auto at = std::find_if(by_rule.begin(), by_rule.end(),
                             [&](const auto& r) { return r.first == rule; });
      if (at == by_rule.end()) at = by_rule.insert(by_rule.end(), {rule, {}});
      at->second.push_back(i);
    }
    for (const auto& [rule, positions] : by_rule) {
      const DocumentFinding& first = document_.findings[positions.front()];
      std::string techniques;
      for (const auto& [id, name] : first.techniques)
        techniques += fmt::format("{}{} {}", techniques.empty() ? "" : ", ", html(id), html(name));
      out += fmt::format("<h3>{}</h3>\n<p class=\"soft\">{}, risk {} of 100{}{}</p>\n<p>{}</p>\n",
                         html(first.rule_name), html(first.severity), first.risk_score,
                         techniques.empty() ? "" : " · ", techniques, html(first.rule_description));
      finding_table(positions, false, out);
    }
    if (!set_aside.empty()) {
      out += fmt::format(
          "<h3 id=\"findings-set-aside\">In declared automation</h3>\n<p class=\"note\">{} of {} "
          "findings are of runs that are set aside. The rules found them all the same.</p>\n",
          grouped(set_aside.size()), grouped(document_.findings.size()));
      finding_table(set_aside, true, out);
    }
    if (!false_positives.empty()) {
      out += fmt::format(
          "<h3 id=\"false-positives\">Marked false positive</h3>\n<p class=\"note\">{} of {} "
          "findings are none, the analyst says. The rules found them all the same.</p>\n",
          grouped(false_positives.size()), grouped(document_.findings.size()));
      finding_table(false_positives, true, out);
    }
    close(out);
  }

  void finding_table(const std::vector<std::size_t>& positions, bool with_rule,
                     std::string& out) const {
    out += fmt::format(
        "<div class=\"scroll\"><table><thead><tr><th>Time<th>Machine{}<th>Process<th>Command "
        "line<th>Why<th>Run</tr></thead><tbody>\n",
        with_rule ? "<th>Rule" : "");
    for (const std::size_t position : positions) {
      const DocumentFinding& finding = document_.findings[position];
      std::string why;
      if (finding.confidence != Confidence::none)
        why = html_grade(finding.confidence) + " " + html(finding.reason);
      if (!finding.why.empty()) {
        why += fmt::format("<details><summary>{}</summary><ul>",
                           finding.why.size() == 1
                               ? "1 clause holds"
                               : fmt::format("{} clauses hold", finding.why.size()));
        for (const std::string& clause : finding.why) why += "<li>" + code(clause) + "</li>";
        why += "</ul></details>";
      }
      out += fmt::format(
          "<tr id=\"F{}\"><td class=\"t\">{}<td>{}{}<td>{}<td><code>{}</code><td>{}{}{}<td "
          "class=\"n\">{}</tr>\n",
          position + 1, when(finding.time), html(finding.host),
          with_rule ? "<td>" + html(finding.rule_name) : "",
          html(finding.process + (finding.pid >= 0 ? fmt::format(" {}", finding.pid) : "")),
          html(finding.command_line), why, refs(finding.evidence), said(finding.note),
          finding.run ? run_link(*finding.run) : "");
    }
    out += "</tbody></table></div>\n";
  }

  void timeline(std::string& out) const {
    open(out, "timeline", "Timeline");
    append_timeline_svg(document_, out);
    if (!document_.timeline.empty()) {
      out += fmt::format(
          "<details class=\"box\" id=\"timeline-table\"><summary>All {} moments</summary><div "
          "class=\"scroll\"><table><tbody>\n",
          grouped(document_.timeline.size()));
      for (const DocumentMoment& moment : document_.timeline)
        out += fmt::format("<tr><td class=\"t\">{}<td>{}<td>{}{}<td>{}{}<td class=\"n\">{}</tr>\n",
                           when(moment.time), html(moment.host), moment.flagged ? "▲ " : "",
                           html(moment.kind), html(moment.text), refs(moment.evidence),
                           moment.run ? run_link(*moment.run) : "");
      out += "</tbody></table></div></details>\n";
    }
    close(out);
  }

  void operations(std::string& out) const {
    open(out, "operations", "Orders in the cloud");
    if (document_.operations.empty())
      out +=
          "<p>No cloud log was read, or it holds no order to run a script: who ordered the runs is "
          "not known from this evidence.</p>\n";
    for (std::size_t i = 0; i < document_.operations.size(); ++i) {
      const DocumentOperation& operation = document_.operations[i];
      out += fmt::format(
          "<details class=\"box\" id=\"O{}\"><summary><b>{}</b> <span class=\"soft\">{} on "
          "{}</span> {}</summary>\n",
          i + 1, html(operation.caller.empty() ? "a caller without a name" : operation.caller),
          when(operation.first), html(operation.machine.empty() ? "?" : operation.machine),
          operation.run ? run_link(*operation.run) : "<b>without a run on a machine</b>");
      out += "<dl class=\"facts\">\n";
      fact(out, "Operation", html(operation.operation_name) + refs(operation.evidence));
      if (operation.run)
        fact(out, "Joined",
             html_grade(operation.confidence) + " by " + html(operation.basis) + ": " +
                 html(operation.join_reason));
      fact(out, "Without a run", html(operation.why_alone));
      fact(out, "From address", code(operation.caller_ip));
      fact(out, "Principal", html(operation.principal_type) + " " + code(operation.principal_id));
      fact(out, "Application", code(operation.application_id));
      fact(out, "Role", html(operation.role));
      fact(out, "Result", html(operation.result));
      fact(out, "Resource", code(operation.resource_id));
      fact(out, "Account", code(operation.account));
      fact(out, "Id", code(operation.id));
      for (const auto& [name, value] : operation.claims)
        fact(out, "Claim", code(name + " = " + value));
      out += "</dl></details>\n";
    }
    close(out);
  }

  void indicators(std::string& out) const {
    open(out, "indicators", "Indicators");
    if (document_.indicators.empty()) {
      out += "<p>None.</p>\n";
    } else {
      out +=
          "<p class=\"note\">Addresses, names and URLs are written so that nothing makes a link of "
          "them.</p><div "
          "class=\"scroll\"><table><thead><tr><th>Kind<th>Value<th>Seen<th>Runs</tr></"
          "thead><tbody>\n";
      for (const DocumentIndicator& indicator : document_.indicators) {
        std::string contexts, runs;
        for (const std::string& context : indicator.contexts)
          contexts += (contexts.empty() ? "" : "; ") + html(context);
        for (const std::uint32_t number : indicator.runs)
          runs += (runs.empty() ? "" : ", ") + run_link(number);
        out += fmt::format("<tr><td class=\"n\">{}<td><code>{}</code><td>{}<td>{}</tr>\n",
                           html(indicator_kind_name(indicator.kind)), html(indicator.defanged),
                           contexts, runs);
      }
      out += "</tbody></table></div>\n";
    }
    close(out);
  }

  void coverage(std::string& out) const {
    open(out, "coverage", "What could be seen, and what could not");
    for (const DocumentHost& host : document_.hosts) {
      out += fmt::format("<h3>{}</h3>\n", html(host.name.empty() ? "(no host name)" : host.name));
      if (!host.reasons.empty() || host.cloud_machine != Confidence::none) {
        out += fmt::format("<p>A virtual machine of Azure: {}</p>\n<ul>\n",
                           host.cloud_machine == Confidence::none ? "nothing says so"
                                                                  : html_grade(host.cloud_machine));
        for (const DocumentReason& reason : host.reasons)
          out += fmt::format("<li{}>{}{}</li>\n", reason.against ? " class=\"against\"" : "",
                             html(reason.text), refs(reason.evidence));
        out += "</ul>\n";
      }
      if (!host.skew.empty()) out += fmt::format("<p>{}</p>\n", html(host.skew));
      if (!host.logs.empty()) {
        out +=
            "<div "
            "class=\"scroll\"><table><thead><tr><th>Log<th>From<th>To<th>Events<th>Gaps</tr></"
            "thead><tbody>\n";
        for (const DocumentLog& log : host.logs) {
          std::string gaps;
          for (const std::string& gap : log.gaps) gaps += (gaps.empty() ? "" : "<br>") + html(gap);
          out += fmt::format(
              "<tr><td class=\"w\">{}<td class=\"t\">{}<td class=\"t\">{}<td "
              "class=\"n\">{}<td>{}</tr>\n",
              html(log.name), when(log.first), when(log.last), grouped(log.events),
              gaps.empty() ? "none seen" : gaps);
        }
        out += "</tbody></table></div>\n";
      } else {
        out += "<p>No log of it was collected.</p>\n";
      }
      if (!host.blind.empty()) {
        out += "<ul>\n";
        for (const std::string& line : host.blind) out += fmt::format("<li>{}</li>\n", html(line));
        out += "</ul>\n";
      }
    }
    if (document_.hosts.empty()) out += "<p>No event of any host was read.</p>\n";
    close(out);
  }

  void secrets(std::string& out) const {
    open(out, "secrets", "Secrets in clear text");
    if (document_.secrets.empty()) {
      out += "<p>None was found in what belongs to the runs.</p>\n";
    } else {
      out +=
          "<p>Whoever reads these logs can read them. They are blotted out here; change "
          "them.</p><ul>\n";
      for (const DocumentSecret& secret : document_.secrets)
        out += fmt::format("<li><b>{}</b> on {}: {}{}{}</li>\n", html(secret.kind),
                           html(secret.host), html(secret.where),
                           secret.run ? ", " + run_link(*secret.run) : "", refs(secret.evidence));
      out += "</ul>\n";
    }
    close(out);
  }

  void advice(std::string& out) const {
    open(out, "advice", "What to do");
    const auto list = [&](std::string_view title, const std::vector<std::string>& items) {
      if (items.empty()) return;
      out += fmt::format("<h4>{}</h4>\n<ul>\n", title);
      for (const std::string& item : items) out += fmt::format("<li>{}</li>\n", html(item));
      out += "</ul>\n";
    };
    for (const DocumentChannel& channel : document_.channels) {
      std::string techniques;
      for (const std::string& technique : channel.techniques) techniques += " " + html(technique);
      out += fmt::format("<h3>{}</h3>\n<p>{} <span class=\"soft\">{} {} ·{}</span></p>\n",
                         html(channel.name), html(channel.description), channel.runs,
                         channel.runs == 1 ? "run" : "runs", techniques);
      list("Look at", channel.triage);
      list("What is harmless", channel.false_positives);
      list("Respond", channel.response);
    }
    if (document_.channels.empty())
      out += "<p>Nothing was found that calls for steps of a channel.</p>\n";
    close(out);
  }

  void custody(std::string& out) const {
    open(out, "custody", "Custody");
    const Custody& custody = document_.custody;
    out += "<dl class=\"facts\">\n";
    fact(out, "Tool", html(custody.tool + " " + custody.version));
    fact(out, "Written",
         custody.created.empty() ? "not recorded: equal evidence gives equal bytes"
                                 : html(custody.created));
    fact(out, "Command line", code(custody.command_line));
    fact(out, "Time zone", "UTC");
    for (const auto& [name, digest] : custody.rule_digests)
      fact(out, "Rules", html(name) + " " + code(digest));
    for (const auto& [name, digest] : custody.channel_digests)
      fact(out, "Channels", html(name) + " " + code(digest));
    fact(out, "Ledger", html(document_.ledger));
    out += "</dl>\n";
    for (const std::string& note : custody.notes)
      out += fmt::format("<p class=\"note\">{}</p>\n", html(note));
    out +=
        "<div "
        "class=\"scroll\"><table><thead><tr><th>File<th>Path<th>Format<th>Bytes<th>Records<th>SHA-"
        "256</tr></thead><tbody>\n";
    for (std::size_t i = 0; i < document_.artifacts.size(); ++i) {
      const DocumentArtifact& artifact = document_.artifacts[i];
      std::string records = grouped(artifact.parsed) + " read";
      if (artifact.recovered != 0) records += ", " + grouped(artifact.recovered) + " recovered";
      if (artifact.refused != 0) records += ", <b>" + grouped(artifact.refused) + " refused</b>";
      std::string path = code(artifact.path);
      for (const std::string& copy : artifact.copies) path += "<br>the same: " + code(copy);
      for (const std::string& defect : artifact.defects)
        path += "<br><span class=\"soft\">" + html(defect) + "</span>";
      out += fmt::format(
          "<tr id=\"A{0}\"><td class=\"n\">A{0}<td>{1}<td class=\"w\">{2}<td "
          "class=\"n\">{3}<td>{4}<td><code>{5}</code></tr>\n",
          i + 1, path,
          html(artifact.format + (artifact.decoders.empty() ? "" : " in " + artifact.decoders)),
          grouped(artifact.size), records, html(artifact.sha256));
    }
    out += "</tbody></table></div>\n";
    if (!document_.skipped.empty()) {
      out += fmt::format("<details class=\"box\"><summary>{} files passed over</summary><ul>\n",
                         grouped(document_.skipped.size()));
      for (const auto& [path, why] : document_.skipped)
        out += fmt::format("<li>{}: {}</li>\n", code(path), html(why));
      out += "</ul></details>\n";
    }
    close(out);
  }

  void events(std::string& out) const {
    open(out, "events", "Evidence");
    out +=
        "<p class=\"note\">Records that the claims above rest on: where each lies, and what it "
        "says. Raw items that only machines read are left out; <code>stemma events</code> prints "
        "them.</p>\n";
    for (const DocumentEvent& event : document_.events) {
      out += fmt::format(
          "<div class=\"event\" id=\"{0}\"><b>{0}</b> {1} {2} <span class=\"soft\">{3}{4}{5} · <a "
          "href=\"#A{6}\">A{6}</a> byte {7}, {8} bytes{9}</span>\n",
          event.label, format_time(event.time.time, event.time.digits), html(event.host),
          html(event.channel), event.code.empty() ? "" : " ", html(event.code), event.artifact + 1,
          event.offset, event.length,
          event.record_id == 0 ? "" : fmt::format(", record {}", event.record_id));
      if (event.note) out += said(event.note) + "\n";
      if (!event.summary.empty())
        out += fmt::format("<div><code>{}</code></div>\n", html(event.summary));
      if (!event.fields.empty()) {
        out += "<dl class=\"facts\">";
        for (const auto& [name, value] : event.fields) fact(out, html(name), html(value));
        out += "</dl>";
        if (event.fields_left_out != 0)
          out += fmt::format("<p class=\"note\">{} more fields</p>", event.fields_left_out);
      }
      out += "</div>\n";
    }
    close(out);
  }
};

}  // namespace

std::string_view html_skeleton() {
  return asset("skeleton.html");
}

std::string check_skeleton(std::string_view skeleton) {
  std::set<std::string_view> seen;
  for (std::size_t at = 0; (at = skeleton.find("{{", at)) != std::string_view::npos;) {
    const std::size_t end = skeleton.find("}}", at);
    if (end == std::string_view::npos) return "a placeholder is not closed by }}";
    const std::string_view name = skeleton.substr(at + 2, end - at - 2);
    if (std::find(std::begin(kHtmlPlaceholders), std::end(kHtmlPlaceholders), name) ==
        std::end(kHtmlPlaceholders))
      return fmt::format("no placeholder is called {{{{{}}}}}", visible(name.substr(0, 40)));
    seen.insert(name);
    at = end + 2;
  }
  for (const std::string_view name : kHtmlPlaceholders) {
    // An organisation may write its own title, style and contents; what is claimed stays whole.
    if (name == "style" || name == "contents" || name == "figures" || name == "title") continue;
    if (seen.count(name) == 0) return fmt::format("the placeholder {{{{{}}}}} is missing", name);
  }
  return {};
}

void append_html(const IncidentDocument& document, std::string_view skeleton, std::string& out) {
  Page page(document);
  for (;;) {
    const std::size_t at = skeleton.find("{{");
    out += skeleton.substr(0, at);
    if (at == std::string_view::npos) return;
    const std::size_t end = skeleton.find("}}", at);
    out += page.section(skeleton.substr(at + 2, end - at - 2));
    skeleton.remove_prefix(end + 2);
  }
}

}  // namespace stemma
