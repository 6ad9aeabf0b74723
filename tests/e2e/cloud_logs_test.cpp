// Activity logs of clouds from file to document: exports of one operation count once, no document
// names a host, an account is asked for by its name, and what was refused says why.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <nlohmann/json.hpp>

#include "app/session/session.hpp"
#include "tests/e2e/run_cli.hpp"
#include "tests/support/activity_log_forms.hpp"
#include "tests/support/trail_records.hpp"

namespace stemma {
namespace {

using namespace support;
using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kAccount = "azure:5c0f1f2e-7f3c-4a51-9d0e-6a6a1d3b9c11";

std::vector<json> lines(const std::string& text) {
  std::vector<json> all;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) all.push_back(json::parse(line));
  return all;
}

std::string gzip(const std::string& text) {
  std::string out(text.size() + 1024, '\0');
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

ActivityRows two() {
  ActivityRows rows(2);
  rows[1].event_data_id = "second";
  rows[1].time = "2026-05-12T09:15:00.0000001Z";
  return rows;
}

TEST(CloudLogs, AnOperationExportedInManyFormsCountsOnce) {
  const TempDir dir;
  dir.write("list.json", as_list(two(), 2));
  dir.write("lines.json", as_rest_lines(two()));
  dir.write("workspace.csv", as_csv(two(), 5, "\r\n", true));
  dir.write("answer.json", as_tables(two()));
  const Outcome out = stemma("events " + dir.path());
  EXPECT_EQ(out.code, 0) << out.err;
  const std::vector<json> events = lines(out.out);
  ASSERT_EQ(events.size(), 2u) << out.out;
  EXPECT_EQ(events[0]["@timestamp"], "2026-05-12T09:14:02.9570110Z");
  EXPECT_EQ(events[1]["@timestamp"], "2026-05-12T09:15:00.0000001Z");
  for (const json& event : events) {
    EXPECT_EQ(event["event"]["dataset"], "azure.activitylogs");
    EXPECT_FALSE(event.contains("host")) << event.dump();
    EXPECT_EQ(event.dump().find("azure:5c0f"), std::string::npos);
  }
  const Outcome evidence = stemma("evidence --format jsonl " + dir.path());
  EXPECT_THAT(evidence.out, HasSubstr("duplicate_event"));
}

TEST(CloudLogs, AnAccountStandsForAHost) {
  const TempDir dir;
  dir.write("list.json", as_list(two()));
  dir.write("trail.json.gz", gzip(as_trail({send_command("c-1"), start_session("s-1")})));
  EXPECT_EQ(lines(stemma(std::string("events --host ") + kAccount + " " + dir.path()).out).size(),
            2u);
  const std::vector<json> aws = lines(stemma("events --host aws:111122223333 " + dir.path()).out);
  ASSERT_EQ(aws.size(), 2u);
  EXPECT_EQ(aws[0]["aws"]["cloudtrail"]["command_id"], "c-1");
  EXPECT_FALSE(aws[0].contains("host"));
  const Outcome coverage = stemma("scan --coverage " + dir.path());
  EXPECT_THAT(coverage.out, HasSubstr("Azure Activity Log"));
  EXPECT_THAT(coverage.out, HasSubstr("AWS CloudTrail"));
  EXPECT_THAT(coverage.out, HasSubstr("for another system than a cloud account"));
}

TEST(CloudLogs, QueriesReadTheirFields) {
  const TempDir dir;
  dir.write("list.json", as_list(two()));
  dir.write("trail.json", as_trail_lines({send_command("c-1")}));
  const Outcome run = stemma(
      "query --format jsonl --fields event.action,azure.resource.name " + dir.path() +
      " 'any where azure.activitylogs.operation_name : \"*/runCommand/action\" and user.name == "
      "\"ada\" and azure.activitylogs.properties.entity == \"vm-win01\"'");
  EXPECT_EQ(lines(run.out).size(), 2u) << run.out << run.err;
  const Outcome command = stemma(
      "query --format jsonl " + dir.path() +
      " 'any where event.action == \"SendCommand\" and "
      "aws.cloudtrail.instance_ids == \"i-0bbb\" and cidrMatch(source.ip, \"192.0.2.0/24\")'");
  EXPECT_EQ(lines(command.out).size(), 1u) << command.out << command.err;
}

TEST(CloudLogs, LocalDatesAreRefusedWithTheQuestion) {
  const TempDir dir;
  dir.write("query_data.csv",
            "\"TimeGenerated [UTC]\",OperationNameValue\n\"5/12/2026, 9:14:02.957 AM\",a/write\n"
            "2026-05-12T09:14:02Z,b/write\n");
  EXPECT_EQ(stemma("events " + dir.path()).code, 3);
  const Outcome out = stemma("evidence " + dir.path());
  EXPECT_EQ(out.code, 3);
  EXPECT_THAT(out.out, HasSubstr("TimeGenerated '5/12/2026, 9:14:02.957 AM' is a local date: "
                                 "export again as ISO 8601"));
}

TEST(CloudLogs, TheSamplesLogIsRead) {
  const Outcome out = stemma("events samples/azure-run-command/cloud");
  EXPECT_EQ(out.code, 0) << out.err;
  const json log = json::parse(read_file("samples/azure-run-command/cloud/activity-log.json"));
  EXPECT_EQ(lines(out.out).size(), log.size());
}

// The store and the decoders agree for any number of threads.
TEST(CloudLogs, ThreadsDoNotShow) {
  const TempDir dir;
  ActivityRows rows;
  for (int i = 0; i < 500; ++i) {
    ActivityRow row;
    row.event_data_id = std::to_string(i);
    row.correlation_id = "c" + std::to_string(i);
    row.machine = "vm" + std::to_string(i % 7);
    rows.push_back(row);
  }
  dir.write("a.csv", as_csv(rows));
  dir.write("b.json", as_records(rows));
  dir.write("c.json", as_trail_lines(std::vector<TrailRecord>(300, send_command("c-1"))));
  const Outcome one = stemma("events --threads 1 " + dir.path());
  const Outcome eight = stemma("events --threads 8 " + dir.path());
  EXPECT_EQ(one.out, eight.out);
  EXPECT_EQ(lines(one.out).size(), 1001u);  // records of one id and content are copies
}

}  // namespace
}  // namespace stemma
