#include "app/cli/progress_bar.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>

#include "app/cli/terminal.hpp"

namespace stemma {
namespace {

constexpr auto kFirstDraw = std::chrono::milliseconds(400);  // short runs show no bar at all
constexpr auto kInterval = std::chrono::milliseconds(100);

std::string duration(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  return whole >= 60 ? fmt::format("{}m{:02}s", whole / 60, whole % 60) : fmt::format("{}s", whole);
}

}  // namespace

ProgressBar::ProgressBar(bool wanted) {
  if (!wanted || !is_terminal(STDERR_FILENO)) return;
  thread_ = std::jthread([this](const std::stop_token& stop) {
    const auto started = std::chrono::steady_clock::now();
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    bool drawn = false;
    while (!wake.wait_for(lock, stop, drawn ? kInterval : kFirstDraw, [] { return false; }) && !stop.stop_requested()) {
      draw(started);
      drawn = true;
    }
    if (drawn) std::fputs("\r\x1b[K", stderr);
  });
}

ProgressBar::~ProgressBar() { stop(); }

void ProgressBar::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void ProgressBar::draw(std::chrono::steady_clock::time_point started) {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  const auto done = static_cast<double>(progress_.bytes_done.load());
  const auto total = static_cast<double>(progress_.bytes_total.load());
  std::string line = fmt::format("\r\x1b[K{}", progress_.step.load());
  if (total > 0) {
    const double share = std::min(1.0, done / total);
    const double rate = done / std::max(0.001, seconds);
    line += fmt::format("  {:3.0f} %  {:.0f} MB/s  {} events", share * 100, rate / 1e6, progress_.events.load());
    if (share > 0.02 && share < 1) line += fmt::format("  {} left", duration((total - done) / std::max(1.0, rate)));
  }
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
}

}  // namespace stemma
