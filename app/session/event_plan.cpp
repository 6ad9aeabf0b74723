#include "app/session/event_plan.hpp"

#include <algorithm>

#include "events/run_sort.hpp"

namespace stemma {

EventPlan::EventPlan(const EventStore& events, const UnitIndex& units, std::size_t artifacts,
                     const EventSelection& selection) {
  // Whether a category is wanted is a question of the class, so it is asked once a class.
  std::vector<bool> wanted(events.classes().size() + 1, true);
  if (selection.categories != kAllCategories) {
    for (std::uint32_t id = 1; id < wanted.size(); ++id)
      wanted[id] = (events.classes()[EventClassId{id}].categories & selection.categories) != 0;
  }
  std::vector<std::size_t> begin(artifacts + 1, 0);
  Column<EventId> by_time;
  const std::size_t last = std::min(selection.last, events.size());
  for (std::size_t i = selection.first; i < last; ++i) {
    const EventId id = EventId::from_index(i);
    const EventClassId known = events.event_class(id);
    if (!wanted[known.value] || (selection.accept && !selection.accept(id))) continue;
    by_time.push_back(id);
    ++begin[events.classes()[known].artifact.index() + 1];
  }
  const auto artifact_of = [&](EventId id) {
    return events.classes()[events.event_class(id)].artifact.index();
  };
  const auto held = std::count_if(begin.begin(), begin.end(), [](std::size_t n) { return n != 0; });
  for (std::size_t i = 1; i < begin.size(); ++i) begin[i] += begin[i - 1];
  if (held <= 1) {
    ids_ = std::move(by_time);
  } else {
    ids_.resize(by_time.size());
    std::vector<std::size_t> next(begin.begin(), begin.end() - 1);
    for (const EventId id : by_time) ids_[next[artifact_of(id)]++] = id;
    by_time = {};
  }
  for (std::size_t i = 0; i + 1 < begin.size(); ++i) {
    sort_runs(
        std::span(ids_.data() + begin[i], begin[i + 1] - begin[i]),
        [&](EventId a, EventId b) { return events.source(a).offset < events.source(b).offset; });
  }
  ids_.shrink();
  shares_ = units.share_out(ids_.size(), [&](std::size_t i) { return events.source(ids_[i]); });
}

}  // namespace stemma
