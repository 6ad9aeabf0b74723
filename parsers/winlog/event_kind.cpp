#include "parsers/winlog/event_kind.hpp"

#include <fmt/format.h>

#include <cstring>

namespace stemma::winlog {
namespace {

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

// Fields that differ between events of a kind; mapping.cpp sets them.
constexpr FieldId kSystemFields[] = {
    field::winlog_provider_guid,   field::winlog_record_id,
    field::winlog_activity_id,     field::winlog_related_activity_id,
    field::winlog_process_pid,     field::winlog_process_thread_id,
    field::winlog_user_identifier, field::winlog_computer_name,
    field::winlog_time_created,    field::message,
};

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
  return hash ^ (hash >> 32);
}

std::uint64_t number(const std::optional<std::uint32_t>& value) {
  return value ? *value : std::uint64_t{1} << 32;
}

// Texts go in by their size and their last bytes: most providers begin alike.
std::uint64_t mix(std::uint64_t hash, std::string_view text) {
  std::uint64_t last = 0;
  if (text.size() >= 8) std::memcpy(&last, text.data() + text.size() - 8, 8);
  return mix(hash, last + text.size());
}

std::uint64_t hash_of(const WinEvent& event) {
  std::uint64_t hash = mix(0, number(event.event_id) | number(event.task) << 33);
  hash = mix(hash, event.provider_name);
  hash = mix(hash, event.channel);
  hash = mix(hash, number(event.version) | number(event.opcode) << 20 | number(event.level) << 40);
  return mix(hash, event.keywords.value_or(1));
}

bool is_of(const EventKind& kind, const WinEvent& event) {
  return kind.event_id == event.event_id && kind.keywords == event.keywords &&
         kind.task == event.task && kind.version == event.version && kind.opcode == event.opcode &&
         kind.level == event.level && same_text(kind.provider_name, event.provider_name) &&
         same_text(kind.channel, event.channel) &&
         same_text(kind.event_source_name, event.event_source_name);
}

// The fields of System that are the same for all events of a kind.
void system_constants(const WinEvent& from, const Family& family, Event& to) {
  to.set_lasting(field::event_kind, "event", Origin::derived);
  if (!family.module.empty()) {
    to.set_lasting(field::event_module, family.module, Origin::derived);
    to.set_lasting(field::event_dataset, family.dataset, Origin::derived);
  }
  if (from.event_id) {
    to.set_decimal(field::event_code, *from.event_id);
    to.set_decimal(field::winlog_event_id, *from.event_id);
  }
  if (!from.provider_name.empty()) {
    to.set(field::event_provider, from.provider_name);
    to.set(field::winlog_provider_name, from.provider_name);
  }
  if (!from.event_source_name.empty())
    to.set(field::winlog_event_source_name, from.event_source_name);
  if (from.level) {
    if (const std::string_view level = level_name(*from.level); !level.empty()) {
      to.set_lasting(field::log_level, level, Origin::derived);
      to.set_lasting(field::winlog_level, level);
    }
  }
  if (from.version) to.set(field::winlog_version, static_cast<std::int64_t>(*from.version));
  if (from.task) to.set_decimal(field::winlog_task, *from.task);
  if (from.opcode) {
    if (const std::string_view opcode = opcode_name(*from.opcode); !opcode.empty()) {
      to.set_lasting(field::winlog_opcode, opcode);
    } else {
      to.set_decimal(field::winlog_opcode, *from.opcode);
    }
  }
  if (from.keywords) {
    for (const Keyword& keyword : kKeywords) {
      if (*from.keywords & keyword.bit) to.add_lasting(field::winlog_keywords, keyword.name);
    }
  }
  if (!from.channel.empty()) to.set(field::winlog_channel, from.channel);
  to.set_lasting(field::host_os_type, family.posix ? "linux" : "windows", Origin::derived);
}

}  // namespace

