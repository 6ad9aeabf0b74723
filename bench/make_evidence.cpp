// Writes evidence of any size, for measurements: valid files with the structure and the values of
// real logs, the same for the same seed.
//
//   make_evidence evtx  --size 1G [--mix sysmon,security,powershell,template-less] [--seed N]
//                       [--files N | --hosts N] OUT
//   make_evidence audit --size 512M [--interleave] [--enriched] [--seed N] [--files N]
//                       [--hosts N] [--runs-every EXECS] OUT
//   make_evidence documents --size 512M [--seed N] OUT
//
// OUT is a file; with --files it is a folder, and the same records lie in N files of equal size
// (evtx: `part-0001.evtx` and on; audit: a rotated set, `audit.log` the newest). With --hosts it is
// a folder too, and N machines share the size (`ws-001.evtx`, `web-001/audit.log`). Says on
// standard output what was written: records, chunks and mean fill, or events and lines.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "bench/evidence/document_day.hpp"
#include "bench/evidence/linux_day.hpp"
#include "bench/evidence/windows_day.hpp"
#include "tests/support/evtx_writer.hpp"

namespace stemma::bench {
namespace {

namespace fs = std::filesystem;

struct Order {
  std::string kind;
  std::uint64_t size = 0;
  WindowsMix mix;
  std::uint64_t seed = 1;
  std::uint64_t files = 0;  ///< 0: one file, OUT itself
  std::uint64_t hosts = 0;  ///< 0: one machine, OUT itself
  std::string computer = kComputer;
  bool interleave = false;
  bool enriched = false;
  LinuxDay::Runs runs;
  fs::path out;
};

class BadUsage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end == text.data())
    throw BadUsage("not a number: " + std::string(text));
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit.empty()) return value;
  if (unit == "K") return value * 1'000;
  if (unit == "M") return value * 1'000'000;
  if (unit == "G") return value * 1'000'000'000;
  throw BadUsage("sizes end in K, M or G (powers of 1000): " + std::string(text));
}

WindowsMix mix_of(std::string_view text) {
  WindowsMix mix;
  mix.sysmon = mix.security = false;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (word == "sysmon") {
      mix.sysmon = true;
    } else if (word == "security") {
      mix.security = true;
    } else if (word == "powershell") {
      mix.powershell = true;
    } else if (word == "template-less") {
      mix.template_less = true;
    } else {
      throw BadUsage("not a part of a mix: " + std::string(word));
    }
  }
  if (!mix.sysmon && !mix.security) throw BadUsage("a mix needs sysmon or security");
  return mix;
}

Order order_of(int argc, char** argv) {
  Order order;
  std::vector<std::string> words(argv + 1, argv + argc);
  std::vector<std::string> plain;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const auto value = [&]() -> const std::string& {
      if (i + 1 == words.size()) throw BadUsage(word + " needs a value");
      return words[++i];
    };
    if (word == "--size") {
      order.size = number(value());
    } else if (word == "--mix") {
      order.mix = mix_of(value());
    } else if (word == "--seed") {
      order.seed = number(value());
    } else if (word == "--files") {
      order.files = number(value());
      if (order.files == 0 || order.files > 100'000) throw BadUsage("--files: 1 to 100000");
    } else if (word == "--hosts") {
      order.hosts = number(value());
      if (order.hosts == 0 || order.hosts > 999) throw BadUsage("--hosts: 1 to 999");
    } else if (word == "--interleave") {
      order.interleave = true;
    } else if (word == "--enriched") {
      order.enriched = true;
    } else if (word == "--runs-every") {
      order.runs = {number(value()), 8};
      if (order.runs.every == 0) throw BadUsage("--runs-every: 1 or more");
    } else if (word.rfind("--", 0) == 0) {
      throw BadUsage("no such option: " + word);
    } else {
      plain.push_back(word);
    }
  }
  if (plain.size() != 2 || (plain[0] != "evtx" && plain[0] != "audit" && plain[0] != "documents"))
    throw BadUsage("say evtx, audit or documents, and one OUT");
  if (plain[0] == "documents" && order.files != 0) throw BadUsage("documents are one file");
  if (order.hosts != 0 && (order.files != 0 || plain[0] == "documents"))
    throw BadUsage("--hosts goes with evtx and audit, without --files");
  if (order.size == 0) throw BadUsage("--size is missing");
  order.kind = plain[0];
  order.out = plain[1];
  return order;
}

std::ofstream open(const fs::path& path) {
  std::ofstream out(path, std::ios::binary);
  if (!out) throw std::runtime_error("cannot write " + path.string());
  return out;
}

