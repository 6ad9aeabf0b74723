#include "parsers/auditd/assembler.hpp"

#include <algorithm>

#include "parsers/auditd/call_head.hpp"
#include "parsers/auditd/tables.hpp"

namespace stemma::auditd {
namespace {

constexpr std::size_t kBuckets = 4'096;
constexpr std::size_t kClockSlots = 1'024;
/// Lists of lines that grew beyond this are not kept for the next event.
constexpr std::size_t kKeptLines = 256;
static_assert((kBuckets & (kBuckets - 1)) == 0 && (kClockSlots & (kClockSlots - 1)) == 0);

std::size_t bucket_of(const RecordLine& record) {
  const std::uint64_t key =
      (record.serial ^ static_cast<std::uint64_t>(record.milliseconds) << 20) * 0x9E3779B97F4A7C15u;
  return static_cast<std::size_t>(key >> 52) & (kBuckets - 1);
}

std::uint32_t clock_slot_of(std::string_view host) {
  std::uint64_t hash = host.size();
  for (const char c : host) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return static_cast<std::uint32_t>((hash ^ hash >> 32) & (kClockSlots - 1));
}

bool is_prompt_message(std::uint16_t type) {
  const bool daemon = type >= record_type::kFirstDaemon &&
                      type <= record_type::kLastDaemon;  // has serials of its own
  return is_single_record(type) && !daemon;
}

}  // namespace

bool is_prompt(std::uint16_t type, std::string_view body) {
  return type == record_type::kSyscall ? read_call_head(body).is_prompt : is_prompt_message(type);
}

Assembler::Assembler(Emit emit)
    : emit_(std::move(emit)), buckets_(kBuckets, kNone), clocks_(kClockSlots) {}

void Assembler::restart(std::uint64_t position, bool at_start) {
  while (oldest_ != kNone) close(oldest_);
  for (std::size_t i = order_at_; i < order_.size(); ++i) release(order_[i]);
  order_.clear();
  order_at_ = 0;
  if (++generation_ == 0) {
    std::fill(clocks_.begin(), clocks_.end(), Clock{});
    generation_ = 1;
  }
  last_ = kNone;
  own_open_ = 0;
  line_ = 0;
  start_position_ = position;
  at_start_ = at_start;
}

bool Assembler::in_window(std::uint64_t line, std::uint64_t position, const LinePlace& now) const {
  return line_ - line <= kMaxGapLines && now.position - position <= kMaxGapBytes;
}

const Assembler::Clock* Assembler::clock_of(std::uint32_t slot, std::string_view host,
                                            const LinePlace& now) const {
  const Clock& clock = clocks_[slot];
  return clock.generation == generation_ && clock.name == host &&
                 in_window(clock.line, clock.position, now)
             ? &clock
             : nullptr;
}

bool Assembler::timed_out(const OpenEvent& event, const LinePlace& now) const {
  if (line_ - event.last_line < kSettledLines || !event.knows_clock) return false;
  const std::string_view host = event.node.empty() ? event.syslog_host : event.node;
  const Clock* clock = clock_of(event.clock_slot, host, now);
  return clock != nullptr && clock->milliseconds - event.last_clock > kEventTimeoutMs;
}

std::uint32_t Assembler::find(const RecordLine& record, std::size_t bucket) const {
  for (std::uint32_t i = buckets_[bucket]; i != kNone; i = events_[i].next_in_bucket) {
    const OpenEvent& event = events_[i];
    if (event.serial == record.serial && event.milliseconds == record.milliseconds &&
        event.node == record.node && event.syslog_host == record.syslog_host)
      return i;
  }
  return kNone;
}

void Assembler::append(std::uint32_t index) {
  OpenEvent& event = events_[index];
  event.older = newest_;
  event.newer = kNone;
  if (newest_ != kNone) {
    events_[newest_].newer = index;
  } else {
    oldest_ = index;
  }
  newest_ = index;
}

void Assembler::unlink(std::uint32_t index) {
  OpenEvent& event = events_[index];
  (event.older != kNone ? events_[event.older].newer : oldest_) = event.newer;
  (event.newer != kNone ? events_[event.newer].older : newest_) = event.older;
}

void Assembler::release(std::uint32_t index) {
  std::vector<EventLine>& lines = events_[index].lines;
  if (lines.capacity() > kKeptLines) lines = {};
  free_.push_back(index);
}

std::uint32_t Assembler::begin(const RecordLine& record, std::size_t bucket,
                               const LinePlace& place) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(events_.size()));
    events_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  OpenEvent& event = events_[index];
  std::vector<EventLine> lines = std::move(event.lines);
  lines.clear();
  event = OpenEvent{};
  event.lines = std::move(lines);
  event.node = record.node;
  event.syslog_host = record.syslog_host;
  event.milliseconds = record.milliseconds;
  event.serial = record.serial;
  event.clock_slot = clock_slot_of(record.host());
  event.chain_cell = place.position / kGridBytes;
  event.open = true;
  event.own = phase_ == Phase::own;
  event.sure = at_start_ || line_ > kMaxGapLines || place.position - start_position_ > kMaxGapBytes;
  event.next_in_bucket = buckets_[bucket];
  buckets_[bucket] = index;
  append(index);
  if (event.own) {
    ++own_open_;
    order_.push_back(index);
  }
  return index;
}

