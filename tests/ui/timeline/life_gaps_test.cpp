// Which gaps are told of which process, over cases told as a Story.
#include "ui/timeline/life_gaps.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/ui/timeline/timeline_case.hpp"

namespace stemma::ui::timeline {
namespace {

using support::Story;

constexpr const char* kLog = "Microsoft-Windows-Sysmon/Operational";

std::string gaps(const Model& model, std::int64_t pid) {
  std::string out;
  for (const LifeGap& one : life_gaps(model, life_of(model.snapshot(), pid))) {
    const auto second = [](Timestamp time) { return (time.ns - kStoryBegin) / kNsPerSecond; };
    out += fmt::format("{}{}-{} {}\n", one.before ? "before " : "", second(one.marker->from),
                       second(one.marker->to), one.marker->text);
  }
  return out;
}

support::Happening at(std::int64_t second, std::int64_t pid, std::uint64_t record) {
  support::Happening one;
  one.at_ms = second * 1000;
  one.pid = pid;
  one.sequence = record;
  one.executable = fmt::format("C:\\{}.exe", pid);
  one.channel = kLog;
  one.code = "1";
  return one;
}

support::Happening child(support::Happening one, std::int64_t parent) {
  one.parent_pid = parent;
  return one;
}

// Records 1 to 4 at 10 to 13 s, 500 and on from 80 s: what lies between is missing.
void tell(Story& story) {
  story.sysmon_start(at(10, 1, 1));
  story.sysmon_start(child(at(11, 2, 2), 1));  // ends before
  story.sysmon_end(at(12, 2, 3));
  story.sysmon_start(child(at(13, 3, 4), 1));
  story.sysmon_end(at(80, 3, 500));
  story.sysmon_start(child(at(81, 4, 501), 1));  // its parent started before
  story.sysmon_start(child(at(82, 5, 502), 4));
}

TEST(LifeGaps, ThoseThatALifeReachesIntoOrThatLieBehindItsParentsStart) {
  Story told;
  tell(told);
  const auto model = build_timeline(case_of(told));
  const std::string gap = "13-80 495 record ids missing (Microsoft-Windows-Sysmon/Operational)\n";
  EXPECT_EQ(gaps(*model, 1), gap);  // never seen to end
  EXPECT_EQ(gaps(*model, 2), "");
  EXPECT_EQ(gaps(*model, 3), gap);
  EXPECT_EQ(gaps(*model, 4), "before " + gap);
  EXPECT_EQ(gaps(*model, 5), "");
  EXPECT_TRUE(life_gaps(*model, {}).empty());
  EXPECT_TRUE(life_gaps(*model, EntityId{1000}).empty());
  EXPECT_TRUE(life_gaps(Model{}, EntityId{1}).empty());
}

TEST(LifeGaps, AParentByItsIdIsNoOtherWhateverIsMissing) {
  Story told;
  support::Happening parent = at(10, 1, 1), kid = child(at(80, 2, 500), 1);
  parent.guid = "{1}";
  kid.guid = "{2}";
  kid.parent_guid = "{1}";
  told.sysmon_start(parent);
  told.sysmon_start(at(11, 9, 2));
  told.sysmon_start(kid);
  const auto model = build_timeline(case_of(told));
  EXPECT_NE(gaps(*model, 1), "");
  EXPECT_EQ(gaps(*model, 2), "");
}

// auditd with rules for execve alone: nobody is seen to end.
TEST(LifeGaps, WithoutAnyEndALifeIsKnownToLastUntilItsLastSign) {
  Story told;
  told.sysmon_start(at(10, 1, 1));
  told.sysmon_start(child(at(11, 2, 2), 1));
  told.sysmon_start(child(at(12, 3, 3), 2));
  told.sysmon_start(child(at(80, 4, 500), 1));
  told.sysmon_start(child(at(81, 5, 501), 4));
  const auto model = build_timeline(case_of(told));
  ASSERT_FALSE(model->hosts[0].ends_seen);
  EXPECT_EQ(gaps(*model, 1),
            "12-80 496 record ids missing (Microsoft-Windows-Sysmon/Operational)\n");
  EXPECT_EQ(gaps(*model, 2), "");  // it started 3 before what is missing, and nothing since
  EXPECT_EQ(gaps(*model, 3), "");
  EXPECT_EQ(gaps(*model, 5), "");
}

TEST(LifeGaps, GapsOfLogsThatShowNoStartsDoNotCount) {
  Story told;
  told.sysmon_start(at(1, 1, 1));
  told.next_file();
  for (const int second : {10, 11, 12, 80, 81}) {
    support::Happening one = at(
        second, kNoPid,
        second < 80 ? 10u + static_cast<unsigned>(second) : 600u + static_cast<unsigned>(second));
    one.category = "iam";
    one.channel = "Other";
    told.add(SourceKind::evtx_other, ProcessAct::none, one);
  }
  const auto model = build_timeline(case_of(told));
  EXPECT_FALSE(model->hosts[0].markers.of_kind[static_cast<std::size_t>(MarkerKind::gap)].empty());
  EXPECT_EQ(gaps(*model, 1), "");
}

TEST(LifeGaps, AnEmptiedLogIsOneMoment) {
  Story told;
  told.sysmon_start(at(1, 1, 1));
  told.sysmon_end(at(5, 1, 2));
  told.sysmon_start(at(2, 2, 3));
  support::Happening cleared = at(30, kNoPid, 1);
  cleared.category = "iam";
  cleared.channel = "Security";
  cleared.code = "1102";
  told.add(SourceKind::security, ProcessAct::none, cleared);
  told.sysmon_start(at(40, 3, 4));
  const auto model = build_timeline(case_of(told));
  EXPECT_EQ(gaps(*model, 1), "");
  EXPECT_EQ(gaps(*model, 2), "30-30 log cleared (Security)\n");
  EXPECT_EQ(gaps(*model, 3), "");
}

}  // namespace
}  // namespace stemma::ui::timeline
