#include "parsers/winlog/ecs_writer.hpp"

#include <arpa/inet.h>
#include <openssl/evp.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <array>
#include <cstring>

#include "events/command_line.hpp"
#include "events/paths.hpp"

namespace stemma::winlog {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f');
}

bool is_guid(std::string_view text) {
  if (text.size() != 38 || text.front() != '{' || text.back() != '}') return false;
  for (std::size_t i = 1; i < 37; ++i) {
    const bool dash = i == 9 || i == 14 || i == 19 || i == 24;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

// True where the text may hold a hexadecimal digit in lower case: what is left of a GUID to change.
bool has_lower_hex(std::string_view text) {
#if defined(__SSE2__)
  if (text.size() >= 16) {
    const auto lower_in = [&text](std::size_t at) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
      return _mm_movemask_epi8(_mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('a' - 1)),
                                             _mm_cmpgt_epi8(_mm_set1_epi8('f' + 1), bytes))) != 0;
    };
    for (std::size_t at = 0; at + 16 <= text.size(); at += 16) {
      if (lower_in(at)) return true;
    }
    return lower_in(text.size() - 16);
  }
#endif
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'f'; });
}

struct HashFields {
  std::string_view name;
  FieldId process, file;
};
constexpr HashFields kHashes[] = {
    {"md5", field::process_hash_md5, field::file_hash_md5},
    {"sha1", field::process_hash_sha1, field::file_hash_sha1},
    {"sha256", field::process_hash_sha256, field::file_hash_sha256},
    {"imphash", field::process_pe_imphash, field::file_pe_imphash},
};

// An address as its 4 or 16 bytes; 0 where it is none. inet_pton knows no locale and no name
// service.
std::size_t address_bytes(std::string_view text, std::array<unsigned char, 16>& bytes) {
  char copy[INET6_ADDRSTRLEN];
  if (text.empty() || text.size() >= sizeof copy) return 0;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  if (inet_pton(AF_INET, copy, bytes.data()) == 1) return 4;
  if (inet_pton(AF_INET6, copy, bytes.data()) == 1) return 16;
  return 0;
}

}  // namespace

void add_words(Event& to, FieldId field, std::string_view words) {
  while (!words.empty()) {
    const std::size_t blank = words.find(' ');
    to.add_lasting(field, words.substr(0, blank));
    words = blank == std::string_view::npos ? std::string_view{} : words.substr(blank + 1);
  }
}

bool wants_any(const Projection& wanted, std::initializer_list<FieldId> fields) {
  return std::any_of(fields.begin(), fields.end(),
                     [&wanted](FieldId field) { return field && wanted.wants(field); });
}

bool wants_command_line(const Projection& wanted, const ImageFields& fields) {
  return wants_any(wanted, {fields.command_line, fields.args, fields.args_count});
}

bool wants_image(const Projection& wanted, const ImageFields& fields) {
  return wants_any(wanted, {fields.executable, fields.name});
}

bool wants_file_path(const Projection& wanted) {
  return wants_any(
      wanted, {field::file_path, field::file_name, field::file_directory, field::file_extension});
}

bool wants_hashes(const Projection& wanted, bool of_file) {
  if (wanted.wants(field::related_hash)) return true;
  return std::any_of(std::begin(kHashes), std::end(kHashes), [&](const HashFields& fields) {
    return wanted.wants(of_file ? fields.file : fields.process);
  });
}

void EcsWriter::put_text(FieldId field, std::string_view value) {
  if (to_.lacks(field) && !is_absent(value)) to_.add_view(field, value);
}

void EcsWriter::put_number(FieldId field, std::string_view value) {
  if (!to_.lacks(field)) return;
  const auto number = parse_unsigned(value);
  if (number && *number <= static_cast<std::uint64_t>(INT64_MAX))
    to_.set(field, static_cast<std::int64_t>(*number));
}

void EcsWriter::boolean(FieldId field, std::string_view value) {
  if (!to_.lacks(field)) return;
  if (ascii_iequals(value, "true")) to_.set_boolean(field, true);
  if (ascii_iequals(value, "false")) to_.set_boolean(field, false);
}

void EcsWriter::put_image(const ImageFields& fields, std::string_view path) {
  if (is_absent(path)) return;
  if (to_.lacks(fields.executable)) to_.add_view(fields.executable, path);
  if (to_.lacks(fields.name))
    text(fields.name, posix_ ? posix_base_name(path) : windows_base_name(path));
}

void EcsWriter::command_line(const ImageFields& fields, std::string_view value) {
  if (is_absent(value)) return;
  text(fields.command_line, value);
  if ((!to_.wants(fields.args) && !to_.wants(fields.args_count)) || to_.has(fields.args)) return;
  ArgumentReader arguments(value);
  std::int64_t count = 0;
  for (; arguments.next(); ++count) {
    if (arguments.made()) {
      to_.add(fields.args, arguments.text(), Origin::derived);
    } else {
      to_.add_view(fields.args, arguments.text(), Origin::derived);
    }
  }
  to_.set(fields.args_count, count, Origin::derived);
}

