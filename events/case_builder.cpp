#include "events/case_builder.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "events/lineage.hpp"
#include "events/run_sort.hpp"

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

void CaseBuilder::add(const IndexBatch& batch) {
  string_of_.resize(batch.strings.size() + 1);
  for (std::uint32_t id = 1; id <= batch.strings.size(); ++id)
    string_of_[id] = snapshot_->strings.intern_from(batch.strings, StringId{id});
  host_of_.resize(batch.hosts.size() + 1);
  for (std::uint32_t id = 1; id <= batch.hosts.size(); ++id)
    host_of_[id] = snapshot_->hosts.intern(batch.strings.view(batch.hosts[id - 1]));
  class_of_.resize(batch.classes.size() + 1);
  for (std::uint32_t id = 1; id <= batch.classes.size(); ++id) {
    EventClass known = batch.classes[EventClassId{id}];
    known.channel = string_of_[known.channel.value];
    known.code = string_of_[known.code.value];
    known.host = host_of_[known.host.value];
    class_of_[id] = classes_.intern(known);
  }

  const std::size_t base = columns_.size();
  const std::size_t size = base + batch.rows.size();
  const auto append = [&](auto& column, auto value_of) {
    column.resize(size);
    auto* to = column.data() + base;
    for (const EventRow& row : batch.rows) *to++ = value_of(row);
  };
  append(columns_.time, [](const EventRow& row) { return row.time.ns; });
  append(columns_.offset, [](const EventRow& row) { return row.offset; });
  append(columns_.sequence, [](const EventRow& row) { return row.sequence; });
  append(columns_.length, [](const EventRow& row) { return row.length; });
  append(columns_.event_class,
         [&](const EventRow& row) { return class_of_[row.event_class.value]; });

  const auto text = [&](StringId& id) { id = string_of_[id.value]; };
  const auto event = [&](EventId& id) { id.value += static_cast<std::uint32_t>(base); };
  const std::uint32_t args_base = static_cast<std::uint32_t>(args_.size());
  for (StringId arg : batch.args) args_.push_back(string_of_[arg.value]);
  const std::uint32_t ancestry_base = static_cast<std::uint32_t>(ancestry_.size());
  for (StringId id : batch.ancestry) ancestry_.push_back(string_of_[id.value]);
  for (ProcessRecord record : batch.processes) {
    event(record.event);
    record.host = host_of_[record.host.value];
    record.args.first += args_base;
    record.ancestry.first += ancestry_base;
    for (StringId* id :
         {&record.guid, &record.parent_guid, &record.name, &record.executable, &record.command_line,
          &record.working_directory, &record.user_id, &record.user_name, &record.user_domain,
          &record.integrity_level, &record.parent_executable, &record.parent_command_line}) {
      text(*id);
    }
    processes_.push_back(record);
  }
  for (ProcessMention mention : batch.mentions) {
    event(mention.event);
    mention.host = host_of_[mention.host.value];
    text(mention.guid);
    text(mention.executable);
    mentions_.push_back(mention);
  }
  for (auto [id, piece] : batch.more_pieces) {
    event(id);
    snapshot_->more_pieces.emplace_back(id, piece);
  }
  count(batch);
}

void CaseBuilder::count(const IndexBatch& batch) {
  counts_ += batch.counts();
  // Those are shared with the batches before.
  counts_.string_bytes = snapshot_->strings.memory();
  counts_.class_bytes = classes_.bytes();
}

void CaseBuilder::add_logs(std::span<const ImportLog> logs) {
  for (std::size_t i = 0; i < logs.size() && i < snapshot_->artifacts.size(); ++i)
    snapshot_->artifacts[i].log.add(logs[i]);
}

template <class T>
void CaseBuilder::put_in_order(Column<T>& column, const Column<std::uint32_t>& order) {
  Column<T> sorted;
  sorted.resize(order.size());
  T* to = sorted.data();
  for (const std::uint32_t row : order) *to++ = column[row];
  column = std::move(sorted);
}

std::shared_ptr<CaseSnapshot> CaseBuilder::freeze(const ContentHasher& hasher) {
  const std::vector<HostId> stands_for = snapshot_->hosts.unite();
  const auto host = [&](HostId& id) {
    if (id) id = stands_for[id.index()];
  };
  for (EventClass& known : classes_.all()) host(known.host);
  for (ProcessRecord& record : processes_) host(record.host);
  for (ProcessMention& mention : mentions_) host(mention.host);

  Column<std::uint32_t> order;
  order.resize(columns_.size());
  std::iota(order.begin(), order.end(), 0u);
  sort_runs(std::span(order.data(), order.size()), [&](std::uint32_t a, std::uint32_t b) {
    if (columns_.time[a] != columns_.time[b]) return columns_.time[a] < columns_.time[b];
    const ArtifactId x = classes_[columns_.event_class[a]].artifact;
    const ArtifactId y = classes_[columns_.event_class[b]].artifact;
    return x != y ? x < y : columns_.offset[a] < columns_.offset[b];
  });

  std::vector<bool> copy;
  find_copies(columns_, classes_, {order.data(), order.size()}, snapshot_->strings, hasher,
              [&](std::uint32_t row, const SourceSpan& source) {
                copy.resize(columns_.size());
                copy[row] = true;
                snapshot_->artifacts[source.artifact.index()].log.note(Defect::duplicate_event,
                                                                       source.offset, {});
              });
  const bool has_copies = !copy.empty();
  if (has_copies) {
    const auto end =
        std::remove_if(order.begin(), order.end(), [&](std::uint32_t row) { return copy[row]; });
    order.resize(static_cast<std::size_t>(end - order.begin()));
    copy = {};
  }

  if (has_copies || !std::is_sorted(order.begin(), order.end())) {
    Column<EventId> id_of;
    id_of.resize(columns_.size());
    std::fill(id_of.begin(), id_of.end(), EventId{});
    for (std::size_t i = 0; i < order.size(); ++i) id_of[order[i]] = EventId::from_index(i);
    put_in_order(columns_.time, order);
    put_in_order(columns_.offset, order);
    put_in_order(columns_.sequence, order);
    put_in_order(columns_.length, order);
    put_in_order(columns_.event_class, order);
    // What belongs to a copy goes with it.
    const auto renumber = [&](auto& list) {
      std::size_t kept = 0;
      for (auto& entry : list) {
        entry.event = id_of[entry.event.index()];
        if (entry.event) list[kept++] = entry;
      }
      list.resize(kept);
    };
    renumber(processes_);
    renumber(mentions_);
    auto& pieces = snapshot_->more_pieces;
    for (auto& [id, piece] : pieces) id = id_of[id.index()];
    std::erase_if(pieces, [](const auto& entry) { return !entry.first; });
    sort_runs(std::span(pieces), [](const auto& a, const auto& b) { return a.first < b.first; });
  } else {
    columns_.time.shrink();
    columns_.offset.shrink();
    columns_.sequence.shrink();
    columns_.length.shrink();
    columns_.event_class.shrink();
  }
  order = {};
  snapshot_->events = EventStore(std::move(columns_), std::move(classes_));

  Lineage lineage =
      build_lineage({snapshot_->events, snapshot_->hosts, snapshot_->strings, std::move(processes_),
                     std::move(mentions_), std::move(args_), std::move(ancestry_)});
  snapshot_->tree = std::move(lineage.tree);
  for (const auto& [id, entity] : lineage.entity_of_event) snapshot_->events.set_entity(id, entity);
  return std::move(snapshot_);
}

}  // namespace stemma
