// CaseCounts: what a case holds, counted, and how much memory that takes at most until it is frozen
// and while passes run over it. Not a measurement: a sum that depends on the evidence alone, so
// that the same evidence gets the same answer from a budget on every machine.
#pragma once

#include <cstdint>

namespace stemma {

struct CaseCounts {
  std::uint64_t events = 0;
  std::uint64_t records = 0;   ///< process records
  std::uint64_t starts = 0;    ///< of them those that make a life or an image: starts and forks
  std::uint64_t mentions = 0;  ///< events that name a process
  std::uint64_t args = 0;
  std::uint64_t string_bytes = 0;  ///< StringPool::memory()
  std::uint64_t class_bytes = 0;   ///< EventClassTable::bytes()

  CaseCounts& operator+=(const CaseCounts& other);

  /// The most bytes that the case takes at any moment, from these counts. bench/store_bench holds
  /// it against what the process really took.
  [[nodiscard]] std::uint64_t most_memory() const;
};

}  // namespace stemma
