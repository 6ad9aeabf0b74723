// What indexing costs above the decoder. In one run, in turn: a bare libevtx loop that asks for every record's XML, and Stemma's whole
// first pass (discovery, decoding, XML → fields → ECS, store, lineage) on one thread over the same files. Prints medians, rates and the ratio; the
// promise is a ratio below 2: nothing above the decoder costs more than the decoder.
//
//   index_bench [--runs N] PATH…        files or folders with .evtx
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "app/session/session.hpp"
#include "bench/rivals/libevtx_loop.hpp"
#include "events/event_store.hpp"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_of(const std::function<void()>& work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  int runs = 5;
  std::vector<std::string> paths;
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    if (arg == "--runs" && i + 1 < argc) {
      runs = std::max(1, std::atoi(argv[++i]));
    } else {
      paths.push_back(arg);
    }
  }
  std::vector<std::string> files;
  std::uint64_t bytes = 0;
  for (const std::string& path : paths) {
    const auto take = [&](const fs::path& file) {
      if (file.extension() != ".evtx") return;
      files.push_back(file.string());
      bytes += fs::file_size(file);
    };
    if (fs::is_directory(path)) {
      for (const auto& entry : fs::recursive_directory_iterator(path)) {
        if (entry.is_regular_file()) take(entry.path());
      }
    } else if (fs::exists(path)) {
      take(path);
    }
  }
  if (files.empty()) {
    fmt::print("usage: index_bench [--runs N] PATH…  (no .evtx file found)\n");
    return 2;
  }
  std::sort(files.begin(), files.end());

  std::vector<double> bare;
  std::vector<double> indexing;
  std::vector<double> ratios;
  stemma::bench::LibevtxTotal bare_total;
  std::uint64_t events = 0;
  for (int run = 0; run < runs; ++run) {
    bare.push_back(seconds_of([&] { bare_total = stemma::bench::libevtx_loop(files); }));
    indexing.push_back(seconds_of([&] {
      stemma::SessionOptions options;
      options.threads = 1;
      const auto session = stemma::Session::open(files, options);
      events = session->snapshot().events.size();
    }));
    ratios.push_back(indexing.back() / bare.back());
  }
  const double mb = static_cast<double>(bytes) / 1e6;
  fmt::print("{} files, {:.1f} MB, {} runs in turn, one thread, medians\n", files.size(), mb, runs);
  fmt::print("bare libevtx loop   {:7.3f} s  {:6.1f} MB/s  {:8.0f} records/s  ({} records, {} refused)\n", median(bare),
             mb / median(bare), static_cast<double>(bare_total.records) / median(bare), bare_total.records,
             bare_total.refused);
  fmt::print("stemma indexing     {:7.3f} s  {:6.1f} MB/s  {:8.0f} events/s   ({} events)\n", median(indexing),
             mb / median(indexing), static_cast<double>(events) / median(indexing), events);
  fmt::print("ratio indexing / bare loop: {:.2f} (of pairs: {:.2f} to {:.2f})\n", median(ratios),
             *std::min_element(ratios.begin(), ratios.end()), *std::max_element(ratios.begin(), ratios.end()));
  fmt::print("event store: {} bytes an event\n", stemma::EventStore::kBytesPerEvent);
  return 0;
}
