// Reading ahead: on a disk that is slower than the decoders the two must overlap, or each unit
// waits for its own bytes. Internal to the session.
//
// Evidence is mapped, and a mapping is read where it is touched: page by page, by whichever worker
// comes by, in places of the file that jump from one worker's unit to the other's, so that the
// system's own read-ahead sees no order in it. Here the units are known in the order in which they
// are handed out, so what comes next is asked for beforehand (MADV_WILLNEED: the reading begins,
// and nobody waits for it), a stretch at a time and no further than kAheadBytes. MADV_SEQUENTIAL
// was not taken: it widens the window of every fault around the faulting page, which two workers in
// one file defeat. Where the pages are in memory already the asking costs some 2 µs a MiB, one
// percent of decoding it.
//
// Behind, a unit's pages are let go of once it is decoded (MADV_DONTNEED on a read-only mapping of
// a file: the system keeps them as long as it has room, the process no longer counts them), so that
// the memory that a run shows is what the case takes, not the size of the evidence.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>

#include "app/session/discovery.hpp"
#include "app/session/work.hpp"

namespace stemma {

/// How far ahead of the unit last handed out reading is asked for: some tens of milliseconds of a
/// disk of 1 GB/s, and a small part of any machine's memory.
inline constexpr std::uint64_t kAheadBytes = std::uint64_t{32} << 20;

/// Ahead of the pieces of one pass. Safe from any thread.
class ReadAhead {
 public:
  /// @param pieces   how many, in the order in which they are handed out
  /// @param work_of  the work of a piece
  ReadAhead(std::span<const FoundArtifact> files, std::span<const Work> work, std::size_t pieces,
            std::function<std::uint32_t(std::size_t piece)> work_of);

  /// A worker begins `piece`: asks for what comes up to kAheadBytes behind it.
  void begin(std::size_t piece);
  /// A worker is done with it.
  void done(std::size_t piece) const;

 private:
  [[nodiscard]] const FileBytes& bytes_of(const Work& work) const {
    return files_[work.artifact().index()].bytes;
  }

  std::span<const FoundArtifact> files_;
  std::span<const Work> work_;
  std::size_t pieces_;
  std::function<std::uint32_t(std::size_t)> work_of_;
  std::mutex asking_;
  std::size_t asked_ = 0;          // pieces asked for
  std::uint64_t asked_bytes_ = 0;  // of them
  std::atomic<std::uint64_t> begun_bytes_{0};
};

}  // namespace stemma
