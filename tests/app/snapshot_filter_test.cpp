// What is known of an event without decoding it is what decoding says, and a scan that decodes only
// what may match finds what one finds that decodes everything: on the collection that ships, on
// processes made up at random with several witnesses, and on real logs where they are at hand.
#include "detection/match/snapshot_filter.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <optional>
#include <random>

#include "app/session/detect.hpp"
#include "detection/findings/lineage_answers.hpp"
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

std::unique_ptr<Session> open(const std::string& path) {
  SessionOptions options;
  options.threads = 2;
  return Session::open({path}, options);
}

const RuleSet& shipped() {
  static const RuleSet rules = load_rules({}, true);
  return rules;
}

// How many fields of start events were known.
struct Knowledge {
  std::size_t known = 0;
  std::size_t all = 0;
};

Knowledge expect_known_is_true(const Session& session) {
  const CaseSnapshot& snapshot = session.snapshot();
  const std::vector<FieldId> fields = {field::event_type,
                                       field::process_name,
                                       field::process_executable,
                                       field::process_command_line,
                                       field::process_args,
                                       field::process_parent_name,
                                       field::process_parent_executable,
                                       field::process_parent_command_line,
                                       field::process_parent_args};
  Projection projection;
  for (const FieldId field : fields) {
    EXPECT_TRUE(KnownValues::covers(field));
    projection.want(field);
  }
  KnownValues known(snapshot);
  Knowledge share;
  std::mutex mutex;
  std::vector<std::string_view> values;
  session.for_each({}, projection, [&](unsigned, EventId id, Event& event) {
    const std::lock_guard lock(mutex);
    const ProcessStart* start = snapshot.tree.start_of(id);
    for (const FieldId field : fields) {
      const KnownValue value = known.of(id, start, field);
      if (start != nullptr) ++share.all;
      if (!value.known()) continue;
      if (start != nullptr) ++share.known;
      known.write(value, values);
      std::vector<std::string_view> decoded = event.texts(field);
      if (field == field::event_type) std::sort(decoded.begin(), decoded.end());  // a set is known
      if (value.form == KnownValue::Form::absent && decoded == std::vector<std::string_view>{""})
        continue;
      EXPECT_EQ(values, decoded) << field_name(field) << " of event " << id.value << " in "
                                 << snapshot.artifact(snapshot.events.source(id).artifact).path;
    }
  });
  return share;
}

std::string outcome(const Session& session, bool every_event, const RuleSet& rules = shipped()) {
  const Detection detection = detect(session, rules, nullptr, {.every_event = every_event});
  std::string text;
  for (const Finding& finding : detection.findings) {
    text += fmt::format("{} {} {} {}", finding.id, finding.rule, finding.event.value,
                        confidence_name(finding.confidence));
    for (const EventId event : finding.events) text += fmt::format(" {}", event.value);
    text += "\n";
  }
  for (const Coverage& coverage : detection.coverage) {
    text += fmt::format("{} {} {}", coverage.possible, coverage.events, coverage.reason);
    for (const FieldId field : coverage.missing) text += fmt::format(" {}", field_name(field));
    text += "\n";
  }
  return text;
}

void expect_same_outcome(const Session& session) {
  EXPECT_EQ(outcome(session, false), outcome(session, true));
}

std::string samples() {
  return std::string(std::getenv("STEMMA_ROOT")) + "/samples/azure-run-command";
}

TEST(KnownValues, AreWhatDecodingSaysOnTheSamples) {
  const auto session = open(samples());
  const Knowledge share = expect_known_is_true(*session);
  EXPECT_GT(share.known * 2, share.all) << share.known << " of " << share.all;
}

TEST(SnapshotFilter, ServesTheRulesThatShip) {
  std::vector<std::shared_ptr<const eql::Program>> programs = shipped().programs();
  EXPECT_TRUE(SnapshotFilter::serves(Matcher(programs)));
  programs.push_back(eql::compile("process where process.hash.md5 == \"0\"").program);
  EXPECT_FALSE(SnapshotFilter::serves(Matcher(programs)));
  programs.back() = eql::compile("api where process.name == \"a\"").program;
  EXPECT_FALSE(SnapshotFilter::serves(Matcher(programs)));
}

TEST(SnapshotFilter, SameFindingsAndCoverageOnTheSamples) {
  expect_same_outcome(*open(samples()));
}

// Processes whose records contradict, complete and repeat each other, in three sources.
class Invented {
 public:
  explicit Invented(unsigned seed) : source_(seed) {}

