#include "ui/timeline/lane_text.hpp"

#include <fmt/format.h>

#include "events/text.hpp"
#include "ui/state/finding_facts.hpp"

namespace stemma::ui::timeline {
namespace {

// Columns of a name in a title, and of other texts from evidence in a line of a tip.
constexpr std::size_t kNameColumns = 60;
constexpr std::size_t kLineColumns = 160;
// Decimals of a second in tips: as fine as any source.
constexpr int kTipDigits = 9;

// Combining characters take no column, so bytes are capped too.
std::string shown(std::string_view text, std::size_t columns) {
  constexpr std::size_t kBytesPerColumn = 8;
  if (text.size() <= columns * kBytesPerColumn) return fit(visible(text), columns);
  std::size_t end = columns * kBytesPerColumn;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return fit(visible(text.substr(0, end)) + "…", columns);
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", grouped(count), count == 1 ? one : many);
}

const ProcessImage* last_image(const ProcessTree& tree, EntityId entity) {
  const ImageId image = tree.last_image(entity);
  return image ? &tree.image(image) : nullptr;
}

std::string process_name(const CaseSnapshot& snapshot, EntityId entity) {
  const ProcessImage* const image = last_image(snapshot.tree, entity);
  const std::string_view name = image ? snapshot.strings.view(image->name) : std::string_view{};
  const std::int64_t pid = snapshot.tree.entity(entity).pid;
  std::string text = name.empty() ? "(unknown program)" : shown(name, kNameColumns);
  if (pid != kNoPid) text += fmt::format(" {}", pid);
  return text;
}

std::string command_text(const CaseSnapshot& snapshot, EntityId entity, std::size_t columns,
                         Secrets secrets) {
  const ProcessImage* const image = last_image(snapshot.tree, entity);
  if (image == nullptr) return {};
  if (image->command_line) {
    const std::string_view text = snapshot.strings.view(image->command_line);
    return shown(redact(text.substr(0, kMaxCommandText), secrets), columns);
  }
  std::vector<std::string_view> arguments;
  std::size_t size = 0;
  for (const StringId id : snapshot.tree.args(image->args)) {
    const std::string_view argument = snapshot.strings.view(id);
    size += argument.size() + 1;
    if (size > kMaxCommandText) break;
    arguments.push_back(argument);
  }
  std::string text;
  const auto add = [&](std::string_view argument) {
    if (!text.empty()) text += ' ';
    text += argument;
  };
  if (secrets == Secrets::redacted) {
    for (const std::string& argument : redact_arguments(arguments)) add(argument);
  } else {
    for (const std::string_view argument : arguments) add(argument);
  }
  return shown(text, columns);
}

std::string user_of(const CaseSnapshot& snapshot, EntityId entity) {
  const ProcessImage* const image = last_image(snapshot.tree, entity);
  if (image == nullptr) return {};
  const std::string_view domain = snapshot.strings.view(image->user_domain);
  const std::string_view name = snapshot.strings.view(image->user_name);
  if (name.empty()) return shown(snapshot.strings.view(image->user_id), kNameColumns);
  std::string text(domain);
  if (!domain.empty()) text += '\\';
  text += name;
  // The separator is ours: what visible() makes of a backslash is a backslash.
  return shown(text, kNameColumns);
}

std::string when(Timestamp time, const TextStyle& style) {
  std::string text = clock_text(time, kTipDigits);  // 2026-11-24T03:10:51.009000000Z
  // Sources rarely give nine decimals; noughts at the end say nothing.
  text.pop_back();
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  text += 'Z';
  if (style.zone) text += "  (" + clock_text(time, 0, style.zone) + ")";
  return text;
}

std::string counts_text(const GroupCounts& counts) {
  std::string text;
  for (std::size_t g = 0; g < kTickGroups; ++g) {
    if (counts[g] == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", grouped(counts[g]),
                        tick_group_name(static_cast<TickGroup>(g)));
  }
  return text;
}

std::string edge_text(ParentEdge edge) {
  switch (edge) {
    case ParentEdge::guid:
      return "recorded by id";
    case ParentEdge::pid_lifetime:
      return "by pid and time";
    case ParentEdge::record_fields:
      return "named by this process's record only";
    case ParentEdge::none:
      break;
  }
  return "unknown how";
}

const std::string& rule_name(const Model& model, const Finding& finding) {
  static const std::string unknown = "(rule not loaded)";
  const RuleSet* const rules = model.open_case->rules.get();
  return rules == nullptr || finding.rule >= rules->rules.size() ? unknown
                                                                 : rules->rules[finding.rule].name;
}

std::string severity(const Model& model, const Finding& finding) {
  const RuleSet* const rules = model.open_case->rules.get();
  return rules == nullptr || finding.rule >= rules->rules.size()
             ? std::string()
             : shown(rules->rules[finding.rule].severity, kNameColumns);
}

std::string set_aside(const Model& model, const Finding& finding) {
  return is_set_aside(model, finding) ? ", in declared automation" : "";
}

void add_line(std::string& text, std::string_view line) {
  if (line.empty()) return;
  if (!text.empty()) text += '\n';
  text += line;
}

std::string process_tip(const Model& model, const Lane& lane, const TextStyle& style) {
  const CaseSnapshot& snapshot = model.snapshot();
  const EntityId id = model.processes.entity(lane.index);
  const ProcessEntity& life = snapshot.tree.entity(id);
  std::string text = process_name(snapshot, id);
  const std::string user = user_of(snapshot, id);
  if (!user.empty()) text += " · " + user;
  text += " · " + shown(snapshot.hosts.name(life.host), kNameColumns);
  if (life.placeholder) add_line(text, "not seen itself: others name it");
  const LifeEnds ends = life_ends(model, id);
  add_line(text, life.start_seen
                     ? "start  " + when(life.start, style)
                     : "first seen  " + when(life.start, style) + " (its start was not recorded)");
  switch (life.end_kind) {
    case EndKind::seen:
      add_line(text, "end  " + when(ends.known, style));
      break;
    case EndKind::open:
      add_line(text, "end not recorded; last seen  " + when(ends.known, style));
      break;
    case EndKind::pid_reuse:
      add_line(text, "ended before  " + when(ends.until, style) + " (its pid was used again)");
      break;
    case EndKind::boot:
      add_line(text, "ended before  " + when(ends.until, style) + " (the machine started anew)");
      break;
  }
  if (life.end_kind == EndKind::seen)
    add_line(text, "lasted  " + span_text(WideNs{ends.known.ns} - life.start.ns));
  const std::string command = command_text(snapshot, id, kTipColumns, style.secrets);
  if (!command.empty()) add_line(text, "command  " + command);
  if (life.parent) {
    add_line(text, fmt::format("parent  {} ({})", process_name(snapshot, life.parent),
                               edge_text(life.edge)));
  }
  GroupCounts counts = {};
  const auto runs = model.index->of_entity(id);
  for (std::size_t g = 0; g < kTickGroups; ++g)
    counts[g] = static_cast<std::uint32_t>(runs[g].size());
  const std::string events = counts_text(counts);
  add_line(text, "events  " + (events.empty() ? std::string("none") : events));
  const std::size_t below = model.processes.subtree(lane.index) - 1;
  if (below != 0) add_line(text, counted(below, "process", "processes") + " below it");
  for (const FindingMark& mark :
       model.findings_of(id).first(std::min<std::size_t>(model.findings_of(id).size(), 5))) {
    const Finding& finding = model.open_case->findings[mark.finding];
    add_line(text, fmt::format("finding  {} ({}){}", shown(rule_name(model, finding), kLineColumns),
                               severity(model, finding), set_aside(model, finding)));
  }
  return text;
}

std::string more_here(std::uint32_t count) {
  return count > 1 ? fmt::format("\nand {} more in this pixel: zoom in", grouped(count - 1)) : "";
}

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string lane_title(const Model& model, const Lane& lane) {
  const CaseSnapshot& snapshot = model.snapshot();
  switch (lane.kind) {
    case LaneKind::cloud:
      return "cloud · " + shown(snapshot.hosts.name(model.hosts[lane.index].host), kNameColumns);
    case LaneKind::host: {
      const std::string_view name = snapshot.hosts.name(model.hosts[lane.index].host);
      return name.empty() ? "(no host named)" : shown(name, kNameColumns);
    }
    case LaneKind::findings:
      return fmt::format("findings ({})", grouped(model.hosts[lane.index].findings.size()));
    case LaneKind::runs:
      return fmt::format("script runs ({})", grouped(model.hosts[lane.index].runs.size()));
    case LaneKind::others: {
      const HostProcesses* const host = model.processes.find(model.hosts[lane.index].host);
      const std::uint64_t others = host == nullptr ? 0 : host->size - host->of_interest;
      return host != nullptr && host->of_interest != 0
                 ? counted(others, "more process", "more processes")
                 : counted(others, "process", "processes");
    }
    case LaneKind::session:
    case LaneKind::process:
      break;
  }
  std::string text = process_name(snapshot, model.processes.entity(lane.index));
  const std::uint32_t depth = model.processes.depth(lane.index);
  if (lane.indent == kMaxIndent) text = fmt::format("[{} deep] {}", depth, text);
  if (lane.can_open && !lane.open)
    text += fmt::format("  +{}", grouped(model.processes.subtree(lane.index) - 1));
  return text;
}

std::string lane_caption(const Model& model, const Lane& lane, const TextStyle& style) {
  if (lane.kind != LaneKind::session && lane.kind != LaneKind::process) return {};
  return command_text(model.snapshot(), model.processes.entity(lane.index), kCaptionColumns,
                      style.secrets);
}

std::string lane_tip(const Model& model, const Lane& lane, const TextStyle& style) {
  if (lane.kind == LaneKind::session || lane.kind == LaneKind::process)
    return process_tip(model, lane, style);
  const HostModel& host = model.hosts[lane.index];
  const HostProcesses* const processes = model.processes.find(host.host);
  std::string text = lane_title(model, lane);
  switch (lane.kind) {
    case LaneKind::cloud:
      add_line(text, counted(host.events, "event", "events"));
      add_line(text,
               counted(host.operations.size(), "order to run a script", "orders to run a script"));
      break;
    case LaneKind::host: {
      add_line(text, counted(host.events, "event", "events"));
      if (processes != nullptr) add_line(text, counted(processes->size, "process", "processes"));
      for (std::size_t kind = 0; kind < kMarkerKinds; ++kind) {
        const std::size_t count = host.markers.of_kind[kind].size();
        if (count == 0) continue;
        add_line(text,
                 fmt::format("{}: {}", marker_name(static_cast<MarkerKind>(kind)), grouped(count)));
      }
      if (host.markers.gaps_left_out != 0) {
        add_line(text, fmt::format("the {} longest record gaps are shown, {} are not",
                                   grouped(kMaxGaps), grouped(host.markers.gaps_left_out)));
      }
      break;
    }
    case LaneKind::others:
      add_line(text, "without findings, and in no script run; open the lane to see them");
      break;
    default:
      break;
  }
  return text;
}

std::string ticks_tip(const Model& model, const TickColumn& column, const TimeScale& scale,
                      const TextStyle& style) {
  const Timestamp first = model.snapshot().events.time(column.first);
  std::string text = when(first, style);
  if (column.total() > 1)
    text += fmt::format("\n{} events within {}", grouped(column.total()),
                        span_text(scale.time_at(column.x + 1) - scale.time_at(column.x)));
  add_line(text, counts_text(column.counts));
  if (column.total() == 1) {
    const EventStore& events = model.snapshot().events;
    const std::string_view channel = model.snapshot().strings.view(events.channel(column.first));
    const std::string_view code = model.snapshot().strings.view(events.code(column.first));
    if (!code.empty()) {
      add_line(text, fmt::format("{}{}{}", shown(channel, kLineColumns), channel.empty() ? "" : " ",
                                 shown(code, kLineColumns)));
    }
  }
  return text;
}

const Finding* finding_of(const Model& model, const Lane& lane, const Flag& flag) {
  if (flag.kind != FlagKind::finding) return nullptr;
  const bool process = lane.kind == LaneKind::session || lane.kind == LaneKind::process;
  const std::span<const FindingMark> marks =
      process ? model.findings_of(model.processes.entity(lane.index))
              : std::span<const FindingMark>(model.hosts[lane.index].findings);
  return flag.index < marks.size() ? &model.open_case->findings[marks[flag.index].finding]
                                   : nullptr;
}

bool is_set_aside(const Model& model, const Finding& finding) {
  const auto number = static_cast<std::uint32_t>(&finding - model.open_case->findings.data());
  return ui::is_set_aside(*model.open_case, number);
}

std::string flag_label(const Model& model, const Lane& lane, const Flag& flag) {
  const std::string more = flag.count > 1 ? fmt::format(" +{}", grouped(flag.count - 1)) : "";
  switch (flag.kind) {
    case FlagKind::finding: {
      const Finding* const finding = finding_of(model, lane, flag);
      return finding == nullptr ? more : shown(rule_name(model, *finding), kLineColumns) + more;
    }
    case FlagKind::operation: {
      const CloudOperation& operation =
          model.open_case->incident
              ->operations[model.hosts[lane.index].operations[flag.index].operation];
      return fmt::format("{} → {}{}", shown(operation.caller, kNameColumns),
                         shown(operation.machine, kNameColumns), more);
    }
    case FlagKind::boot:
      return "boot" + more;
    case FlagKind::log_cleared:
      return "log cleared" + more;
    case FlagKind::clock_set:
      return "clock set" + more;
  }
  return {};
}

std::string flag_tip(const Model& model, const Lane& lane, const Flag& flag,
                     const TextStyle& style) {
  std::string text;
  switch (flag.kind) {
    case FlagKind::finding: {
      const Finding* const finding = finding_of(model, lane, flag);
      if (finding == nullptr) return {};
      text = fmt::format("finding  {} ({}{}){}", shown(rule_name(model, *finding), kLineColumns),
                         severity(model, *finding),
                         finding->confidence == Confidence::none
                             ? std::string()
                             : fmt::format(", {}", confidence_name(finding->confidence)),
                         set_aside(model, *finding));
      add_line(text, when(model.snapshot().events.time(finding->event), style));
      if (finding->entity) add_line(text, process_name(model.snapshot(), finding->entity));
      break;
    }
    case FlagKind::operation: {
      const OperationMark& mark = model.hosts[lane.index].operations[flag.index];
      const CloudOperation& operation = model.open_case->incident->operations[mark.operation];
      text = "order  " + shown(operation.operation_name, kLineColumns);
      add_line(text, "by  " + shown(operation.caller, kLineColumns) +
                         (operation.caller_ip.empty()
                              ? ""
                              : " from " + shown(operation.caller_ip, kNameColumns)));
      add_line(text, "on  " + shown(operation.machine, kLineColumns));
      add_line(text,
               when(operation.first, style) +
                   (operation.result.empty() ? "" : " · " + shown(operation.result, kNameColumns)));
      break;
    }
    case FlagKind::boot:
    case FlagKind::log_cleared:
    case FlagKind::clock_set: {
      const MarkerKind kind = flag.kind == FlagKind::boot          ? MarkerKind::boot
                              : flag.kind == FlagKind::log_cleared ? MarkerKind::log_cleared
                                                                   : MarkerKind::clock_set;
      const Marker& marker =
          model.hosts[lane.index].markers.of_kind[static_cast<std::size_t>(kind)][flag.index];
      text = marker.text;
      add_line(text, when(marker.from, style));
      break;
    }
  }
  return text + more_here(flag.count);
}

std::string gap_tip(const Model&, const HostModel& host, const Band& band, const TextStyle& style) {
  const Marker& gap = host.markers.of_kind[static_cast<std::size_t>(MarkerKind::gap)][band.index];
  std::string text = gap.text;
  if (gap.from == gap.to) {
    add_line(text, when(gap.from, style));
  } else {
    add_line(text, "from  " + when(gap.from, style));
    add_line(text, "to  " + when(gap.to, style));
    add_line(text, span_text(WideNs{gap.to.ns} - gap.from.ns));
  }
  return text;
}

std::string run_label(const Model& model, const HostModel& host, const RunBar& run) {
  const Incident& incident = *model.open_case->incident;
  const Invocation& invocation = incident.invocations[host.runs[run.index].invocation];
  std::string text = invocation.channel < incident.channels.channels.size()
                         ? shown(incident.channels.channels[invocation.channel].name, kNameColumns)
                         : std::string("script run");
  if (!invocation.name.empty()) text += " · " + shown(invocation.name, kNameColumns);
  return text;
}

std::string run_tip(const Model& model, const HostModel& host, const RunBar& run,
                    const TextStyle& style) {
  const RunMark& mark = host.runs[run.index];
  const Invocation& invocation = model.open_case->incident->invocations[mark.invocation];
  std::string text = run_label(model, host, run);
  add_line(text, fmt::format("{} · {}", confidence_name(invocation.confidence),
                             invocation.user.empty() ? "user not known"
                                                     : shown(invocation.user, kNameColumns)));
  add_line(text, "start  " + when(mark.from, style));
  if (mark.end_known) {
    add_line(text, "end  " + when(mark.to, style) + ", after " +
                       span_text(WideNs{mark.to.ns} - mark.from.ns));
  } else {
    add_line(text, "end not recorded; last seen  " + when(mark.to, style));
  }
  if (!invocation.set_aside.empty())
    add_line(text, "declared automation: " + shown(invocation.set_aside, kLineColumns));
  return text;
}

}  // namespace stemma::ui::timeline
