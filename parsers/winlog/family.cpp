#include "parsers/winlog/family.hpp"

#include "events/paths.hpp"

namespace stemma::winlog {
namespace {

struct ProviderFamily {
  std::string_view provider;
  const Family* family;
};
constexpr ProviderFamily kProviders[] = {
    {"Microsoft-Windows-Sysmon", &kSysmon},
    {"Linux-Sysmon", &kSysmonLinux},
    {"Microsoft-Windows-Security-Auditing", &kSecurity},
    {"PowerShell", &kPowerShell},
    {"Microsoft-Windows-PowerShell", &kPowerShellOperational},
    {"PowerShellCore", &kPowerShellOperational},
};

}  // namespace

bool is_event_log_service(const WinEvent& event) {
  return ascii_iequals(event.provider_name, "Microsoft-Windows-Eventlog");
}

const Family& family_of(const WinEvent& event) {
  for (const ProviderFamily& entry : kProviders) {
    if (ascii_iequals(event.provider_name, entry.provider)) return *entry.family;
  }
  // The event log service writes its own events (1100, 1102 …) into the Security log.
  if (event.channel == "Security" && is_event_log_service(event)) return kSecurity;
  return kOther;
}

void set_class(const EventClass& event_class, Event& to) {
  add_words(to, field::event_category, event_class.categories);
  add_words(to, field::event_type, event_class.types);
  if (!event_class.action.empty()) to.set_lasting(field::event_action, event_class.action);
}

}  // namespace stemma::winlog
