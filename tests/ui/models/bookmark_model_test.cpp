// Notes on many things at once, taken back as one, and the list of all of them.
#include "ui/models/bookmark_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <cstdlib>

#include "app/gui/session_case_service.hpp"

namespace stemma::ui {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Bookmarks : public testing::Test {
 protected:
  Bookmarks()
      : service({}, [](std::function<void()> run) {
          QMetaObject::invokeMethod(qApp, std::move(run), Qt::QueuedConnection);
        }) {}

  void open(Workbench& some, const char* part = "") {
    some.setCaseFile(folder.filePath(QStringLiteral("case.stemma")));
    some.openPaths({QString::fromUtf8(std::getenv("STEMMA_ROOT")) +
                    QStringLiteral("/samples/azure-run-command") + QLatin1String(part)});
    wait([&] {
      return some.openCase() && some.openCase()->stage == Stage::complete &&
             some.notesState() != QStringLiteral("The case file is being read…");
    });
  }
  void wait(const std::function<bool()>& holds) {
    QElapsedTimer timer;
    timer.start();
    while (!holds() && timer.elapsed() < 60'000)
      QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
    ASSERT_TRUE(holds());
    for (int i = 0; i < 3; ++i) QCoreApplication::processEvents();
  }
  void saved() {
    wait([&] { return bench.notesState().startsWith(QStringLiteral("Saved to ")); });
  }

  std::vector<NoteTarget> some_events(std::size_t count) {
    std::vector<NoteTarget> targets;
    for (std::size_t i = 0; targets.size() < count; ++i) {
      auto target = bench.noteTarget(EventId::from_index(100 + i));
      EXPECT_TRUE(target);
      // Records with the same bytes are one thing to be noted.
      if (targets.empty() || targets.back().target != target->target) targets.push_back(*target);
    }
    return targets;
  }

  std::vector<std::string> column(int which) {
    std::vector<std::string> cells;
    for (int row = 0; row < model.rowCount(); ++row)
      cells.push_back(model.index(row, which).data().toString().toStdString());
    return cells;
  }

  QTemporaryDir folder;
  SessionCaseService service;
  Workbench bench{service};
  BookmarkModel model{bench};
  QAbstractItemModelTester tester{&model, QAbstractItemModelTester::FailureReportingMode::Fatal};
};

TEST_F(Bookmarks, NotesOnManyThingsAreOneStepBackAndForth) {
  open(bench);
  const auto targets = some_events(40);
  bench.annotateAll({targets.front()}, [](Annotation& one) { one.comment = "before"; });
  bench.annotateAll(targets, [](Annotation& one) {
    one.verdict = Verdict::suspicious;
    one.tags = {"c2"};
  });
  EXPECT_EQ(bench.annotations().size(), 40u);
  EXPECT_EQ(bench.annotations().find(targets.front().target)->comment, "before");
  EXPECT_EQ(model.rowCount(), 40);
  EXPECT_TRUE(bench.undoNote());
  EXPECT_EQ(bench.annotations().size(), 1u);
  EXPECT_EQ(bench.annotations().find(targets.front().target)->verdict, Verdict::none);
  EXPECT_TRUE(bench.redoNote());
  EXPECT_FALSE(bench.redoNote());
  EXPECT_EQ(bench.annotations().size(), 40u);
  saved();

  // What was saved is found again where it lies, by another window.
  SessionCaseService other({}, [](std::function<void()> run) {
    QMetaObject::invokeMethod(qApp, std::move(run), Qt::QueuedConnection);
  });
  Workbench again(other);
  open(again);
  EXPECT_EQ(again.annotations(), bench.annotations());
  for (const PlacedAnnotation& placed : again.placed()) EXPECT_TRUE(placed.found());
  EXPECT_NE(again.noteOn(EventId::from_index(100)), nullptr);

  EXPECT_TRUE(bench.undoNote());
  EXPECT_TRUE(bench.undoNote());
  EXPECT_FALSE(bench.undoNote());
  EXPECT_TRUE(bench.annotations().empty());
  EXPECT_EQ(model.rowCount(), 0);
}

TEST_F(Bookmarks, WhereACapIsExceededNothingChanges) {
  open(bench);
  const auto targets = some_events(3);
  std::size_t asked = 0;
  bench.annotateAll(targets, [&](Annotation& one) {
    one.comment = ++asked == 3 ? std::string(kMaxComment + 1, 'a') : "short";
  });
  EXPECT_EQ(asked, 3u);
  EXPECT_TRUE(bench.annotations().empty());
  EXPECT_FALSE(bench.undoNote());
  EXPECT_THAT(bench.notesState().toStdString(), HasSubstr("comment"));
}

TEST_F(Bookmarks, ListsSortsFiltersAndGoesThere) {
  open(bench);
  const OpenCase& open = *bench.openCase();
  const auto note = [&](NoteTarget target, Verdict verdict, std::vector<std::string> tags) {
    bench.annotateAll({target}, [&](Annotation& one) {
      one.verdict = verdict;
      one.tags = std::move(tags);
    });
  };
  const EntityId entity = open.findings[1].entity;
  note({{TargetKind::finding, open.findings[0].id}, {}}, Verdict::malicious, {"c2"});
  note({*service.target_of(entity), {}}, Verdict::benign, {"admin", "night"});
  note(*bench.noteTarget(EventId::from_index(300)), Verdict::suspicious, {"c2-late"});
  note({{TargetKind::run, open.incident->invocations[2].id}, {}}, Verdict::none, {"zz"});
  note({{TargetKind::finding, "of other evidence"}, {}}, Verdict::false_positive, {});
  EXPECT_THAT(
      column(BookmarkModel::kVerdict),
      testing::UnorderedElementsAre("malicious", "benign", "suspicious", "", "false positive"));
  EXPECT_THAT(column(BookmarkModel::kWhat),
              testing::Contains("not in this evidence: finding of other evidence"));
  model.sortByColumn(BookmarkModel::kVerdict);
  EXPECT_THAT(column(BookmarkModel::kVerdict),
              ElementsAre("malicious", "suspicious", "benign", "false positive", ""));
  model.sortByColumn(BookmarkModel::kVerdict);
  EXPECT_EQ(column(BookmarkModel::kVerdict).back(), "malicious");
  model.sortByColumn(BookmarkModel::kTags);
  EXPECT_THAT(column(BookmarkModel::kTags),
              ElementsAre("", "#admin #night", "#c2", "#c2-late", "#zz"));
  model.setText(QStringLiteral("#C2"));
  EXPECT_THAT(column(BookmarkModel::kTags), ElementsAre("#c2", "#c2-late"));
  ASSERT_TRUE(model.go(1));
  EXPECT_EQ(bench.view().selection.event, EventId::from_index(300));
  model.setText(QStringLiteral("process benign"));
  ASSERT_EQ(model.rowCount(), 1);
  ASSERT_TRUE(model.go(0));
  EXPECT_EQ(bench.view().selection.entity, entity);
  model.setText(QStringLiteral("run:"));
  ASSERT_TRUE(model.go(0));
  EXPECT_EQ(bench.selectedInvocation(), 2u);
  model.setText(QStringLiteral("other evidence"));
  ASSERT_EQ(model.rowCount(), 1);
  EXPECT_FALSE(model.go(0));
  EXPECT_FALSE(model.go(7));
  EXPECT_EQ(model.total(), 5u);
}

}  // namespace
}  // namespace stemma::ui
