#include "ui/timeline/fold.hpp"

namespace stemma::ui::timeline {
namespace {

// first … last: numbers of things in the order of time. Each search begins where the one before
// ended.
template <class TimeOf>
Borders borders_of(std::uint32_t first, std::uint32_t last, const TimeScale& scale,
                   const TimeOf& time) {
  Borders borders(static_cast<std::size_t>(scale.width()) + 1);
  const auto time_of = [&](std::uint64_t id) { return time(static_cast<std::uint32_t>(id)); };
  std::uint32_t from = first;
  for (int x = 0; x <= scale.width(); ++x) {
    const WideNs begin = scale.time_at(x);
    std::uint64_t low = from, high = last, stride = 1;
    while (low + stride < high && time_of(low + stride) < begin) {
      low += stride;
      stride *= 2;
    }
    high = std::min(high, low + stride);
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (time_of(middle) < begin) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    from = static_cast<std::uint32_t>(low);
    borders[static_cast<std::size_t>(x)] = from;
  }
  return borders;
}

}  // namespace

Borders event_borders(const EventStore& events, const TimeScale& scale) {
  return borders_of(1, static_cast<std::uint32_t>(events.size()) + 1, scale,
                    [&](std::uint32_t id) { return WideNs{events.time(EventId{id}).ns}; });
}

Borders start_borders(const ProcessTree& tree, EntityId first, EntityId last,
                      const TimeScale& scale) {
  return borders_of(first.value, last.value, scale,
                    [&](std::uint32_t id) { return WideNs{tree.entity(EntityId{id}).start.ns}; });
}

std::vector<std::uint32_t> histogram(const Borders& borders) {
  std::vector<std::uint32_t> counts(borders.size() - 1);
  for (std::size_t x = 0; x < counts.size(); ++x) counts[x] = borders[x + 1] - borders[x];
  return counts;
}

std::vector<std::uint32_t> histogram(std::span<const EventId> ids, const Borders& borders) {
  std::vector<std::uint32_t> counts(borders.size() - 1);
  fold(ids, borders, [&](int x, auto begin, auto end) {
    counts[static_cast<std::size_t>(x)] = static_cast<std::uint32_t>(end - begin);
  });
  return counts;
}

}  // namespace stemma::ui::timeline
