// Reading one Event from XML: everything System says, names and values as they are, and caps before
// trees.
#include "parsers/winlog/event_xml.hpp"

#include <gtest/gtest.h>

namespace stemma {
namespace {

std::string event_with(const std::string& rest) {
  return "<Event><System><Provider Name=\"P\"/><EventID>1</EventID></System>" + rest + "</Event>";
}

TEST(EventXml, ReadsSystem) {
  EventXmlReader reader;
  WinEvent event;
  ASSERT_TRUE(reader.read(
      "<Event xmlns='n'><System><Provider Name='P' Guid='{G}' EventSourceName='S'/><EventID "
      "Qualifiers='16384'>7036</EventID>"
      "<Version>1</Version><Level>2</Level><Task>3</Task><Opcode>4</"
      "Opcode><Keywords>0x8020000000000000</Keywords>"
      "<TimeCreated "
      "SystemTime='2026-11-24T03:10:51.009Z'/><EventRecordID>18446744073709551615</EventRecordID>"
      "<Correlation ActivityID='{A}' RelatedActivityID='{B}'/><Execution ProcessID='5' "
      "ThreadID='6'/><Channel>C</Channel>"
      "<Computer>H</Computer><Security UserID='S-1-5-18'/></System></Event>",
      event));
  EXPECT_EQ(event.provider_name, "P");
  EXPECT_EQ(event.provider_guid, "{G}");
  EXPECT_EQ(event.event_source_name, "S");
  EXPECT_EQ(event.event_id, 7036u);
  EXPECT_EQ(event.qualifiers, 16384u);
  EXPECT_EQ(event.version, 1u);
  EXPECT_EQ(event.level, 2u);
  EXPECT_EQ(event.task, 3u);
  EXPECT_EQ(event.opcode, 4u);
  EXPECT_EQ(event.keywords, 0x8020000000000000u);
  EXPECT_EQ(event.record_id, UINT64_MAX);
  EXPECT_EQ(event.activity_id, "{A}");
  EXPECT_EQ(event.related_activity_id, "{B}");
  EXPECT_EQ(event.process_id, 5u);
  EXPECT_EQ(event.thread_id, 6u);
  EXPECT_EQ(event.channel, "C");
  EXPECT_EQ(event.computer, "H");
  EXPECT_EQ(event.user_id, "S-1-5-18");
  ASSERT_TRUE(event.time_created);
  EXPECT_EQ(format_time(event.time_created->time, event.time_created->digits),
            "2026-11-24T03:10:51.009Z");
}

TEST(EventXml, KeepsValuesAsTheyAre) {
  EventXmlReader reader;
  WinEvent event;
  ASSERT_TRUE(reader.read(
      event_with("<EventData><Data Name=\"A\"> x &amp; \r\n y </Data><Data>  </Data><Data "
                 "Name=\"A\">2</Data>"
                 "<Data Name=\"C\">a<![CDATA[<b>]]>c</Data><Binary>00</Binary></EventData>"),
      event));
  ASSERT_EQ(event.event_data.size(), 5u);
  EXPECT_EQ(event.event_data[0].value, " x & \r\n y ");
  EXPECT_EQ(event.event_data[1].name, "");
  EXPECT_EQ(event.event_data[1].value, "  ");
  EXPECT_EQ(event.event_data[2].value, "2");
  EXPECT_EQ(event.event_data[3].value, "a<b>c");
  EXPECT_EQ(event.event_data[4].name, "Binary");
  EXPECT_EQ(event.data("A"), " x & \r\n y ");
}

TEST(EventXml, UserDataByPath) {
  EventXmlReader reader;
  WinEvent event;
  ASSERT_TRUE(reader.read(event_with("<UserData><p:Info xmlns:p='q' version='2'><A>1</A><B><C "
                                     "x='y'>2</C><C>3</C></B><D/></p:Info></UserData>"),
                          event));
  EXPECT_EQ(event.user_data_name, "Info");
  std::string all;
  for (const WinDataItem& item : event.user_data)
    all += std::string(item.name) + "=" + std::string(item.value) + "\n";
  EXPECT_EQ(all, "version=2\nA=1\nB.C.x=y\nB.C=2\nB.C=3\nD=\n");
}

TEST(EventXml, RenderedMessageOfForwardedEvents) {
  EventXmlReader reader;
  WinEvent event;
  ASSERT_TRUE(reader.read(
      event_with("<RenderingInfo Culture='en-US'><Message>It happened</Message></RenderingInfo>"),
      event));
  EXPECT_EQ(event.rendered_message, "It happened");
}

TEST(EventXml, SaysWhyNot) {
  EventXmlReader reader;
  WinEvent event;
  const auto why = [&](const std::string& xml) {
    const Result<void> read = reader.read(xml, event);
    return read ? std::string("read") : describe(read.error());
  };
  EXPECT_EQ(why(""), "event xml: undecodable_record");
  EXPECT_EQ(why("<Event><System>"), "event xml: undecodable_record");
  EXPECT_EQ(why("<Evil/>"), "no Event element: undecodable_record");
  EXPECT_EQ(why("<Event><EventData/></Event>"), "no System element: undecodable_record");
  EXPECT_EQ(why(std::string(kMaxEventXml + 1, ' ')),
            "event xml size: limit_exceeded (need 16777217, have 16777216)");
  std::string deep;
  for (std::size_t i = 0; i < 200'000; ++i) deep += "<a>";
  EXPECT_EQ(why(deep), "event xml depth: limit_exceeded (need 65, have 64)");
  std::string wide = "<Event>";
  for (std::size_t i = 0; i < kMaxEventTags; ++i) wide += "<a/>";
  EXPECT_EQ(why(wide), "event xml tags: limit_exceeded (need 100001, have 100000)");
}

TEST(EventXml, LenientKeepsWhatIsWhole) {
  EventXmlReader reader;
  WinEvent event;
  const std::string whole =
      event_with("<EventData><Data Name=\"A\">1</Data><Data Name=\"B\">2</Data></EventData>");
  ASSERT_TRUE(reader.read_lenient(whole, event));
  EXPECT_FALSE(event.incomplete);
  const std::size_t system_end = whole.find("</System>") + 9;
  const std::size_t first_data = whole.find("</Data>") + 7;
  const std::size_t second_data = whole.rfind("</Data>") + 7;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const bool read = reader.read_lenient(whole.substr(0, size), event).has_value();
    EXPECT_EQ(read, size >= system_end) << size;
    if (!read) continue;
    EXPECT_TRUE(event.incomplete) << size;
    EXPECT_EQ(event.event_data.size(), size < first_data    ? 0u
                                       : size < second_data ? 1u
                                                            : 2u)
        << size;
  }
}

TEST(ParseUnsigned, DecimalAndHex) {
  EXPECT_EQ(parse_unsigned("0x1A4"), 420u);
  EXPECT_EQ(parse_unsigned("42"), 42u);
  for (const char* bad :
       {"", "0x", "-1", "1 ", " 1", "0xg", "18446744073709551616", "0x10000000000000000"}) {
    EXPECT_EQ(parse_unsigned(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace stemma
