// Logs for tests of assembly: short records of all kinds, under few stamps, from few machines, in
// any order, with foreign and broken lines between them; the logs of the corpus, and damage.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace stemma::auditd_test {

class LogMaker {
 public:
  explicit LogMaker(std::uint64_t seed) : random_(seed) {}
  /// A log of some `count` lines. What it is like (how far records of a stamp lie apart, how much
  /// the clock moves, how many machines there are) differs by seed.
  std::string lines(std::size_t count);

 private:
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
  std::mt19937_64 random_;
};

/// The corpus' audit logs: name and content.
std::vector<std::pair<std::string, std::string>> corpus_logs();

/// One seeded damage: bytes flipped, cut off, lines shuffled, doubled, zeroed or torn.
std::string damaged(std::string text, std::mt19937& random);

}  // namespace stemma::auditd_test
