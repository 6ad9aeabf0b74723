// Elastic documents for tests: what agents write for a process, and the shapes of the files that
// documents are exported in. Knows nothing of the parser. Not a damager: tests change the text.
//
// Source: Elastic's exported field lists for Elastic Defend, the Sysmon integration and Auditbeat;
// Elasticsearch reference, "Search API" and "Bulk API".
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/evtx_record.hpp"

namespace stemma::support {

using Document = nlohmann::ordered_json;

/// A process as Elastic Defend sees it. Empty and negative values are left out.
struct DefendProcess {
  std::string time = "2026-05-12T09:14:02.9570101Z";
  std::string host = "vm-win01";
  std::string os = "windows";
  std::string action = "start";  ///< start, fork, exec, end
  std::string entity_id = {};
  std::int64_t pid = 1000;
  std::string executable = {};
  std::string command_line = {};
  std::vector<std::string> args = {};
  std::string parent_entity_id = {};
  std::int64_t parent_pid = -1;
  std::string parent_executable = {};
  std::string parent_command_line = {};
  std::vector<std::string> parent_args = {};
  std::vector<std::string> ancestry = {};
  std::int64_t sequence = -1;
};

/// A document of logs-endpoint.events.process.
Document defend_document(const DefendProcess& process);

/// What the Sysmon integration makes of Sysmon 1 or 5: GUIDs in small letters, the record's data by
/// ECS names. Other records become their data below winlog.event_data, without ECS.
Document sysmon_document(const WinRecord& record, std::uint64_t record_id);

/// What Winlogbeat itself collects of a record: its data below winlog.event_data, nothing mapped.
Document collected_document(const WinRecord& record, std::uint64_t record_id);

/// What Auditbeat's auditd module writes for an execve.
Document auditbeat_exec(const std::string& time, const std::string& host, std::int64_t pid,
                        std::int64_t parent_pid, const std::string& executable,
                        const std::vector<std::string>& args, std::uint64_t sequence);

// Files of documents.
using Documents = std::vector<Document>;
std::string as_lines(const Documents& documents);
std::string as_array(const Documents& documents, int indent = -1);
/// `{"took":…,"hits":{…,"hits":[{"_index":…,"_source":…}]},"aggregations":{…}}`
std::string as_response(const Documents& documents, int indent = -1);
/// The same with `fields`: every value a list under its dotted name, and no `_source`.
std::string as_fields_response(const Documents& documents, int indent = -1);
std::string as_bulk(const Documents& documents);
/// `{"expected":[…]}`
std::string as_expected(const Documents& documents, int indent = -1);

/// The same document with dotted names instead of objects.
Document flat(const Document& document);
/// With every second top-level object flat.
Document half_flat(const Document& document);

}  // namespace stemma::support
