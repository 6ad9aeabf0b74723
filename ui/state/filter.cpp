#include "ui/state/filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "detection/eql/query.hpp"
#include "events/fields.hpp"

namespace stemma::ui {
namespace {

// Short names of the grid's columns. What is not here is an ECS name already.
constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kColumns{{
    {"host", "host.name"},
    {"channel", "winlog.channel"},
    {"code", "event.code"},
    {"id", "event.code"},
    {"category", "event.category"},
    {"type", "event.type"},
    {"action", "event.action"},
    {"provider", "event.provider"},
    {"process", "process.name"},
    {"name", "process.name"},
    {"pid", "process.pid"},
    {"command", "process.command_line"},
    {"parent", "process.parent.name"},
    {"user", "user.name"},
    {"path", "file.path"},
    {"ip", "destination.ip"},
    {"key", "registry.path"},
    {"source", "log.file.path"},
}};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool starts_with_word(std::string_view text, std::string_view word) {
  if (text.size() <= word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(text[i])) != word[i]) return false;
  }
  return is_space(text[word.size()]) || text[word.size()] == '[';
}

// `<category> where …`, `sequence …`, `sample …`.
bool looks_like_query(std::string_view text) {
  if (starts_with_word(text, "sequence") || starts_with_word(text, "sample")) return true;
  std::size_t at = 0;
  if (!text.empty() && text[0] == '"') {
    at = text.find('"', 1);
    if (at == std::string_view::npos) return false;
    ++at;
  } else {
    while (at < text.size() && !is_space(text[at])) ++at;
  }
  return starts_with_word(trimmed(text.substr(at)), "where");
}

bool is_field_name(std::string_view text) {
  if (text.empty()) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '@' ||
           c == '-';
  });
}

// A column's name must be known for `name:value` to be about a column: `C:\Windows` is a word.
bool is_column(std::string_view name) {
  for (const auto& [column, field] : kColumns) {
    if (column == name) return true;
  }
  return is_field_name(name) &&
         (name.find('.') != std::string_view::npos || name == "@timestamp" || name == "message");
}

// Reads a word or a quoted phrase at `at`. Backslashes are themselves but in front of a quotation
// mark, as on a Windows command line: there two are one, and a single one makes the mark a part of
// the phrase. So paths are typed as they are, and any text has a form.
bool read_value(std::string_view text, std::size_t& at, std::string& value) {
  if (at < text.size() && text[at] == '"') {
    ++at;
    while (at < text.size() && text[at] != '"') {
      std::size_t run = 0;
      while (at + run < text.size() && text[at + run] == '\\') ++run;
      const bool before_mark = at + run < text.size() && text[at + run] == '"';
      value.append(before_mark ? run / 2 : run, '\\');
      at += run;
      if (before_mark && run % 2 == 1) {
        value += text[at++];
      } else if (run == 0) {
        value += text[at++];
      }
    }
    if (at == text.size()) return false;
    ++at;
    return true;
  }
  while (at < text.size() && !is_space(text[at])) value += text[at++];
  return true;
}

std::string quoted(std::string_view text) {
  const bool plain = !text.empty() && text.find_first_of(" \t\r\n\":=") == std::string_view::npos &&
                     text[0] != '-' && text[0] != '+';
  if (plain) return std::string(text);
  std::string out = "\"";
  std::size_t run = 0;  // of backslashes before what comes
  for (const char c : text) {
    if (c == '"') out.append(run + 1, '\\');
    run = c == '\\' ? run + 1 : 0;
    out += c;
  }
  return out.append(run, '\\') + "\"";
}

// An EQL string. Wildcards that the text holds have no escape in `:`, so they match one another.
std::string eql_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
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
        out += c;
    }
  }
  return out + "\"";
}

}  // namespace

bool Filter::limits() const {
  return !highlight &&
         std::any_of(chips.begin(), chips.end(), [](const Chip& chip) { return chip.enabled; });
}

std::string column_field(std::string_view name) {
  for (const auto& [column, field] : kColumns) {
    if (column == name) return std::string(field);
  }
  return std::string(name);
}

