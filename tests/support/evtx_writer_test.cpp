// What EvtxWriter writes is what others read: libevtx with pugixml, and the slow checker.
// Damage is in evtx_damage_test.cpp, the comparison with real logs in evtx_real_logs_test.cpp.
#include "tests/support/evtx_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>
#include <sstream>

#include "events/text.hpp"
#include "tests/support/evtx_check.hpp"
#include "tests/support/evtx_events.hpp"
#include "tests/support/evtx_libevtx.hpp"
#include "tests/support/evtx_random.hpp"

namespace stemma::support {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

void expect_read_back(const WinRecord& written, const ReadRecord& read) {
  SCOPED_TRACE(read.xml);
  EXPECT_EQ(read.filetime, filetime_from_time(written.time));
  EXPECT_EQ(read.system("Provider", "Name"), written.provider);
  EXPECT_EQ(read.system("Provider", "Guid"),
            written.provider_guid.empty() ? "" : value::guid(written.provider_guid).text());
  EXPECT_EQ(read.system("EventID"), std::to_string(written.event_id));
  EXPECT_EQ(read.system("EventID", "Qualifiers"),
            written.qualifiers ? std::to_string(*written.qualifiers) : "");
  EXPECT_EQ(read.system("Version"), written.version ? std::to_string(*written.version) : "");
  EXPECT_EQ(read.system("Level"), std::to_string(written.level));
  EXPECT_EQ(read.system("Task"), std::to_string(written.task));
  EXPECT_EQ(read.system("Opcode"), std::to_string(written.opcode));
  EXPECT_EQ(same_notation(read.system("Keywords")), value::hex64(written.keywords).text());
  EXPECT_EQ(same_notation(read.system("TimeCreated", "SystemTime")), format_time(written.time, 7));
  EXPECT_EQ(read.system("EventRecordID"),
            std::to_string(written.event_record_id.value_or(read.id)));
  EXPECT_EQ(read.system("Correlation", "ActivityID"),
            written.activity_id.empty() ? "" : value::guid(written.activity_id).text());
  EXPECT_EQ(
      read.system("Correlation", "RelatedActivityID"),
      written.related_activity_id.empty() ? "" : value::guid(written.related_activity_id).text());
  EXPECT_EQ(read.system("Execution", "ProcessID"), std::to_string(written.process_id));
  EXPECT_EQ(read.system("Execution", "ThreadID"), std::to_string(written.thread_id));
  EXPECT_EQ(read.system("Channel"), written.channel);
  EXPECT_EQ(read.system("Computer"), written.computer);
  EXPECT_EQ(read.system("Security", "UserID"), written.user_sid);
  EXPECT_EQ(read.data(), written_data(written));
}

WinRecord simple(std::vector<DataItem> data) {
  WinRecord out;
  out.provider = "Example-Provider";
  out.provider_guid = "{11111111-2222-3333-4444-555555555555}";
  out.channel = "Example/Operational";
  out.computer = "HOST-A";
  out.event_id = 7;
  out.time = parse_time("2026-03-04T05:06:07.1234567Z")->time;
  out.data = std::move(data);
  return out;
}

const Timestamp kNoon = parse_time("2026-03-04T12:00:00.5Z")->time;

// ---- tests ----

TEST(EvtxWriter, EveryValueTypeIsReadBack) {
  const std::vector<DataItem> items = {
      {"text", value::text("plain")},
      {"terminated", value::text("ends with a NUL", true)},
      {"unicode", value::text("é 漢字")},
      {"empty", value::text("")},
      {"i8", value::i8(-128)},
      {"u8", value::u8(255)},
      {"i16", value::i16(-32'768)},
      {"u16", value::u16(65'535)},
      {"i32", value::i32(2'147'483'647)},
      {"u32", value::u32(4'294'967'295)},
      {"i64", value::i64(9'223'372'036'854'775'807)},
      {"u64", value::u64(18'446'744'073'709'551'615U)},
      {"true", value::boolean(true)},
      {"false", value::boolean(false)},
      {"guid", value::guid("5770385f-c22a-43e0-bf4c-06f5698ffbd9")},
      {"pointer", value::pointer(0x11cc)},
      {"pointer32", value::pointer(0x11cc, 4)},
      {"time", value::filetime(kNoon)},
      {"sid", value::sid("S-1-5-21-1350058589-2282154016-2764056528-1000")},
      {"hex32", value::hex32(0x1fffff)},
      {"hex64", value::hex64(0x3e7)},
      {"null", value::null()},
      {"null16", value::null(BinType::guid, 16)},
      {"array", value::texts({"a", "b c", "d"})},
      {"binary", value::binary("\x01\xAB")},
      {"ansi", value::ansi("plain", "plain")},
      {"boolean of 3", value::boolean_stored_as(3)},
      {"systemtime", value::systemtime(kNoon)},
      {"numbers", value::array({value::u32(1), value::u32(2)})},
      {"bytes", value::array({value::u8(1), value::u8(255)})},
      {"hex", value::array({value::hex32(1), value::hex32(0xffff)})},
      {"guids", value::array({value::guid("{00000001-0002-0003-0405-060708090a0b}")})},
      {"times", value::array({value::filetime(kNoon), value::filetime({0})})},
      {"unterminated", value::texts({"x", "y"}, false)},
      {"ansi array", value::ansi_texts({"p", "q"})},
      {"no strings", value::empty_array(BinType::string)},
  };
  const WinRecord record = simple(items);
  const std::string file = EvtxWriter{}.add(record).bytes();

  LibevtxFile libevtx{file};
  ASSERT_EQ(libevtx.count(), 1);
  const std::unique_ptr<ReadRecord> read = libevtx.record(0);
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->data(), written_data(record));

  const CheckedFile checked = check_evtx(file);
  EXPECT_THAT(checked.violations, IsEmpty());
  ASSERT_EQ(checked.records.size(), 1u);
  WinRecord numbered = record;
  numbered.record_id = 1;
  EXPECT_EQ(checked.records[0].lines, written_lines(numbered));
}

// What libevtx 20181227 shows in a notation of its own or wrongly: reals, large negative numbers,
// code points beyond U+FFFF, and null values behind token 0D, which it refuses. The checker reads
// them.
TEST(EvtxWriter, ValuesThatLibevtxDoesNotShowRight) {
  WinRecord record = simple({
      {"real32", value::real32(1.5F)},
      {"real64", value::real64(-0.1)},
      {"i32", value::i32(-2'147'483'647)},
      {"i64", value::i64(-9'223'372'036'854'775'807)},
      {"astral", value::text("😀")},
      {"null behind 0D", value::null(BinType::guid, 16), false},
  });
  record.record_id = 1;
  const CheckedFile checked = check_evtx(EvtxWriter{}.add(record).bytes());
  EXPECT_THAT(checked.violations, IsEmpty());
  ASSERT_EQ(checked.records.size(), 1u);
  EXPECT_EQ(checked.records[0].lines, written_lines(record));
}

class EvtxWriterRandom : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(EvtxWriterRandom, LibevtxAndTheCheckerReadWhatWasWritten) {
  constexpr int kRecords = 700;
  RandomRecords random{GetParam()};
  std::vector<WinRecord> records;
  EvtxWriter writer{{.minor_version = 2, .first_record_number = 1 + GetParam() * 1000}};
  for (int i = 0; i < kRecords; ++i) {
    records.push_back(random.record());
    writer.add(records.back());
  }
  const std::string file = writer.bytes();

  LibevtxFile libevtx{file};
  ASSERT_EQ(libevtx.count(), kRecords);
  EXPECT_EQ(libevtx.recovered(), 0);
  EXPECT_FALSE(libevtx.corrupted());
  for (int i = 0; i < kRecords; ++i) {
    const std::unique_ptr<ReadRecord> read = libevtx.record(i);
    ASSERT_NE(read, nullptr);
    EXPECT_EQ(read->id, 1 + GetParam() * 1000 + static_cast<std::uint64_t>(i));
    expect_read_back(records[static_cast<std::size_t>(i)], *read);
    if (HasFailure()) return;  // one is enough to read
  }

  const CheckedFile checked = check_evtx(file);
  EXPECT_THAT(checked.violations, IsEmpty());
  ASSERT_EQ(checked.records.size(), records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].record_id = 1 + GetParam() * 1000 + i;
    EXPECT_EQ(checked.records[i].id, records[i].record_id);
    EXPECT_EQ(checked.records[i].filetime, filetime_from_time(records[i].time));
    ASSERT_EQ(checked.records[i].lines, written_lines(records[i]));
  }
}

TEST_P(EvtxWriterRandom, TheCheckerReadsEverything) {
  RandomRecords random{GetParam() + 100, true};
  std::vector<WinRecord> records;
  EvtxWriter writer;
  for (std::uint64_t i = 1; i <= 500; ++i) {
    records.push_back(random.record());
    records.back().record_id = i;
    if (random.below(10) == 0) records.back().style = Style::literal;
    writer.add(records.back());
  }
  const CheckedFile checked = check_evtx(writer.bytes());
  EXPECT_THAT(checked.violations, IsEmpty());
  ASSERT_EQ(checked.records.size(), records.size());
  for (std::size_t i = 0; i < records.size(); ++i)
    ASSERT_EQ(checked.records[i].lines, written_lines(records[i])) << i;
}

INSTANTIATE_TEST_SUITE_P(Seeds, EvtxWriterRandom, ::testing::Values(1u, 2u, 3u, 4u, 5u, 6u));

TEST(EvtxWriter, ThousandsOfRecordsOverManyChunks) {
  constexpr int kRecords = 6'000;
  EvtxWriter writer;
  for (int i = 0; i < kRecords; ++i)
    writer.add(sysmon_event(1, "HOST-A", {kNoon.ns + std::int64_t{i} * 1'000'000},
                            {{"ProcessId", std::to_string(i)},
                             {"Image", "C:\\Windows\\System32\\cmd.exe"},
                             {"CommandLine", "cmd /c echo " + std::to_string(i)}}));
  const std::string file = writer.bytes();
  const std::size_t chunks = (file.size() - kFileHeaderSize) / kChunkSize;
  EXPECT_GT(chunks, 60u);
  LibevtxFile libevtx{file};
  ASSERT_EQ(libevtx.count(), kRecords);
  for (int i = 0; i < kRecords; i += 97) {
    const auto read = libevtx.record(i);
    ASSERT_NE(read, nullptr);
    const Pairs data = read->data();
    EXPECT_EQ(data[3], (std::pair<std::string, std::string>{"ProcessId", std::to_string(i)}));
    EXPECT_EQ(data[10].second, "cmd /c echo " + std::to_string(i));
  }
  const CheckedFile checked = check_evtx(file);
  EXPECT_THAT(checked.violations, IsEmpty());
  EXPECT_EQ(checked.records.size(), static_cast<std::size_t>(kRecords));
  EXPECT_EQ(checked.definitions, 2 * chunks) << "outer template and event data, once a chunk";
}

TEST(EvtxWriter, ClassicEventsHaveUnnamedDataAndBinary) {
  const WinRecord engine = powershell_engine(
      400, "HOST-A", kNoon,
      {"powershell  -ExecutionPolicy Unrestricted -File script3.ps1", "id-1", "id-2"});
  const std::string file = EvtxWriter{}.add(engine).add(system_6005("HOST-A", kNoon)).bytes();
  LibevtxFile libevtx{file};
  const auto read = libevtx.record(0);
  ASSERT_NE(read, nullptr);
  const Pairs data = read->data();
  ASSERT_EQ(data.size(), 3u) << read->xml;
  EXPECT_EQ(data[0].second, "Available");
  EXPECT_EQ(data[1].second, "None");
  EXPECT_NE(data[2].second.find(
                "HostApplication=powershell  -ExecutionPolicy Unrestricted -File script3.ps1"),
            std::string::npos);
  EXPECT_EQ(read->system("Version"), "");
  EXPECT_EQ(read->system("Provider", "Name"), "PowerShell");

  const CheckedFile checked = check_evtx(file);
  EXPECT_THAT(checked.violations, IsEmpty());
  ASSERT_EQ(checked.records.size(), 2u);
  EXPECT_THAT(checked.records[1].lines,
              ElementsAre("Event@xmlns=http://schemas.microsoft.com/win/2004/08/events/event",
                          "Event/System/Provider@Name=EventLog",
                          "Event/System/Provider=", "Event/System/EventID@Qualifiers=32768",
                          "Event/System/EventID=6005", "Event/System/Level=4",
                          "Event/System/Task=0", "Event/System/Keywords=0x80000000000000",
                          "Event/System/TimeCreated@SystemTime=2026-03-04T12:00:00.5000000Z",
                          "Event/System/TimeCreated=", "Event/System/EventRecordID=2",
                          "Event/System/Channel=System", "Event/System/Computer=HOST-A",
                          "Event/System/Security=", "Event/EventData/Data=",
                          "Event/EventData/Binary=E8070B0001000C00"));
}

TEST(EvtxWriter, UserDataIsReadBack) {
  const WinRecord cleared =
      security_1102("HOST-A", kNoon, "S-1-5-21-1-2-3-500", "admin", "HOST-A", 0x50e87);
  const std::string file = EvtxWriter{}.add(cleared).bytes();
  LibevtxFile libevtx{file};
  const auto read = libevtx.record(0);
  ASSERT_NE(read, nullptr);
  const pugi::xml_node log =
      read->document.child("Event").child("UserData").child("LogFileCleared");
  EXPECT_STREQ(log.child_value("SubjectUserSid"), "S-1-5-21-1-2-3-500");
  EXPECT_STREQ(log.child_value("SubjectUserName"), "admin");
  EXPECT_EQ(same_notation(log.child_value("SubjectLogonId")), "0x50e87");
  EXPECT_THAT(check_evtx(file).violations, IsEmpty());
}

TEST(EvtxWriter, RecordsWithoutTemplateKeepTheirTextInSeveralTokens) {
  WinRecord record = simple({{"Path", value::text("a & b < c > d \"e\" 'f'")},
                             {"List", value::texts({"one", "two & three"})},
                             {"Gone", value::null()},
                             {"Id", value::guid("{00000001-0002-0003-0405-060708090a0b}")},
                             {"", value::u32(9)}});
  record.style = Style::literal;
  record.record_id = 77;
  const std::string file = EvtxWriter{}.add(record).add(record).bytes();
  const CheckedFile checked = check_evtx(file);
  EXPECT_THAT(checked.violations, IsEmpty());
  ASSERT_EQ(checked.records.size(), 2u);
  EXPECT_FALSE(checked.records[0].template_instance);
  EXPECT_EQ(checked.records[0].lines, written_lines(record));
  EXPECT_EQ(checked.records[1].lines, written_lines(record));
  EXPECT_EQ(checked.definitions, 0u);
}

TEST(EvtxWriter, TextOfSeveralPiecesInATemplate) {
  WinRecord record = simple({});
  Element mixed;
  mixed.name = "Mixed";
  mixed.attributes.push_back(
      {"a", {node::text("x="), node::value(value::u32(5)), node::text("!")}});
  mixed.content = {node::text("head "),          node::value(value::text("mid")),
                   node::entity("amp"),          node::cdata("<raw>"),
                   node::character(0x41),        node::text(" tail"),
                   node::pi("target", "ignored")};
  record.user_data = mixed;
  const CheckedFile checked = check_evtx(EvtxWriter{}.add(record).bytes());
  EXPECT_THAT(checked.violations, IsEmpty());
  ASSERT_EQ(checked.records.size(), 1u);
  const std::vector<std::string>& lines = checked.records[0].lines;
  EXPECT_EQ(lines[lines.size() - 2], "Event/UserData/Mixed@a=x=5!");
  EXPECT_EQ(lines.back(), "Event/UserData/Mixed=head mid&<raw>A tail");
}

TEST(EvtxWriter, EveryWellKnownEventIsValid) {
  EvtxWriter writer;
  int count = 0;
  for (const unsigned id : {1u,  2u,  3u,  4u,  5u,  6u,  7u,  8u,  10u, 11u, 12u,
                            13u, 15u, 16u, 17u, 18u, 22u, 23u, 24u, 25u, 26u, 255u})
    for (const SysmonBuild build : {SysmonBuild::oldest, SysmonBuild::no_original_name,
                                    SysmonBuild::no_parent_user, SysmonBuild::newest}) {
      writer.add(sysmon_event(id, "HOST-A", kNoon, {}, build));
      ++count;
    }
  for (const Layout4688 layout : {Layout4688::v1, Layout4688::v2_without_parent, Layout4688::v2}) {
    writer.add(
        security_4688("HOST-A", kNoon, {{"NewProcessId", "0x1a4"}, {"CommandLine", "x"}}, layout));
    ++count;
  }
  writer.add(
      {security_4689("HOST-A", kNoon, {{"Status", "0x1"}}), security_4624("HOST-A", kNoon, {}),
       powershell_4104("HOST-A", kNoon, 4844,
                       {"whoami", "50d2dbda-7361-4926-a94d-d9eadfdb43fa", "", 1, 1}),
       powershell_engine(403, "HOST-A", kNoon, {}), powershell_engine(600, "HOST-A", kNoon, {}),
       system_7045("HOST-A", kNoon, {{"ServiceName", "s"}}),
       system_7036("HOST-A", kNoon, "s", "running"), system_boot("HOST-A", kNoon)});
  count += 8;
  const std::string file = writer.bytes();
  const CheckedFile checked = check_evtx(file);
  EXPECT_THAT(checked.violations, IsEmpty());
  EXPECT_EQ(checked.records.size(), static_cast<std::size_t>(count));
  LibevtxFile libevtx{file};
  ASSERT_EQ(libevtx.count(), count);
  for (int i = 0; i < count; ++i) EXPECT_NE(libevtx.record(i), nullptr);
  EXPECT_THROW(sysmon_event(1, "HOST-A", kNoon, {{"Imag", "typo"}}), std::invalid_argument);
}
TEST(EvtxWriter, HeadersAreRight) {
  EvtxWriter writer{{.minor_version = 2, .first_record_number = 500}};
  for (int i = 0; i < 3; ++i) writer.add(simple({{"a", value::u32(1)}}));
  writer.chunk().add(simple({{"a", value::u32(2)}}));
  const std::string file = writer.bytes();
  const auto at = [&file](std::size_t offset, unsigned width) {
    std::uint64_t out = 0;
    for (unsigned i = 0; i < width; ++i)
      out |= std::uint64_t{static_cast<unsigned char>(file[offset + i])} << (8 * i);
    return out;
  };
  // One bit at a time, from the definition of the polynomial: not the library that the writer uses.
  const auto crc = [&file](std::vector<std::pair<std::size_t, std::size_t>> runs) {
    std::uint32_t state = 0xFFFFFFFF;
    for (const auto& [begin, end] : runs)
      for (std::size_t i = begin; i < end; ++i) {
        state ^= static_cast<unsigned char>(file[i]);
        for (int bit = 0; bit < 8; ++bit) state = state >> 1 ^ (0xEDB88320U & (0U - (state & 1)));
      }
    return state ^ 0xFFFFFFFF;
  };
  ASSERT_EQ(file.size(), 4096u + 2 * 65'536);
  EXPECT_EQ(file.substr(0, 8), std::string("ElfFile\0", 8));
  EXPECT_EQ(at(8, 8), 0u);     // first chunk
  EXPECT_EQ(at(16, 8), 1u);    // last chunk
  EXPECT_EQ(at(24, 8), 504u);  // next record id
  EXPECT_EQ(at(32, 4), 128u);
  EXPECT_EQ(at(36, 2), 2u);
  EXPECT_EQ(at(38, 2), 3u);
  EXPECT_EQ(at(40, 2), 4096u);
  EXPECT_EQ(at(42, 2), 2u);
  EXPECT_EQ(at(120, 4), 0u);
  EXPECT_EQ(at(124, 4), crc({{0, 120}}));
  const std::size_t chunk = 4096;
  EXPECT_EQ(file.substr(chunk, 8), std::string("ElfChnk\0", 8));
  EXPECT_EQ(at(chunk + 8, 8), 500u);
  EXPECT_EQ(at(chunk + 16, 8), 502u);
  EXPECT_EQ(at(chunk + 24, 8), 500u);
  EXPECT_EQ(at(chunk + 32, 8), 502u);
  EXPECT_EQ(at(chunk + 40, 4), 128u);
  const auto last = at(chunk + 44, 4);
  const auto free_space = at(chunk + 48, 4);
  EXPECT_EQ(last + at(chunk + last + 4, 4), free_space);
  EXPECT_EQ(at(chunk + 52, 4), crc({{chunk + 512, chunk + free_space}}));
  EXPECT_EQ(at(chunk + 124, 4), crc({{chunk, chunk + 120}, {chunk + 128, chunk + 512}}));
  EXPECT_EQ(at(chunk + 65'536 + 8, 8), 503u);
  EXPECT_EQ(at(chunk + 65'536 + 24, 8), 503u);
}

TEST(EvtxStream, WritesTheSameFileAndDoesSoAtSpeed) {
  std::ostringstream out;
  EvtxStream stream{out};
  EvtxWriter writer;
  RandomRecords random{42};
  for (int i = 0; i < 400; ++i) {
    const WinRecord record = random.record();
    stream.add(record);
    writer.add(record);
  }
  stream.finish();
  EXPECT_EQ(stream.records(), 400u);
  EXPECT_EQ(out.str() == writer.bytes(), true);

  const WinRecord record =
      sysmon_event(1, "HOST-A", kNoon, {{"Image", "C:\\Windows\\System32\\cmd.exe"}});
  std::ostringstream many;
  EvtxStream fast{many};
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 20'000; ++i) fast.add(record);
  fast.finish();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::cout << "EvtxStream: " << static_cast<int>(20'000 / took.count()) << " records/s\n";
  EXPECT_THAT(check_evtx(many.str()).violations, IsEmpty());
}

TEST(EvtxWriter, ARecordThatFitsNoChunkIsRefused) {
  EvtxWriter writer;
  const WinRecord big = simple(
      {{"a", value::text(std::string(20'000, 'x'))}, {"b", value::text(std::string(20'000, 'y'))}});
  EXPECT_THROW(writer.add(big), std::length_error);
}

}  // namespace
}  // namespace stemma::support
