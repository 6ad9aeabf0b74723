// Services, start and stop of the machine: a few events of several providers, told apart by both
// provider and id. Not the Security channel.
#include "events/paths.hpp"
#include "parsers/winlog/family.hpp"

namespace stemma::winlog {
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

const SystemEvent* find_event(const WinEvent& from) {
  const std::uint32_t id = from.event_id.value_or(0);
  for (const SystemEvent& entry : kSystemEvents) {
    if (entry.event_class.id == id && (ascii_iequals(from.provider_name, entry.provider) ||
                                       ascii_iequals(from.event_source_name, entry.provider)))
      return &entry;
  }
  return nullptr;
}

constexpr std::string_view kNames[] = {"ServiceName", "ServiceType"};
struct At {
  enum : std::uint8_t { ServiceName, ServiceType };
};

void constants(const WinEvent& from, Event& to) {
  const SystemEvent* entry = find_event(from);
  if (entry == nullptr) return;
  set_class(entry->event_class, to);
  to.process.act = entry->act;
}

std::uint32_t memo(std::uint32_t id) {
  return id;
}

ItemUse use(std::uint32_t id, std::string_view name, const Projection& wanted) {
  const std::uint8_t place = place_in(kNames, name);
  if (id != 7045 || place == kNone) return {};
  if (!wanted.wants(place == At::ServiceName ? field::service_name : field::service_type))
    return {};
  return {kNone, place};
}

void finish(const WinEvent& from, std::uint32_t id, const LookedUp& data, EcsWriter& out) {
  if ((id != 7045 && id != 104) || find_event(from) == nullptr) return;
  if (id == 7045) {
    out.text(field::service_name, data[At::ServiceName]);
    out.text(field::service_type, data[At::ServiceType]);
  } else {
    out.user_name(field::user_name, from.user("SubjectUserName"));
    out.text(field::user_domain, from.user("SubjectDomainName"));
  }
}

}  // namespace

bool user_data_reads(std::uint32_t id, std::string_view name, const Projection& wanted) {
  using namespace field;
  if (id != 1102 && id != 104) return false;
  if (name == "SubjectUserSid") return wants_any(wanted, {user_id});
  if (name == "SubjectUserName") return wants_any(wanted, {user_name, related_user});
  if (name == "SubjectDomainName") return wants_any(wanted, {user_domain});
  if (name == "SubjectLogonId") return wants_any(wanted, {winlog_logon_id});
  return false;
}

constinit const Family kOther{
    "", "", SourceKind::evtx_other, false, false, constants, memo, use, nullptr, finish};

}  // namespace stemma::winlog
