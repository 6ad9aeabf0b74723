// Writes operations of an Azure activity log in every form that exports have. Not a copy of any
// export: shapes and names are those of Azure Monitor's reference, values are the test's.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace stemma::support {

/// One row of the log.
struct ActivityRow {
  std::string time = "2026-05-12T09:14:02.9570110Z";
  std::string submitted = "2026-05-12T09:17:31.0000000Z";
  std::string operation = "Microsoft.Compute/virtualMachines/runCommand/action";
  std::string result = "Start";
  std::string signature = "Accepted";
  std::string level = "Informational";
  std::string caller = "ada@corp.example";
  std::string ip = "192.0.2.7";
  std::string correlation_id = "8a4de8b5-095c-47d0-a96f-a75130c61d53";
  std::string operation_id = "11111111-095c-47d0-a96f-a75130c61d53";
  std::string event_data_id = "22222222-095c-47d0-a96f-a75130c61d53";
  std::string subscription = "5c0f1f2e-7f3c-4a51-9d0e-6a6a1d3b9c11";
  std::string group = "rg-shop";
  std::string machine = "vm-win01";
  std::string role = "Virtual Machine Contributor";
  std::string principal_id = "94f4a1e8-9fc0-444e-83f4-18c29617292a";
  std::string principal_type = "User";
  std::string tenant = "0d9a7c34-1b52-4a8e-8f60-2f7be1f0a5d3";
  nlohmann::ordered_json claims = {
      {"aud", "https://management.core.windows.net/"},
      {"appid", "04b07795-8ddb-461a-bbee-02f9e1bf7b46"},
      {"ipaddr", "192.0.2.7"},
      {"name", "Ada \"A.\" Lovelace,\nCountess"},
      {"http://schemas.microsoft.com/identity/claims/tenantid",
       "0d9a7c34-1b52-4a8e-8f60-2f7be1f0a5d3"},
      {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", "ada@corp.example"},
  };
  nlohmann::ordered_json properties = {
      {"eventCategory", "Administrative"}, {"entity", "vm-win01"}, {"statusCode", "Accepted"}};

  [[nodiscard]] std::string resource_id() const;
};

using ActivityRows = std::vector<ActivityRow>;

nlohmann::ordered_json rest_row(const ActivityRow& row);           ///< REST, az, portal
nlohmann::ordered_json resource_log_row(const ActivityRow& row);   ///< storage account, Event Hub
nlohmann::ordered_json log_analytics_row(const ActivityRow& row);  ///< objects kept as texts

std::string as_list(const ActivityRows& rows, int indent = -1);  ///< `[…]`
std::string as_value(const ActivityRows& rows);  ///< `{"value":[…],"nextLink":…}`
std::string as_rest_lines(const ActivityRows& rows);
std::string as_resource_lines(const ActivityRows& rows);
std::string as_records(const ActivityRows& rows);  ///< `{"records":[…]}`
std::string as_workspace_list(const ActivityRows& rows);
std::string as_tables(const ActivityRows& rows, int indent = -1);

/// @param order  of the columns: rotated by so many
std::string as_csv(const ActivityRows& rows, std::size_t order = 0,
                   const std::string& line_end = "\n", bool byte_order_mark = false);

}  // namespace stemma::support
