#include "tests/support/samples/activity_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/support/samples/collection.hpp"

namespace stemma::samples {
namespace {

constexpr const char* kSubscription = "5c0f1f2e-7f3c-4a51-9d0e-6a6a1d3b9c11";
constexpr const char* kTenant = "0d9a7c34-1b52-4a8e-8f60-2f7be1f0a5d3";

// Ids that follow from what they name, so that the samples are the same every time.
std::string guid_of(const std::string& text) {
  const std::string hex = sha256(text);
  return fmt::format("{}-{}-4{}-8{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(13, 3),
                     hex.substr(17, 3), hex.substr(20, 12));
}

std::string resource_of(const CloudOrder& order) {
  std::string id = fmt::format(
      "/subscriptions/{}/resourceGroups/rg-shop/providers/Microsoft.Compute/virtualMachines/{}",
      kSubscription, order.machine);
  if (!order.run_name.empty()) id += "/runCommands/" + order.run_name;
  return id;
}

nlohmann::ordered_json row(const CloudOrder& order, const std::string& status, Timestamp time) {
  nlohmann::ordered_json claims;
  claims["aud"] = "https://management.core.windows.net/";
  claims["appid"] = order.application ? order.caller : "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
  claims["ipaddr"] = order.ip;
  claims["http://schemas.microsoft.com/identity/claims/tenantid"] = kTenant;
  claims["http://schemas.microsoft.com/identity/claims/objectidentifier"] = guid_of(order.caller);
  if (!order.application) claims["name"] = order.caller.substr(0, order.caller.find('@'));
  nlohmann::ordered_json out;
  out["authorization"] = {
      {"action", order.operation}, {"role", order.role}, {"scope", resource_of(order)}};
  out["caller"] = order.caller;
  out["category"] = {{"localizedValue", "Administrative"}, {"value", "Administrative"}};
  out["claims"] = std::move(claims);
  out["correlationId"] = order.correlation_id;
  out["eventDataId"] = guid_of(order.correlation_id + status);
  out["eventTimestamp"] = format_time(time, 7);
  out["httpRequest"] = {{"clientIpAddress", order.ip},
                        {"clientRequestId", guid_of(order.correlation_id + "request")},
                        {"method", order.run_name.empty() ? "POST" : "PUT"}};
  out["level"] = status == "Failed" ? "Error" : "Informational";
  out["operationId"] = order.correlation_id;
  out["operationName"] = {{"localizedValue", "Run Command on Virtual Machine"},
                          {"value", order.operation}};
  out["resourceGroupName"] = "rg-shop";
  out["resourceId"] = resource_of(order);
  out["resourceProviderName"] = {{"localizedValue", "Microsoft.Compute"},
                                 {"value", "Microsoft.Compute"}};
  out["resourceType"] = {{"localizedValue", "Microsoft.Compute/virtualMachines"},
                         {"value", "Microsoft.Compute/virtualMachines"}};
  out["status"] = {{"localizedValue", status}, {"value", status}};
  out["subStatus"] = {{"localizedValue", ""}, {"value", status == "Accepted" ? "Accepted" : ""}};
  out["submissionTimestamp"] = format_time({time.ns + 180 * kNsPerSecond}, 7);
  out["subscriptionId"] = kSubscription;
  out["tenantId"] = kTenant;
  return out;
}

}  // namespace

std::string activity_log(const std::vector<CloudOrder>& orders) {
  struct Row {
    Timestamp time;
    nlohmann::ordered_json json;
  };
  std::vector<Row> rows;
  for (const CloudOrder& order : orders) {
    const auto add = [&](const std::string& status, std::int64_t ms) {
      const Timestamp time{order.ordered.ns + ms * 1'000'000};
      rows.push_back({time, row(order, status, time)});
    };
    add("Started", 0);
    if (order.result != "Failed") add("Accepted", 512);
    add(order.result, order.lasts_ms);
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.time > b.time; });
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (Row& each : rows) out.push_back(std::move(each.json));
  return out.dump(2) + '\n';
}

}  // namespace stemma::samples
