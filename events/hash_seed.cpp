#include "events/hash_seed.hpp"

#include <random>

namespace stemma {

std::uint64_t hash_seed() {
  static const std::uint64_t seed = [] {
    std::random_device device;
    return (std::uint64_t{device()} << 32 ^ device()) * 0x9E3779B97F4A7C15u;
  }();
  return seed;
}

}  // namespace stemma
