#include "tests/support/evtx_events.hpp"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

namespace stemma::support {

namespace {

constexpr const char* kZeroGuid = "{00000000-0000-0000-0000-000000000000}";

/// A field list as text: names separated by blanks, with a letter for the type behind a colon. s
/// (none) string, g GUID, u UInt32, U UInt64, w UInt16, i Int32, b Boolean, x HexInt32, X HexInt64,
/// p pointer, S SID, y UInt8.
struct Field {
  std::string_view name;
  char type = 's';
};

std::vector<Field> field_list(std::string_view text) {
  std::vector<Field> out;
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    std::string_view word = text.substr(0, blank);
    text = blank == std::string_view::npos ? std::string_view{} : text.substr(blank + 1);
    Field field;
    if (const std::size_t colon = word.find(':'); colon != std::string_view::npos) {
      field.type = word[colon + 1];
      word = word.substr(0, colon);
    }
    field.name = word;
    out.push_back(field);
  }
  return out;
}

template <class Number>
Number number(std::string_view text) {
  int base = 10;
  if (text.substr(0, 2) == "0x") {
    base = 16;
    text.remove_prefix(2);
  }
  Number out = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  if (fault != std::errc{} || end != text.data() + text.size())
    throw std::invalid_argument("not a number: " + std::string(text));
  return out;
}

TypedValue typed(char type, const std::string& text) {
  switch (type) {
    case 'g':
      return value::guid(text);
    case 'u':
      return value::u32(number<std::uint32_t>(text));
    case 'U':
      return value::u64(number<std::uint64_t>(text));
    case 'w':
      return value::u16(number<std::uint16_t>(text));
    case 'y':
      return value::u8(number<std::uint8_t>(text));
    case 'i':
      return value::i32(number<std::int32_t>(text));
    case 'b':
      return value::boolean(text == "true");
    case 'x':
      return value::hex32(number<std::uint32_t>(text));
    case 'X':
      return value::hex64(number<std::uint64_t>(text));
    case 'p':
      return value::pointer(number<std::uint64_t>(text));
    case 'S':
      return value::sid(text);
    default:
      return value::text(text);
  }
}

std::string neutral(char type) {
  switch (type) {
    case 'g':
      return kZeroGuid;
    case 'b':
      return "false";
    case 'S':
      return "S-1-0-0";
    case 's':
      return "-";
    default:
      return "0";
  }
}

void fill(WinRecord& record, std::string_view list, const Fields& given) {
  const std::vector<Field> fields = field_list(list);
  for (const auto& [name, text] : given) {
    bool known = false;
    for (const Field& each : fields) known = known || each.name == name;
    if (!known) throw std::invalid_argument("the event has no field " + std::string(name));
  }
  for (const Field& each : fields) {
    const std::string* text = nullptr;
    for (const auto& [name, said] : given)
      if (name == each.name) text = &said;
    record.data.push_back(
        {std::string(each.name), typed(each.type, text == nullptr ? neutral(each.type) : *text)});
  }
}

struct SysmonSchema {
  unsigned id;
  std::uint8_t version;
  std::string_view fields;  // of the newest build
};

constexpr SysmonSchema kSysmon[] = {
    {1, 5,
     "RuleName UtcTime ProcessGuid:g ProcessId:u Image FileVersion Description Product Company "
     "OriginalFileName "
     "CommandLine CurrentDirectory User LogonGuid:g LogonId:X TerminalSessionId:u IntegrityLevel "
     "Hashes "
     "ParentProcessGuid:g ParentProcessId:u ParentImage ParentCommandLine ParentUser"},
    {2, 5,
     "RuleName UtcTime ProcessGuid:g ProcessId:u Image TargetFilename CreationUtcTime "
     "PreviousCreationUtcTime User"},
    {3, 5,
     "RuleName UtcTime ProcessGuid:g ProcessId:u Image User Protocol Initiated:b SourceIsIpv6:b "
     "SourceIp "
     "SourceHostname SourcePort:w SourcePortName DestinationIsIpv6:b DestinationIp "
     "DestinationHostname "
     "DestinationPort:w DestinationPortName"},
    {4, 3, "UtcTime State Version SchemaVersion"},
    {5, 3, "RuleName UtcTime ProcessGuid:g ProcessId:u Image User"},
    {6, 4, "RuleName UtcTime ImageLoaded Hashes Signed Signature SignatureStatus"},
    {7, 3,
     "RuleName UtcTime ProcessGuid:g ProcessId:u Image ImageLoaded FileVersion Description Product "
     "Company "
     "OriginalFileName Hashes Signed Signature SignatureStatus User"},
    {8, 2,
     "RuleName UtcTime SourceProcessGuid:g SourceProcessId:u SourceImage TargetProcessGuid:g "
     "TargetProcessId:u "
     "TargetImage NewThreadId:u StartAddress StartModule StartFunction SourceUser TargetUser"},
    {10, 3,
     "RuleName UtcTime SourceProcessGUID:g SourceProcessId:u SourceThreadId:u SourceImage "
     "TargetProcessGUID:g "
     "TargetProcessId:u TargetImage GrantedAccess:x CallTrace SourceUser TargetUser"},
    {11, 2, "RuleName UtcTime ProcessGuid:g ProcessId:u Image TargetFilename CreationUtcTime User"},
    {12, 2, "RuleName EventType UtcTime ProcessGuid:g ProcessId:u Image TargetObject User"},
    {13, 2, "RuleName EventType UtcTime ProcessGuid:g ProcessId:u Image TargetObject Details User"},
    {15, 2,
     "RuleName UtcTime ProcessGuid:g ProcessId:u Image TargetFilename CreationUtcTime Hash "
     "Contents "
     "User"},
    {16, 3, "UtcTime Configuration ConfigurationFileHash"},
    {17, 1, "RuleName EventType UtcTime ProcessGuid:g ProcessId:u PipeName Image User"},
    {18, 1, "RuleName EventType UtcTime ProcessGuid:g ProcessId:u PipeName Image User"},
    {22, 5,
     "RuleName UtcTime ProcessGuid:g ProcessId:u QueryName QueryStatus QueryResults Image User"},
    {23, 5,
     "RuleName UtcTime ProcessGuid:g ProcessId:u User Image TargetFilename Hashes IsExecutable "
     "Archived"},
    {24, 5,
     "RuleName UtcTime ProcessGuid:g ProcessId:u Image Session:u ClientInfo Hashes Archived User"},
    {25, 5, "RuleName UtcTime ProcessGuid:g ProcessId:u Image Type User"},
    {26, 5,
     "RuleName UtcTime ProcessGuid:g ProcessId:u User Image TargetFilename Hashes IsExecutable"},
    {255, 3, "UtcTime ID Description"},
};

struct SecuritySchema {
  unsigned id;
  std::uint8_t version;
  std::uint16_t task;
  std::string_view fields;
};

constexpr SecuritySchema kSecurity[] = {
    {4634, 0, 12'545,
     "TargetUserSid:S TargetUserName TargetDomainName TargetLogonId:X LogonType:u"},
    {4656, 1, 12'800,
     "SubjectUserSid:S SubjectUserName SubjectDomainName SubjectLogonId:X ObjectServer ObjectType "
     "ObjectName HandleId:p TransactionId:g AccessList AccessReason AccessMask:x PrivilegeList "
     "RestrictedSidCount:u ProcessId:p ProcessName ResourceAttributes"},
    {4658, 0, 12'800,
     "SubjectUserSid:S SubjectUserName SubjectDomainName SubjectLogonId:X ObjectServer HandleId:p "
     "ProcessId:p ProcessName"},
    {4663, 1, 12'800,
     "SubjectUserSid:S SubjectUserName SubjectDomainName SubjectLogonId:X ObjectServer ObjectType "
     "ObjectName HandleId:p AccessList AccessMask:x ProcessId:p ProcessName ResourceAttributes"},
    {4672, 0, 12'548,
     "SubjectUserSid:S SubjectUserName SubjectDomainName SubjectLogonId:X PrivilegeList"},
    {4703, 0, 13'317,
     "SubjectUserSid:S SubjectUserName SubjectDomainName SubjectLogonId:X TargetUserSid:S "
     "TargetUserName TargetDomainName TargetLogonId:X ProcessName ProcessId:p EnabledPrivilegeList "
     "DisabledPrivilegeList"},
    {5156, 1, 12'810,
     "ProcessID:U Application Direction SourceAddress SourcePort DestAddress DestPort Protocol:u "
     "FilterRTID:U LayerName LayerRTID:U RemoteUserID:S RemoteMachineID:S"},
    {5158, 0, 12'810,
     "ProcessId:U Application SourceAddress SourcePort Protocol:u FilterRTID:U LayerName "
     "LayerRTID:U"},
};

/// Whether a field of event `id` was there in that build.
bool in_build(unsigned id, std::string_view name, SysmonBuild build) {
  if (build == SysmonBuild::newest) return true;
  if (name == "ParentUser" || name == "SourceUser" || name == "TargetUser") return false;
  if (name == "User" && (id == 2 || id == 5 || id == 7 || (id >= 11 && id <= 25 && id != 23)))
    return false;
  if (build == SysmonBuild::no_parent_user) return true;
  if (name == "OriginalFileName") return false;
  if (build == SysmonBuild::no_original_name) return true;
  return name != "RuleName" && name != "FileVersion" && name != "Description" &&
         name != "Product" && name != "Company";
}

WinRecord security_record(std::string computer, Timestamp time, std::uint16_t id,
                          std::uint8_t version, std::uint16_t task) {
  WinRecord out;
  out.provider = "Microsoft-Windows-Security-Auditing";
  out.provider_guid = "{54849625-5478-4994-A5BA-3E3B0328C30D}";
  out.channel = "Security";
  out.computer = std::move(computer);
  out.event_id = id;
  out.version = version;
  out.level = 0;
  out.task = task;
  out.keywords = 0x8020000000000000;
  out.time = time;
  out.process_id = 4;
  out.thread_id = 5012;
  return out;
}

WinRecord service_control_manager(std::string computer, Timestamp time, std::uint16_t id) {
  WinRecord out;
  out.provider = "Service Control Manager";
  out.provider_guid = "{555908d1-a6d7-4695-8e1e-26931d2012f4}";
  out.event_source = "Service Control Manager";
  out.channel = "System";
  out.computer = std::move(computer);
  out.event_id = id;
  out.qualifiers = 16'384;
  out.keywords = 0x8080000000000000;
  out.time = time;
  out.process_id = 644;
  out.thread_id = 1188;
  return out;
}

}  // namespace