SearchText parse_search(std::string_view text) {
  SearchText result;
  if (text.size() > kMaxSearchText) {
    result.error =
        fmt::format("a search of {} bytes is longer than {}", text.size(), kMaxSearchText);
    return result;
  }
  text = trimmed(text);
  if (looks_like_query(text)) {
    Chip chip;
    chip.kind = Chip::Kind::query;
    chip.text = text;
    result.chips.push_back(std::move(chip));
    return result;
  }
  std::size_t at = 0;
  while (true) {
    while (at < text.size() && is_space(text[at])) ++at;
    if (at == text.size()) break;
    if (result.chips.size() == kMaxChips) {
      result.error = fmt::format("more than {} words", kMaxChips);
      return result;
    }
    Chip chip;
    const std::size_t begin = at;
    if (text[at] == '-' && at + 1 < text.size() && !is_space(text[at + 1])) {
      chip.exclude = true;
      ++at;
    } else if (text[at] == '+' && at + 1 < text.size() && !is_space(text[at + 1])) {
      ++at;
    }
    std::size_t end = at;
    while (end < text.size() && !is_space(text[end]) && text[end] != ':' && text[end] != '=' &&
           text[end] != '"') {
      ++end;
    }
    const std::string_view name = text.substr(at, end - at);
    if (end < text.size() && (text[end] == ':' || text[end] == '=') && is_column(name)) {
      chip.kind = Chip::Kind::field;
      chip.exact = text[end] == '=';
      chip.field = column_field(name);
      at = end + 1;
    }
    if (!read_value(text, at, chip.text)) {
      result.error = fmt::format("column {}: a quotation mark is not closed", begin + 1);
      return result;
    }
    if (chip.text.empty()) {
      result.error = fmt::format("column {}: nothing to look for", begin + 1);
      return result;
    }
    result.chips.push_back(std::move(chip));
  }
  return result;
}

std::string chip_text(const Chip& chip) {
  std::string text;
  switch (chip.kind) {
    case Chip::Kind::word:
      text = chip.text;
      break;
    case Chip::Kind::field:
      text = fmt::format("{}{}{}", chip.field, chip.exact ? " = " : ": ", chip.text);
      break;
    case Chip::Kind::query:
      text = chip.text;
      break;
    case Chip::Kind::time:
      text = fmt::format("{} – {}", format_time(chip.from, 3), format_time(chip.to, 3));
      break;
    case Chip::Kind::process:
      text = chip.below ? chip.text + " and below" : chip.text;
      break;
    case Chip::Kind::events:
      text = chip.text;
      break;
  }
  return chip.exclude ? "not " + text : text;
}

std::string search_text(const Chip& chip) {
  const std::string sign = chip.exclude ? "-" : "";
  switch (chip.kind) {
    case Chip::Kind::word:
      return sign + quoted(chip.text);
    case Chip::Kind::field:
      return fmt::format("{}{}{}{}", sign, chip.field, chip.exact ? '=' : ':', quoted(chip.text));
    case Chip::Kind::query:
      return chip.exclude ? "" : chip.text;
    case Chip::Kind::time:
    case Chip::Kind::process:
    case Chip::Kind::events:
      break;
  }
  return {};
}

std::string condition(const Chip& chip) {
  const bool number = !chip.text.empty() && chip.text.size() < 19 &&
                      std::all_of(chip.text.begin(), chip.text.end(), [](char c) {
                        return std::isdigit(static_cast<unsigned char>(c));
                      });
  const std::optional<FieldId> field = find_field(chip.field);
  const bool numeric = field && field_info(*field).type == FieldType::long_;
  std::string text;
  if (numeric && number) {
    text = fmt::format("{} == {}", chip.field, chip.text);
  } else if (chip.exact) {
    text = fmt::format("{} == {}", chip.field, eql_string(chip.text));
  } else {
    text = fmt::format("stringContains~({}, {})", chip.field, eql_string(chip.text));
  }
  // A field that is absent makes the comparison unknown, and the opposite of unknown is unknown.
  return chip.exclude ? fmt::format("({} == null or not {})", chip.field, text) : text;
}

std::string to_eql(const Filter& filter, std::vector<std::string>& left_out) {
  std::string category = "any", conditions;
  const auto add = [&](const std::string& text) {
    if (!conditions.empty()) conditions += " and ";
    conditions += text;
  };
  for (const Chip& chip : filter.chips) {
    if (!chip.enabled) continue;
    if (chip.kind == Chip::Kind::field &&
        eql::compile_query("any where " + condition(chip)).query != nullptr) {
      add(condition(chip));
    } else if (chip.kind == Chip::Kind::query && !chip.exclude && category == "any" &&
               !starts_with_word(chip.text, "sequence") && !starts_with_word(chip.text, "sample") &&
               chip.text.find('|') == std::string::npos) {
      const std::size_t where = chip.text.find("where");
      category = std::string(trimmed(std::string_view(chip.text).substr(0, where)));
      add(fmt::format("({})", trimmed(std::string_view(chip.text).substr(where + 5))));
    } else {
      left_out.push_back(chip_text(chip));
    }
  }
  if (conditions.empty()) return {};
  return fmt::format("{} where {}", category, conditions);
}

}  // namespace stemma::ui
