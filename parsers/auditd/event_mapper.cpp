// Reading the records of an event: which key holds which value. Which keys a pass needs is in
// event_names.cpp, what the values mean together in event_meaning.cpp.
#include "parsers/auditd/event_mapper.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "events/paths.hpp"

namespace stemma::auditd {
namespace {

constexpr std::int64_t kNsPerMillisecond = 1'000'000;

void set_once(std::string_view& slot, std::string_view value) {
  if (slot.empty()) slot = value;
}

/// `unknown(1000)` and `unset` are what auditd prints where it found no name.
bool is_interpreted(std::string_view value) {
  return value != "unset" && value.substr(0, 8) != "unknown(" && value != "?";
}

bool says_success(std::string_view value) {
  return value == "yes" || value == "1" || ascii_iequals(value.substr(0, 3), "suc");
}

/// Name as auditd writes it: also for records of the kernel ring, which have numbers only. The view
/// is static or lies in the record or in `text`.
std::string_view shown_type(const EventLine& line, std::string& text) {
  const std::string_view known = record_type_name(line.type);
  if (!known.empty()) return known;
  if (line.type == record_type::kUnknown) return line.type_name;
  text = fmt::format("UNKNOWN[{}]", line.type);
  return text;
}

}  // namespace

void EventMapper::forget() {
  notes_ = {};
  slots_.fill({});
  id_names_.fill({});
  result_ = saddr_ = {};
  call_name_ = account_id_ = address_ = {};
  exe_ = cwd_ = account_ = {};
  call_action_ = nullptr;
  has_exe_ = has_cwd_ = has_account_ = has_syscall_ = success_ = failure_ = false;
  paths_.clear();
  data_values_ = tags_ = 0;
  exec_bodies_.clear();
}

MappingNotes EventMapper::fill(const AssembledEvent& assembled, std::string_view default_host,
                               Event& event) {
  forget();
  assembled_ = &assembled;
  event.source_kind = SourceKind::auditd;
  event.time = Timestamp{assembled.milliseconds * kNsPerMillisecond};
  event.time_digits = 3;
  event.sequence = assembled.serial;
  event.set_time(field::timestamp, event.time, 3);
  event.set_lasting(field::event_kind, "event", Origin::derived);
  event.set_lasting(field::event_module, "auditd", Origin::derived);
  event.set_lasting(field::event_dataset, "auditd.log", Origin::derived);
  event.set_lasting(field::event_provider, "auditd", Origin::derived);
  event.set(field::event_sequence, std::int64_t{assembled.serial});
  event.set(field::auditd_sequence, std::int64_t{assembled.serial});
  event.set_lasting(field::host_os_type, "linux", Origin::derived);
  if (!assembled.node.empty()) {
    event.set_view(field::host_name, assembled.node);
  } else if (!assembled.syslog_host.empty()) {
    event.set_view(field::host_name, assembled.syslog_host);
  } else if (!default_host.empty()) {
    event.set_view(field::host_name, default_host, Origin::derived);
  }
  if (!assembled.syslog_host.empty())
    event.set_view(field::log_syslog_hostname, assembled.syslog_host);

  // The record that names the event: one that came before the SYSCALL (AVC, CONFIG_CHANGE, LOGIN
  // …), else the SYSCALL, else the first that is not a mere companion.
  const EventLine* primary = &assembled.lines.front();
  const EventLine* call = nullptr;
  for (const EventLine& line : assembled.lines) {
    if (line.type == record_type::kSyscall && call == nullptr) call = &line;
  }
  if (call != nullptr && is_auxiliary(primary->type)) primary = call;
  if (is_auxiliary(primary->type)) {
    for (const EventLine& line : assembled.lines) {
      if (is_auxiliary(line.type)) continue;
      primary = &line;
      break;
    }
  }
  const std::string_view primary_name = shown_type(*primary, name_text_);
  event.set_view(field::event_code, primary_name);
  if (event.wants(field::auditd_message_type)) {
    for (const EventLine& line : assembled.lines) {
      event.add_unique(field::auditd_message_type, ascii_lower(shown_type(line, text_)),
                       Origin::record);
    }
  }

  if (call != nullptr) {
    has_syscall_ = true;
    read_record(*call, event);
  }
  for (const EventLine& line : assembled.lines) {
    if (&line == call) continue;
    if (line.type == record_type::kExecve) {
      exec_bodies_.push_back(line.body);
    } else if (line.type == record_type::kPath) {
      if (reads_paths_) read_path(line, event);
    } else if (line.type == record_type::kProctitle) {
      if (reads_titles_) read_record(line, event);
    } else {
      read_record(line, event);
    }
  }

  set_call(event);
  set_ids(event);
  set_meaning(primary->type, primary_name, event);
  set_address(primary->type, event);
  set_lineage(primary->type, event);
  set_process(event);
  set_arguments(event);  // last: they may be many, and every set() looks through what is there
  return notes_;
}

void EventMapper::note_text(std::string_view text) {
  if (!is_utf8(text)) notes_.invalid_utf8 = true;
}

void EventMapper::add_data(std::string_view key, std::string_view value, Event& event) {
  add_data(key_name(key), value, false, event);
}

void EventMapper::add_data(const KeyName& name, std::string_view value, bool in_record,
                           Event& event) {
  if (!name.data_wanted) return;
  if (data_values_ >= kMaxDataValues) {
    notes_.too_many_fields = true;
    return;
  }
  ++data_values_;
  if (value.empty()) {
    if (!event.has(name.data)) event.set(name.data, value);
    return;
  }
  if (in_record) {
    event.add_unique_view(name.data, value, Origin::record);
  } else {
    event.add_unique(name.data, value, Origin::record);
  }
}

void EventMapper::add_field(const Field& field, Event& event) {
  const KeyName& name = key_name(field.key);
  if (!name.data_wanted || is_absent(field)) return;
  if (field.quote == Quote::none && is_encodable(field.key)) {
    const std::string_view value = decoded_value(field, scratch_);
    note_text(value);
    add_data(name, value, value.data() == field.value.data(), event);
    return;
  }
  add_data(name, field.value, true, event);
}

void EventMapper::read_enriched(const Field& field) {
  if (!is_interpreted(field.value)) return;
  switch (packed(field.key)) {
    case packed("UID"):
      set_once(id_names_[kUid], field.value);
      break;
    case packed("AUID"):
      set_once(id_names_[kAuid], field.value);
      break;
    case packed("EUID"):
      set_once(id_names_[kEuid], field.value);
      break;
    case packed("SUID"):
      set_once(id_names_[kSuid], field.value);
      break;
    case packed("FSUID"):
      set_once(id_names_[kFsuid], field.value);
      break;
    case packed("GID"):
      set_once(id_names_[kGid], field.value);
      break;
    case packed("EGID"):
      set_once(id_names_[kEgid], field.value);
      break;
    case packed("SGID"):
      set_once(id_names_[kSgid], field.value);
      break;
    case packed("FSGID"):
      set_once(id_names_[kFsgid], field.value);
      break;
    default:
      break;
  }
}

void EventMapper::read_avc_words(std::string_view words, Event& event) {
  // `avc:  denied  { read write } for`. Source: security/selinux/avc.c.
  if (words.substr(0, 4) != "avc:") return;
  words.remove_prefix(4);
  while (!words.empty() && words.front() == ' ') words.remove_prefix(1);
  const std::size_t end = std::min(words.find(' '), words.size());
  if (end == 0) return;
  add_data("seresult", words.substr(0, end), event);
  const std::size_t open = words.find('{');
  const std::size_t close = words.find('}');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return;
  text_.clear();
  for (const char c : words.substr(open + 1, close - open - 1)) {
    if (c != ' ') {
      text_ += c;
    } else if (!text_.empty() && text_.back() != ',') {
      text_ += ',';
    }
  }
  while (!text_.empty() && text_.back() == ',') text_.pop_back();
  if (!text_.empty()) add_data("seperms", text_, event);
}

bool EventMapper::has_wanted_names() const {
  return std::all_of(wanted_names_.begin(), wanted_names_.end(),
                     [&](Slot slot) { return !id_names_[slot].empty(); });
}

/// What auditd has written behind the mark for a number of the call; empty where it has not. Asked
/// where our tables have no name, so the records are read once more.
std::string_view EventMapper::interpretation(std::string_view key) const {
  const auto in = [&](const EventLine& line) {
    FieldReader fields(line.body);
    Field field;
    for (std::size_t count = 0;
         count < kMaxFieldsPerRecord && (fields.next_common(field) || fields.next(field));
         ++count) {
      if (field.enriched && field.key == key && is_interpreted(field.value) && !field.value.empty())
        return field.value;
    }
    return std::string_view{};
  };
  const auto call =
      std::find_if(assembled_->lines.begin(), assembled_->lines.end(),
                   [](const EventLine& line) { return line.type == record_type::kSyscall; });
  if (call != assembled_->lines.end()) {
    if (const std::string_view value = in(*call); !value.empty()) return value;
  }
  for (const EventLine& line : assembled_->lines) {
    if (line.type == record_type::kExecve || line.type == record_type::kPath) continue;
    if (const std::string_view value = in(line); !value.empty()) return value;
  }
  return {};
}

void EventMapper::read_record(const EventLine& line, Event& event) {
  FieldReader fields(line.body, &layout_of(line.type));
  Field field;
  Field operation;  // op=adding group to /etc/group: its value goes on in bare words
  std::size_t count = 0;
  const bool is_call = line.type == record_type::kSyscall;
  FieldActions& actions = is_call ? call_actions_ : actions_;
  FieldSlots slots{&actions, slots_.data()};
  const auto add_operation = [&](std::string_view more) {
    if (operation.key.empty()) return;
    std::string whole(operation.value);
    if (!more.empty()) whole.append(" ").append(more);
    add_data("op", whole, event);
    operation.key = {};
  };
  while (fields.next_common(field, operation.key.empty() ? &slots : nullptr) ||
         fields.next(field)) {
    if (++count + slots.taken > kMaxFieldsPerRecord) {
      notes_.too_many_fields = true;
      break;
    }
    slots.limit = kMaxFieldsPerRecord - count;
    if (!operation.key.empty()) add_operation(field.before);
    const bool plain = field.before.empty() && field.key.size() <= 8;
    if (field.enriched) {
      if (plain && key_name(field.key).enriched_skip) {
        actions.set(field.key, true, FieldActions::kSkip);
      } else {
        read_enriched(field);
      }
      // Interpretations are all that follows.
      if (has_wanted_names() && operation.key.empty()) break;
      continue;
    }
    if (plain) {
      const KeyName& name = key_name(field.key);
      std::uint8_t action = name.action;
      if (is_call && field.key == "a0" && !name.data_wanted)
        action = FieldActions::kFirstSlot + kA0;
      if (action != FieldActions::kGive) {
        actions.set(field.key, false, action);
        if (action == FieldActions::kSkip) continue;
        if (!field.in_message) {
          set_once(slots_[action - FieldActions::kFirstSlot], field.value);
          continue;
        }
      }
    }
    if (count + slots.taken == 1 && line.type == record_type::kAvc)
      read_avc_words(field.before, event);
    if (field.key == "op" && field.quote == Quote::none && !is_absent(field)) {
      operation = field;
      continue;
    }
    if (line.type == record_type::kLogin && field.before == "old") {
      // Kernels before 3.14 write `old auid=… new auid=…`; later ones `old-auid=… auid=…`.
      if (!is_unset_id(field.value))
        add_data(field.key == "auid" ? "old-auid" : "old-ses", field.value, event);
      continue;
    }
    read_field(line, field, event);
  }
  add_operation(fields.trailing());
  if (count + slots.taken == 0 && !fields.trailing().empty())
    add_data("text", fields.trailing(), event);
}

void EventMapper::read_field(const EventLine& line, const Field& field, Event& event) {
  const std::string_view key = field.key;
  const bool outer = !field.in_message;
  switch (packed(key)) {
    case packed("success"):
    case packed("res"):
    case packed("result"):
      if (result_.empty() && !is_absent(field)) {
        result_ = field.value;
        success_ = says_success(field.value);
        failure_ = !success_;
      }
      return;
    case packed("items"):
      if (line.type != record_type::kSyscall) add_field(field, event);
      return;
    case packed("a0"):
    case packed("a1"):
    case packed("a2"):
    case packed("a3"):
      if (line.type == record_type::kSyscall && outer && key == "a0")
        set_once(slots_[kA0], field.value);
      add_field(field, event);
      return;
    case packed("exe"):
      if (has_exe_ || is_absent(field)) return;
      exe_ = decoded_value(field, exe_text_);
      has_exe_ = true;
      note_text(exe_);
      return;
    case packed("cwd"):
      if (has_cwd_ || is_absent(field)) return;
      cwd_ = decoded_value(field, cwd_text_);
      has_cwd_ = true;
      note_text(cwd_);
      return;
    case packed("key"): {
      if (is_absent(field)) return;
      // Several keys of a rule are joined with 0x01. Source: kernel/auditfilter.c, libaudit
      // AUDIT_KEY_SEPARATOR.
      std::string_view keys = decoded_value(field, scratch_);
      note_text(keys);
      const bool in_record = keys.data() == field.value.data();
      while (!keys.empty()) {
        if (++tags_ > kMaxTags) {
          notes_.too_many_fields = true;
          return;
        }
        const std::size_t end = std::min(keys.find('\x01'), keys.size());
        if (in_record) {
          event.add_unique_view(field::tags, keys.substr(0, end), Origin::record);
        } else {
          event.add_unique(field::tags, keys.substr(0, end), Origin::record);
        }
        keys.remove_prefix(std::min(end + 1, keys.size()));
      }
      return;
    }
    case packed("saddr"): {
      if (line.type != record_type::kSockaddr) break;
      set_once(saddr_, field.value);
      return;
    }
    case packed("acct"):
      if (!has_account_ && !is_absent(field)) {
        account_ = decoded_value(field, account_text_);
        has_account_ = true;
      }
      break;
    case packed("id"):
      set_once(account_id_, field.value);
      break;
    case packed("addr"):
      if (!is_absent(field)) set_once(address_, field.value);
      break;
    default:
      break;
  }
  if (const int slot = slot_of(key); slot >= 0) {
    if (outer) {
      set_once(slots_[static_cast<std::size_t>(slot)], field.value);
    } else {
      add_field(field, event);
    }
    return;
  }
  if (key == "proctitle" && line.type == record_type::kProctitle) {
    if (is_absent(field)) return;
    text_ = decoded_value(field, scratch_);
    note_text(text_);
    while (!text_.empty() && text_.back() == '\0') text_.pop_back();
    std::replace(text_.begin(), text_.end(), '\0', ' ');
    event.set(field::process_title, text_);
    return;
  }
  if (key == "old-auid" || key == "old-ses") {
    if (!is_unset_id(field.value)) add_field(field, event);
    return;
  }
  add_field(field, event);
}

void EventMapper::read_path(const EventLine& line, Event& event) {
  FieldReader fields(line.body, &layout_of(line.type));
  Field field;
  Path path;
  std::size_t count = 0;
  while (fields.next_common(field) || fields.next(field)) {
    if (++count > kMaxFieldsPerRecord || data_values_ >= kMaxDataValues) {
      notes_.too_many_fields = true;
      break;
    }
    if (field.enriched) {
      if (field.key == "OUID") set_once(path.owner, field.value);
      if (field.key == "OGID") set_once(path.group, field.value);
      continue;
    }
    if (is_absent(field)) continue;
    switch (packed(field.key)) {
      case packed("name"):
        path.name = field;
        path.has_name = true;
        break;
      case packed("nametype"):
      case packed("objtype"):
        set_once(path.nametype, field.value);
        break;
      case packed("inode"):
        set_once(path.inode, field.value);
        break;
      case packed("dev"):
        set_once(path.device, field.value);
        break;
      case packed("mode"):
        set_once(path.mode, field.value);
        break;
      case packed("ouid"):
        set_once(path.ouid, field.value);
        break;
      case packed("ogid"):
        set_once(path.ogid, field.value);
        break;
      default:
        break;
    }
    const KeyName& name =
        key_name(field.key == "objtype" ? std::string_view("nametype") : field.key);
    if (!name.path_wanted) continue;
    ++data_values_;
    const std::string_view value = decoded_value(field, scratch_);
    if (field.key == "name") note_text(value);
    if (value.data() == field.value.data()) {
      event.add_view(name.path, value);
    } else {
      event.add(name.path, value);
    }
  }
  paths_.push_back(path);
}

}  // namespace stemma::auditd
