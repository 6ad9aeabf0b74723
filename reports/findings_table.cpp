#include "reports/findings_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "detection/findings/remote_run.hpp"
#include "events/text.hpp"
#include "reports/ledger_text.hpp"
#include "reports/tree_text.hpp"

namespace stemma {
namespace {

std::string count(std::uint64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", grouped(number), number == 1 ? one : many);
}

// A line of the table: one process image, or one event without a process, and every rule that it
// made true.
struct Line {
  const Finding* first = nullptr;
  std::size_t position = 0;  // of `first`
  std::vector<std::uint32_t> rules;
};

std::string process_cell(const CaseSnapshot& snapshot, const Finding& finding) {
  const ProcessEntity& entity = snapshot.tree.entity(finding.entity);
  const ImageId image = finding.image ? finding.image : snapshot.tree.last_image(finding.entity);
  std::string cell = image ? visible(snapshot.strings.view(snapshot.tree.image(image).name)) : "?";
  if (entity.pid != kNoPid) cell += fmt::format(" {}", entity.pid);
  return cell;
}

std::string parent_cell(const CaseSnapshot& snapshot, const Finding& finding) {
  if (!finding.image) return "";
  const ProcessImage& image = snapshot.tree.image(finding.image);
  if (!image.parent) return "";
  const ProcessEntity& parent = snapshot.tree.entity(image.parent);
  std::string cell =
      image.parent_image
          ? visible(snapshot.strings.view(snapshot.tree.image(image.parent_image).name))
          : "?";
  if (parent.pid != kNoPid) cell += fmt::format(" {}", parent.pid);
  return cell;
}

}  // namespace

std::string answer(const CaseSnapshot& snapshot, std::span<const Finding> findings) {
  // A run counts as what its best finding is graded; a process as what its run is.
  std::map<EntityId, Confidence> runs;
  std::map<EntityId, EntityId> run_of;
  std::uint64_t others = 0;
  for (const Finding& finding : findings) {
    if (finding.confidence == Confidence::none) {
      ++others;
      continue;
    }
    const EntityId run = finding.run ? finding.run : finding.entity;
    Confidence& graded = runs[run];
    graded = std::max(graded, finding.confidence);
    run_of[finding.entity] = run;
  }
  const auto tell = [&](bool possible_only) {
    std::set<EntityId> counted;
    std::set<HostId> hosts;
    for (const auto& [run, confidence] : runs) {
      if ((confidence == Confidence::possible) != possible_only) continue;
      counted.insert(run);
      hosts.insert(snapshot.tree.entity(run).host);
    }
    std::size_t started = 0;
    for (const auto& [process, run] : run_of) started += counted.count(run);
    return std::tuple(counted.size(), hosts.size(), started);
  };
  const auto [sure, sure_hosts, sure_started] = tell(false);
  const auto [possible, possible_hosts, possible_started] = tell(true);
  std::string text;
  if (sure != 0) {
    text = fmt::format("{} on {} started {}", count(sure, "Run Command run", "Run Command runs"),
                       count(sure_hosts, "host", "hosts"),
                       count(sure_started, "process", "processes"));
    if (possible != 0) {
      text += fmt::format("; {} more {} possible by the shape of the command line alone", possible,
                          possible == 1 ? "is" : "are");
    }
  } else if (possible != 0) {
    text = fmt::format("{} on {} started {}, by the shape of the command line alone",
                       count(possible, "possible Run Command run", "possible Run Command runs"),
                       count(possible_hosts, "host", "hosts"),
                       count(possible_started, "process", "processes"));
  } else {
    text = "no process that could be read was started by a Run Command script";
  }
  if (others != 0) text += fmt::format("; {} by other rules", count(others, "finding", "findings"));
  const LedgerTotals totals = ledger_totals(snapshot);
  text += totals.records.refused == 0
              ? std::string("; every record could be read")
              : fmt::format("; {} could not be read",
                            count(totals.records.refused, "record", "records"));
  return text;
}

void append_findings_table(const CaseSnapshot& snapshot, const RuleSet& rules,
                           std::span<const Finding> findings,
                           std::span<const std::string> summaries, std::size_t width,
                           std::string& out, Secrets secrets) {
  if (findings.empty()) return;
  // Numbers for the rules that fired, in the order in which they first do.
  std::map<std::uint32_t, std::size_t> number;
  std::map<std::uint32_t, std::size_t> fired;
  std::vector<std::uint32_t> legend;
  for (const Finding& finding : findings) {
    if (number.emplace(finding.rule, legend.size() + 1).second) legend.push_back(finding.rule);
    ++fired[finding.rule];
  }

  // Findings of one process image share a line; lines of one run share a block. Blocks come in the
  // order of their first finding.
  std::vector<Line> lines;
  std::map<ImageId, std::size_t> line_of;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    const Finding& finding = findings[i];
    if (finding.image) {
      const auto [entry, fresh] = line_of.try_emplace(finding.image, lines.size());
      if (!fresh) {
        lines[entry->second].rules.push_back(finding.rule);
        continue;
      }
    }
    lines.push_back({&finding, i, {finding.rule}});
  }
  std::map<ImageId, const Finding*> in_run;
  for (const Finding& finding : findings) {
    if (finding.image && finding.run) in_run.emplace(finding.image, &finding);
  }
  std::map<EntityId, std::size_t> block_of;
  std::vector<std::vector<Line>> blocks;
  std::vector<Line> loose;
  for (const Line& line : lines) {
    const auto graded = in_run.find(line.first->image);
    if (!line.first->image || graded == in_run.end()) {
      loose.push_back(line);
      continue;
    }
    const auto [entry, fresh] = block_of.try_emplace(graded->second->run, blocks.size());
    if (fresh) blocks.emplace_back();
    blocks[entry->second].push_back(line);
  }

