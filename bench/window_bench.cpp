// What the window costs on a large collection: from a stage to its first painted frame, scrolling, opening the whole tree, filters, and how
// long the window's thread was ever away. On the offscreen platform; painting goes through the same raster engine.
//
//   window_bench PATH [WORD] [EQL]
#include <fmt/format.h>
#include <sys/resource.h>

#include <QApplication>
#include <QScrollBar>
#include <QSettings>
#include <QTemporaryDir>
#include <QTimer>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>

#include "app/gui/session_case_service.hpp"
#include "ui/widgets/main_window.hpp"
#include "ui/widgets/events_pane.hpp"
#include "ui/widgets/findings_pane.hpp"
#include "ui/widgets/tree_pane.hpp"

namespace {

using namespace stemma;
using namespace stemma::ui;
using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) { return std::chrono::duration<double, std::milli>(Clock::now() - start).count(); }

// How long the window's thread did not come back to its loop, at most.
class Heartbeat : public QObject {
 public:
  Heartbeat() {
    timer_.setInterval(0);
    connect(&timer_, &QTimer::timeout, this, [this] {
      worst_ = std::max(worst_, ms_since(last_));
      over_ += ms_since(last_) > 16 ? 1 : 0;
      last_ = Clock::now();
    });
    timer_.start();
  }
  void begin() {
    worst_ = 0;
    over_ = 0;
    last_ = Clock::now();
  }
  [[nodiscard]] std::string said() const { return fmt::format("worst {:.1f} ms, {} over 16 ms", worst_, over_); }

 private:
  QTimer timer_;
  Clock::time_point last_ = Clock::now();
  double worst_ = 0;
  int over_ = 0;
};

template <class Holds>
void wait(Holds holds) {
  while (!holds()) QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
}

// Memory of its own; pages of the evidence, which is mapped, are the system's to take back.
std::size_t resident() {
  std::ifstream in("/proc/self/status");
  std::string word;
  std::size_t kilobytes = 0;
  while (in >> word) {
    if (word == "RssAnon:") in >> kilobytes;
  }
  return kilobytes * 1024;
}

