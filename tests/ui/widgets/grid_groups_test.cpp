// Groups of the grid by hand: keys, clicks and menus, without a screen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QApplication>
#include <QLabel>
#include <QMenu>
#include <QScrollBar>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <cstdlib>

#include "app/gui/session_case_service.hpp"
#include "ui/models/roles.hpp"
#include "ui/widgets/command_palette.hpp"
#include "ui/widgets/events_pane.hpp"
#include "ui/widgets/main_window.hpp"
#include "ui/widgets/view_menu.hpp"

namespace stemma::ui {
namespace {

using testing::HasSubstr;

class GridGroups : public testing::Test {
 protected:
  GridGroups()
      : service({},
                [](std::function<void()> run) {
                  QMetaObject::invokeMethod(qApp, std::move(run), Qt::QueuedConnection);
                }),
        window(service) {
    window.show();
    window.activateWindow();
    static_cast<void>(QTest::qWaitForWindowActive(&window));
  }

  void open() {
    window.openPaths({QString::fromUtf8(std::getenv("STEMMA_ROOT")) +
                      QStringLiteral("/samples/azure-run-command")});
    ASSERT_TRUE(QTest::qWaitFor(
        [&] { return bench().openCase() && bench().openCase()->stage == Stage::complete; },
        60'000));
    key(Qt::Key_4, Qt::ControlModifier);
    ASSERT_TRUE(view()->hasFocus());
  }

  Workbench& bench() { return window.bench(); }
  EventsPane* events() { return window.findChild<EventsPane*>(); }
  EventModel* model() { return events()->model(); }
  RowView* view() { return events()->view(); }
  QString said() { return events()->findChild<QLabel*>()->text(); }
  int current() { return view()->currentIndex().row(); }
  std::string line(int row) {
    return model()->index(row, 0).data(Qt::DisplayRole).toString().toStdString();
  }
  void key(Qt::Key one, Qt::KeyboardModifiers modifiers = {}) {
    QTest::keyClick(QApplication::focusWidget() != nullptr ? QApplication::focusWidget() : &window,
                    one, modifiers);
    QTest::qWait(20);
  }
  void settle() {
    ASSERT_TRUE(
        QTest::qWaitFor([&] { return !bench().filtering() && !model()->sorting(); }, 60'000));
    QTest::qWait(20);
  }
  // The menu that asks for a column.
  void choose(const char* letter) {
    auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
    ASSERT_NE(menu, nullptr);
    EXPECT_FALSE(menu->accessibleName().isEmpty());
    QTest::keyClicks(menu, QLatin1String(letter));
    settle();
  }
  void group_by_host_and_process() {
    key(Qt::Key_G, Qt::ControlModifier | Qt::AltModifier);
    choose("h");
    key(Qt::Key_I, Qt::ControlModifier | Qt::AltModifier);
    choose("p");
    ASSERT_TRUE(model()->grouped());
  }
  void click(int row, Qt::KeyboardModifiers modifiers) {
    view()->scrollTo(model()->index(row, 0));
    QTest::mouseClick(view()->viewport(), Qt::LeftButton, modifiers,
                      view()->visualRect(model()->index(row, 0)).center());
    settle();
  }

  SessionCaseService service;
  MainWindow window;
};

TEST_F(GridGroups, AreMadeWalkedAndTakenAwayByKeys) {
  open();
  EXPECT_THAT(said().toStdString(), HasSubstr("Events 644 · shown 644"));
  group_by_host_and_process();
  EXPECT_THAT(said().toStdString(),
              HasSubstr("Events 644 · shown 644 · 5 groups by Host, then Process"));
  // What is selected lies in a closed group, whose line has the focus; nothing else is selected.
  const EventId selected = bench().view().selection.event;
  ASSERT_TRUE(selected);
  EXPECT_EQ(model()->rowCount(), 5);
  EXPECT_EQ(current(), model()->lineOver(selected));
  EXPECT_THAT(said().toStdString(), HasSubstr(" · 275 selected"));
  key(Qt::Key_Home);
  EXPECT_EQ(line(0), "Host: azure:5c0f1f2e-7f3c-4a51-9d0e-6a6a1d3b9c11 · 53 events");
  key(Qt::Key_End);
  EXPECT_EQ(current(), 4);
  EXPECT_EQ(bench().view().selection.event, selected);
  key(Qt::Key_Right);
  EXPECT_GT(model()->rowCount(), 5);
  key(Qt::Key_Right);  // into it
  EXPECT_EQ(current(), 5);
  EXPECT_EQ(line(5), "Process: ARP.EXE · 2 events");
  key(Qt::Key_Return);  // opens as well
  key(Qt::Key_Down);
  const EventId event = model()->eventAt(6);
  ASSERT_TRUE(event);
  EXPECT_EQ(bench().view().selection.event, event);
  key(Qt::Key_Down);
  EXPECT_EQ(bench().view().selection.event, model()->eventAt(7));
  // Out again: to the group's line, which closes, then to that of the host.
  key(Qt::Key_Left);
  EXPECT_EQ(current(), 5);
  key(Qt::Key_Left);
  EXPECT_EQ(model()->index(5, 0).data(kExpandRole).toInt(), 1);
  EXPECT_EQ(current(), 5);
  EXPECT_EQ(bench().view().selection.event, model()->eventsOf(5, 9).back());
  key(Qt::Key_Left);
  EXPECT_EQ(current(), 4);
  key(Qt::Key_Left);
  EXPECT_EQ(model()->rowCount(), 5);
  // All of them.
  key(Qt::Key_E, Qt::ControlModifier | Qt::AltModifier);
  EXPECT_GT(model()->rowCount(), 644);
  EXPECT_EQ(line(current()), "Host: vm-win02 · 33 events");
  key(Qt::Key_W, Qt::ControlModifier | Qt::AltModifier);
  EXPECT_EQ(model()->rowCount(), 5);
  EXPECT_EQ(current(), 4);
  key(Qt::Key_Asterisk);
  EXPECT_GT(model()->rowCount(), 38);
  EXPECT_EQ(current(), 4);
  key(Qt::Key_U, Qt::ControlModifier | Qt::AltModifier);
  settle();
  EXPECT_EQ(model()->rowCount(), 644);
  EXPECT_FALSE(said().contains(QStringLiteral("group")));
  EXPECT_EQ(model()->eventAt(current()), bench().view().selection.event);
}

TEST_F(GridGroups, TheColumnInFocusNeedsNoMenu) {
  open();
  view()->setCurrentIndex(model()->index(3, EventModel::kCode));
  key(Qt::Key_G, Qt::ControlModifier | Qt::AltModifier);
  EXPECT_EQ(QApplication::activePopupWidget(), nullptr);
  settle();
  EXPECT_THAT(said().toStdString(), HasSubstr(" groups by Code"));
  EXPECT_EQ(events()->look().groups.by, (std::vector<EventSort>{{EventSort::By::code, false, {}}}));
}

// The menu of a column's title, closed again or with one entry chosen.
TEST_F(GridGroups, AreMadeByTheMenuOfAColumn) {
  open();
  const auto menu_of = [&](int column, const char* choice) {
    QStringList entries;
    QTimer::singleShot(50, qApp, [&] {
      auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
      ASSERT_NE(menu, nullptr);
      QAction* chosen = nullptr;
      for (QAction* action : menu->actions()) {
        const QString name = action->text().section(QLatin1Char('\t'), 0, 0);
        entries << name;
        if (name == QLatin1String(choice)) chosen = action;
      }
      menu->close();
      EXPECT_NE(chosen, nullptr) << choice;
      if (chosen != nullptr) chosen->trigger();
    });
    QHeaderView* header = view()->header();
    const QPoint at{header->sectionViewportPosition(column) + 10, 8};
    Q_EMIT header->customContextMenuRequested(at);
    settle();
    return entries;
  };
  EXPECT_THAT(menu_of(EventModel::kCode, "Group by this column"),
              testing::Not(testing::Contains(QStringLiteral("Ungroup"))));
  EXPECT_THAT(said().toStdString(), HasSubstr(" groups by Code"));
  menu_of(EventModel::kHost, "Group by Host inside the groups");
  EXPECT_THAT(said().toStdString(), HasSubstr(" groups by Code, then Host"));
  EXPECT_THAT(menu_of(EventModel::kCode, "Turn these groups round"),
              testing::Contains(QStringLiteral("Group by this column only")));
  EXPECT_THAT(said().toStdString(), HasSubstr(" groups by Code downwards, then Host"));
  menu_of(EventModel::kCode, "Do not group by this column");
  EXPECT_THAT(said().toStdString(), HasSubstr(" groups by Host"));
  menu_of(EventModel::kTime, "Ungroup");
  EXPECT_TRUE(model()->grouping().empty());
}

TEST_F(GridGroups, WhatIsSelectedElsewhereOpensItsGroups) {
  open();
  group_by_host_and_process();
  key(Qt::Key_F3);
  const EventId event = bench().view().selection.event;
  ASSERT_TRUE(event);
  EXPECT_EQ(model()->eventAt(current()), event);
  // Closed by hand it stays closed, whatever else of the view changes.
  const int parent = view()->currentIndex().data(kParentRowRole).toInt();
  model()->collapse(parent);
  QTest::qWait(20);
  bench().setZoom(TimeRange{{0}, {1}});
  QTest::qWait(20);
  EXPECT_EQ(model()->rowOf(event), -1);
  // Another filter finds it in its group's line.
  bench().setFilter({parse_search("event.category:process").chips, false});
  settle();
  EXPECT_EQ(model()->rowOf(event), -1);
  EXPECT_EQ(current(), model()->lineOver(event));
  const EventId other = bench().filtered()->back();
  ASSERT_EQ(model()->rowOf(other), -1);
  bench().selectEvent(other);
  QTest::qWait(20);
  EXPECT_EQ(model()->eventAt(current()), other);
}

TEST_F(GridGroups, AClosingGroupTakesTheFocusAndSelectsNothing) {
  open();
  group_by_host_and_process();
  key(Qt::Key_F3);
  const Selection before = bench().view().selection;
  const int row = view()->currentIndex().data(kParentRowRole).toInt();
  view()->scrollTo(model()->index(row, 0));
  const int indent = 16 * model()->index(row, 0).data(kDepthRole).toInt();
  QTest::mouseClick(view()->viewport(), Qt::LeftButton, {},
                    {view()->visualRect(model()->index(row, 0)).left() + indent + 8,
                     view()->visualRect(model()->index(row, 0)).center().y()});
  QTest::qWait(20);
  EXPECT_EQ(model()->index(row, 0).data(kExpandRole).toInt(), 1);
  EXPECT_EQ(current(), row);
  EXPECT_EQ(bench().view().selection, before);
}

TEST_F(GridGroups, AClickWithCtrlTakesThemInAndOneWithAltLeavesThemOut) {
  open();
  group_by_host_and_process();
  key(Qt::Key_End);
  key(Qt::Key_Right);
  click(5, Qt::ControlModifier);  // vm-win02, ARP.EXE
  ASSERT_EQ(bench().view().filter.chips.size(), 2u);
  EXPECT_EQ(chip_text(bench().view().filter.chips[0]), "host.name = vm-win02");
  EXPECT_EQ(chip_text(bench().view().filter.chips[1]), "process.name = ARP.EXE");
  EXPECT_EQ(model()->shownEvents(), 2u);
  EXPECT_EQ(line(0), "Host: vm-win02 · 2 events");
  key(Qt::Key_Z, Qt::ControlModifier);  // one step
  settle();
  EXPECT_EQ(model()->shownEvents(), 644u);
  EXPECT_EQ(line(5), "Process: ARP.EXE · 2 events");  // still open
  click(5, Qt::AltModifier);
  EXPECT_EQ(model()->shownEvents(), 642u);
  ASSERT_EQ(bench().view().filter.chips.size(), 1u);
  EXPECT_EQ(chip_text(bench().view().filter.chips[0]), "not host vm-win02, process ARP.EXE");
  click(0, Qt::AltModifier);
  EXPECT_EQ(chip_text(bench().view().filter.chips[1]),
            "not host.name = azure:5c0f1f2e-7f3c-4a51-9d0e-6a6a1d3b9c11");
  EXPECT_EQ(model()->shownEvents(), 642u - 53u);
}

TEST_F(GridGroups, ALineThatIsSelectedIsAllOfItsEvents) {
  open();
  group_by_host_and_process();
  key(Qt::Key_End);
  EXPECT_EQ(events()->selectedTargets(100).size(), 33u);
  EXPECT_EQ(events()->selectedTargets(10).size(), 11u);  // too many
  key(Qt::Key_3, Qt::AltModifier);
  EXPECT_EQ(bench().annotations().size(), 33u);
  key(Qt::Key_Z, Qt::ControlModifier | Qt::AltModifier);
  EXPECT_TRUE(bench().annotations().empty());
  // Of one event as well: not what was selected before.
  model()->expandEverything();
  int row = 0;
  while (row < model()->rowCount() && !line(row).ends_with(" 1 event")) ++row;
  ASSERT_LT(row, model()->rowCount());
  view()->setCurrentIndex(model()->index(row, 0));
  key(Qt::Key_3, Qt::AltModifier);
  ASSERT_EQ(bench().annotations().size(), 1u);
  EXPECT_NE(bench().noteOn(model()->eventsOf(row, 1).front()), nullptr);
  // An open one with its rows counts each once.
  key(Qt::Key_Home);
  key(Qt::Key_End, Qt::ShiftModifier);
  EXPECT_THAT(said().toStdString(), HasSubstr(" · 644 selected"));
}

TEST_F(GridGroups, StayInViewWhileColumnsAreScrolledOrMoved) {
  open();
  window.resize(900, 700);
  QTest::qWait(30);
  group_by_host_and_process();
  key(Qt::Key_Home);
  view()->horizontalScrollBar()->setValue(view()->horizontalScrollBar()->maximum());
  const QModelIndex first = model()->index(0, 0);
  EXPECT_EQ(view()->visualRect(first).left(), 0);
  EXPECT_EQ(view()->indexAt({view()->viewport()->width() - 5, 2}), first);
  // The triangle is where it is drawn.
  QTest::mouseClick(view()->viewport(), Qt::LeftButton, {}, {8, view()->rowHeight() / 2});
  QTest::qWait(20);
  EXPECT_EQ(first.data(kExpandRole).toInt(), 2);
  // Another column in front.
  view()->horizontalScrollBar()->setValue(0);
  view()->header()->moveSection(view()->header()->visualIndex(EventModel::kSummary), 0);
  EXPECT_EQ(view()->indexAt({5, 2}).column(), static_cast<int>(EventModel::kSummary));
  view()->header()->moveSection(0, EventModel::kSummary);
}

TEST_F(GridGroups, AreKeptWithAViewAndWithTheCase) {
  const QTemporaryDir folder;
  const QString file = folder.filePath(QStringLiteral("case.stemma"));
  window.openCaseFile(file);
  open();
  group_by_host_and_process();
  const EventGrouping grouping = model()->grouping();
  EXPECT_EQ(
      grouping,
      (EventGrouping{{{EventSort::By::host, false, {}}, {EventSort::By::process, false, {}}}}));
  auto* views = window.findChild<ViewMenu*>();
  views->save(QStringLiteral("by host"));
  key(Qt::Key_U, Qt::ControlModifier | Qt::AltModifier);
  settle();
  EXPECT_TRUE(model()->grouping().empty());
  views->apply(QStringLiteral("by host"));
  settle();
  EXPECT_EQ(model()->grouping(), grouping);
  EXPECT_TRUE(model()->grouped());
  key(Qt::Key_1, Qt::AltModifier);
  ASSERT_TRUE(QTest::qWaitFor([&] { return QFile::exists(file); }, 20'000));
  events()->groupBy(EventModel::kCode, false);  // kept with the next note
  key(Qt::Key_2, Qt::AltModifier);
  ASSERT_TRUE(QTest::qWaitFor(
      [&] { return bench().notesState() == QStringLiteral("Saved to ") + file + QLatin1Char('.'); },
      20'000));
  events()->setLook({});
  window.openCaseFile(file);
  open();
  ASSERT_TRUE(QTest::qWaitFor(
      [&] {
        return model()->grouping() == EventGrouping{{{EventSort::By::code, false, {}}}};
      },
      20'000));
}

TEST_F(GridGroups, AreAmongTheKeysAndTheCommands) {
  const std::string keys = keysText(window.commands()).toStdString();
  for (const char* one : {"Ctrl+Alt+G", "Ctrl+Alt+I", "Ctrl+Alt+U", "Ctrl+Alt+E", "Ctrl+Alt+W"})
    EXPECT_THAT(keys, HasSubstr(one));
  EXPECT_THAT(keys, HasSubstr("Group the events by the column"));
}

TEST_F(GridGroups, WhatCannotBeSaysSo) {
  open();
  QStringList messages;
  QObject::connect(events(), &EventsPane::said,
                   [&](const QString& message) { messages << message; });
  events()->groupBy(EventModel::kTime, false);
  EXPECT_TRUE(model()->grouping().empty());
  for (const int column : {EventModel::kHost, EventModel::kHost, EventModel::kSource,
                           EventModel::kCode, EventModel::kCategory, EventModel::kProcess})
    events()->groupBy(column, true);
  EXPECT_EQ(messages, QStringList({QStringLiteral("The events are grouped by Host already."),
                                   QStringLiteral("Groups have at most 4 levels.")}));
  EXPECT_EQ(model()->grouping().by.size(), kMaxGroupLevels);
  settle();
}

}  // namespace
}  // namespace stemma::ui
