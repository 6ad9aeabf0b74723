#include "ui/timeline/model.hpp"

#include <algorithm>
#include <tuple>

#include "ui/timeline/zoom.hpp"

namespace stemma::ui::timeline {
namespace {

// Times that are none: what has no time stands at 1970.
bool has_time(Timestamp time) {
  return time != Timestamp{};
}

std::vector<EntityId> of_interest(const OpenCase& open_case) {
  std::vector<EntityId> all;
  for (const Finding& finding : open_case.findings) {
    all.push_back(finding.entity);
    all.push_back(finding.run);
  }
  if (open_case.incident) {
    for (const Invocation& run : open_case.incident->invocations) {
      all.push_back(run.root);
      for (const RunProcess& process : run.processes) all.push_back(process.entity);
    }
  }
  std::erase_if(all, [](EntityId id) { return !id; });
  return all;
}

class Builder {
 public:
  explicit Builder(Model& model) : model_(model), case_(*model.open_case) {}

  void hosts() {
    const CaseSnapshot& snapshot = *case_.snapshot;
    std::vector<std::uint8_t> machine(model_.index->host_slots(), 0);
    for (const EventClass& known : snapshot.events.classes().all()) {
      if (!is_cloud_log(known.source_kind)) machine[known.host.value] = 1;
    }
    slot_.assign(model_.index->host_slots(), nullptr);
    model_.hosts.reserve(slot_.size());
    for (std::uint32_t i = 0; i < slot_.size(); ++i) {
      const std::uint64_t events = model_.index->events_of_host(HostId{i});
      if (events == 0) continue;
      HostModel host;
      host.host = HostId{i};
      host.events = events;
      host.cloud = machine[i] == 0;
      host.markers.host = HostId{i};
      model_.hosts.push_back(std::move(host));
      slot_[i] = &model_.hosts.back();
    }
  }

  void ends() {
    for (const ProcessEntity& entity : case_.snapshot->tree.entities()) {
      if (entity.end_kind != EndKind::seen) continue;
      if (HostModel* host = find(entity.host)) host->ends_seen = true;
    }
  }

  // They say nothing but what the snapshot does, so an earlier stage's will do.
  void markers_of(const Model& before) {
    for (HostModel& host : model_.hosts) {
      if (const HostModel* known = before.find(host.host)) host.markers = known->markers;
    }
  }

  void markers(const std::stop_token& stop) {
    for (HostMarkers& markers : find_markers(*case_.snapshot, stop)) {
      if (HostModel* host = find(markers.host)) host->markers = std::move(markers);
    }
  }

  void findings() {
    for (std::size_t i = 0; i < case_.findings.size(); ++i) {
      const Finding& finding = case_.findings[i];
      if (!finding.event) continue;
      const FindingMark mark{finding.event, finding.entity, static_cast<std::uint32_t>(i)};
      if (HostModel* host = find(case_.snapshot->events.host(finding.event)))
        host->findings.push_back(mark);
      if (finding.entity) model_.findings_by_entity.push_back(mark);
    }
    const auto by_event = [](const FindingMark& a, const FindingMark& b) {
      return std::tie(a.event, a.finding) < std::tie(b.event, b.finding);
    };
    for (HostModel& host : model_.hosts)
      std::sort(host.findings.begin(), host.findings.end(), by_event);
    std::sort(model_.findings_by_entity.begin(), model_.findings_by_entity.end(),
              [](const FindingMark& a, const FindingMark& b) {
                return std::tie(a.entity, a.event, a.finding) <
                       std::tie(b.entity, b.event, b.finding);
              });
  }

  void runs() {
    if (!case_.incident) return;
    for (std::size_t i = 0; i < case_.incident->invocations.size(); ++i) {
      const Invocation& run = case_.incident->invocations[i];
      if (!run.start.known()) continue;
      const HostId id = case_.snapshot->hosts.find(run.host);
      HostModel* const host = find(id);
      if (host == nullptr || (!id && !run.host.empty())) continue;
      RunMark mark;
      mark.from = mark.to = run.start.time;
      mark.invocation = static_cast<std::uint32_t>(i);
      mark.end_known = run.end.known() && run.end.time >= mark.from;
      if (mark.end_known) {
        mark.to = run.end.time;
      } else {
        for (const RunProcess& process : run.processes)
          mark.to = std::max(mark.to, case_.snapshot->tree.entity(process.entity).start);
        for (const Trace& trace : run.traces) mark.to = std::max(mark.to, trace.time);
      }
      host->runs.push_back(mark);
    }
    for (std::size_t i = 0; i < case_.incident->operations.size(); ++i) {
      const CloudOperation& operation = case_.incident->operations[i];
      if (operation.events.empty()) continue;
      HostModel* const host = find(case_.snapshot->events.host(operation.events.front()));
      if (host == nullptr) continue;
      host->operations.push_back({operation.first, std::max(operation.first, operation.last),
                                  operation.events.front(), static_cast<std::uint32_t>(i)});
    }
    for (HostModel& host : model_.hosts) {
      std::stable_sort(host.runs.begin(), host.runs.end(),
                       [](const RunMark& a, const RunMark& b) { return a.from < b.from; });
      std::stable_sort(
          host.operations.begin(), host.operations.end(),
          [](const OperationMark& a, const OperationMark& b) { return a.event < b.event; });
    }
  }

