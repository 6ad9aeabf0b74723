#include "ui/timeline/lane_plan.hpp"

#include <algorithm>
#include <numeric>

namespace stemma::ui::timeline {
namespace {

const std::vector<Marker>& markers_of(const HostModel& host, MarkerKind kind) {
  return host.markers.of_kind[static_cast<std::size_t>(kind)];
}

}  // namespace

std::uint32_t TickColumn::total() const {
  return std::accumulate(counts.begin(), counts.end(), 0u);
}

TickGroup TickColumn::leading() const {
  const auto found =
      std::find_if(counts.begin(), counts.end(), [](std::uint32_t count) { return count != 0; });
  return found == counts.end() ? TickGroup::other : static_cast<TickGroup>(found - counts.begin());
}

LifeEnds life_ends(const Model& model, EntityId entity) {
  const ProcessTree& tree = model.snapshot().tree;
  const ProcessEntity& life = tree.entity(entity);
  if (life.end_kind == EndKind::seen) {
    const Timestamp end = std::max(life.start, life.end);
    return {end, end};
  }
  Timestamp known = life.start;
  for (const std::span<const EventId> run : model.index->of_entity(entity)) {
    if (!run.empty()) known = std::max(known, model.snapshot().events.time(run.back()));
  }
  const std::span<const EntityId> children = tree.children(entity);
  if (!children.empty()) known = std::max(known, tree.entity(children.back()).start);
  Timestamp until = known;
  if (life.end_kind == EndKind::open) {
    const HostModel* const host = model.find(life.host);
    if (host != nullptr) until = std::max(until, host->markers.last);
  } else {
    // What its records and its end contradict each other in is not decided here.
    until = std::max(until, life.end);
  }
  return {known, until};
}

LanePlanner::LanePlanner(std::shared_ptr<const Model> model, const TimeScale& scale)
    : model_(std::move(model)),
      scale_(scale),
      borders_(event_borders(model_->snapshot().events, scale)),
      scratch_(static_cast<std::size_t>(scale.width())) {}

LanePlan LanePlanner::plan(const Lane& lane) {
  LanePlan plan;
  const ProcessOrder& order = model_->processes;
  switch (lane.kind) {
    case LaneKind::cloud:
    case LaneKind::host: {
      const HostModel& host = model_->hosts[lane.index];
      std::array<std::span<const EventId>, kTickGroups> runs;
      for (std::size_t g = 0; g < kTickGroups; ++g)
        runs[g] = model_->index->of_host(host.host, static_cast<TickGroup>(g));
      add_ticks(runs, plan);
      add_markers(host, plan);
      add_operations(host, plan);
      break;
    }
    case LaneKind::findings:
      add_findings(model_->hosts[lane.index].findings, plan);
      break;
    case LaneKind::runs:
      add_runs(model_->hosts[lane.index], plan);
      break;
    case LaneKind::others: {
      const HostProcesses* const host = order.find(model_->hosts[lane.index].host);
      if (host != nullptr && !lane.open) add_starts(order.others_of(*host), *host, plan);
      break;
    }
    case LaneKind::session:
    case LaneKind::process: {
      const EntityId entity = order.entity(lane.index);
      plan.life = life_of(entity);
      add_ticks(model_->index->of_entity(entity), plan);
      add_findings(model_->findings_of(entity), plan);
      if (lane.kind == LaneKind::session && lane.can_open && !lane.open) {
        const HostProcesses* const host = order.find(model_->snapshot().tree.entity(entity).host);
        add_starts(order.started_in(order.session_of(lane.index)), *host, plan);
      }
      break;
    }
  }
  finish_flags(plan.flags);
  return plan;
}

void LanePlanner::add_ticks(const std::array<std::span<const EventId>, kTickGroups>& runs,
                            LanePlan& plan) {
  int least = scale_.width(), most = -1;
  for (std::size_t g = 0; g < kTickGroups; ++g) {
    fold(runs[g], borders_, [&](int x, auto begin, auto end) {
      TickColumn& column = scratch_[static_cast<std::size_t>(x)];
      column.counts[g] = static_cast<std::uint32_t>(end - begin);
      if (!column.first || *begin < column.first) column.first = *begin;
      least = std::min(least, x);
      most = std::max(most, x);
    });
  }
  if (least <= most) plan.ticks.reserve(static_cast<std::size_t>(most - least) + 1);
  for (int x = least; x <= most; ++x) {
    TickColumn& column = scratch_[static_cast<std::size_t>(x)];
    if (!column.first) continue;
    column.x = x;
    column.room = scale_.width();
    if (!plan.ticks.empty()) {
      const int distance = x - plan.ticks.back().x;
      plan.ticks.back().room = std::min(plan.ticks.back().room, distance);
      column.room = distance;
    }
    plan.ticks.push_back(column);
    column = {};
  }
}

void LanePlanner::add_points(const std::vector<Marker>& markers, FlagKind kind,
                             std::vector<Flag>& flags) const {
  const auto before = [](const Marker& marker, WideNs time) { return marker.from.ns < time; };
  auto at =
      std::lower_bound(markers.begin(), markers.end(), WideNs{scale_.range().from.ns}, before);
  while (at != markers.end() && at->from <= scale_.range().to) {
    const int x = scale_.x_of(at->from);
    const auto next = std::lower_bound(at, markers.end(), scale_.time_at(x + 1), before);
    flags.push_back({kind, x, static_cast<std::uint32_t>(next - at),
                     static_cast<std::uint32_t>(at - markers.begin()), 0});
    at = next;
  }
}

std::vector<Flag> LanePlanner::cuts(const HostModel& host) const {
  std::vector<Flag> flags;
  add_points(markers_of(host, MarkerKind::boot), FlagKind::boot, flags);
  add_points(markers_of(host, MarkerKind::log_cleared), FlagKind::log_cleared, flags);
  finish_flags(flags);
  return flags;
}

void LanePlanner::add_markers(const HostModel& host, LanePlan& plan) const {
  add_points(markers_of(host, MarkerKind::boot), FlagKind::boot, plan.flags);
  add_points(markers_of(host, MarkerKind::log_cleared), FlagKind::log_cleared, plan.flags);
  add_points(markers_of(host, MarkerKind::clock_set), FlagKind::clock_set, plan.flags);
  const std::vector<Marker>& gaps = markers_of(host, MarkerKind::gap);
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    if (gaps[i].to < scale_.range().from || gaps[i].from > scale_.range().to) continue;
    plan.bands.push_back({std::max(0, scale_.x_of(gaps[i].from)),
                          std::min(scale_.width() - 1, scale_.x_of(gaps[i].to)),
                          static_cast<std::uint32_t>(i)});
  }
}

