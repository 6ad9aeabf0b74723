// What the timeline costs on a large case: working the model out on one thread, and frames of
// 1600 × 600 pixels for zooming (everything is folded anew) and scrolling, against 16 ms.
//
//   timeline_bench [EVENTS] [PROCESSES] [HOSTS]      10,000,000 1,000,000 20
//
// Of the events one a process is its start; every third process has an end; the others are files,
// registry, network and logins of the processes, spread over a week, in bursts.
#include <fmt/format.h>
#include <sys/resource.h>

#include <QApplication>
#include <QImage>
#include <QPainter>
#include <QScrollBar>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>

#include "events/case_builder.hpp"
#include "ui/timeline/model.hpp"
#include "ui/timeline/zoom.hpp"
#include "ui/widgets/timeline_view.hpp"

namespace {

using namespace stemma;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kBegin = 1'767'225'600LL * kNsPerSecond;
constexpr std::int64_t kWeek = 7 * 86'400 * kNsPerSecond;
constexpr std::size_t kBatch = 1 << 17;
constexpr std::size_t kFindings = 2000;
constexpr int kFrames = 60;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// Of this thread: what others do on the machine is not the timeline's. Frames are told in it.
double cpu_ms() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

class Random {
 public:
  std::uint64_t operator()(std::uint64_t below) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return (state_ >> 33) % below;
  }

 private:
  std::uint64_t state_ = 17;
};

