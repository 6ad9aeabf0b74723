#include "parsers/common/json_fields.hpp"

#include <algorithm>
#include <charconv>

namespace stemma::json {

namespace dom = simdjson::dom;

namespace {

template <class Number>
std::string_view digits_of(Number number, TextArena& arena) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof(digits), number);
  return arena.copy({digits, static_cast<std::size_t>(end.ptr - digits)});
}

void count_below(const dom::element& value, std::size_t& values) {
  dom::object object;
  dom::array array;
  if (value.get_object().get(object) == simdjson::SUCCESS) {
    for (const auto& [key, member] : object) {
      if (++values > kMaxValues) return;
      count_below(member, values);
    }
  } else if (value.get_array().get(array) == simdjson::SUCCESS) {
    for (const dom::element element : array) {
      if (++values > kMaxValues) return;
      count_below(element, values);
    }
  }
}

}  // namespace

bool fits(const dom::object& object) {
  std::size_t values = 0;
  for (const auto& [key, member] : object) {
    if (++values > kMaxValues) return false;
    count_below(member, values);
  }
  return values <= kMaxValues;
}

std::string_view scalar_text(const dom::element& element, TextArena& arena) {
  switch (element.type()) {
    case dom::element_type::STRING:
      return element.get_string().value_unsafe();
    case dom::element_type::INT64:
      return digits_of(element.get_int64().value_unsafe(), arena);
    case dom::element_type::UINT64:
      return digits_of(element.get_uint64().value_unsafe(), arena);
    case dom::element_type::DOUBLE:
      return digits_of(element.get_double().value_unsafe(), arena);
    case dom::element_type::BOOL:
      return element.get_bool().value_unsafe() ? "true" : "false";
    default:
      return {};
  }
}

bool FieldWriter::wants_below(std::string_view prefix) const {
  if (projection_.wants_all()) return true;
  const auto names = all_field_names();
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    if (name.substr(0, prefix.size()) != prefix) return false;
    const auto known = find_field(name);
    return known && projection_.wants(*known);
  });
}

// What a pass can want was named before it began, so only one that wants all has to name more.
FieldId FieldWriter::field(std::string_view name) const {
  if (name.size() > kMaxFieldNameLength) return {};
  if (projection_.wants_all()) return intern_field(name);
  const auto known = find_field(name);
  return known && projection_.wants(*known) ? *known : FieldId{};
}

void FieldWriter::add_scalar(std::string_view name, const dom::element& value, Event& event) {
  const FieldId id = field(name);
  if (!id) return;
  const FieldType type = field_info(id).type;
  const bool as_text =
      field_info(id).known && type != FieldType::long_ && type != FieldType::boolean;
  switch (value.type()) {
    case dom::element_type::STRING: {
      const std::string_view text = value.get_string().value_unsafe();
      if (!text.empty()) event.add_view(id, text);
      break;
    }
    case dom::element_type::INT64:
      if (as_text) {
        event.add(id, scalar_text(value, arena_));
      } else {
        event.add_value(id, Value::of(value.get_int64().value_unsafe()));
      }
      break;
    case dom::element_type::UINT64:  // beyond what a Value holds: its digits
      event.add(id, scalar_text(value, arena_));
      break;
    case dom::element_type::DOUBLE:
      event.add_value(id, Value::of_real(value.get_double().value_unsafe()));
      break;
    case dom::element_type::BOOL:
      event.add_value(id, Value::of_boolean(value.get_bool().value_unsafe()));
      break;
    default:
      break;
  }
  arena_.reset();
}

void FieldWriter::add(std::string_view name, const dom::element& value, Event& event) {
  name_.assign(name);
  add_below(value, event);
}

// As deep as the parser's cap at most.
void FieldWriter::add_below(const dom::element& value, Event& event) {
  dom::object object;
  dom::array array;
  if (value.get_object().get(object) == simdjson::SUCCESS) {
    const std::size_t above = name_.size();
    for (const auto& [key, member] : object) {
      name_ += '.';
      name_ += key;
      add_below(member, event);
      name_.resize(above);
    }
  } else if (value.get_array().get(array) == simdjson::SUCCESS) {
    for (const dom::element element : array) add_below(element, event);
  } else {
    add_scalar(name_, value, event);
  }
}

}  // namespace stemma::json
