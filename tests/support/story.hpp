// Story: tells a case in code, event by event, without any file format, and freezes it. For tests
// of lineage and of what stands on it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/case_builder.hpp"
#include "events/case_snapshot.hpp"
#include "events/event.hpp"

namespace stemma::support {

/// One process event. Times are milliseconds after 2026-01-01T00:00:00Z.
struct Happening {
  std::int64_t at_ms = 0;
  std::int64_t pid = kNoPid;
  std::int64_t parent_pid = kNoPid;
  std::string guid = {};
  std::string parent_guid = {};
  std::string executable = {};
  std::string command_line = {};
  std::vector<std::string> args = {};
  std::string parent_executable = {};
  std::string parent_command_line = {};
  std::int64_t child_pid = kNoPid;  // fork
  bool child_has_callers_parent = false;
  std::uint64_t sequence = 0;  // record id or serial; 0: counts up by itself
  std::string host = "host01";
  std::vector<std::string> ancestry = {};  // ids, the parent first; of documents
  std::string category = "process";
  std::string channel = {};
  std::string code = {};
  std::string user = {};
  std::optional<Timestamp> at = {};  // in the place of at_ms, for any time there is
};

class Story {
 public:
  Story();

  Story& sysmon_start(const Happening& h) { return add(SourceKind::sysmon, ProcessAct::start, h); }
  Story& sysmon_end(const Happening& h) { return add(SourceKind::sysmon, ProcessAct::end, h); }
  Story& security_start(const Happening& h) {
    return add(SourceKind::security, ProcessAct::start, h);
  }
  Story& security_end(const Happening& h) { return add(SourceKind::security, ProcessAct::end, h); }
  Story& exec(const Happening& h) { return add(SourceKind::auditd, ProcessAct::start, h); }
  Story& exit(const Happening& h) { return add(SourceKind::auditd, ProcessAct::end, h); }
  Story& fork(const Happening& h) { return add(SourceKind::auditd, ProcessAct::fork, h); }
  Story& linux_start(const Happening& h) {
    return add(SourceKind::sysmon_linux, ProcessAct::start, h);
  }
  /// Elastic Defend's document of a start on Linux.
  Story& document_start(const Happening& h) {
    return add(SourceKind::ecs_other, ProcessAct::start, h);
  }
  Story& boot(const Happening& h, SourceKind kind = SourceKind::evtx_other) {
    return add(kind, ProcessAct::boot, h);
  }
  /// An event that names a process without starting it.
  Story& mention(SourceKind kind, const Happening& h) { return add(kind, ProcessAct::none, h); }
  Story& add(SourceKind kind, ProcessAct act, const Happening& h);
  /// From here on events lie in another file.
  Story& next_file();

  std::shared_ptr<CaseSnapshot> freeze();

 private:
  std::vector<Artifact> artifacts_;
  std::vector<IndexBatch> batches_;
  std::map<std::pair<ArtifactId, std::uint64_t>, std::uint64_t> contents_;  // hash by place
  Projection projection_ = Projection::all();
  Event event_;
  std::uint64_t offset_ = 0;
  std::uint64_t serial_ = 0;
};

/// Names only, one blank of indent a level.
std::string tree_names(const CaseSnapshot& snapshot);

/// `parent's image at that moment > own image (edge)` for every image, in entity order.
std::string edges(const CaseSnapshot& snapshot);

}  // namespace stemma::support
