// The machines that wrote events. Not an asset inventory: only what the evidence itself says.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "events/ids.hpp"

namespace stemma {

/// Host names compare without case. A short name and a full one (`web01`, `web01.corp.example`) are
/// one host where exactly one full name starts with that label; two full names are two hosts.
class HostTable {
 public:
  /// Id of a host by its name as written; the first spelling is the one shown. None for an empty
  /// name.
  HostId intern(std::string_view name);

  /// Unites short names with full ones; returns for every id the id it stands for now. Called once,
  /// when all names are known.
  std::vector<HostId> unite();

  [[nodiscard]] std::string_view name(HostId id) const {
    return id ? std::string_view(names_[id.index()]) : std::string_view{};
  }
  /// Id by name, without case and by first label where that is unambiguous; none where unknown.
  [[nodiscard]] HostId find(std::string_view name) const;
  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, HostId> by_lower_;
};

}  // namespace stemma