WinRecord sysmon_event(unsigned id, std::string computer, Timestamp time, const Fields& fields,
                       SysmonBuild build) {
  const SysmonSchema* schema = nullptr;
  for (const SysmonSchema& each : kSysmon)
    if (each.id == id) schema = &each;
  if (schema == nullptr) throw std::invalid_argument(fmt::format("no such Sysmon event: {}", id));

  std::string list;
  for (std::string_view rest = schema->fields; !rest.empty();) {
    const std::size_t blank = rest.find(' ');
    const std::string_view word = rest.substr(0, blank);
    rest = blank == std::string_view::npos ? std::string_view{} : rest.substr(blank + 1);
    if (!in_build(id, word.substr(0, word.find(':')), build)) continue;
    if (!list.empty()) list += ' ';
    list += word;
  }
  Fields all = fields;
  bool said = false;
  for (const auto& [name, text] : fields) said = said || name == "UtcTime";
  if (!said) {
    std::string utc = format_time(time, 3);  // as Sysmon writes it: a blank, no zone
    utc[10] = ' ';
    utc.pop_back();
    all.emplace_back("UtcTime", utc);
  }

  WinRecord out;
  out.provider = "Microsoft-Windows-Sysmon";
  out.provider_guid = "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}";
  out.channel = "Microsoft-Windows-Sysmon/Operational";
  out.computer = std::move(computer);
  out.event_id = static_cast<std::uint16_t>(id);
  out.version = schema->version;
  out.level = id == 255 ? 2 : 4;
  out.task = static_cast<std::uint16_t>(id);
  out.time = time;
  out.process_id = 2376;
  out.thread_id = 3320;
  out.user_sid = "S-1-5-18";
  fill(out, list, all);
  return out;
}

