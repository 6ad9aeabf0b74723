// A budget of memory that is kept. Not a limit of the system's (which would kill the run), but a
// sum kept beside the index.
//
// What counts: the case, with all that lineage and freezing it take at most (events/case_counts);
// files that had to be unpacked, which are held in memory; batches in flight; and a fixed part for
// the program and its decoders. What does not: evidence that is mapped, since the system takes
// those pages back whenever it wants the room; and the output.
//
// Before the index begins, a sample is decoded: kSampledUnits units at equal distances, from which
// the number of events and process records of the whole is worked out; strings count as often as
// the sample has them and no more, since the rest may repeat them. What could not fit even if the
// sample were a third too high is refused then. There is no estimate by bytes: an EVTX record takes
// 200 bytes or 60,000. Collections of up to four times the sample are not sampled; they are indexed
// sooner than that. While indexing, the sum is held against the budget unit by unit in the order of
// the evidence, so that where it ends depends on the evidence and on --threads, not on which worker
// was faster; then nothing is given out. There is no spilling to disk: a case is to be searched
// again and again, and an index that is paged in and out would be slower than more memory or fewer
// files.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "events/case_counts.hpp"

namespace stemma {

/// The program, its libraries, decoders and their caches: 20 MB measured, and room.
inline constexpr std::uint64_t kFixedMemory = std::uint64_t{32} << 20;

/// What decoders and batches take for each worker beside the batches in flight.
inline constexpr std::uint64_t kMemoryPerThread = std::uint64_t{2} << 20;

/// How many units are decoded to say beforehand how many events there are.
inline constexpr std::size_t kSampledUnits = 64;

/// Bytes in `512M`, `4G`, `1T`, `65536K`, `1000000`; powers of 1024; `MB` and `MiB` are M. Empty
/// for anything else, and for 0.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// `3.1 GiB`, `812 MiB`, `17 KiB`: rounded up.
std::string size_text(std::uint64_t bytes);

class MemoryBudget {
 public:
  /// @param allowed   0: any
  /// @param unpacked  bytes of files that are held in memory
  MemoryBudget(std::uint64_t allowed, unsigned threads, std::uint64_t unpacked,
               std::size_t all_units);

  /// Throws MemoryExceeded where three quarters of what a sample lets expect do not fit.
  void expect(const CaseCounts& sample, std::size_t units, std::uint64_t sampled_bytes,
              std::uint64_t all_bytes) const;
  /// Throws MemoryExceeded where what is there does not fit. `in_flight`: bytes of batches that may
  /// wait beside it; `units` are done.
  void hold(const CaseCounts& counts, std::uint64_t in_flight, std::size_t units);

  [[nodiscard]] bool limited() const { return allowed_ != 0; }
  /// The largest sum so far.
  [[nodiscard]] std::uint64_t most() const { return most_; }

 private:
  std::uint64_t allowed_;
  std::uint64_t fixed_;
  std::size_t all_units_;
  std::uint64_t most_ = 0;
};

/// The index would take more memory than it may.
class MemoryExceeded : public std::runtime_error {
 public:
  MemoryExceeded(std::uint64_t allowed, std::uint64_t needed, std::uint64_t events,
                 std::size_t units, std::size_t all_units, bool sampled);

  std::uint64_t allowed = 0;
  std::uint64_t needed = 0;  ///< by what is known
  std::uint64_t events = 0;  ///< expected, or so far
  std::size_t units = 0;     ///< sampled, or so far
  std::size_t all_units = 0;
  bool sampled = false;  ///< known from a sample, before indexing began
};

}  // namespace stemma
