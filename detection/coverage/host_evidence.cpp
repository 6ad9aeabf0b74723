#include "detection/coverage/host_evidence.hpp"

#include <algorithm>
#include <tuple>

#include "detection/coverage/log_gaps.hpp"
#include "events/paths.hpp"

namespace stemma {
namespace {

using LogKey = std::tuple<HostId, SourceKind, StringId>;

// Files lie in the order of their ids, so each one's events can lie in one list.
struct ByArtifact {
  std::vector<std::size_t> begin;
  Column<EventId> ids;

  explicit ByArtifact(const CaseSnapshot& snapshot) : begin(snapshot.artifacts.size() + 1, 0) {
    const EventStore& store = snapshot.events;
    for (std::size_t i = 0; i < store.size(); ++i)
      ++begin[store.source(EventId::from_index(i)).artifact.index() + 1];
    for (std::size_t i = 1; i < begin.size(); ++i) begin[i] += begin[i - 1];
    std::vector<std::size_t> next(begin.begin(), begin.end() - 1);
    ids.resize(store.size());
    for (std::size_t i = 0; i < store.size(); ++i) {
      const EventId id = EventId::from_index(i);
      ids[next[store.source(id).artifact.index()]++] = id;
    }
  }
  std::span<EventId> of(std::size_t artifact) {
    return {ids.data() + begin[artifact], begin[artifact + 1] - begin[artifact]};
  }
};

class Builder {
 public:
  explicit Builder(const CaseSnapshot& snapshot) : snapshot_(snapshot), store_(snapshot.events) {}

  std::vector<HostEvidence> build() {
    log_of_class_.resize(store_.classes().size() + 1, nullptr);
    for (std::uint32_t id = 1; id < log_of_class_.size(); ++id) {
      const LogKey key = key_of(store_.classes()[EventClassId{id}]);
      LogEvidence& log = logs_[key];
      std::tie(log.host, log.kind, log.channel) = key;
      log_of_class_[id] = &log;
    }
    count();
    command_lines();
    files();
    return finish();
  }

 private:
  static LogKey key_of(const EventClass& known) {
    // What an agent's own files say is one log, however many files that are.
    if (known.source_kind == SourceKind::guest_agent)
      return {known.host, SourceKind::guest_agent, StringId{}};
    // The audit log and Sysmon for Linux are one log each, whatever their events call themselves.
    // Documents of a channel belong to it; all others are one log.
    const bool document = is_document(known.source_kind) && !known.channel;
    if (document) return {known.host, SourceKind::ecs_other, {}};
    if (is_cloud_log(known.source_kind)) return {known.host, known.source_kind, {}};
    const bool channels =
        known.source_kind != SourceKind::auditd && known.source_kind != SourceKind::sysmon_linux;
    // A channel is a log, whichever provider writes into it.
    return {known.host, channels ? SourceKind::evtx_other : known.source_kind,
            channels ? known.channel : StringId{}};
  }
  LogEvidence& log_of(EventId id) { return *log_of_class_[store_.event_class(id).value]; }
  std::string_view text(StringId id) const { return snapshot_.strings.view(id); }

