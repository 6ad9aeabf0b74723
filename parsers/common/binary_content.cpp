#include "parsers/common/binary_content.hpp"

#include <algorithm>

namespace stemma {
namespace {

constexpr std::size_t kPlaces = 256;
constexpr std::size_t kPlaceBytes = 1024;
// Control characters in a place of text at most: colours and stray bytes. Compressed content has
// one byte in nine of them.
constexpr std::size_t kMostControls = kPlaceBytes / 32;

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && (byte < '\b' || byte > '\r') && byte != 0x1B) || byte == 0x7F;
}

}  // namespace

bool is_binary(std::string_view content) {
  if (content.size() < kBinaryFrom) return false;
  std::size_t text = 0, binary = 0;
  for (std::size_t i = 0; i < kPlaces; ++i) {
    const std::string_view place = content.substr(content.size() / kPlaces * i, kPlaceBytes);
    if (place.find_first_not_of('\0') == std::string_view::npos) continue;
    const auto controls =
        static_cast<std::size_t>(std::count_if(place.begin(), place.end(), is_control));
    ++(controls > kMostControls ? binary : text);
  }
  return binary > 3 * text;
}

}  // namespace stemma
