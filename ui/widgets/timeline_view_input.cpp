// What mouse, wheel and keys ask of the timeline.
#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollBar>
#include <QWheelEvent>
#include <algorithm>

#include "ui/timeline/lane_events.hpp"
#include "ui/timeline/zoom.hpp"
#include "ui/widgets/timeline_view.hpp"

namespace stemma::ui {

using namespace timeline;

namespace {

// A step of zoom by wheel or key, and of panning as a share of what is shown.
constexpr std::int64_t kZoomNumerator = 4, kZoomDenominator = 5;
constexpr std::int64_t kPanShare = 8;
// A double click makes the range that many times shorter.
constexpr std::int64_t kZoomToEvent = 10;
constexpr int kWheelStep = 120;
constexpr int kRowsPerStep = 3;
// How near a drawn range's end must be to an edge to snap to it, and the pointer to the border of
// the heads to move it, in Qt's pixels.
constexpr int kSnapReach = 5;
constexpr int kDividerReach = 3;

bool is_process(const Lane& lane) {
  return lane.kind == LaneKind::session || lane.kind == LaneKind::process;
}

}  // namespace

void TimelineView::wishZoom(TimeRange range, const QString& gesture) {
  wished_ = range;
  if (range == model_->limits) {
    Q_EMIT zoomChanged(std::nullopt, gesture);
  } else {
    Q_EMIT zoomChanged(range, gesture);
  }
}

void TimelineView::zoomAt(Timestamp at, std::int64_t numerator, std::int64_t denominator,
                          const QString& gesture) {
  wishZoom(zoomed(wished_.value_or(shownRange()), model_->limits, at, numerator, denominator),
           gesture);
}

void TimelineView::panBy(WideNs delta, const QString& gesture) {
  wishZoom(panned(wished_.value_or(shownRange()), model_->limits, delta), gesture);
}

void TimelineView::showAll() {
  if (!shows()) return;
  wished_ = model_->limits;
  Q_EMIT zoomChanged(std::nullopt, QString());
}

std::optional<TimeRange> TimelineView::rangeOf(std::size_t row) const {
  const Lane& lane = lanes_[row];
  if (is_process(lane)) {
    const EntityId entity = model_->processes.entity(lane.index);
    const Timestamp start = model_->snapshot().tree.entity(entity).start;
    return TimeRange{start, std::max(start, life_ends(*model_, entity).known)};
  }
  const HostModel& host = model_->hosts[lane.index];
  if (lane.kind == LaneKind::runs && !host.runs.empty()) {
    TimeRange range{host.runs.front().from, host.runs.front().to};
    for (const RunMark& run : host.runs) range.to = std::max(range.to, run.to);
    return range;
  }
  const EventId first = event_after(*model_, lane, EventId{});
  const EventId last = event_before(*model_, lane, EventId{0xFFFFFFFF});
  if (!first) return {};
  const EventStore& events = model_->snapshot().events;
  return TimeRange{events.time(first), events.time(last)};
}

void TimelineView::fit() {
  if (!shows()) return;
  std::optional<TimeRange> range;
  if (const auto row = lanes_.row_of(view_.selection.entity)) {
    range = rangeOf(*row);
  } else if (view_.selection.event &&
             view_.selection.event.index() < model_->snapshot().events.size()) {
    const Timestamp time = model_->snapshot().events.time(view_.selection.event);
    range = TimeRange{time, time};
  }
  wishZoom(fitted(range.value_or(model_->focus()), model_->limits), QString());
}

void TimelineView::zoomToEvent(EventId event) {
  const Timestamp at = model_->snapshot().events.time(event);
  const TimeRange closer =
      zoomed(wished_.value_or(shownRange()), model_->limits, at, 1, kZoomToEvent);
  wishZoom(centred(closer, model_->limits, at), QString());
}

void TimelineView::zoomTo(const Hit& hit) {
  if (!hit.row) return;
  const Lane& lane = lanes_[*hit.row];
  if (hit.tick) {
    zoomToEvent(hit.tick->first);
  } else if (hit.run) {
    const RunMark& run = model_->hosts[lane.index].runs[hit.run->index];
    wishZoom(fitted({run.from, run.to}, model_->limits), QString());
  } else if (hit.flag && lane.kind == LaneKind::findings) {
    zoomToEvent(model_->hosts[lane.index].findings[hit.flag->index].event);
  } else if (hit.life) {
    if (const auto range = rangeOf(*hit.row)) wishZoom(fitted(*range, model_->limits), QString());
  }
}

void TimelineView::activate(const Hit& hit) {
  if (!hit.row) return;
  const Lane& lane = lanes_[*hit.row];
  if (hit.flag && hit.flag->kind == FlagKind::finding) {
    if (const Finding* finding = finding_of(*model_, lane, *hit.flag))
      Q_EMIT findingActivated(QString::fromStdString(finding->id));
  } else if (hit.flag && hit.flag->kind == FlagKind::operation) {
    Q_EMIT eventActivated(model_->hosts[lane.index].operations[hit.flag->index].event);
  } else if (hit.tick) {
    Q_EMIT eventActivated(hit.tick->first);
  } else if (hit.run) {
    const RunMark& run = model_->hosts[lane.index].runs[hit.run->index];
    Q_EMIT invocationActivated(
        QString::fromStdString(model_->open_case->incident->invocations[run.invocation].id));
  } else if (is_process(lane) && (hit.life || hit.head)) {
    Q_EMIT entityActivated(model_->processes.entity(lane.index));
  }
}

void TimelineView::activateRow(std::size_t row) {
  const Lane& lane = lanes_[row];
  if (is_process(lane)) {
    Q_EMIT entityActivated(model_->processes.entity(lane.index));
  } else if (lane.kind == LaneKind::findings) {
    const FindingMark& mark = model_->hosts[lane.index].findings.front();
    Q_EMIT findingActivated(QString::fromStdString(model_->open_case->findings[mark.finding].id));
  } else if (lane.kind == LaneKind::runs) {
    const RunMark& run = model_->hosts[lane.index].runs.front();
    Q_EMIT invocationActivated(
        QString::fromStdString(model_->open_case->incident->invocations[run.invocation].id));
  } else {
    setOpen(row, !lane.open);
  }
}

// The next event of the lane that the keyboard is on, or the one before; brought into view.
void TimelineView::stepEvent(bool forward) {
  if (!current_) return;
  const EventStore& events = model_->snapshot().events;
  EventId from = view_.selection.event;
  if (!from || from.index() >= events.size()) {
    from = forward ? EventId{events.first_at(shownRange().from).value - 1}
                   : events.first_at(shownRange().to);
  }
  const Lane& lane = lanes_[*current_];
  const EventId next =
      forward ? event_after(*model_, lane, from) : event_before(*model_, lane, from);
  if (!next) return;
  const Timestamp time = events.time(next);
  const TimeRange shown = wished_.value_or(shownRange());
  if (time < shown.from || time > shown.to)
    wishZoom(centred(shown, model_->limits, time), QStringLiteral("timeline step"));
  stepped_ = next;
  Q_EMIT eventActivated(next);
}

Timestamp TimelineView::timeAt(const QPoint& at, bool snap, bool end) const {
  const TimelineLayout layout = timelineLayout();
  const TimeScale& scale = planner().scale();
  const int x = std::clamp(layout.columnAt(at.x()), 0, layout.columns() - 1);
  // A range takes in all of the columns at its ends.
  const Timestamp time = end ? clamp_time(scale.time_at(x + 1) - 1) : scale.nearest_time_at(x);
  const Hit under = hit(at);
  if (!snap || !under.row) return time;
  return snapped(*model_, lanes_[*under.row], time, scale.length_of(layout.device(kSnapReach)));
}

void TimelineView::drawRange(const QPoint& to, bool snap) {
  const bool forward = to.x() >= drag_from_.x();
  const Timestamp a = timeAt(drag_from_, snap, !forward), b = timeAt(to, snap, forward);
  drawn_ = TimeRange{std::min(a, b), std::max(a, b)};
  viewport()->update();
}

void TimelineView::applyRange(bool filter) {
  if (!drawn_) return;
  const TimeRange range = *drawn_;
  drawn_.reset();
  viewport()->update();
  if (filter) {
    Q_EMIT rangeChosen(range);
  } else {
    wishZoom(shown_range(range, model_->limits), QString());
  }
}

// Puts the middle of what is shown where the minimap has x.
void TimelineView::moveWindow(int x) {
  const TimelineLayout layout = timelineLayout();
  const TimeScale all(model_->limits, layout.columns());
  const Timestamp middle =
      all.nearest_time_at(std::clamp(layout.columnAt(x), 0, layout.columns() - 1));
  wishZoom(centred(drag_range_, model_->limits, middle),
           QStringLiteral("timeline window %1").arg(drags_));
}

void TimelineView::mousePressEvent(QMouseEvent* event) {
  if (!shows() || drag_ != Drag::none) return;
  const TimelineLayout layout = timelineLayout();
  const QPoint at = event->position().toPoint();
  ++drags_;
  button_ = event->button();
  drag_from_ = at;
  drag_range_ = shownRange();
  if (std::abs(at.x() - layout.header) <= kDividerReach && button_ == Qt::LeftButton) {
    drag_ = Drag::divider;
  } else if (button_ == Qt::MiddleButton ||
             (button_ == Qt::LeftButton && (event->modifiers() & Qt::ShiftModifier) != 0)) {
    drag_ = at.x() >= layout.header ? Drag::pan : Drag::none;
  } else if (button_ == Qt::LeftButton) {
    drag_ = Drag::press;
    if (at.x() >= layout.header && at.y() < TimelineLayout::kMinimap && view_.zoom) {
      drag_ = Drag::window;
      moveWindow(at.x());
    }
  }
}

void TimelineView::mouseMoveEvent(QMouseEvent* event) {
  const QPoint at = event->position().toPoint();
  pointer_ = at;
  if (!shows()) return;
  const TimelineLayout layout = timelineLayout();
  const bool far = (at - drag_from_).manhattanLength() >= QApplication::startDragDistance() / 2;
  switch (drag_) {
    case Drag::none:
      viewport()->setCursor(std::abs(at.x() - layout.header) <= kDividerReach ? Qt::SplitHCursor
                                                                              : Qt::ArrowCursor);
      break;
    case Drag::press:
      if (!far || drag_from_.x() < layout.header) break;
      drag_ = Drag::range;
      [[fallthrough]];
    case Drag::range:
      drawRange(at, (event->modifiers() & Qt::AltModifier) == 0);
      break;
    case Drag::pan:
      if (far || wished_) {
        const int columns = layout.columnAt(at.x()) - layout.columnAt(drag_from_.x());
        const TimeScale scale(drag_range_, layout.columns());
        const WideNs delta = columns < 0 ? scale.length_of(-columns) : -scale.length_of(columns);
        wishZoom(panned(drag_range_, model_->limits, delta),
                 QStringLiteral("timeline pan %1").arg(drags_));
      }
      break;
    case Drag::window:
      moveWindow(at.x());
      break;
    case Drag::divider:
      header_ = std::max(TimelineLayout::kLeastHeader, at.x());
      dirty();
      break;
  }
  viewport()->update();
}

void TimelineView::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != button_) return;
  const Drag drag = drag_;
  drag_ = Drag::none;
  button_ = Qt::NoButton;
  if (!shows()) return;
  const QPoint at = event->position().toPoint();
  const bool still = (at - drag_from_).manhattanLength() < QApplication::startDragDistance() / 2;
  if (drag == Drag::pan && still && event->button() == Qt::MiddleButton) {
    zoomTo(hit(at));
  } else if (drag == Drag::press) {
    drawn_.reset();
    const Hit under = hit(at);
    if (under.row) {
      const Lane lane = lanes_[*under.row];
      const int triangle = 6 + TimelineLayout::kIndent * lane.indent;
      setCurrent(under.row);
      if (under.head && lane.can_open && at.x() >= triangle - 4 && at.x() <= triangle + 12) {
        setOpen(*under.row, !lane.open);
      } else {
        activate(under);
      }
    }
    viewport()->update();
  } else if (drag == Drag::range && drag_from_.y() < TimelineLayout::kMinimap) {
    applyRange(false);  // in the minimap a range is a zoom
  }
}

