// Events of the Security channel into ECS. The table of ids is security_events.def; what the roles
// in it mean is here.
#include <algorithm>
#include <iterator>

#include "events/paths.hpp"
#include "parsers/winlog/family.hpp"

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
  kProcessEnded = 1 << 13,   ///< 4689
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

// Event data values that are looked up by name.
struct At {
  enum : std::uint8_t {
    TargetUserSid,
    TargetSid,
    TargetUserName,
    TargetDomainName,
    TargetLogonId,
    MemberName,
    MemberSid,
    SubjectUserSid,
    SubjectUserName,
    SubjectDomainName,
    SubjectLogonId,
    LogonType,
    OldTargetUserName,
    NewTargetUserName,
    AccountName,
    AccountDomain,
    ClientAddress,
    ClientName,
    LogonID,
    ProcessId,
    ProcessName,
    IpAddress,
    IpPort,
    WorkstationName,
    ServiceName,
    ServiceType,
    NewProcessId,
    NewProcessName,
    CommandLine,
    ParentProcessName,
    Status,
    kCount
  };
};
constexpr std::string_view kNames[] = {
    "TargetUserSid",     "TargetSid",         "TargetUserName", "TargetDomainName",
    "TargetLogonId",     "MemberName",        "MemberSid",      "SubjectUserSid",
    "SubjectUserName",   "SubjectDomainName", "SubjectLogonId", "LogonType",
    "OldTargetUserName", "NewTargetUserName", "AccountName",    "AccountDomain",
    "ClientAddress",     "ClientName",        "LogonID",        "ProcessId",
    "ProcessName",       "IpAddress",         "IpPort",         "WorkstationName",
    "ServiceName",       "ServiceType",       "NewProcessId",   "NewProcessName",
    "CommandLine",       "ParentProcessName", "Status",
};
static_assert(std::size(kNames) == At::kCount);

const SecurityEvent* find_event(std::uint32_t id) {
  const auto* entry = std::lower_bound(std::begin(kEvents), std::end(kEvents), id,
                                       [](const SecurityEvent& event, std::uint32_t wanted) {
                                         return event.event_class.id < wanted;
                                       });
  return entry != std::end(kEvents) && entry->event_class.id == id ? entry : nullptr;
}

void write_group(const LookedUp& data, EcsWriter& out) {
  const std::string_view id = either(data[At::TargetSid], data[At::TargetUserSid]);
  const std::string_view name = data[At::TargetUserName];
  const std::string_view domain = data[At::TargetDomainName];
  out.text(field::group_id, id);
  out.text(field::group_name, name);
  out.text(field::group_domain, domain);
  const std::string_view member = data[At::MemberName];
  if (is_absent(member)) {
    out.text(field::user_target_id, data[At::MemberSid]);
    return;
  }
  out.user_name(field::user_target_name, name_part(member, 0));
  out.text(field::user_target_domain, name_part(member, 3));
  out.text(field::user_target_group_id, id);
  out.text(field::user_target_group_name, name);
  out.text(field::user_target_group_domain, domain);
}

void write_caller(const LookedUp& data, EcsWriter& out) {
  out.number(field::process_pid, data[At::ProcessId]);
  out.image(kProcess, data[At::ProcessName]);
  const std::string_view address = data[At::IpAddress];
  if (is_address(without_v4_prefix(address))) out.ip(field::source_ip, address);
  out.number(field::source_port, data[At::IpPort]);
  out.text(field::source_domain, data[At::WorkstationName]);
}

void write_session(const LookedUp& data, EcsWriter& out) {
  out.user_name(field::user_name, data[At::AccountName]);
  out.text(field::user_domain, data[At::AccountDomain]);
  std::string_view address = data[At::ClientAddress];
  if (address == "LOCAL") address = "127.0.0.1";  // the console of the machine itself
  if (is_address(address)) out.ip(field::source_ip, address);
  out.text(field::source_domain, data[At::ClientName]);
  out.text(field::winlog_logon_id, data[At::LogonID]);
}

