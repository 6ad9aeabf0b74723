#include "detection/rules/index_patterns.hpp"

#include <algorithm>

namespace stemma {
namespace {

// Endpoint's and Endgame's events have no collector here; but their rules ask for starts of
// processes, files, registry keys and connections, which Sysmon, Security logs and auditd record as
// well. So they stand for any source: that is what makes public rules useful on collected logs.
// Source: the index names of Elastic's integrations and of its public rules.
constexpr std::string_view kAny = "any source that records such events";
constexpr IndexFamily kFamilies[] = {
    {".alerts-security", false, "alerts of other rules"},
    {"auditbeat-", true, "Linux audit records"},
    {"endgame-", true, kAny},
    {"filebeat-", true, kAny},
    {"logs-apache", false, "Apache access logs"},
    {"logs-auditd.", true, "Linux audit records"},
    {"logs-auditd_manager.", true, "Linux audit records"},
    {"logs-aws", false, "AWS"},
    {"logs-azure", false, "Azure"},
    {"logs-cloud_defend", false, "Defend for Containers"},
    {"logs-crowdstrike", false, "CrowdStrike"},
    {"logs-endpoint.", true, kAny},
    {"logs-fortinet", false, "Fortinet"},
    {"logs-gcp", false, "Google Cloud"},
    {"logs-github", false, "GitHub"},
    {"logs-google_workspace", false, "Google Workspace"},
    {"logs-iis", false, "IIS access logs"},
    {"logs-kubernetes", false, "Kubernetes"},
    {"logs-m365_defender", false, "Microsoft Defender"},
    {"logs-network_traffic", false, "captured network traffic"},
    {"logs-nginx", false, "nginx access logs"},
    {"logs-o365", false, "Microsoft 365"},
    {"logs-okta", false, "Okta"},
    {"logs-panw", false, "Palo Alto Networks"},
    {"logs-sentinel_one", false, "SentinelOne"},
    {"logs-sysmon_linux.", true, "Sysmon for Linux"},
    {"logs-system.", true, "Windows event logs"},
    {"logs-system.auth", false, "Linux authentication logs"},
    {"logs-system.syslog", false, "syslog"},
    {"logs-traefik", false, "Traefik access logs"},
    {"logs-windows.", true, "Windows event logs"},
    {"logs-zeek", false, "Zeek"},
    {"packetbeat-", false, "captured network traffic"},
    {"winlogbeat-", true, "Windows event logs"},
};

}  // namespace

std::span<const IndexFamily> index_families() {
  return kFamilies;
}

const IndexFamily* family_of(std::string_view pattern) {
  pattern = pattern.substr(0, pattern.find('*'));
  const IndexFamily* found = nullptr;
  for (const IndexFamily& family : kFamilies) {
    if (pattern.starts_with(family.prefix) &&
        (found == nullptr || family.prefix.size() > found->prefix.size())) {
      found = &family;
    }
  }
  return found;
}

bool index_applies(std::span<const std::string> patterns) {
  return patterns.empty() ||
         std::any_of(patterns.begin(), patterns.end(), [](const std::string& pattern) {
           const IndexFamily* family = family_of(pattern);
           return family == nullptr || family->read;
         });
}

}  // namespace stemma
