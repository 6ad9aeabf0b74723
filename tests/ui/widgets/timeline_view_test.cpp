// The timeline as a person uses it: mouse, wheel and keys on the offscreen platform, and the wishes
// that come of them.
#include "ui/widgets/timeline_view.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <QAccessible>
#include <QApplication>
#include <QScrollBar>
#include <QTest>
#include <QWheelEvent>
#include <limits>

#include "tests/ui/timeline/timeline_case.hpp"
#include "ui/timeline/zoom.hpp"

namespace stemma::ui {
namespace {

using namespace timeline;
using support::Story;

std::string guid(std::int64_t pid) {
  return "{" + std::to_string(pid) + "}";
}

// A hundred seconds of a machine: an agent, a shell it started, and what that ran.
std::shared_ptr<OpenCase> usual_case() {
  Story story;
  const auto start = [&](std::int64_t at, std::int64_t pid, std::int64_t parent, const char* path,
                         const char* command) {
    story.sysmon_start({.at_ms = at,
                        .pid = pid,
                        .parent_pid = parent,
                        .guid = guid(pid),
                        .parent_guid = guid(parent),
                        .executable = path,
                        .command_line = command});
  };
  start(0, 100, 4, "C:\\agent.exe", "agent.exe -run");
  start(20'000, 200, 100, "C:\\cmd.exe", "cmd.exe /c <b>evil</b>");
  start(40'000, 300, 200, "C:\\whoami.exe", "whoami /all");
  story.mention(SourceKind::sysmon,
                {.at_ms = 45'000, .pid = 200, .guid = guid(200), .category = "file"});
  story.sysmon_end({.at_ms = 50'000, .pid = 300, .guid = guid(300)});
  story.sysmon_end({.at_ms = 60'000, .pid = 200, .guid = guid(200)});
  for (int i = 0; i < 60; ++i) start(70'000 + i, 1000 + i, 100, "C:\\job.exe", "job.exe");
  start(100'000, 400, 4, "C:\\late.exe", "late.exe");
  auto open_case = case_of(story);
  add_finding(*open_case, "Discovery", 300);
  return open_case;
}

// A view of the usual case on 1,250 pixels, a thousand of them for time, and what it asked for.
class TimelineViewTest : public testing::Test {
 protected:
  TimelineViewTest() {
    QObject::connect(&view_, &TimelineView::zoomChanged, &view_,
                     [this](std::optional<TimeRange> zoom, const QString& gesture) {
                       said_ += zoom ? fmt::format("zoom {}-{}", ms(zoom->from), ms(zoom->to))
                                     : std::string("zoom all");
                       said_ += gesture.isEmpty() ? "\n" : " (" + gesture.toStdString() + ")\n";
                       if (!follow_) return;
                       state_.zoom = zoom;
                       view_.setView(state_);
                     });
    QObject::connect(&view_, &TimelineView::rangeChosen, &view_, [this](TimeRange range) {
      said_ += fmt::format("range {}-{}\n", ms(range.from), ms(range.to));
    });
    QObject::connect(&view_, &TimelineView::eventActivated, &view_, [this](EventId event) {
      said_ += fmt::format("event at {}\n", ms(open_case_->snapshot->events.time(event)));
      state_.selection.event = event;
      state_.selection.entity = open_case_->snapshot->events.entity(event);
      if (follow_) view_.setView(state_);
    });
    QObject::connect(&view_, &TimelineView::entityActivated, &view_, [this](EntityId entity) {
      said_ += fmt::format("process {}\n", open_case_->snapshot->tree.entity(entity).pid);
    });
    QObject::connect(&view_, &TimelineView::findingActivated, &view_,
                     [this](const QString& id) { said_ += id.toStdString() + "\n"; });
    QObject::connect(&view_, &TimelineView::invocationActivated, &view_,
                     [this](const QString& id) { said_ += id.toStdString() + "\n"; });
    view_.resize(1250 + view_.verticalScrollBar()->sizeHint().width(), 500);
    view_.setModel(build_timeline(open_case_));
    view_.setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view_.resize(1250, 500);
    view_.show();
    QApplication::processEvents();
    // A column is a tenth of a second.
    state_.zoom = TimeRange{story_time(0), {story_time(100'000).ns - 1}};
    view_.setView(state_);
  }

  static std::int64_t ms(Timestamp time) {
    const std::int64_t ns = time.ns - kStoryBegin;
    return ns >= 0 ? ns / 1'000'000 : -((-ns + 999'999) / 1'000'000);
  }
  std::string said() { return std::exchange(said_, {}); }
  // Where a row has a time: over its bar, or over its ticks.
  QPoint bar(std::size_t row, std::int64_t at_ms) const { return place(row, at_ms, 8); }
  QPoint tick(std::size_t row, std::int64_t at_ms) const { return place(row, at_ms, 23); }
  QPoint place(std::size_t row, std::int64_t at_ms, int down) const {
    return {250 + static_cast<int>(at_ms / 100),
            view_.timelineLayout().rowTop(static_cast<int>(row)) + down};
  }
  void click(const QPoint& at, Qt::MouseButton button = Qt::LeftButton,
             Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    QTest::mouseClick(view_.viewport(), button, modifiers, at);
  }
  void drag(const QPoint& from, const QPoint& to, Qt::MouseButton button = Qt::LeftButton,
            Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    QTest::mousePress(view_.viewport(), button, modifiers, from);
    move(from + (to - from) / 2, button, modifiers);
    move(to, button, modifiers);
    QTest::mouseRelease(view_.viewport(), button, modifiers, to);
  }
  void move(const QPoint& to, Qt::MouseButton button = Qt::NoButton,
            Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    QMouseEvent event(QEvent::MouseMove, to, view_.viewport()->mapToGlobal(to), Qt::NoButton,
                      button, modifiers);
    QApplication::sendEvent(view_.viewport(), &event);
  }
  void wheel(const QPoint& at, int turn, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    QWheelEvent event(at, view_.viewport()->mapToGlobal(at), {}, {0, turn}, Qt::NoButton, modifiers,
                      Qt::NoScrollPhase, false);
    QApplication::sendEvent(view_.viewport(), &event);
  }
  void key(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    QTest::keyClick(&view_, key, modifiers);
  }

  std::shared_ptr<OpenCase> open_case_ = usual_case();
  TimelineView view_;
  View state_;
  bool follow_ = true;  // does what it is asked for, as a window does
  std::string said_;
};

TEST_F(TimelineViewTest, StartsWithWhatIsOfInterest) {
  EXPECT_EQ(text(view_.lanes()),
            "- host01\n"
            "    findings (1)\n"
            "  - (unknown program) 4\n"
            "    - agent.exe 100\n"
            "      - cmd.exe 200\n"
            "          whoami.exe 300\n"
            "  + 61 more processes\n");
  EXPECT_EQ(view_.currentRow(), 0u);
}

TEST_F(TimelineViewTest, AClickSelectsWhatItIsOn) {
  click(bar(4, 30'000));
  EXPECT_EQ(said(), "process 200\n");
  EXPECT_EQ(view_.currentRow(), 4u);
  click(tick(4, 45'000));
  EXPECT_EQ(said(), "event at 45000\n");
  click(tick(4, 45'400));  // near it
  EXPECT_EQ(said(), "event at 45000\n");
  click(bar(1, 40'000));
  EXPECT_EQ(said(), "finding-1\n");
  click(bar(5, 40'000));  // the flag on the process's own bar
  EXPECT_EQ(said(), "finding-1\n");
  click({200, view_.timelineLayout().rowTop(3) + 10});
  EXPECT_EQ(said(), "process 100\n");
  click(bar(5, 90'000));  // nothing there
  EXPECT_EQ(said(), "");
}

TEST_F(TimelineViewTest, TrianglesOpenAndClose) {
  const auto triangle = [&](int row, int indent) {
    return QPoint(10 + TimelineLayout::kIndent * indent, view_.timelineLayout().rowTop(row) + 14);
  };
  click(triangle(4, 3));
  EXPECT_EQ(text(view_.lanes()),
            "- host01\n"
            "    findings (1)\n"
            "  - (unknown program) 4\n"
            "    - agent.exe 100\n"
            "      + cmd.exe 200  +1\n"
            "  + 61 more processes\n");
  EXPECT_EQ(view_.currentRow(), 4u);
  click(triangle(0, 0));
  EXPECT_EQ(text(view_.lanes()), "+ host01\n");
  QTest::mouseDClick(view_.viewport(), Qt::LeftButton, Qt::NoModifier,
                     {150, view_.timelineLayout().rowTop(0) + 14});
  EXPECT_EQ(view_.lanes().size(), 6u);
  EXPECT_EQ(said(), "");
}

TEST_F(TimelineViewTest, TheWheelZoomsAtTheCursorAndScrolls) {
  wheel(bar(0, 25'000), 120, Qt::ControlModifier);
  EXPECT_EQ(said(), "zoom 5000-84999 (timeline zoom)\n");
  wheel(bar(0, 25'000), 60, Qt::ControlModifier);  // half a step
  EXPECT_EQ(said(), "");
  wheel(bar(0, 25'000), -180, Qt::ControlModifier);
  EXPECT_EQ(said(), "zoom 0-99999 (timeline zoom)\n");
  wheel(bar(0, 25'000), -120, Qt::ShiftModifier);
  EXPECT_EQ(said(), "zoom 2000-102000 (timeline wheel)\n");
  view_.openAll();
  EXPECT_EQ(view_.verticalScrollBar()->value(), 0);
  wheel(bar(0, 25'000), -120);
  EXPECT_EQ(view_.verticalScrollBar()->value(), 3);
  EXPECT_EQ(said(), "");
}

// Several wishes before the owner answers build on each other.
TEST_F(TimelineViewTest, WishesAddUp) {
  state_.zoom = TimeRange{story_time(0), {story_time(40'000).ns - 1}};
  view_.setView(state_);
  follow_ = false;
  key(Qt::Key_D);
  key(Qt::Key_D);
  EXPECT_EQ(said(), "zoom 5000-44999 (timeline keys)\nzoom 10000-49999 (timeline keys)\n");
}

TEST_F(TimelineViewTest, LanesArePinnedAndHiddenByKeys) {
  std::vector<int> hidden;
  QObject::connect(&view_, &TimelineView::hiddenChanged, &view_,
                   [&](int lanes) { hidden.push_back(lanes); });
  view_.resize(1250, 300);  // not all lanes fit
  const std::size_t before = view_.lanes().size();
  key(Qt::Key_Down);
  const Lane lane = view_.lanes()[1];
  key(Qt::Key_P);
  EXPECT_EQ(view_.lanes().pinned(), 1u);
  EXPECT_EQ(view_.lanes().size(), before + 1);
  EXPECT_EQ(view_.currentRow(), 2u);  // still on the lane in its place
  // Scrolled to the end, what is pinned is what lies at the top.
  const QPoint top(60, view_.timelineLayout().rowTop(0) + 8);
  const QString tip = view_.tipAt(top);
  view_.openAll();
  key(Qt::Key_End);
  EXPECT_GT(view_.verticalScrollBar()->value(), 0);
  EXPECT_EQ(view_.tipAt(top), tip);
  EXPECT_EQ(view_.lanes()[0].index, lane.index);
  key(Qt::Key_Up);
  key(Qt::Key_H);
  EXPECT_EQ(hidden.back(), 1);
  EXPECT_TRUE(view_.footText().contains(QStringLiteral("1 hidden: Shift+H shows them")));
  key(Qt::Key_H, Qt::ShiftModifier);
  EXPECT_EQ(hidden.back(), 0);
  EXPECT_FALSE(view_.footText().contains(QStringLiteral("hidden")));
  for (int i = 0; i < 200; ++i) key(Qt::Key_Up);
  EXPECT_EQ(view_.currentRow(), 0u);
  key(Qt::Key_P);  // on the pinned one itself
  EXPECT_EQ(view_.lanes().pinned(), 0u);
}

TEST_F(TimelineViewTest, DraggingDrawsARange) {
  drag(bar(0, 10'000), bar(0, 22'400), Qt::LeftButton, Qt::AltModifier);
  EXPECT_EQ(said(), "");
  ASSERT_TRUE(view_.drawnRange());
  EXPECT_EQ(ms(view_.drawnRange()->from), 10'000);
  EXPECT_EQ(ms(view_.drawnRange()->to), 22'499);
  EXPECT_TRUE(view_.footText().startsWith(QStringLiteral("Δ 12.499999999 s   2026-01-01T00:00:10")))
      << view_.footText().toStdString();
  key(Qt::Key_R);
  EXPECT_EQ(said(), "range 10000-22499\n");
  EXPECT_FALSE(view_.drawnRange());
  drag(bar(0, 22'400), bar(0, 10'000), Qt::LeftButton, Qt::AltModifier);  // the other way
  key(Qt::Key_Return);
  EXPECT_EQ(said(), "zoom 10000-22499\n");
  drag(bar(0, 1'000), bar(0, 2'000));
  key(Qt::Key_Escape);
  EXPECT_FALSE(view_.drawnRange());
  EXPECT_EQ(said(), "");
}

TEST_F(TimelineViewTest, ARangeSnapsToEdgesOfTheLane) {
  drag(bar(4, 19'800), bar(4, 60'300));
  ASSERT_TRUE(view_.drawnRange());
  EXPECT_EQ(view_.drawnRange()->from, story_time(20'000));
  EXPECT_EQ(view_.drawnRange()->to, story_time(60'000));
  EXPECT_TRUE(view_.footText().startsWith(QStringLiteral("Δ 40 s ")));
  // A click drops it.
  click(bar(4, 90'000));
  EXPECT_FALSE(view_.drawnRange());
}

TEST_F(TimelineViewTest, RangesByKeysAlone) {
  key(Qt::Key_R);  // of the machine's lane
  ASSERT_TRUE(view_.drawnRange());
  EXPECT_EQ(*view_.drawnRange(), (TimeRange{story_time(0), story_time(100'000)}));
  key(Qt::Key_Escape);
  for (int i = 0; i < 5; ++i) key(Qt::Key_Down);
  key(Qt::Key_R);
  key(Qt::Key_R);
  EXPECT_EQ(said(), "range 40000-50000\n");
}

TEST_F(TimelineViewTest, PansByDraggingAndStopsAtTheLimits) {
  state_.zoom = TimeRange{story_time(20'000), {story_time(70'000).ns - 1}};
  view_.setView(state_);
  drag({1000, 200}, {800, 200}, Qt::MiddleButton);  // 50 ms a pixel
  EXPECT_EQ(said(), "zoom 25000-74999 (timeline pan 1)\nzoom 30000-79999 (timeline pan 1)\n");
  drag({600, 200}, {700, 200}, Qt::LeftButton, Qt::ShiftModifier);
  EXPECT_EQ(said(), "zoom 27500-77499 (timeline pan 2)\nzoom 25000-74999 (timeline pan 2)\n");
  drag({300, 200}, {1240, 200}, Qt::MiddleButton);
  EXPECT_EQ(said(), "zoom 1500-51499 (timeline pan 3)\nzoom -2000-47999 (timeline pan 3)\n");
}

TEST_F(TimelineViewTest, TheMinimapsWindowIsDragged) {
  state_.zoom = TimeRange{story_time(20'000), {story_time(30'000).ns - 1}};
  view_.setView(state_);
  // Limits are -2 s to 102 s on a thousand pixels.
  drag({250 + 500, 10}, {250 + 700, 10});
  EXPECT_EQ(said(),
            "zoom 45000-55000 (timeline window 1)\nzoom 55400-65400 (timeline window 1)\n"
            "zoom 65800-75800 (timeline window 1)\n");
  // Where all is shown a range is drawn, which zooms at once.
  state_.zoom.reset();
  view_.setView(state_);
  drag({250 + 500, 10}, {250 + 599, 10});
  EXPECT_EQ(said(), "zoom 50000-60400\n");
}

TEST_F(TimelineViewTest, DoubleAndMiddleClicksZoomToWhatTheyAreOn) {
  click(tick(4, 45'000), Qt::MiddleButton);
  EXPECT_EQ(said(), "zoom 40000-49999\n");
  state_.zoom = TimeRange{story_time(0), {story_time(100'000).ns - 1}};
  view_.setView(state_);
  QTest::mouseDClick(view_.viewport(), Qt::LeftButton, Qt::NoModifier, bar(4, 30'000));
  EXPECT_EQ(said(), "zoom 16000-64000\n");
}

TEST_F(TimelineViewTest, Keys) {
  key(Qt::Key_W);
  EXPECT_EQ(said(), "zoom 10000-89999 (timeline zoom)\n");
  key(Qt::Key_S);
  EXPECT_EQ(said(), "zoom 0-99999 (timeline zoom)\n");
  key(Qt::Key_A);
  EXPECT_EQ(said(), "zoom -2000-97999 (timeline keys)\n");
  key(Qt::Key_D);
  EXPECT_EQ(said(), "zoom 2000-102000 (timeline keys)\n");
  key(Qt::Key_Home);
  EXPECT_EQ(said(), "zoom all\n");
  key(Qt::Key_F);  // nothing is selected: the findings
  EXPECT_EQ(said(), "zoom 39500-40500\n");
  state_.selection.entity = life_of(*open_case_->snapshot, 200);
  view_.setView(state_);
  EXPECT_EQ(view_.currentRow(), 4u);
  key(Qt::Key_F);
  EXPECT_EQ(said(), "zoom 16000-64000\n");
  key(Qt::Key_W, Qt::ControlModifier);  // the window's
  EXPECT_EQ(said(), "");
}

TEST_F(TimelineViewTest, WalksOverLanes) {
  key(Qt::Key_Down);
  key(Qt::Key_Down);
  EXPECT_EQ(view_.currentRow(), 2u);
  key(Qt::Key_Left);
  EXPECT_EQ(view_.lanes().size(), 4u);
  key(Qt::Key_Left);
  EXPECT_EQ(view_.currentRow(), 0u);
  key(Qt::Key_Minus);
  EXPECT_EQ(text(view_.lanes()), "+ host01\n");
  key(Qt::Key_Plus);
  key(Qt::Key_End);
  EXPECT_EQ(view_.currentRow(), 3u);
  key(Qt::Key_Right);
  key(Qt::Key_Right);
  EXPECT_EQ(view_.currentRow(), 4u);
  EXPECT_EQ(said(), "");
  key(Qt::Key_Return);
  EXPECT_EQ(said(), "process 1000\n");
  key(Qt::Key_PageUp);
  EXPECT_EQ(view_.currentRow(), 0u);
  key(Qt::Key_Down);
  key(Qt::Key_Space);
  EXPECT_EQ(said(), "finding-1\n");
}

TEST_F(TimelineViewTest, StepsOverTheEventsOfALane) {
  state_.zoom = TimeRange{story_time(0), {story_time(30'000).ns - 1}};
  view_.setView(state_);
  for (int i = 0; i < 4; ++i) key(Qt::Key_Down);
  key(Qt::Key_Period);
  EXPECT_EQ(said(), "event at 20000\n");
  key(Qt::Key_Period);  // outside of what is shown
  EXPECT_EQ(said(), "zoom 30000-59999 (timeline step)\nevent at 45000\n");
  key(Qt::Key_Period);
  key(Qt::Key_Period);
  EXPECT_EQ(said(), "zoom 45000-74999 (timeline step)\nevent at 60000\n");
  key(Qt::Key_Comma);
  EXPECT_EQ(said(), "event at 45000\n");
  // Of the machine's lane: whose events they are does not lead away from it.
  for (int i = 0; i < 4; ++i) key(Qt::Key_Up);
  key(Qt::Key_Period);
  key(Qt::Key_Period);
  EXPECT_EQ(said(), "event at 50000\nevent at 60000\n");
  EXPECT_EQ(view_.currentRow(), 0u);
}

TEST_F(TimelineViewTest, SelectingAHiddenProcessOpensItsLane) {
  view_.closeAll();
  state_.selection.entity = life_of(*open_case_->snapshot, 1059);
  view_.setView(state_);
  ASSERT_TRUE(view_.currentRow());
  const Lane& lane = view_.lanes()[*view_.currentRow()];
  EXPECT_EQ(view_.lanes().model()->processes.entity(lane.index), state_.selection.entity);
  EXPECT_GT(view_.verticalScrollBar()->value(), 0);
}

TEST_F(TimelineViewTest, TipsAndDescriptionsArePlainText) {
  EXPECT_EQ(view_.tipAt(bar(4, 30'000)).toStdString(),
            "cmd.exe 200 · host01\n"
            "start  2026-01-01T00:00:20Z\n"
            "end  2026-01-01T00:01:00Z\n"
            "lasted  40 s\n"
            "command  cmd.exe /c <b>evil</b>\n"
            "parent  agent.exe 100 (recorded by id)\n"
            "events  2 process, 1 file\n"
            "1 process below it");
  EXPECT_EQ(view_.tipAt(tick(4, 45'000)).toStdString(), "2026-01-01T00:00:45Z\n1 file");
  EXPECT_EQ(view_.tipAt({600, 480}), QString());
  EXPECT_EQ(view_.accessibleName(), QStringLiteral("Timeline"));
  key(Qt::Key_End);
  EXPECT_EQ(view_.accessibleDescription().toStdString(),
            "Lane 7 of 7. 61 more processes\nwithout findings, and in no script run; open the lane "
            "to see them");
}

TEST_F(TimelineViewTest, TheFootTellsTimes) {
  EXPECT_EQ(view_.footText().toStdString(), "zoomed to 1 min 39 s of 1 min 44 s: Home shows all");
  move(bar(0, 12'300));
  EXPECT_EQ(view_.footText().toStdString(), "2026-01-01T00:00:12.3Z");
  view_.setZone([](Timestamp) { return 3600; });
  state_.selection.event = EventId{1};
  view_.setView(state_);
  EXPECT_EQ(view_.footText().toStdString(),
            "2026-01-01T00:00:12.3Z   2026-01-01 01:00:12.3 +01:00   Δ +12.3 s from the selected "
            "event");
}

TEST_F(TimelineViewTest, BarsAreExactAtAnyRatio) {
  const TimelineColors colors(view_.palette());
  const QImage image = view_.grab().toImage();
  const qreal ratio = image.devicePixelRatio();
  ASSERT_EQ(ratio, view_.devicePixelRatioF());
  const TimelineLayout layout = view_.timelineLayout();
  const int y = layout.device(layout.rowTop(5)) + layout.device(TimelineLayout::kBar) / 2;
  // whoami lives from 40 s to 50 s: columns that its bar has, its edges among them.
  LanePlanner planner(view_.lanes().model(), TimeScale(*state_.zoom, layout.columns()));
  const Life life = *planner.plan(view_.lanes()[5]).life;
  EXPECT_EQ(image.pixelColor(layout.columnsLeft() + life.known, y), colors.bar_edge);
  EXPECT_NE(image.pixelColor(layout.columnsLeft() + life.known + 1, y), colors.bar_edge);
  EXPECT_EQ(image.pixelColor(layout.columnsLeft() + life.known - 4 * static_cast<int>(ratio), y),
            colors.bar);
}

TEST(TimelineView, NothingAndNoEvent) {
  TimelineView view;
  view.resize(600, 200);
  view.show();
  view.grab();
  EXPECT_EQ(view.footText(), QString());
  EXPECT_EQ(view.accessibleDescription(), QStringLiteral("Nothing is open."));
  view.setModel(build_timeline(std::make_shared<OpenCase>()));
  view.grab();
  EXPECT_EQ(view.accessibleDescription(),
            QStringLiteral("No event was read, so there is nothing to show."));
  QTest::keyClick(&view, Qt::Key_F);
  QTest::mouseClick(view.viewport(), Qt::LeftButton, Qt::NoModifier, {300, 100});
  view.fit();
  view.showAll();
  view.setModel(build_timeline(usual_case()));
  view.grab();
  view.setModel(nullptr);
  view.grab();
  EXPECT_EQ(view.lanes().size(), 0u);
}

// Texts, times and trees made to break a window: every zoom is painted, at every size.
TEST(TimelineView, HostileCases) {
  Story story;
  const Timestamp first{std::numeric_limits<std::int64_t>::min()};
  const Timestamp last{std::numeric_limits<std::int64_t>::max()};
  story.sysmon_start({.pid = 7,
                      .parent_pid = 4,
                      .executable = "C:\\<h1>\xE2\x80\xAE.exe",
                      .command_line = std::string(32 << 10, '<'),
                      .at = first});
  for (int i = 0; i < 300; ++i)
    story.sysmon_start(
        {.at_ms = i, .pid = 100 + i, .parent_pid = 99 + i, .executable = "C:\\deep.exe"});
  for (int i = 0; i < 5000; ++i)
    story.sysmon_start(
        {.at_ms = 1000, .pid = 1000 + i, .parent_pid = 99, .executable = "C:\\wide.exe"});
  story.sysmon_end({.pid = 7, .at = last});
  const auto open_case = case_of(story);
  add_finding(*open_case, "<script>alert(1)</script>", 399);
  add_finding(*open_case, "Wide", 5999);
  add_finding(*open_case, "Text", 7);
  const auto model = build_timeline(open_case);
  TimelineView view;
  view.setModel(model);
  view.openAll();
  EXPECT_GT(view.lanes().size(), 5300u);
  View state;
  for (const QSize size : {QSize(900, 400), QSize(60, 40), QSize(3, 3), QSize(260, 2000)}) {
    view.resize(size);
    for (const auto& zoom :
         {std::optional<TimeRange>(), std::optional<TimeRange>(TimeRange{first, first}),
          std::optional<TimeRange>(TimeRange{last, last}),
          std::optional<TimeRange>(TimeRange{story_time(0), story_time(2000)}),
          std::optional<TimeRange>(TimeRange{{last.ns - 10}, last})}) {
      state.zoom = zoom;
      view.setView(state);
      view.verticalScrollBar()->setValue(0);
      EXPECT_FALSE(view.grab().isNull());
      view.verticalScrollBar()->setValue(view.verticalScrollBar()->maximum());
      EXPECT_FALSE(view.grab().isNull());
    }
  }
  state.selection.entity = life_of(*open_case->snapshot, 7);
  view.resize(900, 400);
  view.setView(state);
  const QString tip = view.tipAt({100, view.timelineLayout().lanesTop() + 5});
  EXPECT_LT(tip.size(), 2000);
}

}  // namespace
}  // namespace stemma::ui

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication application(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
