#include "reports/event_summary.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "events/text.hpp"

namespace stemma {
namespace {

bool has(const Event& event, FieldId field, std::string_view value) {
  const auto texts = event.texts(field);
  return std::find(texts.begin(), texts.end(), value) != texts.end();
}

std::string process_of(const Event& event, FieldId name, FieldId pid) {
  std::string text(event.text(name));
  if (const auto number = event.integer(pid))
    text += fmt::format("{}({})", text.empty() ? "" : " ", *number);
  return text;
}

std::string endpoint(const Event& event, FieldId ip, FieldId port) {
  std::string text(event.text(ip));
  if (const auto number = event.integer(port)) text += fmt::format(":{}", *number);
  return text;
}

std::string by(const Event& event) {
  const std::string process = process_of(event, field::process_name, field::process_pid);
  return process.empty() ? std::string() : " by " + process;
}

std::string first_of(const Event& event, std::initializer_list<FieldId> fields) {
  for (const FieldId id : fields) {
    if (!event.text(id).empty()) return std::string(event.text(id));
  }
  return {};
}

}  // namespace

std::string event_summary(const Event& event, Secrets secrets) {
  std::string text;
  // Sysmon's actions carry the task in brackets: `Registry value set (rule: RegistryEvent)`.
  const std::string_view whole_action = event.text(field::event_action);
  const std::string_view action = whole_action.substr(0, whole_action.find(" (rule:"));
  if (event.process.act == ProcessAct::start) {
    text = "start  " + process_of(event, field::process_name, field::process_pid);
    const std::string parent =
        process_of(event, field::process_parent_name, field::process_parent_pid);
    if (!parent.empty()) text += " by " + parent;
    if (!event.text(field::process_command_line).empty())
      text += ": " + std::string(event.text(field::process_command_line));
  } else if (event.process.act == ProcessAct::end) {
    text = "end  " + process_of(event, field::process_name, field::process_pid);
  } else if (event.process.act == ProcessAct::fork) {
    text =
        fmt::format("fork  {} → ({})", process_of(event, field::process_name, field::process_pid),
                    event.process.child_pid);
  } else if (!event.text(field::dns_question_name).empty()) {
    text = "dns  " + std::string(event.text(field::dns_question_name)) + by(event);
  } else if (has(event, field::event_category, "network")) {
    text = fmt::format("network  {} → {}{}", endpoint(event, field::source_ip, field::source_port),
                       endpoint(event, field::destination_ip, field::destination_port), by(event));
  } else if (has(event, field::event_category, "registry")) {
    text = fmt::format("registry  {} {}{}", action, event.text(field::registry_path), by(event));
  } else if (has(event, field::event_category, "file") &&
             !first_of(event, {field::file_path, field::file_name}).empty()) {
    text = fmt::format("file  {} {}{}", action,
                       first_of(event, {field::file_path, field::file_name}), by(event));
  } else {
    const std::string provider = first_of(event, {field::event_provider, field::event_module});
    text = fmt::format("{} {}", provider, event.text(field::event_code));
    if (!action.empty()) text += fmt::format("  {}", action);
    const std::string detail =
        first_of(event, {field::powershell_file_script_block_text, field::process_command_line,
                         field::process_title, field::service_name, field::message});
    if (!detail.empty()) text += ": " + detail;
    text += by(event);
  }
  return visible(redact(text, secrets));
}

Projection event_summary_projection() {
  Projection projection;
  for (const FieldId id : {field::event_category,     field::event_action,
                           field::event_code,         field::event_provider,
                           field::event_module,       field::process_name,
                           field::process_pid,        field::process_parent_name,
                           field::process_parent_pid, field::process_command_line,
                           field::process_title,      field::dns_question_name,
                           field::source_ip,          field::source_port,
                           field::destination_ip,     field::destination_port,
                           field::registry_path,      field::file_path,
                           field::file_name,          field::powershell_file_script_block_text,
                           field::service_name,       field::message}) {
    projection.want(id);
  }
  return projection;
}

}  // namespace stemma
