#include "parsers/auditd/sockaddr.hpp"

#include <arpa/inet.h>

#include <array>

#include "parsers/auditd/fields.hpp"

namespace stemma::auditd {
namespace {

constexpr std::size_t kMaxSocketAddress = 128;  // sizeof(struct sockaddr_storage)

constexpr std::uint16_t kUnix = 1, kInet = 2, kInet6 = 10, kNetlink = 16, kPacket = 17, kVsock = 40;

std::string_view family_name(std::uint16_t family) {
  switch (family) {
    case kUnix:
      return "unix";
    case kInet:
      return "ipv4";
    case kInet6:
      return "ipv6";
    case kNetlink:
      return "netlink";
    case kPacket:
      return "packet";
    case kVsock:
      return "vsock";
    default:
      return {};
  }
}

std::string to_text(int family, const char* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(family, bytes, text.data(), text.size()) != nullptr ? std::string(text.data())
                                                                       : std::string{};
}

}  // namespace

std::optional<SocketAddress> read_socket_address(std::string_view hex) {
  if (!is_hex(hex) || hex.size() > 2 * kMaxSocketAddress) return std::nullopt;
  std::string bytes;
  append_decoded(bytes, hex);
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[i]));
  };
  if (bytes.size() < 2) return std::nullopt;
  SocketAddress result;
  result.number = static_cast<std::uint16_t>(byte(0) | (byte(1) << 8));
  result.family = family_name(result.number);
  if (result.number == kInet) {
    if (bytes.size() < 8) return std::nullopt;
    result.port = static_cast<std::uint16_t>((byte(2) << 8) | byte(3));
    result.has_port = true;
    result.address = to_text(AF_INET, bytes.data() + 4);
  } else if (result.number == kInet6) {
    if (bytes.size() < 24) return std::nullopt;
    result.port = static_cast<std::uint16_t>((byte(2) << 8) | byte(3));
    result.has_port = true;
    result.address = to_text(AF_INET6, bytes.data() + 8);
  } else if (result.number == kUnix) {
    std::string_view path = std::string_view(bytes).substr(2);
    if (!path.empty() && path.front() == '\0') {
      const std::size_t end = path.find('\0', 1);
      path = path.substr(1, end == std::string_view::npos ? end : end - 1);
      if (!path.empty()) result.path.assign("@").append(path);
    } else {
      result.path.assign(path.substr(0, path.find('\0')));
    }
  }
  return result;
}

bool is_ip_address(std::string_view text) {
  if (text.empty() || text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos)
    return false;
  const std::string copy(text);
  std::array<unsigned char, 16> bytes{};
  return inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1;
}

}  // namespace stemma::auditd
