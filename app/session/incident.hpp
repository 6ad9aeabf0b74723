// One pass over what tells of runs, then the incident (detection/invocations) of an open collection.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "app/session/session.hpp"
#include "detection/channels/load.hpp"
#include "detection/findings/finding.hpp"
#include "detection/invocations/automation.hpp"
#include "detection/invocations/incident.hpp"

namespace stemma {

struct IncidentOptions {
  bool all_channels = false;  ///< also runs of channels that start processes all day
  const Automation* automation = nullptr;  ///< the analyst's: runs that it covers are set aside; may be null
};

/// @param findings  of the same session, in order; invocations name them by index
/// The same for any number of threads.
Incident build_incident(const Session& session, const ChannelSet& channels,
                        std::span<const Finding> findings, const IncidentOptions& options = {});

}  // namespace stemma
