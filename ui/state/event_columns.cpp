#include "ui/state/event_columns.hpp"

#include <array>
#include <utility>

#include "events/fields.hpp"

namespace stemma::ui {
namespace {

constexpr std::array<std::string_view, kCategoryNames> kCategories{"process",
                                                                   "file",
                                                                   "network",
                                                                   "registry",
                                                                   "configuration",
                                                                   "driver",
                                                                   "authentication",
                                                                   "session",
                                                                   "iam",
                                                                   "host",
                                                                   "package",
                                                                   "malware",
                                                                   "intrusion_detection",
                                                                   "dns"};

using By = EventSort::By;
constexpr std::array<std::pair<By, std::string_view>, 8> kSorts{{{By::time, "time"},
                                                                 {By::note, "note"},
                                                                 {By::host, "host"},
                                                                 {By::log, "log"},
                                                                 {By::code, "code"},
                                                                 {By::category, "category"},
                                                                 {By::process, "process"},
                                                                 {By::summary, "summary"}}};

}  // namespace

std::string category_text(CategorySet set) {
  std::string text;
  for (std::size_t bit = 0; bit < kCategories.size(); ++bit) {
    if ((set >> bit & 1) == 0) continue;
    if (!text.empty()) text += ", ";
    text += kCategories[bit];
  }
  return text;
}

std::string_view category_name(std::size_t bit) {
  return kCategories[bit];
}

std::string_view log_text(const CaseSnapshot& snapshot, const EventClass& one) {
  if (one.channel) return snapshot.strings.view(one.channel);
  switch (one.source_kind) {
    case SourceKind::auditd:
      return "auditd";
    case SourceKind::sysmon_linux:
      return "Sysmon for Linux";
    case SourceKind::guest_agent:
      return "guest agent";
    case SourceKind::azure_activity:
      return "Azure Activity Log";
    case SourceKind::aws_cloudtrail:
      return "AWS CloudTrail";
    default:
      return "documents";
  }
}

ProcessShown process_of(const CaseSnapshot& snapshot, EventId event) {
  const EntityId entity = snapshot.events.entity(event);
  if (!entity) return {{}, kNoPid};
  const ProcessStart* start = snapshot.tree.start_of(event);
  const ImageId image = start != nullptr ? start->image : snapshot.tree.last_image(entity);
  return {image ? snapshot.strings.view(snapshot.tree.image(image).name) : std::string_view{},
          snapshot.tree.entity(entity).pid};
}

std::string sort_name(const EventSort& sort) {
  for (const auto& [by, name] : kSorts) {
    if (sort.by == by) return std::string(name);
  }
  return sort.field;
}

std::string sort_field(const EventSort& sort) {
  switch (sort.by) {
    case By::time:
      return "@timestamp";
    case By::host:
      return "host.name";
    case By::log:
      return "winlog.channel";
    case By::code:
      return "event.code";
    case By::category:
      return "event.category";
    case By::process:
      return "process.name";
    case By::field:
      return sort.field;
    case By::note:
    case By::summary:
      break;
  }
  return {};
}

std::optional<EventSort> sort_of(std::string_view name, bool descending) {
  EventSort sort;
  sort.descending = descending;
  for (const auto& [by, known] : kSorts) {
    if (name != known) continue;
    sort.by = by;
    return sort;
  }
  if (!intern_field(name)) return std::nullopt;
  sort.by = By::field;
  sort.field = name;
  return sort;
}

}  // namespace stemma::ui
