// What is worked out once for a kind of Windows event and then used for each of its events: the
// fields whose values are the same for all of them, and what becomes of the event data values of
// each name. Internal to winlog. One thread.
//
// A kind is everything that decides such values: provider, classic source, channel, event id, and
// the small numbers of System. Names and texts are compared in full at every use, never by their
// address: a decoder may reuse its memory, and a forged log may give one kind ever new names.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "events/event.hpp"
#include "parsers/winlog/family.hpp"
#include "parsers/winlog/win_event.hpp"

namespace stemma::winlog {

/// Cap on winlog.event_data.paramN fields of one event; unnamed data beyond is only in the list.
/// Real ones have below 30.
inline constexpr std::size_t kMaxParams = 64;

/// Cap on kinds kept; beyond it all are forgotten. Whole machines' logs have some hundreds.
inline constexpr std::size_t kMaxKinds = 1024;

/// Cap on names kept over all kinds, so that a forged log of one new name per value does not fill
/// memory here as well; names beyond it, and those too long to be a field's, are worked out at
/// every use.
inline constexpr std::size_t kMaxNames = 8192;

/// a == b, without a call: names and providers are short.
inline bool same_text(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const auto differ = [&](auto word, std::size_t at) {
    auto other = word;
    std::memcpy(&word, a.data() + at, sizeof word);
    std::memcpy(&other, b.data() + at, sizeof other);
    return word != other;
  };
  if (a.size() >= 8) {
    std::size_t at = 0;
    for (; at + 8 <= a.size(); at += 8) {
      if (differ(std::uint64_t{0}, at)) return false;
    }
    return !differ(std::uint64_t{0}, a.size() - 8);
  }
  if (a.size() >= 4) return !differ(std::uint32_t{0}, 0) && !differ(std::uint32_t{0}, a.size() - 4);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

/// What becomes of the values of one name.
struct ItemPlan {
  std::string name;
  ItemUse use;
  FieldId own;  ///< winlog.event_data.<name>, winlog.user_data.<path>; none where unwanted
  bool own_known = false;    ///< worked out at the first value that is to be written
  ItemPlan* next = nullptr;  ///< the item that followed this one last time
};

/// The plans of one kind's names, found by what came before: events of a kind have their items in
/// the same order.
class ItemPlans {
 public:
  /// Begins a walk over an event's items.
  void begin() { at_ = &head_; }
  /// The plan of the next item, where it is the one that followed last time; else null.
  ItemPlan* expected(std::string_view name) {
    ItemPlan* plan = at_->next;
    if (plan == nullptr || !same_text(plan->name, name)) return nullptr;
    return at_ = plan;
  }
  /// The plan of the next item, whatever it is. Valid until the next call where `is_new` and the
  /// cap was hit.
  ItemPlan& next(std::string_view name, bool& is_new, std::size_t& kept);

 private:
  ItemPlan head_;
  ItemPlan* at_ = &head_;
  std::unordered_map<std::string_view, std::unique_ptr<ItemPlan>> by_name_;
  ItemPlan spare_;
};

struct EventKind {
  // What it is.
  std::string provider_name, event_source_name, channel;
  std::optional<std::uint32_t> event_id, version, level, task, opcode;
  std::optional<std::uint64_t> keywords;

  // What follows from it.
  const Family* family = nullptr;
  std::uint32_t memo = 0;  ///< Family::memo
  ProcessAct act = ProcessAct::none;
  PreparedFields constants;
  ItemPlans event_data, user_data;
};

/// Kinds met in one pass. Everything is forgotten where the pass's projection changes.
class EventKinds {
 public:
  /// To be called before the others, whenever the projection may be another.
  void use(const Projection& wanted);
  /// The kind of `event`. Valid until the next call.
  EventKind& kind_of(const WinEvent& event);
  /// The plan of the next item of `plans`.
  ItemPlan& next(EventKind& kind, ItemPlans& plans, bool user_data, std::string_view name) {
    ItemPlan* plan = plans.expected(name);
    return plan != nullptr ? *plan : find(kind, plans, user_data, name);
  }
  /// The field of the item's own name; none where it is not wanted. Names met for the first time
  /// are interned only where the pass wants every field: a pass with a list of fields can only want
  /// what it could name before.
  FieldId own_field(ItemPlan& plan, bool user_data);
  /// winlog.event_data.param<number>, from 1 to kMaxParams; none where it is not wanted.
  FieldId param(std::size_t number);

  /// Whether the pass wants one at least of the fields of System that differ between events of a
  /// kind, host.name apart.
  [[nodiscard]] bool wants_system() const { return wants_system_; }

 private:
  ItemPlan& find(EventKind& kind, ItemPlans& plans, bool user_data, std::string_view name);
  void make(const WinEvent& event, EventKind& kind) const;
  [[nodiscard]] FieldId named(std::string_view prefix, std::string_view name) const;

  Projection wanted_;
  bool wants_system_ = false;
  std::size_t names_ = 0;
  std::vector<std::unique_ptr<EventKind>> kinds_;
  EventKind* last_ = nullptr;
  std::vector<std::pair<std::uint64_t, std::uint32_t>>
      places_;  // open addressing: hash, kind from 1
  std::vector<FieldId> params_;
  std::size_t params_known_ = 0;
};

}  // namespace stemma::winlog
