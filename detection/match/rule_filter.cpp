#include "detection/match/rule_filter.hpp"

#include <algorithm>
#include <bit>
#include <map>

namespace stemma {
namespace {

// Where a clause chooses from more values than this, all rules are asked: how many clauses give up
// at eql::kMaxChoices is counted, and must not hang on what a filter has met before. Three fields
// of so many stay below; a clause of more is asked always.
constexpr std::size_t kFewValues = 40;
constexpr std::size_t kFewFields = 3;
static_assert(kFewValues * kFewValues * kFewValues <= eql::kMaxChoices);

// Equal bytes mean equal values.
void append(std::span<const Value> values, std::string& key) {
  for (const Value& value : values) {
    key += static_cast<char>(value.kind);
    if (value.kind == Value::Kind::text) {
      const auto size = static_cast<std::uint32_t>(value.text.size());
      key.append(reinterpret_cast<const char*>(&size), sizeof size);
      key += value.text;
    } else {
      const auto scalar = eql::Scalar::of(value);
      const std::int64_t bits = scalar.kind == eql::Scalar::Kind::boolean ? scalar.boolean
                                : scalar.kind == eql::Scalar::Kind::real
                                    ? std::bit_cast<std::int64_t>(scalar.real)
                                    : scalar.integer;
      key.append(reinterpret_cast<const char*>(&bits), sizeof bits);
    }
  }
  key += '\xff';  // no kind: the field ends
}

}  // namespace

RuleFilter::RuleFilter(std::vector<const eql::Program*> programs, const Shape& shape,
                       const eql::EvalOptions& options, std::size_t& remembered)
    : programs_(std::move(programs)), options_(options), remembered_(remembered) {
  std::map<std::uint32_t, std::vector<std::uint32_t>> by_slot;
  for (std::uint32_t rule = 0; rule < programs_.size(); ++rule) {
    std::vector<Leaf>& leaves = leaves_.emplace_back();
    const std::vector<eql::LeafUse> uses = eql::leaf_uses(*programs_[rule]);
    const bool always = std::any_of(uses.begin(), uses.end(), [](const eql::LeafUse& use) {
      return use.general && use.fields.size() > kFewFields;
    });
    for (std::uint32_t number = 0; number < uses.size(); ++number) {
      const eql::LeafUse& use = uses[number];
      Leaf& leaf = leaves.emplace_back();
      if (use.general) {
        for (const FieldId field : use.fields) {
          const std::uint32_t slot = shape.slot_of(field);
          if (slot != Shape::kNoSlot) many_.push_back(slot);
        }
      }
      if (always || use.lineage || use.general || use.fields.size() != 1) continue;
      leaf.slot = shape.slot_of(use.fields[0]);
      if (leaf.slot == Shape::kNoSlot) {
        leaf.verdicts =
            eql::only(eql::leaf_verdict(*programs_[rule], number, {}, context_, options_));
        continue;
      }
      std::vector<std::uint32_t>& rules = by_slot[leaf.slot];
      if (rules.empty() || rules.back() != rule) rules.push_back(rule);
    }
  }
  std::sort(many_.begin(), many_.end());
  many_.erase(std::unique(many_.begin(), many_.end()), many_.end());
  for (auto& [slot, rules] : by_slot) {
    Field& field = fields_.emplace_back();
    field.slot = slot;
    field.rules = std::move(rules);
  }
}

bool RuleFilter::may_match(std::uint32_t rule, const EventView& view, std::uint32_t slot) {
  return eql::may_match(*programs_[rule], [&](std::uint32_t number) {
    const Leaf& leaf = leaves_[rule][number];
    if (leaf.slot == Shape::kNoSlot) return leaf.verdicts;
    if (leaf.slot != slot) return eql::kAnyVerdict;
    return eql::only(
        eql::leaf_verdict(*programs_[rule], number, view.at(leaf.slot), context_, options_));
  });
}

// The rules that may match with this value of the field, whatever the others are.
const RuleFilter::Bits* RuleFilter::judged(Field& field, const EventView& view) {
  key_.clear();
  append(view.at(field.slot), key_);
  if (key_.size() > kMaxRememberedKey) return nullptr;
  const auto found = field.by_value.find(std::string_view(key_));
  if (found != field.by_value.end()) return &found->second;
  ++field.misses;
  Bits bits((programs_.size() + 63) / 64, ~std::uint64_t{0});
  for (const std::uint32_t rule : field.rules) {
    if (!may_match(rule, view, field.slot)) bits[rule / 64] &= ~(std::uint64_t{1} << (rule % 64));
  }
  remembered_ += key_.size() + bits.size() * sizeof bits[0] + 128;
  return &field.by_value.emplace(key_, std::move(bits)).first->second;
}

// Fields with as many values as there are events (a process id, most command lines) would make
// every event one that was not met before.
void RuleFilter::choose_fields() {
  chosen_ = true;
  std::erase_if(fields_, [](const Field& field) { return field.misses > kFilterSample / 2; });
  for (Field& field : fields_) field.misses = 0;
}

const std::vector<std::uint32_t>* RuleFilter::candidates(const EventView& view) {
  if (fields_.empty()) return nullptr;
  for (const std::uint32_t slot : many_) {
    if (view.at(slot).size() > kFewValues) return nullptr;
  }
  if (!chosen_) {
    // While sampling every rule is asked, so that what is judged here is only whether values
    // repeat.
    for (Field& field : fields_) {
      key_.clear();
      append(view.at(field.slot), key_);
      if (key_.size() > kMaxRememberedKey) {
        ++field.misses;
      } else if (field.by_value.find(std::string_view(key_)) == field.by_value.end()) {
        ++field.misses;
        field.by_value.emplace(key_, Bits{});
      }
    }
    if (++sampled_ < kFilterSample) return nullptr;
    for (Field& field : fields_) field.by_value.clear();
    choose_fields();
    return nullptr;
  }
  bits_.assign((programs_.size() + 63) / 64, ~std::uint64_t{0});
  bool useless = false;
  for (Field& field : fields_) {
    if (view.at(field.slot).size() > kFewValues) continue;
    const Bits* const of = judged(field, view);
    if (of == nullptr) continue;
    for (std::size_t i = 0; i < bits_.size(); ++i) bits_[i] &= (*of)[i];
    // A log made to have new values all the time must not cost more than one without a filter.
    ++field.asked;
    useless = useless || (field.misses > kFilterSample && field.misses > field.asked / 2);
  }
  if (useless) {
    std::erase_if(fields_, [](const Field& field) {
      return field.misses > kFilterSample && field.misses > field.asked / 2;
    });
  }
  few_.clear();
  for (std::size_t i = 0; i < bits_.size(); ++i) {
    for (std::uint64_t word = bits_[i]; word != 0; word &= word - 1) {
      const std::size_t rule = i * 64 + static_cast<unsigned>(std::countr_zero(word));
      if (rule < programs_.size()) few_.push_back(static_cast<std::uint32_t>(rule));
    }
  }
  return &few_;
}

}  // namespace stemma
