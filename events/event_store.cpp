#include "events/event_store.hpp"

#include <algorithm>

namespace stemma {

EventStore::EventStore(std::span<const EventRow> rows) {
  const auto fill = [&](auto& column, auto value_of) {
    column.reserve(rows.size());
    for (const EventRow& row : rows) column.push_back(value_of(row));
  };
  fill(time_, [](const EventRow& row) { return row.time.ns; });
  fill(offset_, [](const EventRow& row) { return row.source.offset; });
  fill(sequence_, [](const EventRow& row) { return row.sequence; });
  fill(artifact_, [](const EventRow& row) { return row.source.artifact; });
  fill(length_, [](const EventRow& row) { return row.source.length; });
  fill(channel_, [](const EventRow& row) { return row.channel; });
  fill(code_, [](const EventRow& row) { return row.code; });
  fill(host_, [](const EventRow& row) { return row.host; });
  fill(entity_, [](const EventRow& row) { return row.entity; });
  fill(categories_, [](const EventRow& row) { return row.categories; });
  fill(digits_, [](const EventRow& row) { return row.time_digits; });
  fill(kind_, [](const EventRow& row) { return row.source_kind; });
  fill(recovered_,
       [](const EventRow& row) { return static_cast<std::uint8_t>(row.recovered ? 1 : 0); });
}

EventId EventStore::first_at(Timestamp time) const {
  const auto found = std::lower_bound(time_.begin(), time_.end(), time.ns);
  return EventId::from_index(static_cast<std::size_t>(found - time_.begin()));
}

}  // namespace stemma
