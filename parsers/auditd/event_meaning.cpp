// What the values of an event mean together: the call and its outcome, who did it, to what, and
// what it says about processes.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "events/paths.hpp"
#include "parsers/auditd/event_mapper.hpp"
#include "parsers/auditd/sockaddr.hpp"

namespace stemma::auditd {
namespace {

constexpr std::uint64_t kCloneParent = 0x8000;   // linux/sched.h
constexpr std::uint64_t kCloneThread = 0x10000;  // linux/sched.h
constexpr std::uint64_t kAtFdcwd = 0xFFFFFF9C;   // fcntl.h: -100, shown as 32 or 64 bits
constexpr std::uint32_t kPermissionBits = 07777;

template <class Number>
std::optional<Number> parse(std::string_view text, int base = 10) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Calls `each` for every word of a list separated by blanks.
template <class Each>
void for_words(std::string_view words, Each each) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    each(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

bool is_exec(std::string_view call) {
  return call == "execve" || call == "execveat";
}
bool is_fork(std::string_view call) {
  return call == "clone" || call == "fork" || call == "vfork" || call == "clone3";
}

/// `*at` calls whose first argument is the folder that a relative name starts from.
bool starts_from_folder(std::string_view call) {
  return (call.size() > 2 && call.substr(call.size() - 2) == "at") || call == "openat2" ||
         call == "faccessat2" || call == "renameat2" || call == "fchmodat2";
}

std::string_view without_deleted(std::string_view exe) {
  constexpr std::string_view kDeleted = " (deleted)";  // fs/d_path.c
  if (exe.size() > kDeleted.size() && exe.substr(exe.size() - kDeleted.size()) == kDeleted)
    exe.remove_suffix(kDeleted.size());
  return exe;
}

}  // namespace

const EventMapper::Call& EventMapper::look_up_call() {
  const std::uint64_t arch = packed(slots_[kArch]);
  const std::uint64_t number = packed(slots_[kSyscall]);
  const bool fits = number != 0 && (arch != 0 || slots_[kArch].empty());
  Call& call = fits ? calls_[((arch ^ number * 0xD6E8FEB86659FD93u) * 0x9E3779B97F4A7C15u) >> 58]
                    : other_call_;
  if (fits && call.arch_text == arch && call.number_text == number) return call;
  call = {arch, number, arch_name(slots_[kArch]), {}, nullptr};
  if (const auto value = parse<std::uint32_t>(slots_[kSyscall]))
    call.name = syscall_name(arch_of(slots_[kArch]), *value);
  if (!call.name.empty()) call.action = &syscall_action(call.name);
  return call;
}

void EventMapper::set_call(Event& event) {
  static const Call kNoCall;
  const Call& call = slots_[kArch].empty() && slots_[kSyscall].empty() ? kNoCall : look_up_call();
  if (!slots_[kArch].empty()) {
    std::string_view arch = call.arch;
    if (arch.empty() && event.wants(field::auditd_data_arch)) arch = interpretation("ARCH");
    event.set_view(field::auditd_data_arch, arch.empty() ? slots_[kArch] : arch);
  }
  if (!slots_[kSyscall].empty()) {
    call_name_ = call.name;
    call_action_ = call.action;
    if (call_name_.empty()) call_name_ = interpretation("SYSCALL");
    event.set_view(field::auditd_data_syscall, call_name_.empty() ? slots_[kSyscall] : call_name_);
    if (call_name_.empty()) call_name_ = slots_[kSyscall];
    if (call_name_ == "socketcall") {
      const auto which = parse<std::uint64_t>(slots_[kA0], 16);
      const std::string_view name = which ? socketcall_name(*which) : std::string_view{};
      if (!name.empty()) {
        call_name_ = name;
        call_action_ = nullptr;
      }
    }
  }
  if (!slots_[kExit].empty() && event.wants(field::auditd_data_exit)) {
    const auto number = parse<std::int64_t>(slots_[kExit]);
    const bool negative = number && *number < 0 && *number >= -4095;  // MAX_ERRNO
    const std::string_view name =
        negative ? errno_name(static_cast<std::uint32_t>(-*number)) : std::string_view{};
    event.set_view(field::auditd_data_exit, name.empty() ? slots_[kExit] : name);
  }
  if (success_ || failure_) {
    event.set_lasting(field::event_outcome, success_ ? "success" : "failure");
    event.set_lasting(field::auditd_result, success_ ? "success" : "fail");
  }
  if (!slots_[kSession].empty() && !is_unset_id(slots_[kSession]))
    event.set_view(field::auditd_session, slots_[kSession]);
}

void EventMapper::set_ids(Event& event) {
  struct Row {
    Slot id;
    FieldId number;
    FieldId name;
  };
  static constexpr Row kRows[] = {
      {kUid, field::user_id, field::user_name},
      {kAuid, field::user_audit_id, field::user_audit_name},
      {kEuid, field::user_effective_id, field::user_effective_name},
      {kSuid, field::user_saved_id, field::user_saved_name},
      {kFsuid, field::user_filesystem_id, field::user_filesystem_name},
      {kGid, field::user_group_id, field::user_group_name},
      {kEgid, field::user_effective_group_id, field::user_effective_group_name},
      {kSgid, field::user_saved_group_id, field::user_saved_group_name},
      {kFsgid, field::user_filesystem_group_id, field::user_filesystem_group_name},
  };
  for (const Row& row : kRows) {
    const std::string_view number = slots_[row.id];
    if (number.empty() || number == "?" || is_unset_id(number)) continue;
    event.set_view(row.number, number);
    std::string_view name = id_names_[row.id];
    Origin origin = Origin::record;
    if (name.empty() && number == "0") {
      name = "root";  // the one name that is the same on every machine
      origin = Origin::derived;
    }
    if (name.empty()) continue;
    event.set_view(row.name, name, origin);
    if (row.id == kUid || row.id == kAuid) event.add_unique_view(field::related_user, name);
  }
}

void EventMapper::set_account(const Action* type_row, Event& event) {
  if (type_row == nullptr || type_row->account == ActionAccount::none) return;
  FieldId name = field::user_effective_name;
  FieldId id = field::user_effective_id;
  if (type_row->account == ActionAccount::target) {
    name = field::user_target_name;
    id = field::user_target_id;
  } else if (type_row->account == ActionAccount::group) {
    name = field::group_name;
    id = field::group_id;
  }
  // The record's own uid is the program's; for sessions and logins the account stands in the
  // message.
  if (has_account_ && !account_.empty()) {
    event.set_view(name, account_);
    if (type_row->account != ActionAccount::group)
      event.add_unique_view(field::related_user, account_);
  }
  if (!account_id_.empty() && account_id_ != "?" && !is_unset_id(account_id_))
    event.set_view(id, account_id_);
}

void EventMapper::set_meaning(std::uint16_t primary, std::string_view primary_name, Event& event) {
  const bool by_call = primary == record_type::kSyscall;
  const Action* type_row = by_call ? nullptr : type_action(primary_name);
  const Action* call_row = call_action_;
  if (call_row == nullptr && has_syscall_ && !call_name_.empty())
    call_row = &syscall_action(call_name_);
  if (!has_syscall_) call_row = nullptr;

  const auto add = [&](const Action& row) {
    for_words(row.categories, [&](std::string_view word) {
      event.add_unique_view(field::event_category, word, Origin::derived);
    });
    std::string_view types = row.types;
    // A failed exec starts nothing, and the exit of one thread ends no process.
    if (is_exec(row.name) && !success_) types = "info";
    if (row.name == "exit") types = "info";
    for_words(types, [&](std::string_view word) {
      event.add_unique_view(field::event_type, word, Origin::derived);
    });
    if (!row.action.empty())
      event.add_unique_view(field::event_action, row.action, Origin::derived);
  };
  if (type_row != nullptr) add(*type_row);
  if (call_row != nullptr) {
    // Beside a record that names the event, the call adds its category; its own action only where
    // it is about processes.
    Action row = *call_row;
    if (type_row != nullptr && !is_exec(call_name_) && !is_fork(call_name_) &&
        call_name_ != "exit_group")
      row.action = {};
    add(row);
  } else if (type_row == nullptr && (!exec_bodies_.empty() || has_title())) {
    // The rest of an event whose SYSCALL is lost.
    event.set_lasting(field::event_category, "process", Origin::derived);
    event.set_lasting(field::event_type, "info", Origin::derived);
  }
  set_account(type_row, event);
  if (call_row != nullptr && call_row->object == ActionObject::file)
    set_file(call_row->path, event);
}

bool EventMapper::has_title() const {
  for (const EventLine& line : assembled_->lines) {
    if (line.type != record_type::kProctitle) continue;
    FieldReader fields(line.body);
    Field field;
    std::string text;
    while (fields.next(field)) {
      if (field.enriched || field.key != "proctitle" || is_absent(field)) continue;
      const std::string_view title = decoded_value(field, text);
      if (title.find_first_not_of('\0') != std::string_view::npos) return true;
    }
  }
  return false;
}

void EventMapper::set_lineage(std::uint16_t primary, Event& event) {
  if (primary == record_type::kSystemBoot) event.process.act = ProcessAct::boot;
  if (primary == record_type::kSystemShutdown) event.process.act = ProcessAct::shutdown;
  // Written when a signal kills a process (kernel/auditsc.c, audit_core_dumps).
  if (primary == record_type::kAnomAbend) event.process.act = ProcessAct::end;
  if (!has_syscall_) return;
  if (is_exec(call_name_)) {
    if (success_) event.process.act = ProcessAct::start;
  } else if (call_name_ == "exit_group" || call_name_ == "exit") {
    const auto status = parse<std::uint64_t>(slots_[kA0], 16);
    if (status)
      event.set(field::process_exit_code, static_cast<std::int64_t>(*status & 0xFF),
                Origin::derived);
    // exit(2) ends one thread; whether it was the last one cannot be known from the log. C
    // libraries end processes with exit_group.
    if (call_name_ == "exit_group") event.process.act = ProcessAct::end;
  } else if (is_fork(call_name_) && success_) {
    const auto child = parse<std::int64_t>(slots_[kExit]);
    if (!child || *child <= 0 || *child > std::numeric_limits<std::uint32_t>::max()) return;
    // clone's flags are its first argument on all supported architectures; clone3 passes them in
    // memory, where audit does not look.
    const std::uint64_t flags =
        call_name_ == "clone" ? parse<std::uint64_t>(slots_[kA0], 16).value_or(0) : 0;
    if ((flags & kCloneThread) != 0) return;
    event.process.act = ProcessAct::fork;
    event.process.child_pid = static_cast<std::uint32_t>(*child);
    event.process.child_has_callers_parent = (flags & kCloneParent) != 0;
  }
}

void EventMapper::set_process(Event& event) {
  if (const auto pid = parse<std::uint32_t>(slots_[kPid]))
    event.set(field::process_pid, std::int64_t{*pid});
  if (const auto ppid = parse<std::uint32_t>(slots_[kPpid]))
    event.set(field::process_parent_pid, std::int64_t{*ppid});
  if (has_exe_) {
    event.set_view(field::process_executable, exe_);
    event.set_view(field::process_name, posix_base_name(without_deleted(exe_)), Origin::derived);
  }
  if (has_cwd_) event.set_view(field::process_working_directory, cwd_);
}

void EventMapper::set_arguments(Event& event) {
  if (exec_bodies_.empty()) return;
  const ExecArguments& exec = exec_reader_.read(exec_bodies_);
  notes_.arguments_claimed = exec.claimed;
  notes_.arguments_missing = exec.missing;
  notes_.first_missing = exec.first_missing;
  notes_.too_many_arguments = exec.over_limit;
  notes_.invalid_utf8 = notes_.invalid_utf8 || exec.invalid_utf8;
  event.set(field::process_args_count, static_cast<std::int64_t>(exec.arguments.size()));
  if (event.wants(field::process_command_line)) {
    std::size_t size = exec.arguments.empty() ? 0 : exec.arguments.size() - 1;
    for (const std::string_view argument : exec.arguments) size += argument.size();
    const std::span<char> line = event.room(size);
    char* at = line.data();
    for (std::size_t i = 0; i < exec.arguments.size(); ++i) {
      if (i > 0) *at++ = ' ';
      at = std::copy(exec.arguments[i].begin(), exec.arguments[i].end(), at);
    }
    event.set_lasting(field::process_command_line, {line.data(), size}, Origin::derived);
  }
  for (const std::string_view argument : exec.arguments)
    event.add_view(field::process_args, argument);
}

void EventMapper::set_file(std::size_t wanted_path, Event& event) {
  if (paths_.empty()) return;
  std::size_t chosen = wanted_path < paths_.size() ? wanted_path : 0;
  for (std::size_t i = chosen; i < paths_.size(); ++i) {
    if (paths_[i].nametype != "PARENT" && paths_[i].nametype != "UNKNOWN") {
      chosen = i;
      break;
    }
  }
  const Path& path = paths_[chosen];
  if (path.has_name) {
    std::string full(decoded_value(path.name, scratch_));
    Origin origin = Origin::record;
    const auto folder = parse<std::uint64_t>(slots_[kA0], 16);
    const bool from_cwd =
        !starts_from_folder(call_name_) || (folder && (*folder & 0xFFFFFFFF) == kAtFdcwd);
    if (!full.empty() && full.front() != '/' && has_cwd_ && from_cwd) {
      std::string_view name = full;
      if (name.substr(0, 2) == "./") name.remove_prefix(2);
      std::string joined(cwd_);
      if (joined.empty() || joined.back() != '/') joined += '/';
      joined.append(name);
      full = std::move(joined);
      origin = Origin::derived;
    }
    event.set(field::file_path, full, origin);
    const std::string_view name = posix_base_name(full);
    if (!name.empty()) event.set(field::file_name, name, Origin::derived);
    if (full.size() > name.size()) {
      const std::size_t end = full.size() - name.size() - 1;
      event.set(field::file_directory,
                std::string_view(full).substr(0, std::max<std::size_t>(end, 1)), Origin::derived);
    }
    const std::size_t dot = name.rfind('.');
    if (dot != std::string_view::npos && dot > 0 && dot + 1 < name.size()) {
      event.set(field::file_extension, name.substr(dot + 1), Origin::derived);
    }
  }
  if (!path.inode.empty()) event.set_view(field::file_inode, path.inode);
  if (!path.device.empty()) event.set_view(field::file_device, path.device);
  if (const auto mode = parse<std::uint32_t>(path.mode, 8)) {
    event.set(field::file_mode, fmt::format("{:04o}", *mode & kPermissionBits), Origin::derived);
  }
  const auto owner = [&](FieldId id, FieldId name, std::string_view number, std::string_view hint) {
    if (number.empty() || is_unset_id(number)) return;
    event.set_view(id, number);
    if (!hint.empty() && hint != "unset" && hint.substr(0, 8) != "unknown(") {
      event.set_view(name, hint);
    } else if (number == "0") {
      event.set_lasting(name, "root", Origin::derived);
    }
  };
  owner(field::file_uid, field::file_owner, path.ouid, path.owner);
  owner(field::file_gid, field::file_group, path.ogid, path.group);
}

void EventMapper::set_address(std::uint16_t primary, Event& event) {
  if (!saddr_.empty()) {
    const auto socket = read_socket_address(saddr_);
    if (!socket) {
      add_data("saddr", saddr_, event);
      return;
    }
    const std::string port = socket->has_port ? fmt::format("{}", socket->port) : std::string();
    add_data(
        "socket_family",
        socket->family.empty() ? fmt::format("{}", socket->number) : std::string(socket->family),
        event);
    if (!socket->address.empty()) add_data("socket_addr", socket->address, event);
    if (!port.empty()) add_data("socket_port", port, event);
    if (!socket->path.empty()) add_data("socket_path", socket->path, event);

    const bool out = call_name_ == "connect" || call_name_ == "sendto" || call_name_ == "sendmsg" ||
                     call_name_ == "sendmmsg";
    const bool in = call_name_ == "accept" || call_name_ == "accept4" || call_name_ == "recvfrom" ||
                    call_name_ == "recvmsg" || call_name_ == "recvmmsg";
    // bind gives its own side an address; getsockname and getpeername tell nothing new about who
    // talks to whom.
    if (!out && !in && call_name_ != "bind") return;
    if (!socket->address.empty())
      event.set(out ? field::destination_ip : field::source_ip, socket->address);
    if (socket->has_port)
      event.set(out ? field::destination_port : field::source_port, std::int64_t{socket->port});
    if (!socket->path.empty())
      event.set(out ? field::destination_path : field::source_path, socket->path);
    if (!socket->address.empty()) {
      event.set(field::network_type, socket->family, Origin::derived);
      event.add_unique(field::related_ip, socket->address);
    }
    if (out || in) event.set(field::network_direction, out ? "egress" : "ingress", Origin::derived);
    return;
  }
  // Messages of programs: where their user came from.
  if (address_.empty() || has_syscall_ || !is_ip_address(address_)) return;
  event.set(field::source_ip, address_);
  event.add_unique(field::related_ip, address_);
  constexpr std::uint16_t kArrivals[] = {
      1105, 1109, 1112, 2404, 2407};  // USER_START, USER_ERR, USER_LOGIN, CRYPTO_KEY_USER, _SESSION
  if (std::find(std::begin(kArrivals), std::end(kArrivals), primary) != std::end(kArrivals)) {
    event.set(field::network_direction, "ingress", Origin::derived);
  }
}

}  // namespace stemma::auditd
