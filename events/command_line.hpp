// Splits Windows command lines into arguments, so that `process.args` means the same on every
// source.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stemma {

/// Cap on arguments of one command line: Windows limits a command line to 32,767 characters, so
/// real ones have fewer.
inline constexpr std::size_t kMaxArguments = 16'384;

/// Splits as Elastic's Sysmon pipeline and Go programs do: blank and tab separate, runs are
/// skipped; 2k backslashes before a quote give k and toggle quoting, 2k+1 give k and a literal
/// quote; `""` inside quotes gives a literal quote and toggles. Quotes are removed; an empty quoted
/// string is an empty argument. The first token is treated like the others. At most kMaxArguments.
/// Source: elastic/integrations, windows package, sysmon_operational ingest pipeline.
std::vector<std::string> split_command_line(std::string_view command_line);

/// The same arguments, one after another and without copying those that stand in `command_line` as
/// they are, which is nearly all of them. `command_line` is borrowed.
class ArgumentReader {
 public:
  explicit ArgumentReader(std::string_view command_line) : whole_(command_line) {}
  /// Steps to the next argument; false where there is none.
  bool next();
  /// The argument: part of the command line, or, where it had to be made(), valid until next().
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] bool made() const { return made_; }

 private:
  std::string_view whole_, text_;
  std::size_t at_ = 0, count_ = 0;
  bool made_ = false;
  std::string memory_;
};

}  // namespace stemma
