#include "detection/coverage/kinds_seen.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "events/text.hpp"

namespace stemma {

bool is_of(const KindOfEvent& kind, SourceSet sources, const CaseSnapshot& snapshot) {
  if (sources == kEverySource) return true;
  const EventSource source = event_source(kind.source_kind, snapshot.strings.view(kind.channel));
  return (sources & source_bit(source)) != 0;
}

std::string no_event_reason(const std::optional<std::string>& category, SourceSet sources) {
  std::string out = "no event";
  if (category) out += fmt::format(" of category `{}`", visible(*category));
  if (sources != kEverySource)
    out += fmt::format(" from {}, which its index patterns stand for", source_words(sources));
  return out;
}

void KindsSeen::note(EventId event, const EventView& view) {
  const EventClassId number = snapshot_->events.event_class(event);
  const EventClass& known = snapshot_->events.classes()[number];
  // A class tells all categories apart but those without a bit.
  const bool told = (known.categories & category_bit(CategoryBit::other)) == 0;
  if (!seen_.insert(std::uint64_t{number.value} << 32 | view.shape().number()).second && told)
    return;
  KindOfEvent kind;
  kind.host = known.host;
  kind.source_kind = known.source_kind;
  kind.channel = known.channel;
  kind.types = known.types;
  for (const Value& value : view.get(field::event_category)) {
    if (value.kind == Value::Kind::text) kind.categories.emplace_back(value.text);
  }
  std::sort(kind.categories.begin(), kind.categories.end());
  kind.fields.assign(view.shape().fields().begin(), view.shape().fields().end());
  kinds_.insert(std::move(kind));
}

}  // namespace stemma
