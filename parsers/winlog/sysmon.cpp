// Sysmon's events, on Windows and on Linux, into ECS. The tables are sysmon_events.def and
// sysmon_data.def.
#include <algorithm>
#include <initializer_list>
#include <iterator>

#include "events/paths.hpp"
#include "parsers/winlog/family.hpp"

namespace stemma::winlog {
namespace {

constexpr EventClass kEvents[] = {
#define SYSMON_EVENT(id, categories, types, action) {id, categories, types, action},
#include "parsers/winlog/sysmon_events.def"
#undef SYSMON_EVENT
};

// A set of event ids: bit n for ids below 31, bit 31 for 255.
constexpr std::uint32_t bit_of(std::uint32_t id) {
  return id < 31 ? 1u << id : id == 255 ? 1u << 31 : 0;
}
constexpr std::uint32_t only(std::initializer_list<std::uint32_t> ids) {
  std::uint32_t mask = 0;
  for (const std::uint32_t id : ids) mask |= bit_of(id);
  return mask;
}
constexpr std::uint32_t but(std::initializer_list<std::uint32_t> ids) {
  return ~only(ids);
}
constexpr std::uint32_t kAll = 0xFFFF'FFFF;

constexpr std::uint32_t kHashIsOfFile = only({6, 7, 15, 23, 26, 27, 28, 29});
constexpr std::uint32_t kRegistry = only({12, 13, 14});
constexpr std::uint32_t kOutcomeFailure = only({27, 255});

enum class As : std::uint8_t {
  text,
  number,
  boolean,
  guid,
  ip,
  image,
  parent_image,
  command_line,
  parent_command_line,
  account,       // DOMAIN\name into user.*
  account_name,  // the name part of DOMAIN\name into the field
  file_path,
  hashes,
  dns_status,
};

struct DataRule {
  std::string_view name;
  As as;
  FieldId field;
  std::uint32_t ids;
};

constexpr DataRule kData[] = {
#define SYSMON_DATA(name, as, field, ids) {name, As::as, field, ids},
#include "parsers/winlog/sysmon_data.def"
#undef SYSMON_DATA
};

constexpr bool is_sorted_by_name() {
  for (std::size_t i = 1; i < std::size(kData); ++i) {
    if (kData[i].name < kData[i - 1].name) return false;
  }
  return true;
}
static_assert(is_sorted_by_name(), "sysmon_data.def must be sorted: it is searched by halving");

// Event data values that are looked up by name, beside the table's.
struct At {
  enum : std::uint8_t {
    UtcTime,
    Signed,
    SignatureStatus,
    SourcePortName,
    Initiated,
    SourceIsIpv6,
    SourceIp,
    SourcePort,
    DestinationIp,
    DestinationPort,
    Protocol,
    TargetObject,
    Details,
    QueryName,
    QueryResults,
    kCount
  };
};
constexpr std::string_view kNames[] = {
    "UtcTime",      "Signed",       "SignatureStatus", "SourcePortName", "Initiated",
    "SourceIsIpv6", "SourceIp",     "SourcePort",      "DestinationIp",  "DestinationPort",
    "Protocol",     "TargetObject", "Details",         "QueryName",      "QueryResults",
};
static_assert(std::size(kNames) == At::kCount);

struct NumberName {
  std::uint32_t number;
  std::string_view name;
};
constexpr NumberName kDnsTypes[] = {
#define DNS_TYPE(number, name) {number, name},
#define DNS_STATUS(number, name)
#include "parsers/winlog/dns_names.def"
#undef DNS_TYPE
#undef DNS_STATUS
};
constexpr NumberName kDnsStatus[] = {
#define DNS_TYPE(number, name)
#define DNS_STATUS(number, name) {number, name},
#include "parsers/winlog/dns_names.def"
#undef DNS_TYPE
#undef DNS_STATUS
};

struct HiveName {
  std::string_view full, hive;
};
constexpr HiveName kHives[] = {
    {"HKEY_CLASSES_ROOT", "HKCR"},
    {"HKCR", "HKCR"},
    {"HKEY_CURRENT_CONFIG", "HKCC"},
    {"HKCC", "HKCC"},
    {"HKEY_CURRENT_USER", "HKCU"},
    {"HKCU", "HKCU"},
    {"HKEY_DYN_DATA", "HKDD"},
    {"HKDD", "HKDD"},
    {"HKEY_LOCAL_MACHINE", "HKLM"},
    {"HKLM", "HKLM"},
    {"HKEY_PERFORMANCE_DATA", "HKPD"},
    {"HKPD", "HKPD"},
    {"HKEY_USERS", "HKU"},
    {"HKU", "HKU"},
};

template <std::size_t Count>
std::string_view name_of(const NumberName (&names)[Count], std::string_view text) {
  const auto number = parse_unsigned(text);
  if (!number) return {};
  for (const NumberName& entry : names) {
    if (entry.number == *number) return entry.name;
  }
  return {};
}

void write(const DataRule& rule, std::uint32_t id_bit, std::string_view value, EcsWriter& out) {
  switch (rule.as) {
    case As::text:
      return out.text(rule.field, value);
    case As::number:
      return out.number(rule.field, value);
    case As::boolean:
      return out.boolean(rule.field, value);
    case As::guid:
      return out.guid(rule.field, value);
    case As::ip:
      return out.ip(rule.field, value);
    case As::image:
      return out.image(kProcess, value);
    case As::parent_image:
      return out.image(kParent, value);
    case As::command_line:
      return out.command_line(kProcess, value);
    case As::parent_command_line:
      return out.command_line(kParent, value);
    case As::account:
      return out.account(field::user_domain, field::user_name, value);
    case As::account_name:
      return out.text(rule.field, windows_base_name(value));
    case As::file_path:
      return out.file_path(value);
    case As::hashes:
      return out.hashes((kHashIsOfFile & id_bit) != 0, value);
    case As::dns_status: {
      const std::string_view name = name_of(kDnsStatus, value);
      return out.text(rule.field, name.empty() ? value : name);
    }
  }
}

// `type:  5 name;::ffff:192.0.2.1;`: named answers, then addresses. What is neither is dropped, as
// it cannot be typed.
void write_dns_answers(std::string_view results, Event& to) {
  constexpr std::string_view kType = "type:";
  constexpr std::size_t kMaxAnswers =
      1024;  // a DNS message over TCP has room for some thousands; Windows cuts the text far below
  const auto next = [&results]() {
    const std::size_t end = results.find(';');
    const std::string_view answer = results.substr(0, end);
    results = end == std::string_view::npos ? std::string_view{} : results.substr(end + 1);
    return answer;
  };
  const std::string_view all = results;
  for (std::size_t count = 0; !results.empty() && count < kMaxAnswers; ++count) {
    std::string_view answer = next();
    if (answer.substr(0, kType.size()) != kType) continue;
    answer.remove_prefix(kType.size());
    while (!answer.empty() && answer.front() == ' ') answer.remove_prefix(1);
    const std::size_t blank = answer.find(' ');
    const std::string_view number = answer.substr(0, blank);
    const std::string_view type = name_of(kDnsTypes, number);
    to.add_view(field::dns_answers_type, type.empty() ? number : type, Origin::derived);
    if (blank == std::string_view::npos) continue;
    answer.remove_prefix(blank);
    while (!answer.empty() && answer.front() == ' ') answer.remove_prefix(1);
    if (answer.empty()) continue;
    to.add_view(field::dns_answers_data, answer, Origin::derived);
    to.add_unique_view(field::related_hosts, answer);
  }
  results = all;
  for (std::size_t count = 0; !results.empty() && count < kMaxAnswers; ++count) {
    const std::string_view answer = next();
    if (answer.substr(0, kType.size()) == kType) continue;
    const std::string_view address = without_v4_prefix(answer);
    if (!is_address(address)) continue;
    to.add_view(field::dns_answers_type, address.find(':') == std::string_view::npos ? "A" : "AAAA",
                Origin::derived);
    to.add_view(field::dns_answers_data, address, Origin::derived);
    to.add_view(field::dns_resolved_ip, address, Origin::derived);
    to.add_unique_view(field::related_ip, address);
  }
}

// `DWORD (0x00000001)`, `QWORD (0x00000000-0x00000001)` (high half first), `Binary Data`, or text.
void write_registry_data(std::string_view details, Event& to) {
  const auto inside = [&](std::string_view kind) -> std::string_view {
    if (details.size() < kind.size() + 3 || !ascii_iequals(details.substr(0, kind.size()), kind))
      return {};
    if (details.substr(kind.size(), 2) != " (" || details.back() != ')') return {};
    return details.substr(kind.size() + 2, details.size() - kind.size() - 3);
  };
  const auto set = [&](std::string_view type, std::string_view value) {
    to.set(field::registry_data_type, type, Origin::derived);
    to.set(field::registry_data_strings, value, Origin::derived);
  };
  if (const std::string_view text = inside("DWORD"); !text.empty()) {
    if (const auto value = parse_unsigned(text)) return set("REG_DWORD", std::to_string(*value));
  }
  if (const std::string_view text = inside("QWORD"); !text.empty()) {
    const std::size_t dash = text.find('-');
    if (dash != std::string_view::npos) {
      const auto high = parse_unsigned(text.substr(0, dash));
      const auto low = parse_unsigned(text.substr(dash + 1));
      if (high && low && *high <= UINT32_MAX && *low <= UINT32_MAX) {
        return set("REG_QWORD", std::to_string((*high << 32) | *low));
      }
    }
  }
  set(details == "Binary Data" ? "REG_BINARY" : "REG_SZ", details);
}

void write_registry(const LookedUp& data, EcsWriter& out) {
  const std::string_view path = data[At::TargetObject];
  if (is_absent(path)) return;
  out.text(field::registry_path, path);
  const std::size_t first = path.find('\\');
  const std::string_view root = path.substr(0, first);
  for (const HiveName& hive : kHives) {
    if (root != hive.full) continue;
    out.text(field::registry_hive, hive.hive);
    if (first != std::string_view::npos) out.text(field::registry_key, path.substr(first + 1));
  }
  out.text(field::registry_value, windows_base_name(path));
  const std::string_view details = data[At::Details];
  if (!is_absent(details)) write_registry_data(details, out.event());
}

void write_network(const LookedUp& data, EcsWriter& out) {
  Event& to = out.event();
  const std::string_view initiated = data[At::Initiated];
  if (ascii_iequals(initiated, "true")) to.set(field::network_direction, "egress", Origin::derived);
  if (ascii_iequals(initiated, "false"))
    to.set(field::network_direction, "ingress", Origin::derived);
  const std::string_view ipv6 = data[At::SourceIsIpv6];
  if (ascii_iequals(ipv6, "true")) to.set(field::network_type, "ipv6", Origin::derived);
  if (ascii_iequals(ipv6, "false")) to.set(field::network_type, "ipv4", Origin::derived);
  if (!to.wants(field::network_community_id)) return;
  const auto source_port = parse_unsigned(data[At::SourcePort]);
  const auto destination_port = parse_unsigned(data[At::DestinationPort]);
  if (!source_port || !destination_port || *source_port > 65535 || *destination_port > 65535)
    return;
  const std::string id =
      community_id(without_v4_prefix(data[At::SourceIp]), static_cast<std::uint16_t>(*source_port),
                   without_v4_prefix(data[At::DestinationIp]),
                   static_cast<std::uint16_t>(*destination_port), data[At::Protocol]);
  if (!id.empty()) to.set(field::network_community_id, id, Origin::derived);
}

// Sysmon for Linux gives the time of boot as UtcTime where it does not know when a process began
// (its first seconds; the process GUID carries the same time). When the event was written is the
// better answer then.
bool is_plausible(const ParsedTime& utc, const WinEvent& from, const EcsWriter& out) {
  constexpr std::int64_t kMostBehind = 60 * kNsPerSecond;  // real ones differ by milliseconds
  if (!out.posix() || !from.time_created) return true;
  const std::int64_t behind =
      from.time_created->time.ns / 2 - utc.time.ns / 2;  // halves cannot overflow
  return behind <= kMostBehind / 2 && behind >= -kMostBehind / 2;
}

// The fields that write() may set.
bool wants_any_of(const DataRule& rule, std::uint32_t id_bit, const Projection& wanted) {
  switch (rule.as) {
    case As::text:
    case As::number:
    case As::boolean:
    case As::guid:
    case As::account_name:
    case As::dns_status:
      return wanted.wants(rule.field);
    case As::ip:
      return wants_any(wanted, {rule.field, field::related_ip});
    case As::image:
      return wants_image(wanted, kProcess);
    case As::parent_image:
      return wants_image(wanted, kParent);
    case As::command_line:
      return wants_command_line(wanted, kProcess);
    case As::parent_command_line:
      return wants_command_line(wanted, kParent);
    case As::account:
      return wants_any(wanted, {field::user_domain, field::user_name, field::related_user});
    case As::file_path:
      return wants_file_path(wanted);
    case As::hashes:
      return wants_hashes(wanted, (kHashIsOfFile & id_bit) != 0);
  }
  return true;
}

// Whether finish() has a use for the value at `place`.
bool is_looked_up(std::uint32_t id, std::uint8_t place, const Projection& wanted) {
  const auto any = [&wanted](std::initializer_list<FieldId> fields) {
    return wants_any(wanted, fields);
  };
  if (place == At::UtcTime) return true;  // the event's time
  if (place == At::Signed) return any({field::file_code_signature_signed});
  if (place == At::SignatureStatus) return any({field::file_code_signature_valid});
  if (place == At::SourcePortName) return id != 22 && any({field::network_protocol});
  if (id == 3) {
    if (place == At::Initiated) return any({field::network_direction});
    if (place == At::SourceIsIpv6) return any({field::network_type});
    if (place == At::SourceIp || place == At::SourcePort || place == At::DestinationIp ||
        place == At::DestinationPort || place == At::Protocol)
      return any({field::network_community_id});
  }
  if (id == 22) {
    if (place == At::QueryName) return any({field::related_hosts});
    if (place == At::QueryResults)
      return any({field::dns_answers_type, field::dns_answers_data, field::dns_resolved_ip,
                  field::related_hosts, field::related_ip});
  }
  if (kRegistry & bit_of(id)) {
    const bool data = any({field::registry_data_type, field::registry_data_strings});
    if (place == At::Details) return data;
    if (place == At::TargetObject)  // without it there is no data either
      return data || any({field::registry_path, field::registry_hive, field::registry_key,
                          field::registry_value});
  }
  return false;
}

constexpr bool uses_are_disjoint() {
  for (const DataRule& a : kData) {
    for (const DataRule& b : kData) {
      if (&a != &b && a.name == b.name && (a.ids & b.ids) != 0) return false;
    }
  }
  return true;
}
static_assert(uses_are_disjoint(), "sysmon_data.def: one row an event id and name");

ItemUse use(std::uint32_t id, std::string_view name, const Projection& wanted) {
  ItemUse use;
  const std::uint8_t place = place_in(kNames, name);
  if (place != kNone && is_looked_up(id, place, wanted)) use.place = place;
  const std::uint32_t id_bit = bit_of(id);
  for (std::size_t row = 0; row < std::size(kData); ++row) {
    const DataRule& rule = kData[row];
    if (rule.name == name && (rule.ids == kAll || (rule.ids & id_bit) != 0) &&
        wants_any_of(rule, id_bit, wanted))
      use.row = static_cast<std::uint8_t>(row);
  }
  return use;
}

void item(std::uint8_t row, std::uint32_t id_bit, std::string_view value, EcsWriter& out) {
  write(kData[row], id_bit, value, out);
}

void constants(const WinEvent& from, Event& to) {
  const std::uint32_t id = from.event_id.value_or(0);
  const auto* event_class = std::find_if(std::begin(kEvents), std::end(kEvents),
                                         [id](const EventClass& entry) { return entry.id == id; });
  if (event_class != std::end(kEvents)) set_class(*event_class, to);
  if (kOutcomeFailure & bit_of(id))
    to.set_lasting(field::event_outcome, "failure", Origin::derived);
  if (id == 22) to.set_lasting(field::network_protocol, "dns", Origin::derived);
  if (id == 1) to.process.act = ProcessAct::start;
  if (id == 5) to.process.act = ProcessAct::end;
}

void finish(const WinEvent& from, std::uint32_t id_bit, const LookedUp& data, EcsWriter& out) {
  Event& to = out.event();
  // The process's time is the event's time; when Sysmon got round to writing it is event.created.
  if (from.time_created)
    to.set_time(field::event_created, from.time_created->time, from.time_created->digits);
  if (const auto utc = parse_time(data[At::UtcTime]); utc && is_plausible(*utc, from, out)) {
    to.time = utc->time;
    to.time_digits = utc->digits;
  }
  const std::string_view signed_text = data[At::Signed];
  if (!is_absent(signed_text)) out.boolean(field::file_code_signature_signed, signed_text);
  if (data[At::SignatureStatus] == "Valid")
    to.set_boolean(field::file_code_signature_valid, true, Origin::derived);

  if (id_bit == bit_of(3)) write_network(data, out);
  if (kRegistry & id_bit) write_registry(data, out);
  if (id_bit == bit_of(22)) {
    write_dns_answers(data[At::QueryResults], to);
    const std::string_view name = data[At::QueryName];
    if (!is_absent(name)) to.add_unique_view(field::related_hosts, name);
  } else {
    out.text(field::network_protocol, data[At::SourcePortName]);
  }
}

}  // namespace

constinit const Family kSysmon{"sysmon",
                               "windows.sysmon_operational",
                               SourceKind::sysmon,
                               false,
                               true,
                               constants,
                               bit_of,
                               use,
                               item,
                               finish};
constinit const Family kSysmonLinux{"sysmon_linux",
                                    "sysmon_linux.log",
                                    SourceKind::sysmon_linux,
                                    true,
                                    true,
                                    constants,
                                    bit_of,
                                    use,
                                    item,
                                    finish};

}  // namespace stemma::winlog
