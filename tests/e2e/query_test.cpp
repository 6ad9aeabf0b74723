// `stemma query` and rules of several events, as their user runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/e2e/run_cli.hpp"
#include "tests/support/audit_writer.hpp"

namespace {

using stemma::support::AuditWriter;
using stemma::support::Outcome;
using stemma::support::stemma;
using stemma::support::TempDir;
using ::testing::HasSubstr;

std::string log_text() {
  AuditWriter log("web01");
  log.exec({.pid = 200, .ppid = 100, .exe = "/usr/bin/bash", .argv = {"bash", "x.sh"}});
  log.exec({.pid = 201, .ppid = 200, .exe = "/usr/bin/id", .argv = {"id"}});
  log.exec({.pid = 202, .ppid = 200, .exe = "/usr/bin/curl", .argv = {"curl", "http://x"}});
  return log.text();
}

Outcome query(const std::string& query, const std::string& options) {
  const TempDir dir;
  const std::string log = dir.write("audit.log", log_text());
  return stemma("query -q " + options + " " + log + " '" + query + "'");
}

TEST(Query, GivesTheFieldsAskedFor) {
  const Outcome outcome =
      query("process where process.name == \"id\"", "--fields process.name,process.pid");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "{\"process\":{\"name\":\"id\",\"pid\":201}}\n");
  EXPECT_EQ(query("process where process.name == \"id\"",
                  "--format csv --fields process.name --fields process.args")
                .out,
            "row,process.name,process.args\r\n1,id,id\r\n");
}

TEST(Query, ASequenceIsOneRow) {
  const std::string text =
      "sequence by host.name with maxspan=1h [process where process.name == \"id\"] [process where "
      "process.name == \"curl\"]";
  EXPECT_EQ(query(text, "--fields process.name").out,
            "{\"events\":[{\"process\":{\"name\":\"id\"}},{\"process\":{\"name\":\"curl\"}}],"
            "\"join_keys\":\"web01\"}\n");
  EXPECT_EQ(query(text, "--format table --fields process.name").out,
            "process.name\n\n#1  web01\nid\ncurl\n");
}

TEST(Query, AMissingEventIsShown) {
  EXPECT_EQ(query("sequence by host.name with maxspan=1h [process where process.name == \"curl\"] "
                  "![process where process.name == \"rm\"]",
                  "--fields process.name")
                .out,
            "{\"events\":[{\"process\":{\"name\":\"curl\"}},{\"missing\":true}],\"join_keys\":"
            "\"web01\",\"open\":true}\n");
}

TEST(Query, Counts) {
  EXPECT_EQ(query("process where true | count", "").out,
            "{\"count\":3,\"key\":\"totals\",\"percent\":1.000000}\n");
  EXPECT_EQ(query("process where true | count process.name | head 1", "").out,
            "{\"count\":1,\"key\":\"bash\",\"percent\":0.333333}\n");
}

TEST(Query, AMistakeIsShownWithItsPlace) {
  const Outcome outcome = query("sequence [process where true]", "");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "1:1: error EQL050: a sequence needs at least two events, this one has one\n"
            "  sequence [process where true]\n"
            "  ^^^^^^^^\n");
}

TEST(Query, NullsAreASetting) {
  EXPECT_EQ(query("process where not user.effective.domain == \"x\" | count", "").out,
            "{\"count\":0,\"key\":\"totals\"}\n");
  EXPECT_EQ(
      query("process where not user.effective.domain == \"x\" | count", "--nulls two-valued").out,
      "{\"count\":3,\"key\":\"totals\",\"percent\":1.000000}\n");
}

TEST(Scan, RunsASequenceRule) {
  const TempDir dir;
  const std::string rule =
      dir.write("rule.toml",
                "[rule]\nrule_id = \"seq\"\nname = \"id, then curl\"\ntype = \"eql\"\nlanguage = "
                "\"eql\"\nseverity = \"low\"\n"
                "risk_score = 21\nquery = '''\nsequence by host.name with maxspan=1h\n"
                "  [process where process.name == \"id\"]\n  [process where process.name == "
                "\"curl\"]\n'''\n");
  const std::string log = dir.write("audit.log", log_text());
  const Outcome outcome = stemma("scan " + log + " --rules " + rule);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\"name\":\"id, then curl\""));
  EXPECT_THAT(outcome.out, HasSubstr("\"join_keys\":\"web01\""));
  EXPECT_THAT(stemma("scan --format table " + log + " --rules " + rule).out, HasSubstr("curl"));
}

TEST(Scan, AnExceptionIsCountedAndNeverSilent) {
  const TempDir dir;
  const std::string rule =
      dir.write("rule.toml",
                "[rule]\nrule_id = \"curl\"\nname = \"curl\"\ntype = \"eql\"\nlanguage = "
                "\"eql\"\nseverity = \"low\"\n"
                "risk_score = 21\nquery = 'process where process.name in (\"curl\", \"id\")'\n");
  const std::string exceptions = dir.write("e.toml",
                                           "[[exception]]\nrule_id = \"curl\"\ncondition = "
                                           "'process.args == \"http://x\"'\nreason = \"known\"\n"
                                           "owner = \"j.doe\"\nexpires = 9999-12-31\n");
  const std::string log = dir.write("audit.log", log_text());
  const std::string scan = "scan " + log + " --rules " + rule + " --exceptions " + exceptions;
  const Outcome outcome = stemma(scan);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\"name\":\"id\""));
  EXPECT_THAT(outcome.out, ::testing::Not(HasSubstr("http://x")));
  EXPECT_THAT(outcome.err, HasSubstr("1 finding excepted: known (j.doe, until 9999-12-31; " +
                                     exceptions + ":1)\n"));
  EXPECT_THAT(stemma(scan + " --show-excepted").out,
              HasSubstr("\"exception\":{\"condition\":\"process.args == \\\"http://x\\\"\""));
  EXPECT_THAT(stemma(scan + " --show-excepted --format table").out, HasSubstr("\nexcepted\n"));
  dir.write("e.toml", "[[exception]]\nrule_id = \"curl\"\n");
  EXPECT_EQ(stemma(scan).code, 2);
}

}  // namespace