void TimelineView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (!shows() || event->button() != Qt::LeftButton) return;
  const Hit under = hit(event->position().toPoint());
  if (under.row && under.head) {
    setOpen(*under.row, !lanes_[*under.row].open);
  } else {
    zoomTo(under);
  }
}

void TimelineView::wheelEvent(QWheelEvent* event) {
  if (!shows()) return;
  const TimelineLayout layout = timelineLayout();
  const QPoint turn = event->angleDelta();
  const bool sideways = turn.x() != 0 && turn.y() == 0;
  wheel_rest_ += sideways ? turn.x() : turn.y();
  const int steps = wheel_rest_ / kWheelStep;
  wheel_rest_ -= steps * kWheelStep;
  event->accept();
  if (steps == 0) return;
  if ((event->modifiers() & Qt::ControlModifier) != 0) {
    const int x = std::clamp(layout.columnAt(event->position().x()), 0, layout.columns() - 1);
    const Timestamp at =
        TimeScale(wished_.value_or(shownRange()), layout.columns()).nearest_time_at(x);
    for (int i = 0; i < std::min(std::abs(steps), 20); ++i) {
      zoomAt(at, steps > 0 ? kZoomNumerator : kZoomDenominator,
             steps > 0 ? kZoomDenominator : kZoomNumerator, QStringLiteral("timeline zoom"));
    }
  } else if (sideways || (event->modifiers() & Qt::ShiftModifier) != 0) {
    const TimeRange shown = wished_.value_or(shownRange());
    const WideNs length = WideNs{shown.to.ns} - shown.from.ns + 1;
    panBy(-length * steps / kPanShare, QStringLiteral("timeline wheel"));
  } else {
    verticalScrollBar()->setValue(verticalScrollBar()->value() - steps * kRowsPerStep);
  }
}

