#include "events/event.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstring>

namespace stemma {
namespace {

constexpr std::size_t kArenaBlock =
    16 * 1024;  // holds a typical event; a long script block gets a block of its own

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
  return hash ^ (hash >> 29);
}

std::uint64_t mix(std::uint64_t hash, std::string_view bytes) {
  hash = mix(hash, bytes.size());
  while (bytes.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data(), 8);
    hash = mix(hash, word);
    bytes.remove_prefix(8);
  }
  std::uint64_t rest = 0;
  if (!bytes.empty()) std::memcpy(&rest, bytes.data(), bytes.size());
  return mix(hash, rest);
}

}  // namespace

std::string_view TextArena::copy(std::string_view text) {
  if (text.empty()) return {};
  const std::span<char> to = room(text.size());
  std::memcpy(to.data(), text.data(), text.size());
  return {to.data(), to.size()};
}

std::span<char> TextArena::room(std::size_t size) {
  if (blocks_.empty() || size > blocks_.back().size - used_) {
    const std::size_t block = std::max(size, kArenaBlock);
    blocks_.push_back({std::make_unique<char[]>(block), block});
    used_ = 0;
  }
  char* at = blocks_.back().bytes.get() + used_;
  used_ += size;
  return {at, size};
}

void TextArena::reset() {
  if (blocks_.size() > 1) blocks_.resize(1);
  used_ = 0;
}

void Event::reset(const Projection& projection, Texts texts) {
  time = {};
  time_digits = 0;
  source_kind = SourceKind::none;
  recovered = false;
  sequence = 0;
  source = {};
  more_pieces.clear();
  process = {};
  pseudo_host = {};
  projection_ = &projection;
  texts_ = texts;
  arena_.reset();
  keys_.clear();
  values_.clear();
  prepared_ = 0;
  prepared_size_ = 0;
  begin_generation();
}

void Event::begin_generation() {
  if (++generation_ != 0) return;
  std::fill(places_.begin(), places_.end(), Place{});  // the count went round
  generation_ = 1;
}

void Event::grow(FieldId field) {
  constexpr std::size_t kSpare = 256;  // of the names that one kind of event brings
  places_.resize(std::max<std::size_t>(field.value, kKnownFieldCount) + kSpare);
}

void Event::replace(FieldId field, const Value& value, Origin origin) {
  const Place& place = *find(field);
  if (place.count != 1) {
    remove(field);
    append(field, value, origin);
    return;
  }
  if (place.first < prepared_size_) forget_prepared();
  keys_[place.first] = FieldKey::of(field, origin);
  values_[place.first] = value;
}

void Event::replace_text(std::size_t position, std::string_view text) {
  if (position < prepared_size_) forget_prepared();
  values_[position].text = arena_.copy(text);
}

void Event::set_decimal(FieldId field, std::uint64_t number, Origin origin) {
  if (!accepts(field)) return;
  std::array<char, 20> digits;
  const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  set(field, std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())),
      origin);
}

bool Event::has_text(FieldId field, std::string_view text) const {
  const Place* place = find(field);
  if (place == nullptr) return false;
  for (std::size_t i = place->first; i <= place->last; ++i) {
    if (FieldKey::field(keys_[i]) == field && values_[i].text == text) return true;
  }
  return false;
}

void Event::add_unique_view(FieldId field, std::string_view text, Origin origin) {
  if (accepts(field) && !text.empty() && !has_text(field, text)) add_view(field, text, origin);
}

void Event::add_unique_lasting(FieldId field, std::string_view text, Origin origin) {
  if (accepts(field) && !text.empty() && !has_text(field, text)) add_lasting(field, text, origin);
}

void Event::add_unique(FieldId field, std::string_view text, Origin origin) {
  if (accepts(field) && !text.empty() && !has_text(field, text)) add(field, text, origin);
}

void Event::remove(FieldId field) {
  if (!has(field)) return;
  forget_prepared();
  begin_generation();
  std::vector<std::uint32_t> keys;
  std::vector<Value> values;
  keys.swap(keys_);
  values.swap(values_);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const FieldId other = FieldKey::field(keys[i]);
    if (other != field) append(other, values[i], FieldKey::origin(keys[i]));
  }
}

