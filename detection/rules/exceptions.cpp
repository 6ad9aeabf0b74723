#include "detection/rules/exceptions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "detection/rules/analyst_file.hpp"
#include "detection/rules/toml_text.hpp"
#include "events/text.hpp"

namespace stemma {
namespace {

using eql::Severity;

constexpr AnalystFileCodes kCodes = {exception_code::kCannotRead, exception_code::kNotToml,
                                     exception_code::kTooMany, exception_code::kMissingKey,
                                     exception_code::kBadDate};

class Reader {
 public:
  Reader(const AnalystFile& file, std::string_view today, const RuleSet& rules, RuleExceptions& out)
      : file_(file), today_(today), rules_(rules), out_(out) {}

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
    made.path = file_.path();
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
    const auto last_day = file_.last_day(table, "the exception");
    if (!last_day) return;
    made.expires = *last_day;
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

  bool compile(const toml::node& node, RuleException& made) {
    static constexpr std::string_view kBefore = "any where ";
    eql::Compiled compiled = eql::compile(std::string(kBefore) + made.condition);
    const toml::source_position begin = node.source().begin;
    const auto map = TomlTextMap::make(file_.text(), begin.line, begin.column, made.condition);
    const auto place = [&](std::uint32_t at) {
      const std::size_t inside = at < kBefore.size() ? 0 : at - kBefore.size();
      return map->in_file(std::min(inside, made.condition.size()));
    };
    for (eql::Diagnostic& diagnostic : compiled.diagnostics) {
      if (map) {
        eql::locate(diagnostic, file_.text(), place(diagnostic.range.begin),
                    place(diagnostic.range.end), file_.path());
      } else {
        diagnostic.path = file_.path();
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

  void diagnose(Severity severity, const char* code, const toml::node& at,
                std::string message) const {
    file_.diagnose(severity, code, at, std::move(message));
  }

  const AnalystFile& file_;
  std::string_view today_;
  const RuleSet& rules_;
  RuleExceptions& out_;
};

}  // namespace

void load_exceptions(std::string_view text, std::string_view path, std::string_view today,
                     const RuleSet& rules, RuleExceptions& out) {
  const AnalystFile file(text, path, kCodes, out.diagnostics);
  file.parse([&](const toml::table& table) { Reader(file, today, rules, out).run(table); });
}

void load_exceptions_file(const std::string& path, std::string_view today, const RuleSet& rules,
                          RuleExceptions& out) {
  if (const auto text = read_analyst_file(path, "the exceptions", kCodes, out.diagnostics))
    load_exceptions(*text, path, today, rules, out);
}

}  // namespace stemma