  std::size_t process_width = 7;
  std::size_t parent_width = 6;
  std::size_t rules_width = 5;
  const auto rules_cell = [&](const Line& line) {
    std::vector<std::size_t> shown;
    for (const std::uint32_t rule : line.rules) shown.push_back(number[rule]);
    std::sort(shown.begin(), shown.end());
    std::string cell;
    for (const std::size_t one : shown) cell += (cell.empty() ? "" : ",") + fmt::format("{}", one);
    return cell;
  };
  for (const Line& line : lines) {
    if (line.first->entity)
      process_width = std::max(process_width, display_width(process_cell(snapshot, *line.first)));
    parent_width = std::max(parent_width, display_width(parent_cell(snapshot, *line.first)));
    rules_width = std::max(rules_width, rules_cell(line).size());
  }
  const std::size_t limit = width == 0 ? 40 : std::max<std::size_t>(12, width / 6);
  process_width = std::min(process_width, limit);
  parent_width = std::min(parent_width, limit);
  const auto pad = [](std::string cell, std::size_t columns) {
    cell = fit(cell, columns);
    return cell + std::string(columns - std::min(columns, display_width(cell)), ' ');
  };
  const auto put = [&](const std::string& line) {
    out += (width != 0 ? fit(line, width) : line) + "\n";
  };
  const auto put_line = [&](const Line& line) {
    const Finding& finding = *line.first;
    std::string command;
    if (finding.image) {
      const ProcessImage& image = snapshot.tree.image(finding.image);
      command = visible(
          redact(snapshot.strings.view(image.command_line ? image.command_line : image.executable),
                 secrets));
    } else if (line.position < summaries.size()) {
      command = summaries[line.position];
    }
    if (!finding.joined.empty()) {
      command +=
          fmt::format("  (last of {} events{}{}{})", finding.joined.size(),
                      finding.joined_by.empty() ? "" : ", joined by ", visible(finding.joined_by),
                      finding.open ? ", evidence ends early" : "");
    }
    put(fmt::format("  {}  {}  {}  {}  {}",
                    format_time(snapshot.events.time(finding.event), 3).substr(11),
                    pad(finding.entity ? process_cell(snapshot, finding) : "", process_width),
                    pad(parent_cell(snapshot, finding), parent_width),
                    pad(rules_cell(line), rules_width), command));
  };

  for (const auto& block : blocks) {
    const Finding* graded = in_run.at(block.front().first->image);
    const ProcessEntity& run = snapshot.tree.entity(graded->run);
    out += '\n';
    put(fmt::format("{}  {}  {}  {}", visible(snapshot.hosts.name(run.host)),
                    format_time(run.start, 3), visible(run_script(snapshot, graded->run)),
                    confidence_name(graded->confidence)));
    put(fmt::format("  {}", chain_text(snapshot, graded->run)));
    put(fmt::format("  {}; finding {}", graded->reason, graded->id.substr(0, 8)));
    put(fmt::format("  {}  {}  {}  {}  {}", pad("time", 13), pad("process", process_width),
                    pad("parent", parent_width), pad("rules", rules_width), "command"));
    for (const Line& line : block) put_line(line);
  }
  if (!loose.empty()) {
    HostId host;
    std::string day;
    for (const Line& line : loose) {
      const Finding& finding = *line.first;
      const std::string today = format_time(snapshot.events.time(finding.event), 0).substr(0, 10);
      if (snapshot.events.host(finding.event) != host || today != day || &line == &loose.front()) {
        host = snapshot.events.host(finding.event);
        day = today;
        out += '\n';
        put(fmt::format("{}  {}", visible(snapshot.hosts.name(host)), day));
      }
      put_line(line);
    }
  }
  out += '\n';
  for (const std::uint32_t rule : legend) {
    put(fmt::format("  {:>2}  {}  ({}, {})", number[rule], visible(rules.rules[rule].name),
                    visible(rules.rules[rule].severity),
                    count(fired[rule], "finding", "findings")));
  }
}

std::string blind_spots(const RuleSet& rules, std::span<const Coverage> coverage) {
  std::map<std::string, std::vector<std::string>> by_reason;
  for (std::size_t i = 0; i < coverage.size(); ++i) {
    if (!coverage[i].possible) by_reason[coverage[i].reason].push_back(rules.rules[i].name);
  }
  std::string text;
  for (const auto& [reason, names] : by_reason) {
    constexpr std::size_t kNamed = 3;
    std::string line = fmt::format("could not fire here ({}): ", visible(reason));
    for (std::size_t i = 0; i < names.size() && i < kNamed; ++i)
      line += (i == 0 ? "" : ", ") + visible(names[i]);
    if (names.size() > kNamed) line += fmt::format(" and {} more", names.size() - kNamed);
    text += line + "\n";
  }
  return text;
}

}  // namespace stemma
