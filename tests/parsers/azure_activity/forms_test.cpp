// One operation comes out the same whatever form it was exported in, in blocks of any size; what is
// no activity log is not recognized.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parsers/azure_activity/parser.hpp"
#include "tests/parsers/common/parser_run.hpp"
#include "tests/support/activity_log_forms.hpp"

namespace stemma::azure {
namespace {

using namespace support;
using test::one;
using test::ParserRun;
using testing::ElementsAre;

ParserRun read(const std::string& file, std::size_t block = kBlockBytes) {
  return test::run_parser(*make_parser(block), file);
}

ActivityRows some(std::size_t count) {
  ActivityRows rows;
  for (std::size_t i = 0; i < count; ++i) {
    ActivityRow row;
    row.time = "2026-05-12T09:14:02.957" + std::to_string(1000 + i) + "Z";
    row.event_data_id = "id-" + std::to_string(i);
    row.machine = "vm-" + std::to_string(i);
    if (i == 1) row.result = "Success";
    rows.push_back(row);
  }
  return rows;
}

struct Form {
  const char* name;
  std::string (*write)(const ActivityRows&);
};

const Form kForms[] = {
    {"list", [](const ActivityRows& rows) { return as_list(rows); }},
    {"list, pretty", [](const ActivityRows& rows) { return as_list(rows, 2); }},
    {"value", as_value},
    {"REST lines", as_rest_lines},
    {"resource lines", as_resource_lines},
    {"records", as_records},
    {"workspace list", as_workspace_list},
    {"tables", [](const ActivityRows& rows) { return as_tables(rows); }},
    {"tables, pretty", [](const ActivityRows& rows) { return as_tables(rows, 2); }},
    {"CSV", [](const ActivityRows& rows) { return as_csv(rows); }},
    {"CSV, other order", [](const ActivityRows& rows) { return as_csv(rows, 7, "\r\n", true); }},
};

// What a form does not say, or says of itself.
golden::Document common(golden::Document event) {
  for (const char* field :
       {"azure.activitylogs.caller", "azure.activitylogs.operation_id", "event.id",
        "event.ingested", "http.request.method", "geo.name", "event.duration"})
    event.erase(field);
  return event;
}

TEST(ActivityForms, OneOperationIsTheSameInAll) {
  const ActivityRows rows = some(3);
  const ParserRun first = read(as_list(rows));
  ASSERT_EQ(first.events.size(), 3u);
  for (const Form& form : kForms) {
    SCOPED_TRACE(form.name);
    const ParserRun run = read(form.write(rows));
    EXPECT_TRUE(run.recognized);
    ASSERT_EQ(run.events.size(), 3u) << test::books(run.log);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(common(run.events[i]), common(first.events[i]));
    EXPECT_EQ(run.log.defects().size(), 0u) << test::books(run.log);
    EXPECT_EQ(run.log.records.refused, 0u);
    EXPECT_THAT(run.hosts, testing::Each("azure:5c0f1f2e-7f3c-4a51-9d0e-6a6a1d3b9c11"));
  }
}

TEST(ActivityForms, FormsThatSayAllSayTheSame) {
  const ActivityRows rows = some(3);
  const ParserRun first = read(as_list(rows));
  for (const Form& form : kForms) {
    if (std::string(form.name) == "resource lines" || std::string(form.name) == "records") continue;
    EXPECT_EQ(read(form.write(rows)).events, first.events) << form.name;
  }
}

TEST(ActivityForms, BlocksOfAnySize) {
  const ActivityRows rows = some(5);
  for (const Form& form : kForms) {
    SCOPED_TRACE(form.name);
    const std::string file = form.write(rows);
    const ParserRun whole = read(file);
    for (const std::size_t block : {std::size_t{1}, std::size_t{700}, std::size_t{2500}}) {
      const ParserRun cut = read(file, block);
      EXPECT_EQ(cut.events, whole.events);
      EXPECT_EQ(cut.spans, whole.spans);
      EXPECT_EQ(cut.log, whole.log);
      if (block == 1) {
        EXPECT_GE(cut.units, 5u);
      }
    }
  }
}

TEST(ActivityForms, ASingleObject) {
  const ParserRun run = read(rest_row(ActivityRow{}).dump(4));
  EXPECT_TRUE(run.recognized);
  ASSERT_EQ(run.events.size(), 1u);
  EXPECT_EQ(one(run.events[0], "azure.resource.name"), "vm-win01");
}

// A span is the record alone, so that it can be shown and hashed.
TEST(ActivityForms, SpansAreRecords) {
  const ActivityRows rows = some(2);
  const std::string file = as_value(rows);
  const ParserRun run = read(file);
  ASSERT_EQ(run.spans.size(), 2u);
  EXPECT_EQ(file.substr(run.spans[1].offset, run.spans[1].length), rest_row(rows[1]).dump());
}

TEST(ActivityForms, TablesOfOneAnswerHaveTheirOwnColumns) {
  const std::string first = as_tables(some(2));
  const std::string second =
      R"({"name":"Second","columns":[{"name":"OperationNameValue"},{"name":"TimeGenerated"}],)"
      R"("rows":[["Microsoft.Compute/virtualMachines/write","2026-05-12T10:00:00Z"]]})";
  std::string file = first.substr(0, first.size() - 2) + "," + second + "]}";
  for (const std::size_t block : {kBlockBytes, std::size_t{1}}) {
    const ParserRun run = read(file, block);
    ASSERT_EQ(run.events.size(), 3u) << test::books(run.log);
    EXPECT_EQ(one(run.events[2], "event.action"), "Microsoft.Compute/virtualMachines/write");
    EXPECT_EQ(one(run.events[2], "@timestamp"), "2026-05-12T10:00:00Z");
    EXPECT_EQ(run.hosts[2], "azure");
  }
}

TEST(ActivityForms, WhatIsNoActivityLog) {
  for (const char* text :
       {R"({"@timestamp":"2026-05-12T09:14:02Z","event":{"kind":"event"},"time":"x",)"
        R"("operationName":"x","category":"y"})",
        R"({"Records":[{"eventVersion":"1.08","eventTime":"2026-05-12T09:14:02Z",)"
        R"("eventName":"SendCommand","eventSource":"ssm.amazonaws.com"}]})",
        R"([{"time":"2026-05-12T09:14:02Z","message":"x"}])",
        R"([{"TimeGenerated":"2026-05-12T09:14:02Z","OperationName":"Add user",)"
        R"("CorrelationId":"x","Type":"AuditLogs"}])",
        R"({"tables":[{"columns":[{"name":"TimeGenerated"},{"name":"Computer"}],"rows":[]}]})",
        "TimeGenerated,Computer\n2026-05-12T09:14:02Z,x\n", "operationName,time\n", "",
        "type=SYSCALL msg=audit(1.2:3): TimeGenerated,OperationNameValue\n", "[", "{", "[]",
        "\xEF\xBB\xBF"}) {
    const std::string file = text;
    const ArtifactBytes artifact{ArtifactId{1}, std::as_bytes(std::span(file)), ""};
    EXPECT_FALSE(make_parser()->recognizes(artifact)) << text;
  }
}

TEST(ActivityForms, OtherObjectsBesideRecordsAreUnused) {
  const std::string other = R"({"TimeGenerated":"2026-05-12T09:14:02Z","Computer":"x"})";
  const ParserRun run = read(other + "\n" + as_rest_lines(some(1)));
  EXPECT_TRUE(run.recognized);
  EXPECT_EQ(run.events.size(), 1u);
  EXPECT_EQ(run.log.bytes.unused, other.size() + 2);
}

}  // namespace
}  // namespace stemma::azure
