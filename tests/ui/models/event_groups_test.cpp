// The grid with groups, over the samples, without a window: every index checked by Qt's own tester
// while groups are opened, closed, filtered and made anew.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <cstdlib>
#include <random>
#include <set>

#include "app/gui/session_case_service.hpp"
#include "ui/models/event_model.hpp"
#include "ui/models/roles.hpp"

namespace stemma::ui {
namespace {

using testing::ElementsAre;

const EventSort kHost{EventSort::By::host, false, {}}, kProcess{EventSort::By::process, false, {}},
    kNote{EventSort::By::note, false, {}};

class EventGroupsModel : public testing::Test {
 protected:
  void SetUp() override {
    bench.openPaths({QString::fromUtf8(std::getenv("STEMMA_ROOT")) +
                     QStringLiteral("/samples/azure-run-command")});
    wait([&] { return bench.openCase() && bench.openCase()->stage == Stage::complete; });
    total = events.total();
  }

  void wait(const std::function<bool()>& holds) {
    QElapsedTimer timer;
    timer.start();
    while (!holds() && timer.elapsed() < 60'000) {
      QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
    }
    ASSERT_TRUE(holds());
    for (int i = 0; i < 3; ++i) QCoreApplication::processEvents();
  }

  void group(std::vector<EventSort> by) {
    events.setGrouping({std::move(by)});
    wait([&] { return !events.sorting(); });
  }

  void filter(std::string_view text) {
    Filter one;
    one.chips = parse_search(text).chips;
    bench.setFilter(one);
    wait([&] { return !bench.filtering() && !events.sorting(); });
  }

  std::string line(int row) {
    const QModelIndex index = events.index(row, 0);
    return std::string(static_cast<std::size_t>(index.data(kDepthRole).toInt()), ' ') +
           (index.data(kExpandRole).toInt() == 2   ? "- "
            : index.data(kExpandRole).toInt() == 1 ? "+ "
                                                   : "") +
           index.data(Qt::DisplayRole).toString().toStdString();
  }

  std::vector<std::string> lines() {
    std::vector<std::string> all;
    for (int row = 0; row < events.rowCount(); ++row) {
      if (events.groupAt(row)) all.push_back(line(row));
    }
    return all;
  }

  // Each event that is shown is found again where it stands; the others have a line that holds
  // them.
  void expect_whole() {
    std::set<EventId> seen;
    for (int row = 0; row < events.rowCount(); ++row) {
      const EventId event = events.eventAt(row);
      ASSERT_NE(static_cast<bool>(event), events.groupAt(row).has_value());
      const int parent = events.index(row, 0).data(kParentRowRole).toInt();
      ASSERT_LT(parent, row);
      if (parent >= 0) {
        ASSERT_TRUE(events.groupAt(parent));
        ASSERT_EQ(events.index(parent, 0).data(kExpandRole).toInt(), 2);
      }
      if (!event) continue;
      ASSERT_TRUE(seen.insert(event).second);
      ASSERT_EQ(events.rowOf(event), row);
      ASSERT_EQ(events.lineOver(event), -1);
    }
    std::size_t closed = 0;
    for (std::size_t i = 0; i < total; ++i) {
      const EventId event = EventId::from_index(i);
      if (seen.count(event) != 0 || events.lineOver(event) < 0) continue;
      ++closed;
      ASSERT_EQ(events.rowOf(event), -1);
      const std::vector<EventId> held = events.eventsOf(events.lineOver(event), total);
      ASSERT_NE(std::find(held.begin(), held.end(), event), held.end());
    }
    ASSERT_EQ(seen.size() + closed, events.shownEvents());
    std::size_t covered = 0;
    ASSERT_EQ(events.countEvents(0, events.rowCount() - 1, covered), events.shownEvents());
  }