  void count() {
    std::map<HostId, EventId> audit_ended;
    std::vector<std::uint64_t> by_class(log_of_class_.size(), 0);
    enum class Act : std::uint8_t { none, cleared, boot, audit_end, audit_start };
    std::vector<Act> acts(log_of_class_.size(), Act::none);
    for (std::uint32_t id = 1; id < acts.size(); ++id) {
      const EventClass& known = store_.classes()[EventClassId{id}];
      const std::string_view code = text(known.code);
      const std::string_view channel = text(known.channel);
      const auto has = [&](CategoryBit bit) { return (known.categories & category_bit(bit)) != 0; };
      if (known.source_kind == SourceKind::auditd) {
        if (code == "DAEMON_END" || code == "DAEMON_ABORT") acts[id] = Act::audit_end;
        if (code == "DAEMON_START") acts[id] = Act::audit_start;
        if (code == "SYSTEM_BOOT") acts[id] = Act::boot;
      } else if ((code == "1102" && ascii_iequals(channel, "Security") && has(CategoryBit::iam)) ||
                 (code == "104" && ascii_iequals(channel, "System") && has(CategoryBit::iam))) {
        acts[id] = Act::cleared;
      } else if ((code == "6005" && ascii_iequals(channel, "System") && has(CategoryBit::host)) ||
                 (code == "4608" && ascii_iequals(channel, "Security"))) {
        acts[id] = Act::boot;
      }
    }
    for (std::size_t i = 0; i < store_.size(); ++i) {
      const EventId id = EventId::from_index(i);
      const EventClassId known = store_.event_class(id);
      LogEvidence& log = *log_of_class_[known.value];
      const Timestamp time = store_.time(id);
      ++log.events;
      // Settings files have no time; events come in the order of time.
      if (log.kind != SourceKind::guest_agent || time != Timestamp{}) {
        if (!log.timed) log.first = time;
        log.timed = true;
        log.last = time;
      }
      ++by_class[known.value];
      switch (acts[known.value]) {
        case Act::none:
          break;
        case Act::cleared: {
          Gap gap;
          gap.kind = GapKind::log_cleared;
          gap.from = gap.to = time;
          gap.count = 1;
          gap.event = id;
          log.gaps.push_back(gap);
          break;
        }
        case Act::boot: {
          // Several logs tell of one start of the machine.
          auto& boots = boots_[log.host];
          if (boots.empty() || time.ns - boots.back().ns > 300 * kNsPerSecond)
            boots.push_back(time);
          break;
        }
        case Act::audit_end:
          audit_ended.insert_or_assign(log.host, id);
          break;
        case Act::audit_start: {
          const auto ended = audit_ended.find(log.host);
          if (ended == audit_ended.end()) break;
          Gap gap;
          gap.kind = GapKind::audit_stopped;
          gap.from = store_.time(ended->second);
          gap.to = time;
          gap.count = 1;
          log.gaps.push_back(gap);
          audit_ended.erase(ended);
          break;
        }
      }
    }
    for (std::uint32_t id = 1; id < by_class.size(); ++id) {
      const std::string_view code = text(store_.classes()[EventClassId{id}].code);
      if (by_class[id] != 0) log_of_class_[id]->codes[std::string(code)] += by_class[id];
    }
  }

  // Runs of process starts in Windows' Security log that have no command line.
  void command_lines() {
    struct Run {
      Timestamp from, to;
      std::uint64_t starts = 0;
    };
    std::map<LogEvidence*, Run> open;
    const auto close = [](LogEvidence& log, Run& run, Timestamp to) {
      if (run.starts >= kStartsWithoutCommandLine) {
        Gap gap;
        gap.kind = GapKind::no_command_line;
        gap.from = run.from;
        gap.to = to;
        gap.count = run.starts;
        log.gaps.push_back(gap);
      }
      run = {};
    };
    for (const ProcessStart& start : snapshot_.tree.starts()) {
      LogEvidence& log = log_of(start.event);
      ++log.starts;
      const SourceKind kind = store_.source_kind(start.event);
      if (kind != SourceKind::security && kind != SourceKind::ecs_security) continue;
      Run& run = open[&log];
      const Timestamp time = store_.time(start.event);
      if (snapshot_.tree.image(start.image).command_line) {
        close(log, run, run.to);
      } else {
        if (run.starts++ == 0) run.from = time;
        run.to = time;
      }
    }
    for (auto& [log, run] : open) close(*log, run, run.to);
  }

