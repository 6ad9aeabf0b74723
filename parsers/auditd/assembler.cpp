#include "parsers/auditd/assembler.hpp"

#include <algorithm>
#include <charconv>

#include "parsers/auditd/tables.hpp"

namespace stemma::auditd {
namespace {

constexpr std::size_t kWindow = 1'024;
constexpr std::size_t kBuckets = 4'096;
static_assert(kWindow > kLaterEvents && (kBuckets & (kBuckets - 1)) == 0);

/// The bare value behind ` key=` near the start of a SYSCALL body; empty where it is not there.
std::string_view value_of(std::string_view body, std::string_view key) {
  std::size_t from = 0;
  while (true) {
    const std::size_t at = body.find(key, from);
    if (at == std::string_view::npos) return {};
    if (at == 0 || body[at - 1] == ' ') {
      const std::size_t start = at + key.size();
      return body.substr(start, body.find(' ', start) - start);
    }
    from = at + 1;
  }
}

std::uint32_t number(std::string_view digits) {
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

struct Call {
  std::string_view name;
  bool success = false;
};

Call call_of(std::string_view body) {
  const std::string_view digits = value_of(body, "syscall=");
  if (digits.empty()) return {};
  Call call;
  // The numbers that matter most, without a search through the tables.
  const std::string_view arch = value_of(body, "arch=");
  if (arch == "c000003e" && digits == "59") {
    call.name = "execve";
  } else {
    call.name = syscall_name(arch_of(arch), number(digits));
    if (call.name.empty()) call.name = digits;  // an interpreted log
  }
  call.success = value_of(body, "success=") == "yes";
  return call;
}

bool is_prompt_call(std::string_view call) {
  return call == "execve" || call == "execveat" || call == "exit_group";
}

bool is_prompt_message(std::uint16_t type) {
  const bool daemon = type >= record_type::kFirstDaemon &&
                      type <= record_type::kLastDaemon;  // has serials of its own
  return is_single_record(type) && !daemon;
}

}  // namespace

bool is_prompt(std::uint16_t type, std::string_view body) {
  return type == record_type::kSyscall ? is_prompt_call(call_of(body).name)
                                       : is_prompt_message(type);
}

Assembler::Assembler(Emit emit)
    : emit_(std::move(emit)), window_(kWindow), buckets_(kBuckets, -1) {}

std::uint32_t Assembler::host_of(std::string_view name) {
  if (last_host_ < hosts_.size() && hosts_[last_host_].name == name) return last_host_;
  for (std::uint32_t i = 0; i < hosts_.size(); ++i) {
    if (hosts_[i].name == name) return last_host_ = i;
  }
  if (hosts_.size() >= kMaxHosts) return last_host_ = 0;
  Host host;
  host.name = name;
  hosts_.push_back(host);
  return last_host_ = static_cast<std::uint32_t>(hosts_.size() - 1);
}

Assembler::OpenEvent* Assembler::find(const RecordLine& record, std::uint32_t host) {
  for (std::int32_t i = buckets_[record.serial % kBuckets]; i >= 0;
       i = window_[static_cast<std::size_t>(i)].next_in_bucket) {
    OpenEvent& event = window_[static_cast<std::size_t>(i)];
    if (event.serial == record.serial && event.milliseconds == record.milliseconds &&
        event.host == host && !event.sealed && event.node == record.node &&
        event.syslog_host == record.syslog_host) {
      return &event;
    }
  }
  return nullptr;
}

Assembler::OpenEvent& Assembler::begin(const RecordLine& record, std::uint32_t host,
                                       std::uint64_t position) {
  if (end_ - first_ >= window_.size()) emit_first(false);
  OpenEvent& event = at(end_);
  std::vector<EventLine> lines = std::move(event.lines);
  lines.clear();
  event = OpenEvent{};
  event.lines = std::move(lines);
  event.node = record.node;
  event.syslog_host = record.syslog_host;
  event.milliseconds = record.milliseconds;
  event.serial = record.serial;
  event.host = host;
  event.position = position;
  Host& clock = hosts_[host];
  clock.clock = std::max(clock.clock, record.milliseconds);
  event.clock_at_arrival = clock.clock;
  std::int32_t& bucket = buckets_[record.serial % kBuckets];
  event.next_in_bucket = bucket;
  bucket = static_cast<std::int32_t>(end_ % window_.size());
  ++end_;
  return event;
}

bool Assembler::add(const RecordLine& record, std::uint16_t file, std::uint64_t offset,
                    std::uint32_t length, std::uint64_t position) {
  close_old(position);
  const std::uint32_t host = host_of(record.host());
  OpenEvent* event = find(record, host);
  if (record.type == record_type::kEoe) {
    // It carries nothing and never begins an event; auditd does not even write it.
    if (event != nullptr) event->ended = event->sealed = true;
    return true;
  }
  if (event != nullptr && record.type == record_type::kSyscall && event->has_syscall) {
    event->sealed = true;  // an event has one SYSCALL: this is a second copy
    event = nullptr;
  }
  if (event == nullptr) event = &begin(record, host, position);
  if (event->lines.size() >= kMaxLinesPerEvent) return false;
  event->lines.push_back({record.body, record.type_name, offset, length, record.type, file});
  ++held_lines_;
  switch (record.type) {
    case record_type::kSyscall: {
      const Call call = call_of(record.body);
      event->has_syscall = true;
      event->items = number(value_of(record.body, "items="));
      event->is_exec = call.success && (call.name == "execve" || call.name == "execveat");
      event->prompt = is_prompt_call(call.name);
      break;
    }
    case record_type::kPath:
      ++event->paths;
      break;
    case record_type::kExecve:
      event->has_execve = true;
      break;
    case record_type::kProctitle:
      // The kernel writes it last, but a log may have been sorted since: it ends the event only
      // where all is there.
      event->ended = true;
      event->sealed = event->has_syscall && event->paths >= event->items &&
                      (!event->is_exec || event->has_execve);
      break;
    default:
      event->sealed = is_single_record(record.type);
      event->prompt = event->prompt || is_prompt_message(record.type);
      break;
  }
  return true;
}

void Assembler::close_old(std::uint64_t position) {
  while (first_ < end_) {
    const OpenEvent& event = at(first_);
    const std::uint64_t later = end_ - first_;
    const bool timed_out = later > kSettledEvents &&
                           hosts_[event.host].clock - event.clock_at_arrival > kEventTimeoutMs;
    const bool old = timed_out || later > kLaterEvents ||
                     position - event.position > kMaxEventSpan || held_lines_ > kMaxHeldLines;
    if (!event.sealed && !old) return;
    emit_first(false);
  }
}

void Assembler::emit_first(bool end_of_stream) {
  OpenEvent& event = at(first_);
  std::int32_t* link = &buckets_[event.serial % kBuckets];
  const auto self = static_cast<std::int32_t>(first_ % window_.size());
  while (*link != self) link = &window_[static_cast<std::size_t>(*link)].next_in_bucket;
  *link = event.next_in_bucket;
  ++first_;
  held_lines_ -= event.lines.size();

  AssembledEvent assembled;
  assembled.lines = event.lines;
  assembled.node = event.node;
  assembled.syslog_host = event.syslog_host;
  assembled.milliseconds = event.milliseconds;
  assembled.serial = event.serial;

  const bool only_auxiliary =
      std::all_of(event.lines.begin(), event.lines.end(),
                  [](const EventLine& line) { return is_auxiliary(line.type); });
  if (only_auxiliary) {
    assembled.incomplete = "records without their SYSCALL";
  } else if (event.is_exec && !event.has_execve) {
    assembled.incomplete = "exec without its EXECVE record";
  } else if (event.paths < event.items && (event.paths > 0 || (end_of_stream && !event.ended))) {
    // With no PATH at all a rule may have excluded the type.
    assembled.incomplete = "fewer PATH records than items";
  }

  Host& host = hosts_[event.host];
  if (event.prompt) {
    if (host.has_prompt && event.serial > host.prompt_serial &&
        host.prompt_clock - event.milliseconds > kClockStepMs) {
      assembled.clock_fell_by = host.prompt_clock - event.milliseconds;
    }
    host.has_prompt = true;
    host.prompt_clock = event.milliseconds;
    host.prompt_serial = event.serial;
  }
  emit_(assembled);
}

void Assembler::finish() {
  while (first_ < end_) emit_first(true);
}

}  // namespace stemma::auditd
