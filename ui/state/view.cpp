#include "ui/state/view.hpp"

#include <utility>

namespace stemma::ui {

bool ViewHistory::set(View view, std::string gesture) {
  if (view == views_[at_]) return false;
  const bool goes_on = !gesture.empty() && gesture == gesture_ && at_ > 0 && !can_redo();
  gesture_ = std::move(gesture);
  if (goes_on) {
    views_[at_] = std::move(view);
    return true;
  }
  views_.resize(at_ + 1);
  if (views_.size() > kMaxSteps) {
    views_.erase(views_.begin());
    --at_;
  }
  views_.push_back(std::move(view));
  ++at_;
  return true;
}

bool ViewHistory::amend(View view) {
  end_gesture();
  if (view == views_[at_]) return false;
  views_[at_] = std::move(view);
  return true;
}

bool ViewHistory::undo() {
  end_gesture();
  if (!can_undo()) return false;
  --at_;
  return true;
}

bool ViewHistory::redo() {
  end_gesture();
  if (!can_redo()) return false;
  ++at_;
  return true;
}

void ViewHistory::clear() {
  views_.assign(1, View{});
  at_ = 0;
  gesture_.clear();
}

}  // namespace stemma::ui