void EcsWriter::account(FieldId domain, FieldId name, std::string_view value) {
  if (is_absent(value)) return;
  const std::size_t slash = value.find('\\');
  if (slash == std::string_view::npos) {
    if (!posix_) return;  // a bare word is no account on Windows
    text(name, value);
    to_.add_unique_view(field::related_user, value);
    return;
  }
  text(domain, value.substr(0, slash));
  text(name, value.substr(slash + 1));
  to_.add_unique_view(field::related_user, value.substr(slash + 1));
}

void EcsWriter::put_user_name(FieldId field, std::string_view value) {
  if (is_absent(value)) return;
  value = value.substr(0, value.find('@'));
  text(field, value);
  to_.add_unique_view(field::related_user, value);
}

void EcsWriter::file_path(std::string_view path) {
  if (is_absent(path) || to_.has(field::file_path)) return;
  text(field::file_path, path);
  const std::size_t slash = path.rfind(posix_ ? '/' : '\\');
  if (slash == std::string_view::npos) return;
  const std::string_view name = path.substr(slash + 1);
  text(field::file_name, name);
  text(field::file_directory, path.substr(0, slash));
  const std::size_t dot = name.rfind('.');
  if (dot != std::string_view::npos) text(field::file_extension, name.substr(dot + 1));
}

void EcsWriter::guid(FieldId field, std::string_view value) {
  if (!to_.lacks(field) || is_absent(value)) return;
  if (posix_ || !has_lower_hex(value) || !is_guid(value)) {
    to_.add_view(field, value);
    return;
  }
  const std::span<char> made = to_.room(value.size());
  std::transform(value.begin(), value.end(), made.begin(), upper);
  to_.add_lasting(field, {made.data(), made.size()});
}

void EcsWriter::hashes(bool of_file, std::string_view value) {
  if (is_absent(value)) return;
  while (!value.empty()) {
    const std::size_t comma = value.find(',');
    const std::string_view entry = value.substr(0, comma);
    value = comma == std::string_view::npos ? std::string_view{} : value.substr(comma + 1);
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view digest = entry.substr(equals + 1);
    if (digest.find_first_not_of('0') == std::string_view::npos)
      continue;  // empty or all zeros: not computed
    const std::span<char> made = to_.room(digest.size());
    std::transform(digest.begin(), digest.end(), made.begin(), lower);
    const std::string_view text(made.data(), made.size());
    for (const HashFields& fields : kHashes) {
      const FieldId field = of_file ? fields.file : fields.process;
      if (!ascii_iequals(entry.substr(0, equals), fields.name)) continue;
      if (to_.lacks(field) && !is_absent(text)) to_.add_lasting(field, text);
    }
    to_.add_unique_lasting(field::related_hash, text);
  }
}

void EcsWriter::ip(FieldId field, std::string_view value) {
  if (is_absent(value)) return;
  value = without_v4_prefix(value);
  text(field, value);
  to_.add_unique_view(field::related_ip, value);
}

std::string_view without_v4_prefix(std::string_view address) {
  constexpr std::string_view kPrefix = "::ffff:";
  if (address.size() > kPrefix.size() &&
      ascii_iequals(address.substr(0, kPrefix.size()), kPrefix) &&
      address.find('.') != std::string_view::npos) {
    return address.substr(kPrefix.size());
  }
  return address;
}

bool is_address(std::string_view text) {
  std::array<unsigned char, 16> bytes{};
  return address_bytes(text, bytes) != 0;
}

std::string community_id(std::string_view source_ip, std::uint16_t source_port,
                         std::string_view destination_ip, std::uint16_t destination_port,
                         std::string_view transport) {
  unsigned char protocol = 0;
  if (ascii_iequals(transport, "tcp")) protocol = 6;
  if (ascii_iequals(transport, "udp")) protocol = 17;
  std::array<unsigned char, 16> source{};
  std::array<unsigned char, 16> destination{};
  const std::size_t size = address_bytes(source_ip, source);
  if (protocol == 0 || size == 0 || size != address_bytes(destination_ip, destination)) return {};
  const int order = std::memcmp(source.data(), destination.data(), size);
  if (order > 0 || (order == 0 && source_port > destination_port)) {
    std::swap(source, destination);
    std::swap(source_port, destination_port);
  }
  std::array<unsigned char, 2 + 16 + 16 + 1 + 1 + 2 + 2> flow{};  // starts with the seed, zero
  std::size_t at = 2;
  const auto put = [&](const unsigned char* bytes, std::size_t count) {
    std::memcpy(flow.data() + at, bytes, count);
    at += count;
  };
  put(source.data(), size);
  put(destination.data(), size);
  const unsigned char tail[] = {protocol,
                                0,
                                static_cast<unsigned char>(source_port >> 8),
                                static_cast<unsigned char>(source_port & 0xFF),
                                static_cast<unsigned char>(destination_port >> 8),
                                static_cast<unsigned char>(destination_port & 0xFF)};
  put(tail, sizeof tail);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned digest_size = 0;
  if (EVP_Digest(flow.data(), at, digest, &digest_size, EVP_sha1(), nullptr) != 1) return {};
  unsigned char text[64];
  const int length = EVP_EncodeBlock(text, digest, static_cast<int>(digest_size));
  return "1:" + std::string(reinterpret_cast<const char*>(text), static_cast<std::size_t>(length));
}

}  // namespace stemma::winlog