  void files() {
    ByArtifact by_artifact(snapshot_);
    // Ids count within a log. A file of several logs or hosts (a collector's) counts for itself.
    std::map<LogEvidence*, std::vector<std::size_t>> files_of;
    for (std::size_t i = 0; i < snapshot_.artifacts.size(); ++i) {
      const std::span<EventId> own = by_artifact.of(i);
      if (own.empty()) continue;
      const auto by_offset = [&](EventId a, EventId b) {
        return store_.source(a).offset < store_.source(b).offset;
      };
      std::vector<LogEvidence*> logs;
      LogEvidence* last = nullptr;
      for (const EventId id : own) {
        LogEvidence* const log = &log_of(id);
        if (log == last) continue;
        last = log;
        if (std::find(logs.begin(), logs.end(), log) == logs.end()) logs.push_back(log);
      }
      // An agent's records have no numbers. Documents and rows of a cloud's log are what somebody
      // asked for: numbers that are not there say nothing.
      const bool numbered = std::none_of(logs.begin(), logs.end(), [](const LogEvidence* log) {
        return log->kind == SourceKind::guest_agent || is_cloud_log(log->kind);
      });
      const bool documents = !own.empty() && is_document(store_.source_kind(own.front()));
      const bool is_evtx = numbered && !documents &&
                           std::none_of(logs.begin(), logs.end(),
                                        [](const LogEvidence* log) { return log->is_linux(); });
      if (is_evtx && logs.size() == 1) {
        files_of[logs.front()].push_back(i);
      } else if (is_evtx) {
        const auto gaps = id_gaps(snapshot_, {own.begin(), own.end()});
        for (LogEvidence* log : logs) {
          for (const Gap& gap : gaps) {
            // Ids that lie outside what the log has here are others'.
            if (gap.to >= log->first && gap.from <= log->last) log->gaps.push_back(gap);
          }
        }
      }
      if (!std::is_sorted(own.begin(), own.end(), by_offset))
        std::stable_sort(own.begin(), own.end(), by_offset);
      if (!is_evtx) {
        const auto audit = std::find_if(logs.begin(), logs.end(), [](const LogEvidence* log) {
          return log->kind == SourceKind::auditd;
        });
        const bool one_host = std::count_if(logs.begin(), logs.end(), [](const LogEvidence* log) {
                                return log->kind == SourceKind::auditd;
                              }) == 1;
        if (one_host) {
          for (Gap& gap : serial_gaps(snapshot_, own)) (*audit)->gaps.push_back(std::move(gap));
        }
      }
      for (Damage& one : damage(snapshot_, ArtifactId::from_index(i), own))
        log_of(one.beside).gaps.push_back(std::move(one.gap));
    }
    for (auto& [log, files] : files_of) {
      std::vector<EventId> all;
      for (const std::size_t i : files) {
        const auto own = by_artifact.of(i);
        all.insert(all.end(), own.begin(), own.end());
      }
      std::stable_sort(all.begin(), all.end(), [&](EventId a, EventId b) {
        return store_.sequence(a) < store_.sequence(b);
      });
      for (const EventId id : all) {
        if (store_.sequence(id) == 0) continue;
        log->first_id = store_.sequence(id);
        break;
      }
      if (files.size() == 1 || one_count(snapshot_, all)) {
        const auto gaps = id_gaps(snapshot_, std::move(all));
        log->gaps.insert(log->gaps.end(), gaps.begin(), gaps.end());
        continue;
      }
      for (const std::size_t i : files) {
        const auto own = by_artifact.of(i);
        const auto gaps = id_gaps(snapshot_, {own.begin(), own.end()});
        log->gaps.insert(log->gaps.end(), gaps.begin(), gaps.end());
      }
    }
  }

  // Ids are missing where records could not be read: that is one gap, not two.
  static void join(LogEvidence& log) {
    for (Gap& hole : log.gaps) {
      if (hole.kind != GapKind::ids_missing || hole.places != 1) continue;
      for (Gap& broken : log.gaps) {
        if (broken.kind != GapKind::damaged || hole.from < broken.from || broken.to < hole.to)
          continue;
        broken.ids += hole.count;
        hole.count = 0;
        break;
      }
    }
    std::erase_if(log.gaps, [](const Gap& gap) { return gap.count == 0; });
    std::stable_sort(log.gaps.begin(), log.gaps.end(), [](const Gap& a, const Gap& b) {
      return std::tie(a.from, a.to, a.kind, a.count, a.detail) <
             std::tie(b.from, b.to, b.kind, b.count, b.detail);
    });
  }

