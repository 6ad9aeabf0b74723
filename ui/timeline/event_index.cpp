#include "ui/timeline/event_index.hpp"

#include <algorithm>

namespace stemma::ui::timeline {
namespace {

// Events between two looks at the stop token: some milliseconds.
constexpr std::size_t kEventsPerLook = std::size_t{1} << 20;

bool stopped(std::size_t at, const std::stop_token& stop) {
  return at % kEventsPerLook == 0 && stop.stop_requested();
}

void sum_up(std::vector<std::uint32_t>& counts) {
  std::uint32_t sum = 0;
  for (std::uint32_t& count : counts) {
    const std::uint32_t own = count;
    count = sum;
    sum += own;
  }
}

}  // namespace

EventIndex::EventIndex(const CaseSnapshot& snapshot, const std::stop_token& stop)
    : store_(&snapshot.events) {
  group_of_class_.reserve(store_->classes().size());
  for (const EventClass& known : store_->classes().all())
    group_of_class_.push_back(tick_group(known.categories));
  by_host(stop);
  by_entity(snapshot.tree.entities().size(), stop);
}

// Both are counting sorts: the order of ids within a key stays, and it is the order of time.
void EventIndex::by_host(const std::stop_token& stop) {
  const std::span<const EventClass> classes = store_->classes().all();
  std::uint32_t hosts = 1;
  for (const EventClass& known : classes) hosts = std::max(hosts, known.host.value + 1);
  std::vector<std::uint32_t> key_of_class;
  key_of_class.reserve(classes.size());
  for (std::size_t i = 0; i < classes.size(); ++i) {
    key_of_class.push_back(static_cast<std::uint32_t>(
        classes[i].host.value * kTickGroups + static_cast<std::size_t>(group_of_class_[i])));
  }
  host_begin_.assign(hosts * kTickGroups + 1, 0);
  const std::size_t size = store_->size();
  for (std::size_t i = 0; i < size; ++i) {
    if (stopped(i, stop)) return;
    ++host_begin_[key_of_class[store_->event_class(EventId::from_index(i)).index()]];
  }
  sum_up(host_begin_);
  std::vector<std::uint32_t> next = host_begin_;
  by_host_.resize(size);
  for (std::size_t i = 0; i < size; ++i) {
    if (stopped(i, stop)) return;
    const EventId id = EventId::from_index(i);
    by_host_[next[key_of_class[store_->event_class(id).index()]]++] = id;
  }
}

void EventIndex::by_entity(std::size_t entities, const std::stop_token& stop) {
  entity_begin_.assign(entities + 1, 0);
  const std::size_t size = store_->size();
  for (std::size_t i = 0; i < size; ++i) {
    if (stopped(i, stop)) return;
    const EntityId entity = store_->entity(EventId::from_index(i));
    if (entity) ++entity_begin_[entity.index()];
  }
  sum_up(entity_begin_);
  std::vector<std::uint32_t> next = entity_begin_;
  by_entity_.resize(entity_begin_.back());
  for (std::size_t i = 0; i < size; ++i) {
    if (stopped(i, stop)) return;
    const EventId id = EventId::from_index(i);
    const EntityId entity = store_->entity(id);
    if (entity) by_entity_[next[entity.index()]++] = id;
  }
  // Within each life by group, counted once more.
  std::vector<EventId> own;
  for (std::size_t e = 0; e < entities; ++e) {
    if (stopped(e, stop)) return;
    const std::span<EventId> run(by_entity_.data() + entity_begin_[e],
                                 entity_begin_[e + 1] - entity_begin_[e]);
    if (run.size() < 2) continue;
    std::array<std::uint32_t, kTickGroups + 1> begin = {};
    for (const EventId id : run) ++begin[static_cast<std::size_t>(group(id)) + 1];
    for (std::size_t g = 1; g <= kTickGroups; ++g) begin[g] += begin[g - 1];
    own.assign(run.begin(), run.end());
    for (const EventId id : own) run[begin[static_cast<std::size_t>(group(id))]++] = id;
  }
}

std::span<const EventId> EventIndex::of_host(HostId host, TickGroup group) const {
  const std::size_t key = host.value * kTickGroups + static_cast<std::size_t>(group);
  if (key + 1 >= host_begin_.size()) return {};
  return {by_host_.data() + host_begin_[key], host_begin_[key + 1] - host_begin_[key]};
}

std::uint64_t EventIndex::events_of_host(HostId host) const {
  const std::size_t key = host.value * kTickGroups;
  if (key + kTickGroups >= host_begin_.size()) return 0;
  return host_begin_[key + kTickGroups] - host_begin_[key];
}

std::span<const EventId> EventIndex::all_of_entity(EntityId entity) const {
  if (!entity || entity.index() + 1 >= entity_begin_.size()) return {};
  const std::uint32_t begin = entity_begin_[entity.index()];
  return {by_entity_.data() + begin, entity_begin_[entity.index() + 1] - begin};
}

std::array<std::span<const EventId>, kTickGroups> EventIndex::of_entity(EntityId entity) const {
  std::array<std::span<const EventId>, kTickGroups> runs;
  std::span<const EventId> rest = all_of_entity(entity);
  for (std::size_t g = 0; g < kTickGroups && !rest.empty(); ++g) {
    const auto end = std::partition_point(rest.begin(), rest.end(), [&](EventId id) {
      return static_cast<std::size_t>(group(id)) <= g;
    });
    const auto count = static_cast<std::size_t>(end - rest.begin());
    runs[g] = rest.first(count);
    rest = rest.subspan(count);
  }
  return runs;
}

std::size_t EventIndex::bytes() const {
  return by_host_.bytes() + by_entity_.bytes() +
         (host_begin_.size() + entity_begin_.size()) * sizeof(std::uint32_t) +
         group_of_class_.size();
}

}  // namespace stemma::ui::timeline
