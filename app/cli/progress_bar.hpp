// A progress bar on standard error, on a terminal only: step, share, rate, remaining time. Samples counters with a timer; workers never wait for it.
#pragma once

#include <thread>

#include "app/session/session.hpp"

namespace stemma {

class ProgressBar {
 public:
  /// @param wanted false where --quiet was given; the bar also stays away where standard error is no terminal
  explicit ProgressBar(bool wanted);
  ~ProgressBar();

  [[nodiscard]] Progress& progress() { return progress_; }
  /// Removes the bar, so that what follows starts on a clean line.
  void stop();

 private:
  void draw(std::chrono::steady_clock::time_point started);

  Progress progress_;
  std::jthread thread_;
};

}  // namespace stemma
