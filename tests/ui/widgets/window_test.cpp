// The window driven by simulated keys and mouse, without a screen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QApplication>
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
#include <limits>

#include "app/gui/session_case_service.hpp"
#include "ui/models/roles.hpp"
#include "ui/widgets/command_palette.hpp"
#include "ui/widgets/details_pane.hpp"
#include "ui/widgets/main_window.hpp"
#include "ui/widgets/panes.hpp"

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

  void open() {
    window.openPaths({QString::fromUtf8(std::getenv("STEMMA_ROOT")) +
                      QStringLiteral("/samples/azure-run-command")});
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
  EXPECT_FALSE(banner->isVisible());
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
