// The native decoder on records that the test wrote: every type, arrays, elements that depend on
// values, templates that lie about themselves; and its fast way against its long one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parsers/evtx/cross_check.hpp"
#include "tests/support/evtx_events.hpp"
#include "tests/support/evtx_random.hpp"
#include "tests/support/evtx_writer.hpp"

namespace stemma {
namespace {

using namespace support;
using namespace evtx;
using testing::ElementsAre;

WinRecord plain() {
  WinRecord record;
  record.provider = "Contoso";
  record.channel = "Contoso/Admin";
  record.computer = "WS1";
  record.event_id = 7;
  record.time = parse_time("2026-11-24T03:10:51.1234567Z")->time;
  return record;
}

struct Decoded {
  std::vector<std::string> texts;  ///< text_of(), by record; the fault's field where it was refused
  std::vector<Pairs> data;         ///< event_data with text
};

Decoded decode(const std::string& file, ChunkDecoder& decoder) {
  const Bytes bytes = std::as_bytes(std::span(file));
  const FileHeader header = read_file_header(bytes);
  Decoded all;
  for (const Slot& slot : slots(bytes)) {
    ChunkScan scan;
    const Bytes chunk = bytes.subspan(slot.offset, slot.length);
    scan_chunk(chunk, true, scan);
    decoder.begin({chunk, slot.offset, &header, &scan});
    for (const RecordPlace& place : scan.live) {
      WinEvent event;
      const Result<DecodeNotes> decoded = decoder.decode(place, event);
      all.texts.push_back(decoded ? text_of(event) : decoded.error().field);
      Pairs& pairs = all.data.emplace_back();
      if (!decoded) continue;
      for (const WinDataItem& item : event.event_data) {
        if (!item.value.empty()) pairs.emplace_back(item.name, item.value);
      }
    }
  }
  return all;
}

Decoded decode(const std::string& file) {
  return decode(file, *make_native_decoder());
}

Pairs with_text(Pairs pairs) {
  std::erase_if(pairs, [](const auto& pair) { return pair.second.empty(); });
  return pairs;
}

std::vector<DataItem> every_type() {
  return {
      {"string", value::text("cmd /c \"a & b\" <x>")},
      {"terminated", value::text("ends in a zero", true)},
      {"ansi", value::ansi("caf\xE9 \x80", "caf\xC3\xA9 \xE2\x82\xAC")},
      {"i8", value::i8(-128)},
      {"u8", value::u8(255)},
      {"i16", value::i16(-32768)},
      {"u16", value::u16(65535)},
      {"i32", value::i32(-2147483647 - 1)},
      {"u32", value::u32(4294967295)},
      {"i64", value::i64(INT64_MIN)},
      {"u64", value::u64(UINT64_MAX)},
      {"real32", value::real32(0.5F)},
      {"real64", value::real64(-1.25)},
      {"yes", value::boolean(true)},
      {"no", value::boolean(false)},
      {"odd", value::boolean_stored_as(42)},
      {"bytes", value::binary(std::string("\x00\xFF\x10", 3))},
      {"guid", value::guid("{00112233-4455-6677-8899-AABBCCDDEEFF}")},
      {"pointer", value::pointer(0xFFFF800012345678)},
      {"small pointer", value::pointer(0x1234, 4)},
      {"filetime", value::filetime(parse_time("2026-11-24T03:10:51.1234567Z")->time)},
      {"oldest filetime", value::filetime_ticks(0, "1601-01-01T00:00:00.0000000Z")},
      {"last filetime",
       value::filetime_ticks(2'650'467'743'999'999'999, "9999-12-31T23:59:59.9999999Z")},
      {"filetime beyond", value::filetime_ticks(UINT64_MAX, "0xffffffffffffffff")},
      {"systemtime", value::systemtime(parse_time("2026-11-24T03:10:51.009Z")->time)},
      {"sid", value::sid("S-1-5-21-1-2-3-500")},
      {"hex32", value::hex32(0x3e7)},
      {"hex64", value::hex64(0)},
      {"absent", value::null()},
      {"absent with bytes", value::null(BinType::guid, 16)},
      {"strings", value::texts({"one", "", "three"})},
      {"strings without the last zero", value::texts({"one", "two"}, false)},
      {"ansi strings", value::ansi_texts({"a", "b"})},
      {"numbers", value::array({value::u32(1), value::u32(2), value::u32(3)})},
      {"guids", value::array({value::guid("{00112233-4455-6677-8899-AABBCCDDEEFF}"),
                              value::guid("{00000000-0000-0000-0000-000000000000}")})},
      {"nothing", value::empty_array(BinType::uint16)},
  };
}

TEST(NativeDecoder, EveryType) {
  WinRecord record = plain();
  record.data = every_type();
  const Decoded decoded = decode(EvtxWriter{}.add(record).bytes());
  ASSERT_EQ(decoded.data.size(), 1u) << decoded.texts.front();
  EXPECT_EQ(decoded.data.front(), with_text(written_data(record)));
}

TEST(NativeDecoder, SystemPart) {
  WinRecord record = plain();
  record.provider_guid = "{00112233-4455-6677-8899-AABBCCDDEEFF}";
  record.qualifiers = 16384;
  record.version = 3;
  record.task = 1;
  record.opcode = 2;
  record.process_id = 4;
  record.thread_id = 8;
  record.user_sid = "S-1-5-18";
  record.activity_id = "{10112233-4455-6677-8899-AABBCCDDEEFF}";
  record.event_record_id = 99;
  for (const Style style : {Style::manifest, Style::literal}) {
    record.style = style;
    EXPECT_EQ(decode(EvtxWriter{}.add(record).bytes()).texts.front(),
              "Provider: Contoso\nGuid: {00112233-4455-6677-8899-AABBCCDDEEFF}\nEventID: 7\n"
              "Qualifiers: 16384\nVersion: 3\nLevel: 4\nTask: 1\nOpcode: 2\n"
              "Keywords: 9223372036854775808\nTimeCreated: 2026-11-24T03:10:51.1234567Z\n"
              "EventRecordID: 99\nActivityID: {10112233-4455-6677-8899-AABBCCDDEEFF}\n"
              "ProcessID: 4\nThreadID: 8\nChannel: Contoso/Admin\nComputer: WS1\n"
              "UserID: S-1-5-18\n");
  }
}

TEST(NativeDecoder, UserDataIsNamedByItsPath) {
  WinRecord record = plain();
  record.user_data =
      Element{"LogFileCleared",
              {{"xmlns", {node::text("urn:x")}}},
              {node::element({"SubjectUserName", {}, {node::value(value::text("eve"))}}),
               node::element({"Outer",
                              {{"kind", {node::value(value::u32(7))}}},
                              {node::element({"Inner", {}, {node::value(value::text("deep"))}})}}),
               node::element({"Item", {}, {node::value(value::texts({"a", "b"}))}})}};
  const std::string text = decode(EvtxWriter{}.add(record).bytes()).texts.front();
  EXPECT_THAT(text, testing::HasSubstr("UserData: LogFileCleared\n"
                                       "user data SubjectUserName: eve\n"
                                       "user data Outer.kind: 7\n"
                                       "user data Outer.Inner: deep\n"
                                       "user data Item: a\n"
                                       "user data Item: b\n"));
}

TEST(NativeDecoder, TextsMadeOfSeveralPieces) {
  WinRecord record = plain();
  record.user_data = Element{
      "Event7",
      {},
      {node::element({"Mixed",
                      {},
                      {node::text("pid "), node::value(value::u32(4)), node::text(" of "),
                       node::value(value::text("smss"))}}),
       node::element(
           {"Escaped",
            {},
            {node::text("a "), node::entity("lt"), node::character(0x263A), node::cdata(" <c>")}}),
       node::element({"Attribute", {{"a", {node::text("x="), node::value(value::u32(1))}}}, {}})}};
  const std::string text = decode(EvtxWriter{}.add(record).bytes()).texts.front();
  EXPECT_THAT(text, testing::HasSubstr("user data Mixed: pid 4 of smss\n"
                                       "user data Escaped: a <\xE2\x98\xBA <c>\n"
                                       "user data Attribute.a: x=1\n"));
}

TEST(NativeDecoder, AnElementThatDependsOnAnAbsentValueIsNotThere) {
  WinRecord record = plain();
  record.classic.reset();
  record.data = {{"", value::text("first"), true},
                 {"", value::null(), true},
                 {"", value::text("third"), true}};
  const auto decoder = make_native_decoder();
  const std::string file = EvtxWriter{}.add(record).bytes();
  EXPECT_EQ(decode(file, *decoder).data.front(), (Pairs{{"", "first"}, {"", "third"}}));
}

// Two chunks define one template id and GUID with other content: what was learned from the first
// must not be believed of the second.
TEST(NativeDecoder, AForgedTemplateUnderAKnownGuid) {
  WinRecord record = plain();
  record.data = {{"Image", value::text("good.exe")}, {"Other", value::text("x")}};
  EvtxWriter writer;
  writer.add(record).chunk().add(record);
  std::string file = writer.bytes();
  const auto swap_names = [&file](std::string_view a, std::string_view b) {
    std::string from;
    std::string to;
    append_utf16(from, a);
    append_utf16(to, b);
    const std::size_t second = 4096 + 65536;
    const std::size_t at = file.find(from, second);
    ASSERT_NE(at, std::string::npos);
    file.replace(at, to.size(), to);
  };
  swap_names("Image", "Imago");
  const auto decoder = make_native_decoder();
  const Decoded both = decode(file, *decoder);
  ASSERT_EQ(both.data.size(), 2u);
  EXPECT_EQ(both.data[0], (Pairs{{"Image", "good.exe"}, {"Other", "x"}}));
  EXPECT_EQ(both.data[1], (Pairs{{"Imago", "good.exe"}, {"Other", "x"}}));
}

TEST(NativeDecoder, RandomRecordsAreReadAsTheyWereWritten) {
  const auto decoder = make_native_decoder();
  const auto slow = make_native_decoder(true);
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    RandomRecords random(seed, true);
    std::vector<WinRecord> records;
    for (int i = 0; i < 100; ++i) {
      records.push_back(random.record());
      if (random.below(8) == 0) records.back().style = Style::literal;
    }
    EvtxWriter writer;
    writer.add(records);
    const std::string file = writer.bytes();
    const Decoded fast_way = decode(file, *decoder);
    const Decoded long_way = decode(file, *slow);
    ASSERT_EQ(fast_way.data.size(), records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
      EXPECT_EQ(fast_way.data[i], with_text(written_data(records[i])))
          << "seed " << seed << " " << i;
      EXPECT_EQ(fast_way.texts[i], long_way.texts[i]) << "seed " << seed << " " << i;
    }
  }
}

TEST(NativeDecoder, AFilterLeavesOutWhatIsNotRead) {
  class OnlyImage final : public RecordFilter {
   public:
    bool reads_data(const WinEvent& system, bool, std::string_view name) override {
      asked.push_back(std::string(system.provider_name) + " " + std::string(name));
      return name == "Image";
    }
    std::vector<std::string> asked;
  };
  OnlyImage filter;
  const auto decoder = make_native_decoder();
  decoder->set_filter(&filter);
  WinRecord record = plain();
  record.data = {{"Image", value::text("a.exe")}, {"Other", value::text("x")}};
  WinRecord literal = record;
  literal.style = Style::literal;
  const std::string file = EvtxWriter{}.add({record, record, literal}).bytes();
  EXPECT_THAT(
      decode(file, *decoder).data,
      ElementsAre(Pairs{{"Image", "a.exe"}}, Pairs{{"Image", "a.exe"}}, Pairs{{"Image", "a.exe"}}));
  EXPECT_THAT(filter.asked,
              ElementsAre("Contoso Image", "Contoso Other", "Contoso Image", "Contoso Other"));
}

}  // namespace
}  // namespace stemma
