#include "detection/invocations/secrets_seen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "events/secrets.hpp"

namespace stemma {
namespace {

// The kinds of secrets in a text, each once.
std::set<SecretKind> kinds_in(std::string_view text) {
  std::set<SecretKind> kinds;
  if (!may_hold_secret(text)) return kinds;
  for (const Secret& secret : find_secrets(text)) kinds.insert(secret.kind);
  return kinds;
}

}  // namespace

std::vector<SecretSeen> secrets_seen(const CaseSnapshot& snapshot, const Incident& incident) {
  std::vector<SecretSeen> out;
  std::unordered_map<std::uint32_t, std::uint32_t> run_of;  // by entity
  for (std::size_t i = 0; i < incident.invocations.size(); ++i)
    for (const RunProcess& process : incident.invocations[i].processes)
      run_of.emplace(process.entity.value, static_cast<std::uint32_t>(i));

  std::unordered_map<std::uint32_t, std::set<SecretKind>> known;  // by command line
  const ProcessTree& tree = snapshot.tree;
  for (std::size_t i = 0; i < tree.entities().size(); ++i) {
    const EntityId id = EntityId::from_index(i);
    const ProcessEntity& entity = tree.entity(id);
    for (const ProcessImage& image : tree.images_of(id)) {
      if (!image.event || !image.command_line) continue;
      const auto [at, fresh] = known.try_emplace(image.command_line.value);
      if (fresh) at->second = kinds_in(snapshot.strings.view(image.command_line));
      for (const SecretKind kind : at->second) {
        SecretSeen seen;
        seen.kind = secret_kind_name(kind);
        seen.host = snapshot.hosts.name(entity.host);
        seen.event = image.event;
        seen.where = fmt::format("command line of {}", snapshot.strings.view(image.name));
        if (entity.pid != kNoPid) seen.where += fmt::format(" (pid {})", entity.pid);
        if (const auto run = run_of.find(id.value); run != run_of.end())
          seen.invocation = run->second;
        out.push_back(std::move(seen));
      }
    }
  }
  for (std::size_t i = 0; i < incident.invocations.size(); ++i) {
    const Invocation& run = incident.invocations[i];
    const auto add = [&](std::string_view text, const char* where, EventId event,
                         std::optional<ArtifactId> file) {
      for (const SecretKind kind : kinds_in(text)) {
        out.push_back({std::string(secret_kind_name(kind)), run.host, event, file, where,
                       static_cast<std::uint32_t>(i)});
      }
    };
    const EventId script = run.script.events.empty() ? EventId{} : run.script.events.front();
    add(run.script.text, "the script of the run", script, run.script.file);
    const EventId evidence = run.evidence.empty() ? EventId{} : run.evidence.front();
    add(run.stdout_tail, "the output of the run", evidence, std::nullopt);
    add(run.stderr_tail, "the errors of the run", evidence, std::nullopt);
  }
  std::stable_sort(out.begin(), out.end(), [](const SecretSeen& a, const SecretSeen& b) {
    return a.host != b.host ? a.host < b.host : a.event < b.event;
  });
  return out;
}

}  // namespace stemma
