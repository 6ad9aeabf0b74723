// The same records come out of every form, in blocks of any size; a broken record costs itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parsers/aws_cloudtrail/parser.hpp"
#include "parsers/common/json_fields.hpp"
#include "tests/parsers/common/parser_run.hpp"
#include "tests/support/trail_records.hpp"

namespace stemma::cloudtrail {
namespace {

using namespace support;
using test::books;
using test::one;
using test::ParserRun;
using testing::HasSubstr;

ParserRun read(const std::string& file, std::size_t block = kBlockBytes) {
  return test::run_parser(*make_parser(block), file);
}

std::vector<TrailRecord> some() {
  return {send_command("c-1"), start_session("ada-1"),
          trail_record("ec2.amazonaws.com", "RunInstances")};
}

TEST(TrailForms, AllSayTheSame) {
  TrailRecord list = TrailRecord::array();
  for (const TrailRecord& record : some()) list.push_back(record);
  const ParserRun first = read(as_trail(some()));
  ASSERT_EQ(first.events.size(), 3u);
  for (const std::string& file : {as_trail(some(), 2), as_trail_lines(some()), as_lookup(some()),
                                  list.dump(), "\xEF\xBB\xBF" + as_trail(some())}) {
    for (const std::size_t block : {kBlockBytes, std::size_t{900}, std::size_t{1}}) {
      const ParserRun run = read(file, block);
      EXPECT_TRUE(run.recognized);
      EXPECT_EQ(run.events, first.events);
      EXPECT_EQ(run.log.records.refused, 0u) << books(run.log);
      EXPECT_THAT(run.hosts, testing::Each("aws:111122223333"));
      if (block == 1) {
        EXPECT_GE(run.units, 3u);
      }
    }
  }
  EXPECT_EQ(read(some()[0].dump(2)).events.size(), 1u);
}

TEST(TrailForms, WhatIsNoTrail) {
  for (const char* text :
       {R"({"@timestamp":"2026-05-12T09:14:02Z","eventTime":"x","eventName":"y","awsRegion":"z"})",
        R"({"records":[{"time":"2026-05-12T09:14:02Z","operationName":"x","category":"y"}]})",
        R"({"Records":[{"eventTime":"2026-05-12T09:14:02Z"}]})",
        R"({"Records":[{"messageId":"x","body":"{}"}]})", R"({"digestS3Bucket":"x"})", "{", ""}) {
    const std::string file = text;
    const ArtifactBytes artifact{ArtifactId{1}, std::as_bytes(std::span(file)), ""};
    EXPECT_FALSE(make_parser()->recognizes(artifact)) << text;
  }
}

TEST(TrailDamage, ABrokenRecordCostsItself) {
  std::string file = as_trail(some());
  const std::size_t second = file.find("\"StartSession\"");
  file.replace(second, 14, "StartSession\"}");
  const ParserRun run = read(file);
  ASSERT_EQ(run.events.size(), 2u) << books(run.log);
  EXPECT_EQ(run.log.records.refused, 1u);
  EXPECT_EQ(read(file, 1).log, run.log);
}

TEST(TrailDamage, TruncatedAndWithoutTime) {
  const std::string whole = as_trail({send_command("c-1"), send_command("c-2")});
  const ParserRun cut = read(whole.substr(0, whole.size() - 30));
  EXPECT_EQ(cut.events.size(), 1u);
  EXPECT_EQ(cut.log.count(Defect::truncated), 1u);

  TrailRecord late = send_command("c-3");
  late["eventTime"] = "May 12, 2026";
  const ParserRun run = read(as_trail_lines({late, send_command("c-4")}));
  EXPECT_EQ(run.events.size(), 1u);
  EXPECT_THAT(books(run.log), HasSubstr("1 × bad_value\n  @0 eventTime 'May 12, 2026' is no time"));
}

TEST(TrailDamage, AListedRecordThatIsNoJson) {
  const ParserRun run = read(R"({"Events":[{"EventId":"x","CloudTrailEvent":"{\"eventTime\""},)"
                             R"({"EventId":"y","CloudTrailEvent":"plain"}]})");
  EXPECT_EQ(run.events.size(), 0u);
  EXPECT_EQ(run.log.records.refused, 2u) << books(run.log);
  EXPECT_THAT(books(run.log), HasSubstr("CloudTrailEvent: JSON of a document"));
}

TEST(TrailDamage, Caps) {
  TrailRecord many = send_command("c-1");
  many["requestParameters"]["x"] = std::vector<int>(json::kMaxValues, 1);
  const ParserRun run = read(as_trail_lines({many, send_command("c-2")}));
  EXPECT_EQ(run.events.size(), 1u);
  EXPECT_THAT(books(run.log), HasSubstr("values (need 65537, have 65536)"));

  TrailRecord machines = send_command("c-1");
  for (std::size_t i = 0; i < kMaxInstances + 10; ++i)
    machines["requestParameters"]["instanceIds"].push_back("i-" + std::to_string(i));
  const ParserRun kept = read(as_trail_lines({machines}));
  ASSERT_EQ(kept.events.size(), 1u);
  EXPECT_EQ(kept.events[0].at("aws.cloudtrail.instance_ids").size(), kMaxInstances);
}

}  // namespace
}  // namespace stemma::cloudtrail
