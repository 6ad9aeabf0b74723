#include "bench/evidence/random.hpp"

namespace stemma::bench {

std::string hex_digest(std::string_view seed, std::uint64_t salt, std::size_t digits) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::uint64_t hash = 0xcbf29ce484222325 ^ salt;
  for (const char c : seed) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  Random random(hash);
  std::string out;
  out.reserve(digits);
  while (out.size() < digits) {
    std::uint64_t word = random.next();
    for (int i = 0; i < 16 && out.size() < digits; ++i, word >>= 4) out += kDigits[word & 15];
  }
  return out;
}

}  // namespace stemma::bench
