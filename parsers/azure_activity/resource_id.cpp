#include "parsers/azure_activity/resource_id.hpp"

#include <algorithm>

#include "events/paths.hpp"

namespace stemma::azure {
namespace {

// The piece up to the next `/`, which is taken with it.
std::string_view take(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('/'), rest.size());
  const std::string_view piece = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return piece;
}

bool is_machine_type(std::string_view type) {
  return ascii_iequals(type, "virtualMachines") || ascii_iequals(type, "machines");
}

void read_provider(std::string_view rest, ResourceId& id) {
  const std::string_view whole = rest;
  const std::string_view space = take(rest);
  const std::string_view type = take(rest);
  if (type.empty() || rest.empty() || id.group.empty()) {
    id.provider = whole;
    return;
  }
  std::string_view behind = rest;
  const std::string_view first = take(behind);
  if (ascii_iequals(type, "namespaces")) {
    const std::string_view kind = take(behind);
    if (ascii_iequals(kind, "authorizationRules") && !behind.empty()) {
      id.provider = space;
      id.space = first;
      id.authorization_rule = behind;
      return;
    }
    behind = rest;
    take(behind);
  }
  id.provider = std::string(space) + '/' + std::string(type);
  id.name = rest;
  if (is_machine_type(type)) {
    id.name = first;
  } else if (ascii_iequals(type, "virtualMachineScaleSets")) {
    const std::string_view kind = take(behind);
    const std::string_view instance = take(behind);
    if (is_machine_type(kind) && !instance.empty())
      id.name = std::string(first) + '_' + std::string(instance);
  }
}

}  // namespace

ResourceId resource_id(std::string_view text) {
  ResourceId id;
  if (text.empty() || text.front() != '/') return id;
  text.remove_prefix(1);
  while (!text.empty()) {
    const std::string_view kind = take(text);
    if (ascii_iequals(kind, "subscriptions")) {
      id.subscription = take(text);
    } else if (ascii_iequals(kind, "tenants")) {
      id.tenant = take(text);
    } else if (ascii_iequals(kind, "resourceGroups")) {
      id.group = take(text);
    } else if (ascii_iequals(kind, "providers")) {
      read_provider(text, id);
      break;
    } else {
      take(text);
    }
  }
  return id;
}

}  // namespace stemma::azure
