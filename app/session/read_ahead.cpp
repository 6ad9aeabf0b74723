#include "app/session/read_ahead.hpp"

namespace stemma {

ReadAhead::ReadAhead(std::span<const FoundArtifact> files, std::span<const Work> work,
                     std::size_t pieces, std::function<std::uint32_t(std::size_t)> work_of)
    : files_(files), work_(work), pieces_(pieces), work_of_(std::move(work_of)) {}

void ReadAhead::begin(std::size_t piece) {
  const std::uint64_t begun =
      begun_bytes_.fetch_add(work_[work_of_(piece)].unit.length, std::memory_order_relaxed);
  // One asks, the others need not wait for it.
  const std::unique_lock lock(asking_, std::try_to_lock);
  if (!lock) return;
  while (asked_ < pieces_ && asked_bytes_ < begun + kAheadBytes) {
    const Work& next = work_[work_of_(asked_++)];
    asked_bytes_ += next.unit.length;
    bytes_of(next).will_need(next.unit.offset, next.unit.length);
  }
}

void ReadAhead::done(std::size_t piece) const {
  const Work& work = work_[work_of_(piece)];
  bytes_of(work).let_go(work.unit.offset, work.unit.length);
}

}  // namespace stemma
