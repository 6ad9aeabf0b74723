// Secrets in text of evidence: where a password, a token or a key stands in a command line, a log
// line or a script. Not what is done about it: reports blot them out (reports/redaction.hpp),
// detection raises them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace stemma {

enum class SecretKind : std::uint8_t {
  run_as_password,     ///< `echo X | sudo -S -u name …`, as Azure's handler writes it
  password,            ///< switches and keys of programs, `net user`, chpasswd, URLs with user:X@
  sas_token,           ///< the signature of a shared access signature: `sig=X`
  account_key,         ///< `AccountKey=X`, `SharedAccessKey=X`, secret keys of clouds
  protected_settings,  ///< the encrypted settings of an extension
  bearer_token,        ///< `Bearer X`, `Basic X`, JSON web tokens, `access_token=X`
  private_key,         ///< the body of a PEM private key
};
/// In a few words, as findings say it: `RunAs password`.
std::string_view secret_kind_name(SecretKind kind);

struct Secret {
  SecretKind kind = SecretKind::password;
  std::size_t begin = 0, size = 0;  ///< bytes of the text; never empty
  bool operator==(const Secret&) const = default;
};

/// How far a command is followed for its parts, and how long a secret may be: forged text must not
/// cost more than so many bytes a place. Real keys in PEM are below 4 KiB, protected settings below
/// 64 KiB.
inline constexpr std::size_t kMaxSecretContext = 1024;
inline constexpr std::size_t kMaxSecret = std::size_t{64} << 10;

/// What is written in a secret's place. A text in which it already stands there holds none.
inline constexpr std::string_view kRedacted = "[redacted]";

/// Texts shorter than this hold no secret: `pwd=x` does.
inline constexpr std::size_t kShortestSecretText = 5;

/// False where find_secrets() finds none: a look in a table for every second byte, so that ordinary
/// text costs next to nothing. True says little.
bool may_hold_secret(std::string_view text);

/// Secrets of `text`, ascending, none overlapping. Arguments of one command may be given with a
/// NUL between them, as /proc/PID/cmdline has them. Variables (`$x`, `%X%`) and prompts (`*`) are
/// no secrets. Any bytes are allowed. O(bytes), each place that looks like one at most
/// kMaxSecretContext more, and the secret's length.
///
/// Sources: RunAs command lines, Azure/run-command-handler-linux internal/exec/exec.go; SAS,
/// "Create a service SAS" (learn.microsoft.com); bearer tokens, RFC 6750; JSON web tokens, RFC
/// 7519; `net user`, `schtasks /rp`, ConvertTo-SecureString as Windows documents them.
std::vector<Secret> find_secrets(std::string_view text);

}  // namespace stemma
