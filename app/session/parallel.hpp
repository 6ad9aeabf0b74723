// Runs numbered pieces of work on several threads. Which thread does a piece never shows in the
// result.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

namespace stemma {

/// How many pieces may be in work or wait for their turn to be collected: enough to keep all
/// threads busy while one piece takes long, few enough that results waiting stay small.
std::size_t pieces_in_flight(unsigned threads);

/// Calls `work(worker, piece)` once for every piece below `pieces`, on `threads` threads (the
/// calling one is worker 0), and `collect(piece)` in ascending order of pieces, each as soon as it
/// and all before it are done. No two calls of `collect` overlap; each runs on whichever thread
/// comes by, so that no thread waits for another to hand results over, and all it has written is
/// seen by the next. A piece is begun only when the one pieces_in_flight(threads) before it was
/// collected, so results can wait in a ring of that many places. Costs one uncontended lock a
/// piece. Stops handing out pieces when `stop` asks for it; pieces that were not done are not
/// collected. An exception of `work` or `collect` (memory exhaustion) is thrown again here after
/// all threads ended.
void run_in_order(std::size_t pieces, unsigned threads, const std::stop_token& stop,
                  const std::function<void(unsigned worker, std::size_t piece)>& work,
                  const std::function<void(std::size_t piece)>& collect);

}  // namespace stemma
