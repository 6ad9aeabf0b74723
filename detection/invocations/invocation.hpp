// Invocation: one run of a script by a remote-execution channel, put together from process lineage,
// the agent's own files and script logs. Not the cloud's operation (cloud_operation.hpp), which is
// joined to it, and not a finding, which is about one process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "detection/findings/finding.hpp"
#include "events/ids.hpp"
#include "events/time.hpp"

namespace stemma {

/// Why a claim is made, and what it rests on.
struct Reason {
  std::string text;
  bool against = false;           ///< it speaks against the claim
  std::vector<EventId> events;    ///< records that show it, ascending
  std::vector<ArtifactId> files;  ///< files that show it as a whole
};

enum class ScriptState : std::uint8_t {
  unknown,    ///< nothing says where it was
  recovered,  ///< its text is here
  partial,    ///< some of its text is here (script block parts missing, cut output)
  gone,       ///< its path is known, no collected file and no log holds it
  encrypted,  ///< only in protected settings
};
std::string_view script_state_name(ScriptState state);

struct ScriptText {
  ScriptState state = ScriptState::unknown;
  std::string path;    ///< as the guest saw it; empty where unknown
  std::string text;    ///< UTF-8, at most kMaxScriptText bytes
  std::string sha256;  ///< of the file's bytes, lower-case hex; of `text` where only a log holds it
  std::string source;  ///< `file`, `settings`, `script block log`; empty where there is no text
  std::optional<ArtifactId> file;
  std::vector<EventId> events;
};

/// Script text that is kept; the file itself stays where it is.
inline constexpr std::size_t kMaxScriptText = 1u << 20;

/// How a process came to belong to a run.
enum class Membership : std::uint8_t {
  root,        ///< the outermost process that the script's path names
  lineage,     ///< a descendant by recorded parents
  reparented,  ///< its parent is gone, but it works in the run's folder
  follow_on,   ///< started later, by a task, service or file that the run made
};
std::string_view membership_name(Membership membership);

struct RunProcess {
  EntityId entity;
  ImageId image;  ///< the image through which it belongs
  Membership membership = Membership::lineage;
  std::uint16_t depth = 0;  ///< 0 for the root
  std::string reason;       ///< for reparented and follow_on: what binds it
};

enum class TraceKind : std::uint8_t {
  file,
  registry,
  network,
  dns,
  account,
  persistence,
  script_block,
  logon,
  other
};
std::string_view trace_kind_name(TraceKind kind);

/// Something that the run touched or made.
struct Trace {
  TraceKind kind = TraceKind::other;
  EventId event;
  EntityId entity;  ///< who did it; none where only the time says so
  Timestamp time;
  std::string text;  ///< one line: `created C:\ProgramData\sync\winsync.exe`
};

/// An indicator that the run shows: for the report's list. Kept as it is in evidence; outputs
/// defang it.
struct Indicator {
  enum class Kind : std::uint8_t {
    sha256,
    sha1,
    md5,
    ip,
    domain,
    url,
    path,
    account,
    registry_key
  };
  Kind kind = Kind::path;
  std::string value;
  std::string context;  ///< where it was seen, in a few words
  bool operator==(const Indicator&) const = default;
};
std::string_view indicator_kind_name(Indicator::Kind kind);

/// Where a time is from.
enum class TimeSource : std::uint8_t {
  none,
  process,
  handler_log,
  status,
  settings,
  script_log,
  agent_log
};
std::string_view time_source_name(TimeSource source);

struct RunTime {
  Timestamp time;
  TimeSource source = TimeSource::none;  ///< none: the time is not known
  [[nodiscard]] bool known() const { return source != TimeSource::none; }
};

struct Invocation {
  std::string id;             ///< stable: a hash of channel, host, name, number and first evidence
  std::uint32_t channel = 0;  ///< index into ChannelSet::channels
  std::string mode;           ///< `runas`, `immediate`; empty for the usual way
  std::string host;           ///< host.name
  std::string name;           ///< of a named command (v2), or the cloud's command id
  std::optional<std::uint64_t> sequence;
  Confidence confidence = Confidence::possible;
  std::vector<Reason> reasons;  ///< for and against, strongest first

  ScriptText script;
  std::string command_line;  ///< of the root process, as recorded
  RunTime start, end;
  std::optional<std::int64_t> exit_code;
  std::string state;  ///< as the channel's own status says: `Succeeded`
  std::string stdout_tail, stderr_tail;
  std::string user;     ///< identity on the guest: `NT AUTHORITY\SYSTEM`, `root`
  std::string user_id;  ///< SID or uid

  EntityId root;                        ///< none where no process was seen
  std::vector<EntityId> ancestors;      ///< of the root, nearest first
  std::vector<RunProcess> processes;    ///< in the order of the tree: root first, depth first
  std::vector<Trace> traces;            ///< by time
  std::vector<Indicator> indicators;    ///< by kind, then value
  std::vector<EventId> evidence;        ///< records of the agent's own files, ascending
  std::vector<ArtifactId> files;        ///< collected files of the run, ascending
  std::vector<std::uint32_t> findings;  ///< indices into the findings of the case
  std::vector<std::string> unknowns;    ///< what cannot be known, and why: whole sentences
  std::size_t traces_left_out = 0;      ///< beyond kMaxTraces

  std::optional<std::uint32_t> operation;   ///< index into Incident::operations
  std::optional<std::uint32_t> automation;  ///< index into Incident::automation: it is set aside
  std::string set_aside;  ///< with its reason, owner and last day; empty otherwise
};

/// Traces that are kept of a run; the rest is counted.
inline constexpr std::size_t kMaxTraces = 10'000;
/// Processes that are kept of a run.
inline constexpr std::size_t kMaxRunProcesses = 100'000;

}  // namespace stemma
