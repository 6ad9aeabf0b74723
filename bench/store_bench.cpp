// What everything above a decoder costs in the index pass: IndexBatch::add, CaseBuilder::add,
// freeze and the session's own books. A parser that makes events out of a counter stands in for the
// decoder, so that the rest can be seen:
//
//   store_bench [EVENTS] [THREADS] [FILES]      prints time an event and bytes an event
//   valgrind --tool=callgrind --toggle-collect='*IndexBatch::add*' store_bench 200000 1
//
// Of a hundred events ten start a process, five end one and five name one; the others are rows
// only. Fails where the process took more memory than --memory counts for such a case.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "app/session/session.hpp"
#include "events/event_store.hpp"
#include "events/index_batch.hpp"

namespace {

using namespace stemma;

constexpr std::uint64_t kRecord = 1024;          // bytes a counted event takes in its file
constexpr std::uint64_t kUnit = 1024 * kRecord;  // as the EVTX parser cuts

class CountingParser : public Parser {
 public:
  std::string_view format() const override { return "counted"; }
  bool recognizes(const ArtifactBytes&) const override { return true; }
  std::vector<Unit> split(std::span<const ArtifactBytes> artifacts) const override {
    std::vector<Unit> units;
    for (std::uint32_t i = 0; i < artifacts.size(); ++i) {
      const std::uint64_t size = artifacts[i].bytes.size();
      for (std::uint64_t at = 0; at < size; at += kUnit)
        units.push_back({i, at, std::min(kUnit, size - at)});
    }
    return units;
  }
  void decode(std::span<const ArtifactBytes> artifacts, const Unit& unit, const Wanted& wanted,
              EventSink& sink, ImportLog& log) const override {
    Event event;
    const ArtifactId artifact = artifacts[unit.artifact].id;
    for (std::uint64_t at = unit.offset; at < unit.offset + unit.length; at += kRecord) {
      fill(event, *wanted.projection, artifact, at);
      sink.on_event(event);
    }
    log.bytes.parsed += unit.length;
  }
  Result<void> decode_event(std::span<const ArtifactBytes>, std::span<const SourceSpan> spans,
                            const Projection& projection, Event& event) const override {
    fill(event, projection, spans[0].artifact, spans[0].offset);
    return {};
  }

 private:
  static void fill(Event& event, const Projection& projection, ArtifactId artifact,
                   std::uint64_t at) {
    static const std::array<std::string, 8> kCodes = {"4624", "4672", "4634", "4688",
                                                      "5156", "5158", "4703", "4673"};
    const std::uint64_t number = at / kRecord;
    const std::uint64_t kind = number % 100;
    event.reset(projection);
    // Like real logs: in order, but for a few records.
    const std::uint64_t jitter = number % 16 == 7 ? 3'000'000 : 0;
    event.time = {static_cast<std::int64_t>(1'700'000'000'000'000'000u + number * 1'000'000 -
                                            jitter + artifact.value)};
    event.time_digits = 7;
    event.source_kind = SourceKind::sysmon;
    event.sequence = number;
    event.source = {artifact, kRecord, at};
    event.set(field::winlog_channel, "Security");
    event.set(field::event_code, kind < 15 ? "1" : kCodes[number % kCodes.size()]);
    event.set(field::host_name, "vm-win01.corp.example");
    event.add(field::event_category, kind < 20 ? "process" : "authentication");
    if (kind >= 20) return;
    const auto number_text = [](const char* format, std::uint64_t n) {
      return fmt::format(fmt::runtime(format), n);
    };
    const std::uint64_t process = number / 100 * 10 + kind % 10;
    event.set(field::process_pid, static_cast<std::int64_t>(4 * (process % 5000)));
    event.set(field::process_entity_id, number_text("{{11111111-2222-3333-4444-{:012x}}}",
                                                    artifact.value * 1'000'000'000 + process));
    event.set(field::process_executable, "C:\\Windows\\System32\\svchost.exe");
    if (kind < 10) {
      event.process.act = ProcessAct::start;
      event.set(field::process_name, "svchost.exe");
      event.set(field::process_command_line,
                number_text("C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Service{}",
                            process % 1000));
      event.set(field::user_name, "SYSTEM");
      event.set(field::user_domain, "NT AUTHORITY");
      event.set(field::process_parent_pid, std::int64_t{4});
      event.set(field::process_parent_entity_id,
                number_text("{{11111111-2222-3333-4444-{:012x}}}",
                            artifact.value * 1'000'000'000 + process / 8));
      event.set(field::process_parent_executable, "C:\\Windows\\System32\\services.exe");
      event.set(field::process_parent_command_line, "C:\\Windows\\system32\\services.exe");
    } else if (kind < 15) {
      event.process.act = ProcessAct::end;
    }
  }
};

double cpu_seconds() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t events = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2'000'000;
  const unsigned threads = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 1;
  const std::uint64_t files = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1;
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("store_bench.{}", getpid());
  std::filesystem::create_directories(folder);
  for (std::uint64_t i = 0; i < files; ++i) {
    const auto path = folder / fmt::format("{}", i);
    std::ofstream(path) << i;
    std::filesystem::resize_file(path, events / files * kRecord);  // holes: no disk is taken
  }
  SessionOptions options;
  options.threads = threads;
  options.parsers = [] {
    std::vector<std::unique_ptr<Parser>> parsers;
    parsers.push_back(std::make_unique<CountingParser>());
    return parsers;
  };

  const auto made = [&] {  // the stand-in alone
    struct Nowhere : EventSink {
      void on_event(Event& event) override { sum += event.sequence; }
      std::uint64_t sum = 0;
    } sink;
    const double start = cpu_seconds();
    const Projection projection = index_projection();
    ImportLog log;
    const std::vector<ArtifactBytes> artifacts(1, ArtifactBytes{ArtifactId{1}, {}, {}});
    CountingParser().decode(artifacts, {0, 0, events * kRecord}, {&projection, nullptr}, sink, log);
    return cpu_seconds() - start;
  }();
  const double start = cpu_seconds();
  const auto wall = std::chrono::steady_clock::now();
  const auto session = Session::open({folder.string()}, options);
  const double whole = cpu_seconds() - start;
  const double elapsed =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count();
  std::filesystem::remove_all(folder);

  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const double n = static_cast<double>(session->snapshot().events.size());
  fmt::print("{} events, {} files, {} threads, {} processes\n", n, files, threads,
             session->snapshot().tree.entities().size());
  fmt::print(
      "cpu {:.3f} s, wall {:.3f} s; above the stand-in {:.0f} ns an event ({:.0f} with it)\n",
      whole, elapsed, (whole - made) / n * 1e9, whole / n * 1e9);
  const auto peak = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  fmt::print("peak {:.0f} MB, counted {:.0f} MB\n", static_cast<double>(peak) * 1e-6,
             static_cast<double>(session->memory_counted()) * 1e-6);
  fmt::print("peak {:.0f} bytes an event; store {} bytes an event, {} classes\n",
             static_cast<double>(peak) / n, EventStore::kBytesPerEvent,
             session->snapshot().events.classes().size());
  return EventStore::kBytesPerEvent <= 48 && peak <= session->memory_counted() ? 0 : 1;
}