void make_evtx(const Order& order) {
  const std::uint64_t parts = std::max<std::uint64_t>(1, order.files);
  // A file is a header and whole chunks; the smallest has one.
  const std::uint64_t size = order.size / parts;
  const std::uint64_t chunks_each = std::max<std::uint64_t>(
      1, (size - std::min<std::uint64_t>(size, support::kFileHeaderSize)) / support::kChunkSize);
  WindowsDay day(order.mix, order.seed, order.computer);
  support::WinRecord record = day.next();
  std::uint64_t records = 0;
  for (std::uint64_t part = 0; part < parts; ++part) {
    const fs::path path =
        order.files == 0 ? order.out : order.out / fmt::format("part-{:04}.evtx", part + 1);
    std::ofstream file = open(path);
    support::EvtxOptions options;
    options.first_record_number = records + 1;
    support::EvtxStream stream(file, options);
    // chunks() does not count the one that is being filled.
    do {
      stream.add(record);
      record = day.next();
    } while (stream.chunks() + 1 < chunks_each);
    for (; stream.add_to_chunk(record); record = day.next()) {
    }
    stream.finish();
    records += stream.records();
    if (!file) throw std::runtime_error("cannot write " + path.string());
  }
  fmt::print("records {} chunks {} files {}\n", records, chunks_each * parts, parts);
}

void make_audit(const Order& order) {
  constexpr std::size_t kFlush = 4u << 20;
  const std::uint64_t parts = std::max<std::uint64_t>(1, order.files);
  support::AuditWriter writer;
  writer.interleaved(order.interleave).enriched(order.enriched);
  LinuxDay day(writer, order.seed, order.runs);
  std::uint64_t written = 0;
  std::uint64_t lines = 0;
  for (std::uint64_t part = 0; part < parts; ++part) {
    const std::uint64_t end = order.size / parts * (part + 1);
    const std::uint64_t age = parts - part - 1;
    const fs::path path =
        order.files == 0
            ? order.out
            : order.out / (age == 0 ? std::string("audit.log") : fmt::format("audit.log.{}", age));
    std::ofstream file = open(path);
    while (written < end) {
      const std::size_t piece = std::min<std::uint64_t>(kFlush, end - written);
      std::string text;
      for (std::size_t i = 0; text.size() < piece; ++i) {
        for (int n = 0; n < 64; ++n) day.step();
        text += writer.take();
      }
      lines += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
      written += text.size();
      file << text;
    }
    if (!file) throw std::runtime_error("cannot write " + path.string());
  }
  fmt::print("events {} lines {} bytes {}\n", writer.events(), lines, written);
}

void make_documents(const Order& order) {
  DocumentDay day(order.seed);
  std::ofstream file = open(order.out);
  std::uint64_t written = 0;
  std::uint64_t records = 0;
  for (; written < order.size; ++records) {
    const std::string line = day.next();
    file << line;
    written += line.size();
  }
  if (!file) throw std::runtime_error("cannot write " + order.out.string());
  fmt::print("records {} bytes {}\n", records, written);
}

void make(const Order& order) {
  if (order.hosts != 0) {
    for (std::uint64_t host = 1; host <= order.hosts; ++host) {
      Order one = order;
      one.hosts = 0;
      one.size = order.size / order.hosts;
      one.seed = order.seed + host - 1;
      one.computer = fmt::format("ws-{:03}.corp.example", host);
      one.out = order.out / (order.kind == "evtx" ? fmt::format("ws-{:03}.evtx", host)
                                                  : fmt::format("web-{:03}/audit.log", host));
      make(one);
    }
    return;
  }
  fs::create_directories(order.files != 0 ? order.out : fs::absolute(order.out).parent_path());
  if (order.kind == "evtx") make_evtx(order);
  if (order.kind == "audit") make_audit(order);
  if (order.kind == "documents") make_documents(order);
}

}  // namespace
}  // namespace stemma::bench

int main(int argc, char** argv) {
  try {
    stemma::bench::make(stemma::bench::order_of(argc, argv));
    return 0;
  } catch (const stemma::bench::BadUsage& bad) {
    fmt::print(stderr,
               "make_evidence: {}\n"
               "usage: make_evidence evtx --size 1G [--mix sysmon,security,powershell,"
               "template-less] [--seed N] [--files N | --hosts N] OUT\n"
               "       make_evidence audit --size 512M [--interleave] [--enriched] [--seed N] "
               "[--files N | --hosts N] [--runs-every EXECS] OUT\n"
               "       make_evidence documents --size 512M [--seed N] OUT\n",
               bad.what());
    return 2;
  } catch (const std::exception& fault) {
    fmt::print(stderr, "make_evidence: {}\n", fault.what());
    return 1;
  }
}
