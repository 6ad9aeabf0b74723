#include "events/lineage_order.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "events/lineage.hpp"
#include "events/run_sort.hpp"

namespace stemma {
namespace {

struct AuditKey {
  std::uint32_t position;  // into events
  std::uint32_t boot;
  std::uint64_t serial;
};

// Records of one host in the order they were written: files by their first record's time, then by
// place in the file.
std::vector<std::uint32_t> written_order(const EventStore& store, std::span<const EventId> events,
                                         std::vector<std::uint32_t> positions) {
  std::map<ArtifactId, std::int64_t> first_time;
  for (const std::uint32_t at : positions) {
    const ArtifactId artifact = store.source(events[at]).artifact;
    const std::int64_t time = store.time(events[at]).ns;
    const auto [entry, fresh] = first_time.try_emplace(artifact, time);
    if (!fresh) entry->second = std::min(entry->second, time);
  }
  sort_runs(std::span(positions), [&](std::uint32_t a, std::uint32_t b) {
    const SourceSpan x = store.source(events[a]);
    const SourceSpan y = store.source(events[b]);
    if (x.artifact == y.artifact) return x.offset < y.offset;
    return std::tuple(first_time[x.artifact], x.artifact, x.offset) <
           std::tuple(first_time[y.artifact], y.artifact, y.offset);
  });
  return positions;
}

}  // namespace

std::vector<std::uint32_t> order_of_happening(const EventStore& store,
                                              std::span<const EventId> events) {
  std::vector<std::int64_t> time(events.size());
  std::vector<std::uint64_t> tie(events.size());
  std::vector<std::uint32_t> audit;
  for (std::uint32_t at = 0; at < events.size(); ++at) {
    time[at] = store.time(events[at]).ns;
    tie[at] = 0;
    if (store.source_kind(events[at]) == SourceKind::auditd) audit.push_back(at);
  }

  std::vector<AuditKey> keys;
  std::uint32_t boot = 0;
  std::uint64_t highest = 0;
  for (const std::uint32_t at : written_order(store, events, std::move(audit))) {
    const std::uint64_t serial = store.sequence(events[at]);
    if (serial + kSerialResetGap < highest) {
      ++boot;
      highest = serial;
    }
    highest = std::max(highest, serial);
    keys.push_back({at, boot, serial});
  }
  sort_runs(std::span(keys), [](const AuditKey& a, const AuditKey& b) {
    return std::tie(a.boot, a.serial) < std::tie(b.boot, b.serial);
  });
  std::int64_t latest = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const bool new_boot = i == 0 || keys[i].boot != keys[i - 1].boot;
    std::int64_t& own = time[keys[i].position];
    // A step back keeps the order of serials; a stamp a day and more behind is damage, and must not
    // drag the rest along.
    if (new_boot || own >= latest || latest - own > kMaxClockStepNs) {
      latest = own;
    } else {
      own = latest;
    }
    tie[keys[i].position] = i + 1;
  }

  std::vector<std::uint32_t> order(events.size());
  std::iota(order.begin(), order.end(), 0u);
  sort_runs(std::span(order), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(time[a], tie[a], events[a]) < std::tie(time[b], tie[b], events[b]);
  });
  return order;
}

}  // namespace stemma
