#include "app/gui/foretaste.hpp"

#include <algorithm>
#include <utility>

namespace stemma {

Foretaste::Foretaste(Tell tell, Clock::duration first, std::function<Clock::time_point()> now)
    : tell_(std::move(tell)), now_(std::move(now)), begun_(now_()), next_(begun_ + first) {}

void Foretaste::found(std::span<const Match> matches) {
  std::vector<Match> so_far;
  const Clock::time_point before = now_();
  {
    const std::lock_guard lock(mutex_);
    matches_.insert(matches_.end(), matches.begin(), matches.end());
    if (telling_ || before < next_) return;
    telling_ = true;
    so_far = matches_;
  }
  tell_(std::move(so_far));
  const Clock::time_point after = now_();
  const std::lock_guard lock(mutex_);
  next_ = after + std::max(10 * (after - before), after - begun_);
  telling_ = false;
}

}  // namespace stemma
