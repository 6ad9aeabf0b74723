// The whole way from evidence to findings, on small collections written by the test.
#include "app/session/detect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "reports/finding_document.hpp"
#include "reports/findings_table.hpp"
#include "tests/support/audit_writer.hpp"
#include "tests/support/evtx_events.hpp"
#include "tests/support/evtx_writer.hpp"
#include "tests/support/temp_dir.hpp"

namespace stemma {
namespace {

using support::AuditWriter;
using support::EvtxWriter;
using support::TempDir;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kStrict = "cb9554e8-9f31-41a8-b4f5-d82144e6dc33";
constexpr const char* kPowerShell = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";
constexpr const char* kScript = "/var/lib/waagent/run-command/download/1/script.sh";
constexpr Timestamp kNoon{1'795'521'600 * kNsPerSecond};

Timestamp after(double seconds) { return {kNoon.ns + static_cast<std::int64_t>(seconds * 1e9)}; }

const RuleSet& shipped() {
  static const RuleSet rules = load_rules({}, true);
  return rules;
}

struct Result {
  std::unique_ptr<Session> session;
  Detection detection;

  // `rule's first word: process (confidence)` of the findings of one rule.
  [[nodiscard]] std::vector<std::string> of(std::string_view rule_id) const {
    std::vector<std::string> found;
    const CaseSnapshot& snapshot = session->snapshot();
    for (const Finding& finding : detection.findings) {
      if (shipped().rules[finding.rule].id != rule_id) continue;
      const ProcessImage& image = snapshot.tree.image(finding.image);
      found.push_back(std::string(snapshot.strings.view(image.command_line ? image.command_line : image.executable)) + " (" +
                      std::string(confidence_name(finding.confidence)) + ")");
    }
    return found;
  }

  [[nodiscard]] std::string documents() const {
    std::string text;
    Event event;
    ShapeTable shapes;
    const Projection all = Projection::all();
    for (const Finding& finding : detection.findings) {
      if (!session->decode(finding.event, all, event)) ADD_FAILURE();
      append_finding_document({session->snapshot(), shipped().rules[finding.rule], finding, event}, shapes, text);
      text += '\n';
    }
    return text;
  }
};

Result scan(const std::vector<std::string>& paths, unsigned threads = 2) {
  SessionOptions options;
  options.threads = threads;
  Result result;
  result.session = Session::open(paths, options);
  result.detection = detect(*result.session, shipped(), nullptr);
  return result;
}

// PowerShell of a Run Command and a child of it, as the Security log of a machine without Sysmon has them: no parent command lines.
EvtxWriter security_log(const std::string& command_line) {
  EvtxWriter writer;
  writer.add(support::security_4688("vm1", after(0), {{"NewProcessId", "0x100"}, {"NewProcessName", kPowerShell}, {"CommandLine", command_line}}));
  writer.add(support::security_4688("vm1", after(1), {{"NewProcessId", "0x200"}, {"ProcessId", "0x100"}, {"NewProcessName", "C:\\Windows\\System32\\whoami.exe"},
                                                      {"CommandLine", "whoami /all"}, {"ParentProcessName", kPowerShell}}));
  return writer;
}

TEST(Detect, StrictRuleFiresOn4688ByTheTreesParentCommandLine) {
  const TempDir dir;
  dir.write("Security.evtx", security_log("powershell  -ExecutionPolicy Unrestricted -File script3.ps1").bytes());
  EXPECT_THAT(scan({dir.path()}).of(kStrict), ElementsAre("whoami /all (possible)"));
}

TEST(Detect, StrictRuleIsLiteral) {
  for (const char* near : {"powershell -ExecutionPolicy Unrestricted -File script3.ps1",    // one blank
                           "powershell  -ExecutionPolicy Unrestricted -File script10.ps1",  // two digits
                           "powershell  -ExecutionPolicy Unrestricted -File script3.ps1 x", "powershell  -executionpolicy Unrestricted -File script3.ps1",
                           "powershell  -ExecutionPolicy Unrestricted -File script3.ps1 "}) {
    const TempDir dir;
    dir.write("Security.evtx", security_log(near).bytes());
    EXPECT_THAT(scan({dir.path()}).of(kStrict), IsEmpty()) << near;
  }
}

TEST(Detect, OneProcessInSeveralSourcesIsOneFinding) {
  const TempDir dir;
  const std::string log = security_log("powershell  -ExecutionPolicy Unrestricted -File script3.ps1").bytes();
  dir.write("a/Security.evtx", log);
  dir.write("b/copy.evtx", log);
  EvtxWriter sysmon;
  sysmon.add(support::sysmon_event(1, "vm1", after(1.002),
                                   {{"ProcessGuid", "{11111111-2222-3333-4444-555555555555}"}, {"ProcessId", "512"}, {"Image", "C:\\Windows\\System32\\whoami.exe"},
                                    {"CommandLine", "whoami /all"}, {"ParentProcessId", "256"}, {"ParentImage", kPowerShell},
                                    {"ParentCommandLine", "powershell  -ExecutionPolicy Unrestricted -File script3.ps1"}}));
  dir.write("c/Sysmon.evtx", sysmon.bytes());
  const Result result = scan({dir.path()});
  EXPECT_THAT(result.of(kStrict), ElementsAre("whoami /all (possible)"));
  for (const Finding& finding : result.detection.findings) {
    if (shipped().rules[finding.rule].id != kStrict) continue;
    EXPECT_EQ(finding.events.size(), 2u);
  }
}

// The last hops of dash, as measured: `sh -c P`, a failed execve, `/bin/sh P`, and what the script runs.
AuditWriter dash_run() {
  AuditWriter log("vm2");
  log.exec({.pid = 100, .ppid = 1, .exe = "/var/lib/waagent/Microsoft.CPlat.Core.RunCommandLinux-1.0.5/bin/run-command-extension", .argv = {"run-command-extension", "enable"}});
  log.exec({.pid = 200, .ppid = 100, .exe = "/usr/bin/dash", .argv = {"/bin/sh", "-c", kScript}});
  log.failed_exec({.pid = 201, .ppid = 200, .exe = "/usr/bin/dash", .path = kScript}, 8);
  log.exec({.pid = 201, .ppid = 200, .exe = "/usr/bin/dash", .argv = {"/bin/sh", kScript}});
  log.exec({.pid = 202, .ppid = 201, .exe = "/usr/bin/id", .argv = {"id"}});
  log.exec({.pid = 203, .ppid = 202, .exe = "/usr/bin/cat", .argv = {"cat", "/etc/shadow"}});
  return log;
}

TEST(Detect, LinuxChainOfDash) {
  const TempDir dir;
  dir.write("audit.log", dash_run().text());
  const Result result = scan({dir.path()});
  EXPECT_THAT(result.of(kStrict), ElementsAre(std::string("/bin/sh ") + kScript + " (confirmed)", "id (confirmed)"));
  const std::string sentence = answer(result.session->snapshot(), result.detection.findings);
  EXPECT_EQ(sentence.substr(0, 26), "1 Run Command run on 1 hos") << sentence;
}

TEST(Detect, GrandchildrenAreDescendants) {
  const TempDir dir;
  dir.write("audit.log", dash_run().text());
  const Result result = scan({dir.path()});
  bool found = false;
  for (const Rule& rule : shipped().rules) {
    if (rule.name.find("Descendant") == std::string::npos) continue;
    EXPECT_THAT(result.of(rule.id), ::testing::Contains("cat /etc/shadow (confirmed)"));
    found = true;
  }
  EXPECT_TRUE(found);
}

TEST(Detect, SameBytesForAnyThreadsAndAnyNames) {
  const std::string audit = dash_run().text();
  const std::string evtx = security_log("powershell  -ExecutionPolicy Unrestricted -File script3.ps1").bytes();
  const auto without_paths = [](std::string text, const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      for (std::size_t at = text.find(path); at != std::string::npos; at = text.find(path)) text.replace(at, path.size(), "*");
    }
    return text;
  };
  std::vector<std::string> outcomes;
  for (const unsigned threads : {1u, 8u}) {
    for (const bool renamed : {false, true}) {
      const TempDir dir;
      const std::string a = dir.write(renamed ? "zz" : "audit.log", audit);
      const std::string b = dir.write(renamed ? "aa" : "Security.evtx", evtx);
      outcomes.push_back(without_paths(scan(renamed ? std::vector{b, a} : std::vector{a, b}, threads).documents(), {a, b}));
    }
  }
  EXPECT_THAT(outcomes, ::testing::Each(outcomes.front()));
  EXPECT_NE(outcomes.front().find("\"rule\":{"), std::string::npos);
}

// What is told while rules run is what comes out in the end, where no rule joins events.
TEST(Detect, MatchesAreToldAsTheyAreFound) {
  const TempDir dir;
  dir.write("Security.evtx", security_log("powershell  -ExecutionPolicy Unrestricted -File script3.ps1").bytes());
  dir.write("audit.log", dash_run().text());
  SessionOptions session_options;
  session_options.threads = 2;
  const auto session = Session::open({dir.path()}, session_options);
  std::mutex mutex;
  std::vector<Match> told;
  MatchOptions options;
  options.found = [&](std::span<const Match> some) {
    const std::lock_guard lock(mutex);
    told.insert(told.end(), some.begin(), some.end());
  };
  RuleMatches matches = match_rules(*session, shipped(), nullptr, options);
  std::sort(told.begin(), told.end());
  std::sort(matches.single.begin(), matches.single.end());
  EXPECT_EQ(told, matches.single);
  const Detection detection = detect(*session, shipped(), nullptr);
  EXPECT_FALSE(detection.findings.empty());
  std::vector<std::string> so_far, in_the_end;
  for (const Finding& finding : findings_so_far(*session, shipped(), told)) so_far.push_back(finding.id);
  for (const Finding& finding : detection.findings) in_the_end.push_back(finding.id);
  EXPECT_EQ(so_far, in_the_end);
}

TEST(FindingDocument, HoldsWhatTheIssueOfAFindingIs) {
  const TempDir dir;
  dir.write("audit.log", dash_run().text());
  const std::string text = scan({dir.path()}).documents();
  const std::string first = text.substr(0, text.find('\n'));
  for (const char* part :
       {R"("kind":"alert")", R"("category":["process"])", R"("risk_score":47)", R"("severity":47)", R"("technique":{"id":["T1059","T1651"])", R"("name":"vm2")",
        R"("os":{"type":"linux"})", R"("parent":{)", R"("ancestry":[)", R"("confidence":"confirmed")", R"("finding_id":")", R"("synthesised":[)", R"("record_id":)",
        R"("offset":)"}) {
    EXPECT_NE(first.find(part), std::string::npos) << part << "\n" << first;
  }
}

TEST(Coverage, SaysWhatCouldNotHaveBeenFound) {
  const TempDir dir;
  dir.write("Security.evtx", EvtxWriter{}.add(support::system_7036("vm1", after(0), "x", "running")).bytes());
  const Result result = scan({dir.path()});
  EXPECT_THAT(result.detection.findings, IsEmpty());
  const std::string text = blind_spots(shipped(), result.detection.coverage);
  EXPECT_EQ(text.substr(0, 20), "could not fire here ") << text;
}

}  // namespace
}  // namespace stemma
