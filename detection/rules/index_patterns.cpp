#include "detection/rules/index_patterns.hpp"

#include <initializer_list>

namespace stemma {
namespace {

using enum EventSource;

constexpr SourceSet set(std::initializer_list<EventSource> sources) {
  SourceSet out = 0;
  for (const EventSource source : sources) out = static_cast<SourceSet>(out | source_bit(source));
  return out;
}

constexpr SourceSet kDocument = source_bit(document);

// Endpoint's and Endgame's events have no collector here; but their rules ask for starts of
// processes, files, registry keys and connections, which Sysmon, Security logs and auditd record as
// well. So they stand for any source: that is what makes public rules useful on collected logs.
// Forwarded events are of any channel. The Windows integration of Elastic Agent and Winlogbeat keep
// the channels as they are; what other products keep can come only as documents.
// Source: the index names of Elastic's integrations and of its public rules.
constexpr IndexFamily kFamilies[] = {
    {".alerts-security", kDocument},
    {"auditbeat-", set({auditd, document})},
    {"endgame-", kEverySource},
    {"filebeat-", kEverySource},
    {"logs-apache", kDocument},
    {"logs-auditd.", set({auditd})},
    {"logs-auditd_manager.", set({auditd})},
    {"logs-aws", kDocument},
    {"logs-aws.cloudtrail", set({aws_cloudtrail, document})},
    {"logs-azure", kDocument},
    {"logs-azure.activitylogs", set({azure_activity, document})},
    {"logs-cloud_defend", kDocument},
    {"logs-crowdstrike", kDocument},
    {"logs-endpoint.", kEverySource},
    {"logs-fortinet", kDocument},
    {"logs-gcp", kDocument},
    {"logs-github", kDocument},
    {"logs-google_workspace", kDocument},
    {"logs-iis", kDocument},
    {"logs-kubernetes", kDocument},
    {"logs-m365_defender", kDocument},
    {"logs-network_traffic", kDocument},
    {"logs-nginx", kDocument},
    {"logs-o365", kDocument},
    {"logs-okta", kDocument},
    {"logs-panw", kDocument},
    {"logs-sentinel_one", kDocument},
    {"logs-sysmon_linux.", set({sysmon_linux})},
    {"logs-system.", set({windows_security, windows_system, windows_application, document})},
    {"logs-system.application", set({windows_application})},
    {"logs-system.auth", kDocument},
    {"logs-system.security", set({windows_security})},
    {"logs-system.syslog", kDocument},
    {"logs-system.system", set({windows_system})},
    {"logs-traefik", kDocument},
    {"logs-windows.", kWindowsSources},
    {"logs-windows.applocker", set({windows_other})},
    {"logs-windows.forwarded", kWindowsSources},
    {"logs-windows.powershell", set({powershell_classic})},
    {"logs-windows.powershell_operational", set({powershell_operational})},
    {"logs-windows.sysmon_operational", set({sysmon})},
    {"logs-windows.windows_defender", set({windows_defender})},
    {"logs-winlog.", kWindowsSources},
    {"logs-zeek", kDocument},
    {"packetbeat-", kDocument},
    {"winlogbeat-", kWindowsSources},
};

}  // namespace

std::span<const IndexFamily> index_families() {
  return kFamilies;
}

SourceSet sources_of(std::string_view pattern) {
  const std::size_t cluster = pattern.find(':');
  if (cluster != std::string_view::npos) pattern.remove_prefix(cluster + 1);
  pattern = pattern.substr(0, pattern.find('*'));
  SourceSet wider = 0;
  const IndexFamily* longest = nullptr;
  for (const IndexFamily& family : kFamilies) {
    if (family.prefix.starts_with(pattern)) wider = static_cast<SourceSet>(wider | family.sources);
    if (pattern.starts_with(family.prefix) &&
        (longest == nullptr || family.prefix.size() > longest->prefix.size())) {
      longest = &family;
    }
  }
  if (wider != 0) return wider;
  return longest == nullptr ? kEverySource : longest->sources;
}

SourceSet sources_of(std::span<const std::string> patterns) {
  SourceSet out = 0;
  for (const std::string_view pattern : patterns) {
    if (!pattern.starts_with('-')) out = static_cast<SourceSet>(out | sources_of(pattern));
  }
  return out == 0 ? kEverySource : out;
}

}  // namespace stemma