void LanePlanner::add_runs(const HostModel& host, LanePlan& plan) const {
  for (std::size_t i = 0; i < host.runs.size(); ++i) {
    const RunMark& run = host.runs[i];
    if (run.to < scale_.range().from || run.from > scale_.range().to) continue;
    RunBar bar;
    bar.from_cut = run.from < scale_.range().from;
    bar.to_cut = run.to > scale_.range().to;
    bar.from = std::max(0, scale_.x_of(run.from));
    bar.to = std::min(scale_.width() - 1, scale_.x_of(run.to));
    bar.end_known = run.end_known;
    bar.index = static_cast<std::uint32_t>(i);
    bar.room = scale_.width() - bar.from;
    if (!plan.runs.empty()) plan.runs.back().room = bar.from - plan.runs.back().from;
    plan.runs.push_back(bar);
  }
}

void LanePlanner::add_findings(std::span<const FindingMark> findings, LanePlan& plan) const {
  fold(
      findings, borders_,
      [&](int x, auto begin, auto end) {
        plan.flags.push_back({FlagKind::finding, x, static_cast<std::uint32_t>(end - begin),
                              static_cast<std::uint32_t>(begin - findings.begin()), 0});
      },
      [](const FindingMark& mark) { return mark.event.value; });
}

void LanePlanner::add_operations(const HostModel& host, LanePlan& plan) const {
  fold(
      host.operations, borders_,
      [&](int x, auto begin, auto end) {
        plan.flags.push_back({FlagKind::operation, x, static_cast<std::uint32_t>(end - begin),
                              static_cast<std::uint32_t>(begin - host.operations.begin()), 0});
      },
      [](const OperationMark& mark) { return mark.event.value; });
}

void LanePlanner::add_starts(std::span<const EntityId> lives, const HostProcesses& host,
                             LanePlan& plan) {
  Borders& borders = start_borders_[host.host];
  if (borders.empty()) {
    borders = start_borders(model_->snapshot().tree, host.first_entity, host.last_entity, scale_);
  }
  fold(lives, borders, [&](int x, auto begin, auto end) {
    plan.starts.push_back({x, static_cast<std::uint32_t>(end - begin)});
  });
}

std::optional<Life> LanePlanner::life_of(EntityId entity) const {
  const ProcessEntity& life = model_->snapshot().tree.entity(entity);
  const LifeEnds ends = life_ends(*model_, entity);
  const TimeRange& range = scale_.range();
  if (life.start > range.to || ends.until < range.from) return {};
  Life bar;
  const int last = scale_.width() - 1;
  bar.from = std::max(0, scale_.x_of(life.start));
  bar.known = std::clamp(scale_.x_of(ends.known), ends.known < range.from ? -1 : 0, last);
  bar.until = std::min(last, scale_.x_of(ends.until));
  bar.from_cut = life.start < range.from;
  bar.known_cut = ends.known > range.to;
  bar.until_cut = ends.until > range.to;
  bar.start_seen = life.start_seen;
  bar.end_seen = life.end_kind == EndKind::seen;
  bar.end_told = life.end_kind == EndKind::pid_reuse || life.end_kind == EndKind::boot;
  return bar;
}

void LanePlanner::finish_flags(std::vector<Flag>& flags) const {
  std::stable_sort(flags.begin(), flags.end(),
                   [](const Flag& a, const Flag& b) { return a.x < b.x; });
  for (std::size_t i = 0; i < flags.size(); ++i)
    flags[i].room = (i + 1 < flags.size() ? flags[i + 1].x : scale_.width()) - flags[i].x;
}

}  // namespace stemma::ui::timeline
