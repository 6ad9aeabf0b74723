#include "parsers/azure_guest/document.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "events/paths.hpp"
#include "parsers/azure_guest/guest_event.hpp"
#include "parsers/azure_guest/script_text.hpp"

namespace stemma::azure_guest {
namespace {

bool has_kind(const Json* value, Json::Kind kind) {
  return value != nullptr && value->kind == kind;
}

bool is_status(const Json& value) {
  const Json* status = value.find_any_case("status");
  if (!has_kind(status, Json::Kind::object)) return false;
  return value.find_any_case("timestampUTC") != nullptr ||
         (status->find_any_case("status") != nullptr &&
          (status->find_any_case("operation") != nullptr ||
           status->find_any_case("formattedMessage") != nullptr));
}

void set_time(Event& event, const ParsedTime& time) {
  event.time = time.time;
  event.time_digits = time.digits;
  event.set_time(field::timestamp, time.time, time.digits);
}

// ---- settings ----

void map_parameters(const Json& settings, Event& event, MappingNotes& notes) {
  const Json* parameters = settings.find_any_case("parameters");
  if (!has_kind(parameters, Json::Kind::array)) return;
  std::size_t kept = 0;
  for (const JsonMember& entry : parameters->members) {
    const std::string_view name = entry.value.text_of("name");
    const std::string_view value = entry.value.text_of("value");
    if (name.empty() && value.empty()) continue;
    if (kept++ == kMaxParameters) {
      notes.too_much = true;
      return;
    }
    // A parameter without a name is an argument.
    event.add(field::run_parameters,
              name.empty() ? std::string(value) : std::string(name) + '=' + std::string(value));
  }
}

void map_script(const Json& settings, Event& event) {
  const Json* source = settings.find_any_case("source");
  for (const Json* holder : {source, &settings}) {
    if (holder == nullptr) continue;
    if (const Json* script = holder->find_any_case("script"))
      set_text(event, field::run_script, script_of(*script));
    set_text(event, field::run_script_uri, holder->text_of("scriptUri"));
    set_text(event, field::run_command_id, holder->text_of("commandId"));
  }
  set_text(event, field::run_command, settings.text_of("commandToExecute"));
  const Json* files = settings.find_any_case("fileUris");
  if (has_kind(files, Json::Kind::array) && event.lacks(field::run_script_uri)) {
    std::string uris;
    for (const JsonMember& file : files->members) {
      if (file.value.kind == Json::Kind::text) uris += (uris.empty() ? "" : " ") + file.value.text;
    }
    set_text(event, field::run_script_uri, uris);
  }
}

// An object, or JSON text of one.
std::optional<Json> object_of(const Json* value) {
  if (value == nullptr) return std::nullopt;
  if (value->kind == Json::Kind::object) return *value;
  if (value->kind != Json::Kind::text) return std::nullopt;
  JsonDocument inner = read_json(value->text);
  if (inner.root.kind != Json::Kind::object) return std::nullopt;
  return std::move(inner.root);
}

// `{"publicSettings":…,"protectedSettings":…}`
void map_settings(const Json& settings, Event& event, MappingNotes& notes) {
  const Json* hidden = settings.find_any_case("protectedSettings");
  const bool is_protected = (has_kind(hidden, Json::Kind::text) && !hidden->text.empty()) ||
                            (has_kind(hidden, Json::Kind::object) && !hidden->members.empty());
  event.set_boolean(field::run_protected, is_protected);
  for (const char* name : {"publicSettings", "protectedSettings"}) {
    const Json* own = settings.find_any_case(name);
    const auto readable = object_of(own);
    if (!readable) continue;
    // An object that is cut is noted with the document.
    if (own->kind == Json::Kind::text && readable->cut) notes.message_cut = true;
    map_script(*readable, event);
    map_parameters(*readable, event, notes);
    set_text(event, field::run_user, readable->text_of("runAsUser"));
  }
}

// ---- status ----

// `[stdout]` and `[stderr]` of a message of Linux handlers of the first generation.
void map_streams(std::string_view message, Event& event) {
  constexpr std::string_view kOut = "[stdout]\n";
  constexpr std::string_view kErr = "[stderr]\n";
  const std::size_t out = message.find(kOut);
  if (out == std::string_view::npos) return;
  const std::string_view rest = message.substr(out + kOut.size());
  const std::size_t err = rest.rfind(kErr);
  std::string_view text = rest.substr(0, err);
  // A line end stands between the text and the next head.
  if (err != std::string_view::npos && !text.empty() && text.back() == '\n') text.remove_suffix(1);
  set_text(event, field::run_stdout, text);
  if (err != std::string_view::npos)
    set_text(event, field::run_stderr, rest.substr(err + kErr.size()));
}

void map_substatus(const Json& status, Event& event) {
  const Json* parts = status.find_any_case("substatus");
  if (!has_kind(parts, Json::Kind::array)) return;
  for (const JsonMember& part : parts->members) {
    const Json* formatted = part.value.find_any_case("formattedMessage");
    if (formatted == nullptr) continue;
    const std::string code = ascii_lower(part.value.text_of("code"));
    const std::string name = ascii_lower(part.value.text_of("name"));
    const bool out = code.rfind("componentstatus/stdout/", 0) == 0 || name == "stdout";
    const bool err = code.rfind("componentstatus/stderr/", 0) == 0 || name == "stderr";
    if (out) set_text(event, field::run_stdout, formatted->text_of("message"));
    if (err) set_text(event, field::run_stderr, formatted->text_of("message"));
  }
}

void set_date(Event& event, FieldId field, std::string_view text) {
  if (const auto time = parse_time(text)) event.set_time(field, time->time, time->digits);
}

// The instance view that handlers of the second generation put into the message as JSON text.
// False where the message is none.
bool map_instance_view(std::string_view message, Event& event, MappingNotes& notes) {
  const std::size_t begin = message.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || message[begin] != '{') return false;
  const JsonDocument view = read_json(message);
  const std::string_view state = view.root.text_of("executionState");
  if (state.empty()) return false;
  notes.message_cut = view.root.cut;
  set_text(event, field::run_state, state);
  // An updated handler writes these for runs of which it has no status any more; their times are
  // the update's.
  if (state == "Unknown" && view.root.text_of("output") == "Unknown") {
    event.set_lasting(field::event_action, "status_placeholder", Origin::derived);
    return true;
  }
  set_text(event, field::run_stdout, view.root.text_of("output"));
  set_text(event, field::run_stderr, view.root.text_of("error"));
  set_text(event, field::error_message,
           state == "Succeeded" || state == "Running" ? std::string_view{}
                                                      : view.root.text_of("executionMessage"));
  if (const Json* code = view.root.find("exitCode")) {
    if (const auto number = code->integer()) event.set(field::run_exit_code, *number);
  }
  set_date(event, field::run_start, view.root.text_of("startTime"));
  set_date(event, field::run_end, view.root.text_of("endTime"));
  return true;
}

void map_status(const Json& item, Event& event, MappingNotes& notes) {
  const Json* status = item.find_any_case("status");
  const auto time = parse_time(item.text_of("timestampUTC"));
  if (time) {
    set_time(event, *time);
  } else {
    notes.no_time = true;
  }
  if (!has_kind(status, Json::Kind::object)) return;
  set_text(event, field::run_operation, status->text_of("operation"));
  const Json* formatted = status->find_any_case("formattedMessage");
  const std::string_view message =
      formatted != nullptr ? formatted->text_of("message") : std::string_view{};
  set_text(event, field::message, message);
  map_substatus(*status, event);
  const std::string_view result = status->text_of("status");
  if (map_instance_view(message, event, notes)) {
    // The name of a status of the second generation is the run's.
    set_text(event, field::run_name, status->text_of("name"));
  } else {
    map_streams(message, event);
    set_text(event, field::run_state, result);
    if (const auto code = exit_status(message)) event.set(field::run_exit_code, *code);
    if (ascii_iequals(result, "error")) set_text(event, field::error_message, message);
  }
  if (const Json* code = status->find_any_case("code"); code != nullptr && code->text != "0")
    set_text(event, field::error_code, code->text);
  if (ascii_iequals(result, "success")) {
    event.set_lasting(field::event_outcome, "success", Origin::derived);
  } else if (ascii_iequals(result, "error")) {
    event.set_lasting(field::event_outcome, "failure", Origin::derived);
  }
}

// ---- goal state ----

// .NET ticks: 100 ns since 0001-01-01. FILETIME counts the same since 1601.
std::optional<Timestamp> time_from_ticks(std::int64_t ticks) {
  constexpr std::int64_t kTicksTo1601 = 504'911'232'000'000'000;
  if (ticks < kTicksTo1601) return std::nullopt;
  return time_from_filetime(static_cast<std::uint64_t>(ticks - kTicksTo1601));
}

void map_goal_state(const Json& root, const DocumentItem& item, Event& event, MappingNotes& notes) {
  set_text(event, field::run_activity_id, root.text_of("activityId"));
  set_text(event, field::azure_correlation_id, root.text_of("correlationId"));
  const Json* ticks = root.find_any_case("extensionsLastModifiedTickCount");
  const auto number = ticks != nullptr ? ticks->integer() : std::nullopt;
  if (const auto time = number ? time_from_ticks(*number) : std::nullopt) {
    set_time(event, {*time, 7});
    event.set_time(field::run_goal_created, *time, 7);
  } else {
    notes.no_time = true;
  }
  if (const Json* machine = root.find_any_case("inVMMetadata")) {
    set_text(event, field::azure_subscription_id, machine->text_of("subscriptionId"));
    set_text(event, field::azure_resource_group, machine->text_of("resourceGroupName"));
    set_text(event, field::azure_resource_name, machine->text_of("vmName"));
    set_text(event, field::cloud_instance_id, machine->text_of("vmId"));
    set_text(event, field::cloud_region, machine->text_of("location"));
    const std::string system = ascii_lower(machine->text_of("osType"));
    if (system == "linux" || system == "windows") event.set(field::host_os_type, system);
  }
  set_text(event, field::extension_name, item.extension->text_of("name"));
  set_text(event, field::extension_version, item.extension->text_of("version"));
  set_text(event, field::run_name, item.value->text_of("extensionName"));
  set_text(event, field::run_state, item.value->text_of("extensionState"));
  set_text(event, field::run_state, item.extension->text_of("state"));
  for (const auto& [holder, name] :
       {std::pair(item.value, "seqNo"), std::pair(item.extension, "settingsSeqNo")}) {
    const Json* sequence = holder->find_any_case(name);
    const auto value = sequence != nullptr ? sequence->integer() : std::nullopt;
    if (!value || *value < 0) continue;
    event.set(field::run_sequence, *value);
    break;
  }
  if (item.value != item.extension) map_settings(*item.value, event, notes);
}

std::string_view provider_of(const Place& place) {
  const std::string name = ascii_lower(place.extension);
  const bool windows = place.system == PlaceSystem::windows;
  if (name.find("runcommandhandler") != std::string::npos)
    return windows ? "RunCommandHandlerWindows" : "run-command-handler";
  if (name.find("runcommand") != std::string::npos)
    return windows ? "RunCommandExtension" : "run-command-extension";
  if (name.find("customscript") != std::string::npos)
    return windows ? "CustomScriptHandler" : "custom-script-extension";
  return {};
}

}  // namespace

