// Damage that EvtxWriter is asked for is done where its name says and nowhere else, and places lie
// where the layout says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/evtx_check.hpp"
#include "tests/support/evtx_events.hpp"
#include "tests/support/evtx_writer.hpp"

namespace stemma::support {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Timestamp kNoon = parse_time("2026-03-04T12:00:00Z")->time;

WinRecord start_of(unsigned pid) {
  return sysmon_event(1, "HOST-A", kNoon,
                      {{"ProcessId", std::to_string(pid)}, {"Image", "C:\\x.exe"}});
}

/// Two chunks of two records, ids 1 to 4.
EvtxWriter two_chunks() {
  EvtxWriter writer;
  writer.add(start_of(11)).add(start_of(12)).chunk().add(start_of(21)).add(start_of(22));
  return writer;
}

std::vector<std::uint64_t> ids(const CheckedFile& file) {
  std::vector<std::uint64_t> out;
  for (const CheckedRecord& each : file.records) out.push_back(each.id);
  return out;
}

/// Offsets of the bytes in which two files of one size differ, as runs.
std::vector<std::pair<std::size_t, std::size_t>> differences(const std::string& a,
                                                             const std::string& b) {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i] == b[i]) continue;
    if (!out.empty() && out.back().second == i)
      ++out.back().second;
    else
      out.emplace_back(i, i + 1);
  }
  return out;
}

std::uint64_t number(const std::string& file, const Place& place) {
  std::uint64_t out = 0;
  for (std::uint32_t i = 0; i < place.size; ++i)
    out |= std::uint64_t{static_cast<unsigned char>(file[place.offset + i])} << (8 * i);
  return out;
}

TEST(EvtxLayout, PlacesLieWhereTheySay) {
  EvtxWriter writer = two_chunks();
  const std::string file = writer.bytes();
  const Layout layout = writer.layout();
  for (const auto& [name, place] : layout.places())
    EXPECT_LE(place.offset + place.size, file.size()) << name;
  EXPECT_EQ(layout.at("chunk[1]"), (Place{4096 + 65'536, 65'536}));
  EXPECT_EQ(number(file, layout.at("file.chunk_count")), 2u);
  EXPECT_EQ(number(file, layout.at("file.next_record_id")), 5u);
  EXPECT_EQ(number(file, layout.at("chunk[1].first_record_id")), 3u);
  EXPECT_EQ(number(file, layout.at("chunk[1].record[1].id")), 4u);
  EXPECT_EQ(number(file, layout.at("chunk[1].record[1].time")), filetime_from_time(kNoon));
  const Place record = layout.at("chunk[0].record[1]");
  EXPECT_EQ(number(file, layout.at("chunk[0].record[1].size")), record.size);
  EXPECT_EQ(number(file, layout.at("chunk[0].record[1].size_copy")), record.size);
  EXPECT_EQ(number(file, layout.at("chunk[0].last_record_offset")), record.offset - 4096);
  EXPECT_EQ(number(file, layout.at("chunk[0].free_space")), record.offset - 4096 + record.size);
  // The payload is the eighteenth value; its own values are those of the event.
  EXPECT_EQ(number(file, layout.at("chunk[0].record[1].value_count")), 18u);
  EXPECT_EQ(number(file, layout.at("chunk[0].record[1].value[17].size")),
            layout.at("chunk[0].record[1].payload").size);
  EXPECT_EQ(number(file, layout.at("chunk[0].record[1].payload.value_count")), 23u);
  EXPECT_EQ(number(file, layout.at("chunk[0].record[1].payload.value[3]")), 12u);
  EXPECT_EQ(number(file, layout.at("chunk[0].record[1].payload.value[3].type")), 8u);
  EXPECT_EQ(file.substr(layout.at("chunk[0].record[1].payload.value[4]").offset, 4),
            std::string("C\0:\0", 4));
  // Defined in the first record of each chunk, referred to by the second.
  EXPECT_EQ(number(file, layout.at("chunk[0].record[1].definition_offset")) + 4096,
            layout.at("chunk[0].record[0].definition").offset);
  EXPECT_FALSE(layout.has("chunk[0].record[1].definition"));
  EXPECT_EQ(file.substr(layout.at("chunk[0].name[0].characters").offset, 10),
            std::string("E\0v\0e\0n\0t\0", 10));
  EXPECT_EQ(number(file, layout.at("chunk[0].record[0].definition.element[0].token")), 0x41u);
  EXPECT_FALSE(layout.has("chunk[2]"));
}

