#include "app/casefile/targets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include "app/session/digest.hpp"
#include "events/paths.hpp"
#include "events/text.hpp"

namespace stemma {
namespace {

// Names are a few dozen bytes; both parts and the `@` stay below kMaxTargetKey.
constexpr std::size_t kMaxPart = 250;
// Hex digits of a hash: 128 bits, as finding ids have.
constexpr std::size_t kHashDigits = 32;

// One part of a key: nothing in it can be taken for what stands between parts.
std::string part(std::string_view text) {
  std::string out;
  for (std::string_view rest = text; !rest.empty() && out.size() <= kMaxPart;) {
    const CodePoint point = next_code_point(rest);
    if (point.valid && !is_invisible(point.value) && point.value != '%' && point.value != '@') {
      out += rest.substr(0, point.bytes);
    } else {
      for (const char c : rest.substr(0, point.bytes)) out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    rest.remove_prefix(point.bytes);
  }
  return out.size() <= kMaxPart ? out : "%sha256-" + sha256_hex(text).substr(0, kHashDigits);
}

std::string host_part(const CaseSnapshot& snapshot, HostId host) { return part(ascii_lower(snapshot.hosts.name(host))); }

std::string record_hash(const Session& session, EventId event) { return sha256_hex(session.original(event)).substr(0, kHashDigits); }

// The two parts of a key. The last `@` is the only one that is not escaped.
std::pair<std::string, std::string> parts_of(const std::string& key) {
  const std::size_t at = key.rfind('@');
  if (at == std::string::npos) return {key, ""};
  return {key.substr(0, at), key.substr(at + 1)};
}

// Hosts by the part of a key that names them.
class Hosts {
 public:
  explicit Hosts(const CaseSnapshot& snapshot) {
    for (std::uint32_t id = 1; id <= snapshot.hosts.size(); ++id) {
      if (snapshot.hosts.find(snapshot.hosts.name(HostId{id})) != HostId{id}) continue;  // a short name that a full one stands for
      const std::string name = host_part(snapshot, HostId{id});
      by_part_.emplace(name, HostId{id});
      const std::size_t dot = name.find('.');
      // A short name of old is the only full one that begins with it; a full one of old is the short one.
      if (dot != std::string::npos) {
        const auto [at, fresh] = by_label_.emplace(name.substr(0, dot), HostId{id});
        if (!fresh) at->second = HostId{};
      }
    }
  }
  // Empty where no host has the name; events without a host have no name either.
  [[nodiscard]] std::optional<HostId> find(const std::string& name) const {
    if (name.empty()) return HostId{};
    if (const auto at = by_part_.find(name); at != by_part_.end()) return at->second;
    const std::size_t dot = name.find('.');
    if (dot == std::string::npos) {
      const auto at = by_label_.find(name);
      if (at != by_label_.end() && at->second) return at->second;
      return std::nullopt;
    }
    const auto at = by_part_.find(name.substr(0, dot));
    return at == by_part_.end() ? std::nullopt : std::optional<HostId>(at->second);
  }

 private:
  std::map<std::string, HostId> by_part_, by_label_;
};

class Finder {
 public:
  Finder(const PlacesToLook& look, std::vector<PlacedAnnotation>& placed) : session_(look.session), snapshot_(look.session.snapshot()), digests_(look.digests), placed_(placed), hosts_(snapshot_) {}

  void processes() {
    std::map<std::pair<HostId, std::string>, PlacedAnnotation*> wanted;
    for (PlacedAnnotation& one : placed_) {
      if (one.annotation->target.kind != TargetKind::process) continue;
      const auto [id, host_name] = parts_of(one.annotation->target.key);
      if (const auto host = hosts_.find(host_name)) wanted.emplace(std::pair(*host, id), &one);
    }
    if (wanted.empty()) return;
    for (std::size_t i = 0; i < snapshot_.tree.entities().size(); ++i) {
      const ProcessEntity& entity = snapshot_.tree.entities()[i];
      const auto at = wanted.find({entity.host, part(snapshot_.strings.view(entity.entity_id))});
      if (at != wanted.end()) at->second->entities.push_back(EntityId::from_index(i));
    }
  }

  void events() {
    std::map<std::pair<std::string, std::uint64_t>, std::vector<PlacedAnnotation*>> by_place;
    for (PlacedAnnotation& one : placed_) {
      const Annotation& annotation = *one.annotation;
      if (annotation.target.kind != TargetKind::event || !annotation.place) continue;
      const auto [hash, host_name] = parts_of(annotation.target.key);
      if (const auto host = hosts_.find(host_name)) at_time(annotation.place->time, *host, hash, one);
      if (!one.found() && !annotation.place->sha256.empty()) by_place[{annotation.place->sha256, annotation.place->offset}].push_back(&one);
    }
    if (by_place.empty() || digests_.empty()) return;
    for (std::size_t i = 0; i < snapshot_.events.size(); ++i) {
      const SourceSpan source = snapshot_.events.source(EventId::from_index(i));
      if (source.artifact.index() >= digests_.size()) continue;
      const auto at = by_place.find({digests_[source.artifact.index()], source.offset});
      if (at == by_place.end()) continue;
      for (PlacedAnnotation* one : at->second) one->events.push_back(EventId::from_index(i));
    }
  }

 private:
  void at_time(Timestamp time, HostId host, const std::string& hash, PlacedAnnotation& one) {
    for (std::size_t i = snapshot_.events.first_at(time).index(); i < snapshot_.events.size(); ++i) {
      const EventId event = EventId::from_index(i);
      if (snapshot_.events.time(event) != time) break;
      if (snapshot_.events.host(event) == host && hash_of(event) == hash) one.events.push_back(event);
    }
  }
  // Each record is read once, however many annotations share its time.
  const std::string& hash_of(EventId event) {
    const auto [at, fresh] = hashes_.try_emplace(event);
    if (fresh) at->second = record_hash(session_, event);
    return at->second;
  }

  const Session& session_;
  const CaseSnapshot& snapshot_;
  std::span<const std::string> digests_;
  std::vector<PlacedAnnotation>& placed_;
  Hosts hosts_;
  std::unordered_map<EventId, std::string> hashes_;
};

}  // namespace

Target finding_target(const Finding& finding) { return {TargetKind::finding, finding.id}; }

Target run_target(const Invocation& run) { return {TargetKind::run, run.id}; }

Target process_target(const CaseSnapshot& snapshot, EntityId entity) {
  const ProcessEntity& process = snapshot.tree.entity(entity);
  return {TargetKind::process, part(snapshot.strings.view(process.entity_id)) + "@" + host_part(snapshot, process.host)};
}

Target event_target(const Session& session, EventId event) {
  return {TargetKind::event, record_hash(session, event) + "@" + host_part(session.snapshot(), session.snapshot().events.host(event))};
}

TargetPlace event_place(const CaseSnapshot& snapshot, EventId event, std::span<const std::string> digests) {
  const SourceSpan source = snapshot.events.source(event);
  TargetPlace place;
  if (source.artifact.index() < digests.size()) place.sha256 = digests[source.artifact.index()];
  place.offset = source.offset;
  place.time = snapshot.events.time(event);
  return place;
}

std::vector<PlacedAnnotation> place_annotations(const PlacesToLook& look, const Annotations& annotations) {
  std::vector<PlacedAnnotation> placed;
  std::unordered_map<std::string_view, std::uint32_t> findings, runs;
  for (std::uint32_t i = 0; i < look.findings.size(); ++i) findings.emplace(look.findings[i].id, i);
  for (std::uint32_t i = 0; i < look.runs.size(); ++i) runs.emplace(look.runs[i].id, i);
  for (const auto& [target, annotation] : annotations) {
    PlacedAnnotation one;
    one.annotation = &annotation;
    if (target.kind == TargetKind::finding) {
      if (const auto at = findings.find(target.key); at != findings.end()) one.finding = at->second;
    } else if (target.kind == TargetKind::run) {
      if (const auto at = runs.find(target.key); at != runs.end()) one.run = at->second;
    }
    placed.push_back(std::move(one));
  }
  Finder finder(look, placed);
  finder.processes();
  finder.events();
  return placed;
}

}  // namespace stemma
