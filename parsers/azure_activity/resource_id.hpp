// The parts of an Azure resource id. Knows no resource types but those that are machines.
#pragma once

#include <string>
#include <string_view>

namespace stemma::azure {

/// Views into the id, but for `name`. Empty where the id has no such part.
struct ResourceId {
  std::string_view subscription;
  std::string_view tenant;
  std::string_view group;
  std::string provider;  ///< `Microsoft.Compute/virtualMachines`; without a name behind it the rest
  /// What stands behind the type; of a machine its name alone, whatever part of it is meant
  /// (`…/extensions/x`); of an instance of a scale set `<set>_<number>`, as Azure names it.
  std::string name;
  std::string_view space;               ///< `…/namespaces/<space>/authorizationRules/<rule>`
  std::string_view authorization_rule;  ///< same
};

/// Takes `/subscriptions/…/resourceGroups/…/providers/…/…` apart, in any case of letters (resource
/// logs write ids in capitals). O(length). Source: Azure Resource Manager, "resource id"; what is
/// provider and what is name is as Elastic's integration has it.
ResourceId resource_id(std::string_view id);

}  // namespace stemma::azure
