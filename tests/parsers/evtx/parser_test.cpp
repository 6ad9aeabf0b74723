// EVTX files built by the test: what is read, what is said about damage, and that every byte is
// booked.
#include "parsers/common/parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "parsers/evtx/layout.hpp"
#include "tests/parsers/evtx/evtx_reading.hpp"
#include "tests/support/evtx_events.hpp"
#include "tests/support/evtx_writer.hpp"

namespace stemma {
namespace {

using namespace support;
using testing_evtx::ids;
using testing_evtx::notes;
using testing_evtx::read;
using testing_evtx::Reading;

const Timestamp kTime = parse_time("2026-11-24T03:10:51.1234567Z")->time;

WinRecord record(std::string command = "cmd /c x") {
  return sysmon_event(1, "WS1", kTime, {{"CommandLine", command}, {"ProcessId", "420"}});
}

EvtxWriter three() {
  EvtxWriter writer;
  writer.add({record("one"), record("two"), record("three")});
  return writer;
}

ArtifactBytes artifact(const std::string& file) {
  return {ArtifactId{7}, std::as_bytes(std::span(file)), {}};
}

TEST(EvtxParser, ReadsWhatWasWritten) {
  const std::string file = three().bytes();
  std::string lines;
  const Reading reading = read(file, [&lines](Event& event) {
    lines += std::string(event.text(field::process_command_line)) + "\n";
  });
  EXPECT_EQ(lines, "one\ntwo\nthree\n");
  EXPECT_EQ(ids(reading), "1 2 3");
  EXPECT_EQ(notes(reading.log), "");
  EXPECT_EQ(reading.log.records, (RecordCount{3, 0, 0}));
  EXPECT_TRUE(reading.balanced);
  const Layout layout = three().layout();
  EXPECT_EQ(reading.events[1].source.offset, layout.at("chunk[0].record[1].signature").offset);
  EXPECT_EQ(reading.events[1].source.length,
            file.find("**", reading.events[2].source.offset) - reading.events[1].source.offset);
  EXPECT_EQ(reading.log.bytes.parsed, 4096u + 512 + reading.events[0].source.length +
                                          reading.events[1].source.length +
                                          reading.events[2].source.length);
  EXPECT_EQ(reading.log.bytes.refused, 0u);
}

TEST(EvtxParser, RecognizesByContent) {
  const auto parser = make_evtx_parser();
  const auto is_evtx = [&parser](const std::string& file) {
    return parser->recognizes(artifact(file));
  };
  const std::string file = three().bytes();
  EXPECT_TRUE(is_evtx(file));
  EXPECT_TRUE(is_evtx(file.substr(0, 4096)));  // an empty log
  EXPECT_TRUE(is_evtx(file.substr(4096)));     // the header is gone
  EXPECT_TRUE(is_evtx(std::string(10'240, '\0') + file.substr(4096)));
  EXPECT_FALSE(is_evtx(""));
  EXPECT_FALSE(is_evtx("ElfFile"));
  EXPECT_FALSE(is_evtx(std::string(200'000, '\0')));
  EXPECT_FALSE(is_evtx(std::string(evtx::kMaxCarveSearch, '\0') + file.substr(4096)));
  EXPECT_FALSE(is_evtx("this text speaks of ElfChnk and ElfFile " + std::string(5000, 'x')));
}

TEST(EvtxParser, EmptyLog) {
  const Reading reading = read(EvtxWriter{}.bytes().substr(0, 4096));
  EXPECT_EQ(ids(reading), "");
  EXPECT_EQ(reading.log.bytes.parsed, 4096u);
  EXPECT_TRUE(reading.balanced);
}

TEST(EvtxParser, StaleRecordsAreRecovered) {
  const Reading reading = read(EvtxWriter{}.add({record(), record()}).stale(record("old")).bytes());
  EXPECT_EQ(ids(reading), "1 2 | 1");
  EXPECT_EQ(notes(reading.log), "");
  EXPECT_EQ(reading.log.records, (RecordCount{2, 1, 0}));
  EXPECT_EQ(reading.log.bytes.recovered, reading.events[2].source.length);
  EXPECT_TRUE(reading.balanced);
}

TEST(EvtxParser, HeaderDamageIsNotedAndTheRecordsRead) {
  const Reading reading =
      read(three().dirty().corrupt("file.chunk_count", 9).corrupt("file.crc", 1).bytes());
  EXPECT_EQ(ids(reading), "1 2 3");
  EXPECT_THAT(notes(reading.log),
              testing::MatchesRegex(
                  "@0x7c checksum_mismatch: file header: stored 00000001, computed [0-9a-f]+\n"
                  "@0x78 dirty_header: the log was not closed\n"
                  "@0x2a count_mismatch: the header counts 9 chunks, the file holds 1\n"));
}

TEST(EvtxParser, ChunkChecksumsAreNoted) {
  const Reading reading =
      read(three().corrupt("chunk[0].header_crc", 1).corrupt("chunk[0].data_crc", 2).bytes());
  EXPECT_EQ(ids(reading), "1 2 3");
  EXPECT_EQ(reading.log.count(Defect::checksum_mismatch), 2u);
}

TEST(EvtxParser, PreallocatedChunksAreUnused) {
  const Reading reading = read(three().preallocate(2).bytes());
  EXPECT_EQ(notes(reading.log), "");
  EXPECT_TRUE(reading.balanced);
  EXPECT_EQ(reading.log.bytes.refused, 0u);
}

EvtxWriter two_chunks() {
  EvtxWriter writer;
  writer.add({record(), record()}).chunk().add({record(), record()});
  return writer;
}

TEST(EvtxParser, ABadChunkCostsThatChunk) {
  const Reading zeroed = read(two_chunks().zero_chunk(0).bytes());
  EXPECT_EQ(ids(zeroed), "3 4");
  EXPECT_EQ(notes(zeroed.log),
            "@0x2a count_mismatch: the header counts 2 chunks, the file holds 1\n");
  EXPECT_EQ(zeroed.log.bytes.refused, 0u);
  const Reading unsigned_chunk = read(two_chunks().corrupt("chunk[0].signature", 0).bytes());
  // Its records are found by their own headers, and their templates where they always were.
  EXPECT_EQ(ids(unsigned_chunk), "3 4 | 1 2");
  EXPECT_EQ(unsigned_chunk.log.bytes.refused + unsigned_chunk.log.bytes.recovered, 65536u);
  EXPECT_EQ(unsigned_chunk.log.records, (RecordCount{2, 2, 0}));
  EXPECT_EQ(notes(unsigned_chunk.log),
            "@0x1000 bad_magic: chunk signature\n"
            "@0x2a count_mismatch: the header counts 2 chunks, the file holds 1\n");
  EXPECT_TRUE(unsigned_chunk.balanced);
}

TEST(EvtxParser, AMissingHeaderCostsNoRecord) {
  const Reading reading = read(two_chunks().bytes().substr(1024));
  EXPECT_EQ(ids(reading), "1 2 3 4");
  EXPECT_EQ(notes(reading.log), "@0x0 truncated: file header (need 4096, have 3072)\n");
  EXPECT_TRUE(reading.balanced);
}

TEST(EvtxParser, ChunksOutOfStepAreFound) {
  const std::string file = two_chunks().bytes();
  // 1,536 bytes of something else between the chunks, as a carver leaves them.
  const std::string carved =
      file.substr(0, 4096 + 65536) + std::string(1536, 'x') + file.substr(4096 + 65536);
  const Reading reading = read(carved);
  EXPECT_EQ(ids(reading), "1 2 3 4");
  EXPECT_EQ(reading.log.bytes.refused, 1536u);
  EXPECT_TRUE(reading.balanced);
}

TEST(EvtxParser, AChunkSignatureInsideAChunkIsNoChunk) {
  std::string file = two_chunks().bytes();
  file.replace(4096 + 32768, 8, std::string("ElfChnk\0", 8));
  const Reading reading = read(file);
  EXPECT_EQ(ids(reading), "1 2 3 4");
  EXPECT_TRUE(reading.balanced);
}

TEST(EvtxParser, AForgedChunkInAGapDoesNotSwallowTheNext) {
  std::string file = two_chunks().corrupt("chunk[0].signature", 0).bytes();
  file.replace(4096 + 1024, 8, std::string("ElfChnk\0", 8));
  const Reading reading = read(file);
  EXPECT_THAT(ids(reading), testing::HasSubstr("3 4"));
  EXPECT_TRUE(reading.balanced);
}

TEST(EvtxParser, EveryTruncationBalances) {
  const EvtxWriter writer = two_chunks();
  const std::string file = writer.bytes();
  const auto second =
      static_cast<std::size_t>(writer.layout().at("chunk[0].record[1].signature").offset);
  for (std::size_t size = 0; size < file.size(); size = size < 6000 ? size + 97 : size + 4099) {
    const Reading reading = read(file.substr(0, size));
    EXPECT_TRUE(reading.balanced) << size;
  }
  const Reading cut = read(file.substr(0, second + 100));
  EXPECT_EQ(ids(cut), "1");
  EXPECT_EQ(cut.log.records, (RecordCount{1, 0, 1}));
  EXPECT_EQ(cut.log.bytes.refused, 100u);
}

TEST(EvtxParser, ABrokenRecordCostsThatRecord) {
  for (const std::uint64_t size : {0u, 27u, 70000u, 0xFFFFFFF8u}) {
    const Reading reading = read(three().corrupt("chunk[0].record[1].size", size).bytes());
    EXPECT_EQ(ids(reading), "1 3") << size;
    EXPECT_EQ(reading.log.records, (RecordCount{2, 0, 1})) << size;
    EXPECT_EQ(reading.log.count(Defect::bad_record_size), 1u) << size;
    EXPECT_EQ(reading.log.count(Defect::record_id_gap), 1u) << size;
    EXPECT_TRUE(reading.balanced) << size;
  }
  const Reading unsigned_record = read(three().corrupt("chunk[0].record[1].signature", 0).bytes());
  EXPECT_EQ(ids(unsigned_record), "1 3");
  EXPECT_EQ(unsigned_record.log.count(Defect::bad_magic), 1u);
}

TEST(EvtxParser, ABrokenFirstRecordCostsOnlyItself) {
  // The template lives in the first record; the others refer to it.
  const Reading reading = read(three().corrupt("chunk[0].record[0].size", 3).bytes());
  EXPECT_EQ(ids(reading), "2 3");
  EXPECT_TRUE(reading.balanced);
}

TEST(EvtxParser, SizesThatDifferAreNoted) {
  const Reading reading = read(three().corrupt("chunk[0].record[1].size_copy", 5).bytes());
  EXPECT_EQ(ids(reading), "1 2 3");
  EXPECT_THAT(notes(reading.log), testing::HasSubstr("count_mismatch: record 2: size"));
}

TEST(EvtxParser, ImpossibleFreeSpaceIsWalkedAround) {
  for (const std::uint64_t free : {0u, 100u, 70000u}) {
    const Reading reading = read(three().corrupt("chunk[0].free_space", free).bytes());
    EXPECT_EQ(ids(reading), "1 2 3") << free;
    EXPECT_THAT(notes(reading.log), testing::HasSubstr("is outside the chunk, records end at"))
        << free;
    const Reading worse = read(three()
                                   .corrupt("chunk[0].free_space", free)
                                   .corrupt("chunk[0].last_record_offset", 9)
                                   .bytes());
    EXPECT_EQ(ids(worse), "1 2 3") << free;
  }
}

TEST(EvtxParser, GapsAndRepetitionsOfIds) {
  WinRecord jump = record();
  jump.record_id = 9;
  WinRecord again = record();
  again.record_id = 9;
  const Reading reading = read(EvtxWriter{}.add({record(), jump, again}).bytes());
  EXPECT_EQ(ids(reading), "1 9 9");
  EXPECT_THAT(notes(reading.log),
              testing::MatchesRegex("@0x[0-9a-f]+ record_id_gap: record 9 follows 1\n"
                                    "@0x[0-9a-f]+ record_id_repeated: record 9\n"));
}

// A record is made as long as itself and the next one, both copies of its size agree, and the ids
// behind are renumbered: readers that go by sizes see an unbroken log.
TEST(EvtxParser, ARecordHiddenInsideAnotherIsFound) {
  EvtxWriter writer = three();
  std::string file = writer.bytes();
  const Layout layout = writer.layout();
  const auto at = [&layout](const std::string& name) { return layout.at(name).offset; };
  const auto put = [&file](std::size_t place, std::uint64_t number, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) file[place + i] = static_cast<char>(number >> (8 * i));
  };
  const std::size_t first = at("chunk[0].record[0].signature");
  const std::size_t hidden = at("chunk[0].record[1].signature");
  const std::size_t third = at("chunk[0].record[2].signature");
  put(first + 4, third - first, 4);
  put(third - 4, third - first, 4);
  put(third + 8, 2, 8);
  std::string lines;
  const Reading reading = read(file, [&lines](Event& event) {
    lines += std::string(event.text(field::process_command_line)) + "\n";
  });
  EXPECT_EQ(lines, "one\ntwo\nthree\n");
  EXPECT_EQ(reading.log.records, (RecordCount{2, 1, 0}));
  EXPECT_TRUE(reading.events[1].recovered);
  EXPECT_EQ(reading.events[1].source.offset, hidden);
  EXPECT_EQ(reading.log.bytes.recovered, third - hidden);
  EXPECT_TRUE(reading.balanced);
  EXPECT_THAT(
      notes(reading.log),
      testing::HasSubstr("count_mismatch: record 2 lies hidden inside record 1, whose size " +
                         std::to_string(third - first) + " reaches over it"));
}

TEST(EvtxParser, TimesOutOfRange) {
  const Reading reading = read(three().corrupt("chunk[0].record[1].time", UINT64_MAX).bytes());
  EXPECT_EQ(ids(reading), "1 2 3");
  EXPECT_THAT(notes(reading.log),
              testing::HasSubstr("time_out_of_range: record 2: written 0xffffffffffffffff"));
}

TEST(EvtxParser, RecordsWithoutTemplate) {
  WinRecord literal = record("a & <b> \"c\"");
  literal.style = Style::literal;
  const std::string file = EvtxWriter{}.add({record(), literal, record()}).bytes();
  std::string lines;
  const Reading reading = read(file, [&lines](Event& event) {
    lines += std::string(event.text(field::process_command_line)) + "\n";
  });
  EXPECT_EQ(ids(reading), "1 2 3");
  EXPECT_EQ(lines, "cmd /c x\na & <b> \"c\"\ncmd /c x\n");
  EXPECT_EQ(notes(reading.log), "");
  EXPECT_TRUE(reading.balanced);
}

TEST(EvtxParser, WrongTemplateIdIsRefused) {
  const Reading reading = read(three().corrupt("chunk[0].record[1].template_id", 12345).bytes());
  EXPECT_EQ(ids(reading), "1 3");
  EXPECT_THAT(notes(reading.log),
              testing::HasSubstr("undecodable_record: record 2: template id (need 12345"));
}

TEST(EvtxParser, OnlyAtGivesThoseRecords) {
  const std::string file = two_chunks().stale(record("old")).bytes();
  const Reading whole = read(file);
  ASSERT_EQ(ids(whole), "1 2 3 4 | 1");
  const std::vector<std::uint64_t> at{whole.events[1].source.offset, whole.events[2].source.offset,
                                      whole.events[4].source.offset};
  const auto parser = make_evtx_parser();
  const ArtifactBytes one = artifact(file);
  class Sink : public EventSink {
   public:
    void on_event(Event& event) override {
      seen += std::to_string(event.sequence) + (event.recovered ? "r " : " ");
    }
    std::string seen;
  } sink;
  const Projection all = Projection::all();
  for (const Unit& unit : parser->split({&one, 1})) {
    ImportLog log;
    parser->decode({&one, 1}, unit, {&all, &at}, sink, log);
    EXPECT_EQ(log, ImportLog{});
  }
  EXPECT_EQ(sink.seen, "2 3 1r ");
}

TEST(EvtxParser, DecodesOneEventAgain) {
  const std::string file = two_chunks().stale(record("old")).bytes();
  std::vector<std::uint64_t> hashes;
  const Reading whole =
      read(file, [&hashes](Event& event) { hashes.push_back(event.content_hash()); });
  const auto parser = make_evtx_parser();
  const ArtifactBytes one{ArtifactId{1}, std::as_bytes(std::span(file)), {}};
  const Projection all = Projection::all();
  for (std::size_t i = 0; i < whole.events.size(); ++i) {
    Event event;
    ASSERT_TRUE(parser->decode_event({&one, 1}, {&whole.events[i].source, 1}, all, event));
    EXPECT_EQ(event.content_hash(), hashes[i]);
    EXPECT_EQ(event.source, whole.events[i].source);
    EXPECT_EQ(event.recovered, whole.events[i].recovered);
  }
  Event event;
  const SourceSpan nowhere{ArtifactId{1}, 100, 999'999'999};
  const Result<void> missing = parser->decode_event({&one, 1}, {&nowhere, 1}, all, event);
  ASSERT_FALSE(missing);
  EXPECT_EQ(describe(missing.error()), "no record at this offset: bad_magic");
}

TEST(EvtxParser, UnitsDecodeInParallel) {
  EvtxWriter writer;
  for (int chunk = 0; chunk < 64; ++chunk) {
    for (int i = 0; i < 3; ++i) writer.add(record("cmd /c " + std::to_string(chunk * 3 + i)));
    writer.chunk();
  }
  const std::string file = writer.bytes();
  const auto parser = make_evtx_parser();
  const ArtifactBytes one = artifact(file);
  const std::vector<Unit> units = parser->split({&one, 1});
  const Projection all = Projection::all();
  class Hashes : public EventSink {
   public:
    void on_event(Event& event) override { sum += event.content_hash() * event.source.offset; }
    std::uint64_t sum = 0;
  };
  const auto decode = [&](std::size_t unit) {
    Hashes sink;
    ImportLog log;
    parser->decode({&one, 1}, units[unit], {&all, nullptr}, sink, log);
    return sink.sum;
  };
  std::vector<std::uint64_t> serial(units.size());
  for (std::size_t i = 0; i < units.size(); ++i) serial[i] = decode(i);
  std::vector<std::uint64_t> parallel(units.size());
  std::vector<std::thread> threads;
  for (std::size_t worker = 0; worker < 4; ++worker) {
    threads.emplace_back([&, worker] {
      for (std::size_t i = worker; i < units.size(); i += 4) parallel[i] = decode(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(parallel, serial);
  EXPECT_EQ(units.size(), 5u);
}

TEST(EvtxParser, HostFallsBackToTheArtifacts) {
  WinRecord bare = record();
  bare.computer.clear();
  const Reading reading = read(EvtxWriter{}.add(bare).bytes());
  EXPECT_EQ(reading.log.count(Defect::unknown_host), 1u);
}

}  // namespace
}  // namespace stemma
