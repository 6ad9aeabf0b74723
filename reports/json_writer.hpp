// JSON written front to back, keys in the order they are given. For documents whose layout a
// specification or a reader wants in a certain order; JsonDocument (json.hpp) sorts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reports/json.hpp"

namespace stemma {

/// Appends to a text that outlives it. Whoever uses it opens and ends in turn; keys only within
/// objects. Indented by one blank a level, or on one line.
class JsonWriter {
 public:
  enum class Layout : std::uint8_t { line, indented };
  explicit JsonWriter(std::string& out, Layout layout = Layout::line)
      : out_(out), indented_(layout == Layout::indented) {}

  JsonWriter& key(std::string_view name) {
    next();
    append_json_string(out_, name);
    out_ += indented_ ? ": " : ":";
    keyed_ = true;
    return *this;
  }
  void open_object() { open('{', '}'); }
  void open_array() { open('[', ']'); }
  /// Ends the innermost object or array.
  void end() {
    const Level level = levels_.back();
    levels_.pop_back();
    if (level.any) line_break();
    out_ += level.closing;
  }
  void text(std::string_view value) {
    next();
    append_json_string(out_, value);
  }
  void integer(std::int64_t value) {
    next();
    out_ += std::to_string(value);
  }
  void boolean(bool value) {
    next();
    out_ += value ? "true" : "false";
  }
  void null() {
    next();
    out_ += "null";
  }
  /// JSON that is already written.
  void raw(std::string_view json) {
    next();
    out_ += json;
  }

  // A key with its value.
  void field(std::string_view name, std::string_view value) { key(name).text(value); }
  void field(std::string_view name, const char* value) { key(name).text(value); }
  void field(std::string_view name, const std::string& value) { key(name).text(value); }
  void field(std::string_view name, std::int64_t value) { key(name).integer(value); }
  void field(std::string_view name, std::uint64_t value) {
    key(name).integer(static_cast<std::int64_t>(value));
  }
  void field(std::string_view name, std::uint32_t value) {
    key(name).integer(static_cast<std::int64_t>(value));
  }
  void field(std::string_view name, bool value) { key(name).boolean(value); }
  void texts(std::string_view name, const std::vector<std::string>& values) {
    key(name).open_array();
    for (const std::string& value : values) text(value);
    end();
  }
  /// Left out where it is empty.
  void field_if(std::string_view name, std::string_view value) {
    if (!value.empty()) field(name, value);
  }

 private:
  struct Level {
    char closing;
    bool any = false;
  };
  void open(char opening, char closing) {
    next();
    out_ += opening;
    levels_.push_back({closing, false});
  }
  // What comes before a key or a value.
  void next() {
    if (keyed_) {
      keyed_ = false;
      return;
    }
    if (levels_.empty()) return;
    if (levels_.back().any) out_ += ',';
    levels_.back().any = true;
    line_break();
  }
  void line_break() {
    if (!indented_) return;
    out_ += '\n';
    out_.append(levels_.size(), ' ');
  }

  std::string& out_;
  std::vector<Level> levels_;
  bool indented_;
  bool keyed_ = false;
};

}  // namespace stemma
