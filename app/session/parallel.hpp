// Runs numbered pieces of work on several threads. Which thread does a piece never shows in the
// result.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

namespace stemma {

/// Calls `work(worker, piece)` once for every piece below `pieces`, on `threads` threads, and
/// `collect(piece)` on the calling thread in ascending order of pieces, each as soon as it and all
/// before it are done. Stops handing out pieces when `stop` asks for it; pieces that were not done
/// are not collected. An exception of `work` or `collect` (memory exhaustion) is thrown again here
/// after all threads ended.
void run_in_order(std::size_t pieces, unsigned threads, const std::stop_token& stop,
                  const std::function<void(unsigned worker, std::size_t piece)>& work,
                  const std::function<void(std::size_t piece)>& collect);

}  // namespace stemma
