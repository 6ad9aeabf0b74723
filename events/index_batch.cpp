#include "events/index_batch.hpp"

namespace stemma {
namespace {

std::int64_t pid_of(const Event& event, FieldId field) {
  const auto pid = event.integer(field);
  return pid && *pid >= 0 ? *pid : kNoPid;
}

CategorySet categories_of(const Event& event) {
  CategorySet set = 0;
  for (const std::string_view name : event.texts(field::event_category)) {
    set = static_cast<CategorySet>(set | category_of(name));
  }
  return set;
}

}  // namespace

Projection index_projection() {
  Projection projection;
  for (const FieldId id :
       {field::event_category, field::event_code, field::host_name, field::winlog_channel,
        field::process_pid, field::process_entity_id, field::process_name,
        field::process_executable, field::process_command_line, field::process_args,
        field::process_working_directory, field::process_integrity_level, field::process_parent_pid,
        field::process_parent_entity_id, field::process_parent_executable,
        field::process_parent_command_line, field::user_id, field::user_name, field::user_domain}) {
    projection.want(id);
  }
  return projection;
}

void IndexBatch::add(const Event& event) {
  EventRow row;
  row.time = event.time;
  row.time_digits = event.time_digits;
  row.source = event.source;
  row.sequence = event.sequence;
  row.content_hash = event.content_hash();
  row.channel = strings.intern(event.text(field::winlog_channel));
  row.code = strings.intern(event.text(field::event_code));
  row.host = hosts.intern(event.text(field::host_name));
  row.categories = categories_of(event);
  row.source_kind = event.source_kind;
  row.recovered = event.recovered;
  rows.push_back(row);
  const EventId id = EventId::from_index(rows.size() - 1);
  for (const SourceSpan& piece : event.more_pieces) more_pieces.emplace_back(id, piece);

  const auto text = [&](FieldId field) { return strings.intern(event.text(field)); };
  if (event.process.act == ProcessAct::none) {
    ProcessMention mention{id, row.host, pid_of(event, field::process_pid),
                           text(field::process_entity_id), text(field::process_executable)};
    if (mention.guid || (mention.pid != kNoPid && row.source_kind == SourceKind::auditd))
      mentions.push_back(mention);
    return;
  }
  ProcessRecord record;
  record.event = id;
  record.act = event.process.act;
  record.source_kind = event.source_kind;
  record.child_has_callers_parent = event.process.child_has_callers_parent;
  record.host = row.host;
  record.pid = pid_of(event, field::process_pid);
  record.parent_pid = pid_of(event, field::process_parent_pid);
  record.child_pid =
      event.process.act == ProcessAct::fork ? std::int64_t{event.process.child_pid} : kNoPid;
  record.guid = text(field::process_entity_id);
  record.parent_guid = text(field::process_parent_entity_id);
  record.name = text(field::process_name);
  record.executable = text(field::process_executable);
  record.command_line = text(field::process_command_line);
  record.working_directory = text(field::process_working_directory);
  record.user_id = text(field::user_id);
  record.user_name = text(field::user_name);
  record.user_domain = text(field::user_domain);
  record.integrity_level = text(field::process_integrity_level);
  record.parent_executable = text(field::process_parent_executable);
  record.parent_command_line = text(field::process_parent_command_line);
  if (event.source_kind == SourceKind::auditd && event.process.act == ProcessAct::start) {
    record.args.first = static_cast<std::uint32_t>(args.size());
    for (const std::string_view arg : event.texts(field::process_args)) {
      // An empty argument is an argument; the pool has no id for it, so none stands for it here.
      args.push_back(strings.intern(arg));
    }
    record.args.count = static_cast<std::uint32_t>(args.size()) - record.args.first;
  }
  processes.push_back(record);
}

}  // namespace stemma
