#include "detection/invocations/secrets_seen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "detection/invocations/text_marks.hpp"
#include "events/secrets.hpp"

namespace stemma {
namespace {

// The kinds of secrets in a text, a bit each.
using KindSet = std::uint8_t;
constexpr unsigned kKinds = static_cast<unsigned>(SecretKind::private_key) + 1;
static_assert(kKinds < 8, "a mark is below 255");
constexpr KindSet bit(SecretKind kind) {
  return static_cast<KindSet>(1u << static_cast<unsigned>(kind));
}

KindSet kinds_in(std::string_view text) {
  KindSet kinds = 0;
  if (!may_hold_secret(text)) return kinds;
  for (const Secret& secret : find_secrets(text)) kinds |= bit(secret.kind);
  return kinds;
}

template <class Each>
void for_each_kind(KindSet kinds, Each each) {
  for (unsigned kind = 0; kind < kKinds; ++kind) {
    if ((kinds >> kind & 1u) != 0) each(static_cast<SecretKind>(kind));
  }
}

std::string_view place_of(GuestFact::Kind kind) {
  switch (kind) {
    case GuestFact::Kind::agent_log:
      return "a line of the agent's log";
    case GuestFact::Kind::handler_log:
      return "a line of the handler's log";
    case GuestFact::Kind::settings:
      return "settings of an extension";
    case GuestFact::Kind::status:
      return "a status file";
  }
  return "a file of the agent's";
}

// What agents wrote themselves. A script or output that a run was given already is not told twice.
void agents_files(const CaseSnapshot& snapshot, const Incident& incident,
                  const std::vector<GuestFact>& guest, std::vector<SecretSeen>& out) {
  std::set<std::pair<std::uint32_t, SecretKind>> told;
  for (const SecretSeen& seen : out) told.emplace(seen.event.value, seen.what);
  std::unordered_map<std::uint32_t, std::uint32_t> run_of;  // by event
  for (std::size_t i = 0; i < incident.invocations.size(); ++i)
    for (const EventId event : incident.invocations[i].evidence)
      run_of.emplace(event.value, static_cast<std::uint32_t>(i));
  for (const GuestFact& fact : guest) {
    KindSet kinds = 0;
    for (const std::string* text :
         {&fact.message, &fact.script, &fact.script_uri, &fact.stdout_text, &fact.stderr_text})
      kinds |= kinds_in(*text);
    if (fact.protected_settings) kinds |= bit(SecretKind::protected_settings);
    for_each_kind(kinds, [&](SecretKind kind) {
      if (!told.emplace(fact.event.value, kind).second) return;
      SecretSeen seen;
      seen.what = kind;
      seen.kind = secret_kind_name(kind);
      seen.host = snapshot.hosts.name(snapshot.events.host(fact.event));
      seen.event = fact.event;
      if (fact.has_time) seen.time = fact.time;
      seen.where = place_of(fact.kind);
      if (kind == SecretKind::protected_settings) seen.where += ", encrypted";
      if (const auto run = run_of.find(fact.event.value); run != run_of.end())
        seen.invocation = run->second;
      out.push_back(std::move(seen));
    });
  }
}

}  // namespace

std::vector<SecretSeen> secrets_seen(const CaseSnapshot& snapshot, const Incident& incident,
                                     const std::vector<GuestFact>& guest) {
  std::vector<SecretSeen> out;
  std::unordered_map<std::uint32_t, std::uint32_t> run_of;  // by entity
  for (std::size_t i = 0; i < incident.invocations.size(); ++i)
    for (const RunProcess& process : incident.invocations[i].processes)
      run_of.emplace(process.entity.value, static_cast<std::uint32_t>(i));

  const ProcessTree& tree = snapshot.tree;
  const auto tell = [&](SecretSeen seen, SecretKind kind, EntityId id, const ProcessImage& image) {
    const ProcessEntity& entity = tree.entity(id);
    seen.what = kind;
    seen.kind = secret_kind_name(kind);
    seen.entity = id;
    seen.image = ImageId::from_index(static_cast<std::size_t>(&image - tree.images().data()));
    seen.host = snapshot.hosts.name(entity.host);
    seen.event = image.event;
    seen.time = snapshot.events.time(image.event);
    seen.where = fmt::format("command line of {}", snapshot.strings.view(image.name));
    if (entity.pid != kNoPid) seen.where += fmt::format(" (pid {})", entity.pid);
    return seen;
  };
  TextMarks lines(snapshot.strings, kinds_in);
  std::map<std::tuple<HostId, SecretKind, StringId>, std::size_t> first;  // outside runs: in `out`
  for (std::size_t i = 0; i < tree.entities().size(); ++i) {
    const EntityId id = EntityId::from_index(i);
    const ProcessEntity& entity = tree.entity(id);
    for (const ProcessImage& image : tree.images_of(id)) {
      if (!image.event || !image.command_line) continue;
      for_each_kind(lines.of(image.command_line), [&](SecretKind kind) {
        const auto run = run_of.find(id.value);
        SecretSeen seen;
        if (run != run_of.end()) {
          seen.invocation = run->second;
        } else if (const auto [one, alone] =
                       first.try_emplace({entity.host, kind, image.name}, out.size());
                   !alone) {
          SecretSeen& before = out[one->second];
          ++before.count;
          if (before.event < image.event) return;
          seen.count = before.count;
          before = tell(seen, kind, id, image);
          return;
        }
        out.push_back(tell(seen, kind, id, image));
      });
    }
  }
  for (std::size_t i = 0; i < incident.invocations.size(); ++i) {
    const Invocation& run = incident.invocations[i];
    const auto add = [&](std::string_view text, const char* where, EventId event,
                         std::optional<ArtifactId> file) {
      for_each_kind(kinds_in(text), [&](SecretKind kind) {
        SecretSeen seen;
        seen.what = kind;
        seen.kind = secret_kind_name(kind);
        seen.host = run.host;
        seen.event = event;
        seen.file = file;
        if (event)
          seen.time = snapshot.events.time(event);
        else if (run.start.known())
          seen.time = run.start.time;
        seen.where = where;
        seen.invocation = static_cast<std::uint32_t>(i);
        out.push_back(std::move(seen));
      });
    };
    const EventId script = run.script.events.empty() ? EventId{} : run.script.events.front();
    add(run.script.text, "the script of the run", script, run.script.file);
    const EventId evidence = run.evidence.empty() ? EventId{} : run.evidence.front();
    add(run.stdout_tail, "the output of the run", evidence, std::nullopt);
    add(run.stderr_tail, "the errors of the run", evidence, std::nullopt);
  }
  agents_files(snapshot, incident, guest, out);
  std::stable_sort(out.begin(), out.end(), [](const SecretSeen& a, const SecretSeen& b) {
    return a.host != b.host ? a.host < b.host : a.event < b.event;
  });
  return out;
}

}  // namespace stemma
