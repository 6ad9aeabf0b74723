#include "app/session/parallel.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace stemma {
namespace {

class Run {
 public:
  Run(std::size_t pieces, std::size_t window, const std::stop_token& stop,
      const std::function<void(unsigned, std::size_t)>& work,
      const std::function<void(std::size_t)>& collect)
      : pieces_(pieces), stop_(stop), work_(work), collect_(collect), done_(window, false) {}

  void worker(unsigned number) {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (next_ < pieces_ && next_ >= collected_ + done_.size() && !over()) {
        ++waiting_;
        room_.wait(lock);
        --waiting_;
        continue;
      }
      if (next_ >= pieces_ || over()) return;
      const std::size_t piece = next_++;
      lock.unlock();
      const bool good = attempt([&] { work_(number, piece); });
      lock.lock();
      if (!good) return;
      done_[piece % done_.size()] = true;
      collect_ready(lock);
    }
  }

  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  [[nodiscard]] bool over() const { return failure_ != nullptr || stop_.stop_requested(); }

  template <class Act>
  bool attempt(Act act) {
    std::exception_ptr thrown;
    try {
      act();
      return true;
    } catch (...) {
      thrown = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = thrown;
    room_.notify_all();
    return false;
  }

  // Whoever completes the piece that all wait for collects it, and what has come behind it in the
  // meantime.
  void collect_ready(std::unique_lock<std::mutex>& lock) {
    if (collecting_) return;
    collecting_ = true;
    while (collected_ < pieces_ && done_[collected_ % done_.size()] && failure_ == nullptr) {
      const std::size_t piece = collected_;
      lock.unlock();
      const bool good = attempt([&] { collect_(piece); });
      lock.lock();
      if (!good) break;
      done_[piece % done_.size()] = false;
      ++collected_;
      if (waiting_ != 0) room_.notify_all();
    }
    collecting_ = false;
    if (stop_.stop_requested()) room_.notify_all();
  }

  const std::size_t pieces_;
  const std::stop_token& stop_;
  const std::function<void(unsigned, std::size_t)>& work_;
  const std::function<void(std::size_t)>& collect_;

  std::mutex mutex_;
  std::condition_variable room_;  // for a further piece in flight
  std::vector<bool> done_;        // ring of the pieces in flight
  std::size_t next_ = 0;
  std::size_t collected_ = 0;
  unsigned waiting_ = 0;
  bool collecting_ = false;
  std::exception_ptr failure_;
};

}  // namespace

std::size_t pieces_in_flight(unsigned threads) {
  return threads <= 1 ? 1 : std::size_t{threads} * 8;
}

void run_in_order(std::size_t pieces, unsigned threads, const std::stop_token& stop,
                  const std::function<void(unsigned, std::size_t)>& work,
                  const std::function<void(std::size_t)>& collect) {
  Run run(pieces, pieces_in_flight(threads), stop, work, collect);
  {
    const std::size_t helpers = std::min<std::size_t>(threads, pieces);
    std::vector<std::jthread> others;
    for (unsigned number = 1; number < helpers; ++number)
      others.emplace_back([&run, number] { run.worker(number); });
    run.worker(0);
  }
  run.rethrow();
}

}  // namespace stemma