  // From when to when the machine was watched. An agent's log goes back years and watches nothing,
  // so it counts only where there is no other.
  static void span(HostEvidence& host) {
    const bool agent_alone =
        std::all_of(host.logs.begin(), host.logs.end(),
                    [](const LogEvidence& log) { return log.kind == SourceKind::guest_agent; });
    bool any = false;
    for (const LogEvidence& log : host.logs) {
      if (!log.timed || (log.kind == SourceKind::guest_agent && !agent_alone)) continue;
      host.first = any ? std::min(host.first, log.first) : log.first;
      host.last = any ? std::max(host.last, log.last) : log.last;
      any = true;
    }
  }

  std::vector<HostEvidence> finish() {
    std::map<HostId, HostEvidence> hosts;
    for (auto& [key, log] : logs_) {
      if (log.events == 0) continue;
      log.name = log.kind == SourceKind::auditd           ? "auditd"
                 : log.kind == SourceKind::sysmon_linux   ? "Sysmon for Linux"
                 : log.kind == SourceKind::guest_agent    ? "guest agent"
                 : log.kind == SourceKind::ecs_other      ? "Elastic documents"
                 : log.kind == SourceKind::azure_activity ? "Azure Activity Log"
                 : log.kind == SourceKind::aws_cloudtrail ? "AWS CloudTrail"
                 : log.channel                            ? std::string(text(log.channel))
                                                          : "(no channel)";
      join(log);
      HostEvidence& host = hosts[log.host];
      host.host = log.host;
      host.logs.push_back(std::move(log));
    }
    for (auto& [id, host] : hosts) span(host);
    std::vector<HostEvidence> out;
    for (auto& [id, host] : hosts) {
      host.boots = boots_[id];
      std::stable_sort(host.logs.begin(), host.logs.end(),
                       [](const LogEvidence& a, const LogEvidence& b) { return a.name < b.name; });
      out.push_back(std::move(host));
    }
    std::stable_sort(out.begin(), out.end(), [&](const HostEvidence& a, const HostEvidence& b) {
      return snapshot_.hosts.name(a.host) < snapshot_.hosts.name(b.host);
    });
    return out;
  }

  const CaseSnapshot& snapshot_;
  const EventStore& store_;
  std::map<LogKey, LogEvidence> logs_;
  std::vector<LogEvidence*> log_of_class_;
  std::map<HostId, std::vector<Timestamp>> boots_;
};

}  // namespace

std::string_view gap_name(GapKind kind) {
  switch (kind) {
    case GapKind::ids_missing:
      return "record_ids_missing";
    case GapKind::serials_missing:
      return "audit_serials_missing";
    case GapKind::log_cleared:
      return "log_cleared";
    case GapKind::damaged:
      return "damaged";
    case GapKind::audit_stopped:
      return "audit_stopped";
    case GapKind::no_command_line:
      return "command_lines_not_recorded";
    case GapKind::logins_only:
      return "audit_excludes_unset_auid";
    case GapKind::not_recorded:
      return "not_recorded";
  }
  return "unknown";
}

std::vector<HostEvidence> host_evidence(const CaseSnapshot& snapshot) {
  return Builder(snapshot).build();
}

const LogEvidence* find_log(const HostEvidence& host, SourceKind kind, StringId channel) {
  // Logs that are one, whatever their events call themselves.
  const auto is_one = [](SourceKind any) {
    return any == SourceKind::auditd || any == SourceKind::sysmon_linux ||
           any == SourceKind::guest_agent || any == SourceKind::ecs_other || is_cloud_log(any);
  };
  if (is_document(kind)) kind = channel ? SourceKind::evtx_other : SourceKind::ecs_other;
  for (const LogEvidence& log : host.logs) {
    if (is_one(kind) ? log.kind == kind : !is_one(log.kind) && log.channel == channel) return &log;
  }
  return nullptr;
}

}  // namespace stemma