WinRecord security_4688(std::string computer, Timestamp time, const Fields& fields,
                        Layout4688 layout) {
  const bool v1 = layout == Layout4688::v1;
  std::string list =
      "SubjectUserSid:S SubjectUserName SubjectDomainName SubjectLogonId:X NewProcessId:p "
      "NewProcessName "
      "TokenElevationType ProcessId:p CommandLine";
  if (!v1) list += " TargetUserSid:S TargetUserName TargetDomainName TargetLogonId:X";
  if (layout == Layout4688::v2) list += " ParentProcessName MandatoryLabel:S";
  WinRecord out = security_record(std::move(computer), time, 4688, v1 ? 1 : 2, 13'312);
  fill(out, list, fields);
  return out;
}

WinRecord security_4689(std::string computer, Timestamp time, const Fields& fields) {
  WinRecord out = security_record(std::move(computer), time, 4689, 0, 13'313);
  fill(out,
       "SubjectUserSid:S SubjectUserName SubjectDomainName SubjectLogonId:X Status:x ProcessId:p "
       "ProcessName",
       fields);
  return out;
}

WinRecord security_4624(std::string computer, Timestamp time, const Fields& fields) {
  WinRecord out = security_record(std::move(computer), time, 4624, 2, 12'544);
  fill(out,
       "SubjectUserSid:S SubjectUserName SubjectDomainName SubjectLogonId:X TargetUserSid:S "
       "TargetUserName "
       "TargetDomainName TargetLogonId:X LogonType:u LogonProcessName AuthenticationPackageName "
       "WorkstationName "
       "LogonGuid:g TransmittedServices LmPackageName KeyLength:u ProcessId:p ProcessName "
       "IpAddress IpPort "
       "ImpersonationLevel RestrictedAdminMode TargetOutboundUserName TargetOutboundDomainName "
       "VirtualAccount "
       "TargetLinkedLogonId:X ElevatedToken",
       fields);
  out.process_id = 652;
  return out;
}

WinRecord security_event(unsigned id, std::string computer, Timestamp time, const Fields& fields) {
  for (const SecuritySchema& each : kSecurity) {
    if (each.id != id) continue;
    WinRecord out = security_record(std::move(computer), time, static_cast<std::uint16_t>(id),
                                    each.version, each.task);
    fill(out, each.fields, fields);
    return out;
  }
  throw std::invalid_argument(fmt::format("no such Security event: {}", id));
}

WinRecord security_1102(std::string computer, Timestamp time, std::string user_sid,
                        std::string user_name, std::string domain, std::uint64_t logon_id) {
  WinRecord out;
  out.provider = "Microsoft-Windows-Eventlog";
  out.provider_guid = "{fc65ddd8-d6ef-4962-83d5-6e5cfe9ce148}";
  out.channel = "Security";
  out.computer = std::move(computer);
  out.event_id = 1102;
  out.task = 104;
  out.keywords = 0x4020000000000000;
  out.time = time;
  out.process_id = 1144;
  out.thread_id = 1824;
  Element cleared;
  cleared.name = "LogFileCleared";
  cleared.attributes.push_back(
      {"xmlns", {node::text("http://manifests.microsoft.com/win/2004/08/windows/eventlog")}});
  const auto add = [&cleared](const char* name, TypedValue said) {
    cleared.content.push_back(
        node::element(Element{name, {}, {node::value(std::move(said))}, Element::kNoDependency}));
  };
  add("SubjectUserSid", value::sid(user_sid));
  add("SubjectUserName", value::text(user_name));
  add("SubjectDomainName", value::text(domain));
  add("SubjectLogonId", value::hex64(logon_id));
  out.user_data = std::move(cleared);
  return out;
}

WinRecord powershell_4104(std::string computer, Timestamp time, std::uint32_t process_id,
                          const ScriptBlock& block) {
  WinRecord out;
  out.provider = "Microsoft-Windows-PowerShell";
  out.provider_guid = "{A0C1853B-5C40-4B15-8766-3CF1C58F985A}";
  out.channel = "Microsoft-Windows-PowerShell/Operational";
  out.computer = std::move(computer);
  out.event_id = 4104;
  out.version = 1;
  out.level = 5;
  out.task = 2;
  out.opcode = 15;
  out.keywords = 0;
  out.time = time;
  out.process_id = process_id;
  out.thread_id = process_id + 12;
  out.user_sid = "S-1-5-18";
  out.data = {{"MessageNumber", value::i32(block.number)},
              {"MessageTotal", value::i32(block.total)},
              {"ScriptBlockText", value::text(block.text)},
              {"ScriptBlockId", value::text(block.id)},
              {"Path", value::text(block.path)}};
  return out;
}

WinRecord powershell_engine(std::uint16_t id, std::string computer, Timestamp time,
                            const PowerShellEngine& engine) {
  WinRecord out;
  out.style = Style::classic;
  out.provider = "PowerShell";
  out.channel = "Windows PowerShell";
  out.computer = std::move(computer);
  out.event_id = id;
  out.qualifiers = 0;
  out.task = id == 600 ? 6 : 4;
  out.keywords = 0x0080000000000000;
  out.time = time;
  const bool stops = id == 403;
  const std::string state = id == 600 ? "Started" : stops ? "Stopped" : "Available";
  const std::string before = stops ? "Available" : "None";
  std::string list =
      id == 600
          ? fmt::format("\tProviderName={}\r\n\tNewProviderState=Started\r\n", engine.provider)
          : fmt::format("\tNewEngineState={}\r\n\tPreviousEngineState={}\r\n", state, before);
  list += fmt::format(
      "\r\n\tSequenceNumber={}\r\n\r\n\tHostName={}\r\n\tHostVersion={}\r\n\tHostId={}\r\n"
      "\tHostApplication={}\r\n\tEngineVersion={}\r\n\tRunspaceId={}\r\n\tPipelineId="
      "\r\n\tCommandName=\r\n"
      "\tCommandType=\r\n\tScriptName=\r\n\tCommandPath=\r\n\tCommandLine=",
      engine.sequence, engine.host_name, engine.version, engine.host_id, engine.host_application,
      id == 600 ? "" : engine.version, id == 600 ? "" : engine.runspace_id);
  out.classic =
      ClassicData{{id == 600 ? engine.provider : state, id == 600 ? state : before, list}, {}};
  return out;
}

WinRecord system_7045(std::string computer, Timestamp time, const Fields& fields) {
  WinRecord out = service_control_manager(std::move(computer), time, 7045);
  out.user_sid = "S-1-5-18";
  fill(out, "ServiceName ImagePath ServiceType StartType AccountName", fields);
  return out;
}

WinRecord system_7036(std::string computer, Timestamp time, std::string service,
                      std::string state) {
  WinRecord out = service_control_manager(std::move(computer), time, 7036);
  out.data = {{"param1", value::text(service)}, {"param2", value::text(state)}};
  return out;
}

WinRecord system_boot(std::string computer, Timestamp time) {
  WinRecord out;
  out.provider = "Microsoft-Windows-Kernel-General";
  out.provider_guid = "{A68CA8B7-004F-D7B6-A698-07E2DE0F1F5D}";
  out.channel = "System";
  out.computer = std::move(computer);
  out.event_id = 12;
  out.task = 1;
  out.keywords = 0x8000000000000080;
  out.time = time;
  out.process_id = 4;
  out.thread_id = 8;
  out.user_sid = "S-1-5-18";
  out.data = {{"MajorVersion", value::u32(10)},     {"MinorVersion", value::u32(0)},
              {"BuildVersion", value::u32(17'763)}, {"QfeVersion", value::u32(1007)},
              {"ServiceVersion", value::u32(0)},    {"BootMode", value::u32(0)},
              {"StartTime", value::filetime(time)}};
  return out;
}

WinRecord system_6005(std::string computer, Timestamp time) {
  WinRecord out;
  out.style = Style::classic;
  out.provider = "EventLog";
  out.channel = "System";
  out.computer = std::move(computer);
  out.event_id = 6005;
  out.qualifiers = 32'768;
  out.keywords = 0x0080000000000000;
  out.time = time;
  out.classic = ClassicData{{}, std::string("\xE8\x07\x0B\0\x01\0\x0C\0", 8)};
  return out;
}

}  // namespace stemma::support
