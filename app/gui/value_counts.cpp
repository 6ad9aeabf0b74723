#include "app/gui/value_counts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "app/gui/value_as_text.hpp"
#include "events/fields.hpp"
#include "events/text.hpp"

namespace stemma {
namespace {

using Counts = std::unordered_map<std::string, std::uint64_t>;

// Different values that are told apart while counting; a forged log may have one an event.
constexpr std::size_t kMaxDistinct = 1u << 20;
// Events between two looks at whether the answer is still wanted.
constexpr std::size_t kStretch = 1u << 18;

// One value for all events of a class, where the case knows it.
std::optional<std::string> known(const CaseSnapshot& snapshot, std::string_view field, const EventClass& one) {
  if (field == "host.name") return std::string(snapshot.hosts.name(one.host));
  if (field == "winlog.channel") return std::string(snapshot.strings.view(one.channel));
  if (field == "event.code") return std::string(snapshot.strings.view(one.code));
  if (field == "log.file.path") return snapshot.artifact(one.artifact).path;
  return std::nullopt;
}

}  // namespace

ui::Stack value_counts(const Session& session, const std::vector<EventId>* events, FieldId field, Secrets secrets, const std::atomic<bool>& dropped) {
  const CaseSnapshot& snapshot = session.snapshot();
  const std::string_view name = field_name(field);
  ui::Stack stack;
  stack.field = name;
  std::map<std::string, std::uint64_t> total;
  const auto& classes = snapshot.events.classes();
  const bool by_class = name == "host.name" || name == "winlog.channel" || name == "event.code" || name == "log.file.path";
  if (by_class) {
    std::vector<std::uint64_t> of_class(classes.size() + 1, 0);
    const std::size_t count = events != nullptr ? events->size() : snapshot.events.size();
    for (std::size_t i = 0; i < count; ++i) ++of_class[snapshot.events.event_class(events != nullptr ? (*events)[i] : EventId::from_index(i)).value];
    for (std::size_t i = 0; i < classes.size(); ++i) {
      const std::string value = *known(snapshot, name, classes.all()[i]);
      (value.empty() ? stack.without : total[value]) += of_class[i + 1];
    }
  } else {
    Projection projection;
    projection.want(field);
    std::vector<Counts> counts(session.threads());
    std::vector<std::uint64_t> without(session.threads(), 0), beyond(session.threads(), 0);
    EventSelection selection;
    if (events != nullptr) selection.accept = [&](EventId id) { return std::binary_search(events->begin(), events->end(), id); };
    for (std::size_t first = 0; first < snapshot.events.size(); first += kStretch) {
      if (dropped) return {};
      selection.first = first;
      selection.last = std::min(first + kStretch, snapshot.events.size());
      session.for_each(selection, projection, [&](unsigned worker, EventId, Event& event) {
        bool any = false;
        event.for_each_value([&](FieldId of, const Value& value) {
          if (of != field) return;
          any = true;
          const std::string text = value_as_text(value);
          const auto found = counts[worker].find(text);
          if (found != counts[worker].end()) {
            ++found->second;
          } else if (counts[worker].size() < kMaxDistinct) {
            counts[worker].emplace(text, 1);
          } else {
            ++beyond[worker];
          }
        });
        if (!any) ++without[worker];
      }, &dropped);
      if (dropped) return {};
    }
    for (const Counts& some : counts) {
      for (const auto& [value, count] : some) total[value] += count;
    }
    for (const std::uint64_t count : without) stack.without += count;
    for (const std::uint64_t count : beyond) stack.others += count;
  }
  for (auto& [value, count] : total) {
    if (count == 0) continue;
    stack.values.push_back({value, visible(redact(value, secrets)), count});
  }
  std::stable_sort(stack.values.begin(), stack.values.end(), [](const auto& a, const auto& b) { return a.count > b.count; });
  stack.distinct = stack.values.size();
  while (stack.values.size() > ui::kMaxStacked) {
    stack.others += stack.values.back().count;
    stack.values.pop_back();
  }
  return stack;
}

}  // namespace stemma
