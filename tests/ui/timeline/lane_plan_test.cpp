#include "ui/timeline/lane_plan.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "tests/support/generated.hpp"
#include "tests/ui/timeline/timeline_case.hpp"
#include "ui/timeline/lane_events.hpp"
#include "ui/timeline/zoom.hpp"

namespace stemma::ui::timeline {
namespace {

using support::Story;

// Times are told in steps: lives that began within minutes of a boot are taken to have begun with
// it.
constexpr std::int64_t kStep = 10'000;  // ms

Timestamp step_time(std::int64_t step) {
  return story_time(step * kStep);
}

std::string guid(std::int64_t pid) {
  return "{" + std::to_string(pid) + "}";
}

// The plan of a row over the steps [from, to), a column a step.
std::string plan(const LaneList& lanes, std::size_t row, std::int64_t from, std::int64_t to) {
  const TimeScale scale({step_time(from), {step_time(to).ns - 1}}, static_cast<int>(to - from));
  return text(LanePlanner(lanes.model(), scale).plan(lanes[row]));
}

std::size_t row_of(LaneList& lanes, std::int64_t pid) {
  return *lanes.reveal(life_of(lanes.model()->snapshot(), pid));
}

void tell_lives(Story& story) {
  const auto start = [&](std::int64_t at, std::int64_t pid, std::int64_t parent) {
    story.sysmon_start({.at_ms = at * kStep,
                        .pid = pid,
                        .parent_pid = parent,
                        .guid = guid(pid),
                        .parent_guid = guid(parent),
                        .executable = "C:\\a.exe"});
  };
  const auto touch = [&](std::int64_t at, std::int64_t pid, const char* category) {
    story.mention(SourceKind::sysmon,
                  {.at_ms = at * kStep, .pid = pid, .guid = guid(pid), .category = category});
  };
  start(10, 100, 4);
  start(20, 101, 100);
  touch(25, 101, "file");
  touch(25, 101, "file");
  touch(25, 101, "dns");
  touch(28, 101, "registry");
  story.sysmon_end({.at_ms = 40 * kStep, .pid = 101, .guid = guid(101)});
  start(50, 102, 100);
  story.boot({.at_ms = 60 * kStep});
  start(70, 200, 4);
  start(80, 201, 200);
  touch(95, 4711, "network");
}

TEST(LanePlan, LivesAndTheirEvents) {
  Story story;
  tell_lives(story);
  LaneList lanes(build_timeline(case_of(story)));
  EXPECT_EQ(plan(lanes, row_of(lanes, 101), 0, 100),
            "life 20=40-40|\n"
            "tick 20: 1 process\n"
            "tick 25: 2 file 1 network\n"
            "tick 28: 1 registry\n"
            "tick 40: 1 process\n");
  // Ended by the boot: known until its second child, perhaps there until the machine went down.
  EXPECT_EQ(plan(lanes, row_of(lanes, 100), 0, 100), "life 10=50-60/\ntick 10: 1 process\n");
  // No end was seen: until the last that the machine's records tell.
  EXPECT_EQ(plan(lanes, row_of(lanes, 200), 0, 100), "life 70=80-95>\ntick 70: 1 process\n");
  // Of a process that only an event names nothing but that is known.
  EXPECT_EQ(plan(lanes, row_of(lanes, 4711), 0, 100), "life 95~95-95>\ntick 95: 1 network\n");
}

TEST(LanePlan, WhatLiesOutsideIsCut) {
  Story story;
  tell_lives(story);
  LaneList lanes(build_timeline(case_of(story)));
  EXPECT_EQ(plan(lanes, row_of(lanes, 101), 25, 35),
            "life <0=9-9|>\n"
            "tick 0: 2 file 1 network\n"
            "tick 3: 1 registry\n");
  EXPECT_EQ(plan(lanes, row_of(lanes, 100), 55, 65), "life <0=-1-5/\n");
  EXPECT_EQ(plan(lanes, row_of(lanes, 101), 41, 50), "");
  EXPECT_EQ(plan(lanes, row_of(lanes, 101), 0, 20), "");
  EXPECT_EQ(plan(lanes, row_of(lanes, 101), 40, 41), "life <0=0-0|\ntick 0: 1 process\n");
}

TEST(LanePlan, OfAMachine) {
  Story story;
  tell_lives(story);
  story.add(
      SourceKind::security, ProcessAct::none,
      {.at_ms = 65 * kStep, .category = "configuration", .channel = "Security", .code = "4616"});
  story.add(SourceKind::security, ProcessAct::none,
            {.at_ms = 66 * kStep, .category = "iam", .channel = "Security", .code = "1102"});
  story.add(SourceKind::security, ProcessAct::none,
            {.at_ms = 64 * kStep, .category = "process", .channel = "Security", .code = "4608"});
  const auto open_case = case_of(story);
  add_finding(*open_case, "First", 100);
  add_finding(*open_case, "Second", 201);
  add_finding(*open_case, "Third", 201);
  LaneList lanes(build_timeline(open_case));
  EXPECT_EQ(plan(lanes, 0, 60, 100),
            "tick 0: 1 process\n"
            "tick 4: 1 process\n"
            "tick 5: 1 other\n"
            "tick 6: 1 account\n"
            "tick 10: 1 process\n"
            "tick 20: 1 process\n"
            "tick 35: 1 network\n"
            "boot 4\n"
            "clock set 5\n"
            "log cleared 6\n");
  EXPECT_EQ(plan(lanes, 1, 0, 100), "finding 10\nfinding 80 x2\n");
  EXPECT_EQ(plan(lanes, row_of(lanes, 201), 75, 100),
            "life 5=5-20>\ntick 5: 1 process\nfinding 5 x2\n");
  LanePlanner planner(lanes.model(), TimeScale({step_time(0), {step_time(100).ns - 1}}, 10));
  LanePlan cuts;
  cuts.flags = planner.cuts(lanes.model()->hosts.front());
  EXPECT_EQ(text(cuts), "boot 6\nlog cleared 6\n");
}

TEST(LanePlan, RoomBetweenTicksAndFlags) {
  Story story;
  for (const int at : {0, 3, 10, 11, 50})
    story.boot({.at_ms = at * 1'000'000, .channel = "Security", .code = "4608"},
               SourceKind::security);
  LaneList lanes(build_timeline(case_of(story)));
  LanePlanner planner(lanes.model(),
                      TimeScale({story_time(0), {story_time(100'000'000).ns - 1}}, 100));
  const LanePlan plan = planner.plan(lanes[0]);
  std::string out;
  for (const TickColumn& tick : plan.ticks)
    out += std::to_string(tick.x) + ":" + std::to_string(tick.room) + " ";
  EXPECT_EQ(out, "0:3 3:3 10:1 11:1 50:39 ");
  out.clear();
  for (const Flag& flag : plan.flags)
    out += std::to_string(flag.x) + ":" + std::to_string(flag.room) + " ";
  EXPECT_EQ(out, "0:3 3:7 10:1 11:39 50:50 ");
}

TEST(LanePlan, ClosedLanesShowWhatStartsBelow) {
  Story story;
  tell_lives(story);
  for (int i = 0; i < 60; ++i)
    story.sysmon_start({.at_ms = (40 + i / 20) * kStep,
                        .pid = 3000 + i,
                        .parent_pid = 201,
                        .guid = guid(3000 + i),
                        .parent_guid = guid(201),
                        .executable = "C:\\b.exe"});
  const auto open_case = case_of(story);
  add_finding(*open_case, "First", 100);
  LaneList lanes(build_timeline(open_case));
  const std::size_t others = lanes.size() - 1;
  EXPECT_EQ(
      plan(lanes, others, 0, 100),
      "starts 20: 1\nstarts 40: 20\nstarts 41: 20\nstarts 42: 20\nstarts 50: 1\nstarts 70: 1\n"
      "starts 80: 1\nstarts 95: 1\n");
  lanes.set_open(others, true);
  EXPECT_EQ(plan(lanes, others, 0, 100), "");
  lanes.set_open(2, false);
  EXPECT_EQ(
      plan(lanes, 2, 0, 100),
      "life 10~70-95>\nstarts 10: 2\nstarts 20: 1\nstarts 40: 20\nstarts 41: 20\nstarts 42: 20\n"
      "starts 50: 1\nstarts 70: 1\nstarts 80: 1\n");
}

TEST(LanePlan, RunsAndOrders) {
  Story story;
  tell_lives(story);
  for (const int at : {30, 31, 90})
    story.mention(SourceKind::azure_activity,
                  {.at_ms = at * kStep, .host = "azure:1", .category = "configuration"});
  const auto open_case = case_of(story);
  auto incident = std::make_shared<Incident>();
  const auto add_run = [&](std::int64_t from, std::optional<std::int64_t> to, std::int64_t pid) {
    Invocation run;
    run.host = "host01";
    run.start = {step_time(from), TimeSource::process};
    if (to) run.end = {step_time(*to), TimeSource::process};
    if (pid != 0)
      run.processes = {{life_of(*open_case->snapshot, pid), {}, Membership::root, 0, {}}};
    incident->invocations.push_back(run);
  };
  add_run(10, 40, 0);
  add_run(70, {}, 201);                  // seen until its process started
  add_run(50, 45, 0);                    // ends before it starts: its end is not known
  incident->invocations.emplace_back();  // no start: not on the lane
  incident->invocations.back().host = "host01";
  CloudOperation operation;
  operation.first = operation.last = step_time(30);
  operation.events = {EventId{0}};
  for (std::uint32_t i = 1; i <= open_case->snapshot->events.size(); ++i) {
    if (is_cloud_log(open_case->snapshot->events.source_kind(EventId{i}))) {
      operation.events = {EventId{i}};
      incident->operations.push_back(operation);
    }
  }
  incident->operations.emplace_back();  // no row: not on the lane
  open_case->incident = incident;
  LaneList lanes(build_timeline(open_case));
  EXPECT_EQ(plan(lanes, 2, 0, 100), "run 10-40\nrun 50-50?\nrun 70-80?\n");
  EXPECT_EQ(plan(lanes, 2, 20, 75), "run <0-20\nrun 30-30?\nrun 50-54>\n");
  EXPECT_EQ(plan(lanes, 0, 0, 100),
            "tick 30: 1 other\ntick 31: 1 other\ntick 90: 1 other\n"
            "operation 30\noperation 31\noperation 90\n");
}

TEST(LanePlan, Gaps) {
  Story story;
  for (const int at : {10, 11, 12, 13, 80, 81, 82}) {
    story.add(SourceKind::security, ProcessAct::none,
              {.at_ms = at * kStep,
               .sequence = static_cast<std::uint64_t>(at < 80 ? at : at + 500),
               .category = "iam",
               .channel = "Security",
               .code = "4720"});
  }
  LaneList lanes(build_timeline(case_of(story)));
  const std::string all = plan(lanes, 0, 0, 100);
  EXPECT_EQ(all.substr(all.find("gap")), "gap 13-80\n");
  EXPECT_EQ(plan(lanes, 0, 30, 40), "gap 0-9\n");
  EXPECT_EQ(plan(lanes, 0, 83, 90), "");
}

// Times at both ends of what there is, and all in one.
TEST(LanePlan, TheEndsOfTime) {
  Story story;
  const Timestamp first{std::numeric_limits<std::int64_t>::min()};
  const Timestamp last{std::numeric_limits<std::int64_t>::max()};
  story.sysmon_start(
      {.pid = 7, .parent_pid = 4, .guid = guid(7), .executable = "C:\\a.exe", .at = first});
  story.sysmon_end({.pid = 7, .guid = guid(7), .at = last});
  story.mention(SourceKind::sysmon,
                {.pid = 7, .guid = guid(7), .category = "file", .at = Timestamp{0}});
  const auto model = build_timeline(case_of(story));
  EXPECT_EQ(model->span, (TimeRange{first, last}));
  EXPECT_EQ(model->limits, model->span);
  EXPECT_EQ(model->untimed, 1u);
  LaneList lanes(model);
  const std::size_t row = row_of(lanes, 7);
  LanePlanner all(model, TimeScale(model->limits, 1000));
  EXPECT_EQ(text(all.plan(lanes[row])),
            "life 0=999-999|\ntick 0: 1 process\ntick 500: 1 file\ntick 999: 1 process\n");
  LanePlanner end(model, TimeScale({{last.ns - 999}, last}, 1000));
  EXPECT_EQ(text(end.plan(lanes[row])), "life <0=999-999|\ntick 999: 1 process\n");
  EXPECT_EQ(histogram(end.borders()).back(), 1u);
}

TEST(Model, SpanAndFocus) {
  Story story;
  story.mention(SourceKind::guest_agent, {.pid = 1, .at = Timestamp{0}});
  const auto untimed = build_timeline(case_of(story));
  EXPECT_EQ(untimed->untimed, 1u);
  EXPECT_EQ(untimed->span, (TimeRange{Timestamp{0}, Timestamp{0}}));
  story.mention(SourceKind::guest_agent, {.at_ms = 5, .pid = 1});
  const auto moment = build_timeline(case_of(story));
  EXPECT_EQ(moment->span, (TimeRange{story_time(5), story_time(5)}));
  EXPECT_EQ(moment->limits, (TimeRange{story_time(-495), story_time(505)}));
  EXPECT_EQ(moment->focus(), moment->span);
  story.sysmon_start({.at_ms = 70, .pid = 3, .executable = "C:\\a.exe"});
  story.sysmon_start({.at_ms = 90, .pid = 4, .executable = "C:\\a.exe"});
  const auto open_case = case_of(story);
  add_finding(*open_case, "A", 3);
  EXPECT_EQ(build_timeline(open_case)->focus(), (TimeRange{story_time(70), story_time(70)}));
}

TEST(LaneEvents, NextBeforeAndNear) {
  std::mt19937_64 random(8);
  const std::size_t cases = support::generated_cases(40);
  for (std::size_t i = 0; i < cases; ++i) {
    Story story;
    for (int k = 0; k < 120; ++k) {
      const char* const kinds[] = {"file", "process", "registry", "network"};
      const std::int64_t pid = 10 + static_cast<std::int64_t>(random() % 3);
      const auto at = static_cast<std::int64_t>(random() % 60);
      if (k < 6) {
        story.sysmon_start({.at_ms = at, .pid = pid, .guid = guid(pid), .executable = "C:\\a.exe"});
      } else {
        story.mention(
            SourceKind::sysmon,
            {.at_ms = at, .pid = pid, .guid = guid(pid), .category = kinds[random() % 4]});
      }
    }
    const auto open_case = case_of(story);
    add_finding(*open_case, "A", 10);
    const auto model = build_timeline(open_case);
    LaneList lanes(model);
    lanes.open_all();
    const EventStore& events = model->snapshot().events;
    for (std::size_t row = 0; row < lanes.size(); ++row) {
      const Lane& lane = lanes[row];
      std::vector<EventId> own;
      for (std::uint32_t e = 1; e <= events.size(); ++e) {
        const EventId id{e};
        const bool is_process = lane.kind == LaneKind::session || lane.kind == LaneKind::process;
        if (is_process ? events.entity(id) == model->processes.entity(lane.index)
            : lane.kind == LaneKind::findings ? id == open_case->findings[0].event
                                              : lane.kind == LaneKind::host)
          own.push_back(id);
      }
      for (std::uint32_t e = 0; e <= events.size() + 1; ++e) {
        EventId after, before;
        for (const EventId id : own) {
          if (id.value < e) before = id;
          if (id.value > e && !after) after = id;
        }
        ASSERT_EQ(event_after(*model, lane, EventId{e}), after);
        ASSERT_EQ(event_before(*model, lane, EventId{e}), before);
      }
      for (int k = 0; k < 20; ++k) {
        const Timestamp time{story_time(-5).ns + static_cast<std::int64_t>(random() % 70'000'000)};
        const auto reach = static_cast<std::int64_t>(random() % 20'000'000);
        EventId near;
        std::int64_t least = reach;
        for (const EventId id : own) {
          const std::int64_t far = std::abs(events.time(id).ns - time.ns);
          if (far < least || (far == least && !near)) {
            near = id;
            least = far;
          }
        }
        const EventId found = event_near(*model, lane, time, reach);
        ASSERT_EQ(static_cast<bool>(found), static_cast<bool>(near));
        if (near) {
          ASSERT_EQ(std::abs(events.time(found).ns - time.ns), least);
        }
      }
    }
  }
}

TEST(LaneEvents, SnapsToEdges) {
  Story story;
  tell_lives(story);
  LaneList lanes(build_timeline(case_of(story)));
  const Lane lane = lanes[row_of(lanes, 101)];
  const auto snap = [&](std::int64_t step) {
    return (snapped(*lanes.model(), lane, step_time(step), 3 * kStep * 1'000'000).ns -
            kStoryBegin) /
           (kStep * 1'000'000);
  };
  EXPECT_EQ(snap(18), 20);
  EXPECT_EQ(snap(14), 14);
  EXPECT_EQ(snap(27), 28);
  EXPECT_EQ(snap(38), 40);
  EXPECT_EQ(snap(43), 40);
  EXPECT_EQ(snap(44), 44);
}

}  // namespace
}  // namespace stemma::ui::timeline
