// What the files have in common in which an analyst says what is known already (exceptions,
// declared automation): how they are read, what a last day is, and where a mistake stands. Not what
// is said in them.
#pragma once

#include <toml++/toml.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detection/eql/diagnostic.hpp"

namespace stemma {

/// The codes under which a kind of file tells of what all kinds can be wrong in.
struct AnalystFileCodes {
  const char* cannot_read;
  const char* not_toml;
  const char* too_large;
  const char* missing_key;
  const char* bad_date;
};

/// One file while it is read. Borrows everything.
class AnalystFile {
 public:
  AnalystFile(std::string_view text, std::string_view path, const AnalystFileCodes& codes,
              std::vector<eql::Diagnostic>& diagnostics)
      : text_(text), path_(path), codes_(codes), diagnostics_(diagnostics) {}

  /// Parses the text and hands its table to `read`; what is no TOML is a diagnostic.
  void parse(const std::function<void(const toml::table&)>& read) const;

  /// A diagnostic at the line on which `at` begins.
  void diagnose(eql::Severity severity, const char* code, const toml::node& at,
                std::string message) const;

  /// `expires` of an entry as 2027-01-31, a TOML date or a text. None, with a diagnostic, where it
  /// is missing or no date. @param what  `the exception`
  std::optional<std::string> last_day(const toml::table& entry, std::string_view what) const;

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::string_view path() const { return path_; }

 private:
  std::string_view text_;
  std::string_view path_;
  const AnalystFileCodes& codes_;
  std::vector<eql::Diagnostic>& diagnostics_;
};

/// The text of a file of at most kMaxRuleFileBytes. None, with a diagnostic, where it cannot be
/// read. @param what  `the exceptions`
std::optional<std::string> read_analyst_file(const std::string& path, std::string_view what,
                                             const AnalystFileCodes& codes,
                                             std::vector<eql::Diagnostic>& diagnostics);

}  // namespace stemma
