#include "ui/timeline/lane_text.hpp"

#include <gtest/gtest.h>

#include "tests/ui/timeline/timeline_case.hpp"

namespace stemma::ui::timeline {
namespace {

using support::Story;

Lane lane_of(LaneList& lanes, std::int64_t pid) {
  return lanes[*lanes.reveal(life_of(lanes.model()->snapshot(), pid))];
}

TEST(LaneText, AProcess) {
  Story story;
  story.sysmon_start({.at_ms = 0, .pid = 7, .parent_pid = 4, .executable = "C:\\w\\cmd.exe"});
  story.sysmon_start({.at_ms = 1500,
                      .pid = 8,
                      .parent_pid = 7,
                      .guid = "{8}",
                      .executable = "C:\\w\\net.exe",
                      .command_line = "net user bob /add",
                      .user = "alice"});
  story.mention(SourceKind::sysmon, {.at_ms = 1600, .pid = 8, .guid = "{8}", .category = "file"});
  story.sysmon_end({.at_ms = 13'900, .pid = 8, .guid = "{8}"});
  const auto open_case = case_of(story);
  add_finding(*open_case, "Account created", 8);
  LaneList lanes(build_timeline(open_case));
  EXPECT_EQ(lane_tip(*lanes.model(), lane_of(lanes, 8)),
            "net.exe 8 · alice · host01\n"
            "start  2026-01-01T00:00:01.5Z\n"
            "end  2026-01-01T00:00:13.9Z\n"
            "lasted  12.4 s\n"
            "command  net user bob /add\n"
            "parent  cmd.exe 7 (by pid and time)\n"
            "events  2 process, 1 file\n"
            "finding  Account created (medium)");
  EXPECT_EQ(lane_caption(*lanes.model(), lane_of(lanes, 8)), "net user bob /add");
  TextStyle style;
  style.zone = [](Timestamp) { return 3600; };
  EXPECT_EQ(lane_tip(*lanes.model(), lane_of(lanes, 7), style),
            "cmd.exe 7 · host01\n"
            "start  2026-01-01T00:00:00Z  (2026-01-01 01:00:00 +01:00)\n"
            "end not recorded; last seen  2026-01-01T00:00:01.5Z  (2026-01-01 01:00:01 +01:00)\n"
            "parent  (unknown program) 4 (named by this process's record only)\n"
            "events  1 process\n"
            "1 process below it");
  EXPECT_EQ(lane_tip(*lanes.model(), lane_of(lanes, 4)),
            "(unknown program) 4 · host01\n"
            "not seen itself: others name it\n"
            "first seen  2026-01-01T00:00:00Z (its start was not recorded)\n"
            "end not recorded; last seen  2026-01-01T00:00:00Z\n"
            "events  none\n"
            "2 processes below it");
}

TEST(LaneText, EndsThatWereToldByOthers) {
  Story story;
  story.sysmon_start({.at_ms = 0, .pid = 7, .executable = "C:\\w\\a.exe"});
  story.sysmon_start({.at_ms = 10, .pid = 8, .executable = "C:\\w\\b.exe"});
  story.sysmon_start({.at_ms = 20, .pid = 7, .executable = "C:\\w\\c.exe"});
  story.boot({.at_ms = 3'000'000});
  LaneList lanes(build_timeline(case_of(story)));
  EXPECT_EQ(lane_tip(*lanes.model(), lane_of(lanes, 7)),
            "a.exe 7 · host01\n"
            "start  2026-01-01T00:00:00Z\n"
            "ended before  2026-01-01T00:00:00.02Z (its pid was used again)\n"
            "events  1 process");
  EXPECT_EQ(lane_tip(*lanes.model(), lane_of(lanes, 8)),
            "b.exe 8 · host01\n"
            "start  2026-01-01T00:00:00.01Z\n"
            "ended before  2026-01-01T00:50:00Z (the machine started anew)\n"
            "events  1 process");
}

TEST(LaneText, HostileTextsAreVisibleAndShort) {
  Story story;
  std::string zalgo = "a";
  for (int i = 0; i < 40'000; ++i) zalgo += "\xCC\x81";
  story.sysmon_start({.at_ms = 0,
                      .pid = 7,
                      .executable = "C:\\<b>\x1b[31m\xE2\x80\xAE"
                                    "exe.txt",
                      .command_line = "<img src=x> \xE2\x80\xAE\x1b]0;" + std::string(32'000, 'A'),
                      .user = zalgo});
  story.sysmon_start(
      {.at_ms = 1,
       .pid = 8,
       .executable = "C:\\net.exe",
       .command_line = "net use \\\\srv\\c$ /user:corp\\bob Pa55w.rd --password=Hunter2hunter"});
  story.exec({.at_ms = 2,
              .pid = 9,
              .executable = "/bin/x",
              .args = {"curl", "--password", "s3cret-s3cret", "http://x"},
              .host = "lnx"});
  LaneList lanes(build_timeline(case_of(story)));
  EXPECT_EQ(lane_title(*lanes.model(), lane_of(lanes, 7)), "<b>\\x1b[31m\\u{202e}exe.txt 7");
  EXPECT_EQ(lane_caption(*lanes.model(), lane_of(lanes, 7)),
            "<img src=x> \\u{202e}\\x1b]0;" + std::string(kCaptionColumns - 28, 'A') + "…");
  EXPECT_LT(lane_tip(*lanes.model(), lane_of(lanes, 7)).size(), 2000u);
  EXPECT_EQ(lane_caption(*lanes.model(), lane_of(lanes, 8)).find("Hunter2hunter"),
            std::string::npos);
  EXPECT_EQ(lane_caption(*lanes.model(), lane_of(lanes, 9)), "curl --password [redacted] http://x");
  TextStyle shown;
  shown.secrets = Secrets::shown;
  EXPECT_EQ(lane_caption(*lanes.model(), lane_of(lanes, 9), shown),
            "curl --password s3cret-s3cret http://x");
}

TEST(LaneText, OfTheThingsOnAMachinesLane) {
  Story story;
  story.sysmon_start(
      {.at_ms = 0, .pid = 7, .executable = "C:\\w\\a.exe", .channel = "Sysmon", .code = "1"});
  story.next_file();
  story.add(
      SourceKind::security, ProcessAct::none,
      {.at_ms = 500, .sequence = 10, .category = "iam", .channel = "Security", .code = "1102"});
  story.add(
      SourceKind::security, ProcessAct::none,
      {.at_ms = 900, .sequence = 15, .category = "iam", .channel = "Security", .code = "4720"});
  const auto open_case = case_of(story);
  add_finding(*open_case, "One", 7);
  add_finding(*open_case, "Two", 7);
  const auto model = build_timeline(open_case);
  const LaneList lanes(model);
  LanePlanner planner(model, TimeScale({story_time(0), {story_time(1000).ns - 1}}, 4));
  const LanePlan host = planner.plan(lanes[0]);
  EXPECT_EQ(lane_tip(*model, lanes[0]),
            "host01\n3 events\n1 process\nlog cleared: 1\nrecord gap: 1");
  ASSERT_EQ(host.ticks.size(), 3u);
  EXPECT_EQ(ticks_tip(*model, host.ticks[0], planner.scale()),
            "2026-01-01T00:00:00Z\n1 process\nSysmon 1");
  ASSERT_EQ(host.flags.size(), 1u);
  EXPECT_EQ(flag_tip(*model, lanes[0], host.flags[0]),
            "log cleared (Security)\n2026-01-01T00:00:00.5Z");
  EXPECT_EQ(flag_label(*model, lanes[0], host.flags[0]), "log cleared");
  ASSERT_EQ(host.bands.size(), 1u);
  EXPECT_EQ(gap_tip(*model, model->hosts[0], host.bands[0]),
            "4 record ids missing (Security)\nfrom  2026-01-01T00:00:00.5Z\nto  "
            "2026-01-01T00:00:00.9Z\n400 ms");
  const LanePlan findings = planner.plan(lanes[1]);
  ASSERT_EQ(findings.flags.size(), 1u);
  EXPECT_EQ(flag_label(*model, lanes[1], findings.flags[0]), "One +1");
  EXPECT_EQ(
      flag_tip(*model, lanes[1], findings.flags[0]),
      "finding  One (medium)\n2026-01-01T00:00:00Z\na.exe 7\nand 1 more in this pixel: zoom in");
  EXPECT_EQ(finding_of(*model, lanes[1], findings.flags[0])->id, "finding-1");
  EXPECT_EQ(finding_of(*model, lanes[0], host.flags[0]), nullptr);

  LanePlanner coarse(model, TimeScale({story_time(0), {story_time(1000).ns - 1}}, 1));
  EXPECT_EQ(ticks_tip(*model, coarse.plan(lanes[0]).ticks[0], coarse.scale()),
            "2026-01-01T00:00:00Z\n3 events within 1 s\n1 process, 2 account");
}

TEST(LaneText, RunsAndOrders) {
  Story story;
  story.sysmon_start({.at_ms = 0, .pid = 7, .executable = "C:\\w\\a.exe"});
  story.mention(SourceKind::azure_activity,
                {.at_ms = 5, .host = "azure:1", .category = "configuration"});
  const auto open_case = case_of(story);
  auto incident = std::make_shared<Incident>();
  Channel channel;
  channel.name = "Azure Run Command";
  incident->channels.channels.push_back(channel);
  Invocation run;
  run.host = "host01";
  run.name = "audit";
  run.user = "root";
  run.confidence = Confidence::confirmed;
  run.start = {story_time(1000), TimeSource::process};
  run.end = {story_time(2500), TimeSource::process};
  incident->invocations.push_back(run);
  CloudOperation operation;
  operation.operation_name = "Microsoft.Compute/virtualMachines/runCommand/action";
  operation.caller = "eve@example.com";
  operation.caller_ip = "203.0.113.9";
  operation.machine = "host01";
  operation.result = "Succeeded";
  operation.first = operation.last = story_time(5);
  operation.events = {EventId{2}};
  incident->operations.push_back(operation);
  open_case->incident = incident;
  const auto model = build_timeline(open_case);
  const LaneList lanes(model);
  LanePlanner planner(model, TimeScale(model->limits, 100));
  const LanePlan cloud = planner.plan(lanes[0]);
  EXPECT_EQ(flag_label(*model, lanes[0], cloud.flags.at(0)), "eve@example.com → host01");
  EXPECT_EQ(flag_tip(*model, lanes[0], cloud.flags.at(0)),
            "order  Microsoft.Compute/virtualMachines/runCommand/action\n"
            "by  eve@example.com from 203.0.113.9\n"
            "on  host01\n"
            "2026-01-01T00:00:00.005Z · Succeeded");
  EXPECT_EQ(lane_tip(*model, lanes[0]), "cloud · azure:1\n1 event\n1 order to run a script");
  LanePlanner wide(model, TimeScale({story_time(0), story_time(3000)}, 100));
  const LanePlan runs = wide.plan(lanes[2]);
  EXPECT_EQ(run_label(*model, model->hosts[1], runs.runs.at(0)), "Azure Run Command · audit");
  EXPECT_EQ(run_tip(*model, model->hosts[1], runs.runs.at(0)),
            "Azure Run Command · audit\n"
            "confirmed · root\n"
            "start  2026-01-01T00:00:01Z\n"
            "end  2026-01-01T00:00:02.5Z, after 1.5 s");
}

TEST(LaneText, Numbers) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(18'446'744'073'709'551'615u), "18,446,744,073,709,551,615");
}

}  // namespace
}  // namespace stemma::ui::timeline
