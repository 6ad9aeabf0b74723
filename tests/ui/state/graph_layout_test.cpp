// Where the boxes of the graph stand, written as text: generation, row, name.
#include "ui/state/graph_layout.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/story.hpp"

namespace stemma::ui {
namespace {

std::shared_ptr<const OpenCase> freeze(support::Story& story) {
  auto open = std::make_shared<OpenCase>();
  open->stage = Stage::detected;
  open->snapshot = story.freeze();
  open->index = std::make_shared<const CaseIndex>(*open->snapshot, open->findings, nullptr);
  return open;
}

void start(support::Story& story, std::int64_t at, std::int64_t pid, std::int64_t parent,
           std::string name) {
  support::Happening one;
  one.at_ms = at;
  one.pid = pid;
  one.parent_pid = parent;
  one.executable = std::move(name);
  story.sysmon_start(one);
}

EntityId with_pid(const OpenCase& open, std::int64_t pid) {
  for (std::uint32_t i = 1; i <= open.snapshot->tree.entities().size(); ++i) {
    if (open.snapshot->tree.entity({i}).pid == pid) return {i};
  }
  return {};
}

std::string text(const OpenCase& open, const GraphLayout& layout) {
  std::string out;
  for (const GraphNode& node : layout.nodes) {
    const ImageId image = open.snapshot->tree.last_image(node.entity);
    const std::string name(open.snapshot->strings.view(open.snapshot->tree.image(image).name));
    out += fmt::format("{} {} {}{}\n", node.column, node.row,
                       node.more != 0 ? fmt::format("{} more", node.more) : name,
                       node.on_path ? " *" : "");
  }
  return out;
}

TEST(GraphLayout, TheWayToAProcessAndWhatItStarted) {
  support::Story story;
  start(story, 1, 10, kNoPid, "init");
  start(story, 2, 20, 10, "cron");
  start(story, 3, 21, 10, "sshd");
  start(story, 4, 22, 10, "ntpd");
  start(story, 5, 30, 21, "bash");
  start(story, 6, 40, 30, "id");
  start(story, 7, 41, 30, "sh");
  start(story, 8, 50, 41, "ls");
  const auto open = freeze(story);
  EXPECT_EQ(text(*open, lay_out(*open, with_pid(*open, 30))),
            "0 1.25 init *\n1 0.5 sshd *\n1 2 2 more\n2 0.5 bash *\n3 0 id\n3 1 sh\n4 1 ls\n");
  // Of a leaf: its siblings too, for it is one of them.
  EXPECT_EQ(text(*open, lay_out(*open, with_pid(*open, 40))),
            "0 1.25 init *\n1 0.5 sshd *\n1 2 2 more\n2 0.5 bash *\n3 0 id *\n3 1 sh\n4 1 ls\n");
}

TEST(GraphLayout, ACrowdAndAChainStayWithinTheirCaps) {
  support::Story story;
  start(story, 1, 10, kNoPid, "init");
  for (int i = 0; i < 5000; ++i) start(story, 2 + i, 100 + i, 10, "id");
  for (int i = 0; i < 300; ++i) start(story, 6000 + i, 20'000 + i, i == 0 ? 10 : 19'999 + i, "sh");
  const auto open = freeze(story);
  const GraphLayout crowd = lay_out(*open, with_pid(*open, 10));
  EXPECT_LE(crowd.nodes.size(), kGraphNodes);
  std::uint32_t more = 0;
  for (const GraphNode& node : crowd.nodes) more += node.column == 1 ? std::max(node.more, 1u) : 0;
  EXPECT_EQ(more, 5001u);
  const GraphLayout deep = lay_out(*open, with_pid(*open, 20'299));
  EXPECT_TRUE(deep.root_cut);
  EXPECT_EQ(deep.columns, kGraphAncestors + 1);
  EXPECT_LE(lay_out(*open, with_pid(*open, 20'000)).columns,
            kGraphAncestors + kGraphGenerations + 1);
}

TEST(GraphLayout, NothingSelectedIsNothingDrawn) {
  support::Story story;
  start(story, 1, 10, kNoPid, "init");
  const auto open = freeze(story);
  EXPECT_TRUE(lay_out(*open, {}).nodes.empty());
  EXPECT_TRUE(lay_out(*open, {99}).nodes.empty());
  EXPECT_TRUE(lay_out(OpenCase{}, {1}).nodes.empty());
}

}  // namespace
}  // namespace stemma::ui