std::shared_ptr<CaseSnapshot> make_case(std::uint64_t events, std::uint64_t processes,
                                        std::uint64_t hosts) {
  static const char* const kCategories[] = {"file",    "file", "registry",
                                            "network", "dns",  "authentication"};
  static const char* const kPrograms[] = {"svchost.exe", "cmd.exe", "powershell.exe", "chrome.exe",
                                          "conhost.exe"};
  Artifact artifact;
  artifact.path = "bench";
  CaseBuilder builder({artifact});
  IndexBatch batch;
  const Projection projection = index_projection();
  Event event;
  Random random;
  const auto guid = [](std::uint64_t process) {
    return fmt::format("{{11111111-2222-3333-4444-{:012x}}}", process);
  };
  const std::uint64_t each = std::max<std::uint64_t>(events / processes, 2);
  std::uint64_t sequence = 0;
  for (std::uint64_t process = 0; process < processes; ++process) {
    const std::int64_t start = kBegin + static_cast<std::int64_t>(static_cast<double>(process) /
                                                                  static_cast<double>(processes) *
                                                                  static_cast<double>(kWeek));
    // Most live for seconds, some for days.
    const auto life =
        static_cast<std::int64_t>(random(process % 50 == 0 ? kWeek / 2 : 60 * kNsPerSecond));
    for (std::uint64_t i = 0; i < each; ++i) {
      event.reset(projection);
      event.source_kind = SourceKind::sysmon;
      event.time = {
          start +
          (i == 0 ? 0 : static_cast<std::int64_t>(random(static_cast<std::uint64_t>(life) + 1)))};
      event.time_digits = 7;
      event.sequence = ++sequence;
      event.source = {ArtifactId::from_index(0), 100, sequence * 100};
      event.set(field::host_name, fmt::format("vm-{:02}", process % hosts));
      event.set(field::winlog_channel, "Microsoft-Windows-Sysmon/Operational");
      event.set(field::process_pid, static_cast<std::int64_t>(4 * (process % 100'000) + 4));
      event.set(field::process_entity_id, guid(process));
      if (i == 0) {
        event.process.act = ProcessAct::start;
        event.set(field::event_code, "1");
        event.add(field::event_category, "process");
        const char* const program = kPrograms[random(5)];
        event.set(field::process_executable, fmt::format("C:\\Windows\\System32\\{}", program));
        event.set(field::process_name, program);
        event.set(
            field::process_command_line,
            fmt::format("{} -k netsvcs -p -s Service{} --user admin", program, process % 5000));
        if (process >= hosts) {
          const std::uint64_t back = 1 + random(std::min<std::uint64_t>(process / hosts, 500));
          event.set(field::process_parent_entity_id, guid(process - back * hosts));
        }
      } else if (i == 1 && process % 3 == 0) {
        event.process.act = ProcessAct::end;
        event.set(field::event_code, "5");
        event.add(field::event_category, "process");
        event.time = {start + life};
      } else {
        event.set(field::event_code, "11");
        event.add(field::event_category, kCategories[random(6)]);
      }
      batch.add(event);
      if (batch.rows.size() >= kBatch) {
        builder.add(batch);
        batch.clear();
      }
    }
  }
  builder.add(batch);
  return builder.freeze();
}

struct Frames {
  std::vector<double> ms;
  void tell(const std::string& what) {
    std::sort(ms.begin(), ms.end());
    const auto over = std::count_if(ms.begin(), ms.end(), [](double one) { return one > 16; });
    fmt::print("{:<44} median {:6.2f} ms   worst {:6.2f} ms   over 16 ms: {} of {}\n", what,
               ms[ms.size() / 2], ms.back(), over, ms.size());
  }
};

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int at, std::uint64_t usual) {
    return argc > at ? std::strtoull(argv[at], nullptr, 10) : usual;
  };
  const std::uint64_t events = number(1, 10'000'000);
  const std::uint64_t processes = std::max<std::uint64_t>(number(2, 1'000'000), 1);
  const std::uint64_t hosts = std::max<std::uint64_t>(number(3, 20), 1);
  if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication application(argc, argv);

  auto start = Clock::now();
  auto open_case = std::make_shared<ui::OpenCase>();
  open_case->stage = ui::Stage::detected;
  open_case->snapshot = make_case(events, processes, hosts);
  Random random;
  const auto& tree = open_case->snapshot->tree;
  for (std::size_t i = 0; i < kFindings; ++i) {
    Finding finding;
    finding.id = fmt::format("{}", i);
    finding.entity = EntityId::from_index(random(tree.entities().size()));
    const auto images = tree.images_of(finding.entity);
    finding.event = images.empty() ? EventId{} : images.front().event;
    if (!finding.event) finding.event = EventId{1};
    open_case->findings.push_back(finding);
  }
  fmt::print("case: {} events, {} processes, {} hosts, made in {:.0f} ms\n",
             open_case->snapshot->events.size(), tree.entities().size(), hosts, ms_since(start));

  start = Clock::now();
  const auto model = ui::timeline::build_timeline(open_case);
  const double first = ms_since(start);
  start = Clock::now();
  const auto again = ui::timeline::build_timeline(open_case, {}, model.get());
  fmt::print("build_timeline: {:.0f} ms, of a later stage {:.0f} ms; index {:.2f} bytes an event\n",
             first, ms_since(start),
             static_cast<double>(model->index->bytes()) /
                 static_cast<double>(open_case->snapshot->events.size()));

  ui::TimelineView view;
  view.setModel(model);
  view.resize(1600, 600);
  view.show();
  QApplication::processEvents();
  QImage image(1600, 600, QImage::Format_ARGB32_Premultiplied);
  const auto frame = [&] {
    const double begin = cpu_ms();
    QPainter painter(&image);
    view.paintTo(painter);
    painter.end();
    return cpu_ms() - begin;
  };
  for (const bool open : {false, true}) {
    if (open) {
      start = Clock::now();
      view.openAll();
      fmt::print("open all: {} lanes in {:.1f} ms\n", view.lanes().size(), ms_since(start));
    } else {
      fmt::print("as it opens: {} lanes\n", view.lanes().size());
    }
    QScrollBar* const bar = view.verticalScrollBar();
    for (const std::int64_t share : {1LL, 10LL, 1000LL, 100'000LL, 100'000'000LL}) {
      Frames zooms, scrolls;
      ui::View state;
      for (int i = 0; i < kFrames; ++i) {
        const ui::TimeRange limits = model->limits;
        const auto length = (limits.to.ns - limits.from.ns) / share;
        const Timestamp middle{
            kBegin + static_cast<std::int64_t>(random(static_cast<std::uint64_t>(kWeek)))};
        state.zoom =
            ui::timeline::centred({limits.from, {limits.from.ns + length - i}}, limits, middle);
        view.setView(state);
        bar->setValue(static_cast<int>(random(static_cast<std::uint64_t>(bar->maximum()) + 1)));
        zooms.ms.push_back(frame());
        bar->setValue(bar->value() > 3 ? bar->value() - 3 : bar->value() + 3);
        scrolls.ms.push_back(frame());
      }
      zooms.tell(fmt::format("zoom, 1/{} of a week", share));
      scrolls.tell(fmt::format("scroll, 1/{} of a week", share));
    }
    Frames moves;
    for (int i = 0; i < kFrames; ++i) moves.ms.push_back(frame());
    moves.tell("the pointer moves");
    Frames hosts_only;
    bar->setValue(0);
    for (int i = 0; i < kFrames; ++i) {
      ui::View state;
      state.zoom = ui::timeline::panned(model->limits, model->limits, 0);
      state.zoom->to.ns -= i;
      view.setView(state);
      hosts_only.ms.push_back(frame());
    }
    hosts_only.tell("zoom, the first rows of all");
  }
  {
    view.closeAll();
    Frames folded;
    for (int i = 0; i < kFrames; ++i) {
      ui::View state;
      state.zoom = model->limits;
      state.zoom->to.ns -= i;
      view.setView(state);
      folded.ms.push_back(frame());
    }
    folded.tell("zoom, all hosts closed");
    Frames plans;
    for (int i = 0; i < kFrames; ++i) {
      const double begin = cpu_ms();
      ui::timeline::LanePlanner planner(
          model, ui::timeline::TimeScale({model->limits.from, {model->limits.to.ns - i}}, 1350));
      for (std::size_t row = 0; row < std::min<std::size_t>(view.lanes().size(), 20); ++row)
        planner.plan(view.lanes()[row]);
      plans.ms.push_back(cpu_ms() - begin);
    }
    plans.tell("of which what is drawn is worked out");
  }
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("most memory: {:.2f} GB\n", static_cast<double>(usage.ru_maxrss) / 1e6);
}