ItemPlan& ItemPlans::next(std::string_view name, bool& is_new, std::size_t& kept) {
  is_new = false;
  ItemPlan* plan = at_->next;
  if (plan == nullptr || plan->name != name) {
    if (const auto found = by_name_.find(name); found != by_name_.end()) {
      plan = found->second.get();
    } else {
      is_new = true;
      if (kept >= kMaxNames || name.size() > kMaxFieldNameLength) {
        spare_ = {};
        spare_.name = name;
        return spare_;
      }
      ++kept;
      auto made = std::make_unique<ItemPlan>();
      made->name = name;
      plan = made.get();
      by_name_.emplace(plan->name, std::move(made));
    }
    at_->next = plan;
  }
  at_ = plan;
  return *plan;
}

void EventKinds::use(const Projection& wanted) {
  if (!places_.empty() && wanted.identity() == wanted_.identity()) return;
  wanted_ = wanted;
  wants_system_ = false;
  for (const FieldId field : kSystemFields) wants_system_ = wants_system_ || wanted.wants(field);
  kinds_.clear();
  last_ = nullptr;
  places_.assign(kMaxKinds * 2, {});
  names_ = 0;
  params_.assign(kMaxParams, FieldId{});
  params_known_ = 0;
}

EventKind& EventKinds::kind_of(const WinEvent& event) {
  if (last_ != nullptr && is_of(*last_, event)) return *last_;  // events come in runs
  const std::uint64_t hash = hash_of(event);
  const std::size_t mask = places_.size() - 1;
  std::size_t at = hash & mask;
  for (; places_[at].second != 0; at = (at + 1) & mask) {
    if (places_[at].first != hash) continue;
    EventKind& kind = *kinds_[places_[at].second - 1];
    if (is_of(kind, event)) return *(last_ = &kind);
  }
  if (kinds_.size() == kMaxKinds) {
    kinds_.clear();
    places_.assign(places_.size(), {});
    names_ = 0;
    at = hash & mask;
  }
  kinds_.push_back(std::make_unique<EventKind>());
  places_[at] = {hash, static_cast<std::uint32_t>(kinds_.size())};
  make(event, *kinds_.back());
  return *(last_ = kinds_.back().get());
}

void EventKinds::make(const WinEvent& event, EventKind& kind) const {
  kind.provider_name = event.provider_name;
  kind.event_source_name = event.event_source_name;
  kind.channel = event.channel;
  kind.event_id = event.event_id;
  kind.version = event.version;
  kind.level = event.level;
  kind.task = event.task;
  kind.opcode = event.opcode;
  kind.keywords = event.keywords;

  kind.family = &family_of(event);
  const std::uint32_t id = event.event_id.value_or(0);
  kind.memo = kind.family->memo(id);
  Event constants;
  constants.reset(wanted_);
  system_constants(event, *kind.family, constants);
  kind.family->constants(event, constants);
  kind.act = constants.process.act;
  kind.constants = constants.prepare();
}

ItemPlan& EventKinds::find(EventKind& kind, ItemPlans& plans, bool user_data,
                           std::string_view name) {
  bool is_new = false;
  ItemPlan& plan = plans.next(name, is_new, names_);
  if (is_new && !user_data) {
    plan.use = kind.family->use(kind.event_id.value_or(0), name, wanted_);
    if (plan.use.place == kUnnamed) plan.use.place = kNone;
  }
  return plan;
}

FieldId EventKinds::named(std::string_view prefix, std::string_view name) const {
  const std::string full = std::string(prefix).append(name);
  const FieldId field =
      wanted_.wants_all() ? intern_field(full) : find_field(full).value_or(FieldId{});
  return field && wanted_.wants(field) ? field : FieldId{};
}

FieldId EventKinds::own_field(ItemPlan& plan, bool user_data) {
  if (!plan.own_known) {
    plan.own = named(user_data ? "winlog.user_data." : "winlog.event_data.", plan.name);
    plan.own_known = true;
  }
  return plan.own;
}

FieldId EventKinds::param(std::size_t number) {
  for (; params_known_ < number; ++params_known_)
    params_[params_known_] = named("winlog.event_data.", fmt::format("param{}", params_known_ + 1));
  return params_[number - 1];
}

}  // namespace stemma::winlog
