// TimelineView: the timeline of a case as a widget. It shows the model and the view that it is
// given, and tells what a person asks for; selection, zoom and filter are never its own. What is
// its own is which lanes are open, where they are scrolled to, and a range that is being drawn.
#pragma once

#include <QAbstractScrollArea>
#include <QPixmap>
#include <QString>
#include <memory>
#include <optional>
#include <vector>

#include "ui/state/view.hpp"
#include "ui/timeline/lane_list.hpp"
#include "ui/timeline/lane_plan.hpp"
#include "ui/timeline/ruler.hpp"
#include "ui/widgets/timeline_view_layout.hpp"
#include "ui/widgets/timeline_view_paint.hpp"

namespace stemma::ui {

class TimelineView : public QAbstractScrollArea {
  Q_OBJECT

 public:
  explicit TimelineView(QWidget* parent = nullptr);
  ~TimelineView() override;

  /// The model of a case's stage, made by timeline::build_timeline() on any thread; null where
  /// nothing is open. Lanes stay open over the stages of one snapshot.
  void setModel(std::shared_ptr<const timeline::Model> model);
  /// Selection and zoom to be shown. Opens lanes that hide a newly selected process.
  void setView(const View& view);
  /// Events that the filter leaves, ascending, for the histograms; null where none is in force.
  /// Borrowed until the next call: call again when it grows or goes away.
  void setMatches(const std::vector<EventId>* matches);
  /// The zone that times are told in beside UTC; an empty function is UTC alone.
  void setZone(timeline::ZoneOffset zone);
  void setSecrets(Secrets secrets);

  [[nodiscard]] const timeline::LaneList& lanes() const { return lanes_; }
  /// What is shown of time; only where there is a model.
  [[nodiscard]] TimeRange shownRange() const;
  /// The range that was drawn and not yet used.
  [[nodiscard]] const std::optional<TimeRange>& drawnRange() const { return drawn_; }
  /// Row that the keyboard is on.
  [[nodiscard]] std::optional<std::size_t> currentRow() const { return current_; }
  /// What the tip over a place of the viewport says; plain text, empty where there is none.
  [[nodiscard]] QString tipAt(const QPoint& at) const;
  /// The line at the foot: the pointer's time, the drawn range, what is shown.
  [[nodiscard]] QString footText() const;
  [[nodiscard]] TimelineLayout timelineLayout() const;
  /// Paints what the viewport shows now; for tests and measurements of what a frame costs.
  void paintTo(QPainter& painter);

  [[nodiscard]] QSize sizeHint() const override { return {900, 320}; }

 public Q_SLOTS:
  /// Wishes for all of the case.
  void showAll();
  /// Wishes for the selected process or event; without one for all findings and runs.
  void fit();
  void openAll();
  void closeAll();
  /// The lane that the keyboard is on: above all others, or no longer.
  void pinLane();
  /// The same, with all below it: away, until it is shown again.
  void hideLane();
  void showHiddenLanes();

 Q_SIGNALS:
  /// How many lanes were hidden by hand; those below them not counted.
  void hiddenChanged(int lanes);
  /// Something to be told to the person.
  void said(const QString& message);
  /// A wish; no range means all of the case. Wishes with an equal, non-empty gesture are one step
  /// of undo.
  void zoomChanged(std::optional<stemma::ui::TimeRange> zoom, const QString& gesture);
  /// A drawn range is to limit what all panes show.
  void rangeChosen(stemma::ui::TimeRange range);
  void eventActivated(stemma::EventId event);
  void entityActivated(stemma::EntityId entity);
  void findingActivated(const QString& id);
  void invocationActivated(const QString& id);

 protected:
  bool viewportEvent(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void scrollContentsBy(int dx, int dy) override;
  void changeEvent(QEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;

 private:
  /// What lies under the pointer.
  struct Hit {
    std::optional<std::size_t> row;
    bool head = false;  ///< over the lane's head
    std::optional<timeline::TickColumn> tick;
    std::optional<timeline::Flag> flag;
    std::optional<timeline::RunBar> run;
    std::optional<timeline::Band> band;
    bool life = false;
  };
  enum class Drag : std::uint8_t { none, press, range, pan, window, divider };

  [[nodiscard]] bool shows() const;
  [[nodiscard]] timeline::LanePlanner& planner() const;
  [[nodiscard]] std::size_t firstRow() const;
  [[nodiscard]] std::size_t fixedRows() const;
  [[nodiscard]] Hit hit(const QPoint& at) const;
  void dirty();
  void updateScrollBar();
  void setCurrent(std::optional<std::size_t> row);
  void showRow(std::size_t row);
  void followSelection();
  void describe();
  void setOpen(std::size_t row, bool open);
  void lanesChanged(std::optional<std::size_t> row);

  void wishZoom(TimeRange range, const QString& gesture);
  void zoomAt(Timestamp at, std::int64_t numerator, std::int64_t denominator,
              const QString& gesture);
  void panBy(timeline::WideNs delta, const QString& gesture);
  void zoomToEvent(EventId event);
  void activate(const Hit& hit);
  void activateRow(std::size_t row);
  void zoomTo(const Hit& hit);
  void stepEvent(bool forward);
  [[nodiscard]] std::optional<TimeRange> rangeOf(std::size_t row) const;
  void drawRange(const QPoint& to, bool snap);
  [[nodiscard]] Timestamp timeAt(const QPoint& at, bool snap, bool end) const;
  void moveWindow(int x);
  void applyRange(bool filter);
  void paintPointer(QPainter& painter, const TimelineColors& colors);
  void paintNothing(QPainter& painter, const TimelineColors& colors);

  std::shared_ptr<const timeline::Model> model_;
  timeline::LaneList lanes_;
  View view_;                        // as it was given
  std::optional<TimeRange> wished_;  // asked for since; what further wishes start from
  const std::vector<EventId>* matches_ = nullptr;
  int header_ = 250;
  std::optional<std::size_t> current_;
  EventId stepped_;  // asked for by stepping along the current lane, which stays the current one
  std::optional<TimeRange> drawn_;
  std::optional<QPoint> pointer_;

  Drag drag_ = Drag::none;
  Qt::MouseButton button_ = Qt::NoButton;
  QPoint drag_from_;
  TimeRange drag_range_;
  int drags_ = 0;       // numbers gestures
  int wheel_rest_ = 0;  // of turns that are no whole step yet

  mutable std::unique_ptr<timeline::LanePlanner> planner_;
  mutable LaneTexts texts_;
  timeline::Borders case_borders_;
  std::optional<timeline::TimeScale> case_scale_;
  QPixmap picture_;  // of all that does not follow the pointer; null where it is to be made anew
};

}  // namespace stemma::ui
