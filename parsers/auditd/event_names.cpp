// Which names of fields a pass needs, and what the short ways over a record's fields may do with
// them. What their values say is in event_mapper.cpp.
#include <algorithm>
#include <utility>

#include "events/paths.hpp"
#include "parsers/auditd/event_mapper.hpp"

namespace stemma::auditd {

EventMapper::EventMapper(const Projection& projection) : projection_(projection) {
  constexpr std::pair<std::string_view, Slot> kNames[] = {
      {"UID", kUid}, {"AUID", kAuid}, {"EUID", kEuid}, {"SUID", kSuid},  {"FSUID", kFsuid},
      {"GID", kGid}, {"EGID", kEgid}, {"SGID", kSgid}, {"FSGID", kFsgid}};
  for (const auto& [key, slot] : kNames) {
    if (needs_enriched(key)) wanted_names_.push_back(slot);
  }
  if (projection.wants_all()) return;
  // Half of a log's lines are PATH records. All keys that the kernel writes are listed, so leaving
  // them out changes nothing. Source: kernel/auditsc.c, audit_log_name().
  constexpr std::string_view kPathKeys[] = {
      "item", "name",   "inode",  "dev",    "mode",     "ouid",        "ogid", "rdev",
      "obj",  "cap_fp", "cap_fi", "cap_fe", "cap_fver", "cap_frootid", "osid", "nametype"};
  constexpr FieldId kFileFields[] = {
      field::file_path,  field::file_name,   field::file_directory, field::file_extension,
      field::file_inode, field::file_device, field::file_mode,      field::file_uid,
      field::file_gid,   field::file_owner,  field::file_group};
  reads_paths_ = std::any_of(std::begin(kFileFields), std::end(kFileFields),
                             [&](FieldId id) { return projection.wants(id); }) ||
                 std::any_of(std::begin(kPathKeys), std::end(kPathKeys),
                             [&](std::string_view key) { return key_name(key).path_wanted; });
  reads_titles_ = projection.wants(field::process_title) || key_name("proctitle").data_wanted;
}

bool EventMapper::needs(std::string_view key) const {
  const auto wants = [&](auto... fields) { return (projection_.wants(fields) || ...); };
  switch (packed(key)) {
    case packed("pid"):
    case packed("success"):
    case packed("res"):
    case packed("result"):
    case packed("exit"):
    case packed("arch"):
    case packed("syscall"):
    case packed("a0"):
    case packed("cwd"):
    case packed("saddr"):
    case packed("acct"):
    case packed("id"):
    case packed("addr"):
      return true;
    case packed("exe"):
      return wants(field::process_executable, field::process_name);
    case packed("ppid"):
      return wants(field::process_parent_pid);
    case packed("uid"):
      return wants(field::user_id, field::user_name, field::related_user);
    case packed("auid"):
      return wants(field::user_audit_id, field::user_audit_name, field::related_user);
    case packed("euid"):
      return wants(field::user_effective_id, field::user_effective_name);
    case packed("suid"):
      return wants(field::user_saved_id, field::user_saved_name);
    case packed("fsuid"):
      return wants(field::user_filesystem_id, field::user_filesystem_name);
    case packed("gid"):
      return wants(field::user_group_id, field::user_group_name);
    case packed("egid"):
      return wants(field::user_effective_group_id, field::user_effective_group_name);
    case packed("sgid"):
      return wants(field::user_saved_group_id, field::user_saved_group_name);
    case packed("fsgid"):
      return wants(field::user_filesystem_group_id, field::user_filesystem_group_name);
    case packed("ses"):
      return wants(field::auditd_session);
    case packed("key"):
      return wants(field::tags);
    default:
      return key == "proctitle" && wants(field::process_title);
  }
}

bool EventMapper::needs_enriched(std::string_view key) const {
  const auto wants = [&](auto... fields) { return (projection_.wants(fields) || ...); };
  switch (packed(key)) {
    case packed("UID"):
      return wants(field::user_name, field::related_user);
    case packed("AUID"):
      return wants(field::user_audit_name, field::related_user);
    case packed("EUID"):
      return wants(field::user_effective_name);
    case packed("SUID"):
      return wants(field::user_saved_name);
    case packed("FSUID"):
      return wants(field::user_filesystem_name);
    case packed("GID"):
      return wants(field::user_group_name);
    case packed("EGID"):
      return wants(field::user_effective_group_name);
    case packed("SGID"):
      return wants(field::user_saved_group_name);
    case packed("FSGID"):
      return wants(field::user_filesystem_group_name);
    default:
      return false;
  }
}

const EventMapper::KeyName& EventMapper::key_name(std::string_view key) {
  const std::uint64_t number = packed(key);
  if (number == 0) return find_key_name(key);
  ShortKey& slot = short_keys_[(number * 0x9E3779B97F4A7C15u) >> 54];
  if (slot.key != number) {
    const KeyName& name = find_key_name(key);
    if (&name == &no_name_) return name;
    slot = {number, &name};  // the map's values stay where they are
  }
  return *slot.name;
}

const EventMapper::KeyName& EventMapper::find_key_name(std::string_view key) {
  const auto found = key_names_.find(key);
  if (found != key_names_.end()) return found->second;
  if (key_names_.size() >= kMaxKeyNames || key.size() > kMaxKeyLength) return no_name_;
  KeyName name;
  const std::string lower = ascii_lower(key);
  const auto field_of = [&](std::string&& full) {
    // What nobody has met yet cannot be wanted, except by those who want all.
    return projection_.wants_all() ? intern_field(full) : find_field(full).value_or(FieldId{});
  };
  name.data = field_of("auditd.data." + lower);
  name.path = field_of("auditd.paths." + lower);
  name.data_wanted = name.data && projection_.wants(name.data);
  name.path_wanted = name.path && projection_.wants(name.path);
  if (!name.data_wanted && !needs(key)) {
    name.action = FieldActions::kSkip;
  } else if (const int slot = slot_of(key); slot >= 0) {
    name.action = static_cast<std::uint8_t>(FieldActions::kFirstSlot + slot);
  }
  name.enriched_skip = !needs_enriched(key);
  return key_names_.emplace(std::string(key), name).first->second;
}

/// Slot of a name whose outer value is kept as it is, whatever the record; -1: none.
int EventMapper::slot_of(std::string_view key) {
  switch (packed(key)) {
    case packed("pid"):
      return kPid;
    case packed("ppid"):
      return kPpid;
    case packed("ses"):
      return kSession;
    case packed("exit"):
      return kExit;
    case packed("arch"):
      return kArch;
    case packed("syscall"):
      return kSyscall;
    case packed("uid"):
      return kUid;
    case packed("auid"):
      return kAuid;
    case packed("euid"):
      return kEuid;
    case packed("suid"):
      return kSuid;
    case packed("fsuid"):
      return kFsuid;
    case packed("gid"):
      return kGid;
    case packed("egid"):
      return kEgid;
    case packed("sgid"):
      return kSgid;
    case packed("fsgid"):
      return kFsgid;
    default:
      return -1;
  }
}

FieldLayout& EventMapper::layout_of(std::uint16_t type) {
  switch (type) {
    case record_type::kSyscall:
      return layouts_[0];
    case record_type::kCwd:
      return layouts_[1];
    case record_type::kPath:
      return layouts_[2];
    default:
      return layouts_[3];
  }
}

}  // namespace stemma::auditd
