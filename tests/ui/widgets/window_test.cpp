// The window driven by simulated keys and mouse, without a screen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QApplication>
#include <QClipboard>
#include <QDockWidget>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSettings>
#include <QStandardPaths>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "app/gui/session_case_service.hpp"
#include "ui/models/evidence_watch.hpp"
#include "ui/models/roles.hpp"
#include "ui/widgets/bookmarks_pane.hpp"
#include "ui/widgets/command_palette.hpp"
#include "ui/widgets/details_pane.hpp"
#include "ui/widgets/events_pane.hpp"
#include "ui/widgets/findings_pane.hpp"
#include "ui/widgets/main_window.hpp"
#include "ui/widgets/report_pdf.hpp"
#include "ui/widgets/timeline_view.hpp"
#include "ui/widgets/tree_pane.hpp"
#include "ui/widgets/view_menu.hpp"

namespace stemma::ui {
namespace {

using testing::HasSubstr;

class Window : public testing::Test {
 protected:
  Window()
      : service({},
                [](std::function<void()> run) {
                  QMetaObject::invokeMethod(qApp, std::move(run), Qt::QueuedConnection);
                }),
        window(service) {
    window.show();
    window.activateWindow();
    static_cast<void>(QTest::qWaitForWindowActive(&window));
  }