TEST(EvtxDamage, ChangesThePlaceAndTheChecksumsOnly) {
  EvtxWriter writer = two_chunks();
  const std::string sound = writer.bytes();
  const Layout layout = writer.layout();
  const Place size = layout.at("chunk[1].record[1].size");
  const Place crc = layout.at("chunk[1].data_crc");
  const Place header_crc = layout.at("chunk[1].header_crc");
  const std::string damaged = writer.corrupt("chunk[1].record[1].size", 4).bytes();
  const std::string message = check_evtx(damaged).violations.at(0);
  for (const auto& [begin, end] : differences(sound, damaged)) {
    const auto inside = [b = begin, e = end](const Place& place) {
      return b >= place.offset && e <= place.offset + place.size;
    };
    EXPECT_TRUE(inside(size) || inside(crc) || inside(header_crc)) << begin << '-' << end;
  }
  EXPECT_EQ(number(damaged, size), 4u);
  EXPECT_EQ(message.substr(message.find(": ")), ": record size 4");
  EXPECT_EQ(ids(check_evtx(damaged)), (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST(EvtxDamage, KeepCrcLeavesTheOldChecksums) {
  EvtxWriter writer = two_chunks();
  writer.corrupt("chunk[0].record[0].time", 0);
  EXPECT_THAT(check_evtx(writer.bytes()).violations, IsEmpty());
  EXPECT_THAT(check_evtx(writer.keep_crc().bytes()).violations, ElementsAre("chunk 0 data crc"));
}

TEST(EvtxDamage, ChecksumsCanBeWrong) {
  EXPECT_THAT(check_evtx(two_chunks().corrupt("file.crc", 1).bytes()).violations,
              ElementsAre("file crc"));
  EXPECT_THAT(check_evtx(two_chunks().corrupt("chunk[1].data_crc", 1).bytes()).violations,
              ElementsAre("chunk 1 data crc", "chunk 1 header crc"));
  EXPECT_THAT(check_evtx(two_chunks().corrupt("chunk[0].header_crc", 1).bytes()).violations,
              ElementsAre("chunk 0 header crc"));
}

TEST(EvtxDamage, FileHeaderCountsAndFlags) {
  EXPECT_THAT(check_evtx(two_chunks().corrupt("file.chunk_count", 1).bytes()).violations,
              ElementsAre("file chunk count"));
  EvtxWriter writer = two_chunks();
  const std::string file = writer.dirty().bytes();
  EXPECT_EQ(number(file, writer.layout().at("file.flags")), 1u);
  EXPECT_THAT(check_evtx(file).violations, IsEmpty());
}

TEST(EvtxDamage, FreeSpaceOffset) {
  EXPECT_THAT(check_evtx(two_chunks().corrupt("chunk[0].free_space", 70'000).bytes()).violations,
              ElementsAre("chunk 0 free space offset"));
}

TEST(EvtxDamage, ZeroedChunkAndPreallocation) {
  const CheckedFile zeroed = check_evtx(two_chunks().zero_chunk(0).bytes());
  EXPECT_EQ(ids(zeroed), (std::vector<std::uint64_t>{3, 4}));
  EXPECT_THAT(zeroed.violations, ElementsAre("file chunk count"));
  const std::string file = two_chunks().preallocate(3).bytes();
  EXPECT_EQ(file.size(), 4096u + 5 * 65'536);
  EXPECT_THAT(check_evtx(file).violations, IsEmpty());
}

TEST(EvtxDamage, Truncation) {
  const std::string file = two_chunks().truncate(4096 + 65'536 + 700).bytes();
  EXPECT_EQ(file.size(), 4096u + 65'536 + 700);
  EXPECT_EQ(ids(check_evtx(file)), (std::vector<std::uint64_t>{1, 2}));
}

TEST(EvtxDamage, Overwrite) {
  EvtxWriter writer = two_chunks();
  const std::string file = writer.overwrite("chunk[0].signature", "XXXXXXXX").bytes();
  EXPECT_EQ(file.substr(4096, 8), "XXXXXXXX");
  EXPECT_EQ(ids(check_evtx(file)), (std::vector<std::uint64_t>{3, 4}));
}

TEST(EvtxDamage, PlacesThatDoNotExistAreRefused) {
  EXPECT_THROW((void)two_chunks().corrupt("chunk[0].record[9].size", 4).bytes(), std::out_of_range);
  EXPECT_THROW((void)two_chunks().corrupt("chunk[0]", 4).bytes(), std::length_error);
}

TEST(EvtxWriterStale, OldRecordsLieBehindTheFreeSpaceOffset) {
  WinRecord old = start_of(99);
  old.record_id = 40;
  EvtxWriter writer;
  writer.add(start_of(1)).stale(old).stale(old).add(start_of(2));
  const std::string file = writer.bytes();
  const Layout layout = writer.layout();
  const CheckedFile checked = check_evtx(file);
  EXPECT_THAT(checked.violations, IsEmpty());
  EXPECT_EQ(ids(checked), (std::vector<std::uint64_t>{1, 2}))
      << "the live one after them is in the next chunk";
  const Place stale = layout.at("chunk[0].stale[1]");
  EXPECT_GE(stale.offset - 4096, number(file, layout.at("chunk[0].free_space")));
  EXPECT_EQ(file.substr(stale.offset, 4), std::string("**\0\0", 4));
  EXPECT_EQ(number(file, layout.at("chunk[0].stale[1].id")), 40u);
  EXPECT_EQ(number(file, layout.at("chunk[0].stale[1].size_copy")), stale.size);
  EXPECT_TRUE(layout.has("chunk[1].record[0]"));
}

TEST(EvtxWriterWrap, NewestChunksLieInFront) {
  EvtxWriter writer;
  for (unsigned i = 0; i < 4; ++i) writer.chunk().add(start_of(i));
  writer.wrap(1);
  const std::string file = writer.bytes();
  const CheckedFile checked = check_evtx(file);
  EXPECT_THAT(checked.violations, IsEmpty());
  EXPECT_EQ(ids(checked), (std::vector<std::uint64_t>{4, 1, 2, 3}));
  EXPECT_EQ(number(file, writer.layout().at("file.first_chunk")), 1u);
  EXPECT_EQ(number(file, writer.layout().at("file.last_chunk")), 0u);
}

TEST(EvtxWriterEmpty, ChunksAndFilesWithoutRecords) {
  EXPECT_EQ(EvtxWriter{}.bytes().size(), 4096u);
  EvtxWriter writer;
  const std::string file = writer.chunk().chunk().add(start_of(1)).bytes();
  EXPECT_EQ(file.size(), 4096u + 2 * 65'536);
  const CheckedFile checked = check_evtx(file);
  EXPECT_THAT(checked.violations, IsEmpty());
  EXPECT_EQ(ids(checked), (std::vector<std::uint64_t>{1}));
}

}  // namespace
}  // namespace stemma::support