// Frames of a view while `step` moves it, against 16 ms.
template <class Step>
void frames(const char* name, QWidget* viewport, int count, Step step) {
  std::vector<double> times;
  for (int i = 0; i < count; ++i) {
    const auto start = Clock::now();
    step(i);
    viewport->repaint();
    times.push_back(ms_since(start));
    QCoreApplication::processEvents();
  }
  std::sort(times.begin(), times.end());
  fmt::print("{:<34} {} frames: median {:.2f} ms, worst {:.2f} ms, {} over 16 ms\n", name, count, times[times.size() / 2], times.back(),
             std::count_if(times.begin(), times.end(), [](double ms) { return ms > 16; }));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication application(argc, argv);
  const QTemporaryDir settings;
  QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, settings.path());
  SessionCaseService service({}, [&](std::function<void()> run) { QMetaObject::invokeMethod(&application, std::move(run), Qt::QueuedConnection); });
  MainWindow window(service);
  window.resize(1600, 1000);
  window.show();
  auto* events = window.findChild<EventsPane*>();
  auto* tree = window.findChild<TreePane*>();
  Workbench& bench = window.bench();
  Heartbeat heart;

  const std::size_t before = resident();
  heart.begin();
  const auto opened = Clock::now();
  double painted = 0;
  QObject::connect(&bench, &Workbench::caseChanged, &window, [&] {
    if (painted != 0 || !bench.openCase() || !bench.openCase()->snapshot) return;
    // Queued behind what the stage itself does: the frame that shows it.
    QTimer::singleShot(0, &window, [&, stage = Clock::now()] {
      window.repaint();
      painted = ms_since(stage);
      fmt::print("{:<34} {:.1f} ms after the snapshot; import until there {:.1f} s\n", "first painted frame", painted, ms_since(opened) / 1000);
    });
  });
  double found = 0;
  QObject::connect(&bench, &Workbench::caseChanged, &window, [&] {
    if (found != 0 || !bench.openCase() || bench.openCase()->findings.empty()) return;
    found = ms_since(opened);
    fmt::print("{:<34} {:.1f} s, {} of them; rules are {}\n", "first findings", found / 1000, bench.openCase()->findings.size(),
               bench.openCase()->stage == Stage::indexed ? "running" : "done");
  });
  window.openPaths({QString::fromUtf8(argv[1])});
  wait([&] { return bench.openCase() && (bench.openCase()->stage == Stage::complete || !service.progress().running); });
  if (!bench.openCase()->snapshot || bench.openCase()->snapshot->events.size() == 0) {
    fmt::print(stderr, "window_bench: no events in {}\n", argv[1]);
    return 1;
  }
  wait([&] { return bench.openCase()->stage == Stage::complete && painted != 0; });
  const CaseSnapshot& snapshot = *bench.openCase()->snapshot;
  fmt::print("{:<34} {:.1f} s; the window's thread meanwhile: {}\n", "complete", ms_since(opened) / 1000, heart.said());
  fmt::print("{:<34} {} events, {} processes, {} hosts\n", "case", snapshot.events.size(), snapshot.tree.entities().size(), snapshot.hosts.size());
  // The timeline's model comes a moment later.
  const auto settle = Clock::now();
  wait([&] { return ms_since(settle) > 5000; });
  fmt::print("{:<34} {:.0f} MB, {:.1f} bytes an event\n", "memory of its own", static_cast<double>(resident()) / 1e6,
             static_cast<double>(resident() - before) / static_cast<double>(std::max<std::size_t>(snapshot.events.size(), 1)));

  QScrollBar* bar = events->view()->verticalScrollBar();
  frames("events: scroll by a row", events->view()->viewport(), 300, [&](int i) { bar->setValue(i); });
  frames("events: jump anywhere", events->view()->viewport(), 100, [&](int i) { bar->setValue(static_cast<int>(static_cast<double>(bar->maximum()) * i / 100)); });
  auto start = Clock::now();
  tree->model()->expandEverything();
  tree->view()->viewport()->repaint();
  fmt::print("{:<34} {:.1f} ms for {} rows\n", "tree: expand all", ms_since(start), tree->model()->rowCount());
  QScrollBar* tree_bar = tree->view()->verticalScrollBar();
  frames("tree: jump anywhere", tree->view()->viewport(), 100, [&](int i) { tree_bar->setValue(static_cast<int>(static_cast<double>(tree_bar->maximum()) * i / 100)); });
  frames("select another process", tree->view()->viewport(), 60, [&](int i) {
    bench.selectEntity(EntityId::from_index(snapshot.tree.entities().size() * static_cast<std::size_t>(i) / 60));
    QCoreApplication::processEvents();
  });

  const auto filter = [&](const char* name, std::string_view text) {
    Filter one;
    one.chips = parse_search(text).chips;
    heart.begin();
    const auto begun = Clock::now();
    double first = 0;
    bench.setFilter(one);
    wait([&] {
      if (first == 0 && bench.filtered() != nullptr && !bench.filtered()->empty()) first = ms_since(begun);
      return !bench.filtering();
    });
    fmt::print("{:<34} first rows {:.0f} ms, all {:.1f} s, {} rows; the window's thread: {}\n", name, first, ms_since(begun) / 1000,
               bench.filtered() != nullptr ? bench.filtered()->size() : 0, heart.said());
    bench.undo();
  };
  filter("filter: a word", argc > 2 ? argv[2] : "curl");
  filter("filter: EQL", argc > 3 ? argv[3] : "process where event.type == \"start\" and process.name == \"curl\"");
  filter("filter: a host", fmt::format("host={}", snapshot.hosts.name({1})));

  const auto sort = [&](const char* name, EventSort by) {
    heart.begin();
    const auto begun = Clock::now();
    events->model()->setSort(std::move(by));
    wait([&] { return !events->model()->sorting(); });
    fmt::print("{:<34} {:.2f} s; the window's thread: {}\n", name, ms_since(begun) / 1000, heart.said());
    frames("  scroll by a row", events->view()->viewport(), 100, [&](int i) { bar->setValue(i); });
  };
  sort("sort: by host", {EventSort::By::host, false, {}});
  sort("sort: by process", {EventSort::By::process, true, {}});
  sort("sort: by command line", {EventSort::By::field, false, "process.command_line"});
  sort("sort: by time again", {});

  const auto group = [&](const char* name, std::vector<EventSort> by) {
    heart.begin();
    const auto begun = Clock::now();
    events->model()->setGrouping({std::move(by)});
    wait([&] { return !events->model()->sorting(); });
    fmt::print("{:<34} {:.2f} s, {} groups; the window's thread: {}\n", name, ms_since(begun) / 1000, events->model()->groups().groups().list.size(), heart.said());
    // Opened one after the other as an analyst does, then all of them.
    QWidget* viewport = events->view()->viewport();
    bar->setValue(0);
    frames("  open and close groups", viewport, 40, [&](int i) {
      if (i % 2 == 0) {
        events->model()->expand(i / 2 % 5);
      } else {
        events->model()->collapse(i / 2 % 5);
      }
    });
    auto begin = Clock::now();
    events->expandGroups();
    viewport->repaint();
    fmt::print("{:<34} {:.1f} ms for {} rows\n", "  open all", ms_since(begin), events->model()->rowCount());
    frames("  scroll by a row", viewport, 300, [&](int i) { bar->setValue(i); });
    frames("  jump anywhere", viewport, 100, [&](int i) { bar->setValue(static_cast<int>(static_cast<double>(bar->maximum()) * i / 100)); });
    frames("  select an event elsewhere", viewport, 60, [&](int i) {
      if (i % 10 == 0) events->collapseGroups();
      bench.selectEvent(EventId::from_index(snapshot.events.size() * static_cast<std::size_t>(i) / 60));
      QCoreApplication::processEvents();
    });
    begin = Clock::now();
    events->collapseGroups();
    viewport->repaint();
    fmt::print("{:<34} {:.1f} ms\n", "  close all", ms_since(begin));
  };
  group("group: by host", {{EventSort::By::host, false, {}}});
  group("group: by host, then process", {{EventSort::By::host, false, {}}, {EventSort::By::process, false, {}}});
  // As many groups as there may be.
  group("group: by command line", {{EventSort::By::field, false, "process.command_line"}});
  return 0;
}
