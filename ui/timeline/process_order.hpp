// ProcessOrder: every process life of a case in the order in which lanes show them: host by host,
// session by session, each life above those it started. Arrays over the frozen tree; nothing here
// knows about lanes that are open or closed (lane_list.hpp).
//
// A *session* is what one entry into the machine started. Logon ids and audit sessions are not in
// the index, so it is told by lineage: a session begins at a life whose parent is not known, or is
// one of those programs that start everything (init, systemd, services.exe, sshd, …).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "events/case_snapshot.hpp"

namespace stemma::ui::timeline {

/// A place in the order of lives; counts from 0.
using Position = std::uint32_t;
inline constexpr Position kNoPosition = 0xFFFF'FFFF;

struct Session {
  Position first = 0;  ///< its leader; the rest of it follows
  std::uint32_t size = 0;
  std::uint32_t of_interest = 0;  ///< lives in it that are of interest
};

struct HostProcesses {
  HostId host;
  Position first = 0;  ///< its lives are the positions from here
  std::uint32_t size = 0;
  std::uint32_t of_interest = 0;
  std::uint32_t first_session = 0, sessions = 0;  ///< by their leaders' start
  EntityId first_entity, last_entity;             ///< its lives' ids: from, and one behind
};

class ProcessOrder {
 public:
  ProcessOrder() = default;
  /// @param of_interest  lives that an analyst wants to see first; their ancestors become so too
  /// O(lives · log lives). 25 bytes a life.
  ProcessOrder(const CaseSnapshot& snapshot, std::span<const EntityId> of_interest);

  [[nodiscard]] std::size_t size() const { return entity_.size(); }
  [[nodiscard]] EntityId entity(Position at) const { return entity_[at]; }
  [[nodiscard]] Position position(EntityId entity) const { return position_[entity.index()]; }
  /// Steps below the leader of its session. Forged chains may be long: who draws it caps it.
  [[nodiscard]] std::uint32_t depth(Position at) const { return depth_[at]; }
  /// Lives at and below `at` in its session: positions [at, at + subtree(at)).
  [[nodiscard]] std::uint32_t subtree(Position at) const { return subtree_[at]; }
  [[nodiscard]] bool is_of_interest(Position at) const {
    return (interest_[at] & kOfInterest) != 0;
  }
  /// Whether a life below it in its session is of interest.
  [[nodiscard]] bool leads_to_interest(Position at) const { return (interest_[at] & kLeads) != 0; }
  /// Whose session the life belongs to, an index into sessions(). O(log sessions).
  [[nodiscard]] std::uint32_t session_of(Position at) const;

  [[nodiscard]] std::span<const Session> sessions() const { return sessions_; }
  /// By host id. Hosts without a process are not in it.
  [[nodiscard]] std::span<const HostProcesses> hosts() const { return hosts_; }
  /// Null where the host has no process.
  [[nodiscard]] const HostProcesses* find(HostId host) const;

  /// Lives of a session in the order of their starts, the leader among them. O(1).
  [[nodiscard]] std::span<const EntityId> started_in(std::uint32_t session) const;
  /// Lives of a host that are not of interest, in the order of their starts. O(1).
  [[nodiscard]] std::span<const EntityId> others_of(const HostProcesses& host) const;

 private:
  static constexpr std::uint8_t kOfInterest = 1, kLeads = 2;

  void mark(const CaseSnapshot& snapshot, std::span<const EntityId> of_interest);
  void lay_out(const CaseSnapshot& snapshot);
  void count();

  std::vector<EntityId> entity_;    // by position
  std::vector<Position> position_;  // by entity
  std::vector<std::uint32_t> depth_, subtree_;
  std::vector<std::uint8_t> interest_;  // by position: bits
  std::vector<Session> sessions_;
  std::vector<HostProcesses> hosts_;
  std::vector<EntityId> by_start_;           // of every session, where its positions are
  std::vector<EntityId> others_;             // by host
  std::vector<std::uint32_t> others_begin_;  // per entry of hosts_; one more at the end
};

/// Whether a program starts what users and services run, so that a new session begins below it.
bool starts_sessions(std::string_view program_name);

}  // namespace stemma::ui::timeline
