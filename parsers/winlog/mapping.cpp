#include "parsers/winlog/mapping.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "parsers/winlog/ecs_writer.hpp"
#include "parsers/winlog/event_kind.hpp"
#include "parsers/winlog/family.hpp"

namespace stemma {

using namespace winlog;

namespace {

// Caches outlive their mappers: a mapper is made for every unit of the evidence, and the next unit
// has the same kinds of events. Some a thread, since mappers can live side by side.
constexpr std::size_t kMaxSpareCaches = 4;

// False again once this thread's caches are gone; a mapper may die after them.
thread_local bool keeps_spare_caches = false;

}  // namespace

struct WinlogMapper::Cache {
  EventKinds kinds;
  LookedUp looked_up;

  static std::unique_ptr<Cache> take();
  static void give(std::unique_ptr<Cache> cache);

  void map_event_data(const WinEvent& from, EventKind& kind, EcsWriter& out);
  void map_user_data(const WinEvent& from, EventKind& kind, Event& to);

 private:
  struct Spare {
    Spare() { keeps_spare_caches = true; }
    ~Spare() { keeps_spare_caches = false; }
    std::vector<std::unique_ptr<Cache>> caches;
  };
  static Spare& spare() {
    static thread_local Spare caches;
    return caches;
  }
};

std::unique_ptr<WinlogMapper::Cache> WinlogMapper::Cache::take() {
  auto& caches = spare().caches;
  if (caches.empty()) return std::make_unique<Cache>();
  std::unique_ptr<Cache> cache = std::move(caches.back());
  caches.pop_back();
  return cache;
}

void WinlogMapper::Cache::give(std::unique_ptr<Cache> cache) {
  if (keeps_spare_caches && spare().caches.size() < kMaxSpareCaches)
    spare().caches.push_back(std::move(cache));
}

void WinlogMapper::Cache::map_event_data(const WinEvent& from, EventKind& kind, EcsWriter& out) {
  Event& to = out.event();
  const Family& family = *kind.family;
  std::size_t unnamed = 0;
  kind.event_data.begin();
  for (const WinDataItem& item : from.event_data) {
    if (item.name.empty()) {
      ++unnamed;
      if (item.value.empty()) continue;
      to.add_view(field::winlog_event_data_data, item.value);
      if (unnamed <= kMaxParams) to.add_view(kinds.param(unnamed), item.value);
      continue;
    }
    ItemPlan& plan = kinds.next(kind, kind.event_data, false, item.name);
    if (plan.use.place != kNone) looked_up.keep(plan.use.place, item.value);
    if (plan.use.row != kNone) family.item(plan.use.row, kind.memo, item.value, out);
    if (item.value.empty() || (plan.own_known && !plan.own)) continue;
    if (family.drops_absent && is_absent(item.value)) continue;
    to.add_view(plan.own_known ? plan.own : kinds.own_field(plan, false), item.value);
  }
}

void WinlogMapper::Cache::map_user_data(const WinEvent& from, EventKind& kind, Event& to) {
  if (!from.user_data_name.empty())
    to.set_view(field::winlog_user_data_xml_name, from.user_data_name);
  kind.user_data.begin();
  for (const WinDataItem& item : from.user_data) {
    ItemPlan& plan = kinds.next(kind, kind.user_data, true, item.name);
    if (!item.value.empty()) to.add_view(kinds.own_field(plan, true), item.value);
  }
}

namespace {

// The fields of System that differ between events of a kind.
void map_system(const WinEvent& from, Event& to) {
  if (!from.provider_guid.empty()) to.set_view(field::winlog_provider_guid, from.provider_guid);
  if (from.record_id) to.set_decimal(field::winlog_record_id, *from.record_id);
  if (!is_absent(from.activity_id)) to.set_view(field::winlog_activity_id, from.activity_id);
  if (!is_absent(from.related_activity_id))
    to.set_view(field::winlog_related_activity_id, from.related_activity_id);
  if (from.process_id)
    to.set(field::winlog_process_pid, static_cast<std::int64_t>(*from.process_id));
  if (from.thread_id)
    to.set(field::winlog_process_thread_id, static_cast<std::int64_t>(*from.thread_id));
  if (!is_absent(from.user_id)) to.set_view(field::winlog_user_identifier, from.user_id);
  if (!is_absent(from.computer)) to.set_view(field::winlog_computer_name, from.computer);
  if (from.time_created)
    to.set_time(field::winlog_time_created, from.time_created->time, from.time_created->digits);
  if (!from.rendered_message.empty()) to.set_view(field::message, from.rendered_message);
}

}  // namespace

WinlogMapper::WinlogMapper() : cache_(Cache::take()) {}
WinlogMapper::~WinlogMapper() {
  Cache::give(std::move(cache_));
}

void WinlogMapper::map(const WinEvent& from, Event& to, std::string_view default_host) {
  static const Projection kNothing;
  EventKinds& kinds = cache_->kinds;
  kinds.use(to.projection() != nullptr ? *to.projection() : kNothing);
  EventKind& kind = kinds.kind_of(from);
  to.append(kind.constants);
  to.source_kind = kind.family->source_kind;
  if (kind.act != ProcessAct::none) to.process.act = kind.act;
  if (from.record_id) to.sequence = *from.record_id;
  if (from.time_created) {
    to.time = from.time_created->time;
    to.time_digits = from.time_created->digits;
  }
  if (!is_absent(from.computer)) {
    to.set_view(field::host_name, from.computer);
  } else if (!default_host.empty()) {
    to.set_view(field::host_name, default_host, Origin::derived);
  }
  if (kinds.wants_system()) map_system(from, to);
  EcsWriter out(to, kind.family->posix);
  cache_->looked_up.clear();
  cache_->map_event_data(from, kind, out);
  kind.family->finish(from, kind.memo, cache_->looked_up, out);
  to.set_time(field::timestamp, to.time, to.time_digits);
  cache_->map_user_data(from, kind, to);
}

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
    return wants_own(name) || user_data_reads(system.event_id.value_or(0), name, wanted);
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
    return kOther.use(id, name, wanted).any() || kSecurity.use(id, name, wanted).any();
  return family_of(system).use(id, name, wanted).any();
}

bool WinlogMapper::reads_message(const Projection& wanted) {
  return wanted.wants(field::message);
}

}  // namespace stemma
