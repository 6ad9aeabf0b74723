// Blots secrets out of what is printed. Where they stand is events/secrets.hpp; the evidence and
// the matching of rules never go through here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.hpp"
#include "events/secrets.hpp"

namespace stemma {

/// Whether an output shows secrets as they are. Only where an analyst asked for it.
enum class Secrets : std::uint8_t { redacted, shown };

/// `text` with `[redacted]` in place of each secret. Applying it twice changes nothing more.
std::string redact(std::string_view text);
/// The same where `secrets` says so.
std::string redact(std::string_view text, Secrets secrets);

/// Arguments of one command, of which a switch and its value may be two.
std::vector<std::string> redact_arguments(std::span<const std::string_view> arguments);

/// Which texts of an event are looked at: those of fields in which a secret can stand.
enum class SecretPlace : std::uint8_t {
  none,       ///< an id, a hash, a name, a path, a word of a closed list
  text,       ///< command lines, messages, scripts, whatever is not known to be closed
  arguments,  ///< a command, one argument a value
};
SecretPlace secret_place(std::string_view field_name);

/// Whether one argument of a command may hold a secret or be part of what names one. False where
/// redact_arguments() would leave all arguments alone for which this is false.
bool may_hold_secret_argument(std::string_view argument);

/// All texts of an event, in place; the lists of arguments as such. Returns whether something was
/// changed. The event is good for printing then, not for matching.
/// Cost: a look in a table for every second byte of the texts of fields that may hold one.
bool redact(Event& event);

}  // namespace stemma
