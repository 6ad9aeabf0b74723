#include "parsers/winlog/mapping.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <string>
#include <unordered_map>

#include "events/paths.hpp"
#include "parsers/winlog/ecs_writer.hpp"

namespace stemma {
namespace {

using winlog::EcsWriter;

/// Cap on winlog.event_data.paramN fields of one event; unnamed data beyond is only in the list.
/// Real ones have below 30.
constexpr std::size_t kMaxParams = 64;

/// Cap on names kept per mapper, so that a forged log of one new name per value does not fill
/// memory here as well.
constexpr std::size_t kMaxCachedNames = 8192;

enum class Family : std::uint8_t {
  other,
  sysmon,
  sysmon_linux,
  security,
  powershell,
  powershell_operational
};

struct FamilyNames {
  std::string_view module, dataset;
  SourceKind kind;
};
constexpr FamilyNames kFamilies[] = {
    {"", "", SourceKind::evtx_other},
    {"sysmon", "windows.sysmon_operational", SourceKind::sysmon},
    {"sysmon_linux", "sysmon_linux.log", SourceKind::sysmon_linux},
    {"security", "system.security", SourceKind::security},
    {"powershell", "windows.powershell", SourceKind::evtx_other},
    {"powershell", "windows.powershell_operational", SourceKind::evtx_other},
};

struct ProviderFamily {
  std::string_view provider;
  Family family;
};
constexpr ProviderFamily kProviders[] = {
    {"Microsoft-Windows-Sysmon", Family::sysmon},
    {"Linux-Sysmon", Family::sysmon_linux},
    {"Microsoft-Windows-Security-Auditing", Family::security},
    {"PowerShell", Family::powershell},
    {"Microsoft-Windows-PowerShell", Family::powershell_operational},
    {"PowerShellCore", Family::powershell_operational},
};

bool is_event_log_service(const WinEvent& event) {
  return ascii_iequals(event.provider_name, "Microsoft-Windows-Eventlog");
}

Family family_of(const WinEvent& event) {
  for (const ProviderFamily& entry : kProviders) {
    if (ascii_iequals(event.provider_name, entry.provider)) return entry.family;
  }
  // The event log service writes its own events (1100, 1102 …) into the Security log.
  if (event.channel == "Security" && is_event_log_service(event)) return Family::security;
  return Family::other;
}

// winmeta.xml: the levels and opcodes every provider has, and the keywords of the operating system.
// Texts as Winlogbeat has them.
std::string_view level_name(std::uint32_t level) {
  constexpr std::string_view kNames[] = {"information", "critical",    "error",
                                         "warning",     "information", "verbose"};
  return level < std::size(kNames) ? kNames[level] : std::string_view{};
}

std::string_view opcode_name(std::uint32_t opcode) {
  constexpr std::string_view kNames[] = {"Info",      "Start", "Stop",   "DCStart", "DCStop",
                                         "Extension", "Reply", "Resume", "Suspend", "Send"};
  if (opcode == 240) return "Receive";
  return opcode < std::size(kNames) ? kNames[opcode] : std::string_view{};
}

struct Keyword {
  std::uint64_t bit;
  std::string_view name;
};
constexpr Keyword kKeywords[] = {
    {0x0001'0000'0000'0000, "Response Time"},    {0x0002'0000'0000'0000, "WDI Context"},
    {0x0004'0000'0000'0000, "WDI Diag"},         {0x0008'0000'0000'0000, "SQM"},
    {0x0010'0000'0000'0000, "Audit Failure"},    {0x0020'0000'0000'0000, "Audit Success"},
    {0x0040'0000'0000'0000, "Correlation Hint"}, {0x0080'0000'0000'0000, "Classic"},
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

void set_number(Event& to, FieldId field, const std::optional<std::uint32_t>& value) {
  if (value) to.set(field, static_cast<std::int64_t>(*value));
}

void map_system_fields(const WinEvent& from, Family family, Event& to,
                       std::string_view default_host) {
  const FamilyNames& names = kFamilies[static_cast<std::size_t>(family)];
  to.source_kind = names.kind;
  to.set(field::event_kind, "event", Origin::derived);
  if (!names.module.empty()) {
    to.set(field::event_module, names.module, Origin::derived);
    to.set(field::event_dataset, names.dataset, Origin::derived);
  }
  if (from.event_id) {
    const std::string code = fmt::format_int(*from.event_id).str();
    to.set(field::event_code, code);
    to.set(field::winlog_event_id, code);
  }
  if (!from.provider_name.empty()) {
    to.set(field::event_provider, from.provider_name);
    to.set(field::winlog_provider_name, from.provider_name);
  }
  if (!from.provider_guid.empty()) to.set(field::winlog_provider_guid, from.provider_guid);
  if (!from.event_source_name.empty())
    to.set(field::winlog_event_source_name, from.event_source_name);
  if (from.level) {
    if (const std::string_view level = level_name(*from.level); !level.empty()) {
      to.set(field::log_level, level, Origin::derived);
      to.set(field::winlog_level, level);
    }
  }
  set_number(to, field::winlog_version, from.version);
  if (from.task && to.wants(field::winlog_task))
    to.set(field::winlog_task, fmt::format_int(*from.task).str());
  if (from.opcode && to.wants(field::winlog_opcode)) {
    const std::string_view opcode = opcode_name(*from.opcode);
    to.set(field::winlog_opcode,
           opcode.empty() ? std::string_view(fmt::format_int(*from.opcode).str()) : opcode);
  }
  if (from.keywords && to.wants(field::winlog_keywords)) {
    for (const Keyword& keyword : kKeywords) {
      if (*from.keywords & keyword.bit) to.add(field::winlog_keywords, keyword.name);
    }
  }
  if (from.record_id) {
    to.sequence = *from.record_id;
    if (to.wants(field::winlog_record_id))
      to.set(field::winlog_record_id, fmt::format_int(*from.record_id).str());
  }
  if (!is_absent(from.activity_id)) to.set(field::winlog_activity_id, from.activity_id);
  if (!is_absent(from.related_activity_id))
    to.set(field::winlog_related_activity_id, from.related_activity_id);
  set_number(to, field::winlog_process_pid, from.process_id);
  set_number(to, field::winlog_process_thread_id, from.thread_id);
  if (!from.channel.empty()) to.set(field::winlog_channel, from.channel);
  if (!is_absent(from.user_id)) to.set(field::winlog_user_identifier, from.user_id);
  if (!is_absent(from.computer)) {
    to.set(field::winlog_computer_name, from.computer);
    to.set(field::host_name, from.computer);
  } else if (!default_host.empty()) {
    to.set(field::host_name, default_host, Origin::derived);
  }
  to.set(field::host_os_type, family == Family::sysmon_linux ? "linux" : "windows",
         Origin::derived);
  if (from.time_created) {
    to.time = from.time_created->time;
    to.time_digits = from.time_created->digits;
    to.set_time(field::winlog_time_created, from.time_created->time, from.time_created->digits);
  }
  if (!from.rendered_message.empty()) to.set(field::message, from.rendered_message);
}

}  // namespace

struct WinlogMapper::Cache {
  std::unordered_map<std::string, FieldId, TextHash, std::equal_to<>> event_data, user_data;
  std::string scratch;

