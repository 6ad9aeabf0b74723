// Facts: what single decoded events say of runs: lines and files of an agent, script blocks, things
// touched, rows of a cloud log. Taken event by event while a pass decodes, on any thread; what they
// amount to is worked out later (assemble.hpp, cloud_operations.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "detection/invocations/cloud_operation.hpp"
#include "detection/invocations/invocation.hpp"
#include "events/event.hpp"
#include "events/ids.hpp"
#include "events/process_record.hpp"

namespace stemma {

/// Facts of one kind that are kept: a log of millions of lines of an agent is not a run log.
inline constexpr std::size_t kMaxFacts = 1u << 20;
/// Bytes of their texts: scripts and lines of a log.
inline constexpr std::uint64_t kMaxFactBytes = 512u << 20;

/// A line of an agent's log, a settings file, a status file.
struct GuestFact {
  enum class Kind : std::uint8_t { agent_log, handler_log, settings, status };
  EventId event;
  Kind kind = Kind::agent_log;
  bool has_time = false;
  bool placeholder = false;  ///< a status that an update wrote: nothing ran
  bool protected_settings = false;
  Timestamp time;
  std::string extension;  ///< as the record names it
  std::string name;
  std::optional<std::uint64_t> sequence;
  std::string action;  ///< of a handler's line: `executing command`
  std::string state, message;
  std::optional<std::int64_t> exit_code;
  std::optional<Timestamp> start, end;
  std::string script, script_path, script_uri, user, stdout_text, stderr_text;
  std::string correlation_id, activity_id;
  std::optional<Timestamp> goal_created;
  std::string vm_id, subscription, resource_group, resource_name;  ///< of the machine it lay on
};

/// A part of a script as PowerShell logged it (event 4104).
struct ScriptBlock {
  EventId event;
  EntityId entity;  ///< none where the log names a pid only
  std::int64_t pid = kNoPid;
  Timestamp time;
  std::string id, path, text;
  std::int64_t number = 1, total = 1;
};

/// Something that a process touched, or that was made on the host.
struct TouchFact {
  EventId event;
  EntityId entity;  ///< none where the record names no process
  Timestamp time;
  TraceKind kind = TraceKind::other;
  std::string text;
  std::string path;   ///< file made, or program of a task or service
  bool made = false;  ///< the file, task or service is new
  std::vector<Indicator> indicators;
};

/// One row of a cloud log.
struct CloudFact {
  EventId event;
  Timestamp time;
  CloudOperation row;                 ///< what the row says; joined later
  std::vector<std::string> machines;  ///< of a command to several machines
};

struct Facts {
  std::vector<GuestFact> guest;
  std::vector<ScriptBlock> blocks;
  std::vector<TouchFact> touched;
  std::vector<CloudFact> cloud;
  std::uint64_t left_out = 0;  ///< records that were not read any more
  std::uint64_t bytes = 0;     ///< of texts

  /// Whether a cap is met: what comes later is to be counted, not read.
  [[nodiscard]] bool full() const;

  /// Reads `event`, decoded with all its fields, if it is of a kind that tells something.
  void take(EventId id, EntityId entity, const Event& event);
  void append(Facts&& other);
  /// By event: the order in which threads came does not show.
  void sort();
};

}  // namespace stemma
