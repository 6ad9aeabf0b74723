#include "ui/timeline/markers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "events/paths.hpp"
#include "events/text.hpp"

namespace stemma::ui::timeline {
namespace {

// Events between two looks at the stop token: some milliseconds.
constexpr std::size_t kEventsPerLook = std::size_t{1} << 20;
// Columns of a marker's text that name a log or file.
constexpr std::size_t kMaxNamed = 80;

std::string gap_text(const Gap& gap, const LogEvidence& log) {
  std::string text;
  switch (gap.kind) {
    case GapKind::ids_missing:
      text = fmt::format("{} record ids missing", gap.count);
      break;
    case GapKind::serials_missing:
      text = fmt::format("{} audit serials missing", gap.count);
      break;
    case GapKind::log_cleared:
      text = "log cleared";
      break;
    case GapKind::damaged:
      text = fmt::format("{} damaged records or blocks", gap.count);
      break;
    case GapKind::audit_stopped:
      text = "the audit daemon did not run";
      break;
    case GapKind::not_recorded:
      text = "nothing recorded, while other logs have events";
      break;
    case GapKind::no_command_line:
    case GapKind::logins_only:
      return {};  // records are there; what they lack is no matter of time
  }
  if (gap.places > 1) text += fmt::format(", in {} places of this stretch", gap.places);
  return text + fmt::format(" ({})", fit(visible(log.name), kMaxNamed));
}

void add_gaps(const HostEvidence& evidence, HostMarkers& markers) {
  for (const LogEvidence& log : evidence.logs) {
    for (const Gap& gap : log.gaps) {
      std::string text = gap_text(gap, log);
      if (text.empty()) continue;
      const bool hides = gap.kind == GapKind::log_cleared ||
                         (gap.kind != GapKind::not_recorded && gap.places == 1 && log.starts != 0);
      const MarkerKind kind =
          gap.kind == GapKind::log_cleared ? MarkerKind::log_cleared : MarkerKind::gap;
      markers.of_kind[static_cast<std::size_t>(kind)].push_back(
          {kind, gap.from, std::max(gap.from, gap.to), gap.event, std::move(text), hides});
    }
  }
  std::vector<Marker>& gaps = markers.of_kind[static_cast<std::size_t>(MarkerKind::gap)];
  if (gaps.size() > kMaxGaps) {
    const auto length = [](const Marker& gap) {
      return static_cast<std::uint64_t>(gap.to.ns) - static_cast<std::uint64_t>(gap.from.ns);
    };
    std::stable_sort(gaps.begin(), gaps.end(),
                     [&](const Marker& a, const Marker& b) { return length(a) > length(b); });
    markers.gaps_left_out = gaps.size() - kMaxGaps;
    gaps.resize(kMaxGaps);
  }
}

bool sets_clock(const EventClass& known, const StringPool& strings) {
  const std::string_view code = strings.view(known.code);
  if (is_windows(known.source_kind))
    return code == "4616" && ascii_iequals(strings.view(known.channel), "Security");
  return known.source_kind == SourceKind::auditd && code == "TIME_INJOFFSET";
}

}  // namespace

std::string_view marker_name(MarkerKind kind) {
  switch (kind) {
    case MarkerKind::boot:
      return "boot";
    case MarkerKind::log_cleared:
      return "log cleared";
    case MarkerKind::clock_set:
      return "clock set";
    case MarkerKind::gap:
      return "record gap";
  }
  return {};
}

std::vector<HostMarkers> find_markers(const CaseSnapshot& snapshot, const std::stop_token& stop) {
  std::vector<HostMarkers> all;
  for (const HostEvidence& evidence : host_evidence(snapshot)) {
    HostMarkers markers;
    markers.host = evidence.host;
    markers.first = evidence.first;
    markers.last = evidence.last;
    for (const Timestamp boot : evidence.boots) {
      markers.of_kind[static_cast<std::size_t>(MarkerKind::boot)].push_back(
          {MarkerKind::boot, boot, boot, {}, "the machine started", false});
    }
    add_gaps(evidence, markers);
    all.push_back(std::move(markers));
  }
  std::sort(all.begin(), all.end(),
            [](const HostMarkers& a, const HostMarkers& b) { return a.host < b.host; });

  const EventStore& events = snapshot.events;
  std::vector<std::uint8_t> sets;
  for (const EventClass& known : events.classes().all())
    sets.push_back(sets_clock(known, snapshot.strings) ? 1 : 0);
  if (std::find(sets.begin(), sets.end(), 1) != sets.end()) {
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (i % kEventsPerLook == 0 && stop.stop_requested()) return all;
      const EventId id = EventId::from_index(i);
      if (sets[events.event_class(id).index()] == 0) continue;
      const auto host = std::lower_bound(
          all.begin(), all.end(), events.host(id),
          [](const HostMarkers& markers, HostId wanted) { return markers.host < wanted; });
      if (host == all.end() || host->host != events.host(id)) continue;
      host->of_kind[static_cast<std::size_t>(MarkerKind::clock_set)].push_back(
          {MarkerKind::clock_set, events.time(id), events.time(id), id, "the clock was set",
           false});
    }
  }
  for (HostMarkers& markers : all) {
    for (std::vector<Marker>& of_kind : markers.of_kind) {
      std::stable_sort(of_kind.begin(), of_kind.end(),
                       [](const Marker& a, const Marker& b) { return a.from < b.from; });
    }
  }
  return all;
}

}  // namespace stemma::ui::timeline
