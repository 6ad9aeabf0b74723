// Chunks made to hurt: what libevtx must not see is refused before it does, and what is refused
// costs one record.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "parsers/evtx/binxml_survey.hpp"
#include "parsers/evtx/cross_check.hpp"
#include "parsers/evtx/layout.hpp"
#include "tests/parsers/evtx/evtx_reading.hpp"
#include "tests/support/evtx_events.hpp"
#include "tests/support/evtx_writer.hpp"

namespace stemma {
namespace {

using namespace support;
using namespace std::string_literals;
using testing::HasSubstr;
using testing_evtx::ids;
using testing_evtx::notes;
using testing_evtx::read;
using testing_evtx::Reading;

WinRecord plain() {
  WinRecord record;
  record.provider = "Contoso";
  record.channel = "Contoso/Admin";
  record.computer = "WS1";
  record.event_id = 7;
  record.time = parse_time("2026-11-24T03:10:51Z")->time;
  return record;
}

std::string value_of(const std::string& file, std::string_view name) {
  std::string value;
  read(file, [&](Event& event) { value = event.text(intern_field(name)); });
  return value;
}

TEST(HostileEvtx, UnpairedSurrogatesAndZerosStayVisible) {
  WinRecord record = plain();
  record.data = {{"A", value::units(u"x\xD800y\xDC00z", "")},
                 {"B", value::units(std::u16string(u"cmd\0evil", 8), "")},
                 {"C", value::units(u"\xD83D\xDE00!", "")},
                 {"D", value::text("end", true)}};
  const std::string file = EvtxWriter{}.add(record).bytes();
  EXPECT_EQ(value_of(file, "winlog.event_data.A"), "x\xEF\xBF\xBDy\xEF\xBF\xBDz");
  EXPECT_EQ(value_of(file, "winlog.event_data.B"),
            "cmd\xEF\xBF\xBD"
            "evil");
  EXPECT_EQ(value_of(file, "winlog.event_data.C"), "\xF0\x9F\x98\x80!");
  EXPECT_EQ(value_of(file, "winlog.event_data.D"), "end");
  EXPECT_THAT(
      notes(read(file).log),
      HasSubstr(
          "invalid_utf16: record 1: 2 unpaired surrogates, 1 embedded zeros shown as U+FFFD"));
}

TEST(HostileEvtx, CharactersBeyondTheBasicPlane) {
  WinRecord record = plain();
  const std::string text =
      "\xF0\x90\x80\x80 \xF0\x9F\x98\x80\xF0\x9F\x98\x81 \xF4\x8F\xB0\x80";  // U+10000 … U+10FC00
  record.data = {{"A", value::text(text)}, {"B", value::units(u"\xDBFF\xDFFF", "")}};
  // The same record twice: definitions and names are shared, and surveyed twice.
  const std::string file = EvtxWriter{}.add({record, record}).bytes();
  std::string all;
  read(file, [&all](Event& event) {
    all += std::string(event.text(intern_field("winlog.event_data.A"))) + "\n";
  });
  EXPECT_EQ(all, text + "\n" + text + "\n");
  EXPECT_EQ(value_of(file, "winlog.event_data.B"), "\xF4\x8F\xBF\xBF");  // U+10FFFF
}

TEST(HostileEvtx, TextInXmlStaysText) {
  WinRecord record = plain();
  record.data = {{"A", value::text("</Data><Data Name=\"Image\">forged & \x01\x1b[31m\r\n\t ")}};
  EXPECT_EQ(value_of(EvtxWriter{}.add(record).bytes(), "winlog.event_data.A"),
            "</Data><Data Name=\"Image\">forged & \x01\x1b[31m\r\n\t ");
}

TEST(HostileEvtx, DeepElements) {
  const auto nested = [](std::size_t depth) {
    Element inner{"e", {}, {node::text("x")}};
    for (std::size_t i = 1; i < depth; ++i) inner = Element{"e", {}, {node::element(inner)}};
    WinRecord record = plain();
    record.user_data = inner;
    return EvtxWriter{}.add({plain(), record, plain()}).bytes();
  };
  EXPECT_EQ(ids(read(nested(30))), "1 2 3");
  const Reading deep = read(nested(80));
  EXPECT_EQ(ids(deep), "1 3");
  EXPECT_THAT(notes(deep.log),
              HasSubstr("limit_exceeded: record 2: binary xml depth (need 65, have 64)"));
}

// A template whose text of 10,000 characters is made into 5,001 substitutions of one value.
std::string repeated_value(std::size_t characters) {
  WinRecord record = plain();
  record.user_data = Element{"e",
                             {},
                             {node::value(value::text(std::string(characters, 'v'))),
                              node::text(std::string(10'000, 't'))}};
  std::string file = EvtxWriter{}.add({plain(), record, plain()}).keep_crc().bytes();
  std::string text;
  append_utf16(text, std::string(10'000, 't'));
  const std::size_t at = file.find(text) - 4;
  for (std::size_t i = 0; i < 5'001; ++i)
    file.replace(at + i * 4, 4, std::string("\x0D\0\0\x01", 4));
  return file;
}

TEST(HostileEvtx, ExpandingTemplates) {
  EXPECT_EQ(ids(read(repeated_value(10))), "1 2 3");
  const Reading large = read(repeated_value(5'000));
  EXPECT_EQ(ids(large), "1 3");
  EXPECT_THAT(notes(large.log), HasSubstr("limit_exceeded: record 2: binary xml output (need"));
  EXPECT_TRUE(large.balanced);
}

// Real sizes are multiples of eight. A record of another size is read all the same; libevtx gets
// out of step over it and is not shown it.
TEST(HostileEvtx, SizesOutOfStep) {
  EvtxWriter writer;
  writer.add({plain(), plain()});
  std::string file = writer.bytes();
  const Layout layout = writer.layout();
  const std::size_t at = layout.at("chunk[0].record[1].signature").offset;
  const std::size_t end = layout.at("chunk[0].record[1].size_copy").offset + 4;
  const auto put = [&file](std::size_t place, std::size_t number) {
    std::string bytes;
    append_le(bytes, static_cast<std::uint32_t>(number));
    file.replace(place, 4, bytes);
  };
  put(at + 4, end - at + 2);
  put(end - 2, end - at + 2);
  put(layout.at("chunk[0].free_space").offset, end + 2 - 4096);
  const Reading reading = read(file);
  EXPECT_EQ(ids(reading), "1 2");
  EXPECT_TRUE(reading.balanced);
  const Reading second = read(file, {}, EvtxReader::libevtx);
  EXPECT_EQ(ids(second), "1");
  EXPECT_THAT(notes(second.log),
              HasSubstr("undecodable_record: record 2: record offset or size (need 4, have"));
  EXPECT_TRUE(second.balanced);
}

TEST(HostileEvtx, ManyStaleHeadersAreCapped) {
  // Behind the live end, a forged record header each 8 bytes that reaches to the chunk's end: 8,000
  // candidates.
  WinRecord record = plain();
  std::string file = EvtxWriter{}.add(record).bytes();
  const std::size_t free =
      EvtxWriter{}.add(record).layout().at("chunk[0].record[0].size_copy").offset + 4;
  for (std::size_t at = free; at + 28 <= file.size(); at += 8) {
    std::string head("**\0\0", 4);
    append_le(head, static_cast<std::uint32_t>(file.size() - at));
    file.replace(at, 8, head);
  }
  const Reading reading = read(file);
  EXPECT_EQ(ids(reading), "1");
  EXPECT_TRUE(reading.balanced);
  EXPECT_EQ(reading.log.count(Defect::limit_exceeded), 1u);
}

// A definition serves many records. Where it asks for a value that they do not have, or lets an
// element depend on one, that costs one value of each, as libevtx has it, and no record.
TEST(HostileEvtx, AWrongIndexInADefinitionCostsOneValue) {
  WinRecord record = plain();
  record.user_sid = "S-1-5-18";
  record.data = {{"A", value::text("alpha")}, {"B", value::text("beta", true)}};
  const std::string file = EvtxWriter{}.add({record, record, record}).bytes();
  const std::size_t first = 4096 + 512, second = file.find("**\0\0"s, first + 4);
  std::size_t indices = 0, dependencies = 0, shown = 0;
  for (std::size_t at = first + 24; at + 4 < second; ++at) {
    const auto token = static_cast<unsigned char>(file[at]);
    const bool small = static_cast<unsigned char>(file[at + 1]) < 32 && file[at + 2] == 0;
    const bool none = file[at + 1] == '\xFF' && file[at + 2] == '\xFF';
    const bool index = (token == 0x0D || token == 0x0E) && small;
    const bool dependency = (token == 0x01 || token == 0x41) && (small || none);
    if (!index && !dependency) continue;
    std::string damaged = file;
    damaged.replace(at + 1, 2, "\xFF\x07");  // 2047
    const evtx::CrossCheck checked = evtx::cross_check(std::as_bytes(std::span(damaged)));
    EXPECT_EQ(checked.libevtx_only, 0u) << at;
    const Reading reading = read(damaged);
    EXPECT_TRUE(reading.balanced);
    if (ids(reading) != "1 2 3" || reading.log.count(Defect::count_mismatch) == 0) continue;
    EXPECT_EQ(checked.different, 0u) << at << testing::PrintToString(checked.shown);
    ++(index ? indices : dependencies);
    std::string values;
    read(damaged, [&](Event& event) {
      for (const char* name :
           {"winlog.user.identifier", "winlog.event_data.A", "winlog.event_data.B"})
        values += event.text(intern_field(name));
    });
    shown += values == "S-1-5-18alphabetaS-1-5-18alphabetaS-1-5-18alphabeta" ? 1 : 0;
    EXPECT_THAT(notes(reading.log), HasSubstr("record 1: its template wants "));
  }
  EXPECT_GE(indices, 10u);
  EXPECT_GE(dependencies, 10u);
  EXPECT_GE(shown, dependencies);  // those that only depend are all there
}

// Every number the writer put into a chunk, set to values that hurt: nothing crashes, books
// balance, and the other chunk is untouched.
TEST(HostileEvtx, EveryFieldSetToWhatHurts) {
  WinRecord first = sysmon_event(1, "WS1", plain().time, {{"CommandLine", "a"}});
  EvtxWriter writer;
  writer.add({first, plain(), first}).stale(plain()).chunk().add(plain());
  const std::string file = writer.bytes();
  const Layout layout = writer.layout();
  std::size_t runs = 0;
  for (const auto& [name, place] : layout.places()) {
    if (place.size > 8 || name.rfind("chunk[1]", 0) == 0 ||
        name.find("bucket") != std::string::npos)
      continue;
    std::uint64_t was = 0;
    for (std::size_t i = 0; i < place.size; ++i) {
      was |= std::uint64_t{static_cast<unsigned char>(file[place.offset + i])} << (8 * i);
    }
    for (const std::uint64_t value :
         {std::uint64_t{0}, was + 1, was - 1, was ^ 0x80, UINT64_MAX, std::uint64_t{0x7FFFFFFF},
          std::uint64_t{65535}, std::uint64_t{512}}) {
      std::string damaged = file;
      for (std::size_t i = 0; i < place.size; ++i)
        damaged[place.offset + i] = static_cast<char>(value >> (8 * i));
      const Reading reading = read(damaged);
      EXPECT_TRUE(reading.balanced) << name << " " << value;
      const bool second_chunk = std::any_of(
          reading.events.begin(), reading.events.end(),
          [](const testing_evtx::Seen& seen) { return seen.source.offset > 4096 + 65536; });
      EXPECT_TRUE(second_chunk) << name << " " << value;
      ++runs;
    }
  }
  EXPECT_GT(runs, 1000u);
}

}  // namespace
}  // namespace stemma
