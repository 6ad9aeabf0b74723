// Exports against the field lists of their public specifications, written here by hand.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "reports/export/exports.hpp"
#include "reports/export/uuid.hpp"
#include "tests/support/document_fixture.hpp"

namespace stemma {
namespace {

using nlohmann::json;

IncidentDocument document() {
  IncidentDocument made = support::document_of("word");
  made.indicators[0].value = std::string(64, 'b');
  made.indicators[1].value = std::string(40, 'b');
  made.indicators[2].value = std::string(32, 'b');
  made.indicators[3].value = "203.0.113.5";
  made.indicators[4].value = "c2.example";
  made.indicators[5].value = "https://c2.example/a'b\\c";
  return made;
}

std::string text(void (*append)(const IncidentDocument&, std::string&)) {
  std::string out;
  append(document(), out);
  EXPECT_FALSE(out.empty());
  std::string again;
  append(document(), again);
  EXPECT_EQ(out, again);
  return out;
}

void expect_members(const json& object, std::initializer_list<const char*> names) {
  for (const char* name : names)
    EXPECT_TRUE(object.contains(name)) << name << " in " << object.dump();
}

// RFC 9562, appendix A.4.
TEST(Export, Uuid5) {
  EXPECT_EQ(uuid5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com"),
            "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

// OASIS STIX 2.1 §3.2 (common properties), §4 and §6 (of each type), §9 (patterns).
TEST(Export, Stix) {
  const json bundle = json::parse(text(append_stix));
  EXPECT_EQ(bundle["type"], "bundle");
  static const std::regex kId(
      "^[a-z][a-z0-9-]+--[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$");
  static const std::regex kTime(
      "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]+Z$");
  EXPECT_TRUE(std::regex_match(bundle["id"].get<std::string>(), kId));
  std::set<std::string> ids, types;
  for (const json& object : bundle["objects"]) {
    expect_members(object, {"type", "id", "spec_version"});
    EXPECT_EQ(object["spec_version"], "2.1");
    const std::string type = object["type"], id = object["id"];
    EXPECT_TRUE(std::regex_match(id, kId)) << id;
    EXPECT_EQ(id.substr(0, type.size() + 2), type + "--");
    EXPECT_TRUE(ids.insert(id).second) << "twice: " << id;
    types.insert(type);
    if (std::set<std::string>{"identity", "attack-pattern", "indicator", "observed-data", "report",
                              "note", "opinion"}
            .count(type) != 0) {
      expect_members(object, {"created", "modified"});
      EXPECT_TRUE(std::regex_match(object["created"].get<std::string>(), kTime));
      EXPECT_LE(object["created"], object["modified"]);
    }
    if (type == "identity" || type == "attack-pattern") expect_members(object, {"name"});
    if (type == "indicator") expect_members(object, {"pattern", "pattern_type", "valid_from"});
    if (type == "observed-data") {
      expect_members(object, {"first_observed", "last_observed", "number_observed", "object_refs"});
      EXPECT_FALSE(object["object_refs"].empty());
    }
    if (type == "report") {
      expect_members(object, {"name", "published", "object_refs"});
      EXPECT_FALSE(object["object_refs"].empty());
    }
    if (type == "note") expect_members(object, {"abstract", "content", "object_refs"});
    if (type == "opinion") {
      expect_members(object, {"opinion", "object_refs"});
      EXPECT_EQ(object["opinion"], "agree");
    }
    if (type == "ipv4-addr" || type == "ipv6-addr" || type == "domain-name" || type == "url")
      expect_members(object, {"value"});
    if (type == "file") {
      EXPECT_TRUE(object.contains("hashes") || object.contains("name"));
    }
    if (type == "windows-registry-key") expect_members(object, {"key"});
    if (type == "user-account") {
      EXPECT_TRUE(object.contains("account_login") || object.contains("user_id"));
    }
  }
  for (const json& object : bundle["objects"]) {
    for (const json& ref : object.value("object_refs", json::array())) {
      EXPECT_EQ(ids.count(ref), 1u) << ref;
    }
    if (object.contains("created_by_ref")) {
      EXPECT_EQ(ids.count(object["created_by_ref"]), 1u);
    }
    if (object["type"] == "ipv4-addr") {  // §2.9, computed by the reference implementation
      EXPECT_EQ(object["id"], "ipv4-addr--" + uuid5("00abedb4-aa42-466c-9c01-fed23315a9b7",
                                                    "{\"value\":\"203.0.113.5\"}"));
    }
    if (object["type"] == "indicator" && object["name"].get<std::string>().rfind("https", 0) == 0) {
      EXPECT_EQ(object["pattern"], "[url:value = 'https://c2.example/a\\'b\\\\c']");
    }
  }
  for (const char* type : {"identity", "attack-pattern", "indicator", "observed-data", "report",
                           "file", "url", "domain-name", "ipv4-addr", "user-account", "process",
                           "windows-registry-key", "note", "opinion"})
    EXPECT_EQ(types.count(type), 1u) << type;
}

// OASIS SARIF 2.1.0 §3.13 (sarifLog), §3.14 (run), §3.18–19 (tool), §3.24 (artifact), §3.27
// (result).
TEST(Export, Sarif) {
  const json log = json::parse(text(append_sarif));
  EXPECT_EQ(log["version"], "2.1.0");
  ASSERT_EQ(log["runs"].size(), 1u);
  const json& run = log["runs"][0];
  expect_members(run, {"tool", "results"});
  expect_members(run["tool"]["driver"], {"name", "rules"});
  std::set<std::string> rules;
  for (const json& rule : run["tool"]["driver"]["rules"]) {
    expect_members(rule, {"id"});
    EXPECT_TRUE(rules.insert(rule["id"]).second);
    expect_members(rule["shortDescription"], {"text"});
  }
  for (const json& result : run["results"]) {
    expect_members(result, {"message", "ruleId", "level"});
    expect_members(result["message"], {"text"});
    EXPECT_EQ(rules.count(result["ruleId"]), 1u);
    EXPECT_EQ((std::set<std::string>{"none", "note", "warning", "error"}.count(result["level"])),
              1u);
    for (const json& location : result["locations"]) {
      const json& physical = location["physicalLocation"];
      expect_members(physical["artifactLocation"], {"uri", "index"});
      EXPECT_LT(physical["artifactLocation"]["index"], run["artifacts"].size());
      if (physical.contains("region")) {
        EXPECT_GE(physical["region"]["byteOffset"].get<int>(), 0);
      }
    }
  }
  ASSERT_EQ(run["results"].size(), 4u);
  // What the analyst says is none is suppressed from outside (§3.35).
  EXPECT_FALSE(run["results"][2].contains("suppressions"));
  ASSERT_EQ(run["results"][3]["suppressions"].size(), 1u);
  EXPECT_EQ(run["results"][3]["suppressions"][0]["kind"], "external");
  EXPECT_EQ(run["results"][3]["suppressions"][0]["status"], "accepted");
  EXPECT_EQ(run["results"][3]["properties"]["stemma/verdict"], "false_positive");
  expect_members(run["artifacts"][0], {"location", "length", "hashes"});
  expect_members(run["artifacts"][0]["hashes"], {"sha-256"});
}

// ATT&CK Navigator, layers/spec/v4.5/layerformat.md: required members.
TEST(Export, NavigatorLayer) {
  const json layer = json::parse(text(append_navigator_layer));
  expect_members(layer, {"versions", "name", "domain"});
  EXPECT_EQ(layer["domain"], "enterprise-attack");
  EXPECT_EQ(layer["versions"]["layer"], "4.5");
  expect_members(layer["versions"], {"navigator"});
  std::set<std::string> ids;
  for (const json& technique : layer["techniques"]) {
    expect_members(technique, {"techniqueID"});
    EXPECT_TRUE(std::regex_match(technique["techniqueID"].get<std::string>(),
                                 std::regex("T[0-9]{4}(\\.[0-9]{3})?")));
    EXPECT_TRUE(technique["score"].is_number());
    ids.insert(technique["techniqueID"]);
  }
  EXPECT_EQ(ids, (std::set<std::string>{"T1651", "T1059.001"}));
  expect_members(layer["gradient"], {"colors", "minValue", "maxValue"});
  EXPECT_GE(layer["gradient"]["colors"].size(), 2u);
}

// Elasticsearch, "Bulk API": an action line, a source line, a line feed at the end. ECS: base
// fields.
TEST(Export, ElasticBulk) {
  const std::string bulk = text(append_elastic_bulk);
  EXPECT_EQ(bulk.back(), '\n');
  std::istringstream lines(bulk);
  std::string action, source;
  int documents = 0;
  while (std::getline(lines, action)) {
    ASSERT_TRUE(std::getline(lines, source));
    expect_members(json::parse(action)["create"], {"_id"});
    const json document = json::parse(source);
    expect_members(document, {"@timestamp", "ecs", "event", "message"});
    expect_members(document["event"], {"kind", "category", "type"});
    EXPECT_TRUE(document["event"]["category"].is_array());
    EXPECT_EQ(document["event"]["kind"], "alert");
    ++documents;
  }
  EXPECT_EQ(documents, 4);
}

// Timesketch, docs/guides/user/import-from-json-csv.md: the mandatory fields.
TEST(Export, Timesketch) {
  EXPECT_EQ(text(append_timesketch_csv).substr(0, 31), "message,datetime,timestamp_desc");
  std::istringstream lines(text(append_timesketch_jsonl));
  std::string line;
  json tagged;
  while (std::getline(lines, line)) {
    const json moment = json::parse(line);
    expect_members(moment, {"message", "datetime", "timestamp", "timestamp_desc"});
    EXPECT_EQ(moment["timestamp"], 1'780'000'000'000'000);
    EXPECT_EQ(moment["datetime"], "2026-05-28T20:26:40.000000+00:00");
    if (moment["kind"] == "note") tagged = moment;
  }
  // The analyst's tags, as importers read them: a list, in CSV as JSON.
  EXPECT_EQ(tagged["timestamp_desc"], "Noted by the analyst");
  EXPECT_EQ(tagged["tag"].size(), 3u);
  EXPECT_EQ(tagged["tag"][2], "benign");
  EXPECT_NE(text(append_timesketch_csv).find("\"\"benign\"\"]"), std::string::npos);
  IncidentDocument without = document();
  without.analyst_notes.clear();
  for (DocumentMoment& moment : without.timeline) moment.note.reset();
  std::string csv;
  append_timesketch_csv(without, csv);
  EXPECT_EQ(csv.substr(0, csv.find('\r')),
            "message,datetime,timestamp_desc,host,kind,run,evidence");
}

// Splunk, "Format events for HTTP Event Collector": metadata keys.
TEST(Export, SplunkHec) {
  std::istringstream lines(text(append_splunk_hec));
  std::string line;
  const std::set<std::string> kKeys{"time",  "host",  "source", "sourcetype",
                                    "index", "event", "fields"};
  while (std::getline(lines, line)) {
    const json event = json::parse(line);
    for (const auto& [key, value] : event.items()) EXPECT_EQ(kKeys.count(key), 1u) << key;
    expect_members(event, {"event", "time", "sourcetype"});
    EXPECT_DOUBLE_EQ(event["time"].get<double>(), 1'780'000'000.0);
  }
}

// MISP, "Categories and types": each pair is one that MISP allows.
TEST(Export, Misp) {
  const std::set<std::string> kAllowed{
      "sha256,Payload delivery",    "sha1,Payload delivery",      "md5,Payload delivery",
      "ip-dst,Network activity",    "domain,Network activity",    "url,Network activity",
      "filename,Artifacts dropped", "target-user,Targeting data", "regkey,Persistence mechanism"};
  std::istringstream lines(text(append_misp_csv));
  std::string line;
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_EQ(line, "type,category,value,comment,to_ids\r");
  std::size_t rows = 0;
  while (std::getline(lines, line)) {
    const std::size_t second = line.find(',', line.find(',') + 1);
    EXPECT_EQ(kAllowed.count(line.substr(0, second)), 1u) << line;
    ++rows;
  }
  EXPECT_EQ(rows, 9u);
}

TEST(Export, RunsCsv) {
  const std::string csv = text(append_runs_csv);
  EXPECT_EQ(text(append_runs_xlsx_csv), "\xEF\xBB\xBF" + csv);
  EXPECT_EQ(csv.substr(0, 13), "run,id,start,");
  EXPECT_NE(csv.find(",set_aside,note_verdict,note_tags,note_pinned,note_comment\r\n"),
            std::string::npos);
}

TEST(Export, Graphs) {
  const std::string mermaid = text(append_mermaid);
  EXPECT_EQ(mermaid.substr(0, 13), "flowchart TD\n");
  EXPECT_NE(mermaid.find("r1p0 --> r1p1"), std::string::npos);
  EXPECT_NE(mermaid.find("r1p1 -.-> r1p2"), std::string::npos);
  const std::string dot = text(append_dot);
  EXPECT_EQ(dot.substr(0, 18), "digraph incident {");
  EXPECT_NE(dot.find("r1p1 -> r1p2 [style=dashed];"), std::string::npos);
}

}  // namespace
}  // namespace stemma