DocumentKind kind_of(const Json& root) {
  if (root.kind == Json::Kind::array)
    return !root.members.empty() && is_status(root.members.front().value) ? DocumentKind::status
                                                                          : DocumentKind::none;
  if (has_kind(root.find_any_case("runtimeSettings"), Json::Kind::array))
    return DocumentKind::settings;
  if (root.find("vmSettingsSchemaVersion") != nullptr ||
      root.find("extensionGoalStates") != nullptr)
    return DocumentKind::goal_state;
  return is_status(root) ? DocumentKind::status : DocumentKind::none;
}

std::vector<DocumentItem> items_of(DocumentKind kind, const Json& root) {
  std::vector<DocumentItem> items;
  const auto add = [&](const Json& value, const Json* extension = nullptr) {
    if (items.size() < kMaxItems) items.push_back({&value, extension});
  };
  switch (kind) {
    case DocumentKind::none:
      break;
    case DocumentKind::status:
      if (root.kind == Json::Kind::object) add(root);
      if (root.kind != Json::Kind::array) break;
      for (const JsonMember& entry : root.members) {
        if (is_status(entry.value)) add(entry.value);
      }
      break;
    case DocumentKind::settings:
      for (const JsonMember& entry : root.find_any_case("runtimeSettings")->members) {
        if (const Json* settings = entry.value.find_any_case("handlerSettings");
            has_kind(settings, Json::Kind::object))
          add(*settings);
      }
      break;
    case DocumentKind::goal_state: {
      const Json* extensions = root.find("extensionGoalStates");
      if (!has_kind(extensions, Json::Kind::array)) break;
      for (const JsonMember& extension : extensions->members) {
        if (extension.value.kind != Json::Kind::object) continue;
        const Json* settings = extension.value.find_any_case("settings");
        if (!has_kind(settings, Json::Kind::array) || settings->members.empty()) {
          add(extension.value, &extension.value);
          continue;
        }
        for (const JsonMember& entry : settings->members) add(entry.value, &extension.value);
      }
      break;
    }
  }
  // A goal state without extensions was ordered, too.
  if (items.empty() && kind == DocumentKind::goal_state && !root.cut) add(root, &root);
  return items;
}

