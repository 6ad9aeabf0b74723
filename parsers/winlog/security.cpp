// Events of the Security channel into ECS. The table of ids is security_events.def; what the roles
// in it mean is here.
#include <algorithm>
#include <iterator>

#include "events/paths.hpp"
#include "parsers/winlog/ecs_writer.hpp"

namespace stemma::winlog {
namespace {

// Whom and what the fields of an event name. An event has several.
enum Role : std::uint32_t {
  kSubject = 1 << 0,            ///< Subject* acted: user.*
  kSubjectRelated = 1 << 1,     ///< Subject* only reported: related.user
  kTargetIsUser = 1 << 2,       ///< Target* is the account the event is about: user.*
  kTargetIsOther = 1 << 3,      ///< Target* was acted upon: user.target.*
  kTargetIsEffective = 1 << 4,  ///< Target* is whose rights are used: user.effective.*
  kTargetIsGroup = 1 << 5,      ///< Target* is a group, Member* who joined or left it
  kTargetLogon = 1 << 6,        ///< the logon session is TargetLogonId
  kCaller = 1 << 7,  ///< ProcessId, ProcessName, IpAddress … are of the process and peer that acted
  kProcessCreated = 1 << 8,  ///< 4688: New* is the process, ProcessId its creator
  kService = 1 << 9,         ///< ServiceName, ServiceType
  kSession = 1 << 10,        ///< 4778, 4779: Account*, Client*
  kRenamed = 1 << 11,        ///< 4781: OldTargetUserName, NewTargetUserName
  kClearedBy = 1 << 12,      ///< 1102: Subject* lie in UserData
};

struct SecurityEvent {
  EventClass event_class;
  std::uint32_t roles;
};

constexpr SecurityEvent kEvents[] = {
#define SECURITY_EVENT(id, categories, types, action, roles) \
  {{id, categories, types, action}, roles},
#include "parsers/winlog/security_events.def"
#undef SECURITY_EVENT
};

constexpr bool is_sorted_by_id() {
  for (std::size_t i = 1; i < std::size(kEvents); ++i) {
    if (kEvents[i].event_class.id <= kEvents[i - 1].event_class.id) return false;
  }
  return true;
}
static_assert(is_sorted_by_id(), "security_events.def must be sorted: it is searched by halving");

constexpr std::uint64_t kAuditFailure = 0x0010'0000'0000'0000;
constexpr std::uint64_t kAuditSuccess = 0x0020'0000'0000'0000;

struct TextName {
  std::string_view text, name;
};
// [MS-LSAD] and the events' own documentation: LogonType
constexpr TextName kLogonTypes[] = {
    {"2", "Interactive"},
    {"3", "Network"},
    {"4", "Batch"},
    {"5", "Service"},
    {"7", "Unlock"},
    {"8", "NetworkCleartext"},
    {"9", "NewCredentials"},
    {"10", "RemoteInteractive"},
    {"11", "CachedInteractive"},
};
// winsvc.h: SERVICE_* type bits as 4697 and 7045 show them
constexpr TextName kServiceTypes[] = {
    {"0x1", "Kernel Driver"},
    {"0x2", "File System Driver"},
    {"0x8", "Recognizer Driver"},
    {"0x10", "Win32 Own Process"},
    {"0x20", "Win32 Share Process"},
    {"0x110", "Interactive Own Process"},
    {"0x120", "Interactive Share Process"},
};

template <std::size_t Count>
std::string_view name_of(const TextName (&names)[Count], std::string_view text) {
  for (const TextName& entry : names) {
    if (entry.text == text) return entry.name;
  }
  return {};
}

std::string_view user_data(const WinEvent& from, std::string_view name) {
  for (const WinDataItem& item : from.user_data) {
    if (item.name == name) return item.value;
  }
  return {};
}

std::string_view either(std::string_view a, std::string_view b) {
  return is_absent(a) ? b : a;
}

// `CN=name,CN=Users,DC=domain,DC=local` by its parts; an escaped comma does not part.
std::string_view name_part(std::string_view distinguished, std::size_t wanted) {
  std::size_t start = 0;
  for (std::size_t part = 0;; ++part) {
    std::size_t end = start;
    while (end < distinguished.size() &&
           !(distinguished[end] == ',' && (end == 0 || distinguished[end - 1] != '\\')))
      ++end;
    if (part == wanted) {
      const std::string_view text = distinguished.substr(start, end - start);
      const bool has_key =
          text.size() > 3 && text[2] == '=' &&
          (ascii_iequals(text.substr(0, 2), "CN") || ascii_iequals(text.substr(0, 2), "DC"));
      return has_key ? text.substr(3) : text;
    }
    if (end == distinguished.size()) return {};
    start = end + 1;
  }
}

const SecurityEvent* find_event(std::uint32_t id) {
  const auto* entry = std::lower_bound(std::begin(kEvents), std::end(kEvents), id,
                                       [](const SecurityEvent& event, std::uint32_t wanted) {
                                         return event.event_class.id < wanted;
                                       });
  return entry != std::end(kEvents) && entry->event_class.id == id ? entry : nullptr;
}

void write_group(const WinEvent& from, EcsWriter& out) {
  const std::string_view id = either(from.data("TargetSid"), from.data("TargetUserSid"));
  const std::string_view name = from.data("TargetUserName");
  const std::string_view domain = from.data("TargetDomainName");
  out.text(field::group_id, id);
  out.text(field::group_name, name);
  out.text(field::group_domain, domain);
  const std::string_view member = from.data("MemberName");
  if (is_absent(member)) {
    out.text(field::user_target_id, from.data("MemberSid"));
    return;
  }
  out.user_name(field::user_target_name, name_part(member, 0));
  out.text(field::user_target_domain, name_part(member, 3));
  out.text(field::user_target_group_id, id);
  out.text(field::user_target_group_name, name);
  out.text(field::user_target_group_domain, domain);
}

void write_caller(const WinEvent& from, EcsWriter& out) {
  out.number(field::process_pid, from.data("ProcessId"));
  out.image(kProcess, from.data("ProcessName"));
  const std::string_view address = from.data("IpAddress");
  if (is_address(without_v4_prefix(address))) out.ip(field::source_ip, address);
  out.number(field::source_port, from.data("IpPort"));
  out.text(field::source_domain, from.data("WorkstationName"));
}

void write_session(const WinEvent& from, EcsWriter& out) {
  out.user_name(field::user_name, from.data("AccountName"));
  out.text(field::user_domain, from.data("AccountDomain"));
  std::string_view address = from.data("ClientAddress");
  if (address == "LOCAL") address = "127.0.0.1";  // the console of the machine itself
  if (is_address(address)) out.ip(field::source_ip, address);
  out.text(field::source_domain, from.data("ClientName"));
  out.text(field::winlog_logon_id, from.data("LogonID"));
}

}  // namespace

void map_security(const WinEvent& from, EcsWriter& out) {
  Event& to = out.event();
  const std::uint32_t id = from.event_id.value_or(0);
  if (from.keywords && (*from.keywords & kAuditFailure))
    to.set(field::event_outcome, "failure", Origin::derived);
  if (from.keywords && (*from.keywords & kAuditSuccess))
    to.set(field::event_outcome, "success", Origin::derived);
  std::uint32_t roles = 0;
  if (const SecurityEvent* entry = find_event(id)) {
    set_class(entry->event_class, to);
    roles = entry->roles;
  }
  const std::string_view target_id = either(from.data("TargetUserSid"), from.data("TargetSid"));
  if (roles & kTargetIsUser) {
    out.text(field::user_id, target_id);
    out.user_name(field::user_name, from.data("TargetUserName"));
    out.text(field::user_domain, from.data("TargetDomainName"));
  }
  if (roles & kTargetIsGroup) write_group(from, out);
  if (roles & kSubject) {
    out.text(field::user_id, from.data("SubjectUserSid"));
    out.text(field::user_name, from.data("SubjectUserName"));
    if (!is_absent(from.data("SubjectUserName")))
      to.add_unique(field::related_user, from.data("SubjectUserName"));
    out.text(field::user_domain, from.data("SubjectDomainName"));
  }
  if (roles & kTargetIsOther) {
    out.text(field::user_target_id, from.data("TargetSid"));
    out.user_name(field::user_target_name, from.data("TargetUserName"));
    out.text(field::user_target_domain, from.data("TargetDomainName"));
  }
  if (roles & kTargetIsEffective) {
    out.text(field::user_effective_id, from.data("TargetUserSid"));
    out.user_name(field::user_effective_name, from.data("TargetUserName"));
    out.text(field::user_effective_domain, from.data("TargetDomainName"));
  }
  if (roles & kSubjectRelated) {
    const std::string_view subject = from.data("SubjectUserName");
    if (!is_absent(subject)) to.add_unique(field::related_user, subject);
  }
  if (roles & kRenamed) {
    out.text(field::user_changes_name, from.data("NewTargetUserName"));
    to.add_unique(field::related_user, from.data("NewTargetUserName"));
    out.user_name(field::user_target_name, from.data("OldTargetUserName"));
  }
  if (roles & kClearedBy) {
    out.text(field::user_id, user_data(from, "SubjectUserSid"));
    out.user_name(field::user_name, user_data(from, "SubjectUserName"));
    out.text(field::user_domain, user_data(from, "SubjectDomainName"));
    out.text(field::winlog_logon_id, user_data(from, "SubjectLogonId"));
  }
  if (roles & kSession) write_session(from, out);
  if (roles & kTargetLogon) out.text(field::winlog_logon_id, from.data("TargetLogonId"));
  out.text(field::winlog_logon_id, from.data("SubjectLogonId"));
  const std::string_view logon_type = from.data("LogonType");
  if (!logon_type.empty()) out.text(field::winlog_logon_type, name_of(kLogonTypes, logon_type));
  if (roles & kCaller) write_caller(from, out);
  if (roles & kService) {
    out.text(field::service_name, from.data("ServiceName"));
    out.text(field::service_type, name_of(kServiceTypes, from.data("ServiceType")));
  }
  if (roles & kProcessCreated) {
    out.number(field::process_pid, from.data("NewProcessId"));
    out.image(kProcess, from.data("NewProcessName"));
    out.command_line(kProcess, from.data("CommandLine"));
    out.number(field::process_parent_pid, from.data("ProcessId"));
    out.image(kParent, from.data("ParentProcessName"));
    to.process.act = ProcessAct::start;
  }
  if (id == 4689) {
    out.number(field::process_exit_code, from.data("Status"));
    to.process.act = ProcessAct::end;
  }
}

bool security_reads(std::uint32_t id, std::string_view name, const Projection& wanted) {
  const SecurityEvent* entry = find_event(id);
  const std::uint32_t roles = entry != nullptr ? entry->roles : 0;
  // True where the event has one of the roles and the pass wants one of the fields.
  const auto as = [&](std::uint32_t any_role, std::initializer_list<FieldId> fields) {
    return (roles & any_role) != 0 && wants_any(wanted, fields);
  };
  using namespace field;
  if (name == "TargetUserSid" || name == "TargetSid") {
    return as(kTargetIsUser, {user_id}) || as(kTargetIsGroup, {group_id, user_target_group_id}) ||
           as(kTargetIsOther, {user_target_id}) || as(kTargetIsEffective, {user_effective_id});
  }
  if (name == "TargetUserName") {
    return as(kTargetIsUser, {user_name, related_user}) ||
           as(kTargetIsGroup, {group_name, user_target_group_name}) ||
           as(kTargetIsOther, {user_target_name, related_user}) ||
           as(kTargetIsEffective, {user_effective_name, related_user});
  }
  if (name == "TargetDomainName") {
    return as(kTargetIsUser, {user_domain}) ||
           as(kTargetIsGroup, {group_domain, user_target_group_domain}) ||
           as(kTargetIsOther, {user_target_domain}) ||
           as(kTargetIsEffective, {user_effective_domain});
  }
  if (name == "MemberName") {
    return as(kTargetIsGroup,
              {user_target_id, user_target_name, related_user, user_target_domain,
               user_target_group_id, user_target_group_name, user_target_group_domain});
  }
  if (name == "MemberSid") return as(kTargetIsGroup, {user_target_id});
  if (name == "SubjectUserSid") return as(kSubject, {user_id});
  if (name == "SubjectUserName")
    return as(kSubject, {user_name}) || as(kSubject | kSubjectRelated, {related_user});
  if (name == "SubjectDomainName") return as(kSubject, {user_domain});
  if (name == "SubjectLogonId") return wants_any(wanted, {winlog_logon_id});
  if (name == "TargetLogonId") return as(kTargetLogon, {winlog_logon_id});
  if (name == "LogonType") return wants_any(wanted, {winlog_logon_type});
  if (name == "OldTargetUserName") return as(kRenamed, {user_target_name, related_user});
  if (name == "NewTargetUserName") return as(kRenamed, {user_changes_name, related_user});
  if (name == "AccountName") return as(kSession, {user_name, related_user});
  if (name == "AccountDomain") return as(kSession, {user_domain});
  if (name == "ClientAddress") return as(kSession, {source_ip, related_ip});
  if (name == "ClientName") return as(kSession, {source_domain});
  if (name == "LogonID") return as(kSession, {winlog_logon_id});
  if (name == "ProcessId")
    return as(kCaller, {process_pid}) || as(kProcessCreated, {process_parent_pid});
  if (name == "ProcessName") return as(kCaller, {process_executable, process_name});
  if (name == "IpAddress") return as(kCaller, {source_ip, related_ip});
  if (name == "IpPort") return as(kCaller, {source_port});
  if (name == "WorkstationName") return as(kCaller, {source_domain});
  if (name == "ServiceName") return as(kService, {service_name});
  if (name == "ServiceType") return as(kService, {service_type});
  if (name == "NewProcessId") return as(kProcessCreated, {process_pid});
  if (name == "NewProcessName") return as(kProcessCreated, {process_executable, process_name});
  if (name == "CommandLine")
    return (roles & kProcessCreated) != 0 && wants_command_line(wanted, kProcess);
  if (name == "ParentProcessName")
    return as(kProcessCreated, {process_parent_executable, process_parent_name});
  if (name == "Status") return id == 4689 && wants_any(wanted, {process_exit_code});
  return false;
}

bool user_data_reads(std::uint32_t id, std::string_view name, const Projection& wanted) {
  using namespace field;
  if (id != 1102 && id != 104) return false;
  if (name == "SubjectUserSid") return wants_any(wanted, {user_id});
  if (name == "SubjectUserName") return wants_any(wanted, {user_name, related_user});
  if (name == "SubjectDomainName") return wants_any(wanted, {user_domain});
  if (name == "SubjectLogonId") return wants_any(wanted, {winlog_logon_id});
  return false;
}

bool system_reads(std::uint32_t id, std::string_view name, const Projection& wanted) {
  if (id != 7045) return false;
  if (name == "ServiceName") return wanted.wants(field::service_name);
  if (name == "ServiceType") return wanted.wants(field::service_type);
  return false;
}

// Services, start and stop of the machine: a few events of several providers, told apart by both.
namespace {

struct SystemEvent {
  std::string_view provider;
  EventClass event_class;
  ProcessAct act;
};

// Only the kernel's own two events bound lifetimes: the event log service (6005, 6006) comes up
// after processes that are in the logs, and can be restarted on a running machine.
constexpr SystemEvent kSystemEvents[] = {
    {"Microsoft-Windows-Kernel-General",
     {1, "configuration", "change", "system-time-changed"},
     ProcessAct::none},
    {"Microsoft-Windows-Kernel-General", {12, "host", "start", "system-started"}, ProcessAct::boot},
    {"Microsoft-Windows-Kernel-General",
     {13, "host", "end", "system-stopped"},
     ProcessAct::shutdown},
    {"Microsoft-Windows-Kernel-Power",
     {41, "host", "error", "unexpected-restart"},
     ProcessAct::none},
    {"Microsoft-Windows-Eventlog", {104, "iam", "admin change", "log-cleared"}, ProcessAct::none},
    {"User32", {1074, "host", "end", "shutdown-initiated"}, ProcessAct::none},
    {"EventLog", {6005, "host", "start", "event-log-started"}, ProcessAct::none},
    {"EventLog", {6006, "host", "end", "event-log-stopped"}, ProcessAct::none},
    {"EventLog", {6008, "host", "error", "unexpected-shutdown"}, ProcessAct::none},
    {"Service Control Manager",
     {7045, "iam configuration", "admin change", "service-installed"},
     ProcessAct::none},
};

}  // namespace

void map_system(const WinEvent& from, EcsWriter& out) {
  Event& to = out.event();
  const std::uint32_t id = from.event_id.value_or(0);
  for (const SystemEvent& entry : kSystemEvents) {
    if (entry.event_class.id != id || (!ascii_iequals(from.provider_name, entry.provider) &&
                                       !ascii_iequals(from.event_source_name, entry.provider))) {
      continue;
    }
    set_class(entry.event_class, to);
    to.process.act = entry.act;
    if (id == 7045) {
      out.text(field::service_name, from.data("ServiceName"));
      out.text(field::service_type, from.data("ServiceType"));
    } else if (id == 104) {
      out.user_name(field::user_name, user_data(from, "SubjectUserName"));
      out.text(field::user_domain, user_data(from, "SubjectDomainName"));
    }
    return;
  }
}

}  // namespace stemma::winlog
