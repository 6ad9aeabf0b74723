// PowerShell's events into ECS: the classic channel (400, 403, 600, 800), whose facts are
// `Key=value` lines inside one string, and the Operational channel (4103-4106). The tables of keys
// are below.
//
// process.entity_id is the host id of a runspace, a GUID that must never be joined with Sysmon's
// process GUIDs.
#include <algorithm>
#include <array>
#include <iterator>

#include "events/paths.hpp"
#include "parsers/winlog/family.hpp"

namespace stemma::winlog {
namespace {

// The task's name in PowerShell's own manifest is the action, as Winlogbeat writes it on a Windows
// host.
constexpr EventClass kEvents[] = {
    {400, "process", "start", "Engine Lifecycle"},
    {403, "process", "end", "Engine Lifecycle"},
    {600, "process", "info", "Provider Lifecycle"},
    {800, "process", "info", "Pipeline Execution Details"},
    {4103, "process", "info", "Executing Pipeline"},
    {4104, "process", "info", "Execute a Remote Command"},
    {4105, "process", "start", "Starting Command"},
    {4106, "process", "end", "Stopping Command"},
};

enum class As : std::uint8_t { text, number, command_line, user, connected_user, file_path };

struct KeyRule {
  std::string_view key;  // without blanks: 4103 writes `Host Name`, the classic channel `HostName`
  As as;
  FieldId field;
};

constexpr KeyRule kKeys[] = {
    {"CommandLine", As::text, field::powershell_command_value},
    {"CommandName", As::text, field::powershell_command_name},
    {"CommandPath", As::text, field::powershell_command_path},
    {"CommandType", As::text, field::powershell_command_type},
    {"ConnectedUser", As::connected_user, field::powershell_connected_user_name},
    {"DetailSequence", As::number, field::powershell_sequence},
    {"DetailTotal", As::number, field::powershell_total},
    {"EngineVersion", As::text, field::powershell_engine_version},
    {"HostApplication", As::command_line, field::process_command_line},
    {"HostID", As::text, field::process_entity_id},
    {"HostId", As::text, field::process_entity_id},
    {"HostName", As::text, field::process_title},
    {"HostVersion", As::text, field::powershell_process_executable_version},
    {"MessageNumber", As::number, field::powershell_sequence},
    {"MessageTotal", As::number, field::powershell_total},
    {"NewEngineState", As::text, field::powershell_engine_new_state},
    {"NewProviderState", As::text, field::powershell_provider_new_state},
    {"Path", As::file_path, field::file_path},
    {"PipelineID", As::text, field::powershell_pipeline_id},
    {"PipelineId", As::text, field::powershell_pipeline_id},
    {"PreviousEngineState", As::text, field::powershell_engine_previous_state},
    {"ProviderName", As::text, field::powershell_provider_name},
    {"RunspaceID", As::text, field::powershell_runspace_id},
    {"RunspaceId", As::text, field::powershell_runspace_id},
    {"ScriptBlockId", As::text, field::powershell_file_script_block_id},
    {"ScriptBlockText", As::text, field::powershell_file_script_block_text},
    {"ScriptName", As::file_path, field::file_path},
    {"SequenceNumber", As::number, field::event_sequence},
    {"Severity", As::text, FieldId{}},
    {"ShellID", As::text, field::powershell_id},
    {"User", As::user, field::user_name},
    {"UserId", As::user, field::user_name},
};

/// Cap on lines of one details text; bounds the values of one event. The longest real Payload has
/// some hundreds.
constexpr std::size_t kMaxDetailLines = 10'000;

const KeyRule* find_key(std::string_view key) {
  char joined[32];
  std::size_t size = 0;
  for (const char c : key) {
    if (c == ' ' || c == '\t') continue;
    if (size == sizeof joined) return nullptr;
    joined[size++] = c;
  }
  const std::string_view wanted(joined, size);
  const auto* found = std::find_if(std::begin(kKeys), std::end(kKeys),
                                   [wanted](const KeyRule& rule) { return rule.key == wanted; });
  return found == std::end(kKeys) ? nullptr : found;
}

std::string_view trim(std::string_view text, std::string_view blanks = " \t\r\n") {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

void write(const KeyRule& rule, std::string_view value, EcsWriter& out) {
  switch (rule.as) {
    case As::text:
      return out.text(rule.field, value);
    case As::number:
      return out.number(rule.field, value);
    case As::command_line:
      return out.command_line(kProcess, value);
    case As::user:
      return out.account(field::user_domain, field::user_name, value);
    case As::connected_user:
      return out.account(field::powershell_connected_user_domain,
                         field::powershell_connected_user_name, value);
    case As::file_path:
      return out.file_path(value);
  }
}

// `Key=value` lines. A line whose key is not known belongs to the value before it: HostApplication
// may hold a whole script.
// `blanks` are trimmed off values: the classic channel's keep their blanks (a command line may
// begin with some).
void write_key_lines(std::string_view text, std::string_view blanks, EcsWriter& out) {
  const KeyRule* open = nullptr;
  std::size_t value_begin = 0;
  std::size_t value_end = 0;
  const auto close = [&]() {
    if (open != nullptr)
      write(*open, trim(text.substr(value_begin, value_end - value_begin), blanks), out);
    open = nullptr;
  };
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view line = text.substr(at, end - at);
    const std::size_t equals = line.find('=');
    const KeyRule* rule =
        equals == std::string_view::npos ? nullptr : find_key(trim(line.substr(0, equals)));
    if (rule != nullptr) {
      close();
      open = rule;
      value_begin = at + equals + 1;
    }
    value_end = end;
    at = end + 1;
  }
  close();
}

// Lines such as `ParameterBinding(Get-Item): name="Path"; value="C:\"`, each also in its parts.
void write_details(std::string_view details, Event& to) {
  constexpr std::string_view kEnd = "):";
  for (std::size_t lines = 0; !details.empty() && lines < kMaxDetailLines; ++lines) {
    const std::size_t newline = details.find('\n');
    std::string_view line = details.substr(0, newline);
    details = newline == std::string_view::npos ? std::string_view{} : details.substr(newline + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (trim(line).empty()) continue;
    to.add_view(field::powershell_command_invocation_details, line);
    const std::size_t open = line.find('(');
    const std::size_t close = line.rfind(kEnd);
    if (open == std::string_view::npos || open == 0 || close == std::string_view::npos ||
        close <= open + 1 || line.substr(0, open).find(':') != std::string_view::npos) {
      to.add_view(field::powershell_invocation_value, line, Origin::derived);
      continue;
    }
    const std::string_view type = line.substr(0, open);
    std::string_view value = trim(line.substr(close + kEnd.size()));
    to.add_view(field::powershell_invocation_type, type, Origin::derived);
    to.add_view(field::powershell_invocation_related_command,
                line.substr(open + 1, close - open - 1), Origin::derived);
    constexpr std::string_view kName = "name=";
    constexpr std::string_view kValue = "value=";
    const std::size_t semicolon = value.rfind(std::string("; ").append(kValue));
    if (type == "ParameterBinding" && value.substr(0, kName.size()) == kName &&
        semicolon != std::string_view::npos) {
      to.add_view(field::powershell_invocation_name,
                  value.substr(kName.size(), semicolon - kName.size()), Origin::derived);
      value = value.substr(semicolon + 2 + kValue.size());
    }
    if (!value.empty()) to.add_view(field::powershell_invocation_value, value, Origin::derived);
  }
}

const EventClass* find_event(std::uint32_t id) {
  const auto* found = std::find_if(std::begin(kEvents), std::end(kEvents),
                                   [id](const EventClass& entry) { return entry.id == id; });
  return found == std::end(kEvents) ? nullptr : found;
}

// The fields that write() may set.
bool wants_any_of(const KeyRule& rule, const Projection& wanted) {
  switch (rule.as) {
    case As::text:
    case As::number:
      return wants_any(wanted, {rule.field});
    case As::command_line:
      return wants_command_line(wanted, kProcess);
    case As::user:
      return wants_any(wanted, {field::user_domain, field::user_name, field::related_user});
    case As::connected_user:
      return wants_any(wanted, {field::powershell_connected_user_domain,
                                field::powershell_connected_user_name, field::related_user});
    case As::file_path:
      return wants_file_path(wanted);
  }
  return true;
}

bool wants_any_key(const Projection& wanted) {
  return std::any_of(std::begin(kKeys), std::end(kKeys),
                     [&wanted](const KeyRule& rule) { return wants_any_of(rule, wanted); });
}

bool wants_details(const Projection& wanted) {
  return wants_any(wanted,
                   {field::powershell_command_invocation_details, field::powershell_invocation_type,
                    field::powershell_invocation_related_command, field::powershell_invocation_name,
                    field::powershell_invocation_value});
}

// The details and the keys of 4103, whose other values are rows.
constexpr std::string_view kNames[] = {"ContextInfo", "Payload", "param1", "param2", "param3"};
struct At {
  enum : std::uint8_t { ContextInfo, Payload, Param1, Param2, Param3 };
};

constexpr std::uint32_t kFirstOperational = 1000;  // below are the classic channel's ids

ItemUse use(std::uint32_t id, std::string_view name, const Projection& wanted) {
  if (find_event(id) == nullptr) return {};
  const std::uint8_t place = place_in(kNames, name);
  if (id < kFirstOperational) {
    // The strings have no names, or those that shippers give them.
    if (!name.empty() && (place == kNone || place < At::Param1)) return {};
    if (!wants_any_key(wanted) && (id != 800 || !wants_details(wanted))) return {};
    return {kNone, name.empty() ? std::uint8_t{kUnnamed} : place};
  }
  if (place == At::ContextInfo)
    return id == 4103 && wants_any_key(wanted) ? ItemUse{kNone, place} : ItemUse{};
  if (place == At::Payload)
    return id == 4103 && wants_details(wanted) ? ItemUse{kNone, place} : ItemUse{};
  const KeyRule* rule = find_key(name);
  if (rule == nullptr || !wants_any_of(*rule, wanted)) return {};
  return {static_cast<std::uint8_t>(rule - kKeys), kNone};
}

void item(std::uint8_t row, std::uint32_t, std::string_view value, EcsWriter& out) {
  write(kKeys[row], value, out);
}

void constants(const WinEvent& from, Event& to) {
  if (const EventClass* event_class = find_event(from.event_id.value_or(0)))
    set_class(*event_class, to);
}

// The event id, where it is one of the table's.
std::uint32_t memo(std::uint32_t id) {
  return find_event(id) != nullptr ? id : 0;
}

// The nth unnamed Data, from 1: the classic channel's insertion strings.
std::string_view string_at(const WinEvent& from, const LookedUp& data, std::uint8_t wanted) {
  std::size_t count = 0;
  for (const WinDataItem& item : from.event_data) {
    if (item.name.empty() && ++count == wanted) return item.value;
  }
  return data[static_cast<std::uint8_t>(At::Param1 + wanted - 1)];
}

void finish(const WinEvent& from, std::uint32_t id, const LookedUp& data, EcsWriter& out) {
  if (id == 0) return;
  Event& to = out.event();
  if (id < kFirstOperational) {
    // 800 holds the keys in its second string and the details in the third, the others hold the
    // keys in the third.
    write_key_lines(string_at(from, data, id == 800 ? 2 : 3), "\t\r\n", out);
    if (id == 800) write_details(string_at(from, data, 3), to);
    return;
  }
  out.text(field::user_id, from.user_id);  // here the writer is the subject: PowerShell itself
  if (id == 4103) {
    write_key_lines(data[At::ContextInfo], " \t\r\n", out);
    write_details(data[At::Payload], to);
  }
}

}  // namespace

constinit const Family kPowerShell{"powershell",
                                   "windows.powershell",
                                   SourceKind::evtx_other,
                                   false,
                                   false,
                                   constants,
                                   memo,
                                   use,
                                   item,
                                   finish};
constinit const Family kPowerShellOperational{"powershell",
                                              "windows.powershell_operational",
                                              SourceKind::evtx_other,
                                              false,
                                              false,
                                              constants,
                                              memo,
                                              use,
                                              item,
                                              finish};

}  // namespace stemma::winlog