MappingNotes map_item(DocumentKind kind, const Json& root, const DocumentItem& item,
                      const Place& place, Event& event) {
  MappingNotes notes;
  std::string_view action;
  switch (kind) {
    case DocumentKind::none:
      break;
    case DocumentKind::settings:
      action = "settings";
      map_settings(*item.value, event, notes);
      break;
    case DocumentKind::status:
      action = "status";
      map_status(*item.value, event, notes);
      break;
    case DocumentKind::goal_state:
      action = "goal_state_settings";
      map_goal_state(root, item, event, notes);
      break;
  }
  if (event.lacks(field::event_action))
    event.set_lasting(field::event_action, action, Origin::derived);
  if (kind == DocumentKind::goal_state) {
    event.set_lasting(field::event_provider, "waagent", Origin::derived);
    return notes;
  }
  set_text(event, field::event_provider, provider_of(place), Origin::derived);
  set_text(event, field::extension_name, place.extension, Origin::derived);
  set_text(event, field::extension_version, place.version, Origin::derived);
  set_text(event, field::run_name, place.run_name, Origin::derived);
  if (place.sequence && event.lacks(field::run_sequence))
    event.set(field::run_sequence, static_cast<std::int64_t>(*place.sequence), Origin::derived);
  return notes;
}

}  // namespace stemma::azure_guest
