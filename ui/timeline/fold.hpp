// Folding: what of a run of ids, ascending and in the order of time, falls into each pixel column.
// Searches and jumps, so that a lane costs its columns and not its events.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

#include "events/event_store.hpp"
#include "events/ids.hpp"
#include "events/process_tree.hpp"
#include "ui/timeline/time_scale.hpp"

namespace stemma::ui::timeline {

/// The ids at the borders of columns: column x holds the ids from borders[x] to before
/// borders[x + 1]. One more than there are columns. Made once for all lanes of a picture, it turns
/// times into numbers that a run of ids can be searched for.
using Borders = std::vector<std::uint32_t>;

/// Borders of events. O(columns · log events).
Borders event_borders(const EventStore& events, const TimeScale& scale);

/// Borders of process lives by their start, of the lives of one host, which lie in the order of
/// their starts: numbers `first` to before `last`. O(columns · log lives).
Borders start_borders(const ProcessTree& tree, EntityId first, EntityId last,
                      const TimeScale& scale);

/// Calls visit(x, begin, end) for every column that holds some of `ids`, from left to right; ids
/// [begin, end) are in it. O(min(columns, ids) · log).
/// @param ids  ascending
/// @param key  what is compared with borders; ids themselves need none
struct IdValue {
  template <class Tag>
  std::uint32_t operator()(Id<Tag> id) const {
    return id.value;
  }
};
template <class Ids, class Visit, class Key = IdValue>
void fold(const Ids& ids, const Borders& borders, const Visit& visit, const Key& key = {}) {
  const auto below = [&](const auto& id, std::uint32_t value) { return key(id) < value; };
  auto at = std::lower_bound(std::begin(ids), std::end(ids), borders.front(), below);
  const auto end = std::lower_bound(at, std::end(ids), borders.back(), below);
  // What comes next is near in most lanes, among the borders as among the ids: step in doubling
  // strides before searching.
  const auto first_from = [](auto from, auto last, std::ptrdiff_t stride, const auto& before) {
    auto far = from;
    for (; far != last && before(*far); stride *= 2) {
      from = far;
      far += std::min<std::ptrdiff_t>(stride, last - far);
    }
    return std::partition_point(from, far, before);
  };
  auto border = borders.begin();
  std::ptrdiff_t stride = 1;
  while (at != end) {
    const std::uint32_t value = key(*at);
    border = first_from(border, borders.end(), 1, [&](std::uint32_t one) { return one <= value; });
    const std::uint32_t right = *border;
    const auto next = first_from(at, end, stride, [&](const auto& id) { return key(id) < right; });
    stride = 1 + (next - at) / 2;  // a column is much like the one before
    visit(static_cast<int>(border - borders.begin()) - 1, at, next);
    at = next;
  }
}

/// Events of every column, of the whole case. O(columns).
std::vector<std::uint32_t> histogram(const Borders& borders);

/// How many of `ids`, ascending, lie in every column. O(min(columns, ids) · log).
std::vector<std::uint32_t> histogram(std::span<const EventId> ids, const Borders& borders);

}  // namespace stemma::ui::timeline
