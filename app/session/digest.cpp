#include "app/session/digest.hpp"

#include <openssl/evp.h>

#include <array>

#include "app/session/parallel.hpp"

namespace stemma {

std::string sha256_hex(std::span<const std::byte> bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest = {};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  constexpr char kHex[] = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += kHex[digest[i] >> 4];
    hex += kHex[digest[i] & 15];
  }
  return hex;
}

std::string sha256_hex(std::string_view text) { return sha256_hex(std::as_bytes(std::span(text.data(), text.size()))); }

std::vector<std::string> artifact_digests(const Session& session) {
  std::vector<std::string> digests(session.snapshot().artifacts.size());
  run_in_order(
      digests.size(), session.threads(), {},
      [&](unsigned, std::size_t i) { digests[i] = sha256_hex(session.bytes_on_disk(ArtifactId::from_index(i))); },
      [](std::size_t) {});
  return digests;
}

}  // namespace stemma
