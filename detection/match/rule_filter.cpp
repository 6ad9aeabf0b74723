#include "detection/match/rule_filter.hpp"

#include <algorithm>
#include <bit>

namespace stemma {
namespace {

// Fewer rules than this are sooner asked than a text is scanned for their literals.
constexpr int kWorthAScan = 3;

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
}

std::size_t bytes_of(std::span<const Value> values) {
  std::size_t bytes = 0;
  for (const Value& value : values) bytes += value.text.size() + 16;
  return bytes;
}

// Whether as many rules are in both.
bool share(const RuleBits& a, const RuleBits& b, int wanted) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::uint64_t word = a[i] & b[i]; word != 0; word &= word - 1) {
      if (--wanted == 0) return true;
    }
  }
  return false;
}

void add(RuleBits& to, const RuleBits& from) {
  std::uint64_t* const words = to.data();
  for (std::size_t i = 0, n = from.size(); i < n; ++i) words[i] |= from[i];
}

}  // namespace

RuleFilter::RuleFilter(const RuleIndex& index) : index_(index), fields_(index.fields().size()) {}

RuleFilter::Places RuleFilter::places_in(const Shape& shape) const {
  Places out;
  for (std::uint32_t field = 0; field < index_.fields().size(); ++field) {
    const std::uint32_t slot = shape.slot_of(RuleIndex::id_of(*index_.fields()[field]));
    if (slot != Shape::kNoSlot) out.fields.push_back({field, slot});
  }
  for (const FieldId field : index_.calculated()) {
    const std::uint32_t slot = shape.slot_of(field);
    if (slot != Shape::kNoSlot) out.calculated.push_back(slot);
  }
  return out;
}

void RuleFilter::forget() {
  for (Remembered& field : fields_) {
    field.of_text.clear();
    field.of_other.clear();
    field.last = nullptr;
  }
  bytes_ = 0;
}

const RuleRow& RuleFilter::remembered(std::uint32_t number, std::span<const Value> values) {
  Remembered& field = fields_[number];
  const bool one_text = values.size() == 1 && values[0].kind == Value::Kind::text;
  std::string_view key;
  if (one_text) {
    key = values[0].text;
  } else {
    key_.clear();
    append(values, key_);
    key = key_;
  }
  if (++field.asked == kFilterWindow) {
    // A log made to have new values all the time must not cost more than one without a memory.
    if (field.misses > kFilterWindow / 2) {
      field.next_pause = std::min(field.next_pause * 2, kMaxFilterPause);
      field.pause = field.next_pause;
    }
    field.asked = field.misses = 0;
  }
  Rows& rows = one_text ? field.of_text : field.of_other;
  auto found = rows.find(key);
  if (found == rows.end()) {
    ++field.misses;
    found = rows.emplace(key, RuleRow{}).first;
    index_.row(*index_.fields()[number], values, nullptr, room_, found->second);
    bytes_ += key.size() + 2 * index_.words() * sizeof(std::uint64_t) + 160;
  }
  if (one_text) {
    field.last_text = found->first;
    field.last = &found->second;
  }
  return found->second;
}

void RuleFilter::narrow(const EventView& view, const Places& places, RuleBits& rules) {
  if (bytes_ > kMaxRememberedBytes) forget();
  before_ = rules;
  across_.assign(rules.size(), 0);
  later_.clear();
  passed_ = 0;
  for (const Places::Place& place : places.fields) {
    Remembered& field = fields_[place.field];
    const std::span<const Value> values = view.at(place.slot);
    if (field.pause != 0 || bytes_of(values) > kMaxRememberedKey) {
      if (field.pause != 0) --field.pause;
      later_.push_back(place);
      continue;
    }
    const bool again = field.last != nullptr && values.size() == 1 &&
                       values[0].kind == Value::Kind::text && values[0].text == field.last_text;
    apply(again ? *field.last : remembered(place.field, values), place, view, rules);
  }
  for (const Places::Place& place : later_) {
    const RuleIndex::Field& field = *index_.fields()[place.field];
    if (!share(rules, RuleIndex::concerned(field), kWorthAScan)) {
      add(across_, RuleIndex::across(field));
      continue;
    }
    index_.row(field, view.at(place.slot), &rules, room_, row_);
    apply(row_, place, view, rules);
  }
  const std::uint64_t* const spread = index_.across().data();
  const std::uint64_t* const always = index_.always().data();
  for (std::size_t i = 0, n = rules.size(); i < n; ++i)
    rules[i] = (rules[i] & (~spread[i] | across_[i])) | (before_[i] & always[i]);
  if (std::any_of(places.calculated.begin(), places.calculated.end(),
                  [&](std::uint32_t slot) { return view.at(slot).size() > kFewValues; })) {
    for (std::size_t i = 0; i < rules.size(); ++i) rules[i] |= before_[i] & index_.calculating()[i];
  }
}

void RuleFilter::apply(const RuleRow& row, const Places::Place& place, const EventView& view,
                       RuleBits& rules) {
  std::uint64_t* const to = rules.data();
  const std::uint64_t* const pass = row.pass.data();
  for (std::size_t i = 0, n = rules.size(); i < n; ++i) to[i] &= pass[i];
  if (!row.across.empty()) add(across_, row.across);
  const std::span<const Value> values = view.at(place.slot);
  if (place.field < 64 && std::all_of(values.begin(), values.end(), [](const Value& value) {
        return value.kind == Value::Kind::text;
      }))
    passed_ |= RuleIndex::FieldBits{1} << place.field;
}

}  // namespace stemma
