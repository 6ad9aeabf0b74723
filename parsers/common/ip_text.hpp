// Whether a text is an IP address. Not a network of them, and no port behind it.
#pragma once

#include <string_view>

namespace stemma {

/// True for IPv4 in dotted decimals and for IPv6 in any of its spellings (RFC 4291, 2.2).
bool is_ip_address(std::string_view text);

}  // namespace stemma