void constants(const WinEvent& from, Event& to) {
  const std::uint32_t id = from.event_id.value_or(0);
  if (from.keywords && (*from.keywords & kAuditFailure))
    to.set_lasting(field::event_outcome, "failure", Origin::derived);
  if (from.keywords && (*from.keywords & kAuditSuccess))
    to.set_lasting(field::event_outcome, "success", Origin::derived);
  const SecurityEvent* entry = find_event(id);
  if (entry != nullptr) set_class(entry->event_class, to);
  if (entry != nullptr && (entry->roles & kProcessCreated) != 0) to.process.act = ProcessAct::start;
  if (id == 4689) to.process.act = ProcessAct::end;
}

// The roles, and whether it is 4689.
std::uint32_t roles_of(std::uint32_t id) {
  const SecurityEvent* entry = find_event(id);
  return (entry != nullptr ? entry->roles : 0) | (id == 4689 ? std::uint32_t{kProcessEnded} : 0);
}

bool is_read(std::uint32_t id, std::uint8_t place, const Projection& wanted) {
  const std::uint32_t roles = roles_of(id);
  // True where the event has one of the roles and the pass wants one of the fields.
  const auto as = [&](std::uint32_t any_role, std::initializer_list<FieldId> fields) {
    return (roles & any_role) != 0 && wants_any(wanted, fields);
  };
  using namespace field;
  if (place == At::TargetUserSid || place == At::TargetSid) {
    return as(kTargetIsUser, {user_id}) || as(kTargetIsGroup, {group_id, user_target_group_id}) ||
           as(kTargetIsOther, {user_target_id}) || as(kTargetIsEffective, {user_effective_id});
  }
  if (place == At::TargetUserName) {
    return as(kTargetIsUser, {user_name, related_user}) ||
           as(kTargetIsGroup, {group_name, user_target_group_name}) ||
           as(kTargetIsOther, {user_target_name, related_user}) ||
           as(kTargetIsEffective, {user_effective_name, related_user});
  }
  if (place == At::TargetDomainName) {
    return as(kTargetIsUser, {user_domain}) ||
           as(kTargetIsGroup, {group_domain, user_target_group_domain}) ||
           as(kTargetIsOther, {user_target_domain}) ||
           as(kTargetIsEffective, {user_effective_domain});
  }
  if (place == At::MemberName) {
    return as(kTargetIsGroup,
              {user_target_id, user_target_name, related_user, user_target_domain,
               user_target_group_id, user_target_group_name, user_target_group_domain});
  }
  if (place == At::MemberSid) return as(kTargetIsGroup, {user_target_id});
  if (place == At::SubjectUserSid) return as(kSubject, {user_id});
  if (place == At::SubjectUserName)
    return as(kSubject, {user_name}) || as(kSubject | kSubjectRelated, {related_user});
  if (place == At::SubjectDomainName) return as(kSubject, {user_domain});
  if (place == At::SubjectLogonId) return wants_any(wanted, {winlog_logon_id});
  if (place == At::TargetLogonId) return as(kTargetLogon, {winlog_logon_id});
  if (place == At::LogonType) return wants_any(wanted, {winlog_logon_type});
  if (place == At::OldTargetUserName) return as(kRenamed, {user_target_name, related_user});
  if (place == At::NewTargetUserName) return as(kRenamed, {user_changes_name, related_user});
  if (place == At::AccountName) return as(kSession, {user_name, related_user});
  if (place == At::AccountDomain) return as(kSession, {user_domain});
  if (place == At::ClientAddress) return as(kSession, {source_ip, related_ip});
  if (place == At::ClientName) return as(kSession, {source_domain});
  if (place == At::LogonID) return as(kSession, {winlog_logon_id});
  if (place == At::ProcessId)
    return as(kCaller, {process_pid}) || as(kProcessCreated, {process_parent_pid});
  if (place == At::ProcessName) return as(kCaller, {process_executable, process_name});
  if (place == At::IpAddress) return as(kCaller, {source_ip, related_ip});
  if (place == At::IpPort) return as(kCaller, {source_port});
  if (place == At::WorkstationName) return as(kCaller, {source_domain});
  if (place == At::ServiceName) return as(kService, {service_name});
  if (place == At::ServiceType) return as(kService, {service_type});
  if (place == At::NewProcessId) return as(kProcessCreated, {process_pid});
  if (place == At::NewProcessName) return as(kProcessCreated, {process_executable, process_name});
  if (place == At::CommandLine)
    return (roles & kProcessCreated) != 0 && wants_command_line(wanted, kProcess);
  if (place == At::ParentProcessName)
    return as(kProcessCreated, {process_parent_executable, process_parent_name});
  if (place == At::Status) return as(kProcessEnded, {process_exit_code});
  return false;
}

