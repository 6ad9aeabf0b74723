#include "detection/invocations/facts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "detection/invocations/machine_identity.hpp"
#include "events/paths.hpp"

namespace stemma {
namespace {

constexpr std::size_t kMaxTraceText = 4096;
constexpr std::size_t kMaxClaims = 64;
/// A body in which a VM id is looked for: an answer about one machine has some kilobytes.
constexpr std::size_t kMaxResponseBody = 256u << 10;

std::string text(const Event& event, FieldId field) {
  return std::string(event.text(field));
}

std::optional<Timestamp> time_of(const Event& event, FieldId field) {
  const Value* value = event.first_value(field);
  if (value == nullptr) return std::nullopt;
  if (value->kind == Value::Kind::date) return value->time();
  const auto parsed = parse_time(value->text);
  return parsed ? std::optional<Timestamp>(parsed->time) : std::nullopt;
}

bool holds(const Event& event, FieldId field, std::string_view wanted) {
  bool found = false;
  event.for_each_text(field, [&](std::string_view text) { found = found || text == wanted; });
  return found;
}

std::string own(const Event& event, std::string_view name) {
  const auto field = find_field(name);
  return field ? std::string(event.text(*field)) : std::string();
}

std::string account(const Event& event, FieldId name, FieldId domain) {
  const std::string_view who = event.text(name);
  const std::string_view where = event.text(domain);
  if (who.empty()) return {};
  return where.empty() ? std::string(who) : fmt::format("{}\\{}", where, who);
}

std::string between(std::string_view text, std::string_view open, std::string_view close) {
  const std::size_t at = text.find(open);
  if (at == std::string_view::npos) return {};
  const std::size_t end = text.find(close, at + open.size());
  if (end == std::string_view::npos) return {};
  return std::string(text.substr(at + open.size(), end - at - open.size()));
}

bool is_private(std::string_view ip) {
  return ip.empty() || ip == "127.0.0.1" || ip == "::1" || ip == "0.0.0.0" || ip == "::" ||
         ip == "-";
}

void cut(std::string& text) {
  if (text.size() > kMaxTraceText) text = text.substr(0, kMaxTraceText) + "…";
}

bool take_guest(EventId id, const Event& event, std::vector<GuestFact>& out) {
  const std::string_view dataset = event.text(field::event_dataset);
  GuestFact fact;
  if (dataset == "azure.waagent") {
    fact.kind = GuestFact::Kind::agent_log;
  } else if (dataset == "azure.handler") {
    fact.kind = GuestFact::Kind::handler_log;
  } else if (dataset == "azure.settings") {
    fact.kind = GuestFact::Kind::settings;
  } else if (dataset == "azure.status") {
    fact.kind = GuestFact::Kind::status;
  } else {
    return false;
  }
  fact.event = id;
  fact.time = event.time;
  fact.has_time = event.time.ns != 0;
  fact.extension = text(event, field::extension_name);
  fact.name = text(event, field::run_name);
  if (const auto number = event.integer(field::run_sequence); number && *number >= 0)
    fact.sequence = static_cast<std::uint64_t>(*number);
  fact.action = text(event, field::event_action);
  fact.placeholder = fact.action == "status_placeholder";
  fact.state = text(event, field::run_state);
  fact.message = text(event, field::message);
  cut(fact.message);
  fact.exit_code = event.integer(field::run_exit_code);
  fact.start = time_of(event, field::run_start);
  fact.end = time_of(event, field::run_end);
  fact.script = text(event, field::run_script);
  fact.script_path = text(event, field::run_script_path);
  fact.script_uri = text(event, field::run_script_uri);
  fact.user = text(event, field::run_user);
  fact.stdout_text = text(event, field::run_stdout);
  fact.stderr_text = text(event, field::run_stderr);
  const Value* hidden = event.first_value(field::run_protected);
  fact.protected_settings =
      hidden != nullptr && hidden->kind == Value::Kind::boolean && hidden->boolean;
  fact.correlation_id = text(event, field::azure_correlation_id);
  fact.activity_id = text(event, field::run_activity_id);
  fact.goal_created = time_of(event, field::run_goal_created);
  fact.vm_id = text(event, field::cloud_instance_id);
  fact.subscription = text(event, field::azure_subscription_id);
  fact.resource_group = text(event, field::azure_resource_group);
  fact.resource_name = text(event, field::azure_resource_name);
  // An agent writes lines all day; those that name no run, goal state or extension tell nothing.
  if (fact.kind == GuestFact::Kind::agent_log && fact.correlation_id.empty() &&
      fact.extension.empty() && !fact.goal_created)
    return true;
  out.push_back(std::move(fact));
  return true;
}

// Of rows that carry the machine's id: as a field of a document, as a property, or in the body of
// the answer to whoever made or changed the machine.
std::string vm_id_of(const Event& event) {
  std::string id = ascii_lower(event.text(field::cloud_instance_id));
  if (id.size() == 36) return id;
  constexpr std::string_view kProperties = "azure.activitylogs.properties.";
  event.for_each_value([&](FieldId field, const Value& value) {
    const std::string_view name = field_name(field);
    if (name.substr(0, kProperties.size()) != kProperties) return;
    const std::string key = ascii_lower(name.substr(kProperties.size()));
    std::string found;
    if (key == "vmid")
      found = vm_id_in("vmid:" + std::string(value.text));
    else if (key == "responsebody" && value.text.size() <= kMaxResponseBody)
      found = vm_id_in(value.text);
    if (!found.empty()) id = std::move(found);
  });
  return id.size() == 36 ? id : std::string();
}

bool take_cloud(EventId id, const Event& event, std::vector<CloudFact>& out) {
  CloudFact fact;
  CloudOperation& row = fact.row;
  fact.event = id;
  fact.time = event.time;
  if (!event.text(field::azure_operation_name).empty()) {
    row.provider = "azure";
    row.id = text(event, field::azure_correlation_id);
    row.operation_name = text(event, field::azure_operation_name);
    row.resource_id = text(event, field::azure_resource_id);
    row.account = text(event, field::azure_subscription_id);
    row.vm_id = vm_id_of(event);
    row.role = text(event, field::azure_auth_role);
    row.principal_id = text(event, field::azure_auth_principal_id);
    row.principal_type = text(event, field::azure_auth_principal_type);
    row.application_id = text(event, field::azure_claim_appid);
    row.result = text(event, field::azure_result_type);
    row.caller = own(event, "azure.activitylogs.caller");
    for (const FieldId field : {field::user_email, field::user_name, field::user_id}) {
      if (row.caller.empty()) row.caller = text(event, field);
    }
    if (row.caller.empty()) row.caller = row.principal_id;
    row.caller_ip = text(event, field::source_ip);
    if (row.caller_ip.empty()) row.caller_ip = text(event, field::azure_claim_ipaddr);
    constexpr std::string_view kClaims = "azure.activitylogs.identity.claims.";
    event.for_each_value([&](FieldId field, const Value& value) {
      const std::string_view name = field_name(field);
      if (name.substr(0, kClaims.size()) != kClaims || row.claims.size() >= kMaxClaims) return;
      row.claims.emplace_back(name.substr(kClaims.size()), value.text);
    });
  } else if (!event.text(field::aws_event_name).empty()) {
    row.provider = "aws";
    row.id = text(event, field::aws_command_id);
    if (row.id.empty()) row.id = text(event, field::event_id);
    row.operation_name = text(event, field::aws_event_name);
    row.account = text(event, field::cloud_account_id);
    row.caller = text(event, field::aws_user_identity_arn);
    row.principal_type = text(event, field::aws_user_identity_type);
    row.caller_ip = text(event, field::source_ip);
    row.result = event.text(field::aws_error_code).empty() ? "Succeeded"
                                                           : text(event, field::aws_error_code);
    for (const std::string_view machine : event.texts(field::aws_instance_ids))
      fact.machines.emplace_back(machine);
  } else {
    return false;
  }
  std::sort(row.claims.begin(), row.claims.end());
  out.push_back(std::move(fact));
  return true;
}

void take_indicators(const Event& event, TouchFact& fact) {
  const auto add = [&](Indicator::Kind kind, std::string_view value, std::string_view context) {
    if (!value.empty()) fact.indicators.push_back({kind, std::string(value), std::string(context)});
  };
  using Kind = Indicator::Kind;
  if (!is_private(event.text(field::destination_ip)) && fact.kind == TraceKind::network)
    add(Kind::ip, event.text(field::destination_ip), "connected to");
  if (fact.kind == TraceKind::dns)
    add(Kind::domain, event.text(field::dns_question_name), "looked up");
  if (fact.kind == TraceKind::file && fact.made) add(Kind::path, fact.path, "created");
  if (fact.kind == TraceKind::file) {
    add(Kind::sha256, event.text(field::file_hash_sha256), fact.path);
    add(Kind::sha1, event.text(field::file_hash_sha1), fact.path);
    add(Kind::md5, event.text(field::file_hash_md5), fact.path);
  }
}

bool take_touch(EventId id, EntityId entity, const Event& event, std::vector<TouchFact>& out) {
  TouchFact fact;
  fact.event = id;
  fact.entity = entity;
  fact.time = event.time;
  const std::string_view whole = event.text(field::event_action);
  const std::string action(whole.substr(0, whole.find(" (rule:")));
  const std::string_view code = event.text(field::event_code);
  const auto is = [&](std::string_view category) {
    return holds(event, field::event_category, category);
  };
  const auto type = [&](std::string_view wanted) {
    return holds(event, field::event_type, wanted);
  };
  if (code == "4698" || code == "106" || code == "4697" || code == "7045") {
    fact.kind = TraceKind::persistence;
    fact.made = true;
    if (code == "4698" || code == "106") {
      std::string name = own(event, "winlog.event_data.TaskName");
      const std::string content = own(event, "winlog.event_data.TaskContent");
      fact.path = between(content, "<Command>", "</Command>");
      fact.text = fmt::format("scheduled task {} was made{}{}", name, fact.path.empty() ? "" : ": ",
                              fact.path);
    } else {
      std::string name = text(event, field::service_name);
      if (name.empty()) name = own(event, "winlog.event_data.ServiceName");
      fact.path = own(event, code == "7045" ? "winlog.event_data.ImagePath"
                                            : "winlog.event_data.ServiceFileName");
      fact.text = fmt::format("service {} was installed{}{}", name, fact.path.empty() ? "" : ": ",
                              fact.path);
    }
  } else if (is("iam")) {
    fact.kind = TraceKind::account;
    std::string who = account(event, field::user_target_name, field::user_target_domain);
    if (who.empty()) who = account(event, field::user_name, field::user_domain);
    fact.text = fmt::format("{} {}", action.empty() ? std::string(code) : action, who);
    if (!who.empty()) fact.indicators.push_back({Indicator::Kind::account, who, action});
  } else if (!event.text(field::dns_question_name).empty()) {
    fact.kind = TraceKind::dns;
    fact.text = fmt::format("looked up {}", event.text(field::dns_question_name));
  } else if (is("network")) {
    fact.kind = TraceKind::network;
    fact.text = fmt::format("connected to {}", event.text(field::destination_ip));
    if (const auto port = event.integer(field::destination_port))
      fact.text += fmt::format(":{}", *port);
  } else if (is("registry")) {
    fact.kind = TraceKind::registry;
    fact.text = fmt::format("{} {}", action, event.text(field::registry_path));
    const std::string lower = ascii_lower(event.text(field::registry_path));
    if (lower.find("\\currentversion\\run") != std::string::npos ||
        lower.find("\\services\\") != std::string::npos) {
      fact.kind = TraceKind::persistence;
      fact.indicators.push_back(
          {Indicator::Kind::registry_key, text(event, field::registry_path), action});
    }
  } else if (is("file")) {
    fact.kind = TraceKind::file;
    fact.path = text(event, field::file_path);
    fact.made = type("creation");
    fact.text = fmt::format("{} {}",
                            fact.made          ? "created"
                            : type("deletion") ? "deleted"
                                               : action,
                            fact.path);
  } else {
    return false;
  }
  cut(fact.text);
  take_indicators(event, fact);
  out.push_back(std::move(fact));
  return true;
}

std::uint64_t bytes_of(const GuestFact& fact) {
  return fact.script.size() + fact.message.size() + fact.stdout_text.size() +
         fact.stderr_text.size() + fact.script_path.size() + fact.script_uri.size();
}

std::uint64_t bytes_of(const CloudFact& fact) {
  std::uint64_t sum = fact.row.resource_id.size() + fact.row.caller.size();
  for (const auto& [name, value] : fact.row.claims) sum += name.size() + value.size();
  for (const std::string& machine : fact.machines) sum += machine.size();
  return sum;
}

template <class T>
void move_to(std::vector<T>& from, std::vector<T>& into) {
  into.insert(into.end(), std::make_move_iterator(from.begin()),
              std::make_move_iterator(from.end()));
}

template <class T>
void by_event(std::vector<T>& facts) {
  std::sort(facts.begin(), facts.end(),
            [](const T& a, const T& b) { return a.event.value < b.event.value; });
}

}  // namespace

bool Facts::full() const {
  return guest.size() + blocks.size() + touched.size() + cloud.size() >= kMaxFacts ||
         bytes >= kMaxFactBytes;
}

void Facts::take(EventId id, EntityId entity, const Event& event) {
  if (full()) {
    ++left_out;
    return;
  }
  if (take_guest(id, event, guest)) {
    // Most lines of an agent's log are none: the last fact may be an older one.
    if (!guest.empty() && guest.back().event == id) bytes += bytes_of(guest.back());
    return;
  }
  if (take_cloud(id, event, cloud)) {
    bytes += bytes_of(cloud.back());
    return;
  }
  const std::string_view block = event.text(field::powershell_file_script_block_text);
  if (!block.empty()) {
    ScriptBlock made;
    made.event = id;
    made.entity = entity;
    made.pid = event.integer(field::winlog_process_pid).value_or(kNoPid);
    made.time = event.time;
    made.id = event.text(field::powershell_file_script_block_id);
    made.path = event.text(field::file_path);
    made.text = block.substr(0, kMaxScriptText);
    made.number = event.integer(field::powershell_sequence).value_or(1);
    made.total = event.integer(field::powershell_total).value_or(1);
    bytes += made.text.size() + made.path.size();
    blocks.push_back(std::move(made));
    return;
  }
  if (take_touch(id, entity, event, touched))
    bytes += touched.back().text.size() + touched.back().path.size();
}

void Facts::append(Facts&& other) {
  move_to(other.guest, guest);
  move_to(other.blocks, blocks);
  move_to(other.touched, touched);
  move_to(other.cloud, cloud);
  left_out += other.left_out;
  bytes += other.bytes;
}

void Facts::sort() {
  by_event(guest);
  by_event(blocks);
  by_event(touched);
  by_event(cloud);
}

}  // namespace stemma
