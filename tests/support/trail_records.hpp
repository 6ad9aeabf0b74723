// Writes AWS CloudTrail records. Shapes and names are those of AWS's user guide and of the Systems
// Manager API reference, values are the test's.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace stemma::support {

using TrailRecord = nlohmann::ordered_json;

/// A record of any call.
TrailRecord trail_record(const std::string& source, const std::string& name);

/// A command to two machines; its parameters are hidden, as documents with secrets have it.
TrailRecord send_command(const std::string& command_id, bool hidden = false);

/// A session on one machine.
TrailRecord start_session(const std::string& session_id);

std::string as_trail(const std::vector<TrailRecord>& records, int indent = -1);  ///< `Records`
std::string as_trail_lines(const std::vector<TrailRecord>& records);
std::string as_lookup(const std::vector<TrailRecord>& records);  ///< `aws cloudtrail lookup-events`

}  // namespace stemma::support
