#include "detection/invocations/cloud_operations.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "detection/invocations/machine_identity.hpp"
#include "events/paths.hpp"

namespace stemma {
namespace {

// How far a row brings an operation: the result of the last step is told.
int step(std::string_view result) {
  const std::string lower = ascii_lower(result);
  if (lower.compare(0, 4, "fail") == 0 || lower.compare(0, 6, "cancel") == 0) return 4;
  if (lower.compare(0, 4, "succ") == 0) return 3;
  if (lower.compare(0, 6, "accept") == 0) return 2;
  return lower.empty() ? 0 : 1;
}

bool deletes(std::string_view operation) {
  const std::string lower = ascii_lower(operation);
  return lower.size() > 7 && lower.compare(lower.size() - 7, 7, "/delete") == 0;
}

// By resource: the VM id that any row about the machine carries. Where rows contradict each other,
// the name was given to another machine later, and none is taken.
std::map<std::string, std::string> ids_of_machines(const std::vector<CloudFact>& facts) {
  std::map<std::string, std::string> ids;
  for (const CloudFact& fact : facts) {
    std::string resource = machine_resource(fact.row.resource_id);
    if (fact.row.vm_id.empty() || resource.empty()) continue;
    const auto [at, fresh] = ids.try_emplace(std::move(resource), fact.row.vm_id);
    if (!fresh && at->second != fact.row.vm_id) at->second.clear();
  }
  return ids;
}

void fill(std::string& to, const std::string& from) {
  if (to.empty()) to = from;
}

}  // namespace

ResourceName resource_name(std::string_view resource_id) {
  ResourceName found;
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at <= resource_id.size();) {
    std::size_t end = resource_id.find('/', at);
    if (end == std::string_view::npos) end = resource_id.size();
    if (end > at) pieces.push_back(resource_id.substr(at, end - at));
    at = end + 1;
  }
  for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
    const std::string type = ascii_lower(pieces[i]);
    if (type == "virtualmachines" || type == "machines") found.machine = pieces[i + 1];
    if (type == "runcommands" || type == "extensions") found.run_name = pieces[i + 1];
    // Of a scale set the machine is `<set>_<number>`.
    if (type == "virtualmachinescalesets" && i + 3 < pieces.size() &&
        ascii_lower(pieces[i + 2]) == "virtualmachines") {
      found.machine = std::string(pieces[i + 1]) + "_" + std::string(pieces[i + 3]);
      ++i, ++i;
    }
  }
  return found;
}

std::vector<CloudOperation> collect_operations(const ChannelMatcher& matcher,
                                               const std::vector<CloudFact>& facts) {
  using Key = std::tuple<std::string, std::string, std::string, std::string>;
  std::map<Key, CloudOperation> by_key;
  std::map<Key, int> steps;
  const auto ids = ids_of_machines(facts);
  for (const CloudFact& fact : facts) {
    const CloudOperation& row = fact.row;
    const auto channels = matcher.by_operation(row.operation_name);
    if (channels.empty()) continue;
    const ResourceName name = resource_name(row.resource_id);
    std::vector<std::string> machines = fact.machines;
    if (machines.empty()) machines.push_back(name.machine);
    for (const std::string& machine : machines) {
      // Rows without an id stay alone: their time tells them apart.
      const std::string id =
          row.id.empty() ? "row " + std::to_string(fact.event.value) : ascii_lower(row.id);
      const Key key{id, ascii_lower(row.operation_name), ascii_lower(machine), row.provider};
      const auto [at, fresh] = by_key.try_emplace(key);
      CloudOperation& operation = at->second;
      if (fresh) {
        operation = row;
        operation.channel = channels.front();
        operation.machine = machine;
        operation.run_name = name.run_name;
        operation.action = deletes(row.operation_name) ? "delete" : "run";
        operation.first = operation.last = fact.time;
        steps[key] = step(row.result);
      } else {
        for (auto field :
             {&CloudOperation::caller, &CloudOperation::caller_ip, &CloudOperation::principal_type,
              &CloudOperation::principal_id, &CloudOperation::application_id, &CloudOperation::role,
              &CloudOperation::account, &CloudOperation::resource_id})
          fill(operation.*field, row.*field);
        if (operation.claims.empty()) operation.claims = row.claims;
        if (step(row.result) >= steps[key]) {
          steps[key] = step(row.result);
          operation.result = row.result;
        }
        operation.first = std::min(operation.first, fact.time);
        operation.last = std::max(operation.last, fact.time);
      }
      operation.events.push_back(fact.event);
    }
  }
  std::vector<CloudOperation> found;
  for (auto& [key, operation] : by_key) {
    const auto known = ids.find(machine_resource(operation.resource_id));
    if (known != ids.end()) operation.vm_id = known->second;
    std::sort(operation.events.begin(), operation.events.end(),
              [](EventId a, EventId b) { return a.value < b.value; });
    found.push_back(std::move(operation));
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const CloudOperation& a, const CloudOperation& b) {
                     return std::tie(a.first, a.id, a.machine) < std::tie(b.first, b.id, b.machine);
                   });
  return found;
}

}  // namespace stemma