void Assembler::close(std::uint32_t index) {
  OpenEvent& event = events_[index];
  RecordLine key;
  key.serial = event.serial;
  key.milliseconds = event.milliseconds;
  std::uint32_t* link = &buckets_[bucket_of(key)];
  while (*link != index) link = &events_[*link].next_in_bucket;
  *link = event.next_in_bucket;
  unlink(index);
  event.open = false;
  if (last_ == index) last_ = kNone;
  if (event.own) {
    --own_open_;
    any_closed_ = true;
  } else {
    release(index);
  }
}

void Assembler::expire(const LinePlace& now) {
  bool any = false;
  for (; oldest_ != kNone; any = true) {
    const OpenEvent& event = events_[oldest_];
    if (in_window(event.last_line, event.last_position, now)) break;
    close(oldest_);
  }
  if (any) emit_closed();
}

void Assembler::tick(const RecordLine& record, std::uint32_t slot, OpenEvent* event,
                     const LinePlace& place) {
  Clock& clock = clocks_[slot];
  const std::string_view host = record.host();
  if (event != nullptr && clock.generation == generation_ && clock.name == host &&
      line_ - clock.line <= kMaxClockLines && place.position - clock.position <= kMaxClockBytes &&
      record.serial > clock.serial && clock.milliseconds - record.milliseconds > kClockStepMs) {
    event->clock_fell_by = clock.milliseconds - record.milliseconds;
  }
  clock = {host, record.milliseconds, line_, place.position, record.serial, generation_};
}

