// Foretaste: matches are told while rules still run, so that an analyst need not wait for the last event. Not findings (app/session/detect.hpp).
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

#include "detection/match/matcher.hpp"

namespace stemma {

class Foretaste {
 public:
  using Clock = std::chrono::steady_clock;
  /// Told all matches so far, on a thread that matches; never twice at once.
  using Tell = std::function<void(std::vector<Match> so_far)>;

  /// @param first  from now on, before which nothing is told: short passes need no foretaste
  /// @param now    the clock; another one for tests
  explicit Foretaste(Tell tell, Clock::duration first = std::chrono::milliseconds(500), std::function<Clock::time_point()> now = Clock::now);

  /// Any thread. Between two tellings lies at least ten times what the first of them took, so that they never take more than a tenth of one thread,
  /// and as long as the pass took until then: a long pass is told of some ten times.
  void found(std::span<const Match> matches);

 private:
  const Tell tell_;
  const std::function<Clock::time_point()> now_;
  const Clock::time_point begun_;
  std::mutex mutex_;
  std::vector<Match> matches_;
  Clock::time_point next_;
  bool telling_ = false;
};

}  // namespace stemma
