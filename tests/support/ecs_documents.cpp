#include "tests/support/ecs_documents.hpp"

#include <algorithm>

namespace stemma::support {
namespace {

std::string last_part(const std::string& path) {
  const std::size_t at = path.find_last_of("/\\");
  return at == std::string::npos ? path : path.substr(at + 1);
}

void put(Document& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}
void put(Document& object, const char* key, std::int64_t number) {
  if (number >= 0) object[key] = number;
}
void put(Document& object, const char* key, const std::vector<std::string>& list) {
  if (!list.empty()) object[key] = list;
}

std::string small_letters(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::string data(const WinRecord& record, std::string_view name) {
  const auto item = std::find_if(record.data.begin(), record.data.end(),
                                 [&](const DataItem& one) { return one.name == name; });
  return item == record.data.end() ? std::string() : item->value.text();
}

std::string utc(const WinRecord& record) {
  std::string time = data(record, "UtcTime");
  if (time.empty()) return format_time(record.time, 7);
  time[time.find(' ')] = 'T';
  return time + "Z";
}

// A command line at its blanks: enough for what tests write.
std::vector<std::string> words(const std::string& line) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    if (end > at) all.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return all;
}

void flatten_into(const Document& value, const std::string& name, Document& out) {
  if (!value.is_object()) {
    out[name] = value;
    return;
  }
  for (const auto& [key, member] : value.items())
    flatten_into(member, name.empty() ? key : name + "." + key, out);
}

Document hit(std::size_t number) {
  return {{"_index", ".ds-logs-endpoint.events.process-default-2026.05.12-000001"},
          {"_id", "id" + std::to_string(number)},
          {"_score", nullptr}};
}

std::string response(const Documents& hits, int indent) {
  Document out = {{"took", 3}, {"timed_out", false}};
  out["_shards"] = {{"total", 1}, {"successful", 1}, {"failed", 0}};
  out["hits"] = {{"total", {{"value", hits.size()}, {"relation", "eq"}}}, {"max_score", nullptr}};
  out["hits"]["hits"] = hits;
  out["aggregations"] = {{"hosts", {{"buckets", {{{"key", "vm-win01"}, {"doc_count", 2}}}}}}};
  return out.dump(indent) + "\n";
}

}  // namespace

Document defend_document(const DefendProcess& p) {
  Document out = {{"@timestamp", p.time}};
  out["agent"] = {{"id", "3c9a7a52-6f0e-4bd9-9d0e-0a2c5a7d9b01"}, {"type", "endpoint"}};
  out["data_stream"] = {
      {"dataset", "endpoint.events.process"}, {"namespace", "default"}, {"type", "logs"}};
  out["ecs"] = {{"version", "8.10.0"}};
  out["event"] = {{"action", p.action},
                  {"category", {"process"}},
                  {"type", {p.action == "end" ? "end" : "start"}},
                  {"kind", "event"},
                  {"module", "endpoint"},
                  {"dataset", "endpoint.events.process"}};
  put(out["event"], "sequence", p.sequence);
  out["host"] = {{"name", p.host}, {"id", "host-" + p.host}, {"os", {{"type", p.os}}}};
  Document& process = out["process"];
  put(process, "entity_id", p.entity_id);
  put(process, "pid", p.pid);
  put(process, "executable", p.executable);
  put(process, "name", last_part(p.executable));
  put(process, "command_line", p.command_line);
  put(process, "args", p.args.empty() ? words(p.command_line) : p.args);
  if (!p.ancestry.empty()) process["Ext"] = {{"ancestry", p.ancestry}};
  Document parent = Document::object();
  put(parent, "entity_id", p.parent_entity_id);
  put(parent, "pid", p.parent_pid);
  put(parent, "executable", p.parent_executable);
  put(parent, "name", last_part(p.parent_executable));
  put(parent, "command_line", p.parent_command_line);
  put(parent, "args", p.parent_args);
  if (!parent.empty()) process["parent"] = parent;
  out["user"] = {{"name", "SYSTEM"}, {"domain", "NT AUTHORITY"}, {"id", "S-1-5-18"}};
  return out;
}

Document collected_document(const WinRecord& record, std::uint64_t record_id) {
  Document out = {{"@timestamp", format_time(record.time, 3)}};
  out["event"] = {
      {"code", std::to_string(record.event_id)}, {"kind", "event"}, {"provider", record.provider}};
  out["host"] = {{"name", record.computer}};
  Document& winlog = out["winlog"];
  winlog = {{"channel", record.channel},
            {"computer_name", record.computer},
            {"event_id", std::to_string(record.event_id)},
            {"provider_name", record.provider},
            {"record_id", record_id}};
  for (const DataItem& item : record.data) {
    if (!item.value.text().empty()) winlog["event_data"][item.name] = item.value.text();
  }
  return out;
}

Document sysmon_document(const WinRecord& record, std::uint64_t record_id) {
  Document out = collected_document(record, record_id);
  if (record.event_id != 1 && record.event_id != 5) return out;
  const bool start = record.event_id == 1;
  out["@timestamp"] = utc(record);
  out["ecs"] = {{"version", "8.0.0"}};
  out["event"]["category"] = {"process"};
  out["event"]["type"] = {start ? "start" : "end"};
  out["event"]["module"] = "sysmon";
  Document& process = out["process"];
  process["entity_id"] = small_letters(data(record, "ProcessGuid"));
  process["pid"] = std::stoll(data(record, "ProcessId"));
  process["executable"] = data(record, "Image");
  process["name"] = last_part(data(record, "Image"));
  out["winlog"].erase("event_data");
  if (!start) return out;
  process["command_line"] = data(record, "CommandLine");
  process["args"] = words(data(record, "CommandLine"));
  process["parent"] = {{"entity_id", small_letters(data(record, "ParentProcessGuid"))},
                       {"pid", std::stoll(data(record, "ParentProcessId"))},
                       {"executable", data(record, "ParentImage")},
                       {"name", last_part(data(record, "ParentImage"))},
                       {"command_line", data(record, "ParentCommandLine")},
                       {"args", words(data(record, "ParentCommandLine"))}};
  return out;
}

Document auditbeat_exec(const std::string& time, const std::string& host, std::int64_t pid,
                        std::int64_t parent_pid, const std::string& executable,
                        const std::vector<std::string>& args, std::uint64_t sequence) {
  Document out = {{"@timestamp", time}};
  out["auditd"] = {{"message_type", "syscall"},
                   {"sequence", sequence},
                   {"result", "success"},
                   {"data", {{"syscall", "execve"}}}};
  out["event"] = {{"module", "auditd"},   {"category", {"process"}}, {"type", {"start"}},
                  {"action", "executed"}, {"outcome", "success"},    {"kind", "event"}};
  out["host"] = {{"name", host}};
  out["process"] = {{"pid", pid},
                    {"executable", executable},
                    {"name", last_part(executable)},
                    {"args", args},
                    {"parent", {{"pid", parent_pid}}}};
  return out;
}

std::string as_lines(const Documents& documents) {
  std::string out;
  for (const Document& document : documents) out += document.dump() + "\n";
  return out;
}

std::string as_array(const Documents& documents, int indent) {
  return Document(documents).dump(indent) + "\n";
}

std::string as_response(const Documents& documents, int indent) {
  Documents hits;
  for (const Document& document : documents) {
    hits.push_back(hit(hits.size()));
    hits.back()["_source"] = document;
  }
  return response(hits, indent);
}

std::string as_fields_response(const Documents& documents, int indent) {
  Documents hits;
  for (const Document& document : documents) {
    Document fields = flat(document);
    for (auto& [name, value] : fields.items()) {
      if (!value.is_array()) value = Document::array({value});
    }
    hits.push_back(hit(hits.size()));
    hits.back()["fields"] = fields;
  }
  return response(hits, indent);
}

std::string as_bulk(const Documents& documents) {
  std::string out;
  for (const Document& document : documents) {
    out += Document{{"create", {{"_index", "logs-endpoint.events.process-default"}}}}.dump() + "\n";
    out += document.dump() + "\n";
  }
  return out;
}

std::string as_expected(const Documents& documents, int indent) {
  return Document{{"expected", documents}}.dump(indent) + "\n";
}

Document flat(const Document& document) {
  Document out = Document::object();
  flatten_into(document, "", out);
  return out;
}

Document half_flat(const Document& document) {
  Document out = Document::object();
  bool turn = false;
  for (const auto& [key, value] : document.items()) {
    if (value.is_object() && (turn = !turn)) {
      flatten_into(value, key, out);
    } else {
      out[key] = value;
    }
  }
  return out;
}

}  // namespace stemma::support
