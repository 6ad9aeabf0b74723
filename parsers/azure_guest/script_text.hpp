// Scripts as settings carry them: plain, a list of lines, or packed into base64 and gzip.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "parsers/azure_guest/json_text.hpp"

namespace stemma::azure_guest {

/// Cap on an unpacked script. The platform takes some 256 KiB.
inline constexpr std::size_t kMaxScript = 4u << 20;

/// The bytes of standard base64 (RFC 4648, section 4), padded or not, without blanks; empty where
/// `text` is none, or is empty.
std::optional<std::string> decode_base64(std::string_view text);

/// What Custom Script unpacks: base64, and gzip in it where there is one. Empty where `text` is not
/// packed this way, unpacks to more than kMaxScript, or does not unpack to UTF-8 text; then it is
/// the script itself, or unreadable.
std::optional<std::string> unpack_script(std::string_view text);

/// The script of a setting: a text, unpacked where it is packed, or lines joined by `\n`. Empty for
/// anything else.
std::string script_of(const Json& value);

}  // namespace stemma::azure_guest
