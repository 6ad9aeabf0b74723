#include "events/event.hpp"

#include <algorithm>
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

void Event::reset(const Projection& projection) {
  time = {};
  time_digits = 0;
  source_kind = SourceKind::none;
  recovered = false;
  sequence = 0;
  source = {};
  more_pieces.clear();
  process = {};
  projection_ = &projection;
  arena_.reset();
  entries_.clear();
}

Event::Entry* Event::find(FieldId field) {
  for (Entry& entry : entries_) {
    if (entry.field == field) return &entry;
  }
  return nullptr;
}

const Event::Entry* Event::find(FieldId field) const {
  for (const Entry& entry : entries_) {
    if (entry.field == field) return &entry;
  }
  return nullptr;
}

void Event::put(FieldId field, const Value& value, Origin origin) {
  if (!field || !wants(field)) return;
  Value kept = value;
  if (value.kind == Value::Kind::text) kept.text = arena_.copy(value.text);
  if (Entry* entry = find(field)) {
    entry->value = kept;
    entry->origin = origin;
    const auto rest = entries_.begin() + (entry - entries_.data()) + 1;
    entries_.erase(
        std::remove_if(rest, entries_.end(), [&](const Entry& e) { return e.field == field; }),
        entries_.end());
    return;
  }
  entries_.push_back({field, origin, kept});
}

void Event::set(FieldId field, std::string_view text, Origin origin) {
  put(field, Value::of(text), origin);
}

void Event::set(FieldId field, std::int64_t integer, Origin origin) {
  put(field, Value::of(integer), origin);
}

void Event::set_boolean(FieldId field, bool boolean, Origin origin) {
  put(field, Value::of_boolean(boolean), origin);
}

void Event::set_time(FieldId field, Timestamp value, std::uint8_t digits, Origin origin) {
  put(field, Value::of(value, digits), origin);
}

void Event::add(FieldId field, std::string_view text, Origin origin) {
  if (!field || !wants(field)) return;
  entries_.push_back({field, origin, Value::of(arena_.copy(text))});
}

void Event::add_unique(FieldId field, std::string_view text, Origin origin) {
  if (text.empty()) return;
  for (const Entry& entry : entries_) {
    if (entry.field == field && entry.value.text == text) return;
  }
  add(field, text, origin);
}

void Event::remove(FieldId field) {
  entries_.erase(std::remove_if(entries_.begin(), entries_.end(),
                                [&](const Entry& e) { return e.field == field; }),
                 entries_.end());
}

bool Event::has(FieldId field) const {
  return find(field) != nullptr;
}

std::string_view Event::text(FieldId field) const {
  const Entry* entry = find(field);
  return entry != nullptr && entry->value.kind == Value::Kind::text ? entry->value.text
                                                                    : std::string_view{};
}

std::optional<std::int64_t> Event::integer(FieldId field) const {
  const Entry* entry = find(field);
  if (entry == nullptr || entry->value.kind != Value::Kind::integer) return std::nullopt;
  return entry->value.integer;
}

std::vector<std::string_view> Event::texts(FieldId field) const {
  std::vector<std::string_view> all;
  for (const Entry& entry : entries_) {
    if (entry.field == field && entry.value.kind == Value::Kind::text)
      all.push_back(entry.value.text);
  }
  return all;
}

EventView Event::view(ShapeTable& shapes) {
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.field < b.field; });
  shape_fields_.clear();
  slots_.clear();
  values_.clear();
  values_.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    if (shape_fields_.empty() || shape_fields_.back() != entry.field) {
      shape_fields_.push_back(entry.field);
      slots_.push_back({static_cast<std::uint32_t>(values_.size()), 0, entry.origin});
    }
    ++slots_.back().count;
    values_.push_back(entry.value);
  }
  return {shapes.intern(shape_fields_), slots_.data(), values_.data()};
}

std::uint64_t Event::content_hash() const {
  std::uint64_t sum = static_cast<std::uint64_t>(time.ns) * 0x9E3779B97F4A7C15u;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    std::uint64_t hash = mix(0x1234567887654321u, field_name(entry.field));
    if (entry.value.kind == Value::Kind::text) {
      hash = mix(hash, entry.value.text);
    } else if (entry.value.kind == Value::Kind::boolean) {
      hash = mix(hash, static_cast<std::uint64_t>(entry.value.boolean));
    } else {
      hash = mix(hash, static_cast<std::uint64_t>(entry.value.integer));
    }
    sum += hash;  // a sum, so that the order of set() does not matter
  }
  return sum;
}

}  // namespace stemma
