// Programs whose switches take a password although the switch alone says nothing: `-p` is a port or
// a path for most. Asked by events/secrets.cpp for a switch that it has found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stemma {

/// The words of a command, read once from left to right whatever is asked in between, so that a
/// text costs no more than its bytes.
class CommandWords {
 public:
  /// Reads on to `to`; another command begins behind a line end, `|`, `;` and `&`.
  /// @param text  the same at every call, and longer lived; quotes and paths as they are, blanks or
  /// NUL between arguments
  void read_to(std::string_view text, std::size_t to);

  /// Whether a switch takes a password where reading stands.
  /// @param name  the switch as written: `-p`, `/p`, `-pw`, `-p:`; `-u%` for `-U name%password`
  /// @param after  the rest of the command behind the switch and its value
  /// Either a program that takes it stands before it and did not have it yet, or an account is
  /// named (`-u DOM\name`, `-u name@domain`), which no port or path goes with; or `-u` names
  /// anybody and `-accepteula` shows one of Sysinternals' tools whose own name is not there any
  /// more. What stands further back than kMaxSecretContext says nothing. Sources: PsTools
  /// (learn.microsoft.com/sysinternals), schtasks, tasklist and their like and winrs as Windows
  /// documents them, PuTTY's plink, NetExec, sqlcmd, Info-ZIP, docker login, useradd(8),
  /// smbclient(1).
  [[nodiscard]] bool takes_password(std::string_view name, std::string_view after) const;

 private:
  void word(std::string_view word, std::size_t at);

  std::size_t at_ = 0;
  std::uint32_t open_ = 0;      // switches that the last program takes and has not had
  std::uint32_t commands_ = 0;  // switches whose further word was met: `docker login`
  std::size_t program_at_ = 0;
  std::string_view user_;  // value of the last `-u`
  std::size_t user_at_ = 0;
  bool user_next_ = false;
  bool eula_ = false;
};

/// Whether `word` is one of `programs`, however it is called: path, quotes, `.exe`, any case.
/// @param programs  lower case, separated by blanks
bool is_program(std::string_view word, std::string_view programs);

}  // namespace stemma
