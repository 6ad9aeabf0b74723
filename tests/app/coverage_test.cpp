// Coverage on small collections written by the test: every kind of gap, and which rules it blinds.
#include "app/session/coverage.hpp"

#include <gtest/gtest.h>

#include "reports/coverage_text.hpp"
#include "tests/support/audit_writer.hpp"
#include "tests/support/evtx_events.hpp"
#include "tests/support/evtx_writer.hpp"
#include "tests/support/temp_dir.hpp"

namespace stemma {
namespace {

using support::AuditWriter;
using support::EvtxWriter;
using support::TempDir;

constexpr Timestamp kNoon{1'795'521'600 * kNsPerSecond};
constexpr const char* kStrict = "cb9554e8-9f31-41a8-b4f5-d82144e6dc33";

Timestamp after(double seconds) {
  return {kNoon.ns + static_cast<std::int64_t>(seconds * 1e9)};
}

const RuleSet& shipped() {
  static const RuleSet rules = load_rules({}, true);
  return rules;
}

struct Case {
  explicit Case(const TempDir& dir, unsigned threads = 2) {
    SessionOptions options;
    options.threads = threads;
    session = Session::open({dir.path()}, options);
    detection = detect(*session, shipped(), nullptr);
    coverage = case_coverage(*session, shipped(), detection);
  }
  [[nodiscard]] std::string gaps() const {
    std::string text;
    for (const HostEvidence& host : coverage.hosts) {
      for (const LogEvidence& log : host.logs) {
        for (const Gap& gap : log.gaps)
          text += std::string(gap_name(gap.kind)) + " " + format_time(gap.from, 0).substr(11) +
                  " " + format_time(gap.to, 0).substr(11) + " " + std::to_string(gap.count) +
                  (gap.detail.empty() ? "" : " " + gap.detail) + "\n";
      }
    }
    return text;
  }
  [[nodiscard]] const RuleOnHost& strict() const {
    for (const RuleOnHost& one : coverage.rules.at(0)) {
      if (shipped().rules[one.rule].id == kStrict) return one;
    }
    throw std::logic_error("the rule does not ship");
  }
  std::unique_ptr<Session> session;
  Detection detection;
  CaseCoverage coverage;
};

support::WinRecord start_record(double seconds, std::uint64_t id, const char* command_line) {
  auto record = support::security_4688("vm1", after(seconds),
                                       {{"NewProcessId", "0x" + std::to_string(100 + id)},
                                        {"NewProcessName", "C:\\Windows\\System32\\whoami.exe"},
                                        {"CommandLine", command_line}});
  record.record_id = id;
  return record;
}

TEST(Coverage, RecordIdsMissingBlindARule) {
  TempDir dir;
  EvtxWriter writer;
  writer.add(start_record(0, 10, "whoami"));
  writer.add(start_record(60, 11, "whoami"));
  writer.add(start_record(120, 15, "whoami"));
  dir.write("Security.evtx", writer.bytes());
  const Case made(dir);
  EXPECT_EQ(made.gaps(), "record_ids_missing 12:01:00Z 12:02:00Z 3\n");
}

TEST(Coverage, ADamagedChunkIsOneGapWithTheIdsThatItHeld) {
  TempDir dir;
  EvtxWriter writer;
  writer.add(start_record(0, 10, "whoami"));
  writer.chunk();
  writer.add(start_record(60, 11, "whoami"));
  writer.add(start_record(120, 12, "whoami"));
  writer.chunk();
  writer.add(start_record(180, 13, "whoami"));
  writer.zero_chunk(1);
  dir.write("Security.evtx", writer.bytes());
  const Case made(dir);
  ASSERT_EQ(made.coverage.hosts.at(0).logs.at(0).gaps.size(), 1u);
  const Gap& gap = made.coverage.hosts[0].logs[0].gaps[0];
  EXPECT_EQ(gap.from, after(0));
  EXPECT_EQ(gap.to, after(180));
  EXPECT_TRUE(gap.kind == GapKind::ids_missing ? gap.count == 2 : gap.ids == 2) << made.gaps();
}

TEST(Coverage, FilesThatContinueEachOtherHaveNoGap) {
  TempDir dir;
  EvtxWriter older;
  older.add(start_record(0, 10, "whoami"));
  older.add(start_record(60, 11, "whoami"));
  EvtxWriter newer;
  newer.add(start_record(120, 12, "whoami"));
  dir.write("Archive-Security.evtx", older.bytes());
  dir.write("Security.evtx", newer.bytes());
  EXPECT_EQ(Case(dir).gaps(), "");
}

TEST(Coverage, HolesAllOverAreOneGap) {
  TempDir dir;
  EvtxWriter writer;
  for (unsigned i = 0; i < 8; ++i) writer.add(start_record(i * 60, 10 + i * 5, "whoami"));
  dir.write("Security.evtx", writer.bytes());
  const Case made(dir);
  EXPECT_EQ(made.gaps(), "record_ids_missing 12:00:00Z 12:07:00Z 28\n");
  EXPECT_TRUE(made.strict().blind.empty());
}

TEST(Coverage, AClearedLogSaysByWhom) {
  TempDir dir;
  EvtxWriter writer;
  writer.add(support::security_1102("vm1", after(0), "S-1-5-21-1-2-3-1001", "mara", "VM1", 99));
  dir.write("Security.evtx", writer.bytes());
  const Case made(dir);
  EXPECT_EQ(made.gaps(), "log_cleared 12:00:00Z 12:00:00Z 1 Security by mara\n");
  EXPECT_EQ(made.strict().reason, CouldNot::not_collected);
  EXPECT_EQ(made.strict().why, "no event of category `process`");
  EXPECT_EQ(gap_notes(made.session->snapshot(), made.coverage.hosts),
            "log cleared: vm1, Security, 2026-11-24T12:00:00Z: log cleared: "
            "Security by mara; what it held before is gone\n"
            "`stemma scan --coverage` shows all of it\n");
}

TEST(Coverage, CommandLinesSwitchedOffBlindRulesThatNeedThem) {
  TempDir dir;
  EvtxWriter writer;
  for (unsigned i = 0; i < 4; ++i) writer.add(start_record(i * 60, 10 + i, "whoami"));
  for (unsigned i = 4; i < 8; ++i) writer.add(start_record(i * 60, 10 + i, ""));
  dir.write("Security.evtx", writer.bytes());
  EXPECT_EQ(Case(dir).gaps(), "command_lines_not_recorded 12:04:00Z 12:07:00Z 4\n");
}

std::string audit_log(std::uint32_t agents, std::uint32_t logins) {
  AuditWriter writer;
  writer.serial(100).at(kNoon.ns / 1'000'000);
  for (std::uint32_t i = 0; i < agents + logins; ++i) {
    support::AuditExec exec;
    exec.pid = 2000 + i;
    exec.ppid = i == 0 ? 1 : 1999 + i;
    exec.auid = i < agents ? 4'294'967'295u : 1000u;
    exec.exe = "/usr/bin/id";
    exec.argv = {"id", "-u"};
    writer.exec(exec);
  }
  return writer.text();
}

TEST(Coverage, AuditRulesThatLeaveOutUnsetAuidAreNamed) {
  TempDir dir;
  dir.write("lnx1/var/log/audit/audit.log", audit_log(0, 30));
  const Case made(dir);
  EXPECT_EQ(made.coverage.hosts.at(0).logs.at(0).gaps.at(0).kind, GapKind::logins_only);
  EXPECT_EQ(made.coverage.hosts.at(0).logs.at(0).gaps.at(0).count, 30u);
  EXPECT_EQ(made.strict().reason, CouldNot::logins_only);
}

TEST(Coverage, OneStartOfAnAgentProvesTheContrary) {
  TempDir dir;
  dir.write("lnx1/var/log/audit/audit.log", audit_log(1, 30));
  const Case made(dir);
  EXPECT_EQ(made.gaps(), "");
  EXPECT_EQ(made.strict().reason, CouldNot::could);
}

TEST(Coverage, FewStartsProveNothing) {
  TempDir dir;
  dir.write("lnx1/var/log/audit/audit.log", audit_log(0, 19));
  EXPECT_EQ(Case(dir).gaps(), "");
}

TEST(Coverage, SameTextForAnyNumberOfThreads) {
  TempDir dir;
  dir.write("lnx1/var/log/audit/audit.log", audit_log(1, 30));
  EvtxWriter writer;
  writer.add(start_record(0, 10, "whoami"));
  writer.add(start_record(60, 14, "whoami"));
  dir.write("vm1/Security.evtx", writer.bytes());
  const auto text = [&](unsigned threads) {
    const Case made(dir, threads);
    std::string out;
    append_coverage(made.session->snapshot(), shipped().rules, made.coverage.hosts,
                    made.coverage.rules, out);
    append_coverage_lines(made.session->snapshot(), shipped().rules, made.coverage.hosts,
                          made.coverage.rules, out);
    return out;
  };
  EXPECT_EQ(text(1), text(4));
}

}  // namespace
}  // namespace stemma