  // The field of `name` below `prefix`. Names met for the first time are interned only where the
  // pass wants every field: a pass with a list of fields can only want what it could name before.
  FieldId field_of(bool of_user_data, std::string_view name, bool intern) {
    auto& names = of_user_data ? user_data : event_data;
    if (const auto found = names.find(name); found != names.end() && (found->second || !intern))
      return found->second;
    scratch.assign(of_user_data ? "winlog.user_data." : "winlog.event_data.").append(name);
    const FieldId field = intern ? intern_field(scratch) : find_field(scratch).value_or(FieldId{});
    if (names.size() < kMaxCachedNames) names.insert_or_assign(std::string(name), field);
    return field;
  }

  void map_data(const WinEvent& from, bool drop_absent, Event& to, bool intern) {
    std::size_t unnamed = 0;
    for (const WinDataItem& item : from.event_data) {
      if (item.name.empty()) {
        ++unnamed;
        if (item.value.empty()) continue;
        to.add(field::winlog_event_data_data, item.value);
        if (unnamed <= kMaxParams) {
          std::array<char, 16> name{};
          const auto end = fmt::format_to_n(name.data(), name.size(), "param{}", unnamed).size;
          to.add(field_of(false, {name.data(), end}, intern), item.value);
        }
      } else if (!item.value.empty() && !(drop_absent && is_absent(item.value))) {
        to.add(field_of(false, item.name, intern), item.value);
      }
    }
    if (!from.user_data_name.empty()) to.set(field::winlog_user_data_xml_name, from.user_data_name);
    for (const WinDataItem& item : from.user_data) {
      if (!item.value.empty()) to.add(field_of(true, item.name, intern), item.value);
    }
  }
};

bool WinlogMapper::reads(const WinEvent& system, bool user_data, std::string_view name,
                         const Projection& wanted) {
  if (wanted.wants_all()) return true;
  // Under its own name: what a pass can want was named before the pass began.
  const std::string_view prefix = user_data ? "winlog.user_data." : "winlog.event_data.";
  const auto wants_own = [&](std::string_view last) {
    const auto id = find_field(std::string(prefix).append(last));
    return id && wanted.wants(*id);
  };
  if (user_data) {
    return wants_own(name) || winlog::user_data_reads(system.event_id.value_or(0), name, wanted);
  }
  if (!name.empty()) {
    if (wants_own(name)) return true;
  } else {
    if (wanted.wants(field::winlog_event_data_data)) return true;
    for (std::size_t i = 1; i <= kMaxParams; ++i) {
      if (wants_own(fmt::format("param{}", i))) return true;
    }
  }
  const std::uint32_t id = system.event_id.value_or(0);
  if (is_event_log_service(system))  // the channel decides its family: either may be
    return winlog::system_reads(id, name, wanted) || winlog::security_reads(id, name, wanted);
  switch (family_of(system)) {
    case Family::sysmon:
    case Family::sysmon_linux:
      return winlog::sysmon_reads(id, name, wanted);
    case Family::security:
      return winlog::security_reads(id, name, wanted);
    case Family::powershell:
    case Family::powershell_operational:
      return winlog::powershell_reads(id, name, wanted);
    case Family::other:
      return winlog::system_reads(id, name, wanted);
  }
  return true;
}

bool WinlogMapper::reads_message(const Projection& wanted) {
  return wanted.wants(field::message);
}

WinlogMapper::WinlogMapper() : cache_(std::make_unique<Cache>()) {}
WinlogMapper::~WinlogMapper() = default;

void WinlogMapper::map(const WinEvent& from, Event& to, std::string_view default_host) {
  const Family family = family_of(from);
  map_system_fields(from, family, to, default_host);
  EcsWriter out(to, family == Family::sysmon_linux);
  switch (family) {
    case Family::sysmon:
    case Family::sysmon_linux:
      winlog::map_sysmon(from, out);
      break;
    case Family::security:
      winlog::map_security(from, out);
      break;
    case Family::powershell:
    case Family::powershell_operational:
      winlog::map_powershell(from, out);
      break;
    case Family::other:
      winlog::map_system(from, out);
      break;
  }
  to.set_time(field::timestamp, to.time, to.time_digits);
  const bool sysmon = family == Family::sysmon || family == Family::sysmon_linux;
  cache_->map_data(from, sysmon, to, to.wants_all());
}

}  // namespace stemma
