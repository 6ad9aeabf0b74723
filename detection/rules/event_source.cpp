#include "detection/rules/event_source.hpp"

#include "events/paths.hpp"

namespace stemma {
namespace {

using enum EventSource;

struct Channel {
  std::string_view name;
  EventSource source;
};
constexpr Channel kChannels[] = {
    {"Microsoft-Windows-Sysmon/Operational", sysmon},
    {"Security", windows_security},
    {"System", windows_system},
    {"Application", windows_application},
    {"Microsoft-Windows-PowerShell/Operational", powershell_operational},
    {"PowerShellCore/Operational", powershell_operational},
    {"Windows PowerShell", powershell_classic},
    {"Microsoft-Windows-Windows Defender/Operational", windows_defender},
};

EventSource of_channel(std::string_view channel, EventSource other) {
  for (const Channel& known : kChannels) {
    if (ascii_iequals(channel, known.name)) return known.source;
  }
  return channel.empty() ? other : windows_other;
}

}  // namespace

EventSource event_source(SourceKind kind, std::string_view channel) {
  switch (kind) {
    case SourceKind::sysmon:
    case SourceKind::ecs_sysmon:
      return sysmon;
    case SourceKind::security:
    case SourceKind::ecs_security:
      return windows_security;
    case SourceKind::evtx_other:
      return of_channel(channel, windows_other);
    case SourceKind::auditd:
    case SourceKind::ecs_auditd:
      return auditd;
    case SourceKind::sysmon_linux:
    case SourceKind::ecs_sysmon_linux:
      return sysmon_linux;
    case SourceKind::azure_activity:
      return azure_activity;
    case SourceKind::aws_cloudtrail:
      return aws_cloudtrail;
    case SourceKind::guest_agent:
      return guest_agent;
    case SourceKind::ecs_windows:
      return of_channel(channel, document);
    case SourceKind::ecs_other:
    case SourceKind::none:
      break;
  }
  return document;
}

std::string_view source_words(EventSource source) {
  switch (source) {
    case sysmon:
      return "Sysmon";
    case windows_security:
      return "the Security log";
    case windows_system:
      return "the System log";
    case windows_application:
      return "the Application log";
    case powershell_operational:
      return "PowerShell's operational log";
    case powershell_classic:
      return "the Windows PowerShell log";
    case windows_defender:
      return "Defender's log";
    case windows_other:
      return "another Windows log";
    case auditd:
      return "auditd";
    case sysmon_linux:
      return "Sysmon for Linux";
    case azure_activity:
      return "the Azure Activity Log";
    case aws_cloudtrail:
      return "AWS CloudTrail";
    case guest_agent:
      return "a cloud's guest agent";
    case document:
      return "documents of other sources";
  }
  return "unknown";
}

std::string source_words(SourceSet sources) {
  if (sources == kEverySource) return "any";
  if (sources == kWindowsSources) return "Windows event logs";
  std::string out;
  for (std::size_t i = 0; i < kEventSources; ++i) {
    const auto source = static_cast<EventSource>(i);
    if ((sources & source_bit(source)) == 0) continue;
    if (!out.empty()) out += ", ";
    out += source_words(source);
  }
  return out;
}

EventSources::EventSources(const CaseSnapshot& snapshot) : snapshot_(&snapshot) {
  for (const EventClass& known : snapshot.events.classes().all())
    by_class_.push_back(event_source(known.source_kind, snapshot.strings.view(known.channel)));
}

}  // namespace stemma
