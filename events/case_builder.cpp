#include "events/case_builder.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "events/lineage.hpp"

namespace stemma {

std::vector<SourceSpan> CaseSnapshot::spans(EventId id) const {
  std::vector<SourceSpan> all{events.source(id)};
  auto piece =
      std::lower_bound(more_pieces.begin(), more_pieces.end(), id,
                       [](const auto& entry, EventId wanted) { return entry.first < wanted; });
  for (; piece != more_pieces.end() && piece->first == id; ++piece) all.push_back(piece->second);
  return all;
}

CaseBuilder::CaseBuilder(std::vector<Artifact> artifacts)
    : snapshot_(std::make_shared<CaseSnapshot>()) {
  snapshot_->artifacts = std::move(artifacts);
}

void CaseBuilder::add(IndexBatch&& batch) {
  std::vector<StringId> string_of(batch.strings.size() + 1);
  for (std::uint32_t id = 1; id <= batch.strings.size(); ++id) {
    string_of[id] = snapshot_->strings.intern(batch.strings.view(StringId{id}));
  }
  std::vector<HostId> host_of(batch.hosts.size() + 1);
  for (std::uint32_t id = 1; id <= batch.hosts.size(); ++id)
    host_of[id] = snapshot_->hosts.intern(batch.hosts.name(HostId{id}));

  const auto text = [&](StringId& id) { id = string_of[id.value]; };
  const std::uint32_t base = static_cast<std::uint32_t>(rows_.size());
  const auto event = [&](EventId& id) { id.value += base; };
  for (EventRow& row : batch.rows) {
    row.host = host_of[row.host.value];
    text(row.channel);
    text(row.code);
    rows_.push_back(row);
  }
  const std::uint32_t args_base = static_cast<std::uint32_t>(args_.size());
  for (StringId arg : batch.args) args_.push_back(string_of[arg.value]);
  for (ProcessRecord& record : batch.processes) {
    event(record.event);
    record.host = host_of[record.host.value];
    record.args.first += args_base;
    for (StringId* id :
         {&record.guid, &record.parent_guid, &record.name, &record.executable, &record.command_line,
          &record.working_directory, &record.user_id, &record.user_name, &record.user_domain,
          &record.integrity_level, &record.parent_executable, &record.parent_command_line}) {
      text(*id);
    }
    processes_.push_back(record);
  }
  for (ProcessMention& mention : batch.mentions) {
    event(mention.event);
    mention.host = host_of[mention.host.value];
    text(mention.guid);
    text(mention.executable);
    mentions_.push_back(mention);
  }
  for (auto& [id, piece] : batch.more_pieces) {
    event(id);
    snapshot_->more_pieces.emplace_back(id, piece);
  }
}

void CaseBuilder::add_logs(std::span<const ImportLog> logs) {
  for (std::size_t i = 0; i < logs.size() && i < snapshot_->artifacts.size(); ++i)
    snapshot_->artifacts[i].log.add(logs[i]);
}

std::shared_ptr<CaseSnapshot> CaseBuilder::freeze() {
  const std::vector<HostId> stands_for = snapshot_->hosts.unite();
  const auto host = [&](HostId& id) {
    if (id) id = stands_for[id.index()];
  };
  for (EventRow& row : rows_) host(row.host);
  for (ProcessRecord& record : processes_) host(record.host);
  for (ProcessMention& mention : mentions_) host(mention.host);

  std::vector<std::uint32_t> order(rows_.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const EventRow& x = rows_[a];
    const EventRow& y = rows_[b];
    return std::tie(x.time, x.source.artifact, x.source.offset) <
           std::tie(y.time, y.source.artifact, y.source.offset);
  });

  // Copies have one time, so they lie in one run of the sorted order.
  std::vector<bool> copy(rows_.size(), false);
  const auto identity = [&](std::uint32_t at) {
    const EventRow& row = rows_[at];
    return std::tuple(row.host, row.channel, row.sequence, row.code, row.content_hash,
                      row.recovered);
  };
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && rows_[order[end]].time == rows_[order[begin]].time) ++end;
    if (end - begin > 1) {
      std::vector<std::uint32_t> run(order.begin() + static_cast<std::ptrdiff_t>(begin),
                                     order.begin() + static_cast<std::ptrdiff_t>(end));
      std::stable_sort(run.begin(), run.end(),
                       [&](std::uint32_t a, std::uint32_t b) { return identity(a) < identity(b); });
      std::uint32_t kept = run.front();
      for (std::size_t i = 1; i < run.size(); ++i) {
        const EventRow& a = rows_[kept];
        const EventRow& b = rows_[run[i]];
        const bool same = std::tie(a.host, a.channel, a.sequence, a.code, a.content_hash) ==
                          std::tie(b.host, b.channel, b.sequence, b.code, b.content_hash);
        if (!same || a.source == b.source) {
          kept = run[i];
          continue;
        }
        copy[run[i]] = true;
        snapshot_->artifacts[b.source.artifact.index()].log.note(Defect::duplicate_event,
                                                                 b.source.offset, {});
      }
    }
    begin = end;
  }

  std::vector<EventRow> sorted;
  sorted.reserve(rows_.size());
  std::vector<EventId> id_of(rows_.size() + 1);
  for (const std::uint32_t at : order) {
    if (copy[at]) continue;
    sorted.push_back(rows_[at]);
    id_of[at + 1] = EventId::from_index(sorted.size() - 1);
  }
  rows_ = {};
  snapshot_->events = EventStore(sorted);
  sorted = {};

  const auto renumber = [&](auto& list, auto event_of) {
    for (auto& entry : list) event_of(entry) = id_of[event_of(entry).value];
    list.erase(
        std::remove_if(list.begin(), list.end(), [&](auto& entry) { return !event_of(entry); }),
        list.end());
    std::stable_sort(list.begin(), list.end(),
                     [&](auto& a, auto& b) { return event_of(a) < event_of(b); });
  };
  const auto own_event = [](auto& entry) -> auto& {
    return entry.event;
  };
  renumber(processes_, own_event);
  renumber(mentions_, own_event);
  renumber(
      snapshot_->more_pieces, [](auto& entry) -> auto& { return entry.first; });

  Lineage lineage = build_lineage({snapshot_->events, snapshot_->hosts, snapshot_->strings,
                                   std::move(processes_), std::move(mentions_), std::move(args_)});
  snapshot_->tree = std::move(lineage.tree);
  for (const auto& [id, entity] : lineage.entity_of_event) snapshot_->events.set_entity(id, entity);
  return std::move(snapshot_);
}

}  // namespace stemma