void finish(const WinEvent& from, std::uint32_t roles, const LookedUp& data, EcsWriter& out) {
  Event& to = out.event();
  const std::string_view target_id = either(data[At::TargetUserSid], data[At::TargetSid]);
  if (roles & kTargetIsUser) {
    out.text(field::user_id, target_id);
    out.user_name(field::user_name, data[At::TargetUserName]);
    out.text(field::user_domain, data[At::TargetDomainName]);
  }
  if (roles & kTargetIsGroup) write_group(data, out);
  if (roles & kSubject) {
    out.text(field::user_id, data[At::SubjectUserSid]);
    out.text(field::user_name, data[At::SubjectUserName]);
    if (!is_absent(data[At::SubjectUserName]))
      to.add_unique_view(field::related_user, data[At::SubjectUserName]);
    out.text(field::user_domain, data[At::SubjectDomainName]);
  }
  if (roles & kTargetIsOther) {
    out.text(field::user_target_id, data[At::TargetSid]);
    out.user_name(field::user_target_name, data[At::TargetUserName]);
    out.text(field::user_target_domain, data[At::TargetDomainName]);
  }
  if (roles & kTargetIsEffective) {
    out.text(field::user_effective_id, data[At::TargetUserSid]);
    out.user_name(field::user_effective_name, data[At::TargetUserName]);
    out.text(field::user_effective_domain, data[At::TargetDomainName]);
  }
  if (roles & kSubjectRelated) {
    const std::string_view subject = data[At::SubjectUserName];
    if (!is_absent(subject)) to.add_unique_view(field::related_user, subject);
  }
  if (roles & kRenamed) {
    out.text(field::user_changes_name, data[At::NewTargetUserName]);
    to.add_unique_view(field::related_user, data[At::NewTargetUserName]);
    out.user_name(field::user_target_name, data[At::OldTargetUserName]);
  }
  if (roles & kClearedBy) {
    out.text(field::user_id, from.user("SubjectUserSid"));
    out.user_name(field::user_name, from.user("SubjectUserName"));
    out.text(field::user_domain, from.user("SubjectDomainName"));
    out.text(field::winlog_logon_id, from.user("SubjectLogonId"));
  }
  if (roles & kSession) write_session(data, out);
  if (roles & kTargetLogon) out.text(field::winlog_logon_id, data[At::TargetLogonId]);
  out.text(field::winlog_logon_id, data[At::SubjectLogonId]);
  const std::string_view logon_type = data[At::LogonType];
  if (!logon_type.empty()) out.text(field::winlog_logon_type, name_of(kLogonTypes, logon_type));
  if (roles & kCaller) write_caller(data, out);
  if (roles & kService) {
    out.text(field::service_name, data[At::ServiceName]);
    out.text(field::service_type, name_of(kServiceTypes, data[At::ServiceType]));
  }
  if (roles & kProcessCreated) {
    out.number(field::process_pid, data[At::NewProcessId]);
    out.image(kProcess, data[At::NewProcessName]);
    out.command_line(kProcess, data[At::CommandLine]);
    out.number(field::process_parent_pid, data[At::ProcessId]);
    out.image(kParent, data[At::ParentProcessName]);
  }
  if (roles & kProcessEnded) out.number(field::process_exit_code, data[At::Status]);
}

ItemUse use(std::uint32_t id, std::string_view name, const Projection& wanted) {
  const std::uint8_t place = place_in(kNames, name);
  if (place == kNone || !is_read(id, place, wanted)) return {};
  return {kNone, place};
}

}  // namespace

constinit const Family kSecurity{"security",
                                 "system.security",
                                 SourceKind::security,
                                 false,
                                 false,
                                 constants,
                                 roles_of,
                                 use,
                                 nullptr,
                                 finish};

}  // namespace stemma::winlog
