#include "parsers/ecs/meaning.hpp"

#include <algorithm>
#include <initializer_list>
#include <limits>

#include "events/paths.hpp"
#include "parsers/winlog/win_event.hpp"

namespace stemma::ecs {
namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// `C:\…`, `\\server\…`, `\Device\…`
bool is_windows_path(std::string_view path) {
  if (path.starts_with('\\')) return true;
  return path.size() > 2 && path[1] == ':' && path[2] == '\\';
}

bool of_windows(const Facts& facts) {
  for (const Fact os : {Fact::host_os_type, Fact::host_os_family, Fact::host_os_platform}) {
    if (!facts.text(os).empty()) return ascii_iequals(facts.text(os), "windows");
  }
  return facts.has(Fact::winlog_channel) || facts.has(Fact::winlog_provider_name) ||
         is_windows_path(facts.text(Fact::process_executable));
}

std::string_view dataset(const Facts& facts) {
  const std::string_view own = facts.text(Fact::event_dataset);
  return own.empty() ? facts.text(Fact::data_stream_dataset) : own;
}

// Shapes from before event.type was: Auditbeat 6 and 7.0.
ProcessAct act_by_action(std::string_view action) {
  if (is_one_of(action, {"process_started", "exec", "executed", "created-process",
                         "Process Create (rule: ProcessCreate)"}))
    return ProcessAct::start;
  if (is_one_of(action, {"process_stopped", "process_terminated", "exited-process",
                         "Process terminated (rule: ProcessTerminate)"}))
    return ProcessAct::end;
  return ProcessAct::none;
}

}  // namespace

void Facts::add(Fact fact, const Value& value) {
  Value& own = first[static_cast<std::size_t>(fact)];
  if (!has(fact)) own = value;
  if (value.kind != Value::Kind::text) return;
  if (fact == Fact::event_category) {
    any_category = true;
    process_category = process_category || value.text == "process";
  } else if (fact == Fact::event_type) {
    any_type = true;
    start_type = start_type || value.text == "start" || value.text == "process_started";
    end_type = end_type || value.text == "end" || value.text == "process_stopped" ||
               value.text == "process_terminated";
  }
}

std::optional<std::uint64_t> Facts::number(Fact fact) const {
  const Value& value = first[static_cast<std::size_t>(fact)];
  if (value.kind == Value::Kind::integer && value.integer >= 0)
    return static_cast<std::uint64_t>(value.integer);
  return value.kind == Value::Kind::text ? parse_unsigned(value.text) : std::nullopt;
}

std::optional<ParsedTime> time_of(const Value& value) {
  if (value.kind == Value::Kind::text) return parse_time(value.text);
  constexpr std::int64_t kNsPerMilli = 1'000'000;
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / kNsPerMilli;
  if (value.kind != Value::Kind::integer || value.integer > kMost || value.integer < -kMost)
    return std::nullopt;
  return ParsedTime{Timestamp{value.integer * kNsPerMilli}, 3};
}

SourceKind source_of(const Facts& facts) {
  std::string_view provider = facts.text(Fact::winlog_provider_name);
  if (provider.empty()) provider = facts.text(Fact::event_provider);
  if (provider == "Microsoft-Windows-Sysmon") return SourceKind::ecs_sysmon;
  if (provider == "Linux-Sysmon" || dataset(facts).starts_with("sysmon_linux"))
    return SourceKind::ecs_sysmon_linux;
  if (ascii_iequals(facts.text(Fact::winlog_channel), "Security")) return SourceKind::ecs_security;
  if (facts.text(Fact::event_module) == "auditd" || dataset(facts).starts_with("auditd"))
    return SourceKind::ecs_auditd;
  return of_windows(facts) ? SourceKind::ecs_windows : SourceKind::ecs_other;
}

ProcessAct act_of(const Facts& facts) {
  if (!facts.number(Fact::process_pid) && facts.text(Fact::process_entity_id).empty())
    return ProcessAct::none;
  const std::string_view kind = facts.text(Fact::event_kind);
  if (!kind.empty() && kind != "event") return ProcessAct::none;
  const std::string_view action = facts.text(Fact::event_action);
  const bool old_audit = facts.text(Fact::event_category) == "audit-rule";
  const bool of_process = facts.process_category || (old_audit && action == "executed") ||
                          (!facts.any_category &&
                           (dataset(facts) == "process" || dataset(facts).ends_with(".process")));
  if (!of_process) return ProcessAct::none;
  ProcessAct act = ProcessAct::none;
  if (facts.start_type != facts.end_type) {
    act = facts.start_type ? ProcessAct::start : ProcessAct::end;
  } else {
    act = act_by_action(action);
    if (act == ProcessAct::none && facts.start_type) act = ProcessAct::start;
    if (!facts.start_type && facts.any_type && act == ProcessAct::start) act = ProcessAct::none;
  }
  // An exec that failed started nothing.
  if (act == ProcessAct::start && facts.text(Fact::event_outcome) == "failure")
    return ProcessAct::none;
  return act;
}

std::string_view host_of(const Facts& facts) {
  for (const Fact fact :
       {Fact::host_name, Fact::host_hostname, Fact::winlog_computer_name, Fact::host,
        Fact::agent_hostname, Fact::beat_hostname, Fact::agent_name}) {
    if (!facts.text(fact).empty()) return facts.text(fact);
  }
  return {};
}

}  // namespace stemma::ecs
