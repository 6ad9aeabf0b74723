// Every EVTX file of the corpus, against what libevtx, python-evtx and other readers made of it.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <libevtx.h>
#include <zlib.h>

#if __has_include(<sanitizer/lsan_interface.h>)
#include <sanitizer/lsan_interface.h>
#endif

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "parsers/winlog/event_xml.hpp"
#include "tests/parsers/evtx/evtx_reading.hpp"
#include "tests/parsers/winlog/golden.hpp"

namespace stemma {
namespace {

namespace fs = std::filesystem;
using testing_evtx::read;
using testing_evtx::Reading;

// libevtx leaks a little on records that it fails at; here it is the oracle, called on purpose with
// records that we refuse.
#if defined(__SANITIZE_ADDRESS__)
#define STEMMA_TEST_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STEMMA_TEST_ASAN 1
#endif
#endif
#if defined(STEMMA_TEST_ASAN)
using LeaksOfTheOracle = __lsan::ScopedDisabler;
#else
struct LeaksOfTheOracle {
  LeaksOfTheOracle() {}  // not trivial, so that no compiler calls it unused
};
#endif

std::string folder() {
  return golden::corpus().empty() ? std::string() : golden::corpus() + "/evtx";
}

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (;;) {
    const std::size_t end = line.find(separator, start);
    parts.push_back(line.substr(start, end - start));
    if (end == std::string::npos) return parts;
    start = end + 1;
  }
}

struct Counted {
  std::string path;
  std::size_t libevtx = 0;
  bool libevtx_failed = false;
  std::size_t python = 0;
};

std::vector<Counted> record_counts() {
  std::vector<Counted> all;
  std::ifstream in(folder() + "/record-counts.tsv");
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    const std::vector<std::string> cells = split(line, '\t');
    if (cells.size() < 5) continue;
    all.push_back({cells[0], std::stoul(cells[2]), cells[3] != "0",
                   cells[4].empty() ? 0 : std::stoul(cells[4])});
  }
  return all;
}

// Records that are not live to libevtx, of the whole file: those it can write as well-formed XML,
// by id.
std::multiset<std::uint64_t> libevtx_recovered(const std::string& path) {
  const LeaksOfTheOracle ignored;
  std::multiset<std::uint64_t> ids;
  libevtx_file_t* file = nullptr;
  int count = 0;
  if (libevtx_file_initialize(&file, nullptr) == 1 &&
      libevtx_file_open(file, path.c_str(), LIBEVTX_OPEN_READ, nullptr) == 1) {
    libevtx_file_get_number_of_recovered_records(file, &count, nullptr);
  }
  EventXmlReader reader;
  WinEvent event;
  for (int i = 0; i < count; ++i) {
    libevtx_record_t* record = nullptr;
    if (libevtx_file_get_recovered_record_by_index(file, i, &record, nullptr) != 1) continue;
    std::size_t size = 0;
    if (libevtx_record_get_utf8_xml_string_size(record, &size, nullptr) == 1) {
      std::string xml(size, '\0');
      if (libevtx_record_get_utf8_xml_string(record, reinterpret_cast<std::uint8_t*>(xml.data()),
                                             size, nullptr) == 1 &&
          reader.read_in_place(xml, event) && event.record_id) {
        ids.insert(*event.record_id);
      }
    }
    libevtx_record_free(&record, nullptr);
  }
  libevtx_file_free(&file, nullptr);
  return ids;
}

class EvtxCorpus : public testing::Test {
 protected:
  void SetUp() override {
    if (folder().empty()) GTEST_SKIP() << "the corpus is not there";
  }
};

