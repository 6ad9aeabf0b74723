#include "parsers/ecs/field_paths.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "events/hash_seed.hpp"
#include "parsers/ecs/limits.hpp"

namespace stemma::ecs {
namespace {

constexpr std::array<std::pair<std::string_view, Fact>, 46> kFactNames = {{
    {"@timestamp", Fact::timestamp},
    {"event.kind", Fact::event_kind},
    {"event.category", Fact::event_category},
    {"event.type", Fact::event_type},
    {"event.action", Fact::event_action},
    {"event.code", Fact::event_code},
    {"event.created", Fact::event_created},
    {"event.dataset", Fact::event_dataset},
    {"event.module", Fact::event_module},
    {"event.outcome", Fact::event_outcome},
    {"event.provider", Fact::event_provider},
    {"event.sequence", Fact::event_sequence},
    {"data_stream.dataset", Fact::data_stream_dataset},
    {"host", Fact::host},
    {"host.name", Fact::host_name},
    {"host.hostname", Fact::host_hostname},
    {"host.os.type", Fact::host_os_type},
    {"host.os.family", Fact::host_os_family},
    {"host.os.platform", Fact::host_os_platform},
    {"agent.hostname", Fact::agent_hostname},
    {"agent.name", Fact::agent_name},
    {"beat.hostname", Fact::beat_hostname},
    {"process.entity_id", Fact::process_entity_id},
    {"process.executable", Fact::process_executable},
    {"process.parent.pid", Fact::process_parent_pid},
    {"process.pid", Fact::process_pid},
    {"process.ppid", Fact::process_ppid},
    {"auditd.sequence", Fact::auditd_sequence},
    {"auditd.log.sequence", Fact::auditd_log_sequence},
    {"winlog.channel", Fact::winlog_channel},
    {"winlog.computer_name", Fact::winlog_computer_name},
    {"winlog.event_id", Fact::winlog_event_id},
    {"winlog.level", Fact::winlog_level},
    {"winlog.opcode", Fact::winlog_opcode},
    {"winlog.provider_guid", Fact::winlog_provider_guid},
    {"winlog.provider_name", Fact::winlog_provider_name},
    {"winlog.record_id", Fact::winlog_record_id},
    {"winlog.task", Fact::winlog_task},
    {"winlog.time_created", Fact::winlog_time_created},
    {"winlog.user_data.xml_name", Fact::winlog_user_data_name},
    {"winlog.version", Fact::winlog_version},
    // Winlogbeat before version 7
    {"log_name", Fact::winlog_channel},
    {"computer_name", Fact::winlog_computer_name},
    {"event_id", Fact::winlog_event_id},
    {"source_name", Fact::winlog_provider_name},
    {"record_number", Fact::winlog_record_id},
}};

Fact fact_of(std::string_view name) {
  const auto found = std::find_if(kFactNames.begin(), kFactNames.end(),
                                  [&](const auto& entry) { return entry.first == name; });
  return found == kFactNames.end() ? Fact::none : found->second;
}

struct WinPrefix {
  std::string_view prefix;
  WinPart part;
};
constexpr std::array<WinPrefix, 3> kWinPrefixes = {{
    {"winlog.event_data.", WinPart::event_data},
    {"winlog.user_data.", WinPart::user_data},
    {"event_data.", WinPart::event_data},  // Winlogbeat before version 7
}};

std::uint64_t hash_of(std::uint32_t parent, std::string_view key) {
  std::uint64_t hash = hash_seed() ^ (parent * 0xD6E8FEB86659FD93u) ^ key.size();
  const auto mix = [&](std::uint64_t word) {
    hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
    hash ^= hash >> 29;
  };
  for (std::uint64_t word = 0; !key.empty(); word = 0) {
    const std::size_t bytes = std::min(key.size(), sizeof(word));
    std::memcpy(&word, key.data(), bytes);
    mix(word);
    key.remove_prefix(bytes);
  }
  return hash;
}

// Paths outlive their readers: a reader is made for every unit, and the next one's documents are
// alike. False again once this thread's are gone.
thread_local bool keeps_spare_paths = false;

struct Spare {
  Spare() { keeps_spare_paths = true; }
  ~Spare() { keeps_spare_paths = false; }
  std::unique_ptr<FieldPaths> paths;
};

Spare& spare() {
  static thread_local Spare paths;
  return paths;
}

}  // namespace

FieldPaths::FieldPaths(const Projection& wanted) : wanted_(wanted) {
  paths_.resize(2);
}

bool FieldPaths::full() const {
  return paths_.size() > kMaxPaths;
}

std::uint32_t FieldPaths::child(std::uint32_t parent, std::uint32_t before, std::string_view key) {
  std::uint32_t& expected = before == kNone ? paths_[parent].child : paths_[before].follower;
  if (expected != kNone && paths_[expected].key == key) return expected;
  const std::uint32_t found = find_or_make(parent, key);
  if (found != kNone) expected = found;
  return found;
}

std::uint32_t FieldPaths::find_or_make(std::uint32_t parent, std::string_view key) {
  const std::uint64_t hash = hash_of(parent, key);
  const auto [first, last] = by_key_.equal_range(hash);
  for (auto at = first; at != last; ++at) {
    const FieldPath& path = paths_[at->second];
    if (path.parent == parent && path.key == key) return at->second;
  }
  const std::string& above = paths_[parent].name;
  if (above.size() + 1 + key.size() > kMaxFieldNameLength) return kNone;
  const auto made = static_cast<std::uint32_t>(paths_.size());
  FieldPath& path = paths_.emplace_back();
  path.parent = parent;
  path.name = above.empty() ? std::string(key) : above + '.' + std::string(key);
  path.key = std::string_view(path.name).substr(path.name.size() - key.size());
  path.fact = fact_of(path.name);
  for (const WinPrefix& win : kWinPrefixes) {
    if (path.name.size() <= win.prefix.size() || !path.name.starts_with(win.prefix)) continue;
    path.part = win.part;
    path.win_name = std::string_view(path.name).substr(win.prefix.size());
  }
  if (path.fact == Fact::winlog_user_data_name) path.part = WinPart::none;
  // What a pass can want was named before it began, so only one that wants all has to name more.
  if (wanted_.wants_all()) {
    path.field = intern_field(path.name);
  } else if (const auto known = find_field(path.name); known && wanted_.wants(*known)) {
    path.field = *known;
  }
  if (path.field) {
    const FieldInfo info = field_info(path.field);
    path.type = info.type;
    path.known = info.known;
  }
  by_key_.emplace(hash, made);
  return made;
}

std::unique_ptr<FieldPaths> take_field_paths(const Projection& wanted) {
  std::unique_ptr<FieldPaths> paths = std::move(spare().paths);
  if (!paths || paths->full() || paths->projection() != wanted.identity() ||
      wanted.identity() == 0) {
    paths = std::make_unique<FieldPaths>(wanted);
  }
  return paths;
}

void give_field_paths(std::unique_ptr<FieldPaths> paths) {
  if (keeps_spare_paths) spare().paths = std::move(paths);
}

}  // namespace stemma::ecs
