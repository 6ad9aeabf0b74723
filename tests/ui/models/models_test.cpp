// The window's models over the samples, without a window: every index checked by Qt's own tester
// while a case opens, is filtered, folded and undone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <cstdlib>

#include "app/gui/session_case_service.hpp"
#include "ui/models/event_model.hpp"
#include "ui/models/finding_model.hpp"
#include "ui/models/gap_text.hpp"
#include "ui/models/process_model.hpp"
#include "ui/models/roles.hpp"
#include "ui/timeline/model.hpp"

namespace stemma::ui {
namespace {

using testing::HasSubstr;

class Models : public testing::Test {
 protected:
  Models()
      : service({}, [](std::function<void()> run) {
          QMetaObject::invokeMethod(qApp, std::move(run), Qt::QueuedConnection);
        }) {}

  void open() {
    bench.openPaths({QString::fromUtf8(std::getenv("STEMMA_ROOT")) +
                     QStringLiteral("/samples/azure-run-command")});
    wait([&] { return bench.openCase() && bench.openCase()->stage == Stage::complete; });
  }

  // Runs the event loop until something holds; a minute at most, so that a fault is a failed test.
  void wait(const std::function<bool()>& holds) {
    QElapsedTimer timer;
    timer.start();
    while (!holds() && timer.elapsed() < 60'000) {
      QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
    }
    ASSERT_TRUE(holds());
    for (int i = 0; i < 3; ++i) QCoreApplication::processEvents();
  }

  void filter(std::string_view text) {
    Filter one;
    one.chips = parse_search(text).chips;
    bench.setFilter(one);
    wait([&] { return !bench.filtering(); });
  }

