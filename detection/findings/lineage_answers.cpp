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
  const auto [entry, fresh] = matched_[subquery].try_emplace(entity, image);
  if (!fresh) entry->second = std::min(entry->second, image);
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
  const auto found = matched_[subquery].find(place.entity);
  if (found == matched_[subquery].end()) return false;
  // Images of one life have ascending ids. A parent image can belong to another life, where a fork
  // carried it on.
  const ProcessEntity& entity = snapshot_.tree.entity(place.entity);
  const bool own = place.image && place.image.index() >= entity.first_image &&
                   place.image.index() < std::size_t{entity.first_image} + entity.image_count;
  return !own || found->second <= place.image;
}

bool LineageAnswers::has_parent_matching(EventId event, std::uint32_t subquery) const {
  const Place parent = parent_of_event(event);
  return parent.entity && matched_at(parent, subquery);
}

bool LineageAnswers::has_ancestor_matching(EventId event, std::uint32_t subquery) const {
  Place at = parent_of_event(event);
  for (std::size_t steps = 0; at.entity && steps < kMaxAncestors; ++steps) {
    if (matched_at(at, subquery)) return true;
    at = parent_of(at.entity);
  }
  return false;
}

}  // namespace stemma
