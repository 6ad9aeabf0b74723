// Runs by the thousand, and runs within runs: each is told, and none multiplies the others.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "app/session/incident.hpp"
#include "tests/support/audit_writer.hpp"
#include "tests/support/temp_dir.hpp"

namespace stemma {
namespace {

using support::AuditWriter;
using support::TempDir;

Incident incident_of(const TempDir& dir) {
  SessionOptions options;
  options.threads = 2;
  const auto session = Session::open({dir.path()}, options);
  const LoadedChannels channels = load_channels({});
  return build_incident(*session, channels.set, {});
}

std::vector<std::string> script(int number) {
  return {"/bin/sh", "-c",
          fmt::format("/var/lib/waagent/run-command/download/{}/script.sh", number)};
}

TEST(ManyRuns, TenThousandAreTold) {
  AuditWriter log("web01");
  constexpr int kRuns = 10'000;
  for (int i = 0; i < kRuns; ++i) {
    const auto pid = static_cast<std::uint32_t>(1000 + 2 * i);
    log.exec({.pid = pid, .ppid = 900, .exe = "/usr/bin/dash", .argv = script(i)});
    log.exec({.pid = pid + 1, .ppid = pid, .exe = "/usr/bin/id", .argv = {"id"}});
  }
  const TempDir dir;
  dir.write("audit.log", log.text());
  const Incident incident = incident_of(dir);
  ASSERT_EQ(incident.invocations.size(), static_cast<std::size_t>(kRuns));
  for (const Invocation& run : incident.invocations) EXPECT_EQ(run.processes.size(), 2u);
}

TEST(ManyRuns, ARunWithinARunIsToldInTheOuterAndHasItsOwnBelowIt) {
  AuditWriter log("web01");
  constexpr int kDeep = 3'000;
  for (int i = 0; i < kDeep; ++i) {
    const auto pid = static_cast<std::uint32_t>(1000 + i);
    log.exec({.pid = pid, .ppid = pid - 1, .exe = "/usr/bin/dash", .argv = script(i)});
  }
  const TempDir dir;
  dir.write("audit.log", log.text());
  const Incident incident = incident_of(dir);
  ASSERT_EQ(incident.invocations.size(), static_cast<std::size_t>(kDeep));
  std::size_t processes = 0;
  for (const Invocation& run : incident.invocations) processes += run.processes.size();
  EXPECT_EQ(processes, static_cast<std::size_t>(2 * kDeep - 1));
}

TEST(ManyRuns, AShellThatExecsTheSameScriptAgainIsOneRun) {
  AuditWriter log("web01");
  for (int i = 0; i < 5'000; ++i) {
    log.exec({.pid = 1000, .ppid = 900, .exe = "/usr/bin/dash", .argv = script(7)});
    log.exec({.pid = static_cast<std::uint32_t>(2000 + i),
              .ppid = 1000,
              .exe = "/usr/bin/id",
              .argv = {"id"}});
  }
  const TempDir dir;
  dir.write("audit.log", log.text());
  const Incident incident = incident_of(dir);
  ASSERT_EQ(incident.invocations.size(), 1u);
  EXPECT_EQ(incident.invocations[0].processes.size(), 5'001u);
}

}  // namespace
}  // namespace stemma
