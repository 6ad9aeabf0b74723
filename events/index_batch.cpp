#include "events/index_batch.hpp"

#include <algorithm>
#include <cstring>

namespace stemma {
namespace {

std::int64_t pid_of(const Event& event, FieldId field) {
  const auto pid = event.integer(field);
  return pid && *pid >= 0 ? *pid : kNoPid;
}

CategorySet categories_of(const Event& event) {
  CategorySet set = 0;
  event.for_each_text(field::event_category, [&](std::string_view name) {
    set = static_cast<CategorySet>(set | category_of(name));
  });
  return set;
}

TypeSet types_of(const Event& event) {
  TypeSet set = 0;
  event.for_each_text(field::event_type, [&](std::string_view name) {
    set = static_cast<TypeSet>(set | type_of(name));
  });
  return set;
}

}  // namespace

Projection index_projection() {
  Projection projection;
  for (const FieldId id : {field::event_category,
                           field::event_type,
                           field::event_code,
                           field::host_name,
                           field::winlog_channel,
                           field::process_pid,
                           field::process_entity_id,
                           field::process_name,
                           field::process_executable,
                           field::process_command_line,
                           field::process_args,
                           field::process_working_directory,
                           field::process_integrity_level,
                           field::process_ext_ancestry,
                           field::process_parent_pid,
                           field::process_parent_entity_id,
                           field::process_parent_executable,
                           field::process_parent_command_line,
                           field::user_id,
                           field::user_name,
                           field::user_domain}) {
    projection.want(id);
  }
  return projection;
}

HostId IndexBatch::host_of(std::string_view name) {
  const StringId spelling = strings.intern(name);
  if (!spelling) return {};
  const auto [entry, fresh] = host_by_name_.try_emplace(spelling, HostId::from_index(hosts.size()));
  if (fresh) hosts.push_back(spelling);
  return entry->second;
}

EventClassId IndexBatch::class_of(const Event& event) {
  const std::string_view channel = event.text(field::winlog_channel);
  const std::string_view code = event.text(field::event_code);
  const std::string_view host =
      event.pseudo_host.empty() ? event.text(field::host_name) : event.pseudo_host;
  EventClass wanted;
  wanted.artifact = event.source.artifact;
  wanted.categories = categories_of(event);
  wanted.types = types_of(event);
  wanted.time_digits = event.time_digits;
  wanted.source_kind = event.source_kind;
  wanted.recovered = event.recovered;

  std::uint64_t word = 0;
  if (!code.empty()) std::memcpy(&word, code.data(), std::min(code.size(), sizeof(word)));
  EventClassId& recent = recent_[(word * 0x9E3779B97F4A7C15u) >> 58];
  static_assert(kRecent == 1u << (64 - 58));
  if (recent) {
    const EventClass& known = classes[recent];
    wanted.channel = known.channel;
    wanted.code = known.code;
    wanted.host = known.host;
    const std::string_view known_host =
        known.host ? strings.view(hosts[known.host.index()]) : std::string_view{};
    if (known == wanted && strings.view(known.code) == code &&
        strings.view(known.channel) == channel && known_host == host)
      return recent;
  }
  wanted.channel = strings.intern(channel);
  wanted.code = strings.intern(code);
  wanted.host = host_of(host);
  recent = classes.intern(wanted);
  return recent;
}

void IndexBatch::add(const Event& event) {
  rows.push_back(
      {event.time, event.source.offset, event.sequence, event.source.length, class_of(event)});
  const EventId id = EventId::from_index(rows.size() - 1);
  for (const SourceSpan& piece : event.more_pieces) more_pieces.emplace_back(id, piece);

  const auto text = [&](FieldId field) { return strings.intern(event.text(field)); };
  if (event.process.act == ProcessAct::none) {
    const std::string_view guid = event.text(field::process_entity_id);
    // Audit records have no ids, yet each says whose it is; so does a document about a process.
    const CategorySet categories = classes[rows.back().event_class].categories;
    const bool by_pid =
        event.source_kind == SourceKind::auditd || event.source_kind == SourceKind::ecs_auditd ||
        (is_document(event.source_kind) && (categories & category_bit(CategoryBit::process)) != 0);
    if (guid.empty() && !by_pid) return;
    const std::int64_t pid = pid_of(event, field::process_pid);
    if (guid.empty() && pid == kNoPid) return;
    mentions.push_back({id, classes[rows.back().event_class].host, pid, strings.intern(guid),
                        text(field::process_executable)});
    return;
  }
  ProcessRecord& record = processes.emplace_back();
  record.event = id;
  record.act = event.process.act;
  record.source_kind = event.source_kind;
  record.child_has_callers_parent = event.process.child_has_callers_parent;
  record.host = classes[rows.back().event_class].host;
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
  const bool has_args = event.source_kind == SourceKind::auditd || is_document(event.source_kind);
  if (has_args && event.process.act == ProcessAct::start) {
    record.args.first = static_cast<std::uint32_t>(args.size());
    event.for_each_text(field::process_args, [&](std::string_view arg) {
      // An empty argument is an argument; the pool has no id for it, so none stands for it here.
      args.push_back(strings.intern(arg));
    });
    record.args.count = static_cast<std::uint32_t>(args.size()) - record.args.first;
  }
  if (is_document(event.source_kind) && event.process.act == ProcessAct::start) {
    record.ancestry.first = static_cast<std::uint32_t>(ancestry.size());
    event.for_each_text(field::process_ext_ancestry, [&](std::string_view ancestor) {
      if (ancestry.size() - record.ancestry.first < kMaxListedAncestors)
        ancestry.push_back(strings.intern(ancestor));
    });
    record.ancestry.count = static_cast<std::uint32_t>(ancestry.size()) - record.ancestry.first;
  }
}

void IndexBatch::clear() {
  rows.clear();
  more_pieces.clear();
  processes.clear();
  mentions.clear();
  args.clear();
  ancestry.clear();
  strings.clear();
  classes.clear();
  hosts.clear();
  recent_ = {};
  host_by_name_.clear();
}

CaseCounts IndexBatch::counts() const {
  CaseCounts counts;
  counts.events = rows.size();
  counts.records = processes.size();
  for (const ProcessRecord& record : processes)
    counts.starts += record.act == ProcessAct::start || record.act == ProcessAct::fork ? 1 : 0;
  counts.mentions = mentions.size();
  counts.args = args.size() + ancestry.size();
  counts.string_bytes = strings.memory();
  counts.class_bytes = classes.bytes();
  return counts;
}

std::size_t IndexBatch::memory() const {
  return rows.size() * sizeof(EventRow) + more_pieces.size() * sizeof(more_pieces[0]) +
         processes.size() * sizeof(ProcessRecord) + mentions.size() * sizeof(ProcessMention) +
         (args.size() + ancestry.size()) * sizeof(StringId) + strings.memory() + classes.bytes();
}

}  // namespace stemma
