// The two passes as such, over a format made for it: a line is a unit, and holds one record or
// several: `time sequence code text[|time sequence code text…]`. Whatever the number of threads and
// the names of the files, each pass sees the events that a slow reading of the lines finds.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "app/session/parallel.hpp"
#include "app/session/session.hpp"
#include "tests/support/temp_dir.hpp"

namespace stemma {
namespace {

using support::TempDir;

struct Line {
  std::int64_t time = 0;
  std::uint64_t sequence = 0;
  std::string code, text;
};

std::vector<Line> records_of(const std::string& line) {
  std::vector<Line> records;
  std::istringstream parts(line);
  std::string part;
  while (std::getline(parts, part, '|')) {
    Line record;
    std::istringstream words(part);
    words >> record.time >> record.sequence >> record.code >> record.text;
    records.push_back(record);
  }
  return records;
}

class LineParser : public Parser {
 public:
  std::string_view format() const override { return "lines"; }
  bool recognizes(const ArtifactBytes&) const override { return true; }
  std::vector<Unit> split(std::span<const ArtifactBytes> artifacts) const override {
    std::vector<Unit> units;
    for (std::uint32_t i = 0; i < artifacts.size(); ++i) {
      const std::string_view text = artifacts[i].text();
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
        units.push_back({i, at, end - at});
        at = end;
      }
    }
    return units;
  }
  void decode(std::span<const ArtifactBytes> artifacts, const Unit& unit, const Wanted& wanted,
              EventSink& sink, ImportLog& log) const override {
    if (wanted.only_at != nullptr) {
      ++decoded_again;
      EXPECT_TRUE(std::is_sorted(wanted.only_at->begin(), wanted.only_at->end()));
      if (!std::binary_search(wanted.only_at->begin(), wanted.only_at->end(), unit.offset)) return;
    }
    const ArtifactBytes& artifact = artifacts[unit.artifact];
    Event event;
    const std::string line(artifact.text().substr(unit.offset, unit.length));
    for (const Line& record : records_of(line)) {
      event.reset(*wanted.projection);
      event.time = {record.time};
      event.sequence = record.sequence;
      event.source = {artifact.id, static_cast<std::uint32_t>(unit.length), unit.offset};
      event.recovered = record.text.starts_with("recovered");
      event.set(field::event_code, record.code);
      event.set(field::event_category, record.code == "1" ? "process" : "file");
      event.set(field::host_name, "h");
      event.set(field::message, record.text);
      sink.on_event(event);
    }
    log.bytes.parsed += unit.length;
  }
  Result<void> decode_event(std::span<const ArtifactBytes>, std::span<const SourceSpan> spans,
                            const Projection&, Event&) const override {
    return tl::unexpected(Fault{Defect::undecodable_record, spans[0].offset, 0, 0, "lines"});
  }

