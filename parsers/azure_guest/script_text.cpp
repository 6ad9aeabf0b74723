#include "parsers/azure_guest/script_text.hpp"

#include <array>
#include <cstdint>
#include <span>

#include "events/text.hpp"
#include "parsers/common/gunzip.hpp"

namespace stemma::azure_guest {
namespace {

constexpr std::array<std::int8_t, 256> kValues = [] {
  std::array<std::int8_t, 256> values{};
  for (auto& value : values) value = -1;
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  return values;
}();

bool is_script_text(std::string_view text) {
  return text.find('\0') == std::string_view::npos && is_valid_utf8(text);
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  std::size_t padding = 0;
  while (padding < 2 && !text.empty() && text.back() == '=') {
    text.remove_suffix(1);
    ++padding;
  }
  if (text.empty() || text.size() % 4 == 1 || (padding != 0 && (text.size() + padding) % 4 != 0))
    return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::int8_t value = kValues[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>(bits >> held & 0xFFu);
    }
  }
  return out;
}

std::optional<std::string> unpack_script(std::string_view text) {
  // Fewer letters are rather a command than a packed script: `echo` is base64, too.
  constexpr std::size_t kShortest = 16;
  if (text.size() < kShortest) return std::nullopt;
  auto bytes = decode_base64(text);
  if (!bytes) return std::nullopt;
  const auto packed = std::as_bytes(std::span(bytes->data(), bytes->size()));
  if (is_gzip(packed)) {
    const Unpacked unpacked = gunzip(packed, {kMaxScript, kMaxUnpackRatio});
    if (unpacked.fault) return std::nullopt;
    bytes->assign(reinterpret_cast<const char*>(unpacked.bytes.data()), unpacked.bytes.size());
  }
  if (bytes->empty() || bytes->size() > kMaxScript || !is_script_text(*bytes)) return std::nullopt;
  return bytes;
}

std::string script_of(const Json& value) {
  if (value.kind == Json::Kind::text) {
    if (auto unpacked = unpack_script(value.text)) return *std::move(unpacked);
    return value.text;
  }
  std::string script;
  if (value.kind != Json::Kind::array) return script;
  for (const JsonMember& line : value.members) {
    if (line.value.kind != Json::Kind::text) continue;
    if (!script.empty()) script += '\n';
    script += line.value.text;
  }
  return script;
}

}  // namespace stemma::azure_guest