  SessionCaseService service;
  Workbench bench{service};
  EventModel events{bench};
  ProcessModel processes{bench};
  FindingModel findings{bench};
  QAbstractItemModelTester events_tester{&events,
                                         QAbstractItemModelTester::FailureReportingMode::Fatal};
  QAbstractItemModelTester processes_tester{&processes,
                                            QAbstractItemModelTester::FailureReportingMode::Fatal};
  QAbstractItemModelTester findings_tester{&findings,
                                           QAbstractItemModelTester::FailureReportingMode::Fatal};
};

std::string text(const QAbstractItemModel& model, int row, int column) {
  return model.index(row, column).data(Qt::DisplayRole).toString().toStdString();
}

TEST_F(Models, AreEmptyBeforeACaseIsOpen) {
  EXPECT_EQ(events.rowCount(), 0);
  EXPECT_EQ(processes.rowCount(), 0);
  EXPECT_EQ(findings.rowCount(), 0);
  bench.selectFinding(0);
  bench.selectEvent(EventId{1});
  bench.selectEntity(EntityId{1});
  EXPECT_EQ(bench.view(), View{});
}

TEST_F(Models, EventsShowTheWholeCaseThenWhatAFilterLeaves) {
  open();
  const int all = events.rowCount();
  EXPECT_EQ(static_cast<std::size_t>(all), bench.openCase()->snapshot->events.size());
  filter("whoami");
  EXPECT_GT(events.rowCount(), 0);
  EXPECT_LT(events.rowCount(), all);
  for (int row = 0; row < events.rowCount(); ++row)
    EXPECT_EQ(events.rowOf(events.eventAt(row)), row);
  Filter highlight = bench.view().filter;
  highlight.highlight = true;
  bench.setFilter(highlight);
  wait([&] { return !bench.filtering(); });
  EXPECT_EQ(events.rowCount(), all);
  int hits = 0;
  for (int row = 0; row < all; ++row) hits += events.index(row, 0).data(kHitRole).toBool() ? 1 : 0;
  EXPECT_EQ(static_cast<std::size_t>(hits), bench.filtered()->size());
  bench.undo();
  bench.undo();
  EXPECT_EQ(events.rowCount(), all);
  EXPECT_EQ(bench.filtered(), nullptr);
}

TEST_F(Models, SummariesComeLaterAndStay) {
  open();
  EXPECT_EQ(text(events, 0, EventModel::kSummary), "…");
  wait([&] { return text(events, 0, EventModel::kSummary) != "…"; });
  events.setFurther({QStringLiteral("process.command_line"), QStringLiteral("user.name")});
  filter("process where event.type == \"start\" and process.name == \"whoami.exe\"");
  ASSERT_GT(events.rowCount(), 0);
  wait([&] { return text(events, 0, EventModel::kFixedColumns) != "…"; });
  EXPECT_THAT(text(events, 0, EventModel::kFixedColumns), HasSubstr("whoami"));
  EXPECT_EQ(text(events, 0, EventModel::kProcess).substr(0, 10), "whoami.exe");
}

TEST_F(Models, LatestFirstIsTheSameTurnedRound) {
  open();
  const EventId first = events.eventAt(0);
  const int last = events.rowCount() - 1;
  events.setSort({EventSort::By::time, true, {}});
  EXPECT_EQ(events.eventAt(last), first);
  EXPECT_EQ(events.rowOf(first), last);
}

TEST_F(Models, EventsAreSortedByAColumnThreeClicksRound) {
  open();
  const auto column = [&](int which) {
    std::vector<std::string> cells;
    for (int row = 0; row < events.rowCount(); ++row) cells.push_back(text(events, row, which));
    return cells;
  };
  const std::vector<std::string> in_time = column(EventModel::kTime);
  events.sortByColumn(EventModel::kHost);
  EXPECT_TRUE(events.sorting());
  EXPECT_EQ(column(EventModel::kTime), in_time);  // until the order is there
  wait([&] { return !events.sorting(); });
  const std::vector<std::string> hosts = column(EventModel::kHost);
  EXPECT_TRUE(std::is_sorted(hosts.begin(), std::find(hosts.begin(), hosts.end(), "")));
  EXPECT_NE(hosts.front(), hosts[hosts.size() / 2]);
  for (int row = 0; row < events.rowCount(); ++row)
    ASSERT_EQ(events.rowOf(events.eventAt(row)), row);
  EXPECT_EQ(events.sortText(), QStringLiteral("by Host, upwards"));
  EXPECT_EQ(events.headerData(EventModel::kHost, Qt::Horizontal, Qt::DisplayRole).toString(),
            QStringLiteral("Host ▾"));
  events.sortByColumn(EventModel::kHost);
  wait([&] { return !events.sorting(); });
  EXPECT_EQ(text(events, 0, EventModel::kHost), *std::max_element(hosts.begin(), hosts.end()));
  EXPECT_EQ(events.sortText(), QStringLiteral("by Host, downwards"));
  events.sortByColumn(EventModel::kHost);
  EXPECT_FALSE(events.sorting());
  EXPECT_EQ(column(EventModel::kTime), in_time);
  EXPECT_EQ(events.sortText(), QString());
}

TEST_F(Models, AFilterAndASortHoldTogether) {
  open();
  events.sortByColumn(EventModel::kProcess);
  wait([&] { return !events.sorting(); });
  const int all = events.rowCount();
  filter("event.category:process");
  wait([&] { return !events.sorting(); });
  ASSERT_LT(events.rowCount(), all);
  ASSERT_GT(events.rowCount(), 10);
  for (int row = 0; row < events.rowCount(); ++row) {
    ASSERT_EQ(events.rowOf(events.eventAt(row)), row);
    EXPECT_THAT(text(events, row, EventModel::kCategory), HasSubstr("process"));
  }
  bench.undo();
  wait([&] { return !events.sorting(); });
  EXPECT_EQ(events.rowCount(), all);
  // One that is replaced while it runs gives no order.
  events.setSort({EventSort::By::summary, false, {}});
  events.setSort({EventSort::By::code, true, {}});
  wait([&] { return !events.sorting(); });
  EXPECT_EQ(events.sortText(), QStringLiteral("by Code, downwards"));
  EXPECT_EQ(bench.view().filter, Filter{});
}

// One exec, 900 serials that nobody has, then the shell's child.
TEST_F(Models, AGapIsABadgeOfTheProcessesItConcerns) {
  QTemporaryDir folder;
  QFile log(folder.filePath(QStringLiteral("audit.log")));
  ASSERT_TRUE(log.open(QIODevice::WriteOnly));
  int serial = 0;
  const auto exec = [&](int second, int pid, int parent) {
    ++serial;
    const QByteArray head = "msg=audit(" + QByteArray::number(1770000000 + second) +
                            ".000:" + QByteArray::number(serial) + "): ";
    log.write("type=SYSCALL " + head + "arch=c000003e syscall=59 success=yes exit=0 items=2 ppid=" +
              QByteArray::number(parent) + " pid=" + QByteArray::number(pid) +
              " auid=0 uid=0 gid=0 euid=0 comm=\"x\" exe=\"/bin/x\" key=(null)\n");
    log.write("type=EXECVE " + head + "argc=1 a0=\"x\"\n");
  };
  exec(0, 100, 1);
  for (int i = 1; i < 60; ++i) exec(i, 1000 + i, 100);
  serial += 9000;
  exec(3600, 200, 100);
  for (int i = 1; i < 60; ++i) exec(3600 + i, 2000 + i, 200);
  log.close();
  bench.openPaths({folder.path()});
  wait([&] { return bench.openCase() && bench.openCase()->stage == Stage::complete; });
  const EntityId entity = processes.find(QStringLiteral("100"), {}, true);
  const EntityId late = processes.find(QStringLiteral("200"), {}, true);
  ASSERT_TRUE(entity);
  ASSERT_TRUE(late);
  EXPECT_EQ(gapPills(bench, entity), QString());  // the timeline is not there yet
  const auto request = bench.service().make_timeline(
      bench.openCase(), nullptr, [this](std::shared_ptr<const timeline::Model> model) {
        bench.setTimeline(std::move(model));
      });
  wait([&] { return bench.timeline() != nullptr; });
  const int row = processes.reveal(late);
  EXPECT_THAT(
      processes.index(row, ProcessModel::kActivity).data(kPillsRole).toString().toStdString(),
      HasSubstr("gap 1\t"));
  EXPECT_THAT(
      processes.index(row, 0).data(Qt::ToolTipRole).toString().toStdString(),
      HasSubstr("between its parent's start and its own: 9000 audit serials missing (auditd), "
                "2026-02-02 02:40:59.000 UTC – 2026-02-02 03:40:00.000 UTC"));
  EXPECT_EQ(gapLines(bench, entity).size(), 1);
  EXPECT_TRUE(gapLines(bench, entity).front().startsWith(QStringLiteral("while it lived: ")));
}

// The report of the window and the CLI's are about the same findings and runs.
TEST_F(Models, ExceptionsAndChannelsOfTheAnalystHoldForListsAndReport) {
  open();
  const std::size_t all = bench.openCase()->findings.size();
  const QTemporaryDir folder;
  QFile file(folder.filePath(QStringLiteral("exceptions.toml")));
  ASSERT_TRUE(file.open(QIODevice::WriteOnly));
  file.write(
      "[[exception]]\nrule_id = \"*\"\ncondition = 'process.name : \"whoami*\"'\n"
      "reason = \"the inventory asks\"\nowner = \"j.doe\"\nexpires = 2999-01-01\n");
  file.close();
  GuiOptions options;
  options.exceptions = {file.fileName().toStdString()};
  options.all_channels = true;
  SessionCaseService other(options, [](std::function<void()> run) {
    QMetaObject::invokeMethod(qApp, std::move(run), Qt::QueuedConnection);
  });
  Workbench with(other);
  with.openPaths({QString::fromUtf8(std::getenv("STEMMA_ROOT")) +
                  QStringLiteral("/samples/azure-run-command")});
  wait([&] { return with.openCase() && with.openCase()->stage == Stage::complete; });
  const std::size_t left = with.openCase()->findings.size();
  ASSERT_LT(left, all);
  const std::string said = std::to_string(all - left) +
                           " findings set aside by an exception: the inventory asks (j.doe, until "
                           "2999-01-01).";
  EXPECT_THAT(with.openCase()->notes, testing::Contains(said));
  EXPECT_GE(with.openCase()->incident->invocations.size(),
            bench.openCase()->incident->invocations.size());
  const QString report = folder.filePath(QStringLiteral("report.md"));
  bool written = false;
  const auto request =
      other.write_report(report.toStdString(), "md", [&](const std::string& error) {
        EXPECT_EQ(error, "");
        written = true;
      });
  wait([&] { return written; });
  QFile markdown(report);
  ASSERT_TRUE(markdown.open(QIODevice::ReadOnly));
  const std::string text = markdown.readAll().toStdString();
  EXPECT_THAT(text, HasSubstr(std::to_string(all - left) + " findings set aside by an exception"));
  EXPECT_THAT(text, HasSubstr("--all-channels"));
}

TEST_F(Models, ASelectedFindingBringsItsEventProcessAndRun) {
  open();
  ASSERT_FALSE(bench.openCase()->findings.empty());
  bench.selectFinding(0);
  const Finding& finding = bench.openCase()->findings[0];
  EXPECT_EQ(bench.view().selection.event, finding.event);
  EXPECT_EQ(bench.view().selection.entity, finding.entity);
  EXPECT_TRUE(bench.selectedInvocation());
  const int row = processes.reveal(finding.entity);
  ASSERT_GE(row, 0);
  EXPECT_EQ(processes.entityAt(row), finding.entity);
  EXPECT_GE(findings.rowOfFinding(0), 0);
  bench.undo();
  EXPECT_EQ(bench.view(), View{});
}

TEST_F(Models, TheTreeOpensClosesAndIsLimited) {
  open();
  processes.collapseEverything();
  const int hosts = 4;
  const int folded = processes.rowCount();
  processes.expandEverything();
  const int all = processes.rowCount();
  EXPECT_GT(all, folded);
  // Every process has a row, or a row that stands for it.
  std::size_t rows = 0;
  for (int row = 0; row < all; ++row) {
    const ProcessRow& one = processes.rows()[static_cast<std::size_t>(row)];
    if (one.kind == ProcessRow::Kind::more) rows += one.count;
    if (one.kind == ProcessRow::Kind::process) ++rows;
  }
  EXPECT_EQ(rows, bench.openCase()->snapshot->tree.entities().size());
  int seen_hosts = 0;
  for (int row = 0; row < all; ++row)
    seen_hosts +=
        processes.index(row, 0).data(kMarkRole).toInt() == static_cast<int>(Mark::host) ? 1 : 0;
  EXPECT_GE(seen_hosts, hosts);
  for (int row = processes.rowCount() - 1; row >= 0; --row) processes.collapse(row);
  for (int row = 0; row < processes.rowCount(); ++row) processes.expand(row);
  bench.selectFinding(0);
  const EntityId root =
      bench.openCase()->snapshot->tree.entity(bench.view().selection.entity).parent;
  bench.setRoot(root);
  wait([&] { return processes.rowCount() < all; });
  EXPECT_EQ(processes.entityAt(0), root);
  bench.liftLimits();
  wait([&] { return processes.rowCount() > 20; });
}

TEST_F(Models, ProcessesAreFoundWhateverIsFolded) {
  open();
  processes.collapseEverything();
  const EntityId first = processes.find(QStringLiteral("WHOAMI"), {}, true);
  ASSERT_TRUE(first);
  const EntityId second = processes.find(QStringLiteral("whoami"), first, true);
  ASSERT_TRUE(second);
  EXPECT_NE(first, second);
  EXPECT_EQ(processes.find(QStringLiteral("whoami"), second, false), first);
  EXPECT_FALSE(processes.find(QStringLiteral("no such process"), {}, true));
  EXPECT_GE(processes.reveal(second), 0);
}

TEST_F(Models, FindingsAreGroupedInFourWays) {
  open();
  for (const auto grouping : {FindingModel::Grouping::run, FindingModel::Grouping::rule,
                              FindingModel::Grouping::host, FindingModel::Grouping::severity}) {
    findings.setGrouping(grouping);
    std::size_t listed = 0;
    for (int row = 0; row < findings.rowCount(); ++row) {
      if (!findings.rowAt(row).group) ++listed;
    }
    EXPECT_EQ(listed, bench.openCase()->findings.size());
  }
  findings.setText(QStringLiteral("whoami"));
  EXPECT_GT(findings.shownFindings(), 0u);
  EXPECT_LT(findings.shownFindings(), bench.openCase()->findings.size());
  findings.setGrouping(FindingModel::Grouping::run);
  findings.setText({});
  for (int row = findings.rowCount() - 1; row >= 0; --row) {
    if (findings.rowAt(row).group) findings.collapse(row);
  }
  for (int row = 0; row < findings.rowCount(); ++row) EXPECT_TRUE(findings.rowAt(row).group);
}

TEST_F(Models, ACaseIsReplacedWhileItOpens) {
  const QString samples =
      QString::fromUtf8(std::getenv("STEMMA_ROOT")) + QStringLiteral("/samples/azure-run-command");
  for (int i = 0; i < 5; ++i) {
    bench.openPaths({samples});
    QCoreApplication::processEvents(QEventLoop::AllEvents, 3);
  }
  open();
  EXPECT_GT(events.rowCount(), 0);
}

TEST_F(Models, WhatCannotBeOpenedIsSaid) {
  bench.openPaths({QStringLiteral("/no/such/collection")});
  wait([&] { return bench.openCase() && bench.openCase()->stage == Stage::complete; });
  ASSERT_FALSE(bench.openCase()->notes.empty());
  EXPECT_EQ(bench.openCase()->notes[0], "/no/such/collection could not be opened");
}

TEST_F(Models, PathsOfProcesses) {
  open();
  const EntityId id = processes.find(QStringLiteral("whoami.exe"), {}, true);
  const CaseSnapshot& snapshot = *bench.openCase()->snapshot;
  const std::string path = processPath(snapshot, id, PathFormat::text).toStdString();
  EXPECT_THAT(path, HasSubstr(" → powershell.exe ("));
  EXPECT_THAT(path, HasSubstr(" → whoami.exe ("));
  EXPECT_THAT(processPath(snapshot, id, PathFormat::mermaid).toStdString(),
              testing::StartsWith("graph TD\n  p0[\""));
  EXPECT_THAT(processPath(snapshot, id, PathFormat::dot).toStdString(),
              testing::StartsWith("digraph processes {\n  p0 [label=\""));
}

}  // namespace
}  // namespace stemma::ui

int main(int argc, char** argv) {
  QCoreApplication application(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
