#include "ui/timeline/lane_list.hpp"

#include <gtest/gtest.h>

#include "tests/ui/timeline/timeline_case.hpp"

namespace stemma::ui::timeline {
namespace {

using support::Story;

// A machine with services and a login; whoami runs below the agent.
void tell_windows(Story& story, const std::string& host = "host01") {
  const auto start = [&](std::int64_t at, std::int64_t pid, std::int64_t parent, const char* path) {
    story.sysmon_start(
        {.at_ms = at, .pid = pid, .parent_pid = parent, .executable = path, .host = host});
  };
  start(0, 400, 4, "C:\\Windows\\System32\\services.exe");
  start(10, 500, 400, "C:\\Windows\\svchost.exe");
  start(20, 600, 400, "C:\\Packages\\agent.exe");
  start(30, 700, 600, "C:\\Windows\\cmd.exe");
  start(40, 701, 700, "C:\\Windows\\whoami.exe");
  start(50, 702, 700, "C:\\Windows\\net.exe");
  start(60, 900, 8, "C:\\Windows\\explorer.exe");
  start(70, 901, 900, "C:\\Windows\\notepad.exe");
}

// Processes that nothing is known of but that they ran.
void tell_many(Story& story, int count, const std::string& host) {
  for (int i = 0; i < count; ++i)
    story.sysmon_start({.at_ms = 100 + i,
                        .pid = 2000 + i,
                        .parent_pid = 1999,
                        .executable = "C:\\a\\job.exe",
                        .host = host});
}

const char* const kAll =
    "- host01\n"
    "  - 10 processes\n"
    "    - (unknown program) 4\n"
    "        services.exe 400\n"
    "      svchost.exe 500\n"
    "    - agent.exe 600\n"
    "      - cmd.exe 700\n"
    "          whoami.exe 701\n"
    "          net.exe 702\n"
    "    - (unknown program) 8\n"
    "      - explorer.exe 900\n"
    "          notepad.exe 901\n";

const char* const kOfInterest =
    "- host01\n"
    "    findings (1)\n"
    "  - (unknown program) 4\n"
    "      services.exe 400\n"
    "  - agent.exe 600\n"
    "    - cmd.exe 700\n"
    "        whoami.exe 701\n"
    "  + 5 more processes\n";

TEST(LaneList, FewProcessesAreAllShown) {
  Story story;
  tell_windows(story);
  EXPECT_EQ(text(LaneList(build_timeline(case_of(story)))), kAll);
}

TEST(LaneList, WhatIsOfInterestComesFirst) {
  Story story;
  tell_windows(story);
  const auto open_case = case_of(story);
  add_finding(*open_case, "Discovery", 701);
  LaneList lanes(build_timeline(open_case));
  EXPECT_EQ(text(lanes), kOfInterest);

  lanes.set_open(7, true);
  EXPECT_EQ(text(lanes),
            "- host01\n"
            "    findings (1)\n"
            "  - (unknown program) 4\n"
            "      services.exe 400\n"
            "  - agent.exe 600\n"
            "    - cmd.exe 700\n"
            "        whoami.exe 701\n"
            "  - 5 more processes\n"
            "      svchost.exe 500\n"
            "      net.exe 702\n"
            "    + (unknown program) 8  +2\n");
  // What is closed tells how much it hides; a lane that hides nothing does not change.
  lanes.set_open(10, true);
  lanes.set_open(4, false);
  lanes.set_open(5, true);
  lanes.set_open(1000, true);
  EXPECT_EQ(text(lanes),
            "- host01\n"
            "    findings (1)\n"
            "  - (unknown program) 4\n"
            "      services.exe 400\n"
            "  + agent.exe 600  +3\n"
            "  - 5 more processes\n"
            "      svchost.exe 500\n"
            "      net.exe 702\n"
            "    - (unknown program) 8\n"
            "      + explorer.exe 900  +1\n");
  lanes.close_all();
  EXPECT_EQ(text(lanes), "+ host01\n");
  lanes.open_all();
  EXPECT_EQ(text(lanes),
            "- host01\n"
            "    findings (1)\n"
            "  - (unknown program) 4\n"
            "      services.exe 400\n"
            "  - agent.exe 600\n"
            "    - cmd.exe 700\n"
            "        whoami.exe 701\n"
            "  - 5 more processes\n"
            "      svchost.exe 500\n"
            "      net.exe 702\n"
            "    - (unknown program) 8\n"
            "      - explorer.exe 900\n"
            "          notepad.exe 901\n");
}

TEST(LaneList, WhatHidesAProcessIsOpened) {
  Story story;
  tell_windows(story);
  const auto open_case = case_of(story);
  add_finding(*open_case, "Discovery", 701);
  const auto model = build_timeline(open_case);
  const auto revealed = [&](LaneList& lanes, std::int64_t pid) {
    const auto row = lanes.reveal(life_of(*open_case->snapshot, pid));
    return row ? std::to_string(*row) : std::string("none");
  };
  LaneList lanes(model);
  lanes.close_all();
  EXPECT_EQ(revealed(lanes, 701), "6");
  EXPECT_EQ(text(lanes), kOfInterest);
  EXPECT_EQ(revealed(lanes, 901), "12");
  EXPECT_EQ(lanes.parent_of(12), 11u);
  EXPECT_EQ(lanes.parent_of(11), 10u);
  EXPECT_EQ(lanes.parent_of(10), 7u);
  EXPECT_EQ(lanes.parent_of(7), 0u);
  EXPECT_EQ(lanes.parent_of(0), 0u);
  EXPECT_EQ(revealed(lanes, 702), "9");  // shown already
  EXPECT_EQ(lanes.row_of(EntityId{}), std::nullopt);
  EXPECT_EQ(lanes.reveal(EntityId{4711}), std::nullopt);
  EXPECT_EQ(lanes.row_of(HostId{1}, LaneKind::findings), 1u);
  EXPECT_EQ(lanes.row_of(HostId{1}, LaneKind::runs), std::nullopt);

  // Of a machine with few processes, one that somebody closed.
  const auto quiet = case_of(story);
  LaneList few(build_timeline(quiet));
  few.set_open(1, false);
  EXPECT_EQ(text(few), "- host01\n  + 10 processes\n");
  EXPECT_EQ(revealed(few, 702), "8");
  EXPECT_EQ(text(few), kAll);
}

TEST(LaneList, StaysAsItIsWhenFindingsCome) {
  Story story;
  tell_windows(story);
  tell_many(story, 50, "host02");
  const auto open_case = case_of(story);
  LaneList lanes(build_timeline(open_case));
  lanes.set_open(0, false);
  EXPECT_EQ(text(lanes), "+ host01\n- host02\n  + 51 processes\n");
  const auto later = std::make_shared<OpenCase>(*open_case);
  add_finding(*later, "Odd job", 2000);
  const auto model = build_timeline(later, {}, lanes.model().get());
  EXPECT_EQ(model->index, lanes.model()->index);
  EXPECT_EQ(model->hosts[0].markers.last, story_time(149));
  lanes.replace(model);
  EXPECT_EQ(text(lanes),
            "- host02\n"
            "    findings (1)\n"
            "  - (unknown program) 1999\n"
            "      job.exe 2000\n"
            "  + 49 more processes\n"
            "+ host01\n");
  // Another collection begins anew.
  lanes.replace(build_timeline(case_of(story)));
  EXPECT_EQ(lanes[0].open, true);
  lanes.replace(nullptr);
  EXPECT_EQ(lanes.size(), 0u);
}

TEST(LaneList, RunsAndClouds) {
  Story story;
  tell_windows(story);
  story.mention(SourceKind::azure_activity,
                {.at_ms = 5, .host = "azure:0815", .category = "configuration"});
  story.mention(SourceKind::guest_agent, {.at_ms = 6, .host = "", .category = "host"});
  const auto open_case = case_of(story);
  auto incident = std::make_shared<Incident>();
  Invocation run;
  run.host = "host01";
  run.start = {story_time(20), TimeSource::process};
  run.root = life_of(*open_case->snapshot, 700);
  run.processes = {{life_of(*open_case->snapshot, 701), {}, Membership::lineage, 1, {}}};
  incident->invocations.push_back(run);
  run.host = "elsewhere";  // no event of it is here: nothing to stand on
  incident->invocations.push_back(run);
  open_case->incident = incident;
  EXPECT_EQ(text(LaneList(build_timeline(open_case))),
            "  cloud · azure:0815\n"
            "- host01\n"
            "    script runs (1)\n"
            "  - (unknown program) 4\n"
            "      services.exe 400\n"
            "  - agent.exe 600\n"
            "    - cmd.exe 700\n"
            "        whoami.exe 701\n"
            "  + 5 more processes\n"
            "  (no host named)\n");
}

TEST(LaneList, PinnedLanesStandOnTopAndInTheirPlace) {
  Story story;
  tell_windows(story);
  const auto open_case = case_of(story);
  add_finding(*open_case, "Discovery", 701);
  LaneList lanes(build_timeline(open_case));
  EXPECT_TRUE(lanes.set_pinned(6, true));  // whoami
  EXPECT_TRUE(lanes.set_pinned(1, true));  // the machine, one further down now
  EXPECT_EQ(lanes.pinned(), 2u);
  EXPECT_EQ(text(lanes), std::string("  whoami.exe 701\n  host01\n") + kOfInterest);
  EXPECT_TRUE(lanes[0].pinned);
  EXPECT_TRUE(lanes.is_pinned(2));
  EXPECT_FALSE(lanes.is_pinned(3));
  // Looked for, a lane is where it belongs; closed there, it is still on top.
  const EntityId whoami = life_of(*open_case->snapshot, 701);
  EXPECT_EQ(lanes.row_of(whoami), 8u);
  EXPECT_EQ(lanes.parent_of(8), 7u);
  EXPECT_EQ(lanes.parent_of(0), 0u);
  EXPECT_EQ(lanes.row_of(open_case->snapshot->events.host(EventId{1}), LaneKind::host), 2u);
  lanes.set_open(2, false);
  EXPECT_EQ(text(lanes), "  whoami.exe 701\n  host01\n+ host01\n");
  EXPECT_EQ(lanes.row_of(whoami), 0u);
  EXPECT_EQ(lanes.reveal(whoami), 8u);
  // A later stage keeps them, another case does not.
  lanes.replace(build_timeline(open_case));
  EXPECT_EQ(lanes.pinned(), 2u);
  EXPECT_TRUE(lanes.set_pinned(0, false));
  EXPECT_EQ(lanes.pinned(), 1u);
  for (std::size_t i = 0; i < kMaxPinned - 1; ++i)
    EXPECT_TRUE(lanes.set_pinned(lanes.pinned() + 1 + i, true)) << i;
  lanes.open_all();
  EXPECT_FALSE(lanes.set_pinned(lanes.size() - 1, true));
  EXPECT_FALSE(lanes.set_pinned(1000, true));
  Story other;
  tell_windows(other);
  lanes.replace(build_timeline(case_of(other)));
  EXPECT_EQ(text(lanes), kAll);
}

TEST(LaneList, HiddenLanesGoWithWhatIsBelowThemAndComeBack) {
  Story story;
  tell_windows(story);
  tell_windows(story, "host02");
  const auto open_case = case_of(story);
  add_finding(*open_case, "Discovery", 701);
  LaneList lanes(build_timeline(open_case));
  lanes.open_all();
  const std::string all = text(lanes);
  const auto row_of = [&](std::int64_t pid) {
    return *lanes.row_of(life_of(*open_case->snapshot, pid));
  };
  lanes.set_pinned(row_of(701), true);
  lanes.hide(row_of(600));  // the agent with its shell; what was pinned stays on top
  EXPECT_EQ(lanes.hidden().size(), 1u);
  EXPECT_EQ(text(lanes).substr(0, 120), std::string("  whoami.exe 701\n"
                                                    "- host01\n"
                                                    "    findings (1)\n"
                                                    "  - (unknown program) 4\n"
                                                    "      services.exe 400\n"
                                                    "  - 5 more processes\n"
                                                    "      svchost.exe 500\n")
                                            .substr(0, 120));
  const EntityId shell = life_of(*open_case->snapshot, 700);
  EXPECT_EQ(lanes.reveal(shell), std::nullopt);
  lanes.hide(*lanes.row_of(open_case->snapshot->hosts.find("host02"), LaneKind::host));
  EXPECT_EQ(lanes.hidden().size(), 2u);
  EXPECT_EQ(text(lanes).find("host02"), std::string::npos);
  // The pinned one is hidden by hand: it goes from both places, and comes back to its own.
  lanes.hide(0);
  EXPECT_EQ(lanes.pinned(), 0u);
  EXPECT_EQ(lanes.hidden().size(), 3u);
  lanes.replace(build_timeline(open_case));
  EXPECT_EQ(lanes.hidden().size(), 3u);
  for (const Lane& lane : lanes.hidden()) {
    if (lane.kind == LaneKind::host) lanes.show(lane);
  }
  EXPECT_NE(text(lanes).find("host02"), std::string::npos);
  lanes.show_all_hidden();
  EXPECT_EQ(text(lanes), all);
  // "n more processes" too.
  lanes.hide(7);
  EXPECT_EQ(text(lanes).find("5 more processes"), std::string::npos);
  EXPECT_EQ(text(lanes).find("notepad.exe 901\n- host02"), std::string::npos);
  lanes.hide(1000);
  EXPECT_EQ(lanes.hidden().size(), 1u);
}

TEST(LaneList, NothingToShow) {
  EXPECT_EQ(LaneList(build_timeline(nullptr)).size(), 0u);
  EXPECT_EQ(LaneList(build_timeline(std::make_shared<OpenCase>())).size(), 0u);
  Story story;
  EXPECT_EQ(LaneList(build_timeline(case_of(story))).size(), 0u);
}

// 5,000 children, and a chain that is 300 deep.
TEST(LaneList, WideAndDeep) {
  Story story;
  tell_many(story, 5000, "wide");
  for (int i = 0; i < 300; ++i) {
    story.sysmon_start({.at_ms = i,
                        .pid = 10 + i,
                        .parent_pid = 9 + i,
                        .executable = "C:\\a\\deep.exe",
                        .host = "deep"});
  }
  const auto open_case = case_of(story);
  add_finding(*open_case, "Deep", 309);
  LaneList lanes(build_timeline(open_case));
  ASSERT_EQ(lanes.size(), 2 + 301u + 2);  // the chain has a parent that was not seen
  EXPECT_EQ(lanes[302].indent, kMaxIndent);
  EXPECT_EQ(lanes.parent_of(302), 301u);
  EXPECT_EQ(lanes.parent_of(200), 199u);
  lanes.set_open(304, true);
  ASSERT_EQ(lanes.size(), 2 + 301u + 3);
  lanes.set_open(305, true);
  ASSERT_EQ(lanes.size(), 2 + 301u + 3 + 5000);
  EXPECT_EQ(lanes.parent_of(5305), 305u);
  EXPECT_EQ(lanes.row_of(life_of(*open_case->snapshot, 6999)), 5305u);
}

TEST(ProcessOrder, SubtreesCoverWhatIsBelow) {
  Story story;
  std::uint32_t state = 1;
  const auto random = [&](int below) {
    state = state * 1664525 + 1013904223;
    return static_cast<int>((state >> 8) % static_cast<std::uint32_t>(below));
  };
  const char* const names[] = {"C:\\a\\job.exe", "C:\\a\\services.exe", "C:\\a\\cmd.exe"};
  for (int i = 0; i < 400; ++i) {
    story.sysmon_start({.at_ms = i,
                        .pid = 10 + i,
                        .parent_pid = 5 + random(i + 4),
                        .executable = names[random(3)],
                        .host = i % 2 == 0 ? "a" : "b"});
  }
  const auto open_case = case_of(story);
  const ProcessTree& tree = open_case->snapshot->tree;
  std::vector<EntityId> interest = {life_of(*open_case->snapshot, 400),
                                    life_of(*open_case->snapshot, 333)};
  const ProcessOrder order(*open_case->snapshot, interest);
  ASSERT_EQ(order.size(), tree.entities().size());
  std::uint32_t of_interest = 0;
  for (Position at = 0; at < order.size(); ++at) {
    const EntityId id = order.entity(at);
    EXPECT_EQ(order.position(id), at);
    const Session& session = order.sessions()[order.session_of(at)];
    EXPECT_LE(session.first, at);
    EXPECT_LT(at, session.first + session.size);
    // Its parent in the session is the nearest position above that is one step less deep.
    std::uint32_t below = 1;
    for (Position p = at + 1; p < order.size() && order.depth(p) > order.depth(at); ++p) ++below;
    EXPECT_EQ(order.subtree(at), below);
    if (order.depth(at) != 0) {
      Position above = at;
      while (order.depth(above) >= order.depth(at)) --above;
      EXPECT_EQ(order.entity(above), tree.entity(id).parent);
    } else if (tree.entity(id).parent) {
      EXPECT_TRUE(starts_sessions(open_case->snapshot->strings.view(
          tree.image(tree.last_image(tree.entity(id).parent)).name)));
    }
    const auto chain_holds = [&](EntityId wanted) {
      const auto chain = ancestors(tree, wanted);
      return wanted == id || std::find(chain.begin(), chain.end(), id) != chain.end();
    };
    EXPECT_EQ(order.is_of_interest(at), chain_holds(interest[0]) || chain_holds(interest[1]));
    of_interest += order.is_of_interest(at) ? 1u : 0u;
  }
  EXPECT_EQ(order.hosts()[0].of_interest + order.hosts()[1].of_interest, of_interest);
}

}  // namespace
}  // namespace stemma::ui::timeline
