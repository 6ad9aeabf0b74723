// A broken row costs that row: every byte is booked, place and reason are said, what stands behind
// is read. Dates that nobody can be sure of are refused, not guessed.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parsers/azure_activity/activity_mapper.hpp"
#include "parsers/azure_activity/parser.hpp"
#include "tests/parsers/common/parser_run.hpp"
#include "tests/support/activity_log_forms.hpp"

namespace stemma::azure {
namespace {

using namespace support;
using test::books;
using test::one;
using test::ParserRun;
using testing::ElementsAre;
using testing::HasSubstr;

ParserRun read(const std::string& file, std::size_t block = kBlockBytes) {
  const ParserRun run = test::run_parser(*make_parser(block), file);
  EXPECT_EQ(test::run_parser(*make_parser(1), file).log, run.log);
  return run;
}

std::vector<std::string> actions(const ParserRun& run) {
  std::vector<std::string> all;
  for (const golden::Document& event : run.events) all.push_back(one(event, "event.action"));
  return all;
}

const std::string kHead = "TimeGenerated,OperationNameValue,Claims\n";
std::string csv_row(const std::string& action, const std::string& claims = "") {
  return "2026-05-12T09:14:02Z," + action + "," + claims + "\n";
}

TEST(ActivityDamage, LocalDatesAreAskedAbout) {
  const ParserRun run = read(kHead + "5/12/2026 9:14 AM,a,\n" + csv_row("b"));
  EXPECT_THAT(actions(run), ElementsAre("b"));
  EXPECT_EQ(books(run.log),
            "1 parsed, 1 refused: 62 + 0 + 20 + 3 bytes\n"
            "1 × bad_value\n"
            "  @40 TimeGenerated '5/12/2026 9:14 AM' is a local date: export again as ISO 8601, as "
            "2026-05-12T09:14:00.1234567Z (which number is the day, and which zone is meant, is "
            "not guessed)");
}

TEST(ActivityDamage, WhyATimeCannotBeRead) {
  EXPECT_THAT(time_refusal("time", "12.05.2026 09:14:02", false), HasSubstr("is a local date"));
  EXPECT_EQ(time_refusal("time", "", false), "time is empty");
  EXPECT_EQ(time_refusal("time", "yesterday", false), "time 'yesterday' is no time of ISO 8601");
  EXPECT_EQ(time_refusal("time", "\x1b[2J", false), "time '\\x1b[2J' is no time of ISO 8601");
  EXPECT_THAT(time_refusal("time", std::string(5000, '1'), false),
              testing::SizeIs(testing::Lt(260)));
}

TEST(ActivityDamage, AHeaderThatNamesAnotherZone) {
  const ParserRun local = read(
      "TimeGenerated [Local Time],OperationNameValue\n"
      "2026-05-12T09:14:02,a\n2026-05-12T09:14:02+02:00,b\n");
  EXPECT_THAT(actions(local), ElementsAre("b"));
  EXPECT_THAT(books(local.log),
              HasSubstr("TimeGenerated '2026-05-12T09:14:02' is in an unnamed zone: export again"));
  EXPECT_THAT(actions(read("TimeGenerated [UTC],OperationNameValue\n2026-05-12T09:14:02,a\n")),
              ElementsAre("a"));
}

TEST(ActivityDamage, CsvRowsWithOtherNumbersOfValues) {
  const ParserRun run =
      read(kHead + csv_row("a") + "2026-05-12T09:14:02Z,b\n" + csv_row("c", "x,y") + csv_row("d"));
  EXPECT_THAT(actions(run), ElementsAre("a", "d"));
  EXPECT_THAT(books(run.log), HasSubstr("@64 row of 2 values where the columns are 3"));
  EXPECT_THAT(books(run.log), HasSubstr("row of 4 values where the columns are 3"));
}

TEST(ActivityDamage, CsvQuotesThatDoNotFit) {
  // The first opens what the next row's quotes close: only the broken row's own line is lost.
  const ParserRun run = read(kHead + csv_row("a", "\"{\"\"appid\"\":\"\"1\"\"}") +
                             csv_row("b", "\"{\"\"appid\"\":\"\"2\"\"}\"") + csv_row("c"));
  EXPECT_THAT(actions(run), ElementsAre("b", "c"));
  EXPECT_EQ(run.log.records.refused, 1u);
  EXPECT_THAT(books(run.log), HasSubstr("1 × bad_line\n  @106 quotes of a row"));
  const ParserRun open = read(kHead + csv_row("a") + "2026-05-12T09:14:02Z,b,\"x\n");
  EXPECT_THAT(actions(open), ElementsAre("a"));
  EXPECT_EQ(open.log.records.refused, 1u);
}

TEST(ActivityDamage, ClaimsThatAreNoJsonAreNoted) {
  const ParserRun run = read(kHead + csv_row("a", "\"{\"\"appid\"\":\"") + csv_row("b", "none"));
  EXPECT_THAT(actions(run), ElementsAre("a", "b"));
  EXPECT_EQ(run.log.count(Defect::bad_value), 1u);
  EXPECT_THAT(books(run.log), HasSubstr("Claims is no JSON: JSON of a document"));
}

TEST(ActivityDamage, ABrokenLineCostsItself) {
  const std::string good = as_rest_lines({ActivityRow{}});
  const ParserRun run = read(good + "{\"eventTimestamp\":\"2026\n" + good + "text\n" + good);
  EXPECT_EQ(run.events.size(), 3u);
  EXPECT_EQ(run.log.records.refused, 2u) << books(run.log);
}

TEST(ActivityDamage, TruncatedFiles) {
  ActivityRows rows(2);
  const auto check = [](const std::string& whole) {
    const ParserRun run = read(whole.substr(0, whole.size() - 40));
    EXPECT_EQ(run.events.size(), 1u);
    EXPECT_EQ(run.log.count(Defect::truncated), 1u) << books(run.log);
  };
  check(as_list(rows));
  check(as_records(rows));
  check(as_rest_lines(rows));
  check(as_tables(rows));
}

TEST(ActivityDamage, ABrokenRowOfATableCostsItself) {
  const std::string head =
      R"({"tables":[{"columns":[{"name":"TimeGenerated"},{"name":"OperationNameValue"}],"rows":[)";
  const std::string row = R"(["2026-05-12T09:14:02Z","a"])";
  const ParserRun run = read(head + row + R"(,["2026-05-12T09:14:02Z",{"x"],)" + row + "," +
                             R"(["2026-05-12T09:14:02Z"],["12/5/2026","x"],)" + row + "]}]}");
  EXPECT_THAT(actions(run), ElementsAre("a", "a", "a"));
  EXPECT_EQ(run.log.records.refused, 3u) << books(run.log);
  EXPECT_THAT(books(run.log), HasSubstr("row of 1 values where the columns are 2"));
  EXPECT_THAT(books(run.log), HasSubstr("TimeGenerated '12/5/2026' is a local date"));
  EXPECT_THAT(books(run.log), HasSubstr("brackets or quotes of a row"));
}

TEST(ActivityDamage, RecordsWithoutTime) {
  const std::string good = as_rest_lines({ActivityRow{}});
  const ParserRun run = read(good + R"({"eventTimestamp":null,"operationName":"x"})" + "\n" +
                             R"({"eventTimestamp":"","operationName":"x"})" + "\n");
  EXPECT_EQ(run.events.size(), 1u);
  EXPECT_EQ(run.log.records.refused, 2u);
  EXPECT_THAT(books(run.log), HasSubstr("eventTimestamp is empty"));
}

TEST(ActivityDamage, AKeySaidTwiceKeepsTheFirst) {
  std::string line = rest_row(ActivityRow{}).dump();
  line.insert(1, R"("caller":"eve@corp.example",)");
  const ParserRun run = read(line);
  ASSERT_EQ(run.events.size(), 1u);
  EXPECT_EQ(one(run.events[0], "azure.activitylogs.caller"), "eve@corp.example");
  EXPECT_EQ(run.log.count(Defect::duplicate_key), 1u);
}

TEST(ActivityDamage, TextThatIsNoUnicode) {
  ActivityRow row;
  row.operation = "bad/OP";
  std::string line = rest_row(row).dump();
  line.replace(line.find("bad/OP"), 3,
               "b\xFF"
               "d");
  const ParserRun run = read(line);
  EXPECT_EQ(run.log.count(Defect::invalid_utf8), 1u);
  EXPECT_EQ(run.events.size(), 1u);
  const ParserRun csv = read(kHead + csv_row("b\xFF"
                                             "d"));
  EXPECT_EQ(csv.log.count(Defect::invalid_utf8), 1u);
  EXPECT_EQ(csv.events.size(), 1u);
}

TEST(ActivityDamage, Caps) {
  ActivityRow row;
  nlohmann::ordered_json values = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < json::kMaxValues; ++i) values.push_back(1);
  row.properties["x"] = values;
  const std::string good = as_rest_lines({ActivityRow{}});
  const ParserRun many = read(as_rest_lines({row}) + good);
  EXPECT_EQ(many.events.size(), 1u);
  EXPECT_THAT(books(many.log), HasSubstr("values (need 65537, have 65536)"));

  row = {};
  nlohmann::ordered_json deep = 1;
  for (std::size_t i = 0; i < json::kMaxDepth; ++i) deep = {{"d", deep}};
  row.properties["x"] = deep;
  const ParserRun levels = read(as_rest_lines({row}) + good);
  EXPECT_EQ(levels.events.size(), 1u);
  EXPECT_EQ(levels.log.count(Defect::limit_exceeded), 1u);

  const std::string much(kMaxRow, 'x');
  const ParserRun longer = read(kHead + csv_row("a", much) + csv_row("b"));
  EXPECT_THAT(actions(longer), ElementsAre("b"));
  EXPECT_EQ(longer.log.count(Defect::limit_exceeded), 1u);

  std::string commas(kMaxColumns + 5, ',');
  EXPECT_THAT(books(read(kHead + commas + "\n").log), HasSubstr("1 × bad_line"));
}

}  // namespace
}  // namespace stemma::azure
