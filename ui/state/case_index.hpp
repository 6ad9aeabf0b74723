// CaseIndex: what views ask of every process again and again, worked out once a stage of the
// import: how many events of each kind it has, which findings are about it, which run it belongs
// to. Not the tree itself (events/process_tree.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "detection/findings/finding.hpp"
#include "detection/invocations/incident.hpp"
#include "events/case_snapshot.hpp"

namespace stemma::ui {

/// Kinds of events that a process is told to have; an event counts for the first that fits.
enum class Activity : std::uint8_t { file, registry, network, dns, other };
inline constexpr std::size_t kActivities = 5;
/// Which of them an event is; none for starts and ends of processes.
std::optional<Activity> activity_of(CategorySet categories);

struct ProcessFacts {
  std::array<std::uint32_t, kActivities> events{};
  std::uint32_t findings = 0;        ///< about it; without those of declared automation
  std::uint32_t findings_below = 0;  ///< about what it started, all the way down
  std::uint32_t run = 0;             ///< index into Incident::invocations, from 1; 0 for none
  bool run_root = false;
  bool user_changed = false;  ///< it runs as another user than its parent did
};

class CaseIndex {
 public:
  /// @param findings  OpenCase::findings; indices into it are what findings_of() gives
  /// @param incident  null where runs are not known yet
  /// 40 bytes a process. O(events + processes + findings).
  CaseIndex(const CaseSnapshot& snapshot, std::span<const Finding> findings,
            const Incident* incident);

  [[nodiscard]] const ProcessFacts& facts(EntityId id) const { return facts_[id.index()]; }
  /// Findings about the process, ascending; those of declared automation too.
  [[nodiscard]] std::span<const std::uint32_t> findings_of(EntityId id) const;
  /// The run that a finding belongs to: index into Incident::invocations, from 1; 0 for none.
  [[nodiscard]] std::uint32_t run_of_finding(std::uint32_t finding) const {
    return run_of_finding_[finding];
  }
  /// Processes that something was found about or that belong to a run, in the order of the tree.
  [[nodiscard]] std::span<const EntityId> marked() const { return marked_; }
  /// How many processes each host has, by HostId; at 0 those without a host.
  [[nodiscard]] std::uint32_t processes_on(HostId host) const { return on_host_[host.value]; }

 private:
  std::vector<ProcessFacts> facts_;
  std::vector<std::uint32_t> findings_begin_;  // per entity, one more at the end
  std::vector<std::uint32_t> findings_;
  std::vector<std::uint32_t> run_of_finding_;
  std::vector<EntityId> marked_;
  std::vector<std::uint32_t> on_host_;
};

}  // namespace stemma::ui
