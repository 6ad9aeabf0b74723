// The corpus against what others make of it: documents that Elastic's pipeline tests expect, the
// cases of Panther's rule, and the sample that Stratus Red Team publishes.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "events/paths.hpp"
#include "parsers/azure_activity/parser.hpp"
#include "tests/parsers/common/parser_run.hpp"

namespace stemma::azure {
namespace {

using test::one;
using test::ParserRun;

std::string folder() {
  const std::string corpus = golden::corpus();
  return corpus.empty() ? corpus : corpus + "/azure-activity/";
}

ParserRun read(const std::string& file) {
  return test::run_parser(*make_parser(), file);
}

// What an offline reader has no data for, or the shipper's own.
bool is_theirs(const std::string& field) {
  return field == "tags" || field == "ecs.version" || field == "event.original" ||
         field.starts_with("source.geo.") || field.starts_with("geo.");
}

// What this reader says beyond them.
const std::set<std::string> kOurs = {"cloud.account.id",
                                     "event.dataset",
                                     "event.module",
                                     "event.provider",
                                     "azure.activitylogs.tenant_id",  // from the claims
                                     "geo.name",
                                     "user.id"};

class ElasticOracle : public testing::TestWithParam<const char*> {};

TEST_P(ElasticOracle, EveryExpectedFieldIsThere) {
  if (folder().empty()) GTEST_SKIP() << "no corpus here";
  const std::string name = folder() + "integrations/test-activitylogs-" + GetParam() + ".log";
  const ParserRun run = read(golden::read_text(name));
  EXPECT_TRUE(run.recognized);
  EXPECT_EQ(run.log.records.refused, 0u);
  const auto expected =
      nlohmann::json::parse(golden::read_text(name + "-expected.json"))["expected"];
  ASSERT_EQ(run.events.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    golden::Document theirs = golden::flatten(expected[i]);
    golden::Document ours = run.events[i];
    // Elastic keeps milliseconds, and drops what is behind them.
    const std::string time = one(theirs, "@timestamp");
    EXPECT_EQ(time.substr(0, 22), one(ours, "@timestamp").substr(0, 22));
    theirs.erase("@timestamp");
    ours.erase("@timestamp");
    for (const auto& [field, values] : theirs) {
      if (is_theirs(field)) continue;
      // An empty text is no value.
      std::vector<std::string> kept = values;
      std::erase(kept, "");
      if (kept.empty()) continue;
      EXPECT_EQ(ours.count(field) ? ours.at(field) : std::vector<std::string>{}, kept) << field;
    }
    for (const auto& [field, values] : ours) {
      EXPECT_TRUE(theirs.count(field) || kOurs.count(field)) << field << ": " << values.front();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Corpus, ElasticOracle, testing::Values("raw", "edgecases"));

// Their rule is about run commands and extensions of machines.
TEST(ActivityOracle, PanthersCases) {
  if (folder().empty()) GTEST_SKIP() << "no corpus here";
  const auto cases = nlohmann::json::parse(
      golden::read_text(folder() + "panther/azure_vm_command_executed.tests.json"));
  std::size_t fired = 0;
  for (const auto& each : cases) {
    const ParserRun run = read(each["Log"].dump());
    ASSERT_EQ(run.events.size(), 1u) << each["Name"];
    const golden::Document& event = run.events[0];
    const std::string operation = ascii_lower(one(event, "event.action"));
    const bool runs = operation.ends_with("/runcommand/action") ||
                      operation.ends_with("/runcommands/write") ||
                      operation.ends_with("/extensions/write");
    EXPECT_EQ(runs, each["ExpectedResult"].get<bool>()) << each["Name"];
    fired += runs ? 1 : 0;
    EXPECT_EQ(one(event, "event.outcome"), "success");
    EXPECT_EQ(one(event, "source.ip"), each["Log"]["callerIpAddress"].get<std::string>());
    EXPECT_EQ(one(event, "azure.correlation_id"), each["Log"]["correlationId"].get<std::string>());
  }
  EXPECT_EQ(fired, 3u);
  const ParserRun extension = read(cases[1]["Log"].dump());
  EXPECT_EQ(one(extension.events[0], "azure.resource.name"), "db-vm");
  const ParserRun set = read(cases[2]["Log"].dump());
  EXPECT_EQ(one(set.events[0], "azure.resource.name"), "web-vmss_0");
}

TEST(ActivityOracle, StratusSample) {
  if (folder().empty()) GTEST_SKIP() << "no corpus here";
  const ParserRun run =
      read(golden::read_text(folder() + "stratus-red-team/vm-run-command.sample.json"));
  EXPECT_TRUE(run.recognized);
  ASSERT_EQ(run.events.size(), 1u);
  const golden::Document& event = run.events[0];
  EXPECT_EQ(one(event, "@timestamp"), "2022-06-01T11:39:35.6986539Z");
  EXPECT_EQ(one(event, "event.action"), "Microsoft.Compute/virtualMachines/runCommand/action");
  EXPECT_EQ(one(event, "event.outcome"), "success");
  EXPECT_EQ(one(event, "azure.resource.name"), "vm-4x3tj2hb");
  EXPECT_EQ(one(event, "azure.resource.group"), "rg-4x3tj2hb");
  EXPECT_EQ(one(event, "user.email"), "you@domain.tld");
  EXPECT_EQ(one(event, "azure.subscription_id"), "<your-subscription-id>");
  EXPECT_EQ(run.hosts[0], "azure:<your-subscription-id>");
}

}  // namespace
}  // namespace stemma::azure
