#include "detection/eql/cidr.hpp"

#include <vector>

namespace stemma::eql {
namespace {

bool parse_ipv4(std::string_view text, std::uint8_t* out) {
  for (int part = 0; part < 4; ++part) {
    unsigned value = 0;
    std::size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
      if (digits == 3) return false;
      value = value * 10 + static_cast<unsigned>(text[digits] - '0');
      ++digits;
    }
    if (digits == 0 || value > 255 || (digits > 1 && text[0] == '0')) return false;
    out[part] = static_cast<std::uint8_t>(value);
    text.remove_prefix(digits);
    if (part < 3) {
      if (text.empty() || text[0] != '.') return false;
      text.remove_prefix(1);
    }
  }
  return text.empty();
}

// One side of `::`: groups of 16 bits, the last of which may be an IPv4 address. Appends bytes.
bool parse_groups(std::string_view text, std::vector<std::uint8_t>& out) {
  if (text.empty()) return true;
  while (true) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (colon == std::string_view::npos && group.find('.') != std::string_view::npos) {
      std::uint8_t four[4];
      if (!parse_ipv4(group, four)) return false;
      out.insert(out.end(), four, four + 4);
      return out.size() <= 16;
    }
    if (group.empty() || group.size() > 4) return false;
    unsigned value = 0;
    for (const char c : group) {
      const unsigned digit = c >= '0' && c <= '9'   ? static_cast<unsigned>(c - '0')
                             : c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a' + 10)
                             : c >= 'A' && c <= 'F' ? static_cast<unsigned>(c - 'A' + 10)
                                                    : 16u;
      if (digit == 16) return false;
      value = value * 16 + digit;
    }
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value & 0xFF));
    if (out.size() > 16) return false;
    if (colon == std::string_view::npos) return true;
    text.remove_prefix(colon + 1);
  }
}

}  // namespace

bool IpNetwork::contains(const IpAddress& other) const {
  const std::size_t whole = prefix / 8;
  for (std::size_t i = 0; i < whole; ++i) {
    if (address[i] != other[i]) return false;
  }
  if (prefix % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF00u >> (prefix % 8));
  return (address[whole] & mask) == (other[whole] & mask);
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  constexpr std::size_t kLongestAddress = 45;  // eight groups, the last two as IPv4
  IpAddress address{};
  if (text.size() > kLongestAddress) return std::nullopt;
  if (text.find(':') == std::string_view::npos) {
    address[10] = address[11] = 0xFF;
    if (!parse_ipv4(text, address.data() + 12)) return std::nullopt;
    return address;
  }
  std::vector<std::uint8_t> head;
  std::vector<std::uint8_t> tail;
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) {
    if (!parse_groups(text, head) || head.size() != 16) return std::nullopt;
  } else {
    const std::string_view before = text.substr(0, gap);
    if (before.find('.') != std::string_view::npos) return std::nullopt;
    if (!parse_groups(before, head) || !parse_groups(text.substr(gap + 2), tail))
      return std::nullopt;
    if (head.size() + tail.size() > 14) return std::nullopt;
  }
  for (std::size_t i = 0; i < head.size(); ++i) address[i] = head[i];
  for (std::size_t i = 0; i < tail.size(); ++i) address[16 - tail.size() + i] = tail[i];
  return address;
}

std::optional<IpNetwork> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<IpAddress> address = parse_ip(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpNetwork network{*address, 128};
  if (slash == std::string_view::npos) return network;
  const std::string_view digits = text.substr(slash + 1);
  if (digits.empty() || digits.size() > 3) return std::nullopt;
  unsigned prefix = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    prefix = prefix * 10 + static_cast<unsigned>(c - '0');
  }
  const bool ipv4 = text.substr(0, slash).find(':') == std::string_view::npos;
  if (prefix > (ipv4 ? 32u : 128u)) return std::nullopt;
  network.prefix = ipv4 ? prefix + 96 : prefix;
  return network;
}

}  // namespace stemma::eql
