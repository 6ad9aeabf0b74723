// Secrets of the evidence through every command that prints evidence: blotted out unless asked for.
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
using ::testing::Not;

constexpr const char* kSecret = "Tr0ub4dor";

std::string log_text() {
  AuditWriter log("web01");
  log.exec({.pid = 200,
            .ppid = 100,
            .exe = "/usr/bin/bash",
            .argv = {"/bin/bash", "-c",
                     "echo Tr0ub4dor | sudo -S -u svc "
                     "/var/lib/waagent/run-command/download/4/script.sh"}});
  log.exec({.pid = 201,
            .ppid = 200,
            .exe = "/usr/bin/bash",
            .argv = {"/bin/bash", "/var/lib/waagent/run-command/download/4/script.sh"}});
  log.exec({.pid = 202,
            .ppid = 201,
            .exe = "/usr/bin/tool",
            .argv = {"tool", "--password", "Tr0ub4dor"}});
  return log.text();
}

TEST(Secrets, NoCommandPrintsThemUnlessAsked) {
  const TempDir dir;
  const std::string log = dir.write("audit.log", log_text());
  for (const std::string& command :
       {"events " + log, "scan --format jsonl " + log, "scan --format json " + log,
        "scan --format csv " + log, "scan --format table " + log, "timeline --all " + log,
        "tree " + log, "runs " + log, "query " + log + " 'process where true'",
        "query --format csv --fields process.args " + log + " 'process where true'",
        "query --format table " + log + " 'process where true'",
        "query " + log + " 'process where true | unique process.command_line'",
        "query " + log + " 'process where true | count process.command_line'",
        "rules explain --query 'process where process.args == \"x\"' --event web01/202 " + log,
        "rules explain --query 'process where process.args == \"Tr0ub\"' --format json --event "
        "web01/202 " +
            log,
        "rules explain --query 'process where process.command_line == \"x\"' --event web01/202 " +
            log}) {
    const Outcome hidden = stemma("" + command);
    EXPECT_EQ(hidden.code, 0) << command << hidden.err;
    EXPECT_THAT(hidden.out + hidden.err, Not(HasSubstr(kSecret))) << command;
    EXPECT_THAT(hidden.out, HasSubstr("[redacted]")) << command;
    const Outcome shown = stemma(command + " --show-secrets");
    EXPECT_EQ(shown.code, 0) << command << shown.err;
    EXPECT_THAT(shown.out, HasSubstr(kSecret)) << command;
    EXPECT_THAT(shown.out, Not(HasSubstr("[redacted]"))) << command;
  }
}

}  // namespace
