// What `saddr=` of a SOCKADDR record says: address family, address, port or path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stemma::auditd {

struct SocketAddress {
  std::string_view
      family;  ///< `ipv4`, `ipv6`, `unix`, `netlink`, …; empty where the number has no name here
  std::uint16_t number = 0;  ///< AF_…
  std::string address;       ///< ipv4, ipv6: in their usual text form (RFC 5952)
  std::uint16_t port = 0;    ///< ipv4, ipv6
  bool has_port = false;
  std::string path;  ///< unix: the path; an abstract name begins with `@` in place of its NUL
};

/// Decodes upper-case hexadecimal: family (u16, of the machine that logged; all supported are
/// little-endian), then for AF_INET a big-endian port and four bytes, for AF_INET6 port, flow, 16
/// bytes and scope, for AF_UNIX a path. Empty where the text is not hexadecimal or too short for
/// its family. Source: linux/socket.h, in.h, in6.h, un.h; kernel/auditsc.c.
std::optional<SocketAddress> read_socket_address(std::string_view hex);

/// True for an IPv4 or IPv6 address in text form.
bool is_ip_address(std::string_view text);

}  // namespace stemma::auditd