  // Last: hosts move.
  void order() {
    const HostTable& names = case_.snapshot->hosts;
    const auto rank = [](const HostModel& host) {
      return host.cloud ? 0 : host.findings.empty() && host.runs.empty() ? 2 : 1;
    };
    std::stable_sort(model_.hosts.begin(), model_.hosts.end(),
                     [&](const HostModel& a, const HostModel& b) {
                       const int left = rank(a), right = rank(b);
                       if (left != right) return left < right;
                       return names.name(a.host) < names.name(b.host);
                     });
    model_.host_places.assign(slot_.size(), 0);
    for (std::uint32_t i = 0; i < model_.hosts.size(); ++i)
      model_.host_places[model_.hosts[i].host.value] = i + 1;
    slot_.clear();
  }

 private:
  HostModel* find(HostId host) { return host.value < slot_.size() ? slot_[host.value] : nullptr; }

  Model& model_;
  const OpenCase& case_;
  std::vector<HostModel*> slot_;  // by host id, 0 being none
};

// Events are sorted, so what has no time lies together.
void find_span(Model& model) {
  const EventStore& events = model.snapshot().events;
  const std::size_t size = events.size();
  const std::size_t first_none = events.first_at(Timestamp{0}).index();
  const std::size_t after_none = events.first_at(Timestamp{1}).index();
  model.untimed = after_none - first_none;
  if (model.untimed == size) {
    model.span = {Timestamp{0}, Timestamp{0}};
  } else {
    const std::size_t first = first_none == 0 ? after_none : 0;
    const std::size_t last = after_none == size ? first_none - 1 : size - 1;
    model.span = {events.time(EventId::from_index(first)), events.time(EventId::from_index(last))};
  }
  model.limits = limits_around(model.span);
}

}  // namespace

const HostModel* Model::find(HostId host) const {
  const std::uint32_t place = host.value < host_places.size() ? host_places[host.value] : 0;
  return place == 0 ? nullptr : &hosts[place - 1];
}

std::span<const FindingMark> Model::findings_of(EntityId entity) const {
  const auto less = [](const FindingMark& mark, EntityId id) { return mark.entity < id; };
  const auto more = [](EntityId id, const FindingMark& mark) { return id < mark.entity; };
  const auto first =
      std::lower_bound(findings_by_entity.begin(), findings_by_entity.end(), entity, less);
  const auto last = std::upper_bound(first, findings_by_entity.end(), entity, more);
  return {first, last};
}

TimeRange Model::focus() const {
  TimeRange range;
  bool any = false;
  const auto take = [&](Timestamp from, Timestamp to) {
    if (!has_time(from)) return;
    range.from = any ? std::min(range.from, from) : from;
    range.to = any ? std::max(range.to, to) : to;
    any = true;
  };
  for (const HostModel& host : hosts) {
    for (const FindingMark& mark : host.findings) {
      const Timestamp time = snapshot().events.time(mark.event);
      take(time, time);
    }
    for (const RunMark& run : host.runs) take(run.from, run.to);
    for (const OperationMark& mark : host.operations) {
      const CloudOperation& operation = open_case->incident->operations[mark.operation];
      if (operation.invocation) take(mark.from, mark.to);
    }
  }
  return any ? range : span;
}

std::shared_ptr<const Model> build_timeline(std::shared_ptr<const OpenCase> open_case,
                                            const std::stop_token& stop, const Model* before) {
  auto model = std::make_shared<Model>();
  model->open_case = std::move(open_case);
  if (!model->open_case || !model->open_case->snapshot ||
      model->open_case->snapshot->events.size() == 0)
    return model;
  const bool same = before != nullptr && !before->empty() &&
                    before->open_case->snapshot == model->open_case->snapshot;
  model->index =
      same ? before->index : std::make_shared<const EventIndex>(*model->open_case->snapshot, stop);
  if (stop.stop_requested()) return nullptr;
  find_span(*model);
  const std::vector<EntityId> first = of_interest(*model->open_case);
  model->processes = ProcessOrder(*model->open_case->snapshot, first);
  if (stop.stop_requested()) return nullptr;
  Builder builder(*model);
  builder.hosts();
  builder.ends();
  if (same) {
    builder.markers_of(*before);
  } else {
    builder.markers(stop);
  }
  builder.findings();
  builder.runs();
  builder.order();
  if (stop.stop_requested()) return nullptr;
  return model;
}

}  // namespace stemma::ui::timeline