  void open(const char* part = "") {
    window.openPaths({QString::fromUtf8(std::getenv("STEMMA_ROOT")) +
                      QStringLiteral("/samples/azure-run-command") + QLatin1String(part)});
    ASSERT_TRUE(QTest::qWaitFor(
        [&] { return bench().openCase() && bench().openCase()->stage == Stage::complete; },
        60'000));
    ASSERT_TRUE(QTest::qWaitFor([&] { return details()->details().read; }, 60'000));
  }

  Workbench& bench() { return window.bench(); }
  DetailsPane* details() { return window.findChild<DetailsPane*>(); }
  TreePane* tree() { return window.findChild<TreePane*>(); }
  EventsPane* events() { return window.findChild<EventsPane*>(); }
  FindingsPane* findings() { return window.findChild<FindingsPane*>(); }
  void key(Qt::Key one, Qt::KeyboardModifiers modifiers = {}) {
    QTest::keyClick(QApplication::focusWidget() != nullptr ? QApplication::focusWidget() : &window,
                    one, modifiers);
    QTest::qWait(20);
  }

  SessionCaseService service;
  MainWindow window;
};

TEST_F(Window, OpensOnTheFirstFinding) {
  open();
  EXPECT_TRUE(bench().selectedFinding());
  EXPECT_EQ(tree()->model()->entityAt(tree()->view()->currentIndex().row()),
            bench().view().selection.entity);
  EXPECT_EQ(events()->model()->eventAt(events()->view()->currentIndex().row()),
            bench().view().selection.event);
  const auto* story = qobject_cast<QPlainTextEdit*>(details()->tabs()->widget(DetailsPane::kStory));
  ASSERT_NE(story, nullptr);
  EXPECT_TRUE(QTest::qWaitFor(
      [&] {
        const QString text = story->toPlainText();
        return text.contains(QStringLiteral("SHA-256 of the file: ")) &&
               !text.contains(QStringLiteral("worked out"));
      },
      20'000))
      << story->toPlainText().toStdString();
  EXPECT_THAT(story->toPlainText().toStdString(), HasSubstr("the event matches: yes"));
}

TEST_F(Window, OpensOnTheFirstRunWhereThereIsNoFinding) {
  open("/vm-lnx02/var/log/azure");
  ASSERT_EQ(bench().openCase()->findings.size(), 0u);
  ASSERT_EQ(bench().openCase()->incident->invocations.size(), 3u);
  ASSERT_TRUE(bench().selectedInvocation());
  const auto first = *bench().selectedInvocation();
  EXPECT_EQ(bench().openCase()->incident->invocations[first].evidence.front(),
            bench().view().selection.event);
  EXPECT_EQ(details()->details().event, bench().view().selection.event);
  EXPECT_EQ(findings()->model()->invocationAt(findings()->view()->currentIndex().row()), first);
  EXPECT_THAT(findings()->findChild<QLabel*>()->text().toStdString(),
              testing::StartsWith("No findings, 3 runs."));
  key(Qt::Key_F3);
  EXPECT_NE(bench().selectedInvocation(), first);
  key(Qt::Key_F3);
  key(Qt::Key_F3);  // round the end
  EXPECT_EQ(bench().selectedInvocation(), first);
}

TEST_F(Window, IsWalkedByKeys) {
  open();
  const Selection first = bench().view().selection;
  key(Qt::Key_F3);
  const Selection second = bench().view().selection;
  EXPECT_NE(first.finding, second.finding);
  key(Qt::Key_BracketLeft);
  EXPECT_EQ(bench().view().selection.entity,
            bench().openCase()->snapshot->tree.entity(second.entity).parent);
  key(Qt::Key_Z, Qt::ControlModifier);
  EXPECT_EQ(bench().view().selection, second);
  key(Qt::Key_Y, Qt::ControlModifier);
  EXPECT_NE(bench().view().selection.entity, second.entity);
  key(Qt::Key_8, Qt::ControlModifier);
  EXPECT_EQ(details()->tabs()->currentIndex(), DetailsPane::kBytes);
  key(Qt::Key_Escape);
  EXPECT_EQ(bench().view().selection, Selection{});
}

TEST_F(Window, ASearchBecomesChipsAndABannerThatLifts) {
  open();
  const int all = events()->model()->rowCount();
  auto* banner = window.findChild<QWidget*>(QStringLiteral("banner"));
  ASSERT_NE(banner, nullptr);
  EXPECT_FALSE(banner->isVisible());
  key(Qt::Key_Slash);
  auto* box = qobject_cast<QLineEdit*>(QApplication::focusWidget());
  ASSERT_NE(box, nullptr);
  QTest::keyClicks(box, QStringLiteral("process where process.name == \"whoami.exe\""));
  key(Qt::Key_Return);
  ASSERT_TRUE(QTest::qWaitFor(
      [&] {
        return !bench().filtering() && events()->model()->rowCount() > 0 &&
               events()->model()->rowCount() < all;
      },
      60'000));
  EXPECT_TRUE(banner->isVisible());
  QTest::mouseClick(banner->findChild<QPushButton*>(), Qt::LeftButton);
  ASSERT_TRUE(QTest::qWaitFor([&] { return events()->model()->rowCount() == all; }, 60'000));
  EXPECT_TRUE(QTest::qWaitFor([&] { return !banner->isVisible(); }, 5'000));
  // The chip is still there, turned off.
  ASSERT_EQ(bench().view().filter.chips.size(), 1u);
  EXPECT_FALSE(bench().view().filter.chips[0].enabled);
}

TEST_F(Window, AWrongQuerySaysWhereAndTheRestGoesOn) {
  open();
  Chip chip;
  chip.kind = Chip::Kind::query;
  chip.text = "process where process.name = \"a\"";
  bench().addChip(chip);
  ASSERT_TRUE(QTest::qWaitFor([&] { return !bench().filtering(); }, 60'000));
  QString said;
  for (const QLabel* label : events()->findChildren<QLabel*>()) said += label->text();
  EXPECT_THAT(said.toStdString(), HasSubstr("1:28"));
  bench().undo();
  EXPECT_GT(events()->model()->rowCount(), 0);
}

TEST_F(Window, ACellFiltersInAndOut) {
  open();
  const int all = events()->model()->rowCount();
  const QModelIndex cell = events()->model()->index(0, EventModel::kHost);
  events()->pick(cell, false);
  ASSERT_TRUE(QTest::qWaitFor([&] { return !bench().filtering(); }, 60'000));
  const int in = events()->model()->rowCount();
  bench().undo();
  events()->pick(events()->model()->index(0, EventModel::kHost), true);
  ASSERT_TRUE(QTest::qWaitFor([&] { return !bench().filtering(); }, 60'000));
  EXPECT_EQ(in + events()->model()->rowCount(), all);
  EXPECT_GT(in, 0);
}

TEST_F(Window, AClickOnAHeaderSortsAndTheCountSaysBy) {
  open();
  const auto* count = events()->findChild<QLabel*>();
  const EventId selected = bench().view().selection.event;
  QHeaderView* header = events()->view()->header();
  const auto click = [&] {
    QTest::mouseClick(header->viewport(), Qt::LeftButton, {},
                      {header->sectionViewportPosition(EventModel::kCode) + 10, 8});
    ASSERT_TRUE(QTest::qWaitFor([&] { return !events()->model()->sorting(); }, 20'000));
  };
  click();
  EXPECT_THAT(count->text().toStdString(), testing::EndsWith(" · sorted by Code, upwards"));
  // What was selected is still the row in focus.
  EXPECT_EQ(events()->model()->eventAt(events()->view()->currentIndex().row()), selected);
  EXPECT_EQ(bench().view().selection.event, selected);
  click();
  EXPECT_THAT(count->text().toStdString(), testing::EndsWith(" · sorted by Code, downwards"));
  click();
  EXPECT_EQ(count->text().toStdString(), "Events 644 · shown 644");
  // The same by keys: the column in focus is that of time.
  key(Qt::Key_O, Qt::ControlModifier | Qt::AltModifier);
  EXPECT_THAT(count->text().toStdString(), testing::EndsWith(" · sorted latest first"));
  key(Qt::Key_T, Qt::ControlModifier | Qt::AltModifier);
  EXPECT_EQ(count->text().toStdString(), "Events 644 · shown 644");
}

TEST_F(Window, BytesOfAChosenFieldAreMarked) {
  open();
  auto* table = details()->findChild<QTableWidget*>();
  details()->showTab(DetailsPane::kFields);
  for (int row = 0; row < table->rowCount(); ++row) {
    if (table->item(row, 0)->text() == QStringLiteral("process.executable")) table->selectRow(row);
  }
  details()->showTab(DetailsPane::kBytes);
  auto* bytes = qobject_cast<QPlainTextEdit*>(details()->tabs()->currentWidget());
  ASSERT_NE(bytes, nullptr);
  EXPECT_FALSE(bytes->extraSelections().isEmpty());
  // The first mark begins with the value's first letter, as UTF-16; a line may end behind it.
  const QString marked = bytes->extraSelections().constFirst().cursor.selectedText();
  EXPECT_TRUE(marked.startsWith(QStringLiteral("43"))) << marked.toStdString();
}

TEST_F(Window, NotesAreSavedAsTheyAreMadeAndFoundAgain) {
  const QTemporaryDir folder;
  const QString file = folder.filePath(QStringLiteral("case.stemma"));
  window.openCaseFile(file);
  open();
  key(Qt::Key_1, Qt::AltModifier);
  ASSERT_TRUE(QTest::qWaitFor(
      [&] { return bench().notesState() == QStringLiteral("Saved to ") + file + QLatin1Char('.'); },
      20'000))
      << bench().notesState().toStdString();
  const std::uint32_t finding = *bench().selectedFinding();
  ASSERT_NE(bench().noteOnFinding(finding), nullptr);
  EXPECT_EQ(bench().noteOnFinding(finding)->verdict, Verdict::malicious);
  const int row = findings()->model()->rowOfFinding(finding);
  EXPECT_THAT(findings()->model()->index(row, 0).data().toString().toStdString(),
              testing::StartsWith("[malicious] "));
  // Another window on the same evidence reads what was said.
  SessionCaseService other({}, [](std::function<void()> run) {
    QMetaObject::invokeMethod(qApp, std::move(run), Qt::QueuedConnection);
  });
  Workbench again(other);
  again.setCaseFile(file);
  again.openPaths({QString::fromUtf8(std::getenv("STEMMA_ROOT")) +
                   QStringLiteral("/samples/azure-run-command")});
  ASSERT_TRUE(QTest::qWaitFor(
      [&] {
        return again.openCase() && again.openCase()->stage == Stage::complete &&
               again.annotations().size() == 1;
      },
      60'000));
  ASSERT_NE(again.noteOnFinding(finding), nullptr);
  EXPECT_THAT(again.caseNotes().size(), testing::Le(1u));  // that the first window holds the file
}

TEST_F(Window, ACaseFileThatIsNoneIsSaidAndTheRestGoesOn) {
  const QTemporaryDir folder;
  const QString file = folder.filePath(QStringLiteral("odd.stemma"));
  QFile odd(file);
  ASSERT_TRUE(odd.open(QIODevice::WriteOnly));
  odd.write("not a case file at all, but long enough to be looked at by whoever opens it");
  odd.close();
  window.openCaseFile(file);
  open();
  ASSERT_TRUE(QTest::qWaitFor([&] { return !bench().caseNotes().empty(); }, 20'000));
  EXPECT_THAT(bench().caseNotes()[0], HasSubstr("not a case file"));
  EXPECT_GT(events()->model()->rowCount(), 0);
}

QAction* command_of(const QList<QAction*>& commands, const char* text) {
  for (QAction* command : commands) {
    if (command->text() == QLatin1String(text)) return command;
  }
  return nullptr;
}

TEST_F(Window, EvidenceThatShrinksWhileItIsOpenIsNamedAndTheRestGoesOn) {
  const QTemporaryDir folder;
  const std::filesystem::path copy = std::filesystem::path(folder.path().toStdString()) / "case";
  std::filesystem::copy(std::string(std::getenv("STEMMA_ROOT")) +
                            "/samples/azure-run-command/vm-win01/C/Windows/System32/winevt/Logs",
                        copy, std::filesystem::copy_options::recursive);
  const std::filesystem::path log = copy / "Security.evtx", gone = copy / "System.evtx";
  window.openPaths({QString::fromStdString(copy.string())});
  ASSERT_TRUE(QTest::qWaitFor(
      [&] { return bench().openCase() && bench().openCase()->stage == Stage::complete; }, 60'000));
  ASSERT_TRUE(QTest::qWaitFor([&] { return details()->details().read; }, 60'000));
  auto* watch = window.findChild<EvidenceWatch*>();
  ASSERT_NE(watch, nullptr);
  EXPECT_TRUE(watch->changedFiles().empty());

  std::filesystem::resize_file(log, 4096);
  std::filesystem::remove(gone);
  const CaseSnapshot& snapshot = *bench().openCase()->snapshot;
  const auto last_of = [&](std::string_view name) {
    EventId found;
    for (std::size_t i = 0; i < snapshot.events.size(); ++i) {
      const SourceSpan source = snapshot.events.source(EventId::from_index(i));
      if (snapshot.artifact(source.artifact).path.ends_with(name) && source.offset > 8192)
        found = EventId::from_index(i);
    }
    return found;
  };
  const EventId lost = last_of("Security.evtx"), kept = last_of("Sysmon%4Operational.evtx");
  ASSERT_TRUE(lost);
  ASSERT_TRUE(kept);
  // Clicked before anybody looked: the program goes on, and says what it is about.
  bench().selectEvent(lost);
  ASSERT_TRUE(QTest::qWaitFor([&] { return details()->details().event == lost; }, 20'000));
  EXPECT_FALSE(details()->details().read);
  ASSERT_FALSE(details()->details().pieces.empty());
  EXPECT_EQ(details()->details().pieces.front().change, "has become shorter");
  for (int tab = 0; tab < details()->tabs()->count(); ++tab) {
    details()->tabs()->setCurrentIndex(tab);
    window.grab();
  }
  const auto* story = qobject_cast<QPlainTextEdit*>(details()->tabs()->widget(DetailsPane::kStory));
  EXPECT_THAT(story->toPlainText().toStdString(),
              HasSubstr("The file has become shorter since it was opened"));
  watch->look();
  ASSERT_TRUE(QTest::qWaitFor([&] { return watch->changedFiles().size() == 2; }, 20'000));
  auto* notes = window.findChild<QDockWidget*>(QStringLiteral("notes"));
  EXPECT_TRUE(notes->isVisible());
  const std::string said = notes->findChild<QPlainTextEdit*>()->toPlainText().toStdString();
  EXPECT_THAT(said,
              testing::StartsWith(log.string() + " has become shorter since it was opened.\n\n" +
                                  gone.string() + " is gone since it was opened.\n\n"));
  bench().selectEvent(kept);
  ASSERT_TRUE(QTest::qWaitFor([&] { return details()->details().event == kept; }, 20'000));
  EXPECT_TRUE(details()->details().read);
  EXPECT_EQ(details()->details().pieces.front().change, "");
  // A pass over all of it ends too.
  bench().setFilter({parse_search("whoami").chips, false});
  ASSERT_TRUE(QTest::qWaitFor([&] { return !bench().filtering(); }, 60'000));
  EXPECT_GT(events()->model()->rowCount(), 0);
}

TEST_F(Window, FiltersAreCopiedAsAQuery) {
  open();
  bench().setFilter({parse_search("host:vm-win01 whoami").chips, false});
  key(Qt::Key_Q, Qt::ControlModifier | Qt::ShiftModifier);
  EXPECT_EQ(QApplication::clipboard()->text().toStdString(),
            R"(any where stringContains~(host.name, "vm-win01"))");
}

TEST_F(Window, FrozenColumnsStayWhileTheOthersAreScrolled) {
  open();
  RowView* view = events()->view();
  const auto left = [&](int column) { return view->columnLeft(column); };
  events()->freeze(EventModel::kHost);
  EXPECT_EQ(view->frozen(), 3);
  view->horizontalScrollBar()->setValue(view->horizontalScrollBar()->maximum());
  ASSERT_GT(view->horizontalScrollBar()->value(), 100);
  EXPECT_EQ(left(EventModel::kTime), 0);
  EXPECT_EQ(left(EventModel::kHost), view->header()->sectionPosition(EventModel::kHost));
  EXPECT_LT(left(EventModel::kSource), view->frozenWidth());  // scrolled below them
  EXPECT_EQ(view->columnAt(5), EventModel::kTime);
  EXPECT_EQ(view->indexAt({view->frozenWidth() - 5, 5}).column(), EventModel::kHost);
  EXPECT_EQ(view->columnAt(view->viewport()->width() - 5), EventModel::kSummary);
  window.grab();
  // Its field of the filter row is where the column is; those below the frozen ones take no clicks.
  for (const QLineEdit* field : view->findChildren<QLineEdit*>()) {
    if (field->accessibleName() == QStringLiteral("Filter by host.name")) {
      EXPECT_EQ(field->x(), left(EventModel::kHost));
    } else if (field->accessibleName() == QStringLiteral("Filter by winlog.channel")) {
      EXPECT_TRUE(!field->isVisible() || field->x() >= view->frozenWidth());
    }
  }
  // Wider, moved, and with further columns.
  view->header()->resizeSection(EventModel::kTime, 180);
  EXPECT_EQ(left(EventModel::kNote), 180);
  events()->model()->setFurther({QStringLiteral("user.name")});
  EXPECT_EQ(view->frozen(), 3);
  view->header()->moveSection(EventModel::kCode, 0);
  EXPECT_TRUE(view->isFrozen(EventModel::kCode));
  EXPECT_FALSE(view->isFrozen(EventModel::kHost));
  window.grab();
  view->setFrozen(0);
  window.grab();
  for (const QLineEdit* field : view->findChildren<QLineEdit*>()) {
    if (field->accessibleName() == QStringLiteral("Filter by event.code")) {
      EXPECT_EQ(field->x(), view->header()->sectionViewportPosition(EventModel::kCode));
    }
  }
  view->setFrozen(1000);  // hardly any room would be left
  EXPECT_EQ(view->frozenWidth(), 0);
  EXPECT_EQ(left(EventModel::kCode), view->header()->sectionViewportPosition(EventModel::kCode));
  events()->freeze(-1);
  EXPECT_EQ(view->frozen(), 0);
  events()->model()->setFurther({});
  view->header()->moveSection(0, EventModel::kCode);
}

TEST_F(Window, HiddenLanesAreALimitThatTheBannerTellsAndLifts) {
  open();
  auto* banner = window.findChild<QWidget*>(QStringLiteral("banner"));
  auto* timeline = window.findChild<TimelineView*>();
  ASSERT_TRUE(QTest::qWaitFor([&] { return timeline->lanes().size() > 0; }, 20'000));
  key(Qt::Key_3, Qt::ControlModifier);
  key(Qt::Key_H);
  EXPECT_TRUE(banner->isVisible());
  EXPECT_EQ(banner->findChild<QLabel*>()->text().toStdString(),
            "A lane of the timeline is hidden.");
  key(Qt::Key_0, Qt::ControlModifier);
  EXPECT_FALSE(banner->isVisible());
  EXPECT_TRUE(timeline->lanes().hidden().empty());
}

TEST_F(Window, ManySelectedEventsAreJudgedAndTaggedAtOnce) {
  const QTemporaryDir folder;
  window.openCaseFile(folder.filePath(QStringLiteral("case.stemma")));
  open();
  events()->view()->setFocus();
  key(Qt::Key_Home);
  for (int i = 0; i < 4; ++i) key(Qt::Key_Down, Qt::ShiftModifier);
  EXPECT_THAT(events()->findChild<QLabel*>()->text().toStdString(), HasSubstr(" · 5 selected"));
  key(Qt::Key_2, Qt::AltModifier);
  EXPECT_EQ(bench().annotations().size(), 5u);
  auto* list = window.findChild<BookmarksPane*>();
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(list->model()->rowCount(), 5);
  for (int row = 0; row < 5; ++row) {
    EXPECT_THAT(events()->model()->index(row, EventModel::kNote).data().toString().toStdString(),
                "suspicious");
  }
  window.tag(events()->selectedTargets(100), QStringLiteral("c2, night"));
  window.tag(events()->selectedTargets(100), QStringLiteral("-night"));
  EXPECT_EQ(bench().annotations().tags(), (std::map<std::string, std::size_t>{{"c2", 5}}));
  key(Qt::Key_Z, Qt::ControlModifier | Qt::AltModifier);
  EXPECT_EQ(bench().annotations().tags(),
            (std::map<std::string, std::size_t>{{"c2", 5}, {"night", 5}}));
  key(Qt::Key_Z, Qt::ControlModifier | Qt::AltModifier);
  key(Qt::Key_Z, Qt::ControlModifier | Qt::AltModifier);
  EXPECT_TRUE(bench().annotations().empty());
  key(Qt::Key_Y, Qt::ControlModifier | Qt::AltModifier);
  EXPECT_EQ(bench().annotations().size(), 5u);

  // From the list back to the event, by keys.
  key(Qt::Key_B, Qt::ControlModifier | Qt::ShiftModifier);
  key(Qt::Key_End);
  bench().clearSelection();
  key(Qt::Key_Return);
  EXPECT_TRUE(bench().view().selection.event);
  EXPECT_LT(bench().view().selection.event.index(), 5u);
}

TEST_F(Window, AViewIsKeptUnderItsNameWithTheCase) {
  const QTemporaryDir folder;
  const QString file = folder.filePath(QStringLiteral("case.stemma"));
  window.openCaseFile(file);
  open();
  auto* views = window.findChild<ViewMenu*>();
  ASSERT_NE(views, nullptr);
  bench().setFilter({parse_search("host:vm-win01").chips, false});
  events()->setLook({{QStringLiteral("user.name")}, {EventSort::By::host, true, {}}});
  const View saved = bench().view();
  views->save(QStringLiteral(" first & run "));
  ASSERT_TRUE(QTest::qWaitFor(
      [&] { return bench().notesState() == QStringLiteral("Saved to ") + file + QLatin1Char('.'); },
      20'000))
      << bench().notesState().toStdString();
  bench().setView({});
  events()->setLook({});
  QTest::qWait(50);
  QAction* go = command_of(views->commands(), "View: first && run");
  ASSERT_NE(go, nullptr);
  go->trigger();
  EXPECT_EQ(bench().view(), saved);
  EXPECT_EQ(events()->look(),
            (GridLook{{QStringLiteral("user.name")}, {EventSort::By::host, true, {}}}));
  bench().undo();
  EXPECT_EQ(bench().view(), View{});  // one step

  // What the case file keeps, another window reads; the look of the grid was not worth a file, and
  // is in this one.
  SessionCaseService other({}, [](std::function<void()> run) {
    QMetaObject::invokeMethod(qApp, std::move(run), Qt::QueuedConnection);
  });
  MainWindow again(other);
  again.openCaseFile(file);
  again.openPaths({QString::fromUtf8(std::getenv("STEMMA_ROOT")) +
                   QStringLiteral("/samples/azure-run-command")});
  auto* again_views = again.findChild<ViewMenu*>();
  ASSERT_TRUE(QTest::qWaitFor([&] { return !again_views->commands().isEmpty(); }, 60'000));
  again_views->apply(QStringLiteral("first & run"));
  EXPECT_EQ(again.bench().view(), saved);

  command_of(views->commands(), "Delete view: first && run")->trigger();
  ASSERT_TRUE(QTest::qWaitFor([&] { return views->commands().isEmpty(); }, 20'000));
  views->save(QStringLiteral(" "));
  EXPECT_TRUE(savedViewNames(bench().settings()).isEmpty());
}

TEST_F(Window, ColumnsAndOrderAreKeptWithACaseThatHasAFile) {
  const QTemporaryDir folder;
  const QString file = folder.filePath(QStringLiteral("case.stemma"));
  window.openCaseFile(file);
  open();
  QHeaderView* header = events()->view()->header();
  QTest::mouseClick(header->viewport(), Qt::LeftButton, {},
                    {header->sectionViewportPosition(EventModel::kHost) + 10, 8});
  QTest::qWait(300);
  EXPECT_FALSE(QFile::exists(file));  // nothing was said yet
  key(Qt::Key_1, Qt::AltModifier);
  ASSERT_TRUE(QTest::qWaitFor([&] { return QFile::exists(file); }, 20'000));
  events()->setLook({});
  window.openCaseFile(file);
  open();
  ASSERT_TRUE(QTest::qWaitFor(
      [&] {
        return events()->model()->sort() == EventSort{EventSort::By::host, false, {}};
      },
      20'000));
}

TEST_F(Window, EveryControlHasAName) {
  for (const QWidget* widget : window.findChildren<QWidget*>()) {
    if (qobject_cast<const RowView*>(widget) == nullptr &&
        qobject_cast<const QLineEdit*>(widget) == nullptr)
      continue;
    if (widget->objectName().startsWith(QStringLiteral("qt_"))) continue;
    if (qobject_cast<const QLineEdit*>(widget) != nullptr &&
        widget->parentWidget()->inherits("QComboBox"))
      continue;
    EXPECT_FALSE(widget->accessibleName().isEmpty()) << widget->metaObject()->className();
  }
}

TEST_F(Window, NoTwoCommandsShareAKey) {
  QStringList keys;
  for (const QAction* command : window.commands()) {
    for (const QKeySequence& key : command->shortcuts()) {
      EXPECT_FALSE(keys.contains(key.toString())) << key.toString().toStdString();
      keys << key.toString();
    }
  }
  EXPECT_GT(keys.size(), 25);
  EXPECT_THAT(keysText(window.commands()).toStdString(), HasSubstr("Ctrl+Shift+P"));
}

std::string hex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += "0123456789ABCDEF"[byte >> 4];
    out += "0123456789ABCDEF"[byte & 15];
  }
  return out;
}

// An audit log that somebody wrote for the analyst's eyes: markup, escape sequences, text that runs
// backwards, a command line of 32 KiB, a crowd of children, a long chain.
std::string hostile_log() {
  std::string log;
  int serial = 1;
  const auto exec = [&](int pid, int parent, std::string_view executable,
                        std::string_view argument) {
    const std::string head = "msg=audit(1770000000." + std::to_string(100 + serial % 900) + ":" +
                             std::to_string(serial) + "): ";
    ++serial;
    log += "type=SYSCALL " + head +
           "arch=c000003e syscall=59 success=yes exit=0 items=2 ppid=" + std::to_string(parent) +
           " pid=" + std::to_string(pid) +
           " auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=3 "
           "comm=\"x\" exe=" +
           hex(executable) + " key=(null)\n";
    log += "type=EXECVE " + head + "argc=2 a0=\"x\" a1=" + hex(argument) + "\n";
  };
  exec(100, 1, "/tmp/<b>bold</b>&amp;", "<img src=x onerror=alert(1)><script>alert(1)</script>");
  exec(101, 100, "/tmp/\x1b[31mred", "\x1b]0;owned\x07\x1b[2J");
  exec(102, 100, "/tmp/\u202egnp.exe", "\u2066\u202eevil\u2069 zero\u200bwidth");
  exec(103, 100, "/tmp/long", std::string(32768, 'A'));
  for (int i = 0; i < 5000; ++i)
    exec(10'000 + i, 100, i % 2 == 0 ? "/bin/id" : "/bin/ls", std::to_string(i));
  for (int i = 0; i < 300; ++i) exec(20'000 + i, i == 0 ? 100 : 19'999 + i, "/bin/sh", "deep");
  return log;
}

bool safe(const QString& text) {
  for (const QChar c : text) {
    if (c.category() == QChar::Other_Control || c.category() == QChar::Other_Format) return false;
  }
  return true;
}

TEST_F(Window, HostileTextIsShownAsText) {
  const QTemporaryDir folder;
  QFile file(folder.filePath(QStringLiteral("audit.log")));
  ASSERT_TRUE(file.open(QIODevice::WriteOnly));
  const std::string log = hostile_log();
  file.write(log.data(), static_cast<qint64>(log.size()));
  file.close();
  window.openPaths({folder.path()});
  ASSERT_TRUE(QTest::qWaitFor(
      [&] { return bench().openCase() && bench().openCase()->stage == Stage::complete; }, 60'000));
  tree()->model()->expandEverything();
  std::size_t processes = 0;  // of which many lie in rows that stand for several
  for (int row = 0; row < tree()->model()->rowCount(); ++row) {
    const ProcessRow& one = tree()->model()->rows()[static_cast<std::size_t>(row)];
    if (one.kind == ProcessRow::Kind::process) ++processes;
    if (one.kind == ProcessRow::Kind::more) processes += one.count;
  }
  EXPECT_GE(processes, 5304u);
  for (int row = 0; row < tree()->model()->rowCount(); ++row) {
    for (int column = 0; column < ProcessModel::kColumns; ++column) {
      const QString text = tree()->model()->index(row, column).data().toString();
      ASSERT_TRUE(safe(text)) << text.toStdString();
    }
  }
  for (const char* word : {"b>&amp;", "red", "gnp", "long"}) {
    const EntityId found = tree()->model()->find(QString::fromLatin1(word), {}, true);
    ASSERT_TRUE(found) << word;
    bench().selectEntity(found);
    ASSERT_TRUE(QTest::qWaitFor(
        [&] {
          return details()->details().read &&
                 details()->details().event == bench().view().selection.event;
        },
        20'000));
    for (int tab = 0; tab < details()->tabs()->count(); ++tab) {
      details()->tabs()->setCurrentIndex(tab);
      window.grab();
    }
    // Whatever shows evidence takes it for plain text.
    for (const QLabel* label : window.findChildren<QLabel*>()) {
      EXPECT_TRUE(label->textFormat() == Qt::PlainText || !label->text().contains(QLatin1Char('<')))
          << label->text().toStdString();
      EXPECT_TRUE(safe(label->text().remove(QLatin1Char('\n')))) << label->text().toStdString();
    }
  }
  tree()->turn();
  window.grab();
  EXPECT_THAT(
      processPath(*bench().openCase()->snapshot,
                  tree()->model()->find(QStringLiteral("b>&amp;"), {}, true), PathFormat::text)
          .toStdString(),
      HasSubstr("b>&amp; (100)"));
}

// A model of as many rows as there can be, which counts how often it is asked.
class EndlessModel : public QAbstractTableModel {
 public:
  int rowCount(const QModelIndex& parent) const override {
    return parent.isValid() ? 0 : std::numeric_limits<int>::max();
  }
  int columnCount(const QModelIndex& parent) const override { return parent.isValid() ? 0 : 3; }
  QVariant data(const QModelIndex& index, int role) const override {
    ++asked;
    return role == Qt::DisplayRole
               ? QVariant(QStringLiteral("<b>row</b> %1 \\u{202e}").arg(index.row()))
               : QVariant();
  }
  mutable std::size_t asked = 0;
};

TEST(RowView, AsksForWhatIsOnScreenHoweverManyRowsThereAre) {
  EndlessModel model;
  RowView view;
  view.setModel(&model);
  view.resize(800, 600);
  view.show();
  static_cast<void>(QTest::qWaitForWindowExposed(&view));
  const std::size_t a_screen = static_cast<std::size_t>(view.visibleRows() + 3) * 3 * 12;
  model.asked = 0;
  view.viewport()->repaint();
  EXPECT_LE(model.asked, a_screen);
  EXPECT_GT(model.asked, 0u);
  view.setCurrentIndex(model.index(std::numeric_limits<int>::max() - 1, 0));
  EXPECT_EQ(view.firstVisibleRow(), std::numeric_limits<int>::max() - view.visibleRows());
  model.asked = 0;
  view.viewport()->repaint();
  EXPECT_LE(model.asked, a_screen);
  QTest::keyClick(&view, Qt::Key_Home);
  EXPECT_EQ(view.currentIndex().row(), 0);
  EXPECT_EQ(view.indexAt({5, 5}).row(), 0);
  EXPECT_EQ(view.visualRect(model.index(1'000'000'000, 0)).height(), view.rowHeight());
}

TEST(ReportPdf, IsPagesOfTheMarkdown) {
  const QTemporaryDir folder;
  const QString path = folder.filePath(QStringLiteral("r.pdf"));
  QString markdown = QStringLiteral("# Report\n\n<b>not bold</b>\n\n```\n");
  for (int i = 0; i < 300; ++i)
    markdown +=
        QStringLiteral("a line of a script that is longer than a page is wide ").repeated(4) +
        QLatin1Char('\n');
  markdown += QStringLiteral("```\n\n| a | b |\n| - | - |\n| 1 | 2 |\n");
  EXPECT_EQ(writePdf(markdown, path).toStdString(), "");
  QFile file(path);
  ASSERT_TRUE(file.open(QIODevice::ReadOnly));
  const QByteArray bytes = file.readAll();
  EXPECT_TRUE(bytes.startsWith("%PDF-1."));
  EXPECT_GT(bytes.count("/Type /Page\n"), 5);
  EXPECT_THAT(writePdf(markdown, QStringLiteral("/no/such/folder/r.pdf")).toStdString(),
              testing::StartsWith("/no/such/folder/r.pdf could not be written: "));
}

TEST(FindValue, Utf16ThenUtf8ThenHexadecimal) {
  using namespace std::string_literals;
  const auto at = [](std::string_view record, std::string_view value) {
    std::vector<std::pair<std::size_t, std::size_t>> places;
    for (const ByteRange& place : find_value(record, value))
      places.emplace_back(place.offset, place.length);
    return places;
  };
  EXPECT_THAT(at("xxa\0b\0yy"s, "ab"),
              testing::ElementsAre(std::pair<std::size_t, std::size_t>{2, 4}));
  EXPECT_THAT(at("exe=\"/bin/sh\" x=/bin/sh", "/bin/sh"),
              testing::ElementsAre(std::pair<std::size_t, std::size_t>{5, 7},
                                   std::pair<std::size_t, std::size_t>{16, 7}));
  EXPECT_THAT(at("proctitle=6C73002D6C", "ls"),
              testing::ElementsAre(std::pair<std::size_t, std::size_t>{10, 4}));
  EXPECT_THAT(at("abc", ""), testing::ElementsAre());
  EXPECT_THAT(at("abc", "zz"), testing::ElementsAre());
}

}  // namespace
}  // namespace stemma::ui

int main(int argc, char** argv) {
  if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
  QStandardPaths::setTestModeEnabled(true);
  QApplication application(argc, argv);
  const QTemporaryDir settings;  // no arrangement of an analyst's is read or changed
  QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, settings.path());
  QApplication::setOrganizationName(QStringLiteral("stemma"));
  QApplication::setApplicationName(QStringLiteral("window-test"));
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
