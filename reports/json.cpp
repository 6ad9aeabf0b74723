#include "reports/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "events/text.hpp"

namespace stemma {
namespace {

// Order of dotted names in which all names below one parent are neighbours: a dot sorts before
// every other character.
bool dotted_less(std::string_view a, std::string_view b) {
  const auto key = [](char c) {
    return c == '.' ? 0u : static_cast<unsigned>(static_cast<unsigned char>(c)) + 1u;
  };
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [&](char x, char y) { return key(x) < key(y); });
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size()) {
      const auto c = static_cast<unsigned char>(text[plain]);
      if (c < 0x20 || c >= 0x7F || c == '"' || c == '\\') break;
      ++plain;
    }
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const CodePoint point = next_code_point(text);
    switch (point.value) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (!is_invisible(point.value)) {
          append_utf8(out, point.value);
        } else if (point.value < 0x10000) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(point.value));
        } else {
          const unsigned pair = static_cast<unsigned>(point.value) - 0x10000;
          fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}", 0xD800 + (pair >> 10),
                         0xDC00 + (pair & 0x3FF));
        }
    }
    text.remove_prefix(point.bytes);
  }
  out += '"';
}

void append_json_value(std::string& out, const Value& value) {
  switch (value.kind) {
    case Value::Kind::text:
      append_json_string(out, value.text);
      break;
    case Value::Kind::integer:
      fmt::format_to(std::back_inserter(out), "{}", value.integer);
      break;
    case Value::Kind::real:
      if (std::isfinite(value.real)) {
        fmt::format_to(std::back_inserter(out), "{}", value.real);
      } else {
        out += "null";  // JSON has no word for it
      }
      break;
    case Value::Kind::boolean:
      out += value.boolean ? "true" : "false";
      break;
    case Value::Kind::date:
      append_json_string(out, format_time(value.time(), value.digits));
      break;
  }
}

void JsonDocument::text(std::string_view name, std::string_view value) {
  std::string json;
  append_json_string(json, value);
  raw(name, std::move(json));
}

void JsonDocument::integer(std::string_view name, std::int64_t value) {
  raw(name, fmt::format("{}", value));
}

void JsonDocument::boolean(std::string_view name, bool value) {
  raw(name, value ? "true" : "false");
}

void JsonDocument::texts(std::string_view name, std::span<const std::string> values) {
  std::string json = "[";
  for (const std::string& value : values) {
    if (json.size() > 1) json += ',';
    append_json_string(json, value);
  }
  raw(name, json + "]");
}

void JsonDocument::values(std::string_view name, Multiplicity multiplicity,
                          std::span<const Value> values) {
  std::string json;
  const bool list = multiplicity == Multiplicity::many || values.size() != 1;
  if (list) json += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != 0) json += ',';
    append_json_value(json, values[i]);
  }
  if (list) json += ']';
  raw(name, std::move(json));
}

void JsonDocument::raw(std::string_view name, std::string json) {
  entries_.emplace_back(name, std::move(json));
}

void JsonDocument::write_object(std::string& out, std::span<const Entry> entries,
                                std::size_t prefix) {
  out += '{';
  bool first = true;
  const auto key = [&](std::string_view name) {
    if (!first) out += ',';
    first = false;
    append_json_string(out, name);
    out += ':';
  };
  for (std::size_t i = 0; i < entries.size();) {
    const std::string_view rest = std::string_view(entries[i].first).substr(prefix);
    const std::string_view head = rest.substr(0, rest.find('.'));
    std::size_t end = i + 1;
    const auto below = [&](std::size_t at) {
      const std::string_view other = std::string_view(entries[at].first).substr(prefix);
      return other.size() > head.size() && other[head.size()] == '.' &&
             other.substr(0, head.size()) == head;
    };
    while (end < entries.size() && below(end)) ++end;
    if (rest == head) {
      key(head);
      out += entries[i].second;
      for (std::size_t j = i + 1; j < end; ++j) {
        key(std::string_view(entries[j].first).substr(prefix));
        out += entries[j].second;
      }
    } else {
      key(head);
      write_object(out, entries.subspan(i, end - i), prefix + head.size() + 1);
    }
    i = end;
  }
  out += '}';
}

void JsonDocument::write(std::string& out) {
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return dotted_less(a.first, b.first); });
  std::vector<Entry> unique;
  unique.reserve(entries_.size());
  for (Entry& entry : entries_) {
    if (!unique.empty() && unique.back().first == entry.first) unique.pop_back();
    unique.push_back(std::move(entry));
  }
  write_object(out, unique, 0);
  entries_.clear();
}

}  // namespace stemma
