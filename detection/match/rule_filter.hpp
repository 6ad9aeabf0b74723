// RuleFilter: of many rules bound to one shape, which may match an event, judged by fields whose
// values come again and again (a program's name, its parent's, the type of the event). A prefilter
// and nothing else: what passes may still fail, what does not pass cannot match. Not the evaluation
// itself (matcher.hpp), and not a judgement without the event (snapshot_filter.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detection/eql/partial.hpp"
#include "detection/eql/program.hpp"

namespace stemma {

/// Below this many rules, asking each is as cheap as asking the filter.
inline constexpr std::size_t kMinFilteredRules = 8;
/// Events whose values decide which fields repeat.
inline constexpr std::uint32_t kFilterSample = 1024;
/// Cap on the bytes that all filters of one worker remember; beyond it they start anew.
inline constexpr std::size_t kMaxRememberedBytes = 64u << 20;
/// Values of more bytes than this are not remembered: names and short lists are meant.
inline constexpr std::size_t kMaxRememberedKey = 1024;

/// One thread. Knows rules by their position in the list it was made of.
class RuleFilter {
 public:
  /// @param remembered  bytes that all filters of the worker hold; the worker starts anew where
  /// they pass kMaxRememberedBytes. Programs and shape are borrowed.
  RuleFilter(std::vector<const eql::Program*> programs, const Shape& shape,
             const eql::EvalOptions& options, std::size_t& remembered);

  /// Positions of the rules that may match, ascending; valid until the next call. Null: all of
  /// them. A look-up for each repeating field and O(rules / 64 × fields); for a value not met
  /// before O(rules).
  const std::vector<std::uint32_t>* candidates(const EventView& view);

 private:
  using Bits = std::vector<std::uint64_t>;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  template <class T>
  using ByValue = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  struct Leaf {
    std::uint32_t slot = Shape::kNoSlot;  // kNoSlot: `verdicts` is what is known
    eql::Verdicts verdicts = eql::kAnyVerdict;
  };
  struct Field {
    std::uint32_t slot = 0;
    std::vector<std::uint32_t> rules;  // that test it
    std::uint64_t asked = 0;
    std::uint64_t misses = 0;
    ByValue<Bits> by_value;
  };

  const Bits* judged(Field& field, const EventView& view);
  [[nodiscard]] bool may_match(std::uint32_t rule, const EventView& view, std::uint32_t slot);
  void choose_fields();

  std::vector<const eql::Program*> programs_;
  eql::EvalOptions options_;
  eql::EvalContext context_;
  std::size_t& remembered_;
  std::vector<std::vector<Leaf>> leaves_;  // per rule
  std::vector<Field> fields_;
  std::vector<std::uint32_t> many_;  // slots whose values are chosen from, clause by clause
  std::string key_;
  Bits bits_;
  std::vector<std::uint32_t> few_;
  std::uint32_t sampled_ = 0;
  bool chosen_ = false;
};

}  // namespace stemma