bool Assembler::add(const RecordLine& record, const LinePlace& place) {
  ++line_;
  expire(place);
  std::uint32_t index = kNone;
  std::size_t bucket = kBuckets;
  if (record.same_stamp && last_ != kNone) {
    index = last_;
  } else {
    bucket = bucket_of(record);
    index = find(record, bucket);
  }
  if (index != kNone && timed_out(events_[index], place)) {
    close(index);
    index = kNone;
  }
  if (record.type == record_type::kEoe) {
    // It carries nothing and never begins an event; auditd does not even write it.
    if (index != kNone) {
      events_[index].ended = true;
      close(index);
      emit_closed();
    }
    last_ = kNone;
    return true;
  }
  if (index != kNone && record.type == record_type::kSyscall && events_[index].has_syscall) {
    close(index);  // an event has one SYSCALL: this is a second copy
    index = kNone;
  }
  const std::uint64_t cell = place.position / kGridBytes;
  std::uint64_t chain_cell = cell;
  bool cut = false;
  if (index != kNone && cell >= events_[index].chain_cell + 2 &&
      events_[index].last_position / kGridBytes < cell) {
    chain_cell = events_[index].chain_cell;
    cut = true;
    close(index);
    index = kNone;
  }
  if (index == kNone) {
    if (phase_ == Phase::behind) {
      const bool prompt = is_prompt(record.type, record.body);
      if (prompt) tick(record, clock_slot_of(record.host()), nullptr, place);
      last_ = kNone;
      return true;
    }
    index = begin(record, bucket == kBuckets ? bucket_of(record) : bucket, place);
    if (cut) {
      events_[index].chain_cell = chain_cell;
      events_[index].sure = true;
    }
  } else if (newest_ != index) {
    unlink(index);
    append(index);
  }

  OpenEvent& event = events_[index];
  const bool kept = event.line_count < kMaxLinesPerEvent;
  if (kept) {
    ++event.line_count;
    if (event.own) {
      event.lines.push_back(
          {record.body, record.type_name, place.offset, place.length, record.type, place.file});
    }
  }
  last_ = index;
  bool ends = false;
  bool prompt = false;
  switch (record.type) {
    case record_type::kSyscall: {
      const CallHead call = read_call_head(record.body);
      event.has_syscall = true;
      event.items = call.items;
      event.is_exec = call.is_exec;
      event.call_paths = 0;
      event.call_execve = false;
      prompt = call.is_prompt;
      break;
    }
    case record_type::kPath:
      ++event.paths;
      ++event.call_paths;
      break;
    case record_type::kExecve:
      event.has_execve = event.call_execve = true;
      break;
    case record_type::kProctitle:
      event.ended = true;
      ends = event.has_syscall && event.call_paths >= event.items &&
             (!event.is_exec || event.call_execve);
      break;
    default:
      ends = is_single_record(record.type);
      prompt = is_prompt_message(record.type);
      break;
  }
  if (prompt) tick(record, event.clock_slot, &event, place);
  if (ends) {
    close(index);
  } else {
    const Clock* clock = clock_of(event.clock_slot, record.host(), place);
    event.knows_clock = clock != nullptr;
    if (clock != nullptr) event.last_clock = clock->milliseconds;
    event.last_line = line_;
    event.last_position = place.position;
  }
  if (any_closed_) emit_closed();
  return kept;
}

bool Assembler::is_unsure() const {
  for (std::uint32_t i = oldest_; i != kNone; i = events_[i].newer) {
    if (!events_[i].sure) return true;
  }
  return false;
}

void Assembler::emit_closed() {
  any_closed_ = false;
  while (order_at_ < order_.size() && !events_[order_[order_at_]].open) {
    const std::uint32_t index = order_[order_at_++];
    emit(events_[index], false);
    release(index);
  }
  if (order_at_ == order_.size()) {
    order_.clear();
    order_at_ = 0;
  } else if (order_at_ > order_.size() / 2 && order_at_ > kBuckets) {
    order_.erase(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(order_at_));
    order_at_ = 0;
  }
}

void Assembler::emit(const OpenEvent& event, bool end_of_stream) {
  AssembledEvent assembled;
  assembled.lines = event.lines;
  assembled.node = event.node;
  assembled.syslog_host = event.syslog_host;
  assembled.milliseconds = event.milliseconds;
  assembled.serial = event.serial;
  assembled.clock_fell_by = event.clock_fell_by;
  const bool only_auxiliary =
      !event.has_syscall && std::all_of(event.lines.begin(), event.lines.end(),
                                        [](const EventLine& l) { return is_auxiliary(l.type); });
  if (only_auxiliary) {
    assembled.incomplete = "records without their SYSCALL";
  } else if (event.is_exec && !event.has_execve) {
    assembled.incomplete = "exec without its EXECVE record";
  } else if (event.paths < event.items && (event.paths > 0 || (end_of_stream && !event.ended))) {
    // With no PATH at all a rule may have excluded the type.
    assembled.incomplete = "fewer PATH records than items";
  }
  emit_(assembled);
}

void Assembler::finish(bool end_of_stream) {
  for (; order_at_ < order_.size(); ++order_at_) {
    const std::uint32_t index = order_[order_at_];
    const bool open = events_[index].open;
    if (open) close(index);
    emit(events_[index], end_of_stream && open);
    release(index);
  }
  order_.clear();
  order_at_ = 0;
}

}  // namespace stemma::auditd
