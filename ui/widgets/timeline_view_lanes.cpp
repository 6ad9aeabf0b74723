// Lanes that a person puts on top or takes away: keys, the menu of a lane, and what the foot says.
#include <QContextMenuEvent>
#include <QMenu>
#include <QScrollBar>

#include "ui/timeline/lane_text.hpp"
#include "ui/widgets/timeline_view.hpp"

namespace stemma::ui {

using namespace timeline;

void TimelineView::lanesChanged(std::optional<std::size_t> row) {
  updateScrollBar();
  setCurrent(row);
  Q_EMIT hiddenChanged(static_cast<int>(lanes_.hidden().size()));
}

void TimelineView::pinLane() {
  if (!shows() || !current_ || *current_ >= lanes_.size()) return;
  const std::size_t row = *current_;
  const std::size_t before = lanes_.pinned();
  const bool pin = !lanes_.is_pinned(row);
  if (!lanes_.set_pinned(row, pin))
    return Q_EMIT said(tr("At most %1 lanes can be pinned.").arg(kMaxPinned));
  // The keyboard stays on the lane, or on its own place where the pinned one went.
  lanesChanged(row < before ? std::min(row, lanes_.size() - 1) : row + lanes_.pinned() - before);
}

void TimelineView::hideLane() {
  if (!shows() || !current_ || *current_ >= lanes_.size()) return;
  const std::size_t row = *current_;
  lanes_.hide(row);
  lanesChanged(row);
  Q_EMIT said(tr("The lane is hidden, with all below it: Shift+H shows hidden lanes again."));
}

void TimelineView::showHiddenLanes() {
  if (!model_ || lanes_.hidden().empty()) return;
  lanes_.show_all_hidden();
  lanesChanged(current_);
}

void TimelineView::contextMenuEvent(QContextMenuEvent* event) {
  if (!shows()) return;
  if (event->reason() == QContextMenuEvent::Mouse) {
    const Hit under = hit(event->pos());
    if (under.row) setCurrent(under.row);
  }
  QMenu menu(this);
  if (current_ && *current_ < lanes_.size()) {
    menu.addAction(lanes_.is_pinned(*current_) ? tr("Unpin this lane\tP") : tr("Pin this lane\tP"),
                   this, &TimelineView::pinLane);
    menu.addAction(tr("Hide this lane and all below\tH"), this, &TimelineView::hideLane);
  }
  const std::vector<Lane> hidden = lanes_.hidden();
  if (!hidden.empty()) {
    menu.addSeparator();
    menu.addAction(tr("Show all hidden lanes\tShift+H"), this, &TimelineView::showHiddenLanes);
    // Some by name; a list that is longer than a screen helps nobody.
    constexpr std::size_t kMostNamed = 20;
    for (std::size_t i = 0; i < hidden.size() && i < kMostNamed; ++i) {
      QString name = plain(lane_title(*model_, hidden[i])).left(60);
      menu.addAction(tr("Show %1").arg(name.replace(QLatin1Char('&'), QStringLiteral("&&"))), this,
                     [this, lane = hidden[i]] {
                       lanes_.show(lane);
                       lanesChanged(current_);
                     });
    }
  }
  if (!menu.isEmpty()) menu.exec(event->globalPos());
}

}  // namespace stemma::ui
