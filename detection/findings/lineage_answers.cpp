#include "detection/findings/lineage_answers.hpp"

#include <algorithm>

namespace stemma {

void LineageAnswers::record(std::uint32_t subquery, EventId event) {
  ImageId image;
  EntityId entity = snapshot_.events.entity(event);
  if (const ProcessStart* start = snapshot_.tree.start_of(event)) {
    entity = start->entity;
    image = start->image;
  }
  if (!entity) return;
  if (any_[subquery].empty()) any_[subquery].resize(snapshot_.tree.entities().size());
  any_[subquery][entity.index()] = true;
  const auto [entry, fresh] = matched_[subquery].try_emplace(entity, image);
  if (!fresh) entry->second = std::min(entry->second, image);
}

void LineageAnswers::finish(std::uint32_t subquery) {
  const std::vector<bool>& own = any_[subquery];
  if (own.empty()) return;
  std::vector<bool>& under = under_[subquery];
  under.assign(own.size(), false);
  std::vector<bool> known(own.size(), false);
  std::vector<std::size_t> path;
  for (std::size_t first = 0; first < own.size(); ++first) {
    path.clear();
    bool answer = false;
    for (std::size_t at = first;;) {
      if (known[at] || own[at]) {
        answer = own[at] || under[at];
        break;
      }
      known[at] = true;  // a process that were its own ancestor would end here
      path.push_back(at);
      const EntityId parent = snapshot_.tree.entity(EntityId::from_index(at)).parent;
      if (!parent) break;
      at = parent.index();
    }
    if (own[first]) under[first] = known[first] = true;
    for (const std::size_t each : path) under[each] = answer;
  }
}

LineageAnswers::Place LineageAnswers::parent_of_event(EventId event) const {
  if (const ProcessStart* start = snapshot_.tree.start_of(event)) {
    const ProcessImage& image = snapshot_.tree.image(start->image);
    if (image.parent) return {image.parent, image.parent_image};
    return parent_of(start->entity);
  }
  const EntityId entity = snapshot_.events.entity(event);
  return entity ? parent_of(entity) : Place{};
}

LineageAnswers::Place LineageAnswers::parent_of(EntityId entity) const {
  const EntityId parent = snapshot_.tree.entity(entity).parent;
  for (const ProcessImage& image : snapshot_.tree.images_of(entity)) {
    if (image.parent == parent) return {parent, image.parent_image};
  }
  return {parent, {}};
}

bool LineageAnswers::matched_at(const Place& place, std::uint32_t subquery) const {
  if (!any_[subquery][place.entity.index()]) return false;
  const auto found = matched_[subquery].find(place.entity);
  // Images of one life have ascending ids. A parent image can belong to another life, where a fork
  // carried it on.
  const ProcessEntity& entity = snapshot_.tree.entity(place.entity);
  const bool own = place.image && place.image.index() >= entity.first_image &&
                   place.image.index() < std::size_t{entity.first_image} + entity.image_count;
  return !own || found->second <= place.image;
}

bool LineageAnswers::has_parent_matching(EventId event, std::uint32_t subquery) const {
  if (any_[subquery].empty()) return false;
  const Place parent = parent_of_event(event);
  return parent.entity && matched_at(parent, subquery);
}

bool LineageAnswers::has_ancestor_matching(EventId event, std::uint32_t subquery) const {
  if (any_[subquery].empty()) return false;
  Place at = parent_of_event(event);
  if (at.entity && !under_[subquery].empty() && !under_[subquery][at.entity.index()]) return false;
  for (std::size_t steps = 0; at.entity && steps < kMaxAncestors; ++steps) {
    if (matched_at(at, subquery)) return true;
    at = parent_of(at.entity);
  }
  return false;
}

}  // namespace stemma