  SessionCaseService service{{}, [](std::function<void()> run) {
                               QMetaObject::invokeMethod(qApp, std::move(run),
                                                         Qt::QueuedConnection);
                             }};
  Workbench bench{service};
  EventModel events{bench};
  QAbstractItemModelTester tester{&events, QAbstractItemModelTester::FailureReportingMode::Fatal};
  std::size_t total = 0;
};

TEST_F(EventGroupsModel, AreLinesWithCountsClosedAtFirst) {
  events.setGrouping({{kHost}});
  EXPECT_TRUE(events.sorting());
  EXPECT_FALSE(events.grouped());
  EXPECT_EQ(static_cast<std::size_t>(events.rowCount()), total);  // until the order is there
  wait([&] { return !events.sorting(); });
  EXPECT_THAT(lines(),
              ElementsAre("+ Host: azure:5c0f1f2e-7f3c-4a51-9d0e-6a6a1d3b9c11 · 53 events",
                          "+ Host: vm-lnx01 · 228 events", "+ Host: vm-lnx02 · 55 events",
                          "+ Host: vm-win01 · 275 events", "+ Host: vm-win02 · 33 events"));
  EXPECT_EQ(events.rowCount(), 5);
  EXPECT_EQ(events.shownEvents(), total);
  EXPECT_EQ(events.groupText(), QStringLiteral("by Host"));
  EXPECT_EQ(events.headerData(EventModel::kHost, Qt::Horizontal, Qt::DisplayRole).toString(),
            QStringLiteral("Host ▾ group 1"));
  const QModelIndex first = events.index(0, 0);
  EXPECT_TRUE(first.data(kSpanRole).toBool());
  EXPECT_TRUE(first.data(kStrongRole).toBool());
  EXPECT_EQ(events.index(3, 0).data(kRawRole).toString(), QStringLiteral("vm-win01"));
  EXPECT_EQ(events.index(3, 0).data(Qt::AccessibleTextRole).toString(),
            QStringLiteral("Host: vm-win01 · 275 events, group of level 1, closed"));
  expect_whole();
  events.expand(2);
  EXPECT_EQ(events.rowCount(), 5 + 55);
  EXPECT_EQ(events.index(3, EventModel::kHost).data(Qt::DisplayRole).toString(),
            QStringLiteral("vm-lnx02"));
  expect_whole();
  events.collapse(2);
  EXPECT_EQ(events.rowCount(), 5);
  group({});
  EXPECT_EQ(static_cast<std::size_t>(events.rowCount()), total);
  EXPECT_FALSE(events.grouped());
  EXPECT_EQ(events.order(), nullptr);
}

TEST_F(EventGroupsModel, LieInOneAnother) {
  group({kHost, kProcess});
  EXPECT_EQ(events.groupText(), QStringLiteral("by Host, then Process"));
  events.expand(4);
  EXPECT_EQ(line(4), "- Host: vm-win02 · 33 events");
  EXPECT_EQ(line(5), " + Process: ARP.EXE · 2 events");
  events.expand(5);
  EXPECT_EQ(line(5), " - Process: ARP.EXE · 2 events");
  for (const int row : {6, 7}) {
    EXPECT_THAT(
        events.index(row, EventModel::kProcess).data(Qt::DisplayRole).toString().toStdString(),
        testing::StartsWith("ARP.EXE ("));
    EXPECT_EQ(events.index(row, 0).data(kParentRowRole).toInt(), 5);
  }
  expect_whole();
  // Turned round by its column, with what was open.
  events.sortByColumn(EventModel::kHost);
  wait([&] { return !events.sorting(); });
  EXPECT_EQ(events.groupText(), QStringLiteral("by Host downwards, then Process"));
  EXPECT_EQ(line(0), "- Host: vm-win02 · 33 events");
  EXPECT_EQ(line(1), " - Process: ARP.EXE · 2 events");
  // Rows inside are sorted by what else is asked for; the groups stay.
  events.setSort({EventSort::By::time, true, {}});
  wait([&] { return !events.sorting(); });
  EXPECT_GT(events.eventAt(2), events.eventAt(3));
  expect_whole();
  // The outer level alone: its open groups are still open.
  group({kHost});
  EXPECT_EQ(line(4), "- Host: vm-win02 · 33 events");
}

TEST_F(EventGroupsModel, HoldTogetherUnderRandomFoldingAndFilters) {
  group({kHost, {EventSort::By::category, true, {}}, kProcess});
  std::mt19937 random(7);
  for (int step = 0; step < 120; ++step) {
    const int row = static_cast<int>(random() % static_cast<unsigned>(events.rowCount()));
    switch (random() % 8) {
      case 0:
        events.collapse(row);
        break;
      case 1:
        events.expandBelow(row);
        break;
      case 2: {
        const EventId event = EventId::from_index(random() % total);
        const int at = events.reveal(event);
        ASSERT_EQ(at, events.rowOf(event));
        break;
      }
      case 3:
        if (random() % 4 == 0) events.collapseEverything();
        if (random() % 8 == 0) events.expandEverything();
        break;
      case 4:
        if (random() % 3 != 0) break;
        filter(random() % 2 == 0 ? "host:vm-win01" : "event.category:process");
        break;
      case 5:
        if (random() % 3 == 0) filter("");
        break;
      default:
        events.expand(row);
    }
    expect_whole();
    if (HasFatalFailure()) return;
  }
}

TEST_F(EventGroupsModel, AFilterLeavesWhatWasOpenOpen) {
  group({kHost});
  events.expand(3);
  filter("event.category:process");
  EXPECT_LT(events.shownEvents(), total);
  bool open = false;
  for (const std::string& one : lines()) open = open || one.starts_with("- Host: vm-win01 · ");
  EXPECT_TRUE(open);
  bench.undo();
  wait([&] { return !bench.filtering() && !events.sorting(); });
  EXPECT_EQ(line(3), "- Host: vm-win01 · 275 events");
  EXPECT_EQ(events.shownEvents(), total);
  filter("nothing-has-this-word");
  EXPECT_EQ(events.rowCount(), 0);
  EXPECT_FALSE(events.grouped());
  EXPECT_EQ(events.reveal(EventId::from_index(0)), -1);
}

TEST_F(EventGroupsModel, OfNotesAreMadeAnewWhenOneIsSaid) {
  group({kNote});
  EXPECT_THAT(lines(), ElementsAre("+ Note: (none) · 644 events"));
  const auto target = bench.noteTarget(EventId::from_index(5));
  ASSERT_TRUE(target);
  bench.annotateAll({*target}, [](Annotation& note) { note.verdict = Verdict::benign; });
  wait([&] { return !events.sorting() && events.rowCount() == 2; });
  EXPECT_THAT(lines(), ElementsAre("+ Note: benign · 1 event", "+ Note: (none) · 643 events"));
  events.expand(0);
  EXPECT_EQ(events.eventAt(1), EventId::from_index(5));
}

TEST_F(EventGroupsModel, TheExportStandsInTheirOrder) {
  group({kHost});
  const auto order = events.order();
  ASSERT_NE(order, nullptr);
  ASSERT_EQ(order->place_at.size(), total);
  events.expandEverything();
  std::size_t at = 0;
  for (int row = 0; row < events.rowCount(); ++row) {
    if (const EventId event = events.eventAt(row)) {
      ASSERT_EQ(EventId::from_index(order->place_at[at++]), event);
    }
  }
  EXPECT_EQ(at, total);
}

TEST_F(EventGroupsModel, WithoutThemNothingIsAGroup) {
  EXPECT_FALSE(events.groupAt(0));
  EXPECT_EQ(events.rowOfGroup(0), -1);
  EXPECT_EQ(events.lineOver(EventId::from_index(0)), -1);
  events.expand(0);
  events.collapse(0);
  events.expandBelow(0);
  events.expandEverything();
  events.collapseEverything();
  EXPECT_EQ(events.reveal(EventId::from_index(9)), 9);
  EXPECT_THAT(events.eventsOf(9, 5), ElementsAre(EventId::from_index(9)));
  EXPECT_EQ(events.index(0, 0).data(kExpandRole).toInt(), 0);
}

}  // namespace
}  // namespace stemma::ui