  void write(const TempDir& dir) {
    EvtxWriter security;
    EvtxWriter sysmon;
    AuditWriter audit("lnx");
    for (int i = 0; i < 150; ++i) {
      const Timestamp time{1'795'521'600 * kNsPerSecond + i * kNsPerSecond};
      const unsigned pid = 100 + random_() % 20 * 4;
      const unsigned parent = 100 + random_() % 20 * 4;
      const std::string program = windows_program();
      const std::string line = windows_line();
      const std::string parent_program = windows_program();
      const bool both = random_() % 3 == 0;
      if (both || random_() % 2 == 0) {
        support::Fields data = {{"NewProcessId", fmt::format("{:#x}", pid)},
                                {"ProcessId", fmt::format("{:#x}", parent)},
                                {"NewProcessName", program}};
        if (random_() % 2 == 0) data.emplace_back("CommandLine", line);
        if (random_() % 2 == 0) data.emplace_back("ParentProcessName", parent_program);
        security.add(support::security_4688("win", time, data));
      }
      if (both || random_() % 2 == 0) {
        support::Fields data = {
            {"ProcessGuid", fmt::format("{{11111111-2222-3333-4444-{:012x}}}", i)},
            {"ProcessId", fmt::format("{}", pid)},
            {"Image", random_() % 5 == 0 ? windows_program() : program},
            {"CommandLine", random_() % 5 == 0 ? windows_line() : line},
            {"ParentProcessId", fmt::format("{}", parent)},
            {"ParentImage", random_() % 6 == 0 ? std::string("-") : parent_program}};
        if (random_() % 3 != 0) data.emplace_back("ParentCommandLine", windows_line());
        sysmon.add(support::sysmon_event(1, "win", time, data));
      }
      const std::uint32_t lpid = 1000 + random_() % 20;
      audit.exec(
          {.pid = lpid,
           .ppid = 1000 + random_() % 20,
           .exe = pick({"/usr/bin/dash", "/usr/bin/bash", "/usr/bin/id"}),
           .argv = {pick({"/bin/sh", "bash", "sh"}),
                    pick({"-c", "/var/lib/waagent/run-command/download/1/script.sh", "x y", ""})}});
    }
    dir.write("Security.evtx", security.bytes());
    dir.write("Sysmon.evtx", sysmon.bytes());
    dir.write("audit.log", audit.text());
  }

 private:
  std::string pick(std::initializer_list<const char*> list) {
    return *(list.begin() + random_() % list.size());
  }
  std::string windows_program() {
    return pick({"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
                 "C:\\Windows\\System32\\cmd.exe", "c:\\windows\\system32\\CMD.EXE",
                 "C:\\a\\whoami.exe", "C:\\a\\"});
  }
  std::string windows_line() {
    return pick({"powershell  -ExecutionPolicy Unrestricted -File script3.ps1",
                 "powershell -ep unrestricted -file \"script12.ps1\" a", "cmd /c \"a b\"", "whoami",
                 "-", " "});
  }

  std::uint32_t random_() { return static_cast<std::uint32_t>(source_()); }

  std::mt19937 source_;
};

TEST(SnapshotFilter, SameFindingsOnInventedProcesses) {
  std::size_t known = 0;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    const TempDir dir;
    Invented(seed).write(dir);
    const auto session = open(dir.path());
    known += expect_known_is_true(*session).known;
    expect_same_outcome(*session);
    if (HasFailure()) break;
  }
  EXPECT_GT(known, 1000u);
}

TEST(LineageAnswers, AreTheSameOnceFinished) {
  std::size_t yes = 0;
  for (unsigned seed = 51; seed <= 56; ++seed) {
    const TempDir dir;
    Invented(seed).write(dir);
    const auto session = open(dir.path());
    const CaseSnapshot& snapshot = session->snapshot();
    constexpr std::uint32_t kSubqueries = 4;  // of which the last matches nothing
    LineageAnswers plain(snapshot, kSubqueries);
    LineageAnswers finished(snapshot, kSubqueries);
    std::mt19937 random(seed);
    for (std::uint32_t subquery = 0; subquery + 1 < kSubqueries; ++subquery) {
      for (std::size_t i = 0; i < snapshot.events.size(); ++i) {
        if (random() % (subquery == 0 ? 200 : 20) != 0) continue;
        plain.record(subquery, EventId::from_index(i));
        finished.record(subquery, EventId::from_index(i));
      }
    }
    for (std::uint32_t subquery = 0; subquery < kSubqueries; ++subquery) {
      finished.finish(subquery);
      for (std::size_t i = 0; i < snapshot.events.size(); ++i) {
        const EventId event = EventId::from_index(i);
        const bool wanted = plain.has_ancestor_matching(event, subquery);
        ASSERT_EQ(finished.has_ancestor_matching(event, subquery), wanted);
        ASSERT_EQ(finished.has_parent_matching(event, subquery),
                  plain.has_parent_matching(event, subquery));
        yes += wanted ? 1 : 0;
      }
    }
  }
  EXPECT_GT(yes, 100u);
}

