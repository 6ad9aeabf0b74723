// `scan` in the formats of other tools: what `report` writes, and nothing that the export would
// leave out unsaid.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/run_cli.hpp"

namespace {

using stemma::support::Outcome;
using stemma::support::stemma;
using ::testing::HasSubstr;

std::string collection() {
  return std::string(std::getenv("STEMMA_ROOT")) + "/samples/azure-run-command";
}

TEST(ScanExports, AreWhatReportWrites) {
  for (const char* format : {"bulk", "xlsx-csv", "timesketch-csv", "timesketch-jsonl", "splunk",
                             "stix", "navigator", "sarif", "mermaid", "dot", "misp"}) {
    const std::string rest = std::string(" -q --format ") + format + " " + collection();
    const Outcome scan = stemma("scan" + rest);
    EXPECT_EQ(scan.code, 0) << scan.err;
    EXPECT_EQ(scan.err, "") << format;
    EXPECT_FALSE(scan.out.empty()) << format;
    EXPECT_EQ(scan.out, stemma("report" + rest).out) << format;
  }
}

TEST(ScanExports, TellTheWholeIncident) {
  for (const char* option : {"--from 2026-01-01", "--host web01", "--coverage", "--near-misses"}) {
    const Outcome outcome =
        stemma(std::string("scan --format sarif ") + collection() + " " + option);
    EXPECT_EQ(outcome.code, 2) << option;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err,
              "--format sarif tells the whole incident: --coverage, --near-misses, "
              "--show-excepted, --from, --to and --host do not go with it\n");
  }
}

}  // namespace