PreparedFields Event::prepare() const {
  static std::atomic<std::uint64_t> last{0};
  PreparedFields fields;
  fields.identity_ = ++last;
  fields.keys_ = keys_;
  fields.values_ = values_;
  std::size_t size = 0;
  for (const Value& value : fields.values_) size += value.text.size();
  fields.texts_ = std::make_unique<char[]>(size);
  char* at = fields.texts_.get();
  for (Value& value : fields.values_) {
    if (value.text.empty()) continue;
    std::memcpy(at, value.text.data(), value.text.size());
    value.text = {at, value.text.size()};
    at += value.text.size();
  }
  return fields;
}

void Event::append(const PreparedFields& fields) {
  const std::size_t before = keys_.size();
  if (before == 0) {
    prepared_ = fields.identity_;
    prepared_size_ = fields.size();
  }
  keys_.insert(keys_.end(), fields.keys_.begin(), fields.keys_.end());
  values_.insert(values_.end(), fields.values_.begin(), fields.values_.end());
  if (texts_ == Texts::copied) {
    for (std::size_t i = before; i < values_.size(); ++i)
      values_[i].text = arena_.copy(values_[i].text);
  }
  for (std::size_t i = before; i < keys_.size(); ++i) {
    const FieldId field = FieldKey::field(keys_[i]);
    if (field.value >= places_.size()) grow(field);
    Place& place = places_[field.value];
    const auto at = static_cast<std::uint32_t>(i);
    if (place.generation != generation_) {
      place = {generation_, at, at, 1};
    } else {
      place.last = at;
      ++place.count;
    }
  }
}

std::string_view Event::text(FieldId field) const {
  const Place* place = find(field);
  return place != nullptr && values_[place->first].kind == Value::Kind::text
             ? values_[place->first].text
             : std::string_view{};
}

std::optional<std::int64_t> Event::integer(FieldId field) const {
  const Place* place = find(field);
  if (place == nullptr || values_[place->first].kind != Value::Kind::integer) return std::nullopt;
  return values_[place->first].integer;
}

std::vector<std::string_view> Event::texts(FieldId field) const {
  std::vector<std::string_view> all;
  const Place* place = find(field);
  if (place == nullptr) return all;
  for (std::size_t i = place->first; i <= place->last; ++i) {
    if (FieldKey::field(keys_[i]) == field && values_[i].kind == Value::Kind::text)
      all.push_back(values_[i].text);
  }
  return all;
}

EventView Event::view(ShapeTable& shapes) {
  const Arrangement& arrangement = shapes.arrange(keys_);
  slots_.assign(arrangement.slots.begin(), arrangement.slots.end());
  if (arrangement.moved.empty()) return {*arrangement.shape, slots_.data(), values_.data()};
  arranged_.assign(values_.begin(), values_.end());
  for (const std::uint32_t from : arrangement.moved) arranged_.push_back(values_[from]);
  return {*arrangement.shape, slots_.data(), arranged_.data()};
}

std::uint64_t Event::content_hash() const {
  std::uint64_t sum = static_cast<std::uint64_t>(time.ns) * 0x9E3779B97F4A7C15u;
  if (name_hashes_.size() < places_.size()) name_hashes_.resize(places_.size());
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const Value& value = values_[i];
    const FieldId field = FieldKey::field(keys_[i]);
    std::uint64_t& name_hash = name_hashes_[field.value];
    if (name_hash == 0) name_hash = mix(0x1234567887654321u, field_name(field));
    std::uint64_t hash = name_hash;
    if (value.kind == Value::Kind::text) {
      hash = mix(hash, value.text);
    } else if (value.kind == Value::Kind::boolean) {
      hash = mix(hash, static_cast<std::uint64_t>(value.boolean));
    } else {
      hash = mix(hash, static_cast<std::uint64_t>(value.integer));
    }
    sum += hash;  // a sum, so that the order of set() does not matter
  }
  return sum;
}

}  // namespace stemma
