// Rows of cloud logs → operations: all rows of one order are one operation.
#pragma once

#include <vector>

#include "detection/channels/channel_matcher.hpp"
#include "detection/invocations/cloud_operation.hpp"
#include "detection/invocations/facts.hpp"

namespace stemma {

/// Only rows that order a run by a known channel become operations; `rows` counts all. An order to
/// several machines is one operation a machine. By first row, then id, then machine.
std::vector<CloudOperation> collect_operations(const ChannelMatcher& matcher,
                                               const std::vector<CloudFact>& facts);

/// VM name and, for a named command, its name out of a resource id, in any case:
/// `…/virtualMachines/vm1/runCommands/harden` → vm1, harden.
struct ResourceName {
  std::string machine, run_name;
};
ResourceName resource_name(std::string_view resource_id);

}  // namespace stemma
