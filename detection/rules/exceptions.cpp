#include "detection/rules/exceptions.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>

#include "detection/rules/toml_text.hpp"
#include "events/text.hpp"
#include "events/time.hpp"

namespace stemma {
namespace {

using eql::Severity;

class Reader {
 public:
  Reader(std::string_view text, std::string_view path, std::string_view today, const RuleSet& rules,
         RuleExceptions& out)
      : text_(text), path_(path), today_(today), rules_(rules), out_(out) {}

  void run(const toml::table& file) {
    const toml::array* list = file["exception"].as_array();
    if (list == nullptr) {
      return diagnose(Severity::error, exception_code::kMissingKey, file,
                      "no [[exception]] in the file");
    }
    for (const toml::node& node : *list) {
      const toml::table* table = node.as_table();
      if (table == nullptr) {
        diagnose(Severity::error, exception_code::kMissingKey, node, "an exception is a table");
      } else if (out_.list.size() >= kMaxExceptions) {
        return diagnose(Severity::error, exception_code::kTooMany, node,
                        fmt::format("more than {} exceptions: this and later ones are left out",
                                    kMaxExceptions));
      } else {
        one(*table);
      }
    }
  }

 private:
  void one(const toml::table& table) {
    RuleException made;
    made.path = path_;
    made.line = table.source().begin.line;
    for (const auto& [key, to] :
         {std::pair("rule_id", &made.rule_id), std::pair("condition", &made.condition),
          std::pair("reason", &made.reason), std::pair("owner", &made.owner)}) {
      *to = table[key].value_or(std::string());
      if (to->find_first_not_of(" \t\r\n") == std::string::npos) {
        return diagnose(Severity::error, exception_code::kMissingKey, table,
                        fmt::format("the exception has no `{}`", key));
      }
    }
    if (!expiry(table, made)) return;
    if (made.rule_id != "*" && rules_.find(made.rule_id) == nullptr) {
      diagnose(Severity::warning, exception_code::kUnknownRule, *table.get("rule_id"),
               fmt::format("no rule has the id {}", eql::quoted(made.rule_id)));
    }
    if (!compile(*table.get("condition"), made)) return;
    if (made.expires < today_) {
      return diagnose(
          Severity::warning, exception_code::kExpired, *table.get("expires"),
          fmt::format("the exception of {} expired on {} and is not applied (today is {})",
                      visible(made.owner), made.expires, today_));
    }
    out_.list.push_back(std::move(made));
  }

  bool expiry(const toml::table& table, RuleException& made) {
    const toml::node* node = table.get("expires");
    if (node == nullptr) {
      diagnose(Severity::error, exception_code::kMissingKey, table,
               "the exception has no `expires`: one that nobody looks at again hides what it was "
               "not made for");
      return false;
    }
    if (const auto date = node->value<toml::date>()) {
      made.expires = fmt::format("{:04}-{:02}-{:02}", date->year, date->month, date->day);
    } else if (const auto text = node->value<std::string>();
               text && text->size() == 10 && parse_time(*text + "T00:00:00Z")) {
      made.expires = *text;
    }
    if (!made.expires.empty()) return true;
    diagnose(Severity::error, exception_code::kBadDate, *node,
             "`expires` is a date such as 2027-01-31");
    return false;
  }

  bool compile(const toml::node& node, RuleException& made) {
    static constexpr std::string_view kBefore = "any where ";
    eql::Compiled compiled = eql::compile(std::string(kBefore) + made.condition);
    const toml::source_position begin = node.source().begin;
    const auto map = TomlTextMap::make(text_, begin.line, begin.column, made.condition);
    const auto place = [&](std::uint32_t at) {
      const std::size_t inside = at < kBefore.size() ? 0 : at - kBefore.size();
      return map->in_file(std::min(inside, made.condition.size()));
    };
    for (eql::Diagnostic& diagnostic : compiled.diagnostics) {
      if (map) {
        eql::locate(diagnostic, text_, place(diagnostic.range.begin), place(diagnostic.range.end),
                    path_);
      } else {
        diagnostic.path = path_;
        diagnostic.line = begin.line;
        diagnostic.column = begin.column;
      }
      out_.diagnostics.push_back(std::move(diagnostic));
    }
    if (compiled.program == nullptr) return false;
    if (compiled.program->asks_lineage()) {
      diagnose(Severity::error, exception_code::kLineage, node,
               "the condition of an exception looks at one event: it cannot ask the process tree");
      return false;
    }
    made.program = std::move(compiled.program);
    return true;
  }

  void diagnose(Severity severity, const char* code, const toml::node& at, std::string message) {
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
    out_.diagnostics.push_back(std::move(diagnostic));
  }

  std::string_view text_;
  std::string_view path_;
  std::string_view today_;
  const RuleSet& rules_;
  RuleExceptions& out_;
};

void refuse(RuleExceptions& out, const char* code, std::string_view path, std::string message) {
  eql::Diagnostic diagnostic;
  diagnostic.code = code;
  diagnostic.path = path;
  diagnostic.message = std::move(message);
  out.diagnostics.push_back(std::move(diagnostic));
}

}  // namespace

void load_exceptions(std::string_view text, std::string_view path, std::string_view today,
                     const RuleSet& rules, RuleExceptions& out) {
  try {
    const toml::table file = toml::parse(text, path);
    Reader(text, path, today, rules, out).run(file);
  } catch (const toml::parse_error& problem) {
    refuse(out, exception_code::kNotToml, path,
           fmt::format("not a TOML file: {} (line {})",
                       visible(problem.description().substr(0, 200)), problem.source().begin.line));
  } catch (const std::exception& problem) {
    refuse(out, exception_code::kNotToml, path, "not a TOML file: " + visible(problem.what()));
  }
}

void load_exceptions_file(const std::string& path, std::string_view today, const RuleSet& rules,
                          RuleExceptions& out) {
  std::ifstream in(path, std::ios::binary);
  std::string text(kMaxRuleFileBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (in.gcount() == 0 && !in.eof())) {
    return refuse(out, exception_code::kCannotRead, path, "cannot read the exceptions");
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kMaxRuleFileBytes) {
    return refuse(out, exception_code::kTooMany, path,
                  fmt::format("the file has more than {} bytes", kMaxRuleFileBytes));
  }
  load_exceptions(text, path, today, rules, out);
}

}  // namespace stemma
