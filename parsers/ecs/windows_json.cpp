#include "parsers/ecs/windows_json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

#include "parsers/ecs/limits.hpp"

namespace stemma::ecs {
namespace {

namespace dom = simdjson::dom;

enum class Part : std::uint8_t {
  data,     // event data: whatever is not named here
  nothing,  // of the program that collected the event, not of the event
  provider,
  provider_guid,
  channel,
  computer,
  event_id,
  version,
  level,
  task,
  opcode,
  keywords,
  record_id,
  thread_id,
  time,
  second_time,  // where there is no better one
  message,
  activity_id,
  related_activity_id,
  event_data,
};

// Names of System's values in the writers that are known. `ProcessID` is missing: it is System's in
// some, event data in others.
constexpr std::array<std::pair<std::string_view, Part>, 59> kParts = {{
    {"SourceName", Part::provider},
    {"Provider", Part::provider},
    {"ProviderName", Part::provider},
    {"ProviderGuid", Part::provider_guid},
    {"Channel", Part::channel},
    {"Hostname", Part::computer},
    {"Computer", Part::computer},
    {"ComputerName", Part::computer},
    {"MachineName", Part::computer},
    {"EventID", Part::event_id},
    {"Version", Part::version},
    {"Level", Part::level},
    {"EventLevel", Part::level},
    {"LevelValue", Part::level},
    {"Task", Part::task},
    {"OpcodeValue", Part::opcode},
    {"Opcode", Part::opcode},
    {"Keywords", Part::keywords},
    {"RecordNumber", Part::record_id},
    {"EventRecordID", Part::record_id},
    {"EventRecordId", Part::record_id},
    {"ExecutionThreadID", Part::thread_id},
    {"TimeCreated", Part::time},
    {"SystemTime", Part::time},
    {"@timestamp", Part::second_time},
    {"EventTime", Part::second_time},
    {"TimeGenerated", Part::second_time},
    {"Message", Part::message},
    {"ActivityID", Part::activity_id},
    {"RelatedActivityID", Part::related_activity_id},
    {"EventData", Part::event_data},
    {"@version", Part::nothing},
    {"tags", Part::nothing},
    {"host", Part::nothing},
    {"port", Part::nothing},
    {"type", Part::nothing},
    {"EventReceivedTime", Part::nothing},
    {"SourceModuleName", Part::nothing},
    {"SourceModuleType", Part::nothing},
    {"Severity", Part::nothing},
    {"SeverityValue", Part::nothing},
    {"EventLevelName", Part::nothing},
    {"EventOriginId", Part::nothing},
    {"ManagementGroupName", Part::nothing},
    {"TenantId", Part::nothing},
    {"SourceSystem", Part::nothing},
    {"Type", Part::nothing},
    {"_ResourceId", Part::nothing},
    {"ExecutionProcessID", Part::nothing},
    {"SystemUserId", Part::nothing},
    {"SystemProcessId", Part::nothing},
    {"SystemThreadId", Part::nothing},
    {"Correlation", Part::nothing},
    {"RawEventData", Part::nothing},
    {"EventTypeName", Part::nothing},
    {"Category", Part::nothing},
    {"OpcodeName", Part::nothing},
    {"TimeCollected", Part::nothing},
    {"AzureDeploymentID", Part::nothing},
}};

Part part_of(std::string_view name) {
  const auto found =
      std::find_if(kParts.begin(), kParts.end(), [&](const auto& p) { return p.first == name; });
  return found == kParts.end() ? Part::data : found->second;
}

std::optional<std::uint32_t> number32(std::string_view text) {
  const auto number = parse_unsigned(text);
  if (!number || *number > 0xFFFF'FFFFu) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

void read_time(std::string_view text, WinEvent& to) {
  to.time_created_text = text;
  to.time_created = parse_time(text);
}

void add_data(const dom::object& data, TextArena& arena, WinEvent& to) {
  for (const auto& [name, value] : data) {
    if (value.is_array()) {
      for (const dom::element item : dom::array(value))
        to.event_data.push_back({name, scalar_text(item, arena)});
      continue;
    }
    const std::string_view text = scalar_text(value, arena);
    if (!text.empty()) to.event_data.push_back({name, text});
  }
}

std::optional<std::uint32_t> fact32(const Facts& facts, Fact fact) {
  const auto number = facts.number(fact);
  if (!number || *number > 0xFFFF'FFFFu) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

}  // namespace

std::string_view scalar_text(const dom::element& element, TextArena& arena) {
  std::array<char, 32> digits;
  const auto written = [&](auto number) {
    char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return arena.copy({digits.data(), static_cast<std::size_t>(end - digits.data())});
  };
  switch (element.type()) {
    case dom::element_type::STRING:
      return element.get_string().value_unsafe();
    case dom::element_type::INT64:
      return written(element.get_int64().value_unsafe());
    case dom::element_type::UINT64:
      return written(element.get_uint64().value_unsafe());
    case dom::element_type::DOUBLE:
      return written(element.get_double().value_unsafe());
    case dom::element_type::BOOL:
      return element.get_bool().value_unsafe() ? "true" : "false";
    default:
      return {};
  }
}

bool is_flat_windows_event(const dom::object& object) {
  bool id = false, channel = false, ecs = false;
  for (const auto& field : object) {
    const std::string_view key = field.key;
    id = id || key == "EventID";
    channel = channel || key == "Channel";
    ecs = ecs || key == "winlog" || key == "ecs" || key.starts_with("winlog.") ||
          key.starts_with("ecs.") || key.starts_with("event.");
  }
  return id && channel && !ecs;
}

void read_flat_windows_event(const dom::object& object, TextArena& arena, dom::parser& data_parser,
                             WinEvent& to) {
  to.clear();
  std::string_view second_time;
  for (const auto& [name, value] : object) {
    const Part part = part_of(name);
    if (part == Part::nothing) continue;
    if (part == Part::event_data) {
      std::string_view text;
      dom::object data;
      if (value.get_object().get(data) == simdjson::SUCCESS) {
        add_data(data, arena, to);
      } else if (value.get_string().get(text) == simdjson::SUCCESS && text.starts_with('{') &&
                 text.size() <= kMaxDocument &&
                 data_parser.parse(text.data(), text.size()).get_object().get(data) ==
                     simdjson::SUCCESS) {
        add_data(data, arena, to);
      }
      continue;
    }
    const std::string_view text = scalar_text(value, arena);
    if (text.empty()) continue;
    switch (part) {
      case Part::provider:
        to.provider_name = text;
        break;
      case Part::provider_guid:
        to.provider_guid = text;
        break;
      case Part::channel:
        to.channel = text;
        break;
      case Part::computer:
        to.computer = text;
        break;
      case Part::event_id:
        to.event_id = number32(text);
        break;
      case Part::version:
        to.version = number32(text);
        break;
      case Part::level:
        to.level = number32(text);
        break;
      case Part::task:
        to.task = number32(text);
        break;
      case Part::opcode:
        to.opcode = number32(text);
        break;
      case Part::keywords:
        to.keywords = parse_unsigned(text);
        break;
      case Part::record_id:
        to.record_id = parse_unsigned(text);
        break;
      case Part::thread_id:
        to.thread_id = number32(text);
        break;
      case Part::time:
        read_time(text, to);
        break;
      case Part::second_time:
        if (second_time.empty()) second_time = text;
        break;
      case Part::message:
        to.rendered_message = text;
        break;
      case Part::activity_id:
        to.activity_id = text;
        break;
      case Part::related_activity_id:
        to.related_activity_id = text;
        break;
      default:
        to.event_data.push_back({name, text});
        break;
    }
  }
  if (!to.time_created && !second_time.empty()) read_time(second_time, to);
}

void read_system(const Facts& facts, WinEvent& to) {
  to.provider_name = facts.text(Fact::winlog_provider_name);
  if (to.provider_name.empty()) to.provider_name = facts.text(Fact::event_provider);
  to.provider_guid = facts.text(Fact::winlog_provider_guid);
  to.channel = facts.text(Fact::winlog_channel);
  to.computer = facts.text(Fact::winlog_computer_name);
  if (to.computer.empty()) to.computer = host_of(facts);
  to.event_id = fact32(facts, Fact::winlog_event_id);
  if (!to.event_id) to.event_id = fact32(facts, Fact::event_code);
  to.version = fact32(facts, Fact::winlog_version);
  to.level = fact32(facts, Fact::winlog_level);
  to.task = fact32(facts, Fact::winlog_task);
  to.opcode = fact32(facts, Fact::winlog_opcode);
  to.record_id = facts.number(Fact::winlog_record_id);
  to.user_data_name = facts.text(Fact::winlog_user_data_name);
  const Value& created = facts.first[static_cast<std::size_t>(Fact::winlog_time_created)];
  to.time_created = time_of(created);
  if (!to.time_created)
    to.time_created = time_of(facts.first[static_cast<std::size_t>(Fact::timestamp)]);
}

}  // namespace stemma::ecs
