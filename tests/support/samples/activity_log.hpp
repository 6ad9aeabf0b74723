// An Azure Activity Log as `az monitor activity-log list` prints it: REST rows, several an
// operation. Source of the shape: reference on Azure Run Command, section 4.1.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/time.hpp"

namespace stemma::samples {

/// One order, from which its rows are made.
struct CloudOrder {
  std::string correlation_id;
  std::string operation;  ///< `Microsoft.Compute/virtualMachines/runCommand/action`
  std::string machine;    ///< VM name as Azure has it
  std::string run_name;   ///< of a named command
  std::string caller;     ///< UPN, or the application's id
  std::string ip;
  std::string role = "Virtual Machine Contributor";
  bool application = false;  ///< the caller is a service principal
  std::string result = "Succeeded";
  Timestamp ordered;
  std::int64_t lasts_ms = 20'000;
};

/// Rows Started, Accepted and the result, newest first, as the service lists them.
std::string activity_log(const std::vector<CloudOrder>& orders);

}  // namespace stemma::samples
