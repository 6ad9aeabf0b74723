#include "ui/widgets/timeline_view.hpp"

#include <QAccessible>
#include <QHelpEvent>
#include <QScrollBar>
#include <QToolTip>
#include <algorithm>

#include "ui/timeline/zoom.hpp"

namespace stemma::ui {

using namespace timeline;

namespace {

// How near the pointer must be to a thing to mean it, in Qt's pixels.
constexpr int kTickReach = 5;
constexpr int kFlagReach = 7;

bool is_process(const Lane& lane) {
  return lane.kind == LaneKind::session || lane.kind == LaneKind::process;
}

}  // namespace

TimelineView::TimelineView(QWidget* parent) : QAbstractScrollArea(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setFrameShape(QFrame::NoFrame);
  viewport()->setMouseTracking(true);
  viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
  setAccessibleName(QStringLiteral("Timeline"));
  describe();
}

TimelineView::~TimelineView() = default;

bool TimelineView::shows() const {
  return model_ && !model_->empty();
}

void TimelineView::setModel(std::shared_ptr<const Model> model) {
  EntityId current;
  if (current_ && *current_ < lanes_.size() && is_process(lanes_[*current_]))
    current = model_->processes.entity(lanes_[*current_].index);
  const bool same = shows() && model && !model->empty() &&
                    model->open_case->snapshot == model_->open_case->snapshot;
  planner_.reset();
  model_ = std::move(model);
  lanes_.replace(model_);
  texts_.clear();
  wished_.reset();
  case_scale_.reset();
  if (!same) {
    drawn_.reset();
    pointer_.reset();
    drag_ = Drag::none;
    matches_ = nullptr;
  }
  current_.reset();
  if (lanes_.size() != 0) current_ = same ? lanes_.row_of(current).value_or(0) : 0;
  updateScrollBar();
  if (!same) verticalScrollBar()->setValue(0);
  Q_EMIT hiddenChanged(static_cast<int>(lanes_.hidden().size()));
  followSelection();
  dirty();
  describe();
}

void TimelineView::setView(const View& view) {
  wished_.reset();
  const bool selected = view.selection != view_.selection;
  view_ = view;
  if (selected) followSelection();
  dirty();
}

void TimelineView::setMatches(const std::vector<EventId>* matches) {
  matches_ = matches;
  dirty();
}

void TimelineView::setZone(ZoneOffset zone) {
  texts_.style.zone = std::move(zone);
  dirty();
}

void TimelineView::setSecrets(Secrets secrets) {
  texts_.style.secrets = secrets;
  texts_.clear();
  dirty();
}

TimeRange TimelineView::shownRange() const {
  return shown_range(view_.zoom, model_->limits);
}

TimelineLayout TimelineView::timelineLayout() const {
  TimelineLayout layout;
  layout.size = viewport()->size();
  layout.header = std::clamp(header_, TimelineLayout::kLeastHeader,
                             std::max(TimelineLayout::kLeastHeader, layout.size.width() / 2));
  layout.ratio = devicePixelRatioF();
  return layout;
}

LanePlanner& TimelineView::planner() const {
  const int columns = timelineLayout().columns();
  const TimeRange range = shownRange();
  if (!planner_ || planner_->scale().width() != columns || planner_->scale().range() != range)
    planner_ = std::make_unique<LanePlanner>(model_, TimeScale(range, columns));
  return *planner_;
}

std::size_t TimelineView::firstRow() const {
  return static_cast<std::size_t>(verticalScrollBar()->value());
}

// Pinned lanes stay where they are while others are scrolled, as long as half of the room is
// theirs.
std::size_t TimelineView::fixedRows() const {
  return std::min(lanes_.pinned(), static_cast<std::size_t>(timelineLayout().wholeRows()) / 2);
}

void TimelineView::dirty() {
  picture_ = QPixmap();
  viewport()->update();
}

void TimelineView::updateScrollBar() {
  const int whole = std::max(1, timelineLayout().wholeRows());
  // Rows are counted in an int by the scroll bar; more lanes than that are none.
  const auto rows = static_cast<int>(std::min<std::size_t>(lanes_.size(), 0x7FFFFFFF));
  verticalScrollBar()->setRange(0, std::max(0, rows - whole));
  verticalScrollBar()->setPageStep(whole);
  verticalScrollBar()->setSingleStep(1);
}

void TimelineView::showRow(std::size_t row) {
  const auto at = static_cast<int>(row);
  const auto fixed = static_cast<int>(fixedRows());
  const int whole = std::max(1, timelineLayout().wholeRows());
  if (at < fixed) return;
  if (at - fixed < verticalScrollBar()->value()) {
    verticalScrollBar()->setValue(at - fixed);
  } else if (at >= verticalScrollBar()->value() + whole) {
    verticalScrollBar()->setValue(at - whole + 1);
  }
}

void TimelineView::setCurrent(std::optional<std::size_t> row) {
  if (lanes_.size() == 0) {
    current_.reset();
    return;
  }
  current_ = std::min(row.value_or(0), lanes_.size() - 1);
  showRow(*current_);
  dirty();
  describe();
}

void TimelineView::setOpen(std::size_t row, bool open) {
  lanes_.set_open(row, open);
  updateScrollBar();
  setCurrent(row);
}

void TimelineView::followSelection() {
  if (!shows()) return;
  std::optional<std::size_t> row;
  const std::optional<Lane> current =
      current_ && *current_ < lanes_.size() ? std::optional(lanes_[*current_]) : std::nullopt;
  const EntityId entity = view_.selection.entity;
  const EventStore& events = model_->snapshot().events;
  if (entity) {
    row = lanes_.reveal(entity);
  } else if (view_.selection.event && view_.selection.event.index() < events.size()) {
    const HostId host = events.host(view_.selection.event);
    row = lanes_.row_of(host, LaneKind::host);
    if (!row) row = lanes_.row_of(host, LaneKind::cloud);
  }
  updateScrollBar();
  const bool stepped = stepped_ && stepped_ == view_.selection.event;
  stepped_ = stepped ? stepped_ : EventId{};
  if (stepped && current) {
    // Lanes that were opened may have moved the one in hand.
    setCurrent(is_process(*current)
                   ? lanes_.row_of(model_->processes.entity(current->index))
                   : lanes_.row_of(model_->hosts[current->index].host, current->kind));
  } else if (row) {
    setCurrent(row);
  }
}

void TimelineView::openAll() {
  lanes_.open_all();
  updateScrollBar();
  setCurrent(0);
}

void TimelineView::closeAll() {
  lanes_.close_all();
  updateScrollBar();
  setCurrent(0);
}

// Where the keyboard is and what is there, for those who hear it.
void TimelineView::describe() {
  QString text = QStringLiteral("Nothing is open.");
  if (shows() && current_ && *current_ < lanes_.size()) {
    text = QStringLiteral("Lane %1 of %2. %3")
               .arg(*current_ + 1)
               .arg(lanes_.size())
               .arg(plain(lane_tip(*model_, lanes_[*current_], texts_.style)));
  } else if (model_) {
    text = QStringLiteral("No event was read, so there is nothing to show.");
  }
  if (text == accessibleDescription()) return;
  setAccessibleDescription(text);
  QAccessibleEvent event(this, QAccessible::DescriptionChanged);
  QAccessible::updateAccessibility(&event);
}

TimelineView::Hit TimelineView::hit(const QPoint& at) const {
  Hit hit;
  if (!shows()) return hit;
  const TimelineLayout layout = timelineLayout();
  if (at.y() < layout.lanesTop() || at.y() >= layout.lanesBottom()) return hit;
  const auto shown = static_cast<std::size_t>(layout.rowAt(at.y()));
  const std::size_t row = shown < fixedRows() ? shown : firstRow() + shown;
  if (row >= lanes_.size()) return hit;
  hit.row = row;
  hit.head = at.x() < layout.header;
  if (hit.head) return hit;
  const LanePlan plan = planner().plan(lanes_[row]);
  const int x = layout.columnAt(at.x());
  const bool upper =
      (at.y() - layout.lanesTop()) % TimelineLayout::kRow <= TimelineLayout::kBar + 1;
  // Nearest, not first: where many stand close, the pointer's pixel decides.
  const auto nearest = [&](const auto& all, int reach, auto& found) {
    int least = layout.device(reach);
    for (const auto& one : all) {
      if (std::abs(one.x - x) > least) continue;
      least = std::abs(one.x - x);
      found = one;
    }
  };
  if (upper || plan.ticks.empty()) nearest(plan.flags, kFlagReach, hit.flag);
  if (!upper || (!plan.life && !hit.flag)) nearest(plan.ticks, kTickReach, hit.tick);
  for (const RunBar& run : plan.runs) {
    if (run.from - layout.device(3) <= x && x <= run.to + layout.device(3)) hit.run = run;
  }
  for (const Band& band : plan.bands) {
    if (band.from <= x && x <= band.to && !hit.band) hit.band = band;
  }
  hit.life = plan.life && plan.life->from - layout.device(4) <= x &&
             x <= std::max(plan.life->until, plan.life->known) + layout.device(4);
  return hit;
}

QString TimelineView::tipAt(const QPoint& at) const {
  const Hit found = hit(at);
  if (!found.row) return {};
  const Lane& lane = lanes_[*found.row];
  const TextStyle& style = texts_.style;
  if (found.flag) return plain(flag_tip(*model_, lane, *found.flag, style));
  if (found.tick) return plain(ticks_tip(*model_, *found.tick, planner().scale(), style));
  if (found.run) return plain(run_tip(*model_, model_->hosts[lane.index], *found.run, style));
  if (found.band) return plain(gap_tip(*model_, model_->hosts[lane.index], *found.band, style));
  if (found.head || found.life || is_process(lane)) return plain(lane_tip(*model_, lane, style));
  return {};
}

QString TimelineView::footText() const {
  if (!shows()) return {};
  const TimelineLayout layout = timelineLayout();
  const TimeScale& scale = planner().scale();
  if (drawn_) {
    const WideNs length = WideNs{drawn_->to.ns} - drawn_->from.ns;
    return QStringLiteral("Δ %1   %2 – %3   Enter zooms · R filters all panes · Esc drops it")
        .arg(plain(span_text(length)), plain(clock_text(drawn_->from, useful_digits(scale))),
             plain(clock_text(drawn_->to, useful_digits(scale))));
  }
  QString text;
  if (pointer_ && pointer_->x() >= layout.header) {
    const Timestamp time = scale.nearest_time_at(layout.columnAt(pointer_->x()));
    text = plain(clock_text(time, useful_digits(scale)));
    if (texts_.style.zone)
      text +=
          QStringLiteral("   ") + plain(clock_text(time, useful_digits(scale), texts_.style.zone));
    const EventStore& events = model_->snapshot().events;
    if (view_.selection.event && view_.selection.event.index() < events.size()) {
      const WideNs delta = WideNs{time.ns} - events.time(view_.selection.event).ns;
      text += QStringLiteral("   Δ %1%2 from the selected event")
                  .arg(delta > 0 ? QStringLiteral("+") : QString(), plain(span_text(delta)));
    }
    return text;
  }
  const std::size_t hidden = lanes_.hidden().size();
  if (hidden != 0) text = QStringLiteral("%1 hidden: Shift+H shows them   ·   ").arg(hidden);
  text += view_.zoom
              ? QStringLiteral("zoomed to %1 of %2: Home shows all")
                    .arg(plain(span_text(scale.span() - 1)),
                         plain(span_text(WideNs{model_->limits.to.ns} - model_->limits.from.ns)))
              : QStringLiteral("all of the case: %1").arg(plain(span_text(scale.span() - 1)));
  if (model_->untimed != 0) {
    text += QStringLiteral("   ·   without a time, so not shown: %1")
                .arg(plain(grouped(model_->untimed)));
  }
  return text;
}

bool TimelineView::viewportEvent(QEvent* event) {
  if (event->type() == QEvent::ToolTip) {
    const auto* const help = static_cast<QHelpEvent*>(event);
    const QString text = tipAt(help->pos());
    // Escaped, so that a tip is never taken for markup.
    QToolTip::showText(
        help->globalPos(),
        text.isEmpty()
            ? QString()
            : QStringLiteral("<p style='white-space:pre-wrap'>%1</p>").arg(text.toHtmlEscaped()),
        viewport());
    return true;
  }
  if (event->type() == QEvent::Leave) {
    pointer_.reset();
    viewport()->update();
  }
  return QAbstractScrollArea::viewportEvent(event);
}

void TimelineView::paintEvent(QPaintEvent*) {
  QPainter painter(viewport());
  paintTo(painter);
}

void TimelineView::paintTo(QPainter& painter) {
  const TimelineColors colors(palette());
  if (!shows()) {
    paintNothing(painter, colors);
    return;
  }
  const TimelineLayout layout = timelineLayout();
  const QSize pixels(layout.device(layout.size.width()), layout.device(layout.size.height()));
  if (picture_.isNull() || picture_.size() != pixels) {
    const TimeScale all(model_->limits, layout.columns());
    if (!case_scale_ || case_scale_->width() != all.width()) {
      case_scale_ = all;
      case_borders_ = event_borders(model_->snapshot().events, all);
    }
    TimelineScene scene;
    scene.layout = layout;
    scene.lanes = &lanes_;
    scene.planner = &planner();
    scene.case_borders = &case_borders_;
    scene.case_scale = &*case_scale_;
    scene.matches = matches_;
    scene.texts = &texts_;
    scene.first_row = firstRow();
    scene.pinned = fixedRows();
    scene.current = current_;
    scene.focused = hasFocus();
    scene.selection = view_.selection;
    scene.zoomed = view_.zoom.has_value();
    picture_ = QPixmap(pixels);
    picture_.setDevicePixelRatio(layout.ratio);
    QPainter into(&picture_);
    paint_timeline(into, scene, colors, font());
  }
  painter.drawPixmap(0, 0, picture_);
  paintPointer(painter, colors);
}

void TimelineView::paintPointer(QPainter& painter, const TimelineColors& colors) {
  const TimelineLayout layout = timelineLayout();
  const TimeScale& scale = planner().scale();
  if (drawn_) {
    const qreal from = layout.xOf(std::clamp(scale.x_of(drawn_->from), 0, layout.columns()));
    const qreal to = layout.xOf(std::clamp(scale.x_of(drawn_->to) + 1, 0, layout.columns()));
    QColor tint = colors.highlight;
    tint.setAlpha(45);
    const QRectF rect(from, layout.histogramTop(), std::max<qreal>(to - from, 1 / layout.ratio),
                      layout.lanesBottom() - layout.histogramTop());
    painter.fillRect(rect, tint);
    painter.setPen(colors.highlight);
    painter.drawLine(rect.topLeft(), rect.bottomLeft());
    painter.drawLine(rect.topRight(), rect.bottomRight());
    const QString text =
        QStringLiteral("Δ %1").arg(plain(span_text(WideNs{drawn_->to.ns} - drawn_->from.ns)));
    QRectF label(QPointF(0, 0), QSizeF(painter.fontMetrics().horizontalAdvance(text) + 12, 18));
    label.moveCenter(QPointF(rect.center().x(), layout.histogramTop() + 12));
    label.moveLeft(std::clamp<qreal>(
        label.left(), layout.header + 2,
        std::max<qreal>(layout.header + 2, layout.size.width() - label.width() - 2)));
    painter.fillRect(label, colors.highlight);
    painter.setPen(colors.highlighted_text);
    painter.drawText(label, Qt::AlignCenter, text);
  }
  if (pointer_ && pointer_->x() >= layout.header && drag_ != Drag::divider) {
    painter.setPen(QPen(colors.cursor, 0, Qt::DotLine));
    painter.drawLine(QPointF(pointer_->x() + 0.5, 0),
                     QPointF(pointer_->x() + 0.5, layout.lanesBottom()));
  }
  const QRect foot(0, layout.lanesBottom(), layout.size.width(),
                   layout.size.height() - layout.lanesBottom());
  painter.fillRect(foot, colors.header);
  painter.setPen(colors.line);
  painter.drawLine(foot.topLeft(), foot.topRight());
  painter.setPen(colors.text);
  painter.drawText(foot.adjusted(8, 0, -8, 0), Qt::AlignVCenter | Qt::AlignLeft,
                   painter.fontMetrics().elidedText(footText(), Qt::ElideRight, foot.width() - 16));
}

// An empty pane says why, and what would fill it.
void TimelineView::paintNothing(QPainter& painter, const TimelineColors& colors) {
  painter.fillRect(viewport()->rect(), colors.base);
  painter.setPen(colors.faint);
  painter.drawText(viewport()->rect().adjusted(20, 20, -20, -20),
                   Qt::AlignCenter | Qt::TextWordWrap,
                   model_ ? QStringLiteral("No event was read from this collection, so there is no "
                                           "time to show. The coverage says what was found.")
                          : QStringLiteral("Hosts, script runs and processes appear here on a line "
                                           "of time once a collection is open."));
}

void TimelineView::resizeEvent(QResizeEvent* event) {
  QAbstractScrollArea::resizeEvent(event);
  updateScrollBar();
  dirty();
}

void TimelineView::scrollContentsBy(int, int) {
  dirty();
}

void TimelineView::changeEvent(QEvent* event) {
  QAbstractScrollArea::changeEvent(event);
  dirty();
}

void TimelineView::focusInEvent(QFocusEvent* event) {
  QAbstractScrollArea::focusInEvent(event);
  dirty();
}

void TimelineView::focusOutEvent(QFocusEvent* event) {
  QAbstractScrollArea::focusOutEvent(event);
  dirty();
}

}  // namespace stemma::ui
