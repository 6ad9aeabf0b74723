#include "detection/coverage/log_gaps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace stemma {
namespace {

/// A skip of fewer audit serials is never told: a burst of unlogged calls makes as many.
constexpr std::uint64_t kSerials = 256;
/// …and only one this many times what the log skips on average.
constexpr std::uint64_t kTimesUsual = 64;
/// Serials that fall by less are records of several processors, not a new boot.
constexpr std::uint64_t kSerialsOutOfOrder = 256;

void put_in_order(Gap& gap) {
  if (gap.to < gap.from) std::swap(gap.from, gap.to);
}

bool by_time(const Gap& a, const Gap& b) {
  return a.from != b.from ? a.from < b.from : a.to < b.to;
}

void add(std::uint64_t& sum, std::uint64_t more) {
  sum = more > std::numeric_limits<std::uint64_t>::max() - sum
            ? std::numeric_limits<std::uint64_t>::max()
            : sum + more;
}

bool is_daemons(std::string_view code) {
  return code.substr(0, 7) == "DAEMON_";
}

}  // namespace

std::vector<Gap> id_gaps(const CaseSnapshot& snapshot, std::vector<EventId> events) {
  const EventStore& store = snapshot.events;
  std::erase_if(events, [&](EventId id) { return store.sequence(id) == 0; });
  const auto below = [&](EventId a, EventId b) { return store.sequence(a) < store.sequence(b); };
  if (!std::is_sorted(events.begin(), events.end(), below))
    std::stable_sort(events.begin(), events.end(), below);
  std::vector<Gap> gaps;
  for (std::size_t i = 1; i < events.size(); ++i) {
    const std::uint64_t step = store.sequence(events[i]) - store.sequence(events[i - 1]);
    if (step <= 1) continue;
    Gap& gap = gaps.emplace_back();
    gap.from = store.time(events[i - 1]);
    gap.to = store.time(events[i]);
    gap.count = step - 1;
    put_in_order(gap);
  }
  // Holes all over are a filtered export; then none of them is worth a line of its own.
  const bool scattered = gaps.size() > std::max(kNamedGaps, events.size() / 20) ||
                         (gaps.size() > 2 && gaps.size() > events.size() / 4);
  const std::size_t named = scattered ? 0 : std::min(gaps.size(), kNamedGaps);
  std::stable_sort(gaps.begin(), gaps.end(),
                   [](const Gap& a, const Gap& b) { return a.count > b.count; });
  if (gaps.size() > named) {
    Gap rest = gaps[named];
    rest.places = gaps.size() - named;
    rest.all_over = scattered;
    for (std::size_t i = named + 1; i < gaps.size(); ++i) {
      add(rest.count, gaps[i].count);
      rest.from = std::min(rest.from, gaps[i].from);
      rest.to = std::max(rest.to, gaps[i].to);
    }
    gaps.resize(named);
    gaps.push_back(rest);
  }
  std::stable_sort(gaps.begin(), gaps.end(), by_time);
  return gaps;
}

bool one_count(const CaseSnapshot& snapshot, std::span<const EventId> by_id) {
  const EventStore& store = snapshot.events;
  for (std::size_t i = 1; i < by_id.size(); ++i) {
    if (store.source(by_id[i]).artifact == store.source(by_id[i - 1]).artifact) continue;
    if (store.time(by_id[i]).ns < store.time(by_id[i - 1]).ns - 3600 * kNsPerSecond) return false;
  }
  return true;
}

std::vector<Gap> serial_gaps(const CaseSnapshot& snapshot, std::span<const EventId> events) {
  const EventStore& store = snapshot.events;
  std::vector<Gap> skips;
  std::uint64_t skipped = 0;
  std::uint64_t highest = 0;
  EventId at;
  for (const EventId id : events) {
    // The daemon's own events have numbers of their own.
    if (store.source_kind(id) != SourceKind::auditd ||
        is_daemons(snapshot.strings.view(store.code(id))))
      continue;
    const std::uint64_t serial = store.sequence(id);
    if (at && serial < highest && highest - serial <= kSerialsOutOfOrder) continue;
    if (at && serial > highest + 1) {
      const std::uint64_t count = serial - highest - 1;
      add(skipped, count);
      if (count >= kSerials) {
        Gap& gap = skips.emplace_back();
        gap.kind = GapKind::serials_missing;
        gap.from = store.time(at);
        gap.to = store.time(id);
        gap.count = count;
        put_in_order(gap);
      }
    }
    at = id;
    highest = serial;
  }
  std::stable_sort(skips.begin(), skips.end(),
                   [](const Gap& a, const Gap& b) { return a.count > b.count; });
  if (skips.size() > kNamedGaps) skips.resize(kNamedGaps);
  std::uint64_t told = 0;
  for (const Gap& gap : skips) add(told, gap.count);
  const std::uint64_t usual =
      skipped > told ? (skipped - told) / std::max<std::size_t>(1, events.size()) : 0;
  std::erase_if(skips, [&](const Gap& gap) { return gap.count / kTimesUsual < usual; });
  std::stable_sort(skips.begin(), skips.end(), by_time);
  return skips;
}

std::vector<Damage> damage(const CaseSnapshot& snapshot, ArtifactId artifact,
                           std::span<const EventId> events) {
  const EventStore& store = snapshot.events;
  const Artifact& file = snapshot.artifact(artifact);
  const std::string name = file.path.substr(file.path.rfind('/') + 1);
  std::vector<Damage> out;
  if (events.empty()) return out;
  for (const auto& [defect, entry] : file.log.defects()) {
    if (!is_refusal(defect)) continue;
    for (std::size_t i = 0; i < entry.first_places.size(); ++i) {
      const DefectPlace& place = entry.first_places[i];
      const auto next = std::lower_bound(
          events.begin(), events.end(), place.offset,
          [&](EventId id, std::uint64_t offset) { return store.source(id).offset < offset; });
      const EventId behind = next == events.end() ? EventId{} : *next;
      const EventId before = next == events.begin() ? EventId{} : *(next - 1);
      Damage one;
      one.beside = before ? before : behind;
      one.gap.kind = GapKind::damaged;
      one.gap.from = store.time(before ? before : behind);
      one.gap.to = store.time(behind ? behind : before);
      // Only the first places are known; the rest is counted with the last of them.
      const bool last = i + 1 == entry.first_places.size();
      one.gap.count = last ? entry.count - i : 1;
      if (last && one.gap.count > 1) {
        one.gap.to = std::max(one.gap.to, store.time(events.back()));
        one.gap.places = one.gap.count;
      }
      one.gap.detail = fmt::format("{} in {} from 0x{:x}", defect_name(defect), name, place.offset);
      put_in_order(one.gap);
      out.push_back(std::move(one));
    }
  }
  // Defects between the same two events are one gap.
  std::stable_sort(out.begin(), out.end(),
                   [](const Damage& a, const Damage& b) { return by_time(a.gap, b.gap); });
  std::vector<Damage> joined;
  for (Damage& one : out) {
    if (!joined.empty() && joined.back().gap.places == one.gap.places &&
        joined.back().gap.from == one.gap.from && joined.back().gap.to == one.gap.to) {
      add(joined.back().gap.count, one.gap.count);
    } else {
      joined.push_back(std::move(one));
    }
  }
  return joined;
}

}  // namespace stemma
