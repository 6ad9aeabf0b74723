#include <fmt/format.h>

#include "events/text.hpp"
#include "reports/export/exports.hpp"
#include "reports/html_text.hpp"

namespace stemma {
namespace {

constexpr std::size_t kLabel = 80;  // columns of a command line in a node

std::string label_of(const DocumentProcess& process) {
  std::string label = process.name;
  if (process.pid >= 0) label += fmt::format(" {}", process.pid);
  return label;
}

// Mermaid decodes `#number;` and `#name;` inside quoted labels, and nothing else: every character
// that is no letter, digit or blank is given by number.
std::string mermaid(std::string_view text) {
  std::string shown = visible(text);
  std::string out;
  while (!shown.empty()) {
    const CodePoint point = next_code_point(shown);
    const char32_t c = point.value;
    if (c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
        c == ' ') {
      append_utf8(out, c);
    } else {
      out += fmt::format("#{};", static_cast<unsigned>(c));
    }
    shown.erase(0, point.bytes);
  }
  return out;
}

// A quoted string of DOT: only quote and backslash mean something in it.
std::string dot(std::string_view text) {
  std::string out;
  for (const char c : visible(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// Calls `visit(run, position, parent)`; parent is the position of the process above, or none.
template <class Visit>
void for_each_process(const DocumentRun& run, Visit visit) {
  std::vector<std::size_t> path;  // by depth: the last process there
  for (std::size_t i = 0; i < run.processes.size(); ++i) {
    const std::size_t depth = std::min<std::size_t>(run.processes[i].depth, path.size());
    path.resize(depth);
    visit(i, depth == 0 ? std::optional<std::size_t>() : path.back());
    path.push_back(i);
  }
}

}  // namespace

void append_mermaid(const IncidentDocument& document, std::string& out) {
  out += "flowchart TD\n";
  out += "  classDef flagged stroke-width:3px\n  classDef inferred stroke-dasharray:4 3\n";
  for (const DocumentRun& run : document.runs) {
    if (run.processes.empty()) continue;
    out += fmt::format("  subgraph r{}[\"{}. {}\"]\n", run.number, run.number, mermaid(run.title));
    for_each_process(run, [&](std::size_t i, std::optional<std::size_t> parent) {
      const DocumentProcess& process = run.processes[i];
      std::string label = mermaid(label_of(process)) + "<br/>" +
                          mermaid(fit(visible(process.command_line), kLabel));
      if (!process.findings.empty()) label += "<br/>finding";
      if (process.inferred) label += "<br/>inferred";
      out += fmt::format("    r{0}p{1}[\"{2}\"]\n", run.number, i, label);
      if (parent)
        out += fmt::format("    r{0}p{1} {3} r{0}p{2}\n", run.number, *parent, i,
                           process.inferred ? "-.->" : "-->");
      if (!process.findings.empty())
        out += fmt::format("    class r{}p{} flagged\n", run.number, i);
      else if (process.inferred)
        out += fmt::format("    class r{}p{} inferred\n", run.number, i);
    });
    out += "  end\n";
  }
}

void append_dot(const IncidentDocument& document, std::string& out) {
  out += "digraph incident {\n  rankdir=LR;\n  node [shape=box, fontname=\"monospace\"];\n";
  for (const DocumentRun& run : document.runs) {
    if (run.processes.empty()) continue;
    out += fmt::format("  subgraph cluster_{} {{\n    label=\"{}. {}\";\n", run.number, run.number,
                       dot(run.title));
    for_each_process(run, [&](std::size_t i, std::optional<std::size_t> parent) {
      const DocumentProcess& process = run.processes[i];
      std::string label =
          dot(label_of(process)) + "\\l" + dot(fit(visible(process.command_line), kLabel)) + "\\l";
      if (!process.findings.empty()) label += "finding\\l";
      if (process.inferred) label += "inferred\\l";
      out += fmt::format("    r{}p{} [label=\"{}\"{}{}];\n", run.number, i, label,
                         process.findings.empty() ? "" : ", peripheries=2",
                         process.inferred ? ", style=dashed" : "");
      if (parent)
        out += fmt::format("    r{0}p{1} -> r{0}p{2}{3};\n", run.number, *parent, i,
                           process.inferred ? " [style=dashed]" : "");
    });
    out += "  }\n";
  }
  out += "}\n";
}

}  // namespace stemma
