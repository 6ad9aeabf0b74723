// IP networks as cidrMatch compares them. IPv4 and IPv6; an IPv4-mapped IPv6 address is the IPv4
// address.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace stemma::eql {

/// 16 bytes; IPv4 as ::ffff:a.b.c.d.
using IpAddress = std::array<std::uint8_t, 16>;

struct IpNetwork {
  IpAddress address{};
  unsigned prefix = 128;  ///< bits, of the 16-byte form

  [[nodiscard]] bool contains(const IpAddress& other) const;
};

/// Dotted decimal, or any form of RFC 4291 without a zone. Numbers with leading zeros are refused.
std::optional<IpAddress> parse_ip(std::string_view text);

/// `address/prefix`; host bits may be set; without `/` the address alone.
std::optional<IpNetwork> parse_network(std::string_view text);

}  // namespace stemma::eql
