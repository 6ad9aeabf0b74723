// What lies between a decoded Windows record and its output. The records of .evtx files are decoded once and kept; then, over them:
//
//   mapping_bench index  [--loops N] [--code N] PATH…   reset + map with index_projection(), of records stripped to what it reads
//   mapping_bench map    …                              reset + map with all fields
//   mapping_bench events …                              reset + map + completion + view + JSON line, all fields
//
// --code keeps the records of one event id only. Prints nanoseconds a record, best of the loops, and bytes written. Instructions a record:
//   valgrind --tool=callgrind --collect-atstart=no --toggle-collect='measured*' mapping_bench events --loops 1 PATH
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "events/case_builder.hpp"
#include "events/completion.hpp"
#include "events/event.hpp"
#include "parsers/winlog/mapping.hpp"
#include "reports/event_lines.hpp"
#include "tests/support/win_events.hpp"

namespace {

using namespace stemma;
using Clock = std::chrono::steady_clock;

SourceSpan place_of(std::size_t record) { return {ArtifactId{1}, 1024, record * 1024}; }

// A case of these records, so that completion has a tree to look into.
std::shared_ptr<CaseSnapshot> build_case(const std::vector<WinEvent>& records, std::vector<EventId>& ids) {
  Artifact artifact;
  artifact.path = "C/Windows/System32/winevt/Logs/Bench.evtx";
  CaseBuilder builder({artifact});
  IndexBatch batch;
  WinlogMapper mapper;
  Event event;
  const Projection wanted = index_projection();
  for (std::size_t i = 0; i < records.size(); ++i) {
    event.reset(wanted, stemma::Texts::borrowed);
    mapper.map(records[i], event);
    event.source = place_of(i);
    batch.add(event);
  }
  builder.add(std::move(batch));
  auto snapshot = builder.freeze();
  ids.assign(records.size(), EventId{});
  for (std::size_t i = 0; i < snapshot->events.size(); ++i) {
    const EventId id = EventId::from_index(i);
    ids[snapshot->events.source(id).offset / 1024] = id;
  }
  return snapshot;
}

}  // namespace

// Not in a namespace, and by these names, so that callgrind can be told to count only them.
[[gnu::noinline]] std::uint64_t measured_map(const std::vector<stemma::WinEvent>& records, const stemma::Projection& wanted,
                                             stemma::WinlogMapper& mapper, stemma::Event& event) {
  std::uint64_t sum = 0;
  for (const stemma::WinEvent& record : records) {
    event.reset(wanted, stemma::Texts::borrowed);
    mapper.map(record, event);
    sum += static_cast<std::uint64_t>(event.time.ns);
  }
  return sum;
}

[[gnu::noinline]] std::uint64_t measured_events(const std::vector<stemma::WinEvent>& records, const std::vector<stemma::EventId>& ids,
                                                const stemma::CaseSnapshot& snapshot, stemma::WinlogMapper& mapper,
                                                stemma::Event& event, stemma::EventLines& lines, std::string& out) {
  const stemma::Projection wanted = stemma::Projection::all();
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!ids[i]) continue;
    event.reset(wanted, stemma::Texts::borrowed);
    mapper.map(records[i], event);
    event.source = place_of(i);
    stemma::complete(snapshot, ids[i], event);
    out.clear();
    lines.append(event, out);
    bytes += out.size();
  }
  return bytes;
}

int main(int argc, char** argv) {
  int loops = 5;
  std::string mode;
  std::uint32_t code = 0;
  WinEvents kept;
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    if (arg == "--loops" && i + 1 < argc) {
      loops = std::max(1, std::atoi(argv[++i]));
    } else if (arg == "--code" && i + 1 < argc) {
      code = static_cast<std::uint32_t>(std::atoi(argv[++i]));
    } else if (mode.empty()) {
      mode = arg;
    } else {
      kept.read(arg);
    }
  }
  std::vector<WinEvent> records;
  for (const WinEvent& record : kept.all()) {
    if (code == 0 || record.event_id == code) records.push_back(record);
  }
  if (records.empty() || (mode != "index" && mode != "map" && mode != "events")) {
    fmt::print("usage: mapping_bench index|map|events [--loops N] [--code N] PATH…  (no record found)\n");
    return 2;
  }
  const Projection wanted = mode == "index" ? index_projection() : Projection::all();
  std::vector<EventId> ids;
  const auto snapshot = build_case(records, ids);
  if (mode == "index") {
    for (WinEvent& record : records) {
      const auto unread = [&](bool user_data) {
        return [&record, &wanted, user_data](const WinDataItem& item) {
          return !WinlogMapper::reads(record, user_data, item.name, wanted);
        };
      };
      std::erase_if(record.event_data, unread(false));
      std::erase_if(record.user_data, unread(true));
    }
  }
  WinlogMapper mapper;
  Event event;
  EventLines lines(*snapshot);
  std::string out;
  double best = 1e9;
  std::uint64_t result = 0;
  const auto run = [&] {
    return mode == "events" ? measured_events(records, ids, *snapshot, mapper, event, lines, out)
                            : measured_map(records, wanted, mapper, event);
  };
  for (int i = 0; i < loops; ++i) {
    const auto start = Clock::now();
    result = run();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  fmt::print("{}: {} records, {:.1f} ns a record (best of {}), {} {}\n", mode, records.size(),
             best * 1e9 / static_cast<double>(records.size()), loops, result, mode == "events" ? "bytes" : "(sum of times)");
  return 0;
}
