#include "events/event_store.hpp"

#include <algorithm>

namespace stemma {

EventStore::EventStore(EventColumns columns, EventClassTable classes)
    : columns_(std::move(columns)), classes_(std::move(classes)) {
  entity_.resize(columns_.size());
  std::fill(entity_.begin(), entity_.end(), EntityId{});
}

EventId EventStore::first_at(Timestamp time) const {
  const auto found = std::lower_bound(columns_.time.begin(), columns_.time.end(), time.ns);
  return EventId::from_index(static_cast<std::size_t>(found - columns_.time.begin()));
}

}  // namespace stemma