  static inline std::atomic<int> decoded_again{0};
};

std::unique_ptr<Session> open(const std::string& path, unsigned threads, std::uint64_t memory = 0) {
  SessionOptions options;
  options.threads = threads;
  options.memory = memory;
  options.parsers = [] {
    std::vector<std::unique_ptr<Parser>> parsers;
    parsers.push_back(std::make_unique<LineParser>());
    return parsers;
  };
  LineParser::decoded_again = 0;
  return Session::open({path}, options);
}

// What a pass saw of every event, by id.
std::map<std::uint32_t, std::string> seen(const Session& session, const EventSelection& selection) {
  std::map<std::uint32_t, std::string> all;
  std::mutex mutex;
  Projection projection;
  projection.want(field::message);
  projection.want(field::event_code);
  session.for_each(selection, projection, [&](unsigned, EventId id, Event& event) {
    const std::lock_guard lock(mutex);
    EXPECT_TRUE(all.emplace(id.value,
                            fmt::format("{} {} {} {}", event.time.ns, event.sequence,
                                        event.text(field::event_code), event.text(field::message)))
                    .second)
        << id.value;
  });
  return all;
}

TEST(Passes, SeeEveryEventOnceUnderItsOwnId) {
  std::mt19937 random(9);
  for (int round = 0; round < 20; ++round) {
    const TempDir dir;
    std::vector<std::string> lines;
    for (int file = 0; file < 3; ++file) {
      std::string text;
      for (int i = 0; i < 200; ++i) {
        std::string line;
        for (unsigned k = 0; k <= random() % 3; ++k) {
          line += fmt::format("{}{} {} {} f{}l{}r{}", k == 0 ? "" : "|", random() % 300,
                              random() % 5, 1 + random() % 2, file, i, k);
        }
        lines.push_back(line);
        text += line + "\n";
      }
      dir.write(fmt::format("f{}", (file + round) % 3), text);
    }
    // All records differ in their text, so all count.
    std::multiset<std::string> written;
    std::multiset<std::string> of_processes;
    for (const std::string& line : lines) {
      for (const Line& r : records_of(line)) {
        const std::string record = fmt::format("{} {} {} {}", r.time, r.sequence, r.code, r.text);
        written.insert(record);
        if (r.code == "1") of_processes.insert(record);
      }
    }
    for (const unsigned threads : {1u, 3u}) {
      const auto session = open(dir.path(), threads);
      const CaseSnapshot& snapshot = session->snapshot();
      ASSERT_EQ(snapshot.events.size(), written.size());
      std::multiset<std::string> found;
      for (const auto& [id, record] : seen(*session, {})) {
        found.insert(record);
        const std::string head =
            fmt::format("{} {} {} ", snapshot.events.time(EventId{id}).ns,
                        snapshot.events.sequence(EventId{id}),
                        snapshot.strings.view(snapshot.events.code(EventId{id})));
        ASSERT_TRUE(record.starts_with(head)) << record << " is not " << head;
      }
      ASSERT_EQ(found, written);
      found.clear();
      EventSelection processes;
      processes.categories = category_bit(CategoryBit::process);
      for (const auto& [id, record] : seen(*session, processes)) found.insert(record);
      ASSERT_EQ(found, of_processes);
    }
  }
}

TEST(Passes, TouchOnlyUnitsThatHoldWhatIsWanted) {
  const TempDir dir;
  std::string text;
  for (int i = 0; i < 500; ++i)
    text += fmt::format("{} {} {} t{}\n", i, i, i % 100 == 7 ? 1 : 2, i);
  dir.write("f", text);
  const auto session = open(dir.path(), 2);
  EXPECT_EQ(LineParser::decoded_again, 0);
  EventSelection selection;
  selection.categories = category_bit(CategoryBit::process);
  EXPECT_EQ(seen(*session, selection).size(), 5u);
  EXPECT_EQ(LineParser::decoded_again, 5);
  selection.first = 100;  // positions in the store, here the same as lines
  selection.last = 300;
  EXPECT_EQ(seen(*session, selection).size(), 2u);
  EXPECT_EQ(LineParser::decoded_again, 7);
}

TEST(Passes, CopiesCountOnceAndTwinsDoNot) {
  const TempDir dir;
  dir.write("a", "10 1 4624 same\n20 2 4624 true\n30 3 1 recovered\n40 4 1 twice|40 4 1 twice\n");
  dir.write("b",
            "10 1 4624 same\n20 2 4624 forged\n30 3 1 recovered\n40 4 1 twice|40 4 1 twice\n50 5 1 "
            "other\n");
  for (const unsigned threads : {1u, 4u}) {
    const auto session = open(dir.path(), threads);
    std::vector<std::string> records;
    for (const auto& [id, record] : seen(*session, {})) records.push_back(record);
    EXPECT_THAT(records, ::testing::UnorderedElementsAre(
                             "10 1 4624 same", "20 2 4624 true", "20 2 4624 forged",
                             "30 3 1 recovered", "40 4 1 twice", "40 4 1 twice", "50 5 1 other"));
    std::uint64_t copies = 0;
    for (const Artifact& artifact : session->snapshot().artifacts)
      copies += artifact.log.count(Defect::duplicate_event);
    EXPECT_EQ(copies, 4u);
  }
}

TEST(Passes, AFloodOfEqualRecordsIsReadTwiceAndNoMore) {
  const TempDir dir;
  std::string text;
  for (int i = 0; i < 20'000; ++i)
    text += fmt::format("1 1 1 {}\n", i % 2 == 0 ? "same" : std::to_string(i));
  dir.write("f", text);
  const auto session = open(dir.path(), 2);
  EXPECT_EQ(LineParser::decoded_again, 20'000);
  EXPECT_EQ(session->snapshot().events.size(), 10'001u);
}

TEST(Passes, WriteInTheOrderOfTheEvidence) {
  const TempDir dir;
  std::string text;
  for (int i = 0; i < 3000; ++i) text += fmt::format("{} {} 1 t{}\n", (i * 7919) % 3000, i, i);
  dir.write("f", text);
  for (const unsigned threads : {1u, 2u, 8u}) {
    const auto session = open(dir.path(), threads);
    std::string out;
    session->render_in_order(
        {}, Projection::all(),
        [](unsigned, EventId, Event& event, std::string& part) {
          part += fmt::format("{} {} 1 {}\n", event.time.ns, event.sequence,
                              event.text(field::message));
        },
        [&](const std::string& part) { out += part; });
    ASSERT_EQ(out, text) << threads;
  }
}

// --- memory

std::string many_lines(int lines) {
  std::string text;
  for (int i = 0; i < lines; ++i) {
    text += fmt::format("{} {} 1 r{}", i, i, i);
    for (int k = 0; k < 99; ++k) text += fmt::format("|{} {} 1 r{}", i, 1000 * i + k, k);
    text += "\n";
  }
  return text;
}

std::string refusal(const std::string& path, std::uint64_t memory) {
  try {
    open(path, 1, memory);
  } catch (const MemoryExceeded& exceeded) {
    return exceeded.what();
  }
  return "";
}

TEST(Memory, WhatASampleShowsNotToFitIsRefusedBeforeItBegins) {
  const TempDir dir;
  dir.write("f", many_lines(3000));  // 300,000 events
  EXPECT_THAT(
      refusal(dir.path(), 16u << 20),
      ::testing::MatchesRegex("16 MiB of memory cannot hold this evidence: it needs about 4[78] "
                              "MiB \\(some 30[0-9]+ events, "
                              "by a sample of 64 of 3000 units\\); give more, or fewer files"));
  EXPECT_EQ(refusal(dir.path(), 256u << 20), "");
}

TEST(Memory, IndexingStopsWhereTheBudgetEnds) {
  const TempDir dir;
  dir.write("f", many_lines(200));  // too few units for a sample
  EXPECT_EQ(refusal(dir.path(), 1u << 20),
            "1 MiB of memory is used up after 1 of 200 units: 100 events need 35 MiB; give more, "
            "or fewer files");
  EXPECT_EQ(refusal(dir.path(), 64u << 20), "");
}

TEST(Memory, SizesAreReadAndWritten) {
  EXPECT_EQ(parse_size("512M"), 512u << 20);
  EXPECT_EQ(parse_size("4G"), std::uint64_t{4} << 30);
  EXPECT_EQ(parse_size("64KiB"), 65536u);
  EXPECT_EQ(parse_size("7tb"), std::nullopt);
  EXPECT_EQ(parse_size("7TB"), std::uint64_t{7} << 40);
  EXPECT_EQ(parse_size("1000"), 1000u);
  for (const char* bad :
       {"", "0", "-1", "G", "4X", "4GG", "4 G", "99999999999999999999", "99999999T"})
    EXPECT_EQ(parse_size(bad), std::nullopt) << bad;
  EXPECT_EQ(size_text(1), "1 bytes");
  EXPECT_EQ(size_text(1024), "1 KiB");
  EXPECT_EQ(size_text(1025), "2 KiB");
  EXPECT_EQ(size_text(std::uint64_t{3} << 30), "3 GiB");
  EXPECT_EQ(size_text((std::uint64_t{3} << 30) + 1), "3.1 GiB");
}

// --- run_in_order

TEST(RunInOrder, CollectsInOrderWhileFewWait) {
  for (const unsigned threads : {1u, 2u, 7u}) {
    std::mt19937 random(threads);
    std::vector<int> pause(2000);
    for (int& p : pause) p = random() % 50 == 0 ? 1 : 0;
    std::atomic<std::size_t> begun{0};
    std::size_t collected = 0;
    std::vector<std::atomic<int>> done(pause.size());
    run_in_order(
        pause.size(), threads, {},
        [&](unsigned worker, std::size_t piece) {
          ASSERT_LT(worker, threads);
          ++begun;
          if (pause[piece] != 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
          ++done[piece];
        },
        [&](std::size_t piece) {
          EXPECT_EQ(piece, collected++);
          EXPECT_EQ(done[piece], 1);
          EXPECT_LE(begun, piece + pieces_in_flight(threads));
        });
    EXPECT_EQ(collected, pause.size());
  }
}

TEST(RunInOrder, ThrowsAgainWhatAPieceThrew) {
  for (const unsigned threads : {1u, 4u}) {
    for (const bool collecting : {false, true}) {
      std::vector<std::size_t> collected;
      const auto fail = [](std::size_t piece) {
        if (piece == 100) throw std::runtime_error("full");
      };
      EXPECT_THROW(run_in_order(
                       1000, threads, {},
                       [&](unsigned, std::size_t piece) {
                         if (!collecting) fail(piece);
                       },
                       [&](std::size_t piece) {
                         if (collecting) fail(piece);
                         collected.push_back(piece);
                       }),
                   std::runtime_error);
      EXPECT_LE(collected.size(), 100u);
      EXPECT_TRUE(std::is_sorted(collected.begin(), collected.end()));
    }
  }
}

TEST(RunInOrder, StopsWhenAsked) {
  for (const unsigned threads : {1u, 4u}) {
    std::stop_source stop;
    std::size_t collected = 0;
    run_in_order(
        100'000, threads, stop.get_token(),
        [&](unsigned, std::size_t piece) {
          if (piece == 500) stop.request_stop();
        },
        [&](std::size_t piece) { EXPECT_EQ(piece, collected++); });
    EXPECT_LE(collected, 500 + pieces_in_flight(threads) + threads);
  }
}

}  // namespace
}  // namespace stemma
