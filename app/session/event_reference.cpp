#include "app/session/event_reference.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "events/text.hpp"

namespace stemma {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const bool hex = text.substr(0, 2) == "0x";
  if (hex) text.remove_prefix(2);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// Whether `path` is `end`, or ends with it at the border of a part.
bool ends_with_path(std::string_view path, std::string_view end) {
  if (path.size() < end.size() || path.substr(path.size() - end.size()) != end) return false;
  return path.size() == end.size() || end.front() == '/' || path[path.size() - end.size() - 1] == '/';
}

FoundEvent none(std::string reason) { return {{}, std::move(reason)}; }

FoundEvent at_offset(const CaseSnapshot& snapshot, std::string_view file, std::uint64_t offset) {
  FoundEvent out;
  bool file_seen = false;
  ArtifactId seen_in;
  for (std::size_t i = 0; i < snapshot.events.size(); ++i) {
    const EventId id = EventId::from_index(i);
    const SourceSpan source = snapshot.events.source(id);
    if (!ends_with_path(snapshot.artifact(source.artifact).path, file)) continue;
    file_seen = true;
    if (source.offset != offset) continue;
    if (out.event && seen_in != source.artifact) return none(fmt::format("{} names several files: give more of the path", visible(file)));
    out.event = id;
    seen_in = source.artifact;
  }
  if (out.event) return out;
  return none(file_seen ? fmt::format("no event of {} is at {}", visible(file), offset) : fmt::format("no event is from {}", visible(file)));
}

FoundEvent start_of(const CaseSnapshot& snapshot, std::string_view host, std::uint64_t pid, std::string_view time) {
  const HostId host_id = snapshot.hosts.find(std::string(host));
  if (!host_id) return none(fmt::format("no event is from {}", visible(host)));
  FoundEvent out;
  ImageId shown;
  for (const ProcessStart& start : snapshot.tree.starts()) {
    const ProcessEntity& entity = snapshot.tree.entity(start.entity);
    if (entity.host != host_id || entity.pid != static_cast<std::int64_t>(pid)) continue;
    if (!time.empty()) {
      const std::string_view wanted = time.back() == 'Z' ? time.substr(0, time.size() - 1) : time;
      const auto is_at = [&](EventId event) { return format_time(snapshot.events.time(event), 9).substr(0, wanted.size()) == wanted; };
      if (!is_at(start.event)) continue;
    }
    if (out.event && shown != start.image) return none(fmt::format("pid {} of {} was started more than once: add @TIME", pid, visible(host)));
    if (!out.event) out.event = snapshot.tree.image(start.image).event ? snapshot.tree.image(start.image).event : start.event;
    shown = start.image;
  }
  return out.event ? out : none(fmt::format("no start of pid {} on {}{}", pid, visible(host), time.empty() ? "" : fmt::format(" at {}", visible(time))));
}

}  // namespace

FoundEvent find_event(const Session& session, std::string_view reference) {
  const CaseSnapshot& snapshot = session.snapshot();
  const std::size_t at = reference.find('@');
  const std::string_view before = reference.substr(0, at);
  const std::string_view time = at == std::string_view::npos ? std::string_view() : reference.substr(at + 1);
  const std::size_t slash = before.rfind('/');
  if (slash != std::string_view::npos && slash != 0) {
    const auto pid = number(before.substr(slash + 1));
    if (pid && snapshot.hosts.find(std::string(before.substr(0, slash)))) return start_of(snapshot, before.substr(0, slash), *pid, time);
  }
  const std::size_t colon = reference.rfind(':');
  if (colon != std::string_view::npos && colon != 0) {
    const auto offset = number(reference.substr(colon + 1));
    if (offset && reference.find('{') == std::string_view::npos) return at_offset(snapshot, reference.substr(0, colon), *offset);
  }
  for (const ProcessStart& start : snapshot.tree.starts()) {
    if (snapshot.strings.view(snapshot.tree.entity(start.entity).entity_id) == reference) return {start.event, ""};
  }
  return none(fmt::format("{} names no event (want FILE:OFFSET, HOST/PID@TIME, or a process.entity_id)", visible(reference)));
}

std::string event_reference(const CaseSnapshot& snapshot, EventId event) {
  const SourceSpan source = snapshot.events.source(event);
  return fmt::format("{}:{}", snapshot.artifact(source.artifact).path, source.offset);
}

}  // namespace stemma
