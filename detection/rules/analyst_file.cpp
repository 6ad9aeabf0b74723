#include "detection/rules/analyst_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "detection/rules/rule.hpp"
#include "events/text.hpp"
#include "events/time.hpp"

namespace stemma {
namespace {

void refuse(std::vector<eql::Diagnostic>& diagnostics, const char* code, std::string_view path,
            std::string message) {
  eql::Diagnostic diagnostic;
  diagnostic.code = code;
  diagnostic.path = path;
  diagnostic.message = std::move(message);
  diagnostics.push_back(std::move(diagnostic));
}

}  // namespace

void AnalystFile::parse(const std::function<void(const toml::table&)>& read) const {
  try {
    const toml::table file = toml::parse(text_, path_);
    read(file);
  } catch (const toml::parse_error& problem) {
    refuse(diagnostics_, codes_.not_toml, path_,
           fmt::format("not a TOML file: {} (line {})",
                       visible(problem.description().substr(0, 200)), problem.source().begin.line));
  } catch (const std::exception& problem) {
    refuse(diagnostics_, codes_.not_toml, path_, "not a TOML file: " + visible(problem.what()));
  }
}

void AnalystFile::diagnose(eql::Severity severity, const char* code, const toml::node& at,
                           std::string message) const {
  eql::Diagnostic diagnostic;
  diagnostic.severity = severity;
  diagnostic.code = code;
  diagnostic.message = std::move(message);
  const std::uint32_t line = at.source().begin.line;
  if (line != 0) {
    std::size_t begin = 0;
    for (std::uint32_t i = 1; i < line; ++i)
      begin = std::min(text_.find('\n', begin), text_.size() - 1) + 1;
    eql::locate(diagnostic, text_, begin, std::min(text_.find('\n', begin), text_.size()), path_);
  }
  diagnostic.path = path_;
  diagnostics_.push_back(std::move(diagnostic));
}

std::optional<std::string> AnalystFile::last_day(const toml::table& entry,
                                                 std::string_view what) const {
  const toml::node* node = entry.get("expires");
  if (node == nullptr) {
    diagnose(eql::Severity::error, codes_.missing_key, entry,
             fmt::format("{} has no `expires`: one that nobody looks at again hides what it was "
                         "not made for",
                         what));
    return std::nullopt;
  }
  if (const auto date = node->value<toml::date>())
    return fmt::format("{:04}-{:02}-{:02}", date->year, date->month, date->day);
  if (const auto text = node->value<std::string>();
      text && text->size() == 10 && parse_time(*text + "T00:00:00Z"))
    return *text;
  diagnose(eql::Severity::error, codes_.bad_date, *node, "`expires` is a date such as 2027-01-31");
  return std::nullopt;
}

std::optional<std::string> read_analyst_file(const std::string& path, std::string_view what,
                                             const AnalystFileCodes& codes,
                                             std::vector<eql::Diagnostic>& diagnostics) {
  std::ifstream in(path, std::ios::binary);
  std::string text(kMaxRuleFileBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (in.gcount() == 0 && !in.eof())) {
    refuse(diagnostics, codes.cannot_read, path, fmt::format("cannot read {}", what));
    return std::nullopt;
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kMaxRuleFileBytes) {
    refuse(diagnostics, codes.too_large, path,
           fmt::format("the file has more than {} bytes", kMaxRuleFileBytes));
    return std::nullopt;
  }
  return text;
}

}  // namespace stemma
