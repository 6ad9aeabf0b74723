#include "ui/timeline/process_order.hpp"

#include <algorithm>
#include <array>

#include "events/paths.hpp"

namespace stemma::ui::timeline {
namespace {

// Windows: the session manager's offspring and what runs services and tasks. Linux: init, and the
// servers that a login or a job comes in by.
constexpr std::array<std::string_view, 20> kStarters = {
    "system",  "smss.exe", "csrss.exe", "wininit.exe",  "winlogon.exe", "services.exe", "init",
    "systemd", "launchd",  "sshd",      "sshd-session", "crond",        "cron",         "atd",
    "login",   "gdm",      "lightdm",   "sddm",         "xinetd",       "dockerd"};

StringId last_name(const ProcessTree& tree, EntityId entity) {
  const ImageId image = tree.last_image(entity);
  return image ? tree.image(image).name : StringId{};
}

}  // namespace

bool starts_sessions(std::string_view program_name) {
  return std::any_of(kStarters.begin(), kStarters.end(), [&](std::string_view starter) {
    return ascii_iequals(starter, program_name);
  });
}

ProcessOrder::ProcessOrder(const CaseSnapshot& snapshot, std::span<const EntityId> of_interest) {
  const std::size_t size = snapshot.tree.entities().size();
  entity_.reserve(size);
  position_.assign(size, kNoPosition);
  depth_.reserve(size);
  subtree_.assign(size, 1);
  interest_.assign(size, 0);
  lay_out(snapshot);
  mark(snapshot, of_interest);
  count();
}

void ProcessOrder::lay_out(const CaseSnapshot& snapshot) {
  const ProcessTree& tree = snapshot.tree;
  const std::span<const ProcessEntity> lives = tree.entities();
  std::vector<std::uint8_t> begins(lives.size(), 1);
  for (std::size_t i = 0; i < lives.size(); ++i) {
    const EntityId parent = lives[i].parent;
    if (!parent) continue;
    const ProcessEntity& above = tree.entity(parent);
    begins[i] = above.host != lives[i].host ||
                starts_sessions(snapshot.strings.view(last_name(tree, parent)));
  }
  // Ids go by host, then start, so sessions come out by host and their leaders' start.
  struct Step {
    EntityId entity;
    std::uint32_t depth;
  };
  std::vector<Step> open;
  std::vector<Position> path;  // positions from the leader down to the one in hand
  for (std::size_t i = 0; i < lives.size(); ++i) {
    const EntityId id = EntityId::from_index(i);
    if (hosts_.empty() || hosts_.back().host != lives[i].host) {
      HostProcesses host;
      host.host = lives[i].host;
      host.first = static_cast<Position>(entity_.size());
      host.first_session = static_cast<std::uint32_t>(sessions_.size());
      host.first_entity = id;
      hosts_.push_back(host);
    }
    hosts_.back().last_entity = EntityId::from_index(i + 1);
    if (begins[i] == 0) continue;
    Session session;
    session.first = static_cast<Position>(entity_.size());
    path.clear();
    open.push_back({id, 0});
    while (!open.empty()) {
      const Step step = open.back();
      open.pop_back();
      const auto at = static_cast<Position>(entity_.size());
      for (; path.size() > step.depth; path.pop_back()) subtree_[path.back()] = at - path.back();
      path.push_back(at);
      position_[step.entity.index()] = at;
      entity_.push_back(step.entity);
      depth_.push_back(step.depth);
      const std::span<const EntityId> children = tree.children(step.entity);
      for (std::size_t c = children.size(); c-- > 0;) {
        if (begins[children[c].index()] == 0) open.push_back({children[c], step.depth + 1});
      }
    }
    const auto end = static_cast<Position>(entity_.size());
    for (const Position at : path) subtree_[at] = end - at;
    session.size = end - session.first;
    sessions_.push_back(session);
    ++hosts_.back().sessions;
    hosts_.back().size += session.size;
  }
}

void ProcessOrder::mark(const CaseSnapshot& snapshot, std::span<const EntityId> of_interest) {
  for (EntityId id : of_interest) {
    // What is marked has marked ancestors, so every life is marked once.
    while (id) {
      const Position at = position_[id.index()];
      if ((interest_[at] & kOfInterest) != 0) break;
      interest_[at] |= kOfInterest;
      id = snapshot.tree.entity(id).parent;
      if (id && depth_[at] != 0) interest_[position_[id.index()]] |= kLeads;
    }
  }
}

void ProcessOrder::count() {
  for (Session& session : sessions_) {
    for (Position at = session.first; at < session.first + session.size; ++at)
      session.of_interest += is_of_interest(at) ? 1u : 0u;
  }
  by_start_ = entity_;
  for (const Session& session : sessions_) {
    const auto first = by_start_.begin() + session.first;
    std::sort(first, first + session.size);  // ids of a host are in the order of their starts
  }
  for (HostProcesses& host : hosts_) {
    for (Position at = host.first; at < host.first + host.size; ++at)
      host.of_interest += is_of_interest(at) ? 1u : 0u;
    others_begin_.push_back(static_cast<std::uint32_t>(others_.size()));
    for (EntityId id = host.first_entity; id != host.last_entity; ++id.value) {
      if (!is_of_interest(position_[id.index()])) others_.push_back(id);
    }
  }
  others_begin_.push_back(static_cast<std::uint32_t>(others_.size()));
}

std::uint32_t ProcessOrder::session_of(Position at) const {
  const auto after =
      std::upper_bound(sessions_.begin(), sessions_.end(), at,
                       [](Position p, const Session& session) { return p < session.first; });
  return static_cast<std::uint32_t>(after - sessions_.begin()) - 1;
}

const HostProcesses* ProcessOrder::find(HostId host) const {
  const auto found = std::lower_bound(
      hosts_.begin(), hosts_.end(), host,
      [](const HostProcesses& entry, HostId wanted) { return entry.host < wanted; });
  return found == hosts_.end() || found->host != host ? nullptr : &*found;
}

std::span<const EntityId> ProcessOrder::started_in(std::uint32_t session) const {
  const Session& own = sessions_[session];
  return {by_start_.data() + own.first, own.size};
}

std::span<const EntityId> ProcessOrder::others_of(const HostProcesses& host) const {
  const auto at = static_cast<std::size_t>(&host - hosts_.data());
  return {others_.data() + others_begin_[at], others_begin_[at + 1] - others_begin_[at]};
}

}  // namespace stemma::ui::timeline