TEST_F(EvtxCorpus, CountsAreThoseOfOtherReaders) {
  // Behind a page that was never written, 31 records carry on; evtxexport calls them recovered.
  const std::map<std::string, std::size_t> more_live{
      {"omerbenamram-evtx/sample_with_a_bad_chunk_magic.evtx", 31}};
  std::size_t files = 0;
  std::size_t live = 0;
  for (const Counted& counted : record_counts()) {
    const Reading reading = read(golden::read_text(folder() + "/" + counted.path));
    EXPECT_TRUE(reading.balanced) << counted.path;
    const auto recovered = std::count_if(reading.events.begin(), reading.events.end(),
                                         [](const auto& seen) { return seen.recovered; });
    EXPECT_EQ(reading.log.records.recovered, static_cast<std::size_t>(recovered)) << counted.path;
    EXPECT_EQ(reading.log.records.parsed + reading.log.records.recovered, reading.events.size())
        << counted.path;
    const auto extra = more_live.find(counted.path);
    if (counted.libevtx_failed) {
      // evtxexport gave up at the first record that it cannot decode; we read on.
      EXPECT_GE(reading.log.records.parsed, counted.libevtx) << counted.path;
      EXPECT_EQ(reading.log.records.parsed + reading.log.records.refused, counted.python)
          << counted.path;
    } else {
      EXPECT_EQ(reading.log.records.parsed,
                counted.libevtx + (extra == more_live.end() ? 0 : extra->second))
          << counted.path;
    }
    ++files;
    live += reading.log.records.parsed;
  }
  EXPECT_EQ(files, 384u);
  EXPECT_EQ(live, 12'689u);
}

TEST_F(EvtxCorpus, RecoveredRecordsAreAmongEvtxexports) {
  // libevtx also gives records whose template or names were overwritten, with values under wrong
  // names: those are left as slack.
  std::size_t ours = 0;
  std::size_t theirs = 0;
  std::string invented;
  for (const Counted& counted : record_counts()) {
    const Reading reading = read(golden::read_text(folder() + "/" + counted.path));
    std::multiset<std::uint64_t> wanted = libevtx_recovered(folder() + "/" + counted.path);
    theirs += wanted.size();
    for (const auto& seen : reading.events) {
      if (!seen.recovered) continue;
      ++ours;
      const auto found = wanted.find(seen.id);
      if (found == wanted.end()) {
        invented += counted.path + " " + std::to_string(seen.id) + "\n";
      } else {
        wanted.erase(found);
      }
    }
  }
  // Records at which a write was torn, whose own bytes are whole all the same, and such as libevtx
  // cannot decode.
  EXPECT_EQ(invented,
            "omerbenamram-evtx/Microsoft-Windows-LanguagePackSetup%4Operational.evtx 17\n"
            "omerbenamram-evtx/sample_with_a_bad_chunk_magic.evtx 46741\n"
            "omerbenamram-evtx/sample_with_a_bad_chunk_magic.evtx 47640\n"
            "omerbenamram-evtx/sample_with_a_bad_chunk_magic.evtx 45933\n"
            "sigma-regression/rules/windows/registry/registry_set/registry_set_persistence_amsi_"
            "providers/33efc23c-6ea2-4503-8cfe-bdf82ce8f705.evtx 32480\n"
            "triage-host/host-win2016-T1218.001/logs/MSExchange Management.evtx 0\n");
  EXPECT_EQ(ours, 704u);
  EXPECT_EQ(theirs, 1527u);
}

// The facts of a process start or end, from our event or from another reader's XML.
struct ProcessFacts {
  std::string pid, image, command_line, parent_pid, parent, user, guid, parent_guid, time;
  bool operator==(const ProcessFacts&) const = default;
};

std::string text(const ProcessFacts& facts) {
  return fmt::format("pid {} image {} command [{}] parent {} {} user {} guid {} {} time {}",
                     facts.pid, facts.image, facts.command_line, facts.parent_pid, facts.parent,
                     facts.user, facts.guid, facts.parent_guid, facts.time);
}

std::string decimal(std::string_view number) {
  const auto value = parse_unsigned(number);
  return value ? std::to_string(*value) : std::string();
}

std::string upper(std::string_view guid) {
  std::string result(guid);
  for (char& c : result) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

std::string milliseconds(const std::string& text) {
  const auto time = parse_time(text);
  return time ? format_time(time->time, 3) : text;
}

std::string present(std::string_view value) {
  return is_absent(value) ? std::string() : std::string(value);
}

bool is_sysmon_start(std::string_view provider, std::string_view code) {
  return provider == "Microsoft-Windows-Sysmon" && code == "1";
}
bool is_security_start(std::string_view provider, std::string_view code) {
  return provider == "Microsoft-Windows-Security-Auditing" && code == "4688";
}

ProcessFacts facts_of(Event& event) {
  const auto number = [&event](FieldId id) {
    const auto value = event.integer(id);
    return value ? std::to_string(*value) : std::string();
  };
  const auto of = [&event](FieldId id) { return std::string(event.text(id)); };
  ProcessFacts facts{number(field::process_pid),
                     of(field::process_executable),
                     of(field::process_command_line),
                     number(field::process_parent_pid),
                     of(field::process_parent_executable),
                     of(field::user_name),
                     of(field::process_entity_id),
                     of(field::process_parent_entity_id),
                     format_time(event.time, 3)};
  if (!event.text(field::user_domain).empty())
    facts.user = of(field::user_domain) + "\\" + facts.user;
  return facts;
}

ProcessFacts facts_of(const WinEvent& event, bool sysmon) {
  const auto of = [&event](std::string_view name) { return present(event.data(name)); };
  if (sysmon) {
    return {decimal(event.data("ProcessId")),
            of("Image"),
            of("CommandLine"),
            decimal(event.data("ParentProcessId")),
            of("ParentImage"),
            of("User"),
            upper(of("ProcessGuid")),
            upper(of("ParentProcessGuid")),
            milliseconds(of("UtcTime"))};
  }
  const std::string time(event.time_created_text);
  return {decimal(event.data("NewProcessId")),
          of("NewProcessName"),
          of("CommandLine"),
          decimal(event.data("ProcessId")),
          of("ParentProcessName"),
          of("SubjectDomainName") + "\\" + of("SubjectUserName"),
          "",
          "",
          milliseconds(time)};
}

std::string gunzip(const std::string& path) {
  std::string out;
  gzFile in = gzopen(path.c_str(), "rb");
  if (in == nullptr) return out;
  char block[65536];
  for (int got = 0; (got = gzread(in, block, sizeof block)) > 0;)
    out.append(block, static_cast<std::size_t>(got));
  gzclose(in);
  return out;
}

// Process starts in the order of another reader's XML.
std::vector<ProcessFacts> oracle_starts(const std::string& xml, std::size_t& events) {
  std::vector<ProcessFacts> all;
  EventXmlReader reader;
  WinEvent event;
  const std::string_view kEnd = "</Event>";
  for (std::size_t at = 0; (at = xml.find("<Event ", at)) != std::string::npos;) {
    const std::size_t end = xml.find(kEnd, at);
    if (end == std::string::npos) break;
    const std::string_view one = std::string_view(xml).substr(at, end + kEnd.size() - at);
    at = end;
    ++events;
    const Result<void> parsed = reader.read(one, event);
    EXPECT_TRUE(parsed) << one.substr(0, 200);
    if (!parsed || !event.event_id) continue;
    const std::string code = std::to_string(*event.event_id);
    if (is_sysmon_start(event.provider_name, code)) all.push_back(facts_of(event, true));
    if (is_security_start(event.provider_name, code)) all.push_back(facts_of(event, false));
  }
  return all;
}

TEST_F(EvtxCorpus, ProcessStartsAreThoseOfLibevtxAndPythonEvtx) {
  std::map<std::string, std::size_t> compared;
  for (const Counted& counted : record_counts()) {
    const std::string file = golden::read_text(folder() + "/" + counted.path);
    std::vector<ProcessFacts> ours;
    std::size_t live = 0;
    read(file, [&](Event& event) {
      if (event.recovered) return;
      ++live;
      const std::string_view provider = event.text(field::event_provider);
      const std::string_view code = event.text(field::event_code);
      if (is_sysmon_start(provider, code) || is_security_start(provider, code))
        ours.push_back(facts_of(event));
    });
    for (const char* oracle : {"libevtx-xml", "python-evtx-xml"}) {
      const std::string path = folder() + "/_oracles/" + oracle + "/" + counted.path + ".xml.gz";
      if (!fs::exists(path)) continue;
      std::size_t events = 0;
      const std::vector<ProcessFacts> theirs = oracle_starts(gunzip(path), events);
      if (events != live)
        continue;  // where a reader stopped early, or reads what we refuse: counted in the test
                   // above
      ASSERT_EQ(ours.size(), theirs.size()) << counted.path << " " << oracle;
      for (std::size_t i = 0; i < ours.size(); ++i) {
        EXPECT_EQ(text(ours[i]), text(theirs[i])) << counted.path << " " << oracle;
        EXPECT_NE(ours[i].pid, "") << counted.path;
      }
      compared[oracle] += ours.size();
    }
  }
  EXPECT_EQ(compared,
            (std::map<std::string, std::size_t>{{"libevtx-xml", 2217}, {"python-evtx-xml", 2136}}));
}

// python-evtx names the offset of each record.
TEST_F(EvtxCorpus, RecordsLieWherePythonEvtxFindsThem) {
  std::size_t compared = 0;
  for (const Counted& counted : record_counts()) {
    const std::string path = folder() + "/_oracles/python-evtx-xml/" + counted.path + ".xml.gz";
    if (!fs::exists(path)) continue;
    const std::string xml = gunzip(path);
    std::vector<std::uint64_t> theirs;
    const std::string kMark = "<!-- offset ";
    for (std::size_t at = 0; (at = xml.find(kMark, at)) != std::string::npos; at += kMark.size()) {
      theirs.push_back(std::stoull(xml.substr(at + kMark.size())));
    }
    const Reading reading = read(golden::read_text(folder() + "/" + counted.path));
    std::vector<std::uint64_t> ours;
    for (const auto& seen : reading.events) {
      if (!seen.recovered) ours.push_back(seen.source.offset);
    }
    if (theirs.size() != ours.size()) continue;
    EXPECT_EQ(ours, theirs) << counted.path;
    compared += ours.size();
  }
  EXPECT_EQ(compared, 7067u);
}

// 200 seeded corruptions of real files: no crash, no hang, and the books balance.
TEST_F(EvtxCorpus, CorruptedFilesBalance) {
  const std::vector<Counted> files = record_counts();
  std::uint64_t state = 0x5EED;
  const auto next = [&state]() {
    state += 0x9E3779B97F4A7C15u;  // splitmix64
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  };
  for (int run = 0; run < 200; ++run) {
    const Counted& counted = files[next() % files.size()];
    std::string file = golden::read_text(folder() + "/" + counted.path);
    file.resize(std::min<std::size_t>(file.size(), 4096 + 3 * 65536));
    const std::uint64_t changes = std::uint64_t{1} << (next() % 9);
    for (std::uint64_t i = 0; i < changes; ++i)
      file[next() % file.size()] = static_cast<char>(next());
    if (run % 5 == 0) file.resize(next() % file.size());
    EXPECT_TRUE(read(file).balanced) << run << " " << counted.path;
  }
}

}  // namespace
}  // namespace stemma
