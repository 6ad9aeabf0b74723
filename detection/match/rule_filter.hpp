// RuleFilter: of many rules, which may match an event: one thread's use of a RuleIndex. It
// remembers what values that come again (a program's name, its parent's, the type of the event)
// leave possible, and looks at the others (a command line) where a rule is left that they concern.
// A prefilter and nothing else: what passes may still fail, what does not pass cannot match. Not
// the evaluation itself (matcher.hpp), and not a judgement without the event (snapshot_filter.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detection/match/rule_index.hpp"
#include "events/event.hpp"

namespace stemma {

/// Below this many rules, asking each is as cheap as asking the filter.
inline constexpr std::size_t kMinFilteredRules = 8;
/// Values of a field after which it is judged whether they repeat.
inline constexpr std::uint32_t kFilterWindow = 1024;
/// Where they do not, so many of the next are not looked for among those remembered before it is
/// tried again: first twice the one, later up to the other.
inline constexpr std::uint32_t kFilterPause = 16 * kFilterWindow;
inline constexpr std::uint32_t kMaxFilterPause = 1024 * kFilterWindow;
/// Cap on the bytes that a filter remembers; beyond it all is forgotten.
inline constexpr std::size_t kMaxRememberedBytes = 32u << 20;
/// Values of more bytes than this are not remembered: names and short lists are meant.
inline constexpr std::size_t kMaxRememberedKey = 1024;

/// One thread. Borrows the index.
class RuleFilter {
 public:
  /// Where the fields that matter lie in a shape.
  struct Places {
    struct Place {
      std::uint32_t field = 0;  // in RuleIndex::fields()
      std::uint32_t slot = 0;
    };
    std::vector<Place> fields;
    std::vector<std::uint32_t> calculated;  // slots
  };

  explicit RuleFilter(const RuleIndex& index);

  [[nodiscard]] Places places_in(const Shape& shape) const;

  /// Takes from `rules`, which are possible on the view's shape and categories, those that the
  /// event's values rule out. A look-up for each remembered field and O(words); a scan of the
  /// others.
  void narrow(const EventView& view, const Places& places, RuleBits& rules);
  /// Of a rule that the last narrow() left: the parts of its condition that are true, as
  /// eql::condition_holds() takes them.
  [[nodiscard]] std::uint64_t known_parts(std::size_t rule) const {
    return index_.known_parts(rule, passed_);
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Rows = std::unordered_map<std::string, RuleRow, Hash, std::equal_to<>>;
  struct Remembered {
    Rows of_text;   // single texts
    Rows of_other;  // anything else, written out
    std::string_view last_text;
    const RuleRow* last = nullptr;
    std::uint32_t asked = 0;
    std::uint32_t misses = 0;
    std::uint32_t pause = 0;
    std::uint32_t next_pause = kFilterPause;
  };

  const RuleRow& remembered(std::uint32_t field, std::span<const Value> values);
  void apply(const RuleRow& row, const Places::Place& place, const EventView& view,
             RuleBits& rules);
  void forget();

  const RuleIndex& index_;
  std::vector<Remembered> fields_;
  std::size_t bytes_ = 0;
  RuleIndex::Room room_;
  RuleRow row_;
  RuleBits before_;
  RuleBits across_;  // rules that have what they need across fields
  std::vector<Places::Place> later_;
  RuleIndex::FieldBits passed_ = 0;
  std::string key_;
};

}  // namespace stemma
