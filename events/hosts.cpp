#include "events/hosts.hpp"

#include "events/paths.hpp"

namespace stemma {
namespace {

std::string first_label(const std::string& lower) {
  return lower.substr(0, lower.find('.'));
}

}  // namespace

HostId HostTable::intern(std::string_view name) {
  if (name.empty()) return {};
  const auto [entry, fresh] =
      by_lower_.try_emplace(ascii_lower(name), HostId::from_index(names_.size()));
  if (fresh) names_.emplace_back(name);
  return entry->second;
}

std::vector<HostId> HostTable::unite() {
  std::unordered_map<std::string, std::vector<HostId>> full_names;
  for (const auto& [lower, id] : by_lower_) {
    if (lower.find('.') != std::string::npos) full_names[first_label(lower)].push_back(id);
  }
  std::vector<HostId> stands_for(names_.size());
  for (const auto& [lower, id] : by_lower_) {
    stands_for[id.index()] = id;
    if (lower.find('.') != std::string::npos) continue;
    const auto full = full_names.find(lower);
    if (full != full_names.end() && full->second.size() == 1)
      stands_for[id.index()] = full->second.front();
  }
  for (auto& [lower, id] : by_lower_) id = stands_for[id.index()];
  return stands_for;
}

HostId HostTable::find(std::string_view name) const {
  const std::string lower = ascii_lower(name);
  if (const auto found = by_lower_.find(lower); found != by_lower_.end()) return found->second;
  HostId match;
  for (const auto& [known, id] : by_lower_) {
    if (first_label(known) != lower) continue;
    if (match && match != id) return {};
    match = id;
  }
  return match;
}

}  // namespace stemma
