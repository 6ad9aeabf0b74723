#include "tests/support/activity_log_forms.hpp"

#include <algorithm>

namespace stemma::support {
namespace {

using Json = nlohmann::ordered_json;

Json named(const std::string& value) {
  return {{"localizedValue", value}, {"value", value}};
}

Json list_of(const ActivityRows& rows, Json (*row)(const ActivityRow&)) {
  Json list = Json::array();
  for (const ActivityRow& each : rows) list.push_back(row(each));
  return list;
}

std::string lines_of(const ActivityRows& rows, Json (*row)(const ActivityRow&)) {
  std::string out;
  for (const ActivityRow& each : rows) out += row(each).dump() + "\n";
  return out;
}

Json evidence(const ActivityRow& row) {
  return {
      {"role", row.role}, {"principalId", row.principal_id}, {"principalType", row.principal_type}};
}

std::string quoted(const std::string& value) {
  if (value.find_first_of("\",\r\n") == std::string::npos) return value;
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace

std::string ActivityRow::resource_id() const {
  return "/subscriptions/" + subscription + "/resourceGroups/" + group +
         "/providers/Microsoft.Compute/virtualMachines/" + machine;
}

Json rest_row(const ActivityRow& row) {
  Json out;
  out["authorization"] = {
      {"action", row.operation}, {"evidence", evidence(row)}, {"scope", row.resource_id()}};
  out["caller"] = row.caller;
  out["category"] = named("Administrative");
  out["claims"] = row.claims;
  out["correlationId"] = row.correlation_id;
  out["description"] = "";
  out["eventDataId"] = row.event_data_id;
  out["eventName"] = named("BeginRequest");
  out["eventTimestamp"] = row.time;
  out["httpRequest"] = {{"clientIpAddress", row.ip}, {"method", "POST"}};
  out["id"] = row.resource_id() + "/events/" + row.event_data_id;
  out["level"] = row.level;
  out["operationId"] = row.operation_id;
  out["operationName"] = {{"localizedValue", "Run Command on Virtual Machine"},
                          {"value", row.operation}};
  out["properties"] = row.properties;
  out["resourceGroupName"] = row.group;
  out["resourceId"] = row.resource_id();
  out["resourceProviderName"] = named("Microsoft.Compute");
  out["status"] = named(row.result);
  out["subStatus"] = named(row.signature);
  out["submissionTimestamp"] = row.submitted;
  out["subscriptionId"] = row.subscription;
  out["tenantId"] = row.tenant;
  return out;
}

Json resource_log_row(const ActivityRow& row) {
  Json out;
  out["time"] = row.time;
  out["resourceId"] = row.resource_id();
  out["operationName"] = row.operation;
  out["category"] = "Administrative";
  out["resultType"] = row.result;
  out["resultSignature"] = row.signature;
  out["durationMs"] = "0";
  out["callerIpAddress"] = row.ip;
  out["correlationId"] = row.correlation_id;
  out["identity"] = {
      {"authorization",
       {{"action", row.operation}, {"scope", row.resource_id()}, {"evidence", evidence(row)}}},
      {"claims", row.claims}};
  out["level"] = row.level;
  out["location"] = "global";
  out["properties"] = row.properties;
  out["tenantId"] = row.tenant;
  return out;
}

Json log_analytics_row(const ActivityRow& row) {
  Json out;
  out["TenantId"] = "99999999-0000-0000-0000-000000000000";  // the workspace
  out["SourceSystem"] = "Azure";
  out["CallerIpAddress"] = row.ip;
  out["CategoryValue"] = "Administrative";
  out["CorrelationId"] = row.correlation_id;
  const Json authorization = {
      {"action", row.operation}, {"scope", row.resource_id()}, {"evidence", evidence(row)}};
  out["Authorization"] = authorization.dump();
  out["Authorization_d"] = authorization.dump();
  out["Claims"] = row.claims.dump();
  out["Level"] = row.level;
  out["OperationNameValue"] = row.operation;
  out["Properties"] = row.properties.dump(2);
  out["Caller"] = row.caller;
  out["EventDataId"] = row.event_data_id;
  out["EventSubmissionTimestamp"] = row.submitted;
  out["HTTPRequest"] = Json({{"clientIpAddress", row.ip}, {"method", "POST"}}).dump();
  out["OperationId"] = row.operation_id;
  out["ResourceGroup"] = row.group;
  out["ResourceProviderValue"] = "MICROSOFT.COMPUTE";
  out["ActivityStatusValue"] = row.result;
  out["ActivitySubstatusValue"] = row.signature;
  out["TimeGenerated"] = row.time;
  out["SubscriptionId"] = row.subscription;
  out["OperationName"] = "";
  out["ActivityStatus"] = nullptr;
  out["ResourceId"] = "";
  out["_ResourceId"] = row.resource_id();
  out["Type"] = "AzureActivity";
  return out;
}

std::string as_list(const ActivityRows& rows, int indent) {
  return list_of(rows, rest_row).dump(indent);
}
std::string as_value(const ActivityRows& rows) {
  return Json({{"value", list_of(rows, rest_row)}, {"nextLink", "https://management.example/?x=["}})
      .dump();
}
std::string as_rest_lines(const ActivityRows& rows) {
  return lines_of(rows, rest_row);
}
std::string as_resource_lines(const ActivityRows& rows) {
  return lines_of(rows, resource_log_row);
}
std::string as_records(const ActivityRows& rows) {
  return Json({{"records", list_of(rows, resource_log_row)}}).dump();
}
std::string as_workspace_list(const ActivityRows& rows) {
  return list_of(rows, log_analytics_row).dump(1);
}

std::string as_tables(const ActivityRows& rows, int indent) {
  Json columns = Json::array(), values = Json::array();
  const Json first = log_analytics_row({});
  for (const auto& [name, value] : first.items())
    columns.push_back({{"name", name}, {"type", name == "TimeGenerated" ? "datetime" : "string"}});
  for (const ActivityRow& row : rows) {
    Json list = Json::array();
    const Json written = log_analytics_row(row);
    for (const auto& [name, value] : written.items()) list.push_back(value);
    values.push_back(std::move(list));
  }
  Json table = {{"name", "PrimaryResult"}, {"columns", columns}, {"rows", values}};
  return Json({{"tables", Json::array({table})}}).dump(indent);
}

std::string as_csv(const ActivityRows& rows, std::size_t order, const std::string& line_end,
                   bool byte_order_mark) {
  const auto line = [&](std::vector<std::string> values) {
    std::rotate(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(order % values.size()),
                values.end());
    std::string out;
    for (const std::string& value : values) out += (out.empty() ? "" : ",") + quoted(value);
    return out + line_end;
  };
  std::vector<std::string> names;
  const Json first = log_analytics_row({});
  for (const auto& [name, value] : first.items()) names.push_back(name);
  std::string out = byte_order_mark ? "\xEF\xBB\xBF" : "";
  out += line(names);
  for (const ActivityRow& row : rows) {
    std::vector<std::string> values;
    const Json written = log_analytics_row(row);
    for (const auto& [name, value] : written.items())
      values.push_back(value.is_string() ? value.get<std::string>() : "");
    out += line(values);
  }
  return out;
}

}  // namespace stemma::support
