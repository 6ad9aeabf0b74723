// What the families of Windows events (Sysmon, Security, PowerShell, the rest) have to say: what is
// the same for all events of a kind, which event data values they use, and what they make of them.
// Internal to winlog; mapping.cpp calls it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "events/event.hpp"
#include "parsers/winlog/ecs_writer.hpp"
#include "parsers/winlog/win_event.hpp"

namespace stemma::winlog {

/// Number of no row and of no place.
inline constexpr std::uint8_t kNone = 0xFF;

/// Place of unnamed values, which are not gathered: the family walks over them itself.
inline constexpr std::uint8_t kUnnamed = 0xFE;

/// What a family does with the event data values of one name.
struct ItemUse {
  std::uint8_t row = kNone;    ///< of its table: the value is written on its own
  std::uint8_t place = kNone;  ///< in LookedUp: the value is looked up when all items were seen
  [[nodiscard]] bool any() const { return row != kNone || place != kNone; }
};

/// Event data values that a family looks up by name, gathered in one walk over an event's items:
/// the first of each name.
class LookedUp {
 public:
  void clear() { seen_ = 0; }
  void keep(std::uint8_t place, std::string_view value) {
    if (seen_ >> place & 1) return;
    seen_ |= std::uint64_t{1} << place;
    values_[place] = value;
  }
  /// Empty where the event has none.
  std::string_view operator[](std::uint8_t place) const {
    return seen_ >> place & 1 ? values_[place] : std::string_view{};
  }

 private:
  std::uint64_t seen_ = 0;
  std::array<std::string_view, 64> values_;
};

/// Position of `name` in a family's list of names to look up, or kNone.
constexpr std::uint8_t place_in(std::span<const std::string_view> names, std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<std::uint8_t>(i);
  }
  return kNone;
}

/// What an event id means: ECS categories and types as words, and the action.
struct EventClass {
  std::uint32_t id = 0;
  std::string_view categories, types, action;
};

/// Sets event.category, event.type and event.action.
void set_class(const EventClass& event_class, Event& to);

/// One family. Functions may be null where it has nothing to say.
struct Family {
  std::string_view module, dataset;
  SourceKind source_kind = SourceKind::evtx_other;
  bool posix = false;         ///< paths and accounts are Linux's
  bool drops_absent = false;  ///< absent markers are left out of winlog.event_data as well

  /// Sets the fields and Event::process.act that follow from what makes a kind of event: its
  /// provider, id, channel, keywords, level, version, task, opcode. Called once a kind.
  void (*constants)(const WinEvent& from, Event& to) = nullptr;
  /// A number of the family's own about the event id, handed back to item() and finish().
  std::uint32_t (*memo)(std::uint32_t id) = nullptr;
  /// What it does with values called `name` in a pass that wants `wanted`: nothing, where all that
  /// they could set is unwanted. Called once a kind and name.
  ItemUse (*use)(std::uint32_t id, std::string_view name, const Projection& wanted) = nullptr;
  /// Writes one value by its row.
  void (*item)(std::uint8_t row, std::uint32_t memo, std::string_view value,
               EcsWriter& out) = nullptr;
  /// Writes what needs several values, after all rows.
  void (*finish)(const WinEvent& from, std::uint32_t memo, const LookedUp& data,
                 EcsWriter& out) = nullptr;
};

/// The family of an event, by its provider; for the event log service by its channel too.
const Family& family_of(const WinEvent& event);

/// True for the event log service, which writes into the Security log as well.
bool is_event_log_service(const WinEvent& event);

extern const Family kSysmon, kSysmonLinux, kSecurity, kPowerShell, kPowerShellOperational, kOther;

/// Whether the families look at UserData's value of that path; only 1102 and 104 of the event log
/// service have a use for one.
bool user_data_reads(std::uint32_t id, std::string_view name, const Projection& wanted);

}  // namespace stemma::winlog
