// Random numbers for generated evidence: the same on every machine and library for the same seed,
// which std:: distributions are not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stemma::bench {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  /// splitmix64.
  std::uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15); }
  /// In [0, bound); bound is not 0.
  std::uint64_t below(std::uint64_t bound) {
    return next() % bound;  // the bias of so small bounds does not matter here
  }
  /// In [low, high].
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    return low + below(high - low + 1);
  }
  /// True once in `n` times.
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  template <class Table>
  const auto& pick(const Table& table) {
    return table[below(std::size(table))];
  }

  static std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

 private:
  std::uint64_t state_;
};

/// `digits` hexadecimal digits that depend on `seed` and `salt` alone, as a hash of a file does.
std::string hex_digest(std::string_view seed, std::uint64_t salt, std::size_t digits);

}  // namespace stemma::bench
