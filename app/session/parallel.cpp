#include "app/session/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace stemma {

void run_in_order(std::size_t pieces, unsigned threads, const std::stop_token& stop,
                  const std::function<void(unsigned, std::size_t)>& work,
                  const std::function<void(std::size_t)>& collect) {
  // Workers may be this far ahead of the collector, so that results waiting for their turn stay
  // few.
  const std::size_t window = std::size_t{threads} * 64;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<bool> done(pieces, false);
  std::size_t next = 0;
  std::size_t collected = 0;
  unsigned running = 0;
  std::exception_ptr failure;

  const auto body = [&](unsigned worker) {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] {
        return next >= pieces || next < collected + window || failure || stop.stop_requested();
      });
      if (next >= pieces || failure || stop.stop_requested()) break;
      const std::size_t piece = next++;
      lock.unlock();
      std::exception_ptr thrown;
      try {
        work(worker, piece);
      } catch (...) {
        thrown = std::current_exception();
      }
      lock.lock();
      if (thrown && !failure) failure = thrown;
      done[piece] = !thrown;
      changed.notify_all();
    }
    --running;
    changed.notify_all();
  };

  std::vector<std::jthread> workers;
  const unsigned count = static_cast<unsigned>(
      std::min<std::size_t>(std::max(1u, threads), std::max<std::size_t>(1, pieces)));
  running = count;
  for (unsigned worker = 0; worker < count; ++worker) workers.emplace_back(body, worker);

  std::unique_lock lock(mutex);
  while (collected < pieces) {
    changed.wait(lock, [&] { return done[collected] || running == 0 || failure; });
    if (failure || !done[collected]) break;
    lock.unlock();
    std::exception_ptr thrown;
    try {
      collect(collected);
    } catch (...) {
      thrown = std::current_exception();
    }
    lock.lock();
    if (thrown && !failure) failure = thrown;
    ++collected;
    changed.notify_all();
  }
  lock.unlock();
  workers.clear();  // joins
  if (failure) std::rethrow_exception(failure);
}

}  // namespace stemma
