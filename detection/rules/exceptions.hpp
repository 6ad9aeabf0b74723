// Exceptions: what an analyst has looked at and does not want to see again, in a file of his own.
// Not the exceptions that a published rule names for another product.
//
//     [[exception]]
//     rule_id = "cb9554e8-…"      # or "*": every rule
//     condition = 'process.executable : "C:\\Program Files\\Backup\\*"'
//     reason = "the backup agent runs its checks through Run Command"
//     owner = "j.doe"
//     expires = 2027-01-31         # last day on which it applies (UTC)
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "detection/eql/program.hpp"
#include "detection/rules/rule.hpp"

namespace stemma {

/// Cap on the exceptions of one file, and on its bytes (kMaxRuleFileBytes).
inline constexpr std::size_t kMaxExceptions = 100'000;

/// Codes of exception files; those of conditions are in detection/eql/diagnostic.hpp.
namespace exception_code {
inline constexpr const char* kCannotRead = "EXC001";
inline constexpr const char* kNotToml = "EXC002";
inline constexpr const char* kMissingKey = "EXC003";
inline constexpr const char* kBadDate = "EXC004";
inline constexpr const char* kExpired = "EXC005";      ///< a warning: it is not applied
inline constexpr const char* kUnknownRule = "EXC006";  ///< a warning
inline constexpr const char* kLineage = "EXC007";      ///< a condition that asks the process tree
inline constexpr const char* kTooMany = "EXC008";
}  // namespace exception_code

struct RuleException {
  std::string rule_id;  ///< "*": any
  std::string condition;
  std::string reason;
  std::string owner;
  std::string expires;  ///< 2027-01-31
  std::string path;
  std::uint32_t line = 0;
  std::shared_ptr<const eql::Program> program;  ///< never null

  [[nodiscard]] bool concerns(std::string_view rule) const {
    return rule_id == "*" || rule_id == rule;
  }
};

struct RuleExceptions {
  std::vector<RuleException> list;  ///< those that apply, in the order of the files
  std::vector<eql::Diagnostic> diagnostics;
};

/// Reads the text of one file into `out`. One wrong exception never stops the rest.
/// @param today  2026-11-24: an exception whose last day is before it is not applied
/// @param rules  for telling ids that no rule has
void load_exceptions(std::string_view text, std::string_view path, std::string_view today,
                     const RuleSet& rules, RuleExceptions& out);

/// The same from a file.
void load_exceptions_file(const std::string& path, std::string_view today, const RuleSet& rules,
                          RuleExceptions& out);

}  // namespace stemma
