#include "events/process_tree.hpp"

#include <algorithm>

namespace stemma {

ImageId ProcessTree::last_image(EntityId id) const {
  const ProcessEntity& e = entity(id);
  if (e.image_count == 0) return e.inherited;
  return ImageId::from_index(e.first_image + e.image_count - 1);
}

std::span<const EntityId> ProcessTree::children(EntityId id) const {
  const std::uint32_t begin = children_begin_[id.index()];
  return {children_.data() + begin, children_begin_[id.index() + 1] - begin};
}

const ProcessStart* ProcessTree::start_of(EventId event) const {
  const auto found = std::lower_bound(
      starts_.begin(), starts_.end(), event,
      [](const ProcessStart& start, EventId wanted) { return start.event < wanted; });
  return found == starts_.end() || found->event != event ? nullptr : &*found;
}

std::vector<EventId> ProcessTree::events_of(ImageId image) const {
  const auto by_image = [&](std::uint32_t position, ImageId wanted) {
    return starts_[position].image < wanted;
  };
  std::vector<EventId> events;
  for (auto at =
           std::lower_bound(starts_by_image_.begin(), starts_by_image_.end(), image, by_image);
       at != starts_by_image_.end() && starts_[*at].image == image; ++at) {
    events.push_back(starts_[*at].event);
  }
  return events;
}

std::vector<EntityId> ancestors(const ProcessTree& tree, EntityId entity, std::size_t limit) {
  std::vector<EntityId> chain;
  EntityId at = tree.entity(entity).parent;
  while (at && chain.size() < limit && at != entity &&
         std::find(chain.begin(), chain.end(), at) == chain.end()) {
    chain.push_back(at);
    at = tree.entity(at).parent;
  }
  return chain;
}

}  // namespace stemma
