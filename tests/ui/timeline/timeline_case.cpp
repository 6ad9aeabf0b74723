#include "tests/ui/timeline/timeline_case.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ui/timeline/lane_text.hpp"

namespace stemma::ui::timeline {

std::shared_ptr<OpenCase> case_of(support::Story& story) {
  auto open_case = std::make_shared<OpenCase>();
  open_case->stage = Stage::indexed;
  open_case->snapshot = story.freeze();
  return open_case;
}

void add_finding(OpenCase& open_case, std::string rule, std::int64_t pid) {
  auto rules = std::make_shared<RuleSet>();
  if (open_case.rules) rules->rules = open_case.rules->rules;
  Rule one;
  one.name = std::move(rule);
  one.severity = "medium";
  rules->rules.push_back(one);
  Finding finding;
  finding.id = fmt::format("finding-{}", open_case.findings.size() + 1);
  finding.rule = static_cast<std::uint32_t>(rules->rules.size() - 1);
  finding.event = EventId{1};
  if (pid != 0) {
    finding.entity = life_of(*open_case.snapshot, pid);
    finding.event = open_case.snapshot->tree.images_of(finding.entity).front().event;
  }
  finding.events = {finding.event};
  open_case.rules = rules;
  open_case.findings.push_back(finding);
  open_case.stage = Stage::detected;
}

EntityId life_of(const CaseSnapshot& snapshot, std::int64_t pid) {
  const auto lives = snapshot.tree.entities();
  const auto found = std::find_if(lives.begin(), lives.end(),
                                  [&](const ProcessEntity& life) { return life.pid == pid; });
  return found == lives.end()
             ? EntityId{}
             : EntityId::from_index(static_cast<std::size_t>(found - lives.begin()));
}

std::string text(const LaneList& lanes) {
  std::string out;
  for (std::size_t row = 0; row < lanes.size(); ++row) {
    const Lane& lane = lanes[row];
    out += std::string(2u * lane.indent, ' ') +
           (!lane.can_open ? "  "
            : lane.open    ? "- "
                           : "+ ") +
           lane_title(*lanes.model(), lane) + "\n";
  }
  return out;
}

std::string text(const LanePlan& plan) {
  std::string out;
  if (plan.life) {
    const Life& life = *plan.life;
    out += fmt::format("life {}{}{}{}-{}{}{}\n", life.from_cut ? "<" : "", life.from,
                       life.start_seen ? "=" : "~", life.known, life.until,
                       life.end_seen   ? "|"
                       : life.end_told ? "/"
                                       : ">",
                       life.until_cut ? ">" : "");
  }
  for (const TickColumn& tick : plan.ticks) {
    out += fmt::format("tick {}:", tick.x);
    for (std::size_t g = 0; g < kTickGroups; ++g) {
      if (tick.counts[g] != 0)
        out += fmt::format(" {} {}", tick.counts[g], tick_group_name(static_cast<TickGroup>(g)));
    }
    out += "\n";
  }
  for (const StartColumn& start : plan.starts)
    out += fmt::format("starts {}: {}\n", start.x, start.count);
  for (const Flag& flag : plan.flags) {
    static constexpr const char* kNames[] = {"finding", "operation", "boot", "log cleared",
                                             "clock set"};
    out += fmt::format("{} {}", kNames[static_cast<std::size_t>(flag.kind)], flag.x);
    if (flag.count > 1) out += fmt::format(" x{}", flag.count);
    out += "\n";
  }
  for (const Band& band : plan.bands) out += fmt::format("gap {}-{}\n", band.from, band.to);
  for (const RunBar& run : plan.runs) {
    out += fmt::format("run {}{}-{}{}\n", run.from_cut ? "<" : "", run.from, run.to,
                       run.to_cut      ? ">"
                       : run.end_known ? ""
                                       : "?");
  }
  return out;
}

}  // namespace stemma::ui::timeline
