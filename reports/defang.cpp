#include "reports/defang.hpp"

namespace stemma {
namespace {

std::string with(std::string_view value, std::string_view marked) {
  std::string out;
  for (const char c : value) {
    if (marked.find(c) == std::string_view::npos) {
      out += c;
    } else {
      out += '[';
      out += c;
      out += ']';
    }
  }
  return out;
}

}  // namespace

std::string defang(Indicator::Kind kind, std::string_view value) {
  switch (kind) {
    case Indicator::Kind::ip:
      return with(value, value.find('.') != std::string_view::npos ? "." : ":");
    case Indicator::Kind::domain:
      return with(value, ".");
    case Indicator::Kind::account:
      return with(value, "@");
    case Indicator::Kind::url: {
      // The scheme, then dots of the host; the path stays readable.
      std::string scheme;
      const std::size_t colon = value.find("://");
      if (colon != std::string_view::npos) {
        for (const char c : value.substr(0, colon))
          scheme += c == 't' ? 'x' : c == 'T' ? 'X' : c;  // http → hxxp, ftp → fxp
        scheme += "[://]";
        value.remove_prefix(colon + 3);
      }
      const std::size_t host_end = std::min(value.find_first_of("/?#"), value.size());
      return scheme + with(value.substr(0, host_end), ".@") + std::string(value.substr(host_end));
    }
    case Indicator::Kind::sha256:
    case Indicator::Kind::sha1:
    case Indicator::Kind::md5:
    case Indicator::Kind::path:
    case Indicator::Kind::registry_key:
      break;
  }
  return std::string(value);
}

}  // namespace stemma