// Rules over what the case knows.
RuleSet made_up_rules(unsigned seed, std::size_t count) {
  std::mt19937 source(seed);
  const auto below = [&](std::size_t n) { return source() % n; };
  static const char* const kClauses[] = {
      "process.name : (\"cmd.exe\", \"sh\")",
      "process.name == \"powershell.exe\"",
      "?process.parent.name : \"*.exe\"",
      "?process.parent.name like (\"bash\", \"whoami*\")",
      "process.command_line : (\"*script3*\", \"*/c *\")",
      "?process.command_line regex~ \".*script[0-9]2.*\"",
      "?process.args : (\"-c\", \"-ep\", \"/c\")",
      "process.executable : \"?:\\\\Windows\\\\*\"",
      "?process.parent.command_line : \"*unrestricted*\"",
      "?process.parent.args : \"-*\"",
      "event.type == \"start\"",
      "?process.parent.executable == null",
      "?process.command_line == \"\"",
      "length(process.name) > 6",
      "descendant of [process where process.name : \"cmd.exe\"]",
      "child of [process where process.args : \"-c\" or ?process.parent.name : \"bash\"]"};
  const auto clause = [&] {
    return (below(4) == 0 ? "not " : "") + std::string(kClauses[below(std::size(kClauses))]);
  };
  RuleSet out;
  for (std::size_t i = 0; i < count; ++i) {
    std::string query = "process where " + clause();
    for (std::size_t n = below(4); n > 0; --n)
      query += below(3) == 0 ? " and (" + clause() + " or " + clause() + ")" : " and " + clause();
    load_rule(
        fmt::format("[metadata]\nmaturity = \"production\"\n[rule]\nlanguage = \"eql\"\nname = "
                    "\"R{0}\"\nrisk_score = 1\nrule_id = \"r{0}\"\nseverity = \"low\"\ntype = "
                    "\"eql\"\nquery = '''\n{1}\n'''\n",
                    i, query),
        "made up", out);
  }
  EXPECT_EQ(out.rules.size(), count);
  return out;
}

// Rules that a matcher indexes, and so few that it asks them as they are.
TEST(SnapshotFilter, SameFindingsOfRulesMadeUp) {
  std::size_t bytes = 0;
  for (unsigned seed = 31; seed <= 40; ++seed) {
    const TempDir dir;
    Invented(seed).write(dir);
    const auto session = open(dir.path());
    for (const std::size_t count : {60u, 3u, 1u}) {
      const RuleSet rules = made_up_rules(seed, count);
      EXPECT_TRUE(SnapshotFilter::serves(Matcher(rules.programs())));
      const std::string all = outcome(*session, true, rules);
      ASSERT_EQ(outcome(*session, false, rules), all) << seed;
      bytes += all.size();
    }
  }
  EXPECT_GT(bytes, 100'000u);
}

TEST(SnapshotFilter, SameFindingsOnRealLogs) {
  for (const char* folder :
       {"/../shared/corpus/evtx", "/../shared/corpus/auditd", "/../shared/corpus/sysmon-linux"}) {
    const std::string path = std::string(std::getenv("STEMMA_ROOT")) + folder;
    if (!std::filesystem::exists(path)) continue;
    const auto session = open(path);
    expect_known_is_true(*session);
    expect_same_outcome(*session);
  }
}

TEST(LeafVerdicts, DecideWhatMayMatch) {
  const auto program = eql::compile(
                           "process where process.name == \"a\" and not (process.args : \"x*\" or "
                           "process.pid > 4)")
                           .program;
  ASSERT_NE(program, nullptr);
  const auto may = [&](std::initializer_list<std::optional<eql::Tri>> verdicts) {
    return eql::may_match(*program, [&](std::uint32_t leaf) {
      const std::optional<eql::Tri> known = *(verdicts.begin() + leaf);
      return known ? eql::only(*known) : eql::kAnyVerdict;
    });
  };
  ASSERT_EQ(eql::leaf_uses(*program).size(), 3u);
  EXPECT_TRUE(may({eql::Tri::yes, eql::Tri::no, eql::Tri::no}));
  EXPECT_TRUE(may({std::nullopt, std::nullopt, std::nullopt}));
  EXPECT_FALSE(may({eql::Tri::no, std::nullopt, std::nullopt}));
  EXPECT_FALSE(may({std::nullopt, eql::Tri::yes, std::nullopt}));
  EXPECT_FALSE(may({eql::Tri::yes, eql::Tri::unknown, eql::Tri::no}));  // not unknown is unknown
}

}  // namespace
}  // namespace stemma