void TimelineView::keyPressEvent(QKeyEvent* event) {
  if (!shows() ||
      (event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier)) != 0) {
    event->ignore();
    return;
  }
  const TimelineLayout layout = timelineLayout();
  const TimeRange shown = wished_.value_or(shownRange());
  const WideNs length = WideNs{shown.to.ns} - shown.from.ns + 1;
  // Keys zoom around the pointer where it is over the lanes, else around the middle.
  const int x = pointer_ && pointer_->x() >= layout.header ? layout.columnAt(pointer_->x())
                                                           : layout.columns() / 2;
  const Timestamp at = TimeScale(shown, layout.columns()).nearest_time_at(x);
  const std::size_t row = current_.value_or(0);
  const bool has_row = current_ && row < lanes_.size();
  const auto page = static_cast<std::size_t>(std::max(1, layout.wholeRows()));
  event->accept();
  switch (event->key()) {
    case Qt::Key_W:
      zoomAt(at, kZoomNumerator, kZoomDenominator, QStringLiteral("timeline zoom"));
      return;
    case Qt::Key_S:
      zoomAt(at, kZoomDenominator, kZoomNumerator, QStringLiteral("timeline zoom"));
      return;
    case Qt::Key_A:
      panBy(-length / kPanShare, QStringLiteral("timeline keys"));
      return;
    case Qt::Key_D:
      panBy(length / kPanShare, QStringLiteral("timeline keys"));
      return;
    case Qt::Key_F:
      fit();
      return;
    case Qt::Key_Home:
      showAll();
      return;
    case Qt::Key_Period:
      stepEvent(true);
      return;
    case Qt::Key_Comma:
      stepEvent(false);
      return;
    case Qt::Key_R:
      // Without a drawn range what the lane spans becomes one; a second R uses it.
      if (drawn_) {
        applyRange(true);
      } else if (has_row) {
        drawn_ = rangeOf(row);
        viewport()->update();
      }
      return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (drawn_) {
        applyRange(false);
      } else if (has_row) {
        activateRow(row);
      }
      return;
    case Qt::Key_Space:
      if (has_row) activateRow(row);
      return;
    case Qt::Key_Up:
      setCurrent(row == 0 ? 0 : row - 1);
      return;
    case Qt::Key_Down:
      setCurrent(row + 1);
      return;
    case Qt::Key_PageUp:
      setCurrent(row < page ? 0 : row - page);
      return;
    case Qt::Key_PageDown:
      setCurrent(row + page);
      return;
    case Qt::Key_End:
      setCurrent(lanes_.size() - 1);
      return;
    case Qt::Key_Plus:
      if (has_row) setOpen(row, true);
      return;
    case Qt::Key_Minus:
      if (has_row) setOpen(row, false);
      return;
    case Qt::Key_Right:
      if (!has_row) return;
      if (lanes_[row].can_open && !lanes_[row].open) {
        setOpen(row, true);
      } else if (lanes_[row].open) {
        setCurrent(row + 1);
      }
      return;
    case Qt::Key_Left:
      if (!has_row) return;
      if (lanes_[row].open) {
        setOpen(row, false);
      } else {
        setCurrent(lanes_.parent_of(row));
      }
      return;
    case Qt::Key_P:
      pinLane();
      return;
    case Qt::Key_H:
      if ((event->modifiers() & Qt::ShiftModifier) != 0) {
        showHiddenLanes();
      } else {
        hideLane();
      }
      return;
    case Qt::Key_Escape:
      if (drawn_) {
        drawn_.reset();
        viewport()->update();
        return;
      }
      break;
    default:
      break;
  }
  event->ignore();
}

}  // namespace stemma::ui
